//! The only owner of standard output, standard error and the terminal.
//!
//! Data goes to stdout; everything said to a person goes to stderr. Nothing recorded or received
//! reaches either before it went through [`escape`], except in the machine formats, which quote.

pub mod charset;
pub mod escape;
pub mod format;
pub mod pace;
pub mod progress;
pub mod prompt;
pub mod style;
pub mod table;
pub mod terminal;
mod words;

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

pub use format::Format;
use progress::Lines;
pub use progress::Progress;
pub use style::{Palette, Tone};
pub use table::Table;
use unicode_width::UnicodeWidthStr;
pub use words::counted;

struct Stdout<'a>(&'a Ui);

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.to_stdout(|stdout| stdout.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        lock(&self.0.stdout).flush()
    }
}

/// A line broken to `width` columns between words. What goes on stands two columns further in than
/// what begins.
fn broken(line: &str, width: usize) -> String {
    let begun = line.len() - line.trim_start().len();
    if line.width() <= width || begun + 20 > width {
        return line.to_owned();
    }
    let (first, rest) = (&line[..begun], " ".repeat(begun + 2));
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(line.trim_start(), options)
}

/// A panic while a stream was held leaves at worst half a line.
fn lock<'a>(stream: &'a Mutex<Box<dyn Write + Send>>) -> MutexGuard<'a, Box<dyn Write + Send>> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known of the streams, read once when the program starts.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    pub stderr_is_terminal: bool,
    /// Columns of the terminal on stdout; `None` when it is none.
    pub width: Option<usize>,
}

/// How to talk, settled from flags, environment and profile.
#[derive(Clone, Debug)]
pub struct UiOptions {
    pub streams: Streams,
    pub format: Format,
    pub stdout_palette: Palette,
    pub stderr_palette: Palette,
    /// Terminals show other signs than those of ASCII.
    pub has_unicode: bool,
    pub is_quiet: bool,
    /// Prompts are allowed.
    pub may_prompt: bool,
    /// Every question is answered with yes.
    pub assume_yes: bool,
    pub tz: TimeZone,
}

/// Where commands show their answer.
pub struct Ui {
    options: UiOptions,
    stdout: Mutex<Box<dyn Write + Send>>,
    stderr: Mutex<Box<dyn Write + Send>>,
    lines: Lines,
}

impl Ui {
    /// Over the process's own streams.
    pub fn new(options: UiOptions) -> Self {
        Self::over(options, Box::new(io::stdout()), Box::new(io::stderr()))
    }

    /// Over any two streams.
    pub fn over(
        options: UiOptions,
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
    ) -> Self {
        Self {
            options,
            stdout: Mutex::new(stdout),
            stderr: Mutex::new(stderr),
            lines: Lines::on_stderr(),
        }
    }

    pub fn options(&self) -> &UiOptions {
        &self.options
    }

    pub fn format(&self) -> Format {
        self.options.format
    }

    /// Colours for text that goes to stdout.
    pub fn palette(&self) -> Palette {
        self.options.stdout_palette
    }

    /// True when a person watches both streams.
    pub fn is_interactive(&self) -> bool {
        self.options.streams.stdout_is_terminal && self.options.streams.stderr_is_terminal
    }

