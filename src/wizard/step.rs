//! The steps in their order, and the answers that each asks for.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::Delivery;
use crate::domain::site::Site;

/// A step by its name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum StepId {
    /// Which of Datadog's sites
    Site,
    /// The API key, which sends
    ApiKey,
    /// The application key, which looks and keeps monitors
    AppKey,
    /// The gateway, its token and its role
    Gateway,
    /// How the events travel
    Delivery,
    /// Service, env and tags of the events
    Labels,
    /// Which connections are production
    Connections,
    /// The gateway's webhooks, where the way needs them
    Webhooks,
    /// Monitors and dashboards
    Packs,
    /// What to click in Datadog, once
    Facets,
    /// A session of now, all the way
    FirstEvent,
}

/// By what an answer is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Nobody has to be asked.
    None,
    /// Is the key good for the site?
    KeyAtSite,
    /// Does the application key belong to it, and what may it do?
    WebAccess,
    /// Is a gateway there, whose token is it, what does its licence allow?
    Gateway,
    /// Would the packs change anything?
    Plan,
    /// Does a session of now arrive?
    Session,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    pub id: StepId,
    pub title: &'static str,
    /// What it is good for, a sentence or two.
    pub why: &'static str,
    pub asks: &'static [Field],
    /// Without these it has no meaning.
    pub needs: &'static [StepId],
    pub probe: Probe,
}

/// Every step, in its order.
pub const STEPS: [Step; 11] = [
    Step {
        id: StepId::Site,
        title: "Datadog site",
        why: "Where your Datadog is: eu, us5, or the address in your browser.",
        asks: &[Field::Site],
        needs: &[],
        probe: Probe::None,
    },
    Step {
        id: StepId::ApiKey,
        title: "API key",
        why: "It sends, and does nothing else. Organization Settings > API Keys.",
        asks: &[],
        needs: &[StepId::Site],
        probe: Probe::KeyAtSite,
    },
    Step {
        id: StepId::AppKey,
        title: "Application key",
        why: "Optional. It keeps monitors and dashboards, and proves that events have arrived. One \
              without scopes can do everything: log monitors need that.",
        asks: &[],
        needs: &[StepId::ApiKey],
        probe: Probe::WebAccess,
    },
    Step {
        id: StepId::Gateway,
        title: "Gateway",
        why: "What records the sessions. An API key (hpk_…) in the group auditor suffices to read \
              them all; registering webhooks takes an admin's token.",
        asks: &[Field::GatewayUrl],
        needs: &[],
        probe: Probe::Gateway,
    },
    Step {
        id: StepId::Delivery,
        title: "Delivery",
        why: "How session events reach Datadog.",
        asks: &[Field::Delivery],
        needs: &[StepId::Gateway],
        probe: Probe::None,
    },
    Step {
        id: StepId::Labels,
        title: "Service, env and tags",
        why: "What every event is filed under.",
        asks: &[Field::Service, Field::Env, Field::Tags],
        needs: &[],
        probe: Probe::None,
    },
    Step {
        id: StepId::Connections,
        title: "Connections",
        why: "Monitors about production need to know which connections are production, and whether \
              an approval is expected there. More rules: `ddctl config edit`.",
        asks: &[Field::Production, Field::Approval],
        needs: &[StepId::Gateway],
        probe: Probe::None,
    },
    Step {
        id: StepId::Webhooks,
        title: "Webhooks",
        why: "For the ways relay and webhook: where the gateway pushes events, and of which \
              connections.",
        asks: &[Field::RelayUrl, Field::SigningSecretFile, Field::Attach],
        needs: &[StepId::Delivery],
        probe: Probe::None,
    },
    Step {
        id: StepId::Packs,
        title: "Monitors and dashboards",
        why: "Packs that fit these events: hoop watches sessions; execlave and genai watch what \
              agent platforms and frameworks send.",
        asks: &[Field::Packs, Field::Notify],
        needs: &[StepId::AppKey],
        probe: Probe::Plan,
    },
    Step {
        id: StepId::Facets,
        title: "Facets",
        why: "Datadog has no API that makes facets: they are clicked, once.",
        asks: &[],
        needs: &[StepId::Packs],
        probe: Probe::None,
    },
    Step {
        id: StepId::FirstEvent,
        title: "First event",
        why: "A session of now, from the gateway to Datadog.",
        asks: &[],
        needs: &[StepId::ApiKey, StepId::Delivery],
        probe: Probe::Session,
    },
];

