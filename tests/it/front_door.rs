//! What holds for every command: help, exit codes, formats, colours, signals, proxies, secrets.

use clap::CommandFactory;
use ddctl::commands::Cli;
use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Asked, CommandOutput, Pty, SandboxOptions, ScriptedServer, TestEnvironment, assert_shape,
    stable,
};

/// The words of every command, the program itself first.
fn commands() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, words: &[String], all: &mut Vec<Vec<String>>) {
        all.push(words.to_vec());
        for inner in command
            .get_subcommands()
            .filter(|inner| !inner.is_hide_set())
        {
            let mut words = words.to_vec();
            words.push(inner.get_name().to_owned());
            below(inner, &words, all);
        }
    }
    let mut all = Vec::new();
    below(&Cli::command(), &[], &mut all);
    all
}

#[test]
fn help_reads_as_it_was_read_last() {
    let environment = TestEnvironment::empty();
    for words in commands() {
        let mut args = words.clone();
        args.push("--help".to_owned());
        let help = environment.run(args).exits(0);
        assert_eq!(help.stderr, "", "help goes to stdout");
        let name = [vec!["help".to_owned()], words].concat().join("_");
        stable().bind(|| assert_snapshot!(name, help.stdout));
    }
}

#[test]
fn help_fits_80_columns() {
    let environment = TestEnvironment::empty();
    for words in commands() {
        let command = environment.command(words.iter().map(String::as_str).chain(["--help"]));
        let help = command.env("COLUMNS", "80").run().exits(0).stdout;
        let wide = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "ddctl {} --help", words.join(" "));
    }
}

/// Wrapped by the terminal, an example could not be copied.
#[test]
fn an_example_of_a_help_is_no_wider_than_80_columns() {
    let environment = TestEnvironment::empty();
    for words in commands() {
        let command = environment.command(words.iter().map(String::as_str).chain(["--help"]));
        let help = command.env("COLUMNS", "100").run().exits(0).stdout;
        let examples = help
            .lines()
            .skip_while(|line| !line.starts_with("Examples"));
        let wide = examples
            .into_iter()
            .find(|line| line.chars().count() > 80 && line.starts_with("  "));
        assert_eq!(wide, None, "ddctl {} --help", words.join(" "));
    }
}

#[test]
fn every_help_has_examples_and_each_begins_with_the_program() {
    let environment = TestEnvironment::empty();
    for words in commands() {
        let command = environment.command(words.iter().map(String::as_str).chain(["--help"]));
        let help = command.run().exits(0).stdout;
        let examples = help.lines().skip_while(|line| *line != "Examples:");
        let first = examples.skip(1).find(|line| line.contains("ddctl"));
        assert!(first.is_some(), "ddctl {} --help", words.join(" "));
    }
}

#[test]
fn without_a_command_it_points_to_the_demo() {
    let output = TestEnvironment::empty().run([""; 0]);
    stable().bind(|| assert_snapshot!("bare", output));
}

#[test]
fn wrong_usage_ends_in_2_and_names_the_nearest() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run(["sesions", "list"])
        .exits(2)
        .says("sessions");
    let _ = environment
        .run(["sessions", "list", "--limt", "3"])
        .exits(2)
        .says("--limit");
    let _ = environment
        .run(["sessions", "list", "-o", "xml"])
        .exits(2)
        .says("ndjson");
}

#[test]
fn the_shapes_of_list_show_and_validate_are_kept() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let json = |args: &[&str]| {
        let args = args.iter().chain(&["-o", "json"]);
        environment.run(args).exits(0).json()
    };
    let rows = json(&["sessions", "list", "--since", "16h"]);
    assert_shape("sessions_list", &rows);
    let rows = rows.as_array().cloned().unwrap_or_default();
    let shown = |is_wanted: &dyn Fn(&Value) -> bool| {
        let row = rows
            .iter()
            .find(|row| is_wanted(row))
            .expect("a session like that");
        json(&["sessions", "show", row["id"].as_str().expect("an id")])
    };
    let reviewed = shown(&|row| row["review_status"] == "EXECUTED");
    let blocked = shown(&|row| row["outcome"] == "blocked");
    assert_shape("sessions_show", &Value::Array(vec![reviewed, blocked]));
    assert_shape("validate", &json(&["validate"]));
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let is_coloured = |text: &[u8]| text.windows(2).any(|pair| pair == b"\x1b[");
    let piped = |args: &[&str]| is_coloured(environment.run(args).exits(0).stdout.as_bytes());
    assert!(!piped(&["validate"]));
    assert!(piped(&["--color", "always", "validate"]));
    let on_terminal = |name: &str, value: &str, args: &[&str]| {
        let mut environment = TestEnvironment::of(&sandbox);
        environment.set(name, value);
        is_coloured(&Pty::start(&environment, args).finish().wire)
    };
    assert!(on_terminal("X", "", &["validate"]));
    assert!(!on_terminal("NO_COLOR", "1", &["validate"]));
    assert!(
        on_terminal("NO_COLOR", "", &["validate"]),
        "empty is not set"
    );
    assert!(!on_terminal("TERM", "dumb", &["validate"]));
    assert!(!on_terminal("X", "", &["--color", "never", "validate"]));
    assert!(on_terminal(
        "NO_COLOR",
        "1",
        &["--color", "always", "validate"]
    ));
}

