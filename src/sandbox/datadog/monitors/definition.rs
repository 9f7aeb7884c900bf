//! What a monitor is told to be: read from a body, completed as the server completes it.
//!
//! Defaults and normalisations are recorded (`v1/monitors`): options not given are added,
//! thresholds become floats and those that are null go, a `metric alert` becomes a `query alert`.

use serde_json::{Map, Value, json};

use super::grammar::{self, Reading};
use super::members::{self, EVENT_LIKE};
use crate::sandbox::datadog::shape;

/// A monitor's own fields in the order answers show them, with the server's additions.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    fields: Map<String, Value>,
    pub reading: Reading,
}

impl Definition {
    /// Reads the body of a new monitor. The error is the text of the refusal.
    pub fn of_new(body: &Map<String, Value>) -> Result<Self, String> {
        for name in ["type", "query"] {
            if text(body, name).is_empty() {
                return Err(format!("The parameter '{name}' is required"));
            }
        }
        shape::check(body, members::MONITOR).map_err(|misfit| misfit.to_string())?;
        let defaults = json!({
            "type": null, "name": body["query"], "message": "", "tags": [], "query": null,
            "options": {}, "priority": null, "restricted_roles": null,
            "draft_status": "published", "assets": [],
        });
        let fields = defaults.as_object().cloned().unwrap_or_default();
        Self::read(with(fields, body))
    }

    /// The monitor with a change: fields that are left out stay, `options` are replaced whole.
    pub fn changed(&self, body: &Map<String, Value>) -> Result<Self, String> {
        shape::check(body, members::MONITOR).map_err(|misfit| misfit.to_string())?;
        let wanted = body.get("type").and_then(Value::as_str);
        if wanted.is_some_and(|wanted| shown_kind(wanted) != self.kind()) {
            return Err("Monitor type change not allowed".to_owned());
        }
        Self::read(with(self.fields.clone(), body))
    }

    fn read(mut fields: Map<String, Value>) -> Result<Self, String> {
        let kind = shown_kind(text(&fields, "type")).to_owned();
        let options = match &fields["options"] {
            Value::Object(options) => completed(options.clone(), &kind),
            _ => completed(Map::new(), &kind),
        };
        let reading = grammar::read(&kind, text(&fields, "query"), &options)?;
        fields["type"] = kind.into();
        fields["options"] = options.into();
        Ok(Self { fields, reading })
    }

    /// A field; null where it is none of a monitor's own.
    pub fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    pub fn kind(&self) -> &str {
        text(&self.fields, "type")
    }

    pub fn name(&self) -> &str {
        text(&self.fields, "name")
    }

    pub fn query(&self) -> &str {
        text(&self.fields, "query")
    }

    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.field("tags").as_array();
        tags.into_iter().flatten().filter_map(Value::as_str)
    }

    pub fn option(&self, name: &str) -> &Value {
        self.field("options").get(name).unwrap_or(&Value::Null)
    }

    /// Whether there is one alert for each of several groups.
    pub fn is_multi(&self) -> bool {
        let variables = self.option("variables").as_array();
        let groups = |variable: &Value| {
            let groups = variable["group_by"].as_array();
            groups.is_some_and(|groups| !groups.is_empty())
        };
        self.query().contains(".by(")
            || self.query().contains("} by {")
            || variables.is_some_and(|variables| variables.iter().any(groups))
    }
}

/// Metric monitors come back under another name than they were sent.
fn shown_kind(kind: &str) -> &str {
    match kind {
        "metric alert" => "query alert",
        kind => kind,
    }
}

fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> &'f str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The fields with those of the body that can be set.
fn with(mut fields: Map<String, Value>, body: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in fields.iter_mut() {
        if let Some(given) = body.get(name) {
            *value = given.clone();
        }
    }
    fields
}

