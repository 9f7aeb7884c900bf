//! The routes under `/webhooks`: the gateway hands them to a self-hosted Svix and wraps its errors
//! (hoophq/hoop `gateway/api/webhooks/`; svix/svix-webhooks `4fc0cfb8`).
//!
//! Nothing is delivered: what a message owes an endpoint stays pending.

mod endpoints;
mod event_types;
mod messages;
mod refusal;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use endpoints::Endpoint;
pub use event_types::EventType;
pub use messages::Message;
use refusal::Refusal;

use super::answer::{self, Answer};
use super::routes::Route;
use crate::sandbox::http::Request;

/// What Svix holds for the organisation.
#[derive(Debug, Default)]
pub struct Svix {
    /// Made when the gateway's plugin is turned on; without it endpoints and messages are not found.
    pub has_application: bool,
    /// Oldest first.
    endpoints: Vec<Endpoint>,
    /// By name.
    event_types: BTreeMap<String, EventType>,
    /// Oldest first.
    messages: Vec<Message>,
    /// Ids given out so far.
    issued: u64,
    /// Answers that held a set, whose order is another each time.
    sets_shown: u64,
}

impl Svix {
    /// An id as Svix makes them: a prefix and 27 characters that sort by age.
    fn issue(&mut self, prefix: &str) -> String {
        self.issued += 1;
        format!("{prefix}_3MPX{:023}", self.issued)
    }

    fn application(&mut self) -> Result<&mut Self, Refusal> {
        match self.has_application {
            true => Ok(self),
            false => Err(Refusal::not_found()),
        }
    }
}

/// Answers a webhook route.
pub fn answer(svix: &mut Svix, route: Route<'_>, request: &Request, at: Timestamp) -> Answer {
    match route {
        Route::Endpoints => endpoints::list(svix),
        Route::Endpoint(id) => endpoints::get(svix, id),
        Route::CreateEndpoint => endpoints::create(svix, request, at),
        Route::ReplaceEndpoint(id) => endpoints::replace(svix, id, request, at),
        Route::DeleteEndpoint(id) => endpoints::delete(svix, id),
        Route::EventTypes => event_types::list(svix),
        Route::EventType(name) => event_types::get(svix, name),
        Route::CreateEventType => event_types::create(svix, request, at),
        Route::ReplaceEventType(name) => event_types::replace(svix, name, request, at),
        Route::DeleteEventType(name) => event_types::delete(svix, name),
        Route::Attempts => messages::attempts(svix, request),
        Route::Message(id) => messages::get(svix, id),
        Route::CreateMessage => messages::create(svix, request, at),
        Route::WebhooksDashboard => answer::refused(
            400,
            "dashboard is not available using self hosted Svix (webhook provider)",
        ),
        _ => Ok(answer::no_such_path()),
    }
}
