//! `sessions stats`: counts that agree with the list, and how they read.

use crate::support::{Pty, SandboxOptions, TestEnvironment, assert_shape};

#[test]
fn counts_agree_with_what_the_list_shows_of_the_same_sessions() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let stats = environment.run(["sessions", "stats", "--since", "40d", "-o", "json"]);
    let rows = stats.exits(0).json();
    assert_shape("sessions_stats", &rows);
    let rows = rows.as_array().expect("a bare array").clone();
    assert_eq!(
        (&rows[0]["by"], &rows[0]["sessions"]),
        (&"total".into(), &200.into())
    );
    for by in ["type", "connection", "identity", "day"] {
        let of_kind = rows.iter().filter(|row| row["by"] == by);
        let sum: u64 = of_kind.filter_map(|row| row["sessions"].as_u64()).sum();
        assert_eq!(sum, 200, "{by}");
    }
    for outcome in ["success", "failure", "blocked", "rejected", "unknown"] {
        let list = [
            "sessions",
            "list",
            "--since",
            "40d",
            "--limit",
            "1000",
            "-o",
            "json",
            "--outcome",
        ];
        let listed = environment.run(list.into_iter().chain([outcome])).exits(0);
        let listed = listed.json().as_array().map_or(0, Vec::len);
        assert_eq!(rows[0][outcome], listed, "{outcome}");
    }
}

#[test]
fn a_table_fits_80_columns_and_says_what_it_leaves_out() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("NO_COLOR", "1");
    let args = ["sessions", "stats", "--since", "40d", "--top", "2"];
    let output = Pty::start(&environment, &args).finish();
    assert_eq!(output.code, 0);
    let text = output.unwrapped();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_eq!(text.matches(" others ").count(), 3, "{text}");
    assert!(text.contains("--top shows more"), "{text}");
}

#[test]
fn a_short_range_is_told_by_the_hour_in_the_zone_that_was_asked_for() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions",
        "stats",
        "--since",
        "16h",
        "--tz",
        "Asia/Kolkata",
        "-o",
        "json",
    ];
    let rows = environment.run(args).exits(0).json();
    let rows = rows.as_array().expect("a bare array");
    let hours: Vec<&str> = rows
        .iter()
        .filter(|row| row["by"] == "hour")
        .filter_map(|row| row["name"].as_str())
        .collect();
    // The whole hours of Kolkata lie half an hour beside those of UTC.
    assert!(
        !hours.is_empty() && hours.iter().all(|at| at.ends_with(":30:00Z")),
        "{hours:?}"
    );
}

#[test]
fn stats_of_nothing_are_an_empty_array_with_a_remark() {
    let sandbox = SandboxOptions::default().sessions(0).start();
    let environment = TestEnvironment::of(&sandbox);
    for (format, expected) in [("json", "[]"), ("ndjson", ""), ("csv", ""), ("table", "")] {
        let stats = environment
            .run(["sessions", "stats", "-o", format])
            .exits(0)
            .says("no sessions match");
        assert_eq!(stats.stdout.trim(), expected, "{format}");
    }
}
