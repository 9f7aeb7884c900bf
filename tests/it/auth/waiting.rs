//! While a secret is waited for, signals and `--timeout` still end the command.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::OFlags;
use rustix::process::Signal;

use crate::support::{Pty, SECRET, TestEnvironment, until};

/// The writing end of a pipe, once somebody reads it.
fn read_pipe(environment: &TestEnvironment) -> std::fs::File {
    let path = environment.path("pipe");
    until("the pipe is read", || {
        OpenOptions::new()
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(&path)
            .ok()
    })
}

#[test]
fn a_pipe_that_nobody_writes_to_is_waited_for_until_somebody_says_stop() {
    let environment = TestEnvironment::empty();
    let _ = environment.program("mkfifo", ["pipe"]).run().exits(0);
    let args = ["validate", "--api-key-file", "pipe"];
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let running = environment.command(args).start();
        let _open = read_pipe(&environment);
        running.signal(signal);
        let _ = running.finish().exits(130);
    }
    let timed = environment.run(["--timeout", "1s"].iter().chain(&args));
    let _ = timed.exits(5).says("did not end within 1 s");
}

#[test]
fn a_program_that_prints_no_secret_is_waited_for_until_somebody_says_stop() {
    let environment = TestEnvironment::empty();
    environment.write_settings(
        "version = 1\n[profiles.default]\ngateway.url = \"http://127.0.0.1:1\"\n\
         [profiles.default.secrets]\n\
         gateway-token = { command = [\"sh\", \"-c\", \"echo > begun; exec sleep 100\"] }\n\
         api-key = { command = [\"sh\", \"-c\", \"echo > begun; exec sleep 100\"] }\n",
    );
    environment.write(&environment.path("relay.secret"), SECRET);
    let relay = "relay --listen 0 --disk-free 1kB --signing-secret-file relay.secret --to logs";
    // A service manager's stop is how a relay ends well.
    for (line, code) in [("validate", 130), (relay, 0)] {
        let begun = environment.path("begun");
        let _ = std::fs::remove_file(&begun);
        let running = environment.command(line.split(' ')).start();
        until("the program runs", || begun.exists().then_some(()));
        running.signal(Signal::TERM);
        let _ = running.finish().exits(code);
    }
}

#[test]
fn a_hidden_question_ends_with_the_command_and_gives_the_terminal_back() {
    let environment = TestEnvironment::empty();
    let args = ["auth", "set", "redaction-key"];
    let mut pty = Pty::start(&environment, &args);
    pty.wait_for("(hidden):");
    pty.signal(Signal::TERM);
    let output = pty.finish();
    assert_eq!(output.code, 130, "{}", output.unwrapped());
    assert!(output.is_given_back);
    let timed = ["--timeout", "1s", "auth", "set", "redaction-key"];
    let mut pty = Pty::start(&environment, &timed);
    pty.wait_for("(hidden):");
    let output = pty.finish();
    assert_eq!(output.code, 5, "{}", output.unwrapped());
    assert!(output.is_given_back);
}
