//! The API key: is it one, and does the site know it?

use crate::datadog::{DatadogError, check_api_key_shape, probe_sites, sites_to_probe};
use crate::doctor::away::{Away, away};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::domain::site::Site;

pub async fn look(subject: &Subject) -> Finding {
    let site = subject.local.site;
    let Some(key) = &subject.api_key else {
        return without(subject);
    };
    if let Err(shape) = check_api_key_shape(key) {
        return Finding::problem(shape.to_string()).fix(shape.advice());
    }
    let answer = match subject.api_key_answer().await {
        Ok(answer) => answer,
        Err(shut) => return shut,
    };
    let is_refused = matches!(answer, Err(error) if !error.is_away());
    let elsewhere = match is_refused && subject.local.may_ask_all_sites {
        true => Some(sites_that_know(subject).await),
        false => None,
    };
    judge(site, &key.masked(), answer, elsewhere.as_deref())
}

fn without(subject: &Subject) -> Finding {
    let error = subject.secret("api-key").and_then(|it| it.error.as_ref());
    if let Some((why, hints)) = error {
        return hints.iter().fold(Finding::problem(why), Finding::fix);
    }
    let fix =
        "set DD_API_KEY, keep it by `ddctl auth set api-key`, or name its file by --api-key-file";
    match subject.datadog() {
        Ok(datadog) if datadog.token().is_some() => {
            Finding::warning("no API key: an access token opens the web API, and sends nothing")
                .fix(fix)
        }
        Ok(_) => Finding::problem(
            "no API key is found: nothing can be sent to Datadog, and an application key opens nothing \
             without one",
        )
        .fix(fix),
        Err(shut) => shut,
    }
}

async fn sites_that_know(subject: &Subject) -> Vec<Site> {
    let Some(key) = &subject.api_key else {
        return Vec::new();
    };
    let local = &subject.local;
    let sites = sites_to_probe(&[local.site]);
    let asked = probe_sites(&subject.http, local.connect_to.as_ref(), &sites, key).await;
    let verdicts = asked.unwrap_or_default().into_iter();
    verdicts
        .filter(|verdict| verdict.result.is_ok())
        .map(|verdict| verdict.site)
        .collect()
}

/// `elsewhere` are the sites that know the key, where all were asked.
fn judge(
    site: Site,
    shown: &str,
    answer: &Result<(), DatadogError>,
    elsewhere: Option<&[Site]>,
) -> Finding {
    let name = format!("{} ({site})", site.name());
    let error = match answer {
        Ok(()) => return Finding::ok().note(format!("{shown} is good for {name}")),
        Err(error) => error,
    };
    if error.is_away() {
        return away(&name, error);
    }
    let refused = Finding::problem(format!("{shown}: {error}"));
    match elsewhere {
        None => refused.fix(
            "is it of another site? `ddctl doctor --all-sites` shows it to the others and names the \
             one; a new key takes some seconds to spread",
        ),
        Some([]) => refused
            .note("no other commercial site knows it")
            .fix("was it revoked? API keys are listed under Organization Settings, API Keys"),
        Some(sites) => sites.iter().fold(refused, |finding, other| {
            finding
                .note(format!("it belongs to {} ({other})", other.name()))
                .fix(format!("--site {other}, DD_SITE={other}, or `ddctl config set site {other}`"))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::{Meaning, Refusal};
    use crate::doctor::finding::State;
    use crate::http::TransportError;

    fn refused() -> Result<(), DatadogError> {
        Err(DatadogError::Refused(Box::new(Refusal {
            host: "api.datadoghq.com".to_owned(),
            request: "GET /api/v1/validate".to_owned(),
            status: 403,
            meaning: Meaning::Pause,
            text: "Forbidden".to_owned(),
            is_datadogs: true,
            need: None,
            redirected_to: None,
            rate_limit: None,
        })))
    }

    #[test]
    fn a_key_of_another_site_is_traced_to_it_where_somebody_agreed() {
        let finding = judge(Site::Us1, "****cdef", &refused(), Some(&[Site::Eu1]));
        assert_eq!((finding.state, finding.is_away), (State::Problem, false));
        assert!(
            finding.fixes[0].contains("--site datadoghq.eu"),
            "{finding:?}"
        );
        let unasked = judge(Site::Us1, "****cdef", &refused(), None);
        assert!(unasked.fixes[0].contains("--all-sites"), "{unasked:?}");
    }

    #[test]
    fn a_site_that_does_not_answer_says_nothing_of_the_key() {
        let url = "https://api.datadoghq.com".to_owned();
        let answer = Err(TransportError::UnknownHost { url }.into());
        let finding = judge(Site::Us1, "****cdef", &answer, None);
        assert!(finding.is_away);
        assert!(finding.evidence[0].contains("unreachable"), "{finding:?}");
    }
}
