//! The routes under `/webhooks`: the gateway hands them to Svix by a client of 2023 that drops what
//! it does not know, and wraps Svix's errors (hoophq/hoop `gateway/api/webhooks/`; svix-go v1.13.0).

mod call;
mod endpoints;
mod event_types;
mod messages;

use super::answer::{self, Answer};
use super::routes::Route;
use crate::sandbox::http::Request;
use crate::sandbox::svix::SvixStandIn;
use call::Call;
pub use messages::{Message, send as send_message};

/// Answers a webhook route.
pub fn answer(svix: &SvixStandIn, route: Route<'_>, request: &Request) -> Answer {
    match route {
        Route::Endpoints => endpoints::list(svix),
        Route::Endpoint(id) => endpoints::get(svix, id),
        Route::CreateEndpoint => endpoints::create(svix, request),
        Route::ReplaceEndpoint(id) => endpoints::replace(svix, id, request),
        Route::DeleteEndpoint(id) => endpoints::delete(svix, id),
        Route::EventTypes => event_types::list(svix),
        Route::EventType(name) => event_types::get(svix, name),
        Route::CreateEventType => event_types::create(svix, request),
        Route::ReplaceEventType(name) => event_types::replace(svix, name, request),
        Route::DeleteEventType(name) => event_types::delete(svix, name),
        Route::Attempts => messages::attempts(svix, request),
        Route::Message(id) => messages::get(svix, id),
        Route::CreateMessage => messages::create(svix, request),
        Route::WebhooksDashboard => answer::refused(
            400,
            "dashboard is not available using self hosted Svix (webhook provider)",
        ),
        _ => Ok(answer::no_such_path()),
    }
}

/// What the gateway does when its plugin is turned on: an application for the organisation.
pub fn create_application(svix: &SvixStandIn, org_id: &str) -> Answer {
    let body = serde_json::json!({"name": &org_id[..8], "uid": org_id});
    Call::new("application-create", "")
        .post("app", body.to_string())
        .with("get_if_exists", "true")
        .send(svix)
        .map(|made| answer::json(201, &made))
}
