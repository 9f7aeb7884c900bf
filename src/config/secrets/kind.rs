//! The secrets that a command may ask for, and their names.

use crate::domain::secret::Secret;

/// The secrets a command may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    ApiKey,
    AppKey,
    GatewayToken,
    /// Of the gateway's administrator; asked for where something is registered there.
    GatewayAdminToken,
    /// The organisation's, of the Svix server behind the gateway.
    SvixToken,
    /// Of webhooks; lives in a file alone.
    SigningSecret,
    /// Of the tokens in redaction marks; the profile names its file.
    RedactionKey,
    /// Of a relay on the NATS servers of its queue: a token, `user:password`, or the text of a
    /// `.creds` file.
    QueueCredential,
}

impl SecretKind {
    /// Those that the vault keeps and that a profile can refer to. Signing secrets are not among
    /// them: several hold at once, and the relay reads them from its file.
    pub const KEPT: [SecretKind; 7] = [
        SecretKind::ApiKey,
        SecretKind::AppKey,
        SecretKind::GatewayToken,
        SecretKind::GatewayAdminToken,
        SecretKind::SvixToken,
        SecretKind::RedactionKey,
        SecretKind::QueueCredential,
    ];

    /// The one of this name among those that are kept.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::KEPT.into_iter().find(|kind| kind.name() == name)
    }

    /// The one that somebody means who puts it where settings are: `api_key`, `DD_APP_KEY`.
    pub fn meant_by(key: &str) -> Option<Self> {
        let name = key.to_ascii_lowercase().replace(['_', '.'], "-");
        Self::of_name(name.strip_prefix("dd-").unwrap_or(&name))
    }

    /// What may be shown of one. A credential of the queue may be a name and a short password, of which
    /// the last characters say much.
    pub fn masked(self, secret: &Secret) -> String {
        match self {
            SecretKind::QueueCredential => "****".to_owned(),
            _ => secret.masked(),
        }
    }

    /// The name of `auth`, of `[profiles.NAME.secrets]` and of the docs.
    pub fn name(self) -> &'static str {
        match self {
            SecretKind::ApiKey => "api-key",
            SecretKind::AppKey => "app-key",
            SecretKind::GatewayToken => "gateway-token",
            SecretKind::GatewayAdminToken => "gateway-admin-token",
            SecretKind::SvixToken => "svix-token",
            SecretKind::SigningSecret => "signing-secret",
            SecretKind::RedactionKey => "redaction-key",
            SecretKind::QueueCredential => "queue-credential",
        }
    }

    /// Variables that may hold it, first one wins.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            SecretKind::ApiKey => &["DDCTL_API_KEY", "DD_API_KEY", "DATADOG_API_KEY"],
            SecretKind::AppKey => &[
                "DDCTL_APP_KEY",
                "DD_APP_KEY",
                "DATADOG_APP_KEY",
                "DD_APPLICATION_KEY",
            ],
            SecretKind::GatewayToken => &["DDCTL_GATEWAY_TOKEN", "HOOP_TOKEN"],
            SecretKind::GatewayAdminToken => &["DDCTL_GATEWAY_ADMIN_TOKEN"],
            SecretKind::SvixToken => &["DDCTL_SVIX_TOKEN"],
            SecretKind::SigningSecret => &[],
            SecretKind::RedactionKey => &["DDCTL_REDACTION_KEY"],
            SecretKind::QueueCredential => &["DDCTL_QUEUE_CREDENTIAL"],
        }
    }

    /// What it is, in words.
    pub fn what(self) -> &'static str {
        match self {
            SecretKind::ApiKey => "Datadog API key",
            SecretKind::AppKey => "Datadog application key",
            SecretKind::GatewayToken => "gateway token",
            SecretKind::GatewayAdminToken => "gateway token of an administrator",
            SecretKind::SvixToken => "Svix token",
            SecretKind::SigningSecret => "signing secret",
            SecretKind::RedactionKey => "redaction key",
            SecretKind::QueueCredential => "credential of the queue",
        }
    }
}
