//! Webhooks of the gateway: the plugin, its endpoints, what became of what was sent, event types.

use crate::doctor::away::{unanswered, within};
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::Subject;
use crate::domain::delivery::Delivery;
use crate::domain::endpoint::{Attempt, EVENT_TYPES, Endpoint, NewEventType, Standing, TEST};
use crate::gateway::{Endpoints, Gateway, GatewayError};
use crate::http::printable_url;

/// Tries that are looked at.
const TRIES: usize = 20;
/// What Svix says of an address inside a network
/// (svix/svix-webhooks `server/svix-server/src/core/webhook_http_client.rs`).
const BLOCKED: &str = "requests to this IP range are blocked";
const REGISTER: &str = "`ddctl webhooks register --help` makes one";

pub async fn look(subject: &Subject) -> Finding {
    match facts(subject).await {
        Ok(facts) => judge(&facts, subject.local.delivery),
        Err(instead) => instead,
    }
}

/// What the gateway says.
#[derive(Clone, Debug, Default)]
struct Facts {
    has_app_key: bool,
    has_plugin: bool,
    /// `None` where Svix has no application.
    endpoints: Option<Vec<Watched>>,
    /// There are more than are shown.
    are_cut: bool,
    /// `None` where nobody may ask.
    event_types: Option<Vec<String>>,
}

/// An endpoint with its newest tries.
#[derive(Clone, Debug)]
struct Watched {
    endpoint: Endpoint,
    attempts: Vec<Attempt>,
}

async fn facts(subject: &Subject) -> Result<Facts, Finding> {
    let gateway = subject.gateway()?;
    let server = subject.server().await?.as_ref().map_err(unanswered)?;
    let plugin = subject.plugin().await?.as_ref().map_err(unanswered)?;
    let mut facts = Facts {
        has_app_key: server.has_webhook_app_key,
        has_plugin: plugin.is_some(),
        ..Facts::default()
    };
    if !facts.has_app_key || !facts.has_plugin {
        return Ok(facts);
    }
    match within(gateway.page_base(), gateway.webhook_endpoints()).await {
        Ok(Endpoints { rows, are_cut }) => {
            facts.are_cut = are_cut;
            facts.endpoints = Some(watched(gateway, rows).await);
        }
        Err(error) if is_missing(&error) => {}
        Err(GatewayError::Forbidden { .. }) => {
            return Err(Finding::skipped(
                "to look at webhooks takes the role auditor or admin",
            ));
        }
        Err(error) => return Err(unanswered(&error)),
    }
    // A multi-tenant gateway does not tell them.
    let event_types = within(gateway.page_base(), gateway.event_types()).await;
    facts.event_types = event_types.ok();
    Ok(facts)
}

async fn watched(gateway: &Gateway, endpoints: Vec<Endpoint>) -> Vec<Watched> {
    let mut all = Vec::new();
    for endpoint in endpoints {
        let has_failed = endpoint
            .counts
            .is_none_or(|counts| counts.fail + counts.sending > 0);
        let attempts = match has_failed {
            true => {
                let asked = gateway.webhook_attempts(&endpoint.id, TRIES);
                within(gateway.page_base(), asked).await
            }
            false => Ok(Vec::new()),
        };
        all.push(Watched {
            endpoint,
            attempts: attempts.unwrap_or_default(),
        });
    }
    all
}

/// The gateway's 400 around Svix's 404: there is no application.
fn is_missing(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Refused { status: 400, message, .. } if message.contains("status=404"))
}

