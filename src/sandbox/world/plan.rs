//! Which story session number i tells, decided without allocating: a list of a million sessions is
//! filtered on plans.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::catalogue::{ARRIVALS, CATALOGUE};
use super::connections::{CONNECTIONS, Connection};
use super::draw::{draw_below, pick};
use super::identities::{AGENTS, Identity, PEOPLE};
use super::scenario::{Ending, Scenario, Verb};

/// A session's story.
#[derive(Clone, Copy)]
pub struct Plan {
    pub index: u64,
    pub scenario: &'static Scenario,
    pub identity: &'static Identity,
    pub connection: &'static Connection,
    pub ending: Ending,
    /// Past the catalogue, sessions of one agent run share its number.
    run: Option<u64>,
    is_told: bool,
}

impl Plan {
    /// The plan of session `index`, which began at `start`.
    pub fn of(seed: u64, index: u64, start: Timestamp) -> Self {
        match CATALOGUE.get(usize::try_from(index).unwrap_or(usize::MAX)) {
            Some(entry) => Self::as_told(index, &entry.scenario),
            None => Self::varied(seed, index, start),
        }
    }

    /// The newest story of the catalogue, which is not over, with other people and places.
    pub fn running(seed: u64, index: u64, start: Timestamp) -> Self {
        let scenario = &CATALOGUE[0].scenario;
        Self {
            identity: who_works_at(seed, index, start),
            connection: somewhere_alike(seed, index, scenario),
            is_told: false,
            ..Self::as_told(index, scenario)
        }
    }

    /// Arrival number `n` of those that begin while the sandbox runs.
    pub fn arrival(index: u64, n: u64) -> Self {
        let scenario = &ARRIVALS[(n % ARRIVALS.len() as u64) as usize];
        Self {
            is_told: false,
            ..Self::as_told(index, scenario)
        }
    }

    /// A script that somebody ran.
    pub fn script(index: u64, scenario: &'static Scenario) -> Self {
        Self::as_told(index, scenario)
    }

    fn as_told(index: u64, scenario: &'static Scenario) -> Self {
        Self {
            index,
            scenario,
            identity: scenario.identity,
            connection: scenario.connection,
            ending: scenario.ending,
            run: None,
            is_told: true,
        }
    }

    /// A story of the catalogue, round-robin, with other people, places and endings.
    fn varied(seed: u64, index: u64, start: Timestamp) -> Self {
        let scenario = nth_repeatable(index);
        let identity = who_works_at(seed, index, start);
        Self {
            index,
            scenario,
            identity,
            connection: somewhere_alike(seed, index, scenario),
            ending: vary(seed, index, scenario),
            run: (!identity.is_person()).then_some(index / RUN_LENGTH),
            is_told: false,
        }
    }

    pub fn correlation_id(&self) -> Option<String> {
        match self.run {
            Some(run) => Some(format!("run-{run:06}")),
            None => self.told()?.correlation.map(str::to_owned),
        }
    }

    pub fn batch_id(&self) -> Option<&'static str> {
        self.told()?.batch
    }

    /// Sorted by key.
    pub fn metadata(&self) -> &'static [(&'static str, &'static str)] {
        self.told().map_or(&[], |scenario| scenario.metadata)
    }

    /// The ticket's key.
    pub fn ticket(&self) -> Option<&'static str> {
        self.told()?.ticket
    }

    /// The scenario, where this is the catalogue's own session and not a variation.
    fn told(&self) -> Option<&'static Scenario> {
        self.is_told.then_some(self.scenario)
    }
}

/// How many neighbouring sessions are of one agent run.
const RUN_LENGTH: u64 = 5;

/// The catalogue's stories again and again, without those that are not over.
fn nth_repeatable(index: u64) -> &'static Scenario {
    let over = |ending: Ending| ending.is_over();
    let count = CATALOGUE
        .iter()
        .filter(|entry| over(entry.scenario.ending))
        .count();
    CATALOGUE
        .iter()
        .filter(|entry| over(entry.scenario.ending))
        .nth((index % count as u64) as usize)
        .map_or(&CATALOGUE[0].scenario, |entry| &entry.scenario)
}

/// People in office hours, agents at all hours.
fn who_works_at(seed: u64, index: u64, start: Timestamp) -> &'static Identity {
    let local = start.to_zoned(TimeZone::UTC);
    let is_weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
    let is_office_time = !is_weekend && (8..18).contains(&local.hour());
    let people_of_ten = if is_office_time { 6 } else { 1 };
    if draw_below(seed, index, "person or agent", 10) < people_of_ten {
        pick(&PEOPLE, seed, index, "person")
    } else {
        pick(&AGENTS, seed, index, "agent")
    }
}

/// A connection on which the same story makes sense.
fn somewhere_alike(seed: u64, index: u64, scenario: &Scenario) -> &'static Connection {
    let like = scenario.connection;
    // Elsewhere nobody would have been asked.
    if scenario.ending == Ending::Rejected {
        return like;
    }
    let is_alike = |other: &&&Connection| (other.kind, other.subtype) == (like.kind, like.subtype);
    let count = CONNECTIONS.iter().filter(is_alike).count() as u64;
    let at = draw_below(seed, index, "connection", count);
    CONNECTIONS
        .iter()
        .filter(is_alike)
        .nth(at as usize)
        .expect("`like` is alike to itself, and the draw is below the count")
}

/// Now and then a terminal session ends with another code than the catalogue's.
fn vary(seed: u64, index: u64, scenario: &Scenario) -> Ending {
    let is_terminal = scenario.verb == Verb::Connect && scenario.connection.kind == "custom";
    match scenario.ending {
        Ending::Exited(0) if is_terminal => match draw_below(seed, index, "exit code", 12) {
            0 => Ending::Exited(1),
            1 => Ending::Exited(130),
            2 => Ending::Exited(127),
            _ => Ending::Exited(0),
        },
        ending => ending,
    }
}
