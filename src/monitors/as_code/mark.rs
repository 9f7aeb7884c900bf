//! Whose a monitor or a dashboard is: `ddctl:<namespace>/<pack>/<name>`.
//!
//! As a tag it keeps to what Datadog takes for one: lower case, letters, digits, `_`, `-`, `.` and
//! `/`, at most 200 characters (docs.datadoghq.com/getting_started/tagging). Anything else would be
//! changed on the way, and the mark not found again.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::monitors::Identity;

const PREFIX: &str = "ddctl:";
/// A tag's length at Datadog, in characters.
const MAX_TAG: usize = 200;

/// Who keeps monitors as code: a team, an environment. Part of a tag and of a file's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Namespace(String);

/// What cannot stand in a mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{part}` cannot be part of a tag: it takes letters, digits, `_`, `-` and `.`, and begins with a letter or a digit"
)]
pub struct NoMark {
    pub part: String,
}

/// The identity of one definition at Datadog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Mark {
    pub namespace: String,
    pub pack: String,
    pub name: String,
}

impl Namespace {
    pub fn parse(text: &str) -> Result<Self, NoMark> {
        part(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mark of what a file or a pack calls `identity`.
    pub fn mark(&self, identity: &Identity) -> Result<Mark, NoMark> {
        let mark = Mark {
            namespace: self.0.clone(),
            pack: part(&identity.pack)?,
            name: part(&identity.name)?,
        };
        match mark.to_string().len() > MAX_TAG {
            true => Err(NoMark {
                part: identity.name.clone(),
            }),
            false => Ok(mark),
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One of the three parts, in lower case.
fn part(text: &str) -> Result<String, NoMark> {
    let lower = text.to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
    let begins_well = lower.starts_with(|c: char| c.is_ascii_alphanumeric());
    match begins_well && lower.len() <= MAX_TAG / 2 && lower.chars().all(fits) {
        true => Ok(lower),
        false => Err(NoMark {
            part: text.to_owned(),
        }),
    }
}

impl Mark {
    /// Reads `ddctl:<namespace>/<pack>/<name>`.
    pub fn parse(tag: &str) -> Option<Self> {
        let lower = tag.trim().to_ascii_lowercase();
        let mut parts = lower.strip_prefix(PREFIX)?.split('/');
        let mut next = || parts.next().and_then(|text| part(text).ok());
        let mark = Self {
            namespace: next()?,
            pack: next()?,
            name: next()?,
        };
        parts.next().is_none().then_some(mark)
    }

    /// The marks among a monitor's tags. More than one is nobody's intention.
    pub fn of_tags(body: &Map<String, Value>) -> Vec<Self> {
        let tags = body.get("tags").and_then(Value::as_array);
        let texts = tags.into_iter().flatten().filter_map(Value::as_str);
        texts.filter_map(Self::parse).collect()
    }

    /// The mark in the last line of a description.
    pub fn of_description(description: Option<&str>) -> Option<Self> {
        description?
            .trim_end()
            .lines()
            .next_back()
            .and_then(Self::parse)
    }

    /// `pack/name`, as people name it.
    pub fn short(&self) -> String {
        format!("{}/{}", self.pack, self.name)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mark {
            namespace,
            pack,
            name,
        } = self;
        write!(f, "{PREFIX}{namespace}/{pack}/{name}")
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

impl TryFrom<String> for Mark {
    type Error = NoMark;

    fn try_from(text: String) -> Result<Self, NoMark> {
        Self::parse(&text).ok_or(NoMark { part: text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn identity(pack: &str, name: &str) -> Identity {
        Identity {
            pack: pack.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_mark_is_a_tag_that_datadog_leaves_as_it_is() {
        let namespace = Namespace::parse("Team-A").expect("a namespace");
        let mark = namespace.mark(&identity("hoop", "Failed-Sessions"));
        let mark = mark.expect("a mark");
        assert_eq!(mark.to_string(), "ddctl:team-a/hoop/failed-sessions");
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
    }

    #[test]
    fn what_datadog_would_change_is_refused() {
        let long = "x".repeat(120);
        for text in ["", "two words", "a/b", "größe", "..", "-a", &long] {
            assert!(Namespace::parse(text).is_err(), "{text}");
        }
        let namespace = Namespace::parse("a").expect("a namespace");
        assert!(namespace.mark(&identity("my monitors", "x")).is_err());
        let most = "x".repeat(100);
        assert!(namespace.mark(&identity(&most, &most)).is_err());
    }

    #[test]
    fn only_a_whole_mark_is_one() {
        for tag in [
            "ddctl:a/b",
            "ddctl:a/b/c/d",
            "ddctl:a//c",
            "ddctl:/b/c",
            "team:a",
            "myddctl:a/b/c",
            "ddctl:a/b/c d",
        ] {
            assert_eq!(Mark::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_description_is_marked_by_its_last_line_alone() {
        let of = |text: &str| Mark::of_description(Some(text)).map(|mark| mark.short());
        assert_eq!(of("about\n\nddctl:a/b/c\n").as_deref(), Some("b/c"));
        assert_eq!(of("ddctl:a/b/c\nmore"), None);
        assert_eq!(Mark::of_description(None), None);
    }

    proptest! {
        #[test]
        fn a_mark_that_can_be_written_can_be_read(
            namespace in "[A-Za-z0-9][A-Za-z0-9_.-]{0,20}",
            pack in "\\PC{0,20}",
            name in "\\PC{0,20}",
        ) {
            let namespace = Namespace::parse(&namespace).expect("a namespace");
            if let Ok(mark) = namespace.mark(&identity(&pack, &name)) {
                prop_assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
            }
        }
    }
}
