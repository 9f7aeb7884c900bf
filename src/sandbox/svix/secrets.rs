//! Signing secrets (`v1/endpoints/endpoint/secrets.rs`).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::body::GivenSecret;
use super::refusal::Refusal;
use super::{Answered, Visit, body};

/// How long a secret is valid beside the one that replaced it, unless told.
const GRACE_S: u32 = 24 * 60 * 60;
const LONGEST_GRACE_S: u32 = 7 * GRACE_S;
/// Secrets that are valid beside the present one (`core/types/mod.rs`, `MAX_OLD_KEYS`).
const MOST_OLD: usize = 10;
const KEY_SIZE: usize = 24;

/// What an endpoint's messages are signed with.
#[derive(Clone, Debug)]
pub struct Keys {
    present: Vec<u8>,
    /// With the end of their validity.
    old: Vec<(Vec<u8>, Timestamp)>,
}

impl Keys {
    pub fn of(present: Vec<u8>) -> Self {
        Self {
            present,
            old: Vec::new(),
        }
    }

    pub fn random() -> Self {
        let mut key = vec![0; KEY_SIZE];
        getrandom::fill(&mut key).expect("the system gives random bytes");
        Self::of(key)
    }

    /// The present one first.
    pub fn valid_at(&self, now: Timestamp) -> impl Iterator<Item = &[u8]> {
        let old = self.old.iter().filter(move |(_, until)| *until > now);
        std::iter::once(self.present.as_slice()).chain(old.map(|(key, _)| key.as_slice()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RotateIn {
    key: Option<GivenSecret>,
    grace_period_seconds: Option<u32>,
}

pub fn get(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let keys = &visit.state.application(app)?.endpoint(id)?.keys;
    let key = format!("whsec_{}", STANDARD.encode(&keys.present));
    Ok((200, Some(json!({"key": key}))))
}

pub fn rotate(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let given: RotateIn = body::read(visit.body)?;
    let grace = given.grace_period_seconds.unwrap_or(GRACE_S);
    if grace > LONGEST_GRACE_S {
        let location = ["body", "gracePeriodSeconds"];
        let complaint = "Duration must be between 0 and 7 days";
        return Err(Refusal::invalid(&location, complaint));
    }
    let new = match given.key {
        Some(secret) => Keys::of(secret.key()?),
        None => Keys::random(),
    };
    let now = visit.now;
    let until = visit
        .svix
        .0
        .clock
        .after(now, Duration::from_secs(grace.into()));
    let application = visit.state.application(app)?;
    let keys = &mut application.endpoint(id)?.keys;
    let mut old = keys.old.clone();
    old.retain(|(_, until)| *until > now);
    if until > now {
        old.push((keys.present.clone(), until));
    }
    if old.len() > MOST_OLD {
        let detail = format!(
            "You can only rotate a key {MOST_OLD} times; please wait for old keys to expire."
        );
        return Err(Refusal::bad_request("limit_reached", &detail));
    }
    *keys = Keys { old, ..new };
    application.forget_cache();
    Ok((204, None))
}