/// Options with what the server adds.
fn completed(mut options: Map<String, Value>, kind: &str) -> Map<String, Value> {
    if let Some(Value::Object(thresholds)) = options.get_mut("thresholds") {
        thresholds.retain(|_, threshold| !threshold.is_null());
        for threshold in thresholds.values_mut() {
            if let Some(number) = threshold.as_f64() {
                *threshold = number.into();
            }
        }
    }
    let mut add = |name: &str, value: Value| {
        options.entry(name).or_insert(value);
    };
    add("notify_no_data", false.into());
    add("notify_audit", false.into());
    add("include_tags", true.into());
    if EVENT_LIKE.contains(&kind) {
        add("groupby_simple_monitor", false.into());
    }
    add("silenced", json!({}));
    // The newer option takes its place.
    if !options.contains_key("new_group_delay") {
        options
            .entry("new_host_delay")
            .or_insert_with(|| 300.into());
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = r#"logs("a").index("main").rollup("count").by("source").last("5m") > 2"#;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    fn new(body: Value) -> Result<Definition, String> {
        Definition::of_new(&object(body))
    }

    fn options(definition: &Definition) -> Value {
        definition.field("options").clone()
    }

    #[test]
    fn what_is_left_out_is_added() {
        let monitor = new(json!({"type": "log alert", "query": QUERY})).expect("it is taken");
        assert_eq!(
            options(&monitor),
            json!({
                "notify_no_data": false, "notify_audit": false, "include_tags": true,
                "groupby_simple_monitor": false, "silenced": {}, "new_host_delay": 300,
            })
        );
        assert_eq!(*monitor.field("tags"), json!([]));
        assert!(monitor.is_multi());
    }

    #[test]
    fn thresholds_become_floats_and_nulls_among_them_go() {
        let body = json!({
            "type": "log alert", "query": QUERY,
            "options": {"thresholds": {"critical": 2, "warning": null}, "timeout_h": null},
        });
        let monitor = new(body).expect("it is taken");
        assert_eq!(
            monitor.option("thresholds").to_string(),
            r#"{"critical":2.0}"#
        );
        assert!(
            options(&monitor)
                .as_object()
                .is_some_and(|o| o.contains_key("timeout_h"))
        );
    }

    #[test]
    fn a_change_replaces_the_options_and_keeps_the_rest() {
        let monitor = new(json!({
            "type": "log alert", "query": QUERY, "name": "n", "tags": ["a:b"],
            "options": {"timeout_h": 1, "include_tags": false},
        }))
        .expect("it is taken");
        let change = json!({"message": "m", "options": {"new_group_delay": 60}});
        let changed = monitor.changed(&object(change)).expect("it is taken");
        assert_eq!(*changed.field("name"), "n");
        assert_eq!(*changed.field("message"), "m");
        assert_eq!(changed.option("timeout_h"), &Value::Null);
        assert_eq!(changed.option("include_tags"), true);
        assert_eq!(changed.option("new_host_delay"), &Value::Null);
    }

    #[test]
    fn the_type_cannot_be_changed_but_for_its_two_names() {
        let metric = json!({"type": "metric alert", "query": "avg(last_5m):avg:a{*} > 1"});
        let metric = new(metric).expect("it is taken");
        assert_eq!(metric.kind(), "query alert");
        let change = |kind: &str| metric.changed(&object(json!({ "type": kind })));
        assert!(change("metric alert").is_ok());
        assert_eq!(
            change("composite"),
            Err("Monitor type change not allowed".to_owned())
        );
    }

    #[test]
    fn malformed_bodies_are_refused() {
        for (body, expected) in [
            (
                json!({"type": "", "query": ""}),
                "The parameter 'type' is required",
            ),
            (
                json!({"type": "log alert"}),
                "The parameter 'query' is required",
            ),
            (
                json!({"type": "log alert", "query": QUERY, "optoins": {}}),
                "The parameter 'optoins' is unknown",
            ),
            (
                json!({"type": "log alert", "query": QUERY, "options": {"timeout_h": 25}}),
                "The value provided for parameter 'options.timeout_h' is invalid",
            ),
            (
                json!({"type": "log alert", "query": QUERY, "priority": 6}),
                "The value provided for parameter 'priority' is invalid",
            ),
        ] {
            assert_eq!(new(body).expect_err("it is refused"), expected);
        }
        assert!(new(json!({"type": "log-alert", "query": "a > 1"})).is_err());
    }
}
