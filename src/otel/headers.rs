//! Lists of pairs as the exporter's variables hold them: `k=v,k=v`, percent-encoded like W3C
//! Baggage (opentelemetry.io/docs/specs/otel/protocol/exporter).

use crate::domain::secret::Secret;

/// One header: any may be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// In lower case.
    pub name: String,
    pub value: Secret,
}

/// The headers of a list, and how many of its parts are none.
pub(super) fn headers(list: &str) -> (Vec<Header>, usize) {
    let (pairs, broken) = pairs(list);
    let headers = pairs.into_iter().map(|(name, value)| Header {
        name: name.to_ascii_lowercase(),
        value: Secret::new(value),
    });
    (headers.collect(), broken)
}

/// The pairs of a list, decoded, and how many of its parts are none.
pub(super) fn pairs(list: &str) -> (Vec<(String, String)>, usize) {
    let parts = list.split(',').map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let read = parts.iter().filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        let name = decoded(name.trim());
        (!name.is_empty()).then(|| (name, decoded(value.trim())))
    });
    let read: Vec<(String, String)> = read.collect();
    let broken = parts.len() - read.len();
    (read, broken)
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = digits
            .and_then(|digits| str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_read_with_blanks_and_escapes() {
        let (read, broken) = pairs(" a=1, b = x%20y ,,c=d=e");
        let read: Vec<(&str, &str)> = read.iter().map(|(n, v)| (&**n, &**v)).collect();
        assert_eq!(read, [("a", "1"), ("b", "x y"), ("c", "d=e")]);
        assert_eq!(broken, 0);
    }

    #[test]
    fn what_is_no_pair_is_counted() {
        assert_eq!(pairs("DD-API-KEY: 0123,=x").1, 2);
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%+1%é"), "%zz%+1%é");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let _ = headers(&text);
        }
    }
}
