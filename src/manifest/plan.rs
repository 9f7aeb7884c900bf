//! What is to run, before anybody knows by what.

use super::name::Name;
use crate::config::SecretKind;

/// What runs, and with which facts of a profile.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: Name,
    pub profile: String,
    /// The settings file that goes along: TOML with this one profile.
    pub settings: String,
    /// Certificates trusted beside the system's, PEM.
    pub certificates: Option<String>,
    /// What an export takes; a relay takes webhooks.
    pub source: Source,
    pub mode: Mode,
    /// The values of `--to`.
    pub to: Vec<String>,
    /// Flags that somebody added.
    pub more: Vec<String>,
    /// Each is a file of its kind's name.
    pub secrets: Vec<SecretKind>,
    /// Variables of the process, none of them secret.
    pub variables: Vec<(&'static str, String)>,
    /// Variables whose values lie with the secrets.
    pub hidden: Vec<HiddenVariable>,
}

/// A variable whose value holds a password, and that ddctl reads from nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenVariable {
    pub name: &'static str,
    /// What it is called on this machine: `https_proxy` is `HTTPS_PROXY` too.
    pub here: &'static str,
}

impl HiddenVariable {
    /// The name of a file that holds it alone.
    pub fn file(self) -> String {
        self.name.to_lowercase().replace('_', "-")
    }
}

/// What an export takes from the gateway. Each has its own name and state, so that both can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Sessions,
    /// What administrators changed.
    Audit,
}

impl Source {
    /// The word before `export`.
    pub fn command(self) -> &'static str {
        match self {
            Source::Sessions => "sessions",
            Source::Audit => "audit",
        }
    }

    fn events(self) -> &'static str {
        match self {
            Source::Sessions => "session events",
            Source::Audit => "the audit log",
        }
    }
}

/// Which command of ddctl runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `export --new`, again and again.
    New { since: String },
    /// `export --follow`.
    Follow { since: String },
    /// `relay`.
    Relay(Option<Queue>),
}

/// NATS JetStream, over which several relays share the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub servers: String,
}

/// A secret as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretFile {
    pub kind: SecretKind,
    /// The flag that takes its path; `None` where a variable does.
    pub flag: Option<&'static str>,
}

impl SecretFile {
    pub fn of(kind: SecretKind) -> Self {
        let flag = match kind {
            SecretKind::ApiKey => Some("--api-key-file"),
            SecretKind::AppKey => Some("--app-key-file"),
            SecretKind::GatewayToken => Some("--gateway-token-file"),
            SecretKind::SigningSecret => Some("--signing-secret-file"),
            SecretKind::QueueCredential => Some("--queue-credential-file"),
            SecretKind::SvixToken => Some("--svix-token-file"),
            // Nothing that runs unattended registers anything.
            SecretKind::GatewayAdminToken | SecretKind::RedactionKey => None,
        };
        Self { kind, flag }
    }
}

/// The file beside the secrets with the hidden variables, a line for each.
pub const VARIABLES_FILE: &str = "variables.env";

/// The variable that names the file of the redaction key, for which there is no flag.
pub const REDACTION_KEY_FILE: &str = "DDCTL_REDACTION_KEY_FILE";

impl Mode {
    /// True for what receives webhooks.
    pub fn is_relay(&self) -> bool {
        matches!(self, Mode::Relay(_))
    }

    /// Its name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Mode::New { .. } => "new",
            Mode::Follow { .. } => "follow",
            Mode::Relay(_) => "relay",
        }
    }
}

impl Plan {
    /// The one line that describes it.
    pub fn about(&self) -> String {
        let events = self.source.events();
        match self.mode {
            Mode::New { .. } => format!("{events} of the gateway to Datadog, what is new"),
            Mode::Follow { .. } => format!("{events} of the gateway to Datadog, as they come"),
            Mode::Relay(_) => "webhooks of the gateway to Datadog".to_owned(),
        }
    }

    /// True where a secret goes by a variable.
    pub fn has_redaction_key(&self) -> bool {
        self.secrets.contains(&SecretKind::RedactionKey)
    }
}
