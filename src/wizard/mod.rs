//! The way from nothing to the first event in Datadog, as data: the steps, what each asks and why,
//! what a good answer is, which way of delivery fits a gateway, what would change, what was changed
//! and how it is undone.
//!
//! Pure: it asks nobody, reads nothing and changes nothing. `commands/setup` draws it, asks the
//! services and carries it out.

mod advice;
mod answers;
mod change;
mod record;
mod rules;
mod step;
mod undo;

pub use advice::{Advice, GatewayFacts, LicenceFact, RoleFact, Way, advise, way};
pub use answers::{Answers, AnswersError};
pub use change::{Change, Place};
pub use record::{Made, Record};
pub use rules::{Rule, suggest};
pub use step::{Field, Probe, STEPS, Step, StepId};
pub use undo::{Now, Undo, plan as undo_plan};