#[test]
fn a_terminal_without_unicode_gets_ascii_and_a_pipe_the_text_as_it_is() {
    let sandbox = SandboxOptions::default().start();
    let search = ["sessions", "search", "-i", "select", "--since", "7d"];
    let on_terminal = |locale: &str| {
        let mut environment = TestEnvironment::of(&sandbox);
        environment.set("LC_ALL", locale);
        Pty::start(&environment, &search).finish().unwrapped()
    };
    assert!(!on_terminal("C.UTF-8").is_ascii());
    assert!(on_terminal("C").is_ascii());
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("LC_ALL", "C");
    assert!(!environment.run(search).exits(0).stdout.is_ascii());
}

#[test]
fn what_is_said_breaks_between_words_on_a_narrow_terminal() {
    let environment = TestEnvironment::empty();
    let said = Pty::start_sized(&environment, (60, 24), &["receipts", "list"]).finish();
    let screen = said.unwrapped();
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines.len() > 1, "{screen}");
    assert!(lines.iter().all(|line| line.len() <= 60), "{screen}");
    assert!(
        lines.iter().skip(1).all(|line| line.starts_with("  ")),
        "{screen}"
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = SandboxOptions::default().sessions(2_000).start();
    let environment = TestEnvironment::of(&sandbox);
    for command in [
        "sessions list --since 40d --limit 2000 -o ndjson",
        "sessions list --since 40d --limit 2000",
        "sessions export --since 40d --to -",
        "completions bash",
    ] {
        let line = format!(
            "{{ {} {command}; echo \"code $?\" >&2; }} | head -n 1",
            env!("CARGO_BIN_EXE_ddctl")
        );
        let output = environment.program("/bin/sh", ["-c", &line]).run();
        assert_eq!(output.stdout.lines().count(), 1, "{command}: {output}");
        let output = output.says("code 0");
        assert!(!output.stderr.contains("error"), "{command}: {output}");
    }
}

#[test]
fn quiet_silences_status_and_never_errors() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = environment
        .run(["-q", "sessions", "list", "--limit", "1"])
        .exits(0);
    assert_eq!(list.stderr, "");
    let _ = environment
        .run(["-q", "sessions", "show", "deadbeef"])
        .exits(1)
        .says("error:");
}

#[test]
fn verbose_says_what_is_asked_of_whom_on_stderr_alone() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let quiet = environment.run(["validate"]).exits(0);
    let verbose = environment
        .run(["-v", "validate"])
        .exits(0)
        .says("/api/v1/validate");
    assert_eq!(verbose.stdout, quiet.stdout);
    let json = environment
        .run(["-v", "--log-format", "json", "validate"])
        .exits(0);
    for line in json.stderr.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn no_secret_is_said_or_left_behind_by_any_command() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let secrets = ["DD_API_KEY", "DD_APP_KEY", "HOOP_TOKEN"].map(|name| sandbox.var(name));
    let id = sandbox.sessions()[3]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let run = |args: &[&str]| environment.run(["-vv"].iter().chain(args));
    let outputs: Vec<CommandOutput> = [
        &["validate", "--all-sites"][..],
        &["sessions", "list", "--since", "16h"],
        &["sessions", "show", &id],
        &["sessions", "replay", &id],
        &["sessions", "export", "--since", "16h", "--to", "logs"],
        &[
            "sessions",
            "export",
            "--since",
            "16h",
            "--to",
            "logs",
            "--dry-run",
        ],
        &[
            "sessions",
            "export",
            "--since",
            "16h",
            "--to",
            "events.ndjson",
        ],
        &[
            "sessions",
            "export",
            "--since",
            "40d",
            "--to",
            "logs",
            "--late",
            "deadletter",
        ],
        &[
            "webhooks",
            "register",
            "--to",
            "logs",
            "--allow-key-in-url",
            "--yes",
        ],
        &["webhooks", "list"],
        &["config", "list", "--origin"],
        &["config", "check"],
        &["test-event", "unapproved-prod", "--dry-run"],
    ]
    .iter()
    .map(|args| run(args))
    .collect();
    sandbox.put_faults(&["500@1"]);
    let failing = [
        run(&["validate"]),
        run(&["--timeout", "1s", "sessions", "list"]),
    ];
    for output in outputs.iter().chain(&failing) {
        for secret in secrets {
            assert!(!output.to_string().contains(secret), "{output}");
        }
    }
    for (path, content) in environment.files() {
        let text = String::from_utf8_lossy(&content);
        assert!(
            secrets.iter().all(|secret| !text.contains(secret)),
            "{}",
            path.display()
        );
    }
}

