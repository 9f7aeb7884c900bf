//! Sessions: pages of them, one of them, one with its recording.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::client::{Answer, Call, Gateway};
use super::divider::Divider;
use super::error::GatewayError;
use super::wire::session::{SessionList, WireSession};
use crate::domain::session::{ReviewStatus, Session};

/// Rows of one page at most; the gateway gives no more whatever is asked.
pub const PAGE_LIMIT: u16 = 100;
/// The last offset that the gateway takes; with a page behind it 10,100 rows can be reached.
pub const MAX_OFFSET: u32 = 10_000;
/// The largest answer with a recording: 110 MiB of log as base64 in JSON, and room.
pub const RECORDING_LIMIT: usize = 256 << 20;
/// A recording may take longer than other answers.
const RECORDING_TIMEOUT: Duration = Duration::from_secs(600);

/// The gateway waits up to 50 s for a script's end.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(75);

/// A script that was run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Executed {
    pub session_id: String,
    /// It waits for an approval before it runs.
    #[serde(default)]
    pub has_review: bool,
}

/// Which sessions, and which page of them. Newest first, always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionQuery {
    /// Inclusive. The gateway cuts fractions of a second from both ends.
    pub start: Option<Timestamp>,
    /// Inclusive. Without a start the gateway would ignore it, so one is then sent.
    pub end: Option<Timestamp>,
    /// The subject, not the e-mail.
    pub user_id: Option<String>,
    /// The connection's whole name.
    pub connection: Option<String>,
    /// The **parent** type: `database`, not `postgres`.
    pub kind: Option<String>,
    pub review_status: Option<ReviewStatus>,
    /// E-mail of somebody in a review's groups.
    pub review_approver: Option<String>,
    pub batch_id: Option<String>,
    pub correlation_id: Option<String>,
    /// 1 to [`PAGE_LIMIT`].
    pub limit: u16,
    /// 0 to [`MAX_OFFSET`].
    pub offset: u32,
    pub count: CountMode,
}

impl Default for SessionQuery {
    /// The newest page of all sessions, uncounted.
    fn default() -> Self {
        Self {
            start: None,
            end: None,
            user_id: None,
            connection: None,
            kind: None,
            review_status: None,
            review_approver: None,
            batch_id: None,
            correlation_id: None,
            limit: PAGE_LIMIT,
            offset: 0,
            count: CountMode::None,
        }
    }
}

/// How much counting a list is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountMode {
    /// Nothing is counted; the cheapest.
    #[default]
    None,
    /// Counts to 10,000.
    Capped,
    Exact,
}

impl CountMode {
    fn as_str(self) -> &'static str {
        match self {
            CountMode::None => "none",
            CountMode::Capped => "capped",
            CountMode::Exact => "exact",
        }
    }
}

/// One page of sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPage {
    pub rows: Vec<Session>,
    /// `None` where it was not counted.
    pub total: Option<u64>,
    /// True when `total` is a lower bound.
    pub total_is_capped: bool,
    pub has_next_page: bool,
}

impl Gateway {
    /// `GET /sessions`: rows without script, analysis and parts of the review.
    pub async fn sessions(&self, query: &SessionQuery) -> Result<SessionPage, GatewayError> {
        let call = self.get_with(&["sessions"], &query.pairs());
        let answer = self.answer(call, crate::http::ANSWER_LIMIT).await?;
        let list: SessionList = answer.json()?;
        Ok(SessionPage {
            rows: list
                .data
                .into_iter()
                .map(WireSession::into_domain)
                .collect(),
            total: list.total,
            total_is_capped: list.total_is_capped,
            has_next_page: list.has_next_page,
        })
    }

    /// `POST /sessions`: runs a script on a connection, as a session of its own. It may still be
    /// running, or wait for an approval.
    ///
    /// # Errors
    ///
    /// `Forbidden` for an auditor's token.
    pub async fn run_script(
        &self,
        connection: &str,
        script: &str,
    ) -> Result<Executed, GatewayError> {
        let body = json!({"connection": connection, "script": script});
        let call = self.post(&["sessions"], &body).timeout(SCRIPT_TIMEOUT);
        self.read(call).await
    }

    /// `GET /sessions/{id}`: everything but the recording.
    ///
    /// # Errors
    ///
    /// `SessionId` where `id` is no UUID; `NoSession`; `Forbidden` where the token may not see it.
    pub async fn session(&self, id: &str) -> Result<Session, GatewayError> {
        let id = session_id(id)?;
        let call = self.get(&["sessions", &id]);
        let answer = self.answer(call, crate::http::ANSWER_LIMIT).await;
        let answer = answer.map_err(|error| of_session(error, id))?;
        Ok(answer.json::<WireSession>()?.into_domain())
    }

