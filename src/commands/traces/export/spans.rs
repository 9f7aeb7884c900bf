//! Traces as spans: the lines of a trace are held until it is a tree.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::keeper::{FileLine, Mapping};
use super::shelf::number;
use crate::delivery::Record;
use crate::delivery::map::execlave::{Position, SpanForm, made_up_root, times, to_record, to_span};
use crate::delivery::map::otlp;
use crate::domain::trace::Trace;
use crate::sources::lines::Row;
use crate::sources::traces::{Entry, Group, Held, OtlpSpan, Window};

/// The lines that wait, for one destination.
pub(super) struct Spans {
    form: SpanForm,
    window: RefCell<Window<Arc<FileLine>>>,
}

impl Spans {
    pub fn new(form: SpanForm) -> Self {
        Self {
            form,
            window: RefCell::default(),
        }
    }

    /// Holds a line; gives out what has to go for it.
    pub fn hold(&self, line: &Arc<FileLine>, mapping: &Mapping) -> Vec<Record> {
        let trace = match &line.row {
            Row::Event(Entry::Trace(trace)) => trace,
            // It knows its place.
            Row::Event(Entry::Span(span)) => return self.as_it_came(line, span, mapping),
            Row::Broken(_) => return Vec::new(),
        };
        let held = Held::new(Arc::clone(line), trace);
        let group = self.window.borrow_mut().push(held, Instant::now());
        group.map_or(Vec::new(), |group| self.records(&group, mapping))
    }

    /// Of OTLP nothing is changed where it goes to a receiver of that; what we make of it passes the
    /// redactor.
    fn as_it_came(&self, line: &FileLine, one: &OtlpSpan, mapping: &Mapping) -> Vec<Record> {
        let records = match self.form {
            SpanForm::Otlp => otlp::records_of(one.envelope.clone()).collect(),
            SpanForm::LlmObs => {
                let mut span = one.span.clone();
                span.map_texts(|text| mapping.redactor.redact(text).into_owned());
                vec![to_record(&span, &one.trace, &mapping.profile, self.form)]
            }
        };
        let numbered = |record| Record {
            number: Some(number(line.file, line.line)),
            ..record
        };
        records.into_iter().map(numbered).collect()
    }

    /// What has waited for `age`.
    pub fn due(&self, age: Duration, mapping: &Mapping) -> Vec<Record> {
        let due = self.window.borrow_mut().due(Instant::now(), age);
        let records = due.iter().flat_map(|group| self.records(group, mapping));
        records.collect()
    }

    fn records(&self, group: &Group<Arc<FileLine>>, mapping: &Mapping) -> Vec<Record> {
        let spans = group.spans.iter().filter_map(|placed| {
            let trace = trace_of(&placed.payload)?;
            let position = Position {
                span: placed.span,
                parent: placed.parent,
            };
            let Mapping {
                profile,
                redactor,
                stamp,
            } = mapping;
            let span = to_span(trace, position, profile, redactor, *stamp);
            Some(Record {
                number: Some(number(placed.payload.file, placed.payload.line)),
                ..to_record(&span, trace, profile, self.form)
            })
        });
        self.made_up(group, mapping)
            .into_iter()
            .chain(spans)
            .collect()
    }

    /// The root that nobody logged.
    fn made_up(&self, group: &Group<Arc<FileLine>>, mapping: &Mapping) -> Option<Record> {
        let root = group.made_up?;
        let traces = || {
            group
                .spans
                .iter()
                .filter_map(|placed| trace_of(&placed.payload))
        };
        let times = || traces().map(|trace| times(trace, mapping.stamp));
        let start = times().map(|(start, _)| start).min()?;
        let end = times().map(|(_, end)| end).max()?;
        let span = made_up_root(group.trace, root, (start, end));
        Some(to_record(
            &span,
            traces().next()?,
            &mapping.profile,
            self.form,
        ))
    }
}

fn trace_of(line: &FileLine) -> Option<&Trace> {
    match &line.row {
        Row::Event(entry) => Some(entry.trace()),
        Row::Broken(_) => None,
    }
}
