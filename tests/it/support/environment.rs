//! A place and an environment for one test, and the program run in it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{CommandOutput, SandboxProcess};

/// How long a command may take before the test fails. No test waits for it to pass.
const DEADLINE: Duration = Duration::from_secs(120);

/// A home directory of its own and nothing of the environment that the tests run in.
#[derive(Debug)]
pub struct TestEnvironment {
    root: TempDir,
    variables: BTreeMap<OsString, OsString>,
}

impl TestEnvironment {
    pub fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("ddctl-test-")
            .tempdir()
            .expect("a temporary folder");
        let mut environment = Self {
            root,
            variables: BTreeMap::new(),
        };
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_STATE_HOME", "home/.local/state"),
            ("XDG_CACHE_HOME", "home/.cache"),
            ("TMPDIR", "tmp"),
        ] {
            let path = environment.path(folder);
            fs::create_dir_all(&path).expect("a folder in a new folder");
            environment.set(variable, path);
        }
        environment.set("TZ", "UTC");
        environment.set("LC_ALL", "C.UTF-8");
        environment
    }

    /// A path inside of the environment. Commands run in its root.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(name)
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Writes a file, its folders included.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("a folder of the test");
        fs::write(&path, content).expect("a file of the test");
        path
    }

    /// What a file holds, as text.
    pub fn read(&self, name: impl AsRef<Path>) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
    }

    /// Sets a variable for all commands that follow.
    pub fn set(&mut self, variable: impl Into<OsString>, value: impl Into<OsString>) {
        self.variables.insert(variable.into(), value.into());
    }

    /// The program with these arguments; [`TestCommand::run`] runs it.
    pub fn ddctl<I>(&self, arguments: I) -> TestCommand<'_>
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.program(env!("CARGO_BIN_EXE_ddctl"), arguments)
    }

    /// Any program in this environment.
    pub fn program<I>(&self, program: impl AsRef<OsStr>, arguments: I) -> TestCommand<'_>
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.root.path());
        TestCommand {
            environment: self,
            command,
            stdin: Vec::new(),
        }
    }

    /// `text` without what differs from run to run: this environment's folder, and ports.
    pub(super) fn normalised(&self, text: &str) -> String {
        let folder = self.root.path().to_string_lossy().into_owned();
        without_ports(&text.replace(&folder, "$ROOT"))
    }
}

/// `127.0.0.1:PORT` for each port of this machine.
fn without_ports(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        masked.push_str(HOST);
        masked.push_str(if rest.len() < part.len() { "PORT" } else { "" });
        masked.push_str(rest);
    }
    masked
}

/// A command that was not run yet.
#[derive(Debug)]
#[must_use = "a command does nothing until `run` or `spawn`"]
pub struct TestCommand<'e> {
    environment: &'e TestEnvironment,
    command: Command,
    stdin: Vec<u8>,
}

impl TestCommand<'_> {
    /// Sets a variable for this command alone.
    pub fn env(mut self, variable: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Takes a variable away.
    pub fn without(mut self, variable: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(variable);
        self
    }

    /// Points the command at a sandbox, with its keys.
    pub fn against(mut self, sandbox: &SandboxProcess) -> Self {
        self.command.envs(sandbox.environment());
        self
    }

    /// What the command reads; nothing unless given.
    pub fn stdin(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.stdin = content.into();
        self
    }

    /// Starts the command with all three streams as pipes, nothing written to it.
    pub fn spawn(mut self) -> Child {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started")
    }

    /// Runs the command to its end.
    ///
    /// # Panics
    ///
    /// When it has not ended by the deadline; it is killed then.
    pub fn run(mut self) -> CommandOutput {
        let stdin = std::mem::take(&mut self.stdin);
        let environment = self.environment;
        let line = format!("{:?}", self.command.get_args().collect::<Vec<_>>());
        let mut child = self.spawn();
        let id = rustix::process::Pid::from_child(&child);
        let mut pipe = child.stdin.take().expect("stdin is a pipe");
        // A program that does not read its input breaks the pipe, which is no failure.
        let writer = thread::spawn(move || {
            let _ = pipe.write_all(&stdin);
        });
        let (sender, receiver) = mpsc::channel();
        let reader = thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(DEADLINE) else {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
            panic!("{line} did not end within {DEADLINE:?}");
        };
        writer.join().expect("the writer does not panic");
        let _ = reader.join().expect("the reader does not panic");
        CommandOutput::new(environment, output.expect("the output can be read"))
    }
}

#[test]
fn ports_and_folders_are_masked_in_what_snapshots_see() {
    let environment = TestEnvironment::new();
    let text = format!(
        "at http://127.0.0.1:8080/x, 127.0.0.1: and {}/home",
        environment.root.path().display()
    );
    assert_eq!(
        environment.normalised(&text),
        "at http://127.0.0.1:PORT/x, 127.0.0.1: and $ROOT/home"
    );
}

#[test]
fn a_command_sees_its_own_environment_alone() {
    let mut environment = TestEnvironment::new();
    environment.set("A", "1");
    let output = environment
        .program("/usr/bin/env", [] as [&str; 0])
        .env("B", "2")
        .without("LC_ALL")
        .run();
    let names: Vec<&str> = output
        .success()
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    assert_eq!(
        names,
        [
            "A",
            "B",
            "HOME",
            "TMPDIR",
            "TZ",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_STATE_HOME"
        ]
    );
}
