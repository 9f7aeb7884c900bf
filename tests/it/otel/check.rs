//! Settings of other programs: what is wrong with them, and why a span was refused.

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

const STRANGE_KEY: &str = "ffffffffffffffffffffffffffffffff";

/// A program's variables, sent to `endpoint` under `key`.
fn variables(endpoint: &str, key: &str) -> String {
    format!(
        "OTEL_SERVICE_NAME=planner\n\
         OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod\n\
         OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}\n\
         OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta\n\
         OTEL_EXPORTER_OTLP_HEADERS=dd-api-key={key}\n"
    )
}

struct World {
    sandbox: SandboxProcess,
    environment: TestEnvironment,
}

impl World {
    fn new() -> Self {
        let sandbox = SandboxOptions::default().start();
        let environment = TestEnvironment::of(&sandbox);
        Self {
            sandbox,
            environment,
        }
    }

    fn check(&self, variables: &str, more: &[&str]) -> crate::support::CommandOutput {
        let args = ["otel", "check", "--env-file", "-"].iter().chain(more);
        self.environment.command(args).stdin(variables).run()
    }

    fn sent(&self) -> usize {
        self.sandbox.received("spans", "name").len()
    }
}

#[test]
fn without_an_application_key_the_link_is_given() {
    let mut world = World::new();
    world.environment.unset("DD_APP_KEY");
    let (url, key) = (
        world.sandbox.var("DDCTL_DATADOG_URL"),
        world.sandbox.var("DD_API_KEY"),
    );
    let output = world
        .check(&variables(url, key), &[])
        .exits(0)
        .shows(&format!("{url}/v1/traces"))
        .shows("https://app.datadoghq.com/apm/traces?query=%40ddctl.check_id%3A");
    assert!(!output.stdout.contains(key) && !output.stderr.contains(key));
    assert_eq!(world.sent(), 1);
}

#[test]
fn a_403_is_explained_by_what_the_key_is() {
    let world = World::new();
    let url = world.sandbox.var("DDCTL_DATADOG_URL").to_owned();
    let output = world
        .check(&variables(&url, STRANGE_KEY), &[])
        .exits(3)
        .shows("403");
    let text = output
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        text.contains("the key is not valid for datadoghq.com"),
        "{output}"
    );
    assert!(!output.stdout.contains(STRANGE_KEY) && !output.stderr.contains(STRANGE_KEY));

    // The stand-in's key belongs to US1.
    let elsewhere = variables("https://otlp.datadoghq.eu", world.sandbox.var("DD_API_KEY"));
    let output = world.check(&elsewhere, &[]).exits(3);
    let text = output
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let hint = "the key belongs to datadoghq.com, and the address to datadoghq.eu: send to \
                https://otlp.datadoghq.com";
    assert!(text.contains(hint), "{output}");
    assert_eq!(world.sent(), 0);
}

#[test]
fn settings_by_which_nothing_can_arrive_are_a_no() {
    let world = World::new();
    let url = world.sandbox.var("DDCTL_DATADOG_URL");
    let good = variables(url, world.sandbox.var("DD_API_KEY"));
    for (line, name) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "grpc"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318", "address"),
        ("OTEL_SDK_DISABLED=true", "disabled"),
        ("OTEL_TRACES_EXPORTER=none", "exporter"),
    ] {
        let lines = format!("{good}{line}\n");
        let output = world.check(&lines, &["--dry-run", "-o", "json"]).exits(3);
        assert_eq!(output.json()["findings"][0]["name"], name, "{output}");
    }
    let _ = world.check(&good, &["--dry-run"]).exits(0);
    assert_eq!(world.sent(), 0);
}

#[test]
fn what_leaves_by_grpc_is_said_not_to_be_known() {
    let world = World::new();
    let lines = "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317\n\
                 OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n";
    let output = world.check(lines, &["-o", "json"]).exits(3);
    let findings = output.json()["findings"].clone();
    let findings = findings.as_array().expect("an array");
    assert!(findings.iter().any(|one| one["name"] == "grpc"), "{output}");
    let _ = output.says("no span was sent by these settings");
    assert_eq!(world.sent(), 0);
}

#[test]
fn nobody_there_and_an_intake_in_trouble_are_worth_another_try() {
    let world = World::new();
    // Nobody listens on port 1 of a machine that runs tests.
    let nobody = variables("http://127.0.0.1:1", "");
    let _ = world.check(&nobody, &[]).exits(5).shows("not taken");
    world.sandbox.put_faults(&["otlp:503@1"]);
    let url = world.sandbox.var("DDCTL_DATADOG_URL");
    let good = variables(url, world.sandbox.var("DD_API_KEY"));
    let _ = world.check(&good, &[]).exits(5).shows("503");
}

#[test]
fn the_shape_of_a_check_is_kept() {
    let world = World::new();
    let url = world.sandbox.var("DDCTL_DATADOG_URL");
    let lines = variables(url, world.sandbox.var("DD_API_KEY"));
    let lines = format!("{lines}OTEL_SERVICE_NAME=\n");
    let output = world.check(&lines, &["-o", "json"]).exits(0);
    let answer = output.json();
    assert_eq!(answer["search"]["found"], true, "{output}");
    assert_shape("otel_check", &answer);
}
