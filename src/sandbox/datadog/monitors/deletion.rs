//! Deleting monitors, and whether they can be deleted: `DELETE /api/v1/monitor/{id}` and
//! `GET /api/v1/monitor/can_delete`.

use serde_json::{Map, json};

use super::listing::words;
use super::store::Monitors;
use super::{Answered, Refused, line, read_id};
use crate::sandbox::datadog::DatadogStandIn;
use crate::sandbox::datadog::guard::Call;

impl DatadogStandIn {
    /// A monitor that a composite joins is deleted by force alone. The text for it is that of
    /// `can_delete`; nobody recorded it here.
    pub(super) fn delete_monitor(&self, id: &str, call: &Call<'_>) -> Answered {
        let id = read_id(id)?;
        let mut monitors = self.monitors(call);
        let is_forced = matches!(call.request.parameter("force"), Some("true" | "True" | "1"));
        if let Some(why) = why_not_deletable(&monitors, id).filter(|_| !is_forced) {
            return Err(Refused::Invalid(why));
        }
        let gone = monitors.remove(id).ok_or(Refused::NotFound)?;
        Ok(line(200, &json!({ "deleted_monitor_id": gone.id })))
    }

    /// 409 as soon as one of them cannot be deleted. Of an id that is no monitor's nothing is
    /// recorded.
    pub(super) fn can_delete_monitors(&self, call: &Call<'_>) -> Answered {
        let ids = asked_ids(call)?;
        let monitors = self.monitors(call);
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
