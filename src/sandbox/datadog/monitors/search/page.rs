//! Order, pages and counts of what a search found.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::subject::Subject;
use crate::sandbox::datadog::monitors::listing::number;
use crate::sandbox::http::Request;

/// Results a page holds unless told (OpenAPI v1).
const DEFAULT_SIZE: usize = 30;

/// Which results, in which order.
#[derive(Debug)]
pub struct Page {
    page: usize,
    per_page: usize,
    sort: Option<(Key, bool)>,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Name,
    Status,
    Tags,
}

impl Page {
    /// Reads `page`, `per_page` and `sort`; the error is the text of the refusal.
    pub fn of(request: &Request) -> Result<Self, String> {
        let per_page = number(request, "per_page")?.unwrap_or(DEFAULT_SIZE);
        if per_page == 0 {
            return Err("The value provided for parameter 'per_page' is invalid".to_owned());
        }
        Ok(Self {
            page: number(request, "page")?.unwrap_or(0),
            per_page,
            sort: request.parameter("sort").map(read_sort).transpose()?,
        })
    }

    /// By what was asked for, else as they were made.
    pub fn sort(&self, found: &mut [Subject<'_>]) {
        let Some((key, is_descending)) = self.sort else {
            return;
        };
        let text = |subject: &Subject<'_>| match key {
            Key::Name => subject.name().to_owned(),
            Key::Status => subject.status().to_string(),
            Key::Tags => subject.tags().collect::<Vec<_>>().join(","),
        };
        found.sort_by_key(text);
        if is_descending {
            found.reverse();
        }
    }

    pub fn cut<'f, 'm>(&self, found: &'f [Subject<'m>]) -> &'f [Subject<'m>] {
        let start = self.page.saturating_mul(self.per_page).min(found.len());
        let end = start.saturating_add(self.per_page).min(found.len());
        &found[start..end]
    }

    pub fn metadata(&self, total: usize) -> Value {
        json!({
            "total_count": total,
            "page_count": total.div_ceil(self.per_page),
            "page": self.page,
            "per_page": self.per_page,
        })
    }
}

/// `name,asc`
fn read_sort(text: &str) -> Result<(Key, bool), String> {
    let (key, order) = text.split_once(',').unwrap_or((text, "asc"));
    let key = match key {
        "name" => Some(Key::Name),
        "status" => Some(Key::Status),
        "tags" => Some(Key::Tags),
        _ => None,
    };
    match (key, order) {
        (Some(key), "asc") => Ok((key, false)),
        (Some(key), "desc") => Ok((key, true)),
        _ => Err(format!("Invalid sort: {text}")),
    }
}

/// How many of what was found have each state, tag and type, the most frequent first.
pub fn counts(found: &[Subject<'_>]) -> Value {
    json!({
        "status": counted(found.iter().map(|subject| subject.status().name())),
        "muted": counted(found.iter().map(Subject::is_muted)),
        "tag": counted(found.iter().flat_map(Subject::tags)),
        "type": counted(found.iter().map(Subject::classification)),
    })
}

fn counted<T: Ord + Clone + Into<Value>>(values: impl Iterator<Item = T>) -> Vec<Value> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rows = counts.into_iter();
    rows.map(|(name, count)| json!({ "count": count, "name": name.into() }))
        .collect()
}
