//! The one answer, in the words of whoever reads it: JUnit, or a CI system.

use anyhow::Context as _;

use super::{TestEvent, ci};
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::{TestCase, TestSuite, junit};

/// What came out for the monitor that was asked about.
pub struct Verdict {
    /// The word that JSON has for it.
    pub word: &'static str,
    /// The id of the run.
    pub run: String,
    /// `pack/name`
    pub name: String,
    pub title: String,
    /// [`Exit::Done`] where it is as expected.
    pub exit: Exit,
    /// What came out, in a few words.
    pub said: String,
    /// How that came about, a sentence each.
    pub details: Vec<String>,
}

/// Writes what `--junit` and `--ci` ask for.
pub fn publish(context: &Context, args: &TestEvent, verdict: &Verdict) -> anyhow::Result<()> {
    if let Some(path) = &args.junit {
        let said = || {
            let first = format!("expected {}, {}", args.expect, verdict.said);
            let lines = verdict.details.iter().cloned();
            let lines: Vec<String> = std::iter::once(first).chain(lines).collect();
            lines.join("\n")
        };
        let (failure, error) = match verdict.exit {
            Exit::Done => (None, None),
            Exit::AnswerIsNo => (Some(said()), None),
            _ => (None, Some(said())),
        };
        let suite = TestSuite {
            name: "ddctl test-event".to_owned(),
            cases: vec![TestCase {
                name: format!("{} comes to {}", verdict.name, args.expect),
                failure,
                error,
            }],
        };
        std::fs::write(path, junit(&[suite]))
            .with_context(|| format!("write {}", path.display()))?;
    }
    match args.ci {
        Some(system) => ci::publish(context, args, system, verdict),
        None => Ok(()),
    }
}
