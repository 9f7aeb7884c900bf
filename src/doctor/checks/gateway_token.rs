//! The gateway's token: whose it is, and what its role may see.

use crate::doctor::away::{Away, away};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
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
        Err(error) if error.is_away() => return away("the gateway", error),
        Err(error) => {
            return Finding::problem(error.to_string()).fix(
                "the token is wrong, expired or revoked: `hoop login` makes a new one, or set HOOP_TOKEN",
            );
        }
    };
    let told = format!("{} in {}, role {}", user.email, user.org_name, user.role);
    if user.sees_own_sessions_alone() {
        return Finding::problem(format!("{told}: it sees its own sessions alone"))
            .fix("take a key whose groups have auditor (to read) or admin (to register webhooks)");
    }
    let finding = Finding::ok().note(told);
    match (user.role.as_str(), delivery) {
        ("auditor", Some(delivery)) if delivery.needs_webhooks() => {
            finding.note("an auditor may look at webhooks; to register or change them takes admin")
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn of_role(role: &str) -> Finding {
        let body = format!(r#"{{"email":"ada@lab.test","org_name":"lab","role":"{role}"}}"#);
        let user = serde_json::from_str(&body).expect("a user");
        judge(&Ok(user), Some(Delivery::Relay))
    }

    #[test]
    fn a_role_that_sees_its_own_sessions_alone_is_a_problem() {
        assert_eq!(of_role("standard").state, State::Problem);
        assert_eq!(of_role("admin").state, State::Ok);
        let auditor = of_role("auditor");
        assert_eq!(auditor.state, State::Ok);
        assert!(auditor.evidence[1].contains("takes admin"), "{auditor:?}");
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
