//! The process's environment, read once in `main.rs` and handed down.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Variables and the folders that follow from them.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// From the process. A variable that is not UTF-8 is none of ours.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads it")]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self {
            variables: variables.collect(),
        }
    }

    /// From pairs, for tests and for the demo's own world.
    pub fn of_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            variables: variables.collect(),
        }
    }

    /// Without some of its variables.
    pub fn without(&self, names: &[&str]) -> Self {
        let mut variables = self.variables.clone();
        variables.retain(|name, _| !names.contains(&name.as_str()));
        Self { variables }
    }

    /// A variable's value; one that is set but empty counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The first of `names` that is set, and its name.
    pub fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// Every variable with its value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.variables.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Where settings live: `$XDG_CONFIG_HOME`, else the platform's folder.
    pub fn config_folder(&self) -> Option<PathBuf> {
        if let Some(folder) = self.get("XDG_CONFIG_HOME") {
            return Some(PathBuf::from(folder).join("ddctl"));
        }
        let platform = match cfg!(target_os = "macos") {
            true => "Library/Application Support/ddctl",
            false => ".config/ddctl",
        };
        self.home().map(|home| home.join(platform))
    }

    /// Where state lives: `$XDG_STATE_HOME/ddctl`, else `~/.local/state/ddctl`.
    pub fn state_folder(&self) -> Option<PathBuf> {
        if let Some(folder) = self.get("XDG_STATE_HOME") {
            return Some(PathBuf::from(folder).join("ddctl"));
        }
        self.home().map(|home| home.join(".local/state/ddctl"))
    }

    /// Where what can be fetched again is kept: `$XDG_CACHE_HOME/ddctl`, else the platform's
    /// folder.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        if let Some(folder) = self.get("XDG_CACHE_HOME") {
            return Some(PathBuf::from(folder).join("ddctl"));
        }
        let platform = match cfg!(target_os = "macos") {
            true => "Library/Caches/ddctl",
            false => ".cache/ddctl",
        };
        self.home().map(|home| home.join(platform))
    }
}
