//! Ranges of a gateway on a socket, exported.

use jiff::SignedDuration;

use super::feeder::STRETCH;
use super::*;
use crate::domain::event::EventKind;
use crate::domain::session::Outcome;
use crate::domain::time::TimeRange;
use crate::gateway::testing::Server;
use crate::sources::testing::{
    STILL_OPEN, at_millis, gateway_of, gateway_off_by, no_statements, row,
};

fn sessions(count: u32) -> Vec<(u32, Timestamp, i64)> {
    (0..count)
        .map(|id| (id, at_millis(900_000 - i64::from(id) * 500), 0))
        .collect()
}

/// Exports the day, as it was at `now`.
async fn exported_at(
    now: Timestamp,
    sessions: Vec<(u32, Timestamp, i64)>,
    filter: SessionFilter,
    limit: Option<usize>,
    receiver: impl AsyncFnOnce(mpsc::Receiver<Fed>) -> Vec<Fed>,
) -> (Result<SourceSummary, SourceError>, Vec<Fed>) {
    let server = gateway_of(sessions).await;
    exported_from(&server, now, filter, limit, receiver).await
}

async fn exported_from(
    server: &Server,
    now: Timestamp,
    filter: SessionFilter,
    limit: Option<usize>,
    receiver: impl AsyncFnOnce(mpsc::Receiver<Fed>) -> Vec<Fed>,
) -> (Result<SourceSummary, SourceError>, Vec<Fed>) {
    let gateway = server.gateway();
    let settings = Export {
        gateway: &gateway,
        ranges: &[day()].into_iter().collect(),
        now,
        filter: &filter,
        context: &EventContext::default(),
        limit,
        concurrency: Export::CONCURRENCY,
    };
    let (tx, rx) = mpsc::channel(4);
    tokio::join!(export(settings, no_statements, tx, |_| ()), receiver(rx))
}

fn day() -> TimeRange {
    TimeRange {
        since: at_millis(0),
        until: at_millis(86_400_000),
    }
}

fn long_after() -> Timestamp {
    at_millis(100 * 86_400_000)
}

async fn exported(
    sessions: Vec<(u32, Timestamp, i64)>,
    filter: SessionFilter,
    limit: Option<usize>,
) -> (SourceSummary, Vec<Fed>) {
    let exported = exported_at(long_after(), sessions, filter, limit, everything).await;
    (exported.0.expect("exported"), exported.1)
}

async fn everything(mut rx: mpsc::Receiver<Fed>) -> Vec<Fed> {
    let mut fed = Vec::new();
    while let Some(one) = rx.recv().await {
        fed.push(one);
    }
    fed
}

fn events(fed: &[Fed]) -> Vec<&SessionEvent> {
    let events = fed.iter().filter_map(|one| match one {
        Fed::Event(event) => Some(&**event),
        Fed::Read(_) => None,
    });
    events.collect()
}

fn stretches(fed: &[Fed]) -> Vec<&Stretch> {
    let stretches = fed.iter().filter_map(|one| match one {
        Fed::Read(stretch) => Some(stretch),
        Fed::Event(_) => None,
    });
    stretches.collect()
}

#[tokio::test]
async fn events_of_a_session_stay_together_and_in_order() {
    let (summary, fed) = exported(sessions(30), SessionFilter::default(), None).await;
    assert_eq!(
        (summary.sessions, summary.events, summary.incomplete),
        (30, 60, 0)
    );
    for (number, pair) in events(&fed).chunks(2).enumerate() {
        let id = format!("a0000000-0000-4000-8000-{number:012}");
        assert!(pair.iter().all(|event| event.session.id == id));
        assert_eq!(pair[0].kind, EventKind::Open);
        assert_eq!(pair[1].kind, EventKind::Close);
        assert_eq!(pair[1].command.as_deref(), Some("select 1"));
    }
}

#[tokio::test]
async fn a_stretch_ends_behind_its_last_session_and_together_they_are_the_range() {
    let count = 2 * STRETCH as u32 + 30;
    let (_, fed) = exported(sessions(count), SessionFilter::default(), None).await;
    let read = stretches(&fed);
    assert_eq!(read.len(), 3);
    let all: Intervals = read.iter().map(|stretch| stretch.range).collect();
    assert_eq!(all.iter().collect::<Vec<_>>(), [day()]);
    let mut given: Vec<Timestamp> = Vec::new();
    for one in &fed {
        match one {
            Fed::Event(event) => given.push(event.session.start_date),
            Fed::Read(stretch) => {
                let is_given = |at: &Timestamp| given.contains(at);
                let starts = sessions(count).into_iter().map(|(_, start, _)| start);
                let mut within = starts.filter(|at| stretch.range.contains(*at));
                assert!(within.all(|at| is_given(&at)), "read before it was given");
            }
        }
    }
}

#[tokio::test]
async fn what_the_gateway_hides_is_named_and_no_stretch_covers_it() {
    let (before, crowded, after) = (at_millis(1_000), at_millis(5_500), at_millis(9_000));
    let mut sessions = vec![(1, after, 1)];
    sessions.extend((2..10_152).map(|id| (id, crowded, 0)));
    sessions.push((10_152, before, 1));
    let failed = SessionFilter {
        outcome: Some(Outcome::Failure),
        ..SessionFilter::default()
    };
    let (summary, fed) = exported(sessions, failed, None).await;
    assert_eq!(summary.sessions, 2, "both beside the crowd");
    let [hidden] = &summary.hidden[..] else {
        panic!("one part: {:?}", summary.hidden);
    };
    assert_eq!((hidden.sessions, hidden.second), (50, at_millis(5_000)));
    assert_eq!(hidden.user.as_deref(), Some("s"));
    let read: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
    assert!(read.contains(before) && read.contains(after) && !read.contains(crowded));
    assert_eq!(read.missing_from(day()).iter().count(), 1);
}

