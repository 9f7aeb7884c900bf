//! What lies at Datadog and on the gateway: found by our mark, by the endpoint's name and by the
//! record. A service that is away, or refuses, hides only what is its own.

use super::super::memory::Memory;
use super::super::stage::Stage;
use super::super::steps::endpoint_name;
use super::Wanted;
use super::inventory::{Fate, Item};
use crate::config::SecretKind;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::domain::endpoint::Endpoint;
use crate::gateway::{Attached, Gateway, GatewayError};
use crate::monitors::as_code::{Kind, Remote};
use crate::ui::counted;
use crate::wizard::{Change, Place};

const DATADOG: &str = "Datadog";
const GATEWAY: &str = "gateway";

/// As `webhooks register` describes what it makes.
const MADE_BY_US: &str = "made by ddctl";

/// How much of ours is at Datadog.
#[derive(Default)]
pub struct AtDatadog {
    pub monitors: usize,
    pub dashboards: usize,
    /// Nobody could look everywhere.
    pub is_hidden: bool,
}

/// Monitors and dashboards with the namespace's mark.
pub async fn datadog(
    stage: &Stage<'_>,
    wanted: &Wanted,
    items: &mut Vec<Item>,
) -> anyhow::Result<AtDatadog> {
    let context = stage.context()?;
    let mut found = AtDatadog::default();
    let opened = match context.opens_web_api(&wanted.secrets) {
        Ok(true) => context.datadog(&wanted.secrets),
        Ok(false) => Err(anyhow::anyhow!(
            "that takes an application key (DD_APP_KEY)"
        )),
        Err(error) => Err(error),
    };
    let datadog = match opened {
        Ok(datadog) => datadog,
        Err(why) => {
            found.is_hidden = true;
            items.push(hidden(DATADOG, "monitors and dashboards", &why));
            return Ok(found);
        }
    };
    let namespace = context.settings()?.namespace.value.clone();
    for (kind, count) in [
        (Kind::Monitor, &mut found.monitors),
        (Kind::Dashboard, &mut found.dashboards),
    ] {
        match of_kind(&datadog, kind, &namespace).await {
            Ok(own) => {
                *count = own.len();
                items.extend(own);
            }
            Err(why) => {
                found.is_hidden = true;
                items.push(hidden(DATADOG, format!("{}s", kind.noun()), &why));
            }
        }
    }
    Ok(found)
}

fn hidden(place: &str, what: impl Into<String>, why: &anyhow::Error) -> Item {
    Item::new(place, what, Fate::NotLooked).noting(format!("{why:#}"))
}

async fn of_kind(datadog: &Datadog, kind: Kind, namespace: &str) -> anyhow::Result<Vec<Item>> {
    let listing = Remote::new(datadog, kind).listing(namespace).await?;
    let own = listing.of_namespace(namespace).map(|found| {
        let what = format!("{} {}", kind.noun(), found.mark.short());
        Item::new(DATADOG, what, Fate::Goes)
    });
    Ok(own.collect())
}

/// What is ours on the gateway.
#[derive(Default)]
pub struct AtGateway {
    /// Names of endpoints.
    pub endpoints: Vec<String>,
    /// Connections that setup attached and that are attached still.
    pub attached: Vec<Attached>,
    /// Nobody could look.
    pub is_hidden: bool,
}

/// The profile's endpoint, and connections that setup attached. Endpoints of other profiles and
/// people stay.
pub async fn gateway(
    stage: &Stage<'_>,
    memory: &Memory,
    wanted: &Wanted,
    items: &mut Vec<Item>,
) -> anyhow::Result<AtGateway> {
    let context = stage.context()?;
    let url = context.settings()?.gateway_url.clone();
    let url = url.map_or_else(|| "webhooks".to_owned(), |url| url.value);
    let looked = match open(&context, wanted) {
        Ok(gateway) => look(&gateway, memory).await,
        Err(why) => Err(why),
    };
    Ok(match looked {
        Ok(there) => sorted(there, stage, memory, items),
        Err(why) => {
            items.push(hidden(GATEWAY, url, &why));
            AtGateway {
                is_hidden: true,
                ..AtGateway::default()
            }
        }
    })
}

