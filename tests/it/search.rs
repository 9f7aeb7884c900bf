//! `sessions search`: text in many recordings, through the front door.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    CommandOutput, Pty, RecordedGateway, RecordedSession, SandboxOptions, TestEnvironment,
    assert_shape, id, stable,
};

const HEAD: &str = "{\"version\":2,\"width\":80,\"height\":24}\n";

fn search(environment: &TestEnvironment, args: &[&str]) -> CommandOutput {
    environment.run([&["sessions", "search"], args].concat())
}

/// A file of the lines, one a second.
fn cast(environment: &TestEnvironment, name: &str, lines: &[&str]) {
    let mut text = HEAD.to_owned();
    for (second, line) in lines.iter().enumerate() {
        let event = json!([second, "o", format!("{line}\r\n")]);
        writeln!(text, "{event}").expect("memory");
    }
    environment.write(&environment.path(name), text);
}

/// The lines of the hits.
fn lines(output: &CommandOutput) -> Vec<String> {
    let rows = output.ndjson();
    let line = |row: &Value| row["line"].as_str().map(str::to_owned);
    rows.iter().filter_map(line).collect()
}

#[test]
fn a_text_is_itself_and_an_expression_only_where_it_is_asked_for() {
    let environment = TestEnvironment::empty();
    cast(&environment, "a.cast", &["a.c", "abc", "A.C", "end a.c"]);
    let found = |more: &[&str]| {
        let args = [&["a.c", "a.cast", "-o", "ndjson"], more].concat();
        lines(&search(&environment, &args).exits(0))
    };
    assert_eq!(found(&[]), ["a.c", "end a.c"]);
    assert_eq!(found(&["-i"]), ["a.c", "A.C", "end a.c"]);
    assert_eq!(found(&["--regex"]), ["a.c", "abc", "end a.c"]);
    let anchored = ["^a.c$", "a.cast", "--regex", "-o", "ndjson"];
    assert_eq!(lines(&search(&environment, &anchored)), ["a.c", "abc"]);
    let wrong = search(&environment, &["a(b", "a.cast", "--regex"]).exits(2);
    let _ = wrong.says("this is no regular expression: unclosed group\n    a(b\n     ^");
    let _ = search(&environment, &["", "a.cast"])
        .exits(2)
        .says("empty pattern");
}

#[test]
fn lines_around_a_hit_are_shown_as_many_as_were_asked_for() {
    let environment = TestEnvironment::empty();
    cast(
        &environment,
        "a.cast",
        &["one", "two", "needle", "three", "four"],
    );
    let output = search(
        &environment,
        &["needle", "a.cast", "--context", "1", "-o", "json"],
    );
    let row = &output.json()[0];
    assert_eq!(
        (&row["before"], &row["after"]),
        (&json!(["two"]), &json!(["three"]))
    );
    let shown = search(&environment, &["needle", "a.cast", "--context", "2"]).exits(0);
    for line in ["one", "two", "needle", "three", "four"] {
        assert!(shown.stdout.contains(line), "{shown}");
    }
}

#[test]
fn what_two_events_carried_and_what_was_corrected_is_found() {
    let environment = TestEnvironment::empty();
    let text = format!("{HEAD}[1,\"o\",\"a nee\"]\n[2,\"o\",\"\\u001b[1mdle\\r\\n$ lx\\bs\"]\n");
    environment.write(&environment.path("a.cast"), text);
    let hits = |text| lines(&search(&environment, &[text, "a.cast", "-o", "ndjson"]).exits(0));
    assert_eq!(hits("needle"), ["a needle"]);
    assert_eq!(hits("$ ls"), ["$ ls"]);
}

