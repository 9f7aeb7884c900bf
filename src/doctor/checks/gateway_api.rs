//! The gateway: does it answer at that address?

use crate::doctor::finding::Finding;
use crate::doctor::subject::{Away, Subject};
use crate::gateway::{GatewayError, PublicServerInfo};

pub async fn look(subject: &Subject) -> Finding {
    let gateway = match subject.gateway() {
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
        Err(error @ GatewayError::NotAGateway { .. }) => Finding::problem(error.to_string())
            .fix("--gateway-url names the address that people open, such as https://use.hoop.dev"),
        Err(error) if error.is_away() => Finding::away(format!(
            "{address} is unreachable: {error}"
        ))
        .fix(
            "check the address (gateway.url, HOOP_APIURL), the network, HTTPS_PROXY and --ca-file",
        ),
        Err(error) => Finding::problem(error.to_string()),
    }
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
