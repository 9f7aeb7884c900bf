//! Settings: flags over environment over profile over default, each value with its origin; and
//! where secrets come from.
//!
//! The environment is an argument here, so that every layer is tested with a map.

mod environment;
mod file;
mod gateway_cli;
mod keys;
mod redaction;
mod secrets;
mod settings;

pub use environment::Environment;
pub use file::{ConfigError, ConfigFile, Profile, change, replace_file, set_value};
pub use gateway_cli::GatewayCliSettings;
pub use keys::{KEYS, Key};
pub use secrets::{
    SecretError, SecretFlags, SecretKind, SecretPlace, Secrets, add_signing_secret,
    holds_signing_secret, make_signing_secret, read_signing_secret,
};
pub use settings::{DEFAULT_PROFILE, Delivery, Flags, Origin, Settings, Valued};
