//! Which road a request takes: straight, or through a proxy.

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::printable_url;

/// Never reached through a proxy.
const OF_THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The proxy settings of the environment, as text.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    pub http: Option<String>,
    pub https: Option<String>,
    pub no_proxy: Option<String>,
}

/// The road to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Road {
    Direct,
    /// A proxy is set, and `NO_PROXY` (or this machine's own address) is around it.
    Around,
    Proxy {
        /// Without user and password.
        address: String,
        /// The variable that names it.
        variable: &'static str,
    },
    /// The variable names no proxy that can be used.
    Broken {
        variable: &'static str,
    },
}

impl Proxies {
    /// What is never asked of a proxy, in the words of `NO_PROXY`.
    pub(super) fn bypass(&self) -> String {
        let named = self.no_proxy.as_deref().unwrap_or_default();
        format!("{named},{OF_THIS_MACHINE}")
    }

    /// The road to `url`, by the rules of the client that takes it.
    pub fn road(&self, url: &Url) -> Road {
        let (variable, address) = match url.scheme() {
            "https" => ("HTTPS_PROXY", &self.https),
            _ => ("HTTP_PROXY", &self.http),
        };
        let Some(address) = address else {
            return Road::Direct;
        };
        let Ok(target) = url.as_str().parse::<Uri>() else {
            return Road::Direct;
        };
        let matcher = |bypass: String| Matcher::builder().all(address.as_str()).no(bypass).build();
        match matcher(self.bypass()).intercept(&target) {
            Some(proxy) => Road::Proxy {
                address: printable(&proxy.uri().to_string()),
                variable,
            },
            None if matcher(String::new()).intercept(&target).is_some() => Road::Around,
            None => Road::Broken { variable },
        }
    }
}

/// The user and the password were taken out where the address was read; nothing else is secret.
fn printable(address: &str) -> String {
    let url = Url::parse(address).map(|url| printable_url(&url));
    url.map_or_else(
        |_| "a proxy".to_owned(),
        |url| url.trim_end_matches('/').to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn road(proxies: &Proxies, url: &str) -> Road {
        proxies.road(&url.parse().expect("an address"))
    }

    #[test]
    fn no_proxy_goes_around_hosts_and_what_is_below_them() {
        let proxies = Proxies {
            https: Some("http://ada:hunter2@proxy.lab:3128".to_owned()),
            http: None,
            no_proxy: Some(".corp.lab, 10.0.0.0/8".to_owned()),
        };
        let through = Road::Proxy {
            address: "http://proxy.lab:3128".to_owned(),
            variable: "HTTPS_PROXY",
        };
        assert_eq!(road(&proxies, "https://api.datadoghq.com/"), through);
        for around in [
            "https://gateway.corp.lab/",
            "https://10.1.2.3/",
            "https://localhost:8009/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(road(&proxies, around), Road::Around, "{around}");
        }
        assert_eq!(road(&proxies, "http://gateway.corp.lab/"), Road::Direct);
    }

    #[test]
    fn an_address_that_is_none_is_said_to_be_broken_and_not_repeated() {
        let proxies = Proxies {
            https: Some("http://u:hunter2@[".to_owned()),
            ..Proxies::default()
        };
        let broken = Road::Broken {
            variable: "HTTPS_PROXY",
        };
        assert_eq!(road(&proxies, "https://api.datadoghq.com/"), broken);
    }
}
