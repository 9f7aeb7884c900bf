//! The objects around a pod.

use serde_json::{Map, Value, json};

use super::{Cluster, pod};
use crate::domain::digest::{hex, sha256};
use crate::manifest::plan::Plan;
use crate::manifest::{DOOR_PORT, File, yaml};

/// The objects of one plan.
#[derive(Clone, Copy)]
pub struct Objects<'a> {
    pub plan: &'a Plan,
    pub cluster: &'a Cluster,
}

impl Objects<'_> {
    /// What tells its pods from all others, for good: a selector never changes.
    pub fn selector(&self) -> Value {
        json!({
            "app.kubernetes.io/name": "ddctl",
            "app.kubernetes.io/instance": self.plan.name.to_string(),
        })
    }

    /// The recommended labels (kubernetes.io/docs/concepts/overview/working-with-objects/common-labels).
    pub fn labels(&self) -> Value {
        json!({
            "app.kubernetes.io/name": "ddctl",
            "app.kubernetes.io/instance": self.plan.name.to_string(),
            "app.kubernetes.io/version": env!("CARGO_PKG_VERSION"),
        })
    }

    fn metadata(&self) -> Value {
        let mut metadata = Map::new();
        metadata.insert("name".to_owned(), json!(self.plan.name.to_string()));
        if let Some(namespace) = &self.cluster.namespace {
            metadata.insert("namespace".to_owned(), json!(namespace));
        }
        metadata.insert("labels".to_owned(), self.labels());
        Value::Object(metadata)
    }

    /// An object that is its `spec`.
    pub fn object(&self, api_version: &str, kind: &str, spec: Value) -> Value {
        json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": self.metadata(),
            "spec": spec,
        })
    }

    /// All of them, as one file that `kubectl apply -f -` takes.
    pub fn file<const N: usize>(&self, objects: [Value; N]) -> File {
        File {
            path: format!("{}.yaml", self.plan.name),
            content: objects.iter().map(yaml).collect::<Vec<_>>().join("---\n"),
        }
    }
}

/// The settings file, and the certificates that it names.
pub fn settings(objects: &Objects<'_>) -> Value {
    let mut data = Map::new();
    data.insert(pod::SETTINGS_FILE.to_owned(), json!(objects.plan.settings));
    if let Some(certificates) = &objects.plan.certificates {
        data.insert(pod::CERTIFICATES_FILE.to_owned(), json!(certificates));
    }
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": objects.metadata(),
        "data": data,
    })
}

/// What the pod reads when it begins: other settings make another pod.
pub fn digest(plan: &Plan) -> String {
    let certificates = plan.certificates.as_deref().unwrap_or_default();
    let text = format!("{}\0{certificates}", plan.settings);
    // Text in memory can be read.
    sha256(text.as_bytes())
        .map(|digest| hex(&digest))
        .unwrap_or_default()
}

/// Room for the state, held by one node at a time.
pub fn claim(cluster: &Cluster) -> Value {
    let mut claim = json!({
        "accessModes": ["ReadWriteOnce"],
        "resources": { "requests": { "storage": cluster.storage.to_string() } },
    });
    if let Some(class) = &cluster.storage_class {
        claim["storageClassName"] = json!(class);
    }
    claim
}

pub fn volume_claim(objects: &Objects<'_>) -> Value {
    objects.object("v1", "PersistentVolumeClaim", claim(objects.cluster))
}

/// One relay at most goes at a time when nodes are emptied.
pub fn disruptions(objects: &Objects<'_>) -> Value {
    let spec = json!({
        "maxUnavailable": 1,
        "selector": { "matchLabels": objects.selector() },
    });
    objects.object("policy/v1", "PodDisruptionBudget", spec)
}

/// Where an Ingress finds the relay's door.
pub fn service(objects: &Objects<'_>) -> Value {
    let spec = json!({
        "type": "ClusterIP",
        "selector": objects.selector(),
        "ports": [{
            "name": pod::DOOR,
            "port": DOOR_PORT,
            "targetPort": pod::DOOR,
            "protocol": "TCP",
        }],
    });
    objects.object("v1", "Service", spec)
}
