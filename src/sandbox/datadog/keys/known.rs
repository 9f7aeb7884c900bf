//! Every key and token that the sandbox knows, in the shapes of real ones.

/// The API key, valid on one site of the sandbox only.
pub const API_KEY: &str = "0123456789abcdef0123456789abcdef";
/// The application key (`ddapp_` and 34 characters), without scopes: it may do everything.
pub const APP_KEY: &str = "ddapp_0123456789abcdefghijABCDEFGHIJ4567";
/// An application key that may read monitors and logs and nothing else.
pub const SCOPED_APP_KEY: &str = "ddapp_0123456789abcdefghijABCDEFGHIJ5a5a";
/// An application key that may read monitors, dashboards, events, logs and their indexes.
pub const READ_ONLY_APP_KEY: &str = "ddapp_0123456789abcdefghijABCDEFGHIJ6b6b";
/// An application key with every scope that any operation here asks for. It is scoped all the
/// same, so log monitors refuse it.
pub const FULLY_SCOPED_APP_KEY: &str = "ddapp_0123456789abcdefghijABCDEFGHIJ7c7c";
/// A personal access token with the same scopes.
pub const PERSONAL_TOKEN: &str =
    "ddpat_0123456789abcdefghijAB_0123456789abcdefghijABCDEFGHIJ0123456";
/// A service access token that may read what [`READ_ONLY_APP_KEY`] may.
pub const SERVICE_TOKEN: &str =
    "ddsat_0123456789abcdefghijCD_0123456789abcdefghijABCDEFGHIJ6543210";

/// An application key or a token.
#[derive(Debug)]
pub struct Known {
    pub id: &'static str,
    pub name: &'static str,
    pub secret: &'static str,
    pub scopes: Option<&'static [&'static str]>,
}

const READING: &[&str] = &[
    "monitors_read",
    "dashboards_read",
    "events_read",
    "logs_read_data",
    "logs_read_config",
];
const EVERYTHING: &[&str] = &[
    "apm_read",
    "monitors_read",
    "monitors_write",
    "dashboards_read",
    "dashboards_write",
    "events_read",
    "logs_read_data",
    "logs_read_config",
    "user_app_keys",
];

/// Those of the one user, in the order they were made.
pub const APPLICATION_KEYS: &[Known] = &[
    Known {
        id: "e177e012-5179-4275-ad0e-000000000001",
        name: "sandbox",
        secret: APP_KEY,
        scopes: None,
    },
    Known {
        id: "e177e012-5179-4275-ad0e-000000000002",
        name: "sandbox, scoped",
        secret: SCOPED_APP_KEY,
        scopes: Some(&["monitors_read", "logs_read_data"]),
    },
    Known {
        id: "e177e012-5179-4275-ad0e-000000000003",
        name: "sandbox, read only",
        secret: READ_ONLY_APP_KEY,
        scopes: Some(READING),
    },
    Known {
        id: "e177e012-5179-4275-ad0e-000000000004",
        name: "sandbox, every scope",
        secret: FULLY_SCOPED_APP_KEY,
        scopes: Some(EVERYTHING),
    },
];

pub const TOKENS: &[Known] = &[
    Known {
        id: "da1bd5f8-847b-4aec-a33d-000000000001",
        name: "sandbox, personal",
        secret: PERSONAL_TOKEN,
        scopes: Some(EVERYTHING),
    },
    Known {
        id: "da1bd5f8-847b-4aec-a33d-000000000002",
        name: "sandbox, service",
        secret: SERVICE_TOKEN,
        scopes: Some(READING),
    },
];

/// True for what stands in the place of an application key and is a token.
pub fn looks_like_token(text: &str) -> bool {
    let text = text.trim_start();
    ["ddpat_", "ddsat_"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

impl Known {
    /// What Datadog shows of a secret once it was made.
    pub fn last4(&self) -> &'static str {
        &self.secret[self.secret.len().saturating_sub(4)..]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn application_keys_can_be_told_apart_by_their_last_four_characters() {
        let ends: BTreeSet<_> = APPLICATION_KEYS.iter().map(Known::last4).collect();
        assert_eq!(ends.len(), APPLICATION_KEYS.len());
        assert!(APPLICATION_KEYS.iter().all(|key| key.secret.len() == 40));
    }
}
