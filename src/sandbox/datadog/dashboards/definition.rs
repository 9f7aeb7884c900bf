//! What a dashboard may hold (OpenAPI v1, `Dashboard`), and the rules beyond its members: where
//! widgets have a layout, and which tags there are.
//!
//! Of a widget its type is checked and not what it draws. Recorded are the refusals of
//! `layout_type` and of tags; the other texts are ours.

use serde_json::{Map, Value};

use crate::sandbox::datadog::shape::Shape::{Any, Flag, List, Object, Text, Word};
use crate::sandbox::datadog::shape::{self, AMOUNT, Member, TEXTS, nullable, optional, required};

/// Tags a dashboard may have, all of them `team:…`.
const MAX_TAGS: usize = 5;

/// Members that an answer shows only where they were given.
pub const SHOWN_WHERE_GIVEN: [&str; 5] = [
    "reflow_type",
    "tags",
    "template_variable_presets",
    "tabs",
    "default_timeframe",
];

/// `layout_type` first, as recorded. Members that only the server sets are not looked at.
const DASHBOARD: &[Member] = &[
    required("layout_type", Word(&["ordered", "free"])),
    required("title", Text),
    required("widgets", List(&Object(WIDGET))),
    nullable("description", Text),
    nullable("default_timeframe", Any),
    optional("is_read_only", Flag),
    nullable("notify_list", TEXTS),
    optional("reflow_type", Word(&["auto", "fixed"])),
    optional("restricted_roles", TEXTS),
    nullable("tabs", List(&Object(TAB))),
    nullable("tags", TEXTS),
    nullable("template_variable_presets", List(&Any)),
    nullable("template_variables", List(&Object(VARIABLE))),
    optional("author_handle", Any),
    optional("author_name", Any),
    optional("created_at", Any),
    optional("id", Any),
    optional("modified_at", Any),
    optional("url", Any),
];

const WIDGET: &[Member] = &[
    required("definition", Any),
    optional("id", AMOUNT),
    optional("layout", Object(LAYOUT)),
];

const LAYOUT: &[Member] = &[
    required("x", AMOUNT),
    required("y", AMOUNT),
    required("width", AMOUNT),
    required("height", AMOUNT),
    optional("is_column_break", Flag),
];

const TAB: &[Member] = &[
    required("id", Text),
    required("name", Text),
    required("widget_ids", List(&Any)),
];

const VARIABLE: &[Member] = &[
    required("name", Text),
    nullable("available_values", TEXTS),
    nullable("default", Text),
    optional("defaults", TEXTS),
    nullable("prefix", Text),
    nullable("type", Text),
];

/// The types of `WidgetDefinition`.
const WIDGET_TYPES: [&str; 40] = [
    "alert_graph",
    "alert_value",
    "bar_chart",
    "change",
    "check_status",
    "cohort",
    "distribution",
    "event_stream",
    "event_timeline",
    "free_text",
    "funnel",
    "geomap",
    "group",
    "heatmap",
    "hostmap",
    "iframe",
    "image",
    "list_stream",
    "log_stream",
    "manage_status",
    "note",
    "point_plot",
    "powerpack",
    "query_table",
    "query_value",
    "retention_curve",
    "run_workflow",
    "sankey",
    "scatterplot",
    "servicemap",
    "slo",
    "slo_list",
    "split_group",
    "sunburst",
    "timeseries",
    "toplist",
    "topology_map",
    "trace_service",
    "treemap",
    "wildcard",
];

/// A dashboard that is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition(Map<String, Value>);

impl Definition {
    /// Reads a body. The error is the text of the refusal.
    pub fn read(body: Map<String, Value>) -> Result<Self, String> {
        shape::check(&body, DASHBOARD).map_err(|misfit| misfit.to_string())?;
        let definition = Self(body);
        check_widgets(definition.widgets())?;
        definition.check_layouts()?;
        definition.check_tags()?;
        Ok(definition)
    }

