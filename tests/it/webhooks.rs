//! `webhooks register` and `list`: the gateway is asked first, nothing is attached unasked, no key is
//! seen.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::{
    CommandOutput, Pty, SECRET, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape,
};

const RELAY: &str = "https://relay.example.com/hoop";
const AUDITOR: &str = "hpk_sandbox-auditor-0000000000000000000000000000";

fn register(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["webhooks", "register", "--to", RELAY];
    args.extend(["--signing-secret-file", "relay.secret"]);
    args.extend(flags);
    environment.run(args)
}

/// Requests that change something, as `METHOD PATH`.
fn changes(sandbox: &SandboxProcess) -> Vec<String> {
    let is_change = |row: &&Value| row["method"] != "GET";
    let name = |row: &Value| {
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", word("method"), word("path"))
    };
    sandbox
        .requests(false)
        .iter()
        .filter(is_change)
        .map(name)
        .collect()
}

#[test]
fn registering_enables_the_plugin_with_no_connection_and_happens_once() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let first = register(&environment, &["--yes", "-o", "json"]).exits(0);
    assert_eq!(first.json()["url"], RELAY);
    assert_eq!(
        changes(&sandbox),
        [
            "POST /api/plugins",
            "POST /api/webhooks/eventtypes",
            "POST /api/webhooks/eventtypes",
            "POST /api/webhooks/eventtypes",
            "POST /api/webhooks/endpoints"
        ]
    );
    let plugin = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
    let attached = plugin["connections"].as_array().map(Vec::len);
    assert_eq!(attached.unwrap_or_default(), 0, "{plugin}");
    let again = register(&environment, &["--yes", "-o", "json"])
        .exits(0)
        .says("already");
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(
        changes(&sandbox).len(),
        5,
        "the second time changed something"
    );
}

#[test]
fn another_destination_under_the_same_name_is_refused_and_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let before = changes(&sandbox);
    let other = [
        "webhooks",
        "register",
        "--to",
        "https://other.example.com/",
        "--signing-secret-file",
        "relay.secret",
    ];
    let _ = environment.run(other).exits(1).says(RELAY).says("--uid");
    assert_eq!(changes(&sandbox), before);
    let _ = environment
        .run(other.into_iter().chain(["--uid", "second"]))
        .exits(0);
}

#[test]
fn a_preview_of_a_name_that_is_taken_shows_the_difference() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let before = changes(&sandbox);
    let _ = register(&environment, &["--dry-run"])
        .exits(0)
        .says("registered already");
    let secret = ["--signing-secret-file", "relay.secret", "--dry-run"];
    let other = ["webhooks", "register", "--to", "https://other.example.com/"];
    let _ = environment
        .run(other.into_iter().chain(secret))
        .exits(1)
        .says(RELAY)
        .says("https://other.example.com/");
    assert_eq!(changes(&sandbox), before);
}

#[test]
fn another_secret_under_the_same_name_is_told_of_as_far_as_it_can_be_known() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let _ = register(&environment, &[])
        .exits(0)
        .says("cannot be known through the gateway");
    let svix = ["--svix-url", sandbox.var("DDCTL_SANDBOX_SVIX_URL"), "--yes"];
    let same = register(&environment, &svix).exits(0);
    assert!(!same.stderr.contains("cannot be known"), "{same}");
    let lost = environment.path("relay.secret");
    fs::write(&lost, format!("{SECRET}\n")).expect("ours");
    let _ = register(&environment, &svix)
        .exits(1)
        .says("a secret that relay.secret does not hold")
        .says("webhooks update ddctl --signing-secret-file relay.secret");
    let update = [
        "webhooks",
        "update",
        "--signing-secret-file",
        "relay.secret",
    ];
    let _ = environment
        .run(update.iter().chain(&["--yes"]))
        .exits(2)
        .says("--svix-url");
    let updated = environment.run(update.iter().chain(&svix)).exits(0);
    assert!(!updated.to_string().contains(SECRET), "{updated}");
    let _ = register(&environment, &svix)
        .exits(0)
        .says("nothing was changed");
    let _ = environment
        .run(update.iter().chain(&svix))
        .exits(0)
        .says("nothing was changed");
}

