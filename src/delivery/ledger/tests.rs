//! Runs that end anywhere, and the runs after them.

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a small number")
}

fn range(since: i64, until: i64) -> TimeRange {
    TimeRange {
        since: at(since),
        until: at(until),
    }
}

fn session(number: i64) -> Unfinished {
    Unfinished {
        session: number.to_string(),
        started: at(number),
    }
}

fn key() -> CursorKey {
    CursorKey {
        organisation: "acme".to_owned(),
        filter: String::new(),
        destination: "logs".to_owned(),
        site: "datadoghq.eu".to_owned(),
        scheme: "ddctl/event/1".to_owned(),
    }
}

fn ledger(folder: &TempDir) -> Ledger {
    let holder = Holder::this("sessions export", at(0));
    Ledger::open(folder.path(), key(), &holder).expect("nobody has it")
}

#[test]
fn the_next_run_reads_what_is_missing_and_knows_what_was_under_way() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = ledger(&folder);
    assert!(first.cursor().is_none());
    let mut numbers = Vec::new();
    for number in 0..4 {
        let event = format!("event-{number}");
        numbers.push(first.read(session(number * 10), event).expect("new"));
        let stretch = range(number * 10, number * 10 + 10);
        first.close(stretch, Vec::new(), Vec::new());
    }
    first.settled(&[numbers[3], numbers[1]]).expect("written");
    drop(first);

    let mut second = ledger(&folder);
    let missing: Vec<_> = second.missing(range(0, 50)).iter().collect();
    assert_eq!(missing, [range(0, 10), range(20, 30), range(40, 50)]);
    assert!(second.read(session(20), "event-2".to_owned()).is_some());
}

#[test]
fn an_event_that_was_taken_before_its_stretch_was_read_is_not_sent_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = ledger(&folder);
    let number = first.read(session(3), "open".to_owned()).expect("new");
    first.settled(&[number]).expect("written");
    drop(first);

    let mut second = ledger(&folder);
    assert_eq!(second.read(session(3), "open".to_owned()), None);
    assert!(second.read(session(3), "close".to_owned()).is_some());
    assert_eq!(second.known(), 1);
}

#[test]
fn an_event_goes_out_once_however_often_its_session_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ledger = ledger(&folder);
    let read = |ledger: &mut Ledger, event: &str| ledger.read(session(7), event.to_owned());
    let open = read(&mut ledger, "open").expect("new");
    ledger.close(range(0, 10), vec![session(7)], Vec::new());
    ledger.begin_round().expect("read");
    assert_eq!(read(&mut ledger, "open"), None, "it is on its way");
    ledger.settled(&[open]).expect("written");
    assert_eq!(read(&mut ledger, "open"), None, "it has settled meanwhile");
    ledger.begin_round().expect("read");
    assert_eq!(ledger.unfinished().len(), 1);
    assert_eq!(read(&mut ledger, "open"), None, "the cursor has it");
    // Asked for by its id, and once more in the range of the last minute.
    let close = read(&mut ledger, "close").expect("new");
    assert_eq!(read(&mut ledger, "close"), None);
    ledger.close(range(7, 7), Vec::new(), vec![session(7).session]);
    ledger.settled(&[close]).expect("written");
    assert_eq!(read(&mut ledger, "close"), None);
    ledger.begin_round().expect("read");
    assert!(ledger.unfinished().is_empty());
    assert_eq!(ledger.known(), 0);
}

#[test]
fn a_session_that_finished_in_a_stretch_under_way_is_known_until_that_is_done() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ledger = ledger(&folder);
    let number = ledger.read(session(7), "close".to_owned()).expect("new");
    let finished = vec![session(7).session];
    ledger.close(range(0, 0), Vec::new(), finished);
    ledger.settled(&[number]).expect("written");
    ledger.begin_round().expect("read");
    assert_eq!(ledger.read(session(7), "close".to_owned()), None);
    ledger.close(range(0, 10), Vec::new(), Vec::new());
    ledger.begin_round().expect("read");
    let cursor = ledger.cursor().expect("it moved");
    assert!(cursor.sent.is_empty() && cursor.done.contains(at(7)));
}

#[test]
fn of_a_shared_reading_it_takes_what_it_lacks_and_forgets_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = ledger(&folder);
    let number = first.read(session(3), "open".to_owned()).expect("new");
    first.close(range(0, 10), vec![session(3), session(4)], Vec::new());
    first.settled(&[number]).expect("written");
    drop(first);

    let mut second = ledger(&folder);
    second.limit_to(range(0, 20));
    for (number, event, is_lacked) in [
        (3, "open", false),
        (3, "close", true),
        (5, "open", false),
        (15, "open", true),
        (25, "open", false),
    ] {
        assert_eq!(second.lacks(&session(number), event), is_lacked, "{number}");
        let read = second.read(session(number), event.to_owned());
        assert_eq!(read.is_some(), is_lacked, "{number}");
    }
    assert_eq!(second.known(), 1);
    second.close(range(0, 30), vec![session(4), session(26)], Vec::new());
    second.settled(&[0, 1]).expect("written");
    drop(second);

    let cursor = ledger(&folder).cursor().cloned().expect("it moved");
    assert_eq!(cursor.done.iter().collect::<Vec<_>>(), [range(0, 20)]);
    let open: Vec<_> = cursor.unfinished.into_keys().collect();
    assert_eq!(open, ["4"], "3 is over, and 26 is for others");
}

#[test]
fn a_stretch_without_anything_new_is_remembered_at_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = ledger(&folder);
    first.close(range(0, 10), vec![session(7)], Vec::new());
    first.write().expect("written");
    drop(first);
    let second = ledger(&folder);
    let cursor = second.cursor().expect("it moved");
    assert!(cursor.done.contains(at(9)));
    assert_eq!(cursor.unfinished.len(), 1);
}

#[test]
fn a_run_that_is_cut_off_leaves_word_from_when_on_it_was_to_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = ledger(&folder);
    first.begin_at(at(0));
    let number = first.read(session(33), "open".to_owned()).expect("new");
    first.close(range(30, 40), Vec::new(), Vec::new());
    assert!(ledger_of_another_run(&folder).cursor().is_none());
    first.settled(&[number]).expect("written");
    drop(first);

    let second = ledger(&folder);
    let start = second.cursor().and_then(Cursor::start).expect("it moved");
    let missing: Vec<_> = second.missing(range_from(start, 50)).iter().collect();
    assert_eq!(missing, [range(0, 30), range(40, 50)]);
}

fn ledger_of_another_run(folder: &TempDir) -> Ledger {
    Ledger::look(folder.path(), key()).expect("it can be read")
}

fn range_from(since: Timestamp, until: i64) -> TimeRange {
    TimeRange {
        since,
        until: at(until),
    }
}
