//! The gateway's webhooks, where the way of delivery needs them: the address of the relay, the
//! secret that signs, the connections that are pushed.

use std::path::PathBuf;

use crate::commands::setup::found::Found;
use crate::commands::setup::walk::{Turn, Walk};
use crate::config::DEFAULT_PROFILE;
use crate::domain::connection::glob_matches;
use crate::domain::delivery::Delivery;
use crate::domain::endpoint::Endpoint;
use crate::gateway::{Gateway, GatewayError};
use crate::wizard::{Change, Field, Step};

/// The plugin of the gateway that pushes.
const PLUGIN: &str = "webhooks";

pub async fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    walk.changes.retain(|change| {
        !matches!(
            change,
            Change::Webhook { .. } | Change::Attached { .. } | Change::File { .. }
        )
    });
    let delivery = delivery(walk)?;
    if !matches!(delivery, Some(Delivery::Relay | Delivery::Webhook)) {
        walk.note(step, "done", Some("not needed for this way".to_owned()));
        return Ok(Turn::Next);
    }
    propose(walk);
    for field in step.asks {
        let is_of_relay = *field != Field::Attach;
        if is_of_relay && delivery == Some(Delivery::Webhook) {
            continue;
        }
        match walk.ask(*field, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
    }
    plan(walk).await?;
    let said = match delivery {
        Some(Delivery::Webhook) => "to Datadog's intake".to_owned(),
        _ => format!(
            "to {}",
            walk.answers.get(Field::RelayUrl).unwrap_or_default()
        ),
    };
    walk.note(step, "done", Some(said));
    Ok(Turn::Next)
}

fn delivery(walk: &Walk<'_>) -> anyhow::Result<Option<Delivery>> {
    let context = walk.stage.context()?;
    let delivery = context.settings()?.delivery.as_ref();
    Ok(delivery.map(|delivery| delivery.value))
}

/// The secret lies beside the settings, unless somebody says otherwise.
fn propose(walk: &mut Walk<'_>) {
    let folder = walk
        .stage
        .path
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default();
    let name = format!("{}-relay.secret", walk.stage.profile);
    let path = folder.join(name).display().to_string();
    let found = Found::new(path, "beside the settings");
    walk.found.entry(Field::SigningSecretFile).or_insert(found);
}

/// The name under which the endpoint is registered and found again.
pub fn endpoint_name(profile: &str) -> String {
    match profile {
        DEFAULT_PROFILE => "ddctl".to_owned(),
        // Svix takes letters, digits, `-`, `_` and `.` alone.
        profile => {
            let fits = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
            let kept: String = profile
                .chars()
                .map(|c| if fits(c) { c } else { '-' })
                .collect();
            format!("ddctl-{kept}")
        }
    }
}

/// What registering would change.
async fn plan(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    let context = walk.stage.context()?;
    let gateway = context.gateway(&walk.mode.secrets)?;
    let plugin = gateway.plugin(PLUGIN).await?;
    let uid = endpoint_name(&walk.stage.profile);
    let url = match delivery(walk)? {
        Some(Delivery::Webhook) => {
            let host = context.settings()?.site.value.logs_intake_host();
            format!("https://{host}/api/v2/logs")
        }
        _ => walk
            .answers
            .get(Field::RelayUrl)
            .unwrap_or_default()
            .to_owned(),
    };
    let known = match &plugin {
        Some(_) => known(&gateway, &uid).await?,
        None => None,
    };
    match known {
        None => plan_new(walk, uid, url),
        Some(known) if is_to(&known, &url) => {}
        Some(known) => walk.find(
            format!(
                "the endpoint {uid} exists and points elsewhere, to {}",
                printable(&known.url)
            ),
            &format!("`ddctl webhooks update {uid} --to {url}` changes it"),
        ),
    }
    let attached = plugin.map(|plugin| plugin.connections).unwrap_or_default();
    let attached: Vec<String> = attached.into_iter().map(|one| one.name).collect();
    plan_attaching(walk, &attached);
    Ok(())
}

