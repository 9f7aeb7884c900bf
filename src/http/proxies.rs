//! Which road a request takes: straight, or through a proxy; and what a proxy does wrong.

use std::fmt;

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
    /// To this machine itself, which no proxy is ever asked for.
    Here,
    /// A proxy is set, and `NO_PROXY` leads around it.
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
    /// It names a proxy of a kind that is not spoken to here, such as `socks5`.
    Foreign {
        scheme: String,
        variable: &'static str,
    },
}

/// Why there is no way through a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    UnknownHost,
    Connect(String),
    /// 407
    Password,
    /// Any other answer to `CONNECT`; which one is not known.
    Refused,
}

impl ProxyFault {
    /// Of what was wrong with connecting, in the words of hyper-util
    /// (`client/legacy/connect/proxy/tunnel.rs`), whose error cannot be named.
    pub(super) fn of(why: String) -> Self {
        match why.as_str() {
            "tunnel error: proxy authorization required" => ProxyFault::Password,
            "tunnel error: unsuccessful" => ProxyFault::Refused,
            _ => ProxyFault::Connect(why),
        }
    }

    /// What helps.
    pub fn advice(&self) -> &'static str {
        match self {
            ProxyFault::UnknownHost | ProxyFault::Connect(_) => {
                "does that proxy run, and is it the right one? HTTPS_PROXY names it (HTTP_PROXY for \
                 an http:// address), and NO_PROXY what goes around it"
            }
            ProxyFault::Password => {
                "write user and password into the variable that names the proxy: \
                 http://USER:PASSWORD@HOST:PORT"
            }
            ProxyFault::Refused => {
                "have that host allowed at the proxy, or name it in NO_PROXY where it is reached \
                 without one"
            }
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProxyFault::UnknownHost => f.write_str("its host cannot be found"),
            ProxyFault::Connect(why) => write!(f, "cannot connect: {why}"),
            ProxyFault::Password => {
                f.write_str("it refuses the user and the password, or was given none (407)")
            }
            ProxyFault::Refused => f.write_str("it refuses to connect to that host"),
        }
    }
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
        let intercepts = |bypass: &str| {
            let matcher = Matcher::builder().all(address.as_str()).no(bypass).build();
            matcher.intercept(&target)
        };
        match intercepts(&self.bypass()) {
            Some(proxy) => match proxy.uri().scheme_str() {
                Some(scheme) if !matches!(scheme, "http" | "https") => Road::Foreign {
                    scheme: scheme.to_owned(),
                    variable,
                },
                _ => Road::Proxy {
                    address: printable(&proxy.uri().to_string()),
                    variable,
                },
            },
            None if intercepts("").is_none() => Road::Broken { variable },
            None if intercepts(OF_THIS_MACHINE).is_none() => Road::Here,
            None => Road::Around,
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
        for around in ["https://gateway.corp.lab/", "https://10.1.2.3/"] {
            assert_eq!(road(&proxies, around), Road::Around, "{around}");
        }
        for here in ["https://localhost:8009/", "https://127.0.0.1/"] {
            assert_eq!(road(&proxies, here), Road::Here, "{here}");
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

    #[test]
    fn a_proxy_of_another_kind_is_no_way() {
        let proxies = Proxies {
            https: Some("socks5://u:hunter2@proxy.lab:1080".to_owned()),
            ..Proxies::default()
        };
        let foreign = Road::Foreign {
            scheme: "socks5".to_owned(),
            variable: "HTTPS_PROXY",
        };
        assert_eq!(road(&proxies, "https://api.datadoghq.com/"), foreign);
    }
}
