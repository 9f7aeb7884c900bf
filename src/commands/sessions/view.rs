//! The shapes that `-o json` promises for a session. Names are the gateway's; what ddctl adds is
//! `outcome`, `duration_s`, `url` and `datadog_url`.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::domain::session::{AiAnalysis, GuardrailHit, Review, Session};
use crate::domain::site::Site;

/// A session in a list.
#[derive(Serialize)]
pub struct SessionRow {
    pub id: String,
    pub user: String,
    pub user_id: String,
    pub user_name: String,
    pub identity_type: &'static str,
    pub machine_identity_id: Option<String>,
    pub connection: String,
    pub r#type: String,
    pub connection_subtype: String,
    pub resource_name: String,
    pub connection_tags: Map<String, Value>,
    pub verb: &'static str,
    pub status: &'static str,
    pub outcome: &'static str,
    pub exit_code: Option<i64>,
    pub start_date: Timestamp,
    pub end_date: Option<Timestamp>,
    pub duration_s: Option<f64>,
    pub event_size: u64,
    pub review_status: Option<&'static str>,
    pub correlation_id: Option<String>,
    pub session_batch_id: Option<String>,
    pub url: String,
}

/// One session whole.
#[derive(Serialize)]
pub struct SessionDetail {
    #[serde(flatten)]
    pub row: SessionRow,
    pub script: Option<String>,
    pub review: Option<ReviewView>,
    pub guardrails_info: Vec<GuardrailView>,
    pub ai_analysis: Option<AiAnalysisView>,
    pub metadata: Map<String, Value>,
    pub integrations_metadata: Map<String, Value>,
    pub truncated: bool,
    pub datadog_url: String,
}

/// A session's review.
#[derive(Serialize)]
pub struct ReviewView {
    pub id: String,
    pub r#type: String,
    pub status: &'static str,
    pub created_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub approvers: Vec<String>,
    pub access_request_rule_name: Option<String>,
    pub rejection_reason: Option<String>,
}

/// A guardrail that matched.
#[derive(Serialize)]
pub struct GuardrailView {
    pub rule_name: String,
    pub direction: String,
    pub matched_words: Vec<String>,
    pub message: Option<String>,
}

/// What the gateway's analysis said.
#[derive(Serialize)]
pub struct AiAnalysisView {
    pub risk_level: String,
    pub title: String,
    pub explanation: String,
    pub action: String,
}

impl SessionRow {
    pub fn of(session: &Session, url: String) -> Self {
        Self {
            id: session.id.clone(),
            user: session.identity.email.clone(),
            user_id: session.identity.id.clone(),
            user_name: session.identity.name.clone(),
            identity_type: session.identity.kind.as_str(),
            machine_identity_id: session.identity.machine_identity_id.clone(),
            connection: session.connection.name.clone(),
            r#type: session.connection.kind.clone(),
            connection_subtype: session.connection.subtype.clone(),
            resource_name: session.connection.resource_name.clone(),
            connection_tags: session.connection.tags.clone(),
            verb: session.verb.as_str(),
            status: session.status.as_str(),
            outcome: session.outcome().as_str(),
            exit_code: session.exit_code,
            start_date: session.start_date,
            end_date: session.end_date,
            duration_s: session
                .end_date
                .map(|end| end.duration_since(session.start_date).as_secs_f64()),
            event_size: session.event_size,
            review_status: session.review.as_ref().map(|review| review.status.as_str()),
            correlation_id: session.correlation_id.clone(),
            session_batch_id: session.session_batch_id.clone(),
            url,
        }
    }
}

impl SessionDetail {
    pub fn of(session: &Session, url: String, site: Site) -> Self {
        Self {
            script: session.script.clone(),
            review: session.review.as_ref().map(ReviewView::of),
            guardrails_info: session.guardrails.iter().map(GuardrailView::of).collect(),
            ai_analysis: session.ai_analysis.as_ref().map(AiAnalysisView::of),
            metadata: session.metadata.clone(),
            integrations_metadata: session.integrations_metadata.clone(),
            truncated: session.metrics.is_truncated,
            datadog_url: log_search_url(site, session),
            row: SessionRow::of(session, url),
        }
    }
}

impl ReviewView {
    fn of(review: &Review) -> Self {
        Self {
            id: review.id.clone(),
            r#type: review.kind.clone(),
            status: review.status.as_str(),
            created_at: review.created_at,
            decided_at: review.decided_at(),
            approvers: review
                .groups
                .iter()
                .filter_map(|group| group.reviewed_by.clone())
                .collect(),
            access_request_rule_name: review.access_request_rule_name.clone(),
            rejection_reason: review.rejection_reason.clone(),
        }
    }
}

impl GuardrailView {
    fn of(hit: &GuardrailHit) -> Self {
        Self {
            rule_name: hit.rule_name.clone(),
            direction: hit.direction.clone(),
            matched_words: hit.matched_words.clone(),
            message: hit.message.clone(),
        }
    }
}

impl AiAnalysisView {
    fn of(analysis: &AiAnalysis) -> Self {
        Self {
            risk_level: analysis.risk_level.clone(),
            title: analysis.title.clone(),
            explanation: analysis.explanation.clone(),
            action: analysis.action.clone(),
        }
    }
}

/// Datadog's log search for the events of one session, a day around its start. A restamped event
/// lies later; the page's own time picker widens the range.
pub fn log_search_url(site: Site, session: &Session) -> String {
    log_search_url_by(site, session, &format!("@session.id:{}", session.id))
}

/// The same by another query.
pub fn log_search_url_by(site: Site, session: &Session, query: &str) -> String {
    const DAY_MS: i64 = 86_400_000;
    let start = session.start_date.as_millisecond();
    let end = session.end_date.map_or(start, |end| end.as_millisecond());
    let parameters = [
        ("query", query.to_owned()),
        ("from_ts", (start - DAY_MS).to_string()),
        ("to_ts", (end + DAY_MS).to_string()),
        ("live", "false".to_owned()),
    ];
    let base = format!("{}/logs", site.app_url());
    Url::parse_with_params(&base, parameters)
        .map(String::from)
        .unwrap_or(base)
}
