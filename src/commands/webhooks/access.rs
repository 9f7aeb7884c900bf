//! The two roads to the endpoints: the gateway's API, and the Svix server behind it.

use std::path::PathBuf;

use clap::Args;

use crate::commands::flags::GatewayAccess;
use crate::config::SecretFlags;
use crate::context::Context;
use crate::domain::endpoint::{
    Attempt, Change, Counts, Endpoint, Message, NewEndpoint, NewEventType, NewMessage,
};
use crate::error::UsageError;
use crate::gateway::{Endpoints, Gateway, GatewayError};
use crate::svix::{Svix, SvixApplication};

/// Which servers are asked, and with what.
#[derive(Debug, Default, Args)]
pub struct WebhookAccess {
    /// Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)
    #[arg(long, value_name = "URL")]
    svix_url: Option<String>,
    /// Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    svix_token_file: Option<PathBuf>,
    #[command(flatten)]
    gateway: GatewayAccess,
}

impl WebhookAccess {
    fn flags(&self) -> SecretFlags {
        SecretFlags {
            svix_token_file: self.svix_token_file.clone(),
            ..self.gateway.flags()
        }
    }

    /// The gateway, and Svix where it is named. The gateway's organisation is Svix's application.
    pub async fn open(&self, context: &Context) -> anyhow::Result<Ways> {
        let gateway = context.gateway_as_admin(&self.flags())?;
        let configured = context.settings()?.svix_url.as_ref();
        let url = self.svix_url.as_ref().or(configured.map(|it| &it.value));
        let direct = match url {
            Some(url) => {
                let svix = context.svix(url, &self.flags())?;
                let application = svix.application(&gateway.user_info().await?.org_id);
                Some(Direct { svix, application })
            }
            None => None,
        };
        Ok(Ways { gateway, direct })
    }
}

/// The servers of one run.
pub struct Ways {
    pub gateway: Gateway,
    direct: Option<Direct>,
}

struct Direct {
    svix: Svix,
    application: SvixApplication,
}

impl Ways {
    /// Svix itself, where it was named.
    pub fn svix(&self) -> Option<&SvixApplication> {
        self.direct.as_ref().map(|direct| &direct.application)
    }

    /// Svix itself, for what the gateway does not pass on.
    pub fn need_svix(&self, what: &str) -> Result<&SvixApplication, UsageError> {
        self.svix().ok_or_else(|| {
            UsageError::with_hint(
                format!("the gateway's API cannot {what}"),
                "name its Svix server by --svix-url URL (the gateway's WEBHOOK_APPURL) and give \
                 the token, its WEBHOOK_APPKEY, in DDCTL_SVIX_TOKEN or by --svix-token-file FILE",
            )
        })
    }

    /// Whether there is an application to register endpoints at.
    pub async fn has_application(&self) -> anyhow::Result<bool> {
        match self.svix() {
            Some(svix) => Ok(svix.exists().await?),
            None => match self.gateway.webhook_endpoints().await {
                Ok(_) => Ok(true),
                Err(error) if is_missing(&error) => Ok(false),
                Err(error) => Err(error.into()),
            },
        }
    }

    pub async fn endpoints(&self) -> anyhow::Result<Endpoints> {
        match self.svix() {
            Some(svix) => Ok(Endpoints {
                rows: svix.endpoints().await?,
                are_cut: false,
            }),
            None => Ok(self.gateway.webhook_endpoints().await?),
        }
    }

    /// The endpoint of that name or id, where there is one.
    pub async fn find(&self, name: &str) -> anyhow::Result<Option<Endpoint>> {
        let all = self.endpoints().await?;
        Ok(all.rows.into_iter().find(|it| it.is_named(name)))
    }

    /// The endpoint of that name or id.
    pub async fn endpoint(&self, name: &str) -> anyhow::Result<Endpoint> {
        let known = match self.has_application().await? {
            true => self.endpoints().await?.rows,
            false => Vec::new(),
        };
        let names: Vec<&str> = known.iter().map(Endpoint::name).collect();
        let hint = match names.as_slice() {
            [] => "there are none; `ddctl webhooks register` makes one".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        let found = known.iter().find(|it| it.is_named(name)).cloned();
        let missing = || UsageError::with_hint(format!("no endpoint is named `{name}`"), hint);
        Ok(found.ok_or_else(missing)?)
    }

    /// The tries at an endpoint; the gateway tells them in lists, which [`Endpoint`] keeps.
    pub async fn counts(&self, endpoint: &Endpoint) -> anyhow::Result<Option<Counts>> {
        match self.svix() {
            Some(svix) => Ok(Some(svix.counts(&endpoint.id).await?)),
            None => Ok(endpoint.counts),
        }
    }

    pub async fn create(&self, endpoint: &NewEndpoint) -> anyhow::Result<Endpoint> {
        match self.svix() {
            Some(svix) => Ok(svix.create_endpoint(endpoint).await?),
            None => Ok(self.gateway.create_webhook_endpoint(endpoint).await?),
        }
    }

    pub async fn change(&self, id: &str, change: &Change) -> anyhow::Result<Endpoint> {
        match self.svix() {
            Some(svix) => Ok(svix.change_endpoint(id, change).await?),
            None => Ok(self.gateway.change_webhook_endpoint(id, change).await?),
        }
    }

    pub async fn delete(&self, id: &str) -> anyhow::Result<()> {
        match self.svix() {
            Some(svix) => Ok(svix.delete_endpoint(id).await?),
            None => Ok(self.gateway.delete_webhook_endpoint(id).await?),
        }
    }

    pub async fn event_types(&self) -> anyhow::Result<Vec<String>> {
        match &self.direct {
            Some(direct) => Ok(direct.svix.event_types().await?),
            None => Ok(self.gateway.event_types().await?),
        }
    }

    pub async fn create_event_type(&self, event_type: &NewEventType) -> anyhow::Result<()> {
        match &self.direct {
            Some(direct) => Ok(direct.svix.create_event_type(event_type).await?),
            None => Ok(self.gateway.create_event_type(event_type).await?),
        }
    }

    pub async fn send(&self, message: &NewMessage) -> anyhow::Result<Message> {
        match self.svix() {
            Some(svix) => Ok(svix.send_message(message).await?),
            None => Ok(self.gateway.send_webhook(message).await?),
        }
    }

    pub async fn message(&self, id: &str) -> anyhow::Result<Message> {
        match self.svix() {
            Some(svix) => Ok(svix.message(id).await?),
            None => Ok(self.gateway.webhook_message(id).await?),
        }
    }

    /// The newest tries at an endpoint; the gateway tells 250 at most.
    pub async fn attempts(&self, endpoint: &str, most: usize) -> anyhow::Result<Vec<Attempt>> {
        match self.svix() {
            Some(svix) => Ok(svix.attempts(endpoint, most).await?),
            None => Ok(self.gateway.webhook_attempts(endpoint, most).await?),
        }
    }
}

/// The gateway's 400 around Svix's 404: there is no application.
fn is_missing(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Refused { status: 400, message, .. } if message.contains("status=404"))
}
