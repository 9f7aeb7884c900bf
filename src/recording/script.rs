//! Typescripts of script(1): the bytes in one file, the times in another (util-linux
//! `term-utils/script.c`, `scriptreplay.c`; tried with 2.38).
//!
//! A classic timing file has a line `delay count` for each write of output. A multi-stream one has
//! lines `I|O delay count`, `S delay SIGNAL text` and `H delay NAME text`; input has its bytes in
//! the typescript only where both streams went to one file. The typescript's first line is not
//! part of the output, and neither is what stands behind the last timed byte.

use std::io::Read;
use std::time::Duration;

use super::reader::source::{Line, Source};
use super::reader::triple::seconds;
use super::reader::{Progress, ReadError, Strictness};
use super::{Code, Event, Header, Size, Warning};

const STARTED: &[u8] = b"Script started";
const DONE: &[u8] = b"\nScript done on ";

/// One write may be told as several events of at most this.
const PIECE: usize = 64 * 1024;

/// The line that says how the script ended is not longer.
const LONGEST_END: usize = 1024;

/// Follows the timing file.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Lines of the timing file that have been read.
    line: usize,
    /// Both streams are in the typescript.
    has_input: bool,
    /// Bytes of the write that is being told.
    rest: u64,
    code: Code,
    /// There is no timing file, and that has been said.
    is_untimed: bool,
    /// The typescript ended before its times did.
    is_cut: bool,
}

/// What one line of a timing file says.
enum Timing {
    Bytes(Code, Duration, u64),
    Event(Code, Duration, Vec<u8>),
    /// Nothing to tell, after a while.
    Nothing(Duration),
}

impl Script {
    pub fn is_next(bytes: &[u8]) -> bool {
        bytes.starts_with(STARTED)
    }

    /// A typescript alone.
    pub fn untimed<R: Read>(typescript: &mut Source<R>) -> Result<Self, ReadError> {
        typescript.line()?;
        Ok(Self {
            line: 0,
            has_input: false,
            rest: 0,
            code: Code::Output,
            is_untimed: false,
            is_cut: false,
        })
    }

    /// Reads the head of both files.
    pub fn open<R: Read>(
        typescript: &mut Source<R>,
        timing: &mut Source<R>,
    ) -> Result<(Self, Header), ReadError> {
        let mut script = Self::untimed(typescript)?;
        let mut header = Header::default();
        let (mut output_log, mut input_log) = (None, None);
        while timing.first()? == Some(b'H') {
            let Some(Line::Whole(line)) = timing.line()? else {
                break;
            };
            script.line += 1;
            let text = String::from_utf8_lossy(line);
            let mut words = text.splitn(4, ' ').skip(2);
            let (name, value) = (words.next().unwrap_or_default(), words.next());
            let value = value.map(str::to_owned);
            match name {
                "OUTPUT_LOG" => output_log = value,
                "INPUT_LOG" => input_log = value,
                _ => describe(&mut header, name, value),
            }
        }
        script.has_input = output_log.is_some() && output_log == input_log;
        Ok((script, header))
    }

    pub fn next<R: Read>(
        &mut self,
        typescript: &mut Source<R>,
        timing: Option<&mut Source<R>>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        let Some(timing) = timing else {
            return self.untimed_piece(typescript, progress, event);
        };
        if self.is_cut {
            return Ok(false);
        }
        while self.rest == 0 {
            let Some(timed) = self.timing(timing, progress)? else {
                return Ok(false);
            };
            match timed {
                Timing::Nothing(delay) => tick(progress, delay),
                Timing::Bytes(code, delay, count) => {
                    tick(progress, delay);
                    self.code = code;
                    self.rest = match self.code {
                        Code::Input if !self.has_input => 0,
                        _ => count,
                    };
                }
                Timing::Event(code, delay, data) => {
                    tick(progress, delay);
                    event.code = code;
                    event.data = data;
                    return Ok(tell(progress, event));
                }
            }
        }
        self.piece(typescript, progress, event)
    }

    /// The next bytes of the write that is being told.
    fn piece<R: Read>(
        &mut self,
        typescript: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        let wanted = self.rest.min(PIECE as u64) as usize;
        let found = typescript.peek(wanted)?.len().min(wanted);
        if found < wanted {
            let index = progress.index;
            progress.warn(typescript.offset(), Warning::Cut { index });
            self.is_cut = true;
        }
        self.rest -= found as u64;
        event.code = self.code.clone();
        event.data.extend_from_slice(typescript.take(found));
        Ok(found > 0 && tell(progress, event))
    }

