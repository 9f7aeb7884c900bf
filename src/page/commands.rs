//! What was done in a session, as a list to jump by: statements, requests, and the lines that were
//! typed into a shell.
//!
//! No recorder says where a shell's commands begin. What counts as one is a line that was typed
//! and then seen on the screen as it was ended: a password, which is not echoed, never does.
//! Where keystrokes were not recorded, it is a line behind a prompt whose end came by itself, as
//! the echo of a key does.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::recording::{Code, Event, Size, safe};
use crate::replay::frame::Glyph;
use crate::replay::screen::Screen;

/// Longer ones are cut: the transcript has them whole.
const LONGEST: usize = 300;

/// Lines typed ahead that are waited for.
const AHEAD: usize = 64;

/// What prompts end with.
const PROMPTS: [char; 8] = ['$', '#', '%', '>', '❯', '➜', '»', 'λ'];

/// What line editors print when a line is accepted: the end of bracketed paste.
const ACCEPTED: &[u8] = b"\x1b[?2004l";

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its place in the whole recording, from 1.
    pub number: usize,
    pub time: Duration,
    /// On one line, safe to show.
    pub text: String,
}

/// The commands of a recording that is being played.
#[derive(Debug, Default)]
pub struct Commands {
    found: Vec<Command>,
    size: u64,
    /// Lines that were ended and not seen yet, and the one being typed.
    ended: VecDeque<Typed>,
    typing: Vec<u8>,
    has_input: bool,
}

#[derive(Debug)]
struct Typed {
    time: Duration,
    text: String,
    /// True where keys were pressed that change the line: its text is not what was typed.
    is_edited: bool,
}

impl Commands {
    /// Adds one and tells its number.
    pub fn push(&mut self, time: Duration, text: &str) -> usize {
        let mut text = safe::line(text).trim().to_owned();
        if let Some((at, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(at);
            text.push('…');
        }
        self.size += text.len() as u64 + 32;
        let number = self.found.len() + 1;
        self.found.push(Command { number, time, text });
        number
    }

    /// Bytes of JSON so far, about.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn time_of(&self, number: usize) -> Option<Duration> {
        let command = self.found.get(number.checked_sub(1)?)?;
        Some(command.time)
    }

    /// Those of a part of the recording.
    pub fn within(mut self, range: &Range<Duration>) -> Vec<Command> {
        self.found.retain(|command| range.contains(&command.time));
        self.found
    }

    /// Takes what was typed.
    fn typed(&mut self, event: &Event) {
        self.has_input = true;
        for byte in &event.data {
            match byte {
                b'\r' | b'\n' => self.end_line(event.time),
                _ if self.typing.len() < 4 * LONGEST => self.typing.push(*byte),
                _ => {}
            }
        }
    }

    fn end_line(&mut self, time: Duration) {
        let typed = std::mem::take(&mut self.typing);
        let typed = Typed {
            time,
            is_edited: typed.iter().any(u8::is_ascii_control),
            text: safe::line(&String::from_utf8_lossy(&typed))
                .trim()
                .to_owned(),
        };
        if !typed.text.is_empty() || typed.is_edited {
            self.ended.push_back(typed);
        }
        if self.ended.len() > AHEAD {
            self.ended.pop_front();
        }
    }

    /// Plays an event on the screen, and looks at the lines that end on it.
    pub fn play(&mut self, event: &Event, screen: &mut Screen) {
        match event.code {
            Code::Output | Code::Error => {}
            Code::Input => return self.typed(event),
            Code::Resize => {
                let size = Size::parse(&String::from_utf8_lossy(&event.data));
                return size.into_iter().for_each(|size| screen.resize(size));
            }
            _ => return,
        }
        if !self.has_input && ends_a_line(&event.data) {
            self.behind_a_prompt(event.time, &cursor_row(screen));
        }
        let mut rest = event.data.as_slice();
        while !self.ended.is_empty()
            && let Some(end) = memchr::memchr(b'\n', rest)
        {
            screen.feed(&rest[..end]);
            self.seen(&cursor_row(screen));
            screen.feed(b"\n");
            rest = &rest[end + 1..];
        }
        screen.feed(rest);
    }

    /// A row was ended while lines were waited for: is it one of them?
    fn seen(&mut self, row: &str) {
        let (row, after_prompt) = (row.trim(), behind_prompt(row));
        let shows = |typed: &Typed| match typed.is_edited {
            true => after_prompt.is_some(),
            // A long line wraps: its last row is its end.
            false => row.ends_with(&typed.text) || (!row.is_empty() && typed.text.ends_with(row)),
        };
        let Some(place) = self.ended.iter().position(shows) else {
            return;
        };
        // What was typed before and not seen will not be.
        if let Some(typed) = self.ended.drain(..=place).last() {
            let text = match typed.is_edited {
                true => after_prompt.unwrap_or(row),
                false => &typed.text,
            };
            self.push(typed.time, text);
        }
    }

