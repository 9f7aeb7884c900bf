//! A recording made ready to be played: what the emulator is fed, and when.

use std::time::Duration;

use super::options::Reel;
use super::tape::InMemory;
use crate::domain::redaction::Redactor;
use crate::recording::transcript::{self, Line, Tone};
use crate::recording::{Code, Event, Kind, Recording, Size, redact, safe, size};

/// How a recording is made ready.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// Longer pauses are cut to this; without it the recording's own limit holds.
    pub idle_limit: Option<Duration>,
    /// The size of the recorded terminal, where it is known better.
    pub size: Option<Size>,
    /// Takes secrets out of what is drawn.
    pub redactor: Redactor,
}

impl Default for Preparation {
    fn default() -> Self {
        Self {
            idle_limit: None,
            size: None,
            redactor: Redactor::built_in(),
        }
    }
}

/// Makes a recording ready. `window` is what the viewer has for the screen: text that had no
/// terminal is laid out in it.
pub fn reel(
    recording: Recording,
    kind: Kind,
    preparation: &Preparation,
    window: Size,
) -> Reel<InMemory> {
    let Recording { header, events } = recording;
    let recorded = match kind {
        Kind::Terminal if header.size == Size::ASSUMED => size::infer(&events),
        Kind::Terminal => header.size,
        _ => window,
    };
    let redactor = &preparation.redactor;
    let tape = match kind {
        Kind::Terminal => {
            let events = redact::events(events, redactor);
            InMemory::of_events(events.into_iter().filter_map(terminal))
        }
        Kind::Exec => InMemory::of_events(script(redact::events(events, redactor))),
        kind => InMemory::of_events(lines(kind, &events, redactor)),
    };
    let limit = preparation.idle_limit.or(header.idle_time_limit);
    Reel {
        tape,
        size: preparation.size.unwrap_or(recorded),
        title: header.title.unwrap_or_default(),
        idle_limit: limit.unwrap_or(Duration::MAX),
        has_prompts: kind == Kind::Terminal,
    }
}

/// What of a terminal session is played: a terminal echoes its input, so output is all.
fn terminal(event: Event) -> Option<Event> {
    match event.code {
        Code::Error => Some(Event {
            data: error_text(&event.data),
            code: Code::Output,
            ..event
        }),
        // What was typed tells where commands were given; none of it is drawn.
        Code::Output | Code::Resize | Code::Marker | Code::Input => Some(event),
        _ => None,
    }
}

/// The gateway's error text stands on a line of its own, on the main screen.
fn error_text(data: &[u8]) -> Vec<u8> {
    let text = safe::line(&String::from_utf8_lossy(data));
    format!("\x1b[?1049l\r\n\x1b[0;31msession error: {text}\x1b[0m\r\n").into_bytes()
}

/// A script had no terminal that would have echoed it or made CR LF of LF.
fn script(events: Vec<Event>) -> Vec<Event> {
    let mut before = b'\n';
    let mut played = Played::default();
    for event in events {
        match event.code {
            Code::Input => {
                played.begin(script_label(&event.data));
                played.output(event.time, shown_script(&event.data));
                played.end();
            }
            Code::Output => {
                let data = with_carriage_returns(&event.data, &mut before);
                played.output(event.time, data);
            }
            Code::Error => played.output(event.time, error_text(&event.data)),
            _ => {}
        }
    }
    played.events
}

/// The first line of a script that says anything.
fn script_label(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}

/// What is played, with a marker behind each thing that somebody may want to go to: stopped
/// there, it can be seen.
#[derive(Default)]
struct Played {
    events: Vec<Event>,
    label: Option<String>,
}

impl Played {
    /// What comes is something new.
    fn begin(&mut self, label: String) {
        self.end();
        self.label = Some(label);
    }

    fn end(&mut self) {
        if let (Some(label), Some(last)) = (self.label.take(), self.events.last()) {
            self.push(last.time, Code::Marker, label.into_bytes());
        }
    }

    /// Output of the same time is one event.
    fn output(&mut self, time: Duration, data: Vec<u8>) {
        let last = self.events.last_mut();
        match last.filter(|event| event.time == time && event.code == Code::Output) {
            Some(event) => event.data.extend(data),
            None => self.push(time, Code::Output, data),
        }
    }

    fn push(&mut self, time: Duration, code: Code, data: Vec<u8>) {
        self.events.push(Event {
            time,
            code,
            data,
            index: self.events.len(),
        });
    }
}

fn shown_script(data: &[u8]) -> Vec<u8> {
    let text = safe::text(&String::from_utf8_lossy(data)).replace('\r', "");
    let mut shown = String::new();
    for row in text.trim_end().lines() {
        shown.push_str(&format!("\x1b[2m> {row}\x1b[0m\r\n"));
    }
    shown.into_bytes()
}

fn with_carriage_returns(data: &[u8], before: &mut u8) -> Vec<u8> {
    let mut shown = Vec::with_capacity(data.len() + data.len() / 16);
    for byte in data {
        if *byte == b'\n' && *before != b'\r' {
            shown.push(b'\r');
        }
        shown.push(*byte);
        *before = *byte;
    }
    shown
}

