//! `ddctl deadletters show`.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::rows::{LetterRow, folder, no_such};
use crate::context::Context;
use crate::delivery::dead_letter::{StoredLetter, files, read};
use crate::error::{Exit, UsageError};
use crate::ui::escape;

/// Show one dead letter with its event
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl deadletters show 3f2a9c41
  ddctl deadletters show logs-datadoghq.eu:17 -o json | jq .event")]
pub struct Show {
    /// The letter as `deadletters list` names it: an id, its beginning, or FILE:LINE
    #[arg(value_name = "LETTER")]
    letter: String,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    letter: LetterRow,
    /// The event; the text of what was no event; of a damaged letter what is there.
    event: Value,
}

pub(super) fn run(context: &Context, args: &Show) -> anyhow::Result<Exit> {
    let mut found: Vec<StoredLetter> = Vec::new();
    for file in files(&folder(context)?)? {
        read(&file, |letter| {
            if letter.is_named(&args.letter) {
                found.push(letter);
            }
            // Two are as bad as many.
            found.len() < 8
        })?;
    }
    let letter = match &found[..] {
        [] => return Err(no_such(&args.letter).into()),
        [letter] => letter,
        several => return Err(ambiguous(&args.letter, several).into()),
    };
    let shown = Shown {
        letter: LetterRow::of(letter),
        event: event_of(letter),
    };
    context.ui.one(&shown, || text(context, &shown))?;
    Ok(Exit::Done)
}

fn event_of(letter: &StoredLetter) -> Value {
    let event = letter.content.as_ref().ok();
    let event = event.and_then(|letter| serde_json::from_str(letter.event.get()).ok());
    event.unwrap_or_else(|| String::from_utf8_lossy(letter.bytes.trim_ascii_end()).into())
}

fn ambiguous(name: &str, several: &[StoredLetter]) -> UsageError {
    let places: Vec<String> = several.iter().map(StoredLetter::place).collect();
    UsageError::with_hint(
        format!("`{name}` may mean several letters"),
        format!("name one by its place: {}", places.join(", ")),
    )
}

fn text(context: &Context, shown: &Shown) -> String {
    let row = &shown.letter;
    let facts = [
        ("letter", Some(row.name().to_owned())),
        ("place", Some(row.place.clone())),
        ("set aside", row.time.map(|time| context.ui.time(time))),
        ("destination", row.destination.clone()),
        ("answer", row.status.map(|status| status.to_string())),
        ("tries", row.attempts.map(|tries| tries.to_string())),
        ("reason", Some(row.reason.clone())),
    ];
    let mut text = String::new();
    for (name, value) in facts {
        if let Some(value) = value {
            // Writing into a string does not fail; so below.
            let _ = writeln!(text, "{name:<12} {}", escape::line(&value));
        }
    }
    text.push('\n');
    let event = match &shown.event {
        Value::String(text) => text.clone(),
        event => format!("{event:#}"),
    };
    for line in event.lines() {
        let _ = writeln!(text, "{}", escape::line(line));
    }
    text
}
