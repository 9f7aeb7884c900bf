//! Events v1, `POST https://api.<site>/api/v1/events`.
//!
//! An access-session record fits neither category of the v2 intake (`change`, `alert`), so events
//! go this way. Limits by the v1 OpenAPI document.

use jiff::Timestamp;
use serde::Serialize;

use super::client::Datadog;
use super::draft::{Draft, Preview};
use super::error::DatadogError;
use super::operation::POST_EVENT;

/// The limits of an event, in characters, by the OpenAPI document.
pub mod event_limits {
    pub const TEXT: usize = 4_000;
    pub const AGGREGATION_KEY: usize = 100;
    /// The document names none; so long a one was taken when the client libraries were recorded.
    pub const TITLE: usize = 200;
    /// The document names none for v1; this is the intake's of v2.
    pub const TAG: usize = 200;
}

/// One event, within [`event_limits`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventV1 {
    pub title: String,
    pub text: String,
    /// Sent in whole seconds; at most 18 hours old.
    #[serde(serialize_with = "posix_seconds")]
    pub date_happened: Timestamp,
    pub alert_type: AlertType,
    pub priority: Priority,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    pub tags: Vec<String>,
    /// Without it Datadog tags the event `source:my_apps`.
    pub source_type_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertType {
    Error,
    Warning,
    Info,
    Success,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Normal,
    Low,
}

fn posix_seconds<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(at.as_second())
}

impl Datadog {
    /// Posts an event. Success is the status line: the body of a 2xx is not looked at, since a cut
    /// one would change nothing.
    pub async fn post_event(&self, event: &EventV1) -> Result<(), DatadogError> {
        self.ask(self.event_draft(event)?).await.map(drop)
    }

    /// What [`Datadog::post_event`] would send, without the body.
    pub fn preview_event(&self, event: &EventV1) -> Result<Preview, DatadogError> {
        Ok(self.event_draft(event)?.preview(self.endpoint()))
    }

    fn event_draft(&self, event: &EventV1) -> Result<Draft<'_>, DatadogError> {
        Ok(self.draft(&POST_EVENT)?.json(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::Meaning;
    use crate::datadog::testing::{Intake, Script, datadog_at};
    use crate::domain::site::Site;

    fn event() -> EventV1 {
        EventV1 {
            title: "session blocked".to_owned(),
            text: "by a guardrail".to_owned(),
            date_happened: "2026-08-01T12:00:00.9Z".parse().expect("a valid instant"),
            alert_type: AlertType::Warning,
            priority: Priority::Normal,
            aggregation_key: None,
            host: None,
            tags: vec!["env:prod".to_owned()],
            source_type_name: "hoop".to_owned(),
        }
    }

    #[tokio::test]
    async fn an_event_is_dated_in_whole_seconds_and_taken_whatever_the_answer_says() {
        let intake = Intake::start(vec![Script::json(202, "{")]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        datadog.post_event(&event()).await.expect("accepted");
        let sent: serde_json::Value =
            serde_json::from_slice(&intake.requests()[0].body).expect("JSON");
        assert_eq!(sent["date_happened"], 1_785_585_600);
        assert_eq!(sent["alert_type"], "warning");
        assert!(sent.get("host").is_none());
    }

    #[tokio::test]
    async fn an_event_too_old_is_refused_in_json_sent_as_plain_text() {
        let intake = Intake::start(vec![
            Script::json(400, r#"{"errors":["Event too far in the past"]}"#)
                .header("content-type", "text/plain; charset=utf-8"),
        ])
        .await;
        let error = datadog_at(&intake, Site::Us1)
            .post_event(&event())
            .await
            .expect_err("too old");
        assert_eq!(error.meaning(), Meaning::Poison);
        assert!(error.to_string().ends_with(": Event too far in the past"));
    }
}