#[tokio::test]
async fn of_the_last_minute_nobody_can_be_sure() {
    let now = at_millis(900_000);
    let all = SessionFilter::default();
    let (_, fed) = exported_at(now, sessions(300), all, None, everything).await;
    assert_eq!(events(&fed).len(), 600, "it is read all the same");
    let sure: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
    assert_eq!(sure.start(), Some(day().since));
    assert_eq!(sure.end(), Some(at_millis(840_000)));
}

#[tokio::test]
async fn sessions_start_by_the_gateways_clock_and_one_that_is_behind_makes_less_sure() {
    let now = at_millis(900_000);
    for (offset_s, sure_until) in [(-300, 540_000), (300, 840_000)] {
        let offset = SignedDuration::from_secs(offset_s);
        let server = gateway_off_by(offset, sessions(300)).await;
        let all = SessionFilter::default();
        let (_, fed) = exported_from(&server, now, all, None, everything).await;
        assert_eq!(events(&fed).len(), 600);
        let sure: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
        // The header has whole seconds.
        let end = sure.end().expect("a stretch");
        let doubt = at_millis(sure_until).duration_since(end);
        assert!(
            doubt >= SignedDuration::ZERO && doubt <= SignedDuration::from_secs(60),
            "{end}"
        );
    }
}

#[tokio::test]
async fn the_limit_counts_sessions_after_the_filter_and_leaves_the_rest_unread() {
    let mut sessions = sessions(20);
    for session in sessions.iter_mut().step_by(2) {
        session.2 = 254;
    }
    let blocked = SessionFilter {
        outcome: Some(Outcome::Blocked),
        ..SessionFilter::default()
    };
    let (summary, fed) = exported(sessions.clone(), blocked, Some(3)).await;
    assert_eq!(summary.sessions, 3);
    let events = events(&fed);
    assert!(events.iter().all(|event| event.outcome == Outcome::Blocked));
    let read: Intervals = stretches(&fed).iter().map(|one| one.range).collect();
    assert!(!read.contains(sessions[10].1));
}

#[tokio::test]
async fn a_receiver_that_goes_away_ends_the_reading() {
    let one = async |mut rx: mpsc::Receiver<Fed>| rx.recv().await.into_iter().collect::<Vec<_>>();
    let all = SessionFilter::default();
    let (summary, fed) = exported_at(long_after(), sessions(30), all, None, one).await;
    assert_eq!(summary, Err(SourceError::Closed));
    assert_eq!(fed.len(), 1);
}

#[tokio::test]
async fn sessions_that_are_not_over_are_told_with_their_stretch() {
    let mut sessions = sessions(3);
    sessions[1].2 = STILL_OPEN;
    let (_, fed) = exported(sessions.clone(), SessionFilter::default(), None).await;
    let unfinished = &stretches(&fed)[0].unfinished;
    let open = row(1, sessions[1].1);
    assert_eq!(*unfinished, [(open.id, open.start_date)]);
}

#[tokio::test]
async fn one_that_does_not_match_yet_is_not_over_either() {
    let mut sessions = sessions(3);
    sessions[1].2 = STILL_OPEN;
    let blocked = SessionFilter {
        outcome: Some(Outcome::Blocked),
        ..SessionFilter::default()
    };
    let (summary, fed) = exported(sessions, blocked, None).await;
    assert_eq!(summary.sessions, 0);
    assert_eq!(stretches(&fed)[0].unfinished.len(), 1);
}

#[tokio::test]
async fn earlier_sessions_are_asked_for_until_they_are_over_or_gone() {
    let (over, open, gone) = (1, 2, 3);
    let start = at_millis(1_000);
    let server = gateway_of(vec![(over, start, 0), (open, start, STILL_OPEN)]).await;
    let gateway = server.gateway();
    let earlier = [over, open, gone].map(|number| (row(number, start).id, start));
    let earlier = BTreeMap::from(earlier);
    let settings = Export {
        gateway: &gateway,
        ranges: &Intervals::default(),
        now: long_after(),
        filter: &SessionFilter::default(),
        context: &EventContext::default(),
        limit: None,
        concurrency: Export::CONCURRENCY,
    };
    let (tx, rx) = mpsc::channel(4);
    let asked = export_unfinished(settings, &earlier, no_statements, tx);
    let (summary, fed) = tokio::join!(asked, everything(rx));
    assert_eq!(summary.expect("asked").sessions, 2);
    assert_eq!(events(&fed).len(), 3, "two of the one, one of the other");
    let [read] = stretches(&fed)[..] else {
        panic!("one word at the end: {fed:?}");
    };
    assert_eq!(read.finished, [row(over, start).id, row(gone, start).id]);
    assert_eq!(read.unfinished, [(row(open, start).id, start)]);
    assert!(Intervals::from_iter([read.range]).is_empty());
}
