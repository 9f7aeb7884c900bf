//! Secrets through the front door: the profile's rules, tokens that join, and the report.

use serde_json::Value;

use crate::support::TestEnvironment;

/// A shell in which the same password is used twice, another once, and a badge is shown.
const OUTPUT: [&str; 4] = [
    "$ export DB_PASS",
    "WORD=hunter2secret\r\n$ echo by EMP-4711\r\nby EMP-4711\r\n",
    "$ psql postgres://app:hunter2secret@db/shop\r\n",
    "$ export A_PASSWORD=hunter2secret B_PASSWORD=other2secret\r\n",
];

const RULES: &str =
    "[[profiles.default.redaction.rules]]\nname = \"badge\"\nregex = 'EMP-\\d+'\nkeep = 2\n";

fn with_shell() -> TestEnvironment {
    let environment = TestEnvironment::empty();
    let mut file = "{\"version\":2,\"width\":80,\"height\":24}\n".to_owned();
    for (second, text) in (1..).zip(OUTPUT) {
        file.push_str(&format!("{}\n", serde_json::json!([second, "o", text])));
    }
    environment.write(&environment.path("session.cast"), file);
    environment
}

fn transcript(environment: &TestEnvironment, flags: &[&str]) -> String {
    let mut args = vec!["sessions", "replay", "session.cast"];
    args.extend(flags);
    let output = environment.run(args).exits(0);
    output.stdout
}

#[test]
fn the_profiles_rules_hide_in_every_command_that_shows_recordings() {
    let environment = with_shell();
    environment.write_settings(RULES);
    for flags in [&[][..], &["--raw"]] {
        let text = transcript(&environment, flags);
        assert!(text.contains("by [redacted:badge]11"), "{text}");
        assert!(!text.contains("EMP-4711") && !text.contains("hunter2"));
    }
    let search = environment
        .run(["sessions", "search", "by", "session.cast"])
        .exits(0)
        .shows("[redacted:badge]11");
    assert!(!search.stdout.contains("4711"));
    let _ = environment
        .run(["sessions", "search", "EMP-4711", "session.cast"])
        .exits(0)
        .says("no hit");
    assert!(transcript(&environment, &["--no-redact"]).contains("by EMP-4711"));
}

#[test]
fn a_rule_that_is_wrong_ends_the_command_before_anything_is_shown() {
    let environment = with_shell();
    environment.write_settings(&RULES.replace("EMP-", "(?!x)"));
    let output = environment
        .run(["sessions", "replay", "session.cast"])
        .exits(2)
        .says("redaction of profile `default`: the regex of rule `badge` is wrong: look-around");
    assert!(output.stdout.is_empty());
}

/// The marks of a text, in order.
fn marks(text: &str) -> Vec<&str> {
    text.match_indices("[redacted:")
        .map(|(at, _)| &text[at..at + text[at..].find(']').expect("a mark ends")])
        .collect()
}

#[test]
fn with_a_key_the_same_secret_has_the_same_mark_in_every_run_and_file() {
    let mut environment = with_shell();
    let key = environment.path("key");
    environment.write(&key, "a key of thirty-two characters!\n".replace(' ', "-"));
    let settings = format!(
        "[profiles.default.redaction]\nkey_file = '{}'\n",
        key.display()
    );
    environment.write_settings(&settings);
    let text = transcript(&environment, &[]);
    let [first, url, again, other] = marks(&text)[..] else {
        panic!("{text}");
    };
    assert_eq!(first, again);
    assert!(
        first.starts_with("[redacted:password:") && first.len() == 35,
        "{first}"
    );
    assert!(other.starts_with("[redacted:password:") && other != first);
    // Another rule is another space: its marks join with one another alone.
    assert!(url.starts_with("[redacted:url-password:") && !url.ends_with(&first[19..]));
    assert_eq!(transcript(&environment, &[]), text);
    environment.set("DDCTL_REDACTION_KEY", "another-key-of-this-length");
    assert_ne!(marks(&transcript(&environment, &[]))[0], first);
}

