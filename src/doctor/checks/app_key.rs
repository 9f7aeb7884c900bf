//! The application key or access token: is it good, and what do its scopes leave out?

use jiff::{SignedDuration, Timestamp};

use crate::datadog::{AppKeyFacts, AppKeyVerdict, DatadogError};
use crate::doctor::abilities::{Ability, NO_SCOPES, WebAccess, abilities, in_short};
use crate::doctor::away::{Away, unanswered};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;

/// A token that ends this soon is worth a warning.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

pub async fn look(subject: &Subject) -> Finding {
    if let Some(shape) = &subject.local.app_key_shape {
        return Finding::problem(shape.to_string()).fix(shape.advice());
    }
    if subject
        .secret("app-key")
        .is_some_and(|it| it.error.is_some())
    {
        return Finding::skipped("the application key cannot be had: see secrets");
    }
    let verdict = match subject.app_key_answer().await {
        Ok(verdict) => verdict,
        Err(shut) => return Finding::skipped(shut.evidence.join("; ")),
    };
    let is_token = subject.datadog().is_ok_and(|it| it.token().is_some());
    judge(
        verdict,
        is_token,
        subject.api_key.is_some(),
        subject.local.now,
    )
}

fn judge(verdict: &AppKeyVerdict, is_token: bool, has_api_key: bool, now: Timestamp) -> Finding {
    let error = match &verdict.result {
        Ok(()) => return of_good(verdict.facts.as_ref(), is_token, has_api_key, now),
        Err(error) => error,
    };
    match error {
        DatadogError::NoApplicationKey { .. } => Finding::skipped(
            "no application key: what is at Datadog (monitors, indexes, what arrived) is not looked at",
        )
        .fix("set DD_APP_KEY, or give it by --app-key-file FILE"),
        DatadogError::NoApiKey { .. } => {
            Finding::skipped("an application key is asked about beside an API key alone")
        }
        error if error.is_away() && !error.was_reached() => {
            Finding::unknown(format!("Datadog is unreachable: {error}"))
        }
        error if error.is_away() => unanswered(error),
        error => Finding::problem(error.to_string()).fix(match is_token {
            true => "was it revoked, or has it ended? A personal access token lives a year at most",
            false => "an application key belongs to the same organisation and site as the API key",
        }),
    }
}

fn of_good(
    facts: Option<&AppKeyFacts>,
    is_token: bool,
    has_api_key: bool,
    now: Timestamp,
) -> Finding {
    let Some(facts) = facts else {
        let told = "it is good; Datadog tells its scopes only to a key with user_app_keys";
        let web = WebAccess::NotTold { is_token };
        return of_lacks(Finding::ok().note(told), &abilities(has_api_key, web));
    };
    let name = match facts.name.as_str() {
        "" => "it".to_owned(),
        name => format!("`{name}`"),
    };
    let scopes = match &facts.scopes {
        None => "unscoped: all that its owner may do".to_owned(),
        Some(scopes) => format!("scopes: {}", scopes.join(", ")),
    };
    let finding = Finding::ok().note(format!("{name} is good, {scopes}"));
    let finding = match facts.expires {
        Some(ends) if ends.duration_since(now) < SOON => finding
            .warn(format!("it ends at {ends:.0}"))
            .fix("make a new token in time"),
        _ => finding,
    };
    of_lacks(finding, &abilities(has_api_key, WebAccess::Told(facts)))
}

/// What the keys are not enough for, and what would be.
fn of_lacks(finding: Finding, all: &[Ability]) -> Finding {
    let lacking = all.iter().filter(|one| one.allowed == Some(false));
    let lacking: Vec<&Ability> = lacking.collect();
    let finding = lacks(&lacking).into_iter().fold(finding, Finding::warn);
    let named: Vec<&String> = lacking.iter().flat_map(|one| &one.lacks).collect();
    // Scopes are words, the rest is told in several.
    let is_scope = |lack: &String| !lack.contains(' ');
    let needs_unscoped = named.iter().any(|lack| *lack == NO_SCOPES);
    match (lacking.is_empty(), named.into_iter().any(is_scope)) {
        (true, _) => finding,
        (false, true) => finding.fix(
            "give the key these scopes; log monitors take an application key without scopes instead",
        ),
        (false, false) if needs_unscoped => {
            finding.fix("no scope helps: log monitors take an application key without scopes")
        }
        (false, false) => finding,
    }
}

/// Commands that lack the same, together.
fn lacks(lacking: &[&Ability]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for ability in lacking {
        let alike = lacking.iter().filter(|one| one.lacks == ability.lacks);
        let commands = in_short(alike.map(|one| one.command));
        let text = format!(
            "not enough for {commands}: it takes {}",
            ability.lacks.join(", ")
        );
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn good(scopes: Option<&[&str]>, expires: Option<&str>) -> Finding {
        let facts = AppKeyFacts {
            id: "id".to_owned(),
            name: "ci".to_owned(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            expires: expires.map(|at| at.parse().expect("an instant")),
        };
        let verdict = AppKeyVerdict {
            result: Ok(()),
            facts: Some(facts),
        };
        let now = "2026-11-22T00:00:00Z".parse().expect("an instant");
        judge(&verdict, expires.is_some(), true, now)
    }

    #[test]
    fn what_scopes_leave_out_is_told_by_command() {
        assert_eq!(good(None, None).state, State::Ok);
        let scoped = good(Some(&["monitors_read"]), None);
        assert_eq!(scoped.state, State::Warning);
        let told = scoped.evidence.join("\n");
        assert!(
            told.contains("monitors remove; test-event --cleanup: it takes monitors_write"),
            "{told}"
        );
    }

    #[test]
    fn what_no_scope_gives_is_not_asked_of_scopes() {
        let all = [
            "monitors_read",
            "monitors_write",
            "logs_read_data",
            "dashboards_read",
            "dashboards_write",
            "apm_read",
        ];
        let scoped = good(Some(&all), None);
        assert_eq!(scoped.state, State::Warning);
        assert!(scoped.fixes[0].starts_with("no scope helps"), "{scoped:?}");
        let verdict = AppKeyVerdict {
            result: Ok(()),
            facts: None,
        };
        let token = judge(&verdict, true, true, Timestamp::UNIX_EPOCH);
        assert_eq!(token.state, State::Warning);
        assert!(
            token.evidence[1].contains("monitors validate, apply"),
            "{token:?}"
        );
        let key = judge(&verdict, false, true, Timestamp::UNIX_EPOCH);
        assert_eq!(key.state, State::Ok);
    }

    #[test]
    fn a_token_that_ends_soon_is_a_warning() {
        let finding = good(None, Some("2026-11-25T00:00:00Z"));
        assert_eq!(finding.state, State::Warning);
    }

    #[test]
    fn no_key_is_no_problem_and_says_what_is_not_looked_at() {
        let verdict = AppKeyVerdict {
            result: Err(DatadogError::NoApplicationKey {
                request: "GET /api/v2/validate_keys".to_owned(),
            }),
            facts: None,
        };
        let finding = judge(&verdict, false, true, Timestamp::UNIX_EPOCH);
        assert_eq!(finding.state, State::Skipped);
        assert!(finding.fixes[0].contains("DD_APP_KEY"));
    }
}
