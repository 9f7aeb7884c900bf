//! `GET /api/v1/monitor`: which monitors, and which groups of them.

use super::store::{Monitor, Monitors};
use crate::sandbox::http::Request;

/// Monitors a page holds unless told, and at most (OpenAPI v1).
const DEFAULT_PAGE: usize = 100;
const MAX_PAGE: usize = 1_000;

/// What a listing asks for.
#[derive(Debug)]
pub struct Listing {
    name: String,
    /// Tags of the monitors themselves; all of them.
    monitor_tags: Vec<String>,
    /// Tags in the scope of the query; all of them.
    scope: Vec<String>,
    after: u64,
    skip: usize,
    take: usize,
}

impl Listing {
    /// Reads the parameters; the error is the text of the refusal.
    pub fn of(request: &Request) -> Result<Self, String> {
        let page: Option<usize> = number(request, "page")?;
        let offset: Option<u64> = number(request, "id_offset")?;
        let size = number(request, "page_size")?.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&size) {
            return Err(invalid("page_size"));
        }
        let is_paged = page.is_some() || offset.is_some();
        Ok(Self {
            name: request.parameter("name").unwrap_or_default().to_lowercase(),
            monitor_tags: words(request.parameter("monitor_tags")),
            scope: words(request.parameter("tags")),
            after: offset.unwrap_or(0),
            skip: page.unwrap_or(0).saturating_mul(size),
            take: if is_paged { size } else { usize::MAX },
        })
    }

    /// The page, in the order of ids.
    pub fn page<'m>(&'m self, monitors: &'m Monitors) -> impl Iterator<Item = &'m Monitor> {
        monitors
            .all()
            .filter(|monitor| monitor.id > self.after && self.wants(monitor))
            .skip(self.skip)
            .take(self.take)
    }

    fn wants(&self, monitor: &Monitor) -> bool {
        let definition = &monitor.definition;
        let has = |tag: &String| definition.tags().any(|own| own == tag);
        definition.name().to_lowercase().contains(&self.name)
            && self.monitor_tags.iter().all(has)
            && self
                .scope
                .iter()
                .all(|tag| scope_of(definition.query()).contains(&tag.as_str()))
    }
}

/// The tags in the braces of a metric query; queries over logs have no scope.
fn scope_of(query: &str) -> Vec<&str> {
    let inside = query
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    inside.map_or(Vec::new(), |(scope, _)| scope.split(',').collect())
}

/// The words of a comma-separated list.
pub fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A parameter that is a number; `None` where it is missing.
pub fn number<N: std::str::FromStr>(request: &Request, name: &str) -> Result<Option<N>, String> {
    let text = request.parameter(name);
    text.map(|text| text.parse().map_err(|_| invalid(name)))
        .transpose()
}

fn invalid(name: &str) -> String {
    format!("The value provided for parameter '{name}' is invalid")
}
