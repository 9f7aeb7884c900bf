//! What list rows lack, from the single session: script, analysis, the review's rule, and the
//! first statements of a native database session.

use std::sync::Arc;

use super::contents::{Contents, ReadRecording};
use super::error::SourceError;
use super::events::{EventContext, events_with};

use super::retry::{Backoff, retrying};
use super::throttle::Throttle;
use crate::domain::event::SessionEvent;
use crate::domain::session::Session;
use crate::gateway::{Gateway, GatewayError};

/// A session with all that the gateway says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Completed {
    pub session: Arc<Session>,
    /// What was read of its recording.
    pub recorded: Contents,
    /// True where the gateway would not give the single session, and the row had to do.
    pub is_incomplete: bool,
}

impl Completed {
    /// The session's events, with the statements, marked where it is incomplete.
    pub fn events(&self, context: &EventContext) -> Vec<SessionEvent> {
        events_with(&self.session, &self.recorded, self.is_incomplete, context)
    }
}

/// Asks for single sessions: no more at once than the gateway can bear.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    pub gateway: &'a Gateway,
    pub throttle: &'a Throttle,
    /// How long a failure is taken for one that passes.
    pub patience: fn() -> Backoff,
}

impl Asker<'_> {
    async fn ask<T>(
        &self,
        mut ask: impl AsyncFnMut(&Gateway) -> Result<T, GatewayError>,
    ) -> Result<T, SourceError> {
        retrying((self.patience)(), async || {
            let turn = self.throttle.turn().await;
            let answer = ask(self.gateway).await;
            turn.note(&answer);
            answer
        })
        .await
    }
}

/// Completes a list row. `reading` reads recordings.
///
/// # Errors
///
/// What cannot be had for this one session (403, 404, an answer that cannot be read) leaves it
/// incomplete; what concerns every session is an error.
pub(super) async fn completed(
    asker: &Asker<'_>,
    row: Session,
    reading: &impl ReadRecording,
) -> Result<Completed, SourceError> {
    let asked = match reading.wants(&row) {
        true => with_recording(asker, &row, reading).await,
        false => {
            let session = asker.ask(async |gateway| gateway.session(&row.id).await);
            session.await.map(|session| (session, Contents::default()))
        }
    };
    match asked {
        Ok((session, recorded)) => Ok(Completed {
            session: Arc::new(session),
            recorded,
            is_incomplete: false,
        }),
        Err(error) if concerns_one_session(&error) => {
            tracing::warn!(session = %row.id, %error, "the session goes out incomplete");
            Ok(Completed {
                session: Arc::new(row),
                recorded: Contents::default(),
                is_incomplete: true,
            })
        }
        Err(error) => Err(error),
    }
}

/// One session by its id, complete.
pub(super) async fn single(
    asker: &Asker<'_>,
    id: &str,
    reading: &impl ReadRecording,
) -> Result<Completed, SourceError> {
    let session = asker.ask(async |gateway| gateway.session(id).await).await?;
    match reading.wants(&session) {
        true => completed(asker, session, reading).await,
        false => Ok(Completed {
            session: Arc::new(session),
            recorded: Contents::default(),
            is_incomplete: false,
        }),
    }
}

async fn with_recording(
    asker: &Asker<'_>,
    row: &Session,
    reading: &impl ReadRecording,
) -> Result<(Session, Contents), SourceError> {
    let asked = asker.ask(async |gateway| gateway.session_with_recording(&row.id).await);
    let (session, recording) = asked.await?;
    let recorded = recording.map(|bytes| reading.read(&session, &bytes));
    Ok((session, recorded.unwrap_or_default()))
}