#[test]
fn what_moves_from_datadog_to_a_relay_gets_a_secret_that_the_relay_has() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let svix = ["--svix-url", sandbox.var("DDCTL_SANDBOX_SVIX_URL"), "--yes"];
    let of_svix = |line: &[&str]| environment.run(line.iter().chain(&svix));
    let _ = of_svix(&["webhooks", "register", "--to", "logs"]).exits(0);
    let update = ["webhooks", "update", "--to", RELAY];
    let _ = of_svix(&[&update[..], &["--dry-run"]].concat())
        .exits(0)
        .says("no relay can check")
        .says("--signing-secret-file");
    let secret = ["--signing-secret-file", "relay.secret"];
    let moved = of_svix(&[&update[..], &secret].concat()).exits(0);
    assert!(!moved.stderr.contains("no relay can check"), "{moved}");
    assert!(environment.path("relay.secret").exists());
    // Svix signs with what the file holds.
    let _ = register(&environment, &svix)
        .exits(0)
        .says("nothing was changed");
}

#[test]
fn attaching_is_asked_about_before_anything_is_changed() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let before = changes(&sandbox);
    let flags = ["--uid", "second", "--attach", "prod-*-db"];
    let _ = register(&environment, &[&flags[..], &["--no-input"]].concat())
        .exits(2)
        .says("--yes");
    assert_eq!(changes(&sandbox), before);
    let line = [
        "webhooks",
        "register",
        "--to",
        RELAY,
        "--signing-secret-file",
        "relay.secret",
    ];
    let mut asked = Pty::start(&environment, &[&line[..], &flags].concat());
    asked.wait_for("Push the sessions of 4 connections");
    asked.type_keys("n");
    assert_eq!(asked.finish().code, 1);
    assert_eq!(changes(&sandbox), before);
}

#[test]
fn the_message_to_send_again_fits_on_a_narrow_screen() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let receiver = ScriptedServer::start(|_| {
        let why = "the database behind it does not answer, so come back later".to_owned();
        (500, "text/plain", why)
    });
    let line = ["webhooks", "register", "--to", receiver.url(), "--yes"];
    let secret = ["--signing-secret-file", "relay.secret"];
    let _ = environment.run(line.into_iter().chain(secret)).exits(0);
    let _ = environment
        .run(["webhooks", "test", "--wait", "1s"])
        .exits(3);
    let rows = environment.run(["webhooks", "deliveries", "-o", "json"]);
    let rows = rows.exits(0).json();
    let message = rows[0]["message_id"].as_str().expect("an id");
    let shown = Pty::start_sized(&environment, (80, 24), &["webhooks", "deliveries"]).finish();
    let screen = shown.unwrapped();
    assert!(screen.contains(message), "{screen}");
    assert!(screen.contains("500"), "{screen}");
}

#[test]
fn without_a_terminal_the_flag_that_answers_is_named() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &[]).exits(2).says("--yes");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn the_open_source_licence_is_warned_about_before_anything_changes() {
    let sandbox = SandboxOptions::default().licence("oss").start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--dry-run"])
        .exits(0)
        .says("warning:")
        .says("open-source licence")
        .says("sessions export --follow --to logs");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn a_dry_run_or_read_only_changes_nothing_and_makes_no_secret() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--dry-run"]).exits(0).shows(RELAY);
    let _ = register(&environment, &["--read-only", "--yes"])
        .exits(2)
        .says("--read-only");
    let remove = environment.run(["webhooks", "remove", "ddctl", "--read-only"]);
    let told = remove.exits(2).says("`ddctl webhooks show`").stderr;
    assert!(!told.contains("--dry-run"), "it has none: {told}");
    assert!(!environment.path("relay.secret").exists());
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn a_token_without_the_role_is_told_what_it_misses() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_TOKEN", AUDITOR);
    let _ = register(&environment, &["--yes"]).exits(4).says("admin");
}

