//! Proxies: which road a request takes to each host.

use crate::doctor::away::Away;
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::gateway::GatewayError;
use crate::http::{ProxyFault, Road, TransportError};

pub async fn look(subject: &Subject) -> Finding {
    let local = &subject.local;
    let hosts = subject.hosts();
    let roads = hosts.iter().map(|(what, url)| {
        let host = url.host_str().unwrap_or_default();
        (format!("{host} ({what})"), local.proxies.road(url))
    });
    let roads: Vec<(String, Road)> = roads.collect();
    let is_proxy = |(_, road): &(String, Road)| matches!(road, Road::Proxy { .. });
    let faults = match roads.iter().any(is_proxy) {
        true => faults(subject).await,
        false => Vec::new(),
    };
    let judged = judge(&roads, local.has_all_proxy);
    faults.iter().map(of_fault).fold(judged, Finding::and)
}

/// What proxies did wrong, each thing once: every host that is spoken to by TLS is asked for its
/// certificate, and the gateway whether it is there.
async fn faults(subject: &Subject) -> Vec<TransportError> {
    let gateway = match subject.public_server().await {
        Ok(Err(GatewayError::Transport(error))) => Some(error),
        _ => None,
    };
    let presented = subject.presented().await.iter();
    let errors = presented.filter_map(|(_, answer)| answer.as_ref().err());
    let mut faults: Vec<TransportError> = Vec::new();
    for error in errors.chain(gateway) {
        let is_proxys = matches!(error, TransportError::Proxy { .. });
        if is_proxys && !faults.contains(error) {
            faults.push(error.clone());
        }
    }
    faults
}

fn of_fault(error: &TransportError) -> Finding {
    let finding = match error {
        // It is there, and somebody has to act.
        TransportError::Proxy {
            fault: ProxyFault::Password | ProxyFault::Refused,
            ..
        } => Finding::problem(error.to_string()),
        _ => Finding::away(error.to_string()),
    };
    error.advice().into_iter().fold(finding, Finding::fix)
}

fn judge(roads: &[(String, Road)], has_all_proxy: bool) -> Finding {
    let mut finding = Finding::ok();
    for (host, road) in roads {
        finding = match road {
            Road::Direct => finding.note(format!("{host}: straight")),
            Road::Here => finding.note(format!("{host}: straight, on this machine")),
            Road::Around => finding.note(format!("{host}: straight, around the proxy (NO_PROXY)")),
            Road::Proxy { address, variable } => {
                finding.note(format!("{host}: through {address} ({variable})"))
            }
            Road::Broken { variable } => finding
                .fail(format!("{host}: {variable} holds no proxy address"))
                .fix(format!("write {variable} as http://HOST:PORT")),
            Road::Foreign { scheme, variable } => finding
                .fail(format!(
                    "{host}: {variable} names a {scheme}:// proxy, by which ddctl cannot go"
                ))
                .fix(format!(
                    "write {variable} as http://HOST:PORT, of a proxy that takes CONNECT"
                )),
        };
    }
    match has_all_proxy {
        true => finding
            .warn("ALL_PROXY is set, which ddctl does not look at")
            .fix("set HTTPS_PROXY, and HTTP_PROXY for an http:// gateway"),
        false => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn every_host_is_told_with_its_road() {
        let proxy = Road::Proxy {
            address: "http://proxy.lab:3128".to_owned(),
            variable: "HTTPS_PROXY",
        };
        let roads = [
            ("api".to_owned(), proxy),
            ("gateway".to_owned(), Road::Around),
        ];
        let finding = judge(&roads, false);
        assert_eq!(finding.state, State::Ok);
        assert_eq!(
            finding.evidence,
            [
                "api: through http://proxy.lab:3128 (HTTPS_PROXY)",
                "gateway: straight, around the proxy (NO_PROXY)"
            ]
        );
    }

    #[test]
    fn a_broken_proxy_is_a_problem_and_one_that_is_not_looked_at_a_warning() {
        let variable = "HTTPS_PROXY";
        let broken = [("api".to_owned(), Road::Broken { variable })];
        assert_eq!(judge(&broken, false).state, State::Problem);
        let scheme = "socks5".to_owned();
        let foreign = [("api".to_owned(), Road::Foreign { scheme, variable })];
        assert_eq!(judge(&foreign, false).state, State::Problem);
        assert_eq!(judge(&[], true).state, State::Warning);
    }
}
