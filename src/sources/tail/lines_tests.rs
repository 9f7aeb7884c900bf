//! What of live bytes is shown, and when.

use proptest::prelude::*;

use super::*;
use crate::recording::safe;
use crate::sources::testing;

/// A shell whose bytes come with the pauses that a test says.
struct Shell {
    text: LiveText,
    now: Instant,
    said: Vec<TailLine>,
}

impl Shell {
    fn new(redactor: Redactor) -> Self {
        let session = testing::session(|session| {
            session.connection.kind = "custom".to_owned();
            session.connection.subtype = String::new();
            session.verb = crate::domain::session::Verb::Connect;
        });
        let style = Style {
            redactor,
            shows_unfinished: true,
        };
        let now = Instant::now();
        Self {
            text: LiveText::new(Arc::new(session), style, now),
            now,
            said: Vec::new(),
        }
    }

    fn says(&mut self, bytes: &[u8]) {
        let at = testing::at("2026-08-20T10:00:01Z");
        let data = bytes.to_vec();
        self.text
            .push(at, Code::Output, data, self.now, &mut self.said);
    }

    /// Time passes, and everything that falls due in it is done.
    fn waits(&mut self, millis: u64) {
        let until = self.now + Duration::from_millis(millis);
        while let Some(due) = self.text.due().filter(|due| *due <= until) {
            self.now = due.max(self.now);
            self.text.tick(self.now, &mut self.said);
        }
        self.now = until;
    }

    fn texts(&self) -> Vec<(&str, bool)> {
        let texts = self.said.iter();
        texts
            .map(|line| (line.text.as_str(), line.is_whole))
            .collect()
    }
}

#[test]
fn a_line_is_shown_whole_and_soon() {
    let mut shell = Shell::new(Redactor::built_in());
    shell.says(b"one\r\ntw");
    shell.waits(200);
    assert_eq!(shell.texts(), [("one", true)]);
    shell.says(b"o\r\n");
    shell.waits(200);
    assert_eq!(shell.texts(), [("one", true), ("two", true)]);
}

#[test]
fn a_flood_is_let_go_every_second() {
    let mut shell = Shell::new(Redactor::built_in());
    for _ in 0..12 {
        shell.says(b"line\r\n");
        shell.waits(100);
    }
    assert!(shell.said.len() >= 10, "{}", shell.said.len());
}

#[test]
fn who_waits_at_a_prompt_is_seen_once() {
    let mut shell = Shell::new(Redactor::built_in());
    shell.says(b"agent@lab:~$ ");
    shell.waits(5_000);
    assert_eq!(shell.texts(), [("agent@lab:~$", false)]);
    shell.says(b"ls\r\n");
    shell.waits(5_000);
    assert_eq!(shell.texts()[1..], [("agent@lab:~$ ls", true)]);
}

#[test]
fn a_line_that_was_shown_to_its_end_is_not_shown_again() {
    let mut shell = Shell::new(Redactor::off());
    shell.says(b"Password:");
    shell.waits(2_000);
    shell.says(b"\r\nwelcome\r\n");
    shell.waits(2_000);
    assert_eq!(shell.texts(), [("Password:", false), ("welcome", true)]);
}

#[test]
fn a_secret_that_is_typed_slowly_is_never_shown() {
    let mut shell = Shell::new(Redactor::built_in());
    for byte in b"$ git clone https://x:ghp_FAKEfakeFAKEfakeFAKEfakeFAKEfake0000@h/r\r\n" {
        shell.says(&[*byte]);
        shell.waits(1_500);
    }
    let shown = format!("{:?}", shell.texts());
    assert!(
        !shown.contains("ghp_") && !shown.contains("FAKE"),
        "{shown}"
    );
    assert!(shown.contains("[redacted:"), "{shown}");
}

#[test]
fn after_a_break_lines_are_not_joined() {
    let mut shell = Shell::new(Redactor::built_in());
    shell.says(b"before \x1b[3");
    shell.text.interrupt(&mut shell.said);
    shell.says(b"1mafter\r\n");
    shell.waits(2_000);
    assert_eq!(shell.texts(), [("before", true), ("1mafter", true)]);
}

proptest! {
    #[test]
    fn cutting_the_bytes_anywhere_shows_the_same_lines(size in 1..30_usize) {
        let text = "$ export DB_PASSWORD=hunter2secret\r\n\x1b[31mrot\x1b[0m ✓\r\nend\r\n";
        let shown = |size: usize| {
            let mut shell = Shell::new(Redactor::built_in());
            for piece in text.as_bytes().chunks(size) {
                shell.says(piece);
            }
            shell.waits(3_000);
            shell.said.into_iter().map(|line| line.text).collect::<Vec<_>>()
        };
        let lines = shown(size);
        prop_assert_eq!(&lines, &shown(text.len()));
        prop_assert!(!lines.concat().contains("hunter2"));
    }

    #[test]
    fn whatever_is_said_is_safe_to_print_and_held_for_a_moment_only(
        pieces in prop::collection::vec((any::<Vec<u8>>(), 0..2_000_u64), 0..8),
    ) {
        let mut shell = Shell::new(Redactor::built_in());
        for (bytes, pause) in pieces {
            shell.says(&bytes);
            shell.waits(pause);
        }
        shell.waits(3_000);
        prop_assert_eq!(shell.text.due(), None);
        shell.text.finish(&mut shell.said);
        for line in shell.said {
            prop_assert_eq!(safe::text(&line.text), line.text);
        }
    }
}
