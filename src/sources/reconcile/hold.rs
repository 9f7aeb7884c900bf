//! Holds back what is too young or not yet what it will be, and has its session looked at again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::sources::events::is_settled;
use crate::sources::export::{Fed, Stretch};

/// Passes on what is older than `grace`, until nobody sends or nobody receives.
pub(super) async fn hold_back(
    mut reading: mpsc::Receiver<Fed>,
    tx: mpsc::Sender<Fed>,
    grace: SignedDuration,
) {
    let mut held = Held::default();
    while let Some(fed) = reading.recv().await {
        let Some(fed) = held.passed(fed, Timestamp::now(), grace) else {
            continue;
        };
        if tx.send(fed).await.is_err() {
            return;
        }
    }
}

/// Sessions of the stretch that is being read, of which something is held back: ids and starts.
#[derive(Debug, Default)]
struct Held(BTreeMap<String, Timestamp>);

impl Held {
    fn passed(&mut self, fed: Fed, now: Timestamp, grace: SignedDuration) -> Option<Fed> {
        match fed {
            Fed::Event(event)
                if !is_settled(&event) || now.duration_since(event.timestamp) < grace =>
            {
                let session = &event.session;
                self.0.insert(session.id.clone(), session.start_date);
                None
            }
            Fed::Event(event) => Some(Fed::Event(event)),
            Fed::Read(stretch) => Some(Fed::Read(self.kept_open(stretch))),
        }
    }

    fn kept_open(&mut self, mut stretch: Stretch) -> Stretch {
        let held = std::mem::take(&mut self.0);
        stretch.finished.retain(|id| !held.contains_key(id));
        stretch.unfinished.retain(|(id, _)| !held.contains_key(id));
        stretch.unfinished.extend(held);
        stretch
    }
}
