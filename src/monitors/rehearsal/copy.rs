//! The temporary copy of a monitor that a rehearsal watches: it sees the events of its run alone
//! and tells nobody.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::query::monitor::{MonitorQueryError, Variable, parse_monitor};
use crate::query::{Query, Record, parse};

/// The tag that every temporary copy carries, by which `--cleanup` finds strays.
pub const REHEARSAL_TAG: &str = "ddctl:rehearsal";
/// The key of the tag that names the run.
const RUN_KEY: &str = "ddctl_run";
/// What every query of a pack leaves out, and what a rehearsal is made of.
pub(in crate::monitors) const TEST_EXCLUSION: &str = "-@evt.test:true";
/// Options that say when and whom to tell, or keep a person's doing, which a copy has no use for.
const DROPPED_OPTIONS: [&str; 14] = [
    "silenced",
    "escalation_message",
    "notify_audit",
    "notify_no_data",
    "no_data_timeframe",
    "notify_by",
    "notification_preset_name",
    "renotify_interval",
    "renotify_occurrences",
    "renotify_statuses",
    "timeout_h",
    "locked",
    "new_host_delay",
    "restriction_query",
];

/// Why a monitor cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("a monitor of type `{0}` cannot be rehearsed: test events arrive as logs")]
    NotOverLogs(String),
    #[error("the monitor has no `{0}`")]
    Missing(&'static str),
    #[error("its query is not one that can be limited to the run: {0}")]
    Query(String),
    #[error("`options.variables` cannot be read: {0}")]
    Variables(String),
}

/// The body that creates a copy of `definition` for the run `run`.
///
/// `definition` is a monitor as it is sent to Datadog or answered by it. Each search of the copy
/// finds the events of the run alone (`@evt.test_run:<run>`), and test events among them. Its
/// message names nobody, and what only says whom to tell is left out, so that nobody is paged
/// whatever the monitor's own settings are. A group is evaluated at once: groups of a run are
/// always new ones.
///
/// # Errors
///
/// A monitor that watches no logs, and one whose query this program cannot read.
pub fn temporary_copy(
    definition: &Map<String, Value>,
    run: &str,
    now: Timestamp,
) -> Result<Value, CopyError> {
    let text = |name: &'static str| {
        definition
            .get(name)
            .and_then(Value::as_str)
            .ok_or(CopyError::Missing(name))
    };
    let kind = text("type")?;
    if kind != Record::Log.monitor_type() {
        return Err(CopyError::NotOverLogs(kind.to_owned()));
    }
    let mut options = options(definition.get("options"));
    let (query, variables) = limited_to(text("query")?, options.remove("variables"), run)?;
    if !variables.is_empty() {
        options.insert("variables".to_owned(), json!(variables));
    }
    let name = text("name")?;
    Ok(json!({
        "name": format!("[ddctl rehearsal {run}] {name}"),
        "type": kind,
        "query": query,
        "message": format!(
            "A temporary copy of `{}` for the rehearsal {run}. Nobody is told; ddctl deletes it \
             when the rehearsal is over, and `ddctl test-event --cleanup` deletes it later.",
            name.replace('@', "(at)"),
        ),
        "tags": [
            REHEARSAL_TAG,
            format!("{RUN_KEY}:{run}"),
            format!("ddctl_made:{}", now.as_second()),
        ],
        "options": options,
    }))
}

/// When a copy was made, by its own tag, and whose run it is; `None` for what is no copy.
pub fn made_at<'a>(tags: impl IntoIterator<Item = &'a str>) -> Option<(String, Timestamp)> {
    let (mut run, mut made, mut is_copy) = (None, None, false);
    for tag in tags {
        match tag.split_once(':') {
            _ if tag == REHEARSAL_TAG => is_copy = true,
            Some((RUN_KEY, value)) => run = Some(value.to_owned()),
            Some(("ddctl_made", value)) => made = value.parse().ok(),
            _ => {}
        }
    }
    let made = Timestamp::from_second(made?).ok()?;
    is_copy.then_some((run?, made))
}

/// The options that decide the state, and those alone.
fn options(given: Option<&Value>) -> Map<String, Value> {
    let mut options = given
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    options.retain(|name, value| !DROPPED_OPTIONS.contains(&name.as_str()) && !value.is_null());
    if options.get("on_missing_data").and_then(Value::as_str) == Some("show_and_notify_no_data") {
        options.insert("on_missing_data".to_owned(), "show_no_data".into());
    }
    options.insert("new_group_delay".to_owned(), 0.into());
    options
}

