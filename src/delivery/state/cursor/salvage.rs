//! What of the cursors of a damaged file is taken over.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::key::all_keys;
use super::rows::{Checked, DoneRow, SentRow, UnfinishedRow, are_all_sound, readable, select};
use super::{CursorKey, Step};
use crate::delivery::state::salvage::{BeginAgain, Tally};
use crate::delivery::state::{State, StateError, begin, schema};

/// Takes over what is sound of every cursor. Where word of a session that was not over may be lost,
/// no stretch counts as done any more: else nobody would ask for the rest of that session. Whose word
/// it was is not known, since a number that changed takes a row away from its cursor.
pub(in crate::delivery::state) fn salvage(
    from: &Connection,
    to: &mut State,
    tally: &mut Tally,
) -> Result<(), StateError> {
    let tables = [UnfinishedRow::TABLE, begin::TABLE];
    let is_trusted = tables.iter().all(|table| schema::is_intact(from, table))
        && are_all_sound::<UnfinishedRow>(from).unwrap_or(false)
        && begin::are_all_sound(from).unwrap_or(false);
    let (keys, is_whole) = all_keys(from);
    let (ids, keys): (Vec<i64>, Vec<Option<CursorKey>>) = keys.into_iter().unzip();
    tally.count("cursor", &keys, is_whole);
    for (id, key) in ids.into_iter().zip(keys) {
        let Some(key) = key else { continue };
        let (unfinished, is_complete) = sound_rows::<UnfinishedRow>(from, id, tally);
        let (sent, _) = sound_rows::<SentRow>(from, id, tally);
        let begin = begin::load(from, id);
        let is_begin_known = begin.is_ok();
        if !is_begin_known {
            tally.count::<()>(begin::TABLE, &[None], true);
        }
        let mut step = Step {
            begin: begin.ok().flatten(),
            unfinished: unfinished.into_iter().map(|row| row.0).collect(),
            set_aside: set_aside(&sent),
            sent: sent.into_iter().map(SentRow::into_sent).collect(),
            ..Step::default()
        };
        // Without its begin nobody knows what is still to be read below the stretches.
        if is_trusted && is_complete && is_begin_known {
            let (done, _) = sound_rows::<DoneRow>(from, id, tally);
            step.done = done.into_iter().map(|row| row.0).collect();
        } else {
            tally.begin_again.push(BeginAgain {
                key: key.clone(),
                since: step.begin,
            });
        }
        to.advance(&key, &step)?;
    }
    Ok(())
}

fn set_aside(sent: &[SentRow]) -> BTreeSet<String> {
    let set_aside = sent.iter().filter(|row| row.is_set_aside);
    set_aside.map(|row| row.event.clone()).collect()
}

/// The rows that are what was written, and whether those are all.
fn sound_rows<R: Checked>(from: &Connection, id: i64, tally: &mut Tally) -> (Vec<R>, bool) {
    let statement = select::<R>(&schema::known_columns(from, R::TABLE, R::COLUMNS));
    let (mut rows, is_whole) = readable(from, &statement, id, R::of);
    if !is_whole {
        // From the other end up to the place that cannot be read.
        let backwards = format!("{statement} ORDER BY {}", R::BACKWARDS);
        rows.extend(readable(from, &backwards, id, R::of).0);
    }
    tally.count(R::TABLE, &rows, is_whole);
    let is_complete = is_whole && rows.iter().all(Option::is_some);
    (rows.into_iter().flatten().collect(), is_complete)
}