/// The transcript, for what was never on a screen.
fn lines(kind: Kind, events: &[Event], redactor: &Redactor) -> Vec<Event> {
    let mut played = Played::default();
    for line in transcript::redacted(kind, events, redactor) {
        if let Some(label) = label(kind, &line) {
            played.begin(label);
        }
        played.output(line.time, coloured(&line).into_bytes());
    }
    played.end();
    played.events
}

/// The statement or request that begins with a line.
fn label(kind: Kind, line: &Line) -> Option<String> {
    let text = match kind {
        Kind::Http => {
            let request = line.text.split_once("→ ")?.1;
            request
                .rsplit_once(" HTTP/")
                .map_or(request, |(request, _)| request)
        }
        kind if kind.is_native_database() && line.tone == Tone::Plain => {
            // Number, time and text, in columns.
            let mut columns = line.text.trim_start().splitn(2, "  ");
            columns.next()?.parse::<u64>().ok()?;
            let (_, text) = columns.next()?.trim_start().split_once("  ")?;
            text
        }
        _ => return None,
    };
    Some(text.trim().to_owned())
}

fn coloured(line: &Line) -> String {
    let style = match line.tone {
        Tone::Plain => return format!("{}\r\n", line.text),
        Tone::Input => "36",
        Tone::Remark => "2",
        Tone::Error => "31",
    };
    format!("\x1b[{style}m{}\x1b[0m\r\n", line.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Header;
    use crate::replay::tape::Tape;

    fn recording(list: &[(u64, &str, &[u8])]) -> Recording {
        let events = list
            .iter()
            .enumerate()
            .map(|(index, (ms, code, data))| Event {
                time: Duration::from_millis(*ms),
                code: Code::parse(code).expect("a code"),
                data: data.to_vec(),
                index,
            });
        Recording {
            header: Header::default(),
            events: events.collect(),
        }
    }

    /// Milliseconds and text of what is played; markers stand in brackets.
    fn played(kind: Kind, list: &[(u64, &str, &[u8])]) -> Vec<(u128, String)> {
        let window = Size { cols: 60, rows: 10 };
        let mut reel = reel(recording(list), kind, &Preparation::default(), window);
        let mut moments = Vec::new();
        while let Ok(Some(moment)) = reel.tape.next() {
            let text = String::from_utf8_lossy(&moment.data);
            let text = match moment.code {
                Code::Marker => format!("[{text}]"),
                _ => text.into_owned(),
            };
            moments.push((moment.time.as_millis(), text));
        }
        moments
    }

    #[test]
    fn of_a_terminal_the_output_is_played_and_the_keystrokes_are_not() {
        let list: [(u64, &str, &[u8]); 3] =
            [(10, "i", b"pw"), (20, "o", b"$ "), (30, "e", b"killed")];
        let played = played(Kind::Terminal, &list);
        assert_eq!(played.len(), 2);
        assert_eq!(played[0], (20, "$ ".to_owned()));
        assert!(played[1].1.contains("session error: killed"));
    }

    #[test]
    fn a_script_gets_the_line_ends_that_a_terminal_would_have_made() {
        let list: [(u64, &str, &[u8]); 3] = [
            (0, "i", b"\n ls\n"),
            (5, "o", b"a\nb\r"),
            (9, "o", b"\nc\n"),
        ];
        let played = played(Kind::Exec, &list);
        assert!(
            played[0].1.ends_with("\x1b[2m>  ls\x1b[0m\r\n"),
            "{played:?}"
        );
        assert_eq!(played[1].1, "[ls]");
        assert_eq!(
            (played[2].1.as_str(), played[3].1.as_str()),
            ("a\r\nb\r", "\nc\r\n")
        );
    }

    #[test]
    fn a_database_session_plays_its_statements_at_their_times_and_marks_each() {
        let list: [(u64, &str, &[u8]); 2] =
            [(0, "i", b"\x03SELECT 1"), (9_000, "i", b"\x03SELECT 2")];
        let played = played(Kind::MySql, &list);
        assert!(played[0].1.contains("records no answers") && played[0].1.contains("SELECT 1"));
        assert_eq!(played[1], (0, "[SELECT 1]".to_owned()));
        assert!(played[2].0 == 9_000 && played[2].1.contains("0:09.000  SELECT 2"));
        assert_eq!(played[3], (9_000, "[SELECT 2]".to_owned()));
    }

    #[test]
    fn an_api_session_marks_its_requests() {
        let request = b"GET /pods HTTP/1.1\r\nHost: k8s\r\n\r\n";
        let played = played(Kind::Http, &[(0, "i", request)]);
        let marks = played.iter().filter(|(_, text)| text.starts_with('['));
        let marks: Vec<_> = marks.map(|(_, text)| text.as_str()).collect();
        assert_eq!(marks, ["[GET /pods]"]);
    }

    #[test]
    fn the_size_is_the_recorded_one_where_there_was_a_terminal() {
        let size = |kind| {
            let recording = recording(&[(0, "o", b"\x1b[40;100H")]);
            let window = Size { cols: 60, rows: 10 };
            reel(recording, kind, &Preparation::default(), window).size
        };
        let (cols, rows) = (100, 40);
        assert_eq!(size(Kind::Terminal), Size { cols, rows });
        assert_eq!(size(Kind::Exec), Size { cols: 60, rows: 10 });
    }
}
