//! Signatures of messages (`worker.rs`, `sign_msg`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// One signature for each key, with spaces between.
pub fn signatures<'k>(
    keys: impl Iterator<Item = &'k [u8]>,
    id: &str,
    timestamp: i64,
    payload: &str,
) -> String {
    let signed = format!("{id}.{timestamp}.{payload}");
    let one = |key: &[u8]| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken by HMAC");
        mac.update(signed.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    keys.map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Svix's own documents (docs.svix.com, "How to verify webhooks manually").
    #[test]
    fn a_message_is_signed_as_svix_does() {
        let key = STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        let made = signatures(
            [key.as_slice(), key.as_slice()].into_iter(),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(made, format!("{one} {one}"));
    }
}
