//! What a person sees on a terminal, whatever the command: for whom the program waits, text of others
//! made harmless, tables of every width, terminals that can do little, words that were mistyped.

use std::sync::{Mutex, mpsc};

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::support::{Pty, RecordedGateway, RecordedSession, ScriptedServer, TestEnvironment};

const SINCE: &str = "2026-08-20T00:00:00Z";

/// Sessions of people and agents with names of some length.
fn gateway() -> RecordedGateway {
    RecordedGateway::start([
        RecordedSession::script(2, "postgres", "select 1")
            .with("user_name", json!("kenji"))
            .with("user", json!("kenji@shop.example"))
            .with("identity_type", json!("user"))
            .with("connection", json!("analytics-notebooks"))
            .with("exit_code", json!(1)),
        RecordedSession::script(1, "", "uptime").with("connection", json!("prod-orders-db")),
    ])
}

#[test]
fn whoever_waits_is_told_for_whom_until_the_answer_is_there() {
    let (gate, opened) = mpsc::channel::<()>();
    let opened = Mutex::new(opened);
    let server = ScriptedServer::start(move |_| {
        // Until the test drops its end.
        let _ = opened.lock().expect("no server panics").recv();
        (404, "application/json", "{}".to_owned())
    });
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", server.url());
    environment.set("HOOP_TOKEN", "hpk_recorded");
    let id = "a0000000-0000-4000-8000-000000000001";
    let mut pty = Pty::start(&environment, &["sessions", "show", id]);
    let host = server.url().trim_start_matches("http://");
    pty.wait_for(&format!("waiting for {host}"));
    drop(gate);
    let shown = pty.finish().unwrapped();
    assert!(!shown.contains("waiting"), "{shown}");
    assert!(shown.contains("error:"), "{shown}");
}

#[test]
fn rows_on_a_terminal_show_what_a_file_holds_as_it_is() {
    let title = "\u{1b}]0;x\u{7}\u{9b}1m\u{202e}";
    let session = RecordedSession::script(1, "", &format!("echo {title}"));
    let gateway = RecordedGateway::start([session.with("user_name", json!(title))]);
    let args = [
        "sessions", "export", "--since", SINCE, "--to", "-", "--format", "csv",
    ];
    let wire = Pty::start(&gateway.environment, &args).finish().wire;
    let wire = String::from_utf8(wire).expect("text");
    for acted_on in ["\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}"] {
        assert!(!wire.contains(acted_on), "{wire:?}");
    }
    assert!(wire.contains("␛]0;x␇"), "{wire:?}");
    let piped = gateway.environment.run(args).exits(0);
    assert!(piped.stdout.contains(title), "{piped}");
}

#[test]
fn no_row_is_wider_than_the_terminal_and_no_name_is_broken_at_80_columns() {
    let mut gateway = gateway();
    gateway.environment.set("NO_COLOR", "1");
    let show = ["sessions", "show", "a0000000-0000-4000-8000-000000000002"];
    let list = ["sessions", "list", "--since", SINCE];
    let stats = ["sessions", "stats", "--since", SINCE];
    for (width, args) in [
        (80, &list[..]),
        (50, &list),
        (40, &list),
        (66, &stats),
        (50, &stats),
        (60, &show),
    ] {
        let pty = Pty::start_sized(&gateway.environment, (width, 24), args);
        let shown = pty.finish().unwrapped();
        // An address and a command are to be copied, not cut.
        let is_copied = |line: &str| line.contains("://") || line.contains("  ddctl ");
        let is_wide = |line: &&str| line.width() > width.into() && !is_copied(line);
        let wide: Vec<&str> = shown.lines().filter(is_wide).collect();
        assert!(wide.is_empty(), "{width} {args:?}: {wide:#?}");
        assert!(shown.contains("analytics-notebooks"), "{shown}");
    }
}

#[test]
fn a_dumb_terminal_gets_the_transcript_and_nothing_that_paints() {
    let mut environment = TestEnvironment::empty();
    environment.set("TERM", "dumb");
    let recording = "{\"version\":2,\"width\":80,\"height\":24}\n[0.1,\"o\",\"hello\\r\\n\"]\n";
    environment.write(&environment.path("one.cast"), recording);
    let output = Pty::start(&environment, &["sessions", "replay", "one.cast"]).finish();
    let shown = String::from_utf8(output.wire).expect("text");
    assert!(shown.contains("hello"), "{shown:?}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn help_on_a_terminal_of_ascii_is_ascii() {
    let mut environment = TestEnvironment::empty();
    environment.set("LANG", "C");
    let output = Pty::start(&environment, &["sessions", "list", "--help"]).finish();
    let shown = String::from_utf8(output.wire).expect("text");
    assert!(shown.is_ascii(), "{shown}");
    assert!(shown.contains("httpproxy, ..."), "{shown}");
}

#[test]
fn a_name_that_was_mistyped_is_answered_with_the_one_that_is_there() {
    let gateway = gateway();
    let of = |args: &[&str]| gateway.environment.run(args);
    let list = ["sessions", "list", "--since", SINCE];
    for (flag, typed, meant) in [
        ("--connection", "prod-orders", "prod-orders-db"),
        ("--user", "kenij@shop.example", "kenji@shop.example"),
        ("--agent", "codx", "codex"),
    ] {
        let args = [&list[..], &[flag, typed]].concat();
        let _ = of(&args)
            .exits(0)
            .says(&format!("did you mean {flag} {meant}?"));
    }
    let _ = of(&["sessions", "export", "--since", "1d", "--to", "lgs"])
        .exits(2)
        .says("there is no destination `lgs`; did you mean `logs`?");
    let _ = of(&["sessions", "help"])
        .exits(0)
        .shows("Usage: ddctl sessions");
}
