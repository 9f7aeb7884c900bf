//! The one oracle of every scenario: from what was observed to the promises that were not kept.
//!
//! The promises are those of at-least-once delivery with recognisable duplicates: everything there
//! is was stored or lies among the dead letters; nothing else was; a session's events came in order;
//! an event came twice only where its sender could not know that it had been taken; a run counts as
//! accepted what was stored and answered; the position covers only what was stored, and never goes
//! back.

mod breach;
mod facts;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::SignedDuration;

pub use breach::Breach;
pub use facts::{Answered, Arrival, Break, Count, Event, Facts, Look};

/// An answer that takes this long has been given up by ddctl: below its request timeout of a minute.
const GIVEN_UP: SignedDuration = SignedDuration::from_secs(59);

/// What the oracle says.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Events there are.
    pub events: usize,
    /// Events sent again for good reasons, each time counted.
    pub duplicates: usize,
    /// Events among the dead letters.
    pub dead: usize,
    pub breaches: Vec<Breach>,
}

/// Judges everything.
pub fn judge(facts: &Facts) -> Verdict {
    let repeats = repeats(facts);
    let mut breaches = missing(facts);
    breaches.extend(unexpected(facts));
    breaches.extend(gaps(facts));
    breaches.extend(
        repeats
            .iter()
            .filter(|repeat| !is_excused(facts, repeat))
            .map(Repeat::breach),
    );
    breaches.extend(overcounted(facts));
    breaches.extend(claimed_too_soon(facts));
    breaches.extend(moved_back(facts));
    Verdict {
        events: facts.there_is.len(),
        duplicates: repeats.len(),
        dead: facts.dead.iter().collect::<BTreeSet<_>>().len(),
        breaches,
    }
}

fn missing(facts: &Facts) -> Vec<Breach> {
    let arrived = facts.arrivals.iter().map(|arrival| &arrival.event);
    let known: HashSet<&Event> = arrived.chain(&facts.dead).collect();
    let lacking = facts.there_is.iter().filter(|event| !known.contains(event));
    lacking.cloned().map(Breach::Missing).collect()
}

fn unexpected(facts: &Facts) -> Vec<Breach> {
    let known: HashSet<&Event> = facts.there_is.iter().collect();
    let ids: HashMap<(&str, u64), &str> = facts
        .there_is
        .iter()
        .map(|event| ((event.session.as_str(), event.seq), event.id.as_str()))
        .collect();
    let arrived = facts.arrivals.iter().map(|arrival| &arrival.event);
    let seen: BTreeSet<&Event> = arrived.chain(&facts.dead).collect();
    let strange = seen.into_iter().filter(|event| !known.contains(event));
    strange
        .map(
            |event| match ids.get(&(event.session.as_str(), event.seq)) {
                Some(id) => Breach::AnotherId {
                    event: event.clone(),
                    id: (*id).to_owned(),
                },
                None => Breach::Unexpected(event.clone()),
            },
        )
        .collect()
}

/// Events that arrived when an earlier one of their session had not. What lies among the dead
/// letters does not hold the rest of its session back.
fn gaps(facts: &Facts) -> Vec<Breach> {
    let mut sessions: BTreeMap<&str, BTreeMap<u64, &Event>> = BTreeMap::new();
    for event in &facts.there_is {
        let places = sessions.entry(&event.session).or_default();
        places.insert(event.seq, event);
    }
    let mut settled: HashSet<&Event> = facts.dead.iter().collect();
    let mut found = Vec::new();
    for Arrival { event, .. } in &facts.arrivals {
        let earlier = sessions.get(event.session.as_str()).into_iter();
        let earlier = earlier.flat_map(|places| places.range(..event.seq));
        let lacks = earlier
            .map(|(_, event)| *event)
            .find(|event| !settled.contains(event));
        found.extend(lacks.map(|lacks| Breach::Gap {
            event: event.clone(),
            lacks: lacks.clone(),
        }));
        settled.insert(event);
    }
    found
}

