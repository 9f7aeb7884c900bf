//! Recordings as files: asciicast, readable text, rows, pages and pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::conversion::{Conversion, Converted, Shape, is_of_recording};
use super::custody::Custody;
use super::destination::Target;
use super::found::{self, Found};
use super::naming::Naming;
use super::{Selection, page, scope};
use crate::commands::sessions::cache;
use crate::commands::sessions::redaction_report::{self, RedactionReport};
use crate::context::Context;
use crate::delivery::AtomicFile;
use crate::domain::redaction::Redactor;
use crate::domain::session::NO_EXIT_CODE;
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::recording::asciicast::Version;
use crate::recording::convert::{self, About};
use crate::recording::{Strictness, safe};
use crate::replay::{Clip, Origin, Point};
use crate::sources::{self, Cache, SessionFilter};
use crate::ui::{self, counted, escape};

/// How a recording is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Cast,
    Cast2,
    Txt,
    Ndjson,
    Csv,
    /// One page that plays it.
    Html,
    /// A picture of the screen.
    Svg,
}

impl Format {
    pub fn ending(self) -> &'static str {
        match self {
            Format::Cast | Format::Cast2 => "cast",
            Format::Txt => "txt",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Svg => "svg",
        }
    }

    /// True where several recordings may follow each other in one stream.
    pub fn is_joinable(self) -> bool {
        matches!(self, Format::Txt | Format::Ndjson)
    }
}

/// What of the recordings is written, and how.
pub struct Options {
    pub format: Format,
    pub overwrite: bool,
    pub include_input: bool,
    pub allow_download: bool,
    /// Keeps finished recordings on this machine.
    pub cache: bool,
    /// Where to say what was hidden, and where.
    pub redaction_report: Option<PathBuf>,
    pub redactor: Redactor,
    pub clip: Option<Clip>,
    /// The moment of a picture.
    pub at: Option<Point>,
    pub timing: Option<PathBuf>,
    pub strictness: Strictness,
}

/// Which recordings: files, and sessions of a gateway.
pub struct Inputs<'a> {
    pub files: Vec<String>,
    pub sessions: Option<Sessions<'a>>,
}

/// Sessions, and the gateway that has them.
pub struct Sessions<'a> {
    pub gateway: Gateway,
    pub selection: Selection,
    pub filter: &'a SessionFilter,
    pub limit: Option<usize>,
}

/// One file that was written; the shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Written {
    /// The session's id; null for a local file.
    session: Option<String>,
    /// The recording file; null for a session.
    source: Option<String>,
    file: String,
    events: u64,
    /// How many secrets each rule found.
    hidden: BTreeMap<String, u64>,
    /// Of the recording as received.
    sha256: String,
    /// True where it has events, and none of those written shows anything.
    #[serde(skip)]
    is_silent: bool,
    #[serde(skip)]
    report: RedactionReport,
}

/// One recording before it is opened.
pub enum Item {
    File(String),
    Session(String),
}

pub async fn run(
    context: &Context,
    inputs: Inputs<'_>,
    target: Target,
    options: Options,
    custody: &Custody,
) -> anyhow::Result<Exit> {
    let mut items: Vec<_> = inputs.files.into_iter().map(Item::File).collect();
    if let Some(sessions) = &inputs.sessions {
        check_downloads(&sessions.gateway, options.allow_download).await?;
        items.extend(ids(context, sessions).await?.into_iter().map(Item::Session));
    }
    if options.timing.is_some() && (items.len() != 1 || inputs.sessions.is_some()) {
        return Err(UsageError::new("--timing is of one typescript, and it stands alone").into());
    }
    let gateway = inputs.sessions.as_ref().map(|sessions| &sessions.gateway);
    let cache = match gateway {
        Some(gateway) => {
            cache::open(context, gateway, options.cache, options.allow_download).await?
        }
        None => None,
    };
    let mut naming = Naming::new(target, options.format, items.len())?;
    naming.sweep();
    let writer = Writer {
        context,
        gateway,
        cache: cache.map(Arc::new),
        options,
        custody,
    };
    let mut written = Vec::new();
    let mut failed = 0;
    let progress = context.ui.progress("exporting recordings");
    for (done, item) in items.iter().enumerate() {
        progress.count(done as u64, Some(items.len() as u64), "recording");
        match writer.write(item, naming.next(item)?).await {
            Ok(Some(file)) => written.push(file),
            Ok(None) => context.ui.status(&format!("{item} has no recording")),
            // One that cannot be read must not hold back the rest.
            Err(error) if items.len() > 1 && is_of_recording(&error) => {
                failed += 1;
                context.ui.warning(&format!("{item}: {error:#}"));
            }
            Err(error) => return Err(error),
        }
    }
    drop(progress);
    if let Some(path) = &writer.options.redaction_report {
        redaction_report::write_all(path, written.iter().map(|one| &one.report))?;
    }
    conclude(context, &naming, &written, writer.options.include_input)?;
    Ok(if failed > 0 { Exit::Failed } else { Exit::Done })
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Item::File(given) => f.write_str(&escape::line(given)),
            Item::Session(id) => write!(f, "session {}", escape::line(id)),
        }
    }
}