    /// `GET /sessions/{id}` with the recording: the raw `event_stream` array as received.
    ///
    /// The gateway leaves the array out where nothing was recorded, and where the token's owner
    /// may only review the session; both are `None` here. Errors as for [`Gateway::session`].
    pub async fn session_with_recording(
        &self,
        id: &str,
    ) -> Result<(Session, Option<Bytes>), GatewayError> {
        let expand = [("expand", "event_stream,session_input".to_owned())];
        let id = session_id(id)?;
        let call = self
            .get_with(&["sessions", &id], &expand)
            .timeout(RECORDING_TIMEOUT);
        let answer = self.answer(call, RECORDING_LIMIT).await;
        let answer = answer.map_err(|error| of_session(error, id))?;
        let wire: WireSession = answer.json()?;
        // A view into the answer: a large recording is not copied.
        let stream = wire
            .event_stream
            .map(|raw| answer.body.slice_ref(raw.get().as_bytes()));
        Ok((wire.into_domain(), stream))
    }

    /// As [`Gateway::session_with_recording`], and the array goes to `sink` as it comes in: memory
    /// does not grow with it. False where there is none: what the sink has then is of no use.
    ///
    /// # Errors
    ///
    /// Also `Spool` where the sink takes no more.
    pub async fn session_and_recording(
        &self,
        id: &str,
        sink: impl Write,
    ) -> Result<(Session, bool), GatewayError> {
        let expand = [("expand", "event_stream,session_input".to_owned())];
        let id = session_id(id)?;
        let call = self
            .get_with(&["sessions", &id], &expand)
            .timeout(RECORDING_TIMEOUT);
        let answer = self.divided(call, sink).await;
        let (answer, is_recorded) = answer.map_err(|error| of_session(error, id))?;
        let wire: WireSession = answer.json()?;
        Ok((wire.into_domain(), is_recorded))
    }

    async fn divided(&self, call: Call, sink: impl Write) -> Result<(Answer, bool), GatewayError> {
        let spool = |error: io::Error| GatewayError::Spool {
            why: error.to_string(),
        };
        let mut incoming = self.incoming(call).await?;
        let mut divider = Divider::new(io::BufWriter::new(sink));
        while let Some(chunk) = incoming.response.chunk().await? {
            divider.push(&chunk).map_err(spool)?;
            let is_too_large = divider.held() > crate::http::ANSWER_LIMIT
                || divider.recorded() > RECORDING_LIMIT as u64;
            if is_too_large {
                return Err(incoming.too_large(RECORDING_LIMIT));
            }
        }
        let (rest, is_recorded) = divider.finish().map_err(spool)?;
        Ok((incoming.answer(rest.into()), is_recorded))
    }
}

/// What was not found below `/sessions/` is the session.
pub(super) fn of_session(error: GatewayError, id: String) -> GatewayError {
    match error {
        GatewayError::NotFound { .. } => GatewayError::NoSession { id },
        error => error,
    }
}

/// A session's id as the gateway spells it. Checked here, since it answers 500 to anything else.
pub fn session_id(given: &str) -> Result<String, GatewayError> {
    match Uuid::try_parse(given.trim()) {
        Ok(id) => Ok(id.hyphenated().to_string()),
        Err(_) => Err(GatewayError::SessionId {
            given: given.trim().to_owned(),
        }),
    }
}

impl SessionQuery {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let start = match (self.start, self.end) {
            (None, Some(_)) => Some(Timestamp::UNIX_EPOCH),
            (start, _) => start,
        };
        let review_status = self.review_status.map(ReviewStatus::as_str);
        let optional = [
            ("start_date", start.map(whole_second)),
            ("end_date", self.end.map(whole_second)),
            ("user", self.user_id.as_deref().map(exactly)),
            ("connection", self.connection.as_deref().map(exactly)),
            ("type", self.kind.as_deref().map(exactly)),
            ("review.status", review_status.map(str::to_owned)),
            ("review.approver", self.review_approver.clone()),
            ("batch_id", self.batch_id.clone()),
            ("correlation_id", self.correlation_id.clone()),
        ];
        let paging = [
            ("limit", self.limit.to_string()),
            ("offset", self.offset.to_string()),
            ("count", self.count.as_str().to_owned()),
        ];
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .chain(paging)
            .collect()
    }
}

