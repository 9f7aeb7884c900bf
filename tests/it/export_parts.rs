//! `sessions export --rotate-size` and `--rotate-age`: one file after the other, each whole, and
//! every event in one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    CommandOutput, Running, SandboxOptions, SandboxProcess, TestEnvironment, until,
};

/// Past every session of the sandbox.
const EVERYTHING: [&str; 2] = ["--since", "40d"];

fn folder(environment: &TestEnvironment) -> PathBuf {
    let folder = environment.home().join("out");
    fs::create_dir(&folder).expect("a writable home");
    folder
}

fn start(environment: &TestEnvironment, flags: &[&[&str]]) -> Running {
    let to = environment.home().join("out/events.ndjson");
    let to = to.display().to_string();
    let args = [&["sessions", "export", "--to", &to], &flags.concat()[..]].concat();
    environment.command(args).start()
}

fn export(environment: &TestEnvironment, flags: &[&[&str]]) -> CommandOutput {
    start(environment, &[flags, &[&["-o", "json"]]].concat()).finish()
}

/// The finished files, by name.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut parts: Vec<PathBuf> = paths.filter(|path| !is_hidden(path)).collect();
    parts.sort();
    parts
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().expect("a name");
    name.to_string_lossy().starts_with('.')
}

fn id_of(row: &Value) -> String {
    let id = row["evt"]["id"].as_str();
    id.expect("every event has an id").to_owned()
}

fn ids(part: &Path) -> Vec<String> {
    let text = fs::read_to_string(part).expect("a finished file");
    assert!(text.ends_with('\n'), "{} is cut off", part.display());
    let rows = text.lines().map(serde_json::from_str);
    rows.map(|row| id_of(&row.expect("a whole line"))).collect()
}

/// How often each event is in the files, by its id.
fn written(parts: &[PathBuf]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for id in parts.iter().flat_map(|part| ids(part)) {
        *count.entry(id).or_default() += 1;
    }
    count
}

fn set(written: &BTreeMap<String, usize>) -> BTreeSet<String> {
    written.keys().cloned().collect()
}

/// The ids of everything there is.
fn everything(environment: &TestEnvironment) -> BTreeSet<String> {
    let to_stdout = [&["sessions", "export", "--to", "-"], &EVERYTHING[..]].concat();
    let rows = environment.run(to_stdout).exits(0).ndjson();
    rows.iter().map(id_of).collect()
}

/// Enough for a run that is seen in its middle.
fn many() -> SandboxProcess {
    SandboxOptions::default().sessions(600).start()
}

const SMALL: [&str; 2] = ["--rotate-size", "4kB"];

#[test]
fn files_end_at_their_size_and_their_names_sort_by_time() {
    let sandbox = SandboxOptions::default().sessions(100).start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let summary = export(&environment, &[&EVERYTHING, &["--rotate-size", "20kB"]]);
    let summary = summary.exits(0).json();
    let parts = parts(&folder);
    assert!(parts.len() > 2, "{parts:?}");
    assert_eq!(summary["requests"], parts.len());
    let found = |path: &PathBuf| fs::metadata(path).expect("a finished file");
    let (_, whole) = parts.split_last().expect("some files");
    assert!(whole.iter().all(|path| found(path).len() >= 20_000));
    let times = parts
        .iter()
        .map(|path| found(path).modified().expect("a time"));
    assert!(times.collect::<Vec<_>>().is_sorted(), "{parts:?}");
    let written = written(&parts);
    assert_eq!(set(&written), everything(&environment));
    assert!(written.values().all(|count| *count == 1));
}

#[test]
fn each_file_of_another_format_is_whole_as_well() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let to = format!("{}/events.json", folder.display());
    let all = [
        &["sessions", "export", "--to", &to],
        &EVERYTHING[..],
        &SMALL,
    ]
    .concat();
    let _ = environment.run(all).exits(0);
    let parts = parts(&folder);
    assert!(parts.len() > 2, "{parts:?}");
    let rows = parts.iter().flat_map(|part| {
        let text = fs::read_to_string(part).expect("a finished file");
        serde_json::from_str::<Vec<Value>>(&text).expect("an array")
    });
    let ids: BTreeSet<String> = rows.map(|row| id_of(&row)).collect();
    assert_eq!(ids, everything(&environment));
}

