//! What runs a profile without anybody watching: objects of Kubernetes, units of systemd, a file of
//! Compose, as values. Pure: what is in force is handed in as a [`Plan`], and files come out.
//!
//! All forms agree on this: secrets are files that the platform mounts, and no value of one passes
//! through here; the profile goes along as a settings file of its own; the state lies on a volume
//! that one process has; and whoever stops it waits for longer than it may drain.

mod command_line;
mod compose;
mod kubernetes;
mod name;
mod plan;
mod schedule;
mod systemd;

pub use command_line::{CHECKED_SETTINGS, checked as command_line};
pub use compose::{Composed, SECRETS_FOLDER as COMPOSE_SECRETS, compose};
pub use kubernetes::{
    Cluster, Quantity, SECRETS_FOLDER as CLUSTER_SECRETS, cronjob, deployment, relay,
};
pub use name::Name;
pub use plan::{HiddenVariable, Mode, Plan, Queue, SecretFile, Source, VARIABLES_FILE};
pub use schedule::{Calendar, Cron};
pub use systemd::{Host, certificates_file, settings_file, systemd};

use std::time::Duration;

use serde_json::Value;

use crate::delivery::DRAIN;

/// A file that is to lie at `path` on the machine that runs it, or that is handed to its tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub content: String,
}

/// Between the wish to stop and the kill: what was read drains, then the door and the state are
/// closed and the summary is written.
const GRACE: Duration = DRAIN.saturating_add(Duration::from_secs(30));

/// The image's user, who owns nothing else: the `nonroot` of distroless images.
const USER: u32 = 65_532;

/// Where the image has the program.
pub const PROGRAM: &str = "/usr/bin/ddctl";

/// Where a container has the certificates.
pub const CERTIFICATES_FILE: &str = "/etc/ddctl/ca.pem";

/// The port of `/healthz`, `/readyz` and `/metrics`.
pub const HEALTH_PORT: u16 = 8080;

/// The port that webhooks come in at.
pub const DOOR_PORT: u16 = 8787;

/// The variable that names the settings file, for whoever runs another command there.
const SETTINGS_VARIABLE: &str = "DDCTL_CONFIG";

/// Measured: 61 MB resident of a debug build that follows or relays, most of it pages of its code;
/// the shipped one is held to 48 MB at any number of events.
const MEMORY_REQUEST: &str = "64Mi";

/// Four times that: a full window of requests and SQLite's cache stay far below it.
const MEMORY_LIMIT: &str = "256Mi";

/// A twentieth of a core: a shipper waits.
const CPU_REQUEST: &str = "50m";

/// One YAML document, as YAML 1.1 and 1.2 read it alike: tools of Kubernetes speak the older one.
fn yaml(value: &Value) -> String {
    let written = serde_saphyr::to_string(value).expect("a tree of plain values is YAML");
    // The empty lines of a block are set in like the others, which linters refuse.
    let lines = written.lines().map(|line| match line.trim_start() {
        "" => "",
        _ => line,
    });
    let tidy: String = lines.flat_map(|line| [line, "\n"]).collect();
    match serde_saphyr::from_str::<Value>(&tidy) {
        Ok(read) if read == *value => tidy,
        // A line of blanks alone that is meant.
        _ => written,
    }
}

#[cfg(test)]
mod testing {
    use super::*;
    use crate::config::SecretKind;

    /// A follower of the profile `default`.
    pub fn plan() -> Plan {
        Plan {
            name: "ddctl".parse().expect("a name"),
            profile: "default".to_owned(),
            settings: "version = 1\ndefault_profile = \"default\"\n".to_owned(),
            certificates: None,
            source: Source::Sessions,
            mode: Mode::Follow {
                since: "1h".to_owned(),
            },
            to: vec!["logs".to_owned()],
            more: Vec::new(),
            secrets: vec![SecretKind::ApiKey, SecretKind::GatewayToken],
            variables: Vec::new(),
            hidden: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_reader_would_take_for_no_text_is_quoted() {
        // The words and numbers of YAML 1.1 too (yaml.org/type).
        for text in [
            "no",
            "yes",
            "on",
            "off",
            "y",
            "N",
            "null",
            "~",
            "true",
            "1e3",
            "0x1F",
            "1_000",
            "012",
            "12:30:00",
            "2026-11-22",
            ".inf",
            "=",
            "<<",
            "",
            " x",
            "a: b",
            "a #b",
            "- a",
            "@a",
            "%a",
        ] {
            let written = yaml(&serde_json::json!({ "name": text }));
            let value = written.trim().trim_start_matches("name:").trim();
            let is_quoted = value.starts_with(['"', '\'']);
            assert!(is_quoted, "{text:?} is written {value}");
        }
    }

    #[test]
    fn an_empty_line_of_a_block_has_no_blanks_and_one_of_blanks_has() {
        let written = |text: &str| {
            let value = serde_json::json!({ "data": { "config.toml": text } });
            let written = yaml(&value);
            let read: Value = serde_saphyr::from_str(&written).expect("YAML");
            assert_eq!(read, value);
            written
        };
        let has_blanks = |text: &str| text.lines().any(|line| line.ends_with(' '));
        assert!(!has_blanks(&written("a = 1\n\n[b]\nc = 2\n")));
        assert!(has_blanks(&written("a = \"\"\"\n          \nb\"\"\"\n")));
    }

    #[test]
    fn whoever_stops_it_waits_for_longer_than_it_drains() {
        assert!(GRACE >= DRAIN + Duration::from_secs(15));
    }
}
