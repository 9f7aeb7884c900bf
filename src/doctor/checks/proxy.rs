//! Proxies: which road a request takes to each host.

use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::http::Road;

pub async fn look(subject: &Subject) -> Finding {
    let local = &subject.local;
    let hosts = subject.hosts();
    let roads = hosts.iter().map(|(what, url)| {
        let host = url.host_str().unwrap_or_default();
        (format!("{host} ({what})"), local.proxies.road(url))
    });
    judge(&roads.collect::<Vec<_>>(), local.has_all_proxy)
}

fn judge(roads: &[(String, Road)], has_all_proxy: bool) -> Finding {
    let mut finding = Finding::ok();
    for (host, road) in roads {
        finding = match road {
            Road::Direct => finding.note(format!("{host}: straight")),
            Road::Around => finding.note(format!("{host}: straight, around the proxy (NO_PROXY)")),
            Road::Proxy { address, variable } => {
                finding.note(format!("{host}: through {address} ({variable})"))
            }
            Road::Broken { variable } => finding
                .fail(format!("{host}: {variable} holds no proxy address"))
                .fix(format!("write {variable} as http://HOST:PORT")),
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
        assert_eq!(judge(&[], true).state, State::Warning);
    }
}
