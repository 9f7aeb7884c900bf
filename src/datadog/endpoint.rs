//! Where a request goes: the hosts of a site, and the address to connect to instead.

use url::Url;

use crate::domain::site::Site;

/// A site, and where to connect when not to the site itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub site: Site,
    /// Scheme, host and port to connect to. The path and the `Host` header stay those of the
    /// site, so that a stand-in can tell product and site apart.
    pub connect_to: Option<Url>,
}

/// Which of a site's hosts is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// All of v1 and v2 except the intakes.
    Api,
    LogsIntake,
}

/// A resolved address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// What is connected to.
    pub url: Url,
    /// The host the request is meant for.
    pub host: String,
    /// True where `host` is not the one of `url` and has to be sent as a header.
    pub is_elsewhere: bool,
}

impl Endpoint {
    pub fn new(site: Site) -> Self {
        Self {
            site,
            connect_to: None,
        }
    }

    /// The site's own host of `product`.
    pub fn host(&self, product: Product) -> String {
        match product {
            Product::Api => self.site.api_host(),
            Product::LogsIntake => self.site.logs_intake_host(),
        }
    }

    /// The address of `path` (with its leading slash) at `product`.
    pub(super) fn address(&self, product: Product, path: &str) -> Address {
        let host = self.host(product);
        match &self.connect_to {
            Some(base) => {
                let mut url = base.clone();
                url.set_path(path);
                url.set_query(None);
                url.set_fragment(None);
                Address {
                    url,
                    host,
                    is_elsewhere: true,
                }
            }
            None => Address {
                url: Url::parse(&format!("https://{host}{path}"))
                    .expect("the host of a site and a path of ours make a valid address"),
                host,
                is_elsewhere: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_stand_in_the_address_is_the_sites_own() {
        let address = Endpoint::new(Site::Eu1).address(Product::LogsIntake, "/api/v2/logs");
        assert_eq!(
            address.url.as_str(),
            "https://http-intake.logs.datadoghq.eu/api/v2/logs"
        );
        assert!(!address.is_elsewhere);
    }

    #[test]
    fn a_stand_in_changes_where_to_connect_and_neither_path_nor_host() {
        let endpoint = Endpoint {
            site: Site::Us5,
            connect_to: Some(
                "http://127.0.0.1:8126/ignored?x=1"
                    .parse()
                    .expect("a valid address"),
            ),
        };
        let address = endpoint.address(Product::Api, "/api/v1/validate");
        assert_eq!(
            address.url.as_str(),
            "http://127.0.0.1:8126/api/v1/validate"
        );
        assert_eq!(address.host, "api.us5.datadoghq.com");
        assert!(address.is_elsewhere);
    }
}
