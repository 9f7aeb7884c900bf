//! `config` and what settings do: layers, their origins, and what is said where they are wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{CommandOutput, Pty, SandboxOptions, TestEnvironment, assert_shape, stable};

const SETTINGS: &str = r#"version = 1
[profiles.default]
site = "datadoghq.eu"
service = "agents"
tags = ["team:platform"]
[profiles.default.gateway]
url = "https://use.hoop.dev"
[profiles.lab]
site = "us5.datadoghq.com"
"#;

fn with_settings(text: &str) -> TestEnvironment {
    let environment = TestEnvironment::empty();
    environment.write_settings(text);
    environment
}

/// `config get`, in an environment of these variables.
fn get(environment: &TestEnvironment, key: &str, variables: &[(&str, &str)]) -> String {
    let mut command = environment.command(["config", "get", key]);
    for (name, value) in variables {
        command = command.env(name, value);
    }
    command.run().exits(0).stdout.trim().to_owned()
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_profile() {
    let environment = with_settings(SETTINGS);
    assert_eq!(get(&environment, "site", &[]), "datadoghq.eu");
    let dd = ("DD_SITE", "us3.datadoghq.com");
    let datadog = ("DATADOG_SITE", "ap1.datadoghq.com");
    let own = ("DDCTL_SITE", "ap2.datadoghq.com");
    assert_eq!(get(&environment, "site", &[datadog]), "ap1.datadoghq.com");
    assert_eq!(
        get(&environment, "site", &[dd, datadog]),
        "us3.datadoghq.com"
    );
    assert_eq!(
        get(&environment, "site", &[own, dd, datadog]),
        "ap2.datadoghq.com"
    );
    let flag = environment
        .command(["--site", "us5", "config", "get", "site"])
        .env("DDCTL_SITE", "ap2.datadoghq.com")
        .run()
        .exits(0);
    assert_eq!(flag.stdout.trim(), "us5.datadoghq.com");
    let hoop = ("HOOP_APIURL", "https://hoop.example");
    assert_eq!(
        get(&environment, "gateway.url", &[hoop]),
        "https://hoop.example"
    );
    let own = ("DDCTL_GATEWAY_URL", "https://own.example");
    assert_eq!(
        get(&environment, "gateway.url", &[hoop, own]),
        "https://own.example"
    );
    assert_eq!(get(&environment, "service", &[("DD_SERVICE", "s")]), "s");
    assert_eq!(
        get(&environment, "tags", &[("DD_TAGS", "a:1 b:2")]),
        "a:1,b:2"
    );
}

#[test]
fn every_value_names_its_origin() {
    let environment = with_settings(SETTINGS);
    let output = environment
        .command(["config", "list", "--origin"])
        .env("DD_SERVICE", "from-environment")
        .run();
    stable().bind(|| assert_snapshot!("config_list_origin", output));
}

#[test]
fn a_profile_is_chosen_by_flag_by_environment_and_by_use() {
    let environment = with_settings(SETTINGS);
    let flag = environment
        .run(["--profile", "lab", "config", "get", "site"])
        .exits(0);
    assert_eq!(flag.stdout.trim(), "us5.datadoghq.com");
    assert_eq!(
        get(&environment, "site", &[("DDCTL_PROFILE", "lab")]),
        "us5.datadoghq.com"
    );
    let _ = environment.run(["config", "use", "lab"]).exits(0);
    assert_eq!(get(&environment, "site", &[]), "us5.datadoghq.com");
    let _ = environment
        .run(["--profile", "labb", "config", "get", "site"])
        .exits(2)
        .says("labb")
        .says("default, lab");
}

#[test]
fn setting_a_value_keeps_comments_and_refuses_what_is_none() {
    let environment =
        with_settings("# mine\nversion = 1\n[profiles.default]\nsite = \"eu\" # ours\n");
    let _ = environment
        .run(["config", "set", "service", "agents"])
        .exits(0);
    let text = fs::read_to_string(environment.settings_file()).expect("it is there");
    assert!(text.contains("# mine") && text.contains("# ours"), "{text}");
    assert_eq!(get(&environment, "service", &[]), "agents");
    let _ = environment
        .run(["config", "set", "site", "mars"])
        .exits(2)
        .says("mars");
    let _ = environment
        .run(["config", "set", "sit", "eu"])
        .exits(2)
        .says("site");
    let after = fs::read_to_string(environment.settings_file()).expect("it is there");
    assert_eq!(after, text, "a refused value changed the file");
}

#[test]
fn a_setting_that_is_taken_out_holds_no_longer() {
    let environment = with_settings(SETTINGS);
    let unset = ["config", "unset", "gateway.url", "-o", "json"];
    let taken = environment.run(unset).exits(0).json();
    assert_shape("config_unset", &taken);
    assert_eq!(taken["removed"], true);
    assert_eq!(environment.run(unset).exits(0).json()["removed"], false);
    let _ = environment.run(["config", "get", "gateway.url"]).exits(3);
    assert_eq!(get(&environment, "site", &[]), "datadoghq.eu");
}

#[test]
fn what_cannot_be_meant_is_refused_and_what_wins_is_told() {
    let environment = with_settings(SETTINGS);
    let before = fs::read_to_string(environment.settings_file()).expect("there");
    for (key, value, said) in [
        (
            "gateway.url",
            "https://user:hunter2@gw",
            "never stands in a profile",
        ),
        (
            "retention_days",
            "abc",
            "retention_days: `abc` is no number of days",
        ),
        ("api-key", "hunter2", "`ddctl auth set api-key` keeps it"),
    ] {
        let refused = environment
            .run(["config", "set", key, value])
            .exits(2)
            .says(said);
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
    let after = fs::read_to_string(environment.settings_file()).expect("there");
    assert_eq!(after, before);
    let set = environment.command(["--profile", "a\u{1b}[31m", "config", "set", "site", "us5"]);
    let set = set.env("DD_SITE", "datadoghq.eu").run().exits(0);
    let set = set.says("DD_SITE gives site as well");
    assert!(!set.stderr.contains('\u{1b}'), "{set}");
    environment.write_settings(
        "version = 1\n[profiles.default.gateway]\nurl = \"https://user:hunter2@gw.example\"\n",
    );
    let listed = environment.run(["config", "list"]).exits(0);
    assert!(!listed.to_string().contains("hunter2"), "{listed}");
}

#[test]
fn a_first_value_makes_the_file() {
    let environment = TestEnvironment::empty();
    let _ = environment.run(["config", "set", "site", "eu"]).exits(0);
    assert_eq!(get(&environment, "site", &[]), "datadoghq.eu");
    let path = environment.run(["config", "path"]).exits(0);
    assert_eq!(
        path.stdout.trim(),
        environment.settings_file().display().to_string()
    );
    let path = environment.run(["config", "path", "-o", "json"]).exits(0);
    assert_eq!(path.json()["exists"], true);
    let site = environment.run(["config", "get", "site", "-o", "json"]);
    let site = site.exits(0).json();
    assert_eq!(site["value"], "datadoghq.eu");
    assert!(site["origin"].is_string(), "{site}");
}

#[test]
fn malformed_settings_are_explained_and_end_in_2() {
    let whole = |profile: &str| format!("version = 1\n[profiles.default]\n{profile}\n");
    for (text, said) in [
        (whole("sevice = \"x\""), "did you mean `service`?"),
        (
            whole("site = \"mars\""),
            "profile: `mars` is not a Datadog site",
        ),
        (whole("site = [1"), "is not valid TOML"),
        ("version = 99\n".to_owned(), "newer ddctl (version 99"),
        (whole("tz = \"Mars/Olympus\""), "Mars/Olympus"),
        (whole("output = \"xml\""), "`xml`"),
    ] {
        let environment = with_settings(&text);
        for args in [
            &["validate"][..],
            &["config", "list"],
            &["sessions", "list"],
        ] {
            let output = environment.run(args).exits(2).says(said);
            let path = environment.settings_file().display().to_string();
            let names_origin = output.stderr.contains(&path) || output.stderr.contains("profile:");
            assert!(names_origin, "{output}");
        }
    }
    let variable = TestEnvironment::empty()
        .command(["validate"])
        .env("DD_SITE", "mars")
        .run();
    let _ = variable.exits(2).says("DD_SITE");
}

#[test]
fn a_settings_file_that_was_named_must_be_there() {
    let _ = TestEnvironment::empty()
        .run([
            "--config",
            "missing.toml",
            "--profile",
            "x",
            "config",
            "list",
        ])
        .exits(2);
    let mut environment = TestEnvironment::empty();
    environment.set("DDCTL_CONFIG", "new.toml");
    let missing = environment.run(["config", "list"]).exits(2);
    let _ = missing.says("new.toml does not exist, and DDCTL_CONFIG names it");
    let _ = environment.run(["config", "set", "site", "us5"]).exits(0);
    assert_eq!(get(&environment, "site", &[]), "us5.datadoghq.com");
}

#[test]
fn the_token_of_the_gateways_own_program_goes_to_its_own_gateway_alone() {
    let sandbox = SandboxOptions::default().start();
    let other = SandboxOptions::default().start();
    let environment = TestEnvironment::empty();
    let file = environment.home().join(".hoop/config.toml");
    let token = sandbox.var("HOOP_TOKEN");
    let url = sandbox.gateway_url();
    environment.write(&file, format!("api_url = \"{url}\"\ntoken = \"{token}\"\n"));
    let _ = environment
        .run(["sessions", "list", "--limit", "1"])
        .exits(0);
    let _ = environment
        .run(["--gateway-url", other.gateway_url(), "sessions", "list"])
        .exits(4)
        .says("no gateway token");
    assert!(other.requests(false).is_empty());
}

#[test]
fn every_real_connection_is_checked_against_the_rules() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write_settings(
        "version = 1\n[[profiles.default.connections]]\nmatch = \"prod-*\"\n\
         environment = \"production\"\napproval = \"expected\"\n\
         windows = [{ days = \"sat\", from = \"22:00\", to = \"02:00\", tz = \"UTC\" }]\n",
    );
    let rows = environment
        .run(["config", "check", "-o", "json"])
        .exits(0)
        .json();
    assert_shape("config_check", &rows);
    let text = rows.to_string();
    assert!(
        text.contains("prod-orders-db") && text.contains("production"),
        "{text}"
    );
    assert!(text.contains("sat 22:00-02:00 UTC"), "{text}");
    let mut pty = Pty::start_sized(&environment, (80, 24), &["config", "check"]);
    pty.wait_for("prod-orders-db");
    let shown = pty.finish().unwrapped();
    assert!(
        shown.contains("WINDOWS") && shown.contains("22:00-02:00"),
        "{shown}"
    );
}

#[test]
fn no_secret_is_ever_written_to_settings() {
    let environment = TestEnvironment::empty();
    for key in ["api_key", "gateway.token", "app_key"] {
        let _ = environment
            .run(["config", "set", key, "hunter2hunter2"])
            .exits(2);
    }
    let found = environment
        .files()
        .into_iter()
        .find(|(_, content)| String::from_utf8_lossy(content).contains("hunter2"));
    assert_eq!(found.map(|(path, _)| path), None);
}

/// An editor that does what the shell says to the file `$1`.
fn edit(environment: &TestEnvironment, does: &str) -> CommandOutput {
    let editor = environment.path("an editor");
    environment.write(&editor, format!("#!/bin/sh\n{does}\n"));
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("changed");
    let command = environment.command(["config", "edit"]);
    command
        .env("EDITOR", format!("'{}'", editor.display()))
        .run()
}

#[test]
fn an_edit_that_does_not_hold_is_kept_and_never_saved() {
    let text = "# mine\nversion = 1\n[profiles.default]\nsite = \"eu\"\n[profiles.lab]\n";
    let environment = with_settings(text);
    let file = || fs::read_to_string(environment.settings_file()).expect("it is there");
    for (wrong, said) in [
        ("sed -i s/site/sit/ \"$1\"", "did you mean `site`?"),
        (
            "echo 'tz = \"Mars\"' >> \"$1\"",
            "[profiles.lab] profile: `Mars` is no time zone",
        ),
        ("echo 'x = [' >> \"$1\"", "line 6 is not valid TOML"),
    ] {
        let output = edit(&environment, wrong).exits(2).says(said);
        assert_eq!(output.stderr.matches(said).count(), 1, "{output}");
        assert_eq!(file(), text);
        let kept = output
            .stderr
            .split("what you wrote is in ")
            .nth(1)
            .expect("it is named");
        let kept = kept.split(':').next().expect("a path");
        assert_ne!(fs::read_to_string(kept).expect("it is kept"), text);
    }
    let _ = edit(&environment, "exit 1")
        .exits(1)
        .says("were not changed");
    let _ = edit(&environment, "true")
        .exits(0)
        .says("nothing was changed");
    let _ = edit(&environment, "sed -i s/eu/us5/ \"$1\"")
        .exits(0)
        .says("saved");
    assert_eq!(file(), text.replace("eu", "us5"));
}

#[test]
fn an_edit_overwrites_nothing_that_came_in_between() {
    let environment = with_settings("version = 1\n");
    let path = environment.settings_file();
    let does = format!(
        "echo '# other' >> '{}'; echo '# mine' >> \"$1\"",
        path.display()
    );
    let _ = edit(&environment, &does)
        .exits(1)
        .says("was changed by somebody else")
        .says("what you wrote is in");
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        "version = 1\n# other\n"
    );
}

