//! Flags that several commands share.

use std::path::PathBuf;

use crate::config::SecretFlags;
use clap::Args;

/// Where the gateway's token is.
#[derive(Debug, Default, Args)]
pub struct GatewayAccess {
    /// Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI's own settings)
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    gateway_token_file: Option<PathBuf>,
}

/// Where Datadog's keys are.
#[derive(Debug, Default, Args)]
pub struct DatadogAccess {
    /// Read the API key from FILE (else DD_API_KEY)
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    api_key_file: Option<PathBuf>,
    /// Read the API key from standard input
    #[arg(long, help_heading = "Credentials", conflicts_with = "api_key_file")]
    api_key_stdin: bool,
    /// Read the application key or access token from FILE (else DD_APP_KEY)
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    app_key_file: Option<PathBuf>,
}

/// A number of things to show or to do at once.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("it is at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

impl GatewayAccess {
    pub fn flags(&self) -> SecretFlags {
        SecretFlags {
            gateway_token_file: self.gateway_token_file.clone(),
            ..SecretFlags::default()
        }
    }
}

impl DatadogAccess {
    pub fn flags(&self) -> SecretFlags {
        SecretFlags {
            api_key_file: self.api_key_file.clone(),
            api_key_stdin: self.api_key_stdin,
            app_key_file: self.app_key_file.clone(),
            ..SecretFlags::default()
        }
    }
}