/// What the gateway's own page would refuse is refused here, unless somebody says so.
async fn check_downloads(gateway: &Gateway, allowed: bool) -> anyhow::Result<()> {
    if !allowed && gateway.server_info().await?.disable_sessions_download {
        return Err(UsageError::with_hint(
            "the gateway has downloads of recordings switched off",
            "--allow-download takes them all the same",
        )
        .into());
    }
    Ok(())
}

async fn ids(context: &Context, sessions: &Sessions<'_>) -> anyhow::Result<Vec<String>> {
    let gateway = &sessions.gateway;
    let mut ids = Vec::new();
    match &sessions.selection {
        Selection::Range(range) => {
            scope::warn_where_partial(context, gateway).await;
            sources::list(
                gateway,
                *range,
                sessions.filter,
                sessions.limit,
                |session| ids.push(session.id),
            )
            .await?;
        }
        Selection::Sessions(references) => {
            for reference in references {
                ids.push(sources::find(gateway, reference, context.now()).await?);
            }
        }
    }
    Ok(ids)
}

struct Writer<'a> {
    context: &'a Context,
    /// Where sessions are asked for.
    gateway: Option<&'a Gateway>,
    cache: Option<Arc<Cache>>,
    options: Options,
    /// What was written is written down there.
    custody: &'a Custody,
}

