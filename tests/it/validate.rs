//! `validate`: is the key good, and where?

use insta::assert_snapshot;

use crate::support::{SandboxOptions, TestEnvironment, stable};

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
