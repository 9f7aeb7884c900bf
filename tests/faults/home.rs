//! Where the exporters of a scenario live: folders and environment of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::oracle::Event;
use super::room::Room;
use super::support::SandboxProcess;

/// Past every session of the sandbox.
pub const EVERYTHING: &str = "40d";

#[derive(Debug)]
pub struct Home {
    /// Kept where the scenario fails.
    pub folder: PathBuf,
    /// `XDG_STATE_HOME`, as the runner sees it.
    state: PathBuf,
    /// The same, as ddctl sees it.
    state_inside: PathBuf,
    /// What comes before the program.
    entry: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Home {
    pub fn new(folder: &Path, sandbox: &SandboxProcess) -> Self {
        Self {
            folder: folder.to_owned(),
            state: folder.join("state"),
            state_inside: folder.join("state"),
            entry: Vec::new(),
            environment: sandbox.env().to_vec(),
        }
    }

    /// Keeps the state on a disk of its own, which is mounted at `inside`.
    pub fn move_state(&mut self, room: &Room, inside: &Path) {
        self.state = room.path().to_owned();
        self.state_inside = inside.to_owned();
        self.entry = room.entry();
    }

    /// `ddctl sessions export` with `args`, of everything there is.
    pub fn export(&self, args: &[&str]) -> Command {
        let mut command = self.ddctl(&["sessions", "export", "--yes", "-o", "json"]);
        command.args(args);
        command
    }

    /// `ddctl` with `args`.
    pub fn ddctl(&self, args: &[&str]) -> Command {
        let ddctl = env!("CARGO_BIN_EXE_ddctl").to_owned();
        let mut words = self.entry.iter().chain([&ddctl]);
        let mut command = Command::new(words.next().expect("there is the program"));
        command
            .args(words)
            .args(args)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("HOME", &self.folder)
            .env("TMPDIR", &self.folder)
            .env("XDG_STATE_HOME", &self.state_inside)
            .env("TZ", "UTC")
            .current_dir(&self.folder);
        command
    }

    /// The folder of the profile.
    pub fn profile(&self) -> PathBuf {
        self.state.join("ddctl/default")
    }

    pub fn state_file(&self) -> PathBuf {
        self.profile().join("state.db")
    }

    /// Every file of dead letters.
    pub fn letters(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.profile().join("deadletters")) else {
            return Vec::new();
        };
        let paths = entries.flatten().map(|entry| entry.path());
        paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
            .collect()
    }

    /// The events in them; a torn last line is none.
    pub fn dead(&self) -> Vec<Event> {
        let texts = self
            .letters()
            .into_iter()
            .map(|path| fs::read_to_string(path).unwrap_or_default());
        let text: String = texts.collect();
        let letter = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
        let letters = text.lines().filter_map(letter);
        letters
            .filter_map(|letter| event_of(&letter["event"]))
            .collect()
    }

    /// The webhooks among them, by message.
    pub fn dead_messages(&self) -> BTreeSet<String> {
        let texts = self
            .letters()
            .into_iter()
            .map(|path| fs::read_to_string(path).unwrap_or_default());
        let texts: String = texts.collect();
        let letters = texts
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let id = |letter: serde_json::Value| {
            // What is broken is there as the text that it was.
            let event = match letter["event"].as_str() {
                Some(text) => serde_json::from_str(text).unwrap_or_default(),
                None => letter["event"].clone(),
            };
            let of_event = event["webhook"]["id"].as_str();
            of_event.or(letter["id"].as_str()).map(str::to_owned)
        };
        letters.filter_map(id).collect()
    }

    /// Forgets everything, as on a new machine.
    pub fn wipe(&self) {
        let _ = fs::remove_dir_all(self.profile());
    }
}

/// The event in a log as ddctl sends it.
pub fn event_of(log: &serde_json::Value) -> Option<Event> {
    Some(Event {
        session: log["session"]["id"].as_str()?.to_owned(),
        seq: log["session"]["seq"].as_u64()?,
        id: log["evt"]["id"].as_str()?.to_owned(),
    })
}
