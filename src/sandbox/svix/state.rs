//! What Svix holds, kept in memory and bounded: the oldest messages and attempts go first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::attempts::Attempt;
use super::endpoints::Endpoint;
use super::event_types::EventType;
use super::messages::Messages;
use super::refusal::Refusal;

const MOST_ATTEMPTS: usize = 200_000;

#[derive(Debug, Default)]
pub struct State {
    /// Oldest first.
    pub applications: Vec<Application>,
    /// By name.
    pub event_types: BTreeMap<String, EventType>,
    /// Ids given out so far.
    issued: u64,
    /// Answers that held a set, whose order is another each time.
    sets_shown: u64,
}

/// One tenant: for the gateway, an organisation of its own.
#[derive(Debug)]
pub struct Application {
    pub id: String,
    pub uid: Option<String>,
    pub name: String,
    pub throttle_rate: Option<u16>,
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Oldest first.
    pub endpoints: Vec<Endpoint>,
    pub messages: Messages,
    /// By id, which is by age.
    pub attempts: BTreeMap<String, Attempt>,
    /// Until when deliveries go by what the server last looked up, new headers not among it.
    pub cached_until: Option<Timestamp>,
}

impl State {
    /// An id as Svix makes them: a prefix and 27 characters that sort by age.
    pub fn issue(&mut self, prefix: &str) -> String {
        self.issued += 1;
        format!("{prefix}_3MPX{:023}", self.issued)
    }

    /// A set has no order: every other answer shows it the other way round.
    pub fn flip(&mut self) -> bool {
        self.sets_shown += 1;
        self.sets_shown.is_multiple_of(2)
    }

    pub fn application(&mut self, id_or_uid: &str) -> Result<&mut Application, Refusal> {
        let found = self
            .applications
            .iter_mut()
            .find(|application| application.is_named(id_or_uid));
        found.ok_or_else(Refusal::not_found)
    }
}

impl Application {
    pub fn is_named(&self, id_or_uid: &str) -> bool {
        self.id == id_or_uid || self.uid.as_deref() == Some(id_or_uid)
    }

    pub fn endpoint(&mut self, id_or_uid: &str) -> Result<&mut Endpoint, Refusal> {
        let found = self
            .endpoints
            .iter_mut()
            .find(|endpoint| endpoint.is_named(id_or_uid));
        found.ok_or_else(Refusal::not_found)
    }

    /// After a change of an endpoint the server looks everything up anew.
    pub fn forget_cache(&mut self) {
        self.cached_until = None;
    }

    pub fn keep(&mut self, attempt: Attempt) {
        self.attempts.insert(attempt.id.clone(), attempt);
        if self.attempts.len() > MOST_ATTEMPTS {
            self.attempts.pop_first();
        }
    }
}
