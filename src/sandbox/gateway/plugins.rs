//! Plugins and the connections attached to them (hoophq/hoop `gateway/api/plugins/`,
//! `gateway/api/pluginconnections/`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::bind::{Kind, bind};
use super::{GatewayStandIn, Licence, Now, ORG_ID, State, answer, webhooks};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::connections::{Approval, CONNECTIONS, find};
use crate::sandbox::world::part_id;

const WEBHOOKS: &str = "webhooks";

#[derive(Clone, Debug)]
pub struct Plugin {
    id: String,
    name: String,
    connections: Vec<Attachment>,
    /// Sorted by key; the values are base64.
    settings: Map<String, Value>,
}

#[derive(Clone, Debug)]
struct Attachment {
    id: String,
    connection_id: String,
    /// A list of texts or null.
    config: Value,
    updated_at: Timestamp,
}

/// What every gateway has from its first start.
pub fn given(seed: u64, now: Timestamp) -> Vec<Plugin> {
    let names = ["audit", "dlp", "editor", "review", "slack"];
    let plugin = |(at, name): (usize, &str)| Plugin {
        id: part_id(seed, at as u64, "plugin").to_string(),
        name: name.to_owned(),
        connections: given_attachments(seed, name, now),
        settings: Map::new(),
    };
    names.into_iter().enumerate().map(plugin).collect()
}

fn given_attachments(seed: u64, plugin: &str, now: Timestamp) -> Vec<Attachment> {
    let config = |approval| match (plugin, approval) {
        ("audit" | "editor" | "slack", _) => Some(Value::Null),
        ("review", Approval::Reviewers(group)) => Some(json!([group])),
        _ => None,
    };
    let attached = CONNECTIONS.into_iter().enumerate();
    attached
        .filter_map(|(at, connection)| {
            Some(Attachment {
                id: part_id(seed, at as u64, plugin).to_string(),
                connection_id: connection.id.to_owned(),
                config: config(connection.approval)?,
                updated_at: now,
            })
        })
        .collect()
}

impl Plugin {
    fn to_json(&self, is_redacted: bool) -> Value {
        let connections: Vec<Value> = self.connections.iter().map(Attachment::in_plugin).collect();
        json!({
            "id": self.id,
            "name": self.name,
            "connections": connections,
            "config": self.config(is_redacted),
            "source": null,
            "priority": 0,
        })
    }

    fn config(&self, is_redacted: bool) -> Value {
        if self.settings.is_empty() {
            return Value::Null;
        }
        let shown = self.settings.iter().map(|(key, value)| match is_redacted {
            true => (key.clone(), json!("REDACTED")),
            false => (key.clone(), value.clone()),
        });
        json!({"id": self.id, "envvars": shown.collect::<Value>()})
    }
}

impl Attachment {
    fn in_plugin(&self) -> Value {
        let name = find(&self.connection_id).map_or("", |connection| connection.name);
        json!({"id": self.connection_id, "name": name, "config": self.config})
    }

    fn to_json(&self, plugin_id: &str) -> Value {
        json!({
            "id": self.id,
            "plugin_id": plugin_id,
            "connection_id": self.connection_id,
            "config": self.config,
            "updated_at": self.updated_at,
        })
    }
}

/// Whether sessions of the connection are seen by the webhooks plugin.
pub fn is_attached_to_webhooks(state: &State, connection_id: &str) -> bool {
    state
        .plugins
        .iter()
        .filter(|plugin| plugin.name == WEBHOOKS)
        .flat_map(|plugin| &plugin.connections)
        .any(|attached| attached.connection_id == connection_id)
}

impl GatewayStandIn {
    /// Turning webhooks on creates the application at Svix.
    fn prepare(&self, plugin: &str) -> Result<(), Box<Reply>> {
        if plugin == WEBHOOKS {
            webhooks::create_application(&self.svix, ORG_ID)?;
        }
        Ok(())
    }