pub(super) fn concerns_one_session(error: &SourceError) -> bool {
    matches!(
        error,
        SourceError::Gateway(
            GatewayError::Forbidden { .. }
                | GatewayError::NoSession { .. }
                | GatewayError::Malformed { .. }
                | GatewayError::SessionId { .. }
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Verb;
    use crate::gateway::testing::{Reply, Server};
    use crate::sources::contents::{RECORDING_LIMIT, has_statements};
    use crate::sources::testing::{no_statements, session};

    const ID: &str = "a0000000-0000-4000-8000-000000000001";

    fn asker<'a>(gateway: &'a Gateway, throttle: &'a Throttle) -> Asker<'a> {
        Asker {
            gateway,
            throttle,
            patience: Backoff::patient,
        }
    }

    #[tokio::test]
    async fn script_and_analysis_come_from_the_single_session() {
        let body = format!(
            r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00Z","user_id":"s","script":{{"data":"select 1"}},
            "ai_analysis":{{"risk_level":"low","title":"t","explanation":"e","action":"allow_execution"}}}}"#
        );
        let server = Server::answering([Reply::json(200, body)]).await;
        let completed = completed(
            &asker(&server.gateway(), &Throttle::new(1)),
            session(|_| ()),
            &no_statements,
        )
        .await
        .expect("a session");
        assert_eq!(completed.session.script.as_deref(), Some("select 1"));
        assert!(completed.session.ai_analysis.is_some() && !completed.is_incomplete);
        assert_eq!(server.requests()[0].target, format!("/api/sessions/{ID}"));
    }

    #[tokio::test]
    async fn a_native_database_session_brings_its_statements() {
        let body = format!(
            r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00Z","verb":"connect","event_stream":[[1,"i","UQ=="]]}}"#
        );
        let server = Server::answering([Reply::json(200, body)]).await;
        let row = session(|session| session.verb = Verb::Connect);
        let read = |_: &Session, bytes: &[u8]| Some(format!("{} bytes", bytes.len()));
        let completed = completed(&asker(&server.gateway(), &Throttle::new(1)), row, &read)
            .await
            .expect("a session");
        assert_eq!(completed.recorded.statements.as_deref(), Some("16 bytes"));
        assert_eq!(server.requests().len(), 1);
    }

    #[tokio::test]
    async fn no_recording_is_fetched_where_it_holds_no_statements() {
        let is_fetched = |change: fn(&mut Session)| {
            let row = session(|session| {
                session.verb = Verb::Connect;
                change(session);
            });
            has_statements(&row)
        };
        assert!(is_fetched(|_| ()));
        assert!(!is_fetched(|session| session.verb = Verb::Exec));
        assert!(!is_fetched(
            |session| session.connection.kind = "custom".to_owned()
        ));
        assert!(!is_fetched(
            |session| session.status = crate::domain::session::Status::Open
        ));
        assert!(!is_fetched(|session| session.event_size = 0));
        assert!(!is_fetched(
            |session| session.event_size = RECORDING_LIMIT + 1
        ));
    }

    #[tokio::test]
    async fn a_session_that_is_withheld_goes_out_incomplete() {
        for reply in [
            Reply::json(
                403,
                r#"{"message":"user is not allowed to access this session"}"#,
            ),
            Reply::json(404, r#"{"message":"not found"}"#),
            Reply::json(200, "[]"),
        ] {
            let server = Server::answering([reply]).await;
            let completed = completed(
                &asker(&server.gateway(), &Throttle::new(1)),
                session(|_| ()),
                &no_statements,
            )
            .await
            .expect("the row does");
            let events = completed.events(&EventContext::default());
            assert!(!events.is_empty() && events.iter().all(|event| event.is_incomplete));
        }
    }

    #[tokio::test]
    async fn a_token_that_is_refused_ends_it() {
        let server = Server::answering([Reply::json(401, r#"{"message":"access denied"}"#)]).await;
        let error = completed(
            &asker(&server.gateway(), &Throttle::new(1)),
            session(|_| ()),
            &no_statements,
        )
        .await
        .expect_err("refused");
        assert!(matches!(
            error.gateway(),
            Some(GatewayError::Unauthorized { .. })
        ));
    }
}
