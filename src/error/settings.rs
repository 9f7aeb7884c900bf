//! What is wrong on this side: settings, secrets, keys of the wrong shape, questions that nobody answers.

use std::io;

use super::{Exit, Verdict};
use crate::config::vault::VaultError;
use crate::config::{ConfigError, SecretError, SecretKind};
use crate::datadog::KeyShape;
use crate::domain::redaction::WeakKey;
use crate::listen::ListenError;
use crate::relay::KeysError;
use crate::ui::prompt::CannotAsk;
pub(super) fn of_secret(error: &SecretError) -> Verdict {
    let hint = match error {
        SecretError::Missing {
            kind: SecretKind::ApiKey,
        } => {
            "set DD_API_KEY, give it by --api-key-file FILE or --api-key-stdin, or keep it: \
             `ddctl auth set api-key`"
        }
        SecretError::Missing {
            kind: SecretKind::AppKey,
        } => "set DD_APP_KEY, give it by --app-key-file FILE, or keep it: `ddctl auth set app-key`",
        SecretError::Missing {
            kind: SecretKind::GatewayToken,
        } => {
            "set HOOP_TOKEN, give it by --gateway-token-file FILE, keep it (`ddctl auth set \
             gateway-token`), or sign in with `hoop login`"
        }
        SecretError::Missing {
            kind: SecretKind::SvixToken,
        } => {
            "set DDCTL_SVIX_TOKEN, give it by --svix-token-file FILE, or keep it: \
             `ddctl auth set svix-token`"
        }
        SecretError::Vault { source, .. } => return of_vault(source),
        SecretError::Command { .. } => "run the command by itself to see what it says",
        _ => return Verdict::plain(Exit::Credentials),
    };
    Verdict::hinted(Exit::Credentials, hint)
}

pub(super) fn of_vault(error: &VaultError) -> Verdict {
    let exit = match error {
        VaultError::NotAsked(_) => Exit::Interrupted,
        error if error.is_about_access() => Exit::Credentials,
        _ => Exit::Failed,
    };
    Verdict {
        exit,
        hints: error.hint().into_iter().collect(),
    }
}

pub(super) fn of_weak_key(_: &WeakKey) -> Verdict {
    Verdict::hinted(Exit::Usage, "`openssl rand -hex 32` makes a good one")
}

/// The address was chosen by whoever started it, and no other try frees it.
pub(super) fn of_listen(error: &ListenError) -> Option<Verdict> {
    let hint = match error.source.kind() {
        io::ErrorKind::AddrInUse => "another program listens there: name another port",
        io::ErrorKind::PermissionDenied => "ports below 1024 are root's: name another port",
        _ => return None,
    };
    Some(Verdict::hinted(Exit::Usage, hint))
}

pub(super) fn of_config(error: &ConfigError) -> Verdict {
    match error {
        ConfigError::Read { .. } | ConfigError::Write { .. } => Verdict::plain(Exit::Failed),
        ConfigError::Overtaken { .. } => Verdict::hinted(
            Exit::Failed,
            "open it again, and change what you wanted there",
        ),
        ConfigError::Secret { kind, .. } => Verdict::hinted(
            Exit::Usage,
            format!(
                "`ddctl auth set {0}` keeps it; or say where it is: [profiles.NAME.secrets] {0} = \
                 {{ file = \"PATH\" }}",
                kind.name()
            ),
        ),
        ConfigError::UnknownKey { .. } | ConfigError::Shape { .. } | ConfigError::Syntax { .. } => {
            Verdict::hinted(
                Exit::Usage,
                "`ddctl config edit` opens the file and checks it on saving",
            )
        }
        ConfigError::Missing { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config set site SITE --config FILE` makes one",
        ),
        ConfigError::UnknownProfile { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config set site SITE --profile NAME` makes one",
        ),
        _ => Verdict::plain(Exit::Usage),
    }
}

pub(super) fn of_keys(_: &KeysError) -> Verdict {
    Verdict::hinted(
        Exit::Credentials,
        "`ddctl webhooks register` makes one and keeps it in the file that it is given",
    )
}

pub(super) fn of_key_shape(shape: &KeyShape) -> Verdict {
    Verdict::hinted(Exit::Credentials, shape.advice())
}

pub(super) fn of_question(error: &CannotAsk) -> Verdict {
    Verdict::hinted(Exit::Usage, format!("answer it by {}", error.flag))
}
