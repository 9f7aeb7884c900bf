//! The gateway's connections, and the profile's rules about them.

use super::some;
use crate::doctor::away::unanswered;
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::domain::connection::ConnectionRule;
use crate::gateway::ConnectionInfo;

pub async fn look(subject: &Subject) -> Finding {
    match subject.connections().await {
        Ok(Ok(connections)) => judge(connections, &subject.local.rules),
        Ok(Err(error)) => unanswered(error),
        Err(shut) => shut,
    }
}

fn judge(connections: &[ConnectionInfo], rules: &[ConnectionRule]) -> Finding {
    if connections.is_empty() {
        return Finding::warning(
            "the gateway has no connection that this token sees: no session can be",
        )
        .fix("make one on the gateway's page, or take a token of a group that may see them");
    }
    let named = |status: &str| -> Vec<&str> {
        let found = connections.iter().filter(|it| it.status == status);
        found.map(|it| it.name.as_str()).collect()
    };
    let offline = named("offline");
    let finding = Finding::ok().note(format!("{} connections", connections.len()));
    let finding = match offline.is_empty() {
        true => finding,
        false => finding.note(format!("offline: {}", some(&offline))),
    };
    let is_unused = |rule: &&ConnectionRule| !connections.iter().any(|it| rule.matches(&it.name));
    rules
        .iter()
        .filter(is_unused)
        .fold(finding, |finding, rule| {
            finding
                .warn(format!("no connection matches the rule `{}`", rule.pattern))
                .fix("`ddctl config check` shows what each connection resolves to")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn connection(name: &str) -> ConnectionInfo {
        ConnectionInfo {
            name: name.to_owned(),
            status: "offline".to_owned(),
            ..ConnectionInfo::default()
        }
    }

    fn rule(pattern: &str) -> ConnectionRule {
        ConnectionRule {
            pattern: pattern.to_owned(),
            environment: None,
            approval_expected: None,
            windows: Vec::new(),
        }
    }

    #[test]
    fn a_rule_that_matches_nothing_is_a_warning() {
        let connections = [connection("pg-prod")];
        assert_eq!(judge(&connections, &[rule("pg-*")]).state, State::Ok);
        let finding = judge(&connections, &[rule("mysql-*")]);
        assert_eq!(finding.state, State::Warning);
        assert!(finding.evidence.iter().any(|it| it.contains("`mysql-*`")));
        assert_eq!(judge(&[], &[]).state, State::Warning);
    }
}
