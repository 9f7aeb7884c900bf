//! What runs here: does it wait for somebody, and was anything killed?

use jiff::Timestamp;

use super::{since, with_causes};
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::Subject;
use crate::domain::delivery::Delivery;
use crate::health::{DestinationState, Life, Report, Stored, read_all};

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder,
        Err(lack) => return lack,
    };
    match read_all(&folder, subject.local.now) {
        Ok(stored) => judge(&stored, subject.local.delivery, subject.local.now),
        Err(error) => Finding::unknown(with_causes(&error)),
    }
}

fn judge(stored: &[Stored], delivery: Option<Delivery>, now: Timestamp) -> Finding {
    let is_alive = stored.iter().any(|one| one.life == Life::Runs);
    let judged = stored.iter().map(|one| match one.life {
        Life::Runs => of_report(&one.report),
        Life::Silent => of_silent(one, now),
        Life::Gone if is_followed(one, stored) => of_followed(one, now),
        Life::Gone => of_gone(one, now),
    });
    let finding = judged.reduce(Finding::and).unwrap_or_else(Finding::ok);
    match delivery {
        Some(delivery) if delivery.stays() && !is_alive => finding
            .warn("the profile delivers by a process that stays, and none runs here")
            .fix("start it, or look where it runs: `ddctl status` there"),
        _ if stored.is_empty() => Finding::skipped("nothing that stays runs here"),
        _ => finding,
    }
}

/// Another one runs in its place.
fn is_followed(gone: &Stored, stored: &[Stored]) -> bool {
    let command = &gone.report.command;
    let mut others = stored.iter();
    others.any(|one| one.life == Life::Runs && one.report.command == *command)
}

fn of_followed(stored: &Stored, now: Timestamp) -> Finding {
    let told = last_heard_of(stored, now);
    Finding::ok()
        .note(format!("{told}: it was killed, and another one runs since"))
        .repair(Repair::RemoveStatus(stored.path.clone()))
}

fn of_gone(stored: &Stored, now: Timestamp) -> Finding {
    Finding::warning(format!("{}: it was killed", last_heard_of(stored, now)))
        .fix("start it again; it goes on from what it remembers")
        .repair(Repair::RemoveStatus(stored.path.clone()))
}

/// Another machine's processes are not seen from here.
fn of_silent(stored: &Stored, now: Timestamp) -> Finding {
    Finding::warning(format!(
        "{}: it is stuck, or was on another machine",
        last_heard_of(stored, now)
    ))
    .fix("look at that process; start it again where it is gone")
}

fn last_heard_of(stored: &Stored, now: Timestamp) -> String {
    let report = &stored.report;
    format!(
        "`ddctl {}` (process {} on {}) was last heard of {} ago",
        report.command,
        report.pid,
        report.host,
        since(now, report.at)
    )
}

fn of_report(report: &Report) -> Finding {
    let running = Finding::ok().note(format!(
        "`ddctl {}` {} runs (process {} on {})",
        report.command, report.version, report.pid, report.host
    ));
    let running = match &report.source.away {
        Some(away) => running.warn(format!("its source is away: {}", away.why)),
        None => running,
    };
    let door = report.door.as_ref().and_then(|door| door.closed.as_ref());
    let running = match door {
        Some(why) => running.fail(format!("it refuses webhooks: {why}")),
        None => running,
    };
    report.destinations.iter().fold(running, of_destination)
}

fn of_destination(finding: Finding, state: &DestinationState) -> Finding {
    let name = &state.destination;
    if let Some(why) = &state.failed {
        return finding
            .fail(format!(
                "{name}: nothing more goes there in this run: {why}"
            ))
            .fix("mend it, then start the process again");
    }
    match &state.waiting {
        None => finding.note(format!("{name}: delivering")),
        Some(waiting) if waiting.for_a_person => {
            let finding = finding.fail(format!("{name} waits for somebody: {}", waiting.why));
            match &waiting.remedy {
                Some(remedy) => finding.fix(remedy.clone()),
                None => finding,
            }
        }
        Some(waiting) => finding.warn(format!("{name} waits: {}", waiting.why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;
    use crate::health::{Board, Waiting};

    fn stored(life: Life, waiting: Option<Waiting>) -> Stored {
        let destinations = [("logs datadoghq.eu".to_owned(), false)];
        let mut report = Board::new("relay", destinations, Timestamp::now).report();
        report.destinations[0].waiting = waiting;
        Stored {
            path: "/state/status/1.json".into(),
            report,
            life,
        }
    }

    fn judged(stored: &[Stored], delivery: Option<Delivery>) -> Finding {
        judge(stored, delivery, Timestamp::now())
    }

    #[test]
    fn what_waits_for_somebody_is_a_problem_with_the_remedy() {
        let waiting = |for_a_person| Waiting {
            since: Timestamp::now(),
            why: "the key is refused".to_owned(),
            next_try: Timestamp::now(),
            for_a_person,
            remedy: Some("bring another key".to_owned()),
        };
        let finding = judged(&[stored(Life::Runs, Some(waiting(true)))], None);
        assert_eq!(finding.state, State::Problem);
        assert_eq!(finding.fixes, ["bring another key"]);
        assert_eq!(
            judged(&[stored(Life::Runs, Some(waiting(false)))], None).state,
            State::Warning
        );
        assert_eq!(judged(&[stored(Life::Runs, None)], None).state, State::Ok);
    }

    #[test]
    fn what_a_killed_process_left_can_be_taken_out() {
        let finding = judged(&[stored(Life::Gone, None)], None);
        assert_eq!(finding.state, State::Warning);
        assert_eq!(
            finding.repairs,
            [Repair::RemoveStatus("/state/status/1.json".into())]
        );
        let followed = judged(&[stored(Life::Gone, None), stored(Life::Runs, None)], None);
        assert_eq!((followed.state, followed.repairs.len()), (State::Ok, 1));
        let silent = judged(&[stored(Life::Silent, None)], None);
        assert_eq!((silent.state, silent.repairs.len()), (State::Warning, 0));
    }

    #[test]
    fn nothing_runs_where_the_profile_wants_it_to() {
        assert_eq!(judged(&[], Some(Delivery::Follow)).state, State::Warning);
        assert_eq!(judged(&[], Some(Delivery::Export)).state, State::Skipped);
    }
}
