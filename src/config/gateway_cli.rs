//! What the gateway's own command line keeps in `$HOME/.hoop/config.toml`.
//!
//! Source: hoophq/hoop `client/config/config.go`. ddctl needs the address and the token; other
//! keys are left alone.

use serde::Deserialize;

use super::environment::Environment;
use crate::domain::secret::Secret;

/// The address and the token that belong together.
#[derive(Clone, Debug)]
pub struct GatewayCliSettings {
    pub api_url: Option<String>,
    pub token: Option<Secret>,
}

#[derive(Deserialize)]
struct Wire {
    api_url: Option<String>,
    token: Option<String>,
}

impl GatewayCliSettings {
    /// Reads the file; `None` where there is none or it is not readable as settings.
    pub fn read(environment: &Environment) -> Option<Self> {
        let path = environment.home()?.join(".hoop/config.toml");
        let text = std::fs::read_to_string(path).ok()?;
        let wire: Wire = toml::from_str(&text).ok()?;
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Some(Self {
            api_url: filled(wire.api_url),
            token: filled(wire.token).map(Secret::new),
        })
    }
}
