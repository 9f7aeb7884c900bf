//! Whether an approval was to be expected: by the gateway's rules and by the profile's.

use std::collections::HashMap;

use super::error::SourceError;
use super::retry::{Backoff, retrying};
use crate::domain::event::ExpectedBy;
use crate::domain::session::{Review, Session, Verb};
use crate::gateway::{AccessRequestRule, AccessType, ConnectionInfo, Gateway, GatewayError};

/// What the gateway says about approvals beforehand. Each part is `None` where the role may not
/// read it: nobody can tell then, which is not the same as no.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApprovalSources {
    /// By connection name. A connection that is not in it cannot be told about.
    pub connections: Option<HashMap<String, ConnectionInfo>>,
    pub rules: Option<Vec<AccessRequestRule>>,
}

/// What an approval may have been expected on: a session, or whatever happens on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access<'a> {
    pub(super) connection: &'a str,
    /// `None` for either.
    pub(super) verb: Option<Verb>,
    pub(super) review: Option<&'a Review>,
}

impl<'a> From<&'a Session> for Access<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            connection: &session.connection.name,
            verb: Some(session.verb),
            review: session.review.as_ref(),
        }
    }
}

impl Access<'_> {
    fn is(&self, verb: Verb) -> bool {
        self.verb.is_none_or(|own| own == verb)
    }
}

/// What one source says about one access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Yes,
    No,
    CannotTell,
}

impl ApprovalSources {
    /// Reads the connections and the access-request rules.
    ///
    /// # Errors
    ///
    /// Everything but a 403, which leaves its part unknown.
    pub async fn read(gateway: &Gateway) -> Result<Self, SourceError> {
        let connections = unless_forbidden(async || gateway.connections().await).await?;
        let rules = unless_forbidden(async || gateway.access_request_rules().await).await?;
        let by_name = |connections: Vec<ConnectionInfo>| {
            let named = connections.into_iter().map(|one| (one.name.clone(), one));
            named.collect()
        };
        Ok(Self {
            connections: connections.map(by_name),
            rules,
        })
    }

    /// Whether an approval was expected, and who says so; `None` when nobody can tell. `profile`
    /// is what the profile's rule says about the connection.
    pub(super) fn expected<'a>(
        &self,
        access: impl Into<Access<'a>>,
        profile: Option<bool>,
    ) -> (Option<bool>, Option<ExpectedBy>) {
        let access = access.into();
        let (reviewers, rule) = (self.reviewers(access), self.rule(access));
        let by_gateway = [
            (reviewers, ExpectedBy::Reviewers),
            (rule, ExpectedBy::AccessRequestRule),
        ];
        let yes = by_gateway.iter().find(|(says, _)| *says == Says::Yes);
        match (yes, profile) {
            (Some((_, by)), _) => (Some(true), Some(*by)),
            (None, Some(true)) => (Some(true), Some(ExpectedBy::Profile)),
            (None, Some(false)) => (Some(false), None),
            (None, None) if [reviewers, rule] == [Says::No; 2] => (Some(false), None),
            (None, None) => (None, None),
        }
    }

    /// The older review plugin's groups; a review that names no rule came from there.
    fn reviewers(&self, access: Access<'_>) -> Says {
        if let Some(review) = access.review {
            return match review.access_request_rule_name {
                Some(_) => Says::No,
                None if self.rule_applies(access) == Says::Yes => Says::CannotTell,
                None => Says::Yes,
            };
        }
        match self.connection(access) {
            None => Says::CannotTell,
            Some(connection) if connection.reviewers.is_empty() => Says::No,
            Some(_) => Says::Yes,
        }
    }

    fn rule(&self, access: Access<'_>) -> Says {
        match access.review {
            Some(review) if review.access_request_rule_name.is_some() => Says::Yes,
            _ => self.rule_applies(access),
        }
    }

    fn rule_applies(&self, access: Access<'_>) -> Says {
        let Some(rules) = &self.rules else {
            return Says::CannotTell;
        };
        let connection = self.connection(access);
        rules
            .iter()
            .map(|rule| applies(rule, access, connection))
            .max_by_key(|says| match says {
                Says::Yes => 2,
                Says::CannotTell => 1,
                Says::No => 0,
            })
            .unwrap_or(Says::No)
    }

    fn connection(&self, access: Access<'_>) -> Option<&ConnectionInfo> {
        self.connections.as_ref()?.get(access.connection)
    }
}

