//! The relay's spool: what it took and did not deliver yet.

use jiff::{SignedDuration, Timestamp};

use super::{since, with_causes};
use crate::delivery::OLDEST;
use crate::delivery::spool::{Contents, look as look_into};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;

/// A webhook is made into events within minutes, unless its session goes on.
const LONG: SignedDuration = SignedDuration::from_hours(1);

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder,
        Err(lack) => return lack,
    };
    let now = subject.local.now;
    match tokio::task::spawn_blocking(move || look_into(&folder)).await {
        Ok(Ok(None)) => Finding::skipped("no relay has worked here"),
        Ok(Ok(Some(contents))) => judge(&contents, now),
        // What is damaged is told by the check `state`.
        Ok(Err(error)) => Finding::unknown(with_causes(&error)),
        Err(_) => Finding::unknown("the spool could not be read"),
    }
}

fn judge(contents: &Contents, now: Timestamp) -> Finding {
    let Contents {
        webhooks,
        events,
        bytes,
        ..
    } = contents;
    let age = contents.oldest.map(|oldest| now.duration_since(oldest));
    let waited = contents
        .oldest
        .map(|oldest| format!(", the oldest for {}", since(now, oldest)));
    let told = format!(
        "{webhooks} webhooks and {events} events wait{} ({} KiB)",
        waited.unwrap_or_default(),
        bytes / 1024
    );
    let is_empty = *webhooks == 0 && *events == 0;
    let is_running = contents.holding.is_held();
    let oldest = SignedDuration::try_from(OLDEST).unwrap_or(SignedDuration::MAX);
    match (is_running, age) {
        _ if is_empty => Finding::ok().note("nothing waits"),
        (false, _) => Finding::problem(format!("{told}, and no relay runs here"))
            .fix("start it again: `ddctl relay …`; it goes on from what is kept"),
        (true, Some(age)) if age > oldest => Finding::problem(told).fix(
            "`ddctl status` says what the relay waits for; events older than 18 h go out under the \
             time of sending",
        ),
        (true, Some(age)) if age > LONG => {
            Finding::warning(told).fix("`ddctl status` says what the relay waits for")
        }
        (true, _) => Finding::ok().note(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::state::Holding;
    use crate::doctor::finding::State;

    fn judged(events: u64, is_running: bool, hours: i64) -> Finding {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("an instant");
        let contents = Contents {
            path: "/state/relay.db".into(),
            webhooks: 0,
            events,
            bytes: 4096,
            oldest: Some(now - SignedDuration::from_hours(hours)),
            holding: match is_running {
                true => Holding::Held(None),
                false => Holding::Free,
            },
        };
        judge(&contents, now)
    }

    #[test]
    fn what_waits_is_a_problem_where_nobody_delivers_it() {
        assert_eq!(judged(0, false, 0).state, State::Ok);
        assert_eq!(judged(3, false, 0).state, State::Problem);
        assert_eq!(judged(3, true, 0).state, State::Ok);
    }

    #[test]
    fn what_waits_for_long_is_judged_by_what_datadog_still_takes() {
        assert_eq!(judged(3, true, 2).state, State::Warning);
        assert_eq!(judged(3, true, 18).state, State::Problem);
    }
}
