//! Settings: flags over environment over profile over default, each value with its origin; and
//! where secrets come from.
//!
//! The environment is an argument here, so that every layer is tested with a map.

mod agent;
mod carried;
mod change;
mod edits;
mod environment;
mod error;
mod exposure;
mod file;
mod gateway_cli;
mod given;
mod keys;
mod layers;
mod origin;
mod redaction;
mod secrets;
mod secrets_table;
mod settings;
mod shape;
mod unknown;
pub mod vault;
mod writing;

pub use agent::AgentSettings;
pub use carried::carried;
pub use change::{change, read as read_settings, replace_file};
pub use edits::{set_identity, set_value, unset_value};
pub use environment::Environment;
pub use error::ConfigError;
pub use exposure::{Exposure, exposures};
pub use file::{ConfigFile, Profile};
pub use gateway_cli::GatewayCliSettings;
pub use given::check_value;
pub use keys::{KEYS, Key};
pub use layers::{DEFAULT_PROFILE, Flags};
pub use origin::{Origin, Valued};
pub use secrets::{
    Reference, SecretError, SecretFlags, SecretKind, SecretPlace, SecretSettings, Secrets,
    accepted, add_signing_secret, holds_signing_secret, make_signing_secret, read_file,
    read_printed, read_signing_secret,
};
pub use settings::Settings;
pub use writing::replace as write_privately;