#[test]
fn a_settings_file_behind_a_link_stays_there_and_keeps_its_mode() {
    let environment = TestEnvironment::empty();
    let real = environment.home().join("dotfiles/ddctl.toml");
    environment.write(&real, "# mine\nversion = 1\n");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("changed");
    let link = environment.settings_file();
    fs::create_dir_all(link.parent().expect("a folder")).expect("made");
    std::os::unix::fs::symlink(&real, &link).expect("linked");
    let _ = environment.run(["config", "set", "site", "eu"]).exits(0);
    assert!(link.is_symlink());
    let text = fs::read_to_string(&real).expect("there");
    assert!(
        text.starts_with("# mine\n") && text.contains("datadoghq.eu"),
        "{text}"
    );
    let mode = fs::metadata(&real).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn two_programs_that_change_settings_at_once_lose_nothing() {
    let environment = with_settings("version = 1\n");
    let running: Vec<_> = (0..6)
        .map(|number| {
            let profile = format!("p{number}");
            let args = ["--profile", &profile, "config", "set", "service", &profile];
            environment.command(args).start()
        })
        .collect();
    for one in running {
        let _ = one.finish().exits(0);
    }
    for number in 0..6 {
        let profile = format!("p{number}");
        let got = environment.run(["--profile", &profile, "config", "get", "service"]);
        assert_eq!(got.exits(0).stdout.trim(), profile);
    }
}

#[test]
fn a_secret_in_the_file_is_named_as_one_and_not_repeated() {
    const KEY: &str = "hunter2hunter2hunter2";
    for (line, said) in [
        ("api_key = \"KEY\"", "`ddctl auth set api-key` keeps it"),
        (
            "secrets.api-key = \"KEY\"",
            "a secret itself never stands in a profile",
        ),
        ("secrets.app-key = KEY", "is not valid TOML"),
        ("gateway = \"KEY\"", "`gateway` takes a table"),
    ] {
        let line = line.replace("KEY", KEY);
        let environment = with_settings(&format!("version = 1\n[profiles.default]\n{line}\n"));
        for args in [&["validate"][..], &["config", "list"], &["auth", "list"]] {
            let output = environment.run(args).exits(2).says(said).says("line 3");
            assert!(!output.to_string().contains("hunter2"), "{output}");
        }
    }
}

#[test]
fn list_keeps_its_shape() {
    let environment = with_settings(SETTINGS);
    let list = environment
        .run(["config", "list", "-o", "json"])
        .exits(0)
        .json();
    assert!(list.as_array().is_some_and(|rows| !rows.is_empty()));
    assert_shape(
        "config_list",
        &Value::Array(list.as_array().cloned().unwrap_or_default()),
    );
}
