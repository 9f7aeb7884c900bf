//! A file of Compose (github.com/compose-spec/compose-spec): one service, its settings within, its
//! secrets beside it.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};

use super::command_line::{Places, Word, words};
use super::plan::{Plan, REDACTION_KEY_FILE, VARIABLES_FILE};
use super::{
    CERTIFICATES_FILE, DOOR_PORT, File, GRACE, HEALTH_PORT, MEMORY_LIMIT, PROGRAM,
    SETTINGS_VARIABLE, USER, yaml,
};
use crate::config::SecretKind;

const SETTINGS_FILE: &str = "/etc/ddctl/config.toml";
/// Where the container has a file for each secret.
pub const SECRETS_FOLDER: &str = "/run/secrets";
const STATE_FOLDER: &str = "/var/lib/ddctl";

/// What the file needs to know besides the plan.
#[derive(Clone, Debug)]
pub struct Composed {
    pub image: String,
    /// The folder with a file for each secret, as the file of Compose is to name it.
    pub secrets: String,
    /// Where a relay's door is on this machine.
    pub door: SocketAddr,
}

/// One file. Its settings stand in it, which Compose 2.23.1 and newer reads.
pub fn compose(plan: &Plan, composed: &Composed) -> File {
    let name = plan.name.to_string();
    let mut services = Map::new();
    services.insert(name.clone(), service(plan, composed));
    let mut configs = Map::new();
    configs.insert(
        "settings".to_owned(),
        json!({ "content": literal(&plan.settings) }),
    );
    if let Some(certificates) = &plan.certificates {
        configs.insert(
            "certificates".to_owned(),
            json!({ "content": literal(certificates) }),
        );
    }
    let secrets = plan.secrets.iter().map(|kind| {
        let file = format!("{}/{}", composed.secrets, kind.name());
        (kind.name().to_owned(), json!({ "file": literal(&file) }))
    });
    let file = json!({
        "name": name,
        "services": services,
        "volumes": { "state": {} },
        "configs": configs,
        "secrets": secrets.collect::<Map<_, _>>(),
    });
    File {
        path: "compose.yaml".to_owned(),
        content: yaml(&file),
    }
}

fn service(plan: &Plan, composed: &Composed) -> Value {
    let user = format!("{USER}:{USER}");
    let mut service = json!({
        "image": literal(&composed.image),
        "entrypoint": [PROGRAM],
        "command": arguments(plan),
        "environment": variables(plan),
        "user": user,
        "read_only": true,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/tmp"],
        "restart": "unless-stopped",
        "stop_grace_period": format!("{}s", GRACE.as_secs()),
        "mem_limit": MEMORY_LIMIT.trim_end_matches('i').to_lowercase() + "b",
    });
    if !plan.hidden.is_empty() {
        let file = format!("{}/{VARIABLES_FILE}", composed.secrets);
        service["env_file"] = json!([literal(&file)]);
    }
    if plan.mode.is_relay() {
        service["ports"] = json!([{
            "target": DOOR_PORT,
            "published": composed.door.port().to_string(),
            "host_ip": composed.door.ip().to_string(),
        }]);
    }
    service["volumes"] = json!([{ "type": "volume", "source": "state", "target": STATE_FOLDER }]);
    let mut configs = vec![json!({ "source": "settings", "target": SETTINGS_FILE })];
    if plan.certificates.is_some() {
        configs.push(json!({ "source": "certificates", "target": CERTIFICATES_FILE }));
    }
    service["configs"] = Value::Array(configs);
    let secrets = plan.secrets.iter().map(|kind| json!(kind.name()));
    service["secrets"] = secrets.collect();
    // The image holds no other program to ask with. Unhealthy is also what waits on a person.
    service["healthcheck"] = json!({
        "test": ["CMD", PROGRAM, "--quiet", "status"],
        "interval": "30s",
        "timeout": "5s",
        "retries": 3,
        "start_period": "60s",
    });
    service
}

fn arguments(plan: &Plan) -> Vec<String> {
    let places = Places {
        settings: SETTINGS_FILE,
        health: &format!("0.0.0.0:{HEALTH_PORT}"),
        door: &format!("0.0.0.0:{DOOR_PORT}"),
    };
    let words = words(plan, places);
    let render = |word: &Word| word.render(SECRETS_FOLDER, literal);
    words.iter().map(render).collect()
}

fn variables(plan: &Plan) -> Value {
    let mut variables = Map::new();
    variables.insert(SETTINGS_VARIABLE.to_owned(), json!(SETTINGS_FILE));
    variables.insert("XDG_STATE_HOME".to_owned(), json!(STATE_FOLDER));
    for (name, value) in &plan.variables {
        variables.insert((*name).to_owned(), json!(literal(value)));
    }
    if plan.has_redaction_key() {
        let file = format!("{SECRETS_FOLDER}/{}", SecretKind::RedactionKey.name());
        variables.insert(REDACTION_KEY_FILE.to_owned(), json!(file));
    }
    Value::Object(variables)
}

/// Compose puts variables in the place of `$NAME`, and `$$` is a dollar.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::testing::plan;

    #[test]
    fn a_dollar_of_the_settings_is_no_variable() {
        let mut plan = plan();
        plan.settings = "regex = \"EMP$\"\n".to_owned();
        let composed = Composed {
            image: "ddctl".to_owned(),
            secrets: "./secrets".to_owned(),
            door: ([127, 0, 0, 1], 9_000).into(),
        };
        let file = compose(&plan, &composed);
        let read: Value = serde_saphyr::from_str(&file.content).expect("YAML");
        assert_eq!(
            read["configs"]["settings"]["content"],
            "regex = \"EMP$$\"\n"
        );
        assert_eq!(read["services"]["ddctl"]["mem_limit"], "256mb");
    }
}
