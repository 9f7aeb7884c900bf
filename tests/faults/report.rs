//! What is said of the scenarios, on stdout.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use super::arguments::Arguments;
use super::oracle::Answered;
use super::scenarios;
use super::stage::{Stage, Tally};

/// Breaches and requests shown of one scenario.
const SHOWN: usize = 20;

/// What came of a scenario.
pub enum Ending {
    /// Every promise was kept.
    Kept,
    /// This machine lacks something.
    Skipped(&'static str),
    /// The short form leaves it out.
    LongAlone,
    Broken {
        why: String,
        /// Lines.
        evidence: Vec<String>,
        folder: Option<PathBuf>,
    },
}

impl Ending {
    pub fn broken(why: String, evidence: Vec<String>) -> Self {
        Ending::Broken {
            why,
            evidence,
            folder: None,
        }
    }
}

pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    pub ending: Ending,
    pub tally: Tally,
    pub notes: Vec<String>,
    pub elapsed: Duration,
}

/// Over all scenarios.
#[derive(Default)]
pub struct Totals {
    pub failed: usize,
    played: usize,
    tally: Tally,
}

impl Totals {
    pub fn add(&mut self, row: &Row) {
        self.failed += usize::from(matches!(row.ending, Ending::Broken { .. }));
        self.played += usize::from(matches!(row.ending, Ending::Kept));
        self.tally.kills += row.tally.kills;
        self.tally.runs += row.tally.runs;
        self.tally.events += row.tally.events;
        self.tally.duplicates += row.tally.duplicates;
        self.tally.dead += row.tally.dead;
    }
}

/// Names every scenario.
pub fn list() {
    for scenario in scenarios::all() {
        println!("{:<24} {}", scenario.name, scenario.what);
    }
}

pub fn begin(arguments: &Arguments, count: usize) {
    let form = if arguments.is_long { "long" } else { "short" };
    println!(
        "\nfault runner, {form} form, {count} scenarios, seed {}",
        arguments.seed
    );
}

pub fn tell(arguments: &Arguments, row: &Row) {
    let seconds = row.elapsed.as_secs_f64();
    let Row { name, what, .. } = row;
    match &row.ending {
        Ending::Kept => println!("{name:<24} ok {seconds:5.1} s  {}", told(row)),
        Ending::Skipped(lacks) => println!("{name:<24} SKIPPED: no {lacks}"),
        Ending::LongAlone => println!("{name:<24} for --long"),
        Ending::Broken {
            why,
            evidence,
            folder,
        } => {
            println!("{name:<24} FAILED {seconds:.1} s: {what}\n  {why}");
            for line in evidence {
                println!("  {line}");
            }
            if let Some(folder) = folder {
                println!("  its folder is {}", folder.display());
            }
            let form = if arguments.is_long { "--long " } else { "" };
            let seed = arguments.seed;
            println!("  again: cargo test --test faults -- {form}--seed {seed} --only {name}");
        }
    }
}

fn told(row: &Row) -> String {
    let Tally {
        kills,
        runs,
        events,
        duplicates,
        dead,
    } = row.tally;
    let mut parts = vec![format!("{events} events, {runs} runs")];
    for (count, what) in [
        (kills as usize, "kills"),
        (duplicates, "sent twice"),
        (dead, "dead letters"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.extend(row.notes.iter().cloned());
    parts.join(", ")
}

pub fn end(arguments: &Arguments, totals: &Totals, elapsed: Duration) {
    let Totals {
        failed,
        played,
        tally,
    } = totals;
    println!(
        "fault runner: {played} ok, {failed} failed; {} runs, {} kills, {} events, {} sent twice, {} dead letters; {:.0} s, seed {}",
        tally.runs,
        tally.kills,
        tally.events,
        tally.duplicates,
        tally.dead,
        elapsed.as_secs_f64(),
        arguments.seed,
    );
}

/// What is missing or too much, and what was asked and answered.
pub fn evidence(stage: &Stage) -> Vec<String> {
    let breaches = stage.breaches.iter().map(ToString::to_string);
    let mut lines = shortened(breaches.collect());
    // The sandbox may be what failed.
    let asked = catch_unwind(AssertUnwindSafe(|| stage.asked())).unwrap_or_default();
    lines.push(format!("{} requests to the logs intake:", asked.len()));
    lines.extend(shortened(asked.iter().map(described).collect()));
    lines
}

fn described(request: &Answered) -> String {
    let Answered {
        number,
        at,
        status,
        is_stored,
        fault,
    } = request;
    let status = status.map_or("no answer".to_owned(), |status| status.to_string());
    let stored = if *is_stored { "stored" } else { "not stored" };
    let fault = fault.as_deref().unwrap_or("no fault");
    format!("request {number} at {at:.3}: {status}, {stored}, {fault}")
}

fn shortened(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.truncate(SHOWN);
        lines.push(format!("and {more} more"));
    }
    lines
}