    /// A member; null where it was not given.
    pub fn field(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// Gives every widget that has none an id, also those within groups.
    pub fn number_widgets(&mut self, next: &mut impl FnMut() -> u64) {
        if let Some(Value::Array(widgets)) = self.0.get_mut("widgets") {
            number(widgets, next);
        }
    }

    fn widgets(&self) -> &[Value] {
        self.field("widgets").as_array().map_or(&[], Vec::as_slice)
    }

    fn check_layouts(&self) -> Result<(), String> {
        let is_free = self.field("layout_type") == "free";
        let reflow = self.field("reflow_type").as_str();
        let (all, none) = match reflow {
            Some(_) if is_free => {
                return Err("reflow_type is for the layout_type 'ordered' alone".to_owned());
            }
            Some("auto") => (false, true),
            Some(_) => (true, false),
            None => (is_free, false),
        };
        let has_layout = |widget: &Value| widget.get("layout").is_some();
        if all && !self.widgets().iter().all(has_layout) {
            return Err("every widget of this dashboard needs a layout".to_owned());
        }
        match none && self.widgets().iter().any(has_layout) {
            true => Err("widgets have no layout where reflow_type is 'auto'".to_owned()),
            false => Ok(()),
        }
    }

    fn check_tags(&self) -> Result<(), String> {
        let tags = self.field("tags").as_array();
        let tags: Vec<&str> = tags
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if tags.iter().any(|tag| !tag.starts_with("team:")) {
            return Err("Invalid tag format. Valid tag keys are: team.".to_owned());
        }
        match tags.len() <= MAX_TAGS {
            true => Ok(()),
            false => Err(format!("a dashboard has at most {MAX_TAGS} tags")),
        }
    }
}

fn check_widgets(widgets: &[Value]) -> Result<(), String> {
    for widget in widgets {
        let definition = &widget["definition"];
        let kind = definition["type"].as_str().unwrap_or_default();
        if !WIDGET_TYPES.contains(&kind) {
            return Err(format!("Invalid widget definition: unknown type '{kind}'"));
        }
        let inner = definition["widgets"].as_array();
        check_widgets(inner.map_or(&[], Vec::as_slice))?;
    }
    Ok(())
}

fn number(widgets: &mut [Value], next: &mut impl FnMut() -> u64) {
    for widget in widgets {
        if let Some(Value::Array(inner)) = widget.pointer_mut("/definition/widgets") {
            number(inner, next);
        }
        if let Some(widget) = widget.as_object_mut() {
            widget.entry("id").or_insert_with(|| next().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(body: Value) -> Option<String> {
        let body = body.as_object().expect("an object").clone();
        Definition::read(body).err()
    }

    fn note() -> Value {
        json!({"definition": {"type": "note", "content": "a"}})
    }

    fn placed() -> Value {
        let mut note = note();
        note["layout"] = json!({"x": 0, "y": 0, "width": 4, "height": 4});
        note
    }

    #[test]
    fn layouts_are_needed_allowed_or_forbidden() {
        for (layout, reflow, widgets, is_taken) in [
            ("ordered", None, json!([note()]), true),
            ("ordered", None, json!([placed(), note()]), true),
            ("ordered", Some("auto"), json!([note()]), true),
            ("ordered", Some("auto"), json!([placed()]), false),
            ("ordered", Some("fixed"), json!([placed()]), true),
            ("ordered", Some("fixed"), json!([placed(), note()]), false),
            ("free", None, json!([placed()]), true),
            ("free", None, json!([note()]), false),
            ("free", Some("fixed"), json!([placed()]), false),
        ] {
            let mut body = json!({"title": "t", "layout_type": layout, "widgets": widgets});
            if let Some(reflow) = reflow {
                body["reflow_type"] = reflow.into();
            }
            assert_eq!(said(body.clone()).is_none(), is_taken, "{body}");
        }
    }

    #[test]
    fn tags_are_teams_and_no_more_than_five() {
        let with = |tags: Value| {
            said(json!({"title": "t", "layout_type": "ordered", "widgets": [], "tags": tags}))
        };
        assert_eq!(
            with(json!(["team:a", "team:b", "team:c", "team:d", "team:e"])),
            None
        );
        assert!(
            with(json!([
                "team:a", "team:b", "team:c", "team:d", "team:e", "team:f"
            ]))
            .is_some()
        );
        assert_eq!(
            with(json!(["tm:a"])).as_deref(),
            Some("Invalid tag format. Valid tag keys are: team.")
        );
    }

    #[test]
    fn malformed_dashboards_are_refused() {
        assert_eq!(
            said(json!({"layout_type": "", "title": "", "widgets": null})).as_deref(),
            Some("Value of parameter 'layout_type' should be any of these ['ordered', 'free']")
        );
        for body in [
            json!({"title": "t", "widgets": []}),
            json!({"title": "t", "layout_type": "ordered"}),
            json!({"title": "t", "layout_type": "ordered", "widgets": [{}]}),
            json!({"title": "t", "layout_type": "ordered", "widgets": [{"definition": {}}]}),
            json!({"title": "t", "layout_type": "ordered", "widgets": [], "descripton": ""}),
            json!({"title": "t", "layout_type": "ordered", "widgets": [
                {"definition": {"type": "group", "layout_type": "ordered", "widgets": [
                    {"definition": {"type": "mote"}}
                ]}}
            ]}),
        ] {
            assert!(said(body.clone()).is_some(), "{body}");
        }
    }
}
