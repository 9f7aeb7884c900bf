//! The gateway: does it answer at that address?

use crate::doctor::away::{Away, away};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::gateway::{GatewayError, PublicServerInfo};

const ADDRESS: &str = "--gateway-url, HOOP_APIURL or gateway.url name the address that people open, such as \
     https://use.hoop.dev";

pub async fn look(subject: &Subject) -> Finding {
    let gateway = match subject.door() {
        Ok(gateway) => gateway,
        Err(shut) => return shut,
    };
    match subject.public_server().await {
        Ok(answer) => judge(gateway.page_base(), answer),
        Err(shut) => shut,
    }
}

fn judge(address: &str, answer: &Result<PublicServerInfo, GatewayError>) -> Finding {
    match answer {
        Ok(info) if info.setup_required => {
            Finding::warning(format!("{address} answers, and has no user yet"))
                .fix("open it in a browser and make the first user")
        }
        Ok(info) => Finding::ok().note(format!(
            "{address} answers; people sign in by {}",
            info.auth_method
        )),
        Err(error @ GatewayError::NotAGateway { .. }) => {
            Finding::problem(error.to_string()).fix(ADDRESS)
        }
        Err(error) if error.is_away() => away(address, error),
        // A gateway tells this to anybody.
        Err(error) => Finding::problem(format!(
            "{address} is no hoop gateway, or something in front of it refuses: {}",
            message_of(error)
        ))
        .fix(ADDRESS),
    }
}

fn message_of(error: &GatewayError) -> String {
    let (status, message) = match error {
        GatewayError::Unauthorized { message, .. } => (401, message),
        GatewayError::Forbidden { message, .. } => (403, message),
        other => return other.to_string(),
    };
    format!("it answers {status} to a question that takes no token ({message})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;
    use crate::http::TransportError;

    #[test]
    fn another_server_is_told_from_one_that_is_away() {
        let other = GatewayError::NotAGateway {
            url: "https://gw".to_owned(),
            request: "GET /publicserverinfo".to_owned(),
            why: "an HTML page".to_owned(),
        };
        let finding = judge("https://gw", &Err(other));
        assert_eq!((finding.state, finding.is_away), (State::Problem, false));
        let url = "https://gw".to_owned();
        let away = GatewayError::Transport(TransportError::Timeout { url });
        assert!(judge("https://gw", &Err(away)).is_away);
    }
}
