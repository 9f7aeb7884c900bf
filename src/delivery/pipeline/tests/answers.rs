//! One test an answer of the intake, over a real socket.

use serde_json::json;

use super::*;
use crate::datadog::testing::Script;

#[tokio::test]
async fn what_is_taken_is_delivered_in_order_and_once() {
    let intake = Intake::start(Vec::new()).await;
    let outcome = deliver(&intake, testing::records(25), batches_of(10)).await;
    assert_eq!(stored(&intake), ids(0..25));
    let summary = outcome.result.expect("everything was taken");
    assert_eq!((summary.accepted, summary.requests), (25, 3));
    let wire: usize = intake.requests().iter().map(|r| r.body.len()).sum();
    assert_eq!(summary.bytes_wire, wire as u64);
    assert!(summary.bytes_raw > summary.bytes_wire);
}

#[tokio::test]
async fn a_body_cut_after_a_202_is_delivered_once() {
    let intake = Intake::start(vec![Script::Raw(
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 99\r\n\r\n{".to_vec(),
    )])
    .await;
    let outcome = deliver(&intake, testing::records(3), options()).await;
    assert_eq!(outcome.summary().accepted, 3);
    assert_eq!(intake.requests().len(), 1);
}

#[tokio::test]
async fn one_poison_in_a_thousand_is_the_only_dead_letter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let intake = Intake::answering(|request| {
        let is_poisoned = logs(request).iter().any(|log| log["evt"]["id"] == "id-617");
        match is_poisoned {
            true => Script::json(400, r#"{"errors":[{"title":"Bad Request","detail":"no"}]}"#),
            false => Script::json(202, "{}"),
        }
    })
    .await;
    let options = Options {
        dead_letters: Some(folder.path().to_owned()),
        ..options()
    };
    let outcome = deliver(&intake, testing::records(1_000), options).await;
    let summary = outcome.summary();
    assert_eq!((summary.accepted, summary.dead_letters), (999, 1));
    assert!(summary.requests < 30, "{} requests", summary.requests);
    let mut kept = stored(&intake);
    kept.sort();
    let mut expected = ids((0..1_000).filter(|n| *n != 617));
    expected.sort();
    assert_eq!(kept, expected);
    let letters = dead_letters(&summary.dead_letter_file);
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["event"]["evt"]["id"], "id-617");
    assert_eq!(letters[0]["status"], 400);
    assert_eq!(letters[0]["attempts"], 11, "the whole, and ten halves");
    let reason = letters[0]["reason"].as_str().expect("a text");
    assert!(reason.contains("Bad Request: no"), "{reason}");
}

