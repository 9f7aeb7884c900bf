//! Finished recordings kept on this machine: who can read them, when they are used, and when not.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::support::{
    CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment, ask,
};

/// How often a recording was asked for.
fn recordings_asked_for(sandbox: &SandboxProcess) -> usize {
    let requests = sandbox.requests(false);
    let of_recording = requests
        .iter()
        .filter(|row| row.to_string().contains("event_stream"));
    of_recording.count()
}

/// Sessions that ended and have a recording that can be read.
fn finished(sandbox: &SandboxProcess) -> Vec<String> {
    let sessions = sandbox.sessions();
    let finished = sessions.iter().filter(|row| {
        row["status"] == "done"
            && row["event_size"].as_i64() > Some(0)
            && row["connection"] == "staging-orders-db"
    });
    let ids = finished.map(|row| row["id"].as_str().expect("an id").to_owned());
    let ids: Vec<String> = ids.collect();
    assert!(ids.len() > 1, "the world has none");
    ids
}

fn replay(environment: &TestEnvironment, id: &str, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "replay", id];
    args.extend(flags);
    environment.run(args)
}

fn folder(environment: &TestEnvironment) -> PathBuf {
    environment.home().join(".cache/ddctl/recordings")
}

fn kept(environment: &TestEnvironment) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder(environment)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

#[test]
fn a_second_look_asks_the_gateway_for_no_recording_whichever_command_it_is() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let ids = finished(&sandbox);
    let first = replay(&environment, &ids[0], &["--cache"]).exits(0);
    assert_eq!(recordings_asked_for(&sandbox), 1);
    let [file] = &kept(&environment)[..] else {
        panic!("one file is kept");
    };
    assert_eq!((mode(&folder(&environment)), mode(file)), (0o700, 0o600));
    let second = replay(&environment, &ids[0], &["--cache"]).exits(0);
    assert_eq!(first.stdout, second.stdout);
    let search = ["sessions", "search", "e", &ids[0], "--cache"];
    let _ = environment.run(search).exits(0);
    let export = [
        "sessions",
        "export",
        &ids[0],
        "--to",
        "kept.cast",
        "--cache",
    ];
    let _ = environment.run(export).exits(0);
    assert_eq!(recordings_asked_for(&sandbox), 1);
    let _ = replay(&environment, &ids[0], &[]).exits(0);
    assert_eq!(recordings_asked_for(&sandbox), 2, "it was not asked for");
}

#[test]
fn the_profile_can_ask_for_it_and_nothing_else_keeps_any() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let id = &finished(&sandbox)[0];
    let _ = replay(&environment, id, &[]).exits(0);
    assert!(!folder(&environment).exists());
    environment.write_settings("[profiles.default]\nrecording_cache = \"on\"\n");
    let _ = replay(&environment, id, &[]).exits(0);
    assert_eq!(kept(&environment).len(), 1);
}

#[test]
fn a_session_that_runs_is_never_kept() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let sessions = sandbox.sessions();
    let open = sessions.iter().find(|row| row["status"] == "open");
    let id = open.expect("one is open")["id"].as_str().expect("an id");
    let _ = replay(&environment, id, &["--cache"]);
    assert!(kept(&environment).is_empty());
}

#[test]
fn a_damaged_or_an_old_recording_is_fetched_anew() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let id = &finished(&sandbox)[0];
    let first = replay(&environment, id, &["--cache"]).exits(0);
    let file = &kept(&environment)[0];
    let whole = fs::read(file).expect("a file");

    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(file, damaged).expect("written");
    let again = replay(&environment, id, &["--cache"]).exits(0);
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(recordings_asked_for(&sandbox), 2);
    assert_eq!(fs::read(file).expect("a file"), whole, "it is whole again");

    let week = Duration::from_secs(8 * 86_400);
    let old = File::options().write(true).open(file).expect("a file");
    old.set_modified(SystemTime::now() - week).expect("an age");
    let _ = replay(&environment, id, &["--cache"]).exits(0);
    assert_eq!(recordings_asked_for(&sandbox), 3);
}

#[test]
fn a_gateway_without_downloads_has_to_be_overruled() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let id = &finished(&sandbox)[0];
    let (gateway, token) = (sandbox.gateway_url().to_owned(), sandbox.var("HOOP_TOKEN"));
    let bearer = format!("Bearer {token}");
    let stern = ScriptedServer::start(move |asked| {
        let url = format!("{gateway}{}", asked.target);
        let answer = ask(
            &asked.method,
            &url,
            &[("authorization", &bearer)],
            &asked.body,
        );
        let off = "\"disable_sessions_download\":true";
        let text = answer
            .text()
            .replace("\"disable_sessions_download\":false", off);
        (answer.status, "application/json", text)
    });
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_GATEWAY_URL", stern.url());
    let _ = replay(&environment, id, &["--cache"])
        .exits(2)
        .says("the gateway has downloads of recordings switched off")
        .says("--allow-download");
    let search = ["sessions", "search", "e", id, "--cache"];
    let _ = environment.run(search).exits(2).says("--allow-download");
    let export = ["sessions", "export", id, "--to", "x.cast"];
    let _ = environment.run(export).exits(2).says("--allow-download");
    assert!(!folder(&environment).exists());

    environment.write_settings("[profiles.default]\nrecording_cache = \"on\"\n");
    let _ = replay(&environment, id, &[])
        .exits(0)
        .says("switched off: none is kept");
    assert!(!folder(&environment).exists());
    let _ = replay(&environment, id, &["--allow-download"]).exits(0);
    assert_eq!(kept(&environment).len(), 1);
    let export = [
        "sessions",
        "export",
        id,
        "--to",
        "x.cast",
        "--allow-download",
    ];
    let _ = environment.run(export).exits(0);
}
