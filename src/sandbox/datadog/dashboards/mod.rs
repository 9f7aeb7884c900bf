//! Dashboards: made, read, replaced, deleted, listed.
//!
//! Answers and refusals as recorded (`v1/dashboards`, `v1/go`); what a dashboard may hold is in
//! [`definition`].

mod definition;
mod names;
mod store;

use serde_json::{Map, Value, json};

use super::DatadogStandIn;
use super::body;
use super::guard::Call;
use super::instant::with_micros;
use super::refusal::errors;
use super::route::DashboardCall;
use crate::sandbox::http::{Reply, Request};
use definition::Definition;
use store::Dashboard;
pub use store::DashboardStore;

/// Dashboards a page of the list holds unless told (OpenAPI v1).
const DEFAULT_COUNT: usize = 100;
const AUTHOR: &str = "sandbox@example.com";

/// Why a call on dashboards is refused.
enum Refused {
    Invalid(String),
    NotFound(String),
    Full,
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Refused::Invalid(why)
    }
}

impl Refused {
    fn into_reply(self) -> Reply {
        match self {
            Refused::Invalid(why) => errors(400, &why),
            Refused::NotFound(id) => errors(404, &format!("Dashboard with ID {id} not found")),
            Refused::Full => errors(400, "the sandbox keeps no more dashboards"),
        }
    }
}

type Answered = Result<Reply, Refused>;

impl DatadogStandIn {
    pub(super) fn dashboard(&self, asked: &DashboardCall, call: &Call<'_>) -> Reply {
        let answered = match asked {
            DashboardCall::List => self.list_dashboards(call),
            DashboardCall::Create => self.create_dashboard(call),
            DashboardCall::Read(id) => self.read_dashboard(id),
            DashboardCall::Update(id) => self.update_dashboard(id, call),
            DashboardCall::Delete(id) => self.delete_dashboard(id),
        };
        answered.unwrap_or_else(Refused::into_reply)
    }

    fn list_dashboards(&self, call: &Call<'_>) -> Answered {
        let start = number(call.request, "start", 0)?;
        let count = number(call.request, "count", DEFAULT_COUNT)?;
        // None is shared and none that was deleted can be had back.
        let asks = |name: &str| call.request.parameter(name) == Some("true");
        let others = asks("filter[shared]") || asks("filter[deleted]");
        let dashboards = self.dashboards.lock();
        let page = dashboards.all().filter(|_| !others);
        let page: Vec<Value> = page.skip(start).take(count).map(summary).collect();
        Ok(line(&json!({ "dashboards": page })))
    }

    fn create_dashboard(&self, call: &Call<'_>) -> Answered {
        let definition = Definition::read(body::object(call.visit)?)?;
        let mut dashboards = self.dashboards.lock();
        let made = dashboards.create(definition, call.visit.now);
        Ok(line(&whole(made.ok_or(Refused::Full)?)))
    }

    fn read_dashboard(&self, id: &str) -> Answered {
        let dashboards = self.dashboards.lock();
        let found = dashboards.get(id).ok_or_else(|| not_found(id))?;
        Ok(line(&whole(found)))
    }

    /// Replaces it whole; its id and the time it was made stay.
    fn update_dashboard(&self, id: &str, call: &Call<'_>) -> Answered {
        let mut dashboards = self.dashboards.lock();
        let found = dashboards.get(id).is_some();
        if !found {
            return Err(not_found(id));
        }
        let definition = Definition::read(body::object(call.visit)?)?;
        let replaced = dashboards.replace(id, definition, call.visit.now);
        Ok(line(&whole(replaced.ok_or_else(|| not_found(id))?)))
    }

    fn delete_dashboard(&self, id: &str) -> Answered {
        match self.dashboards.lock().remove(id) {
            true => Ok(line(&json!({ "deleted_dashboard_id": id }))),
            false => Err(not_found(id)),
        }
    }
}

fn not_found(id: &str) -> Refused {
    Refused::NotFound(id.to_owned())
}

fn number(request: &Request, name: &str, default: usize) -> Result<usize, Refused> {
    match request.parameter(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| {
            Refused::Invalid(format!(
                "The value provided for parameter '{name}' is invalid"
            ))
        }),
    }
}

/// A dashboard as it is answered to who makes, reads or replaces it: with the keys of the newest
/// recordings. What was not given and has no default is null or left out, as recorded.
fn whole(dashboard: &Dashboard) -> Value {
    let definition = &dashboard.definition;
    let given = |name: &str| definition.field(name).clone();
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", dashboard.id.clone().into());
    put("title", given("title"));
    put("description", given("description"));
    put("author_handle", AUTHOR.into());
    put("author_name", "Sandbox".into());
    put("layout_type", given("layout_type"));
    put("url", dashboard.url().into());
    put("template_variables", given("template_variables"));
    put("widgets", given("widgets"));
    put("notify_list", given("notify_list"));
    put("created_at", with_micros(dashboard.created).into());
    put("modified_at", with_micros(dashboard.modified).into());
    for name in definition::SHOWN_WHERE_GIVEN {
        if !given(name).is_null() {
            put(name, given(name));
        }
    }
    let roles = Some(given("restricted_roles")).filter(|roles| !roles.is_null());
    put("restricted_roles", roles.unwrap_or_else(|| json!([])));
    shown.into()
}

/// A dashboard in the list.
fn summary(dashboard: &Dashboard) -> Value {
    let definition = &dashboard.definition;
    json!({
        "id": dashboard.id,
        "title": definition.field("title"),
        "description": definition.field("description"),
        "layout_type": definition.field("layout_type"),
        "url": dashboard.url(),
        "is_read_only": false,
        "created_at": with_micros(dashboard.created),
        "modified_at": with_micros(dashboard.modified),
        "author_handle": AUTHOR,
        "deleted_at": null,
    })
}

fn line(value: &Value) -> Reply {
    Reply::text(200, "application/json", format!("{value}\n"))
}
