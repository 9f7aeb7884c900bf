//! Why something could not be kept as code.

use std::io;
use std::path::PathBuf;

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
    #[error("stopped")]
    Stopped,
    #[error(transparent)]
    Datadog(#[from] DatadogError),
}
