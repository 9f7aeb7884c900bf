//! From webhooks to events, by asking the gateway: in the order of arrival, several at once.
//!
//! A webhook leaves the spool with the commit that brings its events. One that the gateway cannot
//! complete stays; when it has waited long enough, what it says by itself goes out, marked, and is
//! followed by the whole event once the gateway has it.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};

use super::counts::Counts;
use crate::delivery::Backlog;
use crate::delivery::Record;
use crate::delivery::spool::{Again, NotStored, Offer, Waiting, Wanted};
use crate::delivery::state::StateError;
use crate::domain::webhook::WebhookEvent;
use crate::gateway::GatewayError;
use crate::sources::{self, Completer, SourceError, Webhook, Why};

/// Webhooks looked at together; each may wait for an answer of the gateway.
const AT_ONCE: usize = 16;

/// A webhook of which an incomplete event went out is looked at no more often than this, or than it
/// waited at first.
const AFTER_TOLD: Duration = Duration::from_secs(30);

/// How long a webhook waits for a session that the gateway does not give.
const WITHHELD: SignedDuration = SignedDuration::from_hours(48);

/// How long for anything else: as long as the ids of its events are remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// After this the spool is tried again, where the disk is full.
const FULL: Duration = Duration::from_secs(1);

/// What completes, and with what.
#[derive(Clone, Copy)]
pub struct Completion<'a> {
    pub spool: &'a Backlog,
    pub completer: &'a Completer<'a>,
    pub record: &'a dyn Fn(&WebhookEvent) -> Record,
    /// How long a webhook waits for the gateway before an incomplete event goes out.
    pub within: Duration,
    /// False where the gateway is away: only what has waited long enough goes out.
    pub can_ask: bool,
    pub counts: &'a Counts,
}

/// Completes what is there and what comes, until `until`; what is under way then is finished.
///
/// # Errors
///
/// A spool that cannot be used.
pub async fn complete(settings: Completion<'_>, until: Instant) -> Result<(), NotStored> {
    let round = Round {
        within: SignedDuration::try_from(settings.within).unwrap_or(KEPT),
        away: RefCell::new(match settings.can_ask {
            true => None,
            false => Some(Timestamp::MAX),
        }),
        settings,
    };
    round.run(until).await
}

/// A moment at which a webhook is looked at.
#[derive(Clone, Copy)]
struct Look {
    now: Timestamp,
    age: SignedDuration,
    is_told: bool,
    /// Nothing went out of it, and it has waited long enough.
    is_late: bool,
}

/// What becomes of a webhook.
enum Verdict {
    /// It leaves the spool.
    Done(Vec<Offer>),
    Later(Vec<Offer>, Again),
    /// It stays as it is: the gateway is away.
    Untouched,
}

struct Round<'a> {
    settings: Completion<'a>,
    within: SignedDuration,
    /// Until then nobody asks the gateway.
    away: RefCell<Option<Timestamp>>,
}

