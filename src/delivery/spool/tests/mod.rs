//! What a spool promises, with its thread, its file and its damage.

mod crash;
mod damage;
mod model;
mod queue;
mod room;

use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::delivery::entry::Record;
use crate::delivery::state::Holder;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).expect("an instant")
}

fn holder() -> Holder {
    Holder::this("relay", at(0))
}

fn destination(name: &str, is_required: bool) -> Destination {
    Destination {
        name: name.to_owned(),
        is_required,
    }
}

fn to_logs() -> Vec<Destination> {
    vec![destination("logs", true)]
}

/// The disk of the machine that tests may be full.
const ROOMY: Limits = Limits {
    most: 2_000_000_000,
    free: 0,
};

fn spool(folder: &Path) -> Spool {
    Spool::open(folder, to_logs(), ROOMY, &holder()).expect("a spool")
}

fn arrival(message: &str) -> Arrival {
    Arrival {
        message: message.to_owned(),
        received: at(0),
        body: Packed::new(&Bytes::from(format!(r#"{{"id":"{message}"}}"#))),
    }
}

fn record(id: &str) -> Record {
    let Value::Object(body) = json!({"evt": {"id": id}}) else {
        unreachable!("an object was written");
    };
    Record {
        id: id.to_owned(),
        order_by: "session".to_owned(),
        timestamp: at(0),
        body,
        number: None,
    }
}

fn whole(id: &str) -> Offer {
    Offer::Whole(record(id))
}

fn partial(id: &str) -> Offer {
    Offer::Partial(record(id))
}

fn wanted(seconds: i64) -> Wanted {
    Wanted {
        now: at(seconds),
        untold_before: None,
        except: Vec::new(),
        most: 1_000,
    }
}

/// How many of `offers` were new.
async fn offer(spool: &Spool, offers: Vec<Offer>) -> usize {
    let added = spool.offer(offers, None).await.expect("taken");
    added.into_iter().filter(|one| *one != Added::No).count()
}

async fn rows(spool: &Spool) -> Vec<Waiting> {
    let due = spool.due(wanted(1_000_000)).await;
    due.expect("readable").0
}

async fn queued(spool: &Spool) -> Vec<Spooled> {
    spool.events(0, 1_000).await.expect("readable")
}

async fn ids(spool: &Spool) -> Vec<String> {
    queued(spool).await.into_iter().map(|one| one.id).collect()
}

async fn pass(spool: &Spool, destination: usize) {
    let numbers = queued(spool).await.into_iter().map(|one| one.number);
    let numbers = numbers.collect();
    spool.passed(destination, numbers).expect("remembered");
}
