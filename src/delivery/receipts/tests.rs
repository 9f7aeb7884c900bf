//! Receipts on a real disk: what is written is read back, and what was done to it is named.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::delivery::observer::{Fate, Observer, Placed, SentBatch};
use crate::delivery::summary::Progress;
use crate::delivery::testing::{at, entries};
use crate::delivery::{Codec, compression};

fn now() -> Timestamp {
    at("2026-11-21T18:17:00Z")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn begin(state: &Path, command: &str) -> Receipt {
    let run = Run {
        command: command.to_owned(),
        ..Run::default()
    };
    Receipt::begin(state, run, now()).expect("begun")
}

fn batch(number: u64) -> Line {
    Line::Batch(Batch {
        number,
        sha256: "00".repeat(32),
        events: 2,
        bytes: 100,
        bytes_sent: 10,
        status: Some(202),
        attempts: 1,
        unanswered: 0,
        sent_at: Some(now()),
        kinds: [("session.open".to_owned(), 2)].into(),
        file: None,
        lines: Vec::new(),
        late: vec![Late {
            at: now(),
            ids: vec!["a".to_owned()],
        }],
        cut: Vec::new(),
    })
}

/// A closed receipt of so many batches; its file.
fn left_by(state: &Path, batches: u64) -> PathBuf {
    let mut receipt = begin(state, "sessions export");
    for number in 1..=batches {
        receipt.add(&batch(number)).expect("written");
    }
    let path = receipt.path().to_owned();
    receipt.end(Ending::Done, None, now()).expect("closed");
    path
}

fn chain(state: &Path) -> PathBuf {
    state.join("receipts/chain.ndjson")
}

fn problems(state: &Path) -> Vec<String> {
    let found = check(state).expect("readable").problems;
    found.into_iter().map(|problem| problem.what).collect()
}

#[test]
fn what_a_run_did_is_read_back() {
    let state = folder();
    let path = left_by(state.path(), 3);
    let listed = list(state.path(), "", 10).expect("readable");
    let [one] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!((&one.path, one.standing.as_str()), (&path, "done"));
    assert_eq!((one.totals.events, one.totals.late), (6, 3));
    assert_eq!(one.totals.kinds["session.open"], 6);
    assert_eq!(one.header.run.command, "sessions export");
    let lines = open(&path).expect("readable").expect("there");
    let lines: Vec<Line> = lines.collect::<Result<_, _>>().expect("lines");
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], batch(1));
    let check = check(state.path()).expect("readable");
    assert_eq!((check.receipts, check.problems.len()), (1, 0));
}

#[test]
fn a_receipt_carries_the_hash_of_the_one_before_and_the_newest_comes_first() {
    let state = folder();
    left_by(state.path(), 1);
    let head = check(state.path())
        .expect("readable")
        .head
        .expect("a chain");
    left_by(state.path(), 2);
    let listed = list(state.path(), "", 10).expect("readable");
    assert_eq!(listed[0].header.previous, head);
    assert_eq!(listed[0].totals.batches, 2);
    assert_eq!(list(state.path(), "", 1).expect("readable").len(), 1);
    assert_eq!(list(state.path(), "2027", 10).expect("readable").len(), 0);
}

#[test]
fn one_that_is_written_is_running_and_one_whose_process_is_gone_is_cut_off() {
    let state = folder();
    let mut running = begin(state.path(), "sessions export --new");
    running.add(&batch(1)).expect("written");
    let standing = || list(state.path(), "", 1).expect("readable")[0].clone();
    assert_eq!(standing().standing, Standing::Running);
    assert_eq!(standing().totals.events, 2);
    drop(running);
    assert_eq!(standing().standing, Standing::CutOff);
    let next = begin(state.path(), "sessions export");
    let listed = list(state.path(), "", 10).expect("readable");
    assert_eq!(listed[1].standing, Standing::CutOff);
    assert!(listed[1].sha256.is_some(), "the next run sealed it");
    assert_eq!(listed[0].standing, Standing::Running);
    assert!(problems(state.path()).is_empty());
    drop(next);
}

#[test]
fn several_runs_write_at_once() {
    let state = folder();
    let mut one = begin(state.path(), "one");
    let mut other = begin(state.path(), "other");
    one.add(&batch(1)).expect("written");
    other.add(&batch(1)).expect("written");
    one.end(Ending::Done, None, now()).expect("closed");
    let why = Some("no network".to_owned());
    other.end(Ending::Failed, why, now()).expect("closed");
    let listed = list(state.path(), "", 10).expect("readable");
    assert_eq!(listed[0].standing.as_str(), "failed");
    assert_eq!(listed[1].standing.as_str(), "done");
    assert!(problems(state.path()).is_empty());
}

