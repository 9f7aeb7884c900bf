//! A monitor at Datadog as one that can be evaluated here.

use serde_json::Map;

use crate::datadog::LiveMonitor;
use crate::monitors::render::{Identity, Monitor, Thresholds};
use crate::query::monitor::{MonitorQueryError, OnMissingData, Variable, parse_monitor};

/// What its id stands under, in place of a pack.
const PACK: &str = "datadog";

/// Why a monitor at Datadog cannot be evaluated here.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the query of monitor {id} is not one that can be evaluated here: {why}")]
    Query { id: u64, why: String },
    #[error("`options.variables` of monitor {id} cannot be read: {why}")]
    Variables { id: u64, why: String },
}

impl Monitor {
    /// What decides the state of `live`, whoever made it.
    ///
    /// # Errors
    ///
    /// A query of a type or a form that is not evaluated here.
    pub fn of_live(live: &LiveMonitor) -> Result<Self, Unreadable> {
        let id = live.id;
        let option = |name: &str| live.options().and_then(|options| options.get(name));
        let variables: Vec<Variable> = match option("variables") {
            Some(given) => {
                serde_json::from_value(given.clone()).map_err(|error| Unreadable::Variables {
                    id,
                    why: error.to_string(),
                })?
            }
            None => Vec::new(),
        };
        let why = |error: MonitorQueryError| Unreadable::Query {
            id,
            why: error.render(live.query()),
        };
        let alert = parse_monitor(live.query(), &variables).map_err(why)?;
        let threshold = |name: &str| option("thresholds")?.get(name)?.as_f64();
        let missing = option("on_missing_data").cloned();
        let missing: Option<OnMissingData> =
            missing.and_then(|missing| serde_json::from_value(missing).ok());
        Ok(Self {
            identity: Identity {
                pack: PACK.to_owned(),
                name: id.to_string(),
            },
            title: live.name().to_owned(),
            priority: None,
            shape: None,
            query: live.query().to_owned(),
            variables,
            thresholds: Thresholds {
                // A query always names it; the options may leave it out.
                critical: threshold("critical").unwrap_or(alert.threshold),
                critical_recovery: threshold("critical_recovery"),
                warning: threshold("warning"),
                warning_recovery: threshold("warning_recovery"),
            },
            alert,
            on_missing_data: missing.unwrap_or_default(),
            needs: Vec::new(),
            message: live.message().to_owned(),
            tags: live.tags().into_iter().map(str::to_owned).collect(),
            options: Map::new(),
        })
    }
}
