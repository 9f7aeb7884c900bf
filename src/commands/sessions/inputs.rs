//! Which recordings a command reads: local files, sessions that are named, or those of a time that
//! pass the filters.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::cache::CacheArgs;
use super::filter::FilterArgs;
use super::scope;
use super::when::{When, WhenArgs};
use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::domain::intervals::Intervals;
use crate::domain::session::Session;
use crate::error::UsageError;
use crate::gateway::Gateway;
use crate::recording::{self, ReadError, Strictness};
use crate::search::Opened;
use crate::sources::{self, Reading, SessionFilter, SessionRef, Which};
use crate::ui::{Progress, Tone, Ui, escape};

/// Which recordings.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Sessions by id, unique prefix or pasted URL, recording files, or `-`, instead of a range
    #[arg(value_name = "SESSION")]
    sessions: Vec<String>,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    cache: CacheArgs,
    /// Leave out the lines of a file that cannot be read
    #[arg(long)]
    lenient: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
}

/// What there is to read.
pub struct Chosen {
    pub files: Vec<String>,
    pub sessions: Option<Sessions>,
    pub strictness: Strictness,
}

/// Sessions of the gateway.
pub struct Sessions {
    pub gateway: Gateway,
    pub which: Which,
    pub reading: Reading,
    /// Where they are those of a time.
    pub when: Option<When>,
}

/// How much there is to read, as far as that is known before.
#[derive(Debug, Default)]
pub struct Extent {
    /// Of those that were named.
    whole: Option<u64>,
    /// Of those of a time.
    range: Intervals,
}

impl Chosen {
    pub fn extent(&self) -> Extent {
        let of = |sessions: u64| Extent {
            whole: Some(sessions + self.files.len() as u64),
            ..Extent::default()
        };
        match self.sessions.as_ref().map(|sessions| &sessions.which) {
            None => of(0),
            Some(Which::Ids(ids)) => of(ids.len() as u64),
            Some(Which::Range { range, .. }) => Extent {
                range: [*range].into_iter().collect(),
                ..Extent::default()
            },
        }
    }
}

impl Extent {
    /// Tells `line` that `done` were read, the last of them this one.
    pub fn tell(&self, line: &Progress, done: u64, last: &Origin) {
        match (self.whole, last.session()) {
            (Some(whole), _) => line.count(done, Some(whole), "recording"),
            (None, Some(session)) => {
                let left = self.range.share_before(session.start_date);
                line.part(done, left, "recording");
            }
            (None, None) => line.count(done, None, "recording"),
        }
    }
}

impl Inputs {
    /// Settles what to read. Sessions are looked up; no recording is fetched yet.
    pub async fn choose(&self, context: &Context) -> anyhow::Result<Chosen> {
        let (files, sessions): (Vec<&String>, Vec<&String>) =
            self.sessions.iter().partition(|given| is_file(given));
        self.check_filters()?;
        let sessions = match self.sessions.is_empty() || !sessions.is_empty() {
            true => Some(self.sessions(context, &sessions).await?),
            false => None,
        };
        Ok(Chosen {
            files: files.into_iter().cloned().collect(),
            sessions,
            strictness: match self.lenient {
                true => Strictness::Lenient,
                false => Strictness::Strict,
            },
        })
    }

    /// What would be ignored is refused.
    fn check_filters(&self) -> Result<(), UsageError> {
        let is_chosen = self.when.is_given() || self.filter.filter() != SessionFilter::default();
        match is_chosen && !self.sessions.is_empty() {
            true => Err(UsageError::with_hint(
                "times and filters choose among all sessions, and these are named already",
                "leave out one or the other",
            )),
            false => Ok(()),
        }
    }

    async fn sessions(&self, context: &Context, named: &[&String]) -> anyhow::Result<Sessions> {
        let references: Vec<SessionRef> = named
            .iter()
            .map(|given| reference(given))
            .collect::<Result<_, _>>()?;
        let gateway = context.gateway(&self.gateway.flags())?;
        let cache = self.cache.open(context, &gateway).await?;
        let reading = Reading {
            cache: cache.map(Arc::new),
            ..Reading::default()
        };
        if references.is_empty() {
            scope::warn_where_partial(context, &gateway).await;
            let when = self.when.when(context)?;
            return Ok(Sessions {
                which: Which::Range {
                    range: when.range,
                    filter: Box::new(when.filter(self.filter.filter())),
                    limit: None,
                },
                when: Some(when),
                reading,
                gateway,
            });
        }
        let mut ids = Vec::new();
        for reference in &references {
            ids.push(sources::find(&gateway, reference, context.now()).await?);
        }
        Ok(Sessions {
            which: Which::Ids(ids),
            when: None,
            reading,
            gateway,
        })
    }
}

