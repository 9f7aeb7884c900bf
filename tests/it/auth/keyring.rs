//! The system's keyring, where there is one that does not answer: a socket in the place of the bus.

#![cfg(target_os = "linux")]

use std::os::unix::net::UnixListener;

use super::{set, without_secrets};
use crate::support::SandboxOptions;

const KEY: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_keyring_is_asked_when_a_secret_goes_there_and_not_before() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = without_secrets(&sandbox);
    let path = environment.path("bus");
    let bus = UnixListener::bind(&path).expect("a socket");
    bus.set_nonblocking(true)
        .expect("a socket that does not wait");
    environment.set(
        "DBUS_SESSION_BUS_ADDRESS",
        &format!("unix:path={}", path.display()),
    );
    let was_asked = || std::iter::from_fn(|| bus.accept().ok()).count() > 0;
    for (args, code) in [
        (&["--version"][..], 0),
        (&["config", "list"], 0),
        (&["auth", "list"], 0),
        (&["validate"], 4),
        (&["sessions", "list"], 4),
    ] {
        let _ = environment.run(args).exits(code);
        assert!(!was_asked(), "{args:?}");
    }
    // It takes the call and says nothing: it is given up, and the file takes the secret.
    let kept = set(&environment, "api-key", KEY, &["--no-check"]).exits(0);
    assert!(was_asked());
    let _ = kept.says("did not answer within 5 s").shows("default.age");
    drop(bus);
    let named = set(
        &environment,
        "app-key",
        KEY,
        &["--no-check", "--store", "keyring"],
    );
    let _ = named.exits(4);
    let named = environment
        .command(["auth", "set", "gateway-token", "--no-check", "--file", "-"])
        .env("DDCTL_SECRETS_STORE", "keyring")
        .stdin("hpk_x")
        .run();
    let _ = named
        .exits(4)
        .says("keyring is out of reach")
        .says("--store file");
}
