//! What a spool promises, with its thread, its file and its damage.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::*;
use crate::delivery::entry::Record;
use crate::delivery::state::Holder;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).expect("an instant")
}

fn holder() -> Holder {
    Holder::this("relay", at(0))
}

fn destination(name: &str, is_required: bool) -> Destination {
    Destination {
        name: name.to_owned(),
        is_required,
    }
}

fn to_logs() -> Vec<Destination> {
    vec![destination("logs", true)]
}

/// The disk of the machine that tests may be full.
const ROOMY: Limits = Limits {
    most: 2_000_000_000,
    free: 0,
};

fn spool(folder: &Path) -> Spool {
    Spool::open(folder, to_logs(), ROOMY, &holder()).expect("a spool")
}

fn arrival(message: &str) -> Arrival {
    Arrival {
        message: message.to_owned(),
        received: at(0),
        body: Packed::new(&Bytes::from(format!(r#"{{"id":"{message}"}}"#))),
    }
}

fn record(id: &str) -> Record {
    let Value::Object(body) = json!({"evt": {"id": id}}) else {
        unreachable!("an object was written");
    };
    Record {
        id: id.to_owned(),
        order_by: "session".to_owned(),
        timestamp: at(0),
        body,
        number: None,
    }
}

fn whole(id: &str) -> Offer {
    Offer::Whole(record(id))
}

fn partial(id: &str) -> Offer {
    Offer::Partial(record(id))
}

fn wanted(seconds: i64) -> Wanted {
    Wanted {
        now: at(seconds),
        untold_before: None,
        except: Vec::new(),
        most: 1_000,
    }
}

/// How many of `offers` were new.
async fn offer(spool: &Spool, offers: Vec<Offer>) -> usize {
    let added = spool.offer(offers, None).await.expect("taken");
    added.into_iter().filter(|one| *one != Added::No).count()
}

async fn rows(spool: &Spool) -> Vec<Waiting> {
    let due = spool.due(wanted(1_000_000)).await;
    due.expect("readable").0
}

async fn queued(spool: &Spool) -> Vec<Spooled> {
    spool.events(0, 1_000).await.expect("readable")
}

async fn ids(spool: &Spool) -> Vec<String> {
    queued(spool).await.into_iter().map(|one| one.id).collect()
}

async fn pass(spool: &Spool, destination: usize) {
    let numbers = queued(spool).await.into_iter().map(|one| one.number);
    let numbers = numbers.collect();
    spool.passed(destination, numbers).expect("remembered");
}

#[tokio::test]
async fn a_webhook_that_comes_again_is_stored_once_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = spool(folder.path());
    let both = tokio::join!(first.store(arrival("m1")), first.store(arrival("m1")));
    let mut both = [both.0.expect("stored"), both.1.expect("stored")];
    both.sort_by_key(|stored| *stored == Stored::Again);
    assert_eq!(both, [Stored::New, Stored::Again]);
    first.close();
    let second = spool(folder.path());
    let again = second.store(arrival("m1")).await.expect("answered");
    assert_eq!((again, second.stock().webhooks), (Stored::Again, 1));
    let row = rows(&second).await.remove(0);
    assert_eq!(row.body, Ok(Bytes::from_static(br#"{"id":"m1"}"#)));
    second
        .take(row.row, vec![whole("e1")], None)
        .await
        .expect("taken");
    let again = second.store(arrival("m1")).await.expect("answered");
    assert_eq!(again, Stored::Again, "its id outlives its row");
    assert_eq!((second.stock().webhooks, second.stock().events), (0, 1));
}

#[tokio::test]
async fn an_event_is_queued_once_whatever_brings_it_and_not_again_once_it_was_delivered() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    for (offers, new) in [
        (vec![whole("a"), whole("b"), whole("a")], 2),
        (vec![whole("b")], 0),
    ] {
        assert_eq!(offer(&spool, offers).await, new);
    }
    pass(&spool, 0).await;
    assert_eq!(spool.stock().events, 0);
    assert_eq!(offer(&spool, vec![whole("a"), partial("b")]).await, 0);
    assert!(queued(&spool).await.is_empty());
}

#[tokio::test]
async fn a_whole_event_after_a_partial_one_is_its_second_revision() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    let revision = |one: &Spooled| {
        let json: Value = serde_json::from_slice(&one.json).expect("an object");
        json["evt"]["revision"].as_u64()
    };
    // One is still queued when the whole event comes, the other one was delivered.
    offer(&spool, vec![partial("delivered")]).await;
    pass(&spool, 0).await;
    offer(&spool, vec![partial("queued"), partial("queued")]).await;
    let offers = vec![whole("delivered"), whole("queued"), whole("plain")];
    let added = spool.offer(offers, None).await.expect("taken");
    assert_eq!(added, [Added::Revision, Added::Revision, Added::New]);
    let queued: Vec<_> = queued(&spool)
        .await
        .iter()
        .map(|one| (one.id.clone(), revision(one)))
        .collect();
    let expected = [
        ("queued", None),
        ("delivered", Some(2)),
        ("queued", Some(2)),
        ("plain", None),
    ];
    let expected = expected.map(|(id, revision)| (id.to_owned(), revision));
    assert_eq!(queued, expected);
    let again = vec![whole("queued"), whole("delivered"), partial("plain")];
    assert_eq!(offer(&spool, again).await, 0);
}

#[tokio::test]
async fn a_row_waits_for_every_required_destination_and_for_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let destinations = vec![
        destination("logs", true),
        destination("events", true),
        destination("extra", false),
    ];
    let spool = Spool::open(folder.path(), destinations, ROOMY, &holder()).expect("a spool");
    offer(&spool, vec![whole("a")]).await;
    pass(&spool, 0).await;
    pass(&spool, 2).await;
    let waiting = queued(&spool).await;
    assert_eq!(waiting[0].passed, [0, 2]);
    pass(&spool, 1).await;
    assert!(queued(&spool).await.is_empty());
    // The one that was not waited for comes after all.
    spool.passed(2, vec![waiting[0].number]).expect("harmless");
}

#[tokio::test]
async fn what_only_a_destination_of_an_earlier_run_lacked_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let both = vec![destination("logs", true), destination("events", true)];
    let first = Spool::open(folder.path(), both, ROOMY, &holder()).expect("a spool");
    offer(&first, vec![whole("a"), whole("b")]).await;
    let number = queued(&first).await[0].number;
    first.passed(0, vec![number]).expect("remembered");
    first.close();
    assert_eq!(ids(&spool(folder.path())).await, ["b"]);
}

#[tokio::test]
async fn a_webhook_that_is_put_off_comes_back_when_it_is_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    for message in ["m1", "m2", "m3"] {
        spool.store(arrival(message)).await.expect("stored");
    }
    let due = async |seconds, except: Vec<i64>| {
        let wanted = Wanted {
            except,
            most: 2,
            ..wanted(seconds)
        };
        let (rows, next) = spool.due(wanted).await.expect("readable");
        let rows: Vec<i64> = rows.into_iter().map(|one| one.row).collect();
        (rows, next)
    };
    assert_eq!(due(0, vec![1]).await, (vec![2, 3], None));
    let later = |seconds, is_told| {
        let due = at(seconds);
        Some(Again { due, is_told })
    };
    spool
        .take(1, vec![partial("e")], later(60, true))
        .await
        .expect("put off");
    spool
        .take(2, Vec::new(), later(30, false))
        .await
        .expect("put off");
    assert_eq!(due(0, Vec::new()).await, (vec![3], Some(at(30))));
    assert_eq!(due(60, vec![3]).await, (vec![2, 1], None));
    spool
        .take(1, Vec::new(), later(60, false))
        .await
        .expect("put off");
    let told: BTreeMap<i64, bool> = rows(&spool)
        .await
        .into_iter()
        .map(|one| (one.row, one.is_told))
        .collect();
    assert_eq!(told, BTreeMap::from([(1, true), (2, false), (3, false)]));
}