/// In UTC with `Z`: the gateway compares the digits and ignores an offset.
fn whole_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The gateway compares names with LIKE: what would be a wildcard is escaped.
fn exactly(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    const ID: &str = "a0000000-0000-4000-8000-000000000001";

    #[tokio::test]
    async fn a_query_is_written_as_the_gateway_reads_it() {
        let server = Server::answering([Reply::json(200, r#"{"data":[]}"#)]).await;
        let query = SessionQuery {
            start: "2026-08-20T07:00:00.75Z".parse().ok(),
            end: "2026-08-20T08:00:00Z".parse().ok(),
            connection: Some("prod_db%".to_owned()),
            review_status: Some(ReviewStatus::Pending),
            correlation_id: Some("task 1".to_owned()),
            ..SessionQuery::default()
        };
        server.gateway().sessions(&query).await.expect("a page");
        let asked = server.requests().remove(0);
        for (name, value) in [
            ("start_date", "2026-08-20T07:00:00Z"),
            ("end_date", "2026-08-20T08:00:00Z"),
            ("connection", r"prod\_db\%"),
            ("review.status", "PENDING"),
            ("correlation_id", "task 1"),
            ("limit", "100"),
            ("offset", "0"),
            ("count", "none"),
        ] {
            assert_eq!(asked.parameter(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(asked.parameter("user"), None);
    }

    #[tokio::test]
    async fn a_script_is_run_on_its_connection_and_may_wait_for_a_review() {
        let body =
            format!(r#"{{"session_id":"{ID}","has_review":true,"output":"","exit_code":0}}"#);
        let server = Server::answering([Reply::json(202, &body)]).await;
        let run = server.gateway().run_script("prod-db", "SELECT 1").await;
        let run = run.expect("an answer");
        assert_eq!((run.session_id.as_str(), run.has_review), (ID, true));
        let asked = server.requests().remove(0);
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", "/api/sessions")
        );
        let sent: serde_json::Value = serde_json::from_str(&asked.body).expect("json");
        assert_eq!(sent, json!({"connection": "prod-db", "script": "SELECT 1"}));
    }

    #[test]
    fn an_end_is_never_sent_without_a_start() {
        let query = SessionQuery {
            end: "2026-08-20T08:00:00Z".parse().ok(),
            ..SessionQuery::default()
        };
        assert!(
            query
                .pairs()
                .contains(&("start_date", "1970-01-01T00:00:00Z".to_owned()))
        );
    }

    #[tokio::test]
    async fn an_id_that_is_no_uuid_is_never_sent() {
        let server = Server::answering([]).await;
        for id in ["", "42", "../serverinfo", "a0000000-0000-4000-8000"] {
            assert!(matches!(
                server.gateway().session(id).await,
                Err(GatewayError::SessionId { .. })
            ));
        }
        assert!(server.requests().is_empty());
    }

    #[tokio::test]
    async fn a_recording_is_handed_on_as_received() {
        let stream = r#"[[0.011, "i","ZWNobw=="],[1,"o","aGVsbG8K"]]"#;
        let body = format!(
            r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00.25Z","script":{{"data":"echo"}},"event_stream":{stream},"status":"done"}}"#
        );
        let server = Server::answering([Reply::json(200, body)]).await;
        let (session, bytes) = server
            .gateway()
            .session_with_recording(&ID.to_ascii_uppercase())
            .await
            .expect("a session");
        assert_eq!(session.script.as_deref(), Some("echo"));
        assert_eq!(bytes.as_deref(), Some(stream.as_bytes()));
        let asked = server.requests().remove(0);
        assert!(asked.target.starts_with(&format!("/api/sessions/{ID}?")));
        assert_eq!(
            asked.parameter("expand").as_deref(),
            Some("event_stream,session_input")
        );
        assert_eq!(asked.parameter("event_stream"), None);
    }

    #[tokio::test]
    async fn a_recording_goes_to_a_sink_as_received() {
        let stream = format!(r#"[[0.011, "i","{}"]]"#, "Z".repeat(100_000));
        let body = format!(
            r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00.25Z","event_stream":{stream},"status":"done"}}"#
        );
        let none = format!(r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00Z"}}"#);
        let missing = Reply::json(404, r#"{"message":"not found"}"#);
        let server =
            Server::answering([Reply::json(200, body), Reply::json(200, none), missing]).await;
        let gateway = server.gateway();
        let mut sink = Vec::new();
        let (session, is_recorded) = gateway
            .session_and_recording(ID, &mut sink)
            .await
            .expect("a session");
        assert!(is_recorded && session.is_done());
        assert_eq!(sink, stream.as_bytes());
        let (_, is_recorded) = gateway
            .session_and_recording(ID, io::sink())
            .await
            .expect("a session");
        assert!(!is_recorded);
        let missing = gateway.session_and_recording(ID, io::sink()).await;
        assert_eq!(missing, Err(GatewayError::NoSession { id: ID.to_owned() }));
    }

    #[tokio::test]
    async fn a_session_that_is_not_there_is_named() {
        let missing = || Reply::json(404, r#"{"message":"not found"}"#);
        let server = Server::answering([missing(), missing()]).await;
        let gateway = server.gateway();
        let none = GatewayError::NoSession { id: ID.to_owned() };
        assert_eq!(gateway.session(ID).await, Err(none.clone()));
        assert_eq!(gateway.session_with_recording(ID).await, Err(none));
    }

    #[tokio::test]
    async fn a_recording_that_is_withheld_is_none() {
        let body = format!(r#"{{"id":"{ID}","start_date":"2026-08-20T10:00:00Z"}}"#);
        let server = Server::answering([Reply::json(200, body)]).await;
        let (_, bytes) = server
            .gateway()
            .session_with_recording(ID)
            .await
            .expect("a session");
        assert_eq!(bytes, None);
    }
}
