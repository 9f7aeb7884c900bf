//! Cursors as a run moves them, and files that are not what they should be.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::domain::time::TimeRange;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).expect("a time of this century")
}

fn range(since: i64, until: i64) -> TimeRange {
    TimeRange {
        since: at(since),
        until: at(until),
    }
}

fn key(filter: &str) -> CursorKey {
    CursorKey {
        organisation: "acme".to_owned(),
        filter: filter.to_owned(),
        destination: "logs".to_owned(),
        site: "datadoghq.eu".to_owned(),
        scheme: "ddctl/event/1".to_owned(),
    }
}

fn session(number: i64) -> Unfinished {
    Unfinished {
        session: format!("session-{number}"),
        started: at(number),
    }
}

fn sent(number: i64, event: &str) -> (Unfinished, String) {
    (session(number), event.to_owned())
}

fn opened() -> (TempDir, State) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = State::open(folder.path()).expect("a new file");
    (folder, state)
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join(FILE)
}

#[test]
fn a_cursor_is_where_it_was_left() {
    let (folder, mut state) = opened();
    assert_eq!(state.cursor(&key("")).expect("read"), None);
    let step = Step {
        sent: vec![sent(3, "a"), sent(7, "b"), sent(12, "c")],
        done: vec![range(0, 10)],
        unfinished: vec![session(7)],
        ..Step::default()
    };
    state.advance(&key(""), &step).expect("written");
    drop(state);
    let state = State::open(folder.path()).expect("the file of before");
    let cursor = state.cursor(&key("")).expect("read").expect("it moved");
    assert_eq!(cursor.done.iter().collect::<Vec<_>>(), [range(0, 10)]);
    assert_eq!(cursor.unfinished.len(), 1);
    assert!(!cursor.has("session-3", "a"), "done, and asked for no more");
    assert!(cursor.has("session-7", "b"), "it may bring more");
    assert!(cursor.has("session-12", "c"), "its stretch is under way");
    assert_eq!(state.cursor(&key("agent:*")).expect("read"), None);
}

#[test]
fn a_session_that_has_finished_is_forgotten() {
    let (_folder, mut state) = opened();
    let open = Step {
        sent: vec![sent(7, "open")],
        done: vec![range(0, 10)],
        unfinished: vec![session(7)],
        ..Step::default()
    };
    state.advance(&key(""), &open).expect("written");
    let closed = Step {
        sent: vec![sent(7, "close")],
        finished: vec!["session-7".to_owned()],
        ..Step::default()
    };
    state.advance(&key(""), &closed).expect("written");
    let cursor = state.cursor(&key("")).expect("read").expect("it moved");
    assert!(cursor.unfinished.is_empty() && cursor.sent.is_empty());
}

#[test]
fn a_cursor_knows_from_when_on_it_was_asked_for() {
    let (folder, mut state) = opened();
    for (begin, start) in [(None, 20), (Some(5), 5), (Some(9), 5), (Some(3), 3)] {
        let step = Step {
            begin: begin.map(at),
            done: vec![range(20, 30)],
            ..Step::default()
        };
        state.advance(&key(""), &step).expect("written");
        let cursor = state.cursor(&key("")).expect("read").expect("it moved");
        assert_eq!(cursor.start(), Some(at(start)));
    }
    drop(state);
    let raw = rusqlite::Connection::open(file(&folder)).expect("an SQLite file");
    raw.execute("UPDATE begin SET since = since + 1", [])
        .expect("a row");
    drop(raw);
    let state = State::open(folder.path()).expect("its form is sound");
    assert_eq!(state.damage().expect("read").len(), 1);
    let refused = state.cursor(&key("")).expect_err("it is no fresh start");
    assert!(matches!(refused, StateError::Damaged { .. }));
}

#[test]
fn cursors_do_not_touch_each_other_and_can_be_forgotten() {
    let (_folder, mut state) = opened();
    for (filter, until) in [("", 10), ("agent:*", 20)] {
        let step = Step {
            done: vec![range(0, until)],
            ..Step::default()
        };
        state.advance(&key(filter), &step).expect("written");
    }
    assert_eq!(state.cursors().expect("read").len(), 2);
    assert!(state.forget(&key("")).expect("written"));
    assert!(!state.forget(&key("")).expect("written"));
    let left = state.cursors().expect("read");
    assert_eq!(left[0].0, key("agent:*"));
    assert!(left[0].1.done.contains(at(19)));
}

