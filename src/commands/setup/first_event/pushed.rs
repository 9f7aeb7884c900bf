//! Whether the gateway's webhooks about a session were delivered, as the gateway itself tells it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use super::super::steps::endpoint_name;
use super::super::walk::Walk;
use crate::domain::endpoint::{Attempt, Standing};
use crate::domain::session::Session;
use crate::gateway::Gateway;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// How long the gateway and its Svix may take to try.
const TRIED_WITHIN: Duration = Duration::from_secs(60);
/// As many tries as the gateway tells.
const TRIES: usize = 250;

/// How it stands with the newest webhook about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    Yes,
    /// It was tried in vain, with what came of it.
    No(String),
    /// Nobody tried yet.
    NotYet,
}

/// Waits until one was delivered or tried in vain, or somebody stops it.
pub async fn wait(
    walk: &Walk<'_>,
    gateway: &Gateway,
    session: &Session,
) -> anyhow::Result<Delivered> {
    let mut cancel = walk.stage.parent.cancel();
    let progress = walk.ui().progress("the gateway's webhooks");
    let mut tries = Tries::new(endpoint_name(&walk.stage.profile), session);
    let began = Instant::now();
    loop {
        let delivered = tries.look(gateway).await?;
        if delivered != Delivered::NotYet || began.elapsed() >= TRIED_WITHIN {
            return Ok(delivered);
        }
        progress.set("not tried yet");
        tokio::select! {
            _ = cancel.wait_for(|stopped| *stopped) => return Ok(delivered),
            () = sleep(LOOK) => {}
        }
    }
}

/// The tries at the profile's endpoint, which do not tell of which session they are.
struct Tries<'a> {
    endpoint: String,
    session: &'a Session,
    /// By message, whether it is about the session.
    known: HashMap<String, bool>,
}

impl<'a> Tries<'a> {
    fn new(endpoint: String, session: &'a Session) -> Self {
        Self {
            endpoint,
            session,
            known: HashMap::new(),
        }
    }

    async fn look(&mut self, gateway: &Gateway) -> anyhow::Result<Delivered> {
        let endpoints = gateway.webhook_endpoints().await?.rows;
        let Some(endpoint) = endpoints.iter().find(|one| one.is_named(&self.endpoint)) else {
            return Ok(Delivered::No(format!(
                "the gateway has no endpoint `{}`",
                self.endpoint
            )));
        };
        // Two clocks, and the gateway cuts fractions of a second.
        let from = self.session.start_date - SignedDuration::from_mins(1);
        for attempt in gateway.webhook_attempts(&endpoint.id, TRIES).await? {
            if attempt.at >= from && self.is_meant(gateway, &attempt.message).await? {
                return Ok(delivered(&attempt));
            }
        }
        Ok(Delivered::NotYet)
    }

    async fn is_meant(&mut self, gateway: &Gateway, message: &str) -> anyhow::Result<bool> {
        if let Some(known) = self.known.get(message) {
            return Ok(*known);
        }
        let told = gateway.webhook_message(message).await?;
        let is_meant = told.session_id.as_deref() == Some(self.session.id.as_str());
        self.known.insert(message.to_owned(), is_meant);
        Ok(is_meant)
    }
}

fn delivered(attempt: &Attempt) -> Delivered {
    match (attempt.standing, attempt.status_code) {
        (Standing::Success, _) => Delivered::Yes,
        (Standing::Pending | Standing::Unknown, _) => Delivered::NotYet,
        (Standing::Fail | Standing::Sending, 0) => Delivered::No(attempt.response.clone()),
        (Standing::Fail | Standing::Sending, status) => {
            Delivered::No(format!("{status} {}", attempt.response))
        }
    }
}