impl StepId {
    pub fn step(self) -> &'static Step {
        let found = STEPS.iter().find(|step| step.id == self);
        found.expect("every step stands in the table")
    }

    /// As it is spelled on the command line.
    pub fn name(self) -> &'static str {
        match self {
            StepId::Site => "site",
            StepId::ApiKey => "api-key",
            StepId::AppKey => "app-key",
            StepId::Gateway => "gateway",
            StepId::Delivery => "delivery",
            StepId::Labels => "labels",
            StepId::Connections => "connections",
            StepId::Webhooks => "webhooks",
            StepId::Packs => "packs",
            StepId::Facets => "facets",
            StepId::FirstEvent => "first-event",
        }
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An answer that is a text and no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Site,
    GatewayUrl,
    Delivery,
    Service,
    Env,
    Tags,
    Production,
    Approval,
    RelayUrl,
    SigningSecretFile,
    Attach,
    Packs,
    Notify,
}

impl Field {
    pub const ALL: [Field; 13] = [
        Field::Site,
        Field::GatewayUrl,
        Field::Delivery,
        Field::Service,
        Field::Env,
        Field::Tags,
        Field::Production,
        Field::Approval,
        Field::RelayUrl,
        Field::SigningSecretFile,
        Field::Attach,
        Field::Packs,
        Field::Notify,
    ];

    /// As it is spelled in a file of answers, and as a flag behind two hyphens.
    pub fn name(self) -> &'static str {
        match self {
            Field::Site => "site",
            Field::GatewayUrl => "gateway-url",
            Field::Delivery => "delivery",
            Field::Service => "service",
            Field::Env => "env",
            Field::Tags => "tags",
            Field::Production => "production",
            Field::Approval => "approval",
            Field::RelayUrl => "relay-url",
            Field::SigningSecretFile => "signing-secret-file",
            Field::Attach => "attach",
            Field::Packs => "packs",
            Field::Notify => "notify",
        }
    }

    /// The question.
    pub fn question(self) -> &'static str {
        match self {
            Field::Site => "Site",
            Field::GatewayUrl => "Address of the gateway",
            Field::Delivery => "Way",
            Field::Service => "Service",
            Field::Env => "Env (empty for none)",
            Field::Tags => "Tags, comma-separated (empty for none)",
            Field::Production => "Production, such as prod-* (empty for none)",
            Field::Approval => {
                "Approval there: expected, not-expected, or empty to ask the gateway"
            }
            Field::RelayUrl => "Address at which the gateway reaches the relay",
            Field::SigningSecretFile => "File of the signing secret (made when it is missing)",
            Field::Attach => "Connections to push, such as prod-* (empty for none)",
            Field::Packs => "Packs, comma-separated, or none",
            Field::Notify => "Whom they tell, such as @slack-ops (empty for nobody)",
        }
    }

    /// The key of the profile that holds it; the others are remembered beside the profile.
    pub fn setting(self) -> Option<&'static str> {
        match self {
            Field::Site => Some("site"),
            Field::GatewayUrl => Some("gateway.url"),
            Field::Delivery => Some("delivery"),
            Field::Service => Some("service"),
            Field::Env => Some("env"),
            Field::Tags => Some("tags"),
            _ => None,
        }
    }

    /// True where nothing can be done without an answer.
    pub fn is_required(self) -> bool {
        matches!(
            self,
            Field::Site
                | Field::GatewayUrl
                | Field::Delivery
                | Field::Service
                | Field::RelayUrl
                | Field::SigningSecretFile
        )
    }

    /// The answer as it is kept: a site by its domain, lists without blanks.
    ///
    /// # Errors
    ///
    /// Why it is no answer, in words for the person who gave it.
    pub fn read(self, given: &str) -> Result<String, String> {
        let given = given.trim();
        if given.is_empty() {
            return match self.is_required() {
                true => Err("an answer is needed here".to_owned()),
                false => Ok(String::new()),
            };
        }
        match self {
            Field::Site => given
                .parse::<Site>()
                .map(|site| site.domain().to_owned())
                .map_err(|error| error.to_string()),
            Field::GatewayUrl => web_address(given).map(|url| without_page(&url)),
            Field::RelayUrl => web_address(given),
            Field::Delivery => given
                .parse::<Delivery>()
                .map(|way| way.as_str().to_owned())
                .map_err(|_| format!("`{given}` is no way; write {WAYS}")),
            Field::Tags | Field::Packs | Field::Attach | Field::Production => Ok(list(given)),
            Field::Approval if !APPROVALS.contains(&given) => {
                Err(format!("write {}, or nothing", APPROVALS.join(" or ")))
            }
            Field::Notify if !given.starts_with('@') => {
                Err(format!("a handle begins with @, such as @{given}"))
            }
            _ => Ok(given.to_owned()),
        }
    }
}

