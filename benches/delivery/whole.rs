//! The program, from a file to an intake and from a gateway to an intake.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use serde_json::Value;

use super::intake::Intake;
use super::measure::{Cost, cost, cost_into};
use super::records;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ddctl");

/// Events of the run with answers of 503: each of them is waited after for a second or more.
const REFUSED: usize = 100_000;

pub fn run(counts: &[usize]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    println!("from a file of records of {} bytes", records::LENGTH);
    for count in counts {
        for compression in ["zstd", "gzip", "none"] {
            from_file(folder.path(), *count, compression, 0)?;
        }
    }
    println!("the same, 30 of 100 answers are 503");
    from_file(folder.path(), REFUSED, "zstd", 30)?;
    println!("from the gateway of the sandbox, two or three events a session");
    for count in counts {
        from_gateway(folder.path(), *count)?;
    }
    Ok(())
}

fn from_file(
    folder: &Path,
    count: usize,
    compression: &str,
    percent_503: u64,
) -> anyhow::Result<()> {
    let path = folder.join(format!("{count}.ndjson"));
    let mut file = BufWriter::new(File::create(&path)?);
    records::write(count, &mut file)?;
    file.flush()?;
    let intake = Intake::start(percent_503)?;
    let mut command = ddctl(folder, &intake);
    command.args([
        "sessions",
        "export",
        "--yes",
        "--to",
        "logs",
        "--compression",
        compression,
    ]);
    command.arg("--file").arg(&path);
    let cost = cost(&mut command)?;
    show(compression, count, &cost);
    let taken = intake.taken();
    if intake.counts() {
        println!(
            "    {} requests, {} refused; {} events, {} of them twice",
            taken.requests, taken.refused, taken.events, taken.twice
        );
        anyhow::ensure!(taken.events == count, "events were lost");
    }
    std::fs::remove_file(path)?;
    Ok(())
}

fn from_gateway(folder: &Path, events: usize) -> anyhow::Result<()> {
    let home = folder.join(events.to_string());
    std::fs::create_dir(&home)?;
    let (mut sandbox, variables) = sandbox(events * 2 / 5)?;
    let intake = Intake::start(0)?;
    let mut command = ddctl(&home, &intake);
    for (name, value) in &variables {
        if name.starts_with("HOOP_") {
            command.env(name, value);
        }
    }
    // Most sessions of a year are older than an intake takes as they are.
    let all = ["sessions", "export", "--since", "400d", "--to", "logs"];
    command.args(all).args(["--yes", "-o", "json"]);
    let said = folder.join("summary.json");
    let cost = cost_into(&mut command, File::create(&said)?.into());
    sandbox.kill()?;
    sandbox.wait()?;
    let summary: Value = serde_json::from_reader(File::open(&said)?)?;
    let accepted = summary["accepted"].as_u64().context("a summary")?;
    show("zstd", usize::try_from(accepted)?, &cost?);
    println!("    {} requests", intake.taken().requests);
    Ok(())
}

/// A home of its own, and nothing else.
fn ddctl(folder: &Path, intake: &Intake) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .env("HOME", folder)
        .env("DD_API_KEY", "0".repeat(32))
        .env("DDCTL_DATADOG_URL", format!("http://{}", intake.address));
    command
}

fn sandbox(sessions: usize) -> anyhow::Result<(Child, Vec<(String, String)>)> {
    let sessions = sessions.to_string();
    let mut child = Command::new(PROGRAM)
        .args([
            "sandbox",
            "--print-env",
            "--span",
            "365d",
            "--sessions",
            &sessions,
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let stdout = child.stdout.take().context("the sandbox has a stdout")?;
    let mut variables = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        match line.split_once('=') {
            Some((name, value)) => variables.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    Ok((child, variables))
}

fn show(name: &str, events: usize, cost: &Cost) {
    let wall = cost.wall.as_secs_f64();
    let cpu = cost.cpu.map_or(f64::NAN, |cpu| cpu.as_secs_f64());
    let peak = cost.peak.map_or(f64::NAN, |peak| peak as f64 / 1e6);
    let rate = events as f64 / wall;
    println!(
        "  {events:>9} {name:<5} {wall:>7.2} s  {cpu:>7.2} s CPU  {peak:>6.1} MB  {rate:>9.0} a second"
    );
}
