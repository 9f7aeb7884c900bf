//! Cutting what is too long, visibly: a marker says how long the text was.

use serde_json::{Map, Value};

/// A text this short is not cut further.
const SHORTEST: usize = 256;
/// What is left of the largest text of an entry that the intake refused as too large.
const SHORTENED: usize = 4 << 10;

/// The longest beginning of `text` that has at most `bytes` bytes and ends between two characters.
pub(super) fn text_prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Cuts texts, largest first, until an object that takes `size` bytes as JSON takes `limit`.
/// False where no text was long enough to cut.
pub(super) fn fit(body: &mut Map<String, Value>, size: usize, limit: usize) -> bool {
    let mut size = size;
    let mut has_cut = false;
    while size > limit {
        let Some(text) = largest(body) else { break };
        let before = json_len(text);
        if before <= SHORTEST {
            break;
        }
        let room = before.saturating_sub(size - limit).max(SHORTEST);
        cut_to(text, room);
        let after = json_len(text);
        if after >= before {
            break;
        }
        size -= before - after;
        has_cut = true;
    }
    has_cut
}

/// Cuts the largest text of an object to a few kilobytes. False where none is longer.
pub(super) fn shorten(body: &mut Map<String, Value>) -> bool {
    match largest(body) {
        Some(text) if json_len(text) > SHORTENED => {
            cut_to(text, SHORTENED);
            true
        }
        _ => false,
    }
}

/// The text that takes most room as JSON.
fn largest(body: &mut Map<String, Value>) -> Option<&mut String> {
    body.values_mut()
        .filter_map(largest_in)
        .max_by_key(|text| json_len(text))
}

fn largest_in(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(values) => values
            .iter_mut()
            .filter_map(largest_in)
            .max_by_key(|text| json_len(text)),
        Value::Object(fields) => largest(fields),
        _ => None,
    }
}

/// Cuts `text` so that, marker included, it takes at most `room` bytes as JSON.
fn cut_to(text: &mut String, room: usize) {
    let marker = format!("… [cut by ddctl: {} bytes in all]", text.len());
    let room = room.saturating_sub(marker.len());
    let mut taken = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            taken += json_len_of_char(*c);
            taken > room
        })
        .map_or(text.len(), |(at, _)| at);
    text.truncate(end);
    text.push_str(&marker);
}

/// The bytes `text` takes within the quotes of a JSON string.
fn json_len(text: &str) -> usize {
    text.chars().map(json_len_of_char).sum()
}

/// As serde_json writes it: short escapes where JSON has them, `\u00XX` for other control
/// characters, everything else as it is.
fn json_len_of_char(c: char) -> usize {
    match c {
        '"' | '\\' | '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => 2,
        '\0'..='\u{1f}' => 6,
        _ => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    fn size(body: &Map<String, Value>) -> usize {
        serde_json::to_vec(body).expect("serialises").len()
    }

    #[test]
    fn the_largest_text_is_cut_and_says_how_long_it_was() {
        let mut body = object(json!({"a": "short", "deep": {"list": [1, "x".repeat(5_000)]}}));
        let before = size(&body);
        assert!(fit(&mut body, before, 1_000));
        assert!(size(&body) <= 1_000);
        let cut = body["deep"]["list"][1].as_str().expect("a text");
        assert!(cut.ends_with("… [cut by ddctl: 5000 bytes in all]"));
        assert_eq!(body["a"], "short");
    }

    #[test]
    fn an_object_of_many_small_texts_cannot_be_made_to_fit() {
        let mut body: Map<String, Value> = (0..100).map(|n| (n.to_string(), json!("xy"))).collect();
        let before = size(&body);
        assert!(!fit(&mut body, before, 100));
        assert_eq!(size(&body), before);
    }

    #[test]
    fn an_entry_is_shortened_to_a_few_kilobytes() {
        let mut body = object(json!({"message": "\u{1}".repeat(9_000)}));
        assert!(shorten(&mut body));
        assert!(size(&body) < SHORTENED + 100);
        assert!(!shorten(&mut body));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Control characters grow sixfold as JSON: a cut by the raw length would not do.
        #[test]
        fn what_grows_under_escaping_fits_all_the_same(
            text in "[a\"\\\\\n\u{1}ü😀]{0,3000}",
            limit in 400_usize..4_000,
        ) {
            let mut body = object(json!({"message": text, "n": 1}));
            let before = size(&body);
            if before > limit {
                prop_assert!(fit(&mut body, before, limit));
            }
            prop_assert!(size(&body) <= limit);
        }
    }
}
