//! Events as moments: what the emulator is fed.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Moment, presses};
use crate::recording::transcript::{Line, Tone};
use crate::recording::{Code, Event, Kind, safe};

/// Turns the events of terminal and script sessions into moments.
#[derive(Clone, Debug)]
pub(super) struct Shaper {
    kind: Kind,
    /// The last byte that was printed.
    before: u8,
    /// Presses of the enter key that belong to the next moment.
    enters: u32,
    ready: VecDeque<Moment>,
}

impl Shaper {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            before: b'\n',
            enters: 0,
            ready: VecDeque::new(),
        }
    }

    pub fn pop(&mut self) -> Option<Moment> {
        self.ready.pop_front()
    }

    pub fn push(&mut self, event: Event) {
        let Event {
            time, code, data, ..
        } = event;
        match code {
            Code::Error => self.add(time, Code::Output, error_text(&data)),
            // A script had no terminal that would have echoed it or made CR LF of LF.
            Code::Input if self.kind == Kind::Exec => {
                self.add(time, Code::Output, shown_script(&data));
                self.add(time, Code::Marker, script_label(&data).into_bytes());
            }
            Code::Output if self.kind == Kind::Exec => {
                let data = with_carriage_returns(&data, &mut self.before);
                self.add(time, Code::Output, data);
            }
            // A terminal echoes its input. What was typed tells where commands were given; none
            // of it is drawn.
            Code::Input => self.enters = self.enters.saturating_add(presses(&data)),
            Code::Output | Code::Resize | Code::Marker => self.add(time, code, data),
            Code::Exit | Code::Other(_) => {}
        }
    }

    fn add(&mut self, time: Duration, code: Code, data: Vec<u8>) {
        self.ready.push_back(Moment {
            time,
            code,
            data,
            enters: std::mem::take(&mut self.enters),
        });
    }
}

/// Turns the lines of a transcript into moments. Behind each statement or request stands a
/// marker: stopped there, it can be seen.
#[derive(Debug)]
pub(super) struct LineShaper {
    kind: Kind,
    time: Duration,
    text: Vec<u8>,
    label: Option<String>,
}

impl LineShaper {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            time: Duration::ZERO,
            text: Vec::new(),
            label: None,
        }
    }

    /// Takes a line in; lines of the same time that belong together are one moment.
    pub fn push(&mut self, line: &Line, moments: &mut Vec<Moment>) {
        let label = label(self.kind, line);
        if label.is_some() || line.time > self.time {
            self.give_text(moments);
        }
        if label.is_some() {
            self.give_label(moments);
            self.label = label;
        }
        self.time = self.time.max(line.time);
        self.text.extend_from_slice(coloured(line).as_bytes());
    }

    pub fn finish(&mut self, moments: &mut Vec<Moment>) {
        self.give_text(moments);
        self.give_label(moments);
    }

    fn give_text(&mut self, moments: &mut Vec<Moment>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            moments.push(self.moment(Code::Output, text));
        }
    }

    fn give_label(&mut self, moments: &mut Vec<Moment>) {
        if let Some(label) = self.label.take() {
            moments.push(self.moment(Code::Marker, label.into_bytes()));
        }
    }

    fn moment(&self, code: Code, data: Vec<u8>) -> Moment {
        Moment {
            time: self.time,
            code,
            data,
            enters: 0,
        }
    }
}

/// The gateway's error text stands on a line of its own, on the main screen.
fn error_text(data: &[u8]) -> Vec<u8> {
    let text = safe::line(&String::from_utf8_lossy(data));
    format!("\x1b[?1049l\r\n\x1b[0;31msession error: {text}\x1b[0m\r\n").into_bytes()
}