#[test]
fn the_command_beside_each_hit_shows_it() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    for pattern in ["customers", "kubectl get", "SELECT", "POST /", "ORDER BY"] {
        let args = [pattern, "--since", "40d", "--limit", "4", "-o", "ndjson"];
        let rows = search(&environment, &args).exits(0).ndjson();
        assert!(!rows.is_empty(), "{pattern}");
        for row in rows {
            let command = row["replay"].as_str().expect("a command");
            assert!(command.starts_with("ddctl sessions replay "), "{command}");
            let _ = environment
                .run(command.split(' ').skip(1))
                .exits(0)
                .shows(pattern);
            assert!(row["time"].is_string() && row["url"].is_string(), "{row}");
        }
    }
}

#[test]
fn a_hit_far_into_a_file_is_shown_by_its_command_alone() {
    let environment = TestEnvironment::empty();
    let mut all = vec!["filler"; 400];
    all[300] = "a needle";
    cast(&environment, "my file.cast", &all);
    let output = search(&environment, &["needle", "my file.cast", "-o", "json"]).exits(0);
    let row = &output.json()[0];
    assert_eq!(
        row["replay"],
        "ddctl sessions replay 'my file.cast' --clip 298..304"
    );
    assert_eq!(
        (&row["time"], &row["offset_s"]),
        (&Value::Null, &json!(300.0))
    );
    let replay = ["sessions", "replay", "my file.cast", "--clip", "298..304"];
    let shown = environment.run(replay).exits(0).shows("a needle");
    assert!(shown.stdout.matches("filler").count() < 10, "{shown}");
}

