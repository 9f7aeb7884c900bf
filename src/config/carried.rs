//! The profile in force as a settings file of its own, for another machine that runs it.

use toml::{Table, Value};

use super::error::ConfigError;
use super::file::{VERSION, checked};
use super::origin::Origin;
use super::secrets::SecretKind;
use super::settings::Settings;
use crate::domain::delivery::Delivery;

/// What is said on every machine, also where it came from a variable, a flag or the settings of the
/// gateway's command line here.
const SAID: [&str; 6] = ["site", "gateway.url", "service", "env", "tags", "trace.url"];

/// What is of one person or one machine: how answers look, what is kept, and where secrets lie.
const LEFT: [&str; 6] = [
    "output",
    "color",
    "tz",
    "ca_file",
    "recording_cache",
    "secrets",
];

/// The file's text: one profile, without comments, secrets and paths of this machine.
///
/// `ca_file` is where the certificates will lie, and `secrets` where the secrets will, for commands
/// that are run there by hand. The zone of windows goes along, since the other
/// machine has another.
///
/// # Errors
///
/// A settings file that changed into one that cannot be read, and windows in a zone without a name.
pub fn carried(
    settings: &Settings,
    delivery: Delivery,
    ca_file: Option<&str>,
    secrets: &[(SecretKind, String)],
) -> Result<String, ConfigError> {
    let name = &settings.profile.value;
    let mut profile = profile(settings)?;
    for key in LEFT {
        profile.remove(key);
    }
    if let Some(redaction) = profile.get_mut("redaction").and_then(Value::as_table_mut) {
        redaction.remove("key_file");
    }
    for key in SAID {
        let said = settings.value(key);
        if let Some(said) = said.filter(|said| said.origin != Origin::Profile) {
            set(&mut profile, key, &said.value);
        }
    }
    if let Some(zone) = zone(settings)? {
        set(&mut profile, "tz", &zone);
    }
    if let Some(file) = ca_file {
        set(&mut profile, "ca_file", file);
    }
    set(&mut profile, "delivery", delivery.as_str());
    let references = references(secrets);
    if !references.is_empty() {
        profile.insert("secrets".to_owned(), Value::Table(references));
    }
    let profiles = Table::from_iter([(name.clone(), Value::Table(profile))]);
    let file = Table::from_iter([
        ("version".to_owned(), Value::Integer(VERSION)),
        ("default_profile".to_owned(), Value::String(name.clone())),
        ("profiles".to_owned(), Value::Table(profiles)),
    ]);
    Ok(file.to_string())
}

/// `[profiles.NAME.secrets]` for those that a profile can refer to.
fn references(secrets: &[(SecretKind, String)]) -> Table {
    let kept = secrets
        .iter()
        .filter(|(kind, _)| SecretKind::KEPT.contains(kind));
    let references = kept.map(|(kind, path)| {
        let file = Table::from_iter([("file".to_owned(), Value::String(path.clone()))]);
        (kind.name().to_owned(), Value::Table(file))
    });
    references.collect()
}

/// The profile as it stands in the file; empty where it stands in none.
fn profile(settings: &Settings) -> Result<Table, ConfigError> {
    let path = settings.path.as_deref().filter(|_| settings.has_profile);
    let Some(path) = path else {
        return Ok(Table::new());
    };
    let mut file = checked(path)?;
    let profiles = file.remove("profiles");
    let profile = match profiles {
        Some(Value::Table(mut profiles)) => profiles.remove(&settings.profile.value),
        _ => None,
    };
    match profile {
        Some(Value::Table(profile)) => Ok(profile),
        _ => Ok(Table::new()),
    }
}

