//! A readable text of any recording, line by line.
//!
//! Every line is safe to print: it went through the allow-list of [`super::safe`]. Terminal and
//! script sessions become what was shown, database sessions numbered statements, HTTP sessions
//! requests and answers.

mod database;
mod http;
mod opaque;
mod pretty;
mod screen;

use std::borrow::BorrowMut;
use std::io::{self, Write};
use std::ops::Range;
use std::time::Duration;

use super::redact::{self, Report, Side, Window};
use super::{Event, Kind, Size};
use crate::domain::redaction::Redactor;

/// One line of a transcript, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it began to appear.
    pub time: Duration,
    pub text: String,
    pub tone: Tone,
}

/// What a line is, for those who colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Recorded text.
    Plain,
    /// What the client sent, where it stands apart from what it got.
    Input,
    /// Said by this program about the recording.
    Remark,
    /// The session's own error.
    Error,
}

/// Makes the lines of a recording from its events, one by one.
pub struct Transcript(Layout);

enum Layout {
    Screen(Box<screen::Text>),
    Http(http::Exchange),
    Database(Box<database::Database>),
    Opaque { kind: Kind, has_begun: bool },
}

impl Transcript {
    /// `size` is that of the recorded terminal, as far as it is known.
    pub fn new(kind: Kind, size: Size) -> Self {
        Self(match kind {
            Kind::Exec | Kind::Terminal => Layout::Screen(Box::new(screen::Text::new(kind, size))),
            Kind::Http => Layout::Http(http::Exchange::new()),
            Kind::Ssh | Kind::Rdp | Kind::Tcp => Layout::Opaque {
                kind,
                has_begun: false,
            },
            Kind::Postgres | Kind::MySql | Kind::SqlServer | Kind::MongoDb | Kind::Oracle => {
                Layout::Database(Box::new(database::Database::new(kind)))
            }
        })
    }

    /// Ends lines of a screen that are longer than this many bytes, for many sessions at once.
    #[must_use]
    pub fn with_longest_line(mut self, bytes: usize) -> Self {
        if let Layout::Screen(text) = &mut self.0 {
            text.set_longest_line(bytes);
        }
        self
    }

    /// Makes the marks of what a protocol says is a secret as `redactor` does, with its tokens;
    /// before the first event.
    pub fn marking(mut self, redactor: &Redactor) -> Self {
        if let Layout::Database(database) = &mut self.0 {
            database.reading(|statements| statements.marking(redactor));
        }
        self
    }

    /// Counts only what is hidden in a range of the recording.
    pub fn counting(mut self, range: Range<Duration>) -> Self {
        if let Layout::Database(database) = &mut self.0 {
            database.reading(|statements| statements.counting(range));
        }
        self
    }

    /// The line of a screen that has not ended, as it stands; none of other recordings.
    pub fn unfinished(&self) -> Option<Line> {
        match &self.0 {
            Layout::Screen(text) => text.unfinished(),
            _ => None,
        }
    }

    /// What was hidden for the protocol's sake; what other rules find is not among it.
    pub fn report(&self) -> Option<&Report> {
        match &self.0 {
            Layout::Database(database) => Some(database.report()),
            _ => None,
        }
    }

    /// Appends the lines that the event completes.
    pub fn push(&mut self, event: &Event, lines: &mut Vec<Line>) {
        self.begin(lines);
        match &mut self.0 {
            Layout::Screen(text) => text.push(event, lines),
            Layout::Http(exchange) => exchange.push(event, lines),
            Layout::Database(database) => database.push(event, lines),
            Layout::Opaque { .. } => lines.extend(opaque::line(event)),
        }
    }

    /// Appends what had not ended.
    pub fn finish(&mut self, lines: &mut Vec<Line>) {
        self.begin(lines);
        match &mut self.0 {
            Layout::Screen(text) => text.finish(lines),
            Layout::Http(exchange) => exchange.finish(lines),
            Layout::Database(database) => database.finish(lines),
            Layout::Opaque { .. } => {}
        }
    }

    fn begin(&mut self, lines: &mut Vec<Line>) {
        if let Layout::Opaque { kind, has_begun } = &mut self.0
            && !std::mem::replace(has_begun, true)
        {
            lines.push(opaque::head(*kind));
        }
    }
}

/// The lines of a recording that is in memory, in order.
pub fn lines(kind: Kind, events: &[Event]) -> Vec<Line> {
    let size = match kind {
        Kind::Terminal => super::size::infer(events),
        _ => Size::ASSUMED,
    };
    let (mut transcript, mut lines) = (Transcript::new(kind, size), Vec::new());
    for event in events {
        transcript.push(event, &mut lines);
    }
    transcript.finish(&mut lines);
    lines
}

/// As [`lines`], with the secrets of the whole text replaced.
pub fn redacted(kind: Kind, events: &[Event], redactor: &Redactor) -> Vec<Line> {
    let (mut redacted, mut all) = (Redacted::new(redactor.clone()), Vec::new());
    for line in lines(kind, events) {
        redacted.push(line, &mut all);
    }
    redacted.finish(&mut all);
    all
}

