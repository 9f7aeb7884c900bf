//! What is wrong on this machine: clock, proxies, secrets, the state, what runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ddctl::sandbox::datadog::API_KEY;
use serde_json::json;

use super::{assert_finds, check, doctor, state_folder};
use crate::support::{SandboxOptions, TestEnvironment, until};

#[test]
fn a_clock_that_is_off_is_found_by_either_side() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    assert_finds(&environment, "clock", "ok", &[]);
    sandbox.put_faults(&["gateway:clock=-10m"]);
    // Datadog's clock and ours are of one mind.
    let says = ["the gateway's clock is ", "set the gateway's clock"];
    assert_finds(&environment, "clock", "problem", &says);
    sandbox.put_faults(&["api:clock=+2m"]);
    assert_finds(
        &environment,
        "clock",
        "warning",
        &["behind that of Datadog"],
    );
}

#[test]
fn the_road_to_each_host_is_told_and_a_proxy_that_is_not_there_is_named_without_its_password() {
    let mut environment = TestEnvironment::empty();
    environment.set("HTTPS_PROXY", "http://ada:hunter2@127.0.0.1:1");
    environment.set("NO_PROXY", ".corp.lab");
    environment.set("DD_API_KEY", API_KEY);
    environment.set("HOOP_APIURL", "http://gateway.corp.lab");
    let output = doctor(&environment, &["--only", "proxy,api-key"]).exits(5);
    assert!(!output.stdout.contains("hunter2"), "{output}");
    let report = output.json();
    let proxy = check(&report, "proxy").to_string();
    for words in [
        "api.datadoghq.com (Datadog's API): through http://127.0.0.1:1 (HTTPS_PROXY)",
        "gateway.corp.lab (the gateway): straight",
        "through the proxy http://127.0.0.1:1 (HTTPS_PROXY): cannot connect",
        "does that proxy run",
    ] {
        assert!(proxy.contains(words), "`{words}` is not in {proxy}");
    }
    let key = check(&report, "api-key").to_string();
    assert!(
        key.contains("through the proxy http://127.0.0.1:1"),
        "{key}"
    );
    for (address, told) in [
        ("http://u:hunter2@[", "HTTPS_PROXY holds no proxy address"),
        ("socks5://127.0.0.1:1080", "names a socks5:// proxy"),
    ] {
        environment.set("HTTPS_PROXY", address);
        assert_finds(&environment, "proxy", "problem", &[told]);
    }
}

#[test]
fn a_file_of_authorities_that_holds_none_is_named() {
    let mut environment = TestEnvironment::empty();
    environment.write(&environment.path("ca.pem"), "no certificate");
    environment.set("DDCTL_CA_FILE", "ca.pem");
    assert_finds(
        &environment,
        "certificates",
        "problem",
        &["holds no certificate"],
    );
}

#[test]
fn a_key_file_that_everybody_can_read_is_found_and_closed() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.unset("DD_API_KEY");
    let key = environment.path("key");
    environment.write(&key, API_KEY);
    let mode = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("ours");
    mode(0o644);
    let flags = ["--only", "secrets", "--api-key-file", "key"];
    let found = doctor(&environment, &flags).exits(0).json();
    let text = check(&found, "secrets").to_string();
    assert!(
        text.contains("chmod o-rwx key") && text.contains("(0644)"),
        "{text}"
    );
    let _ = doctor(&environment, &[&flags[..], &["--fix", "--yes"]].concat()).exits(0);
    let bits = fs::metadata(&key).expect("there").permissions().mode();
    // Who is in its group may read on.
    assert_eq!(bits & 0o777, 0o640);
}

#[test]
fn what_opens_the_kept_secrets_is_closed_to_others_and_they_are_there_again() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.unset("DD_API_KEY");
    let keep = environment.command(["auth", "set", "api-key", "--file", "-"]);
    let _ = keep.stdin(format!("{API_KEY}\n")).run().exits(0);
    let identity = environment.home().join(".config/ddctl/secrets/default.key");
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o644)).expect("ours");
    let flags = ["--only", "secrets,api-key"];
    let found = doctor(&environment, &flags).exits(3).json();
    let secrets = check(&found, "secrets").to_string();
    assert!(secrets.contains("chmod 600"), "{secrets}");
    let key = check(&found, "api-key").to_string();
    assert!(key.contains("can be read by others"), "{key}");
    let mended = doctor(&environment, &[&flags[..], &["--fix", "--yes"]].concat()).exits(0);
    assert_eq!(check(&mended.json(), "api-key")["state"], "ok", "{mended}");
}

