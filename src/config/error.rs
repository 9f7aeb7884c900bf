//! What is wrong with settings.

use std::io;
use std::path::PathBuf;

use super::file::VERSION;
use super::secrets::SecretKind;
use crate::domain::site::UnknownSite;
use crate::domain::trace::NotATemplate;

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} does not exist, and {named_by} names it", path.display())]
    Missing {
        path: PathBuf,
        /// The flag or the variable.
        named_by: &'static str,
    },
    #[error("read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{}{at} is not valid TOML: {why}", path.display())]
    Syntax {
        path: PathBuf,
        /// `, line 3`, where it is known.
        at: String,
        why: String,
    },
    #[error("{}{at}: {why}", path.display())]
    Misread {
        path: PathBuf,
        /// `, line 3`, where it is known.
        at: String,
        why: String,
    },
    #[error("{}, line {line}: unknown setting `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey {
        path: PathBuf,
        line: usize,
        key: String,
        nearest: Option<String>,
    },
    #[error("{}, line {line}: `{key}` is a secret, which never stands in a profile", path.display())]
    Secret {
        path: PathBuf,
        line: usize,
        key: String,
        kind: SecretKind,
    },
    #[error("{}, line {line}: `{key}` takes {wanted}", path.display())]
    Shape {
        path: PathBuf,
        line: usize,
        key: String,
        wanted: String,
    },
    #[error("{} was written by a newer ddctl (version {found}; this one reads {VERSION})", path.display())]
    Newer { path: PathBuf, found: i64 },
    #[error("{}: no ddctl wrote settings of version {found}; this one's are version {VERSION}", path.display())]
    Version { path: PathBuf, found: i64 },
    #[error("{origin}: {error}")]
    Site { error: UnknownSite, origin: String },
    #[error("{origin}: `{value}` is no address of traces: {error}")]
    TraceUrl {
        error: NotATemplate,
        value: String,
        origin: String,
    },
    #[error("{origin}: `{value}` is no {what}")]
    Value {
        what: &'static str,
        value: String,
        origin: String,
    },
    #[error("{key}: {why}")]
    Unfit {
        key: &'static str,
        why: &'static str,
    },
    #[error("redaction of profile `{profile}`: {why}")]
    Redaction { profile: String, why: String },
    #[error("no profile `{name}` in {}{}", path.display(), known(profiles))]
    UnknownProfile {
        name: String,
        path: PathBuf,
        profiles: Vec<String>,
    },
    #[error("[profiles.{profile}] {error}")]
    OfProfile {
        profile: String,
        error: Box<ConfigError>,
    },
    #[error(
        "{} was changed by somebody else in the meantime; nothing was overwritten",
        path.display()
    )]
    Overtaken { path: PathBuf },
    #[error("there is no home folder to keep settings in: set HOME, or name a file by --config")]
    NoHome,
}

impl ConfigError {
    /// About a value that was given for `key` right here, rather than where settings are read from.
    pub fn given_for(self, key: &str) -> Self {
        let mut error = self;
        match &mut error {
            Self::Site { origin, .. }
            | Self::TraceUrl { origin, .. }
            | Self::Value { origin, .. } => key.clone_into(origin),
            _ => {}
        }
        error
    }
}

fn did_you_mean(nearest: &Option<String>) -> String {
    let said = nearest.as_ref();
    said.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn known(profiles: &[String]) -> String {
    match profiles {
        [] => String::new(),
        names => format!("; it has {}", names.join(", ")),
    }
}
