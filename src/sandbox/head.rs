//! A request's head as the stand-ins see it: host, path and query decoded.

use bytes::Bytes;
use hyper::header::HOST;
use hyper::{HeaderMap, Method, Uri, http};
use url::form_urlencoded;

use super::http::Request;

/// A request without its body. `HEAD` asks what `GET` asks; the server leaves the body out.
pub fn request(head: &http::request::Parts) -> Request {
    Request {
        method: match head.method {
            Method::HEAD => Method::GET,
            _ => head.method.clone(),
        },
        host: host_of(&head.headers, &head.uri),
        path: percent_decoded(head.uri.path()),
        query: form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: head.headers.clone(),
        body: Bytes::new(),
    }
}

fn host_of(headers: &HeaderMap, uri: &Uri) -> String {
    let named = headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = named.or(uri.host()).unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    host.to_ascii_lowercase()
}

/// Decodes `%41`; what is no escape stays, and bytes that are no UTF-8 are replaced.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_and_rubbish_in_it_stays() {
        assert_eq!(percent_decoded("/a%2Fb%20c"), "/a/b c");
        assert_eq!(percent_decoded("/100%"), "/100%");
        assert_eq!(percent_decoded("/%zz%4"), "/%zz%4");
        assert_eq!(percent_decoded("/%ff"), "/\u{fffd}");
    }

    #[test]
    fn a_host_loses_its_port_and_its_capitals() {
        let host = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, text.parse().expect("a header value"));
            host_of(&headers, &Uri::from_static("/"))
        };
        assert_eq!(host("API.Datadoghq.EU:443"), "api.datadoghq.eu");
        assert_eq!(host("127.0.0.1"), "127.0.0.1");
        assert_eq!(host("[::1]:8080"), "[::1]");
    }
}
