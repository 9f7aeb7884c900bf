//! Webhooks as the gateway's Svix posts them, signed.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::http::{Response, ask};

pub const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
pub const OTHER_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One attempt of a message.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    pub id: &'a str,
    /// Seconds.
    pub at: i64,
    pub secret: &'a str,
    pub body: &'a [u8],
}

impl<'a> Attempt<'a> {
    /// Of now, with the right secret.
    pub fn of(id: &'a str, body: &'a [u8]) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        Self {
            id,
            at: now.as_secs() as i64,
            secret: SECRET,
            body,
        }
    }

    pub fn signature(&self) -> String {
        let key = self
            .secret
            .strip_prefix("whsec_")
            .expect("a signing secret");
        let key = BASE64_STANDARD.decode(key).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        mac.update(format!("{}.{}.", self.id, self.at).as_bytes());
        mac.update(self.body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Posts it under its own signature.
    #[track_caller]
    pub fn post(&self, url: &str) -> Response {
        self.post_signed(url, &self.signature(), self.body)
    }

    /// Posts `body` under `signature`.
    #[track_caller]
    pub fn post_signed(&self, url: &str, signature: &str, body: &[u8]) -> Response {
        let at = self.at.to_string();
        let headers = [
            ("svix-id", self.id),
            ("svix-timestamp", &at),
            ("svix-signature", signature),
            ("content-type", "application/json"),
        ];
        ask("POST", url, &headers, body)
    }
}