#[test]
fn the_signing_secret_is_for_its_owner_alone_and_never_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let output = register(&environment, &["--yes", "-vv"]).exits(0);
    let path = environment.path("relay.secret");
    let secret = fs::read_to_string(&path).expect("it was made");
    assert!(secret.starts_with("whsec_"), "no signing secret");
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!output.to_string().contains(secret.trim()), "it was shown");
    let kept = fs::read_to_string(&path).expect("it is there");
    let _ = register(&environment, &["--yes"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), kept);
}

#[test]
fn the_key_goes_into_a_url_only_when_that_is_allowed_by_name_and_is_never_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let to_logs = ["webhooks", "register", "--to", "logs", "--yes"];
    let _ = environment.run(to_logs).exits(2).says("--allow-key-in-url");
    assert!(
        sandbox
            .requests(false)
            .iter()
            .all(|row| row["method"] == "GET")
    );
    let key = sandbox.var("DD_API_KEY");
    let allowed = environment
        .run(to_logs.into_iter().chain(["--allow-key-in-url", "-vv"]))
        .exits(0);
    assert!(!allowed.to_string().contains(key), "the key was shown");
    let kept = sandbox
        .gateway("GET", "/api/webhooks/endpoints", b"")
        .text();
    assert!(kept.contains(key), "the endpoint has no key");
    for format in ["table", "json", "csv"] {
        let list = environment.run(["webhooks", "list", "-o", format]).exits(0);
        assert!(
            list.stdout.contains("http-intake.logs.datadoghq.com"),
            "{list}"
        );
        assert!(!list.to_string().contains(key), "the key was listed");
    }
}

#[test]
fn a_gateway_without_webhooks_has_an_empty_list() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = environment.run(["webhooks", "list", "-o", "json"]).exits(0);
    assert_eq!(list.json(), Value::Array(Vec::new()));
    let _ = list.says("webhooks register");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn lists_keep_their_shape() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let receiver = receiver(202);
    let to = ["webhooks", "update", "--to", receiver.url(), "--yes"];
    let _ = environment.run(to).exits(0);
    let test = environment.run(["webhooks", "test", "-o", "json"]).exits(0);
    assert_shape("webhooks_test", &test.json());
    let list = environment.run(["webhooks", "list", "-o", "json"]).exits(0);
    assert_shape("webhooks_list", &list.json());
    let show = environment.run(["webhooks", "show", "-o", "json"]).exits(0);
    assert_shape("webhooks_show", &show.json());
    let deliveries = environment.run(["webhooks", "deliveries", "-o", "json"]);
    assert_shape("webhooks_deliveries", &deliveries.exits(0).json());
}

/// A receiver that answers every webhook the same.
fn receiver(status: u16) -> ScriptedServer {
    ScriptedServer::start(move |_| (status, "text/plain", "thanks".to_owned()))
}

#[test]
fn what_is_no_destination_is_wrong_usage() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["webhooks", "register", "--to", "relay.example.com", "--yes"])
        .exits(2)
        .says("https://");
    let _ = environment
        .run(["webhooks", "register", "--to", RELAY, "--yes"])
        .exits(2)
        .says("--signing-secret-file");
}

#[test]
fn connections_are_attached_under_an_enterprise_licence_and_never_under_an_open_source_one() {
    let attached = |sandbox: &SandboxProcess| {
        let plugin = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
        plugin["connections"].as_array().map_or(0, Vec::len)
    };
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--attach", "prod-*-db", "--yes"]).exits(0);
    assert_eq!(attached(&sandbox), 4);
    let _ = register(&environment, &["--attach", "prod-shop-host", "--yes"]).exits(0);
    assert_eq!(attached(&sandbox), 5, "the others stay attached");
    let _ = register(&environment, &["--attach", "no-such", "--yes"])
        .exits(2)
        .says("no-such");
    let free = SandboxOptions::default().licence("oss").start();
    let environment = TestEnvironment::of(&free);
    let _ = register(&environment, &["--attach", "*", "--yes"])
        .exits(2)
        .says("every session refused")
        .says("--print-hook-script");
    assert!(changes(&free).is_empty());
}

