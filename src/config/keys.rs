//! The settings a profile can hold, in one table: names, variables, meaning.

use super::file::Profile;

/// One setting of a profile that is a single value.
pub struct Key {
    /// As it is spelled in the file and in `config get` and `set`.
    pub name: &'static str,
    /// Variables that override the file, first one wins.
    pub variables: &'static [&'static str],
    pub help: &'static str,
    /// The value in a profile, as text.
    pub of_profile: fn(&Profile) -> Option<String>,
}

/// Every single-valued setting. `connections` and `redaction.rules`
/// are lists of tables and have no key of their own.
pub const KEYS: [Key; 17] = [
    Key {
        name: "site",
        variables: &["DDCTL_SITE", "DD_SITE", "DATADOG_SITE"],
        help: "Datadog site, such as datadoghq.eu",
        of_profile: |profile| profile.site.clone(),
    },
    Key {
        name: "gateway.url",
        variables: &["DDCTL_GATEWAY_URL", "HOOP_APIURL"],
        help: "address of the gateway",
        of_profile: |profile| profile.gateway.url.clone(),
    },
    Key {
        name: "svix.url",
        variables: &["DDCTL_SVIX_URL"],
        help: "address of the Svix server behind the gateway",
        of_profile: |profile| profile.svix.url.clone(),
    },
    Key {
        name: "service",
        variables: &["DDCTL_SERVICE", "DD_SERVICE", "DATADOG_SERVICE"],
        help: "service that session events are filed under",
        of_profile: |profile| profile.service.clone(),
    },
    Key {
        name: "env",
        variables: &["DDCTL_ENV", "DD_ENV", "DATADOG_ENV"],
        help: "value of the env: tag",
        of_profile: |profile| profile.env.clone(),
    },
    Key {
        name: "tags",
        variables: &["DDCTL_TAGS", "DD_TAGS", "DATADOG_TAGS"],
        help: "tags on every event, comma-separated",
        of_profile: |profile| profile.tags.as_ref().map(|tags| tags.join(",")),
    },
    Key {
        name: "trace.url",
        variables: &["DDCTL_TRACE_URL"],
        help: "page of a trace on its platform, such as https://exec.example/traces/{trace_id}",
        of_profile: |profile| profile.trace.url.clone(),
    },
    Key {
        name: "output",
        variables: &["DDCTL_OUTPUT"],
        help: "table, json, ndjson, yaml or csv",
        of_profile: |profile| profile.output.clone(),
    },
    Key {
        name: "color",
        variables: &["DDCTL_COLOR"],
        help: "auto, always or never",
        of_profile: |profile| profile.color.clone(),
    },
    Key {
        name: "tz",
        variables: &["DDCTL_TZ"],
        help: "time zone of tables and of bare times, such as Europe/Berlin",
        of_profile: |profile| profile.tz.clone(),
    },
    Key {
        name: "ca_file",
        variables: &["DDCTL_CA_FILE"],
        help: "certificates (PEM) trusted beside the system's",
        of_profile: |profile| profile.ca_file.clone(),
    },
    Key {
        name: "recording_cache",
        variables: &["DDCTL_RECORDING_CACHE"],
        help: "on or off: keep finished recordings on this machine",
        of_profile: |profile| profile.recording_cache.clone(),
    },
    Key {
        name: "redaction.key_file",
        variables: &["DDCTL_REDACTION_KEY_FILE"],
        help: "file with the key that gives the same secret the same mark",
        of_profile: |profile| profile.redaction.key_file.clone(),
    },
    Key {
        name: "namespace",
        variables: &["DDCTL_NAMESPACE"],
        help: "whose monitors and dashboards are kept as code; the profile's name unless set",
        of_profile: |profile| profile.namespace.clone(),
    },
    Key {
        name: "delivery",
        variables: &["DDCTL_DELIVERY"],
        help: "how the gateway's events reach Datadog: export, follow, relay or webhook",
        of_profile: |profile| profile.delivery.clone(),
    },
    Key {
        name: "retention_days",
        variables: &["DDCTL_RETENTION_DAYS"],
        help: "for how many days sessions and their events have to be kept; doctor compares",
        of_profile: |profile| profile.retention_days.map(|days| days.to_string()),
    },
    Key {
        name: "secrets.store",
        variables: &["DDCTL_SECRETS_STORE"],
        help: "where `auth set` keeps secrets: keyring or file",
        of_profile: |profile| profile.secrets.as_ref()?.store.clone(),
    },
];

impl Key {
    pub fn find(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }
}
