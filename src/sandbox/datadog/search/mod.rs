//! Searching logs: `POST /api/v2/logs/events/search` and `GET /api/v2/logs/events`; and computing
//! over what a search finds, in [`aggregate`].
//!
//! The query language here is the stand-in's own small reading of Datadog's syntax, apart from
//! the one the commands use, so that one can be held against the other.

mod aggregate;
mod ask;
mod matching;
mod query;
mod syntax;
mod time;

use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::guard::Call;
use super::logs::IndexedLog;
use super::refusal::errors;
use super::route::Operation;
use super::{DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::http::Reply;
use ask::{Ask, Position};
pub use matching::matches;
pub use query::Query as Search;
pub use syntax::parse;

impl DatadogStandIn {
    pub(super) fn search(&self, operation: &Operation, call: &Call<'_>) -> Reply {
        let visit = call.visit;
        let ask = match operation {
            Operation::ListLogs => Ask::of_parameters(call.request, visit.now),
            _ => Ask::of_body(visit),
        };
        match ask {
            Ok(ask) => Reply::json(
                200,
                &page(&ask, self.found(&ask, visit), call.site, visit.number),
            ),
            Err(why) => errors(400, &why),
        }
    }

    /// The logs that are asked for behind the cursor, in order, one page of them.
    fn found(&self, ask: &Ask, visit: &Visit<'_>) -> Vec<IndexedLog> {
        let mut found: Vec<IndexedLog> = self
            .matching(ask, visit)
            .filter(|log| ask.is_behind_cursor(log.position()))
            .collect();
        found.sort_by_key(IndexedLog::position);
        if !ask.ascending {
            found.reverse();
        }
        found.truncate(ask.limit);
        found
    }

    /// The logs that the search finds, in the order they came.
    fn matching(&self, ask: &Ask, visit: &Visit<'_>) -> impl Iterator<Item = IndexedLog> {
        self.logs
            .indexed(self.index_delay, visit.arrived)
            .filter(|_| ask.reaches_the_index())
            .filter(|log| ask.from <= log.timestamp && log.timestamp <= ask.to)
            .filter(|log| matches(&ask.query, log))
    }
}

impl IndexedLog {
    fn position(&self) -> Position {
        (self.timestamp.as_millisecond(), self.n)
    }
}

/// The answer: as recorded, a page that follows a cursor and is empty has no `meta`.
fn page(ask: &Ask, found: Vec<IndexedLog>, site: Site, number: u64) -> Value {
    let mut meta = Map::new();
    if ask.cursor.is_none() {
        meta.insert("elapsed".to_owned(), 0.into());
        meta.insert("request_id".to_owned(), format!("sandbox-{number}").into());
        meta.insert("status".to_owned(), "done".into());
    }
    let cursor = found.last().map(|log| ask::cursor_behind(&log.id));
    let mut page = json!({ "data": found.iter().map(shown).collect::<Vec<_>>() });
    if let Some(cursor) = cursor {
        meta.insert("page".to_owned(), json!({ "after": cursor }));
        page["links"] = json!({ "next": next_page(ask, &cursor, site) });
    }
    if !meta.is_empty() {
        page["meta"] = meta.into();
    }
    page
}

fn shown(log: &IndexedLog) -> Value {
    json!({ "attributes": log.to_object(), "type": "log", "id": log.id })
}

/// The next page's address: always the `GET` form, on Datadog's own host, with what was given.
fn next_page(ask: &Ask, cursor: &str, site: Site) -> String {
    let mut parameters = ask.given.clone();
    parameters.push(("page[cursor]", cursor.to_owned()));
    parameters.sort();
    let query = Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("https://{}/api/v2/logs/events?{query}", site.api_host())
}
