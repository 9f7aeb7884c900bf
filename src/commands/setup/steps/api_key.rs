//! The API key: of the right shape, and good for the site. A key of another site is refused like one
//! that does not exist.

use super::secret::{self, Candidate, Given};
use super::spread::until_spread;
use crate::commands::setup::asking::Consent;
use crate::commands::setup::walk::{Turn, Walk};
use crate::config::SecretKind;
use crate::datadog::{DatadogError, Meaning, check_api_key_shape, probe_sites, sites_to_probe};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::wizard::{Field, Step};

const KIND: SecretKind = SecretKind::ApiKey;

pub async fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    let mut given = secret::lying_around(walk, KIND)?;
    loop {
        let candidate = match given.take() {
            Some(candidate) => candidate,
            None => match secret::ask(walk, KIND, "API key")? {
                Given::Candidate(candidate) => candidate,
                Given::Turn(turn) => return Ok(turn),
            },
        };
        if let Err(shape) = check_api_key_shape(&candidate.secret) {
            walk.tell(anyhow::Error::new(shape).context(candidate.place))?;
            continue;
        }
        match check(walk, &candidate).await {
            Ok(Checked::Good) => {
                let said = format!(
                    "{} ({}): good for {}",
                    candidate.secret.masked(),
                    candidate.place,
                    site(walk)?
                );
                walk.note(step, "done", Some(said));
                return secret::take(walk, KIND, candidate, is_asked);
            }
            Ok(Checked::Refused) => {}
            Ok(Checked::Turn(turn)) => return Ok(turn),
            Err(error) => match walk.again(error)? {
                Turn::Next => given = Some(candidate),
                turn => return Ok(turn),
            },
        }
    }
}

/// What became of a key that was tried.
enum Checked {
    Good,
    /// Another one is needed.
    Refused,
    /// Somebody went elsewhere.
    Turn(Turn),
}

fn site(walk: &Walk<'_>) -> anyhow::Result<Site> {
    Ok(walk.stage.context()?.settings()?.site.value)
}

/// Good where the site takes the key, or another one does and is taken in its place.
///
/// # Errors
///
/// A site that does not answer; a refused key where nobody can be asked.
async fn check(walk: &mut Walk<'_>, candidate: &Candidate) -> anyhow::Result<Checked> {
    let named = site(walk)?;
    let ask = async || verdict(walk, named, &candidate.secret).await;
    let error = match until_spread(walk.ui(), ask, |result| result).await? {
        Ok(()) => return Ok(Checked::Good),
        Err(error) => error,
    };
    // A yes to everything is none to showing a key around.
    let can_ask = walk.can_ask() && !walk.ui().options().assume_yes;
    if error.meaning() != Meaning::Pause || !can_ask {
        return Err(error.into());
    }
    walk.ui().error(&format!("{}: {error}", candidate.place));
    show_around(walk, candidate, named).await
}

/// Whose key it is, asked of the other sites after a yes.
async fn show_around(
    walk: &mut Walk<'_>,
    candidate: &Candidate,
    named: Site,
) -> anyhow::Result<Checked> {
    let others: Vec<Site> = sites_to_probe(&[])
        .into_iter()
        .filter(|site| *site != named)
        .collect();
    let names: Vec<&str> = others.iter().map(|site| site.name()).collect();
    let question = format!(
        "{} refuses it. Show it to the other commercial sites ({})?",
        named.name(),
        names.join(", ")
    );
    match walk.agree(&question, "--site")? {
        Consent::Yes => {}
        Consent::No => return Ok(Checked::Refused),
        Consent::Turn(turn) => return Ok(Checked::Turn(turn)),
    }
    let Some(other) = owner(walk, &others, &candidate.secret).await? else {
        walk.ui()
            .error("no commercial site knows it: was it revoked?");
        return Ok(Checked::Refused);
    };
    let question = format!("It belongs to {} ({other}). Take that site?", other.name());
    Ok(match walk.agree(&question, "--site")? {
        Consent::Yes => {
            walk.answer(Field::Site, other.domain().to_owned());
            Checked::Good
        }
        Consent::No => Checked::Refused,
        Consent::Turn(turn) => Checked::Turn(turn),
    })
}

/// What one site says of the key.
async fn verdict(
    walk: &Walk<'_>,
    site: Site,
    key: &Secret,
) -> anyhow::Result<Result<(), DatadogError>> {
    let context = walk.stage.context()?;
    let connect_to = context.settings()?.datadog_url.clone();
    let verdicts = probe_sites(context.http(), connect_to.as_ref(), &[site], key).await?;
    Ok(verdicts.into_iter().next().map_or(Ok(()), |one| one.result))
}

async fn owner(walk: &Walk<'_>, sites: &[Site], key: &Secret) -> anyhow::Result<Option<Site>> {
    let context = walk.stage.context()?;
    let connect_to = context.settings()?.datadog_url.clone();
    let verdicts = probe_sites(context.http(), connect_to.as_ref(), sites, key).await?;
    let good = verdicts.into_iter().find(|verdict| verdict.result.is_ok());
    Ok(good.map(|verdict| verdict.site))
}