fn judge(facts: &Facts, delivery: Option<Delivery>) -> Finding {
    let is_wanted = delivery.is_some_and(Delivery::needs_webhooks);
    let lack = |why: &str| match is_wanted {
        true => Finding::problem(format!("{why}, and the profile delivers by webhooks")),
        false => Finding::skipped(format!("{why}: webhooks are not in use here")),
    };
    if !facts.has_app_key {
        return lack("WEBHOOK_APPKEY is not set on the gateway").fix(
            "set it on the gateway, or ship by polling: `ddctl sessions export --follow --to logs`",
        );
    }
    if !facts.has_plugin {
        let finding = lack("the gateway's webhooks plugin is not enabled");
        return match is_wanted {
            true => finding.fix(REGISTER).repair(Repair::EnableWebhooks),
            false => finding,
        };
    }
    let Some(endpoints) = &facts.endpoints else {
        return Finding::problem(
            "the plugin is enabled, and Svix has no application for the gateway",
        )
        .fix("have the gateway make it: PUT /api/plugins/webhooks/config with {}")
        .repair(Repair::MakeApplication);
    };
    if endpoints.is_empty() {
        return lack("no endpoint is registered").fix(REGISTER);
    }
    let judged = endpoints.iter().map(of_endpoint).reduce(Finding::and);
    let finding = judged
        .unwrap_or_else(Finding::ok)
        .and(of_event_types(facts));
    match facts.are_cut {
        true => finding.note("there are more endpoints than the gateway shows (50)"),
        false => finding,
    }
}

fn of_endpoint(watched: &Watched) -> Finding {
    let endpoint = &watched.endpoint;
    let name = endpoint.name();
    let finding = Finding::ok().note(format!("{name}: {}", shown(endpoint)));
    let finding = match endpoint.is_disabled {
        true => finding
            .fail(format!(
                "{name} is disabled: nothing is sent to it, and nothing is kept for it"
            ))
            .fix(format!(
                "mend what failed, then `ddctl webhooks update {name} --enable`, and \
                 `ddctl webhooks redeliver {name} --since …`"
            )),
        false => finding,
    };
    let missing: Vec<&str> = session_types()
        .map(|it| it.name)
        .filter(|it| !endpoint.takes(it))
        .collect();
    let finding = match missing.is_empty() {
        true => finding,
        false => finding
            .warn(format!("{name} does not take {}", missing.join(", ")))
            .fix(format!("`ddctl webhooks update {name} --events all`")),
    };
    finding.and(of_attempts(name, watched))
}

/// What the newest tries came to; those that wait say nothing yet.
fn of_attempts(name: &str, watched: &Watched) -> Finding {
    let settled = watched.attempts.iter();
    let mut settled =
        settled.filter(|it| matches!(it.standing, Standing::Success | Standing::Fail));
    let Some(last) = settled.next().filter(|it| it.standing == Standing::Fail) else {
        return Finding::ok();
    };
    let in_a_row = 1 + settled
        .take_while(|it| it.standing == Standing::Fail)
        .count();
    let answer = match (last.status_code, first_line(&last.response)) {
        (0, "") => "no answer".to_owned(),
        (0, why) => format!("no answer: {why}"),
        (status, text) => format!("answered {status} {text}").trim_end().to_owned(),
    };
    let finding = Finding::problem(format!(
        "{name}: the last {in_a_row} tries failed, the newest at {:.0}: {answer}",
        last.at
    ));
    match last.response.contains(BLOCKED) {
        true => finding.fix(
            "the endpoint is inside a network: name its range in SVIX_WHITELIST_SUBNETS of the Svix \
             server",
        ),
        false => finding.fix(format!(
            "`ddctl webhooks deliveries {name}` shows the tries; Svix disables what fails for five days"
        )),
    }
}

fn of_event_types(facts: &Facts) -> Finding {
    let Some(known) = &facts.event_types else {
        return Finding::ok();
    };
    let missing: Vec<NewEventType> = session_types()
        .filter(|it| !known.iter().any(|name| name == it.name))
        .collect();
    if missing.is_empty() {
        return Finding::ok();
    }
    let names: Vec<&str> = missing.iter().map(|it| it.name).collect();
    Finding::warning(format!(
        "Svix does not know the event types {}",
        names.join(", ")
    ))
    .fix("an endpoint can be given those alone that Svix knows: make them")
    .repair(Repair::MakeEventTypes(missing))
}

fn session_types() -> impl Iterator<Item = NewEventType> {
    EVENT_TYPES.into_iter().filter(|it| it.name != TEST.name)
}

