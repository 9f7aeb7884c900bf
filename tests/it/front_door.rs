//! What holds for every command: exit codes, formats, colours, signals, secrets.

use rustix::process::Signal;

use crate::support::SandboxOptions;

#[test]
fn a_sandbox_that_is_told_to_stop_ends_cleanly() {
    let sandbox = SandboxOptions::default().start();
    let _ = sandbox.end(Signal::TERM).exits(0);
}
