//! The monitors that ship with the program, embedded as the files they are.

use super::error::MonitorFileError;
use super::file::MonitorFile;
use super::render::{Identity, Monitor, Values};
use super::shape::Shape;

/// A set of monitors that belong together.
pub struct Pack {
    pub name: &'static str,
    files: &'static [(&'static str, &'static str)],
}

/// The pack about sessions of the gateway.
const HOOP: Pack = Pack {
    name: "hoop",
    files: &[
        (
            "unapproved-prod",
            include_str!("packs/hoop/unapproved-prod.yaml"),
        ),
        (
            "guardrail-block-burst",
            include_str!("packs/hoop/guardrail-block-burst.yaml"),
        ),
        (
            "failed-sessions",
            include_str!("packs/hoop/failed-sessions.yaml"),
        ),
    ],
};

/// Every pack.
pub fn packs() -> &'static [Pack] {
    &[HOOP]
}

impl Pack {
    /// The identity and the text of each file.
    pub fn files(&self) -> impl Iterator<Item = (Identity, &'static str)> {
        self.files.iter().map(|(name, text)| {
            (
                Identity {
                    pack: self.name.to_owned(),
                    name: (*name).to_owned(),
                },
                *text,
            )
        })
    }

    /// Every monitor of the pack that can watch events of `shape`, with the defaults of its
    /// variables.
    pub fn monitors(&self, shape: Shape) -> Result<Vec<Monitor>, MonitorFileError> {
        let rendered = self.files().map(|(identity, text)| {
            MonitorFile::parse(text)?.render(identity, Some(shape), &Values::new())
        });
        rendered
            .filter(|rendered| !matches!(rendered, Err(MonitorFileError::Refused { .. })))
            .collect()
    }
}

/// The file of a pack by its identity, `pack/name`.
pub fn find(identity: &str) -> Option<(Identity, &'static str)> {
    packs()
        .iter()
        .flat_map(Pack::files)
        .find(|(own, _)| own.to_string() == identity)
}
