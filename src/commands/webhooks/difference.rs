//! What is to be different about an endpoint, line by line, with no key in it.

use super::view::printable;
use crate::domain::endpoint::{Change, Endpoint};
use crate::domain::secret::Secret;

/// One thing that changes: its name, as it is, as it is to be.
pub struct Line(pub &'static str, pub String, pub String);

/// What becomes of the API key in an endpoint's header.
pub enum KeyChange {
    Another(Secret),
    /// The header of that name goes: the endpoint is to send elsewhere.
    None(String),
}

/// What `change` changes, in words.
pub fn lines(endpoint: &Endpoint, change: &Change, key: Option<&KeyChange>) -> Vec<Line> {
    let events = |types: &[String]| match types {
        [] => "all".to_owned(),
        types => types.join(","),
    };
    let state = |is_disabled: bool| match is_disabled {
        true => "disabled".to_owned(),
        false => "enabled".to_owned(),
    };
    let mut lines = Vec::new();
    if let Some(url) = &change.url {
        let (now, wanted) = (printable(&endpoint.url), printable(url));
        // Two addresses that look the same differ in what is masked.
        match now == wanted {
            true => lines.push(key_line("its URL")),
            false => lines.push(Line("url", now, wanted)),
        }
    }
    match key {
        Some(KeyChange::Another(_)) => lines.push(key_line("its header")),
        Some(KeyChange::None(_)) => lines.push(Line(
            "key",
            "one in its header".to_owned(),
            "none".to_owned(),
        )),
        None => {}
    }
    if let Some(types) = &change.event_types {
        lines.push(Line("events", events(&endpoint.event_types), events(types)));
    }
    if let Some(description) = &change.description {
        let now = endpoint.description.clone();
        lines.push(Line("about", now, description.clone()));
    }
    if let Some(is_disabled) = change.is_disabled {
        lines.push(Line(
            "state",
            state(endpoint.is_disabled),
            state(is_disabled),
        ));
    }
    lines
}

fn key_line(place: &str) -> Line {
    Line(
        "key",
        format!("one in {place}"),
        format!("another key in {place}"),
    )
}

/// The lines as they are printed, each below its name.
pub fn text(lines: &[Line]) -> String {
    let one = |Line(name, now, wanted): &Line| {
        format!("  {name:<7} now     {now}\n          wanted  {wanted}\n")
    };
    lines.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_key_behind_the_same_address_is_told_from_another_address() {
        let of = |now: &str, wanted: &str| {
            let endpoint = Endpoint {
                url: now.to_owned(),
                ..Endpoint::default()
            };
            let change = Change {
                url: Some(wanted.to_owned()),
                ..Change::default()
            };
            text(&lines(&endpoint, &change.to(&endpoint), None))
        };
        let intake = |key: &str| format!("https://intake.test/logs?dd-api-key={key}");
        let rotated = of(&intake("old"), &intake("new"));
        assert!(rotated.contains("another key"), "{rotated}");
        let moved = of(&intake("old"), "https://relay.test/hoop");
        assert!(moved.contains("https://relay.test/hoop"), "{moved}");
        assert!(!moved.contains("old"), "{moved}");
        assert_eq!(of(&intake("old"), &intake("old")), "");
    }
}
