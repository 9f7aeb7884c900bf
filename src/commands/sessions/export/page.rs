//! What the page and the picture of a session say about it.

use sha2::{Digest, Sha256};
use url::Url;

use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::page::{About, Shown};
use crate::recording::{Event, Header, Kind, Recording};

/// A session's recording, ready to be shown. `received` is the recording as the gateway sent it.
pub fn shown(
    gateway: &Gateway,
    session: &Session,
    received: &[u8],
    events: Vec<Event>,
    redactor: Redactor,
) -> Shown {
    let header = Header::of_session(session);
    let about = About {
        session: Some(session.id.clone()),
        gateway: Url::parse(gateway.page_base()).ok(),
        page: Url::parse(&gateway.page_of(&session.id)).ok(),
        identity: Some(session.identity.label().to_owned()),
        connection: Some(format!(
            "{} ({})",
            session.connection.name,
            session.connection.full_type()
        )),
        outcome: Some(session.outcome().as_str().to_owned()),
        started: Some(session.start_date),
        remarks: remarks(session),
        ..About::new(
            header.title.clone().unwrap_or_default(),
            Kind::of_session(session, &events),
            Sha256::digest(received).into(),
        )
    };
    Shown::new(about, Recording { header, events }, redactor)
}

/// What makes the recording less than the session was.
fn remarks(session: &Session) -> Vec<String> {
    let mut remarks = Vec::new();
    if !session.is_done() {
        remarks.push("The session was not over: this is what the gateway had stored.".to_owned());
    }
    if session.metrics.is_truncated {
        remarks.push("The recording passed 110 MiB, and the gateway kept no more.".to_owned());
    }
    remarks
}
