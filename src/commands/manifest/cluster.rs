//! Flags of what runs on Kubernetes, and what has to be there first.

use clap::Args;

use super::steps;
use crate::manifest::{Cluster, Name, PROGRAM, Plan, Quantity};

/// The image of this version, which nobody has published: `packaging/Containerfile` makes it.
pub const IMAGE: &str = concat!("ddctl:", env!("CARGO_PKG_VERSION"));

/// Where and of what.
#[derive(Debug, Args)]
pub struct ClusterFlags {
    /// The image; packaging/Containerfile makes it
    #[arg(long, value_name = "IMAGE", default_value = IMAGE, value_parser = image, help_heading = "Kubernetes")]
    image: String,
    /// Its namespace [default: that of whoever applies it]
    #[arg(long, value_name = "NAMESPACE", value_parser = namespace, help_heading = "Kubernetes")]
    namespace: Option<String>,
    /// The Secret with a key for each file [default: the name]
    #[arg(long, value_name = "NAME", value_parser = object, help_heading = "Kubernetes")]
    secret: Option<String>,
    /// Class of the volume [default: the cluster's]
    #[arg(long, value_name = "CLASS", value_parser = object, help_heading = "Kubernetes")]
    storage_class: Option<String>,
}

/// An image's name has no blanks; what else it is, the registry knows.
pub fn image(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_graphic() && !"\"'`$\\".contains(c);
    match !text.is_empty() && text.chars().all(is_part) {
        true => Ok(text.to_owned()),
        false => Err("it is an image such as registry.example.com/ddctl:1.2.3".to_owned()),
    }
}

/// A DNS label (RFC 1123).
fn namespace(text: &str) -> Result<String, String> {
    match label(text) && text.len() <= 63 {
        true => Ok(text.to_owned()),
        false => Err("it is small letters, digits and dashes, at most 63 of them".to_owned()),
    }
}

/// A name of several labels with dots between (RFC 1123).
fn object(text: &str) -> Result<String, String> {
    match text.split('.').all(label) && text.len() <= 253 {
        true => Ok(text.to_owned()),
        false => Err("it is small letters, digits, dashes and dots".to_owned()),
    }
}

fn label(text: &str) -> bool {
    let is_part = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    !text.is_empty() && text.chars().all(is_part) && !text.starts_with('-') && !text.ends_with('-')
}

impl ClusterFlags {
    /// With room for the state of what is called `name`.
    pub fn cluster(&self, name: &Name, storage: &Quantity) -> Cluster {
        Cluster {
            namespace: self.namespace.clone(),
            image: self.image.clone(),
            secret: self.secret.clone().unwrap_or_else(|| name.to_string()),
            storage: storage.clone(),
            storage_class: self.storage_class.clone(),
        }
    }
}

/// What has to be there before the objects are applied.
pub fn before(plan: &Plan, cluster: &Cluster) -> Vec<String> {
    let hidden = plan.hidden.iter().map(|variable| {
        let (here, file) = (variable.here, variable.file());
        format!("(umask 077; printf %s \"${here}\" > {file})")
    });
    let mut before: Vec<String> = steps::register(plan).into_iter().chain(hidden).collect();
    before.push(create_secret(plan, cluster));
    before.push(format!(
        "the image {} where the cluster pulls from",
        cluster.image
    ));
    before
}

fn create_secret(plan: &Plan, cluster: &Cluster) -> String {
    let kinds = plan.secrets.iter();
    let kinds = kinds.map(|kind| (kind.name().to_owned(), steps::source(*kind).to_owned()));
    let hidden = plan.hidden.iter().map(|one| (one.file(), one.file()));
    let files = kinds.chain(hidden);
    let files: String = files
        .map(|(key, file)| format!(" \\\n    --from-file={key}={file}"))
        .collect();
    let (secret, namespace) = (&cluster.secret, namespace_flag(cluster));
    format!("kubectl create secret generic {secret}{namespace}{files}")
}

/// A command in the pod of `object`, which has the settings, the secrets and the state.
pub fn doctor(cluster: &Cluster, object: &str) -> String {
    let namespace = namespace_flag(cluster);
    format!("kubectl exec{namespace} {object} -- {PROGRAM} doctor")
}

pub fn namespace_flag(cluster: &Cluster) -> String {
    let namespace = cluster.namespace.iter();
    namespace
        .map(|name| format!(" --namespace {name}"))
        .collect()
}
