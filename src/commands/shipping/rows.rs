//! One destination of events, with the format of its rows where it is a file or stdout.

use super::flags::DeliveryFlags;
use super::intake::Intake;
use super::lane::End;
use super::place::{Destination, To};
use crate::delivery::{AtomicFile, Format};

/// One destination of events.
pub struct Place {
    pub to: To,
    /// Of rows; an intake has its own.
    pub format: Format,
}

impl Place {
    /// Its file: a target that cannot be written is found before the gateway is asked anything.
    ///
    /// # Errors
    ///
    /// A file that exists and is not to be replaced, and one that cannot be made.
    pub fn file(&self, flags: &DeliveryFlags) -> anyhow::Result<Option<AtomicFile>> {
        Ok(match &self.to.destination {
            Destination::Path(path) if !flags.dry_run => {
                Some(AtomicFile::create(path, flags.overwrite)?)
            }
            _ => None,
        })
    }

    /// For people and for `-o json`.
    pub fn name(&self, intake: Option<&Intake<'_>>) -> String {
        let destination = &self.to.destination;
        match intake {
            Some(intake) if destination.is_intake() => intake.name(destination),
            _ => destination.to_string(),
        }
    }

    /// Where its lane ends.
    ///
    /// # Errors
    ///
    /// No folder for the dead letters.
    pub fn end<'a>(
        &self,
        file: Option<AtomicFile>,
        intake: Option<&'a Intake<'_>>,
    ) -> anyhow::Result<End<'a>> {
        match (intake, file) {
            (Some(intake), _) if self.to.destination.is_intake() => {
                intake.end(&self.to.destination)
            }
            (_, Some(file)) => Ok(End::File(file, self.format)),
            (_, None) => Ok(End::Stdout(self.format)),
        }
    }
}
