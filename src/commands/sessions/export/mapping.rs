//! From events to records.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Export;
use super::left_out::LeftOut;
use crate::commands::shipping::{self, Destination};
use crate::context::Context;
use crate::delivery::late::{Age, Window};
use crate::delivery::map::log::{LogProfile, to_record};
use crate::delivery::map::session::to_spans;
use crate::delivery::map::{llmobs, otlp};
use crate::delivery::state::Unfinished;
use crate::delivery::{Ages, Record};
use crate::domain::event::{EventKind, SessionEvent};
use crate::domain::redaction::Redactor;
use crate::domain::session::{IdentityKind, Session};
use crate::domain::span::Attributes;
use crate::gateway::Gateway;
use crate::recording::{first_statements, steps};
use crate::sources::{Contents, ReadRecording, has_recording, has_statements};

pub(super) struct Mapping {
    profile: LogProfile,
    redactor: Redactor,
    resource: Attributes,
    tags: Vec<String>,
    has_output: bool,
    has_people: bool,
    left_out: RefCell<LeftOut>,
}

impl Mapping {
    pub fn new(context: &Context, args: &Export, gateway: &Gateway) -> anyhow::Result<Self> {
        let profile = shipping::log_profile(context, gateway)?;
        Ok(Self {
            resource: otlp::resource(&profile),
            tags: llmobs::tags(&profile),
            redactor: context.redactor(args.no_redact)?,
            has_output: args.include_output,
            has_people: args.include_people,
            left_out: RefCell::default(),
            profile,
        })
    }

    pub fn profile(&self) -> &LogProfile {
        &self.profile
    }

    /// How recordings are read: what a session did as well where `has_steps`.
    pub fn reading(&self, has_steps: bool) -> Reading {
        Reading {
            redactor: self.redactor.clone(),
            has_steps,
            has_output: self.has_output,
        }
    }

    /// What LLM Observability was not to get.
    pub fn left_out(&self) -> LeftOut {
        self.left_out.borrow().clone()
    }

    /// Whether LLM Observability gets the session, which is not much older than it takes.
    fn is_for_llmobs(&self, session: &Session) -> bool {
        let mut left_out = self.left_out.borrow_mut();
        let note = |sessions: &mut BTreeSet<String>| {
            sessions.insert(session.id.clone());
            false
        };
        let window = Window::of(Ages::LLM_OBSERVABILITY, Timestamp::now());
        match session.identity.kind {
            IdentityKind::User if !self.has_people => note(&mut left_out.people),
            _ if window.age(session.start_date) == Age::Late => note(&mut left_out.too_old),
            _ => true,
        }
    }
}

impl shipping::Mapping<SessionEvent> for Mapping {
    fn record(&self, event: &SessionEvent) -> Record {
        to_record(event, &self.profile, &self.redactor)
    }

    fn id(&self, event: &SessionEvent) -> String {
        event.id.to_string()
    }

    fn spans(&self, destination: &Destination, event: &SessionEvent) -> Vec<Record> {
        if event.kind != EventKind::Close {
            return Vec::new();
        }
        let spans = || to_spans(event, &self.redactor);
        match destination {
            Destination::LlmObs if !self.is_for_llmobs(&event.session) => Vec::new(),
            Destination::LlmObs => {
                let root = event.session.start_date;
                let record = |span| Record {
                    // A trace grows old as a whole.
                    timestamp: root,
                    ..llmobs::to_record(&span, &self.tags)
                };
                spans().into_iter().map(record).collect()
            }
            _ => {
                let record = |span| otlp::to_record(&span, &self.resource);
                spans().into_iter().map(record).collect()
            }
        }
    }

    fn origin(&self, event: &SessionEvent) -> Unfinished {
        Unfinished {
            session: event.session.id.clone(),
            started: event.session.start_date,
        }
    }
}

/// Reads the first statements of a database client's recording, with the marks of the redactor; and
/// what every session did, where something takes spans.
#[derive(Clone)]
pub(super) struct Reading {
    redactor: Redactor,
    has_steps: bool,
    has_output: bool,
}

impl ReadRecording for Reading {
    fn wants(&self, row: &Session) -> bool {
        match self.has_steps {
            true => has_recording(row),
            false => has_statements(row),
        }
    }

    fn read(&self, session: &Session, event_stream: &[u8]) -> Contents {
        let statements = match has_statements(session) {
            true => first_statements(self.redactor.clone())(session, event_stream),
            false => None,
        };
        let steps = match self.has_steps {
            true => steps(session, event_stream, &self.redactor, self.has_output),
            false => None,
        };
        Contents {
            statements,
            steps: steps.map(Arc::new),
        }
    }
}