/// Its query may hold a key.
fn shown(endpoint: &Endpoint) -> String {
    let url = endpoint.url.parse().map(|url| printable_url(&url));
    url.unwrap_or_else(|_| "an address that is none".to_owned())
}

fn first_line(text: &str) -> &str {
    const LONGEST: usize = 120;
    let line = text.lines().next().unwrap_or_default();
    let end = line
        .char_indices()
        .nth(LONGEST)
        .map_or(line.len(), |(at, _)| at);
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn attempt(standing: Standing, response: &str) -> Attempt {
        Attempt {
            id: "atmpt_1".to_owned(),
            message: "msg_1".to_owned(),
            standing,
            status_code: 0,
            response: response.to_owned(),
            at: "2026-11-22T00:00:00Z".parse().expect("an instant"),
            is_manual: false,
            duration_ms: None,
        }
    }

    fn facts(change: impl FnOnce(&mut Watched)) -> Facts {
        let mut watched = Watched {
            endpoint: Endpoint {
                id: "ep_1".to_owned(),
                uid: Some("ddctl".to_owned()),
                url: "https://intake.test/?dd-api-key=0123456789".to_owned(),
                ..Endpoint::default()
            },
            attempts: Vec::new(),
        };
        change(&mut watched);
        Facts {
            has_app_key: true,
            has_plugin: true,
            endpoints: Some(vec![watched]),
            are_cut: false,
            event_types: Some(vec!["session.open".to_owned(), "session.close".to_owned()]),
        }
    }

    #[test]
    fn an_endpoint_that_works_is_fine_and_its_key_is_not_shown() {
        let finding = judge(&facts(|_| {}), None);
        assert_eq!(finding.state, State::Ok, "{finding:?}");
        assert!(
            !finding.evidence.concat().contains("0123456789"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_disabled_endpoint_and_one_that_fails_are_problems() {
        let disabled = judge(&facts(|it| it.endpoint.is_disabled = true), None);
        assert_eq!(disabled.state, State::Problem);
        let tries = vec![
            attempt(Standing::Sending, ""),
            attempt(Standing::Fail, BLOCKED),
            attempt(Standing::Fail, "x"),
            attempt(Standing::Success, ""),
        ];
        let failing = judge(&facts(|it| it.attempts = tries), None);
        assert_eq!(failing.state, State::Problem);
        assert!(
            failing.evidence[1].contains("the last 2 tries"),
            "{failing:?}"
        );
        assert!(
            failing.fixes[0].contains("SVIX_WHITELIST_SUBNETS"),
            "{failing:?}"
        );
    }

    #[test]
    fn one_that_works_again_is_fine() {
        let tries = vec![attempt(Standing::Success, ""), attempt(Standing::Fail, "x")];
        assert_eq!(
            judge(&facts(|it| it.attempts = tries), None).state,
            State::Ok
        );
    }

    #[test]
    fn missing_event_types_can_be_made() {
        let some_types = Facts {
            event_types: Some(vec!["session.open".to_owned()]),
            ..facts(|_| {})
        };
        let finding = judge(&some_types, None);
        assert_eq!(finding.state, State::Warning);
        let made = matches!(&finding.repairs[..], [Repair::MakeEventTypes(types)] if types[0].name == "session.close");
        assert!(made, "{finding:?}");
    }

    #[test]
    fn what_is_missing_is_a_problem_where_the_profile_delivers_by_webhooks() {
        let nothing = Facts {
            has_app_key: true,
            ..Facts::default()
        };
        assert_eq!(judge(&nothing, None).state, State::Skipped);
        let wanted = judge(&nothing, Some(Delivery::Relay));
        assert_eq!(wanted.state, State::Problem);
        assert_eq!(wanted.repairs, [Repair::EnableWebhooks]);
        let without_application = Facts {
            has_plugin: true,
            ..nothing
        };
        let finding = judge(&without_application, None);
        assert_eq!(finding.repairs, [Repair::MakeApplication]);
    }
}