#[test]
fn the_hook_script_is_python_and_holds_no_key() {
    let environment = TestEnvironment::empty();
    let printed = environment
        .run(["webhooks", "register", "--print-hook-script"])
        .exits(0)
        .shows("HOOP_RUNBOOK_HOOK_PAYLOAD")
        .says("git_hook_ttl");
    environment.write(&environment.path("hook.py"), printed.stdout);
    let python = environment.program("python3", ["-m", "py_compile", "hook.py"]);
    let _ = python.run().exits(0);
}

#[test]
fn with_svix_named_the_key_goes_into_a_header_and_counts_at_once() {
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let environment = TestEnvironment::of(&sandbox);
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL");
    let key = sandbox.var("DD_API_KEY");
    let line = [
        "webhooks",
        "register",
        "--to",
        "logs",
        "--svix-url",
        svix,
        "--yes",
    ];
    let made = environment.run(line.into_iter().chain(["-vv"])).exits(0);
    assert!(!made.to_string().contains(key), "the key was shown");
    let path = "/api/webhooks/endpoints/ddctl";
    let endpoint = sandbox.gateway("GET", path, b"").text();
    assert!(!endpoint.contains(key), "the key is in the URL");
    let _ = environment.run(["webhooks", "test"]).exits(0);
    assert!(sandbox.has_received("logs", 1), "Datadog took it");
    let again = environment.run(line).exits(0).says("already");
    assert!(!again.to_string().contains(key));
    let shown = environment.run(["webhooks", "show", "--svix-url", svix]);
    let _ = shown.exits(0).shows("DD-API-KEY");
}

#[test]
fn another_address_than_datadogs_does_not_get_the_key() {
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let environment = TestEnvironment::of(&sandbox);
    let svix = ["--svix-url", sandbox.var("DDCTL_SANDBOX_SVIX_URL"), "--yes"];
    let of_svix = |line: &[&str]| environment.run(line.iter().chain(&svix));
    let _ = of_svix(&["webhooks", "register", "--to", "logs"]).exits(0);
    let receiver = receiver(202);
    let update = ["webhooks", "update", "--to", receiver.url()];
    // The gateway shows no headers and takes none away.
    let _ = environment
        .run(update.iter().chain(&["--yes"]))
        .exits(2)
        .says("--svix-url");
    let _ = of_svix(&update).exits(0).says("one in its header");
    let _ = environment.run(["webhooks", "test"]).exits(0);
    let asked = receiver.asked();
    assert!(!asked.is_empty(), "nothing was sent");
    assert!(asked.iter().all(|one| one.header("dd-api-key").is_none()));
    let shown = of_svix(&["webhooks", "show"]).exits(0);
    assert!(!shown.to_string().contains("DD-API-KEY"), "{shown}");
}

#[test]
fn an_update_shows_the_difference_and_keeps_what_it_does_not_name() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let before = changes(&sandbox).len();
    let to = ["webhooks", "update", "--to", "https://other.example.com/"];
    let _ = environment
        .run(to.into_iter().chain(["--dry-run"]))
        .exits(0)
        .says(RELAY)
        .says("https://other.example.com/");
    let _ = environment.run(to).exits(2).says("--yes");
    assert_eq!(changes(&sandbox).len(), before);
    let _ = environment.run(to.into_iter().chain(["--yes"])).exits(0);
    let path = "/api/webhooks/endpoints/ddctl";
    let endpoint = sandbox.gateway("GET", path, b"").json();
    assert_eq!(endpoint["url"], "https://other.example.com/");
    assert_eq!(endpoint["metadata"]["made-by"], "ddctl");
    assert_eq!(endpoint["filterTypes"].as_array().map(Vec::len), Some(3));
    let _ = environment
        .run(to.into_iter().chain(["--yes"]))
        .exits(0)
        .says("nothing was changed");
    let _ = environment
        .run(["webhooks", "update", "--events", "no.such", "--yes"])
        .exits(1)
        .says("no.such");
    let _ = environment.run(["webhooks", "update"]).exits(2);
}

