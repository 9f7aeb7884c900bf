//! What holds for every command: exit codes, formats, colours, signals, secrets.

use rustix::process::Signal;

use crate::support::{SandboxOptions, TestEnvironment};

#[test]
fn a_sandbox_that_is_told_to_stop_ends_cleanly() {
    let sandbox = SandboxOptions::default().start();
    let _ = sandbox.end(Signal::TERM).exits(0);
}

#[test]
fn a_list_of_nothing_is_an_empty_array_with_a_remark() {
    let sandbox = SandboxOptions::default().sessions(0).start();
    let list = TestEnvironment::of(&sandbox).run(["sessions", "list", "-o", "json"]);
    assert_eq!(list.json(), serde_json::json!([]), "{list}");
    let _ = list.exits(0).says("no session");
}
