//! Hundreds of open sessions at once.

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::support::until;

/// What the program may take at most, in MiB, followers of 300 sessions and all.
const MOST_MEMORY: u64 = 96;

#[test]
fn three_hundred_open_sessions_are_followed_at_once_and_none_falls_behind() {
    let sandbox = SandboxOptions::default()
        .sessions(330)
        .open(300)
        .span("10m")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let running = tail(&environment, &["-o", "ndjson"]);
    // Each says something every 1.25 s, for as long as it runs.
    let lines = until("three lines of each of 301 sessions", || {
        let mut lines: BTreeMap<String, u32> = BTreeMap::new();
        for event in running.stdout_lines() {
            let event: Value = serde_json::from_str(&event).expect("an object a line");
            if event["event"] == "line" {
                let id = event["session_id"].as_str().expect("a session").to_owned();
                *lines.entry(id).or_default() += 1;
            }
        }
        (lines.len() >= 301 && lines.values().all(|count| *count >= 3)).then_some(lines)
    });
    assert_eq!(lines.len(), 301);
    let memory = most_memory_mib(running.process_id());
    assert!(memory < MOST_MEMORY, "{memory} MiB");
    let output = interrupt(running);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
}

/// The most that a process ever had in memory; 0 where the system does not tell.
fn most_memory_mib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) / 1_024
}

#[test]
fn sessions_that_come_and_go_are_seen_whole() {
    let sandbox = SandboxOptions::default().every("700ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let mut running = tail(&environment, &["--connection", "staging-shop-host"]);
    let said = running.wait_for_stdout("success after");
    assert_order(&said, &["+ ", "opened by ci-runner", "- "]);
    let _ = interrupt(running);
}
