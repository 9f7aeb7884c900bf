//! A key or token: found somewhere, or typed where nobody sees it.

use crate::config::{AgentSettings, Origin, SecretKind};
use crate::domain::secret::Secret;

use super::super::keep::ToKeep;
use super::super::walk::{Turn, Walk, missing};

/// A secret that is to be tried.
pub struct Candidate {
    pub secret: Secret,
    /// In words, for people.
    pub place: String,
    pub source: Source,
}

/// How lasting the place of a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// No later run would look there.
    New,
    /// A variable, a flag or another program's settings: there as long as that is.
    Lent,
    /// The vault, or what the profile names.
    Kept,
}

/// What came of asking for one.
pub enum Given {
    Candidate(Candidate),
    Turn(Turn),
}

/// The secret that a run of any command would find; of the API key also the Agent's.
pub fn lying_around(walk: &Walk<'_>, kind: SecretKind) -> anyhow::Result<Option<Candidate>> {
    if let Some(secret) = walk.stage.held(kind) {
        let is_new = walk.secrets_to_keep.iter().any(|kept| kept.kind == kind);
        let is_piped = walk.mode.is_piped && kind == SecretKind::ApiKey;
        let (place, source) = match (is_piped, is_new) {
            (true, _) => ("standard input", Source::Lent),
            (false, true) => ("given before", Source::New),
            (false, false) => ("given before", Source::Kept),
        };
        return Ok(Some(Candidate {
            secret: secret.clone(),
            place: place.to_owned(),
            source,
        }));
    }
    let context = walk.stage.context()?;
    if let Some((secret, origin)) = context.secrets(&walk.mode.secrets)?.find(kind)? {
        return Ok(Some(Candidate {
            secret,
            place: origin.to_string(),
            source: match origin {
                Origin::Vault(_) | Origin::Profile => Source::Kept,
                _ => Source::Lent,
            },
        }));
    }
    let agent = match kind {
        SecretKind::ApiKey => AgentSettings::read(&context.environment),
        _ => None,
    };
    Ok(agent.and_then(|agent| {
        Some(Candidate {
            secret: agent.api_key?,
            place: agent.path.display().to_string(),
            source: Source::New,
        })
    }))
}

/// Asks for a secret that the terminal does not show.
pub fn ask(walk: &Walk<'_>, kind: SecretKind, question: &str) -> anyhow::Result<Given> {
    if !walk.can_ask() {
        return Err(missing(&[format!("the {}", kind.name())]).into());
    }
    let secret = walk.ui().ask_hidden(&format!("  {question}"))?;
    Ok(match secret.expose() {
        "back" => Given::Turn(Turn::Back),
        "skip" | "" => Given::Turn(Turn::Skip),
        _ => Given::Candidate(Candidate {
            secret,
            place: "typed".to_owned(),
            source: Source::New,
        }),
    })
}

/// Takes a secret that was found to be good: every later command has it, and it is kept where it is
/// new or somebody wants it kept.
pub fn take(
    walk: &mut Walk<'_>,
    kind: SecretKind,
    candidate: Candidate,
    is_asked: bool,
) -> anyhow::Result<()> {
    walk.secrets_to_keep.retain(|kept| kept.kind != kind);
    if candidate.source == Source::New || is_to_be_kept(walk, &candidate, is_asked)? {
        walk.secrets_to_keep.push(ToKeep {
            kind,
            secret: candidate.secret.clone(),
        });
    }
    walk.stage.hold(kind, candidate.secret);
    Ok(())
}

/// What is lent may be kept as well, for runs without what lent it.
fn is_to_be_kept(walk: &Walk<'_>, candidate: &Candidate, is_asked: bool) -> anyhow::Result<bool> {
    if candidate.source == Source::Kept {
        return Ok(false);
    }
    if walk.mode.keep_secrets || !is_asked || walk.ui().options().assume_yes {
        return Ok(walk.mode.keep_secrets);
    }
    let question = format!("  It is from {}. Keep it as well?", candidate.place);
    walk.agree(&question, "--keep-secrets")
}