/// The same event in two requests, or twice in one.
struct Repeat<'a> {
    event: &'a Event,
    first: u64,
    second: u64,
}

impl Repeat<'_> {
    fn breach(&self) -> Breach {
        Breach::Duplicate {
            event: self.event.clone(),
            first: self.first,
            second: self.second,
        }
    }
}

fn repeats(facts: &Facts) -> Vec<Repeat<'_>> {
    let mut last: HashMap<&str, u64> = HashMap::new();
    let mut found = Vec::new();
    for Arrival { event, request } in &facts.arrivals {
        if let Some(first) = last.insert(&event.id, *request) {
            found.push(Repeat {
                event,
                first,
                second: *request,
            });
        }
    }
    found
}

/// Its sender could not know: no answer went out, or too late, or it was ended before it noted it.
fn is_excused(facts: &Facts, repeat: &Repeat<'_>) -> bool {
    let of = |number| {
        facts
            .requests
            .iter()
            .find(|request| request.number == number)
    };
    let (Some(first), Some(second)) = (of(repeat.first), of(repeat.second)) else {
        return false;
    };
    let is_slow = first
        .fault
        .as_ref()
        .is_some_and(|fault| fault.starts_with("slow"));
    let is_given_up = is_slow && second.at.duration_since(first.at) >= GIVEN_UP;
    !first.is_acknowledged() || is_given_up || is_broken_off(facts, repeat)
}

/// Was the first request among the last ones of a process that ended before the second?
fn is_broken_off(facts: &Facts, repeat: &Repeat<'_>) -> bool {
    facts.breaks.iter().any(|end| {
        let until_then = facts
            .requests
            .iter()
            .rev()
            .filter(|request| request.number <= end.after);
        let mut in_flight = until_then
            .filter(|request| request.is_stored)
            .take(end.reach);
        repeat.second > end.after && in_flight.any(|request| request.number == repeat.first)
    })
}

fn overcounted(facts: &Facts) -> Vec<Breach> {
    let answered: HashSet<u64> = facts
        .requests
        .iter()
        .filter(|request| request.is_acknowledged())
        .map(|request| request.number)
        .collect();
    let stored = |(after, until): (u64, u64)| {
        let of_run = facts
            .arrivals
            .iter()
            .filter(move |arrival| arrival.request > after && arrival.request <= until);
        of_run
            .filter(|arrival| answered.contains(&arrival.request))
            .count() as u64
    };
    let counts = facts
        .counts
        .iter()
        .map(|count| (count, stored(count.requests)));
    let too_many = counts.filter(|(count, stored)| count.accepted > *stored);
    too_many
        .map(|(count, acknowledged)| Breach::Overcounted {
            run: count.run,
            accepted: count.accepted,
            acknowledged,
        })
        .collect()
}

fn claimed_too_soon(facts: &Facts) -> Vec<Breach> {
    let mut first: HashMap<&str, u64> = HashMap::new();
    for Arrival { event, request } in &facts.arrivals {
        first.entry(&event.id).or_insert(*request);
    }
    let mut found = Vec::new();
    for look in &facts.looks {
        let is_there = |id: &&String| {
            let request = first.get(id.as_str());
            look.dead.contains(*id) || request.is_some_and(|request| *request <= look.after)
        };
        let too_soon = look.claimed.iter().filter(|id| !is_there(id));
        found.extend(too_soon.map(|id| Breach::ClaimedTooSoon {
            id: id.clone(),
            after: look.after,
        }));
    }
    found
}

fn moved_back(facts: &Facts) -> Vec<Breach> {
    let mut found = Vec::new();
    for pair in facts.looks.windows(2) {
        let lost = pair[0].claimed.difference(&pair[1].claimed);
        found.extend(lost.map(|id| Breach::MovedBack {
            id: id.clone(),
            after: pair[1].after,
        }));
    }
    found
}
