//! Whether a secret is one: its shape first, then whoever it is for is asked.

use anyhow::Context as _;

use crate::config::{SecretError, SecretFlags, SecretKind, accepted};
use crate::context::Context;
use crate::datadog::{check_api_key_shape, check_app_key_shape, token_kind};
use crate::domain::redaction::TokenKey;
use crate::domain::secret::Secret;

/// Whether somebody said that it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    Good,
    /// Nobody was asked, for this reason.
    Not(&'static str),
}

/// Refuses what cannot be a secret of its kind. Nobody is asked, and nothing of it is shown.
pub fn check_shape(kind: SecretKind, secret: &Secret) -> anyhow::Result<()> {
    if secret.is_empty() {
        let why = "it is empty";
        return Err(SecretError::Unusable { kind, why }.into());
    }
    if kind == SecretKind::RedactionKey {
        TokenKey::new(secret.clone())?;
    }
    accepted(kind, secret.clone())?;
    match kind {
        SecretKind::ApiKey => check_api_key_shape(secret)?,
        SecretKind::AppKey => check_app_key_shape(secret)?,
        _ => {}
    }
    Ok(())
}

/// Asks whoever the secret is for.
///
/// # Errors
///
/// It is refused, or nobody answers.
pub async fn ask(context: &Context, kind: SecretKind, secret: &Secret) -> anyhow::Result<Checked> {
    let asked = match kind {
        SecretKind::ApiKey => {
            let datadog = context.datadog_with(secret.clone())?;
            datadog.validate().await.map_err(anyhow::Error::from)
        }
        SecretKind::AppKey => return ask_about_app_key(context, secret).await,
        SecretKind::GatewayToken | SecretKind::GatewayAdminToken => {
            if context.settings()?.gateway_url.is_none() {
                return Ok(Checked::Not("no gateway is named yet"));
            }
            let gateway = context.gateway_with(secret.clone())?;
            gateway.user_info().await.map(drop).map_err(Into::into)
        }
        SecretKind::SvixToken => {
            let Some(url) = &context.settings()?.svix_url else {
                return Ok(Checked::Not("no Svix server is named yet"));
            };
            let svix = context.svix_with(&url.value, secret.clone())?;
            svix.event_types().await.map(drop).map_err(Into::into)
        }
        SecretKind::SigningSecret | SecretKind::RedactionKey | SecretKind::QueueCredential => {
            return Ok(Checked::Not("nobody can be asked about it"));
        }
    };
    asked.with_context(|| not_kept(kind))?;
    Ok(Checked::Good)
}

/// Datadog takes an application key beside an API key alone, and a token by itself.
async fn ask_about_app_key(context: &Context, secret: &Secret) -> anyhow::Result<Checked> {
    let flags = SecretFlags::default();
    let api_key = match token_kind(secret) {
        Some(_) => None,
        None => match context.optional_secret(SecretKind::ApiKey, &flags)? {
            None => return Ok(Checked::Not("it takes an API key beside it")),
            api_key => api_key,
        },
    };
    let datadog = context.datadog_of(api_key, Some(secret.clone()))?;
    let verdict = datadog.validate_application_key().await;
    verdict
        .result
        .with_context(|| not_kept(SecretKind::AppKey))?;
    Ok(Checked::Good)
}

fn not_kept(kind: SecretKind) -> String {
    format!(
        "check the {} before it is kept (--no-check keeps it unasked)",
        kind.what()
    )
}
