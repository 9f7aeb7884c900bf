//! What is queued once, for whom, and until when.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::*;

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
