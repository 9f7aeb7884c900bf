//! Deliveries: a message to an endpoint, tried until it gets through or the schedule ends
//! (`worker.rs`).

use std::sync::Weak;
use std::time::Duration;

use jiff::Timestamp;

use super::attempts::{Attempt, Trigger};
use super::exchange::{self, Outcome, Outgoing};
use super::messages::CACHED;
use super::schedule;
use super::signing::signatures;
use super::state::{Application, State};
use super::{Inner, SvixStandIn};

/// An endpoint whose retries have run out for so long is disabled (`cfg.rs`).
const DISABLED_AFTER: Duration = Duration::from_secs(120 * 60 * 60);

/// A message on its way to an endpoint, by their ids.
#[derive(Clone, Debug)]
pub struct Delivery {
    application: String,
    message: String,
    endpoint: String,
}

impl Delivery {
    pub fn new(application: &Application, message: &str, endpoint: &str) -> Self {
        Self {
            application: application.id.clone(),
            message: message.to_owned(),
            endpoint: endpoint.to_owned(),
        }
    }
}

impl SvixStandIn {
    /// Begins a delivery; it ends with the stand-in.
    pub(super) fn deliver(&self, delivery: Delivery, trigger: Trigger) {
        let svix = std::sync::Arc::downgrade(&self.0);
        tokio::spawn(run(svix, delivery, trigger));
    }
}

async fn run(svix: Weak<Inner>, delivery: Delivery, trigger: Trigger) {
    for tried in 0.. {
        let Some(wait) = attempt(&svix, &delivery, trigger, tried).await else {
            return;
        };
        tokio::time::sleep(wait).await;
    }
}

/// One try; how long to wait for the next one, where there is one.
async fn attempt(
    svix: &Weak<Inner>,
    delivery: &Delivery,
    trigger: Trigger,
    tried: usize,
) -> Option<Duration> {
    let svix = SvixStandIn(svix.upgrade()?);
    let permit = svix.0.deliveries.clone().acquire_owned().await;
    let begun = svix.0.clock.now();
    let until = svix.0.clock.after(begun, CACHED);
    let (id, outgoing) = {
        let mut state = svix.state();
        if trigger == Trigger::Scheduled && tried > 0 && state.has_arrived(delivery) {
            return None;
        }
        // Ids sort by when a try began.
        (
            state.issue("atmpt"),
            state.outgoing(delivery, begun, until)?,
        )
    };
    let outcome = exchange::send(&outgoing, svix.0.options.datadog.as_deref()).await;
    drop(permit);
    let ended = svix.0.clock.now();
    let wait = match trigger {
        Trigger::Scheduled if !outcome.is_success() => next(&outcome, tried, begun),
        _ => None,
    };
    let wait = wait.map(|wait| svix.0.clock.shortened(wait));
    let has_failed = !outcome.is_success() && trigger == Trigger::Scheduled && wait.is_none();
    let mut state = svix.state();
    let attempt = Attempt {
        id,
        message: delivery.message.clone(),
        endpoint: delivery.endpoint.clone(),
        url: outgoing.url.into(),
        is_success: outcome.is_success(),
        response: outcome.response,
        status_code: outcome.status,
        duration_ms: i64::try_from(ended.duration_since(begun).as_millis()).unwrap_or(i64::MAX),
        trigger,
        timestamp: begun,
        next: wait.and_then(|wait| ended.checked_add(wait).ok()),
    };
    let is_success = attempt.is_success;
    let application = state.application(&delivery.application).ok()?;
    application.keep(attempt);
    match () {
        () if is_success => application.note_success(&delivery.endpoint),
        () if has_failed => {
            let patience = svix.0.clock.shortened(DISABLED_AFTER);
            application.note_exhausted(&delivery.endpoint, ended, patience);
        }
        () => {}
    }
    wait
}

/// The wait by Svix's schedule. What varies it need not be unforeseeable.
fn next(outcome: &Outcome, tried: usize, begun: Timestamp) -> Option<Duration> {
    let drawn = f64::from(begun.subsec_nanosecond()) / 1e9;
    schedule::wait(tried, outcome.is_overloaded, outcome.retry_after, drawn)
}

impl State {
    /// Whether the message got through already, sent by hand.
    fn has_arrived(&mut self, delivery: &Delivery) -> bool {
        let application = self.application(&delivery.application);
        application.is_ok_and(|application| {
            let is_of =
                |it: &Attempt| it.message == delivery.message && it.endpoint == delivery.endpoint;
            application
                .attempts
                .values()
                .rev()
                .any(|it| it.is_success && is_of(it))
        })
    }

    /// What is sent now; `None` where the endpoint or the message is gone, or where the endpoint
    /// does not take it (any more).
    fn outgoing(
        &mut self,
        delivery: &Delivery,
        now: Timestamp,
        cached_until: Timestamp,
    ) -> Option<Outgoing> {
        let application = self.application(&delivery.application).ok()?;
        application.look_up(now, cached_until);
        let message = application.messages.find(&delivery.message)?.clone();
        let endpoint = application.endpoint(&delivery.endpoint).ok()?;
        let channels = message.channels.as_deref().unwrap_or_default();
        if !endpoint.takes(&message.event_type, channels) {
            return None;
        }
        let (payload, timestamp) = (message.payload.get(), now.as_second());
        let signed = signatures(endpoint.keys.valid_at(now), &message.id, timestamp, payload);
        let mut headers = vec![
            ("svix-id".to_owned(), message.id.clone()),
            ("svix-timestamp".to_owned(), timestamp.to_string()),
            ("svix-signature".to_owned(), signed),
        ];
        headers.extend(endpoint.headers.sent.iter().cloned());
        Some(Outgoing {
            url: endpoint.fields.url.0.clone(),
            headers,
            payload: payload.to_owned(),
        })
    }
}

impl Application {
    /// Looks the endpoints up, unless what was last looked up still counts.
    pub fn look_up(&mut self, now: Timestamp, until: Timestamp) {
        if self.cached_until.is_some_and(|cached| now < cached) {
            return;
        }
        self.cached_until = Some(until);
        for endpoint in &mut self.endpoints {
            endpoint.headers.look_up();
        }
    }

    fn note_success(&mut self, endpoint: &str) {
        if let Ok(endpoint) = self.endpoint(endpoint) {
            endpoint.failing_since = None;
        }
    }

    /// The last try of a message failed.
    fn note_exhausted(&mut self, endpoint: &str, now: Timestamp, patience: Duration) {
        let Ok(endpoint) = self.endpoint(endpoint) else {
            return;
        };
        let since = *endpoint.failing_since.get_or_insert(now);
        if Duration::try_from(now.duration_since(since)).is_ok_and(|it| it > patience) {
            endpoint.fields.disabled = true;
            self.forget_cache();
        }
    }
}
