//! What a manifest is refused for, before anybody applies it.

use std::net::TcpListener;

use crate::support::TestEnvironment;

/// With a gateway, and nothing else.
fn world() -> TestEnvironment {
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", "https://gw.example");
    environment
}

#[track_caller]
fn refused(environment: &TestEnvironment, words: &[&str], why: &str) {
    let args = ["manifest"].iter().chain(words);
    let _ = environment.run(args).exits(2).says(why);
}

#[test]
fn what_helps_nobody_is_refused_with_what_to_do() {
    let mut environment = TestEnvironment::empty();
    let _ = environment
        .run(["manifest", "relay"])
        .exits(2)
        .says("no gateway is named");
    environment.set("HOOP_APIURL", "https://dana:hunter2@gw.example");
    let output = environment.run(["manifest", "relay"]).exits(2);
    assert!(!output.stderr.contains("hunter2"), "{output}");
    environment.set("HOOP_APIURL", "https://gw.example");
    for (line, why) in [
        (
            "deployment --to events.ndjson",
            "does not write to `events.ndjson`",
        ),
        ("deployment -- --bogus", "unexpected argument '--bogus'"),
        ("relay --to llmobs", "not to `llmobs`"),
        ("relay -- --unsigned", "cannot be used with"),
        ("cronjob --since yesterweek", "yesterweek"),
        ("cronjob --schedule 17", "five fields"),
        ("compose --name Big", "small letters"),
    ] {
        let args = ["manifest"].into_iter().chain(line.split(' '));
        let _ = environment.run(args).exits(2).says(why);
    }
    environment.set("DDCTL_DELIVERY", "webhook");
    let _ = environment
        .run(["manifest", "systemd"])
        .exits(2)
        .says("nothing has to run");
    environment.set("DDCTL_DELIVERY", "export");
    let _ = environment
        .run(["manifest", "compose"])
        .exits(2)
        .says("no timetable");
    let timer = environment.run(["manifest", "systemd"]).exits(0).stdout;
    assert!(timer.contains("\nOnCalendar=*-*-* 00/6:17\n"), "{timer}");
}

#[test]
fn a_flag_by_which_it_would_not_start_is_refused() {
    let environment = world();
    for (line, why) in [
        (
            "deployment -- --profile other",
            "--profile stands behind --",
        ),
        ("relay -- --config /y", "--config stands behind --"),
        ("compose -- --ca-file /ca.pem", "--ca-file stands behind --"),
        ("systemd -- --read-only", "lets it send nothing"),
        ("deployment -- --site nowhere.example", "would not start"),
        ("cronjob -- --to -", "does not write to `-`"),
        ("cronjob -- --to logs", "given twice"),
        ("cronjob -- --include-output", "--include-output is for"),
        ("cronjob --source audit --to llmobs", "llmobs"),
    ] {
        refused(&environment, &line.split(' ').collect::<Vec<_>>(), why);
    }
}

#[test]
fn a_flag_that_would_do_nothing_or_that_the_platform_refuses_is_refused() {
    let environment = world();
    for (words, why) in [
        (&["systemd", "--schedule", "foo"][..], "a calendar event"),
        (
            &["systemd", "--schedule", "daily"],
            "means nothing in the mode follow",
        ),
        (
            &["systemd", "--mode", "relay", "--since", "1h"],
            "means nothing in the mode relay",
        ),
        (
            &["compose", "--mode", "relay", "--source", "audit"],
            "means nothing in the mode relay",
        ),
        (&["compose", "--listen", "8788"], "it is for --mode relay"),
        (&["compose", "--secrets-dir", ""], "the path of a folder"),
        (&["systemd", "--secrets-dir", "/"], "a whole path"),
        (
            &["systemd", "--binary", "/opt/my $d/ddctl"],
            "no program with quotes",
        ),
        (
            &["cronjob", "--schedule", "0 0 31 2 *"],
            "no month that it names has that day",
        ),
    ] {
        refused(&environment, words, why);
    }
}

#[test]
fn a_pause_in_which_events_grow_too_old_is_told() {
    let environment = world();
    for (words, is_told) in [
        (&["cronjob", "--schedule", "@daily"][..], true),
        (&["systemd", "--mode", "new", "--schedule", "weekly"], true),
        (&["cronjob"], false),
        (
            &["cronjob", "--schedule", "@daily", "--to", "llmobs"],
            false,
        ),
    ] {
        let output = environment.run(["manifest"].iter().chain(words)).exits(0);
        let told = output.stderr.contains("no event older than 18 hours");
        assert_eq!(told, is_told, "{words:?}\n{output}");
    }
}

#[test]
fn a_taken_address_is_wrong_usage_which_no_service_manager_tries_again() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let relay = ["relay", "--unsigned", "--to", "logs", "--listen", &address];
    let output = TestEnvironment::empty().run(relay).exits(2);
    let _ = output.says("another program listens there");
}
