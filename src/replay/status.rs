//! The status line: where the recording is, and what is happening.

use std::time::Duration;

use unicode_width::UnicodeWidthChar;

use super::options::Look;
use crate::recording::{Size, safe};

/// What the status line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub state: State,
    /// Recorded time; of a seek, where it is.
    pub at: Duration,
    /// Where what is played begins.
    pub from: Duration,
    /// Where it ends, once that is known.
    pub until: Option<Duration>,
    /// How much has been read ahead, 0 to 1.
    pub read_ahead: Option<f64>,
    pub speed: f64,
    /// The clock on the wall: `03:12:40`.
    pub clock: Option<String>,
    /// The number and text of the command that was given last.
    pub stop: Option<(usize, String)>,
    pub title: String,
    /// Said once, in place of the command.
    pub message: Option<String>,
    /// The size of the recorded terminal.
    pub recorded: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Playing,
    Paused,
    Seeking,
    Searching,
    Ended,
}

/// Cells of the bar.
const BAR: usize = 10;

/// The fewest columns in which a command or a title says anything.
const LEAST: usize = 8;

const HINT: &str = "h help ";

/// The text of the status line of a terminal that is `cols` wide; `window` says the size of the
/// recording, where only a part of it is seen.
pub fn line(status: &Status, window: Option<&str>, look: Look, cols: u16) -> String {
    let cols = usize::from(cols);
    let mut line = Line::new(cols, look);
    line.push_first(status);
    let has_message = status.message.is_some();
    if !has_message && cols >= 72 {
        line.push(&status.bar(look));
    } else if !has_message {
        line.push(&status.percent());
    }
    line.push(&format!("{}x", status.speed));
    let said = status.said();
    // What happens comes before how large the recording is.
    line.push_beside(window.unwrap_or_default(), columns(&said).min(LEAST));
    if cols >= 100 {
        line.push(status.clock.as_deref().unwrap_or_default());
    }
    line.push_cut(&said);
    line.finish()
}

impl Status {
    /// What the rest of the line is for.
    fn said(&self) -> String {
        let said = match (&self.message, &self.stop) {
            (Some(message), _) => message.clone(),
            (None, Some((number, label))) => format!("#{number} {label}"),
            (None, None) => self.title.clone(),
        };
        safe::line(&said).trim().to_owned()
    }

    fn share(&self) -> Option<f64> {
        let whole = self.until?.saturating_sub(self.from);
        let played = self.at.saturating_sub(self.from);
        match whole.is_zero() {
            true => Some(1.0),
            false => Some(played.div_duration_f64(whole).min(1.0)),
        }
    }

    /// Rounded down: 100 % is the end.
    fn percent(&self) -> String {
        match (self.share(), self.read_ahead) {
            (Some(share), _) => format!("{}%", (share * 100.0) as u8),
            (None, Some(read)) => format!("read {}%", (read * 100.0) as u8),
            (None, None) => String::new(),
        }
    }

    fn bar(&self, look: Look) -> String {
        let percent = self.percent();
        let Some(share) = self.share() else {
            return percent;
        };
        let filled = (share * BAR as f64) as usize;
        let (full, empty) = match look.has_unicode {
            true => ("━", "─"),
            false => ("=", "-"),
        };
        let bar = full.repeat(filled) + &empty.repeat(BAR - filled);
        format!("{bar} {percent:>4}")
    }
}

/// A line that is filled from the left.
struct Line {
    text: String,
    cols: usize,
    look: Look,
}

impl Line {
    fn new(cols: usize, look: Look) -> Self {
        Self {
            text: String::new(),
            cols,
            look,
        }
    }

    /// State and time: the shortest form that fits, so that something is told anywhere.
    fn push_first(&mut self, status: &Status) {
        let state = match status.state {
            State::Playing => "playing",
            State::Paused => "paused",
            State::Seeking => "seeking",
            State::Searching => "searching",
            State::Ended => "end",
        };
        let at = clock(status.at);
        let until = status.until.map_or("?".to_owned(), clock);
        let forms = [
            format!(" {state}  {at} / {until}"),
            format!(" {state} {at}"),
            at,
        ];
        let fits = forms.iter().find(|form| columns(form) <= self.cols);
        self.text = fits.cloned().unwrap_or_default();
    }

    /// Adds a part, unless it would not fit.
    fn push(&mut self, part: &str) {
        if !part.is_empty() && columns(&self.text) + 2 + columns(part) <= self.cols {
            self.text.push_str("  ");
            self.text.push_str(part);
        }
    }

