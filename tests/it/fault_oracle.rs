//! The oracle of the fault runner can fail: each promise that is broken is found, and named.

#[path = "../faults/oracle/mod.rs"]
mod oracle;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use oracle::{Answered, Arrival, Breach, Break, Count, Event, Facts, Look, judge};

/// The places that a session's events take.
const PLACES: [u64; 3] = [1, 2, 5];

fn event(session: u64, seq: u64) -> Event {
    Event {
        session: format!("session-{session}"),
        seq,
        id: format!("id-{session}-{seq}"),
    }
}

fn answered(number: u64) -> Answered {
    Answered {
        number,
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(number as i64),
        status: Some(202),
        is_stored: true,
        fault: None,
    }
}

/// So many sessions, each in a request of its own, everything as it should be.
fn sound(sessions: u64) -> Facts {
    let events = |session| PLACES.map(|seq| event(session, seq));
    let arrivals = (1..=sessions).flat_map(|session| {
        let of = |event| Arrival {
            event,
            request: session,
        };
        events(session).map(of)
    });
    let there_is: Vec<Event> = (1..=sessions).flat_map(events).collect();
    let claimed = there_is.iter().map(|event| event.id.clone()).collect();
    Facts {
        arrivals: arrivals.collect(),
        requests: (1..=sessions).map(answered).collect(),
        counts: vec![Count {
            run: 1,
            requests: (0, sessions),
            accepted: there_is.len() as u64,
        }],
        looks: vec![Look {
            after: sessions,
            claimed,
            ..Look::default()
        }],
        there_is,
        ..Facts::default()
    }
}

/// The intake stored an event of `session` once more, in another request.
fn sent_again(facts: &mut Facts, session: u64) {
    let request = facts.requests.len() as u64 + 1;
    facts.requests.push(answered(request));
    let event = event(session, 1);
    facts.arrivals.push(Arrival { event, request });
}

fn breaches(facts: &Facts) -> Vec<Breach> {
    judge(facts).breaches
}

#[test]
fn nothing_is_wrong_with_what_is_sound() {
    let verdict = judge(&sound(4));
    assert_eq!(verdict.breaches, []);
    assert_eq!(
        (verdict.events, verdict.duplicates, verdict.dead),
        (12, 0, 0)
    );
}

#[test]
fn a_dead_letter_stands_for_its_event_and_does_not_hold_its_session_back() {
    let mut facts = sound(3);
    let dead = facts.arrivals.remove(4).event;
    facts.looks[0].dead.insert(dead.id.clone());
    facts.dead.push(dead);
    facts.counts[0].accepted -= 1;
    assert_eq!(breaches(&facts), []);
    assert_eq!(judge(&facts).dead, 1);
}

#[test]
fn an_id_that_changed_is_named_with_what_it_should_be() {
    let mut facts = sound(2);
    facts.arrivals[4].event.id = "another".to_owned();
    let found = breaches(&facts);
    let told = Breach::AnotherId {
        event: facts.arrivals[4].event.clone(),
        id: "id-2-2".to_owned(),
    };
    assert!(found.contains(&told), "{found:?}");
    assert!(found.contains(&Breach::Missing(event(2, 2))), "{found:?}");
}

#[test]
fn an_event_that_there_is_not_is_too_much() {
    let mut facts = sound(2);
    let stranger = event(9, 1);
    facts.arrivals.push(Arrival {
        event: stranger.clone(),
        request: 2,
    });
    assert_eq!(breaches(&facts), [Breach::Unexpected(stranger)]);
}

#[test]
fn a_later_event_of_a_session_before_an_earlier_one_is_a_gap_even_if_all_arrive() {
    let mut facts = sound(2);
    facts.arrivals.swap(0, 1);
    let gap = Breach::Gap {
        event: event(1, 2),
        lacks: event(1, 1),
    };
    assert_eq!(breaches(&facts), [gap]);
}

#[test]
fn sending_again_what_was_answered_is_a_breach() {
    let mut facts = sound(3);
    sent_again(&mut facts, 2);
    let told = Breach::Duplicate {
        event: event(2, 1),
        first: 2,
        second: 4,
    };
    assert_eq!(breaches(&facts), [told]);
}

#[test]
fn what_was_stored_without_an_answer_may_come_again() {
    let mut facts = sound(3);
    facts.requests[1].status = None;
    facts.counts[0].accepted -= 3;
    sent_again(&mut facts, 2);
    assert_eq!(breaches(&facts), []);
    assert_eq!(judge(&facts).duplicates, 1);
}

#[test]
fn after_a_kill_only_the_last_requests_may_come_again() {
    let mut facts = sound(6);
    facts.breaks.push(Break { after: 6, reach: 2 });
    sent_again(&mut facts, 5);
    assert_eq!(breaches(&facts), []);
    sent_again(&mut facts, 4);
    assert_eq!(breaches(&facts).len(), 1, "request 4 had long been noted");
}

#[test]
fn a_slow_answer_excuses_once_the_client_has_given_it_up() {
    let mut facts = sound(2);
    facts.requests[0].fault = Some("slow=1000ms".to_owned());
    sent_again(&mut facts, 1);
    assert_eq!(breaches(&facts).len(), 1, "too early");
    facts.requests[2].at = facts.requests[0].at + SignedDuration::from_secs(60);
    assert_eq!(breaches(&facts), []);
}

#[test]
fn a_run_cannot_count_what_was_not_answered() {
    let mut facts = sound(2);
    facts.requests[1].status = None;
    let told = Breach::Overcounted {
        run: 1,
        accepted: 6,
        acknowledged: 3,
    };
    assert_eq!(breaches(&facts), [told]);
}

#[test]
fn a_position_that_covers_what_came_only_later_is_a_breach() {
    let mut facts = sound(3);
    facts.looks[0].after = 2;
    let found = breaches(&facts);
    assert_eq!(found.len(), PLACES.len(), "{found:?}");
    let is_told = |breach: &Breach| matches!(breach, Breach::ClaimedTooSoon { after: 2, .. });
    assert!(found.iter().all(is_told), "{found:?}");
}

#[test]
fn a_position_that_goes_back_is_a_breach() {
    let mut facts = sound(3);
    let mut later = facts.looks[0].clone();
    later.claimed.remove("id-1-5");
    facts.looks.push(later);
    let told = Breach::MovedBack {
        id: "id-1-5".to_owned(),
        after: 3,
    };
    assert_eq!(breaches(&facts), [told]);
}

proptest! {
    #[test]
    fn whatever_does_not_arrive_is_missing(sessions in 1_u64..20, lost: prop::sample::Index) {
        let mut facts = sound(sessions);
        let lost = facts.arrivals.remove(lost.index(facts.arrivals.len())).event;
        let found = breaches(&facts);
        prop_assert!(found.contains(&Breach::Missing(lost.clone())));
        // The rest of its session came behind a gap, unless it was the last.
        let is_last = Some(&lost.seq) == PLACES.last();
        let has_gap = found.iter().any(|breach| matches!(breach, Breach::Gap { .. }));
        prop_assert_eq!(has_gap, !is_last);
    }
}
