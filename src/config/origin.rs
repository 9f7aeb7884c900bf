//! Where a value came from.

use std::fmt;

use super::vault::StoreKind;

/// Where a value came from. The order is the precedence, the last wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Default,
    /// The settings file of the gateway's own command line.
    GatewayCli,
    /// The keyring or the encrypted file; secrets alone come from there.
    Vault(StoreKind),
    Profile,
    Environment(&'static str),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::GatewayCli => f.write_str("~/.hoop/config.toml"),
            Origin::Vault(StoreKind::Keyring) => f.write_str("keyring"),
            Origin::Vault(StoreKind::File) => f.write_str("encrypted file"),
            Origin::Profile => f.write_str("profile"),
            Origin::Environment(name) => write!(f, "environment ({name})"),
            Origin::Flag => f.write_str("flag"),
        }
    }
}

impl Origin {
    /// As it stands before a value that is refused.
    pub(super) fn in_errors(&self) -> String {
        match self {
            Origin::Environment(name) => (*name).to_owned(),
            Origin::Flag => "command line".to_owned(),
            origin => origin.to_string(),
        }
    }
}

/// A value that knows its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued<T> {
    pub value: T,
    pub origin: Origin,
}