#[tokio::test]
async fn a_refused_key_ends_the_run_and_says_what_was_delivered() {
    for status in [401, 403] {
        let intake = Intake::start(vec![
            Script::json(202, "{}"),
            Script::json(status, r#"{"errors":["API key is missing or invalid"]}"#),
        ])
        .await;
        let outcome = deliver(&intake, testing::records(6), batches_of(2)).await;
        assert!(matches!(outcome.cause(), Cause::KeyRefused(_)));
        let error = outcome.result.expect_err("a refused key");
        assert!(error.to_string().starts_with("2 of "), "{error}");
        assert!(error.cause.to_string().contains("missing or invalid"));
        assert_eq!(error.summary.dead_letters, 0);
        assert_eq!(intake.requests().len(), 2);
    }
}

#[tokio::test]
async fn what_is_no_intake_ends_the_run() {
    for status in [404, 405] {
        let intake = Intake::start(vec![Script::status(status)]).await;
        let outcome = deliver(&intake, testing::records(1), options()).await;
        assert!(matches!(outcome.cause(), Cause::NotAnIntake(_)));
        assert_eq!(outcome.summary().undelivered, 1);
    }
}

#[tokio::test]
async fn a_redirect_never_shows_the_key_to_another_host() {
    let other = Intake::start(Vec::new()).await;
    let intake = Intake::start(vec![
        Script::status(307).header("location", other.url().as_str()),
    ])
    .await;
    let outcome = deliver(&intake, testing::records(1), options()).await;
    assert!(matches!(outcome.cause(), Cause::NotAnIntake(_)));
    assert!(outcome.cause().to_string().contains("redirect"));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_delivered_once() {
    for script in [
        Script::status(408),
        Script::status(500),
        Script::status(503),
        Script::json(429, r#"{"errors":["Too many requests"]}"#),
        Script::Reset { stored: false },
    ] {
        let intake = Intake::start(vec![script.clone(), script.clone()]).await;
        let outcome = deliver(&intake, testing::records(3), options()).await;
        assert_eq!(stored(&intake), ids(0..3), "{script:?}");
        let summary = outcome.result.expect("delivered in the end");
        let retries: u64 = summary.retries.values().sum();
        assert_eq!((retries, summary.requests), (2, 3), "{script:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_after_the_store_makes_a_duplicate_of_the_same_id() {
    let intake = Intake::start(vec![Script::Reset { stored: true }]).await;
    let outcome = deliver(&intake, testing::records(1), options()).await;
    assert_eq!(stored(&intake), ["id-0", "id-0"]);
    assert_eq!(outcome.summary().accepted, 1);
    assert_eq!(outcome.summary().retries.get(&Reason::Broken), Some(&1));
}

/// Takes requests up to `limit` bytes of plain JSON.
async fn intake_with_limit(limit: usize) -> Intake {
    Intake::answering(move |request| {
        let plain = testing::unpack(request.header("content-encoding"), &request.body);
        match plain.len() > limit {
            true => Script::json(413, r#"{"errors":["Payload too large"]}"#),
            false => Script::json(202, "{}"),
        }
    })
    .await
}

#[tokio::test]
async fn a_batch_too_large_is_halved_in_order() {
    let intake = intake_with_limit(400).await;
    let outcome = deliver(&intake, testing::records(20), options()).await;
    assert_eq!(stored(&intake), ids(0..20));
    let summary = outcome.result.expect("everything was taken");
    assert_eq!(summary.splits as usize, intake.requests().len() / 2);
    assert_eq!((summary.cut, summary.dead_letters), (0, 0));
}

#[tokio::test]
async fn a_single_event_too_large_is_cut_once_and_then_set_aside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let intake = intake_with_limit(10_000).await;
    let mut records = testing::records(4);
    records[1]
        .body
        .insert("message".to_owned(), json!("x".repeat(50_000)));
    // Thirty texts too short to be worth cutting one by one.
    for n in 0..30 {
        let text = json!("y".repeat(3_000));
        records[2].body.insert(format!("field{n}"), text);
    }
    let options = Options {
        dead_letters: Some(folder.path().to_owned()),
        ..options()
    };
    let outcome = deliver(&intake, records, options).await;
    assert_eq!(stored(&intake), ids([0, 1, 3]));
    let summary = outcome.summary();
    assert_eq!((summary.cut, summary.dead_letters), (1, 1));
    let requests = intake.requests();
    let messages: Vec<Value> = requests
        .iter()
        .filter(|request| request.stored)
        .flat_map(logs)
        .map(|log| log["message"].clone())
        .collect();
    assert_eq!(messages[0], "event 0");
    let cut = messages[1].as_str().expect("a text");
    assert!(cut.ends_with("… [cut by ddctl: 50000 bytes in all]"));
    let letters = dead_letters(&summary.dead_letter_file);
    assert_eq!(letters[0]["status"], 413);
}

#[tokio::test]
async fn an_intake_that_knows_no_zstd_gets_gzip_from_then_on() {
    for status in [400, 415] {
        let intake = Intake::answering(move |request| match request.header("content-encoding") {
            Some("zstd") => Script::status(status),
            _ => Script::json(202, "{}"),
        })
        .await;
        let options = Options {
            codec: Codec::Zstd,
            ..batches_of(2)
        };
        let outcome = deliver(&intake, testing::records(6), options).await;
        let encodings: Vec<Option<String>> = intake
            .requests()
            .iter()
            .map(|request| request.header("content-encoding").map(str::to_owned))
            .collect();
        let gzip = || Some("gzip".to_owned());
        assert_eq!(encodings, [Some("zstd".to_owned()), gzip(), gzip(), gzip()]);
        assert_eq!(stored(&intake), ids(0..6));
        assert_eq!(outcome.summary().splits, 0);
    }
}

#[tokio::test]
async fn when_everything_is_refused_the_settings_are_at_fault_and_nothing_is_set_aside() {
    for count in [1, 8] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let intake = Intake::answering(|_| Script::json(400, r#"{"errors":["no"]}"#)).await;
        let options = Options {
            dead_letters: Some(folder.path().to_owned()),
            ..options()
        };
        let outcome = deliver(&intake, testing::records(count), options).await;
        assert!(matches!(outcome.cause(), Cause::Misconfigured(_)));
        assert_eq!(outcome.summary().undelivered, u64::from(count));
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0);
        assert_eq!(
            intake.requests().last().map(|last| last.body.clone()),
            Some("{}".into())
        );
    }
}

#[tokio::test]
async fn when_only_the_check_is_taken_the_events_are_at_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let intake = Intake::answering(|request| match &request.body[..] {
        b"{}" => Script::json(202, "{}"),
        _ => Script::status(422),
    })
    .await;
    let options = Options {
        dead_letters: Some(folder.path().to_owned()),
        ..options()
    };
    let outcome = deliver(&intake, testing::records(5), options).await;
    let summary = outcome.result.expect("the settings are good");
    assert_eq!((summary.accepted, summary.dead_letters), (0, 5));
    assert_eq!(dead_letters(&summary.dead_letter_file).len(), 5);
}

#[tokio::test]
async fn where_it_cannot_be_remembered_the_run_ends() {
    let sink = Scripted::default();
    let mut notes = Notes {
        room: Some(10),
        ..Notes::default()
    };
    let events = testing::send_all(testing::records(100));
    let error = run(events, Some, &sink, batches_of(5), &mut notes).await;
    let error = error.expect_err("there is no room");
    assert!(matches!(error.cause, Cause::State(StateError::Full { .. })));
    assert_eq!(notes.settled.len(), 10);
    assert!(
        error.summary.accepted <= 30,
        "only what was under way went on"
    );
}

#[tokio::test]
async fn where_a_dead_letter_cannot_be_kept_the_run_ends_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, b"").expect("a writable folder");
    let intake = Intake::answering(|request| {
        let has_two = logs(request).iter().any(|log| log["evt"]["id"] == "id-2");
        Script::status(if has_two { 400 } else { 202 })
    })
    .await;
    let options = Options {
        dead_letters: Some(blocked),
        ..options()
    };
    let outcome = deliver(&intake, testing::records(4), options).await;
    assert!(matches!(outcome.cause(), Cause::DeadLetters(_)));
    assert_eq!(outcome.summary().dead_letters, 0);
    assert!(outcome.summary().undelivered >= 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_answer_never_came_says_how_often_and_may_have_been_taken() {
    let lost = || Err(trouble(Meaning::Retry { after: None }, Reason::Timeout));
    let sink = Scripted::new([lost(), busy(None), lost()]);
    let outcome = deliver_to(&sink, testing::records(2), options()).await;
    let taken = End {
        fate: "taken",
        events: 2,
        attempts: 4,
        unanswered: 2,
    };
    assert_eq!(outcome.ends, [taken]);

    let sink = Scripted::new([lost(), Err(trouble(Meaning::Pause, Reason::Status(403)))]);
    let outcome = deliver_to(&sink, testing::records(2), options()).await;
    let uncertain = End {
        fate: "uncertain",
        attempts: 2,
        unanswered: 1,
        ..taken
    };
    assert_eq!(outcome.ends, [uncertain]);
}