#[tokio::test]
async fn while_nothing_can_be_asked_only_what_nobody_was_told_of_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    for (message, seconds) in [("m1", 0), ("m2", 5), ("m3", 9)] {
        let received = Arrival {
            received: at(seconds),
            ..arrival(message)
        };
        spool.store(received).await.expect("stored");
    }
    let again = Again {
        due: at(0),
        is_told: true,
    };
    let told = spool.take(1, vec![partial("e")], Some(again)).await;
    told.expect("put off");
    let wanted = Wanted {
        untold_before: Some(at(5)),
        ..wanted(100)
    };
    let (rows, next) = spool.due(wanted).await.expect("readable");
    let rows: Vec<i64> = rows.into_iter().map(|one| one.row).collect();
    assert_eq!((rows, next), (vec![2], Some(at(9))));
}

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

#[tokio::test]
async fn webhooks_are_refused_while_room_is_short_and_what_is_there_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        most: 200_000,
        free: 0,
    };
    let spool = Spool::open(folder.path(), to_logs(), limits, &holder()).expect("a spool");
    let mut noise = 0_u32;
    let mut large = |message: &str| Arrival {
        // Nothing that zstd makes much shorter.
        body: Packed::new(&Bytes::from_iter((0..9_000).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        }))),
        ..arrival(message)
    };
    let mut stored = 0;
    let refused = loop {
        match spool.store(large(&format!("m{stored}"))).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(
        refused,
        NotStored::NoRoom(Shortage::Spool { limit: 200_000 })
    ));
    assert_eq!(spool.stock().webhooks, stored);
    for one in rows(&spool).await {
        let event = whole(&one.message);
        spool
            .take(one.row, vec![event], None)
            .await
            .expect("there is room for events");
    }
    pass(&spool, 0).await;
    spool
        .store(large("again"))
        .await
        .expect("there is room again");
}

