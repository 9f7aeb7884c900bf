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