/// As a rule of the profile spells it.
const APPROVALS: [&str; 2] = ["expected", "not-expected"];

const WAYS: &str = "export, follow, relay or webhook";

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An address of a web server without a user and a password; `https://` where none is written.
fn web_address(given: &str) -> Result<String, String> {
    let full = match given.contains("://") {
        true => given.to_owned(),
        false => format!("https://{given}"),
    };
    // The parser would make part of the address of it.
    let has_blanks = given.contains(char::is_whitespace);
    match url::Url::parse(&full) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("an address holds no user and no password here".to_owned())
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && !has_blanks => {
            Ok(full.trim_end_matches('/').to_owned())
        }
        _ => Err(format!(
            "`{given}` is no address, such as https://use.hoop.dev"
        )),
    }
}

/// The gateway's address in that of a page of its sessions, as a browser shows it
/// (`{gateway}/sessions/{id}`, hoophq/hoop `gateway/api/session/`).
fn without_page(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    // A host may be called so as well.
    let host = bare.find("://").map_or(0, |at| at + "://".len());
    let path = bare[host..].find('/').map_or(bare.len(), |at| host + at);
    let page = bare[path..].find("/sessions");
    let base = page.map_or(bare, |at| &bare[..path + at]);
    base.trim_end_matches('/').to_owned()
}

fn list(given: &str) -> String {
    let parts = given.split([',', ' ']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_step_once_and_in_an_order_that_can_be_walked() {
        for (at, step) in STEPS.iter().enumerate() {
            let before = |need: &StepId| STEPS[..at].iter().any(|earlier| earlier.id == *need);
            assert!(
                step.needs.iter().all(before),
                "{} needs a later one",
                step.id
            );
            assert_eq!(step.id.step().id, step.id);
        }
        assert_eq!(StepId::value_variants().len(), STEPS.len());
    }

    #[test]
    fn a_step_is_spelled_alike_everywhere() {
        for step in StepId::value_variants() {
            let possible = step.to_possible_value().expect("none is hidden");
            assert_eq!(possible.get_name(), step.name());
            let json = serde_json::to_value(step).expect("a word");
            assert_eq!(json, step.name());
        }
        for field in Field::ALL {
            assert_eq!(serde_json::to_value(field).expect("a word"), field.name());
        }
    }

    #[test]
    fn a_site_is_kept_by_its_domain_however_it_was_given() {
        for given in ["eu", "EU1", "https://app.datadoghq.eu/logs?query=x"] {
            assert_eq!(Field::Site.read(given).as_deref(), Ok("datadoghq.eu"));
        }
        assert!(Field::Site.read("mars").is_err());
        assert!(Field::Site.read(" ").is_err());
    }

    #[test]
    fn an_address_gets_its_scheme_and_holds_no_password() {
        let url = |given: &str| Field::GatewayUrl.read(given);
        assert_eq!(url("use.hoop.dev/").as_deref(), Ok("https://use.hoop.dev"));
        assert_eq!(
            url("http://127.0.0.1:8009").as_deref(),
            Ok("http://127.0.0.1:8009")
        );
        let error = url("https://me:hunter2@gw.test").expect_err("a password");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(url("ftp://gw.test").is_err());
        assert!(url("use.hoop.dev/foo bar").is_err());
        let page = "https://use.hoop.dev/sessions/4f2?x=1";
        assert_eq!(url(page).as_deref(), Ok("https://use.hoop.dev"));
        assert_eq!(url("sessions.test").as_deref(), Ok("https://sessions.test"));
    }

    #[test]
    fn lists_lose_their_blanks_and_handles_need_their_sign() {
        assert_eq!(Field::Tags.read("a:1, b:2").as_deref(), Ok("a:1,b:2"));
        assert_eq!(Field::Env.read("").as_deref(), Ok(""));
        assert!(Field::Notify.read("slack").is_err());
        assert!(Field::Delivery.read("pigeon").is_err());
        assert_eq!(Field::Delivery.read("Relay").as_deref(), Ok("relay"));
    }
}
