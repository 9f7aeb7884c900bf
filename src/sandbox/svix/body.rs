//! Request bodies as the server reads them: unknown keys are dropped, and an error says where it
//! is (`v1/utils/mod.rs`, `ValidatedJson`).

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use url::Url;

use super::refusal::Refusal;

/// Reads a body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let text = std::str::from_utf8(body).unwrap_or_default();
        match culprit(text, &error) {
            Some(key) => Refusal::unreadable(&["body", &key], &format!("{key}: {error}")),
            None => Refusal::unreadable(&["body", "", ""], &error.to_string()),
        }
    })
}

/// The key whose value the error is about: the one that was just read.
fn culprit(text: &str, error: &serde_json::Error) -> Option<String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let lines_before = text
        .split_inclusive('\n')
        .take(error.line().checked_sub(1)?);
    let at = lines_before.map(str::len).sum::<usize>() + error.column();
    members.into_iter().find_map(|(key, value)| {
        let begin = value.get().as_ptr() as usize - text.as_ptr() as usize;
        (begin < at && at <= begin + value.get().len()).then_some(key)
    })
}

/// An address that can be parsed.
#[derive(Clone, Debug)]
pub struct Address(pub Url);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(|given: &str| match Url::parse(given) {
            Ok(url) => Ok(Self(url)),
            Err(error) => Err(format!("{error}: {given:?}")),
        }))
    }
}

/// Reads a text. An error that arises in it is placed at its end.
struct Text<F>(F);

impl<F, T> Visitor<'_> for Text<F>
where
    F: FnOnce(&str) -> Result<T, String>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// A signing secret as it is given: `whsec_` and base64.
#[derive(Clone, Debug)]
pub struct GivenSecret(Vec<u8>);

impl<'de> Deserialize<'de> for GivenSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(|given: &str| {
            let encoded = given.strip_prefix("whsec_").ok_or("invalid prefix")?;
            let key = STANDARD.decode(encoded);
            key.map(Self).map_err(|error| error.to_string())
        }))
    }
}

impl GivenSecret {
    /// The key, when its length is allowed.
    pub fn key(self) -> Result<Vec<u8>, Refusal> {
        match (24..=75).contains(&self.0.len()) {
            true => Ok(self.0),
            false => Err(Refusal::invalid(
                &["body", "key", "__all__"],
                "secret length invalid",
            )),
        }
    }
}

/// Keeps a null apart from an absent key: `Some(None)`.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Given {
        #[serde(rename = "url")]
        _url: Address,
        #[serde(rename = "disabled", default)]
        _disabled: bool,
    }

    #[test]
    fn an_error_says_where_it_is() {
        let refused = |body: &str| {
            let refusal = read::<Given>(body.as_bytes()).expect_err("a refusal");
            refusal.body_text()
        };
        assert_eq!(
            refused(r#"{"url":"nonsense"}"#),
            r#"{"detail":[{"loc":["body","url"],"msg":"url: relative URL without a base: \"nonsense\" at line 1 column 17","type":"value_error.jsondecode"}]}"#
        );
        let flag = refused(r#"{"url":"http://a/","disabled":"yes"}"#);
        assert!(flag.contains(r#"["body","disabled"]"#), "{flag}");
        let missing = refused("{}");
        assert!(missing.contains("missing field `url`"), "{missing}");
    }
}
