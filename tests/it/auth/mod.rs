//! `auth`: where secrets are kept, what opens them, and that nobody ever sees one.

mod file;
mod keyring;
mod nowhere;
mod waiting;

use std::path::PathBuf;

use crate::support::{
    CommandOutput, Pty, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape,
};

const SECRETS: [&str; 3] = ["DD_API_KEY", "DD_APP_KEY", "HOOP_TOKEN"];

/// Knows the sandbox, and none of its secrets.
fn without_secrets(sandbox: &SandboxProcess) -> TestEnvironment {
    let mut environment = TestEnvironment::of(sandbox);
    for name in SECRETS {
        environment.unset(name);
    }
    environment
}

/// `auth set` of a secret on standard input.
fn set(environment: &TestEnvironment, kind: &str, secret: &str, more: &[&str]) -> CommandOutput {
    let args = ["auth", "set", kind, "--file", "-"];
    environment
        .command(args.iter().chain(more).copied())
        .stdin(format!("{secret}\n"))
        .run()
}

fn kept_files(environment: &TestEnvironment) -> PathBuf {
    environment.home().join(".config/ddctl/secrets")
}

#[test]
fn a_key_that_is_kept_is_used_and_shown_by_its_end_alone() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("`ddctl auth set api-key`");
    let (api_key, app_key) = (sandbox.var("DD_API_KEY"), sandbox.var("DD_APP_KEY"));
    let kept = set(&environment, "api-key", api_key, &["-o", "json"])
        .exits(0)
        .says("no D-Bus session here")
        .says("whoever can read your files can read both");
    assert_shape("auth_set", &kept.json());
    assert_eq!(kept.json()["checked"], true);
    let _ = set(&environment, "app-key", app_key, &[])
        .exits(0)
        .shows("it is good");
    let token = sandbox.var("HOOP_TOKEN");
    let _ = set(&environment, "gateway-token", token, &[])
        .exits(0)
        .shows("it is good");
    let _ = environment.run(["validate"]).exits(0);
    let _ = environment
        .run(["sessions", "list", "--limit", "1"])
        .exits(0);
    let list = environment.run(["auth", "list", "-o", "json"]).exits(0);
    assert_shape("auth_list", &list.json());
    let shown = list.json()[0]["shown_as"].clone();
    assert_eq!(shown, format!("****{}", &api_key[api_key.len() - 4..]));
    let _ = environment
        .run(["auth", "list"])
        .exits(0)
        .shows("encrypted file");
    let origins = environment.run(["config", "list", "--origin"]).exits(0);
    assert!(origins.stdout.contains("encrypted file"), "{origins}");
}

#[test]
fn what_cannot_be_the_key_and_what_is_refused_is_not_kept() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let app_key = "0123456789abcdef0123456789abcdef01234567";
    let _ = set(&environment, "api-key", app_key, &[])
        .exits(4)
        .says("is an application key");
    let stranger = "ffffffffffffffffffffffffffffffff";
    let refused = set(&environment, "api-key", stranger, &[]);
    let _ = refused.exits(4).says("--no-check keeps it unasked");
    let _ = set(&environment, "redaction-key", "short", &[]).exits(2);
    let _ = set(&environment, "gateway-token", "two words", &[]).exits(4);
    let _ = set(&environment, "api-key", "", &[])
        .exits(4)
        .says("standard input holds no Datadog API key");
    let bearer = set(&environment, "gateway-token", "Bearer hpk_x", &[]);
    let _ = bearer.exits(4).says("it has a blank in it");
    assert!(!kept_files(&environment).exists());
    let kept = set(&environment, "api-key", stranger, &["--no-check"]);
    let _ = kept.exits(0).shows("not checked: --no-check");
}

#[test]
fn a_secret_among_the_arguments_is_refused_and_not_repeated() {
    let environment = TestEnvironment::empty();
    let key = "0123456789abcdef0123456789abcdef";
    for args in [
        &["auth", "set", "api-key", key][..],
        &["auth", "set", key],
        &["auth", "rotate", "api-key", key],
        &["auth", "rotate", key],
        &["auth", "remove", key],
    ] {
        let output = environment.run(args).exits(2);
        assert!(output.stderr.contains("never an argument"), "{output}");
        assert!(!output.to_string().contains(key), "{output}");
    }
    for args in [["--file", key], ["--command", key]] {
        let words = ["auth", "set", "api-key"].iter().chain(&args);
        let output = environment.run(words).exits(4);
        assert!(!output.to_string().contains(key), "{output}");
    }
    let _ = environment
        .run(["auth", "set", "apikey"])
        .exits(2)
        .says("did you mean `api-key`?");
}