fn open(context: &Context, wanted: &Wanted) -> anyhow::Result<Gateway> {
    context.gateway_url()?;
    let kinds = [SecretKind::GatewayToken, SecretKind::GatewayAdminToken];
    for kind in kinds {
        if context.optional_secret(kind, &wanted.secrets)?.is_some() {
            return context.gateway_as_admin(&wanted.secrets);
        }
    }
    anyhow::bail!("that takes its token (HOOP_TOKEN)")
}

/// Endpoints and attached connections, whoever made them.
struct There {
    endpoints: Vec<Endpoint>,
    attached: Vec<Attached>,
}

async fn look(gateway: &Gateway, memory: &Memory) -> anyhow::Result<There> {
    let plugin = gateway.plugin("webhooks").await?;
    let endpoints = match gateway.webhook_endpoints().await {
        Ok(all) => all.rows,
        // Nothing was ever registered.
        Err(GatewayError::Refused { .. }) => Vec::new(),
        // The token may not look; unless the record knows better, none of that profile ever could.
        Err(GatewayError::Forbidden { .. }) if !has_registered(memory) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(There {
        endpoints,
        attached: plugin.map(|plugin| plugin.connections).unwrap_or_default(),
    })
}

fn recorded(memory: &Memory) -> impl Iterator<Item = &Change> {
    memory.record.changes.iter().map(|made| &made.change)
}

fn has_registered(memory: &Memory) -> bool {
    recorded(memory).any(|change| change.place() == Some(Place::Gateway))
}

/// Ours from others'.
fn sorted(there: There, stage: &Stage<'_>, memory: &Memory, items: &mut Vec<Item>) -> AtGateway {
    let own = endpoint_name(&stage.profile);
    let is_recorded = |uid: &str| {
        recorded(memory)
            .any(|change| matches!(change, Change::Webhook { uid: known, .. } if known == uid))
    };
    let mut ours = AtGateway::default();
    for endpoint in &there.endpoints {
        let name = endpoint.name();
        let is_made_by_us = endpoint.description == MADE_BY_US;
        let what = format!("webhook endpoint {name}");
        if is_recorded(name) || (name == own && is_made_by_us) {
            items.push(Item::new(GATEWAY, what, Fate::Goes));
            ours.endpoints.push(name.to_owned());
        } else if is_made_by_us {
            let other = Item::new(GATEWAY, what, Fate::Stays);
            items.push(other.noting("it is not this profile's"));
        }
    }
    let (attached, others): (Vec<Attached>, Vec<Attached>) =
        there.attached.into_iter().partition(|one| {
            recorded(memory)
                .any(|change| matches!(change, Change::Attached { id, .. } if *id == one.id))
        });
    for one in &attached {
        let what = format!("connection {} at the webhooks plugin", one.name);
        items.push(Item::new(GATEWAY, what, Fate::Goes));
    }
    ours.attached = attached;
    if !ours.endpoints.is_empty() {
        items.extend(attached_by_others(&others));
        let plugin = "the webhooks plugin and its event types";
        let plugin = Item::new(GATEWAY, plugin, Fate::Stays);
        items.push(plugin.noting("others may use them"));
    }
    ours
}

/// What may have been attached by setup on another machine, which alone remembers it.
fn attached_by_others(others: &[Attached]) -> Option<Item> {
    let names: Vec<&str> = others.iter().map(|one| one.name.as_str()).collect();
    let count = counted(others.len() as u64, "connection");
    let what = format!("{count} at the webhooks plugin: {}", names.join(", "));
    let stays = Item::new(GATEWAY, what, Fate::Stays);
    let why = "nothing on this machine says that setup attached them: undo it where it was set up, \
               or detach them in the gateway's web app";
    (!others.is_empty()).then(|| stays.noting(why))
}
