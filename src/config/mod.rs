//! Settings: flags over environment over profile over default, each value with its origin; and
//! where secrets come from.
//!
//! The environment is an argument here, so that every layer is tested with a map.

mod agent;
mod carried;
mod change;
mod environment;
mod error;
mod file;
mod gateway_cli;
mod keys;
mod layers;
mod origin;
mod redaction;
mod secrets;
mod secrets_table;
mod settings;
mod unknown;
pub mod vault;
mod writing;

pub use agent::AgentSettings;
pub use carried::carried;
pub use change::{change, read as read_settings, replace_file, set_identity, set_value};
pub use environment::Environment;
pub use error::ConfigError;
pub use file::{ConfigFile, Profile};
pub use gateway_cli::GatewayCliSettings;
pub use keys::{KEYS, Key};
pub use layers::{DEFAULT_PROFILE, Flags};
pub use origin::{Origin, Valued};
pub use secrets::{
    CommandFailed, Reference, SecretError, SecretFlags, SecretKind, SecretPlace, SecretSettings,
    Secrets, accepted, add_signing_secret, holds_signing_secret, make_signing_secret, read_command,
    read_file, read_signing_secret,
};
pub use settings::Settings;
pub use writing::replace as write_privately;
