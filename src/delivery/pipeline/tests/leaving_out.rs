//! What a destination takes in part, takes with a word, or fails to take a few times.

use super::*;
use crate::delivery::answer::Rejected;

fn in_part(entries: u64) -> Answer {
    Ok(Taken {
        rejected: Some(Rejected {
            entries,
            why: "too old".to_owned(),
        }),
        ..Taken::with_status(200)
    })
}

fn failing() -> Answer {
    let meaning = Meaning::RetryAFewTimes { after: None };
    Err(trouble(meaning, Reason::Status(500)))
}

fn keeping(folder: &tempfile::TempDir) -> Options {
    Options {
        dead_letters: Some(folder.path().to_owned()),
        ..options()
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_left_out_is_set_aside_and_not_sent_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sink = Scripted::new([in_part(1)]);
    let outcome = deliver_to(&sink, testing::records(3), keeping(&folder)).await;
    let summary = outcome.summary();
    assert_eq!((summary.accepted, summary.dead_letters), (0, 3));
    assert_eq!((summary.rejected, summary.requests), (1, 1));
    let letters = dead_letters(&summary.dead_letter_file);
    let reason = letters[0]["reason"].as_str().expect("a text");
    assert!(
        reason.starts_with("1 of 3 that were sent together"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_fails_is_asked_five_times_more_and_then_given_up_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sink = Scripted::new((0..6).map(|_| failing()));
    let outcome = deliver_to(&sink, testing::records(2), keeping(&folder)).await;
    let summary = outcome.summary();
    assert_eq!((summary.requests, summary.dead_letters), (6, 2));
    let sink = Scripted::new((0..5).map(|_| failing()));
    let outcome = deliver_to(&sink, testing::records(2), keeping(&folder)).await;
    assert_eq!(outcome.summary().accepted, 2);
}

#[tokio::test(start_paused = true)]
async fn other_failures_do_not_count_towards_the_few() {
    let sink = Scripted::new((0..20).map(|_| busy(None)).chain((0..5).map(|_| failing())));
    let outcome = deliver_to(&sink, testing::records(2), options()).await;
    assert_eq!(outcome.summary().accepted, 2);
}

#[tokio::test(start_paused = true)]
async fn a_word_that_comes_with_every_answer_is_said_once() {
    let warned = || {
        Ok(Taken {
            warning: Some("use gzip".to_owned()),
            ..Taken::with_status(200)
        })
    };
    let sink = Scripted::new([warned(), warned()]);
    let outcome = deliver_to(&sink, testing::records(20), batches_of(10)).await;
    assert_eq!(outcome.summary().accepted, 20);
    let said = outcome.progress.iter();
    let said = said.filter(|step| matches!(step, Progress::Warned { .. }));
    assert_eq!(said.count(), 1);
}
