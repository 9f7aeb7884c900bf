//! Whether Datadog's list can be believed. A key of another organisation answers a list as well:
//! an empty one, and everything would be made a second time.

use std::fmt;

use super::definition::{Kind, Listing};
use super::mark::Mark;
use super::record::Record;
use super::remote::Remote;
use crate::datadog::DatadogError;

/// Why nothing should be changed on the strength of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Fewer than the person expects.
    Short {
        kind: Kind,
        expected: usize,
        found: usize,
    },
    /// Not one of those that were made here.
    NoneOfOurs {
        kind: Kind,
        recorded: usize,
        /// What the organisation has beside.
        total: usize,
    },
    /// It is there and carries its mark, and the list leaves it out.
    LeftOut { kind: Kind, mark: Mark, id: String },
    /// It is there without its mark.
    Unmarked { kind: Kind, mark: Mark, id: String },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Short {
                kind,
                expected,
                found,
            } => write!(
                f,
                "Datadog lists {found} {}s of this namespace, and at least {expected} are expected",
                kind.noun()
            ),
            Doubt::NoneOfOurs {
                kind,
                recorded,
                total,
            } => write!(
                f,
                "{recorded} {}s were made here, and Datadog lists none of them ({total} in all): \
                 is it another organisation, or a key that sees less?",
                kind.noun()
            ),
            Doubt::LeftOut { kind, mark, id } => write!(
                f,
                "the {} {} is there ({id}), and Datadog's list leaves it out",
                kind.noun(),
                mark.short()
            ),
            Doubt::Unmarked { kind, mark, id } => write!(
                f,
                "the {} {} is there ({id}), and somebody took its mark `{mark}` off",
                kind.noun(),
                mark.short()
            ),
        }
    }
}

impl Doubt {
    /// What to do about it.
    pub fn way_out(&self) -> String {
        match self {
            Doubt::Short { .. } => {
                "check the site and the keys; --expect-owned says how many there are".to_owned()
            }
            Doubt::NoneOfOurs { .. } => {
                "check the site and the keys; if all were deleted by hand, --expect-owned 0 makes \
                 them again"
                    .to_owned()
            }
            Doubt::LeftOut { .. } => "run it again".to_owned(),
            Doubt::Unmarked { kind, mark, .. } => match kind {
                Kind::Monitor => {
                    format!("give it the tag {mark} again, or delete it, then run this again")
                }
                Kind::Dashboard => format!(
                    "make {mark} the last line of its description again, or delete it, then run \
                     this again"
                ),
            },
        }
    }
}

/// Everything that speaks against the list. `expected` is what the person said; what was recorded
/// and is not listed is asked for one by one.
///
/// # Errors
///
/// Datadog cannot be asked.
pub async fn doubts(
    remote: &Remote<'_>,
    listing: &Listing,
    record: &Record,
    namespace: &str,
    expected: Option<usize>,
) -> Result<Vec<Doubt>, DatadogError> {
    let kind = remote.kind();
    let found = listing.of_namespace(namespace).count();
    if let Some(expected) = expected.filter(|expected| found < *expected) {
        return Ok(vec![Doubt::Short {
            kind,
            expected,
            found,
        }]);
    }
    let recorded = record.known(kind).count();
    if recorded > 0 && found == 0 && expected.is_none() {
        return Ok(vec![Doubt::NoneOfOurs {
            kind,
            recorded,
            total: listing.total,
        }]);
    }
    let is_listed = |id: &str| listing.of_namespace(namespace).any(|found| found.id == id);
    let mut doubts = Vec::new();
    for (mark, id) in record.known(kind).filter(|(_, id)| !is_listed(id)) {
        let Some(marks) = remote.marks_of(id).await? else {
            continue;
        };
        let id = id.to_owned();
        doubts.push(match marks.contains(&mark) {
            true => Doubt::LeftOut { kind, mark, id },
            false => Doubt::Unmarked { kind, mark, id },
        });
    }
    Ok(doubts)
}