#[test]
fn a_test_that_does_not_arrive_says_what_came_back_and_answers_no() {
    let sandbox = SandboxOptions::default().svix_speed(1_000).start();
    let environment = TestEnvironment::of(&sandbox);
    let receiver = receiver(401);
    let line = ["webhooks", "register", "--to", receiver.url(), "--yes"];
    let secret = ["--signing-secret-file", "relay.secret"];
    let _ = environment.run(line.into_iter().chain(secret)).exits(0);
    let _ = environment
        .run(["webhooks", "test", "--wait", "1s"])
        .exits(3)
        .says("fail: 401 thanks")
        .says("secret");
    let _ = environment
        .run(["webhooks", "update", "--disable", "--yes"])
        .exits(0);
    let _ = environment
        .run(["webhooks", "test"])
        .exits(2)
        .says("--enable");
}

#[test]
fn what_an_endpoint_does_not_take_is_added_before_it_is_tested() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let receiver = receiver(200);
    let line = ["webhooks", "register", "--to", receiver.url(), "--yes"];
    let secret = ["--signing-secret-file", "relay.secret"];
    let _ = environment.run(line.into_iter().chain(secret)).exits(0);
    let _ = environment
        .run(["webhooks", "update", "--events", "session.open", "--yes"])
        .exits(0);
    let _ = environment.run(["webhooks", "test"]).exits(2).says("--yes");
    assert!(receiver.asked().is_empty());
    let _ = environment.run(["webhooks", "test", "--yes"]).exits(0);
    assert_eq!(receiver.asked().len(), 1);
}

#[test]
fn what_only_svix_can_do_says_how_to_reach_it() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let rotate = ["rotate", "ddctl", "--signing-secret-file", "relay.secret"];
    for line in [&rotate[..], &["redeliver", "ddctl", "--since", "1h"]] {
        let line = ["webhooks"].iter().chain(line);
        let _ = environment.run(line).exits(2).says("--svix-url");
    }
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL");
    let mut stranger = TestEnvironment::of(&sandbox);
    stranger.set("DDCTL_SVIX_TOKEN", "wrong");
    let list = ["webhooks", "list", "--svix-url", svix];
    let _ = stranger.run(list).exits(4).says("WEBHOOK_APPKEY");
    stranger.unset("DDCTL_SVIX_TOKEN");
    let _ = stranger.run(list).exits(4).says("DDCTL_SVIX_TOKEN");
    let gateway = ["webhooks", "list", "--svix-url", sandbox.gateway_url()];
    let _ = environment
        .run(gateway)
        .exits(5)
        .says("is not a Svix server");
}

#[test]
fn a_rotation_keeps_the_old_secret_below_the_new_one() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let path = environment.path("relay.secret");
    let old = fs::read_to_string(&path).expect("it was made");
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL");
    let line = [
        "webhooks",
        "rotate",
        "ddctl",
        "--svix-url",
        svix,
        "--yes",
        "-vv",
    ];
    let file = ["--signing-secret-file", "relay.secret"];
    let rotated = environment.run(line.into_iter().chain(file)).exits(0);
    let both = fs::read_to_string(&path).expect("it is there");
    let new = both.lines().next().expect("a line");
    assert!(
        both.ends_with(&old) && both.lines().count() == 2,
        "the old one is gone"
    );
    assert!(!rotated.to_string().contains(new), "it was shown");
    let app = "/api/v1/app/7f1a6c02-3b58-4d94-9e27-c0d5b8a41f63";
    let path = format!("{app}/endpoint/ddctl/secret");
    let known = sandbox.svix("GET", &path, &Value::Null).json();
    assert_eq!(known["key"], new);
}