    /// Adds a part, unless it would leave fewer than `kept` columns to what follows it.
    fn push_beside(&mut self, part: &str, kept: usize) {
        let gaps = if kept > 0 { 4 } else { 2 };
        if columns(&self.text) + gaps + columns(part) + kept <= self.cols {
            self.push(part);
        }
    }

    /// Adds as much of a part as fits.
    fn push_cut(&mut self, part: &str) {
        let used = columns(&self.text) + 2;
        let whole = self.cols.saturating_sub(used);
        // The hint gives way to what is said where both do not fit.
        let beside_hint = whole.saturating_sub(HINT.len() + 2);
        let space = match beside_hint >= LEAST.max(columns(part).min(24)) {
            true => beside_hint,
            false => whole,
        };
        if !part.is_empty() && space >= LEAST.min(columns(part)) {
            self.text.push_str("  ");
            self.text.push_str(&cut(part, space, self.look));
        }
    }

    fn finish(mut self) -> String {
        let used = columns(&self.text);
        if used + 2 + HINT.len() <= self.cols {
            let gap = self.cols - used - HINT.len();
            self.text.push_str(&" ".repeat(gap));
            self.text.push_str(HINT);
        }
        self.text
    }
}

/// Minutes and seconds, and hours where there are any.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// How many columns a text takes.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The beginning of a text that is too long, marked as cut.
fn cut(text: &str, space: usize, look: Look) -> String {
    if columns(text) <= space {
        return text.to_owned();
    }
    let mark = if look.has_unicode { '…' } else { '~' };
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > space {
            break;
        }
        kept.push(c);
    }
    kept.push(mark);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status {
            state: State::Playing,
            at: Duration::from_millis(1_000_900),
            from: Duration::ZERO,
            until: Some(Duration::from_secs(4_000)),
            read_ahead: Some(1.0),
            speed: 1.5,
            clock: Some("03:12:40".to_owned()),
            stop: None,
            title: "pg\x1b[2J · ana".to_owned(),
            message: None,
            recorded: Size::ASSUMED,
        }
    }

    fn shown(status: &Status, cols: u16) -> String {
        line(status, None, Look::default(), cols)
    }

    #[test]
    fn a_line_of_eighty_columns_says_where_how_fast_and_what() {
        let line = shown(&status(), 80);
        let bar = " playing  16:40 / 1:06:40  ━━────────  25%  1.5x  ";
        assert_eq!(line, format!("{bar}pg · ana               h help "));
        let with_command = Status {
            stop: Some((12, "kubectl get pods --all-namespaces".to_owned())),
            ..status()
        };
        let line = shown(&with_command, 80);
        assert_eq!(line, format!("{bar}#12 kubectl get pods --all-na…"));
        assert!(shown(&with_command, 100).ends_with("  h help "));
    }

    #[test]
    fn a_wide_line_tells_the_clock_too() {
        assert!(shown(&status(), 120).contains("  1.5x  03:12:40  pg"));
    }

    #[test]
    fn in_few_columns_the_most_needed_stays() {
        assert_eq!(shown(&status(), 30), " playing  16:40 / 1:06:40  25%");
        assert_eq!(shown(&status(), 20), " playing 16:40  25% ".trim_end());
        assert_eq!(shown(&status(), 6), "16:40");
        assert_eq!(shown(&status(), 3), "");
    }

    #[test]
    fn a_message_takes_the_place_of_the_bar_and_the_command() {
        let said = Status {
            message: Some("no further `x`".to_owned()),
            ..status()
        };
        let line = shown(&said, 60);
        assert!(line.contains("  1.5x  no further `x`"), "{line}");
    }

    #[test]
    fn before_the_end_is_known_the_line_says_how_much_was_read() {
        let unknown = Status {
            until: None,
            read_ahead: Some(0.34),
            ..status()
        };
        assert!(shown(&unknown, 80).starts_with(" playing  16:40 / ?  read 34%  1.5x"));
    }

    #[test]
    fn without_unicode_there_is_ascii_alone() {
        let look = Look {
            has_unicode: false,
            ..Look::default()
        };
        let long = Status {
            title: "a-connection-with-a-long-name by somebody@example.com".to_owned(),
            ..status()
        };
        let line = line(&long, Some("120x40"), look, 80);
        assert!(
            line.is_ascii() && line.contains("==--------") && line.contains('~'),
            "{line}"
        );
    }
}
