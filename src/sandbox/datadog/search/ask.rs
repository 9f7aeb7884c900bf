//! What a search asks for, read from a body or from parameters.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::query::Query;
use super::syntax::parse;
use super::time::parse_time;
use crate::sandbox::datadog::Visit;
use crate::sandbox::datadog::logs::position_of_id;
use crate::sandbox::http::Request;

/// Logs a page holds unless told, and at most (OpenAPI v2).
const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1_000;
const MAX_BODY: usize = 1 << 20;
/// The one index of the stand-in.
const INDEX: &str = "main";

/// Where a log stands in the order of time: milliseconds, then the arrival's number.
pub type Position = (i64, u64);

/// A search.
#[derive(Clone, Debug)]
pub struct Ask {
    pub query: Query,
    pub from: Timestamp,
    pub to: Timestamp,
    pub ascending: bool,
    pub limit: usize,
    pub cursor: Option<Position>,
    /// What the client gave, but for the cursor, as the parameters of the `GET` form.
    pub given: Vec<(&'static str, String)>,
    reaches_the_index: bool,
}

/// Every parameter of the `GET` form and its place in the body.
const PARAMETERS: [(&str, &str); 8] = [
    ("filter[query]", "/filter/query"),
    ("filter[from]", "/filter/from"),
    ("filter[to]", "/filter/to"),
    ("filter[indexes]", "/filter/indexes"),
    ("filter[storage_tier]", "/filter/storage_tier"),
    ("sort", "/sort"),
    ("page[limit]", "/page/limit"),
    ("page[cursor]", "/page/cursor"),
];
/// Not named in the link to the next page, as recorded.
const UNLINKED: [&str; 2] = ["filter[storage_tier]", "page[cursor]"];

impl Ask {
    /// Reads the body; an empty one asks for the last quarter of an hour.
    pub fn of_body(visit: &Visit<'_>) -> Result<Self, String> {
        let invalid = || "Invalid JSON structure".to_owned();
        let plain = visit.body.decode(MAX_BODY).map_err(|_| invalid())?;
        let body = match plain.is_empty() {
            true => json!({}),
            false => serde_json::from_slice(&plain).map_err(|_| invalid())?,
        };
        Self::of_value(&body, visit.now)
    }

    /// Reads a body's filter, order and page.
    pub fn of_value(body: &Value, now: Timestamp) -> Result<Self, String> {
        let given = PARAMETERS
            .into_iter()
            .filter_map(|(name, place)| Some((name, body.pointer(place)?)))
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| Ok((name, text_of(name, value)?)))
            .collect::<Result<_, String>>()?;
        Self::of_given(given, now)
    }

    /// Reads the parameters.
    pub fn of_parameters(request: &Request, now: Timestamp) -> Result<Self, String> {
        let given = PARAMETERS
            .into_iter()
            .filter_map(|(name, _)| Some((name, request.parameter(name)?.to_owned())))
            .collect();
        Self::of_given(given, now)
    }

    fn of_given(given: Vec<(&'static str, String)>, now: Timestamp) -> Result<Self, String> {
        let get = |name: &str| {
            let found = given.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| value.as_str())
        };
        let time = |name: &str, default: &str| {
            let text = get(name).unwrap_or(default);
            parse_time(text, now).ok_or_else(|| format!("Invalid value for {name}: {text}"))
        };
        let indexes = get("filter[indexes]").unwrap_or("*");
        let in_index = indexes
            .split(',')
            .any(|index| index == "*" || index == INDEX);
        let tier = get("filter[storage_tier]").unwrap_or("indexes");
        Ok(Self {
            query: parse(get("filter[query]").unwrap_or("*"))?,
            from: time("filter[from]", "now-15m")?,
            to: time("filter[to]", "now")?,
            ascending: is_ascending(get("sort").unwrap_or("-timestamp"))?,
            limit: get("page[limit]").map_or(Ok(DEFAULT_LIMIT), read_limit)?,
            cursor: get("page[cursor]").map(read_cursor).transpose()?,
            reaches_the_index: in_index && known_tier(tier)? == "indexes",
            given: given
                .into_iter()
                .filter(|(name, _)| !UNLINKED.contains(name))
                .collect(),
        })
    }

    /// False for other indexes and for the tiers that hold nothing here.
    pub fn reaches_the_index(&self) -> bool {
        self.reaches_the_index
    }

    pub fn is_behind_cursor(&self, position: Position) -> bool {
        match (self.cursor, self.ascending) {
            (None, _) => true,
            (Some(cursor), true) => position > cursor,
            (Some(cursor), false) => position < cursor,
        }
    }
}

/// The cursor of the page behind a log, as recorded: its id in JSON in URL-safe base64.
pub fn cursor_behind(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "after": id }).to_string())
}

fn read_cursor(text: &str) -> Result<Position, String> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
        position_of_id(cursor.get("after")?.as_str()?)
    };
    read().ok_or_else(|| "Invalid page cursor".to_owned())
}

/// A value of the body as the parameter's text; only the indexes are a list.
fn text_of(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(items) if name == "filter[indexes]" => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Ok(items.join(","))
        }
        _ => Err(format!("Invalid value for {name}")),
    }
}

fn is_ascending(sort: &str) -> Result<bool, String> {
    match sort {
        "timestamp" => Ok(true),
        "-timestamp" => Ok(false),
        other => Err(format!("Invalid sort: {other}")),
    }
}

fn read_limit(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| format!("Invalid page limit: {text}, the maximum is {MAX_LIMIT}"))
}

fn known_tier(tier: &str) -> Result<&str, String> {
    match tier {
        "indexes" | "online-archives" | "flex" => Ok(tier),
        other => Err(format!("Invalid storage tier: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(given: &[(&'static str, &str)]) -> Result<Ask, String> {
        let given = given
            .iter()
            .map(|(name, value)| (*name, value.to_string()))
            .collect();
        Ask::of_given(given, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn without_parameters_it_is_the_last_quarter_of_an_hour_newest_first() {
        let ask = ask(&[]).expect("the defaults are valid");
        assert_eq!(ask.from, Timestamp::from_second(-900).expect("an instant"));
        assert_eq!(ask.to, Timestamp::UNIX_EPOCH);
        assert_eq!((ask.limit, ask.ascending), (10, false));
        assert!(ask.reaches_the_index());
    }

    #[test]
    fn what_the_schema_does_not_allow_is_refused() {
        for (name, value) in [
            ("page[limit]", "1001"),
            ("page[limit]", "0"),
            ("sort", "@duration"),
            ("filter[from]", "yesterday"),
            ("filter[storage_tier]", "attic"),
            ("page[cursor]", "rubbish"),
            ("filter[query]", "(a"),
        ] {
            assert!(ask(&[(name, value)]).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn another_index_or_tier_holds_nothing() {
        for (name, value) in [
            ("filter[indexes]", "audit"),
            ("filter[storage_tier]", "flex"),
        ] {
            assert!(
                !ask(&[(name, value)])
                    .expect("it is valid")
                    .reaches_the_index()
            );
        }
        assert!(
            ask(&[("filter[indexes]", "audit,main")])
                .expect("it is valid")
                .reaches_the_index()
        );
    }

    #[test]
    fn a_recorded_cursor_can_be_read() {
        let recorded = "eyJhZnRlciI6IkFRQUFBWUFaZGJvSjdkR3dOZ0FBQUFCQldVRmFaR0p5TVVGQlEwczRPRU4zWW1aMVVESlJRVUUifQ";
        let (milliseconds, _) = read_cursor(recorded).expect("a valid cursor");
        assert_eq!(milliseconds, 1_649_694_587_401);
    }
}
