//! Keyed tokens: two marks of the same value carry the same token, which tells nothing of the
//! value to whoever lacks the key.
//!
//! A token is the first eight bytes of HMAC-SHA-256 (RFC 2104) over a name of this use, the rule
//! and the value. The rule is part of it, so that a value found by two rules does not link what
//! the rules keep apart. Whoever holds the key can try values: a short password is safe from
//! everybody else alone.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::secret::Secret;

/// Names this use of the key and the shape of what is hashed.
const USE: &[u8] = b"ddctl/redaction/1";

/// Bytes of the token.
const LENGTH: usize = 8;

/// Characters of the token as it is written.
pub(super) const WRITTEN: usize = 2 * LENGTH;

/// A shorter key could be guessed.
const SHORTEST_KEY: usize = 16;

/// The key of the tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey(Secret);

/// A key that could be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the redaction key is shorter than {SHORTEST_KEY} characters and could be guessed")]
pub struct WeakKey;

impl TokenKey {
    pub fn new(key: Secret) -> Result<Self, WeakKey> {
        match key.expose().len() < SHORTEST_KEY {
            true => Err(WeakKey),
            false => Ok(Self(key)),
        }
    }

    /// The token of a value that a rule found, in lower-case hexadecimal.
    pub(super) fn token(&self, rule: &str, value: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes())
            .expect("HMAC takes keys of any length");
        // No rule's name holds a NUL, so that no two pairs read alike.
        for part in [USE, b"\0", rule.as_bytes(), b"\0", value.as_bytes()] {
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        let mut token = String::with_capacity(WRITTEN);
        for byte in &digest[..LENGTH] {
            let _ = write!(token, "{byte:02x}");
        }
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> TokenKey {
        TokenKey::new(Secret::new(text)).expect("long enough")
    }

    #[test]
    fn a_token_is_the_hmac_of_use_rule_and_value() {
        // printf 'ddctl/redaction/1\0password\0hunter2' | openssl dgst -sha256 -hmac …
        assert_eq!(
            key("0123456789abcdef").token("password", "hunter2"),
            "f300b7a770691b56"
        );
    }

    #[test]
    fn another_key_another_rule_and_another_value_give_another_token() {
        let token = key("0123456789abcdef").token("password", "hunter2");
        assert_eq!(token, key("0123456789abcdef").token("password", "hunter2"));
        assert_ne!(token, key("0123456789abcdeg").token("password", "hunter2"));
        assert_ne!(token, key("0123456789abcdef").token("token", "hunter2"));
        assert_ne!(token, key("0123456789abcdef").token("password", "hunter3"));
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_shown() {
        assert_eq!(TokenKey::new(Secret::new("fifteen letters")), Err(WeakKey));
        assert!(!format!("{:?}", key("0123456789abcdef")).contains("0123"));
    }
}
