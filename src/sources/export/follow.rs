//! Sessions that are followed: again and again what is left, for as long as somebody receives.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::feeder::Feeder;
use super::memory::Memory;
use super::stretch::IN_DOUBT;
use super::{Export, Fed, SourceProgress, SourceSummary};
use crate::domain::intervals::Intervals;
use crate::gateway::Gateway;
use crate::sources::contents::ReadRecording;
use crate::sources::error::SourceError;
use crate::sources::events::EventContext;
use crate::sources::filter::SessionFilter;
use crate::sources::rounds::{Left, News, rounds};
use crate::sources::throttle::Throttle;

/// What the gateway hid is asked for again after this time: it takes some hundred requests.
const HIDDEN_AGAIN: Duration = Duration::from_secs(3_600);

/// What to follow, and how closely.
#[derive(Clone, Copy, Debug)]
pub struct Follow<'a> {
    pub gateway: &'a Gateway,
    pub filter: &'a SessionFilter,
    pub context: &'a EventContext,
    /// Single sessions asked for at once.
    pub concurrency: usize,
    /// Between one look and the next.
    pub interval: Duration,
}

/// Looks every `interval` for what is left, as `left` says then (it is given the time, and ends the
/// reading with `None`), and sends the events to `tx` as [`export`](super::export) does.
///
/// # Errors
///
/// What no waiting helps against, and `Closed` when nobody receives. A gateway that is away is
/// waited for.
pub async fn follow(
    follow: Follow<'_>,
    left: impl FnMut(Timestamp) -> Option<Left>,
    statements: impl ReadRecording,
    tx: mpsc::Sender<Fed>,
    news: impl FnMut(News),
) -> Result<SourceSummary, SourceError> {
    let mut looks = Looks::new(follow);
    rounds(follow.interval, left, news, async |left, now, news| {
        looks.look(left, now, &statements, &tx, news).await
    })
    .await?;
    Ok(looks.total)
}

/// What one look leaves to the next.
struct Looks<'a> {
    follow: Follow<'a>,
    throttle: Rc<Throttle>,
    memory: Rc<RefCell<Memory>>,
    holes: Intervals,
    holes_until: Instant,
    total: SourceSummary,
}

impl<'a> Looks<'a> {
    fn new(follow: Follow<'a>) -> Self {
        Self {
            throttle: Rc::new(Throttle::new(follow.concurrency)),
            memory: Rc::default(),
            holes: Intervals::default(),
            holes_until: Instant::now() + HIDDEN_AGAIN,
            total: SourceSummary::default(),
            follow,
        }
    }

    async fn look(
        &mut self,
        left: Left,
        now: Timestamp,
        statements: &impl ReadRecording,
        tx: &mpsc::Sender<Fed>,
        news: &mut impl FnMut(News),
    ) -> Result<(), SourceError> {
        self.tidy(&left, now);
        let ranges = self.without_holes(&left.ranges);
        let export = self.export(&ranges, now);
        let before = (self.total.sessions, self.total.events);
        let feeder = Feeder::new(export, tx.clone(), |read: SourceProgress| {
            news(News::Read(SourceProgress {
                sessions: before.0 + read.sessions,
                events: before.1 + read.events,
                ..read
            }));
        });
        let mut feeder = feeder.sharing(&self.throttle, &self.memory);
        feeder.unfinished(&left.unfinished, statements).await?;
        let earlier = std::mem::take(&mut feeder.summary);
        for range in ranges.iter().rev() {
            feeder.range(range, statements).await?;
        }
        let summary = std::mem::take(&mut feeder.summary);
        drop(feeder);
        let sessions = summary.sessions;
        let open = [earlier.open.as_slice(), &summary.open].concat();
        self.add(earlier, summary, news);
        news(News::Looked {
            at: now,
            found: sessions,
            open,
        });
        Ok(())
    }

