//! Waiting for the thing itself, never for an amount of time.

use std::time::{Duration, Instant};

/// How long a test waits for something that has to happen. Only a failing test takes this long.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// Looks again and again until `look` finds something.
///
/// # Panics
///
/// After [`DEADLINE`], naming `what` was waited for.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::park_timeout(LOOK);
    }
}