/// A session as it was named.
pub fn reference(given: &str) -> Result<SessionRef, UsageError> {
    SessionRef::parse(given)
        .map_err(|error| UsageError::with_hint(error.to_string(), "a recording file must exist"))
}

/// What exists as a file is one; so is standard input.
pub fn is_file(given: &str) -> bool {
    let path = Path::new(given);
    given == "-" || (path.exists() && !path.is_dir())
}

/// The bytes of an input, counted as they are read.
pub struct Counted {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Opens a recording file, or standard input. `read` counts its bytes from here on.
pub fn open_file(
    given: &str,
    strictness: Strictness,
    read: Arc<AtomicU64>,
) -> Result<Opened<Counted>, ReadError> {
    let inner: Box<dyn Read + Send> = match given {
        "-" => Box::new(io::stdin()),
        path => Box::new(File::open(path)?),
    };
    let reader = recording::open(Counted { inner, read }, strictness)?;
    Ok(Opened::of_file(reader))
}

/// What a recording is of.
#[derive(Clone, Debug)]
pub enum Origin {
    File(String),
    /// A session, and its page.
    Session(Arc<Session>, String),
}

impl Origin {
    /// A name that `replay` takes.
    pub fn name(&self) -> &str {
        match self {
            Origin::File(path) => path,
            Origin::Session(session, _) => &session.id,
        }
    }

    pub fn session(&self) -> Option<&Session> {
        match self {
            Origin::File(_) => None,
            Origin::Session(session, _) => Some(session),
        }
    }

    /// When something happened; unknown of a file.
    pub fn time(&self, offset: Duration) -> Option<Timestamp> {
        let offset = SignedDuration::try_from(offset).ok()?;
        self.session()?.start_date.checked_add(offset).ok()
    }

    /// The page of the session, or the path of the file.
    pub fn place(&self) -> &str {
        match self {
            Origin::File(path) => path,
            Origin::Session(_, url) => url,
        }
    }
}

/// When, who and where, above what is shown of a recording.
pub fn heading(ui: &Ui, origin: &Origin) -> String {
    let text = match origin {
        Origin::File(path) => path.clone(),
        Origin::Session(session, _) => format!(
            "{}  {}  {}",
            ui.time(session.start_date),
            session.identity.label(),
            session.connection.name
        ),
    };
    let text = escape::line(&text);
    format!("{}\n", ui.palette().paint(Tone::Strong, text))
}

/// A time of a recording: `2:04`, `1:02:04`.
pub fn offset(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A command that plays a stretch of a recording, ready to be run; none for standard input.
pub fn replay_command(given: &str, clip: &str) -> Option<String> {
    match given {
        "-" => None,
        given => Some(format!(
            "ddctl sessions replay {} --clip {clip}",
            shell_word(given)
        )),
    }
}

/// A text as one word of a shell, and no flag.
fn shell_word(text: &str) -> String {
    let dashed = match text.starts_with('-') {
        true => format!("./{text}"),
        false => text.to_owned(),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    match !dashed.is_empty() && dashed.chars().all(is_plain) {
        true => dashed,
        false => format!("'{}'", dashed.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_reads_like_a_clock() {
        let of = |seconds| offset(Duration::from_secs(seconds));
        assert_eq!([of(4), of(124), of(3_724)], ["0:04", "2:04", "1:02:04"]);
    }

    #[test]
    fn a_command_survives_the_shell() {
        let command = |given| replay_command(given, "0..4").expect("a command");
        assert_eq!(
            command("a/b.cast"),
            "ddctl sessions replay a/b.cast --clip 0..4"
        );
        assert_eq!(
            command("-it's $(x).cast"),
            r"ddctl sessions replay './-it'\''s $(x).cast' --clip 0..4"
        );
        assert_eq!(replay_command("-", "0..4"), None);
    }
}
