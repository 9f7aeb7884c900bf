//! Dead letters: events that no destination took.

use std::path::Path;

use jiff::Timestamp;

use super::with_causes;
use crate::delivery::dead_letter::{DeadLetterError, FOLDER, LARGEST_FILE, files, read};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder.join(FOLDER),
        Err(lack) => return lack,
    };
    match tokio::task::spawn_blocking(move || drawers(&folder)).await {
        Ok(Ok(drawers)) => judge(&drawers),
        Ok(Err(error)) => Finding::unknown(with_causes(&error)),
        Err(_) => Finding::unknown("the dead letters could not be read"),
    }
}

/// The letters of one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawer {
    name: String,
    count: u64,
    bytes: u64,
    /// Of the newest.
    last: Option<(Timestamp, String)>,
}

fn drawers(folder: &Path) -> Result<Vec<Drawer>, DeadLetterError> {
    let found = files(folder)?.into_iter();
    let drawers = found.map(|path| {
        let mut drawer = Drawer {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            count: 0,
            bytes: std::fs::metadata(&path).map_or(0, |file| file.len()),
            last: None,
        };
        read(&path, |letter| {
            drawer.count += 1;
            if let Ok(letter) = letter.content {
                drawer.last = Some((letter.time, letter.reason));
            }
            true
        })?;
        Ok(drawer)
    });
    drawers.collect()
}

fn judge(drawers: &[Drawer]) -> Finding {
    let full = drawers.iter().filter(|drawer| drawer.count > 0);
    let finding = full.fold(Finding::ok(), |finding, drawer| {
        let last = drawer.last.as_ref();
        let last = last.map(|(at, why)| format!("; the newest of {at:.0}: {why}"));
        let told = format!(
            "{}: {} set aside{}",
            drawer.name,
            drawer.count,
            last.unwrap_or_default()
        );
        let finding = finding.fail(told).fix(
            "`ddctl deadletters list` shows them, `retry` sends them again, `drop` gives them up",
        );
        match drawer.bytes >= LARGEST_FILE / 10 * 9 {
            true => finding.fail(format!("{}: nearly full; then delivery stops", drawer.name)),
            false => finding,
        }
    });
    match finding.evidence.is_empty() {
        true => finding.note("there are none"),
        false => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn letters_are_counted_by_destination_with_the_newest_reason() {
        let drawer = Drawer {
            name: "logs-datadoghq.eu".to_owned(),
            count: 3,
            bytes: 900,
            last: Some((Timestamp::UNIX_EPOCH, "refused as malformed".to_owned())),
        };
        let finding = judge(std::slice::from_ref(&drawer));
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].starts_with("logs-datadoghq.eu: 3 set aside; the newest of"));
        let empty = Drawer { count: 0, ..drawer };
        assert_eq!(judge(&[empty]).state, State::Ok);
    }
}