#[test]
fn a_run_that_stays_ends_files_at_their_age_and_another_goes_on() {
    let sandbox = SandboxOptions::default().every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let stay = ["--follow", "--interval", "200ms", "--rotate-age", "400ms"];
    for round in 0..2 {
        let since: &[&str] = if round == 0 { &["--since", "1h"] } else { &[] };
        let before = parts(&folder).len();
        let running = start(&environment, &[&stay, since]);
        until("files end while it runs", || {
            (parts(&folder).len() >= before + 3).then_some(())
        });
        running.signal(Signal::TERM);
        let _ = running.finish().exits(0);
    }
    let written = written(&parts(&folder));
    let twice: Vec<_> = written.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_run_that_is_killed_loses_nothing_and_repeats_one_file_at_most() {
    let sandbox = many();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let running = start(&environment, &[&EVERYTHING, &SMALL]);
    until("some files are finished", || {
        (parts(&folder).len() > 3).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let before = parts(&folder);
    let expected = everything(&environment);
    assert!(set(&written(&before)).len() < expected.len(), "it was done");

    let _ = export(&environment, &[&EVERYTHING, &SMALL]).exits(0);
    let names = fs::read_dir(&folder).expect("our folder");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let hidden: Vec<_> = names
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    let written = written(&parts(&folder));
    assert_eq!(set(&written), expected);
    let twice = written.values().filter(|count| **count > 1).count();
    let longest = before.iter().map(|part| ids(part).len()).max();
    assert!(Some(twice) <= longest, "{twice} are there twice");
}

#[test]
fn a_folder_that_vanishes_is_named_and_nothing_is_lost() {
    let sandbox = many();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let running = start(&environment, &[&EVERYTHING, &SMALL]);
    until("some files are finished", || {
        (parts(&folder).len() > 3).then_some(())
    });
    let away = environment.home().join("away");
    fs::rename(&folder, &away).expect("our folder");
    let failed = running.finish().exits(1);
    let why = format!("the folder {} is gone", folder.display());
    for told in [&*why, "with the next run"] {
        assert!(failed.stderr.contains(told), "{}", failed.stderr);
    }
    fs::create_dir(&folder).expect("a writable home");
    let _ = export(&environment, &[&EVERYTHING, &SMALL]).exits(0);
    let written = written(&[parts(&away), parts(&folder)].concat());
    assert_eq!(set(&written), everything(&environment));
    assert!(written.values().all(|count| *count == 1));
}

#[test]
fn new_writes_what_is_new_and_again_writes_everything() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = folder(&environment);
    let refused = export(&environment, &[&["--new"], &SMALL]).exits(2);
    assert!(refused.stderr.contains("--new --since 12h"));
    let _ = export(&environment, &[&["--new"], &EVERYTHING, &SMALL]).exits(0);
    let first = parts(&folder);
    assert_eq!(set(&written(&first)), everything(&environment));
    let second = export(&environment, &[&["--new"], &SMALL]).exits(0).json();
    assert_eq!(second["accepted"], 0);
    assert_eq!(parts(&folder), first, "a run without events makes no file");

    let _ = export(&environment, &[&EVERYTHING, &SMALL, &["--again"]]).exits(0);
    assert!(written(&parts(&folder)).values().all(|count| *count == 2));
}

#[test]
fn what_would_do_nothing_is_refused() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    for (flags, why) in [
        (
            &["--to", "-", "--rotate-size", "1MB"][..],
            "no file is written",
        ),
        (
            &["--to", "logs", "--rotate-age", "1h"],
            "no file is written",
        ),
        (&["--to", "a.cast", "--rotate-age", "1h"], "session events"),
        (&["--to", "a.csv", "--rotate-size", "0"], "is no size"),
        (
            &["--to", "a.csv", "--rotate-age", "0s"],
            "longer than nothing",
        ),
        (
            &["--to", "a.csv", "--rotate-size", "1MB", "--overwrite"],
            "cannot be used with",
        ),
    ] {
        let all = [&["sessions", "export"], &EVERYTHING[..], flags].concat();
        let refused = environment.run(all).exits(2);
        assert!(
            refused.stderr.contains(why),
            "{flags:?}: {}",
            refused.stderr
        );
    }
}
