//! Monitors: made, read, changed, deleted, validated, found.
//!
//! Behaviour as recorded (`v1/monitors`, `v1/go`) and as the OpenAPI document says. Log alerts are
//! held against the logs; monitors of every other type are taken, checked as far as
//! [`grammar`] reads them, and stay without data.

mod definition;
mod grammar;
mod listing;
mod members;
mod shown;
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
pub use store::MonitorStore;
use store::Monitors;

/// What `group_states` may name.
const GROUP_STATES: [&str; 4] = ["all", "alert", "warn", "no data"];

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
            MonitorCall::Search | MonitorCall::SearchGroups => Err(Refused::NotFound),
        };
        answered.unwrap_or_else(Refused::into_reply)
    }

    fn monitors(&self) -> MutexGuard<'_, Monitors> {
        self.monitors.lock()
    }

    fn list_monitors(&self, call: &Call<'_>) -> Answered {
        check_group_states(call)?;
        let listing = Listing::of(call.request)?;
        let monitors = self.monitors();
        let page = listing.page(&monitors).map(|monitor| {
            let mut shown = shown(monitor, Answering::Read { with_assets: false });
            shown.insert("matching_downtimes".to_owned(), json!([]));
            Value::Object(shown)
        });
        Ok(line(200, &Value::Array(page.collect())))
    }

    fn create_monitor(&self, call: &Call<'_>) -> Answered {
        let definition = Definition::of_new(&body::object(call.visit)?)?;
        check_scope(&definition, call)?;
        let mut monitors = self.monitors();
        let made = monitors.create(definition, call.visit.now);
        let made = made.ok_or(Refused::Full)?;
        Ok(monitor_reply(shown(made, Answering::Create)))
    }

    fn read_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let monitors = self.monitors();
        let monitor = monitors.get(read_id(id)?).ok_or(Refused::NotFound)?;
        check_group_states(call)?;
        let asks = |name: &str| call.request.parameter(name) == Some("true");
        let with_assets = asks("with_assets");
        let mut shown = shown(monitor, Answering::Read { with_assets });
        if asks("with_downtimes") {
            shown.insert("matching_downtimes".to_owned(), json!([]));
        }
        Ok(monitor_reply(shown))
    }

    fn update_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let mut monitors = self.monitors();
        let monitor = monitors.get_mut(read_id(id)?).ok_or(Refused::NotFound)?;
        let changed = monitor.definition.changed(&body::object(call.visit)?)?;
        check_scope(&changed, call)?;
        monitor.definition = changed;
        monitor.modified = call.visit.now;
        Ok(monitor_reply(shown(monitor, Answering::Update)))
    }

    /// A monitor that a composite joins is deleted by force alone. The text for it is that of
    /// `can_delete`; nobody recorded it here.
    fn delete_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let id = read_id(id)?;
        let mut monitors = self.monitors();
        let is_forced = matches!(call.request.parameter("force"), Some("true" | "True" | "1"));
        if let Some(why) = why_not_deletable(&monitors, id).filter(|_| !is_forced) {
            return Err(Refused::Invalid(why));
        }
        let gone = monitors.remove(id).ok_or(Refused::NotFound)?;
        Ok(line(200, &json!({ "deleted_monitor_id": gone.id })))
    }

    fn validate_monitor(&self, call: &Call<'_>) -> Answered {
        let definition = Definition::of_new(&body::object(call.visit)?)?;
        check_scope(&definition, call).map(|()| valid())
    }

    fn validate_monitor_change(&self, id: &str, call: &Call<'_>) -> Answered {
        let monitors = self.monitors();
        let monitor = monitors.get(read_id(id)?).ok_or(Refused::NotFound)?;
        let changed = monitor.definition.changed(&body::object(call.visit)?)?;
        check_scope(&changed, call).map(|()| valid())
    }

    /// 409 as soon as one of them cannot be deleted. Of an id that is no monitor's nothing is
    /// recorded.
    fn can_delete_monitors(&self, call: &Call<'_>) -> Answered {
        let ids = asked_ids(call)?;
        let monitors = self.monitors();
        let (mut free, mut held) = (Vec::new(), Map::new());
        for id in ids {
            if monitors.get(id).is_none() {
                return Err(Refused::Invalid("Monitor not found".to_owned()));
            }
            match why_not_deletable(&monitors, id) {
                None => free.push(id),
                Some(why) => {
                    held.insert(id.to_string(), json!([why]));
                }
            }
        }
        let status = if held.is_empty() { 200 } else { 409 };
        let errors = Some(held).filter(|held| !held.is_empty());
        let answer = json!({ "data": { "ok": free }, "errors": errors });
        Ok(line(status, &answer))
    }
}

/// The ids of `monitor_ids`, comma-separated or repeated.
fn asked_ids(call: &Call<'_>) -> Result<Vec<u64>, Refused> {
    let given = call.request.query.iter();
    let texts = given
        .filter(|(name, _)| name == "monitor_ids")
        .flat_map(|(_, value)| words(Some(value)));
    let ids: Vec<u64> = texts
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| "The value provided for parameter 'monitor_ids' is invalid".to_owned())?;
    match ids.is_empty() {
        true => Err("The parameter 'monitor_ids' is required".to_owned().into()),
        false => Ok(ids),
    }
}

/// As recorded in `v1/go/Can-delete-monitor-409`.
fn why_not_deletable(monitors: &Monitors, id: u64) -> Option<String> {
    let monitor = monitors.get(id)?;
    let named = |id: u64, name: &str| format!("[{id},{name}]");
    let composites: Vec<String> = monitors
        .composites_of(id)
        .into_iter()
        .map(|composite| named(composite.id, composite.definition.name()))
        .collect();
    (!composites.is_empty()).then(|| {
        format!(
            "monitor {} is referenced in composite monitors: {}",
            named(id, monitor.definition.name()),
            composites.join(", ")
        )
    })
}

/// Log monitors need an application key without scopes (OpenAPI v1).
fn check_scope(definition: &Definition, call: &Call<'_>) -> Result<(), Refused> {
    match definition.kind() {
        "log alert" => call.access.check_unscoped().map_err(Refused::Scope),
        _ => Ok(()),
    }
}

fn check_group_states(call: &Call<'_>) -> Result<Vec<String>, Refused> {
    let asked = words(call.request.parameter("group_states"));
    let is_known = |state: &String| GROUP_STATES.contains(&state.to_lowercase().as_str());
    match asked.iter().all(is_known) {
        true => Ok(asked),
        false => Err("Invalid group_state filters.".to_owned().into()),
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
