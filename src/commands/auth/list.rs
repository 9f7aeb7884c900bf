//! `ddctl auth list`.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::config::vault::StoreKind;
use crate::config::{SecretFlags, SecretKind, SecretPlace, Secrets};
use crate::context::Context;
use crate::error::Exit;
use crate::ui::{Table, Tone};

/// Show which secrets there are, where each comes from, and which one is used
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl auth list
  ddctl auth list --profile prod -o json | jq '.[] | select(.in_use)'

Of a secret its last four characters are shown at most. What a program prints is not asked for.")]
pub struct List {}

/// The shape that `-o json` promises: a row for each place that has one, the one in use first.
#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    /// The layer: `flag`, `environment (NAME)`, `profile`, `keyring`, `encrypted file`, …
    origin: String,
    place: String,
    /// `null` where it was not read.
    shown_as: Option<String>,
    in_use: bool,
    /// Since when it is there, where that is known.
    since: Option<Timestamp>,
    /// Why it cannot be had.
    problem: Option<String>,
}

pub fn run(context: &Context, _args: &List) -> anyhow::Result<Exit> {
    let flags = SecretFlags::default();
    let secrets = context.secrets(&flags)?;
    let mut rows = Vec::new();
    for kind in SecretKind::KEPT {
        for (index, place) in secrets.places(kind)?.iter().enumerate() {
            rows.push(row(context, &secrets, kind, place, index == 0)?);
        }
    }
    let empty = "no secrets; `ddctl auth set api-key` keeps one";
    context.ui.list(&rows, empty, || table(context, &rows))?;
    for row in &rows {
        if let Some(problem) = &row.problem {
            context.ui.warning(&format!("{}: {problem}", row.kind));
        }
    }
    Ok(Exit::Done)
}

fn row(
    context: &Context,
    secrets: &Secrets<'_>,
    kind: SecretKind,
    place: &SecretPlace,
    in_use: bool,
) -> anyhow::Result<Row> {
    let read = match place {
        SecretPlace::Command(_) => Ok(None),
        place => secrets.read(kind, place).map_err(anyhow::Error::from),
    };
    let (shown_as, problem) = match read {
        Ok(secret) => (secret.map(|secret| kind.masked(&secret)), None),
        Err(error) => (None, Some(format!("{error:#}"))),
    };
    Ok(Row {
        kind: kind.name(),
        origin: secrets.origin(kind, place).to_string(),
        place: place.to_string(),
        shown_as,
        in_use,
        since: since(context, kind, place)?,
        problem,
    })
}

/// When it was kept, or when its file was written.
fn since(
    context: &Context,
    kind: SecretKind,
    place: &SecretPlace,
) -> anyhow::Result<Option<Timestamp>> {
    let store = match place {
        SecretPlace::Keyring => StoreKind::Keyring,
        SecretPlace::Vault(_) => StoreKind::File,
        SecretPlace::File(path) => {
            let written = std::fs::metadata(path).and_then(|facts| facts.modified());
            return Ok(written.ok().and_then(|at| Timestamp::try_from(at).ok()));
        }
        _ => return Ok(None),
    };
    let kept = context.vault()?.list()?;
    let own = kept
        .iter()
        .find(|kept| (kept.kind, kept.store) == (kind, store));
    Ok(own.and_then(|kept| kept.set))
}

fn table(context: &Context, rows: &[Row]) -> Table {
    let since = format!("SINCE ({})", context.ui.zone());
    let mut table = Table::new()
        .column("SECRET")
        .column("SHOWN AS")
        .column("USED")
        .expendable("FROM", 1)
        .expendable("PLACE", 3)
        .expendable(&since, 2);
    for row in rows {
        let shown = match (&row.shown_as, &row.problem) {
            (Some(masked), _) => (masked.as_str(), Tone::Plain),
            (None, Some(_)) => ("cannot be had", Tone::Bad),
            (None, None) => ("not read", Tone::Dim),
        };
        let at = row.since.map(|at| context.ui.time(at));
        table.row([
            (row.kind, Tone::Strong),
            shown,
            (if row.in_use { "yes" } else { "no" }, Tone::Plain),
            (row.origin.as_str(), Tone::Plain),
            (row.place.as_str(), Tone::Dim),
            (at.as_deref().unwrap_or("-"), Tone::Dim),
        ]);
    }
    table
}
