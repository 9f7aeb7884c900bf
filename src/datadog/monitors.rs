//! Monitors, of which only the check of a definition is needed so far.

use serde_json::Value;

use super::client::Datadog;
use super::error::DatadogError;
use crate::http::Method;

const VALIDATE: &str = "/api/v1/monitor/validate";

impl Datadog {
    /// Asks whether Datadog would take `monitor` (the body of `POST /api/v1/monitor`).
    ///
    /// Needs both keys and the permission `monitors_read`.
    ///
    /// # Errors
    ///
    /// A definition that is not valid is a [`super::Refusal`] that means
    /// [`super::Meaning::Poison`]; its text is Datadog's own.
    pub async fn validate_monitor(&self, monitor: &Value) -> Result<(), DatadogError> {
        let draft = self
            .draft_with_both_keys(Method::POST, VALIDATE)?
            .json(monitor);
        self.ask(draft).await.map(drop)
    }
}

#[cfg(test)]
mod tests {

    use crate::datadog::Meaning;
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    #[tokio::test]
    async fn the_text_of_a_refused_definition_is_datadogs_own() {
        const TEXT: &str =
            "The value provided for parameter 'query' is invalid: invalid operator specified: ";
        let intake = Intake::start(vec![
            Script::json(200, "{}"),
            Script::json(400, &format!(r#"{{"errors":["{TEXT}"]}}"#)),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        let monitor = serde_json::json!({"type": "log alert", "query": "query"});
        assert_eq!(datadog.validate_monitor(&monitor).await, Ok(()));
        assert_eq!(intake.requests()[0].line, "POST /api/v1/monitor/validate");
        let error = datadog
            .validate_monitor(&monitor)
            .await
            .expect_err("a refused definition");
        assert_eq!(error.meaning(), Meaning::Poison);
        assert!(error.to_string().contains(TEXT.trim()), "{error}");
    }
}
