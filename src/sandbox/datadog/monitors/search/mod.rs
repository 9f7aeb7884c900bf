//! Finding monitors and their groups: `GET /api/v1/monitor/search` and `/groups/search`.
//!
//! Answers as recorded (`v1/monitors/Monitors-search-…`, `Monitors-group-search-…`).

mod page;
mod query;
mod subject;

use serde_json::{Value, json};

use super::store::Monitor;
use super::{Answered, Refused, line};
use crate::sandbox::datadog::DatadogStandIn;
use crate::sandbox::datadog::guard::Call;
use page::{Page, counts};
use query::Query;
use subject::Subject;

/// What is searched for.
#[derive(Clone, Copy)]
enum Wanted {
    Monitors,
    Groups,
}

impl DatadogStandIn {
    pub(super) fn search_monitors(&self, call: &Call<'_>) -> Answered {
        self.found_monitors(call, Wanted::Monitors)
    }

    pub(super) fn search_monitor_groups(&self, call: &Call<'_>) -> Answered {
        self.found_monitors(call, Wanted::Groups)
    }

    fn found_monitors(&self, call: &Call<'_>, wanted: Wanted) -> Answered {
        let text = call.request.parameter("query").unwrap_or_default();
        let query = Query::parse(text)
            .map_err(|why| Refused::Invalid(format!("Query parsing error: {why}")))?;
        let page = Page::of(call.request)?;
        let monitors = self.monitors(call);
        let now = call.visit.now.as_millisecond();
        let mut found: Vec<Subject<'_>> = monitors
            .all()
            .flat_map(|monitor| wanted.subjects(monitor, now))
            .filter(|subject| subject.fits(&query))
            .collect();
        page.sort(&mut found);
        let on_page = page.cut(&found).iter();
        let on_page: Vec<Value> = on_page.map(|subject| wanted.shown(subject)).collect();
        let answer = json!({
            "counts": counts(&found),
            wanted.name(): on_page,
            "metadata": page.metadata(found.len()),
        });
        Ok(line(200, &answer))
    }
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Wanted::Monitors => "monitors",
            Wanted::Groups => "groups",
        }
    }

    fn subjects(self, monitor: &Monitor, now: i64) -> Vec<Subject<'_>> {
        match self {
            Wanted::Monitors => vec![Subject::whole(monitor, now)],
            Wanted::Groups => Subject::groups(monitor, now),
        }
    }

    fn shown(self, subject: &Subject<'_>) -> Value {
        match self {
            Wanted::Monitors => subject.shown_monitor(),
            Wanted::Groups => subject.shown_group(),
        }
    }
}
