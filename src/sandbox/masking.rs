//! Secrets never leave the request log: they show as `****`, which still tells that one was sent.

use hyper::HeaderMap;
use url::form_urlencoded;

const MASK: &str = "****";

/// Headers whose value is a secret.
const SECRET_HEADERS: [&str; 6] = [
    "dd-api-key",
    "dd-application-key",
    "authorization",
    "proxy-authorization",
    "api-key",
    "cookie",
];

/// Query parameters whose value is a secret.
const SECRET_PARAMETERS: [&str; 5] = [
    "dd-api-key",
    "api_key",
    "application_key",
    "access_token",
    "token",
];

/// The headers in the order they came, secret values masked.
pub fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(
            |(name, value)| match SECRET_HEADERS.contains(&name.as_str()) {
                true => (name.to_string(), MASK.to_owned()),
                false => (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                ),
            },
        )
        .collect()
}

/// The query as text, encoded again, secret values masked.
pub fn query(pairs: &[(String, String)]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if !SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) {
            text.append_pair(name, value);
        }
    }
    let mut text = text.finish();
    for (name, _) in pairs {
        if SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) {
            let gap = if text.is_empty() { "" } else { "&" };
            text.push_str(&format!("{gap}{name}={MASK}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_header_shows_that_it_was_there_and_nothing_more() {
        for name in SECRET_HEADERS {
            let mut sent = HeaderMap::new();
            sent.insert(name, "hunter2".parse().expect("a header value"));
            assert_eq!(headers(&sent), [(name.to_owned(), "****".to_owned())]);
        }
    }

    #[test]
    fn a_key_in_the_query_is_masked_and_the_rest_is_kept() {
        let pairs = [("dd-api-key", "hunter2"), ("ddtags", "env:prod,a b")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query(&pairs), "ddtags=env%3Aprod%2Ca+b&dd-api-key=****");
    }
}
