//! Monitors and dashboards as code: what the files say held against what is there, the difference
//! shown field by field, and carried out.
//!
//! What belongs to whom stands in a [`Mark`], `ddctl:<namespace>/<pack>/<name>`: a tag of a monitor,
//! the last line of a dashboard's description. Names are not unique at Datadog, and two teams share
//! an organisation. Nothing without a mark of the own namespace is ever touched.
//!
//! [`Plan`] is pure. [`Remote`] asks Datadog, [`Record`] remembers what was made, and [`apply`]
//! carries a plan out, step by step, and says of each what became of it.

mod apply;
mod definition;
mod difference;
mod error;
mod export;
mod lines;
mod mark;
mod normal;
mod plan;
mod record;
mod remote;
#[cfg(test)]
mod tests;
mod trust;

pub use apply::{Applied, Outcome, apply, refused_definitions, remove};
pub use definition::{Definition, Found, Kind, Listing};
pub use difference::{Change, short};
pub use error::AsCodeError;
pub use export::{CannotExport, export};
pub use lines::{Line, line_difference};
pub use mark::{Mark, Namespace};
pub use plan::{Action, Plan, Scope, Step, plan};
pub use record::Record;
pub use remote::Remote;
pub use trust::{Doubt, doubts};
