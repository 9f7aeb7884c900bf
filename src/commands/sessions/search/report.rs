//! What a search shows: each hit as it comes, and at the end how much was searched.

use jiff::Timestamp;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::commands::sessions::inputs::{Extent, Origin, heading, offset, replay_command};
use crate::context::Context;
use crate::error::Exit;
use crate::recording::Warning;
use crate::search::{Hit, Part};
use crate::ui::{Format, Palette, Progress, Table, Tone, Ui, counted, escape, format};

/// Names of sessions that could not be read that are shown before the rest is only counted.
const NAMED: usize = 5;

/// A hit; the shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Row {
    session: Option<String>,
    file: Option<String>,
    user: Option<String>,
    connection: Option<String>,
    /// `command`, `statement` or `output`
    part: &'static str,
    /// When it happened; unknown of a file
    time: Option<Timestamp>,
    /// Seconds since the start of the recording
    offset_s: f64,
    line: String,
    r#match: String,
    before: Vec<String>,
    after: Vec<String>,
    /// What plays it; null for standard input
    replay: Option<String>,
    url: Option<String>,
}

impl Row {
    fn of(origin: &Origin, hit: &Hit) -> Self {
        let session = origin.session();
        Self {
            session: session.map(|session| session.id.clone()),
            file: match origin {
                Origin::File(path) => Some(path.clone()),
                Origin::Session(..) => None,
            },
            user: session.map(|session| session.identity.email.clone()),
            connection: session.map(|session| session.connection.name.clone()),
            part: hit.part.as_str(),
            time: origin.time(hit.start),
            offset_s: hit.start.as_secs_f64(),
            line: hit.line.clone(),
            r#match: hit.line[hit.matched.clone()].to_owned(),
            before: hit.before.clone(),
            after: hit.after.clone(),
            replay: replay_command(origin.name(), &hit.clip()),
            url: match origin {
                Origin::File(_) => None,
                Origin::Session(_, url) => Some(url.clone()),
            },
        }
    }
}

/// A search under way.
pub struct Report<'c> {
    ui: &'c Ui,
    progress: Progress,
    extent: Extent,
    limit: usize,
    /// Kept for the formats that are one document.
    rows: Vec<Row>,
    hits: usize,
    searched: u64,
    with_hits: u64,
    /// The origin of the last hit.
    last: Option<String>,
    unread: Vec<(String, String)>,
    exit: Exit,
}

impl<'c> Report<'c> {
    pub fn new(context: &'c Context, limit: usize, extent: Extent) -> Self {
        Self {
            ui: &context.ui,
            progress: context.ui.progress("searching"),
            extent,
            limit,
            rows: Vec::new(),
            hits: 0,
            searched: 0,
            with_hits: 0,
            last: None,
            unread: Vec::new(),
            exit: Exit::Done,
        }
    }

