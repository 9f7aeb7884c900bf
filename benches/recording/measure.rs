//! What a run of a program cost.

use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Ticks a second in `/proc`: `USER_HZ`, 100 on every architecture of Linux.
const TICKS: u64 = 100;

/// What one run took.
pub struct Cost {
    pub wall: Duration,
    /// In user and system mode, to a hundredth of a second; `None` without a `/proc`.
    pub cpu: Option<Duration>,
    /// The most memory in use at once, in bytes; `None` without a `/proc`.
    pub peak: Option<u64>,
}

/// Runs a program to its end; what it says is thrown away.
///
/// # Errors
///
/// A program that does not start, or that fails.
pub fn cost(command: &mut Command) -> io::Result<Cost> {
    cost_into(command, Stdio::null())
}

/// The same; what it says on stdout goes to `stdout`.
pub fn cost_into(command: &mut Command, stdout: Stdio) -> io::Result<Cost> {
    let begin = Instant::now();
    let silent = command.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = silent.stdout(stdout).spawn()?;
    let mut cost = Cost {
        wall: Duration::ZERO,
        cpu: None,
        peak: None,
    };
    let status = loop {
        // The mark only rises, so the last look counts.
        cost.peak = peak(&child).or(cost.peak);
        cost.cpu = cpu(&child).or(cost.cpu);
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    cost.wall = begin.elapsed();
    // A search without a hit says no.
    match matches!(status.code(), Some(0 | 3)) {
        true => Ok(cost),
        false => Err(io::Error::other(format!("{command:?} failed: {status}"))),
    }
}

fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Fields 14 and 15 of `stat`, behind the name in brackets (`proc_pid_stat(5)`).
fn cpu(child: &Child) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11);
    let mut next = || ticks.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((next()? + next()?) * 1_000 / TICKS))
}