#[tokio::test]
async fn a_disk_with_less_room_than_is_to_stay_free_is_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        free: u64::MAX,
        ..ROOMY
    };
    let spool = Spool::open(folder.path(), to_logs(), limits, &holder()).expect("a spool");
    let refused = spool.store(arrival("m")).await.expect_err("short");
    assert!(
        matches!(refused, NotStored::NoRoom(Shortage::Disk { .. })),
        "{refused}"
    );
    assert!(rows(&spool).await.is_empty());
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

#[tokio::test]
async fn ids_are_forgotten_after_35_days_and_not_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = spool(folder.path());
    let days = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
    for (message, received) in [("old", days(36)), ("young", days(34))] {
        let received = Arrival {
            received,
            ..arrival(message)
        };
        spool.store(received).await.expect("stored");
    }
    for (message, stored) in [("old", Stored::New), ("young", Stored::Again)] {
        let again = spool.store(arrival(message)).await.expect("answered");
        assert_eq!(again, stored, "{message}");
    }
}

/// The program that the next test kills: it stores until it is.
const VICTIM: &str = "DDCTL_TEST_SPOOL_VICTIM";

#[test]
fn what_was_answered_is_there_after_a_kill() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test starts itself again as its victim"
    )]
    let victim = std::env::var_os(VICTIM);
    if let Some(folder) = victim {
        return store_forever(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("a test");
    let name = "delivery::spool::tests::what_was_answered_is_there_after_a_kill";
    let mut child = Command::new(own)
        .args(["--exact", name, "--nocapture"])
        .env(VICTIM, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a program");
    let told = folder.path().join("told");
    let answered = || {
        std::fs::read_to_string(&told)
            .unwrap_or_default()
            .lines()
            .count()
    };
    while answered() < 300 {
        assert!(
            child.try_wait().expect("ours").is_none(),
            "it ended by itself"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().expect("ours");
    child.wait().expect("ours");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let spool = spool(folder.path());
    let stored = spool.stock().webhooks;
    for line in std::fs::read_to_string(&told).expect("ours").lines() {
        let again = runtime
            .block_on(spool.store(arrival(line)))
            .expect("answered");
        assert_eq!(again, Stored::Again, "{line} was answered");
    }
    assert_eq!(spool.stock().webhooks, stored);
}

fn store_forever(folder: &Path) {
    use std::io::Write;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let spool = spool(folder);
    let mut told = std::fs::File::create(folder.join("told")).expect("a file");
    for number in 0_u64.. {
        let message = format!("m{number}");
        runtime
            .block_on(spool.store(arrival(&message)))
            .expect("stored");
        writeln!(told, "{message}").expect("a file");
    }
}

/// What a person could do to it.
#[derive(Clone, Debug)]
enum Action {
    Store(u8),
    Take(u8, bool),
    Pass(u8),
    Restart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0_u8..12).prop_map(Action::Store),
        (0_u8..12, any::<bool>()).prop_map(|(at, is_whole)| Action::Take(at, is_whole)),
        (0_u8..12).prop_map(Action::Pass),
        Just(Action::Restart),
    ]
}

/// What is there by the rules alone.
#[derive(Debug, Default)]
struct Model {
    seen: Vec<u8>,
    webhooks: Vec<u8>,
    /// Events in their queue, with whether each is whole.
    events: Vec<(u8, bool)>,
    delivered: Vec<(u8, bool)>,
}

impl Model {
    fn offer(&mut self, id: u8, is_whole: bool) {
        let all = || self.events.iter().chain(&self.delivered);
        let had = all().any(|(other, _)| *other == id);
        let had_whole = all().any(|(other, whole)| *other == id && *whole);
        if !had || (is_whole && !had_whole) {
            self.events.push((id, is_whole));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens in whatever order: nothing is lost, nothing is there twice.
    #[test]
    fn it_holds_what_the_rules_say(actions in prop::collection::vec(action(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let mut model = Model::default();
        let mut spool = spool(folder.path());
        for action in actions {
            match action {
                Action::Store(id) => {
                    let stored = runtime.block_on(spool.store(arrival(&id.to_string())));
                    let is_new = !model.seen.contains(&id);
                    prop_assert_eq!(stored.expect("stored") == Stored::New, is_new);
                    if is_new {
                        model.seen.push(id);
                        model.webhooks.push(id);
                    }
                }
                Action::Take(at, is_whole) => {
                    let waiting = runtime.block_on(rows(&spool));
                    let Some(one) = waiting.get(usize::from(at) % waiting.len().max(1)) else { continue };
                    let id: u8 = one.message.parse().expect("a number");
                    // Three webhooks share an event, as those of a session may.
                    let event = id / 3;
                    let again = Again { due: at_of(&one.message), is_told: true };
                    let (offer, again) = match is_whole {
                        true => (whole(&event.to_string()), None),
                        false => (partial(&event.to_string()), Some(again)),
                    };
                    runtime.block_on(spool.take(one.row, vec![offer], again)).expect("taken");
                    model.offer(event, is_whole);
                    if is_whole {
                        model.webhooks.retain(|other| *other != id);
                    }
                }
                Action::Pass(at) => {
                    let events = runtime.block_on(queued(&spool));
                    let place = usize::from(at) % events.len().max(1);
                    let Some(one) = events.get(place) else { continue };
                    spool.passed(0, vec![one.number]).expect("remembered");
                    model.delivered.push(model.events.remove(place));
                }
                Action::Restart => {
                    let old = spool;
                    old.close();
                    spool = self::spool(folder.path());
                }
            }
            let events: Vec<String> = runtime.block_on(ids(&spool));
            let expected: Vec<String> = model.events.iter().map(|(id, _)| id.to_string()).collect();
            prop_assert_eq!(events, expected);
            let mut waiting: Vec<u8> =
                runtime.block_on(rows(&spool)).iter().map(|one| one.message.parse().expect("a number")).collect();
            waiting.sort_unstable();
            model.webhooks.sort_unstable();
            prop_assert_eq!(&waiting, &model.webhooks);
            prop_assert_eq!(spool.stock().webhooks, model.webhooks.len() as u64);
            prop_assert_eq!(spool.stock().events, model.events.len() as u64);
        }
    }
}

fn at_of(message: &str) -> Timestamp {
    at(message.parse().expect("a number"))
}
