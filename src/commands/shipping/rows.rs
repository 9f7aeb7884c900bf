//! One destination of events, with the format of its rows where it is a file or stdout.

use super::flags::DeliveryFlags;
use super::intake::Intake;
use super::lane::End;
use super::place::{Destination, To};
use crate::delivery::{AtomicFile, FileError, Format, Parts, Rotation, sweep_beside};

/// One destination of events.
pub struct Place {
    pub to: To,
    /// Of rows; an intake has its own.
    pub format: Format,
    /// `None` where it is not one file after the other.
    pub rotation: Option<Rotation>,
    /// What it gets of the selection, where that is a choice of its own: another position.
    pub share: Option<&'static str>,
}

impl Place {
    /// True where it is remembered what the destination has.
    pub fn has_position(&self) -> bool {
        self.to.destination.is_sent() || self.rotation.is_some()
    }

    pub fn is_stdout(&self) -> bool {
        self.to.destination == Destination::Stdout
    }

    /// Its file: a target that cannot be written is found before the gateway is asked anything.
    ///
    /// # Errors
    ///
    /// A file that exists and is not to be replaced, and one that cannot be made.
    pub fn file<'a>(&self, flags: &DeliveryFlags) -> Result<Option<End<'a>>, FileError> {
        let Destination::Path(path) = &self.to.destination else {
            return Ok(None);
        };
        let format = self.format;
        Ok(match self.rotation {
            _ if flags.dry_run => None,
            Some(rotation) => Some(End::Parts(Parts::new(path, format, rotation)?)),
            None => {
                sweep_beside(path);
                let file = AtomicFile::create(path, flags.overwrite)?;
                Some(End::File(file, format))
            }
        })
    }

    /// For people and for `-o json`.
    pub fn name(&self, intake: Option<&Intake<'_>>) -> String {
        let destination = &self.to.destination;
        match intake {
            Some(intake) if destination.is_sent() => intake.name(destination),
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
        file: Option<End<'a>>,
        intake: Option<&'a Intake<'_>>,
    ) -> anyhow::Result<End<'a>> {
        match (intake, file) {
            (Some(intake), _) if self.to.destination.is_sent() => intake.end(&self.to.destination),
            (_, Some(file)) => Ok(file),
            (_, None) => Ok(End::Stdout(self.format)),
        }
    }
}