/// Takes the secrets out of lines that come one by one, with the bounds of [`super::redact`].
/// A line may be part of something larger that its owner tells it by.
///
/// A secret that takes several lines leaves one, at the time of its first.
#[derive(Debug)]
pub struct Redacted<T = Line> {
    window: Window<T>,
    /// A line that a secret took the end of: what is left of a later one belongs to it.
    open: Option<T>,
}

impl<T: BorrowMut<Line>> Redacted<T> {
    pub fn new(redactor: Redactor) -> Self {
        Self {
            window: Window::new(redactor),
            open: None,
        }
    }

    /// Counts only what is found in a range of the recording; all is hidden.
    pub fn counting(mut self, range: Range<Duration>) -> Self {
        self.window = self.window.counting(range);
        self
    }

    /// Takes a line in, and appends those in which all secrets have been found.
    pub fn push(&mut self, line: T, lines: &mut Vec<T>) {
        self.window.push(line, Some(Side::Typed), |line, text| {
            text.extend_from_slice(line.borrow().text.as_bytes());
            text.push(b'\n');
        });
        self.take(lines);
    }

    /// Appends all the rest.
    pub fn finish(&mut self, lines: &mut Vec<T>) {
        self.flush(lines);
        lines.extend(self.open.take());
    }

    /// Appends all that is held back, where nothing more will come for a while.
    pub fn flush(&mut self, lines: &mut Vec<T>) {
        self.window.flush();
        self.take(lines);
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        self.window.report()
    }

    fn take(&mut self, lines: &mut Vec<T>) {
        while let Some((mut line, edits)) = self.window.pop() {
            if edits.is_empty() && self.open.is_none() {
                lines.push(line);
                continue;
            }
            let mut bytes = std::mem::take(&mut line.borrow_mut().text).into_bytes();
            bytes.push(b'\n');
            redact::apply(&edits, &mut bytes);
            let is_whole = bytes.ends_with(b"\n");
            bytes.truncate(bytes.len() - usize::from(is_whole));
            let mut line = self.open.take().unwrap_or(line);
            let text = &mut line.borrow_mut().text;
            text.push_str(&String::from_utf8_lossy(&bytes));
            match is_whole {
                true => lines.push(line),
                false => self.open = Some(line),
            }
        }
    }
}

/// Writes lines as UTF-8 text.
pub fn write(lines: &[Line], out: &mut impl Write) -> io::Result<()> {
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{}", line.text))
}

/// Minutes, seconds and milliseconds since the start: `  4:12.050`, or `1:04:12.050`.
fn offset(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let millis = time.subsec_millis();
    match hours {
        0 => format!("{minutes:>3}:{seconds:02}.{millis:03}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{millis:03}"),
    }
}

