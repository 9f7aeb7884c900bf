//! `ddctl config list`.

use clap::Args;
use serde::Serialize;

use crate::config::{KEYS, SecretFlags, SecretKind};
use crate::context::Context;
use crate::error::Exit;
use crate::ui::{Table, Tone};

/// Show every setting in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config list --origin
  ddctl config list --profile prod -o json")]
pub struct List {
    /// Show which layer each value came from
    #[arg(long)]
    origin: bool,
}

#[derive(Serialize)]
struct Row {
    key: String,
    value: Option<String>,
    origin: Option<String>,
}

pub fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let rows = rows(context)?;
    context.ui.list(&rows, "", || table(&rows, args.origin))?;
    Ok(Exit::Done)
}

fn rows(context: &Context) -> anyhow::Result<Vec<Row>> {
    let settings = context.settings()?;
    let mut rows = vec![Row {
        key: "profile".to_owned(),
        value: Some(settings.profile.value.clone()),
        origin: Some(settings.profile.origin.to_string()),
    }];
    rows.extend(KEYS.iter().map(|key| {
        let valued = settings.value(key.name);
        Row {
            key: key.name.to_owned(),
            origin: valued.as_ref().map(|valued| valued.origin.to_string()),
            value: valued.map(|valued| valued.value),
        }
    }));
    let flags = SecretFlags::default();
    let secrets = context.secrets(&flags)?;
    for kind in SecretKind::KEPT {
        // Of a secret only its origin is shown, and it is not read for that.
        let origin = secrets
            .place(kind)?
            .map(|place| secrets.origin(kind, &place));
        rows.push(Row {
            key: kind.name().to_owned(),
            value: origin.as_ref().map(|_| "(secret)".to_owned()),
            origin: origin.map(|origin| origin.to_string()),
        });
    }
    Ok(rows)
}

fn table(rows: &[Row], with_origin: bool) -> Table {
    let mut table = Table::new().column("SETTING").column("VALUE");
    if with_origin {
        table = table.column("ORIGIN");
    }
    for row in rows {
        let value = row.value.as_deref().unwrap_or("-");
        let origin = row.origin.as_deref().unwrap_or("not set");
        table.row([
            (row.key.as_str(), Tone::Strong),
            (value, Tone::Plain),
            (origin, Tone::Dim),
        ]);
    }
    table
}
