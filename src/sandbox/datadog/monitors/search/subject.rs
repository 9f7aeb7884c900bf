//! What a search finds: a monitor, or one of its groups.

use serde_json::{Value, json};

use super::query::{Field, Query};
use crate::sandbox::datadog::monitors::definition::Definition;
use crate::sandbox::datadog::monitors::shown::{ORGANISATION, creator};
use crate::sandbox::datadog::monitors::state::{Group, Status, UNGROUPED};
use crate::sandbox::datadog::monitors::store::Monitor;

/// A monitor, seen as a whole or through one of its groups.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'m> {
    monitor: &'m Monitor,
    group: Option<(&'m str, &'m Group)>,
    /// The stand-in's clock, milliseconds.
    now: i64,
}

impl<'m> Subject<'m> {
    pub fn whole(monitor: &'m Monitor, now: i64) -> Self {
        Self {
            monitor,
            group: None,
            now,
        }
    }

    pub fn groups(monitor: &'m Monitor, now: i64) -> Vec<Self> {
        let groups = monitor.history.groups().iter();
        groups
            .map(|(name, group)| Self {
                monitor,
                group: Some((name.as_str(), group)),
                now,
            })
            .collect()
    }

    pub fn name(&self) -> &'m str {
        self.definition().name()
    }

    pub fn status(&self) -> Status {
        let of_group = self.group.map(|(_, group)| group.status());
        of_group.unwrap_or_else(|| self.monitor.history.overall())
    }

    pub fn tags(&self) -> impl Iterator<Item = &'m str> {
        self.definition().tags()
    }

    pub fn is_muted(&self) -> bool {
        self.muted_until().is_some()
    }

    /// What a monitor watches, in one word, as recorded.
    pub fn classification(&self) -> &'m str {
        let definition = self.definition();
        match definition.kind() {
            "query alert" if definition.query().contains("anomalies(") => "anomaly",
            "query alert" if definition.query().contains("forecast(") => "forecast",
            "query alert" if definition.query().contains("outliers(") => "outlier",
            "query alert" => "metric",
            "service check" => "custom",
            kind => kind.strip_suffix(" alert").unwrap_or(kind),
        }
    }

    pub fn fits(&self, query: &Query) -> bool {
        match query {
            Query::All => true,
            Query::AllOf(parts) => parts.iter().all(|part| self.fits(part)),
            Query::AnyOf(parts) => parts.iter().any(|part| self.fits(part)),
            Query::Not(part) => !self.fits(part),
            Query::Term { field, value } => self.fits_term(*field, value),
        }
    }

    fn fits_term(&self, field: Field, value: &str) -> bool {
        match field {
            Field::Title => holds(self.name(), value),
            Field::Status => same(self.status().name(), value),
            Field::GroupStatus => self.fits_group_status(value),
            Field::Type => same(self.classification(), value),
            Field::Tag => self.tags().any(|tag| glob(tag, value)),
            Field::TagKey(key) => self
                .tags()
                .filter_map(|tag| tag.split_once(':'))
                .any(|(own, of)| own == key && glob(of, value)),
            Field::Muted => self.is_muted().to_string() == value,
            Field::Id => self.monitor.id.to_string() == value,
            Field::Priority => {
                let priority = self.definition().field("priority").as_u64();
                let value = value.trim_start_matches(['p', 'P']);
                priority.is_some_and(|priority| priority.to_string() == value)
            }
            Field::Group => self.group_names().any(|name| glob(name, value)),
            Field::Notification => self.handles().any(|handle| glob(handle, value)),
        }
    }

    fn fits_group_status(&self, value: &str) -> bool {
        match self.group {
            Some((_, group)) => same(group.status().name(), value),
            None => {
                let mut groups = self.monitor.history.groups().values();
                groups.any(|group| same(group.status().name(), value))
            }
        }
    }

    fn group_names(&self) -> impl Iterator<Item = &'m str> {
        let own = self.group.map(|(name, _)| name);
        let all = self.monitor.history.groups().keys().map(String::as_str);
        all.filter(move |name| own.is_none_or(|own| own == *name))
    }

    /// Whom the message names, without the `@`.
    fn handles(&self) -> impl Iterator<Item = &'m str> {
        let message = self.definition().field("message").as_str();
        let words = message.unwrap_or_default().split_whitespace();
        words
            .filter_map(|word| word.strip_prefix('@'))
            .filter(|handle| !handle.is_empty())
    }

    fn definition(&self) -> &'m Definition {
        &self.monitor.definition
    }

    /// `Some(None)` for ever.
    fn muted_until(&self) -> Option<Option<i64>> {
        let group = self.group.map_or(UNGROUPED, |(name, _)| name);
        self.monitor.rules.muted_until(group, self.now)
    }

    /// Metric monitors keep their older name here, as recorded.
    fn kind(&self) -> &'m str {
        match self.definition().kind() {
            "query alert" => "metric alert",
            kind => kind,
        }
    }

    pub fn shown_monitor(&self) -> Value {
        let definition = self.definition();
        let mut creator = creator();
        if let Some(creator) = creator.as_object_mut() {
            creator.remove("email");
        }
        let notifications: Vec<Value> = self
            .handles()
            .map(|handle| json!({ "handle": handle, "name": handle }))
            .collect();
        let roles = definition.field("restricted_roles").as_array();
        let since = self.monitor.history.overall_since();
        json!({
            "status": self.status().name(),
            "scopes": [],
            "classification": self.classification(),
            "creator": creator,
            "metrics": [],
            "notifications": notifications,
            "muted_until_ts": self.muted_until().flatten(),
            "query": definition.query(),
            "id": self.monitor.id,
            "last_triggered_ts": self.monitor.history.last_triggered(),
            "name": self.name(),
            "tags": definition.field("tags"),
            "org_id": ORGANISATION,
            "priority": definition.field("priority"),
            "overall_state_modified": since.map(|since| since.as_second()),
            "restricted_roles": roles.cloned().unwrap_or_default(),
            "type": self.kind(),
        })
    }

    pub fn shown_group(&self) -> Value {
        let (name, group) = self.group.unzip();
        let name = name.unwrap_or(UNGROUPED);
        let tags_of =
            |key: &str| -> Vec<&str> { self.tags().filter(|tag| tag.starts_with(key)).collect() };
        let muted_until = self.muted_until().flatten();
        let left = muted_until.map(|end| end - self.now.div_euclid(1_000));
        json!({
            "status": self.status().name(),
            "last_nodata_ts": group.and_then(Group::without_data).unwrap_or(0),
            "env_tags": tags_of("env:"),
            "muted_remaining": left,
            "muted_until_ts": muted_until,
            "all_tags": self.definition().field("tags"),
            "monitor_name": self.name(),
            "team_tags": tags_of("team:"),
            "last_triggered_ts": group.and_then(Group::triggered),
            "group": name,
            "downtimes": [],
            "monitor_id": self.monitor.id,
            "priority": self.definition().field("priority"),
            "muted": self.is_muted(),
            "group_tags": name.split(',').collect::<Vec<_>>(),
        })
    }
}

fn same(own: &str, value: &str) -> bool {
    own.eq_ignore_ascii_case(value)
}

/// A title holds the words wherever they stand.
fn holds(title: &str, value: &str) -> bool {
    glob(
        &title.to_lowercase(),
        &format!("*{}*", value.to_lowercase()),
    )
}

/// Whether a text is a pattern's, in which `*` stands for any run.
fn glob(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (text, pattern) in [
            ("env:prod", "env:*"),
            ("env:prod", "*prod"),
            ("env:prod", "e*:*d"),
            ("a", "a"),
            ("", "*"),
            ("aba", "*a"),
        ] {
            assert!(glob(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("env:prod", "env"), ("a", "a*a"), ("ab", "*a"), ("b", "a*")] {
            assert!(!glob(text, pattern), "{text} {pattern}");
        }
    }
}