    fn export<'b>(&self, ranges: &'b Intervals, now: Timestamp) -> Export<'b>
    where
        'a: 'b,
    {
        let Follow {
            gateway,
            filter,
            context,
            concurrency,
            ..
        } = self.follow;
        Export {
            gateway,
            ranges,
            now,
            filter,
            context,
            limit: None,
            concurrency,
        }
    }

    /// What is not read again need not be remembered.
    fn tidy(&mut self, left: &Left, now: Timestamp) {
        let in_doubt = now - IN_DOUBT - SignedDuration::from_secs(60);
        let left = left.ranges.start().unwrap_or(in_doubt);
        self.memory.borrow_mut().forget_before(left.min(in_doubt));
    }

    fn without_holes(&mut self, ranges: &Intervals) -> Intervals {
        if Instant::now() >= self.holes_until {
            self.holes = Intervals::default();
            self.holes_until = Instant::now() + HIDDEN_AGAIN;
        }
        let parts = ranges.iter().map(|range| self.holes.missing_from(range));
        parts
            .flat_map(|part| part.iter().collect::<Vec<_>>())
            .collect()
    }

    fn add(&mut self, earlier: SourceSummary, new: SourceSummary, news: &mut impl FnMut(News)) {
        self.total.sessions += new.sessions;
        self.total.events += earlier.events + new.events;
        self.total.incomplete += new.incomplete;
        self.total.not_done = earlier.not_done;
        self.total.not_done.extend(new.not_done);
        for hidden in new.hidden {
            self.holes.insert(hidden.hole());
            if !self.total.hidden.contains(&hidden) {
                news(News::Hidden(hidden.clone()));
                self.total.hidden.push(hidden);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::time::TimeRange;
    use crate::gateway::testing::{Asked, Reply, Server};
    use crate::sources::testing::{STILL_OPEN, gateway_of, no_statements};

    /// Looks so often, at everything of the last hour, and gives the news.
    async fn looked(server: &Server, times: usize) -> (Vec<News>, Vec<Fed>) {
        let gateway = server.gateway();
        let settings = Follow {
            gateway: &gateway,
            filter: &SessionFilter::default(),
            context: &EventContext::default(),
            concurrency: 4,
            interval: Duration::ZERO,
        };
        let mut looks = 0;
        let left = |now: Timestamp| {
            looks += 1;
            let hour = TimeRange {
                since: now - SignedDuration::from_hours(1),
                until: now,
            };
            (looks <= times).then(|| Left {
                ranges: [hour].into_iter().collect(),
                unfinished: BTreeMap::new(),
            })
        };
        let mut news = Vec::new();
        let (tx, mut rx) = mpsc::channel(64);
        let follow = follow(settings, left, no_statements, tx, |one| news.push(one));
        let drain = async {
            let mut all = Vec::new();
            while let Some(fed) = rx.recv().await {
                all.push(fed);
            }
            all
        };
        let (followed, fed) = tokio::join!(follow, drain);
        followed.expect("nothing that waiting does not help against");
        (news, fed)
    }

    fn singles(server: &Server) -> usize {
        let is_single = |asked: &&Asked| asked.parameter("offset").is_none();
        server.requests().iter().filter(is_single).count()
    }

    #[tokio::test]
    async fn a_session_that_is_as_it_was_is_asked_for_once_and_given_at_every_look() {
        let (just_now, before) = (
            Timestamp::now() - SignedDuration::from_secs(5),
            Timestamp::now() - SignedDuration::from_mins(50),
        );
        let sessions = vec![(1, just_now, 0), (2, just_now, STILL_OPEN), (3, before, 0)];
        let server = gateway_of(sessions).await;
        let (_, once) = looked(&server, 1).await;
        let asked = singles(&server);
        assert_eq!(asked, 3);
        let (_, thrice) = looked(&server, 3).await;
        assert_eq!(singles(&server), asked + 3, "nothing has changed meanwhile");
        let events = |fed: &[Fed]| {
            fed.iter()
                .filter(|one| matches!(one, Fed::Event(_)))
                .count()
        };
        assert_eq!(events(&thrice), 3 * events(&once));
    }

    #[tokio::test]
    async fn a_session_that_is_looked_at_again_is_counted_once() {
        let just_now = Timestamp::now() - SignedDuration::from_secs(5);
        let server = gateway_of(vec![(1, just_now, 0), (2, just_now, STILL_OPEN)]).await;
        let (news, _) = looked(&server, 3).await;
        let read = news.iter().rev().find_map(|one| match one {
            News::Read(read) => Some(read.sessions),
            _ => None,
        });
        assert_eq!(read, Some(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_that_is_away_is_told_of_once_and_waited_for() {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::with(move |_: &Asked| {
            let number = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            match number {
                0..20 => Reply::json(503, r#"{"message":"restarting"}"#),
                _ => Reply::json(200, r#"{"data":[],"has_next_page":false}"#),
            }
        })
        .await;
        let (news, _) = looked(&server, 9).await;
        let told: Vec<&str> = news
            .iter()
            .map(|one| match one {
                News::Away(_) => "away",
                News::Back { .. } => "back",
                News::Hidden(_) => "hidden",
                News::Read(_) => "read",
                News::Looked { .. } => "looked",
            })
            .collect();
        assert_eq!(told, ["away", "looked", "back", "looked", "looked"]);
    }
}
