//! Positions: how far behind what happens is each destination?

use jiff::{SignedDuration, Timestamp};

use super::{since, with_causes};
use crate::delivery::OLDEST;
use crate::delivery::state::{State as Store, StateError};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;

/// From here on events may grow too old before the next run.
const LONG: SignedDuration = SignedDuration::from_hours(12);

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder,
        Err(lack) => return lack,
    };
    let now = subject.local.now;
    let read = tokio::task::spawn_blocking(move || Store::look(&folder).and_then(read));
    match read.await {
        Ok(Ok(positions)) => judge(&positions, now),
        // What is damaged is told by the check `state`.
        Ok(Err(error)) => Finding::unknown(with_causes(&error)),
        Err(_) => Finding::unknown("the positions could not be read"),
    }
}

/// Where one destination stands.
#[derive(Clone, Debug)]
struct Position {
    id: String,
    /// Such as `logs datadoghq.eu`.
    to: String,
    /// Sessions up to then are dealt with.
    until: Option<Timestamp>,
    /// Sessions before that which may bring more.
    unfinished: usize,
    is_held: bool,
}

fn read(state: Option<Store>) -> Result<Vec<Position>, StateError> {
    let Some(state) = state else {
        return Ok(Vec::new());
    };
    let cursors = state.cursors()?.into_iter();
    cursors
        .map(|(key, cursor)| {
            Ok(Position {
                id: key.id(),
                to: format!("{} {}", key.destination, key.site)
                    .trim_end()
                    .to_owned(),
                until: cursor.done.end(),
                unfinished: cursor.unfinished.len(),
                is_held: state.holding(&key)?.is_held(),
            })
        })
        .collect()
}

fn judge(positions: &[Position], now: Timestamp) -> Finding {
    if positions.is_empty() {
        return Finding::skipped("no destination has a position yet");
    }
    let judged = positions.iter().map(|position| of_position(position, now));
    judged.reduce(Finding::and).unwrap_or_else(Finding::ok)
}

fn of_position(position: &Position, now: Timestamp) -> Finding {
    let Position { id, to, .. } = position;
    let Some(until) = position.until else {
        return Finding::ok().note(format!("{to} ({id}): begun, nothing dealt with yet"));
    };
    let lag = now.duration_since(until);
    let open = match position.unfinished {
        0 => String::new(),
        count => format!(", {count} open before that"),
    };
    let working = if position.is_held {
        ", being worked on"
    } else {
        ""
    };
    let told = format!(
        "{to} ({id}): dealt with up to {until:.0}, {} ago{open}{working}",
        since(now, until)
    );
    let oldest = SignedDuration::try_from(OLDEST).unwrap_or(SignedDuration::MAX);
    match lag {
        lag if lag > oldest => Finding::problem(told).fix(format!(
            "go on with the same command and `--new` or `--follow`: Datadog drops events older than \
             18 h, so these go out under the time of sending, marked `late:true`. If nobody wants \
             them: `ddctl state reset {id}`"
        )),
        lag if lag > LONG => Finding::warning(told)
            .fix("events older than 18 h are late: run `--new` every 12 h or more often"),
        _ => Finding::ok().note(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn behind(hours: i64) -> Finding {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("an instant");
        let position = Position {
            id: "4f2a91c0".to_owned(),
            to: "logs datadoghq.eu".to_owned(),
            until: Some(now - SignedDuration::from_hours(hours)),
            unfinished: 2,
            is_held: false,
        };
        judge(&[position], now)
    }

    #[test]
    fn a_position_is_judged_by_what_datadog_still_takes() {
        assert_eq!(behind(1).state, State::Ok);
        assert_eq!(behind(13).state, State::Warning);
        let late = behind(20);
        assert_eq!(late.state, State::Problem);
        assert!(
            late.evidence[0].contains("ago, 2 open before that"),
            "{late:?}"
        );
        assert!(late.fixes[0].contains("state reset 4f2a91c0"), "{late:?}");
    }
}