#[test]
fn the_files_are_the_owners_alone() {
    let (folder, mut state) = opened();
    state.advance(&key(""), &Step::default()).expect("written");
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
    }
}

#[test]
fn looking_changes_nothing_and_makes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(State::look(folder.path()).expect("no file").is_none());
    assert!(!file(&folder).exists());
    let mut state = State::open(folder.path()).expect("a new file");
    state.advance(&key(""), &Step::default()).expect("written");
    let look = State::look(folder.path()).expect("a file").expect("there");
    assert_eq!(look.cursors().expect("read").len(), 1);
}

#[test]
fn a_file_of_a_newer_ddctl_and_one_of_another_program_are_left_alone() {
    for (pragma, value, word) in [
        ("user_version", 99, "newer ddctl"),
        ("application_id", 1, "another program"),
    ] {
        let (folder, state) = opened();
        state
            .connection
            .pragma_update(None, pragma, value)
            .expect("written");
        drop(state);
        let before = std::fs::read(file(&folder)).expect("a file");
        let error = State::open(folder.path()).expect_err(word);
        assert!(error.to_string().contains(word), "{error}");
        assert!(error.hint().is_some());
        assert_eq!(std::fs::read(file(&folder)).expect("a file"), before);
    }
}

#[test]
fn a_changed_row_is_found_and_is_no_fresh_start() {
    for change in [
        "UPDATE done SET until = until + 1",
        "UPDATE unfinished SET started = started - 1",
        "UPDATE sent SET event = 'other'",
        "UPDATE cursor SET filter = 'other'",
    ] {
        let (_folder, mut state) = opened();
        let step = Step {
            begin: Some(at(0)),
            sent: vec![sent(12, "c")],
            done: vec![range(0, 10)],
            unfinished: vec![session(7)],
            ..Step::default()
        };
        state.advance(&key(""), &step).expect("written");
        assert_eq!(state.damage().expect("read"), Vec::<String>::new());
        state.connection.execute(change, []).expect("changed");
        let error = state.cursors().expect_err("damaged");
        assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        assert_eq!(state.damage().expect("read").len(), 1, "{change}");
    }
}

#[test]
fn a_file_that_is_no_database_is_damaged() {
    let (folder, state) = opened();
    drop(state);
    std::fs::write(file(&folder), vec![b'x'; 8192]).expect("a writable file");
    let error = State::open(folder.path()).expect_err("rubbish");
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
}

#[test]
fn a_cursor_is_held_by_one_at_a_time_and_others_are_free() {
    let (_folder, state) = opened();
    let holder = Holder::this("sessions export --follow", at(0));
    let _held = state.lock(&key(""), &holder).expect("free");
    assert!(state.lock(&key(""), &holder).is_err());
    assert!(state.lock(&key("agent:*"), &holder).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Flipping bytes may be noticed or not matter, but never panics and never shows another
    /// stretch than one that was written.
    #[test]
    fn flipped_bytes_are_noticed_or_change_nothing(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..20),
    ) {
        let (folder, mut state) = opened();
        for number in 0..20 {
            let step = Step {
                sent: vec![sent(number * 100, "event")],
                done: vec![range(number * 100 + 1, number * 100 + 50)],
                unfinished: vec![session(number * 100 + 7)],
                ..Step::default()
            };
            state.advance(&key(""), &step).expect("written");
        }
        let before = state.cursor(&key("")).expect("read").expect("it moved");
        drop(state);
        let mut bytes = std::fs::read(file(&folder)).expect("a file");
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        std::fs::write(file(&folder), bytes).expect("a writable file");
        if let Ok(state) = State::open(folder.path())
            && let Ok(Some(after)) = state.cursor(&key(""))
        {
            for stretch in after.done.iter() {
                prop_assert!(before.done.missing_from(stretch).is_empty());
            }
        }
    }
}

fn position(line: u64) -> (FileKey, FilePosition) {
    let key = FileKey {
        destination: "logs".to_owned(),
        site: "datadoghq.eu".to_owned(),
        device: 1,
        inode: line,
    };
    let position = FilePosition {
        path: "/var/log/agent.ndjson".to_owned(),
        head_len: 3,
        head: [7; 32],
        offset: line * 100,
        line,
        beyond: "40-50".parse().expect("lines"),
        unsent: line % 2,
    };
    (key, position)
}

