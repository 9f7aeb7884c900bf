//! Waiting for a session of now.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::super::walk::Walk;
use super::Pushed;
use crate::domain::session::{Session, Status};
use crate::gateway::{Gateway, GatewayError, SessionQuery};

/// Between two looks at the gateway.
const LOOK: Duration = Duration::from_secs(1);
/// How long a session that began may take to end before what is known of it is sent.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// Which session is waited for.
pub enum Awaited {
    /// The first that began since then and reaches Datadog.
    AnySince(Timestamp, Pushed),
    /// The one of this id.
    Session(String),
}

/// The session, once it is over or has been open for a minute. `None` where the time is up or
/// somebody stopped it.
pub async fn wait(
    walk: &Walk<'_>,
    gateway: &Gateway,
    awaited: &Awaited,
    wait: Option<Duration>,
) -> anyhow::Result<Option<Session>> {
    let mut cancel = walk.stage.parent.cancel();
    let until = wait.map(|wait| Instant::now() + wait);
    let progress = walk.ui().progress("the gateway");
    let mut began: Option<Instant> = None;
    loop {
        let session = look(gateway, awaited).await?;
        match &session {
            Some(session) if session.status == Status::Done => return Ok(Some(session.clone())),
            Some(session) => {
                let began = began.get_or_insert_with(Instant::now);
                if began.elapsed() >= ENDS_WITHIN {
                    walk.ui()
                        .status("  it is still open: what is known of it is sent");
                    return Ok(Some(session.clone()));
                }
                progress.set(&format!(
                    "session {} is open, waiting for its end",
                    session.id
                ));
            }
            None => progress.set("no session yet"),
        }
        if began.is_none() && until.is_some_and(|until| Instant::now() >= until) {
            return Ok(None);
        }
        tokio::select! {
            _ = cancel.wait_for(|stopped| *stopped) => return Ok(None),
            () = sleep(LOOK) => {}
        }
    }
}

async fn look(gateway: &Gateway, awaited: &Awaited) -> anyhow::Result<Option<Session>> {
    match awaited {
        Awaited::AnySince(since, pushed) => oldest_since(gateway, *since, pushed).await,
        Awaited::Session(id) => match gateway.session(id).await {
            // One that waits for its approval has not run.
            Ok(session) => Ok(Some(session).filter(|session| session.status != Status::Ready)),
            Err(GatewayError::NoSession { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        },
    }
}

async fn oldest_since(
    gateway: &Gateway,
    since: Timestamp,
    pushed: &Pushed,
) -> anyhow::Result<Option<Session>> {
    let query = SessionQuery {
        start: Some(since),
        ..SessionQuery::default()
    };
    let page = gateway.sessions(&query).await?;
    let is_meant = |row: &Session| row.start_date >= since && pushed.has(&row.connection.name);
    // One that waits for its approval has not run.
    let mut rows = page.rows.into_iter();
    Ok(rows.rfind(|row| is_meant(row) && row.status != Status::Ready))
}
