//! The pod: one container that may do nothing but its work.

use serde_json::{Value, json};

use super::Cluster;
use super::objects::{Objects, digest};
use crate::config::SecretKind;
use crate::manifest::command_line::{Places, words};
use crate::manifest::plan::{Plan, REDACTION_KEY_FILE};
use crate::manifest::{
    CPU_REQUEST, DOOR_PORT, GRACE, HEALTH_PORT, MEMORY_LIMIT, MEMORY_REQUEST, PROGRAM,
    SETTINGS_VARIABLE, USER,
};

pub const CONTAINER: &str = "ddctl";
pub const SETTINGS_FILE: &str = "config.toml";
pub const CERTIFICATES_FILE: &str = "ca.pem";

/// The names of the state's volume and of the port of the door.
pub const STATE: &str = "state";
pub const DOOR: &str = "webhooks";

const HEALTH: &str = "health";
const SETTINGS_FOLDER: &str = "/etc/ddctl";
/// Where the pod has a file for each secret.
pub const SECRETS_FOLDER: &str = "/run/secrets/ddctl";
const STATE_FOLDER: &str = "/var/lib/ddctl";

/// `0440`: for the group that the files are given to.
const SECRET_MODE: u32 = 0o440;

/// What becomes of a pod that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// The Job decides.
    Never,
    Always,
    /// As `Always`, one of several, which are to stand on different nodes.
    Spread,
}

pub struct Pod<'a> {
    pub plan: &'a Plan,
    pub cluster: &'a Cluster,
    pub restart: Restart,
}

impl Pod<'_> {
    /// With the labels that it is found by.
    pub fn template(&self) -> Value {
        let objects = Objects {
            plan: self.plan,
            cluster: self.cluster,
        };
        json!({
            "metadata": {
                "labels": objects.labels(),
                "annotations": { "ddctl/settings": digest(self.plan) },
            },
            "spec": self.spec(&objects),
        })
    }

    fn spec(&self, objects: &Objects<'_>) -> Value {
        let mut spec = json!({
            // It asks nothing of the cluster, and a Service's variables could pass for settings.
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": GRACE.as_secs(),
            "restartPolicy": match self.restart {
                Restart::Never => "Never",
                Restart::Always | Restart::Spread => "Always",
            },
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": { "type": "RuntimeDefault" },
            },
        });
        if self.restart == Restart::Spread {
            spec["topologySpreadConstraints"] = json!([{
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": { "matchLabels": objects.selector() },
            }]);
        }
        spec["containers"] = json!([self.container()]);
        spec["volumes"] = self.volumes();
        spec
    }

    fn container(&self) -> Value {
        let mut container = json!({
            "name": CONTAINER,
            "image": self.cluster.image,
            "command": [PROGRAM],
            "args": self.arguments(),
            "env": self.variables(),
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": { "drop": ["ALL"] },
            },
            // No limit of CPU: a throttled door answers late.
            "resources": {
                "requests": { "cpu": CPU_REQUEST, "memory": MEMORY_REQUEST },
                "limits": { "memory": MEMORY_LIMIT },
            },
        });
        if self.restart != Restart::Never {
            container["ports"] = self.ports();
            container["startupProbe"] = probe("/healthz", 5, 60);
            container["livenessProbe"] = probe("/healthz", 20, 3);
            container["readinessProbe"] = probe("/readyz", 10, 3);
        }
        container["volumeMounts"] = json!([
            { "name": "settings", "mountPath": SETTINGS_FOLDER, "readOnly": true },
            { "name": "secrets", "mountPath": SECRETS_FOLDER, "readOnly": true },
            { "name": STATE, "mountPath": STATE_FOLDER },
            { "name": "tmp", "mountPath": "/tmp" },
        ]);
        container
    }

    fn arguments(&self) -> Vec<String> {
        let places = Places {
            settings: &format!("{SETTINGS_FOLDER}/{SETTINGS_FILE}"),
            health: &format!("0.0.0.0:{HEALTH_PORT}"),
            door: &format!("0.0.0.0:{DOOR_PORT}"),
        };
        let words = words(self.plan, places);
        let words = words
            .iter()
            .map(|word| word.render(SECRETS_FOLDER, literal));
        words.collect()
    }

    fn variables(&self) -> Value {
        let mut variables = vec![
            (
                SETTINGS_VARIABLE,
                format!("{SETTINGS_FOLDER}/{SETTINGS_FILE}"),
            ),
            ("XDG_STATE_HOME", STATE_FOLDER.to_owned()),
        ];
        variables.extend(self.plan.variables.iter().cloned());
        if self.plan.has_redaction_key() {
            let file = format!("{SECRETS_FOLDER}/{}", SecretKind::RedactionKey.name());
            variables.push((REDACTION_KEY_FILE, file));
        }
        let shown = variables.iter();
        let shown = shown.map(|(name, value)| json!({ "name": name, "value": literal(value) }));
        shown.chain(self.hidden_variables()).collect()
    }

    fn hidden_variables(&self) -> impl Iterator<Item = Value> {
        let hidden = self.plan.hidden.iter();
        hidden.map(|variable| {
            let key = json!({ "name": self.cluster.secret, "key": variable.file() });
            json!({ "name": variable.name, "valueFrom": { "secretKeyRef": key } })
        })
    }

    fn ports(&self) -> Value {
        let health = json!({ "name": HEALTH, "containerPort": HEALTH_PORT, "protocol": "TCP" });
        match self.plan.mode.is_relay() {
            true => json!([
                { "name": DOOR, "containerPort": DOOR_PORT, "protocol": "TCP" },
                health,
            ]),
            false => json!([health]),
        }
    }

    fn volumes(&self) -> Value {
        let name = self.plan.name.to_string();
        let items = self.plan.secrets.iter();
        let items = items.map(|kind| json!({ "key": kind.name(), "path": kind.name() }));
        let mut volumes = vec![
            json!({ "name": "settings", "configMap": { "name": name } }),
            // Named one by one, so that a pod with a missing one says which.
            json!({ "name": "secrets", "secret": {
                "secretName": self.cluster.secret,
                "defaultMode": SECRET_MODE,
                "items": items.collect::<Vec<_>>(),
            }}),
            json!({ "name": "tmp", "emptyDir": { "sizeLimit": "64Mi" } }),
        ];
        if self.restart != Restart::Spread {
            let claim = json!({ "claimName": name });
            volumes.push(json!({ "name": STATE, "persistentVolumeClaim": claim }));
        }
        Value::Array(volumes)
    }
}

/// Asks every `period_s` seconds, and gives up after `failures` answers in a row that are none.
fn probe(path: &str, period_s: u32, failures: u32) -> Value {
    json!({
        "httpGet": { "path": path, "port": HEALTH },
        "periodSeconds": period_s,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    })
}

/// Kubernetes puts variables in the place of `$(NAME)`, and `$$` is a dollar.
fn literal(text: &str) -> String {
    text.replace("$(", "$$(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_variable_stays_as_it_is() {
        assert_eq!(literal("tag:$(HOME)"), "tag:$$(HOME)");
        assert_eq!(literal("5$"), "5$");
    }
}
