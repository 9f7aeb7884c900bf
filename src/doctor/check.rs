//! The checks, as data.

use futures_util::future::LocalBoxFuture;

use super::checks::{
    api_key, app_key, certificates, clock, connections, dead_letters, gateway_api, gateway_token,
    indexes, intake, licence, monitors, otel, positions, proxy, relay, retention, running, secrets,
    settings, state, webhooks,
};
use super::finding::Finding;
use super::subject::Subject;

/// What checks are about, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Settings,
    Network,
    Datadog,
    Gateway,
    Delivery,
}

impl Area {
    pub fn name(self) -> &'static str {
        match self {
            Area::Settings => "settings",
            Area::Network => "network",
            Area::Datadog => "datadog",
            Area::Gateway => "gateway",
            Area::Delivery => "delivery",
        }
    }
}

/// What has to be there before a check can look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Settings that can be read.
    Settings,
    /// An API key of the right shape that Datadog does not refuse.
    ApiKey,
    /// An application key or access token that Datadog takes.
    AppKey,
    /// A gateway that answers.
    Gateway,
    /// A token that the gateway takes.
    GatewayToken,
    /// A folder for the state.
    State,
}

impl Need {
    pub fn name(self) -> &'static str {
        match self {
            Need::Settings => "settings",
            Need::ApiKey => "api-key",
            Need::AppKey => "app-key",
            Need::Gateway => "gateway",
            Need::GatewayToken => "gateway-token",
            Need::State => "state",
        }
    }
}

type Look = for<'a> fn(&'a Subject) -> LocalBoxFuture<'a, Finding>;

/// One thing to look at.
pub struct Check {
    /// Stable, for programs.
    pub id: &'static str,
    pub area: Area,
    /// What is asked, as people would.
    pub title: &'static str,
    pub needs: &'static [Need],
    pub(super) look: Look,
}

const fn check(
    id: &'static str,
    area: Area,
    title: &'static str,
    needs: &'static [Need],
    look: Look,
) -> Check {
    Check {
        id,
        area,
        title,
        needs,
        look,
    }
}

/// Every check.
pub static CHECKS: [Check; 22] = [
    check(
        "config",
        Area::Settings,
        "can the settings be read, and what overrides them?",
        &[],
        |subject| Box::pin(settings::look(subject)),
    ),
    check(
        "secrets",
        Area::Settings,
        "where is each secret found, and who else can read it?",
        &[Need::Settings],
        |subject| Box::pin(secrets::look(subject)),
    ),
    check(
        "otel",
        Area::Settings,
        "do the OTEL_* variables set here bring spans anywhere?",
        &[Need::Settings],
        |subject| Box::pin(otel::look(subject)),
    ),
    check(
        "proxy",
        Area::Network,
        "which road does a request take to each host?",
        &[Need::Settings],
        |subject| Box::pin(proxy::look(subject)),
    ),
    check(
        "certificates",
        Area::Network,
        "are the certificates trusted, and who signed them?",
        &[Need::Settings],
        |subject| Box::pin(certificates::look(subject)),
    ),
    check(
        "clock",
        Area::Network,
        "is this machine's clock right?",
        &[Need::Settings],
        |subject| Box::pin(clock::look(subject)),
    ),
    check(
        "api-key",
        Area::Datadog,
        "does the site know the API key?",
        &[Need::Settings],
        |subject| Box::pin(api_key::look(subject)),
    ),
    check(
        "app-key",
        Area::Datadog,
        "is the application key good, and what do its scopes leave out?",
        &[Need::Settings],
        |subject| Box::pin(app_key::look(subject)),
    ),
    check(
        "intake",
        Area::Datadog,
        "does the logs intake take what is sent?",
        &[Need::ApiKey],
        |subject| Box::pin(intake::look(subject)),
    ),
    check(
        "indexes",
        Area::Datadog,
        "is there room in the index, and does a filter leave our events out?",
        &[Need::AppKey],
        |subject| Box::pin(indexes::look(subject)),
    ),
    check(
        "monitors",
        Area::Datadog,
        "do the monitors kept as code see our events?",
        &[Need::AppKey],
        |subject| Box::pin(monitors::look(subject)),
    ),
    check(
        "gateway-api",
        Area::Gateway,
        "does the gateway answer?",
        &[Need::Settings],
        |subject| Box::pin(gateway_api::look(subject)),
    ),
    check(
        "gateway-token",
        Area::Gateway,
        "does the gateway take the token, and with which role?",
        &[Need::Gateway],
        |subject| Box::pin(gateway_token::look(subject)),
    ),
    check(
        "licence",
        Area::Gateway,
        "does the licence let sessions through?",
        &[Need::GatewayToken],
        |subject| Box::pin(licence::look(subject)),
    ),
    check(
        "connections",
        Area::Gateway,
        "are there connections, and does each rule of the profile match one?",
        &[Need::GatewayToken],
        |subject| Box::pin(connections::look(subject)),
    ),
    check(
        "webhooks",
        Area::Gateway,
        "are the webhooks delivered?",
        &[Need::GatewayToken],
        |subject| Box::pin(webhooks::look(subject)),
    ),
    check(
        "retention",
        Area::Delivery,
        "are sessions and events kept for long enough?",
        &[Need::Settings],
        |subject| Box::pin(retention::look(subject)),
    ),
    check(
        "state",
        Area::Delivery,
        "is the state what was written, and can more be written?",
        &[Need::Settings, Need::State],
        |subject| Box::pin(state::look(subject)),
    ),
    check(
        "positions",
        Area::Delivery,
        "how far behind is each destination?",
        &[Need::Settings, Need::State],
        |subject| Box::pin(positions::look(subject)),
    ),
    check(
        "relay",
        Area::Delivery,
        "what waits in the spool of the relay?",
        &[Need::Settings, Need::State],
        |subject| Box::pin(relay::look(subject)),
    ),
    check(
        "deadletters",
        Area::Delivery,
        "is there anything that no destination took?",
        &[Need::Settings, Need::State],
        |subject| Box::pin(dead_letters::look(subject)),
    ),
    check(
        "running",
        Area::Delivery,
        "what runs here, and does it wait for somebody?",
        &[Need::Settings, Need::State],
        |subject| Box::pin(running::look(subject)),
    ),
];

/// By which checks are chosen: their own names, and those of their areas.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = CHECKS
        .iter()
        .flat_map(|check| [check.id, check.area.name()])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The checks that one of `names` means, in their order; all where none is given.
pub fn chosen(names: &[String]) -> Vec<&'static Check> {
    let is_meant = |check: &&Check| {
        let is_named = |name: &String| check.id == name || check.area.name() == name;
        names.is_empty() || names.iter().any(is_named)
    };
    CHECKS.iter().filter(is_meant).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ids(names: &[&str]) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        chosen(&names).iter().map(|check| check.id).collect()
    }

    #[test]
    fn names_are_unique_and_areas_stay_together() {
        let ids: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        assert!(CHECKS.is_sorted_by_key(|check| check.area));
        let areas = CHECKS.iter().map(|check| check.area.name());
        assert!(areas.into_iter().all(|area| !ids.contains(area)));
    }

    #[test]
    fn a_check_is_chosen_by_its_name_or_by_its_area() {
        assert_eq!(ids(&["proxy", "clock"]), ["proxy", "clock"]);
        assert_eq!(ids(&["network"]), ["proxy", "certificates", "clock"]);
        assert_eq!(ids(&[]).len(), CHECKS.len());
        assert!(names().contains(&"network") && names().contains(&"clock"));
    }
}
