//! A policy's file as it is written. Every key is checked: a misspelt one that is silently ignored
//! is a rule that never breaks.

use serde::Deserialize;
use serde_saphyr::{Error, Spanned};

use super::problem::PolicyError;
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

/// Reads the text.
pub fn read(text: &str) -> Result<File, PolicyError> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let (length, what) = what(error);
        match text.trim().is_empty() {
            true => PolicyError::new("the file is empty"),
            false => PolicyError::at_location(error.location(), length, what),
        }
    })
}

/// How many bytes of the file are wrong, and why.
fn what(error: &Error) -> (usize, String) {
    let meant =
        |written: &str, expected: &[&'static str]| match nearest(written, expected.iter().copied())
        {
            Some(name) => format!("; did you mean `{name}`?"),
            None => format!("; known are {}", expected.join(", ")),
        };
    match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => {
            let what = format!("unknown key `{field}`{}", meant(field, expected));
            (field.len(), what)
        }
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            let what = format!("unknown word `{variant}`{}", meant(variant, expected));
            (variant.len(), what)
        }
        Error::SerdeMissingField { field, .. } => (1, format!("the key `{field}` is missing")),
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or_default();
            (key.len(), format!("the key `{key}` stands here twice"))
        }
        Error::Unexpected { expected, .. } => (1, wanted(expected)),
        other => (1, without_place(&other.to_string())),
    }
}

/// In words of the file what the parser wants in its own.
fn wanted(expected: &str) -> String {
    match expected {
        "sequence start" => "a list is expected here: [one, another]".to_owned(),
        "mapping start" => "keys with values are expected here: { key: value }".to_owned(),
        other => format!("a {other} is expected here"),
    }
}

/// The place stands in front of it already.
fn without_place(text: &str) -> String {
    let text = match text.rfind(" at line ") {
        Some(end) => &text[..end],
        None => text,
    };
    match text.split_once(": ") {
        Some((place, rest)) if place.contains("line ") => rest.to_owned(),
        _ => text.to_owned(),
    }
}