    /// Of a typescript alone, up to the line that ends it.
    fn untimed_piece<R: Read>(
        &mut self,
        typescript: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        if !std::mem::replace(&mut self.is_untimed, true) {
            progress.warn(typescript.offset(), Warning::NoTiming);
        }
        let window = typescript.peek(PIECE + LONGEST_END)?;
        let is_last = window.len() < PIECE + LONGEST_END;
        let end = memchr::memmem::rfind(window, DONE).filter(|_| is_last);
        let length = match is_last {
            true => end.unwrap_or(window.len()),
            false => PIECE,
        };
        event.code = Code::Output;
        event.data.extend_from_slice(typescript.take(length));
        if end.is_some() {
            typescript.consume(usize::MAX);
        }
        Ok(length > 0 && tell(progress, event))
    }

    fn timing<R: Read>(
        &mut self,
        timing: &mut Source<R>,
        progress: &mut Progress,
    ) -> Result<Option<Timing>, ReadError> {
        loop {
            self.line += 1;
            let line = self.line;
            let timed = match timing.line()? {
                None => return Ok(None),
                Some(Line::TooLong) => None,
                Some(Line::Whole(text)) => parse(text.trim_ascii()),
            };
            if timed.is_some() {
                return Ok(timed);
            }
            let why = "it is no `delay count`, and no `I|O|S|H delay …`".to_owned();
            let place = timing.offset();
            if timing.first()?.is_none() {
                let index = progress.index;
                progress.warn(place, Warning::Cut { index });
            } else if progress.strictness == Strictness::Strict {
                return Err(ReadError::Timing { line, why });
            } else {
                progress.warn(place, Warning::BadTiming { line, why });
            }
        }
    }
}

/// Keeps what a header line says of the terminal.
fn describe(header: &mut Header, name: &str, value: Option<String>) {
    let number = |value: &Option<String>| value.as_deref().and_then(|text| text.parse().ok());
    let (cols, rows) = (header.size.cols.into(), header.size.rows.into());
    match name {
        "TERM" => header.term_type = value,
        "COMMAND" => header.command = value,
        "COLUMNS" => header.size = Size::clamped(number(&value).unwrap_or(cols), rows),
        "LINES" => header.size = Size::clamped(cols, number(&value).unwrap_or(rows)),
        "START_TIME" => {
            let start = value.and_then(|text| text.replacen(' ', "T", 1).parse().ok());
            header.timestamp = start.map(|start: jiff::Timestamp| start.as_second());
        }
        _ => {}
    }
}

fn tick(progress: &mut Progress, delay: Duration) {
    progress.now = progress.now.saturating_add(delay);
}

fn tell(progress: &mut Progress, event: &mut Event) -> bool {
    event.time = progress.now;
    event.index = progress.index;
    progress.index += 1;
    true
}

fn parse(line: &[u8]) -> Option<Timing> {
    let text = str::from_utf8(line).ok()?;
    if text.is_empty() {
        return Some(Timing::Nothing(Duration::ZERO));
    }
    let stream = text.chars().next().filter(char::is_ascii_uppercase);
    let rest = if stream.is_some() {
        text[1..].trim_start()
    } else {
        text
    };
    let (delay, rest) = rest.split_once(' ')?;
    let delay = seconds(delay.as_bytes())?;
    match stream {
        None | Some('O') => Some(Timing::Bytes(
            Code::Output,
            delay,
            rest.trim().parse().ok()?,
        )),
        Some('I') => Some(Timing::Bytes(Code::Input, delay, rest.trim().parse().ok()?)),
        Some('S') => Some(signal(delay, rest)),
        Some('H') => Some(match rest.strip_prefix("EXIT_CODE ") {
            Some(code) => Timing::Event(Code::Exit, delay, code.trim().into()),
            None => Timing::Nothing(delay),
        }),
        Some(_) => None,
    }
}

