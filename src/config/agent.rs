//! What the Datadog Agent of this machine has in its own `datadog.yaml`.
//!
//! The places are those of docs.datadoghq.com/agent/configuration/agent-configuration-files: on Linux
//! `/etc/datadog-agent`, on macOS `~/.datadog-agent`, which is looked for first everywhere.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::environment::Environment;
use crate::domain::secret::Secret;

const LINUX: &str = "/etc/datadog-agent/datadog.yaml";
const IN_HOME: &str = ".datadog-agent/datadog.yaml";

/// The site and the key of an Agent.
#[derive(Clone, Debug)]
pub struct AgentSettings {
    pub path: PathBuf,
    pub site: Option<String>,
    /// `None` where the file refers to one that lies elsewhere, as `ENC[…]`.
    pub api_key: Option<Secret>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    api_key: Option<String>,
}

impl AgentSettings {
    /// Reads the file; `None` where there is none or it cannot be read, which is the rule: it belongs
    /// to the Agent's own user.
    pub fn read(environment: &Environment) -> Option<Self> {
        let in_home = environment.home().map(|home| home.join(IN_HOME));
        let places = in_home.into_iter().chain([PathBuf::from(LINUX)]);
        places.into_iter().find_map(|path| read(&path))
    }
}

fn read(path: &Path) -> Option<AgentSettings> {
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).ok()?);
    let wire: Wire = serde_saphyr::from_str(&text).ok()?;
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let api_key = filled(wire.api_key).filter(|key| !key.starts_with("ENC["));
    Some(AgentSettings {
        path: path.to_owned(),
        site: filled(wire.site),
        api_key: api_key.map(|key| Secret::new(key.trim())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Option<AgentSettings> {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".datadog-agent")).expect("made");
        std::fs::write(home.path().join(IN_HOME), yaml).expect("written");
        let folder = home.path().to_str().expect("UTF-8");
        AgentSettings::read(&Environment::of_pairs([("HOME", folder)]))
    }

    #[test]
    fn site_and_key_of_an_agent_are_found() {
        let yaml = "## a comment\napi_key: 0123456789abcdef0123456789abcdef\nsite: datadoghq.eu\nlogs_enabled: true\n";
        let found = of(yaml).expect("settings");
        assert_eq!(found.site.as_deref(), Some("datadoghq.eu"));
        assert!(found.api_key.is_some());
    }

    #[test]
    fn a_key_that_lies_elsewhere_is_none() {
        let found = of("api_key: \"ENC[datadog]\"\n").expect("settings");
        assert!(found.api_key.is_none() && found.site.is_none());
    }
}
