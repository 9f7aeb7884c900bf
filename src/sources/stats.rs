//! Counts of sessions: by connection, identity, type and time, each by outcome.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, ZonedRound};

use super::census::counted;
use super::error::SourceError;
use super::filter::SessionFilter;
use super::rows::rows;
use crate::domain::session::{Outcome, Session};
use crate::domain::time::TimeRange;
use crate::gateway::Gateway;

/// Single sessions asked for at once, where a row cannot tell its outcome.
const CONCURRENCY: usize = 8;

/// What sessions are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// All of them.
    Total,
    Type,
    Connection,
    Identity,
    Hour,
    Day,
}

/// One group of sessions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Total,
    /// `database/postgres`
    Type(String),
    Connection(String),
    /// The agent's name for a machine, the e-mail for a person.
    Identity(String),
    /// Where the hour or day begins, in the zone that was asked for.
    Hour(Timestamp),
    Day(Timestamp),
}

impl Group {
    pub fn by(&self) -> By {
        match self {
            Group::Total => By::Total,
            Group::Type(_) => By::Type,
            Group::Connection(_) => By::Connection,
            Group::Identity(_) => By::Identity,
            Group::Hour(_) => By::Hour,
            Group::Day(_) => By::Day,
        }
    }

    fn of(session: &Session, by: By, tz: &TimeZone) -> Self {
        let began = |unit| beginning(session.start_date, unit, tz);
        match by {
            By::Total => Group::Total,
            By::Type => Group::Type(session.connection.full_type()),
            By::Connection => Group::Connection(session.connection.name.clone()),
            By::Identity => Group::Identity(session.identity.label().to_owned()),
            By::Hour => Group::Hour(began(Unit::Hour)),
            By::Day => Group::Day(began(Unit::Day)),
        }
    }
}

/// A time that cannot be rounded lies at the end of what can be written, and stays.
fn beginning(at: Timestamp, unit: Unit, tz: &TimeZone) -> Timestamp {
    let floor = ZonedRound::new()
        .smallest(unit)
        .mode(jiff::RoundMode::Floor);
    let local = at.to_zoned(tz.clone());
    local.round(floor).map_or(at, |local| local.timestamp())
}

/// How many sessions of a group ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sessions: u64,
    pub success: u64,
    pub failure: u64,
    pub blocked: u64,
    pub rejected: u64,
    /// Not over, or the gateway itself does not know.
    pub unknown: u64,
}

impl Counts {
    /// Both together.
    pub fn and(self, other: Counts) -> Counts {
        Counts {
            sessions: self.sessions + other.sessions,
            success: self.success + other.success,
            failure: self.failure + other.failure,
            blocked: self.blocked + other.blocked,
            rejected: self.rejected + other.rejected,
            unknown: self.unknown + other.unknown,
        }
    }

    fn add(&mut self, outcome: Outcome) {
        self.sessions += 1;
        *match outcome {
            Outcome::Success => &mut self.success,
            Outcome::Failure => &mut self.failure,
            Outcome::Blocked => &mut self.blocked,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
    }
}

/// Counts of every group there is.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    groups: BTreeMap<Group, Counts>,
}

impl Tally {
    fn add(&mut self, session: &Session, by: &[By], tz: &TimeZone) {
        for by in by {
            let group = Group::of(session, *by, tz);
            self.groups.entry(group).or_default().add(session.outcome());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The groups of one kind: hours and days in their order, others by how many they are.
    pub fn of(&self, by: By) -> Vec<(&Group, Counts)> {
        let groups = self.groups.iter().filter(|(group, _)| group.by() == by);
        let mut groups: Vec<(&Group, Counts)> =
            groups.map(|(group, counts)| (group, *counts)).collect();
        if !matches!(by, By::Hour | By::Day) {
            groups.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.sessions));
        }
        groups
    }
}

/// Counts the wanted sessions that started in `range`. Where a row hides how its session ended, the
/// single session is asked for. `progress` is told how many they are by now, and when the last one
/// started.
///
/// # Errors
///
/// Where not all of them can be read.
pub async fn tally(
    gateway: &Gateway,
    range: TimeRange,
    filter: &SessionFilter,
    by: &[By],
    tz: &TimeZone,
    mut progress: impl FnMut(u64, Timestamp),
) -> Result<Tally, SourceError> {
    let sessions = rows(gateway, range, filter.query())
        .map(|row| async move { counted(gateway, filter, row?).await })
        .buffer_unordered(CONCURRENCY);
    let mut sessions = pin!(sessions);
    let (mut tally, mut count) = (Tally::default(), 0);
    while let Some(session) = sessions.next().await {
        if let Some(session) = session? {
            tally.add(&session, by, tz);
            count += 1;
            progress(count, session.start_date);
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::testing::{at, at_millis, gateway_of, session};

    #[tokio::test]
    async fn a_session_whose_row_hides_that_it_was_blocked_is_no_failure() {
        let rows = vec![
            (1, at_millis(3_000), 254),
            (2, at_millis(2_000), 1),
            (3, at_millis(1_000), 0),
        ];
        let server = gateway_of(rows).await;
        let day = TimeRange {
            since: at_millis(0),
            until: at_millis(86_400_000),
        };
        let (gateway, filter) = (server.gateway(), SessionFilter::default());
        let by = [By::Total, By::Connection];
        let tally = tally(&gateway, day, &filter, &by, &TimeZone::UTC, |_, _| ()).await;
        let tally = tally.expect("a tally");
        let counts = Counts {
            sessions: 3,
            success: 1,
            failure: 1,
            blocked: 1,
            ..Counts::default()
        };
        let connection = Group::Connection("pg-prod".to_owned());
        assert_eq!(tally.of(By::Total), [(&Group::Total, counts)]);
        assert_eq!(tally.of(By::Connection), [(&connection, counts)]);
        assert!(tally.of(By::Day).is_empty(), "it was not asked for");
    }

    #[test]
    fn a_day_begins_where_the_clock_of_the_zone_says() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let late = session(|session| session.start_date = at("2026-08-20T22:30:00Z"));
        let group = Group::of(&late, By::Day, &berlin);
        assert_eq!(group, Group::Day(at("2026-08-20T22:00:00Z")));
        let group = Group::of(&late, By::Hour, &TimeZone::UTC);
        assert_eq!(group, Group::Hour(at("2026-08-20T22:00:00Z")));
    }

    #[test]
    fn the_largest_group_comes_first_and_days_in_their_order() {
        let mut tally = Tally::default();
        for (name, day) in [("a", 1), ("b", 3), ("b", 2), ("c", 2), ("c", 2), ("c", 1)] {
            let one = session(|session| {
                session.connection.name = name.to_owned();
                session.start_date = at(&format!("2026-08-0{day}T10:00:00Z"));
            });
            tally.add(&one, &[By::Connection, By::Day], &TimeZone::UTC);
        }
        let sizes = |by| -> Vec<u64> {
            let groups = tally.of(by).into_iter();
            groups.map(|(_, counts)| counts.sessions).collect()
        };
        assert_eq!(sizes(By::Connection), [3, 2, 1]);
        assert_eq!(sizes(By::Day), [2, 3, 1]);
    }
}
