//! A tail as lines for people: a label in its colour, a sign, the text.
//!
//! | sign | the line is |
//! |---|---|
//! | `\|` | what the session said |
//! | `:` | the same, out of the stored recording, behind a gap |
//! | `+` `-` | the session opened, closed |
//! | `!` | a gap, or a stream that broke |

use std::time::Duration;

use jiff::Timestamp;

use super::names::Names;
use crate::commands::sessions::list::outcome_cell;
use crate::domain::session::Session;
use crate::domain::time::human_duration;
use crate::recording::transcript;
use crate::sources::tail::{Begin, Gap, TailEvent, TailLine};
use crate::ui::{Tone, Ui, counted, escape};

/// Writes events as lines.
pub struct Text<'a> {
    ui: &'a Ui,
    names: Names,
}

impl<'a> Text<'a> {
    pub fn new(ui: &'a Ui) -> Self {
        Self {
            names: Names::new(ui.table_width()),
            ui,
        }
    }

    /// What the session is called.
    pub fn label(&mut self, session: &Session) -> String {
        self.names
            .of(&session.id, &session.connection.name)
            .label
            .trim_end()
            .to_owned()
    }

    /// Appends the lines of an event; what is said on stderr alone has none.
    pub fn write(&mut self, event: &TailEvent, out: &mut Vec<u8>) {
        match event {
            TailEvent::Opened { session, begin } => {
                let text = self.opened(session, *begin);
                self.line(session, '+', &text, Tone::Dim, out);
            }
            TailEvent::Line { session, line } => self.said(session, line, out),
            TailEvent::Gap { session, gap } => {
                let text = self.gap(gap);
                self.line(session, '!', &text, Tone::Warning, out);
            }
            TailEvent::Back { session, away } => {
                let away = human_duration(*away);
                let text = format!(
                    "no stream for {away}; what was recorded meanwhile follows once it is stored"
                );
                self.line(session, '!', &text, Tone::Warning, out);
            }
            TailEvent::Elsewhere { session } => self.line(session, '!', ELSEWHERE, Tone::Dim, out),
            TailEvent::Closed { session } => {
                let (text, tone) = self.closed(session);
                self.line(session, '-', &text, tone, out);
                self.names.forget(&session.id);
            }
            TailEvent::Lost { session, why } => {
                let text = format!("followed no further: {}", escape::line(why));
                self.line(session, '!', &text, Tone::Bad, out);
                self.names.forget(&session.id);
            }
            TailEvent::Away { .. }
            | TailEvent::ListAway { .. }
            | TailEvent::ListBack { .. }
            | TailEvent::Waiting { .. }
            | TailEvent::Cut { .. } => {}
        }
    }

    fn opened(&self, session: &Session, begin: Begin) -> String {
        let (at, who) = (self.ui.moment(session.start_date), session.identity.label());
        let kind = session.connection.short_type();
        let (who, kind) = (escape::line(who), escape::line(kind));
        match begin {
            Begin::Joined => format!("open since {at}, by {who} ({kind})"),
            Begin::New | Begin::Past => format!("{at} opened by {who} ({kind})"),
        }
    }

    fn said(&mut self, session: &Session, line: &TailLine, out: &mut Vec<u8>) {
        let tone = match line.tone {
            transcript::Tone::Plain => Tone::Plain,
            transcript::Tone::Input => Tone::Accent,
            transcript::Tone::Remark => Tone::Dim,
            transcript::Tone::Error => Tone::Bad,
        };
        let sign = if line.is_late { ':' } else { '|' };
        match line.is_whole {
            true => self.line(session, sign, &line.text, tone, out),
            false => {
                let more = self.ui.palette().paint(Tone::Dim, "…");
                self.line(session, sign, &format!("{} {more}", line.text), tone, out);
            }
        }
    }

    fn gap(&self, gap: &Gap) -> String {
        let bytes = match gap.bytes {
            Some(bytes) => counted(bytes, "byte"),
            None => "an unknown number of bytes".to_owned(),
        };
        let (at, lasted) = (self.ui.moment(gap.from), human_duration(gap.duration()));
        let what = match gap.is_beginning {
            true => "the beginning",
            false => "gap",
        };
        match &gap.unfilled {
            None => format!("{at} {what} of {lasted} / {bytes}, from the stored recording:"),
            Some(why) => format!("{at} {what} of {lasted} / {bytes}, not filled: {why}"),
        }
    }

    fn closed(&self, session: &Session) -> (String, Tone) {
        let (outcome, tone) = outcome_cell(session);
        let at = self
            .ui
            .moment(session.end_date.unwrap_or_else(Timestamp::now));
        let after = session.duration().filter(|ran| *ran > Duration::ZERO);
        let after = after.map(|ran| format!(" after {}", human_duration(ran)));
        (format!("{at} {outcome}{}", after.unwrap_or_default()), tone)
    }

    fn line(&mut self, session: &Session, sign: char, text: &str, tone: Tone, out: &mut Vec<u8>) {
        let (name, palette) = (
            self.names.of(&session.id, &session.connection.name),
            self.ui.palette(),
        );
        let label = palette.paint_name(name.colour, &name.label);
        let sign = palette.paint(Tone::Dim, sign);
        let line = match text.is_empty() {
            true => format!("{label} {sign}\n"),
            false => format!("{label} {sign} {}\n", palette.paint(tone, text)),
        };
        out.extend_from_slice(line.as_bytes());
    }
}

const ELSEWHERE: &str = "this session runs on another replica of the gateway: shown as it is \
                         stored, up to 50 s late";
