//! Whether a webhook is what its sender signed.
//!
//! The signed text is the message's id, the attempt's time and the **raw** body, joined by dots;
//! the signature is its HMAC-SHA-256 under the base64 after `whsec_`, written `v1,<base64>`. While a
//! secret is replaced the header holds one for each, and it may hold other versions (`v1a` is
//! ed25519). Sources: docs.svix.com/receiving/verifying-payloads/how-manual, svix/svix-webhooks
//! `server/svix-server/src/core/security.rs`; the vectors below are of Svix's own library.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::domain::secret::Secret;

/// How far an attempt's time may lie from ours, either way.
pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// A header has one signature, or one for each secret while one is replaced. More are not looked at,
/// so that a long header costs nothing.
const MOST_SIGNATURES: usize = 16;

/// The longest id: Svix makes `msg_` and 27 letters.
const LONGEST_ID: usize = 256;

/// Bytes of a key that Svix takes: `server/svix-server/src/core/types/mod.rs`.
const KEY_SIZES: std::ops::RangeInclusive<usize> = 24..=75;

/// What a sender's signatures are checked with.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

/// A text that is no signing secret. It is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one is `whsec_` and the base64 of 24 to 75 bytes")]
pub struct NotASigningSecret;

impl SigningKey {
    /// The key of a `whsec_…` text.
    ///
    /// # Errors
    ///
    /// Another prefix, no base64, and a length that Svix would not take.
    pub fn parse(secret: &Secret) -> Result<Self, NotASigningSecret> {
        let encoded = secret.expose().strip_prefix("whsec_");
        let key = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
        let key = zeroize::Zeroizing::new(key.ok_or(NotASigningSecret)?);
        match KEY_SIZES.contains(&key.len()) {
            true => Ok(Self(
                Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"),
            )),
            false => Err(NotASigningSecret),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(****)")
    }
}

/// What the headers of a webhook say; nothing of it is believed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// The message: the same on every attempt and every redelivery.
    pub id: &'a str,
    /// Of the attempt, in seconds, as it is signed.
    timestamp: &'a str,
    at: Timestamp,
    /// Separated by spaces.
    signatures: &'a str,
}

impl<'a> Stamp<'a> {
    /// Reads `svix-id`, `svix-timestamp` and `svix-signature`, or the same three of `webhook-`,
    /// which a server without Svix's name sends. `None` where one is missing or has no such shape.
    pub fn read(header: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let of = |prefix: &str| {
            let one = |name: &str| header(&format!("{prefix}-{name}"));
            Some((one("id")?, one("timestamp")?, one("signature")?))
        };
        let (id, timestamp, signatures) = of("svix").or_else(|| of("webhook"))?;
        // A dot in it would let the parts of one signed text be read as others.
        let is_id = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
        let is_plain = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(is_id);
        let is_number = timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = timestamp.parse().ok().filter(|_| is_number && is_plain)?;
        Some(Self {
            id,
            timestamp,
            at: Timestamp::from_second(seconds).ok()?,
            signatures,
        })
    }