    fn behind_a_prompt(&mut self, time: Duration, row: &str) {
        if let Some(command) = behind_prompt(row) {
            self.push(time, command);
        }
    }
}

/// True for output that begins by ending a line, as the echo of a key does.
fn ends_a_line(data: &[u8]) -> bool {
    data.starts_with(b"\r\n") || data.starts_with(b"\n") || data.starts_with(ACCEPTED)
}

/// What follows the first prompt of a row.
fn behind_prompt(row: &str) -> Option<&str> {
    let (at, prompt) = row
        .char_indices()
        .find(|(at, c)| PROMPTS.contains(c) && row[at + c.len_utf8()..].starts_with(' '))?;
    let command = row[at + prompt.len_utf8()..].trim();
    (!command.is_empty()).then_some(command)
}

fn cursor_row(screen: &Screen) -> String {
    let (_, row, _) = screen.cursor();
    let mut text = String::new();
    for cell in screen.row(row).filter(|cell| cell.width > 0) {
        match cell.glyph {
            Glyph::Char(c) => text.push(c),
            Glyph::Cluster(cluster) => text.push_str(&cluster),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(list: &[(&str, &[u8])]) -> Vec<(u128, String)> {
        let mut commands = Commands::default();
        let mut screen = Screen::new(Size { cols: 20, rows: 5 });
        for (index, (code, data)) in list.iter().enumerate() {
            let event = Event {
                time: Duration::from_secs(index as u64),
                code: Code::parse(code).expect("a code"),
                data: data.to_vec(),
                index,
            };
            commands.play(&event, &mut screen);
        }
        let found = commands.found.into_iter();
        found
            .map(|one| (one.time.as_secs().into(), one.text))
            .collect()
    }

    #[test]
    fn a_typed_line_that_is_seen_is_a_command_at_the_time_of_its_end() {
        let list: [(&str, &[u8]); 6] = [
            ("o", b"$ "),
            ("i", b"l"),
            ("o", b"l"),
            ("i", b"s\r"),
            ("o", b"s\r\nREADME.md\r\n$ "),
            ("i", b"\r"),
        ];
        assert_eq!(commands(&list), [(3, "ls".to_owned())]);
    }

    #[test]
    fn a_password_that_is_not_echoed_is_none() {
        let list: [(&str, &[u8]); 6] = [
            ("o", b"$ "),
            ("i", b"sudo -i\r"),
            ("o", b"sudo -i\r\nPassword: "),
            ("i", b"hunter2\r"),
            ("i", b"id\r"),
            ("o", b"\r\n# id\r\nuid=0\r\n"),
        ];
        let found = commands(&list);
        assert_eq!(found, [(1, "sudo -i".to_owned()), (4, "id".to_owned())]);
    }

    #[test]
    fn lines_typed_ahead_and_lines_that_wrap_are_found() {
        let list: [(&str, &[u8]); 2] = [
            ("i", b"first\nsecond\n"),
            ("o", b"$ first\r\nsomething\r\n$ second\r\n"),
        ];
        assert_eq!(commands(&list).len(), 2);
        let long: [(&str, &[u8]); 3] = [
            ("o", b"$ "),
            ("i", b"echo one two three four five\r"),
            ("o", b"echo one two three four five\r\n"),
        ];
        assert_eq!(commands(&long)[0].1, "echo one two three four five");
    }

    #[test]
    fn an_edited_line_is_told_as_the_screen_had_it() {
        let list: [(&str, &[u8]); 2] = [("i", b"lx\x7fs\r"), ("o", b"user@host:~$ ls\r\n")];
        assert_eq!(commands(&list)[0].1, "ls");
    }

    #[test]
    fn without_keystrokes_a_line_behind_a_prompt_counts_once_its_end_is_echoed() {
        let list: [(&str, &[u8]); 5] = [
            ("o", b"~ \xe2\x9d\xaf "),
            ("o", b"ls"),
            ("o", b"\x1b[?2004l\r\n"),
            ("o", b"cost: $ 5\r\nmore\r\n$ "),
            ("o", b"\r\n"),
        ];
        assert_eq!(commands(&list), [(2, "ls".to_owned())]);
    }
}
