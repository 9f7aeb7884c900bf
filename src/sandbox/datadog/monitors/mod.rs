//! Monitors: made, read, changed, deleted, validated, found.
//!
//! Behaviour as recorded (`v1/monitors`, `v1/go`) and as the OpenAPI document says. Log alerts are
//! held against the logs; monitors of every other type are taken, checked as far as
//! [`grammar`] reads them, and stay without data.

mod definition;
mod deletion;
mod grammar;
mod listing;
mod members;
mod search;
mod shown;
mod state;
mod store;

use std::sync::MutexGuard;

use serde_json::{Map, Value, json};

use super::DatadogStandIn;
use super::body;
use super::guard::Call;
use super::refusal::errors;
use super::route::MonitorCall;
use crate::sandbox::http::Reply;
use definition::Definition;
use listing::{Listing, words};
use shown::{Answering, shown};
use state::{Clock, Status};
pub use store::MonitorStore;
use store::{Monitor, Monitors};

/// Why a call on monitors is refused.
enum Refused {
    Invalid(String),
    NotFound,
    Scope(super::keys::KeyRefused),
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
            Refused::NotFound => errors(404, "Monitor not found"),
            Refused::Scope(refused) => refused.into_reply(),
            Refused::Full => errors(400, "the sandbox keeps no more monitors"),
        }
    }
}

type Answered = Result<Reply, Refused>;

impl DatadogStandIn {
    pub(super) fn monitor(&self, asked: &MonitorCall, call: &Call<'_>) -> Reply {
        let answered = match asked {
            MonitorCall::List => self.list_monitors(call),
            MonitorCall::Create => self.create_monitor(call),
            MonitorCall::Read(id) => self.read_monitor(id, call),
            MonitorCall::Update(id) => self.update_monitor(id, call),
            MonitorCall::Delete(id) => self.delete_monitor(id, call),
            MonitorCall::Validate => self.validate_monitor(call),
            MonitorCall::ValidateChange(id) => self.validate_monitor_change(id, call),
            MonitorCall::CanDelete => self.can_delete_monitors(call),
            MonitorCall::Search => self.search_monitors(call),
            MonitorCall::SearchGroups => self.search_monitor_groups(call),
        };
        answered.unwrap_or_else(Refused::into_reply)
    }

    /// The monitors, each in the state it has by now.
    fn monitors(&self, call: &Call<'_>) -> MutexGuard<'_, Monitors> {
        let (now, arrived) = (call.visit.now, call.visit.arrived);
        let clock = Clock {
            now: arrived.as_millisecond(),
            shift: now.as_millisecond() - arrived.as_millisecond(),
            interval: self.evaluation_interval,
        };
        let mut monitors = self.monitors.lock();
        monitors.catch_up(&self.logs, self.index_delay, clock);
        monitors
    }

    fn list_monitors(&self, call: &Call<'_>) -> Answered {
        let states = group_states(call)?;
        let listing = Listing::of(call.request)?;
        let monitors = self.monitors(call);
        let page = listing.page(&monitors).map(|monitor| {
            let mut shown = shown(monitor, Answering::Read { with_assets: false });
            shown.insert("matching_downtimes".to_owned(), json!([]));
            add_groups(&mut shown, monitor, &states);
            Value::Object(shown)
        });
        Ok(line(200, &Value::Array(page.collect())))
    }

    fn create_monitor(&self, call: &Call<'_>) -> Answered {
        let definition = Definition::of_new(&body::object(call.visit)?)?;
        check_scope(&definition, call)?;
        let mut monitors = self.monitors(call);
        let made = monitors.create(definition, call.visit.now, call.visit.arrived);
        let made = made.ok_or(Refused::Full)?;
        Ok(monitor_reply(shown(made, Answering::Create)))
    }

    fn read_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let monitors = self.monitors(call);
        let monitor = monitors.get(read_id(id)?).ok_or(Refused::NotFound)?;
        let states = group_states(call)?;
        let asks = |name: &str| call.request.parameter(name) == Some("true");
        let with_assets = asks("with_assets");
        let mut shown = shown(monitor, Answering::Read { with_assets });
        if asks("with_downtimes") {
            shown.insert("matching_downtimes".to_owned(), json!([]));
        }
        add_groups(&mut shown, monitor, &states);
        Ok(monitor_reply(shown))
    }

    fn update_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let mut monitors = self.monitors(call);
        let monitor = monitors.get_mut(read_id(id)?).ok_or(Refused::NotFound)?;
        let changed = monitor.definition.changed(&body::object(call.visit)?)?;
        check_scope(&changed, call)?;
        monitor.change(changed, call.visit.now, call.visit.arrived);
        Ok(monitor_reply(shown(monitor, Answering::Update)))
    }

    fn validate_monitor(&self, call: &Call<'_>) -> Answered {
        let definition = Definition::of_new(&body::object(call.visit)?)?;
        check_scope(&definition, call).map(|()| valid())
    }

    fn validate_monitor_change(&self, id: &str, call: &Call<'_>) -> Answered {
        let monitors = self.monitors(call);
        let monitor = monitors.get(read_id(id)?).ok_or(Refused::NotFound)?;
        let changed = monitor.definition.changed(&body::object(call.visit)?)?;
        check_scope(&changed, call).map(|()| valid())
    }
}

/// Log monitors need an application key without scopes (OpenAPI v1).
fn check_scope(definition: &Definition, call: &Call<'_>) -> Result<(), Refused> {
    match definition.kind() {
        "log alert" => call.access.check_unscoped().map_err(Refused::Scope),
        _ => Ok(()),
    }
}

/// The states of groups that are asked for: of `all`, `alert`, `warn` and `no data` (OpenAPI v1).
fn group_states(call: &Call<'_>) -> Result<Vec<Status>, Refused> {
    let mut states = Vec::new();
    for word in words(call.request.parameter("group_states")) {
        match word.to_lowercase().as_str() {
            "all" => states.extend(Status::ALL),
            "alert" => states.push(Status::Alert),
            "warn" => states.push(Status::Warn),
            "no data" => states.push(Status::NoData),
            _ => return Err("Invalid group_state filters.".to_owned().into()),
        }
    }
    Ok(states)
}

fn add_groups(shown: &mut Map<String, Value>, monitor: &Monitor, states: &[Status]) {
    if !states.is_empty() {
        let groups = monitor
            .history
            .shown_groups(|status| states.contains(&status));
        shown.insert("state".to_owned(), json!({ "groups": groups }));
    }
}

fn read_id(text: &str) -> Result<u64, Refused> {
    text.parse().map_err(|_| {
        Refused::Invalid("The value provided for parameter 'monitor_id' is invalid".to_owned())
    })
}

/// The line end is recorded.
fn line(status: u16, value: &Value) -> Reply {
    Reply::text(status, "application/json", format!("{value}\n"))
}

fn monitor_reply(shown: Map<String, Value>) -> Reply {
    line(200, &Value::Object(shown))
}

fn valid() -> Reply {
    line(200, &json!({}))
}
