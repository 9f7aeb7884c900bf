//! Datadog under a key that can change while a run goes on.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::datadog_events::DatadogEvents;
use super::datadog_logs::DatadogLogs;
use super::llmobs::LlmObs;
use super::{IntakeKind, Sink};
use crate::datadog::{Datadog, EncodedBatch, Meaning};
use crate::delivery::answer::{Answer, Reason, Trouble};
use crate::delivery::batch::Limits;
use crate::delivery::compression::{Codec, encode};
use crate::delivery::entry::{Entry, Record};
use crate::delivery::map::llmobs::ml_app;
use crate::delivery::pipeline::Options;

/// Reads the key again where it came from, and makes a client of it.
pub trait Reread<C> {
    fn reread(&self) -> LocalBoxFuture<'_, Result<C, String>>;
}

/// One way to Datadog, whose key is read again while it is refused.
pub struct Account<'a> {
    kind: IntakeKind,
    current: RefCell<Rc<Datadog>>,
    /// The application that spans of LLM Observability are of.
    ml_app: Arc<str>,
    /// `None` where only a restart brings another key.
    reread: Option<Box<dyn Reread<Datadog> + 'a>>,
    /// For people: where the key came from, and what brings another.
    remedy: String,
}

impl<'a> Account<'a> {
    pub fn new(
        kind: IntakeKind,
        datadog: Datadog,
        reread: Option<Box<dyn Reread<Datadog> + 'a>>,
        remedy: String,
    ) -> Self {
        Self {
            kind,
            ml_app: ml_app("").into(),
            current: RefCell::new(Rc::new(datadog)),
            reread,
            remedy,
        }
    }

    /// Of LLM Observability, whose spans are of an application.
    pub fn of_application(self, ml_app: &str) -> Self {
        Self {
            ml_app: ml_app.into(),
            ..self
        }
    }

    pub fn kind(&self) -> IntakeKind {
        self.kind
    }

    /// Sends one log beside the pipeline: a sign of life, which is worth nothing later. It is small,
    /// and goes out as it is: an intake may not take the compression that a run begins with.
    pub async fn beat(&self, log: Map<String, Value>) -> Answer {
        let record = Record {
            id: String::new(),
            order_by: String::new(),
            timestamp: Timestamp::UNIX_EPOCH,
            body: log,
            number: None,
        };
        let limit = Limits::DATADOG_LOGS.entry_bytes;
        let (entry, _) = Entry::encode(record, limit).map_err(|_| Trouble {
            is_foreign: false,
            meaning: Meaning::Split,
            reason: Reason::Other,
            text: "a heartbeat is too long".to_owned(),
        })?;
        let entries = [entry];
        self.send(&entries, &encode(&entries, Codec::Identity))
            .await
    }

    /// `options` as the intake wants them.
    pub fn options(&self, options: Options) -> Options {
        match self.kind {
            IntakeKind::Logs => options,
            IntakeKind::Events => DatadogEvents::options(options),
            IntakeKind::LlmObs => LlmObs::options(options, &self.ml_app),
        }
    }

    /// As [`Account::options`], for a dry run, which shows several events at once.
    pub fn shown(&self, options: Options) -> Options {
        match self.kind {
            IntakeKind::Logs | IntakeKind::Events => options,
            IntakeKind::LlmObs => LlmObs::options(options, &self.ml_app),
        }
    }

    fn datadog(&self) -> Rc<Datadog> {
        Rc::clone(&self.current.borrow())
    }
}

impl Sink for Account<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.kind.name(), self.datadog().site())
    }

    async fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> Answer {
        let datadog = self.datadog();
        match self.kind {
            IntakeKind::Logs => DatadogLogs(&datadog).send(entries, batch).await,
            IntakeKind::Events => DatadogEvents(&datadog).send(entries, batch).await,
            IntakeKind::LlmObs => LlmObs(&datadog).send(entries, batch).await,
        }
    }

    async fn check(&self) -> Answer {
        let datadog = self.datadog();
        match self.kind {
            IntakeKind::Logs => DatadogLogs(&datadog).check().await,
            IntakeKind::Events => DatadogEvents(&datadog).check().await,
            IntakeKind::LlmObs => LlmObs(&datadog).check().await,
        }
    }

    /// A key is asked about before anything is sent under it.
    async fn renew(&self) -> Answer {
        if let Some(reread) = &self.reread {
            let datadog = reread.reread().await.map_err(|text| Trouble {
                is_foreign: false,
                meaning: Meaning::Pause,
                reason: Reason::Other,
                text,
            })?;
            self.current.replace(Rc::new(datadog));
        }
        self.datadog().validate().await?;
        self.check().await
    }

    fn remedy(&self) -> Option<&str> {
        Some(&self.remedy)
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.datadog().clock_offset()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::ready;

    use super::*;
    use crate::datadog::testing::{Intake, Script, datadog_at};
    use crate::delivery::answer::Taken;
    use crate::domain::site::Site;

    /// An empty file, then a key that is refused, then a good one.
    struct Keys<'i> {
        reads: Cell<usize>,
        refused: &'i Intake,
        good: &'i Intake,
    }

    impl Reread<Datadog> for Keys<'_> {
        fn reread(&self) -> LocalBoxFuture<'_, Result<Datadog, String>> {
            self.reads.set(self.reads.get() + 1);
            let read = match self.reads.get() {
                1 => Err("the file is empty".to_owned()),
                2 => Ok(datadog_at(self.refused, Site::Us1)),
                _ => Ok(datadog_at(self.good, Site::Us1)),
            };
            Box::pin(ready(read))
        }
    }

    #[tokio::test]
    async fn another_key_is_taken_from_where_the_first_came_from() {
        let valid = || Script::json(200, r#"{"valid":true}"#);
        let refused = Intake::start(vec![Script::status(403)]).await;
        let good = Intake::start(vec![valid(), Script::json(202, "{}")]).await;
        let keys = Keys {
            reads: Cell::new(0),
            refused: &refused,
            good: &good,
        };
        let first = datadog_at(&refused, Site::Us1);
        let account = Account::new(
            IntakeKind::Logs,
            first,
            Some(Box::new(keys)),
            "a file".to_owned(),
        );
        let trouble = account.renew().await.expect_err("no key");
        assert_eq!(trouble.text, "the file is empty");
        let trouble = account.renew().await.expect_err("a key that is refused");
        assert_eq!(trouble.meaning, Meaning::Pause);
        assert_eq!(account.renew().await, Ok(Taken::default()));
        let lines: Vec<String> = good.requests().iter().map(|one| one.line.clone()).collect();
        assert_eq!(lines, ["GET /api/v1/validate", "POST /api/v2/logs"]);
    }
}
