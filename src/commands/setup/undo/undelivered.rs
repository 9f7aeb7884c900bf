//! What would be lost with the state: events that were taken and not delivered, and whoever is
//! delivering right now.

use super::super::stage::Stage;
use crate::delivery::dead_letter;
use crate::delivery::spool;
use crate::health;
use crate::ui::counted;

/// The folder of letters in a profile's state.
const LETTERS: &str = "deadletters";

/// Why nothing is undone yet, and what to do first.
pub struct Undelivered {
    pub text: String,
    pub way_out: String,
}

/// Whether events wait for a destination.
pub fn look(stage: &Stage<'_>) -> anyhow::Result<Option<Undelivered>> {
    let state = stage.parent.environment.state_folder();
    let Some(folder) = state.map(|state| state.join(&stage.profile)) else {
        return Ok(None);
    };
    let running = health::read_all(&folder, stage.parent.now())?;
    if let Some(running) = running
        .iter()
        .find(|stored| stored.life == health::Life::Runs)
    {
        return Ok(Some(Undelivered {
            text: format!(
                "`ddctl {}` is running (process {})",
                running.report.command, running.report.pid
            ),
            way_out: "stop it first; it delivers what it has".to_owned(),
        }));
    }
    if let Some(spool) = spool::look(&folder)?.filter(|spool| spool.webhooks + spool.events > 0) {
        let (webhooks, events) = (
            counted(spool.webhooks, "webhook"),
            counted(spool.events, "event"),
        );
        return Ok(Some(Undelivered {
            text: format!("{webhooks} and {events} in the relay's spool are not delivered"),
            way_out:
                "run `ddctl relay` until it is empty, or give them up: `ddctl state reset relay`"
                    .to_owned(),
        }));
    }
    let letters = dead_letter::files(&folder.join(LETTERS))?;
    let count = letters.iter().map(|path| lines(path)).sum::<u64>();
    Ok((count > 0).then(|| Undelivered {
        text: format!(
            "{} in the dead letters are not delivered",
            counted(count, "event")
        ),
        way_out:
            "`ddctl deadletters retry` sends them again, `ddctl deadletters drop` gives them up"
                .to_owned(),
    }))
}

/// A letter is a line. A file that cannot be read counts as one: nobody knows what is in it.
fn lines(path: &std::path::Path) -> u64 {
    let bytes = std::fs::read(path);
    bytes.map_or(1, |bytes| {
        bytes.iter().filter(|byte| **byte == b'\n').count() as u64
    })
}
