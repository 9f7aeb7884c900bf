//! `trace.url` of a profile: where a trace is to be seen on its platform.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::Trace;

/// What may stand in braces: fields that tell one trace from another.
const NAMES: [&str; 6] = [
    "trace_id",
    "span_id",
    "agent_id",
    "organization_id",
    "session_id",
    "environment",
];

/// An address with the names of fields in braces: `https://exec.example/traces/{trace_id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceUrl(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(&'static str),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    #[error("it begins with https:// or http://")]
    NoAddress,
    #[error("a brace is not closed")]
    Open,
    #[error("`{{{0}}}` is no field of a trace; there are {{{names}}}", names = NAMES.join("}, {"))]
    Unknown(String),
}

impl fmt::Display for TraceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Field(field) => write!(f, "{{{field}}}"),
        })
    }
}

impl FromStr for TraceUrl {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Self, NotATemplate> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Err(NotATemplate::NoAddress);
        }
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or(NotATemplate::Open)?;
            let known = NAMES.into_iter().find(|known| *known == name);
            let field = known.ok_or_else(|| NotATemplate::Unknown(name.to_owned()))?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Field(field));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }
}

impl TraceUrl {
    /// The page of `trace`; `None` where it lacks a field that the address needs.
    pub fn of(&self, trace: &Trace) -> Option<String> {
        let mut url = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => url.push_str(text),
                Piece::Field(field) => push_encoded(&mut url, trace.text(field)?),
            }
        }
        Some(url)
    }
}

/// What a trace says is a part of an address and never its shape: RFC 3986 §2.3.
fn push_encoded(url: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => drop(write!(url, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(template: &str, fields: serde_json::Value) -> Option<String> {
        let template: TraceUrl = template.parse().expect("a template");
        let fields = fields.as_object().expect("an object").clone();
        template.of(&Trace::new(fields, jiff::Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn fields_stand_where_their_names_are_and_change_no_address() {
        let template = "https://exec.example/o/{organization_id}/t/{trace_id}?x=1";
        let trace = json!({"trace_id": "../a b?c=ü", "organization_id": "o-1"});
        assert_eq!(
            url(template, trace).as_deref(),
            Some("https://exec.example/o/o-1/t/..%2Fa%20b%3Fc%3D%C3%BC?x=1")
        );
        assert_eq!(url(template, json!({"trace_id": "t-1"})), None);
        let fixed = url("http://exec.example/", json!({}));
        assert_eq!(fixed.as_deref(), Some("http://exec.example/"));
    }

    #[test]
    fn it_is_shown_as_it_was_written() {
        let text = "https://exec.example/{agent_id}/x/{trace_id}";
        let template: TraceUrl = text.parse().expect("a template");
        assert_eq!(template.to_string(), text);
    }

    #[test]
    fn what_is_no_template_says_why() {
        for (text, why) in [
            (
                "exec.example/{trace_id}",
                "it begins with https:// or http://",
            ),
            ("https://exec.example/{trace_id", "a brace is not closed"),
            (
                "https://exec.example/{trace}",
                "`{trace}` is no field of a trace; there are {trace_id}, {span_id}, {agent_id}, \
                 {organization_id}, {session_id}, {environment}",
            ),
        ] {
            let error = text.parse::<TraceUrl>().expect_err("no template");
            assert_eq!(error.to_string(), why);
        }
    }
}
