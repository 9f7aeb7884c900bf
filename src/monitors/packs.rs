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
            "outside-window",
            include_str!("packs/hoop/outside-window.yaml"),
        ),
        (
            "guardrail-block-burst",
            include_str!("packs/hoop/guardrail-block-burst.yaml"),
        ),
        (
            "failed-sessions",
            include_str!("packs/hoop/failed-sessions.yaml"),
        ),
        (
            "high-risk-command",
            include_str!("packs/hoop/high-risk-command.yaml"),
        ),
        (
            "open-too-long",
            include_str!("packs/hoop/open-too-long.yaml"),
        ),
        ("export-lag", include_str!("packs/hoop/export-lag.yaml")),
        ("silence", include_str!("packs/hoop/silence.yaml")),
    ],
};

/// The pack about Execlave's agents.
const EXECLAVE: Pack = Pack {
    name: "execlave",
    files: &[
        (
            "policy-violation-burst",
            include_str!("packs/execlave/policy-violation-burst.yaml"),
        ),
        (
            "cost-runaway",
            include_str!("packs/execlave/cost-runaway.yaml"),
        ),
        (
            "autonomous-blocked",
            include_str!("packs/execlave/autonomous-blocked.yaml"),
        ),
    ],
};

/// The pack about calls to models and tools, by the GenAI conventions of OpenTelemetry.
const GENAI: Pack = Pack {
    name: "genai",
    files: &[
        ("token-spike", include_str!("packs/genai/token-spike.yaml")),
        ("cost-spike", include_str!("packs/genai/cost-spike.yaml")),
        (
            "cost-anomaly",
            include_str!("packs/genai/cost-anomaly.yaml"),
        ),
        ("error-burst", include_str!("packs/genai/error-burst.yaml")),
        (
            "tool-failures",
            include_str!("packs/genai/tool-failures.yaml"),
        ),
        ("slow-chat", include_str!("packs/genai/slow-chat.yaml")),
    ],
};

/// Every pack.
pub fn packs() -> &'static [Pack] {
    &[HOOP, EXECLAVE, GENAI]
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
