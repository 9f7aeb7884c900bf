//! What came of every destination, and the one exit code of the run.

use crate::context::Context;
use crate::delivery::{DeliveryError, Summary};
use crate::error::{Exit, classify};
use crate::ui::counted;

/// What came of one destination.
pub struct Carried {
    pub name: String,
    /// What it takes, for people: `event`, `span`.
    pub noun: &'static str,
    pub is_best_effort: bool,
    /// Of best effort: the events that it did not have, taken or not.
    pub lacked: u64,
    /// Events that it had from an earlier run.
    pub known: u64,
    /// Id of the receipt.
    pub receipt: Option<String>,
    pub result: anyhow::Result<Summary>,
}

impl Carried {
    /// As far as it got.
    pub fn summary(&self) -> Summary {
        match &self.result {
            Ok(summary) => summary.clone(),
            Err(error) => error
                .downcast_ref()
                .map(|error: &DeliveryError| Summary::clone(&error.summary))
                .unwrap_or_default(),
        }
    }

    /// Events that a best-effort destination had no room or no time for; of one that failed nobody
    /// counts them.
    pub fn missed(&self) -> u64 {
        if self.result.is_err() {
            return 0;
        }
        self.lacked.saturating_sub(self.summary().read)
    }

    /// Whether it has what it was to get.
    pub fn is_whole(&self) -> bool {
        self.result.is_ok()
    }

    /// Whether something was too old for it by the time it was sent.
    pub fn is_late(&self) -> bool {
        let summary = self.summary();
        summary.late + summary.skipped > 0
    }

    /// What it comes to. That a best-effort destination failed is said and changes nothing, but
    /// what it left in the dead letters waits for somebody.
    fn exit(&self) -> Exit {
        match &self.result {
            Ok(summary) if summary.dead_letters > 0 => Exit::WorkKept,
            Ok(summary) if summary.is_interrupted && !self.is_best_effort => Exit::Interrupted,
            Ok(_) => Exit::Done,
            Err(_) if self.is_best_effort => match self.summary().dead_letters {
                0 => Exit::Done,
                _ => Exit::WorkKept,
            },
            Err(error) => classify(error).exit,
        }
    }
}

/// When several hold, the first of these is the run's (`design.md` §2).
const ORDER: [Exit; 5] = [
    Exit::Credentials,
    Exit::WorkKept,
    Exit::Unreachable,
    Exit::Usage,
    Exit::Failed,
];

/// The exit code over all of them. What went wrong with one is said; the failure that decides is
/// the error of the command.
///
/// # Errors
///
/// The failure of a destination that decides the exit code.
pub fn conclude(context: &Context, carried: Vec<Carried>) -> anyhow::Result<Exit> {
    let exits: Vec<Exit> = carried.iter().map(Carried::exit).collect();
    let is_single = carried.len() == 1;
    let decided = decide(&exits);
    let mut error = None;
    for (one, exit) in carried.into_iter().zip(exits) {
        let failed = match one.result {
            Ok(_) => continue,
            Err(failed) if is_single => failed,
            Err(failed) => failed.context(format!("deliver to {}", one.name)),
        };
        match error.is_none() && exit == decided && !one.is_best_effort {
            true => error = Some(failed),
            false => context.ui.warning(&format!("{failed:#}")),
        }
    }
    error.map_or(Ok(decided), Err)
}

/// The reading failed. Where a delivery failed as well, that is the cause.
pub fn unread(context: &Context, error: anyhow::Error, carried: Vec<Carried>) -> anyhow::Error {
    for one in carried {
        match one.result {
            Err(error) => return error,
            Ok(summary) if summary.accepted > 0 => {
                let accepted = counted(summary.accepted, "event");
                let told = format!("{accepted} had been read by then, and delivered");
                context.ui.status(&told);
            }
            Ok(_) => {}
        }
    }
    error
}

fn decide(exits: &[Exit]) -> Exit {
    let first = ORDER.into_iter().find(|exit| exits.contains(exit));
    let other = || exits.iter().copied().find(|exit| *exit != Exit::Done);
    first.or_else(other).unwrap_or(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Cause, Reason, Trouble};

    fn failed(cause: fn(Trouble) -> Cause, dead_letters: u64) -> anyhow::Result<Summary> {
        let trouble = Trouble {
            is_foreign: false,
            meaning: crate::datadog::Meaning::Pause,
            reason: Reason::Other,
            text: "no".to_owned(),
        };
        let summary = Summary {
            dead_letters,
            ..Summary::default()
        };
        Err(DeliveryError {
            cause: cause(trouble),
            summary: Box::new(summary),
        }
        .into())
    }

    fn carried(result: anyhow::Result<Summary>, is_best_effort: bool) -> Carried {
        Carried {
            noun: "event",
            name: "logs".to_owned(),
            is_best_effort,
            lacked: 0,
            known: 0,
            receipt: None,
            result,
        }
    }

    #[test]
    fn of_several_codes_credentials_come_first_then_work_kept_then_unreachable() {
        use Exit::{Credentials, Done, Failed, Interrupted, Unreachable, WorkKept};
        for (exits, decided) in [
            (&[Done, Done][..], Done),
            (&[Done, Interrupted], Interrupted),
            (&[Failed, Unreachable], Unreachable),
            (&[Unreachable, WorkKept, Interrupted], WorkKept),
            (&[WorkKept, Unreachable, Credentials], Credentials),
        ] {
            assert_eq!(decide(exits), decided, "{exits:?}");
        }
    }

    #[test]
    fn a_best_effort_destination_fails_nothing_and_its_dead_letters_count() {
        let exit = |result, is_best_effort| carried(result, is_best_effort).exit();
        assert_eq!(exit(failed(Cause::KeyRefused, 0), false), Exit::Credentials);
        assert_eq!(exit(failed(Cause::KeyRefused, 0), true), Exit::Done);
        assert_eq!(
            exit(failed(Cause::Unreachable, 0), false),
            Exit::Unreachable
        );
        assert_eq!(exit(failed(Cause::Unreachable, 2), false), Exit::WorkKept);
        assert_eq!(exit(failed(Cause::Unreachable, 2), true), Exit::WorkKept);
    }
}