/// As the first form of the file had it.
fn made_older(folder: &TempDir) {
    let connection = Connection::open(file(folder)).expect("a file");
    let older = "ALTER TABLE file DROP COLUMN unsent; ALTER TABLE sent DROP COLUMN unsent;
                 PRAGMA user_version = 1";
    connection.execute_batch(older).expect("changed");
}

#[test]
fn a_file_of_the_older_form_is_brought_up_to_date_and_repaired_with_every_row() {
    for is_repaired in [false, true] {
        let (folder, mut state) = opened();
        let step = Step {
            sent: vec![sent(12, "c")],
            unfinished: vec![session(12)],
            ..Step::default()
        };
        state.advance(&key(""), &step).expect("written");
        let (file_key, before) = position(4);
        state.keep_file(&file_key, &before).expect("written");
        drop(state);
        made_older(&folder);
        assert!(matches!(
            State::look(folder.path()),
            Err(StateError::Older { .. })
        ));
        if is_repaired {
            assert!(repaired(&folder).tally.is_whole());
        }
        let state = State::open(folder.path()).expect("up to date");
        assert_eq!(state.damage().expect("read"), Vec::<String>::new());
        assert_eq!(state.file(&file_key).expect("read"), Some(before));
        let cursor = state.cursor(&key("")).expect("read").expect("kept");
        assert!(cursor.has("session-12", "c") && cursor.set_aside.is_empty());
    }
}

#[test]
fn what_was_set_aside_is_told_apart_and_a_changed_mark_is_found() {
    let (_folder, mut state) = opened();
    let step = Step {
        sent: vec![sent(12, "c"), sent(12, "d")],
        set_aside: ["d".to_owned()].into(),
        unfinished: vec![session(12)],
        ..Step::default()
    };
    state.advance(&key(""), &step).expect("written");
    let cursor = state.cursor(&key("")).expect("read").expect("kept");
    assert!(cursor.has("session-12", "c") && cursor.has("session-12", "d"));
    assert_eq!(cursor.set_aside, step.set_aside);
    let changed = state.connection.execute("UPDATE sent SET unsent = 0", []);
    changed.expect("changed");
    assert_eq!(state.damage().expect("read").len(), 1);
}

#[test]
fn a_files_position_is_where_it_was_left_and_a_changed_one_is_found() {
    let (folder, mut state) = opened();
    let (key, before) = position(3);
    assert_eq!(state.file(&key).expect("read"), None);
    state.keep_file(&key, &before).expect("written");
    let (_, after) = position(9);
    state.keep_file(&key, &after).expect("written");
    drop(state);
    let mut state = State::open(folder.path()).expect("the file of before");
    assert_eq!(state.file(&key).expect("read"), Some(after.clone()));
    assert_eq!(state.files().expect("read"), [(key.clone(), after)]);
    let changed = state.connection.execute("UPDATE file SET start = 1", []);
    changed.expect("changed");
    assert!(matches!(state.file(&key), Err(StateError::Damaged { .. })));
    assert_eq!(state.damage().expect("read").len(), 1);
    assert!(state.forget_file(&key).expect("written"));
    assert!(!state.forget_file(&key).expect("written"));
}

#[test]
fn an_empty_file_is_damaged_and_no_fresh_start() {
    let (folder, state) = opened();
    drop(state);
    std::fs::write(file(&folder), b"").expect("a writable file");
    let error = State::open(folder.path()).expect_err("empty");
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
}

fn holder() -> Holder {
    Holder::this("state repair", at(0))
}

/// Two cursors and a file.
fn filled() -> TempDir {
    let (folder, mut state) = opened();
    for filter in ["", "agent:*"] {
        let step = Step {
            begin: Some(at(0)),
            sent: vec![sent(12, "c")],
            done: vec![range(0, 10)],
            unfinished: vec![session(7)],
            ..Step::default()
        };
        state.advance(&key(filter), &step).expect("written");
    }
    let (key, position) = position(3);
    state.keep_file(&key, &position).expect("written");
    folder
}