    /// Writes data to stdout as it is.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let is_terminal = self.options.streams.stdout_is_terminal;
        let shown = str::from_utf8(bytes).map(|text| self.shown(text, is_terminal));
        let bytes = shown.as_ref().map_or(bytes, |text| text.as_bytes());
        self.to_stdout(|stdout| {
            stdout.write_all(bytes)?;
            stdout.flush()
        })
    }

    /// Text in the signs that its reader has; a pipe gets it as it is.
    fn shown<'t>(&self, text: &'t str, is_terminal: bool) -> Cow<'t, str> {
        match is_terminal && !self.options.has_unicode {
            true => charset::in_ascii(text),
            false => Cow::Borrowed(text),
        }
    }

    /// A terminal shows both streams, so that a line that moves gets out of the way.
    fn to_stdout<T>(&self, write: impl FnOnce(&mut dyn Write) -> T) -> T {
        let write = || write(&mut *lock(&self.stdout));
        match self.options.streams.stdout_is_terminal {
            true => self.lines.beside(write),
            false => write(),
        }
    }

    /// Stdout as a writer, for data that comes in pieces.
    pub fn stdout(&self) -> impl Write + '_ {
        Stdout(self)
    }

    /// Writes one line of data to stdout.
    pub fn line(&self, text: &str) -> io::Result<()> {
        self.write(format!("{text}\n").as_bytes())
    }

    /// Says how things go; silent under `-q`.
    pub fn status(&self, text: &str) {
        if !self.options.is_quiet {
            self.say(&self.wrapped(text));
        }
    }

    /// Lines that are wider than the terminal, broken between words and set in below their own
    /// beginning; a pipe gets them whole.
    fn wrapped<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let (true, Some(width)) = (self.options.streams.stderr_is_terminal, self.table_width())
        else {
            return Cow::Borrowed(text);
        };
        let lines = text.split('\n').map(|line| broken(line, width));
        Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Says a line that a program reads, a CI system's own words; even under `-q`.
    pub fn annotation(&self, line: &str) {
        self.say(line);
    }

    /// Says what the person should know even under `-q`.
    pub fn warning(&self, text: &str) {
        self.say_labelled("warning:", Tone::Warning, text);
    }

    /// Says why the program failed.
    pub fn error(&self, text: &str) {
        self.say_labelled("error:", Tone::Bad, text);
    }

    /// Names what to do next, below an error.
    pub fn hint(&self, text: &str) {
        self.say_labelled("hint:", Tone::Accent, text);
    }

    /// Wraps to the terminal, below the text and not below the label; a pipe gets one line.
    fn say_labelled(&self, label: &str, tone: Tone, text: &str) {
        let painted = self.options.stderr_palette.paint(tone, label);
        let width = match (self.options.streams.stderr_is_terminal, self.table_width()) {
            (true, Some(width)) => width.max(20) - label.len() - 1,
            _ => return self.say(&format!("{painted} {text}")),
        };
        let indent = " ".repeat(label.len() + 1);
        let options = textwrap::Options::new(width)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(text, options);
        self.say(&format!("{painted} {}", lines.join(&format!("\n{indent}"))));
    }

    fn say(&self, text: &str) {
        let text = self.shown(text, self.options.streams.stderr_is_terminal);
        self.lines.beside(|| {
            let mut stderr = lock(&self.stderr);
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(stderr, "{text}");
        });
    }

    /// Shows a list in the format asked for. `empty` is said on stderr when there is none.
    pub fn list<T: Serialize>(
        &self,
        rows: &[T],
        empty: &str,
        table: impl FnOnce() -> Table,
    ) -> anyhow::Result<()> {
        if rows.is_empty() {
            self.status(empty);
        }
        match self.options.format {
            Format::Table if rows.is_empty() => Ok(()),
            Format::Table => Ok(self.write(
                table()
                    .render(self.table_width(), self.palette())
                    .as_bytes(),
            )?),
            format => Ok(self.write(&format::list(format, rows)?)?),
        }
    }

    /// Shows one thing: as text for people, or whole in a machine format.
    pub fn one<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        match self.options.format {
            Format::Table => Ok(self.write(text().as_bytes())?),
            format => Ok(self.write(&format::one(format, value)?)?),
        }
    }

    /// Whether a person reads what goes to stdout.
    pub fn stdout_is_terminal(&self) -> bool {
        self.options.streams.stdout_is_terminal
    }

    /// Whether progress is drawn: where a person watches, and not into a log.
    pub fn draws_progress(&self) -> bool {
        let is_watched = self.options.streams.stderr_is_terminal && !self.options.is_quiet;
        is_watched && !tracing::enabled!(tracing::Level::DEBUG)
    }

    /// Progress of long work.
    pub fn progress(&self, label: &str) -> Progress {
        match self.draws_progress() {
            true => Progress::shown(label, &self.lines, self.options.has_unicode),
            false => Progress::hidden(),
        }
    }

    /// Columns to fit tables into; `None` when piped, since a pipe has no width.
    pub fn table_width(&self) -> Option<usize> {
        self.options.streams.width
    }

    /// Text of several words in lines that fit the terminal (80 columns where there is none), each
    /// behind `indent`. An id with hyphens stays in one piece, to be copied.
    pub fn wrap(&self, text: &str, indent: &str) -> String {
        let width = self.table_width().unwrap_or(80).clamp(20, 100);
        let options = textwrap::Options::new(width)
            .initial_indent(indent)
            .subsequent_indent(indent)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let mut wrapped = textwrap::fill(&escape::line(text), options);
        wrapped.push('\n');
        wrapped
    }

    /// An instant for people, in the zone of `--tz`.
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.options.tz.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string()
    }

    /// An instant of today by its clock alone, another one in full.
    pub fn moment(&self, at: Timestamp) -> String {
        let zone = &self.options.tz;
        let is_today =
            at.to_zoned(zone.clone()).date() == Timestamp::now().to_zoned(zone.clone()).date();
        match is_today {
            true => at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string(),
            false => self.time(at),
        }
    }

    /// The zone's name, for table heads.
    pub fn zone(&self) -> String {
        match self.options.tz.iana_name() {
            // The database calls it by its region; people do not.
            Some("Etc/UTC") => "UTC".to_owned(),
            Some(name) => name.to_owned(),
            None => Timestamp::now()
                .to_zoned(self.options.tz.clone())
                .strftime("%Z")
                .to_string(),
        }
    }
}
