//! A monitor at Datadog as a file of ours.
//!
//! The file is proven before it is handed out: read back, it has to say what is there. What it
//! cannot say is refused by name.

use serde_json::{Map, Value, json};

use super::definition::{Definition, Found, Kind, text};
use super::mark::Mark;
use super::{difference, normal};
use crate::monitors::{Identity, MonitorFile, MonitorFileError, Values, option_names};
use crate::query::Record;

/// Why a monitor cannot be written as a file.
#[derive(Debug, thiserror::Error)]
pub enum CannotExport {
    #[error(
        "monitors of type `{0}` cannot be written as files; those over logs, events, spans and LLM \
         Observability can"
    )]
    Type(String),
    #[error("{0}")]
    File(#[from] MonitorFileError),
    #[error("a file has no word for {}", .0.join(", "))]
    Options(Vec<String>),
    #[error("a file cannot say its {} as it is", .0.join(", "))]
    NotTheSame(Vec<String>),
    #[error("it cannot be written as YAML: {0}")]
    Yaml(String),
}

/// The file's text for `found`, under the name `identity`. Without a mark it is nobody's yet, and
/// the file takes it over.
pub fn export(found: &Found, identity: &Identity, is_marked: bool) -> Result<String, CannotExport> {
    let kind = text(&found.body, "type").to_owned();
    if !Record::ALL
        .iter()
        .any(|record| record.monitor_type() == kind)
    {
        return Err(CannotExport::Type(kind));
    }
    let options = found.body.get("options").map(normal::options);
    let options = options.unwrap_or_default();
    check_options(&options)?;
    let mut file = fields(found, &options);
    if !is_marked {
        let id: Option<u64> = found.id.parse().ok();
        file.insert("adopts".to_owned(), json!(id));
    }
    let yaml = serde_saphyr::to_string(&Value::Object(file));
    let yaml = yaml.map_err(|error| CannotExport::Yaml(error.to_string()))?;
    check(found, identity, &yaml)?;
    Ok(yaml)
}

/// Options that a file says by keys of its own, and those that nobody sets in a file.
const NOT_IN_OPTIONS: [&str; 5] = [
    "thresholds",
    "variables",
    "on_missing_data",
    "silenced",
    "locked",
];

fn check_options(options: &Map<String, Value>) -> Result<(), CannotExport> {
    let is_known =
        |name: &str| NOT_IN_OPTIONS.contains(&name) || option_names().any(|known| known == name);
    let unknown: Vec<String> = options
        .keys()
        .filter(|name| !is_known(name))
        .map(|name| format!("options.{name}"))
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(CannotExport::Options(unknown)),
    }
}

/// The keys of the file, in the order in which the packs write them.
fn fields(found: &Found, options: &Map<String, Value>) -> Map<String, Value> {
    let mut file = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() && value != json!([]) && value != json!({}) {
            file.insert(name.to_owned(), value);
        }
    };
    let field = |name: &str| found.body.get(name).cloned().unwrap_or_default();
    let why = format!(
        "Exported from monitor {}; write here why it exists.",
        found.id
    );
    put("why", why.into());
    put("name", escaped(field("name")));
    put("type", field("type"));
    put("priority", field("priority"));
    put("variables", dollar(&found.body));
    put("query", escaped(field("query")));
    put(
        "queries",
        escaped(options.get("variables").cloned().unwrap_or_default()),
    );
    put("thresholds", difference::thresholds(&found.body));
    put(
        "on_missing_data",
        options.get("on_missing_data").cloned().unwrap_or_default(),
    );
    put("message", message(&found.body));
    put("tags", escaped(own_tags(&found.body)));
    put("options", further(options, text(&found.body, "type")));
    file
}

/// A file has to have one, if only an empty one.
fn message(body: &Map<String, Value>) -> Value {
    match text(body, "message") {
        "" => " ".into(),
        message => escaped(message.into()),
    }
}

/// The tags without the mark, which the place of the file says.
fn own_tags(body: &Map<String, Value>) -> Value {
    let tags = body.get("tags").and_then(Value::as_array);
    let own = |tag: &&Value| tag.as_str().and_then(Mark::parse).is_none();
    tags.into_iter().flatten().filter(own).cloned().collect()
}

/// Options beyond those with keys of their own. What a file sets unless told otherwise is told.
fn further(options: &Map<String, Value>, kind: &str) -> Value {
    let mut further = options.clone();
    for name in NOT_IN_OPTIONS {
        further.shift_remove(name);
    }
    if kind == Record::Log.monitor_type() && !further.contains_key("enable_logs_sample") {
        further.insert("enable_logs_sample".to_owned(), false.into());
    } else {
        further.retain(|name, value| name != "enable_logs_sample" || *value != true);
    }
    further.into()
}

/// `${` begins a variable in a file, so that a dollar before a brace becomes one.
const DOLLAR: &str = "dollar";

fn escaped(value: Value) -> Value {
    match value {
        Value::String(text) => text.replace("${", &format!("${{{DOLLAR}}}{{")).into(),
        Value::Array(items) => items.into_iter().map(escaped).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, escaped(value))).collect())
        }
        other => other,
    }
}

fn dollar(body: &Map<String, Value>) -> Value {
    let fields = ["name", "query", "message", "tags", "options"];
    let is_needed = fields
        .iter()
        .filter_map(|name| body.get(*name))
        .any(|value| value.to_string().contains("${"));
    match is_needed {
        true => json!({DOLLAR: {"default": "$", "about": "a dollar sign before a brace"}}),
        false => Value::Null,
    }
}

/// Reads the file back and holds it against what is there.
fn check(found: &Found, identity: &Identity, yaml: &str) -> Result<(), CannotExport> {
    let monitor = MonitorFile::parse(yaml)?.render(identity.clone(), None, &Values::new())?;
    let body = monitor.to_api();
    let body = body.as_object().cloned().unwrap_or_default();
    let read = Definition::new(Kind::Monitor, found.mark.clone(), String::new(), body);
    let mut marked = found.clone();
    marked.body.insert("tags".to_owned(), with_mark(found));
    let changes = difference::changes(&read, &marked);
    match changes.is_empty() {
        true => Ok(()),
        false => Err(CannotExport::NotTheSame(
            changes.into_iter().map(|change| change.field).collect(),
        )),
    }
}

/// The tags that it will have once it is kept as code.
fn with_mark(found: &Found) -> Value {
    let Value::Array(mut tags) = own_tags(&found.body) else {
        return Value::Null;
    };
    tags.push(found.mark.to_string().into());
    tags.into()
}
