//! Standard output as a writer, for what comes in pieces.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Ui, escape, lock};

/// Changes nothing.
pub struct RawStdout<'a>(pub(super) &'a Ui);

impl Write for RawStdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.to_stdout(|stdout| stdout.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        lock(&self.0.stdout).flush()
    }
}

/// Text as it is for a pipe; shown, where a terminal would act on it.
pub struct Stdout<'a> {
    raw: RawStdout<'a>,
    /// The beginning of a character whose end has not come.
    begun: Vec<u8>,
}

impl<'a> Stdout<'a> {
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self {
            raw: RawStdout(ui),
            begun: Vec::new(),
        }
    }

    /// The characters that are whole by now. What is no text is marked.
    fn whole(&mut self, bytes: &[u8]) -> String {
        self.begun.extend_from_slice(bytes);
        let mut whole = String::new();
        let mut chunks = self.begun.utf8_chunks().peekable();
        let mut kept = Vec::new();
        while let Some(chunk) = chunks.next() {
            whole.push_str(chunk.valid());
            let is_cut = chunks.peek().is_none()
                && str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            match chunk.invalid() {
                [] => {}
                rest if is_cut => kept = rest.to_vec(),
                _ => whole.push(char::REPLACEMENT_CHARACTER),
            }
        }
        self.begun = kept;
        whole
    }
}

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let ui = self.raw.0;
        if !ui.options.streams.stdout_is_terminal {
            return self.raw.write(bytes);
        }
        let whole = self.whole(bytes);
        let safe: Cow<'_, str> = escape::block(&whole);
        self.raw.write_all(ui.shown(&safe, true).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.raw.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;
    use crate::ui::{Streams, UiOptions};

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What came of `pieces`, written one after the other.
    fn written(pieces: &[&[u8]], stdout_is_terminal: bool, has_unicode: bool) -> Vec<u8> {
        let screen = Screen::default();
        let options = UiOptions {
            streams: Streams {
                stdout_is_terminal,
                ..Streams::default()
            },
            has_unicode,
            ..UiOptions::of_nobody()
        };
        let ui = Ui::over(options, Box::new(screen.clone()), Box::new(io::sink()));
        let mut out = ui.stdout();
        for piece in pieces {
            out.write_all(piece).expect("memory takes everything");
        }
        drop(out);
        let written = screen.0.lock().expect("no panic");
        written.clone()
    }

    #[test]
    fn a_terminal_is_shown_what_a_pipe_gets_as_it_is() {
        let text = "a,\x1b]0;x\x07\u{9b}1m\u{202e}b\t\n".as_bytes();
        assert_eq!(written(&[text], false, true), text);
        let shown = "a,␛]0;x␇\u{fffd}1m\u{fffd}b\t\n".as_bytes();
        assert_eq!(written(&[text], true, true), shown);
        assert_eq!(written(&["Inês…\n".as_bytes()], true, false), b"In?s~\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_marked() {
        assert_eq!(written(&[b"a\xffb"], true, true), "a\u{fffd}b".as_bytes());
    }

    proptest! {
        #[test]
        fn where_a_text_is_cut_makes_no_difference(text in "[a-zé日\u{1f600}\n]{0,20}", at in 0_usize..60) {
            let (front, back) = text.as_bytes().split_at(at.min(text.len()));
            prop_assert_eq!(written(&[front, back], true, true), text.as_bytes());
        }
    }
}
