//! `ddctl monitors export`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use crate::commands::as_code::{Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::datadog::LiveMonitor;
use crate::delivery::AtomicFile;
use crate::error::{Exit, UsageError};
use crate::monitors::Identity;
use crate::monitors::as_code::{Found, Kind, Mark, Namespace, export};
use crate::ui::{Table, Tone};

/// Write Datadog's monitors as files, to be kept as code
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors export 4711
  ddctl monitors export 4711 4712 --to monitors/
  ddctl monitors export --tag team:payments --to monitors/
  ddctl monitors export --owned --to .

One file a monitor; without --to it is printed. Those with a mark go to PACK/NAME.yaml below the \
folder. A file of any other names the monitor that it `adopts`: `ddctl monitors apply` then gives \
that one the mark, and makes no second one.

A file is read back before it is written: it says all that its monitor is, or is refused by name. \
Mutes and restrictions stay at Datadog, where they are kept. Exit 1 where one was refused.")]
pub struct Export {
    /// Ids of monitors
    #[arg(value_name = "ID")]
    ids: Vec<u64>,
    /// Every monitor with this tag
    #[arg(long, value_name = "TAG", conflicts_with_all = ["ids", "owned"])]
    tag: Option<String>,
    /// Every monitor of the namespace
    #[arg(long, conflicts_with = "ids")]
    owned: bool,
    /// The folder for the files
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long, requires = "to")]
    overwrite: bool,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    r#type: String,
    /// The file that was written.
    file: Option<String>,
    /// Its text, where none was.
    text: Option<String>,
    /// Why there is none.
    refused: Option<String>,
}

pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Monitor)?;
    let monitors = chosen(&place, args).await?;
    if monitors.len() > 1 && args.to.is_none() {
        return Err(UsageError::with_hint(
            format!("{} monitors do not go into one file", monitors.len()),
            "name a folder: --to FOLDER",
        )
        .into());
    }
    let mut rows = Vec::new();
    for monitor in &monitors {
        let row = write(&place.namespace, monitor, args)?;
        if let Some(because) = &row.refused {
            context
                .ui
                .warning(&format!("{} ({}): {because}", row.title, row.id));
        }
        rows.push(row);
    }
    show(context, &rows)?;
    Ok(match rows.iter().any(|row| row.refused.is_some()) {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

async fn chosen(place: &Place<'_>, args: &Export) -> anyhow::Result<Vec<LiveMonitor>> {
    let datadog = place.datadog();
    if let Some(tag) = &args.tag {
        return Ok(datadog.monitors(Some(tag)).await?);
    }
    if args.owned {
        let mut all = datadog.monitors(None).await?;
        all.retain(|monitor| own_mark(&place.namespace, monitor).is_some());
        return Ok(all);
    }
    if args.ids.is_empty() {
        return Err(UsageError::with_hint(
            "say which monitors",
            "by their ids, by --tag TAG, or --owned for those of the namespace",
        )
        .into());
    }
    let mut found = Vec::new();
    for id in &args.ids {
        let monitor = datadog.monitor(*id).await?;
        let missing = || format!("{} has no monitor {id}", place.site());
        found.push(monitor.with_context(missing)?);
    }
    Ok(found)
}

fn own_mark(namespace: &Namespace, monitor: &LiveMonitor) -> Option<Mark> {
    let marks = Mark::of_tags(&monitor.definition).into_iter();
    marks
        .into_iter()
        .find(|mark| mark.namespace == namespace.as_str())
}

fn write(namespace: &Namespace, monitor: &LiveMonitor, args: &Export) -> anyhow::Result<Row> {
    let mut row = Row {
        id: monitor.id.to_string(),
        title: monitor.name().to_owned(),
        r#type: monitor.kind().to_owned(),
        file: None,
        text: None,
        refused: None,
    };
    let own = own_mark(namespace, monitor);
    let identity = identity(own.as_ref(), monitor, args.to.as_deref());
    let mark = namespace.mark(&identity).context("name the file")?;
    let found = Found {
        kind: Kind::Monitor,
        id: row.id.clone(),
        mark,
        body: monitor.definition.clone(),
    };
    let text = match export(&found, &identity, own.is_some()) {
        Ok(text) => text,
        Err(error) => {
            row.refused = Some(error.to_string());
            return Ok(row);
        }
    };
    match &args.to {
        None => row.text = Some(text),
        Some(folder) => {
            let path = path_of(folder, own.as_ref(), &identity);
            put(&path, &text, args.overwrite)?;
            row.file = Some(path.display().to_string());
        }
    }
    Ok(row)
}

/// Its mark; without one, the folder and a name made of its title and its id.
fn identity(own: Option<&Mark>, monitor: &LiveMonitor, folder: Option<&Path>) -> Identity {
    if let Some(mark) = own {
        return Identity {
            pack: mark.pack.clone(),
            name: mark.name.clone(),
        };
    }
    let folder = folder
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy());
    let pack = folder.map_or("local".to_owned(), |name| slug(&name));
    Identity {
        pack,
        name: slug(&format!("{} {}", monitor.name(), monitor.id)),
    }
}

/// Letters and digits in lower case with single dashes between them, at most 80 of the last.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let slug = words.join("-");
    let cut = slug.len().saturating_sub(80);
    slug[cut..].trim_start_matches('-').to_owned()
}

fn path_of(folder: &Path, own: Option<&Mark>, identity: &Identity) -> PathBuf {
    let file = format!("{}.yaml", identity.name);
    match own {
        Some(mark) => folder.join(&mark.pack).join(file),
        None => folder.join(file),
    }
}

fn put(path: &Path, text: &str, overwrite: bool) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    let mut file = AtomicFile::create(path, overwrite)?;
    let written = file.write_all(text.as_bytes());
    written.map_err(|error| file.explain(error))?;
    file.commit()?;
    Ok(())
}

fn show(context: &Context, rows: &[Row]) -> anyhow::Result<()> {
    if let ([row], crate::ui::Format::Table) = (rows, context.ui.format())
        && let Some(text) = &row.text
    {
        return Ok(context.ui.write(text.as_bytes())?);
    }
    context.ui.list(rows, "there is no such monitor", || {
        let mut table = Table::new()
            .column("ID")
            .unbroken()
            .column("TITLE")
            .column("FILE");
        for row in rows {
            let (file, tone) = match &row.file {
                Some(file) => (file.clone(), Tone::Plain),
                None => ("refused".to_owned(), Tone::Bad),
            };
            table.row([
                (row.id.clone(), Tone::Plain),
                (row.title.clone(), Tone::Strong),
                (file, tone),
            ]);
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_title_becomes_a_name_that_ends_in_the_id() {
        assert_eq!(
            slug("[hoop] Zu viele Fehler! 4711"),
            "hoop-zu-viele-fehler-4711"
        );
        let long = slug(&format!("{} 4711", "a ".repeat(90)));
        assert!(long.ends_with("-4711") && long.len() <= 80, "{long}");
        assert_eq!(slug("日本 7"), "7");
    }
}