async fn unless_forbidden<T>(
    ask: impl AsyncFnMut() -> Result<T, GatewayError>,
) -> Result<Option<T>, SourceError> {
    match retrying(Backoff::short(), ask).await {
        Ok(value) => Ok(Some(value)),
        Err(SourceError::Gateway(GatewayError::Forbidden { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Source: `gateway/services/accessrequest.go`,
/// `gateway/transport/interceptors/accessrequest/accessrequest.go`.
fn applies(
    rule: &AccessRequestRule,
    access: Access<'_>,
    connection: Option<&ConnectionInfo>,
) -> Says {
    let is_about_verb = match rule.access_type {
        AccessType::Jit => access.is(Verb::Connect),
        AccessType::Command => access.is(Verb::Exec),
        AccessType::JitCommand => true,
        AccessType::Unknown => return Says::CannotTell,
    };
    let names = rule
        .connection_names
        .iter()
        .any(|name| name == access.connection);
    let shares_attribute = match connection {
        Some(connection) => connection
            .attributes
            .iter()
            .any(|attribute| rule.attributes.contains(attribute)),
        None if rule.attributes.is_empty() => false,
        None if is_about_verb && !names => return Says::CannotTell,
        None => false,
    };
    match is_about_verb && (names || shares_attribute) {
        false => Says::No,
        true if access.review.is_some() || is_for_everybody(rule) => Says::Yes,
        // It depends on the groups of whoever ran it, which no session tells.
        true => Says::CannotTell,
    }
}

fn is_for_everybody(rule: &AccessRequestRule) -> bool {
    rule.approval_required_groups.is_empty() && rule.skip_review_groups.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::ReviewStatus;
    use crate::gateway::testing::{Reply, Server};
    use crate::sources::testing::{review, session};

    fn connection(reviewers: &[&str], attributes: &[&str]) -> ConnectionInfo {
        let owned = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect();
        ConnectionInfo {
            name: "pg-prod".to_owned(),
            reviewers: owned(reviewers),
            attributes: owned(attributes),
            ..ConnectionInfo::default()
        }
    }

    fn rule(access_type: AccessType) -> AccessRequestRule {
        AccessRequestRule {
            name: "prod-writes".to_owned(),
            connection_names: vec!["pg-prod".to_owned()],
            access_type,
            ..AccessRequestRule::default()
        }
    }

    fn sources(connection: ConnectionInfo, rules: Vec<AccessRequestRule>) -> ApprovalSources {
        ApprovalSources {
            connections: Some(HashMap::from([(connection.name.clone(), connection)])),
            rules: Some(rules),
        }
    }

    #[test]
    fn reviewers_of_the_connection_expect_an_approval() {
        let sources = sources(connection(&["sre"], &[]), Vec::new());
        assert_eq!(
            sources.expected(&session(|_| ()), None),
            (Some(true), Some(ExpectedBy::Reviewers))
        );
    }

    #[test]
    fn a_rule_is_about_its_way_of_access() {
        let exec = session(|_| ());
        let connect = session(|session| session.verb = Verb::Connect);
        for (access_type, on_exec, on_connect) in [
            (AccessType::Command, true, false),
            (AccessType::Jit, false, true),
            (AccessType::JitCommand, true, true),
        ] {
            let sources = sources(connection(&[], &[]), vec![rule(access_type)]);
            assert_eq!(sources.expected(&exec, None).0, Some(on_exec));
            assert_eq!(sources.expected(&connect, None).0, Some(on_connect));
        }
    }

    #[test]
    fn a_connection_as_a_whole_is_under_every_rule_that_names_it() {
        let any = Access {
            connection: "pg-prod",
            verb: None,
            review: None,
        };
        for access_type in [AccessType::Command, AccessType::Jit] {
            let sources = sources(connection(&[], &[]), vec![rule(access_type)]);
            assert_eq!(sources.expected(any, None).0, Some(true));
        }
    }

    #[test]
    fn a_rule_may_name_an_attribute_of_the_connection() {
        let by_attribute = AccessRequestRule {
            connection_names: Vec::new(),
            attributes: vec!["production".to_owned()],
            ..rule(AccessType::Command)
        };
        let tagged = sources(connection(&[], &["production"]), vec![by_attribute.clone()]);
        assert_eq!(
            tagged.expected(&session(|_| ()), None),
            (Some(true), Some(ExpectedBy::AccessRequestRule))
        );
        let other = sources(connection(&[], &["staging"]), vec![by_attribute]);
        assert_eq!(other.expected(&session(|_| ()), None).0, Some(false));
    }

    #[test]
    fn a_rule_for_some_groups_cannot_be_told_without_a_review() {
        let for_developers = AccessRequestRule {
            approval_required_groups: vec!["developers".to_owned()],
            ..rule(AccessType::Command)
        };
        let sources = sources(connection(&[], &[]), vec![for_developers]);
        assert_eq!(sources.expected(&session(|_| ()), None), (None, None));
        let reviewed = session(|session| session.review = Some(review(ReviewStatus::Approved)));
        assert_eq!(
            sources.expected(&reviewed, None),
            (Some(true), Some(ExpectedBy::AccessRequestRule))
        );
    }

    #[test]
    fn a_review_proves_that_one_was_expected_whatever_may_be_read_now() {
        let nothing = ApprovalSources::default();
        let by_plugin = session(|session| session.review = Some(review(ReviewStatus::Pending)));
        assert_eq!(
            nothing.expected(&by_plugin, None),
            (Some(true), Some(ExpectedBy::Reviewers))
        );
        let by_rule = session(|session| {
            let mut review = review(ReviewStatus::Pending);
            review.access_request_rule_name = Some("prod-writes".to_owned());
            session.review = Some(review);
        });
        assert_eq!(
            nothing.expected(&by_rule, None),
            (Some(true), Some(ExpectedBy::AccessRequestRule))
        );
    }

    #[test]
    fn what_may_not_be_read_is_unknown_unless_the_profile_tells() {
        let nothing = ApprovalSources::default();
        let plain = session(|_| ());
        assert_eq!(nothing.expected(&plain, None), (None, None));
        assert_eq!(
            nothing.expected(&plain, Some(true)),
            (Some(true), Some(ExpectedBy::Profile))
        );
        assert_eq!(nothing.expected(&plain, Some(false)), (Some(false), None));
        let known = sources(connection(&[], &[]), Vec::new());
        assert_eq!(known.expected(&plain, None), (Some(false), None));
        let elsewhere = session(|session| session.connection.name = "gone".to_owned());
        assert_eq!(known.expected(&elsewhere, None), (None, None));
    }

    #[tokio::test]
    async fn a_role_that_may_not_read_the_rules_leaves_them_unknown() {
        let connections = r#"[{"id":"c","name":"pg-prod","reviewers":["sre"],"attributes":null}]"#;
        let denied = Reply::json(403, r#"{"message":"access denied"}"#);
        let server = Server::answering([Reply::json(200, connections), denied]).await;
        let sources = ApprovalSources::read(&server.gateway())
            .await
            .expect("read");
        assert_eq!(sources.rules, None);
        assert_eq!(
            sources.connections.expect("read")["pg-prod"].reviewers,
            ["sre"]
        );
    }
}
