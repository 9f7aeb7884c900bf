//! What makes a span unusable, by the comments of opentelemetry-proto's `trace.proto`.

use std::fmt;

use opentelemetry_proto::tonic::trace::v1::Span;

use crate::domain::digest::hex;
use crate::domain::span::{SpanId, TraceId};

/// Why a span cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    TraceId,
    SpanId,
    ParentId,
    OwnParent,
    NoName,
    NoStart,
    /// Also an end that is missing.
    EndBeforeStart,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flaw::TraceId => "the trace id has not 16 bytes or is zero",
            Flaw::SpanId => "the span id has not 8 bytes or is zero",
            Flaw::ParentId => "the parent's id has not 8 bytes or is zero",
            Flaw::OwnParent => "the span is its own parent",
            Flaw::NoName => "the span has no name",
            Flaw::NoStart => "the span has no start",
            Flaw::EndBeforeStart => "the span ends before it starts",
        })
    }
}

/// What a span is called where something is wrong with it: its name, else its ids.
pub fn label(span: &Span) -> String {
    match span.name.is_empty() {
        false => format!("span `{}`", span.name),
        true => {
            let (id, trace) = (hex(&span.span_id), hex(&span.trace_id));
            format!("span `{id}` of trace `{trace}`")
        }
    }
}

/// The first flaw of `span`; `None` for a good one.
pub fn of(span: &Span) -> Option<Flaw> {
    let parent = &span.parent_span_id[..];
    let checks = [
        (
            TraceId::try_from(&span.trace_id[..]).is_err(),
            Flaw::TraceId,
        ),
        (SpanId::try_from(&span.span_id[..]).is_err(), Flaw::SpanId),
        (
            !parent.is_empty() && SpanId::try_from(parent).is_err(),
            Flaw::ParentId,
        ),
        (parent == &span.span_id[..], Flaw::OwnParent),
        (span.name.is_empty(), Flaw::NoName),
        (span.start_time_unix_nano == 0, Flaw::NoStart),
        (
            span.end_time_unix_nano < span.start_time_unix_nano,
            Flaw::EndBeforeStart,
        ),
    ];
    let found = checks.into_iter().find(|(is_so, _)| *is_so);
    found.map(|(_, flaw)| flaw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_without_a_name_is_called_by_its_ids() {
        let nameless = Span {
            name: String::new(),
            ..good()
        };
        assert_eq!(
            label(&nameless),
            format!("span `{}` of trace `{}`", "02".repeat(8), "01".repeat(16))
        );
        assert_eq!(of(&nameless), Some(Flaw::NoName));
    }

    type Breaking = fn(&mut Span);

    fn good() -> Span {
        Span {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            name: "chat".to_owned(),
            start_time_unix_nano: 1,
            end_time_unix_nano: 1,
            ..Span::default()
        }
    }

    #[test]
    fn a_root_and_a_child_are_good() {
        let child = Span {
            parent_span_id: vec![3; 8],
            ..good()
        };
        assert_eq!(of(&good()), None);
        assert_eq!(of(&child), None);
    }

    #[test]
    fn every_flaw_is_found() {
        let flawed: [(Breaking, Flaw); 9] = [
            (|span| span.trace_id = vec![0; 16], Flaw::TraceId),
            (|span| span.trace_id = vec![1; 8], Flaw::TraceId),
            (|span| span.span_id = Vec::new(), Flaw::SpanId),
            (|span| span.parent_span_id = vec![0; 8], Flaw::ParentId),
            (|span| span.parent_span_id = vec![2; 8], Flaw::OwnParent),
            (|span| span.name.clear(), Flaw::NoName),
            (|span| span.start_time_unix_nano = 0, Flaw::NoStart),
            (|span| span.end_time_unix_nano = 0, Flaw::EndBeforeStart),
            (|span| span.start_time_unix_nano = 2, Flaw::EndBeforeStart),
        ];
        for (break_it, flaw) in flawed {
            let mut span = good();
            break_it(&mut span);
            assert_eq!(of(&span), Some(flaw));
        }
    }
}