impl Writer<'_> {
    /// Writes one recording; `None` where there is none.
    async fn write(&self, item: &Item, path: Option<PathBuf>) -> anyhow::Result<Option<Written>> {
        // A target that cannot be written is found before the recording is fetched.
        let file = path
            .as_deref()
            .map(|path| AtomicFile::create(path, self.options.overwrite))
            .transpose()?;
        let Some(found) = self.find(item).await? else {
            return Ok(None);
        };
        let conversion = self.conversion(item, found);
        let (converted, file) = match file {
            Some(file) => {
                let (converted, written, path) = conversion.write_file(file).await?;
                self.custody.note(written, Some(&path))?;
                (converted, path.display().to_string())
            }
            None => {
                let (converted, written) = conversion.write_stdout(&self.context.ui).await?;
                self.custody.note(written, None)?;
                (converted, "-".to_owned())
            }
        };
        if self.options.clip.is_some() && converted.events == 0 {
            let why = "nothing of the recording is in the clip";
            self.context.ui.warning(&format!("{item}: {why}"));
        }
        for warning in converted.warnings.to_string().lines() {
            self.context.ui.warning(&format!("{item}: {warning}"));
        }
        Ok(Some(self.written(item, file, converted)))
    }

    async fn find(&self, item: &Item) -> anyhow::Result<Option<Found>> {
        let options = &self.options;
        match (item, self.gateway) {
            (Item::File(given), _) => {
                let (given, timing) = (given.clone(), options.timing.clone());
                let found = found::file(given, timing, options.strictness).await?;
                Ok(Some(found))
            }
            (Item::Session(id), Some(gateway)) => {
                found::session(gateway, id, self.cache.clone()).await
            }
            (Item::Session(_), None) => Ok(None),
        }
    }

    fn conversion(&self, item: &Item, found: Found) -> Conversion {
        let timestamp = found.source.header.timestamp;
        let start = match &found.session {
            Some(session) => Some(session.start_date),
            None => timestamp.and_then(|second| jiff::Timestamp::from_second(second).ok()),
        };
        Conversion {
            clip: self.options.clip.clone(),
            origin: Origin {
                start,
                tz: self.context.ui.options().tz.clone(),
            },
            redactor: self.options.redactor.clone(),
            shape: self.shape(item, &found),
            source: found.source,
        }
    }

    fn shape(&self, item: &Item, found: &Found) -> Shape {
        let target = match self.options.format {
            Format::Html => return Shape::Page(Box::new(self.page(item, found))),
            Format::Svg => {
                let at = self.options.at.clone();
                return Shape::Picture(Box::new(self.page(item, found)), at);
            }
            Format::Cast => convert::Target::Cast(Version::V3),
            Format::Cast2 => convert::Target::Cast(Version::V2),
            Format::Txt => convert::Target::Text,
            Format::Ndjson => convert::Target::Ndjson,
            Format::Csv => convert::Target::Csv,
        };
        let exit_code = found.session.as_ref().and_then(|session| session.exit_code);
        Shape::Converted {
            target,
            about: self.about(item),
            include_input: self.options.include_input,
            exit_code: exit_code.filter(|code| *code != NO_EXIT_CODE),
        }
    }

    fn written(&self, item: &Item, file: String, converted: Converted) -> Written {
        let (Item::File(name) | Item::Session(name)) = item;
        let is_file = matches!(item, Item::File(_));
        let counts = converted.hidden.counts();
        Written {
            session: (!is_file).then(|| name.clone()),
            source: is_file.then(|| name.clone()),
            file,
            events: converted.events,
            hidden: counts
                .map(|(rule, count)| (rule.to_owned(), count))
                .collect(),
            sha256: converted.sha256,
            is_silent: converted.is_silent,
            report: RedactionReport::of(name, &self.options.redactor, &converted.hidden),
        }
    }

    fn page(&self, item: &Item, found: &Found) -> crate::page::About {
        match (&found.session, self.gateway) {
            (Some(session), Some(gateway)) => page::of_session(gateway, session, found),
            _ => page::of_file(item.file_name(), found),
        }
    }

    fn about(&self, item: &Item) -> About {
        match item {
            Item::Session(id) => About {
                session: Some(id.clone()),
                gateway: self.gateway.map(|gateway| gateway.page_base().to_owned()),
                file: None,
            },
            Item::File(_) => About {
                file: Some(item.file_name()),
                ..About::default()
            },
        }
    }
}

impl Item {
    /// Of a file its name without the folder, made harmless.
    fn file_name(&self) -> String {
        let (Item::File(given) | Item::Session(given)) = self;
        match Path::new(given).file_name() {
            Some(name) => safe::line(&name.to_string_lossy()),
            None => given.clone(),
        }
    }
}

fn conclude(
    context: &Context,
    naming: &Naming,
    written: &[Written],
    has_input: bool,
) -> anyhow::Result<()> {
    let ui = &context.ui;
    if naming.has_files() && ui.format() != ui::Format::Table {
        return ui.list(written, "", ui::Table::new);
    }
    match written {
        [] => ui.status("no recording was written"),
        [one] => ui.status(&told(one)),
        many => ui.status(&format!("{} recordings written", many.len())),
    }
    let silent = written.iter().filter(|one| one.is_silent).count();
    if silent > 0 {
        let keeps = if has_input {
            ""
        } else {
            ", --include-input keeps it"
        };
        ui.status(&format!(
            "{} without output, as of native database clients: --format txt shows what was sent{keeps}",
            counted(silent as u64, "recording")
        ));
    }
    Ok(())
}

fn told(one: &Written) -> String {
    let from = match (&one.session, &one.source) {
        (Some(id), _) => format!("session {id}"),
        (None, Some(source)) if source != "-" => source.clone(),
        _ => "stdin".to_owned(),
    };
    let to = if one.file == "-" { "stdout" } else { &one.file };
    let told = format!("{} of {from} to {to}", counted(one.events, "event"));
    escape::line(&told).into_owned()
}