fn plan_new(walk: &mut Walk<'_>, uid: String, url: String) {
    let secret = walk
        .answers
        .filled(Field::SigningSecretFile)
        .map(PathBuf::from);
    let is_relay = walk.answers.get(Field::Delivery) == Some(Delivery::Relay.as_str());
    if let Some(path) = secret.filter(|path| is_relay && !path.exists()) {
        walk.changes.push(Change::File {
            path,
            holds: "the secret that signs webhooks".to_owned(),
        });
    }
    walk.changes.push(Change::Webhook { uid, url });
}

fn plan_attaching(walk: &mut Walk<'_>, attached: &[String]) {
    let patterns = walk.answers.list(Field::Attach);
    let connections = walk.gateway.iter().flat_map(|gateway| &gateway.connections);
    let new = connections.filter(|one| {
        let is_meant = patterns
            .iter()
            .any(|pattern| glob_matches(pattern, &one.name));
        is_meant && !attached.contains(&one.name)
    });
    let new: Vec<Change> = new
        .map(|one| Change::Attached {
            id: one.id.clone(),
            name: one.name.clone(),
        })
        .collect();
    walk.changes.extend(new);
}

/// What the gateway has of what registering makes.
pub struct Registered {
    endpoints: Vec<Endpoint>,
    /// Names of attached connections.
    attached: Vec<String>,
}

impl Registered {
    /// # Errors
    ///
    /// A gateway that does not answer, or not to this token.
    pub async fn look(walk: &Walk<'_>) -> anyhow::Result<Self> {
        let gateway = walk.stage.context()?.gateway_as_admin(&walk.mode.secrets)?;
        let Some(plugin) = gateway.plugin(PLUGIN).await? else {
            return Ok(Self {
                endpoints: Vec::new(),
                attached: Vec::new(),
            });
        };
        let attached = plugin.connections.into_iter().map(|one| one.name);
        Ok(Self {
            attached: attached.collect(),
            endpoints: endpoints(&gateway).await?,
        })
    }

    /// True where a change came about, or is none of the gateway's and may have.
    pub fn has(&self, change: &Change) -> bool {
        match change {
            Change::Webhook { uid, .. } => self.endpoints.iter().any(|one| one.is_named(uid)),
            Change::Attached { name, .. } => self.attached.contains(name),
            Change::File { path, .. } => path.exists(),
            _ => true,
        }
    }
}

async fn known(gateway: &Gateway, uid: &str) -> anyhow::Result<Option<Endpoint>> {
    let all = endpoints(gateway).await?;
    Ok(all.into_iter().find(|one| one.is_named(uid)))
}

async fn endpoints(gateway: &Gateway) -> anyhow::Result<Vec<Endpoint>> {
    match gateway.webhook_endpoints().await {
        Ok(all) => Ok(all.rows),
        // There is no application at Svix yet.
        Err(GatewayError::Refused { status: 400, .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// The query of an intake's address is of no matter here.
fn is_to(endpoint: &Endpoint, url: &str) -> bool {
    let bare = |url: &str| {
        url.split('?')
            .next()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned()
    };
    bare(&endpoint.url) == bare(url)
}

/// Without its query, which may hold a key.
fn printable(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

/// The command that registers and attaches.
pub fn register_line(walk: &Walk<'_>) -> Vec<String> {
    let uid = endpoint_name(&walk.stage.profile);
    let mut line: Vec<String> = ["webhooks", "register", "--uid", &uid, "--yes"]
        .map(str::to_owned)
        .to_vec();
    match walk.answers.get(Field::Delivery) {
        Some("webhook") => line.extend(["--to".to_owned(), "logs".to_owned()]),
        _ => {
            let url = walk.answers.get(Field::RelayUrl).unwrap_or_default();
            let file = walk
                .answers
                .get(Field::SigningSecretFile)
                .unwrap_or_default();
            line.extend(["--to", url, "--signing-secret-file", file].map(str::to_owned));
        }
    }
    for pattern in walk.answers.list(Field::Attach) {
        line.extend(["--attach".to_owned(), pattern.to_owned()]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_an_endpoint_of_its_own() {
        assert_eq!(endpoint_name("default"), "ddctl");
        assert_eq!(endpoint_name("lab 2"), "ddctl-lab-2");
    }
}
