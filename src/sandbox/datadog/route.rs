//! Which host serves which path.

use hyper::Method;

use crate::domain::site::Site;
use crate::sandbox::product::Product;

/// What is asked for, by method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    LogsV2,
    LogsV1,
    Validate,
    ValidateKeys,
    PostEvent,
    ReadEvent(String),
    ValidateMonitor,
    /// The search by `POST`.
    Search,
    /// The search by `GET`.
    ListLogs,
}

/// Why there is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    UnknownPath,
    WrongMethod,
}

impl Endpoint {
    pub fn of(method: &Method, path: &str) -> Result<Self, NoRoute> {
        let (wanted, endpoint) = match path {
            "/api/v2/logs" => (Method::POST, Endpoint::LogsV2),
            "/v1/input" => (Method::POST, Endpoint::LogsV1),
            "/api/v1/validate" => (Method::GET, Endpoint::Validate),
            "/api/v2/validate_keys" => (Method::GET, Endpoint::ValidateKeys),
            "/api/v1/events" => (Method::POST, Endpoint::PostEvent),
            "/api/v1/monitor/validate" => (Method::POST, Endpoint::ValidateMonitor),
            "/api/v2/logs/events/search" => (Method::POST, Endpoint::Search),
            "/api/v2/logs/events" => (Method::GET, Endpoint::ListLogs),
            _ => match path.strip_prefix("/api/v1/events/") {
                Some(id) if !id.is_empty() && !id.contains('/') => {
                    (Method::GET, Endpoint::ReadEvent(id.to_owned()))
                }
                _ => return Err(NoRoute::UnknownPath),
            },
        };
        match *method == wanted {
            true => Ok(endpoint),
            false => Err(NoRoute::WrongMethod),
        }
    }

    pub fn product(&self) -> Product {
        match self {
            Endpoint::LogsV2 | Endpoint::LogsV1 => Product::Logs,
            Endpoint::PostEvent | Endpoint::ReadEvent(_) => Product::Events,
            Endpoint::ValidateMonitor => Product::Monitors,
            Endpoint::Search | Endpoint::ListLogs => Product::Search,
            Endpoint::Validate | Endpoint::ValidateKeys => Product::Api,
        }
    }
}

/// What a host is: `<door>.<site>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub site: Site,
    door: Door,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Api,
    LogsIntake,
    /// A host of Datadog's that serves nothing here.
    Closed,
    /// No host of Datadog's, so US1 with all its products.
    Open,
}

impl Place {
    pub fn of(host: &str) -> Self {
        let Some(site) = Site::of_host(host) else {
            return Self {
                site: Site::Us1,
                door: Door::Open,
            };
        };
        let door = match host.strip_suffix(site.domain()) {
            Some("api.") => Door::Api,
            Some("http-intake.logs.") => Door::LogsIntake,
            _ => Door::Closed,
        };
        Self { site, door }
    }

    pub fn serves(self, endpoint: &Endpoint) -> bool {
        match self.door {
            Door::Api => endpoint.product() != Product::Logs,
            Door::LogsIntake => endpoint.product() == Product::Logs,
            Door::Closed => false,
            Door::Open => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(host: &str, method: Method, path: &str) -> bool {
        Endpoint::of(&method, path).is_ok_and(|endpoint| Place::of(host).serves(&endpoint))
    }

    #[test]
    fn each_host_serves_its_own_product() {
        let logs = (Method::POST, "/api/v2/logs");
        let validate = (Method::GET, "/api/v1/validate");
        for site in Site::ALL {
            assert_eq!(Place::of(&site.api_host()).site, site);
            assert!(served(&site.logs_intake_host(), logs.0.clone(), logs.1));
            assert!(served(&site.api_host(), validate.0.clone(), validate.1));
            assert!(!served(&site.api_host(), logs.0.clone(), logs.1));
            assert!(!served(&site.otlp_host(), validate.0.clone(), validate.1));
        }
    }

    #[test]
    fn an_unknown_host_is_the_first_site_with_all_products() {
        assert_eq!(Place::of("127.0.0.1").site, Site::Us1);
        assert!(served("127.0.0.1", Method::POST, "/api/v2/logs"));
        assert!(served("127.0.0.1", Method::GET, "/api/v1/events/12"));
    }

    #[test]
    fn a_known_path_with_another_method_is_told_apart_from_an_unknown_one() {
        assert_eq!(
            Endpoint::of(&Method::DELETE, "/api/v1/validate"),
            Err(NoRoute::WrongMethod)
        );
        for path in ["/api/v1/events/", "/api/v1/events/1/2", "/api/v1", "/"] {
            assert_eq!(Endpoint::of(&Method::GET, path), Err(NoRoute::UnknownPath));
        }
    }
}
