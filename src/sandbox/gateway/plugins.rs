//! Plugins and the connections attached to them (hoophq/hoop `gateway/api/plugins/`,
//! `gateway/api/pluginconnections/`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::bind::{Kind, bind};
use super::{GatewayStandIn, Licence, Now, State, answer};
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

impl GatewayStandIn {
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

/// Reads a plugin's name and connections; `Err` is the answer.
fn read(
    gateway: &GatewayStandIn,
    request: &Request,
    now: Now,
) -> Result<(String, Vec<Attachment>, Map<String, Value>), Box<Reply>> {
    let refused = |status, text: &str| Box::new(answer::message(status, text));
    let fields =
        bind(&request.body, "PluginRequest", FIELDS).map_err(|text| refused(400, &text))?;
    let name = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let connections = fields.get("connections").and_then(Value::as_array);
    let missing: Vec<String> = [
        ("Name", name.is_empty()),
        ("Connections", connections.is_none()),
    ]
    .into_iter()
    .filter(|(_, is_missing)| *is_missing)
    .map(|(field, _)| answer::required("PluginRequest", field))
    .collect();
    if !missing.is_empty() {
        return Err(refused(400, &missing.join("\n")));
    }
    let mut attached: Vec<Attachment> = Vec::new();
    for item in connections.into_iter().flatten() {
        let id = item["id"].as_str().unwrap_or_default();
        if find(id).is_none_or(|connection| connection.id != id) {
            let text = format!("failed creating plugin {name}, reason=no connection {id}");
            return Err(refused(500, &text));
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
    let settings = settings.cloned().unwrap_or_default();
    Ok((name.to_owned(), attached, settings))
}

pub fn create(gateway: &GatewayStandIn, request: &Request, now: Now) -> Reply {
    let (name, connections, settings) = match read(gateway, request, now) {
        Ok(read) => read,
        Err(refusal) => return *refusal,
    };
    let id = gateway.random_id();
    let mut state = gateway.state();
    if state.plugins.iter().any(|plugin| plugin.name == name) {
        return answer::message(400, "plugin already enabled");
    }
    if let Err(text) = check_settings(&settings) {
        return answer::message(422, &text);
    }
    let plugin = Plugin {
        id,
        name,
        connections,
        settings,
    };
    state.prepare(&plugin.name);
    let reply = answer::json(201, &plugin.to_json(false));
    state.plugins.push(plugin);
    reply
}

/// Replaces the whole list of connections; the name in the body decides.
pub fn replace(gateway: &GatewayStandIn, request: &Request, now: Now) -> Reply {
    let (name, connections, _) = match read(gateway, request, now) {
        Ok(read) => read,
        Err(refusal) => return *refusal,
    };
    with_plugin(&mut gateway.state(), &name, |plugin| {
        plugin.connections = connections;
        // The answer shows no settings; they are kept.
        let settings = std::mem::take(&mut plugin.settings);
        let reply = answer::json(200, &plugin.to_json(false));
        plugin.settings = settings;
        reply
    })
}

/// The body is the settings themselves.
pub fn configure(state: &mut State, name: &str, request: &Request) -> Reply {
    let settings = match serde_json::from_slice::<Map<String, Value>>(&request.body) {
        Ok(settings) => settings,
        Err(_) => return answer::message(400, "EOF"),
    };
    if state.plugins.iter().all(|plugin| plugin.name != name) {
        return answer::message(404, "plugin not found");
    }
    if let Err(text) = check_settings(&settings) {
        return answer::message(422, &text);
    }
    state.prepare(name);
    with_plugin(state, name, |plugin| {
        plugin.settings = settings;
        answer::json(200, &plugin.to_json(false))
    })
}

fn check_settings(settings: &Map<String, Value>) -> Result<(), String> {
    for (key, value) in settings {
        let value = value.as_str().unwrap_or_default();
        if key.is_empty() {
            return Err("missing config key".to_owned());
        }
        if value.is_empty() {
            return Err(format!("missing config val for key={key}"));
        }
        if let Err(error) = STANDARD.decode(value) {
            return Err(format!("failed decoding key '{key}', err={error}"));
        }
    }
    Ok(())
}

fn with_plugin(state: &mut State, name: &str, change: impl FnOnce(&mut Plugin) -> Reply) -> Reply {
    match state.plugins.iter_mut().find(|plugin| plugin.name == name) {
        Some(plugin) => change(plugin),
        None => answer::message(404, "plugin not found"),
    }
}

impl State {
    /// Turning webhooks on creates the application at Svix.
    fn prepare(&mut self, plugin: &str) {
        if plugin == WEBHOOKS {
            self.svix.has_application = true;
        }
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
) -> Reply {
    let fields = [("config", Kind::Texts)];
    let config = match bind(&request.body, "PluginConnectionRequest", &fields) {
        Ok(mut fields) => fields.remove("config").unwrap_or_else(|| json!([])),
        Err(text) => return answer::message(400, &text),
    };
    if matches!(name, "review" | "dlp") {
        let text = "unable to manage review or dlp plugins, use the connection endpoint instead";
        return answer::message(400, text);
    }
    let new_id = gateway.random_id();
    let mut state = gateway.state();
    let plugin = state.plugins.iter_mut().find(|plugin| plugin.name == name);
    let (Some(plugin), Some(connection)) = (plugin, find(id)) else {
        return answer::message(404, NEITHER);
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
    reply
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
