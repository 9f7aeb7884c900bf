//! What recordings cost: converting beside asciinema, and the peak memory of every way of reading
//! a large one.
//!
//! ```text
//! cargo bench --profile dist --bench recording           # 104 MB beside asciinema, half a minute
//! cargo bench --profile dist --bench recording -- large  # 1 GB by ddctl alone, some minutes
//! cargo bench --profile dist --bench recording -- 2000   # MB; beside asciinema under 500
//! ```
//!
//! Programs take turns in one run, on one file, and of each the fastest of five rounds counts (of a
//! large file the only one). Memory is the high-water mark that Linux keeps for each process, looked
//! at every millisecond. The aims: 104 MB to version 3 in 0.4 s and to text in 1.5 s with at most
//! 12 MB; a recording of 1 GB in less than 64 MB, whatever is done with it.

mod generate;
mod measure;

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use crate::generate::recording;
use crate::measure::{Cost, cost};

const DDCTL: &str = env!("CARGO_BIN_EXE_ddctl");
const MB: u64 = 1_000_000;

/// Above this, what is measured is memory and not time.
const LARGE: u64 = 500;

fn main() -> io::Result<()> {
    // Cargo hands its own flags down as well.
    let size = std::env::args().find_map(|word| match word.as_str() {
        "large" => Some(1_000),
        word => word.parse().ok(),
    });
    let size = size.unwrap_or(104);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("recording.cast");
    let events = recording(&file, size * MB)?;
    let mut out = io::stdout().lock();
    writeln!(out, "asciicast 2 of {size} MB, {events} events\n")?;
    writeln!(
        out,
        "{:<44} {:>8} {:>8} {:>9}",
        "", "seconds", "of CPU", "peak"
    )?;
    match size > LARGE {
        true => alone(folder.path(), &mut out),
        false => side_by_side(folder.path(), &mut out),
    }
}

/// One thing that a program does with the recording.
struct Task {
    name: &'static str,
    program: &'static str,
    args: Vec<String>,
}

fn side_by_side(folder: &Path, out: &mut impl Write) -> io::Result<()> {
    let mut tasks = Vec::new();
    let has_peer = Command::new("asciinema").arg("--version").output().is_ok();
    if !has_peer {
        writeln!(
            out,
            "asciinema is not on the PATH: ddctl is measured alone\n"
        )?;
    }
    for (ending, format) in [("cast", "asciicast-v3"), ("txt", "txt")] {
        if has_peer {
            tasks.push(peer(folder, ending, format));
        }
        tasks.push(export(folder, ending, &[]));
        tasks.push(export(folder, ending, &["--no-redact"]));
    }
    tasks.push(search(folder));
    measured(&tasks, 5, out)
}

fn alone(folder: &Path, out: &mut impl Write) -> io::Result<()> {
    let mut tasks: Vec<Task> = ["cast", "txt", "ndjson", "csv"]
        .map(|ending| export(folder, ending, &[]))
        .into();
    tasks.push(search(folder));
    tasks.push(ddctl(
        "ddctl, replay --no-timing",
        &["sessions", "replay", &input(folder), "--no-timing"],
    ));
    measured(&tasks, 1, out)
}

/// Prints the fastest round of each, and the highest peak.
fn measured(tasks: &[Task], rounds: usize, out: &mut impl Write) -> io::Result<()> {
    let mut costs: Vec<Vec<Cost>> = tasks.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (task, costs) in tasks.iter().zip(&mut costs) {
            costs.push(cost(Command::new(task.program).args(&task.args))?);
        }
    }
    for (task, costs) in tasks.iter().zip(&costs) {
        let fastest = costs.iter().min_by_key(|cost| cost.wall);
        let peak = costs.iter().filter_map(|cost| cost.peak).max();
        let Some(fastest) = fastest else { continue };
        writeln!(
            out,
            "{:<44} {:>8.2} {:>8} {:>9}",
            task.name,
            fastest.wall.as_secs_f64(),
            told(fastest.cpu.map(|cpu| format!("{:.2}", cpu.as_secs_f64()))),
            told(peak.map(|bytes| format!("{:.1} MB", bytes as f64 / MB as f64))),
        )?;
    }
    Ok(())
}

/// What is known only where there is a `/proc`.
fn told(value: Option<String>) -> String {
    value.unwrap_or_else(|| "?".to_owned())
}

fn input(folder: &Path) -> String {
    folder.join("recording.cast").display().to_string()
}

fn peer(folder: &Path, ending: &str, format: &str) -> Task {
    let target = folder.join(format!("asciinema.{ending}"));
    Task {
        name: match ending {
            "cast" => "asciinema, to version 3",
            _ => "asciinema, to text",
        },
        program: "asciinema",
        args: [
            "convert",
            "--overwrite",
            "--output-format",
            format,
            &input(folder),
            &target.display().to_string(),
        ]
        .map(str::to_owned)
        .into(),
    }
}

fn export(folder: &Path, ending: &str, flags: &[&str]) -> Task {
    let target = folder.join(format!("ddctl.{ending}")).display().to_string();
    let input = input(folder);
    let args = ["sessions", "export", &input, "--to", &target, "--overwrite"];
    let name = match (ending, flags.is_empty()) {
        ("cast", true) => "ddctl, to version 3",
        ("cast", false) => "ddctl, to version 3, --no-redact",
        ("txt", true) => "ddctl, to text",
        ("txt", false) => "ddctl, to text, --no-redact",
        ("ndjson", _) => "ddctl, to NDJSON",
        _ => "ddctl, to CSV",
    };
    ddctl(name, &[&args[..], flags].concat())
}

fn search(folder: &Path) -> Task {
    ddctl(
        "ddctl, search",
        &["sessions", "search", "nowhere in it", &input(folder)],
    )
}

fn ddctl(name: &'static str, args: &[&str]) -> Task {
    Task {
        name,
        program: DDCTL,
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
    }
}
