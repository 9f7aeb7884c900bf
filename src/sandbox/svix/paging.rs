//! Lists: pages by id (`v1/utils/mod.rs`).

use serde_json::{Value, json};

use super::Visit;
use super::refusal::Refusal;

const DEFAULT: usize = 50;
const MOST: usize = 250;

/// What a list is asked for.
pub struct Paging {
    limit: usize,
    /// The last id of the page before.
    after: Option<String>,
}

impl Paging {
    pub fn of(visit: &Visit<'_>) -> Result<Self, Refusal> {
        let limit = match visit.parameter("limit").map(str::parse) {
            None => DEFAULT,
            Some(Ok(limit)) => limit,
            Some(Err(_)) => {
                let detail =
                    "Failed to deserialize query string: limit: invalid digit found in string";
                return Err(Refusal::bad_request("generic_error", detail));
            }
        };
        if limit > MOST {
            let location = ["query", "limit", "limit"];
            let complaint = "Given limit must not exceed 250";
            return Err(Refusal::invalid(&location, complaint));
        }
        Ok(Self {
            limit,
            after: visit.parameter("iterator").map(str::to_owned),
        })
    }

    /// The page of `rows`, which come in the list's order with their ids.
    pub fn page(&self, rows: impl Iterator<Item = (String, Value)>) -> Value {
        let mut is_behind = self.after.is_none();
        let mut rows = rows.filter(|(id, _)| {
            let was_behind = is_behind;
            is_behind |= self.after.as_deref() == Some(id);
            was_behind
        });
        let shown: Vec<(String, Value)> = rows.by_ref().take(self.limit).collect();
        let is_done = rows.next().is_none();
        let id_of = |row: Option<&(String, Value)>| row.map(|(id, _)| id.clone());
        let (first, last) = (id_of(shown.first()), id_of(shown.last()));
        let data: Vec<Value> = shown.into_iter().map(|(_, value)| value).collect();
        let mut page = json!({"data": data, "iterator": last});
        if let Some(first) = first {
            page["prevIterator"] = json!(format!("-{first}"));
        }
        page["done"] = json!(is_done);
        page
    }
}