#[test]
fn read_only_refuses_whatever_changes_something_elsewhere() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run([
            "--read-only",
            "sessions",
            "export",
            "--since",
            "1h",
            "--to",
            "logs",
        ])
        .exits(2)
        .says("--read-only");
    let _ = environment
        .run(["--read-only", "sessions", "list"])
        .exits(0);
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn this_machine_is_asked_without_the_proxy_and_others_through_it() {
    let sandbox = SandboxOptions::default().start();
    let proxy = ScriptedServer::start(|_: &Asked| (502, "text/plain", "no".to_owned()));
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HTTP_PROXY", proxy.url());
    environment.set("HTTPS_PROXY", proxy.url());
    let _ = environment
        .run(["sessions", "list", "--limit", "1"])
        .exits(0);
    let _ = environment.run(["validate"]).exits(0);
    assert!(proxy.asked().is_empty());
    let elsewhere = [
        "--timeout",
        "2s",
        "sessions",
        "list",
        "--gateway-url",
        "http://gateway.example",
    ];
    let _ = environment.run(elsewhere).exits(5);
    let asked = proxy.asked();
    let first = asked.first().expect("the proxy was asked");
    assert!(
        first.target.starts_with("http://gateway.example/api/"),
        "{first:?}"
    );
    assert_eq!(first.method, "GET");
    assert_eq!(first.header("host"), Some("gateway.example"));
}

#[test]
fn a_proxy_that_is_no_address_is_named_by_its_variable() {
    let sandbox = SandboxOptions::default().start();
    let _ = TestEnvironment::of(&sandbox)
        .command(["sessions", "list"])
        .env("HTTPS_PROXY", "::bad")
        .run()
        .exits(2)
        .says("HTTPS_PROXY");
}

#[test]
fn a_file_of_certificates_that_is_none_is_named() {
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_TOKEN", "hpk_x");
    environment.write(&environment.path("no.pem"), "nothing of that kind");
    for file in ["missing.pem", "no.pem"] {
        let args = [
            "--ca-file",
            file,
            "sessions",
            "list",
            "--gateway-url",
            "https://127.0.0.1:1",
        ];
        let _ = environment.run(args).exits(2).says(file);
    }
}

#[test]
fn a_recording_that_is_cut_or_no_base64_shows_what_is_there_and_says_so() {
    let environment = TestEnvironment::empty();
    // Seconds, kind, base64: the gateway's own form. "aGVsbG8K" is `hello`.
    let whole = r#"[[0.1,"o","aGVsbG8K"],[0.2,"o","d29ybGQK"]]"#;
    environment.write(&environment.path("cut.json"), &whole[..33]);
    environment.write(
        &environment.path("odd.json"),
        whole.replace("d29ybGQK", "%%%%"),
    );
    environment.write(&environment.path("none.json"), r#"[[0.1,"o","%%%%"]]"#);
    environment.write(&environment.path("text.json"), "not a recording");
    environment.write(&environment.path("empty.json"), "[]");
    for name in ["cut.json", "odd.json"] {
        let output = environment
            .run(["sessions", "replay", name])
            .exits(0)
            .shows("hello");
        assert!(output.stderr.contains("warning:"), "{output}");
    }
    for name in ["none.json", "text.json", "empty.json"] {
        let _ = environment
            .run(["sessions", "replay", name])
            .exits(1)
            .says("error:");
    }
}

#[test]
fn a_sandbox_that_is_told_to_stop_ends_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let sandbox = SandboxOptions::default().start();
        let _ = sandbox.end(signal).exits(0);
    }
}

#[test]
fn a_program_runs_against_the_sandbox_and_its_code_is_returned() {
    let environment = TestEnvironment::empty();
    let sandboxed = |line: &str| environment.run(["sandbox", "--", "/bin/sh", "-c", line]);
    let line = format!("{} validate -o json", env!("CARGO_BIN_EXE_ddctl"));
    assert_eq!(sandboxed(&line).exits(0).json()["valid"], true);
    let _ = sandboxed("exit 7").exits(7);
    let _ = environment
        .run(["sandbox", "--", "/does/not/exist"])
        .exits(1)
        .says("/does/not/exist");
    let _ = environment
        .run(["sandbox", "--listen", "0.0.0.0:0"])
        .exits(1)
        .says("outside");
}

#[test]
fn version_and_completions_go_to_stdout() {
    let environment = TestEnvironment::empty();
    let version = concat!("ddctl ", env!("CARGO_PKG_VERSION"), "\n");
    let short = environment.run(["-V"]).exits(0);
    assert_eq!(short.stdout, version);
    let long = environment.run(["--version"]).exits(0);
    assert!(long.stdout.starts_with(version), "{long}");
    assert!(long.stdout.contains("\ncommit "), "{long}");
    let _ = environment
        .run(["completions", "zsh"])
        .exits(0)
        .shows("#compdef ddctl");
    let _ = environment.run(["man", "--to-dir", "man1"]).exits(0);
    assert!(environment.path("man1/ddctl.1").exists());
}

#[test]
fn a_password_in_an_address_that_is_refused_is_not_repeated() {
    let environment = TestEnvironment::empty();
    let to = "otlp=http://ada:hunter2@collector.example:4318";
    let args = ["sessions", "export", "--since", "1h", "--to", to];
    let refused = environment.run(args).exits(2);
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    let _ = refused.says("otlp=http://****@collector.example:4318");
}
