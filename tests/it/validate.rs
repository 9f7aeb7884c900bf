//! `validate`: is the key good, and where?

use ddctl::sandbox::datadog::{
    FULLY_SCOPED_APP_KEY, PERSONAL_TOKEN, READ_ONLY_APP_KEY, SCOPED_APP_KEY, SERVICE_TOKEN,
};
use insta::assert_snapshot;

use crate::support::{
    CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment, stable,
};

const WRONG_KEY: &str = "aaaabbbbccccddddeeeeffff00001111";

#[test]
fn a_good_key_is_said_to_be_good() {
    let sandbox = SandboxOptions::default().start();
    let output = TestEnvironment::of(&sandbox).run(["validate"]);
    stable().bind(|| assert_snapshot!("validate", output));
}

#[test]
fn a_wrong_key_answers_no() {
    let sandbox = SandboxOptions::default().start();
    let output = TestEnvironment::of(&sandbox)
        .command(["validate"])
        .env("DD_API_KEY", WRONG_KEY)
        .run();
    stable().bind(|| assert_snapshot!("validate_wrong_key", output));
    let asked: Vec<String> = sandbox
        .requests(false)
        .iter()
        .map(|request| request["path"].to_string())
        .collect();
    assert_eq!(asked, [r#""/api/v1/validate""#]);
}

#[test]
fn the_key_of_another_site_is_traced_to_it() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let output = TestEnvironment::of(&sandbox)
        .command(["validate", "--all-sites"])
        .env("DD_SITE", "datadoghq.com")
        .run();
    stable().bind(|| assert_snapshot!("validate_all_sites", output));
}

#[test]
fn a_missing_key_is_named_with_the_way_to_give_it() {
    let sandbox = SandboxOptions::default().start();
    let _ = TestEnvironment::of(&sandbox)
        .command(["validate"])
        .without("DD_API_KEY")
        .run()
        .exits(4)
        .says("DD_API_KEY")
        .says("--api-key-file");
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn a_key_without_the_shape_of_one_is_shown_to_nobody() {
    let sandbox = SandboxOptions::default().start();
    let output = TestEnvironment::of(&sandbox)
        .command(["validate", "--all-sites"])
        .env("DD_API_KEY", "hunter2-not-a-key")
        .run()
        .exits(3)
        .says("32 hexadecimal digits");
    assert!(!output.stderr.contains("hunter2"), "{output}");
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn the_key_may_come_from_a_file_or_from_stdin() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.unset("DD_API_KEY");
    environment.write(
        &environment.path("key"),
        format!("{}\n", sandbox.var("DD_API_KEY")),
    );
    let _ = environment
        .run(["validate", "--api-key-file", "key"])
        .exits(0);
    let _ = environment
        .command(["validate", "--api-key-stdin"])
        .stdin(sandbox.var("DD_API_KEY"))
        .run()
        .exits(0);
    let _ = environment
        .run(["validate", "--api-key-file", "missing"])
        .exits(4)
        .says("missing");
}

#[test]
fn a_wrong_application_key_answers_no() {
    let sandbox = SandboxOptions::default().start();
    let output = TestEnvironment::of(&sandbox)
        .command(["validate", "-o", "json"])
        .env("DD_APP_KEY", "ddapp_0123456789abcdefghijABCDEFGHIJ0000")
        .run()
        .exits(3);
    let row = output.json();
    assert_eq!(row["valid"], true);
    assert_eq!(row["application_key_valid"], false);
}

fn with_app_key(sandbox: &SandboxProcess, key: &str, args: &[&str]) -> CommandOutput {
    TestEnvironment::of(sandbox)
        .command(args)
        .env("DD_APP_KEY", key)
        .run()
}

/// The paths that were asked for.
fn asked(sandbox: &SandboxProcess) -> Vec<String> {
    let requests = sandbox.requests(false);
    let path =
        |request: &serde_json::Value| request["path"].as_str().unwrap_or_default().to_owned();
    requests.iter().map(path).collect()
}

#[test]
fn the_scopes_that_a_key_may_tell_are_shown_with_what_they_are_not_enough_for() {
    let sandbox = SandboxOptions::default().start();
    let output = with_app_key(&sandbox, FULLY_SCOPED_APP_KEY, &["validate"]);
    stable().bind(|| assert_snapshot!("validate_scoped", output));
}

#[test]
fn scopes_that_are_not_told_are_not_guessed_at() {
    let sandbox = SandboxOptions::default().start();
    for key in [SCOPED_APP_KEY, READ_ONLY_APP_KEY] {
        let output = with_app_key(&sandbox, key, &["validate", "-o", "json"]).exits(0);
        let shown = output.json();
        assert_eq!(shown["application_key_valid"], true);
        assert!(shown["application_key"]["unscoped"].is_null());
        let plan = shown["commands"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["command"] == "monitors plan");
        assert!(plan.expect("a command")["allowed"].is_null());
    }
}

#[test]
fn an_unscoped_key_is_said_to_be_one() {
    let sandbox = SandboxOptions::default().start();
    let shown = TestEnvironment::of(&sandbox)
        .run(["validate", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(shown["application_key"]["unscoped"], true);
    assert!(shown["application_key"]["scopes"].is_null());
    assert_eq!(shown["org_id"], "b1a7c7f2-0000-4000-8000-000000000001");
    let commands = shown["commands"].as_array().expect("commands");
    assert!(commands.iter().all(|one| one["allowed"] == true));
}

#[test]
fn a_token_opens_the_web_api_without_an_api_key_and_sends_nothing() {
    let sandbox = SandboxOptions::default().start();
    for token in [PERSONAL_TOKEN, SERVICE_TOKEN] {
        let mut environment = TestEnvironment::of(&sandbox);
        environment.unset("DD_API_KEY");
        environment.set("DD_APP_KEY", token);
        let _ = environment
            .run(["validate"])
            .exits(0)
            .shows("access token")
            .shows("deadletters retry: it takes an API key");
        let _ = environment
            .run(["monitors", "plan", "--pack", "hoop"])
            .exits(0);
        let _ = environment
            .run([
                "sessions", "export", "--yes", "--since", "1d", "--to", "logs",
            ])
            .exits(4)
            .says("--api-key-file");
    }
    assert!(!asked(&sandbox).contains(&"/api/v2/logs".to_owned()));
}

#[test]
fn a_token_or_an_application_key_in_the_place_of_the_api_key_is_explained() {
    let sandbox = SandboxOptions::default().start();
    for (key, reason) in [
        (PERSONAL_TOKEN, "a personal access token"),
        (SERVICE_TOKEN, "a service access token"),
        (SCOPED_APP_KEY, "an application key"),
    ] {
        let output = TestEnvironment::of(&sandbox)
            .command(["validate", "--all-sites"])
            .env("DD_API_KEY", key)
            .run()
            .exits(3)
            .says(reason)
            .says("DD_APP_KEY");
        assert!(!output.stderr.contains(key), "{output}");
    }
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn an_application_key_without_the_shape_of_one_is_shown_to_nobody() {
    let sandbox = SandboxOptions::default().start();
    for (key, reason) in [
        ("hunter2", "it has 7 characters"),
        ("pub0123456789abcdef0123456789abcdef", "a client token"),
        ("DDRCM_0123456789", "a remote-configuration key"),
        ("0123456789abcdef0123456789abcdef", "is an API key"),
    ] {
        let _ = with_app_key(&sandbox, key, &["validate"])
            .exits(3)
            .says(reason);
        let _ = with_app_key(&sandbox, key, &["monitors", "plan", "--pack", "hoop"])
            .exits(4)
            .says(reason);
    }
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn only_the_named_site_sees_a_key_and_a_government_site_only_when_named() {
    let server = ScriptedServer::start(|_| {
        (
            403,
            "application/json",
            r#"{"errors":["Forbidden"]}"#.to_owned(),
        )
    });
    let mut environment = TestEnvironment::empty();
    environment.set("DDCTL_DATADOG_URL", server.url());
    environment.set("DD_API_KEY", WRONG_KEY);
    let hosts = || -> Vec<String> {
        let asked = server.asked();
        let host = |asked: &crate::support::Asked| asked.header("host").map(str::to_owned);
        asked.iter().filter_map(host).collect()
    };
    let _ = environment.run(["validate", "--site", "us5"]).exits(3);
    assert_eq!(hosts(), ["api.us5.datadoghq.com"]);
    let _ = environment.run(["validate", "--all-sites"]).exits(3);
    assert_eq!(hosts().len(), 1 + 7);
    assert!(!hosts().iter().any(|host| host.contains("gov")));
    let _ = environment
        .run(["validate", "--all-sites", "--site", "us1-fed"])
        .exits(3);
    let of_government = hosts().into_iter().filter(|host| host.contains("gov"));
    assert_eq!(of_government.collect::<Vec<_>>(), ["api.ddog-gov.com"]);
}

#[test]
fn a_refusal_is_explained_by_the_permission_that_it_takes() {
    let sandbox = SandboxOptions::default().start();
    let apply = ["monitors", "apply", "--pack", "hoop", "--yes"];
    let _ = with_app_key(&sandbox, FULLY_SCOPED_APP_KEY, &apply)
        .exits(4)
        .says("log monitors need an application key without scopes")
        .says("`ddctl validate` shows what the keys may do");
    let list = ["monitors", "list", "--live"];
    let _ = with_app_key(&sandbox, FULLY_SCOPED_APP_KEY, &list).exits(0);
}

#[test]
fn a_clock_that_is_off_is_said_once() {
    let sandbox = SandboxOptions::default().fault("clock=+1h").start();
    let output = TestEnvironment::of(&sandbox)
        .run(["monitors", "plan", "--pack", "hoop"])
        .says("this machine's clock is ");
    assert_eq!(output.stderr.matches("clock is").count(), 1, "{output}");
    let _ = TestEnvironment::of(&sandbox)
        .run(["validate"])
        .exits(0)
        .says("behind Datadog's");
}

#[test]
fn a_check_that_the_site_does_not_have_is_no_verdict_on_the_key() {
    let server = ScriptedServer::start(|asked| match asked.target.as_str() {
        "/api/v1/validate" => (200, "application/json", r#"{"valid":true}"#.to_owned()),
        _ => (404, "text/html", "<html>not here</html>".to_owned()),
    });
    let mut environment = TestEnvironment::empty();
    environment.set("DDCTL_DATADOG_URL", server.url());
    environment.set("DD_API_KEY", WRONG_KEY);
    let shown = environment.run(["validate", "-o", "json"]).exits(0).json();
    assert_eq!(shown["valid"], true);
    assert!(shown["org_id"].is_null());
}

#[test]
fn an_unreachable_datadog_is_told_from_a_wrong_key() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .command(["validate"])
        .env("DDCTL_DATADOG_URL", "http://127.0.0.1:1")
        .run()
        .exits(5)
        .says("cannot connect");
    sandbox.put_faults(&["503@1"]);
    let _ = environment.run(["validate"]).exits(5);
}