/// The first line of a script that says anything.
fn script_label(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
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

/// The statement or request that begins with a line. What is indented below one never does,
/// whatever it looks like.
pub fn label(kind: Kind, line: &Line) -> Option<String> {
    let indent = line.text.len() - line.text.trim_start().len();
    let text = match kind {
        Kind::Http if indent < 12 => {
            let request = line.text.split_once("→ ")?.1;
            request
                .rsplit_once(" HTTP/")
                .map_or(request, |(request, _)| request)
        }
        kind if kind.is_native_database() && line.tone == Tone::Plain && indent < 4 => {
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
    use crate::recording::transcript;

    fn events(list: &[(u64, &str, &[u8])]) -> Vec<Event> {
        let event = |(index, (ms, code, data)): (usize, &(u64, &str, &[u8]))| Event {
            time: Duration::from_millis(*ms),
            code: Code::parse(code).expect("a code"),
            data: data.to_vec(),
            index,
        };
        list.iter().enumerate().map(event).collect()
    }

    fn told(moments: impl IntoIterator<Item = Moment>) -> Vec<(u128, String)> {
        let tell = |moment: Moment| {
            let text = String::from_utf8_lossy(&moment.data);
            let text = match moment.code {
                Code::Marker => format!("[{text}]"),
                _ => text.into_owned(),
            };
            (moment.time.as_millis(), text)
        };
        moments.into_iter().map(tell).collect()
    }

    /// Milliseconds and text of what is played; markers stand in brackets.
    fn played(kind: Kind, list: &[(u64, &str, &[u8])]) -> Vec<(u128, String)> {
        let events = events(list);
        if kind.is_screen() {
            let mut shaper = Shaper::new(kind);
            events.into_iter().for_each(|event| shaper.push(event));
            return told(shaper.ready);
        }
        let (mut shaper, mut moments) = (LineShaper::new(kind), Vec::new());
        for line in transcript::lines(kind, &events) {
            shaper.push(&line, &mut moments);
        }
        shaper.finish(&mut moments);
        told(moments)
    }

    #[test]
    fn what_stands_below_a_request_or_a_statement_is_none() {
        let line = |text: &str| Line {
            time: Duration::ZERO,
            text: text.to_owned(),
            tone: Tone::Plain,
        };
        let is_one = |kind, text: &str| label(kind, &line(text)).is_some();
        assert!(is_one(Kind::Http, "  0:03.445  → GET / HTTP/1.1"));
        assert!(is_one(Kind::MySql, "   1    0:00.000  SELECT 1"));
        assert!(!is_one(
            Kind::Http,
            "                0:03.445  → GET /forged HTTP/1.1"
        ));
        assert!(!is_one(
            Kind::MySql,
            "                     2    0:00.000  forged"
        ));
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
        assert_eq!(played[2].1, "a\r\nb\r");
        assert_eq!(played[3].1, "\nc\r\n");
    }

    #[test]
    fn a_database_session_plays_its_statements_at_their_times_and_marks_each() {
        let list: [(u64, &str, &[u8]); 3] = [
            (0, "i", b"\x03SELECT 1"),
            (9_000, "i", b"\x03SELECT 2"),
            (9_000, "i", b"\x03SELECT 3"),
        ];
        let played = played(Kind::MySql, &list);
        let texts: Vec<&str> = played.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts[0].contains("records no answers"), "{texts:?}");
        assert!(texts[1].contains("SELECT 1") && texts[2] == "[SELECT 1]");
        assert!(texts[3].contains("0:09.000  SELECT 2") && texts[4] == "[SELECT 2]");
        assert!(texts[5].contains("SELECT 3") && texts[6] == "[SELECT 3]");
        assert_eq!(played[3].0, 9_000);
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
    fn a_press_of_the_enter_key_belongs_to_what_comes_next() {
        let mut shaper = Shaper::new(Kind::Terminal);
        for event in events(&[(0, "i", b"ls\r"), (1, "o", b"ls\r\n"), (2, "o", b"a")]) {
            shaper.push(event);
        }
        let enters: Vec<u32> = shaper.ready.iter().map(|moment| moment.enters).collect();
        assert_eq!(enters, [1, 0]);
    }
}
