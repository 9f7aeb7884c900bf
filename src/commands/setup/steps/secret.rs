//! A key or token: found somewhere, or typed where nobody sees it.

use crate::config::{AgentSettings, Origin, SecretKind};
use crate::domain::secret::Secret;

use super::super::asking::{Consent, missing};
use super::super::keep::ToKeep;
use super::super::walk::{Turn, Walk};

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

/// Asks for a secret that the terminal does not show. Enter alone leaves an application key out, and
/// no other: nothing goes without those.
pub fn ask(walk: &Walk<'_>, kind: SecretKind, question: &str) -> anyhow::Result<Given> {
    if !walk.can_ask() {
        return Err(missing(&[format!("the {}", kind.name())]).into());
    }
    loop {
        walk.count_question();
        let secret = walk.ui().ask_hidden(&format!("  {question}"))?;
        return Ok(match secret.expose() {
            "back" => Given::Turn(Turn::Back),
            "skip" => Given::Turn(Turn::Skip),
            "" if kind == SecretKind::AppKey => Given::Turn(Turn::Skip),
            "" => {
                let name = kind.name();
                walk.ui().error(&format!(
                    "the {name} is needed here; `skip` leaves the step out"
                ));
                continue;
            }
            _ => Given::Candidate(Candidate {
                secret,
                place: "typed".to_owned(),
                source: Source::New,
            }),
        });
    }
}

/// Takes a secret that was found to be good: every later command has it, and it is kept where it is
/// new or somebody wants it kept. A turn where somebody went elsewhere instead.
pub fn take(
    walk: &mut Walk<'_>,
    kind: SecretKind,
    candidate: Candidate,
    is_asked: bool,
) -> anyhow::Result<Turn> {
    walk.secrets_to_keep.retain(|kept| kept.kind != kind);
    let is_kept = match candidate.source {
        Source::New => Consent::Yes,
        Source::Kept => Consent::No,
        Source::Lent => is_to_be_kept(walk, kind, &candidate, is_asked)?,
    };
    match is_kept {
        Consent::Turn(turn) => return Ok(turn),
        Consent::Yes => walk.secrets_to_keep.push(ToKeep {
            kind,
            secret: candidate.secret.clone(),
        }),
        Consent::No => {}
    }
    walk.stage.hold(kind, candidate.secret);
    Ok(Turn::Next)
}

/// What is lent may be kept as well, for runs without what lent it. A run that goes on from an earlier
/// one does not ask again.
fn is_to_be_kept(
    walk: &mut Walk<'_>,
    kind: SecretKind,
    candidate: &Candidate,
    is_asked: bool,
) -> anyhow::Result<Consent> {
    let was_wanted = walk.memory.record.to_keep.contains(kind.name());
    if walk.mode.keep_secrets || (!is_asked && was_wanted) {
        return Ok(Consent::Yes);
    }
    if !is_asked || walk.ui().options().assume_yes {
        return Ok(Consent::No);
    }
    let question = format!("It is from {}. Keep it as well?", candidate.place);
    let said = walk.agree(&question, "--keep-secrets")?;
    let wanted = &mut walk.memory.record.to_keep;
    match said {
        Consent::Yes => drop(wanted.insert(kind.name().to_owned())),
        Consent::No | Consent::Turn(_) => drop(wanted.remove(kind.name())),
    }
    Ok(said)
}