fn repaired(folder: &TempDir) -> Repaired {
    let repaired = repair(folder.path(), &holder(), at(5)).expect("repaired");
    repaired.expect("there is a file")
}

#[test]
fn a_repair_keeps_every_row_that_is_what_was_written() {
    let folder = filled();
    let change = |statement: &str| {
        let connection = Connection::open(file(&folder)).expect("a file");
        connection.execute_batch(statement).expect("changed");
    };
    change("UPDATE sent SET event = 'other' WHERE cursor = 1");
    let before = std::fs::read(file(&folder)).expect("a file");
    let Repaired { aside, tally } = repaired(&folder);
    assert_eq!(tally.lost.into_iter().collect::<Vec<_>>(), [("sent", 1)]);
    assert_eq!(
        (tally.kept, tally.cut.len(), tally.begin_again.len()),
        (8, 0, 0)
    );
    assert_eq!(std::fs::read(aside).expect("the old file"), before);
    let state = State::open(folder.path()).expect("a sound file");
    assert_eq!(state.damage().expect("read"), Vec::<String>::new());
    let kept = state.cursor(&key("")).expect("read").expect("kept");
    assert!(kept.done.contains(at(9)) && !kept.has("session-12", "c"));
    let whole = state.cursor(&key("agent:*")).expect("read").expect("kept");
    assert!(whole.has("session-12", "c"));
    assert_eq!(state.files().expect("read"), [position(3)]);
}

#[test]
fn where_word_of_an_open_session_or_of_a_begin_is_lost_every_cursor_begins_anew() {
    for change in [
        "UPDATE unfinished SET started = 1 WHERE cursor = 1",
        "UPDATE begin SET since = 1 WHERE cursor = 1",
    ] {
        let folder = filled();
        let connection = Connection::open(file(&folder)).expect("a file");
        connection.execute_batch(change).expect("changed");
        drop(connection);
        let tally = repaired(&folder).tally;
        // It may be the number of the cursor that is not what was written.
        let again: Vec<&CursorKey> = tally.begin_again.iter().map(|one| &one.key).collect();
        assert_eq!(again, [&key(""), &key("agent:*")], "{change}");
        let is_begin_lost = change.contains("begin");
        let first = &tally.begin_again[0];
        assert_eq!(first.since.is_none(), is_begin_lost, "{change}");
        assert_eq!(tally.has_lost_positions(), is_begin_lost, "{change}");
        assert_eq!(tally.lost.len(), 1, "{change}");
        let state = State::open(folder.path()).expect("a sound file");
        let again = state.cursor(&key("")).expect("read").expect("kept");
        assert!(again.done.is_empty() && again.has("session-12", "c"));
        let other = state.cursor(&key("agent:*")).expect("read").expect("kept");
        assert!(other.done.is_empty());
    }
}

#[test]
fn what_is_no_database_at_all_is_put_aside() {
    for rubbish in [vec![], vec![b'x'; 8192], b"SQLite format 3\0".to_vec()] {
        let folder = filled();
        std::fs::write(file(&folder), rubbish).expect("a writable file");
        let repaired = repaired(&folder);
        assert_eq!(repaired.tally.kept, 0);
        assert!(!repaired.tally.is_whole());
        assert!(repaired.tally.has_lost_positions());
        let state = State::open(folder.path()).expect("a sound file");
        assert!(state.cursors().expect("read").is_empty());
    }
}

#[test]
fn a_row_that_lost_its_cursor_is_missed() {
    for table in ["unfinished", "begin"] {
        for cursor in [2, 6] {
            let folder = filled();
            let connection = Connection::open(file(&folder)).expect("a file");
            // As a flipped bit does it: no other cursor may have the row already.
            let change = format!(
                "PRAGMA foreign_keys = off; DELETE FROM {table} WHERE cursor = 2;
                 UPDATE {table} SET cursor = {cursor} WHERE cursor = 1"
            );
            connection.execute_batch(&change).expect("changed");
            drop(connection);
            let state = State::open(folder.path()).expect("a file");
            assert_eq!(state.damage().expect("read").len(), 1, "{table} {cursor}");
            let lost = state.cursor(&key("")).expect_err("it lost a row");
            assert!(matches!(lost, StateError::Damaged { .. }), "{lost}");
            drop(state);
            let Repaired { tally, .. } = repaired(&folder);
            assert_eq!(tally.begin_again.len(), 2, "{table} {cursor}");
        }
    }
}