#[test]
fn what_lags_behind_and_what_no_destination_took_is_found() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run([
            "sessions", "export", "--since", "40d", "--until", "2d", "--to", "logs", "--yes",
        ])
        .exits(0);
    assert_finds(
        &environment,
        "positions",
        "problem",
        &["dealt with up to", "late:true"],
    );
    assert_finds(&environment, "deadletters", "ok", &[]);
    sandbox.put_faults(&["logs:poison=broken"]);
    environment.write(
        &environment.path("lines"),
        "{\"message\":\"broken\"}\n{\"message\":\"fine\"}\n",
    );
    let _ = environment
        .run(["sessions", "export", "--file", "lines", "--to", "logs"])
        .exits(6);
    assert_finds(
        &environment,
        "deadletters",
        "problem",
        &["1 set aside", "deadletters list"],
    );
}

#[test]
fn a_damaged_state_is_found_and_repaired() {
    let sandbox = SandboxOptions::default().sessions(10).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["sessions", "export", "--since", "40d", "--to", "logs"])
        .exits(0);
    let path = state_folder(&environment).join("state.db");
    let mut bytes = fs::read(&path).expect("a file");
    let word = b"datadoghq.com";
    let at = bytes.windows(word.len()).position(|part| part == word);
    bytes[at.expect("the site is there")] ^= 1;
    fs::write(&path, bytes).expect("our file");
    assert_finds(
        &environment,
        "state",
        "problem",
        &["not what was written", "state repair"],
    );
    let args = ["doctor", "--only", "state", "--fix", "--yes"];
    let mended = environment.run(args).exits(0);
    assert!(mended.stdout.contains("repaired with a loss"), "{mended}");
    assert_finds(&environment, "state", "ok", &["state.db is sound"]);
    // Half a file, of which nothing can be kept.
    let _ = environment
        .run(["sessions", "export", "--since", "40d", "--to", "logs"])
        .exits(0);
    let bytes = fs::read(&path).expect("a file");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("our file");
    let flags = ["--only", "state,positions", "--fix", "--yes"];
    let report = doctor(&environment, &flags).exits(0).json();
    let state = check(&report, "state");
    assert_eq!(state["state"], "warning", "{state}");
    for words in [
        "state.db is sound",
        "repaired with a loss",
        "ask once for --since",
    ] {
        assert!(state.to_string().contains(words), "`{words}`: {state}");
    }
    assert_ne!(report["mended"][0]["lost"], json!([]));
    let positions = check(&report, "positions").to_string();
    assert!(!positions.contains("damaged"), "{positions}");
}

#[test]
fn what_a_killed_process_left_is_found_and_taken_out() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let follow = [
        "sessions", "export", "--follow", "--since", "40d", "--to", "logs",
    ];
    let running = environment.command(follow).start();
    let folder = state_folder(&environment).join("status");
    let report = until("a report", || {
        let mut files = fs::read_dir(&folder).ok()?.flatten();
        files.find_map(|file| {
            let path = file.path();
            (path.extension()? == "json").then_some(path)
        })
    });
    assert_finds(&environment, "running", "ok", &["sessions export --follow"]);
    running.signal(rustix::process::Signal::KILL);
    let _ = running.finish();
    assert_finds(&environment, "running", "warning", &["it was killed"]);
    let args = ["doctor", "--only", "running", "--fix", "--yes"];
    let _ = environment.run(args).exits(0);
    assert!(!report.exists());
}

#[test]
fn otel_settings_of_this_environment_are_judged_without_sending() {
    let mut environment = TestEnvironment::empty();
    assert_finds(&environment, "otel", "skipped", &["no OTEL_* variable"]);
    environment.set("OTEL_SDK_DISABLED", "true");
    assert_finds(
        &environment,
        "otel",
        "warning",
        &["OTEL_SDK_DISABLED", "otel check"],
    );
}