/// The session's error, of all kinds of recordings.
fn error_line(event: &Event) -> Line {
    let text = super::safe::line(&String::from_utf8_lossy(&event.data));
    Line {
        time: event.time,
        text: format!("session error: {text}"),
        tone: Tone::Error,
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::recording::Code;

    /// Events a second apart, each with its code and text.
    pub fn events(list: &[(&str, &[u8])]) -> Vec<Event> {
        list.iter()
            .enumerate()
            .map(|(index, (code, data))| Event {
                time: Duration::from_secs(index as u64),
                code: Code::parse(code).expect("a code"),
                data: data.to_vec(),
                index,
            })
            .collect()
    }

    pub fn texts(kind: Kind, list: &[(&str, &[u8])]) -> Vec<String> {
        let lines = lines(kind, &events(list));
        lines.into_iter().map(|line| line.text).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::{Code, Strictness, open, safe};

    /// The transcript of a recording made with a real program.
    fn recorded(kind: Kind, json: &str) -> String {
        let reader = open(json.as_bytes(), Strictness::Strict).expect("a recording");
        let (recording, warnings) = reader.into_recording().expect("a recording");
        assert!(warnings.is_empty());
        let mut text = Vec::new();
        write(&lines(kind, &recording.events), &mut text).expect("memory takes all");
        String::from_utf8(text).expect("a transcript is UTF-8")
    }

    #[test]
    fn a_driver_of_postgresql_reads_as_it_ran() {
        let text = recorded(
            Kind::Postgres,
            include_str!("../sandbox/world/recordings/pg-native-driver.json"),
        );
        assert!(text.contains(concat!(
            "   7    0:02.611  INSERT INTO findings VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)\n",
            "                  $1 = 6f1c2c7e-0f55-4d5e-9a53-0d1f6e1f2a10\n",
            "                  $2 = 2026-11-20T09:03:12.25Z\n",
            "                  $3 = -1234.5600\n",
            "                  $4 = true\n",
            "                  $5 = 2026-11-20\n",
            "                  $6 = 0.1\n",
        )));
        assert!(text.contains("22    0:04.617  COMMIT\n"));
        assert!(
            !text.contains("pg-Q2F"),
            "the user of the gateway's credentials is a secret"
        );
    }

    #[test]
    fn passwords_and_copied_rows_of_a_real_session_are_not_told() {
        let text = recorded(
            Kind::Postgres,
            include_str!("../sandbox/world/recordings/pg-native-ddl.json"),
        );
        for secret in ["S3cr3t", "changed-42", "hunter2", "Lyon"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.contains("(copied in 59 bytes of rows, not shown)"));
        assert!(text.ends_with("   9    0:11.448  DROP ROLE reporting;\n"));
    }

    #[test]
    fn a_shell_and_a_script_read_as_they_were_seen() {
        let shell = recorded(
            Kind::Terminal,
            include_str!("../sandbox/world/recordings/bash-idle.json"),
        );
        assert!(shell.contains("$ wc -l logs/app.log migrations/*.sql\n  240 logs/app.log\n"));
        let script = recorded(
            Kind::Exec,
            include_str!("../sandbox/world/recordings/psql-failing-migration.json"),
        );
        assert!(script.starts_with("> BEGIN;\n> CREATE TABLE"));
        assert!(script.contains("\nUPDATE 60\n pg_sleep\n----------\n\n(1 row)\n"));
    }

    #[test]
    fn an_api_client_reads_as_requests_and_answers_without_its_token() {
        let text = recorded(
            Kind::Http,
            include_str!("../sandbox/world/recordings/http-api.json"),
        );
        assert!(text.contains("  0:03.445  ← HTTP/1.1 403 Forbidden\n"));
        assert!(text.contains("              1042;83.40\n"));
        assert!(!text.contains("fake-agent-token"));
    }

    fn line(text: &str) -> Line {
        Line {
            time: Duration::ZERO,
            text: text.to_owned(),
            tone: Tone::Plain,
        }
    }

    #[test]
    fn a_secret_of_many_lines_is_taken_out_though_each_line_is_let_go_at_once() {
        let key = ["MC4CAQAwBQYDK2VwBCIEIA0123456789012345678901234567"; 5];
        let text = ["$ cat key", "-----BEGIN PRIVATE KEY-----"]
            .into_iter()
            .chain(key)
            .chain(["-----END PRIVATE KEY-----", "$ ls"]);
        let (mut redacted, mut lines) = (Redacted::new(Redactor::built_in()), Vec::new());
        for text in text {
            redacted.push(line(text), &mut lines);
            redacted.flush(&mut lines);
        }
        redacted.finish(&mut lines);
        let shown: String = lines
            .iter()
            .map(|line| format!("{}\n", line.text))
            .collect();
        assert!(!shown.contains("MC4CAQ"), "{shown}");
        assert!(
            shown.contains("[redacted:private-key]") && shown.ends_with("$ ls\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_line_that_has_not_ended_is_told_as_it_stands() {
        let mut transcript = Transcript::new(Kind::Terminal, Size::ASSUMED);
        let mut lines = Vec::new();
        let events = testing::events(&[("o", b"$ "), ("o", b"lx\x08s"), ("o", b"\r\n")]);
        let mut unfinished = Vec::new();
        for event in &events {
            transcript.push(event, &mut lines);
            unfinished.push(transcript.unfinished().map(|line| line.text));
        }
        assert_eq!(
            unfinished,
            [Some("$ ".to_owned()), Some("$ ls".to_owned()), None]
        );
    }

    const KINDS: [Kind; 6] = [
        Kind::Exec,
        Kind::Terminal,
        Kind::Postgres,
        Kind::MongoDb,
        Kind::Http,
        Kind::Tcp,
    ];

    #[test]
    fn an_offset_is_read_at_a_glance() {
        assert_eq!(offset(Duration::from_millis(252_050)), "  4:12.050");
        assert_eq!(offset(Duration::from_millis(3_852_050)), "1:04:12.050");
    }

    #[test]
    fn the_sessions_error_ends_every_kind_of_transcript() {
        for kind in KINDS {
            let lines = testing::texts(kind, &[("e", b"killed by\x1b[2J ana")]);
            assert_eq!(
                lines.last().map(String::as_str),
                Some("session error: killed by ana"),
                "{kind:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_line_is_safe_to_print(
            pieces in prop::collection::vec(
                (prop::bool::ANY, prop::collection::vec(any::<u8>(), 0..80)), 0..6
            )
        ) {
            let events: Vec<_> = pieces
                .into_iter()
                .enumerate()
                .map(|(index, (is_input, data))| Event {
                    time: Duration::from_millis(index as u64),
                    code: if is_input { Code::Input } else { Code::Output },
                    data,
                    index,
                })
                .collect();
            for kind in KINDS {
                for line in lines(kind, &events) {
                    prop_assert_eq!(&safe::text(&line.text), &line.text);
                    prop_assert!(!line.text.contains(['\n', '\r']));
                }
            }
        }
    }
}
