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
use crate::waiting::Cut;

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
        SecretError::Vault { source, .. } | SecretError::Index { source, .. } => {
            return of_vault(source);
        }
        SecretError::Cut(cut) => return of_cut(cut),
        SecretError::Command { .. } => "run the command by itself to see what it says",
        SecretError::File { .. } | SecretError::Empty { .. } | SecretError::Unusable { .. } => {
            "name a file that holds it and nothing else, and that the user of ddctl may read"
        }
        _ => return Verdict::plain(Exit::Credentials),
    };
    Verdict::hinted(Exit::Credentials, hint)
}

pub(super) fn of_vault(error: &VaultError) -> Verdict {
    let exit = match error {
        VaultError::Cut(cut) => return of_cut(cut),
        VaultError::NotAsked(why) => match why.downcast_ref() {
            Some(cut) => return of_cut(cut),
            None => Exit::Interrupted,
        },
        error if error.is_about_access() => Exit::Credentials,
        _ => Exit::Failed,
    };
    Verdict {
        exit,
        hints: error.hint().into_iter().collect(),
    }
}

/// A wait for a secret was cut off.
pub(super) fn of_cut(cut: &Cut) -> Verdict {
    Verdict::plain(match cut {
        Cut::Stopped => Exit::Interrupted,
        Cut::TimedOut(_) => Exit::Unreachable,
        Cut::TooLong => Exit::Failed,
    })
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
        ConfigError::Read { .. } => Verdict::hinted(
            Exit::Failed,
            "a settings file is text (UTF-8) that the user of ddctl may read; --config FILE names another",
        ),
        ConfigError::Write { .. } => Verdict::plain(Exit::Failed),
        ConfigError::Newer { .. } => Verdict::hinted(
            Exit::Usage,
            "use the ddctl that wrote it, or a newer one; --config FILE names another file",
        ),
        ConfigError::Site { .. } => Verdict::hinted(
            Exit::Usage,
            "set DD_SITE to the site that people sign in to, or `ddctl config set site SITE`",
        ),
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
        ConfigError::UnknownKey { .. }
        | ConfigError::Shape { .. }
        | ConfigError::Misread { .. }
        | ConfigError::Syntax { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config edit` opens the file and checks it on saving",
        ),
        ConfigError::Missing { .. } => Verdict::hinted(
            Exit::Usage,
            "`ddctl config set site SITE` and `ddctl setup` make it there",
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
