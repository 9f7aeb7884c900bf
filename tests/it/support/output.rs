//! What a finished program left: its two streams and its exit code, apart.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use serde_json::Value;

/// The streams are text: the program writes nothing else unless a test asks for recordings.
#[must_use]
#[derive(Clone, Debug)]
pub struct CommandOutput {
    pub stdout: String,
    pub stderr: String,
    pub status: ExitStatus,
}

impl CommandOutput {
    /// The exit code; 128 and the signal's number where a signal ended it.
    pub fn code(&self) -> i32 {
        let signal = || self.status.signal().map(|signal| 128 + signal);
        self.status.code().or_else(signal).unwrap_or(-1)
    }

    /// Checks the exit code, showing everything where it is another one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{self}");
        self
    }

    /// Checks that stderr says `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "stderr does not say {text:?}\n{self}"
        );
        self
    }

    /// Checks that stdout holds `text`.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "stdout does not show {text:?}\n{self}"
        );
        self
    }

    /// Stdout as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }

    /// Stdout as one JSON document a line.
    #[track_caller]
    pub fn ndjson(&self) -> Vec<Value> {
        let read = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{line} is no JSON: {error}\n{self}"))
        };
        self.stdout.lines().map(read).collect()
    }
}

/// For snapshots: the three apart, each line of a stream as it is.
impl fmt::Display for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code: {}", self.code())?;
        writeln!(f, "----- stdout -----")?;
        f.write_str(&self.stdout)?;
        writeln!(f, "----- stderr -----")?;
        f.write_str(&self.stderr)
    }
}
