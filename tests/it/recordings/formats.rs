//! What is in a file of each format, and what each says of itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FORMATS, Gateway, ID, SECRET, events};
use crate::support::{RecordedGateway, RecordedSession, TestEnvironment, assert_shape, id};

/// A shell in which somebody showed a token, coloured and in two writes.
fn shell() -> Gateway {
    let (begin, end) = SECRET.split_at(12);
    Gateway::with(&[
        (0.25, "o", "$ "),
        (0.5, "i", "typed-blindly\r"),
        (1.5, "o", &format!("token \x1b[1m{begin}")),
        (1.75, "o", &format!("{end}\x1b[0m\r\n")),
        (2.0, "o", "=cmd|' /C calc'!A1\r\n"),
        (4.0, "o", "$ exit\r\n"),
    ])
}

/// What a file says of itself, by name.
type Facts = BTreeMap<String, String>;

fn facts_of_cast(text: &str) -> Facts {
    let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
    let head = header["ddctl"].as_object().expect("a key of ours").clone();
    let head = head.into_iter().map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name, value)
    });
    let comments = text
        .lines()
        .filter_map(|line| line.strip_prefix("# ddctl "));
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    };
    head.chain(comments.filter_map(pair)).collect()
}

fn facts_of_text(text: &str) -> Facts {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# "));
    let pair = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    lines.filter_map(pair).collect()
}

fn facts_of_ndjson(text: &str) -> Facts {
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let (first, last) = (&rows[0], &rows[rows.len() - 1]);
    assert_eq!(
        (&first["type"], &last["type"]),
        (&json!("recording"), &json!("end"))
    );
    [first, last]
        .into_iter()
        .flat_map(|row| row.as_object().expect("an object").clone())
        .map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name, value)
        })
        .collect()
}

