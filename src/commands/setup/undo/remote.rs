//! What lies at Datadog and on the gateway: found by our mark and by the endpoint's name.

use super::super::memory::Memory;
use super::super::stage::Stage;
use super::super::steps::endpoint_name;
use super::Wanted;
use super::inventory::{Fate, Item};
use crate::config::SecretKind;
use crate::datadog::Datadog;
use crate::gateway::GatewayError;
use crate::monitors::as_code::{Kind, Remote};
use crate::wizard::Change;

const DATADOG: &str = "Datadog";
const GATEWAY: &str = "gateway";

/// As `webhooks register` describes what it makes.
const MADE_BY_US: &str = "made by ddctl";

/// How much of ours is there.
pub struct AtDatadog {
    pub monitors: usize,
    pub dashboards: usize,
}

/// Monitors and dashboards with the namespace's mark.
pub async fn datadog(
    stage: &Stage<'_>,
    wanted: &Wanted,
    items: &mut Vec<Item>,
) -> anyhow::Result<AtDatadog> {
    let context = stage.context()?;
    let mut found = AtDatadog {
        monitors: 0,
        dashboards: 0,
    };
    if !context.opens_web_api(&wanted.secrets)? {
        let blind = Item::new(DATADOG, "monitors and dashboards", Fate::NotLooked);
        items.push(blind.noting("that takes an application key (DD_APP_KEY)"));
        return Ok(found);
    }
    let datadog = context.datadog(&wanted.secrets)?;
    let namespace = context.settings()?.namespace.value.clone();
    found.monitors = of_kind(&datadog, Kind::Monitor, &namespace, items).await?;
    found.dashboards = of_kind(&datadog, Kind::Dashboard, &namespace, items).await?;
    Ok(found)
}

async fn of_kind(
    datadog: &Datadog,
    kind: Kind,
    namespace: &str,
    items: &mut Vec<Item>,
) -> anyhow::Result<usize> {
    let listing = Remote::new(datadog, kind).listing(namespace).await?;
    let before = items.len();
    for found in listing.of_namespace(namespace) {
        let what = format!("{} {}", kind.noun(), found.mark.short());
        items.push(Item::new(DATADOG, what, Fate::Goes));
    }
    Ok(items.len() - before)
}

/// The profile's endpoint, and connections that setup attached. Endpoints of other profiles and
/// people stay.
pub async fn gateway(
    stage: &Stage<'_>,
    memory: &Memory,
    wanted: &Wanted,
    items: &mut Vec<Item>,
) -> anyhow::Result<Vec<String>> {
    let context = stage.context()?;
    let Some(url) = context.settings()?.gateway_url.clone() else {
        return Ok(Vec::new());
    };
    if context
        .optional_secret(SecretKind::GatewayToken, &wanted.secrets)?
        .is_none()
    {
        let blind = Item::new(GATEWAY, url.value, Fate::NotLooked);
        items.push(blind.noting("that takes its token (HOOP_TOKEN)"));
        return Ok(Vec::new());
    }
    let gateway = context.gateway(&wanted.secrets)?;
    let endpoints = match gateway.webhook_endpoints().await {
        Ok(all) => all.rows,
        // Nothing was ever registered, or the token may not look; then it never could.
        Err(GatewayError::Refused { .. } | GatewayError::Forbidden { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let own = endpoint_name(&stage.profile);
    let recorded = |uid: &str| {
        let changes = memory.record.changes.iter();
        let mut changes = changes.map(|made| &made.change);
        changes.any(|change| matches!(change, Change::Webhook { uid: known, .. } if known == uid))
    };
    let mut ours = Vec::new();
    for endpoint in &endpoints {
        let name = endpoint.name();
        let is_ours = recorded(name) || (name == own && endpoint.description == MADE_BY_US);
        match is_ours {
            true => {
                items.push(Item::new(
                    GATEWAY,
                    format!("webhook endpoint {name}"),
                    Fate::Goes,
                ));
                ours.push(name.to_owned());
            }
            false if endpoint.description == MADE_BY_US => {
                let other = Item::new(GATEWAY, format!("webhook endpoint {name}"), Fate::Stays);
                items.push(other.noting("it is not this profile's"));
            }
            false => {}
        }
    }
    if !ours.is_empty() {
        let plugin = Item::new(
            GATEWAY,
            "the webhooks plugin and its event types",
            Fate::Stays,
        );
        items.push(plugin.noting("others may use them"));
    }
    Ok(ours)
}