/// `SIGWINCH ROWS=40 COLS=120` is a new size; other signals show nothing.
fn signal(delay: Duration, text: &str) -> Timing {
    let number = |key: &str| {
        let word = text.split(' ').find_map(|word| word.strip_prefix(key))?;
        word.parse::<u64>().ok()
    };
    match (number("COLS="), number("ROWS=")) {
        (Some(cols), Some(rows)) if text.starts_with("SIGWINCH") => {
            Timing::Event(Code::Resize, delay, format!("{cols}x{rows}").into())
        }
        _ => Timing::Nothing(delay),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::reader::{Reader, open, open_script};

    const HEAD: &str = "Script started on 2026-11-21 12:14:44+00:00 [COMMAND=\"x\"]\n";

    fn told(reader: Reader<&[u8]>) -> Vec<(u128, String, String)> {
        reader
            .map(|event| event.expect("an event"))
            .map(|event| {
                let text = String::from_utf8_lossy(&event.data).into_owned();
                (event.time.as_millis(), event.code.as_str().to_owned(), text)
            })
            .collect()
    }

    fn row(millis: u128, code: &str, text: &str) -> (u128, String, String) {
        (millis, code.to_owned(), text.to_owned())
    }

    #[test]
    fn a_classic_timing_file_cuts_the_output() {
        let typescript = format!("{HEAD}hi\r\n\x1b[31mred\r\n\nScript done on x\n");
        let timing = "0.010141 4\n0.296440 10\n";
        let reader = open_script(typescript.as_bytes(), timing.as_bytes(), Strictness::Strict);
        assert_eq!(
            told(reader.expect("a typescript")),
            [row(10, "o", "hi\r\n"), row(306, "o", "\x1b[31mred\r\n")]
        );
    }

    #[test]
    fn a_multi_stream_file_has_input_resizes_and_the_exit_code() {
        let typescript = format!("{HEAD}abc\nabc\r\ngot abc\r\n");
        let timing = concat!(
            "H 0.000000 START_TIME 2026-11-21 12:14:44+00:00\nH 0.000000 TERM xterm\n",
            "H 0.000000 COLUMNS 100\nH 0.000000 LINES 30\n",
            "H 0.000000 OUTPUT_LOG io.ts\nH 0.000000 INPUT_LOG io.ts\n",
            "I 0.300000 4\nS 0.100000 SIGWINCH ROWS=40 COLS=120\nO 0.000395 14\n",
            "H 0.000000 DURATION 0.311405\nH 0.000000 EXIT_CODE 3\n",
        );
        let reader = open_script(typescript.as_bytes(), timing.as_bytes(), Strictness::Strict)
            .expect("a typescript");
        let header = reader.header().clone();
        assert_eq!(
            header.size,
            Size {
                cols: 100,
                rows: 30
            }
        );
        assert_eq!(header.timestamp, Some(1_795_263_284));
        assert_eq!(
            told(reader),
            [
                row(300, "i", "abc\n"),
                row(400, "r", "120x40"),
                row(400, "o", "abc\r\ngot abc\r\n"),
                row(400, "x", "3"),
            ]
        );
    }

    #[test]
    fn input_that_went_to_another_file_takes_no_bytes() {
        let typescript = format!("{HEAD}abc\r\n");
        let timing = concat!(
            "H 0.0 OUTPUT_LOG o.ts\nH 0.0 INPUT_LOG in.ts\n",
            "I 0.3 4\nO 0.1 5\n",
        );
        let reader = open_script(typescript.as_bytes(), timing.as_bytes(), Strictness::Strict);
        assert_eq!(
            told(reader.expect("a typescript")),
            [row(400, "o", "abc\r\n")]
        );
    }

    #[test]
    fn a_typescript_without_its_timing_is_told_at_once_and_said() {
        let typescript = format!("{HEAD}hi\r\n\nScript done on 2026 [X=\"0\"]\n");
        let mut reader = open(typescript.as_bytes(), Strictness::Strict).expect("a typescript");
        let mut event = Event::empty();
        assert!(reader.read(&mut event).expect("an event"));
        assert_eq!(
            (event.data.as_slice(), event.time),
            (&b"hi\r\n"[..], Duration::ZERO)
        );
        assert!(!reader.read(&mut event).expect("the end"));
        assert_eq!(reader.warnings().first(), Some(&Warning::NoTiming));
    }

    #[test]
    fn a_write_of_absurd_length_is_cut_and_costs_no_memory() {
        let timing = "0.5 18446744073709551615\n";
        let mut reader = open_script(HEAD.as_bytes(), timing.as_bytes(), Strictness::Strict)
            .expect("a typescript");
        assert!(!reader.read(&mut Event::empty()).expect("the end"));
        assert_eq!(reader.warnings().first(), Some(&Warning::Cut { index: 0 }));
    }

    #[test]
    fn a_bad_timing_line_is_named_or_left_out() {
        let typescript = format!("{HEAD}ab");
        let timing = "0.5 1\nnonsense\n0.5 1\n";
        let read = |strictness| {
            open_script(typescript.as_bytes(), timing.as_bytes(), strictness)
                .expect("a typescript")
                .collect::<Result<Vec<_>, _>>()
        };
        assert!(matches!(
            read(Strictness::Strict),
            Err(ReadError::Timing { line: 2, .. })
        ));
        assert_eq!(read(Strictness::Lenient).expect("lenient").len(), 2);
    }

    proptest! {
        #[test]
        fn no_timing_makes_it_panic(timing in "([IOSHX]? ?[0-9.e-]{0,4} [0-9A-Z=]{0,6}\n){0,8}") {
            let reader = open_script(&b"Script started\nabc"[..], timing.as_bytes(), Strictness::Lenient);
            reader.expect("a typescript").for_each(drop);
        }
    }
}
