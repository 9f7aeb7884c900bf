//! Events from the spool to whoever delivers them.

use tokio::sync::mpsc;

use crate::delivery::Backlog;
use crate::delivery::spool::{NotStored, Spooled};

/// Events read at once: few, since each may be large.
const PAGE: usize = 64;

/// Hands on everything that is queued and all that comes, in order, until nobody receives.
///
/// # Errors
///
/// A spool that cannot be read.
pub async fn feed(spool: &Backlog, tx: mpsc::Sender<Spooled>) -> Result<(), NotStored> {
    let mut stock = spool.watch();
    let mut after = 0;
    loop {
        // Looked at before the reading, so that what comes meanwhile wakes it.
        let queued = stock.borrow_and_update().queued;
        let page = spool.events(after, PAGE).await?;
        if page.is_empty() {
            tokio::select! {
                more = stock.wait_for(|stock| stock.queued > queued) => {
                    if more.is_err() {
                        return Err(NotStored::Closed);
                    }
                }
                () = tx.closed() => return Ok(()),
            }
        }
        for event in page {
            after = event.number;
            if tx.send(event).await.is_err() {
                return Ok(());
            }
        }
    }
}
