//! What may still be under way, by what receipts say.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::delivery::receipts::line::{Late, Uncertain};
use crate::delivery::receipts::proof::{About, Family, UnderWay};
use crate::delivery::testing::at;
use crate::domain::event::{EventId, EventKind};

const NOW: &str = "2026-11-22T12:00:00Z";
const WAIT: Duration = Duration::from_secs(300);

/// Sessions that began so many minutes before now, by number.
fn sessions(minutes: &[i64]) -> Expectations {
    let mut all = Expectations::of(Family::Sessions);
    for (number, ago) in minutes.iter().enumerate() {
        let id = format!("a0000000-0000-4000-8000-{number:012}");
        let started = at(NOW) - SignedDuration::from_mins(*ago);
        all.push(Expected {
            id: EventId::of_session(&id, EventKind::Open),
            about: About::Session(id.into(), EventKind::Open),
            started,
            at: started,
        });
    }
    all
}

/// What a run that ended a minute ago tells of so many events under their own time.
fn evidence(all: &mut Expectations, run: Run, opened: u64) -> Evidence {
    let mut evidence = Evidence::since(at(NOW) - SignedDuration::from_secs(300));
    let sent_at = at(NOW) - SignedDuration::from_secs(60);
    let batch = Batch {
        sent_at: Some(sent_at),
        events: opened,
        kinds: [("session.open".to_owned(), opened)].into(),
        ..Batch::default()
    };
    let newest = evidence.note(all, Line::Batch(batch));
    evidence
        .sources
        .push(Source::of(run, newest.expect("it sent something")));
    evidence
}

/// Numbers of those that may be under way.
fn under_way(all: &Expectations, evidence: &Evidence) -> Vec<usize> {
    let under_way = UnderWay::at(at(NOW), WAIT, all, evidence);
    let items = all.items.iter().enumerate();
    let open = items.filter(|(_, item)| under_way.has(item));
    open.map(|(number, _)| number).collect()
}

fn until(minutes: i64) -> Run {
    Run {
        until: Some(at(NOW) - SignedDuration::from_mins(minutes)),
        ..Run::default()
    }
}

#[test]
fn what_no_run_can_have_sent_is_not_waited_for() {
    let mut all = sessions(&[30, 90, 60 * 17, 60 * 20]);
    let found = evidence(&mut all, until(60), 3);
    assert_eq!(
        under_way(&all, &found),
        [1, 2],
        "not behind its range, nor fresh"
    );
    let follows = Run {
        command: "sessions export --follow".to_owned(),
        ..until(60)
    };
    let found = evidence(&mut all, follows, 3);
    assert_eq!(under_way(&all, &found), [0, 1, 2]);
    let named = Run {
        sessions: vec!["https://gw/sessions/a0000000-0000-4000-8000-000000000001".to_owned()],
        ..Run::default()
    };
    let found = evidence(&mut all, named, 1);
    assert_eq!(under_way(&all, &found), [1]);
}

#[test]
fn once_as_many_are_found_as_were_sent_none_is_under_way() {
    let mut all = sessions(&[30, 40, 50]);
    let found = evidence(&mut all, Run::default(), 2);
    assert_eq!(under_way(&all, &found), [0, 1, 2]);
    all.items[0].is_found = true;
    assert_eq!(under_way(&all, &found), [1, 2]);
    all.items[1].is_found = true;
    assert!(under_way(&all, &found).is_empty());
    let more = evidence(&mut all, Run::default(), 3);
    assert_eq!(under_way(&all, &more), [2]);
}

#[test]
fn what_a_receipt_names_is_waited_for_by_its_own_time_of_sending() {
    let mut all = sessions(&[60 * 40, 60 * 41, 60 * 42, 30]);
    let mut found = Evidence::since(at(NOW) - SignedDuration::from_secs(300));
    for (number, seconds) in [(0, 60), (1, 3_600)] {
        let sent_at = at(NOW) - SignedDuration::from_secs(seconds);
        let batch = Batch {
            sent_at: Some(sent_at),
            events: 2,
            kinds: [("session.open".to_owned(), 2)].into(),
            late: vec![Late {
                at: sent_at,
                // One of them started outside of what is asked about.
                ids: vec![all.items[number].event.id.to_string(), "0".repeat(32)],
            }],
            ..Batch::default()
        };
        found.note(&mut all, Line::Batch(batch));
    }
    let unanswered = Uncertain {
        ids: vec![all.items[2].event.id.to_string()],
        lines: Vec::new(),
        unanswered: 1,
        sent_at: Some(at(NOW) - SignedDuration::from_secs(10)),
    };
    found.note(&mut all, Line::Uncertain(unanswered));
    assert_eq!(under_way(&all, &found), [0, 2]);
    assert_eq!(found.newest_sent, all.items[2].sent_at);
}

#[test]
fn only_events_of_the_family_are_waited_for() {
    for (family, kind, is_waited_for) in [
        (Family::Sessions, "session.close", true),
        (Family::Sessions, "gateway.audit", false),
        (Family::Audit, "gateway.audit", true),
        (Family::Audit, "other", false),
    ] {
        let batch = Batch {
            sent_at: Timestamp::from_second(1).ok(),
            kinds: [(kind.to_owned(), 1)].into(),
            ..Batch::default()
        };
        let mut evidence = Evidence::default();
        let newest = evidence.note(&mut Expectations::of(family), Line::Batch(batch));
        assert_eq!(newest.is_some(), is_waited_for, "{kind}");
    }
}
