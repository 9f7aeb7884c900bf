//! How soon a long recording shows something, and how long a seek takes in it.
//!
//! ```text
//! cargo bench --profile dist --bench replay         # 1 GB; about a minute once it is built
//! cargo bench --profile dist --bench replay -- 100  # that many MB
//! ```
//!
//! The aims: the first picture of 1 GB within 100 ms; a seek within 200 ms once the recording has
//! been read ahead; before that the position is shown moving. Secrets are looked for, as `replay`
//! does. The recording is made in the temporary folder and removed.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ddctl::domain::redaction::Redactor;
use ddctl::recording::{Kind, Size, Strictness};
use ddctl::replay::keys::Action;
use ddctl::replay::player::Player;
use ddctl::replay::tape::{Streamed, Tape};
use ddctl::replay::{Input, Options, Reel, Source};

const TERMINAL: Size = Size { cols: 80, rows: 24 };

fn main() -> io::Result<()> {
    // Cargo hands its own flags down as well.
    let megabytes = std::env::args().find_map(|word| word.parse().ok());
    let file = recording(megabytes.unwrap_or(1_000))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} MB", file.metadata()?.len() / 1_000_000)?;

    let begun = Instant::now();
    let mut player = open(file.try_clone()?)?;
    let first = player.frame(TERMINAL, begun.elapsed());
    report(&mut out, "first picture", begun.elapsed())?;
    assert!((0..TERMINAL.rows).any(|row| !first.text(row).is_empty()));

    let far = seek(&mut player, Action::Tenth(9), begun);
    report(&mut out, "seek to 90 %, nothing read", far.took)?;
    report(&mut out, "  longest without a picture", far.longest)?;
    writeln!(out, "{:<30} {:>7}", "  positions shown", far.positions)?;

    let ahead = Instant::now();
    while player.has_work() {
        player.work(begun.elapsed());
    }
    report(&mut out, "reading the rest ahead", ahead.elapsed())?;

    let tenths = [1, 8, 3, 7, 2, 9, 5, 4, 6, 0].map(Action::Tenth);
    let actions = tenths.into_iter().chain([Action::SeekBy(61); 20]);
    let took = |action| seek(&mut player, action, begun).took;
    let mut seeks: Vec<Duration> = actions.map(took).collect();
    seeks.sort();
    report(&mut out, "seek, median", seeks[seeks.len() / 2])?;
    report(&mut out, "seek, slowest", seeks[seeks.len() - 1])
}

fn report(out: &mut impl Write, name: &str, took: Duration) -> io::Result<()> {
    writeln!(out, "{name:<30} {:>7.1} ms", took.as_secs_f64() * 1e3)
}

/// What a seek was like for who watched.
#[derive(Default)]
struct Watched {
    took: Duration,
    /// The longest time between two pictures.
    longest: Duration,
    /// Different status lines.
    positions: usize,
}

/// Seeks as the loop of the player does it, a picture after each slice of work.
fn seek<T: Tape>(player: &mut Player<T>, action: Action, begun: Instant) -> Watched {
    let start = Instant::now();
    let (mut last, mut shown, mut seen) = (start, String::new(), Watched::default());
    player.act(Action::TogglePause, begun.elapsed());
    player.act(action, begun.elapsed());
    loop {
        let is_over = !player.is_seeking() || !player.work(begun.elapsed());
        let status = player
            .frame(TERMINAL, begun.elapsed())
            .text(TERMINAL.rows - 1);
        seen.longest = seen.longest.max(last.elapsed());
        last = Instant::now();
        seen.positions += usize::from(status != shown);
        shown = status;
        if is_over {
            seen.took = start.elapsed();
            player.act(Action::TogglePause, begun.elapsed());
            return seen;
        }
    }
}

fn open(file: File) -> io::Result<Player<Streamed<Shared>>> {
    let input = Input {
        length: file.metadata()?.len(),
        bytes: Shared {
            file: Rc::new(file),
            at: 0,
        },
        timing: None,
        strictness: Strictness::Strict,
    };
    let header = input.open().map_err(io::Error::other)?.header().clone();
    let source = Source {
        input,
        kind: Kind::Terminal,
        header,
    };
    let broken = |fault: ddctl::replay::tape::Fault| io::Error::other(fault.to_string());
    let reel = Reel {
        tape: Streamed::new(&source, Redactor::built_in()).map_err(broken)?,
        size: TERMINAL,
        title: String::new(),
        idle_limit: Duration::MAX,
        has_prompts: true,
    };
    Player::new(reel, Options::default(), Duration::ZERO).map_err(broken)
}

/// A shell that lists a long folder again and again, 100 bytes an event, 20 events a second.
fn recording(megabytes: u64) -> io::Result<File> {
    let file = tempfile::tempfile()?;
    let mut out = BufWriter::new(&file);
    writeln!(out, r#"{{"version":2,"width":80,"height":24}}"#)?;
    let (mut written, mut number) = (0, 0_u64);
    while written < megabytes * 1_000_000 {
        let event = match number % 50 {
            0 => r"$ \u001b[1mls\u001b[0m -l\r\n".to_owned(),
            _ => format!(
                r"-rw-r--r-- 1 ada staff {:>9} Nov 21 09:{:02} \u001b[3{}mfile-{number}.txt\u001b[0m\r\n",
                number * 37 % 999_983,
                number % 60,
                number % 8,
            ),
        };
        let seconds = number as f64 / 20.0;
        let line = format!("[{seconds:.6},\"o\",\"{event}\"]\n");
        written += line.len() as u64;
        out.write_all(line.as_bytes())?;
        number += 1;
    }
    out.flush()?;
    drop(out);
    Ok(file)
}

/// A file that is read at several places at once.
#[derive(Clone, Debug)]
struct Shared {
    file: Rc<File>,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.file.metadata()?.len().saturating_add_signed(by),
        };
        Ok(self.at)
    }
}
