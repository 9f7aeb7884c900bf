//! One run of `ddctl sessions export`, its streams kept in files.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(3);

/// A run under way, ended when dropped.
#[derive(Debug)]
pub struct Exporter {
    child: Child,
    /// Counted from one.
    pub number: usize,
    /// The last request before it.
    pub after: u64,
    stdout: PathBuf,
    stderr: PathBuf,
    begun: Instant,
    peak_kb: u64,
}

/// A run that is over.
#[must_use]
#[derive(Debug)]
pub struct Ended {
    pub number: usize,
    /// The last request before it.
    pub after: u64,
    /// 128 and the signal's number where a signal ended it.
    pub code: i32,
    /// What `-o json` says; `None` where it did not come to that.
    pub summary: Option<Value>,
    pub stderr: String,
    pub elapsed: Duration,
    /// The most it had resident, as far as that was seen.
    pub peak_kb: u64,
}

impl Exporter {
    /// Starts `command`; its streams go to `run-NUMBER.out` and `.err` in `folder`.
    pub fn start(mut command: Command, number: usize, after: u64, folder: &Path) -> Self {
        let stdout = folder.join(format!("run-{number}.out"));
        let stderr = folder.join(format!("run-{number}.err"));
        let file = |path: &Path| File::create(path).expect("a file of the scenario");
        command
            .stdin(Stdio::null())
            .stdout(file(&stdout))
            .stderr(file(&stderr));
        Self {
            child: command.spawn().expect("the program starts"),
            number,
            after,
            stdout,
            stderr,
            begun: Instant::now(),
            peak_kb: 0,
        }
    }

    pub fn is_over(&mut self) -> bool {
        self.note_memory();
        self.status().is_some()
    }

    /// What stderr has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    /// Nothing where the program has ended by itself.
    pub fn signal(&mut self, signal: Signal) {
        if self.status().is_none() {
            kill_process(Pid::from_child(&self.child), signal).expect("the program runs");
        }
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// Where it has not ended after `patience`.
    #[track_caller]
    pub fn finish(mut self, patience: Duration) -> Ended {
        let waited = Instant::now();
        while !self.is_over() {
            let said = self.said();
            let number = self.number;
            assert!(
                waited.elapsed() < patience,
                "run {number} does not end; it says: {said}"
            );
            std::thread::sleep(LOOK);
        }
        let status = self.status().expect("it has just ended");
        let killed = || status.signal().map(|signal| 128 + signal);
        let stdout = fs::read(&self.stdout).unwrap_or_default();
        Ended {
            number: self.number,
            after: self.after,
            code: status.code().or_else(killed).unwrap_or(-1),
            summary: serde_json::from_slice(&stdout).ok(),
            stderr: self.said(),
            elapsed: self.begun.elapsed(),
            peak_kb: self.peak_kb,
        }
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }

    /// The kernel knows the most it ever had, while the process is there.
    fn note_memory(&mut self) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        self.peak_kb = self.peak_kb.max(kb.unwrap_or(0));
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Checks the exit code, showing what was said where it is another one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        let Self { number, stderr, .. } = &self;
        assert_eq!(
            self.code, code,
            "exit code of run {number}, which says: {stderr}"
        );
        self
    }

    /// Checks that stderr says `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let Self { number, stderr, .. } = &self;
        assert!(
            stderr.contains(text),
            "run {number} does not say {text:?}: {stderr}"
        );
        self
    }

    /// A number of the summary.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.summary.as_ref()?.get(name)?.as_u64()
    }
}