    /// Whether every session on the connection would be refused: on an open-source licence the
    /// webhooks plugin refuses whatever is attached to it
    /// (hoophq/hoop `gateway/transport/plugins/webhooks/webhooks.go`).
    pub fn refuses_sessions_on(&self, connection: &str) -> bool {
        let state = self.state();
        let attached = state
            .plugins
            .iter()
            .filter(|plugin| plugin.name == WEBHOOKS)
            .flat_map(|plugin| &plugin.connections);
        let mut attached = attached.filter_map(|it| find(&it.connection_id));
        self.options.licence == Licence::Oss && attached.any(|it| it.name == connection)
    }
}

pub fn list(state: &State) -> Reply {
    let plugins = state.plugins.iter().map(|plugin| plugin.to_json(true));
    answer::json(200, &plugins.collect())
}

pub fn get(state: &State, name: &str) -> Reply {
    match state.plugins.iter().find(|plugin| plugin.name == name) {
        Some(plugin) => answer::json(200, &plugin.to_json(false)),
        None => answer::message(404, "plugin not found"),
    }
}

const FIELDS: &[(&str, Kind)] = &[
    ("config", Kind::Object),
    ("connections", Kind::List),
    ("name", Kind::Text),
];

/// A plugin as it is asked for.
struct Wanted {
    name: String,
    connections: Vec<Attachment>,
    settings: Map<String, Value>,
}

fn read(gateway: &GatewayStandIn, request: &Request, now: Now) -> Result<Wanted, Box<Reply>> {
    let fields = bind(&request.body, "PluginRequest", FIELDS)?;
    let name = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let connections = fields.get("connections").and_then(Value::as_array);
    check_required(name, connections.is_some())?;
    let mut attached: Vec<Attachment> = Vec::new();
    for item in connections.into_iter().flatten() {
        let id = item["id"].as_str().unwrap_or_default();
        if find(id).is_none_or(|connection| connection.id != id) {
            let text = format!("failed creating plugin {name}, reason=no connection {id}");
            return answer::refused(500, &text);
        }
        if attached.iter().all(|other| other.connection_id != id) {
            attached.push(Attachment {
                id: gateway.random_id(),
                connection_id: id.to_owned(),
                config: item["config"].clone(),
                updated_at: now.at,
            });
        }
    }
    let settings = fields
        .get("config")
        .and_then(|config| config["envvars"].as_object());
    Ok(Wanted {
        name: name.to_owned(),
        connections: attached,
        settings: settings.cloned().unwrap_or_default(),
    })
}

fn check_required(name: &str, has_connections: bool) -> Result<(), Box<Reply>> {
    let fields = [("Name", !name.is_empty()), ("Connections", has_connections)];
    let missing: Vec<String> = fields
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(field, _)| answer::required("PluginRequest", field))
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => answer::refused(400, &missing.join("\n")),
    }
}

pub fn create(gateway: &GatewayStandIn, request: &Request, now: Now) -> Answer {
    let wanted = read(gateway, request, now)?;
    let id = gateway.random_id();
    let mut state = gateway.state();
    if state
        .plugins
        .iter()
        .any(|plugin| plugin.name == wanted.name)
    {
        return answer::refused(400, "plugin already enabled");
    }
    check_settings(&wanted.settings)?;
    let plugin = Plugin {
        id,
        name: wanted.name,
        connections: wanted.connections,
        settings: wanted.settings,
    };
    gateway.prepare(&plugin.name)?;
    let reply = answer::json(201, &plugin.to_json(false));
    state.plugins.push(plugin);
    Ok(reply)
}

/// Replaces the whole list of connections; the name in the body decides. The answer shows no
/// settings, but they are kept.
pub fn replace(gateway: &GatewayStandIn, request: &Request, now: Now) -> Answer {
    let wanted = read(gateway, request, now)?;
    let mut state = gateway.state();
    let plugin = state.plugin(&wanted.name)?;
    plugin.connections = wanted.connections;
    let settings = std::mem::take(&mut plugin.settings);
    let reply = answer::json(200, &plugin.to_json(false));
    plugin.settings = settings;
    Ok(reply)
}

