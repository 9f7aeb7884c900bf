//! The walk against a model of the gateway's list.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::sources::testing::{at_millis, row};

/// The gateway's list: inclusive whole seconds, newest first, offsets refused above the reach.
struct Model {
    rows: Vec<Session>,
    reach: Reach,
}

impl Model {
    fn new(millis: &[i64], reach: Reach) -> Self {
        let rows = millis.iter().map(|at| row(0, at_millis(*at)));
        Self::of(rows.collect(), reach)
    }

    /// Numbers the rows, and puts them in the gateway's order.
    fn of(mut rows: Vec<Session>, reach: Reach) -> Self {
        for (number, one) in (0..).zip(&mut rows) {
            one.id = row(number, one.start_date).id;
        }
        rows.sort_by(|a, b| (b.start_date, &b.id).cmp(&(a.start_date, &a.id)));
        Self { rows, reach }
    }

    fn page(&self, asked: PageRequest) -> SessionPage {
        assert!(asked.offset <= self.reach.max_offset, "422 at {asked:?}");
        let cut = |at: Timestamp| whole_second(at, RoundMode::Trunc);
        let part = asked.part.unwrap_or_default();
        let is = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == name)
        };
        let matching: Vec<&Session> = self
            .rows
            .iter()
            .filter(|row| cut(asked.start) <= row.start_date && row.start_date <= cut(asked.end))
            .filter(|row| is(&part.kind, &row.connection.kind))
            .filter(|row| is(&part.connection, &row.connection.name))
            .filter(|row| is(&part.user, &row.identity.id))
            .collect();
        let mut rest = matching.iter().skip(asked.offset as usize);
        let rows = rest.by_ref().take(asked.limit.into());
        SessionPage {
            rows: rows.map(|row| Session::clone(row)).collect(),
            total: asked.is_counted.then_some(matching.len() as u64),
            total_is_capped: false,
            has_next_page: rest.next().is_some(),
        }
    }

    fn ids_in(&self, range: TimeRange) -> Vec<String> {
        self.rows
            .iter()
            .filter(|row| range.contains(row.start_date))
            .map(|row| row.id.clone())
            .collect()
    }
}

/// Walks the range while `meanwhile` changes the model after each page.
fn walked(
    model: &mut Model,
    range: TimeRange,
    mut meanwhile: impl FnMut(&mut Model),
) -> Result<Vec<Walked>, SourceError> {
    let mut windows = Windows::new(range, Part::default(), model.reach);
    let mut all = Vec::new();
    while let Some(asked) = windows.next() {
        let page = model.page(asked);
        all.extend(windows.take(page)?);
        meanwhile(model);
    }
    Ok(all)
}

fn walk(
    model: &mut Model,
    range: TimeRange,
    meanwhile: impl FnMut(&mut Model),
) -> Result<Vec<Session>, SourceError> {
    let walked = walked(model, range, meanwhile)?;
    Ok(rows_of(&walked).cloned().collect())
}

fn rows_of(walked: &[Walked]) -> impl Iterator<Item = &Session> {
    walked.iter().filter_map(|one| match one {
        Walked::Row { row, .. } => Some(&**row),
        Walked::Hidden(_) => None,
    })
}

fn hidden_of(walked: &[Walked]) -> Vec<&Hidden> {
    let hidden = walked.iter().filter_map(|one| match one {
        Walked::Row { .. } => None,
        Walked::Hidden(hidden) => Some(hidden),
    });
    hidden.collect()
}

fn ids(rows: &[Session]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

fn range(since: i64, until: i64) -> TimeRange {
    TimeRange {
        since: at_millis(since),
        until: at_millis(until),
    }
}

const SMALL: Reach = Reach {
    page: 4,
    window: 9,
    max_offset: 40,
};

/// Times on a grid of a quarter second, many of them equal.
fn times() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec((0_i64..160).prop_map(|quarter| quarter * 250), 0..200)
}

