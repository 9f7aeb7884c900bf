//! Waits, deadlines and being asked to stop, on a clock that is turned by hand.

use super::*;
use crate::datadog::testing::Script;

/// Runs the clock only while a request is out: a paused clock would let the request time out at
/// once, since it jumps whenever nothing but a socket is waited for.
struct ClockRunsMeanwhile<'a>(DatadogLogs<'a>);

impl Sink for ClockRunsMeanwhile<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    async fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> Answer {
        tokio::time::resume();
        let answer = self.0.send(entries, batch).await;
        tokio::time::pause();
        answer
    }

    async fn check(&self) -> Answer {
        self.0.check().await
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.0.clock_offset()
    }
}

fn slow() -> Options {
    Options {
        pace: Pace::default(),
        max_in_flight: 1,
        ..options()
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_asks_to_wait_is_waited() {
    for (name, value, seconds) in [
        ("retry-after", "3", 3),
        ("x-ratelimit-reset", "7", 7),
        ("retry-after", "1000000000", 900),
    ] {
        let intake = Intake::start(vec![Script::status(429).header(name, value)]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        let sink = ClockRunsMeanwhile(DatadogLogs(&datadog));
        let outcome = deliver_to(&sink, testing::records(1), slow()).await;
        assert_eq!(outcome.waits(), [Duration::from_secs(seconds)], "{value}");
        assert!(outcome.summary().elapsed >= Duration::from_secs(seconds));
        assert_eq!(stored(&intake), ids([0]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_is_rubbish_or_zero_leaves_the_curve() {
    for value in ["soon", "0"] {
        let script = Script::status(503).header("retry-after", value);
        let intake = Intake::start(vec![script.clone(), script]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        let sink = ClockRunsMeanwhile(DatadogLogs(&datadog));
        let outcome = deliver_to(&sink, testing::records(1), slow()).await;
        let waits = outcome.waits();
        assert!(waits[0] >= Duration::from_millis(500), "{waits:?}");
        assert!(waits[1] >= Duration::from_millis(1_000), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_longer_than_the_time_given_ends_the_run_as_unreachable() {
    let sink = Scripted::new((0..1_000).map(|_| busy(None)));
    let options = Options {
        deadline: Some(Instant::now() + Duration::from_secs(300)),
        ..slow()
    };
    let outcome = deliver_to(&sink, testing::records(5), options).await;
    assert!(matches!(outcome.cause(), Cause::Unreachable(_)));
    let summary = outcome.summary();
    assert_eq!(summary.undelivered, 5);
    assert_eq!(summary.elapsed.as_secs(), 300);
    // 1 + 2 + 4 + … + 60 + 60 …: an outage is not hammered.
    assert!((8..=16).contains(&summary.requests), "{}", summary.requests);
    let retried = summary.retries.get(&Reason::Status(503));
    assert_eq!(retried, Some(&summary.requests));
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_time_is_over_while_all_is_well_says_so() {
    let (sender, events) = mpsc::channel(1);
    let options = Options {
        deadline: Some(Instant::now() + Duration::from_secs(60)),
        ..slow()
    };
    let outcome = deliver_from(events, &Scripted::default(), options).await;
    assert!(matches!(outcome.cause(), Cause::OutOfTime));
    drop(sender);
}

#[tokio::test]
async fn what_no_retry_can_mend_ends_the_run_at_once() {
    for (meaning, reason) in [
        (Meaning::Retry { after: None }, Reason::UnknownHost),
        (Meaning::Unreachable, Reason::Other),
    ] {
        let sink = Scripted::new([Err(trouble(meaning, reason))]);
        let outcome = deliver_to(&sink, testing::records(1), options()).await;
        assert!(matches!(outcome.cause(), Cause::Unreachable(_)));
        assert_eq!(outcome.summary().requests, 1);
    }
}

#[tokio::test]
async fn a_name_that_was_found_before_may_be_found_again() {
    let lost = trouble(Meaning::Retry { after: None }, Reason::UnknownHost);
    let sink = Scripted::new([Ok(Taken::default()), Err(lost)]);
    let outcome = deliver_to(&sink, testing::records(4), batches_of(2)).await;
    assert_eq!(outcome.result.expect("an outage").accepted, 4);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_does_not_fill_goes_out_after_a_while() {
    let (sender, events) = mpsc::channel(8);
    sender.send(testing::record(0)).await.expect("room");
    let late = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        sender.send(testing::record(1)).await.expect("room");
    });
    let sink = Scripted::default();
    let outcome = deliver_from(events, &sink, slow()).await;
    assert_eq!(sink.sent_ids(), [ids([0]), ids([1])]);
    assert_eq!(outcome.summary().accepted, 2);
    late.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn asked_to_stop_it_reads_no_more_and_delivers_what_it_read() {
    let (sender, events) = mpsc::channel(8);
    sender.send(testing::record(0)).await.expect("room");
    let (wish, stop) = watch::channel(Stop::No);
    let asking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        wish.send(Stop::Drain).expect("somebody listens");
        // The source stays open: only the wish ends the run.
        (sender, wish)
    });
    let sink = Scripted::new([busy(Some(10))]);
    let options = Options {
        stop: Some(stop),
        ..slow()
    };
    let outcome = deliver_from(events, &sink, options).await;
    let summary = outcome.result.expect("stopping is no error");
    assert!(summary.is_interrupted);
    assert_eq!((summary.accepted, summary.undelivered), (1, 0));
    assert!(outcome.progress.contains(&Progress::Draining { left: 1 }));
    drop(asking.await);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_delivered_in_half_a_minute_of_draining_is_counted() {
    let (_wish, stop) = watch::channel(Stop::Drain);
    let (sender, events) = mpsc::channel(8);
    sender.send(testing::record(0)).await.expect("room");
    let sink = Scripted::new([busy(Some(600))]);
    let options = Options {
        stop: Some(stop),
        ..slow()
    };
    // The wish is there from the start, so nothing is read at all.
    let outcome = deliver_from(events, &sink, options).await;
    let summary = outcome.result.expect("stopping is no error");
    assert_eq!((summary.read, summary.is_interrupted), (0, true));

    let (wish, stop) = watch::channel(Stop::No);
    let asking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(7)).await;
        wish.send(Stop::Drain).expect("somebody listens");
        wish
    });
    let (sender, events) = mpsc::channel(8);
    sender.send(testing::record(0)).await.expect("room");
    let options = Options {
        stop: Some(stop),
        ..slow()
    };
    let outcome = deliver_from(events, &sink, options).await;
    let summary = outcome.result.expect("stopping is no error");
    assert_eq!((summary.accepted, summary.undelivered), (0, 1));
    assert_eq!(summary.elapsed.as_secs(), 37);
    drop(asking.await);
}

#[tokio::test(start_paused = true)]
async fn a_second_wish_ends_it_at_once() {
    let (wish, stop) = watch::channel(Stop::No);
    let asking = tokio::spawn(async move {
        for wanted in [Stop::Drain, Stop::Now] {
            tokio::time::sleep(Duration::from_secs(6)).await;
            wish.send(wanted).expect("somebody listens");
        }
        wish
    });
    let (_sender, events) = {
        let (sender, events) = mpsc::channel(8);
        sender.send(testing::record(0)).await.expect("room");
        (sender, events)
    };
    let sink = Scripted::new([busy(Some(600))]);
    let options = Options {
        stop: Some(stop),
        ..slow()
    };
    let outcome = deliver_from(events, &sink, options).await;
    let summary = outcome.result.expect("stopping is no error");
    assert_eq!(summary.elapsed.as_secs(), 12);
    assert_eq!(summary.undelivered, 1);
    drop(asking.await);
}