/// The body is the settings themselves.
pub fn configure(gateway: &GatewayStandIn, name: &str, request: &Request) -> Answer {
    let Ok(settings) = serde_json::from_slice::<Map<String, Value>>(&request.body) else {
        return answer::refused(400, "EOF");
    };
    let mut state = gateway.state();
    state.plugin(name)?;
    check_settings(&settings)?;
    gateway.prepare(name)?;
    let plugin = state.plugin(name)?;
    plugin.settings = settings;
    Ok(answer::json(200, &plugin.to_json(false)))
}

fn check_settings(settings: &Map<String, Value>) -> Result<(), Box<Reply>> {
    for (key, value) in settings {
        let value = value.as_str().unwrap_or_default();
        let text = match (key.as_str(), value, STANDARD.decode(value)) {
            ("", _, _) => "missing config key".to_owned(),
            (_, "", _) => format!("missing config val for key={key}"),
            (_, _, Err(error)) => format!("failed decoding key '{key}', err={error}"),
            (_, _, Ok(_)) => continue,
        };
        return answer::refused(422, &text);
    }
    Ok(())
}

impl State {
    fn plugin(&mut self, name: &str) -> Result<&mut Plugin, Box<Reply>> {
        let found = self.plugins.iter_mut().find(|plugin| plugin.name == name);
        found.map_or_else(|| answer::refused(404, "plugin not found"), Ok)
    }
}

const NEITHER: &str = "either the plugin or the connection does not exist";

pub fn connection(state: &State, name: &str, id: &str) -> Reply {
    let plugin = state.plugins.iter().find(|plugin| plugin.name == name);
    let found = plugin.and_then(|plugin| {
        let attached = plugin
            .connections
            .iter()
            .find(|it| it.connection_id == id)?;
        Some(attached.to_json(&plugin.id))
    });
    match found {
        Some(attached) => answer::json(200, &attached),
        None => answer::message(404, NEITHER),
    }
}

pub fn attach(
    gateway: &GatewayStandIn,
    name: &str,
    id: &str,
    request: &Request,
    now: Now,
) -> Answer {
    let fields = [("config", Kind::Texts)];
    let mut fields = bind(&request.body, "PluginConnectionRequest", &fields)?;
    let config = fields.remove("config").unwrap_or_else(|| json!([]));
    if matches!(name, "review" | "dlp") {
        let text = "unable to manage review or dlp plugins, use the connection endpoint instead";
        return answer::refused(400, text);
    }
    let new_id = gateway.random_id();
    let mut state = gateway.state();
    let plugin = state.plugins.iter_mut().find(|plugin| plugin.name == name);
    let (Some(plugin), Some(connection)) = (plugin, find(id)) else {
        return answer::refused(404, NEITHER);
    };
    let old = plugin
        .connections
        .iter()
        .position(|it| it.connection_id == connection.id);
    let attached = Attachment {
        id: old.map_or(new_id, |at| plugin.connections[at].id.clone()),
        connection_id: connection.id.to_owned(),
        config,
        updated_at: now.at,
    };
    let reply = answer::json(200, &attached.to_json(&plugin.id));
    match old {
        Some(at) => plugin.connections[at] = attached,
        None => plugin.connections.push(attached),
    }
    Ok(reply)
}

pub fn detach(state: &mut State, name: &str, id: &str) -> Reply {
    let plugin = state.plugins.iter_mut().find(|plugin| plugin.name == name);
    let removed = plugin.and_then(|plugin| {
        let at = plugin
            .connections
            .iter()
            .position(|it| it.connection_id == id)?;
        Some(plugin.connections.remove(at))
    });
    match removed {
        Some(_) => answer::no_content(),
        None => answer::message(404, NEITHER),
    }
}