fn set(profile: &mut Table, key: &str, text: &str) {
    let value = match key {
        "tags" => {
            let tags = text.split(',').filter(|tag| !tag.is_empty());
            Value::Array(tags.map(|tag| Value::String(tag.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    if value.as_array().is_some_and(Vec::is_empty) {
        return;
    }
    match key.split_once('.') {
        None => drop(profile.insert(key.to_owned(), value)),
        Some((section, key)) => {
            let section = profile
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key.to_owned(), value);
            }
        }
    }
}

/// The zone that windows without one of their own are read in.
fn zone(settings: &Settings) -> Result<Option<String>, ConfigError> {
    let mut windows = settings.connections.iter().flat_map(|rule| &rule.windows);
    let unnamed = ConfigError::Value {
        what: "zone that another machine would know: name it by --tz, such as Europe/Berlin",
        value: "the zone of this machine".to_owned(),
        origin: "windows of connections".to_owned(),
    };
    match settings.tz.iana_name() {
        Some(name) if windows.next().is_some() => Ok(Some(name.to_owned())),
        None if windows.any(|window| window.tz.iana_name().is_none()) => Err(unnamed),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFile, Environment, Flags};
    use std::path::Path;

    /// The settings of a profile `prod`, in a file of their own.
    fn settings(text: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("a file");
        let flags = Flags {
            config: Some(path),
            profile: Some("prod".to_owned()),
            ..Flags::default()
        };
        let environment = Environment::of_pairs(variables.iter().copied());
        let settings = Settings::resolve(&flags, &environment).expect("settings");
        (folder, settings)
    }

    const FULL: &str = r#"
version = 1
# api key: 0123456789abcdef0123456789abcdef
[profiles.other]
site = "us5"
[profiles.prod]
site = "datadoghq.eu"
tags = ["team:platform"]
output = "json"
tz = "Europe/Berlin"
ca_file = "/home/dana/ca.pem"
[profiles.prod.redaction]
key_file = "/home/dana/key"
[[profiles.prod.redaction.rules]]
name = "badge"
regex = 'badge (?<secret>EMP-\d+)'
[[profiles.prod.connections]]
match = "prod-*"
environment = "production"
windows = [{ days = "sat", from = "22:00", to = "02:00" }]
"#;

    #[test]
    fn rules_go_along_and_what_is_of_this_machine_does_not() {
        let (_folder, settings) = settings(FULL, &[("HOOP_APIURL", "https://gw.example")]);
        let secrets = [
            (SecretKind::ApiKey, "/run/secrets/api-key".to_owned()),
            (
                SecretKind::SigningSecret,
                "/run/secrets/signing-secret".to_owned(),
            ),
        ];
        let text = carried(
            &settings,
            Delivery::Relay,
            Some("/etc/ddctl/ca.pem"),
            &secrets,
        )
        .expect("a file");
        let file = ConfigFile::parse(Path::new("carried"), &text).expect("settings");
        assert_eq!(file.default_profile.as_deref(), Some("prod"));
        assert_eq!(file.profiles.len(), 1);
        let profile = &file.profiles["prod"];
        assert_eq!(profile.site.as_deref(), Some("datadoghq.eu"));
        assert_eq!(profile.gateway.url.as_deref(), Some("https://gw.example"));
        assert_eq!(profile.service.as_deref(), Some("agent-access"));
        assert_eq!(profile.tz.as_deref(), Some("Europe/Berlin"));
        assert_eq!(profile.ca_file.as_deref(), Some("/etc/ddctl/ca.pem"));
        assert_eq!(profile.delivery.as_deref(), Some("relay"));
        assert_eq!(
            (&profile.output, &profile.redaction.key_file),
            (&None, &None)
        );
        let secrets = &profile.secrets.as_ref().expect("a section").references;
        assert_eq!(
            secrets["api-key"].file.as_deref(),
            Some("/run/secrets/api-key")
        );
        assert_eq!(
            secrets.len(),
            1,
            "of a signing secret nobody asks but the relay"
        );
        assert_eq!(profile.connections.len(), 1);
        assert_eq!(profile.connections[0].windows.len(), 1);
        assert!(
            !text.contains("0123456789abcdef") && !text.contains("dana"),
            "{text}"
        );
    }

    #[test]
    fn what_a_variable_says_here_is_said_in_the_file() {
        let variables = [
            ("DD_SITE", "us3"),
            ("DD_TAGS", "a:b c:d"),
            ("DD_ENV", "prod"),
        ];
        let (_folder, settings) = settings("[profiles.prod]\nsite = \"eu\"\n", &variables);
        let text = carried(&settings, Delivery::Follow, None, &[]).expect("a file");
        let file = ConfigFile::parse(Path::new("carried"), &text).expect("settings");
        let profile = &file.profiles["prod"];
        assert_eq!(profile.site.as_deref(), Some("us3.datadoghq.com"));
        assert_eq!(
            profile.tags.as_deref(),
            Some(&["a:b".to_owned(), "c:d".to_owned()][..])
        );
        assert_eq!(profile.env.as_deref(), Some("prod"));
        assert_eq!(profile.tz, None, "no window, no zone");
    }
}