/// Rows of three seconds, so many that paging does not reach them; some connections have two types.
fn crowd() -> impl Strategy<Value = Vec<Session>> {
    let one = (0_i64..13, 0_u8..3, 0_u8..4, 0_u8..5).prop_map(|(quarter, kind, name, user)| {
        let mut session = row(0, at_millis(5_000 + quarter * 250));
        session.connection.kind = format!("kind-{kind}");
        session.connection.name = format!("conn-{name}");
        session.identity.id = format!("user-{user}");
        session
    });
    proptest::collection::vec(one, 0..400)
}

proptest! {
    #[test]
    fn every_row_of_the_range_comes_once_and_newest_first(
        times in times(),
        since in 0_i64..20_000,
        length in 0_i64..40_000,
    ) {
        let mut model = Model::new(&times, Reach { max_offset: 400, ..SMALL });
        let range = range(since, since + length);
        let rows = walk(&mut model, range, |_| ());
        prop_assert_eq!(ids(&rows.expect("rows")), model.ids_in(range));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// With a reach of 44 rows: a row comes once, or its second, type, connection and user are
    /// named with how many they are; what was given is whole down to where it says.
    #[test]
    fn of_crowded_seconds_nothing_is_lost_or_doubled_and_the_rest_is_named(
        rows in crowd(),
        since in 4_000_i64..7_000,
        length in 0_i64..6_000,
    ) {
        let mut model = Model::of(rows, SMALL);
        let range = range(since, since + length);
        let walked = walked(&mut model, range, |_| ()).expect("the model holds still");
        let given: HashSet<String> = rows_of(&walked).map(|row| row.id.clone()).collect();
        prop_assert_eq!(given.len(), rows_of(&walked).count(), "a double");
        let expected: HashSet<String> = model.ids_in(range).into_iter().collect();
        prop_assert!(given.is_subset(&expected));
        let hidden = hidden_of(&walked);
        for id in expected.difference(&given) {
            let lost = model.rows.iter().find(|row| row.id == *id).expect("it is there");
            let is_named = |hidden: &&&Hidden| {
                hidden.hole().contains(lost.start_date)
                    && hidden.kind.as_ref() == Some(&lost.connection.kind)
                    && hidden.connection.as_ref() == Some(&lost.connection.name)
                    && hidden.user.as_ref() == Some(&lost.identity.id)
            };
            prop_assert!(hidden.iter().any(|one| is_named(&one)), "{} is lost", id);
        }
        for one in &hidden {
            let within = |row: &&Session| {
                let (start, end) = (one.second, one.second + SignedDuration::from_secs(1));
                start <= row.start_date && row.start_date <= end
                    && one.kind.as_ref() == Some(&row.connection.kind)
                    && one.connection.as_ref() == Some(&row.connection.name)
                    && one.user.as_ref() == Some(&row.identity.id)
            };
            let there = model.rows.iter().filter(within).count();
            prop_assert!(there > SMALL.max_offset as usize, "{} could be read", one);
        }
        let mut before: HashSet<&str> = HashSet::new();
        for one in &walked {
            let Walked::Row { row, whole_from } = one else { break };
            before.insert(&row.id);
            let above = model.rows.iter().filter(|row| {
                range.contains(row.start_date) && row.start_date >= *whole_from
            });
            for row in above {
                prop_assert!(before.contains(row.id.as_str()), "{} comes later", row.id);
            }
        }
    }

    #[test]
    fn rows_that_leave_or_arrive_meanwhile_hide_no_other(
        times in times(),
        leaving in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
        arriving in 0_usize..3,
    ) {
        let mut model = Model::new(&times, Reach { max_offset: 400, ..SMALL });
        let range = range(0, 41_000);
        let mut leaving = leaving.into_iter();
        let mut next_id = 10_000;
        let mut gone = Vec::new();
        let rows = walk(&mut model, range, |model| {
            if let (Some(index), false) = (leaving.next(), model.rows.is_empty()) {
                gone.push(model.rows.remove(index.index(model.rows.len())).id);
            }
            for _ in 0..arriving {
                model.rows.insert(0, row(next_id, at_millis(40_999)));
                next_id += 1;
            }
        });
        let rows = ids(&rows.expect("the model is sparse enough"));
        let mut once = rows.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), rows.len(), "a double");
        let stayed: Vec<String> = (0..times.len() as u32)
            .map(|id| row(id, at_millis(0)).id)
            .filter(|id| !gone.contains(id))
            .collect();
        for id in stayed {
            prop_assert!(rows.contains(&id), "lost {}", id);
        }
    }
}