fn facts_of_csv(text: &str) -> Facts {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let rows = rows.records().map(|row| row.expect("a row"));
    rows.filter(|row| &row[1] == "about")
        .filter_map(|row| {
            let (name, value) = row[3].split_once(": ")?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

#[test]
fn every_format_names_session_gateway_range_what_was_hidden_and_the_checksum() {
    let gateway = shell();
    let read: [fn(&str) -> Facts; 5] = [
        facts_of_cast,
        facts_of_cast,
        facts_of_text,
        facts_of_ndjson,
        facts_of_csv,
    ];
    for (n, ((ending, flags), read)) in FORMATS.iter().zip(read).enumerate() {
        let flags = [*flags, &["--clip", "1s..3s"]].concat();
        let text = gateway.export(&format!("{n}.{ending}"), &flags);
        let facts = read(&text);
        assert_eq!(facts["session"], ID, "{flags:?}");
        assert_eq!(facts["gateway"], gateway.server.url(), "{flags:?}");
        assert_eq!(facts["range"], "1.000..3.000", "{flags:?}");
        assert!(facts["redaction"].contains("[redacted:RULE]"), "{flags:?}");
        assert!(
            facts["hidden"].contains("github-token"),
            "{flags:?} {facts:?}"
        );
        assert_eq!(facts["sha256"], gateway.sha256(), "{flags:?}");
    }
}

#[test]
fn a_page_and_a_picture_name_the_same() {
    let gateway = shell();
    for (name, flags) in [
        ("it.html", &["--clip", "1s..3s"]),
        ("it.svg", &["--at", "2s"]),
    ] {
        let text = gateway.export(name, flags);
        for told in [
            ID,
            gateway.server.url(),
            "github-token × 1",
            &gateway.sha256(),
        ] {
            assert!(text.contains(told), "{name}: {told}");
        }
    }
    assert!(
        gateway
            .export("part.html", &["--clip", "1s..3s"])
            .contains("0:00:01.000 to 0:00:03")
    );
}

#[test]
fn no_format_shows_a_secret_or_what_was_typed_unless_somebody_asks() {
    let gateway = shell();
    for (n, (ending, flags)) in FORMATS.iter().enumerate() {
        let text = gateway.export(&format!("{n}.{ending}"), flags);
        for hidden in [SECRET, &SECRET[..12], &SECRET[12..], "typed-blindly"] {
            assert!(!text.contains(hidden), "{hidden} in {flags:?}: {text}");
        }
    }
    let open = gateway.export("open.txt", &["--no-redact"]);
    assert!(open.contains(SECRET), "{open}");
    assert_eq!(facts_of_text(&open)["redaction"], "off");
    let typed = gateway.export("typed.cast", &["--include-input"]);
    assert!(typed.contains("typed-blindly"), "{typed}");
}

#[test]
fn asciicast_of_both_versions_holds_the_same_events_and_the_exit_code() {
    let gateway = shell();
    let third = events(&gateway.export("3.cast", &[]));
    let second = events(&gateway.export("2.cast", &["--format", "cast2"]));
    let codes: Vec<&str> = third.iter().filter_map(|event| event[1].as_str()).collect();
    assert_eq!(codes, ["o", "o", "o", "o", "o", "x"]);
    assert_eq!(third[5][2], "3");
    let mut now = 0.0;
    for (third, second) in third.iter().zip(&second) {
        now += third[0].as_f64().expect("an interval");
        let time = second[0].as_f64().expect("a time");
        assert!((now - time).abs() < 0.001, "{now} {time}");
        assert_eq!((&third[1], &third[2]), (&second[1], &second[2]));
    }
    assert_eq!(third.len(), second.len());
    let text = gateway.export("again.cast", &["--format", "cast2"]);
    let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
    assert_eq!(
        (&header["version"], &header["duration"]),
        (&json!(2), &json!(4.0))
    );
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_text() {
    let text = shell().export("it.csv", &["--recording"]);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let cells: Vec<String> = rows
        .records()
        .flat_map(|row| {
            row.expect("a row")
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(
        cells.iter().any(|cell| cell.starts_with("'=cmd|")),
        "{cells:?}"
    );
    let runs = |cell: &&String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert_eq!(cells.iter().find(runs), None);
}

#[test]
fn what_was_written_keeps_its_shape() {
    let gateway = shell();
    let args = ["sessions", "export", ID, "--to", "it.cast", "-o", "json"];
    let written = gateway.environment.run(args).exits(0).json();
    assert_eq!(written[0]["sha256"], gateway.sha256());
    assert_eq!(written[0]["hidden"], json!({"github-token": 1}));
    assert_shape("sessions_export_recordings", &written);
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    let gateway = shell();
    for (args, said) in [
        (
            &["--to", "x.html", "--at", "2s"][..],
            "--at is for pictures",
        ),
        (&["--to", "x.svg", "--clip", "1s..2s"], "--at names it"),
        (&["--to", "x.ndjson", "--clip", "1s..2s"], "--recording"),
        (&["--to", "logs", "--lenient"], "--recording"),
        (
            &["--to", "logs", "--recording"],
            "`logs` takes session events",
        ),
        (
            &["--to", "x.json", "--recording"],
            "JSON holds session events",
        ),
        (
            &["--to", "x.cast", "--timing", "x.tm"],
            "--timing is of one typescript",
        ),
    ] {
        let mut all = vec!["sessions", "export", ID];
        all.extend(args);
        let _ = gateway.environment.run(all).exits(2).says(said);
    }
    assert_eq!(super::names(&gateway.environment), [""; 0]);
}

#[test]
fn a_gateway_with_downloads_off_is_asked_for_none_unless_somebody_says_so() {
    let gateway = Gateway::sending(super::stream(&[(0.5, "o", "hello\r\n")]), true);
    let environment = &gateway.environment;
    for (ending, flags) in FORMATS {
        let name = format!("x.{ending}");
        let mut args = vec!["sessions", "export", ID, "--to", &name];
        args.extend(flags);
        let _ = environment.run(args).exits(2).says("--allow-download");
    }
    let asked = gateway.server.asked();
    assert!(
        asked
            .iter()
            .all(|asked| !asked.target.contains("event_stream")),
        "{asked:?}"
    );
    assert_eq!(super::names(environment), [""; 0]);
    assert!(
        gateway
            .export("x.txt", &["--allow-download"])
            .contains("hello")
    );
}

#[test]
fn a_clip_behind_the_end_is_said_to_be_empty() {
    let environment = TestEnvironment::empty();
    environment.write(
        &environment.path("short.cast"),
        "{\"version\":2,\"width\":80,\"height\":24}\n[2.0,\"o\",\"a\"]\n",
    );
    for ending in ["cast", "txt", "ndjson", "csv", "html"] {
        let to = format!("x.{ending}");
        let _ = environment
            .run([
                "sessions",
                "export",
                "short.cast",
                "--clip",
                "9s..",
                "--to",
                &to,
                "--overwrite",
            ])
            .exits(0)
            .says("nothing of the recording is in the clip");
    }
    let _ = environment
        .run(["sessions", "replay", "short.cast", "--clip", "9s.."])
        .exits(0)
        .says("nothing of the recording is in the clip: it ends after 2.0s");
    let inside = ["sessions", "replay", "short.cast", "--clip", "1s.."];
    let output = environment.run(inside).exits(0);
    assert_eq!(
        (output.stdout.trim_end(), output.stderr.as_str()),
        ("a", "")
    );
}

#[test]
fn a_flag_is_proposed_only_where_it_was_not_given() {
    let statements: [&[u8]; 1] = [b"\x03SELECT 1"];
    let session = RecordedSession::native(1, "mysql", &statements);
    let gateway = RecordedGateway::start([session]);
    let export = |name: &str, flags: &[&str]| {
        let id = id(1);
        let mut args = vec!["sessions", "export", &id, "--allow-download", "--to", name];
        args.extend(flags);
        gateway.environment.run(args).exits(0)
    };
    let _ = export("plain.cast", &[]).says("--include-input keeps it");
    let kept = export("kept.cast", &["--include-input"]).says("1 recording without output");
    assert!(!kept.stderr.contains("--include-input"), "{kept}");
}
