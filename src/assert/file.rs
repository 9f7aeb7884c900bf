//! A policy's file as it is written. Every key is checked: a misspelt one that is silently ignored
//! is a rule that never breaks.

use serde::Deserialize;
use serde_saphyr::{Error, Spanned};

use super::policy::PolicyError;
use crate::domain::nearest::nearest;

/// The version of the file's shape.
pub const VERSION: u64 = 1;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub version: Spanned<u64>,
    pub rules: Vec<WrittenRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRule {
    pub name: Spanned<String>,
    #[serde(default)]
    pub why: Option<String>,
    #[serde(default)]
    pub r#where: WrittenScope,
    #[serde(default)]
    pub must_match: Vec<WrittenPattern>,
    #[serde(default)]
    pub must_not_match: Vec<WrittenPattern>,
    #[serde(default)]
    pub statements: Option<WrittenStatements>,
    #[serde(default)]
    pub exit_code: Option<Vec<i64>>,
    #[serde(default)]
    pub longest: Option<Spanned<String>>,
    #[serde(default)]
    pub approval: Option<WrittenApproval>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenScope {
    #[serde(default)]
    pub connection: Vec<String>,
    #[serde(default)]
    pub environment: Vec<String>,
    #[serde(default)]
    pub r#type: Vec<String>,
    #[serde(default)]
    pub verb: Option<WrittenVerb>,
    #[serde(default)]
    pub identity: Option<WrittenIdentity>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenVerb {
    Connect,
    Exec,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenIdentity {
    User,
    Machine,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPattern {
    #[serde(default)]
    pub text: Option<Spanned<String>>,
    #[serde(default)]
    pub regex: Option<Spanned<String>>,
    #[serde(default)]
    pub ignore_case: bool,
    #[serde(default)]
    pub r#in: Vec<WrittenPart>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenPart {
    Commands,
    Statements,
    Output,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStatements {
    #[serde(default)]
    pub forbid: Vec<Spanned<String>>,
    #[serde(default)]
    pub allow: Vec<Spanned<String>>,
    #[serde(default)]
    pub unclear: WrittenUnclear,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenUnclear {
    #[default]
    CannotTell,
    Broken,
    Ignore,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenApproval {
    pub needed: WrittenNeeded,
    #[serde(default)]
    pub by: Vec<String>,
    #[serde(default)]
    pub not_self: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenNeeded {
    Always,
    WhereExpected,
}

/// Reads the text; what is wrong comes with its line.
pub fn read(text: &str) -> Result<File, PolicyError> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        PolicyError {
            line: error.location().map(|location| location.line()),
            what: what(error),
        }
    })
}

fn what(error: &Error) -> String {
    let meant =
        |written: &str, expected: &[&'static str]| match nearest(written, expected.iter().copied())
        {
            Some(name) => format!("; did you mean `{name}`?"),
            None => format!("; known are {}", expected.join(", ")),
        };
    match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => format!("unknown key `{field}`{}", meant(field, expected)),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => format!("unknown word `{variant}`{}", meant(variant, expected)),
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        // The place stands in front of it already.
        other => {
            let text = other.to_string();
            match text.split_once(": ") {
                Some((place, rest)) if place.contains("line") => rest.to_owned(),
                _ => text,
            }
        }
    }
}