/// The query with each of its searches limited to the run.
fn limited_to(
    query: &str,
    variables: Option<Value>,
    run: &str,
) -> Result<(String, Vec<Variable>), CopyError> {
    let mut variables: Vec<Variable> = match variables {
        None => Vec::new(),
        Some(given) => serde_json::from_value(given)
            .map_err(|error| CopyError::Variables(error.to_string()))?,
    };
    let unreadable = |error: MonitorQueryError| CopyError::Query(error.render(query));
    let mut alert = parse_monitor(query, &variables).map_err(unreadable)?;
    for query in alert.queries_mut() {
        query.search = search_of_run(&query.search, run);
    }
    for (variable, query) in variables.iter_mut().zip(alert.queries()) {
        let search = query.search.to_string();
        variable.search = Some(crate::query::monitor::Search { query: search });
    }
    Ok((alert.to_string(), variables))
}

/// The same search over the events of one run, tests included.
fn search_of_run(search: &Query, run: &str) -> Query {
    let exclusion = parse(TEST_EXCLUSION).expect("the exclusion is a search");
    let of_run = parse(&format!("@evt.test_run:{run}")).expect("a run's id is a plain word");
    let (search, _) = search.without(&exclusion);
    of_run.and(search)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(definition: Value) -> Result<Value, CopyError> {
        let definition = definition.as_object().expect("an object");
        temporary_copy(definition, "0a1b2c", Timestamp::UNIX_EPOCH)
    }

    fn monitor() -> Value {
        json!({
            "id": 7,
            "name": "sessions @alice",
            "type": "log alert",
            "query": r#"logs("source:hoop (a OR b) -@evt.test:true").index("*").rollup("count").by("@session.id").last("15m") > 0"#,
            "message": "look @pagerduty-night",
            "tags": ["team:a", "ddctl:default/hoop/x"],
            "priority": 1,
            "options": {
                "thresholds": {"critical": 0.0, "warning": null},
                "silenced": {"*": null},
                "renotify_interval": 10,
                "escalation_message": "@boss",
                "on_missing_data": "show_and_notify_no_data",
                "evaluation_delay": 60,
            },
        })
    }

    #[test]
    fn a_copy_sees_its_own_run_and_test_events_too() {
        let copy = copy(monitor()).expect("a log alert");
        assert_eq!(
            copy["query"],
            r#"logs("@evt.test_run:0a1b2c source:hoop (a OR b)").index("*").rollup("count").by("@session.id").last("15m") > 0"#
        );
        assert_eq!(copy["options"]["thresholds"]["critical"], 0.0);
        assert_eq!(copy["options"]["evaluation_delay"], 60);
    }

    #[test]
    fn a_copy_tells_nobody_and_is_known_by_its_tags() {
        let copy = copy(monitor()).expect("a log alert");
        let message = copy["message"].as_str().expect("a message");
        assert!(!message.contains('@'), "{message}");
        let options = copy["options"].as_object().expect("options");
        for dropped in ["silenced", "escalation_message", "renotify_interval"] {
            assert!(!options.contains_key(dropped), "{dropped}");
        }
        assert_eq!(options["on_missing_data"], "show_no_data");
        let tags = copy["tags"].as_array().expect("tags");
        let tags = tags.iter().filter_map(Value::as_str);
        assert_eq!(
            made_at(tags),
            Some(("0a1b2c".to_owned(), Timestamp::UNIX_EPOCH))
        );
        assert_eq!(made_at(["ddctl:default/hoop/x", "ddctl_run:1"]), None);
    }

    #[test]
    fn each_query_of_a_formula_is_limited() {
        let variable = |name: &str| {
            json!({
                "name": name,
                "data_source": "logs",
                "search": {"query": format!("kind:{name} -@evt.test:true")},
                "indexes": [],
                "compute": {"aggregation": "count"},
                "group_by": [{"facet": "@usr.id"}],
            })
        };
        let copy = copy(json!({
            "name": "n", "type": "log alert",
            "query": r#"formula("a + b").last("1h") > 5"#,
            "options": {"thresholds": {"critical": 5}, "variables": [variable("a"), variable("b")]},
        }))
        .expect("a formula");
        let searches: Vec<&str> = copy["options"]["variables"]
            .as_array()
            .expect("variables")
            .iter()
            .filter_map(|variable| variable["search"]["query"].as_str())
            .collect();
        assert_eq!(
            searches,
            ["@evt.test_run:0a1b2c kind:a", "@evt.test_run:0a1b2c kind:b"]
        );
        assert_eq!(copy["query"], r#"formula("a + b").last("1h") > 5"#);
    }

    #[test]
    fn what_watches_no_logs_or_cannot_be_read_is_refused() {
        let error = copy(json!({"name": "n", "type": "query alert", "query": "avg:x > 1"}))
            .expect_err("a metric");
        assert!(error.to_string().contains("`query alert`"), "{error}");
        let error = copy(json!({"name": "n", "type": "log alert", "query": "logs(\"(\") > 1"}))
            .expect_err("a broken query");
        assert!(matches!(error, CopyError::Query(_)), "{error}");
    }
}
