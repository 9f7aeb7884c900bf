//! Whose file it is, and what is done about one that is damaged.

use rusqlite::Connection;

use super::*;

#[tokio::test]
async fn a_note_comes_with_the_events_and_a_damaged_one_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = spool(folder.path());
    assert_eq!(first.note("position").await.expect("readable"), None);
    let note = Note {
        name: "position".to_owned(),
        value: "here".to_owned(),
    };
    let offered = first.offer(vec![whole("a")], Some(note)).await;
    offered.expect("taken");
    let note = first.note("position").await.expect("readable");
    assert_eq!(note.as_deref(), Some("here"));
    first.close();
    changed(folder.path(), "UPDATE note SET value = 'there'");
    let error = spool(folder.path())
        .note("position")
        .await
        .expect_err("damaged");
    assert!(error.to_string().contains("`position`"), "{error}");
}

#[tokio::test]
async fn one_relay_at_a_time_has_the_spool_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = spool(folder.path());
    let error = Spool::open(folder.path(), to_logs(), ROOMY, &holder()).expect_err("held");
    assert!(
        error.to_string().contains("`ddctl relay` (process "),
        "{error}"
    );
    assert!(repair(folder.path(), &holder(), at(0)).is_err());
    let seen = look(folder.path()).expect("readable").expect("it is there");
    assert!(seen.holding.is_held());
    first.close();
    let seen = look(folder.path()).expect("readable").expect("it is there");
    assert!(!seen.holding.is_held());
}

fn changed(folder: &Path, statement: &str) {
    let file = Connection::open(folder.join(FILE)).expect("a file");
    let rows = file.execute(statement, []).expect("a statement");
    assert_eq!(rows, 1, "{statement}");
}

#[tokio::test]
async fn damaged_rows_are_named_and_hold_nothing_up_and_a_repair_keeps_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = spool(folder.path());
    for message in ["m1", "m2"] {
        first.store(arrival(message)).await.expect("stored");
    }
    offer(&first, vec![whole("a"), whole("b")]).await;
    first.close();
    changed(
        folder.path(),
        "UPDATE webhook SET body = x'7b7d' WHERE id = 1",
    );
    changed(
        folder.path(),
        "UPDATE event SET order_by = 'x' WHERE id = 1",
    );
    let found = damage(folder.path())
        .expect("readable")
        .expect("it is there");
    assert_eq!(
        found,
        [
            "row 1 of `webhook` is not what was written",
            "row 1 of `event` is not what was written"
        ]
    );
    let second = spool(folder.path());
    let bodies: Vec<bool> = rows(&second)
        .await
        .iter()
        .map(|one| one.body.is_ok())
        .collect();
    assert_eq!(bodies, [false, true]);
    let broken: Vec<bool> = queued(&second)
        .await
        .iter()
        .map(|one| one.broken.is_some())
        .collect();
    assert_eq!(broken, [true, false]);
    second.close();
    let repaired = repair(folder.path(), &holder(), at(0))
        .expect("repaired")
        .expect("a file");
    let lost: Vec<_> = repaired.tally.lost.into_iter().collect();
    assert_eq!(lost, [("event", 1), ("webhook", 1)]);
    assert!(repaired.aside.exists());
    let third = spool(folder.path());
    assert_eq!(ids(&third).await, ["b"]);
    assert_eq!(third.stock().webhooks, 1);
    assert_eq!(
        third.store(arrival("m1")).await.expect("answered"),
        Stored::Again
    );
    assert_eq!(damage(folder.path()).expect("readable"), Some(Vec::new()));
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Spool::open(folder.path(), to_logs(), ROOMY, &holder());
    open().expect("a spool").close();
    let path = folder.path().join(FILE);
    for text in [&b""[..], b"SQLite format 3\0rubbish", &[7; 9_000]] {
        std::fs::write(&path, text).expect("ours");
        let error = open().expect_err("damaged");
        assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        assert_eq!(std::fs::read(&path).expect("ours"), text);
    }
    let repaired = repair(folder.path(), &holder(), at(0))
        .expect("repaired")
        .expect("a file");
    assert_eq!(repaired.tally.kept, 0);
    open().expect("a spool");
}

#[test]
fn the_file_of_positions_is_no_spool() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(crate::delivery::state::State::open(folder.path()).expect("state"));
    let other = folder.path().join(crate::delivery::state::FILE);
    std::fs::copy(other, folder.path().join(FILE)).expect("ours");
    let error = Spool::open(folder.path(), to_logs(), ROOMY, &holder()).expect_err("another's");
    assert!(matches!(error, StateError::Foreign { .. }), "{error}");
}

#[tokio::test]
async fn the_spool_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    spool.store(arrival("m")).await.expect("stored");
    for name in ["relay.db", "relay.db-wal", "relay.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .expect("a file")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
}
