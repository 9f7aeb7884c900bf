//! The logs intake, `POST https://http-intake.logs.<site>/api/v2/logs`.

use bytes::Bytes;

use super::client::Datadog;
use super::draft::{Draft, Preview};
use super::error::DatadogError;
use super::operation::SEND_LOGS;
use crate::http::header;

/// The limits of the intake, by its OpenAPI document and docs.datadoghq.com/logs.
pub mod limits {
    use std::time::Duration;

    /// Uncompressed bytes of one request.
    pub const REQUEST_BYTES: usize = 5_000_000;
    /// Entries of one request.
    pub const REQUEST_ENTRIES: usize = 1_000;
    /// Bytes of one entry; a longer one is answered 2xx and cut without a word.
    pub const ENTRY_BYTES: usize = 1_000_000;
    /// An entry older than this is answered 202 and dropped without a word.
    pub const AGE: Duration = Duration::from_secs(18 * 3_600);
    /// So is, for all that is known, one further in the future.
    pub const AHEAD: Duration = Duration::from_secs(2 * 3_600);
}

/// A JSON array of entries, encoded as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedBatch {
    pub body: Bytes,
    /// The value of `Content-Encoding`; `None` for plain JSON. The OpenAPI document names gzip and
    /// deflate; zstd is what the Agent and Vector send.
    pub content_encoding: Option<&'static str>,
    /// Entries in the array.
    pub events: usize,
    /// Bytes before compression.
    pub raw_bytes: usize,
    /// SHA-256 of those bytes.
    pub sha256: [u8; 32],
}

impl Datadog {
    /// Sends a batch, and returns the status it was taken with. Success is the status line: the
    /// body of a 2xx is not looked at, since a cut one would change nothing.
    pub async fn send_logs(&self, batch: &EncodedBatch) -> Result<u16, DatadogError> {
        Ok(self.ask(self.logs_draft(batch)?).await?.status())
    }

    /// Sends the empty object, the Agent's connectivity check (DataDog/datadog-agent
    /// `pkg/logs/client/http/destination.go`): is anything taken with these settings?
    /// A page of HTML is of a proxy or a portal, whatever its status.
    pub async fn check_logs(&self) -> Result<(), DatadogError> {
        let draft = self
            .draft(&SEND_LOGS)?
            .body("application/json", Bytes::from_static(b"{}"));
        self.ask(draft).await?.no_page().await
    }

    /// What [`Datadog::send_logs`] would send, without the body.
    pub fn preview_logs(&self, batch: &EncodedBatch) -> Result<Preview, DatadogError> {
        Ok(self.logs_draft(batch)?.preview(self.endpoint()))
    }

    fn logs_draft(&self, batch: &EncodedBatch) -> Result<Draft<'_>, DatadogError> {
        let draft = self
            .draft(&SEND_LOGS)?
            .body("application/json", batch.body.clone());
        Ok(match batch.content_encoding {
            Some(encoding) => draft.header(header::CONTENT_ENCODING, encoding),
            None => draft,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::Meaning;
    use crate::datadog::testing::{API_KEY, Intake, Script, datadog_at};
    use crate::domain::site::Site;

    fn batch() -> EncodedBatch {
        EncodedBatch {
            body: Bytes::from_static(br#"[{"message":"x"}]"#),
            content_encoding: Some("gzip"),
            events: 1,
            raw_bytes: 17,
            sha256: [0; 32],
        }
    }

    #[tokio::test]
    async fn a_batch_goes_to_the_intake_of_the_site() {
        let intake = Intake::start(vec![Script::json(202, "{}")]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        assert_eq!(datadog.send_logs(&batch()).await, Ok(202));
        let request = &intake.requests()[0];
        assert_eq!(request.line, "POST /api/v2/logs");
        assert_eq!(
            request.header("host"),
            Some("http-intake.logs.datadoghq.com")
        );
        assert_eq!(request.header("content-encoding"), Some("gzip"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.body, batch().body);
    }

    #[tokio::test]
    async fn a_page_in_the_intakes_place_is_no_intake() {
        let page = Script::json(200, "<html><title>Sign in</title>");
        let intake = Intake::start(vec![page, Script::json(202, "{}")]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        let error = datadog.check_logs().await.expect_err("a page");
        assert_eq!(error.meaning(), Meaning::NotAnIntake);
        assert!(error.to_string().contains("Sign in"), "{error}");
        assert_eq!(datadog.check_logs().await, Ok(()));
    }

    #[tokio::test]
    async fn a_body_cut_after_a_202_changes_nothing() {
        let intake = Intake::start(vec![Script::Raw(
            b"HTTP/1.1 202 Accepted\r\ncontent-length: 4000\r\n\r\n{".to_vec(),
        )])
        .await;
        let datadog = datadog_at(&intake, Site::Us1);
        assert_eq!(datadog.send_logs(&batch()).await, Ok(202));
    }

    #[tokio::test]
    async fn a_connection_that_breaks_before_the_answer_may_be_tried_again() {
        let intake = Intake::start(vec![Script::Reset { stored: true }]).await;
        let datadog = datadog_at(&intake, Site::Us1);
        let error = datadog.send_logs(&batch()).await.expect_err("no answer");
        assert_eq!(error.meaning(), Meaning::Retry { after: None });
        assert!(intake.requests()[0].stored);
    }

    #[tokio::test]
    async fn a_redirect_is_never_followed() {
        let other = Intake::start(Vec::new()).await;
        let to = format!("{}elsewhere?secret=1", other.url());
        let intake = Intake::start(vec![
            Script::status(307).header("location", &to),
            Script::status(302).header("location", "/login"),
        ])
        .await;
        let datadog = datadog_at(&intake, Site::Us1);
        let error = datadog.send_logs(&batch()).await.expect_err("a redirect");
        assert_eq!(error.meaning(), Meaning::NotAnIntake);
        assert!(
            error.to_string().contains("redirect to 127.0.0.1"),
            "{error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
        let error = datadog.send_logs(&batch()).await.expect_err("a redirect");
        assert!(error.to_string().contains("another address"), "{error}");
        assert!(other.requests().is_empty(), "the key reached another host");
    }

    #[tokio::test]
    async fn the_clock_of_datadog_is_read_from_its_answers() {
        let intake = Intake::start(vec![
            Script::json(202, "{}").header("date", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ])
        .await;
        let datadog = datadog_at(&intake, Site::Us1);
        assert_eq!(datadog.clock_offset(), None);
        datadog.send_logs(&batch()).await.expect("accepted");
        let offset = datadog.clock_offset().expect("a date was sent");
        assert!(offset.as_secs() > 365 * 86_400, "{offset}");
    }

    #[test]
    fn a_preview_shows_the_real_request_with_the_key_masked() {
        let http = std::sync::Arc::new(crate::http::Client::new(Default::default()));
        let datadog = Datadog::new(
            http,
            crate::datadog::Endpoint::new(Site::Us1),
            crate::domain::secret::Secret::new(API_KEY),
            None,
        )
        .expect("a key of the right shape");
        let preview = datadog.preview_logs(&batch()).expect("an API key");
        assert_eq!(
            preview.to_string(),
            "POST /api/v2/logs\n\
             host: http-intake.logs.datadoghq.com\n\
             dd-api-key: ****cdef\n\
             content-type: application/json\n\
             content-encoding: gzip\n"
        );
        assert_eq!(preview.connects_to, None);
    }
}
