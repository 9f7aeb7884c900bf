//! Any receiver of OTLP as a sink: Datadog's own intake under a key, an Agent or a collector
//! without one.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::Value;

use super::Sink;
use super::account::Reread;
use crate::datadog::{Datadog, EncodedBatch, Meaning};
use crate::delivery::answer::{Answer, Reason, Taken, Trouble};
use crate::delivery::batch::Limits;
use crate::delivery::compression::Codec;
use crate::delivery::entry::Entry;
use crate::delivery::envelope::Envelope;
use crate::delivery::pipeline::Options;
use crate::domain::unseen::spelled;
use crate::otlp::Exporter;

/// A sender under Datadog's key, and the client that can say whether the key is good.
#[derive(Debug)]
pub struct Keyed {
    pub exporter: Exporter,
    pub datadog: Datadog,
}

/// What sends, with or without a key.
enum Sender {
    Open(Exporter),
    Keyed(Box<Keyed>),
}

impl Sender {
    fn exporter(&self) -> &Exporter {
        match self {
            Sender::Open(exporter) => exporter,
            Sender::Keyed(keyed) => &keyed.exporter,
        }
    }
}

/// One receiver.
pub struct Receiver<'a> {
    name: String,
    sender: RefCell<Rc<Sender>>,
    /// `None` where there is no key, or only a restart brings another one.
    reread: Option<Box<dyn Reread<Keyed> + 'a>>,
    remedy: Option<String>,
}

impl<'a> Receiver<'a> {
    /// A receiver that takes spans of anybody. `name` is for messages and the dead-letter file.
    pub fn open(name: String, exporter: Exporter) -> Self {
        Self {
            name,
            sender: RefCell::new(Rc::new(Sender::Open(exporter))),
            reread: None,
            remedy: None,
        }
    }

    /// Datadog's intake. `remedy` says where the key came from, and what brings another.
    pub fn keyed(
        name: String,
        keyed: Keyed,
        reread: Option<Box<dyn Reread<Keyed> + 'a>>,
        remedy: String,
    ) -> Self {
        Self {
            name,
            sender: RefCell::new(Rc::new(Sender::Keyed(Box::new(keyed)))),
            reread,
            remedy: Some(remedy),
        }
    }

    /// `options` as a receiver wants them. Not every one knows zstd; none is known to refuse a span
    /// by its age.
    pub fn options(options: Options) -> Options {
        Options {
            limits: Limits::SPANS,
            codec: match options.codec {
                Codec::Zstd | Codec::Gzip => Codec::Gzip,
                Codec::Identity => Codec::Identity,
            },
            late: None,
            envelope: Envelope::Otlp,
            ..options
        }
    }

    fn sender(&self) -> Rc<Sender> {
        Rc::clone(&self.sender.borrow())
    }
}

impl Sink for Receiver<'_> {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn send(&self, _: &[Entry], batch: &EncodedBatch) -> Answer {
        let sender = self.sender();
        let sent = sender.exporter();
        let taken = sent.post(batch.body.clone(), batch.content_encoding);
        Ok(taken.await?.into())
    }

    /// A request without spans, which a receiver answers with success (opentelemetry-proto,
    /// specification 1.11, "OTLP/HTTP Response").
    async fn check(&self) -> Answer {
        let sender = self.sender();
        Ok(sender.exporter().post(Bytes::new(), None).await?.into())
    }

    /// A key is asked about before anything is sent under it.
    async fn renew(&self) -> Answer {
        if let Some(reread) = &self.reread {
            let keyed = reread.reread().await.map_err(|text| Trouble {
                is_foreign: false,
                meaning: Meaning::Pause,
                reason: Reason::Other,
                text,
            })?;
            let keyed = Sender::Keyed(Box::new(keyed));
            self.sender.replace(Rc::new(keyed));
        }
        if let Sender::Keyed(keyed) = &*self.sender() {
            keyed.datadog.validate().await?;
        }
        self.check().await
    }

    fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}

/// Shows what would be sent to a receiver, and sends nothing.
pub struct ShownSpans<'a, F> {
    name: String,
    exporter: &'a Exporter,
    show: RefCell<F>,
}

impl<'a, F: FnMut(&str)> ShownSpans<'a, F> {
    /// `show` is called once a request, with the request's text.
    pub fn new(name: String, exporter: &'a Exporter, show: F) -> Self {
        Self {
            name,
            exporter,
            show: RefCell::new(show),
        }
    }
}

impl<F: FnMut(&str)> Sink for ShownSpans<'_, F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> Answer {
        let mut text = self.exporter.preview(batch.content_encoding);
        // Writing into a string does not fail; so below.
        let _ = writeln!(
            text,
            "# {} spans, {} bytes of protobuf, {} as sent; as JSON:\n",
            batch.events,
            batch.raw_bytes,
            batch.body.len()
        );
        let bodies: Vec<Value> = entries
            .iter()
            .map(|entry| Value::Object(entry.body()))
            .collect();
        let body = serde_json::json!({ "resourceSpans": bodies });
        let _ = writeln!(text, "{}", spelled(format!("{body:#}")));
        (self.show.borrow_mut())(&text);
        Ok(Taken::default())
    }

    async fn check(&self) -> Answer {
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}