#[test]
fn what_failed_is_sent_again_one_by_one_or_all() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = is_well.clone();
    let receiver = ScriptedServer::start(move |_| {
        let is_well = seen.load(std::sync::atomic::Ordering::SeqCst);
        (if is_well { 200 } else { 500 }, "text/plain", String::new())
    });
    let line = ["webhooks", "register", "--to", receiver.url(), "--yes"];
    let secret = ["--signing-secret-file", "relay.secret"];
    let _ = environment.run(line.into_iter().chain(secret)).exits(0);
    for _ in 0..2 {
        let test = environment.run(["webhooks", "test", "--wait", "1s"]);
        let _ = test.exits(3);
    }
    let failed = environment.run(["webhooks", "deliveries", "--failed", "-o", "json"]);
    let failed = failed.exits(0).json();
    let message = failed[0]["message_id"].as_str().expect("an id").to_owned();
    is_well.store(true, std::sync::atomic::Ordering::SeqCst);
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL");
    let again = |rest: &[&str]| {
        let line = ["webhooks", "redeliver", "ddctl", "--svix-url", svix];
        environment.run(line.iter().chain(rest))
    };
    let one = again(&[&message, "-o", "json"]).exits(0).json();
    assert_eq!(one[0]["is_delivered"], true);
    assert_shape("webhooks_redeliver", &one);
    let dry = again(&["--since", "1h", "--dry-run", "-o", "json"]).exits(0);
    assert_eq!(
        dry.json().as_array().map(Vec::len),
        Some(1),
        "the other one"
    );
    let _ = again(&["--since", "1h"]).exits(2).says("--yes");
    let all = again(&["--since", "1h", "--yes", "-o", "json"]).exits(0);
    assert_eq!(all.json()[0]["is_delivered"], true);
    let _ = again(&["--since", "1h", "--yes"])
        .exits(0)
        .says("nothing failed");
    let _ = again(&["--since", "90d"]).exits(2).says("14 days");
}

#[test]
fn a_removed_endpoint_is_gone_and_a_name_that_is_none_says_which_there_are() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let _ = register(&environment, &["--uid", "second", "--yes"]).exits(0);
    let remove = ["webhooks", "remove", "ddctl"];
    let _ = environment.run(remove).exits(2).says("--yes");
    let _ = environment
        .run(remove.into_iter().chain(["--yes"]))
        .exits(0);
    let _ = environment
        .run(remove.into_iter().chain(["--yes"]))
        .exits(2)
        .says("second");
}

#[test]
fn an_application_that_is_gone_is_made_again_after_asking() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let app = "/api/v1/app/7f1a6c02-3b58-4d94-9e27-c0d5b8a41f63";
    assert_eq!(sandbox.svix("DELETE", app, &Value::Null).status, 204);
    let _ = environment
        .run(["webhooks", "list"])
        .exits(0)
        .says("no application");
    let _ = register(&environment, &[]).exits(2).says("--yes");
    let _ = register(&environment, &["--yes"]).exits(0);
    assert_eq!(sandbox.svix("GET", app, &Value::Null).status, 200);
}

#[test]
fn an_endpoint_whose_header_cannot_be_set_is_not_left_behind() {
    let sandbox = SandboxOptions::default()
        .fault("svix:poison=DD-API-KEY")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL");
    let line = ["webhooks", "register", "--to", "logs", "--svix-url", svix];
    let _ = environment
        .run(line.into_iter().chain(["--yes"]))
        .exits(1)
        .says("the endpoint was removed again");
    let list = environment.run(["webhooks", "list", "-o", "json"]).exits(0);
    assert_eq!(list.json(), serde_json::json!([]));
}

#[test]
fn an_administrators_token_is_used_where_something_is_registered() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_GATEWAY_ADMIN_TOKEN", sandbox.var("HOOP_TOKEN"));
    environment.set("HOOP_TOKEN", AUDITOR);
    let _ = register(&environment, &["--yes"]).exits(0);
    environment.write(&environment.path("auditor"), AUDITOR);
    let remove = ["webhooks", "remove", "ddctl", "--yes"];
    let named = ["--gateway-token-file", "auditor"];
    let _ = environment.run(remove.iter().chain(&named)).exits(4);
    let _ = environment.run(remove).exits(0);
}
