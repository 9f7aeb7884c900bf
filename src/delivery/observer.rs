//! Whoever follows a run: told how it goes, and which records came to an end.

use super::positions::Number;
use super::state::StateError;
use super::summary::Progress;

/// A closure over [`Progress`] follows without keeping anything.
pub trait Observer {
    fn told(&mut self, progress: Progress);

    /// The records of these numbers have left the run for good: the destination took them, they are
    /// on the disk as dead letters, or they were skipped as the user asked. Once this returns, a
    /// run that is killed must not need them again.
    ///
    /// # Errors
    ///
    /// Where that cannot be remembered; the run ends.
    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError>;
}

impl<F: FnMut(Progress)> Observer for F {
    fn told(&mut self, progress: Progress) {
        self(progress);
    }

    fn settled(&mut self, _: &[Number]) -> Result<(), StateError> {
        Ok(())
    }
}
