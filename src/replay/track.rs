//! A recording made ready to be played: what the emulator is fed, and when.

use std::time::Duration;

use crate::domain::redaction::Redactor;
use crate::recording::edits::{TimeEdits, clamped};
use crate::recording::transcript::{self, Line, Tone};
use crate::recording::{Code, Event, Kind, Recording, Size, redact, safe, size};

/// How to play.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0.1 to 100; others are clamped.
    pub speed: f64,
    /// Longer pauses are cut to this; without it the recording's own limit holds.
    pub idle_limit: Option<Duration>,
    /// The size of the recorded terminal, where it is known better.
    pub size: Option<Size>,
    /// Stay on the last picture until a key is pressed.
    pub waits_at_end: bool,
    /// Takes secrets out of what is drawn.
    pub redactor: Redactor,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            speed: 1.0,
            idle_limit: None,
            size: None,
            waits_at_end: true,
            redactor: Redactor::built_in(),
        }
    }
}

/// What is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Output, resizes and markers, in order of time.
    pub events: Vec<Event>,
    pub size: Size,
    pub title: String,
    /// The time of the last event.
    pub total: Duration,
    pub speed: f64,
    pub waits_at_end: bool,
}

impl Track {
    /// `window` is what the viewer has for the screen: text that had no terminal is laid out in
    /// it.
    pub fn new(recording: Recording, kind: Kind, options: &Options, window: Size) -> Self {
        let Recording { header, events } = recording;
        let recorded = match kind {
            Kind::Terminal if header.size == Size::ASSUMED => size::infer(&events),
            Kind::Terminal => header.size,
            _ => window,
        };
        let events = match kind {
            Kind::Terminal => redact::events(events, &options.redactor)
                .into_iter()
                .filter_map(terminal)
                .collect(),
            Kind::Exec => script(redact::events(events, &options.redactor)),
            kind => lines(kind, &events, &options.redactor),
        };
        let limit = options.idle_limit.or(header.idle_time_limit);
        let events: Vec<_> = events
            .into_iter()
            .limit_idle(limit.unwrap_or(Duration::MAX))
            .collect();
        Self {
            total: events.last().map_or(Duration::ZERO, |event| event.time),
            events,
            size: options.size.unwrap_or(recorded),
            title: header.title.unwrap_or_default(),
            speed: clamped(options.speed),
            waits_at_end: options.waits_at_end,
        }
    }
}

/// What of a terminal session is played: a terminal echoes its input, so output is all.
fn terminal(event: Event) -> Option<Event> {
    match event.code {
        Code::Error => Some(Event {
            data: error_text(&event.data),
            ..event
        }),
        Code::Output | Code::Resize | Code::Marker => Some(event),
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
    let mut play = |event: Event| {
        let data = match event.code {
            Code::Input => shown_script(&event.data),
            Code::Output => with_carriage_returns(&event.data, &mut before),
            Code::Error => error_text(&event.data),
            _ => return None,
        };
        Some(Event {
            data,
            code: Code::Output,
            ..event
        })
    };
    events.into_iter().filter_map(&mut play).collect()
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

/// The transcript, for what was never on a screen. Lines of the same time are one event.
fn lines(kind: Kind, events: &[Event], redactor: &Redactor) -> Vec<Event> {
    let mut played: Vec<Event> = Vec::new();
    for line in transcript::redacted(kind, events, redactor) {
        let text = coloured(&line);
        match played.last_mut().filter(|event| event.time == line.time) {
            Some(event) => event.data.extend(text.into_bytes()),
            None => played.push(Event {
                time: line.time,
                code: Code::Output,
                data: text.into_bytes(),
                index: played.len(),
            }),
        }
    }
    played
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

    fn track(kind: Kind, list: &[(u64, &str, &[u8])], options: &Options) -> Vec<(u128, String)> {
        Track::new(recording(list), kind, options, Size { cols: 60, rows: 10 })
            .events
            .into_iter()
            .map(|event| {
                let text = String::from_utf8_lossy(&event.data).into_owned();
                (event.time.as_millis(), text)
            })
            .collect()
    }

    #[test]
    fn of_a_terminal_the_output_is_played_and_the_keystrokes_are_not() {
        let list: [(u64, &str, &[u8]); 3] =
            [(10, "i", b"pw"), (20, "o", b"$ "), (30, "e", b"killed")];
        let played = track(Kind::Terminal, &list, &Options::default());
        assert_eq!(played.len(), 2);
        assert_eq!(played[0], (20, "$ ".to_owned()));
        assert!(played[1].1.contains("session error: killed"));
    }

    #[test]
    fn a_script_gets_the_line_ends_that_a_terminal_would_have_made() {
        let list: [(u64, &str, &[u8]); 3] =
            [(0, "i", b"ls\n"), (5, "o", b"a\nb\r"), (9, "o", b"\nc\n")];
        let played = track(Kind::Exec, &list, &Options::default());
        assert_eq!(played[0].1, "\x1b[2m> ls\x1b[0m\r\n");
        assert_eq!(
            (played[1].1.as_str(), played[2].1.as_str()),
            ("a\r\nb\r", "\nc\r\n")
        );
    }

    #[test]
    fn a_database_session_plays_its_statements_at_their_times() {
        let list: [(u64, &str, &[u8]); 2] =
            [(0, "i", b"\x03SELECT 1"), (9_000, "i", b"\x03SELECT 2")];
        let options = Options {
            idle_limit: Some(Duration::from_secs(1)),
            ..Options::default()
        };
        let played = track(Kind::MySql, &list, &options);
        assert_eq!(played.len(), 2);
        assert!(played[0].1.contains("records no answers") && played[0].1.contains("SELECT 1"));
        assert_eq!(played[1].0, 1_000);
        assert!(
            played[1].1.contains("0:09.000  SELECT 2"),
            "the recorded time is told"
        );
    }

    #[test]
    fn the_size_is_the_recorded_one_where_there_was_a_terminal() {
        let size = |kind| {
            let recording = recording(&[(0, "o", b"\x1b[40;100H")]);
            let window = Size { cols: 60, rows: 10 };
            Track::new(recording, kind, &Options::default(), window).size
        };
        assert_eq!(
            size(Kind::Terminal),
            Size {
                cols: 100,
                rows: 40
            }
        );
        assert_eq!(size(Kind::Exec), Size { cols: 60, rows: 10 });
    }
}
