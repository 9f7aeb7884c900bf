//! Plays scenarios side by side, and keeps what is left of those that fail.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tempfile::TempDir;

use super::arguments::Arguments;
use super::random::Random;
use super::report::{self, Ending, Row, Totals};
use super::scenarios::{self, Played, Scenario};
use super::stage::Stage;

/// Plays everything that was picked.
pub fn run(arguments: &Arguments) -> ExitCode {
    let picked: Vec<&Scenario> = scenarios::all()
        .filter(|one| arguments.picks(one.name))
        .collect();
    report::begin(arguments, picked.len());
    // A failure is told once, with all that belongs to it.
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let totals = Mutex::new(Totals::default());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.min(picked.len()) {
            scope.spawn(|| {
                while let Some(scenario) = picked.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = play(arguments, scenario);
                    let mut totals = totals.lock().expect("no report panics");
                    totals.add(&row);
                    report::tell(arguments, &row);
                }
            });
        }
    });
    let totals = totals.into_inner().expect("no report panics");
    report::end(arguments, &totals, begun.elapsed());
    match totals.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn play(arguments: &Arguments, scenario: &'static Scenario) -> Row {
    let begun = Instant::now();
    let folder = TempDir::with_prefix(format!("ddctl-faults-{}-", scenario.name));
    let folder = folder.expect("a temporary folder");
    let mut row = Row {
        name: scenario.name,
        what: scenario.what,
        ending: Ending::Kept,
        tally: Default::default(),
        notes: Vec::new(),
        elapsed: begun.elapsed(),
    };
    let set = catch_unwind(|| set(arguments, scenario, folder.path()));
    match set {
        Ok(mut stage) => {
            row.ending = ending(scenario, &mut stage);
            row.tally = stage.tally.clone();
            row.notes = stage.notes.clone();
        }
        Err(panic) => row.ending = Ending::broken(text(panic), Vec::new()),
    }
    if let Ending::Broken { folder: kept, .. } = &mut row.ending {
        *kept = Some(folder.keep());
    }
    row.elapsed = begun.elapsed();
    row
}

fn set(arguments: &Arguments, scenario: &Scenario, folder: &Path) -> Stage {
    let (short, long) = scenario.sessions;
    let sessions = if arguments.is_long { long } else { short };
    let random = Random::of(arguments.seed, scenario.name);
    Stage::set(folder, random, arguments.is_long, sessions)
}

fn ending(scenario: &Scenario, stage: &mut Stage) -> Ending {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let played = (scenario.play)(stage);
        if let Played::Out = played {
            stage.conclude();
        }
        played
    }));
    match played {
        Ok(Played::Skipped(what)) => Ending::Skipped(what),
        Ok(Played::LongAlone) => Ending::LongAlone,
        Ok(Played::Out | Played::Judged) if stage.breaches.is_empty() => Ending::Kept,
        Ok(Played::Out | Played::Judged) => {
            let count = stage.breaches.len();
            Ending::broken(
                format!("{count} promises were not kept"),
                report::evidence(stage),
            )
        }
        Err(panic) => Ending::broken(text(panic), report::evidence(stage)),
    }
}

fn text(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&str>() {
            Ok(text) => (*text).to_owned(),
            Err(_) => "a panic without words".to_owned(),
        },
    }
}