#[test]
fn without_a_terminal_the_ways_to_give_one_are_named() {
    let environment = TestEnvironment::empty();
    for args in [
        &["auth", "set", "api-key"][..],
        &["--no-input", "auth", "set", "api-key"],
    ] {
        let _ = environment
            .run(args)
            .exits(2)
            .says("--file FILE, --file - or --command");
    }
}

#[test]
fn a_typed_key_is_not_seen() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let key = sandbox.var("DD_API_KEY");
    let mut pty = Pty::start(&environment, &["auth", "set", "api-key"]);
    pty.wait_for("Datadog API key (hidden):");
    pty.type_keys(key);
    pty.type_keys("\r");
    let output = pty.finish();
    assert_eq!(output.code, 0, "{}", output.unwrapped());
    assert!(!output.unwrapped().contains(key));
    assert!(output.is_given_back);
    let _ = environment.run(["validate"]).exits(0);
    let mut pty = Pty::start(&environment, &["auth", "set", "app-key"]);
    pty.wait_for("(hidden):");
    pty.type_keys("abc\u{3}");
    let output = pty.finish();
    assert_eq!(output.code, 130, "{}", output.unwrapped());
    assert!(output.is_given_back);
}

#[test]
fn the_environment_wins_over_the_profile_and_that_over_what_is_kept() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let key = sandbox.var("DD_API_KEY").to_owned();
    let _ = set(&environment, "api-key", &key, &[]).exits(0);
    environment.write(
        &environment.path("key"),
        "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n",
    );
    environment.write_settings(
        "version = 1\n[profiles.default.secrets]\napi-key = { file = \"key\" }\n\
         app-key = { command = [\"printf\", \"%s\", \"ddapp_0123456789abcdefghijABCDEFGHIJ4567\"] }\n",
    );
    let _ = environment.run(["validate"]).exits(3);
    let rows = environment
        .run(["auth", "list", "-o", "json"])
        .exits(0)
        .json();
    let of = |index: usize, name: &str| rows[index][name].clone();
    assert_eq!(
        (of(0, "origin"), of(0, "in_use")),
        ("profile".into(), true.into())
    );
    assert_eq!(
        (of(1, "origin"), of(1, "in_use")),
        ("encrypted file".into(), false.into())
    );
    assert_eq!(
        (of(2, "place"), of(2, "shown_as")),
        ("the command `printf`".into(), ().into())
    );
    let variable = environment
        .command(["auth", "set", "api-key", "--file", "-"])
        .stdin(key.clone())
        .env("DD_API_KEY", &key)
        .run();
    let _ = variable
        .exits(0)
        .says("DD_API_KEY gives the api-key as well");
    let good = environment.command(["validate"]).env("DD_API_KEY", &key);
    let _ = good.run().exits(0);
}

#[test]
fn a_command_that_fails_is_told_without_what_it_printed() {
    let environment = TestEnvironment::empty();
    environment.write_settings(
        "version = 1\n[profiles.default.secrets]\n\
         api-key = { command = [\"sh\", \"-c\", \"echo hunter2hunter2; exit 3\"] }\n",
    );
    let output = environment.run(["validate"]).exits(4);
    let output = output.says("`sh` was to print a secret: it ended with exit status: 3");
    assert!(!output.to_string().contains("hunter2"), "{output}");
    environment.write_settings(
        "version = 1\n[profiles.default.secrets]\napi-key = { command = [\"no-such-program\"] }\n",
    );
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("no-such-program");
}

#[test]
fn profiles_keep_secrets_of_their_own() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    environment.write_settings("version = 1\n[profiles.default]\n[profiles.lab]\n");
    let lab = ["--profile", "lab"];
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &lab).exits(0);
    let _ = environment.run(["--profile", "lab", "validate"]).exits(0);
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("no Datadog API key");
}

#[test]
fn a_secret_is_forgotten_once_somebody_said_yes() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    let _ = environment
        .run(["auth", "remove", "api-key"])
        .exits(2)
        .says("--yes");
    let args = ["auth", "remove", "api-key", "--yes", "-o", "json"];
    let removed = environment.run(args).exits(0);
    assert_shape("auth_remove", &removed.json());
    assert_eq!(removed.json()["removed"], true);
    assert_eq!(environment.run(args).exits(0).json()["removed"], false);
    let _ = environment.run(["validate"]).exits(4);
    let left: Vec<_> = std::fs::read_dir(kept_files(&environment))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| !name.to_string_lossy().starts_with('.'))
        .collect();
    assert_eq!(left, ["default.toml"], "an empty index and nothing else");
}