#[test]
fn parts_and_filters_choose_where_it_is_looked() {
    let sandbox = SandboxOptions::default().sessions(80).start();
    let environment = TestEnvironment::of(&sandbox);
    let rows = |more: &[&str]| {
        let args = [
            "customers",
            // One that goes on has more to find the next time.
            "--status",
            "done",
            "--since",
            "40d",
            "--limit",
            "100000",
            "-o",
            "ndjson",
        ];
        search(&environment, &[&args, more].concat())
            .exits(0)
            .ndjson()
    };
    let all = rows(&[]);
    assert_shape("sessions_search", &Value::Array(all.clone()));
    for part in ["commands", "statements", "output"] {
        let word = part.trim_end_matches('s');
        let expected: Vec<&Value> = all.iter().filter(|row| row["part"] == word).collect();
        assert!(!expected.is_empty(), "{part}");
        assert_eq!(
            rows(&["--in", part]).iter().collect::<Vec<_>>(),
            expected,
            "{part}"
        );
    }
    let both = rows(&["--in", "statements", "--in", "output"]);
    assert!(both.iter().all(|row| row["part"] != "command"));
    for filter in [
        ["--connection", "prod-*"],
        ["--agent", "*"],
        ["--type", "database"],
        ["--outcome", "failure"],
    ] {
        let args = [
            "sessions", "list", "--since", "40d", "--limit", "1000", "-o", "ndjson",
        ];
        let listed = environment
            .run([&args[..], &filter].concat())
            .exits(0)
            .ndjson();
        let is_listed = |row: &&Value| listed.iter().any(|one| one["id"] == row["session"]);
        let expected: Vec<&Value> = all.iter().filter(is_listed).collect();
        assert_eq!(
            rows(&filter).iter().collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
    }
}

#[test]
fn a_broken_recording_is_named_and_the_others_are_searched() {
    let script = |number| RecordedSession::script(number, "postgres", "SELECT 'needle';");
    let gateway = RecordedGateway::start([
        script(1).with("event_stream", json!("gone")),
        script(2),
        script(3).with("event_stream", Value::Null),
        script(4).with("event_stream", json!(["odd", 1])),
    ]);
    let ids = [id(1), id(2), id(3), id(4)];
    let args: Vec<&str> = ["needle"]
        .into_iter()
        .chain(ids.iter().map(String::as_str))
        .collect();
    let output = search(&gateway.environment, &args).exits(1);
    let _ = output
        .shows("SELECT 'needle';")
        .says("1 hit in 1 of 1 recording")
        .says(&id(1))
        .says(&id(4));
    let nothing = search(&gateway.environment, &["needle", &id(2)]).exits(0);
    assert!(!nothing.stderr.contains("warning"), "{nothing}");
}

#[test]
fn a_file_that_is_broken_in_the_middle_gives_what_came_before_or_all_the_rest() {
    let environment = TestEnvironment::empty();
    let text = format!(
        "{HEAD}[1,\"o\",\"needle one\\r\\n\"]\n[2,\"o\",\n[3,\"o\",\"needle two\\r\\n\"]\n"
    );
    environment.write(&environment.path("a.cast"), text);
    let strict = search(&environment, &["needle", "a.cast", "-o", "ndjson"]).exits(1);
    assert_eq!(lines(&strict), ["needle one"]);
    let _ = strict.says("line 3 is no event");
    let lenient = search(
        &environment,
        &["needle", "a.cast", "--lenient", "-o", "ndjson"],
    )
    .exits(0);
    assert_eq!(lines(&lenient), ["needle one", "needle two"]);
}

#[test]
fn no_hit_is_an_answer() {
    let environment = TestEnvironment::empty();
    cast(&environment, "a.cast", &["hay"]);
    for (format, expected) in [("table", ""), ("json", "[]"), ("ndjson", "")] {
        let output = search(&environment, &["needle", "a.cast", "-o", format]).exits(0);
        assert_eq!(output.stdout.trim(), expected, "{format}");
        let _ = output.says("no hit in 1 recording");
    }
    let gateway = RecordedGateway::start([]);
    let _ = search(&gateway.environment, &["needle"])
        .exits(0)
        .says("no session matches");
}

#[test]
fn a_limit_ends_the_search_and_says_so() {
    let environment = TestEnvironment::empty();
    cast(&environment, "a.cast", &["needle"; 50]);
    let args = ["needle", "a.cast", "--limit", "3", "-o", "ndjson"];
    let output = search(&environment, &args)
        .exits(0)
        .says("the first 3 hits; --limit shows more");
    assert_eq!(output.ndjson().len(), 3);
}

#[test]
fn a_secret_is_neither_found_nor_shown() {
    let environment = TestEnvironment::empty();
    cast(
        &environment,
        "a.cast",
        &["export PGPASSWORD=hunter22secret"],
    );
    let _ = search(&environment, &["hunter22", "a.cast"])
        .exits(0)
        .says("no hit");
    let shown = search(&environment, &["export", "a.cast"])
        .exits(0)
        .shows("[redacted:password]");
    assert!(!shown.stdout.contains("hunter22"), "{shown}");
    let _ = search(&environment, &["hunter22", "a.cast", "--no-redact"])
        .exits(0)
        .shows("hunter22secret");
}

#[test]
fn standard_input_is_searched() {
    let environment = TestEnvironment::empty();
    let text = format!("{HEAD}[1,\"o\",\"a needle\\r\\n\"]\n");
    let args = ["sessions", "search", "needle", "-", "-o", "json"];
    let rows = environment.command(args).stdin(text).run().exits(0).json();
    assert_eq!(
        (&rows[0]["line"], &rows[0]["replay"]),
        (&json!("a needle"), &Value::Null)
    );
}

#[test]
fn hits_fit_a_terminal_of_40_columns() {
    let mut environment = TestEnvironment::empty();
    environment.set("NO_COLOR", "1");
    let long = format!("{} needle {}", "before ".repeat(20), "after ".repeat(20));
    cast(
        &environment,
        "a.cast",
        &["first", &long, "日本語 needle", "last"],
    );
    let args = ["sessions", "search", "needle", "a.cast", "--context", "1"];
    let output = Pty::start_sized(&environment, (40, 24), &args).finish();
    let text = output.unwrapped();
    stable().bind(|| assert_snapshot!("sessions_search_40_columns", text));
}
