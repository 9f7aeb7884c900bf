//! The gateway's token: whose it is, and what its role may see.

use crate::doctor::abilities::in_short;
use crate::doctor::demands::{Role, closed_to};
use crate::doctor::finding::Finding;
use crate::doctor::subject::{Away, Subject};
use crate::domain::delivery::Delivery;
use crate::gateway::{GatewayError, ServerInfo, UserInfo};

pub async fn look(subject: &Subject) -> Finding {
    let user = match subject.user().await {
        Ok(user) => user,
        Err(shut) => return shut,
    };
    let finding = judge(user, subject.local.delivery);
    match subject.server().await {
        Ok(Ok(server)) => finding.and(of_version(server)),
        _ => finding,
    }
}

fn of_version(server: &ServerInfo) -> Finding {
    Finding::ok().note(format!(
        "gateway {}, {}",
        server.version, server.tenancy_type
    ))
}

fn judge(answer: &Result<UserInfo, GatewayError>, delivery: Option<Delivery>) -> Finding {
    let user = match answer {
        Ok(user) => user,
        Err(error) if error.is_away() => return Finding::away(format!("no answer: {error}")),
        Err(error) => {
            return Finding::problem(error.to_string()).fix(
                "the token is wrong, expired or revoked: `hoop login` makes a new one, or set HOOP_TOKEN",
            );
        }
    };
    let told = format!("{} in {}, role {}", user.email, user.org_name, user.role);
    let finding = match user.sees_own_sessions_alone() {
        true => Finding::problem(format!("{told}: it sees its own sessions alone"))
            .fix("take a key whose groups have auditor (to read) or admin (to register webhooks)"),
        false => Finding::ok().note(told),
    };
    let changes_webhooks = delivery.is_some_and(Delivery::needs_webhooks);
    let matters = |least: Role| least < Role::Admin || changes_webhooks;
    let closed = Role::of(&user.role).map_or_else(Vec::new, |role| closed(role, matters));
    closed.into_iter().fold(finding, Finding::note)
}

/// What takes a higher role, a line for each one that matters.
fn closed(role: Role, matters: impl Fn(Role) -> bool) -> Vec<String> {
    let line = |least: Role| {
        let commands = closed_to(role).filter(|(_, needed)| *needed == least);
        let commands = in_short(commands.map(|(command, _)| command));
        (!commands.is_empty()).then(|| format!("it takes {} for {commands}", least.as_str()))
    };
    let higher = [Role::Auditor, Role::Admin].into_iter();
    higher
        .filter(|least| matters(*least))
        .filter_map(line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn of_role(role: &str, delivery: Delivery) -> Finding {
        let body = format!(r#"{{"email":"ada@lab.test","org_name":"lab","role":"{role}"}}"#);
        let user = serde_json::from_str(&body).expect("a user");
        judge(&Ok(user), Some(delivery))
    }

    #[test]
    fn a_role_that_sees_its_own_sessions_alone_is_a_problem_and_says_what_takes_more() {
        let standard = of_role("standard", Delivery::Export);
        assert_eq!(standard.state, State::Problem);
        let [_, closed] = standard.evidence.as_slice() else {
            panic!("{standard:?}")
        };
        assert!(
            closed.starts_with("it takes auditor for sessions list, "),
            "{closed}"
        );
        assert_eq!(of_role("admin", Delivery::Relay).evidence.len(), 1);
    }

    #[test]
    fn what_an_auditor_may_not_is_told_where_webhooks_are_wanted() {
        let auditor = of_role("auditor", Delivery::Relay);
        assert_eq!(auditor.state, State::Ok);
        assert_eq!(
            auditor.evidence[1],
            "it takes admin for webhooks register, register --attach, test, update, remove"
        );
        assert_eq!(of_role("auditor", Delivery::Export).evidence.len(), 1);
    }

    #[test]
    fn a_refused_token_says_how_to_get_another() {
        let refused = GatewayError::Unauthorized {
            request: "GET /userinfo".to_owned(),
            message: "access denied".to_owned(),
        };
        let finding = judge(&Err(refused), None);
        assert_eq!(finding.state, State::Problem);
        assert!(finding.fixes[0].contains("hoop login"));
    }
}