impl Round<'_> {
    async fn run(&self, until: Instant) -> Result<(), NotStored> {
        let spool = self.settings.spool;
        let mut stock = spool.watch();
        let (mut works, mut rows) = (FuturesUnordered::new(), Vec::new());
        loop {
            let is_over = Instant::now() >= until;
            if is_over && works.is_empty() {
                return Ok(());
            }
            // Looked at before the reading, so that what comes meanwhile is seen.
            let arrived = stock.borrow_and_update().arrived;
            let has_room = !is_over && rows.len() < AT_ONCE;
            let mut wakes_at = until;
            if has_room {
                let (due, next) = self.due(&rows).await?;
                wakes_at = wakes_at.min(next);
                for webhook in due {
                    rows.push(webhook.row);
                    works.push(self.work(webhook));
                }
            }
            tokio::select! {
                biased;
                Some(done) = works.next(), if !works.is_empty() => {
                    let row = done?;
                    rows.retain(|other| *other != row);
                }
                more = stock.wait_for(|stock| stock.arrived > arrived), if has_room => {
                    if more.is_err() {
                        return Err(NotStored::Closed);
                    }
                }
                () = sleep_until(wakes_at), if !is_over => {}
            }
        }
    }

    /// What is to be looked at now, and when there may be more.
    async fn due(&self, rows: &[i64]) -> Result<(Vec<Waiting>, Instant), NotStored> {
        let now = Timestamp::now();
        let away = self.away.borrow().filter(|until| *until > now);
        let untold_before = away.map(|_| now.checked_sub(self.within).unwrap_or(now));
        let wanted = Wanted {
            now,
            untold_before,
            except: rows.to_vec(),
            most: AT_ONCE - rows.len(),
        };
        let (due, next) = self.settings.spool.due(wanted).await?;
        let next = match away {
            None => next,
            Some(until) => {
                let next = next.and_then(|came| came.checked_add(self.within).ok());
                Some(next.map_or(until, |next| next.min(until)))
            }
        };
        Ok((due, instant(next, now)))
    }

    /// Looks at one webhook; its row.
    async fn work(&self, webhook: Waiting) -> Result<i64, NotStored> {
        let row = webhook.row;
        let (offers, again) = match self.looked_at(webhook).await {
            Verdict::Done(offers) => {
                self.settings.counts.complete();
                (offers, None)
            }
            Verdict::Later(offers, again) => (offers, Some(again)),
            Verdict::Untouched => return Ok(row),
        };
        let spool = self.settings.spool;
        while_full(async || spool.take(row, offers.clone(), again).await).await?;
        Ok(row)
    }

    async fn looked_at(&self, row: Waiting) -> Verdict {
        let body = match &row.body {
            Ok(body) => body.clone(),
            Err(bytes) => {
                return Verdict::Done(vec![Offer::Broken {
                    id: row.message.clone(),
                    bytes: bytes.clone(),
                    why: "the webhook's row in the spool is not what was written".to_owned(),
                    received: row.received,
                }]);
            }
        };
        let webhook = Webhook {
            message_id: row.message.clone(),
            body,
            received: row.received,
        };
        let now = Timestamp::now();
        let age = now.duration_since(row.received);
        let look = Look {
            now,
            age,
            is_told: row.is_told,
            is_late: !row.is_told && age >= self.within,
        };
        if self.away.borrow().is_some_and(|until| until > now) {
            return match look.is_late {
                true => self.told(Vec::new(), &webhook, later(now, self.pause())),
                false => Verdict::Untouched,
            };
        }
        let done = self.settings.completer.complete(&webhook, now).await;
        let offers = done.events.iter().map(|event| self.offer(event)).collect();
        match done.again {
            None => {
                self.gateway_answers();
                Verdict::Done(offers)
            }
            Some(again) => self.incomplete(&webhook, look, offers, &again),
        }
    }

    /// The gateway did not say all that the webhook says.
    fn incomplete(
        &self,
        webhook: &Webhook,
        look: Look,
        offers: Vec<Offer>,
        again: &sources::Again,
    ) -> Verdict {
        let is_away = matches!(again.why, Why::Away(_));
        match is_away {
            true => self.gateway_is_away(look.now, again),
            false => self.gateway_answers(),
        }
        let kept = match again.why {
            Why::Withheld(_) => WITHHELD,
            Why::NotYet | Why::Away(_) => KEPT,
        };
        if look.is_told && look.age >= kept {
            tracing::warn!(webhook = %webhook.message_id, why = %again.why, "it stays incomplete");
            return Verdict::Done(offers);
        }
        if look.is_late {
            return self.told(
                offers,
                webhook,
                later(look.now, again.after.max(self.pause())),
            );
        }
        // Nothing is written for each that waits.
        if is_away {
            return Verdict::Untouched;
        }
        let due = match look.is_told {
            true => later(look.now, again.after.max(self.pause())),
            // Not later than when it has waited long enough.
            false => webhook
                .received
                .checked_add(self.within)
                .map_or(later(look.now, again.after), |end| {
                    later(look.now, again.after).min(end)
                }),
        };
        let is_told = false;
        Verdict::Later(offers, Again { due, is_told })
    }

    /// What the webhook says by itself goes out; it is looked at again at `due`.
    fn told(&self, mut offers: Vec<Offer>, webhook: &Webhook, due: Timestamp) -> Verdict {
        let event = self.settings.completer.partial(webhook);
        offers.push(self.offer(&event));
        // A webhook of another type is all that there is.
        if let WebhookEvent::Raw(_) = event {
            return Verdict::Done(offers);
        }
        self.settings.counts.send_incomplete();
        let is_told = true;
        Verdict::Later(offers, Again { due, is_told })
    }

    fn pause(&self) -> Duration {
        AFTER_TOLD.min(self.settings.within)
    }

    fn offer(&self, event: &WebhookEvent) -> Offer {
        offer(event, self.settings.record)
    }

    fn gateway_answers(&self) {
        *self.away.borrow_mut() = None;
        self.settings.counts.find_gateway();
    }

    fn gateway_is_away(&self, now: Timestamp, again: &sources::Again) {
        *self.away.borrow_mut() = Some(later(now, again.after));
        let (why, remedy) = (again.why.to_string(), again.why.error().and_then(remedy));
        self.settings.counts.lose_gateway(why, remedy);
    }
}

/// An event as the spool takes it: what is incomplete may come once more.
pub(super) fn offer(event: &WebhookEvent, record: &dyn Fn(&WebhookEvent) -> Record) -> Offer {
    let made = record(event);
    match event {
        WebhookEvent::Session(event) if event.is_incomplete => Offer::Partial(made),
        WebhookEvent::Session(_) | WebhookEvent::Raw(_) => Offer::Whole(made),
        WebhookEvent::Partial(_) => Offer::Partial(made),
    }
}

/// Does it again while the disk has no room for it, or the queue does not answer.
pub(super) async fn while_full<T>(
    mut work: impl AsyncFnMut() -> Result<T, NotStored>,
) -> Result<T, NotStored> {
    loop {
        match work().await {
            Err(NotStored::State(StateError::Full { .. })) => sleep(FULL).await,
            Err(NotStored::Queue(error)) if error.passes() => {
                tracing::warn!(%error, "the queue is asked again");
                sleep(FULL).await;
            }
            done => return done,
        }
    }
}

/// What a person has to do about a gateway that refuses: it goes on refusing.
pub fn remedy(error: &SourceError) -> Option<&'static str> {
    match error.gateway()? {
        GatewayError::Unauthorized { .. } | GatewayError::Token => Some(
            "give it another gateway token (--gateway-token-file, HOOP_TOKEN or `hoop login`) and \
             start the relay again",
        ),
        GatewayError::Forbidden { .. } => {
            Some("give it a gateway token of the group auditor or admin and start the relay again")
        }
        _ => None,
    }
}

fn later(now: Timestamp, after: Duration) -> Timestamp {
    now.checked_add(after).unwrap_or(Timestamp::MAX)
}

/// On the runtime's clock; far away where there is none.
fn instant(at: Option<Timestamp>, now: Timestamp) -> Instant {
    let far = Duration::from_secs(86_400);
    let left = at.and_then(|at| Duration::try_from(at.duration_since(now)).ok());
    let left = left.unwrap_or(match at {
        Some(_) => Duration::ZERO,
        None => far,
    });
    Instant::now() + left.min(far)
}