#[test]
fn a_row_in_the_last_fraction_of_the_range_is_not_cut_off() {
    let mut model = Model::new(&[5_250, 5_000, 5_750], SMALL);
    let rows = walk(&mut model, range(5_000, 5_500), |_| ()).expect("rows");
    assert_eq!(
        rows.len(),
        2,
        "the gateway alone would leave out 5.250 or give 5.750"
    );
}

#[test]
fn what_one_user_did_in_a_second_beyond_the_reach_is_named_and_the_rest_goes_on() {
    let mut rows: Vec<Session> = (0..60).map(|_| row(0, at_millis(1_500))).collect();
    rows.extend((0..5).map(|second| row(0, at_millis(second * 1_000))));
    let mut model = Model::of(rows, SMALL);
    let walked = walked(&mut model, range(0, 9_000), |_| ()).expect("the model holds still");
    let [hidden] = hidden_of(&walked)[..] else {
        panic!("one part: {walked:?}");
    };
    // 44 of the 62 rows from second 1 to 2, both of them taken in, and those around them.
    assert_eq!(rows_of(&walked).count(), 44 + 4);
    assert_eq!(
        hidden.to_string(),
        "18 sessions of the second 2026-08-20T00:00:01Z, type database, connection pg-prod, \
         user sub-alice"
    );
}

#[test]
fn a_connection_that_no_row_has_shown_is_counted_or_read_once_it_is_known() {
    let hidden = |model: &Model, known: &[&str]| {
        let mut windows = Windows::new(range(0, 9_000), Part::default(), model.reach);
        let mut all = Vec::new();
        while let Some(asked) = windows.next() {
            if windows.wants_names() {
                for name in known {
                    windows.names().note_connection("custom", name);
                }
            }
            all.extend(windows.take(model.page(asked)).expect("it holds still"));
        }
        let hidden: Vec<String> = hidden_of(&all).iter().map(ToString::to_string).collect();
        (rows_of(&all).count(), hidden)
    };
    // Forty each of two users come first, and then one of another type.
    let mut rows: Vec<Session> = (0..80).map(|_| row(0, at_millis(1_500))).collect();
    for row in &mut rows[40..] {
        row.identity.id = "sub-bob".to_owned();
    }
    let mut last = row(0, at_millis(1_250));
    last.connection.kind = "custom".to_owned();
    last.connection.name = "bash".to_owned();
    rows.push(last);
    let model = Model::of(rows, SMALL);
    assert_eq!(hidden(&model, &["bash"]), (81, Vec::new()));
    let (read, hidden) = hidden(&model, &[]);
    assert_eq!(read, 80);
    assert_eq!(hidden, ["1 session of the second 2026-08-20T00:00:01Z"]);
}

#[test]
fn a_list_that_never_holds_still_is_given_up() {
    let mut windows = Windows::new(range(0, 100_000), Part::default(), SMALL);
    let page_at = |first: u32| (first..first + 4).map(|id| row(id, at_millis(50_000)));
    let mut pages = 0;
    let error = loop {
        let asked = windows.next().expect("the list has no end");
        // Whatever is asked behind the first page has never been seen.
        let page = page_at(if asked.offset == 0 { 0 } else { 100 });
        pages += 1;
        assert!(pages < 100, "still asking");
        let page = SessionPage {
            rows: page.collect(),
            total: None,
            total_is_capped: false,
            has_next_page: true,
        };
        if let Err(error) = windows.take(page) {
            break error;
        }
    };
    assert!(matches!(error, SourceError::Unstable { .. }), "{error}");
}

#[test]
fn an_empty_range_asks_nothing() {
    assert_eq!(
        Windows::new(range(5_000, 5_000), Part::default(), SMALL).next(),
        None
    );
}