#[test]
fn a_log_that_is_cut_loses_its_last_moves_and_nothing_else() {
    let (folder, mut state) = opened();
    let (file_key, position) = position(3);
    state.keep_file(&file_key, &position).expect("written");
    for number in 0..30 {
        let step = Step {
            done: vec![range(number * 10, number * 10 + 10)],
            ..Step::default()
        };
        state.advance(&key(""), &step).expect("written");
    }
    // As a crash leaves them: the log is not yet in the file.
    let crashed = tempfile::tempdir().expect("a temporary folder");
    let wal = folder.path().join("state.db-wal");
    let log = std::fs::read(wal).expect("a log");
    std::fs::copy(file(&folder), file(&crashed)).expect("a copy");
    std::fs::write(
        crashed.path().join("state.db-wal"),
        &log[..log.len() - 3_000],
    )
    .expect("a cut copy");
    let state = State::open(crashed.path()).expect("it recovers");
    assert_eq!(state.damage().expect("read"), Vec::<String>::new());
    let cursor = state.cursor(&key("")).expect("read").expect("it moved");
    assert!(cursor.done.contains(at(200)) && !cursor.done.contains(at(299)));
}

#[test]
fn nobody_repairs_a_file_in_use_or_of_others() {
    let folder = filled();
    let state = State::open(folder.path()).expect("a file");
    let held = repair(folder.path(), &holder(), at(5)).expect_err("in use");
    assert!(matches!(held, StateError::Held { .. }), "{held}");
    let newer = state.connection.pragma_update(None, "user_version", 99);
    newer.expect("written");
    drop(state);
    let error = repair(folder.path(), &holder(), at(5)).expect_err("newer");
    assert!(matches!(error, StateError::Newer { .. }), "{error}");
    let empty = tempfile::tempdir().expect("a temporary folder");
    let none = repair(empty.path(), &holder(), at(5)).expect("nothing to do");
    assert!(none.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happened to the bytes: a repair leaves a sound file, and nothing in it that was not
    /// written.
    #[test]
    fn a_repair_of_any_bytes_leaves_a_sound_file(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..40),
    ) {
        let folder = filled();
        let before = State::open(folder.path()).expect("a file").cursors().expect("read");
        let mut bytes = std::fs::read(file(&folder)).expect("a file");
        // Not the header's sixteen bytes for whose file it is and of which form.
        for (at, flip) in flips {
            let at = 100 + at.index(bytes.len() - 100);
            bytes[at] ^= flip;
        }
        std::fs::write(file(&folder), bytes).expect("a writable file");
        let _ = repaired(&folder);
        let state = State::open(folder.path()).expect("a sound file");
        prop_assert_eq!(state.damage().expect("read"), Vec::<String>::new());
        for (key, after) in state.cursors().expect("read") {
            let known = before.iter().find(|(known, _)| *known == key).map(|(_, cursor)| cursor);
            let known = known.expect("one of those that were written");
            for stretch in after.done.iter() {
                prop_assert!(known.done.missing_from(stretch).is_empty());
            }
            // What may bring more is asked for as before, or everything is.
            prop_assert!(after.done.is_empty() || after.unfinished == known.unfinished);
        }
    }
}

#[test]
fn two_that_write_at_once_wait_for_each_other_and_lose_nothing() {
    const STEPS: i64 = 60;
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(State::open(folder.path()).expect("a new file"));
    let write = |filter: &'static str| {
        let folder = folder.path().to_owned();
        std::thread::spawn(move || {
            let mut state = State::open(&folder).expect("a file");
            for number in 0..STEPS {
                let step = Step {
                    sent: vec![sent(number, "a")],
                    ..Step::default()
                };
                state.advance(&key(filter), &step).expect("its turn comes");
            }
        })
    };
    let writers = ["one", "two"].map(write);
    for writer in writers {
        writer.join().expect("it wrote");
    }
    let state = State::open(folder.path()).expect("a file");
    for filter in ["one", "two"] {
        let cursor = state.cursor(&key(filter)).expect("read").expect("it moved");
        assert_eq!(cursor.sent.len() as i64, STEPS, "{filter}");
    }
}
