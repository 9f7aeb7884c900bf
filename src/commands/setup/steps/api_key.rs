//! The API key: of the right shape, and good for the site. A new key takes some seconds to reach
//! Datadog's hosts; a key of another site is refused like one that does not exist.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::secret::{self, Candidate, Given};
use crate::commands::setup::walk::{Turn, Walk};
use crate::config::SecretKind;
use crate::datadog::{DatadogError, Meaning, check_api_key_shape, probe_sites, sites_to_probe};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::wizard::{Field, Step};

/// How long a refused key is tried again: "new or revoked keys take some seconds to spread"
/// (docs.datadoghq.com/account_management/api-app-keys).
const SPREADS_WITHIN: Duration = Duration::from_secs(20);
const BETWEEN: Duration = Duration::from_secs(2);

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
            let error = anyhow::Error::new(shape).context(candidate.place);
            match walk.can_ask() {
                true => tell(walk, &error),
                false => return Err(error),
            }
            continue;
        }
        match check(walk, &candidate).await {
            Ok(true) => {
                let said = format!(
                    "{} ({}): good for {}",
                    candidate.secret.masked(),
                    candidate.place,
                    site(walk)?
                );
                walk.note(step, "done", Some(said));
                secret::take(walk, KIND, candidate, is_asked)?;
                return Ok(Turn::Next);
            }
            Ok(false) => {}
            Err(error) => match walk.again(error)? {
                Turn::Next => given = Some(candidate),
                turn => return Ok(turn),
            },
        }
    }
}

fn tell(walk: &Walk<'_>, error: &anyhow::Error) {
    walk.ui().error(&format!("{error:#}"));
    for hint in crate::error::classify(error).hints {
        walk.ui().hint(&hint);
    }
}

fn site(walk: &Walk<'_>) -> anyhow::Result<Site> {
    Ok(walk.stage.context()?.settings()?.site.value)
}

/// True where the site takes the key, or another one does and is taken in its place.
///
/// # Errors
///
/// A site that does not answer; a refused key where nobody can be asked.
async fn check(walk: &mut Walk<'_>, candidate: &Candidate) -> anyhow::Result<bool> {
    let named = site(walk)?;
    let error = match spread(walk, named, &candidate.secret).await? {
        Ok(()) => return Ok(true),
        Err(error) => error,
    };
    // A yes to everything is none to showing a key around.
    let can_ask = walk.can_ask() && !walk.ui().options().assume_yes;
    if error.meaning() != Meaning::Pause || !can_ask {
        return Err(error.into());
    }
    walk.ui().error(&format!("{}: {error}", candidate.place));
    let others: Vec<Site> = sites_to_probe(&[])
        .into_iter()
        .filter(|site| *site != named)
        .collect();
    let names: Vec<&str> = others.iter().map(|site| site.name()).collect();
    let question = format!(
        "  {} refuses it. Show it to the other commercial sites ({})?",
        named.name(),
        names.join(", ")
    );
    if !walk.agree(&question, "--site")? {
        return Ok(false);
    }
    match owner(walk, &others, &candidate.secret).await? {
        None => {
            walk.ui()
                .error("no commercial site knows it: was it revoked?");
            Ok(false)
        }
        Some(other) => {
            let question = format!(
                "  It belongs to {} ({other}). Take that site?",
                other.name()
            );
            let is_taken = walk.agree(&question, "--site")?;
            if is_taken {
                walk.answer(Field::Site, other.domain().to_owned());
            }
            Ok(is_taken)
        }
    }
}

/// Asks one site, again and again for as long as a new key may take to spread.
async fn spread(
    walk: &Walk<'_>,
    site: Site,
    key: &Secret,
) -> anyhow::Result<Result<(), DatadogError>> {
    let context = walk.stage.context()?;
    let connect_to = context.settings()?.datadog_url.clone();
    let progress = walk.ui().progress("Datadog refuses the key");
    let began = Instant::now();
    loop {
        let verdicts = probe_sites(context.http(), connect_to.as_ref(), &[site], key).await?;
        let result = verdicts.into_iter().next().map_or(Ok(()), |one| one.result);
        let passed = began.elapsed();
        let is_refused = matches!(&result, Err(error) if error.meaning() == Meaning::Pause);
        if !is_refused || passed >= SPREADS_WITHIN {
            return Ok(result);
        }
        let left = (SPREADS_WITHIN - passed).as_secs();
        progress.set(&format!(
            "a new one takes some seconds to spread, {left} s left"
        ));
        sleep(BETWEEN).await;
    }
}

async fn owner(walk: &Walk<'_>, sites: &[Site], key: &Secret) -> anyhow::Result<Option<Site>> {
    let context = walk.stage.context()?;
    let connect_to = context.settings()?.datadog_url.clone();
    let verdicts = probe_sites(context.http(), connect_to.as_ref(), sites, key).await?;
    let good = verdicts.into_iter().find(|verdict| verdict.result.is_ok());
    Ok(good.map(|verdict| verdict.site))
}
