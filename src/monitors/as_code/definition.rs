//! What the files say, and what is there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::mark::Mark;

/// What is kept as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Monitor,
    Dashboard,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Monitor => "monitor",
            Kind::Dashboard => "dashboard",
        }
    }

    /// The top-level fields that a file decides about; every other one is left as it is found.
    pub(super) fn owned_fields(self) -> &'static [&'static str] {
        match self {
            Kind::Monitor => &["name", "type", "query", "message", "tags", "priority"],
            Kind::Dashboard => &[
                "title",
                "description",
                "layout_type",
                "template_variables",
                "widgets",
            ],
        }
    }

    /// The field that people know it by.
    pub fn title_field(self) -> &'static str {
        match self {
            Kind::Monitor => "name",
            Kind::Dashboard => "title",
        }
    }
}

/// What a file says, ready to be sent; its mark is in the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub kind: Kind,
    pub mark: Mark,
    /// The file, or `pack/name`.
    pub label: String,
    pub body: Map<String, Value>,
    /// The id of something without a mark that is to be taken over.
    pub adopts: Option<String>,
}

/// What Datadog has under a mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub kind: Kind,
    pub id: String,
    pub mark: Mark,
    /// As it was answered.
    pub body: Map<String, Value>,
}

/// What Datadog answered when it was asked for everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// All that the organisation has, whoever made it.
    pub total: usize,
    /// What has a mark, of whatever namespace.
    pub marked: Vec<Found>,
    /// What has none, by id, as far as it may be taken over.
    pub unmarked: BTreeMap<String, Map<String, Value>>,
}

impl Listing {
    pub fn of_namespace<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a Found> {
        self.marked
            .iter()
            .filter(move |found| found.mark.namespace == namespace)
    }
}

impl Definition {
    /// Puts the mark where this kind carries it.
    pub fn new(kind: Kind, mark: Mark, label: String, mut body: Map<String, Value>) -> Self {
        match kind {
            Kind::Monitor => add_tag(&mut body, &mark),
            Kind::Dashboard => add_line(&mut body, &mark),
        }
        Self {
            kind,
            mark,
            label,
            body,
            adopts: None,
        }
    }

    pub fn title(&self) -> &str {
        text(&self.body, self.kind.title_field())
    }
}

impl Found {
    pub fn title(&self) -> &str {
        text(&self.body, self.kind.title_field())
    }

    /// The page of it in Datadog's app, below the app's address.
    pub fn page(kind: Kind, id: &str) -> String {
        match kind {
            Kind::Monitor => format!("/monitors/{id}"),
            Kind::Dashboard => format!("/dashboard/{id}"),
        }
    }
}

/// The text of a field; empty where there is none.
pub(super) fn text<'b>(body: &'b Map<String, Value>, field: &str) -> &'b str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn add_tag(body: &mut Map<String, Value>, mark: &Mark) {
    let mut tags = match body.get("tags") {
        Some(Value::Array(tags)) => tags.clone(),
        _ => Vec::new(),
    };
    // A file that was exported, or copied by hand, may carry a mark that was another's.
    tags.retain(|tag| tag.as_str().and_then(Mark::parse).is_none());
    tags.push(mark.to_string().into());
    body.insert("tags".to_owned(), tags.into());
}

fn add_line(body: &mut Map<String, Value>, mark: &Mark) {
    let description = text(body, "description").trim_end();
    let mut lines: Vec<&str> = description.lines().collect();
    if lines.last().and_then(|line| Mark::parse(line)).is_some() {
        lines.pop();
    }
    let about = lines.join("\n");
    let marked = match about.trim_end() {
        "" => mark.to_string(),
        about => format!("{about}\n\n{mark}"),
    };
    body.insert("description".to_owned(), marked.into());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(kind: Kind, body: Value) -> Definition {
        let mark = Mark::parse("ddctl:a/b/c").expect("a mark");
        let body = body.as_object().expect("an object").clone();
        Definition::new(kind, mark, "a file".to_owned(), body)
    }

    #[test]
    fn a_monitor_carries_its_mark_as_a_tag_and_no_other_ones() {
        let marked = definition(Kind::Monitor, json!({"tags": ["team:x", "ddctl:z/b/c"]}));
        assert_eq!(marked.body["tags"], json!(["team:x", "ddctl:a/b/c"]));
        let marked = definition(Kind::Monitor, json!({}));
        assert_eq!(Mark::of_tags(&marked.body), [marked.mark]);
    }

    #[test]
    fn a_dashboard_carries_its_mark_as_the_last_line_of_its_description() {
        for (about, marked) in [
            (json!(null), "ddctl:a/b/c"),
            (json!("about\n"), "about\n\nddctl:a/b/c"),
            (json!("about\n\nddctl:z/b/c"), "about\n\nddctl:a/b/c"),
        ] {
            let definition = definition(Kind::Dashboard, json!({"description": about}));
            assert_eq!(definition.body["description"], marked);
            let read = Mark::of_description(definition.body["description"].as_str());
            assert_eq!(read, Some(definition.mark));
        }
    }
}
