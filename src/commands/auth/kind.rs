//! The kind of a secret on the command line. Somebody may put the secret itself there: what is no kind
//! is repeated where it is nearly one, and nowhere else.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::config::SecretKind;
use crate::domain::nearest::nearest;

#[derive(Clone, Debug)]
pub struct KindParser;

impl TypedValueParser for KindParser {
    type Value = SecretKind;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<SecretKind, Error> {
        let name = value.to_string_lossy();
        SecretKind::of_name(&name)
            .ok_or_else(|| Error::raw(ErrorKind::InvalidValue, complaint(&name)).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let kinds = SecretKind::KEPT.into_iter();
        Some(Box::new(kinds.map(|kind| {
            PossibleValue::new(kind.name()).help(kind.what())
        })))
    }
}

fn complaint(given: &str) -> String {
    let names = SecretKind::KEPT.map(SecretKind::name);
    match nearest(given, names) {
        Some(near) => {
            format!("no kind of secret is called `{given}`; did you mean `{near}`?\n")
        }
        None => {
            let names = names.join(", ");
            format!(
                "that is no kind of secret, and a secret itself is never an argument; the kinds are {names}\n"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        let key = "0123456789abcdef0123456789abcdef";
        assert!(!complaint(key).contains(key));
        assert!(complaint("apikey").contains("did you mean `api-key`?"));
    }
}
