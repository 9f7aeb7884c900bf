//! The keys that are asked about, and what Datadog tells of them.

use futures_util::future::join;

use crate::config::SecretFlags;
use crate::context::Context;
use crate::datadog::{
    ApiKeyFacts, AppKeyVerdict, KeyShape, Token, check_api_key_shape, check_app_key_shape,
    token_kind,
};
use crate::domain::secret::Secret;
use crate::domain::site::Site;

/// What was given, of any shape; one of the two is there.
pub struct Keys {
    pub api_key: Option<Secret>,
    /// An application key or an access token.
    pub app_key: Option<Secret>,
}

/// What the site told that knows the key.
#[derive(Default)]
pub struct Told {
    /// `None` where it was not told or there is no API key.
    pub api_key: Option<ApiKeyFacts>,
    /// `None` where there is neither application key nor token.
    pub app_key: Option<AppKeyVerdict>,
}

impl Keys {
    pub fn find(context: &Context, flags: &SecretFlags) -> anyhow::Result<Self> {
        let (api_key, app_key) = context.datadog_keys(flags)?;
        Ok(Self { api_key, app_key })
    }

    pub fn check_shapes(&self) -> Result<(), KeyShape> {
        self.api_key.as_ref().map_or(Ok(()), check_api_key_shape)?;
        self.app_key.as_ref().map_or(Ok(()), check_app_key_shape)
    }

    pub fn token(&self) -> Option<Token> {
        self.app_key.as_ref().and_then(token_kind)
    }

    /// What sites are asked about: the API key, else the token.
    pub fn shown(&self) -> &Secret {
        self.api_key
            .as_ref()
            .or(self.app_key.as_ref())
            .expect("no keys at all are refused when they are looked for")
    }

    /// Asks `site`, which knows the key, for the rest.
    pub async fn ask_more(
        &self,
        context: &Context,
        site: Site,
        flags: &SecretFlags,
    ) -> anyhow::Result<Told> {
        let datadog = context.datadog_at(site, flags)?;
        let of_api_key = async {
            match self.api_key {
                // The key is known to be good; what else is told of it is no condition.
                Some(_) => datadog.key_facts().await.ok().flatten(),
                None => None,
            }
        };
        let of_app_key = async {
            match self.app_key {
                Some(_) => Some(datadog.validate_application_key().await),
                None => None,
            }
        };
        let (api_key, app_key) = join(of_api_key, of_app_key).await;
        Ok(Told { api_key, app_key })
    }
}