#[test]
fn a_key_that_is_missing_or_short_ends_the_command_and_is_not_shown() {
    let mut environment = with_shell();
    environment.write_settings("[profiles.default.redaction]\nkey_file = '/no/such/key'\n");
    let replay = ["sessions", "replay", "session.cast"];
    let output = environment.run(replay).exits(4).says("/no/such/key");
    assert!(output.stdout.is_empty());
    environment.set("DDCTL_REDACTION_KEY", "guessable");
    let output = environment.run(replay).exits(2).says("could be guessed");
    assert!(!output.stderr.contains("guessable"));
}

#[test]
fn a_report_tells_rule_count_and_place_and_no_value() {
    let environment = with_shell();
    environment.write_settings(RULES);
    for (flags, event) in [(&[][..], Value::Null), (&["--raw"], 1.into())] {
        let mut all = vec!["--redaction-report", "hidden.json"];
        all.extend(flags);
        let _ = transcript(&environment, &all);
        let text = std::fs::read_to_string(environment.path("hidden.json")).expect("a report");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(report["recording"], "session.cast");
        assert_eq!(report["hidden"], 6);
        assert_eq!(report["rules"]["badge"], 2);
        assert_eq!(report["rules"]["password"], 3);
        let first = &report["places"][0];
        assert_eq!(
            (&first["rule"], &first["event"]),
            (&"password".into(), &event)
        );
        assert_eq!(first["time"], if event.is_null() { 1.0 } else { 2.0 });
        assert_eq!(report["places_left_out"], 0);
        assert!(!text.contains("hunter2") && !text.contains("4711"));
    }
}

#[test]
fn a_report_counts_what_is_in_the_clip_and_hides_what_began_before_it() {
    let environment = with_shell();
    let flags = ["--clip", "3.5s..", "--redaction-report", "hidden.json"];
    let text = transcript(&environment, &flags);
    assert!(!text.contains("hunter2"), "{text}");
    let report = std::fs::read(environment.path("hidden.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["hidden"], 2, "{report}");
}

#[test]
fn passwords_of_a_native_client_are_hidden_even_unredacted_and_stand_in_the_report() {
    let environment = TestEnvironment::empty();
    let frames = concat!(
        "[[0.5,\"i\",\"",
        // Q: ALTER ROLE app PASSWORD 'hunter2'
        "UQAAACZBTFRFUiBST0xFIGFwcCBQQVNTV09SRCAnaHVudGVyMicA",
        "\"]]"
    );
    environment.write(&environment.path("session.cast"), frames);
    let flags = ["--no-redact", "--redaction-report", "hidden.json"];
    let text = transcript(&environment, &flags);
    assert!(
        text.contains("PASSWORD '[redacted:sql-password]'"),
        "{text}"
    );
    let report = std::fs::read(environment.path("hidden.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["redacted"], false);
    assert_eq!(report["rules"]["sql-password"], 1);
    assert_eq!(report["places"][0]["event"], 0);
}

#[test]
fn an_export_reports_each_recording_whatever_it_becomes() {
    let environment = with_shell();
    environment.write_settings(RULES);
    let shell = std::fs::read(environment.path("session.cast")).expect("a recording");
    environment.write(&environment.path("other.cast"), shell);
    for format in ["cast", "cast2", "txt", "ndjson", "csv", "html", "svg"] {
        let folder = format!("{format}/");
        std::fs::create_dir(environment.path(&folder)).expect("a folder");
        let _ = environment
            .run([
                "sessions",
                "export",
                "session.cast",
                "other.cast",
                "--to",
                &folder,
                "--format",
                format,
                "--redaction-report",
                "hidden.json",
                "--include-input",
            ])
            .exits(0);
        let text = std::fs::read_to_string(environment.path("hidden.json")).expect("a report");
        let reports: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let of: Vec<&Value> = reports.iter().map(|report| &report["recording"]).collect();
        assert_eq!(of, ["session.cast", "other.cast"]);
        for report in &reports {
            assert_eq!(report["rules"]["badge"], 2, "{format}: {report}");
            let places = report["places"].as_array().expect("places");
            assert_eq!(report["hidden"], places.len(), "{format}: {report}");
        }
        assert!(!text.contains("hunter2") && !text.contains("4711"));
    }
}

#[test]
fn events_have_no_redaction_report() {
    let _ = with_shell()
        .run([
            "sessions",
            "export",
            "--since",
            "1h",
            "--to",
            "x.ndjson",
            "--redaction-report",
            "r",
        ])
        .exits(2)
        .says("--redaction-report");
}
