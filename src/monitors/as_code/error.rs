//! Why something could not be kept as code.

use std::io;
use std::path::PathBuf;

use super::definition::Kind;
use super::mark::Mark;
use super::trust::Doubt;
use crate::datadog::DatadogError;

#[derive(Debug, thiserror::Error)]
pub enum AsCodeError {
    #[error("the record {} cannot be used", path.display())]
    Record { path: PathBuf, source: io::Error },
    #[error("the record {} was written by a newer ddctl", path.display())]
    NewerRecord { path: PathBuf },
    #[error("another ddctl is changing the namespace {namespace} right now")]
    Busy { namespace: String },
    #[error("{what} was deleted while it was to be changed")]
    Vanished { what: String },
    #[error("{0}")]
    Doubt(Doubt),
    #[error(
        "the monitor {name} is of the type {old}, and the file says {new}: Datadog changes no type"
    )]
    TypeChange {
        name: String,
        old: String,
        new: String,
    },
    #[error("{} {}s carry the mark `{mark}`: {}", ids.len(), kind.noun(), ids.join(", "))]
    Ambiguous {
        mark: Mark,
        kind: Kind,
        ids: Vec<String>,
        /// The one that the record knows.
        made_here: Option<String>,
    },
    #[error("Datadog would not take {}; nothing was changed", refused(.0))]
    Refused(Vec<(String, String)>),
    #[error("stopped")]
    Stopped,
    #[error(transparent)]
    Datadog(#[from] DatadogError),
}

impl AsCodeError {
    /// What to do about it.
    pub fn way_out(&self) -> Option<String> {
        match self {
            AsCodeError::Doubt(doubt) => Some(doubt.way_out()),
            AsCodeError::TypeChange { name, .. } => Some(format!(
                "keep the type in the file; or make it anew, without its history: `ddctl monitors \
                 remove {name}`, then apply again"
            )),
            AsCodeError::Ambiguous {
                mark, made_here, ..
            } => Some(match made_here {
                Some(id) => format!("{id} was made here: take `{mark}` off the others"),
                None => format!("take `{mark}` off all but one"),
            }),
            AsCodeError::Busy { .. } | AsCodeError::Vanished { .. } => {
                Some("run the same command again".to_owned())
            }
            _ => None,
        }
    }
}

/// Each refused definition with Datadog's own words.
fn refused(refused: &[(String, String)]) -> String {
    let each = refused
        .iter()
        .map(|(name, said)| format!("{name} ({said})"));
    each.collect::<Vec<_>>().join(", ")
}