    /// True when there are more hits than are wanted.
    pub fn is_full(&self) -> bool {
        self.hits > self.limit
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Shows a hit, or keeps it for the end.
    pub fn hit(&mut self, origin: &Origin, hit: &Hit) -> anyhow::Result<()> {
        self.hits += 1;
        if self.is_full() {
            return Ok(());
        }
        let is_first = self.last.as_deref() != Some(origin.name());
        if is_first {
            self.with_hits += 1;
            self.last = Some(origin.name().to_owned());
        }
        match self.ui.format() {
            Format::Table => {
                let heading = if is_first {
                    heading(self.ui, origin)
                } else {
                    String::new()
                };
                let gap = if is_first && self.with_hits > 1 {
                    "\n"
                } else {
                    ""
                };
                let text = format!("{gap}{heading}{}", lines(self.ui, origin, hit));
                self.write(text.as_bytes())
            }
            Format::Ndjson => self.write(&format::one(Format::Ndjson, &Row::of(origin, hit))?),
            Format::Json | Format::Yaml | Format::Csv => {
                self.rows.push(Row::of(origin, hit));
                Ok(())
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.ui.write(bytes)?)
    }

    /// How far the reading of a file is.
    pub fn reading(&self, bytes: u64) {
        let hits = counted(self.hits as u64, "hit");
        self.progress
            .set(&format!("{} MB, {hits}", bytes / 1_000_000));
    }

    /// A recording was searched to its end.
    pub fn searched(&mut self, origin: &Origin, warnings: &[Warning]) {
        self.searched += 1;
        for warning in warnings {
            self.warn(&format!("{}: {warning}", origin.name()));
        }
        self.tell(origin);
    }

    /// A recording was not searched to its end; `exit` is what that means for the whole.
    pub fn unread(&mut self, origin: &Origin, why: String, exit: Exit) {
        self.exit = match (self.exit, exit) {
            (Exit::Unreachable, _) | (_, Exit::Unreachable) => Exit::Unreachable,
            (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
            _ => Exit::Done,
        };
        self.unread.push((why, origin.name().to_owned()));
        self.tell(origin);
    }

    fn warn(&self, text: &str) {
        let text = escape::line(text);
        self.ui.warning(&text);
    }

    fn tell(&self, last: &Origin) {
        let done = self.searched + self.unread.len() as u64;
        self.extent.tell(&self.progress, done, last);
        self.progress.set(&counted(self.hits as u64, "hit"));
    }

    /// Shows what was kept for the end, and says how much was searched.
    pub fn conclude(&mut self) -> anyhow::Result<()> {
        self.progress = Progress::hidden();
        if matches!(self.ui.format(), Format::Json | Format::Yaml | Format::Csv) {
            self.ui.list(&self.rows, "", Table::new)?;
        }
        self.name_unread();
        let searched = counted(self.searched, "recording");
        self.ui.status(&match self.hits {
            0 if self.searched == 0 && self.unread.is_empty() => "no session matches".to_owned(),
            0 => format!("no hit in {searched}"),
            hits if hits > self.limit => {
                format!(
                    "the first {}; --limit shows more",
                    counted(self.limit as u64, "hit")
                )
            }
            hits => format!(
                "{} in {} of {searched}",
                counted(hits as u64, "hit"),
                self.with_hits
            ),
        });
        Ok(())
    }

    /// One line for each reason.
    fn name_unread(&mut self) {
        self.unread.sort();
        for same in self.unread.chunk_by(|one, other| one.0 == other.0) {
            let names: Vec<&str> = same.iter().map(|(_, name)| name.as_str()).collect();
            let further = match names.len().saturating_sub(NAMED) {
                0 => String::new(),
                further => format!(" and {further} more"),
            };
            let (count, why) = (counted(names.len() as u64, "recording"), &same[0].0);
            let named = names[..names.len().min(NAMED)].join(", ");
            self.warn(&format!("{count} not searched, {why}: {named}{further}"));
        }
    }
}

/// The hit in its lines, and what plays it.
fn lines(ui: &Ui, origin: &Origin, hit: &Hit) -> String {
    let palette = ui.palette();
    let mark = match hit.part {
        Part::Command | Part::Statement => ">",
        Part::Output => " ",
    };
    let time = offset(hit.start);
    let indent = format!("  {time:>7} {mark} ");
    let room = ui
        .table_width()
        .map(|width| width.saturating_sub(indent.len()).max(20));
    let mut text = String::new();
    let dim = |lines: &[String]| -> String {
        let cut = |line: &String| match room {
            Some(room) => escape::cut(line, room),
            None => escape::line(line).into_owned(),
        };
        let blank = " ".repeat(indent.len());
        lines
            .iter()
            .map(|line| format!("{blank}{}\n", palette.paint(Tone::Dim, cut(line))))
            .collect()
    };
    text += &dim(&hit.before);
    text += &format!("{indent}{}\n", highlighted(palette, hit, room));
    text += &dim(&hit.after);
    if let Some(command) = replay_command(origin.name(), &hit.clip()) {
        let command = palette.paint(Tone::Dim, escape::line(&command));
        text += &format!("  {command}\n");
    }
    text
}

/// The line with the match in colour; around it as much as there is room for.
fn highlighted(palette: Palette, hit: &Hit, room: Option<usize>) -> String {
    let (before, rest) = hit.line.split_at(hit.matched.start);
    let (matched, after) = rest.split_at(hit.matched.len());
    let Some(room) = room else {
        return format!(
            "{}{}{}",
            escape::line(before),
            palette.paint(Tone::Bad, escape::line(matched)),
            escape::line(after)
        );
    };
    let matched = escape::cut(matched, room);
    let free = room.saturating_sub(matched.width());
    // The text in front is kept where all of it fits, else a third of the room goes to it.
    let before = match before.width() + after.width() <= free || before.width() <= free / 2 {
        true => escape::line(before).into_owned(),
        false => cut_front(before, free.saturating_sub(after.width()).max(free / 3)),
    };
    let after = match free.saturating_sub(before.width()) {
        0 => String::new(),
        free => escape::cut(after, free),
    };
    format!("{before}{}{after}", palette.paint(Tone::Bad, matched))
}

/// The last `room` columns of a line, with an ellipsis in front where something was cut.
fn cut_front(text: &str, room: usize) -> String {
    let safe = escape::line(text);
    if safe.width() <= room {
        return safe.into_owned();
    }
    let mut columns = 1;
    let cut = safe.char_indices().rev().find(|(_, c)| {
        columns += c.width().unwrap_or(0);
        columns > room
    });
    let kept = cut.map_or(0, |(at, c)| at + c.len_utf8());
    format!("…{}", &safe[kept..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(line: &str, matched: &str) -> Hit {
        let start = line.find(matched).expect("it is there");
        Hit {
            pattern: 0,
            part: Part::Output,
            start: std::time::Duration::ZERO,
            end: std::time::Duration::ZERO,
            line: line.to_owned(),
            matched: start..start + matched.len(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    #[test]
    fn a_line_is_cut_to_the_room_and_keeps_its_match() {
        let shown =
            |line: &str, room| highlighted(Palette::PLAIN, &hit(line, "needle"), Some(room));
        assert_eq!(shown("a needle here", 20), "a needle here");
        let long = format!("{}needle{}", "a".repeat(50), "b".repeat(50));
        let cut = shown(&long, 30);
        assert_eq!(cut, "…aaaaaaaneedlebbbbbbbbbbbbbbb…");
        let behind = format!("{}needle", "日".repeat(50));
        let cut = shown(&behind, 30);
        assert!(cut.ends_with("日needle") && cut.width() <= 30, "{cut}");
        assert_eq!(shown("needle", 4), "nee…");
    }
}
