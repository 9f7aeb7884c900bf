//! A small disk: a tmpfs in a mount namespace of its own, which lives as long as its holder.
//!
//! A program sees it once it has entered the namespace; from outside it is reached through the
//! holder's root. SQLite resolves that way to the folder below the disk, so it has to enter.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Gone when dropped.
#[derive(Debug)]
pub struct Room {
    holder: Child,
    /// Seen from outside.
    path: PathBuf,
}

/// Mounts, says so, and waits for the end of its input.
const HOLD: &str = "mount -t tmpfs -o size=\"$2\",mode=700 tmpfs \"$1\" && echo ready && exec cat";

impl Room {
    /// A disk of `bytes`, over `folder`; `None` where this machine allows none.
    pub fn of(bytes: u64, folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).expect("a folder of the scenario");
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", HOLD, "sh"]);
        command.arg(folder).arg(bytes.to_string());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut holder = command.spawn().ok()?;
        let mut said = String::new();
        let mut stdout = BufReader::new(holder.stdout.take()?);
        let is_ready = stdout.read_line(&mut said).is_ok() && said == "ready\n";
        // Elsewhere only the holder sees what it mounted.
        let path = folder.to_str()?.trim_start_matches('/');
        let path = PathBuf::from(format!("/proc/{}/root/{path}", holder.id()));
        let room = Self { holder, path };
        (is_ready && room.path.is_dir()).then_some(room)
    }

    /// The disk, seen from outside.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What comes before a command that is to see the disk at its own place.
    pub fn entry(&self) -> Vec<String> {
        let holder = self.holder.id().to_string();
        let words = [
            "nsenter",
            "-t",
            &holder,
            "-U",
            "-m",
            "--preserve-credentials",
            "--",
        ];
        words.map(str::to_owned).to_vec()
    }

    /// Leaves no more than `bytes` free. Others may be writing meanwhile.
    pub fn fill(&self, bytes: u64) {
        let free = rustix::fs::statvfs(&self.path).expect("it is mounted");
        let free = free.f_bavail * free.f_frsize;
        let filler = vec![0; free.saturating_sub(bytes) as usize];
        let mut file = File::create(self.filler()).expect("a file of no bytes fits");
        let _ = file.write_all(&filler);
    }

    pub fn free(&self) {
        let _ = fs::remove_file(self.filler());
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
