//! An empty environment with a home of its own, after jj's `TestEnvironment`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::output::CommandOutput;
use super::process::Running;
use super::sandbox::SandboxProcess;

/// A home, a temporary folder and a working folder that no other test sees.
#[derive(Debug)]
pub struct TestEnvironment {
    root: TempDir,
    variables: Vec<(String, String)>,
}

impl TestEnvironment {
    /// Knows nothing: no key, no gateway, no settings.
    pub fn empty() -> Self {
        let root = TempDir::new().expect("a temporary folder");
        for folder in ["home", "tmp", "work"] {
            fs::create_dir(root.path().join(folder)).expect("a folder in it");
        }
        Self {
            root,
            variables: Vec::new(),
        }
    }

    /// Works against `sandbox`, as `--print-env` says.
    pub fn of(sandbox: &SandboxProcess) -> Self {
        Self {
            variables: sandbox.env().to_vec(),
            ..Self::empty()
        }
    }

    /// Sets a variable for every command from here on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable from every command from here on.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    pub fn root(&self) -> &Path {
        self.root.path()
    }

    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A path in the working folder, where commands run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    /// The settings file that the program reads.
    pub fn settings_file(&self) -> PathBuf {
        self.home().join(".config/ddctl/config.toml")
    }

    /// Writes a file, folders included.
    pub fn write(&self, path: &Path, content: impl AsRef<[u8]>) {
        let folder = path.parent().expect("a path in a folder");
        fs::create_dir_all(folder).expect("a folder of the test");
        fs::write(path, content).expect("a file of the test");
    }

    /// Writes the settings file.
    pub fn write_settings(&self, toml: &str) {
        self.write(&self.settings_file(), toml);
    }

    /// Every file below the root with its content, by relative path.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(self.root.path(), self.root.path(), &mut found);
        found.sort();
        found
    }

    /// Runs `ddctl` with `args` to its end.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> CommandOutput {
        self.command(args).run()
    }

    /// `ddctl` with `args`, to be given more before it runs.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> TestCommand {
        self.program(env!("CARGO_BIN_EXE_ddctl"), args)
    }

    /// Another program in the same environment.
    pub fn program<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = A>,
    ) -> TestCommand {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(self.surroundings())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path(""));
        TestCommand {
            command,
            stdin: Vec::new(),
        }
    }

    /// What every process has, wherever it runs. `TZ` is fixed so that tables read the same.
    pub fn surroundings(&self) -> Vec<(String, String)> {
        let of = |name: &str, path: PathBuf| (name.to_owned(), path.display().to_string());
        vec![
            of("HOME", self.home()),
            of("TMPDIR", self.root.path().join("tmp")),
            of("XDG_CONFIG_HOME", self.home().join(".config")),
            of("XDG_STATE_HOME", self.home().join(".local/state")),
            of("XDG_DATA_HOME", self.home().join(".local/share")),
            of("XDG_CACHE_HOME", self.home().join(".cache")),
            ("TZ".to_owned(), "UTC".to_owned()),
        ]
    }

    /// The variables beyond the surroundings.
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder of the test") {
        let entry = entry.expect("an entry of it");
        let path = entry.path();
        match entry.file_type().expect("a known kind").is_dir() {
            true => collect(root, &path, found),
            false => {
                let relative = path.strip_prefix(root).expect("below the root").to_owned();
                found.push((relative, fs::read(&path).expect("a readable file")));
            }
        }
    }
}

/// A command that has not run yet.
#[must_use]
#[derive(Debug)]
pub struct TestCommand {
    command: Command,
    stdin: Vec<u8>,
}

impl TestCommand {
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What stdin holds; nothing unless said.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Starts it and returns at once.
    pub fn start(self) -> Running {
        Running::start(self.command, self.stdin)
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> CommandOutput {
        self.start().finish()
    }
}
