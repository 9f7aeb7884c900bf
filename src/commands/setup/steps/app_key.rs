//! The application key or access token: optional, of the same organisation as the API key, with what
//! it may do.

use super::secret::{self, Candidate, Given};
use super::spread::until_spread;
use crate::commands::setup::walk::{Turn, Walk};
use crate::config::SecretKind;
use crate::datadog::{AppKeyVerdict, Meaning, check_app_key_shape, token_kind};
use crate::doctor::{WebAccess, abilities, in_short};
use crate::wizard::Step;

const KIND: SecretKind = SecretKind::AppKey;

pub async fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    walk.has_web_access = false;
    let mut given = secret::lying_around(walk, KIND)?;
    loop {
        let candidate = match given.take() {
            Some(candidate) => candidate,
            // It is optional: without anybody to ask there is none.
            None if !walk.can_ask() => return Ok(Turn::Skip),
            None => match secret::ask(walk, KIND, "Application key (Enter for none)")? {
                Given::Candidate(candidate) => candidate,
                Given::Turn(turn) => return Ok(turn),
            },
        };
        let verdict = match check_app_key_shape(&candidate.secret) {
            Ok(()) => ask_datadog(walk, &candidate).await?,
            Err(shape) => {
                walk.tell(anyhow::Error::new(shape).context(candidate.place))?;
                continue;
            }
        };
        match verdict.result {
            Ok(()) => {
                let said = format!("{} ({})", candidate.secret.masked(), candidate.place);
                walk.note(step, "done", Some(said));
                tell_abilities(walk, &candidate, verdict.facts.as_ref());
                let turn = secret::take(walk, KIND, candidate, is_asked)?;
                walk.has_web_access = turn == Turn::Next;
                return Ok(turn);
            }
            Err(error) if error.meaning() == Meaning::Pause => {
                let error = anyhow::Error::new(error);
                walk.tell(
                    error.context("an application key belongs to the API key's organisation"),
                )?;
            }
            Err(error) => match walk.again(error.into())? {
                Turn::Next => given = Some(candidate),
                turn => return Ok(turn),
            },
        }
    }
}

async fn ask_datadog(walk: &Walk<'_>, candidate: &Candidate) -> anyhow::Result<AppKeyVerdict> {
    let context = walk.stage.context()?;
    let context = context.holding(KIND, candidate.secret.clone());
    let datadog = context.datadog(&walk.mode.secrets)?;
    let ask = async || Ok(datadog.validate_application_key().await);
    until_spread(walk.ui(), ask, |verdict| &verdict.result).await
}

/// What the key opens, and what it does not.
fn tell_abilities(
    walk: &mut Walk<'_>,
    candidate: &Candidate,
    facts: Option<&crate::datadog::AppKeyFacts>,
) {
    let web = match facts {
        Some(facts) => WebAccess::Told(facts),
        None => WebAccess::NotTold {
            is_token: token_kind(&candidate.secret).is_some(),
        },
    };
    let all = abilities(true, web);
    let shut: Vec<_> = all
        .iter()
        .filter(|one| one.allowed == Some(false))
        .collect();
    if let Some(first) = shut.first() {
        let text = format!(
            "the application key does not suffice for {}",
            in_short(shut.iter().map(|one| one.command))
        );
        let fix = format!("it lacks {}", first.lacks.join(", "));
        walk.find(text, &fix);
    }
}
