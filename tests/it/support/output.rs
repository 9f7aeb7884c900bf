//! What a command said and how it ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use serde_json::Value;

use super::TestEnvironment;

/// Both streams and the exit, apart. Its `Display` is what snapshots hold.
#[derive(Clone, Debug)]
pub struct CommandOutput {
    /// The exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    normalised: (String, String),
}

impl CommandOutput {
    pub(super) fn new(environment: &TestEnvironment, output: Output) -> Self {
        let text = |bytes: &[u8]| environment.normalised(&String::from_utf8_lossy(bytes));
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            normalised: (text(&output.stdout), text(&output.stderr)),
            stdout: output.stdout,
            stderr: output.stderr,
        }
    }

    /// Standard output as text, without what differs from run to run.
    pub fn stdout(&self) -> &str {
        &self.normalised.0
    }

    /// Standard error as text, without what differs from run to run.
    pub fn stderr(&self) -> &str {
        &self.normalised.1
    }

    /// Standard output of a command that must have ended with 0.
    #[track_caller]
    pub fn success(&self) -> &str {
        self.exits(0)
    }

    /// Standard output of a command that must have ended with `code`.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "\n{self}");
        self.stdout()
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }

    /// Standard output as one JSON document a line.
    #[track_caller]
    pub fn ndjson(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("a line is no JSON: {error}\n{line}"))
        };
        self.stdout().lines().map(parse).collect()
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => writeln!(f, "exit: {code}")?,
            (None, signal) => writeln!(f, "signal: {}", signal.unwrap_or_default())?,
        }
        for (name, text) in [("stdout", self.stdout()), ("stderr", self.stderr())] {
            writeln!(f, "----- {name} -----")?;
            f.write_str(text)?;
            if !text.is_empty() && !text.ends_with('\n') {
                writeln!(f, "(no line end)")?;
            }
        }
        Ok(())
    }
}

#[test]
fn a_snapshot_tells_the_exit_and_both_streams_apart() {
    let environment = TestEnvironment::new();
    let script = "printf out; echo err >&2; exit 3";
    let output = environment.program("/bin/sh", ["-c", script]).run();
    assert_eq!(
        output.to_string(),
        "exit: 3\n----- stdout -----\nout(no line end)\n----- stderr -----\nerr\n"
    );
}

#[test]
fn a_signal_is_not_an_exit_code() {
    let environment = TestEnvironment::new();
    let output = environment.program("/bin/sh", ["-c", "kill -9 $$"]).run();
    assert_eq!((output.code, output.signal), (None, Some(9)));
}

#[test]
fn input_reaches_the_program() {
    let environment = TestEnvironment::new();
    let output = environment
        .program("/bin/cat", [] as [&str; 0])
        .stdin("{\"a\":1}\n{\"a\":2}\n")
        .run();
    assert_eq!(output.ndjson()[1]["a"], 2);
}
