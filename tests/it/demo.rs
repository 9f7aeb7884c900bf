//! `demo`: the whole path, on nothing but a temporary folder.

use clap::Parser;
use ddctl::commands::Cli;
use rustix::process::Signal;

use crate::support::{CommandOutput, Pty, TestEnvironment, ask};

fn steps_of(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.starts_with("$ ddctl "))
        .collect()
}

/// What the README shows of the tour.
fn readme() -> &'static str {
    let readme = include_str!("../../README.md");
    let shown = readme.split_once("## Try it").expect("a chapter").1;
    shown.split("## Install").next().unwrap_or(shown)
}

/// The commands of the tour: its steps, and what it names at its end, each with its own spelling.
fn commands_of(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("$ ").or_else(|| line.strip_prefix("  ")))
        .filter(|line| line.starts_with("ddctl ") && !line.ends_with('\\'))
        .map(|line| line.split("  ").next().unwrap_or(line).trim())
        .collect()
}

fn fast(environment: &TestEnvironment) -> CommandOutput {
    environment.run(["demo", "--fast"]).exits(0)
}

#[test]
fn the_tour_walks_the_whole_path_and_ends_with_what_landed() {
    let output = fast(&TestEnvironment::empty());
    let commands: Vec<&str> = steps_of(&output.stderr)
        .iter()
        .filter_map(|step| step.strip_prefix("$ ddctl ")?.split(" --").next())
        .collect();
    let begins = |with: &str| commands.iter().any(|command| command.starts_with(with));
    for command in [
        "validate",
        "webhooks register",
        "sessions list",
        "sessions replay",
        "sessions tail",
        "sessions export",
        "test-event unapproved-prod",
    ] {
        assert!(begins(command), "no step is {command}: {commands:?}");
    }
    let output = output
        .says("What landed in Datadog")
        .shows("WOULD FIRE")
        .shows("session.close")
        .says("Next:");
    let shown = commands_of(&output.stderr);
    for line in commands_of(readme()) {
        let is_paced = ["sessions replay", "sessions tail"]
            .iter()
            .any(|step| line.contains(step));
        assert!(is_paced || shown.contains(&line), "the README has {line}");
    }
    for line in shown {
        if let Err(error) = Cli::try_parse_from(line.split(' ')) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn nothing_outside_its_temporary_folder_is_touched_and_that_is_gone() {
    let environment = TestEnvironment::empty();
    environment.write_settings("version = 1\n[profiles.default]\nsite = \"datadoghq.eu\"\n");
    let before = environment.files();
    let _ = fast(&environment);
    assert!(environment.files() == before, "a file was left or changed");
}

#[test]
fn the_settings_and_keys_of_the_person_are_not_used() {
    let mut environment = TestEnvironment::empty();
    environment.set("DD_API_KEY", "ffffffffffffffffffffffffffffffff");
    environment.set("HOOP_TOKEN", "hpk_mine");
    environment.set("HOOP_APIURL", "http://127.0.0.1:1");
    environment.set("HTTPS_PROXY", "http://127.0.0.1:1");
    environment.set("HTTP_PROXY", "http://127.0.0.1:1");
    environment.set("DDCTL_OUTPUT", "json");
    let output = fast(&environment);
    assert!(!output.to_string().contains("127.0.0.1:1/"), "{output}");
}

#[test]
fn it_is_readable_at_80_columns_on_a_terminal() {
    let environment = TestEnvironment::empty();
    let output = Pty::start(&environment, &["demo", "--fast", "--color", "never"]).finish();
    assert_eq!(output.code, 0);
    let text = output.unwrapped();
    assert_eq!(steps_of(&text).len(), 7, "{text}");
    let is_wide = |line: &&str| {
        // Commands and addresses are to be copied, not cut.
        line.chars().count() > 80 && !line.starts_with("$ ") && !line.contains("://")
    };
    let wide: Vec<&str> = text.lines().filter(is_wide).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn without_a_terminal_the_same_is_said_without_colours() {
    let output = fast(&TestEnvironment::empty());
    assert!(!output.to_string().contains('\x1b'), "{output}");
    assert_eq!(steps_of(&output.stderr).len(), 7);
}

#[test]
fn a_kept_sandbox_serves_until_it_is_told_to_stop() {
    for signal in [Signal::INT, Signal::TERM] {
        let environment = TestEnvironment::empty();
        let mut running = environment.command(["demo", "--fast", "--keep"]).start();
        let said = running.wait_for_stdout("export DDCTL_CONFIG=");
        let of = |name: &str| {
            let line = said
                .lines()
                .find_map(|line| line.strip_prefix(&format!("export {name}=")));
            line.expect("it says so").to_owned()
        };
        let answer = ask(
            "GET",
            &format!("{}/sandbox/requests", of("DDCTL_SANDBOX_URL")),
            &[],
            b"",
        );
        assert_eq!(answer.status, 200);
        running.signal(signal);
        let _ = running.finish().exits(0);
        assert!(environment.files().is_empty(), "a file was left");
    }
}

#[test]
fn its_time_limit_ends_it() {
    let _ = TestEnvironment::empty()
        .run(["demo", "--timeout", "1ms"])
        .exits(5)
        .says("did not end within 1ms");
}
