//! The encrypted file: what opens it, what it says when that is gone, and how it is encrypted anew.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{kept_files, set, without_secrets};
use crate::support::{Pty, SandboxOptions, assert_shape};

#[test]
fn the_file_and_its_identity_are_for_their_owner_and_an_exposed_one_is_refused() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    let folder = kept_files(&environment);
    let mode = |name: &str| {
        let facts = fs::metadata(folder.join(name)).expect("it is there");
        facts.permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for name in ["default.age", "default.key", "default.toml"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    let identity = folder.join("default.key");
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o644)).expect("changed");
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("can be read by others (mode 644)")
        .says("chmod 600");
    fs::remove_file(&identity).expect("removed");
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("is missing")
        .says("name what opens the file in the profile");
    let listed = environment.run(["auth", "list"]).exits(0);
    let _ = listed.shows("cannot be had").says("is missing");
    fs::write(folder.join("default.age"), "torn").expect("written");
    let _ = environment.run(["validate"]).exits(1).says("is damaged");
}

#[test]
fn a_rotation_of_the_file_keeps_its_secrets_and_changes_its_key() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let nothing = environment.run(["auth", "rotate"]).exits(2);
    let _ = nothing.says("there is no encrypted file");
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    let identity = kept_files(&environment).join("default.key");
    let old = fs::read_to_string(&identity).expect("there");
    let rotated = environment.run(["auth", "rotate", "-o", "json"]).exits(0);
    assert_shape("auth_rotate", &rotated.json());
    assert_ne!(fs::read_to_string(&identity).expect("there"), old);
    let _ = environment.run(["validate"]).exits(0);
    // The profile says from now on where the passphrase comes from.
    let command = [
        "auth",
        "rotate",
        "--identity-command",
        "printf",
        "%s",
        "correct horse",
    ];
    let _ = environment
        .run(command)
        .exits(0)
        .shows("what `printf` prints");
    assert!(!identity.exists());
    let text = fs::read_to_string(environment.settings_file()).expect("written");
    assert!(
        text.contains("identity = { command = [\"printf\""),
        "{text}"
    );
    let _ = environment.run(["validate"]).exits(0);
    let wrong = text.replace("correct horse", "wrong");
    environment.write_settings(&wrong);
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("the passphrase from what `printf` prints does not open");
}

#[test]
fn a_rotation_that_the_settings_cannot_name_leaves_the_file_as_it_was() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    // In the place of its lock the settings file takes no change.
    let lock = environment
        .settings_file()
        .with_file_name(".config.toml.lock");
    fs::create_dir(lock).expect("made");
    let args = [
        "auth",
        "rotate",
        "--identity-command",
        "printf",
        "%s",
        "correct horse",
    ];
    let _ = environment
        .run(args)
        .exits(1)
        .says("nothing was encrypted anew")
        .says("config.toml");
    let _ = environment.run(["validate"]).exits(0);
}

#[test]
fn a_passphrase_is_asked_for_where_somebody_is_and_named_where_nobody_is() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    let mut pty = Pty::start(&environment, &["auth", "rotate", "--passphrase"]);
    pty.wait_for("New passphrase for");
    pty.type_keys("correct horse\r");
    pty.wait_for("The same once more");
    pty.type_keys("correct horse\r");
    let output = pty.finish();
    assert_eq!(output.code, 0, "{}", output.unwrapped());
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("encrypted under a passphrase, and nobody can be asked");
    // Who asks for a secret that is not kept is asked nothing.
    let _ = environment
        .run(["sessions", "list"])
        .exits(4)
        .says("no gateway token");
    let mut pty = Pty::start(&environment, &["validate"]);
    pty.wait_for("Passphrase of");
    pty.type_keys("correct horse\r");
    let output = pty.finish();
    assert_eq!(output.code, 0, "{}", output.unwrapped());
}

#[test]
fn a_replaced_key_is_found_good_before_the_old_one_goes() {
    let sandbox = SandboxOptions::default().start();
    let environment = without_secrets(&sandbox);
    let key = sandbox.var("DD_API_KEY");
    let rotate = |secret: &str, more: &[&str]| {
        let args = ["auth", "rotate", "api-key", "--file", "-"];
        let command = environment.command(args.iter().chain(more).copied());
        command.stdin(secret).run()
    };
    let _ = rotate(key, &[])
        .exits(2)
        .says("`ddctl auth set api-key` keeps one");
    let _ = set(&environment, "api-key", key, &[]).exits(0);
    let _ = rotate(key, &[]).exits(2).says("is kept already");
    let _ = rotate("ffffffffffffffffffffffffffffffff", &[]).exits(4);
    let _ = environment.run(["validate"]).exits(0);
    let other = rotate("ffffffffffffffffffffffffffffffff", &["--no-check"]);
    let _ = other
        .exits(0)
        .says("is no longer kept; revoke it at Datadog");
    let _ = environment.run(["validate"]).exits(3);
}

#[test]
fn an_identity_of_the_persons_own_opens_the_file() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = without_secrets(&sandbox);
    let _ = set(&environment, "api-key", sandbox.var("DD_API_KEY"), &[]).exits(0);
    let own = environment.path("own.txt");
    fs::rename(kept_files(&environment).join("default.key"), &own).expect("moved");
    environment.set("DDCTL_SECRETS_IDENTITY_FILE", &own.display().to_string());
    let _ = environment.run(["validate"]).exits(0);
    environment.set("DDCTL_SECRETS_IDENTITY_FILE", "missing.txt");
    let _ = environment
        .run(["validate"])
        .exits(4)
        .says("missing.txt does not exist");
}
