//! The settings that are printed are the ones that work.

use crate::support::{SandboxOptions, TestEnvironment, assert_shape};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn keyed() -> TestEnvironment {
    let mut environment = TestEnvironment::empty();
    environment.set("DD_API_KEY", KEY);
    environment
}

#[test]
fn the_key_is_referred_to_unless_it_is_asked_for() {
    let environment = keyed();
    for form in ["shell", "dotenv", "docker", "kubernetes", "python", "node"] {
        let output = environment
            .run(["otel", "env", "--env", "prod", "--for", form])
            .exits(0)
            .shows("DD_API_KEY");
        assert!(!output.stdout.contains(KEY), "{output}");
        assert!(!output.stderr.contains(KEY), "{output}");
    }
    let _ = environment
        .run(["otel", "env", "--for", "dotenv", "--with-key"])
        .exits(0)
        .shows(&format!("OTEL_EXPORTER_OTLP_HEADERS=dd-api-key={KEY}\n"))
        .says("no environment is named");
    let _ = TestEnvironment::empty()
        .run(["otel", "env", "--for", "dotenv", "--with-key"])
        .exits(4);
}

#[test]
fn the_address_is_the_sites_and_the_agents_is_nearby() {
    let environment = keyed();
    let _ = environment
        .run(["otel", "env", "--site", "eu"])
        .exits(0)
        .shows("OTEL_EXPORTER_OTLP_ENDPOINT=https://otlp.datadoghq.eu\n")
        .says("403");
    let agent = environment
        .run(["otel", "env", "--via", "agent", "--for", "kubernetes"])
        .exits(0)
        .shows("http://$(HOST_IP):4318")
        .shows("status.hostIP");
    assert!(!agent.stdout.contains("dd-api-key"), "{agent}");
}

#[test]
fn what_has_no_meaning_together_is_refused() {
    let environment = keyed();
    for args in [
        &["--also", "http://127.0.0.1:4318"][..],
        &["--agent-url", "http://127.0.0.1:4318"],
        &["--with-key", "--for", "python"],
        &["--for", "node", "--also", "http://127.0.0.1:4318/v1/traces"],
    ] {
        let args = ["otel", "env"].iter().chain(args);
        let _ = environment.run(args).exits(2);
    }
}

#[test]
fn a_shell_that_runs_them_sends_a_span_that_is_found() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    for name in ["ENDPOINT", "HEADERS", "PROTOCOL"] {
        environment.unset(&format!("OTEL_EXPORTER_OTLP_{name}"));
    }
    let ddctl = env!("CARGO_BIN_EXE_ddctl");
    let script = format!(
        "eval \"$({ddctl} otel env --service 'a planner' --env prod --llmobs)\" && \
         {ddctl} otel check --genai"
    );
    let _ = environment
        .program("sh", ["-c", &script])
        .run()
        .exits(0)
        .shows("service  a planner")
        .shows("LLM Observability: yes")
        .shows("taken (202)")
        .shows("found after");
    let spans = sandbox.received("spans", "name,resource.deployment.environment.name");
    assert_eq!(spans[0]["name"], "chat check");
}

#[test]
fn the_shape_of_the_settings_is_kept() {
    let output = keyed().run(["otel", "env", "-o", "json"]).exits(0);
    assert_shape("otel_env", &output.json());
}
