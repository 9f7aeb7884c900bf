//! What setup changes, each with what was there before: shown before it is done, recorded after it,
//! and enough to undo it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::rules::Rule;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Change {
    /// A value of the profile; `after` is `None` where it is taken out.
    Setting {
        key: String,
        before: Option<String>,
        after: Option<String>,
    },
    /// What the profile says of some connections.
    Rule { before: Option<Rule>, after: Rule },
    /// A key or token is kept. What it replaces is not: there is no second copy of a secret.
    Secret {
        name: String,
        place: String,
        replaces: bool,
    },
    /// A file that is made.
    File { path: PathBuf, holds: String },
    /// An endpoint on the gateway.
    Webhook { uid: String, url: String },
    /// A connection whose sessions the gateway pushes from now on.
    Attached { id: String, name: String },
    /// Monitors and dashboards at Datadog, marked as the namespace's.
    Pack {
        pack: String,
        namespace: String,
        site: String,
    },
}

/// A place that is not this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Datadog,
    Gateway,
}

impl Change {
    /// Where it was made, unless that is this machine.
    pub fn place(&self) -> Option<Place> {
        match self {
            Change::Webhook { .. } | Change::Attached { .. } => Some(Place::Gateway),
            Change::Pack { .. } => Some(Place::Datadog),
            Change::Setting { .. }
            | Change::Rule { .. }
            | Change::Secret { .. }
            | Change::File { .. } => None,
        }
    }

    /// In a line for people: what it is, what it was, what it becomes.
    pub fn text(&self) -> String {
        match self {
            Change::Setting { key, before, after } => {
                format!("{key}: {}", turned(before.as_deref(), after.as_deref()))
            }
            Change::Rule { before, after } => {
                let was = before.as_ref().map(Rule::text);
                let becomes = after.text();
                let turned = turned(was.as_deref(), Some(&becomes));
                format!("connections {}: {turned}", after.pattern)
            }
            Change::Secret {
                name,
                place,
                replaces,
            } => match replaces {
                true => format!("{name}: replaced in {place}"),
                false => format!("{name}: kept in {place}"),
            },
            Change::File { path, holds } => format!("{}: made, with {holds}", path.display()),
            Change::Webhook { uid, url } => format!("webhook endpoint {uid}: to {url}"),
            Change::Attached { name, .. } => format!("connection {name}: its sessions are pushed"),
            Change::Pack {
                pack,
                namespace,
                site,
            } => format!("pack {pack}: at {site}, in the namespace {namespace}"),
        }
    }

    /// Two changes of the same thing.
    pub fn is_of_the_same(&self, other: &Change) -> bool {
        match (self, other) {
            (Change::Setting { key: a, .. }, Change::Setting { key: b, .. })
            | (Change::Secret { name: a, .. }, Change::Secret { name: b, .. })
            | (Change::Webhook { uid: a, .. }, Change::Webhook { uid: b, .. })
            | (Change::Attached { id: a, .. }, Change::Attached { id: b, .. }) => a == b,
            (Change::Rule { after: a, .. }, Change::Rule { after: b, .. }) => {
                a.pattern == b.pattern
            }
            (Change::File { path: a, .. }, Change::File { path: b, .. }) => a == b,
            (
                Change::Pack {
                    pack,
                    namespace,
                    site,
                },
                Change::Pack {
                    pack: other_pack,
                    namespace: other_namespace,
                    site: other_site,
                },
            ) => (pack, namespace, site) == (other_pack, other_namespace, other_site),
            _ => false,
        }
    }

    /// The two in one, this one first: from what was there at the very beginning to what is there
    /// now.
    pub fn and_then(&self, later: &Change) -> Change {
        match (self, later) {
            (Change::Setting { before, .. }, Change::Setting { key, after, .. }) => {
                Change::Setting {
                    key: key.clone(),
                    before: before.clone(),
                    after: after.clone(),
                }
            }
            (Change::Rule { before, .. }, Change::Rule { after, .. }) => Change::Rule {
                before: before.clone(),
                after: after.clone(),
            },
            (Change::Secret { replaces, .. }, Change::Secret { name, place, .. }) => {
                Change::Secret {
                    name: name.clone(),
                    place: place.clone(),
                    replaces: *replaces,
                }
            }
            (_, later) => later.clone(),
        }
    }
}

fn turned(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (None, Some(after)) => after.to_owned(),
        (Some(before), Some(after)) => format!("{before} -> {after}"),
        (Some(before), None) => format!("{before} -> (none)"),
        (None, None) => "(none)".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn setting(before: Option<&str>, after: &str) -> Change {
        Change::Setting {
            key: "site".to_owned(),
            before: before.map(str::to_owned),
            after: Some(after.to_owned()),
        }
    }

    #[test]
    fn a_change_says_what_was_there() {
        assert_eq!(setting(None, "b").text(), "site: b");
        assert_eq!(setting(Some("a"), "b").text(), "site: a -> b");
    }

    #[test]
    fn two_changes_of_one_thing_go_back_to_the_beginning() {
        let (first, second) = (setting(Some("a"), "b"), setting(Some("b"), "c"));
        assert!(first.is_of_the_same(&second));
        assert_eq!(first.and_then(&second), setting(Some("a"), "c"));
    }

    #[test]
    fn changes_of_different_things_are_told_apart() {
        let pack = |pack: &str| Change::Pack {
            pack: pack.to_owned(),
            namespace: "default".to_owned(),
            site: "datadoghq.eu".to_owned(),
        };
        assert!(!pack("hoop").is_of_the_same(&pack("genai")));
        assert!(!pack("hoop").is_of_the_same(&setting(None, "x")));
    }
}