#[test]
fn a_change_a_removal_and_an_insertion_are_named() {
    let state = folder();
    let paths: Vec<PathBuf> = (1..4).map(|count| left_by(state.path(), count)).collect();
    let id = |path: &Path| {
        let stem = path.file_stem().expect("a name");
        stem.to_string_lossy().into_owned()
    };
    let text = fs::read_to_string(&paths[0]).expect("a file");
    fs::write(&paths[0], text.replace("\"events\":2", "\"events\":3")).expect("writable");
    fs::remove_file(&paths[1]).expect("writable");
    let text = fs::read_to_string(&paths[2]).expect("a file");
    fs::write(&paths[2], text.replace("sessions export", "nothing at all")).expect("writable");
    let stranger = paths[2].with_file_name("20261121-000000-000000.ndjson");
    fs::write(&stranger, text).expect("writable");
    let mut found = check(state.path()).expect("readable").problems;
    found.sort_by(|one, other| one.what.cmp(&other.what));
    let named: Vec<(&str, &str)> = found
        .iter()
        .map(|one| (one.receipt.as_deref().expect("named"), one.what.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            (
                "20261121-000000-000000",
                "it is not in the chain: it was put in, or the chain's end was taken out"
            ),
            (
                id(&paths[0]).as_str(),
                "it was changed after it had been closed"
            ),
            (id(&paths[1]).as_str(), "it was taken out"),
            (id(&paths[2]).as_str(), "its beginning was changed"),
        ]
    );
}

#[test]
fn a_chain_that_lost_its_end_is_named_by_the_receipts_that_are_left() {
    let state = folder();
    left_by(state.path(), 1);
    left_by(state.path(), 1);
    let text = fs::read_to_string(chain(state.path())).expect("a file");
    let first: String = text.split_inclusive('\n').take(2).collect();
    fs::write(chain(state.path()), first).expect("writable");
    assert_eq!(problems(state.path()).len(), 1);
}

#[test]
fn a_process_killed_while_it_began_leaves_nothing_that_looks_like_a_forgery() {
    let state = folder();
    let receipt = begin(state.path(), "first");
    let (path, nascent) = (
        receipt.path().to_owned(),
        state.path().join("receipts/.begun"),
    );
    drop(receipt);
    // Killed between the chain and the name.
    fs::rename(&path, &nascent).expect("writable");
    drop(begin(state.path(), "second"));
    assert!(path.exists(), "the chain knew it, so it got its name");
    assert!(problems(state.path()).is_empty());
    // Killed before the chain knew.
    fs::write(&nascent, "{\"receipt\":").expect("writable");
    drop(begin(state.path(), "third"));
    assert!(!nascent.exists());
    assert!(problems(state.path()).is_empty());
}

#[test]
fn a_line_that_a_power_cut_left_torn_spoils_nothing() {
    let state = folder();
    let path = left_by(state.path(), 1);
    let mut torn = fs::read(chain(state.path())).expect("a file");
    torn.extend(b"{\"number\":3,\"prev");
    fs::write(chain(state.path()), torn).expect("writable");
    assert!(problems(state.path()).is_empty());
    let mut receipt = begin(state.path(), "next");
    receipt.add(&batch(1)).expect("written");
    let half = receipt.path().to_owned();
    drop(receipt);
    let mut text = fs::read(&half).expect("a file");
    text.extend(b"{\"batch\":{\"num");
    fs::write(&half, text).expect("writable");
    let listed = list(state.path(), "", 10).expect("readable");
    assert_eq!(listed[0].totals.batches, 1);
    drop(begin(state.path(), "sealing"));
    assert!(problems(state.path()).is_empty());
    assert!(path.exists());
}

#[test]
fn nobody_goes_on_from_a_chain_that_cannot_be_read() {
    let state = folder();
    left_by(state.path(), 1);
    fs::write(chain(state.path()), "nonsense\n").expect("writable");
    let error = Receipt::begin(state.path(), Run::default(), now()).expect_err("unreadable");
    assert!(error.to_string().contains("newest entry"), "{error}");
    assert!(!problems(state.path()).is_empty());
}

struct Nobody;

impl Observer for Nobody {
    fn told(&mut self, _: Progress) {}

    fn settled(
        &mut self,
        _: &[crate::delivery::Number],
    ) -> Result<(), crate::delivery::state::StateError> {
        Ok(())
    }
}

