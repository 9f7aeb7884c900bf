//! Nested JSON objects from dotted names: `evt.name` becomes `{"evt":{"name":…}}`.

use serde_json::{Map, Value};

use super::log::LogProfile;

/// An object under construction.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Tree(Map<String, Value>);

impl Tree {
    /// Sets `path`. A name that holds a value already is replaced by an object.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        set(&mut self.0, path, value.into());
    }

    /// Sets `path` where there is something to say.
    pub fn set_known(&mut self, path: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(path, value);
        }
    }

    /// Sets `path` unless `text` is empty, which is how the gateway says that there is none.
    pub fn set_text(&mut self, path: &str, text: &str) {
        self.set_known(path, (!text.is_empty()).then_some(text));
    }

    /// What the profile says about every log.
    pub fn set_profile(&mut self, profile: &LogProfile) {
        self.set_text("service", &profile.service);
        self.set_text("hostname", &profile.hostname);
        self.set_known("ddtags", profile.ddtags());
    }

    /// The marks of a test event.
    pub fn set_test(&mut self, run: Option<&str>) {
        if let Some(run) = run {
            self.set("evt.test", true);
            self.set("evt.test_run", run);
        }
    }

    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// Sets the dotted `path` in `map`, making the objects on the way.
pub(in crate::delivery) fn set(map: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        map.insert(path.to_owned(), value);
        return;
    };
    let inner = map.entry(head).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        set(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dotted_names_nest_and_share_their_objects() {
        let mut tree = Tree::default();
        tree.set("evt.name", "session.open");
        tree.set("evt.actor.mode", "autonomous");
        tree.set_text("usr.name", "");
        tree.set_known("usr.id", None::<&str>);
        assert_eq!(
            Value::Object(tree.into_map()),
            json!({"evt": {"name": "session.open", "actor": {"mode": "autonomous"}}})
        );
    }
}
