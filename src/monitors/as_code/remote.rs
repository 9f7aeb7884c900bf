//! Datadog, asked about one kind of definition.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::sleep;

use super::definition::{Found, Kind, Listing};
use super::mark::Mark;
use crate::datadog::{DashboardSummary, Datadog, DatadogError, LiveMonitor, Meaning};

/// Monitors or dashboards of one site.
#[derive(Debug)]
pub struct Remote<'d> {
    datadog: &'d Datadog,
    kind: Kind,
}

/// How a creation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Creation {
    Made(String),
    /// The answer was lost, and it was found by its mark.
    WasThere(String),
}

/// Looks for something whose creation was not answered, and the pause before each: what was just
/// made may take a moment to be listed.
const LOOKS: [Duration; 2] = [Duration::ZERO, Duration::from_secs(2)];
/// How often one definition is sent at most.
const MOST_CREATIONS: usize = 3;

impl<'d> Remote<'d> {
    pub fn new(datadog: &'d Datadog, kind: Kind) -> Self {
        Self { datadog, kind }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Everything that has a mark; dashboards of other namespaces without their widgets, which
    /// takes a request each.
    pub async fn listing(&self, namespace: &str) -> Result<Listing, DatadogError> {
        match self.kind {
            Kind::Monitor => Ok(self.monitors().await?),
            Kind::Dashboard => self.dashboards(namespace).await,
        }
    }

    async fn monitors(&self) -> Result<Listing, DatadogError> {
        let monitors = self.datadog.monitors(None).await?;
        Ok(Listing {
            total: monitors.len(),
            marked: monitors.iter().flat_map(found_monitors).collect(),
            unmarked: monitors
                .into_iter()
                .filter(|monitor| Mark::of_tags(&monitor.definition).is_empty())
                .map(|monitor| (monitor.id.to_string(), monitor.definition))
                .collect(),
        })
    }

    async fn dashboards(&self, namespace: &str) -> Result<Listing, DatadogError> {
        let summaries = self.datadog.dashboards().await?;
        let mut listing = Listing {
            total: summaries.len(),
            ..Listing::default()
        };
        for summary in summaries {
            let Some(mark) = Mark::of_description(summary.description.as_deref()) else {
                continue;
            };
            let body = match mark.namespace == namespace {
                true => self.datadog.dashboard(&summary.id).await?,
                false => Some(body_of_summary(&summary)),
            };
            // It may have gone since it was listed.
            listing.marked.extend(body.map(|body| Found {
                kind: Kind::Dashboard,
                id: summary.id,
                mark,
                body,
            }));
        }
        Ok(listing)
    }

    /// The marks that `id` carries; `None` where there is no such one.
    pub(super) async fn marks_of(&self, id: &str) -> Result<Option<Vec<Mark>>, DatadogError> {
        match self.kind {
            Kind::Monitor => {
                let monitor = self.datadog.monitor(number(id)).await?;
                Ok(monitor.map(|monitor| Mark::of_tags(&monitor.definition)))
            }
            Kind::Dashboard => {
                let body = self.datadog.dashboard(id).await?;
                let mark = |body: Map<String, Value>| {
                    let description = body.get("description").and_then(Value::as_str);
                    Mark::of_description(description).into_iter().collect()
                };
                Ok(body.map(mark))
            }
        }
    }

    /// Datadog's own words where it would not take `body`; dashboards have no such check.
    pub(super) async fn refusal(
        &self,
        id: Option<&str>,
        body: &Value,
    ) -> Result<Option<String>, DatadogError> {
        let asked = match (self.kind, id) {
            (Kind::Dashboard, _) => return Ok(None),
            (Kind::Monitor, None) => self.datadog.validate_monitor(body).await,
            (Kind::Monitor, Some(id)) => {
                self.datadog.validate_monitor_change(number(id), body).await
            }
        };
        match asked {
            Ok(()) => Ok(None),
            Err(error) if error.meaning() == Meaning::Poison => Ok(Some(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Makes it once: where an answer is lost, it is looked for by its mark before it is sent
    /// again.
    pub(super) async fn create(&self, mark: &Mark, body: &Value) -> Result<Creation, DatadogError> {
        let mut sent = 0;
        loop {
            sent += 1;
            let error = match self.create_once(body).await {
                Ok(id) => return Ok(Creation::Made(id)),
                Err(error) if error.may_have_happened() => error,
                Err(error) => return Err(error),
            };
            tracing::debug!(%mark, %error, "looking whether it was made");
            for pause in LOOKS {
                sleep(pause).await;
                if let Some(id) = self.find(mark).await? {
                    return Ok(Creation::WasThere(id));
                }
            }
            if sent == MOST_CREATIONS {
                return Err(error);
            }
        }
    }

    async fn create_once(&self, body: &Value) -> Result<String, DatadogError> {
        match self.kind {
            Kind::Monitor => {
                let made = self.datadog.create_monitor(body).await?;
                Ok(made.id.to_string())
            }
            Kind::Dashboard => {
                let made = self.datadog.create_dashboard(body).await?;
                Ok(id_of(&made))
            }
        }
    }

    async fn find(&self, mark: &Mark) -> Result<Option<String>, DatadogError> {
        match self.kind {
            Kind::Monitor => {
                let listed = self.datadog.monitors(Some(&mark.to_string())).await?;
                let ours =
                    |monitor: &&LiveMonitor| Mark::of_tags(&monitor.definition).contains(mark);
                Ok(listed.iter().find(ours).map(|found| found.id.to_string()))
            }
            Kind::Dashboard => {
                let listed = self.datadog.dashboards().await?;
                let ours = |summary: &DashboardSummary| {
                    Mark::of_description(summary.description.as_deref()).as_ref() == Some(mark)
                };
                Ok(listed.into_iter().find(ours).map(|found| found.id))
            }
        }
    }

    /// False where it is gone.
    pub(super) async fn update(&self, id: &str, body: &Value) -> Result<bool, DatadogError> {
        match self.kind {
            Kind::Monitor => {
                let answer = self.datadog.update_monitor(number(id), body).await?;
                Ok(answer.is_some())
            }
            Kind::Dashboard => Ok(self.datadog.update_dashboard(id, body).await?.is_some()),
        }
    }

    /// False where it was gone.
    pub(super) async fn delete(&self, id: &str) -> Result<bool, DatadogError> {
        match self.kind {
            Kind::Monitor => self.datadog.delete_monitor(number(id)).await,
            Kind::Dashboard => self.datadog.delete_dashboard(id).await,
        }
    }

    /// Those of `ids` that cannot be deleted, with Datadog's reasons.
    pub async fn undeletable(
        &self,
        ids: &[String],
    ) -> Result<BTreeMap<String, Vec<String>>, DatadogError> {
        if self.kind == Kind::Dashboard || ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let numbers: Vec<u64> = ids.iter().map(|id| number(id)).collect();
        let refused = self.datadog.can_delete_monitors(&numbers).await?;
        let named = refused.into_iter();
        Ok(named
            .map(|(id, reasons)| (id.to_string(), reasons))
            .collect())
    }
}

/// A monitor under each of its marks: with two, it is two things at once, and ambiguous as both.
fn found_monitors(monitor: &LiveMonitor) -> Vec<Found> {
    let marks = Mark::of_tags(&monitor.definition).into_iter();
    let found = |mark| Found {
        kind: Kind::Monitor,
        id: monitor.id.to_string(),
        mark,
        body: monitor.definition.clone(),
    };
    marks.map(found).collect()
}

fn body_of_summary(summary: &DashboardSummary) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("title".to_owned(), summary.title.clone().into());
    body.insert("url".to_owned(), summary.url.clone().into());
    body
}

/// Ids of monitors are numbers; what was recorded or listed here was one.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

fn id_of(dashboard: &Map<String, Value>) -> String {
    super::definition::text(dashboard, "id").to_owned()
}
