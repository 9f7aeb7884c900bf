//! What is wrong with the path from the gateway to Datadog, check by check.
//!
//! A [`Check`] is data: a name, what is asked, what it needs, and how it looks at a [`Subject`]. It
//! answers with a [`Finding`]: how it stands, by what that is known, and what helps. In each file of
//! `checks` asking is apart from judging, which is pure. The room changes nothing: what can be
//! mended is a [`Repair`], for the caller to carry out once somebody agreed.

mod abilities;
mod check;
mod checks;
mod demands;
mod finding;
mod run;
mod subject;

pub use abilities::{Ability, WebAccess, abilities, in_short};
pub use check::{Area, CHECKS, Check, Need, chosen, names};
pub use demands::{AS_GIVEN, ASK_NOTHING, DEMANDS, Demand, Role, SvixToken};
pub use finding::{Finding, Repair, State};
pub use run::side_by_side;
pub use subject::{Access, Local, SecretFacts, SettingsFacts, Subject};