    /// Whether the attempt is of about `now`: an old one may be somebody's copy.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.at.duration_since(now).unsigned_abs() <= TOLERANCE
    }

    /// Whether one of `keys` signed `body` under this stamp. The comparison takes the same time
    /// wherever a signature differs.
    pub fn is_signed(&self, body: &[u8], keys: &[SigningKey]) -> bool {
        let tags = self.signatures.split(' ').take(MOST_SIGNATURES);
        let tags = tags.filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
        let tags: Vec<Vec<u8>> = tags.collect();
        keys.iter().any(|key| {
            let mac = self.signed(key, body);
            tags.iter().any(|tag| mac.clone().verify_slice(tag).is_ok())
        })
    }

    fn signed(&self, key: &SigningKey, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = key.0.clone();
        for part in [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b"."] {
            mac.update(part);
        }
        mac.update(body);
        mac
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
    const AT: &str = "1795251600";
    const BODY: &str = r#"{"event_type":"session.close","id":"a0000000-0000-4000-8000-000000000001","exit_code":0,"exit_err":null}"#;
    const SIGNATURE: &str = "v1,M17KTyGCWTIz4lK9pagLd7twy9lQQvUAYL1Ihxb9ge8=";

    fn key(secret: &str) -> SigningKey {
        SigningKey::parse(&Secret::new(secret)).expect("a signing secret")
    }

    fn stamp<'a>(id: &'a str, timestamp: &'a str, signatures: &'a str) -> Option<Stamp<'a>> {
        Stamp::read(|name| match name {
            "svix-id" => Some(id),
            "svix-timestamp" => Some(timestamp),
            "svix-signature" => Some(signatures),
            _ => None,
        })
    }

    fn is_signed(signatures: &str, body: &str, secrets: &[&str]) -> bool {
        let keys: Vec<SigningKey> = secrets.iter().map(|secret| key(secret)).collect();
        let stamp = stamp(ID, AT, signatures).expect("a stamp");
        stamp.is_signed(body.as_bytes(), &keys)
    }

    /// Made by `svix` 2.9.1 for Python: `Webhook(secret).sign(id, time, body)`.
    #[test]
    fn what_svixs_own_library_signs_verifies() {
        for (secret, id, at, body, signature) in [
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (SECRET, ID, AT, BODY, SIGNATURE),
            (
                "whsec_//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eDf3t3c29rZ2NfW1dTT0tHQz87NzMvKycjHxsXEw8LBwA==",
                "msg_x",
                "1795251601",
                r#"{"text":"Grüße \u003c☂"}"#,
                "v1,Z8laT2sAaUNoXKGTBU1NmKfNee+rop4JDapCpuM96iU=",
            ),
            (
                "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
                "msg_empty",
                "1795251602",
                "",
                "v1,u5Er2vBWvmXc9RZB26fyWk9CjhAKFDIN5Ia7PvcZ9lc=",
            ),
        ] {
            let stamp = stamp(id, at, signature).expect("a stamp");
            assert!(stamp.is_signed(body.as_bytes(), &[key(secret)]), "{id}");
        }
    }

    #[test]
    fn while_a_secret_is_replaced_either_signature_and_either_secret_will_do() {
        let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let both = format!("v1,{} {SIGNATURE}", STANDARD.encode([7; 32]));
        assert!(is_signed(&both, BODY, &[SECRET]));
        assert!(is_signed(SIGNATURE, BODY, &[other, SECRET]));
        assert!(!is_signed(SIGNATURE, BODY, &[other]));
        assert!(!is_signed(SIGNATURE, BODY, &[]));
    }

    #[test]
    fn other_versions_are_skipped() {
        let tag = SIGNATURE.trim_start_matches("v1,");
        for signatures in [format!("v1a,{tag}"), format!("v2,{tag}"), tag.to_owned()] {
            assert!(!is_signed(&signatures, BODY, &[SECRET]), "{signatures}");
            assert!(is_signed(
                &format!("{signatures} {SIGNATURE}"),
                BODY,
                &[SECRET]
            ));
        }
    }

    #[test]
    fn an_attempt_counts_five_minutes_either_way() {
        let at: Timestamp = Timestamp::from_second(1_795_251_600).expect("an instant");
        let stamp = stamp(ID, AT, SIGNATURE).expect("a stamp");
        let tolerance = jiff::SignedDuration::try_from(TOLERANCE).expect("minutes");
        let second = jiff::SignedDuration::from_secs(1);
        for now in [at, at + tolerance, at - tolerance] {
            assert!(stamp.is_fresh(now), "{now}");
        }
        for now in [at + tolerance + second, at - tolerance - second] {
            assert!(!stamp.is_fresh(now), "{now}");
        }
    }

    #[test]
    fn headers_without_svixs_name_are_the_same() {
        let stamp = Stamp::read(|name| match name {
            "webhook-id" => Some(ID),
            "webhook-timestamp" => Some(AT),
            "webhook-signature" => Some(SIGNATURE),
            _ => None,
        });
        assert!(
            stamp
                .expect("a stamp")
                .is_signed(BODY.as_bytes(), &[key(SECRET)])
        );
    }

    #[test]
    fn headers_of_another_shape_are_no_stamp() {
        let long = "m".repeat(LONGEST_ID + 1);
        for (id, at) in [
            ("", AT),
            (long.as_str(), AT),
            ("msg.1", AT),
            ("msg 1", AT),
            ("msg_ü", AT),
            (ID, ""),
            (ID, "-1"),
            (ID, "+1795251600"),
            (ID, "1795251600.5"),
            (ID, "99999999999999999999"),
            (ID, "9999999999999999"),
        ] {
            assert_eq!(stamp(id, at, SIGNATURE), None, "{id} {at}");
        }
        let without_signature = |name: &str| (!name.ends_with("-signature")).then_some("1");
        assert_eq!(Stamp::read(without_signature), None);
    }

    #[test]
    fn a_secret_of_another_shape_is_refused_and_never_shown() {
        for text in [
            "",
            "whsec_",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            "whsec_short",
            "whsec_!",
        ] {
            let error = SigningKey::parse(&Secret::new(text)).expect_err(text);
            assert!(!error.to_string().contains("short"));
        }
        assert_eq!(format!("{:?}", key(SECRET)), "SigningKey(****)");
    }

    proptest! {
        /// Whatever is changed in what was signed, it is not signed any more.
        #[test]
        fn nothing_of_what_was_signed_can_be_changed(
            at in 0_usize..BODY.len(),
            bit in 0_u8..8,
            seconds in 0_u32..u32::MAX,
        ) {
            let mut body = BODY.as_bytes().to_vec();
            body[at] ^= 1 << bit;
            let keys = [key(SECRET)];
            let signed = stamp(ID, AT, SIGNATURE).expect("a stamp");
            prop_assert!(!signed.is_signed(&body, &keys));
            let seconds = seconds.to_string();
            prop_assume!(seconds != AT);
            let moved = stamp(ID, &seconds, SIGNATURE).expect("a stamp");
            prop_assert!(!moved.is_signed(BODY.as_bytes(), &keys));
        }

        /// No header breaks the reading of it.
        #[test]
        fn any_signature_header_is_read(signatures in "\\PC{0,80}") {
            let stamp = stamp(ID, AT, &signatures).expect("a stamp");
            prop_assert!(!stamp.is_signed(BODY.as_bytes(), &[key(SECRET)]));
        }
    }
}