#[test]
fn the_recorder_writes_what_became_of_each_batch() {
    let state = folder();
    let receipt = RefCell::new(begin(state.path(), "sessions export"));
    let mut recorder = Recorder::new(Some(&receipt), Nobody);
    let mut sent = entries(3);
    sent[1].restamp(now());
    sent[2].is_cut = true;
    let encoded = compression::encode(&sent, Codec::Zstd);
    let came_to = |fate| SentBatch {
        entries: &sent,
        fate,
        attempts: 2,
        unanswered: 1,
        sent_at: Some(now()),
    };
    let status = Some(202);
    let batch = &encoded;
    for fate in [
        Fate::Taken { batch, status },
        Fate::DeadLetter {
            status: Some(400),
            why: "refused",
        },
        Fate::Skipped,
        Fate::Uncertain,
    ] {
        recorder.batch(&came_to(fate)).expect("written");
    }
    let receipt = receipt.into_inner();
    let totals = receipt.totals().clone();
    let path = receipt.path().to_owned();
    let lines = open(&path).expect("readable").expect("there");
    let lines: Vec<Line> = lines.collect::<Result<_, _>>().expect("lines");
    let Line::Batch(taken) = &lines[0] else {
        panic!("{lines:?}")
    };
    assert_eq!(taken.sha256, hash::hex(&encoded.sha256));
    assert_eq!((taken.events, taken.attempts, taken.unanswered), (3, 2, 1));
    assert_eq!(taken.bytes, encoded.raw_bytes as u64);
    assert_eq!(taken.late[0].ids, ["id-1"]);
    assert_eq!(taken.late[0].at, now());
    assert_eq!(taken.cut, ["id-2"]);
    assert_eq!(taken.kinds["other"], 3);
    let (aside, uncertain) = (totals.dead_letters + totals.skipped, totals.uncertain);
    assert_eq!((totals.events, aside, uncertain), (3, 6, 3));
}

/// A closed receipt of what is in `file` now.
fn left_of(state: &Path, file: &Path) {
    let bytes = fs::read(file).expect("a file");
    let receipt = RefCell::new(begin(state, "sessions export"));
    let placed = Placed {
        file: Some(file),
        sha256: Sha256::digest(&bytes).into(),
        rows: 1,
        bytes: bytes.len() as u64,
        kinds: &[("session.open".to_owned(), 1)].into(),
        at: now(),
    };
    let mut recorder = Recorder::new(Some(&receipt), Nobody);
    recorder.placed(&placed).expect("written");
    let ended = receipt.into_inner().end(Ending::Done, None, now());
    ended.expect("closed");
}

#[test]
fn of_a_file_that_was_written_again_the_newest_receipt_counts() {
    let state = folder();
    let file = state.path().join("out.ndjson");
    for round in 0..8 {
        fs::write(&file, format!("round {round}\n")).expect("writable");
        // All within one second, so that no id says which came first.
        left_of(state.path(), &file);
    }
    let checked = || {
        let check = check(state.path()).expect("readable");
        check_files(state.path(), &check).expect("readable")
    };
    assert_eq!(
        checked(),
        FilesCheck {
            files: 1,
            ..FilesCheck::default()
        }
    );
    for change in [Some("round 8\n"), None] {
        match change {
            Some(text) => fs::write(&file, text).expect("writable"),
            None => fs::remove_file(&file).expect("ours"),
        }
        assert_eq!(checked().problems.len(), 1, "{change:?}");
    }
}

#[test]
fn a_receipt_that_was_changed_vouches_for_no_file() {
    let state = folder();
    let file = state.path().join("out.ndjson");
    fs::write(&file, "{}\n").expect("writable");
    left_of(state.path(), &file);
    let path = list(state.path(), "", 1).expect("readable").remove(0).path;
    let text = fs::read_to_string(&path).expect("a receipt");
    fs::write(&path, text.replace("\"events\":1", "\"events\":2")).expect("writable");
    let check = check(state.path()).expect("readable");
    assert_eq!(check.problems.len(), 1);
    let files = check_files(state.path(), &check).expect("readable");
    assert_eq!(files, FilesCheck::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever byte of whatever file is turned: somebody notices.
    #[test]
    fn no_byte_can_be_changed_unnoticed(place in 0.0..1.0_f64, bit in 0_u8..8, of_chain: bool) {
        let state = folder();
        let first = left_by(state.path(), 2);
        left_by(state.path(), 1);
        let path = if of_chain { chain(state.path()) } else { first };
        let mut bytes = fs::read(&path).expect("a file");
        // The chain's newest entry is vouched for by nothing but itself.
        let end = match of_chain {
            true => bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("two lines"),
            false => bytes.len(),
        };
        bytes[(place * end as f64) as usize] ^= 1 << bit;
        fs::write(&path, bytes).expect("writable");
        prop_assert!(!problems(state.path()).is_empty());
    }
}
