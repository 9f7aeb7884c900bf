//! A destination that waits for a person, on a clock that is turned by hand.

use super::*;

fn patient() -> Options {
    Options {
        patience: Patience::LongRunning,
        ..options()
    }
}

fn refused() -> Answer {
    Err(trouble(Meaning::Pause, Reason::Status(403)))
}

fn pauses(outcome: &Outcome) -> Vec<u64> {
    let pauses = outcome
        .progress
        .iter()
        .filter_map(|progress| match progress {
            Progress::Paused { wait, .. } => Some(wait.as_secs()),
            _ => None,
        });
    pauses.collect()
}

#[tokio::test(start_paused = true)]
async fn a_long_running_mode_keeps_everything_until_the_key_is_taken_again() {
    let sink = Scripted::new([
        Ok(Taken::default()),
        refused(),
        refused(),
        refused(),
        Ok(Taken::default()),
    ]);
    let options = Options {
        limits: batches_of(2).limits,
        max_in_flight: 1,
        ..patient()
    };
    let outcome = deliver_to(&sink, testing::records(6), options).await;
    assert_eq!(pauses(&outcome), [30, 60, 120]);
    assert!(outcome.progress.contains(&Progress::Resumed));
    let summary = outcome.result.expect("the key came back");
    assert_eq!((summary.accepted, summary.dead_letters), (6, 0));
    assert_eq!(summary.elapsed.as_secs(), 30 + 60 + 120);
    let sent: Vec<String> = sink.sent_ids().concat();
    assert_eq!(
        sent,
        ids([0, 1, 2, 3, 2, 3, 4, 5]),
        "nothing went meanwhile"
    );
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_ever_more_rarely_up_to_five_minutes() {
    let sink = Scripted::new((0..7).map(|_| refused()));
    let outcome = deliver_to(&sink, testing::records(1), patient()).await;
    assert_eq!(pauses(&outcome), [30, 60, 120, 240, 300, 300, 300]);
    assert_eq!(outcome.summary().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_intake_or_refuses_its_own_check_is_waited_for_too() {
    let gone = || Err(trouble(Meaning::NotAnIntake, Reason::Status(404)));
    let sink = Scripted::new([gone(), gone()]);
    let outcome = deliver_to(&sink, testing::records(3), patient()).await;
    assert_eq!(pauses(&outcome), [30, 60]);
    assert_eq!(outcome.summary().accepted, 3);

    // Three single events, then the check itself, are refused as malformed.
    let bad = || Err(trouble(Meaning::Poison, Reason::Status(400)));
    let sink = Scripted::new([bad(), bad(), bad(), bad()]);
    let options = Options {
        limits: batches_of(1).limits,
        ..patient()
    };
    let outcome = deliver_to(&sink, testing::records(4), options).await;
    assert_eq!(pauses(&outcome), [30]);
    let summary = outcome.summary();
    assert_eq!(summary.accepted + summary.dead_letters, 4);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_or_an_unknown_name_is_tried_again() {
    let sink = Scripted::new([
        Err(trouble(Meaning::Unreachable, Reason::Other)),
        Err(trouble(Meaning::Retry { after: None }, Reason::UnknownHost)),
    ]);
    let outcome = deliver_to(&sink, testing::records(1), patient()).await;
    assert_eq!(outcome.waits().len(), 2);
    assert_eq!(outcome.summary().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn asked_to_stop_in_a_pause_it_ends_at_once_and_keeps_what_it_has() {
    let sink = Scripted::new((0..9).map(|_| refused()));
    let (wish, stop) = watch::channel(Stop::No);
    let options = Options {
        stop: Some(stop),
        ..patient()
    };
    let delivered = deliver_to(&sink, testing::records(3), options);
    let stopped = async {
        tokio::time::sleep(Duration::from_secs(40)).await;
        wish.send_replace(Stop::Drain);
    };
    let (outcome, ()) = tokio::join!(delivered, stopped);
    let summary = outcome.result.expect("somebody asked");
    assert!(summary.is_interrupted);
    assert_eq!((summary.undelivered, summary.elapsed.as_secs()), (3, 40));
}

#[tokio::test(start_paused = true)]
async fn time_that_is_over_in_a_pause_says_what_it_waited_for() {
    let sink = Scripted::new((0..9).map(|_| refused()));
    let options = Options {
        deadline: Some(Instant::now() + Duration::from_secs(100)),
        ..patient()
    };
    let outcome = deliver_to(&sink, testing::records(3), options).await;
    assert!(matches!(outcome.cause(), Cause::KeyRefused(_)));
    assert_eq!(outcome.summary().undelivered, 3);
}
