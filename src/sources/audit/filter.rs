//! Which rows of the audit log are wanted: what the gateway can sort out by itself, and the rest.
//!
//! Every condition is checked here even where the gateway was asked for it, since it compares by
//! pattern and takes one value each.

use crate::gateway::{AuditConditions, AuditLog};

/// Conditions that must all hold; of several values of one any does. Without any, every row is
/// wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who made the change: an e-mail, a name, or a subject id.
    pub user: Option<String>,
    /// Kinds of what was changed, as the gateway spells them: `users`, `connections`.
    pub resources: Vec<String>,
    /// `create`, `update`, `delete`, `revoke`.
    pub actions: Vec<String>,
    /// Whether it was done.
    pub is_done: Option<bool>,
    /// A part of the path of the request, whatever the case.
    pub path: Option<String>,
    /// A part of the address it came from.
    pub client_ip: Option<String>,
}

impl AuditFilter {
    /// One writing for each meaning: the conditions that are set, by name. Empty without any.
    pub fn canonical(&self) -> String {
        let Self {
            user,
            resources,
            actions,
            is_done,
            path,
            client_ip,
        } = self;
        let outcome = is_done.map(|is_done| if is_done { "success" } else { "failure" });
        let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
        let conditions: [(&str, Vec<String>); 6] = [
            ("action", sorted(actions)),
            ("client-ip", one(client_ip.as_deref())),
            ("outcome", one(outcome)),
            ("path", one(path.as_deref())),
            ("resource", sorted(resources)),
            ("user", one(user.as_deref())),
        ];
        let set = conditions
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name, value)));
        // Quoted, so that no value can look like a second condition.
        let written: Vec<String> = set
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        written.join(" ")
    }

    pub fn matches(&self, row: &AuditLog) -> bool {
        let is_among =
            |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
        self.user.as_deref().is_none_or(|who| is_by(row, who))
            && is_among(&self.resources, &row.resource_type)
            && is_among(&self.actions, &row.action)
            && self.is_done.is_none_or(|is_done| is_done == row.outcome)
            && has(self.path.as_deref(), &row.http_path)
            && has(self.client_ip.as_deref(), &row.client_ip)
    }

    /// The part that the gateway can apply. It never leaves out what [`AuditFilter::matches`].
    pub(super) fn conditions(&self) -> AuditConditions {
        let single = |values: &[String]| match values {
            [value] => Some(value.clone()),
            _ => None,
        };
        AuditConditions {
            actor_email: self
                .user
                .clone()
                .filter(|who| is_email(who))
                .filter(|text| is_plain(text)),
            resource_type: single(&self.resources),
            action: single(&self.actions),
            outcome: self.is_done,
            http_path: self.path.clone().filter(|text| is_plain(text)),
            client_ip: self.client_ip.clone().filter(|text| is_plain(text)),
        }
    }
}

fn sorted(values: &[String]) -> Vec<String> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

/// A text with an `@` is an e-mail and nothing else, so that the gateway can be asked for it.
fn is_by(row: &AuditLog, who: &str) -> bool {
    let is_called = row.actor_email.eq_ignore_ascii_case(who);
    match is_email(who) {
        true => is_called,
        false => is_called || row.actor_subject == who || row.actor_name.eq_ignore_ascii_case(who),
    }
}

fn is_email(who: &str) -> bool {
    who.contains('@')
}

fn has(part: Option<&str>, text: &str) -> bool {
    let lower = |text: &str| text.to_lowercase();
    part.is_none_or(|part| lower(text).contains(&lower(part)))
}

/// The gateway compares by a pattern of its database, in which a backslash takes the meaning of
/// what follows; other signs of such patterns only let more through.
fn is_plain(text: &str) -> bool {
    !text.contains('\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn row(action: &str, outcome: bool) -> AuditLog {
        let row = json!({
            "id": "1", "created_at": "2026-08-20T10:00:00Z", "actor_subject": "sub-1",
            "actor_email": "Ines@shop.example", "actor_name": "Ines", "resource_type": "users",
            "action": action, "http_path": "/api/Users/x", "client_ip": "203.0.113.24",
            "outcome": outcome,
        });
        serde_json::from_value(row).expect("a row")
    }

    fn with(change: impl FnOnce(&mut AuditFilter)) -> AuditFilter {
        let mut filter = AuditFilter::default();
        change(&mut filter);
        filter
    }

    #[test]
    fn every_condition_has_to_hold_and_of_several_values_any() {
        let row = row("create", true);
        let matches = |change: fn(&mut AuditFilter)| with(change).matches(&row);
        assert!(matches(|_| ()));
        assert!(matches(
            |filter| filter.user = Some("ines@SHOP.example".to_owned())
        ));
        assert!(matches(|filter| filter.user = Some("sub-1".to_owned())));
        assert!(!matches(
            |filter| filter.user = Some("shop.example".to_owned())
        ));
        assert!(matches(
            |filter| filter.actions = vec!["delete".into(), "create".into()]
        ));
        assert!(!matches(|filter| filter.actions = vec!["delete".into()]));
        assert!(!matches(|filter| filter.resources = vec!["user".into()]));
        assert!(!matches(|filter| filter.is_done = Some(false)));
        assert!(matches(|filter| filter.path = Some("/users/".to_owned())));
        assert!(matches(
            |filter| filter.client_ip = Some("203.0.113.".to_owned())
        ));
        assert!(!matches(|filter| {
            filter.path = Some("users".to_owned());
            filter.is_done = Some(false);
        }));
    }

    #[test]
    fn the_gateway_is_asked_for_what_it_can_tell_alone() {
        let conditions = |change: fn(&mut AuditFilter)| with(change).conditions();
        let by_email = conditions(|filter| filter.user = Some("a@b.example".to_owned()));
        assert_eq!(by_email.actor_email.as_deref(), Some("a@b.example"));
        let by_name = conditions(|filter| filter.user = Some("Ines".to_owned()));
        assert_eq!(by_name, AuditConditions::default());
        let two = conditions(|filter| filter.actions = vec!["create".into(), "delete".into()]);
        assert_eq!(two, AuditConditions::default());
        let escaped = conditions(|filter| filter.path = Some(r"a\b".to_owned()));
        assert_eq!(escaped, AuditConditions::default());
    }

    proptest! {
        #[test]
        fn filters_of_one_meaning_have_one_writing_and_no_other_has_it(
            mut actions in prop::collection::vec("[a-c\" =]{0,3}", 0..4),
            user in prop::option::of("[a-c\" =]{0,6}"),
        ) {
            let filter = with(|filter| {
                filter.actions = actions.clone();
                filter.user = user.clone();
            });
            actions.reverse();
            let turned = with(|filter| {
                filter.actions = actions.clone();
                filter.user = user.clone();
            });
            prop_assert_eq!(filter.canonical(), turned.canonical());
            let moved = with(|filter| {
                filter.resources = actions.clone();
                filter.user = user.clone();
            });
            prop_assert_eq!(filter.canonical() == moved.canonical(), actions.is_empty());
        }
    }
}
