//! Which host serves which path, and what each operation costs and needs.

use hyper::Method;

use super::quota::Bucket;
use crate::domain::site::Site;
use crate::otlp::Signal;
use crate::sandbox::product::Product;

/// What is asked for, by method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    LogsV2,
    LogsV1,
    Validate,
    ValidateV2,
    ValidateKeys,
    PostEvent,
    Otlp(Signal),
    LlmObs,
    Guarded(Operation),
}

/// What needs an application key or a token, and is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    ReadEvent(String),
    Monitor(MonitorCall),
    Dashboard(DashboardCall),
    /// The search by `POST`.
    Search,
    /// The search by `GET`.
    ListLogs,
    Aggregate,
    SearchSpans,
    ListIndexes,
    ReadIndex(String),
    ListApplicationKeys,
    ReadApplicationKey(String),
}

/// An operation on monitors. An id is text until it was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorCall {
    List,
    Create,
    Read(String),
    Update(String),
    Delete(String),
    Validate,
    ValidateChange(String),
    CanDelete,
    Search,
    SearchGroups,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DashboardCall {
    List,
    Create,
    Read(String),
    Update(String),
    Delete(String),
}

/// Why there is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    UnknownPath,
    WrongMethod,
}

impl Endpoint {
    pub fn of(method: &Method, path: &str) -> Result<Self, NoRoute> {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let served: &[(Method, Endpoint)] = &match segments[..] {
            ["api", "v2", "logs"] => vec![(Method::POST, Endpoint::LogsV2)],
            ["v1", "input"] => vec![(Method::POST, Endpoint::LogsV1)],
            ["api", "v1", "validate"] => vec![(Method::GET, Endpoint::Validate)],
            ["api", "v2", "validate"] => vec![(Method::GET, Endpoint::ValidateV2)],
            ["api", "v2", "validate_keys"] => vec![(Method::GET, Endpoint::ValidateKeys)],
            ["api", "v1", "events"] => vec![(Method::POST, Endpoint::PostEvent)],
            ["v1", "traces"] => vec![(Method::POST, Endpoint::Otlp(Signal::Traces))],
            ["v1", "logs"] => vec![(Method::POST, Endpoint::Otlp(Signal::Logs))],
            ["v1", "metrics"] => vec![(Method::POST, Endpoint::Otlp(Signal::Metrics))],
            ["api", "intake", "llm-obs", "v1", "trace", "spans"] => {
                vec![(Method::POST, Endpoint::LlmObs)]
            }
            ["api", ref rest @ ..] => operations(rest)
                .into_iter()
                .map(|(method, operation)| (method, Endpoint::Guarded(operation)))
                .collect(),
            _ => Vec::new(),
        };
        if served.is_empty() {
            return Err(NoRoute::UnknownPath);
        }
        let found = served.iter().find(|(known, _)| known == method);
        found
            .map(|(_, endpoint)| endpoint.clone())
            .ok_or(NoRoute::WrongMethod)
    }

    pub fn product(&self) -> Product {
        match self {
            Endpoint::LogsV2 | Endpoint::LogsV1 => Product::Logs,
            Endpoint::PostEvent => Product::Events,
            Endpoint::Otlp(_) => Product::Otlp,
            Endpoint::LlmObs => Product::LlmObs,
            Endpoint::Validate | Endpoint::ValidateV2 | Endpoint::ValidateKeys => Product::Api,
            Endpoint::Guarded(operation) => operation.product(),
        }
    }
}

/// The guarded operations of a path below `/api`, by method.
fn operations(path: &[&str]) -> Vec<(Method, Operation)> {
    match *path {
        ["v1", "monitor", ref rest @ ..] => monitor_calls(rest)
            .into_iter()
            .map(|(method, call)| (method, Operation::Monitor(call)))
            .collect(),
        ["v1", "dashboard", ref rest @ ..] => dashboard_calls(rest)
            .into_iter()
            .map(|(method, call)| (method, Operation::Dashboard(call)))
            .collect(),
        ["v1", "events", id] if !id.is_empty() => {
            vec![(Method::GET, Operation::ReadEvent(id.to_owned()))]
        }
        ["v1", "logs", "config", "indexes"] => vec![(Method::GET, Operation::ListIndexes)],
        ["v1", "logs", "config", "indexes", name] => {
            vec![(Method::GET, Operation::ReadIndex(name.to_owned()))]
        }
        ["v2", "logs", "events", "search"] => vec![(Method::POST, Operation::Search)],
        ["v2", "logs", "events"] => vec![(Method::GET, Operation::ListLogs)],
        ["v2", "spans", "events", "search"] => vec![(Method::POST, Operation::SearchSpans)],
        ["v2", "logs", "analytics", "aggregate"] => vec![(Method::POST, Operation::Aggregate)],
        ["v2", "current_user", "application_keys"] => {
            vec![(Method::GET, Operation::ListApplicationKeys)]
        }
        ["v2", "current_user", "application_keys", id] => {
            vec![(Method::GET, Operation::ReadApplicationKey(id.to_owned()))]
        }
        _ => Vec::new(),
    }
}

fn monitor_calls(path: &[&str]) -> Vec<(Method, MonitorCall)> {
    use MonitorCall::*;
    match *path {
        [] => vec![(Method::GET, List), (Method::POST, Create)],
        ["validate"] => vec![(Method::POST, Validate)],
        ["can_delete"] => vec![(Method::GET, CanDelete)],
        ["search"] => vec![(Method::GET, Search)],
        ["groups", "search"] => vec![(Method::GET, SearchGroups)],
        [id] if !id.is_empty() => vec![
            (Method::GET, Read(id.to_owned())),
            (Method::PUT, Update(id.to_owned())),
            (Method::DELETE, Delete(id.to_owned())),
        ],
        [id, "validate"] => vec![(Method::POST, ValidateChange(id.to_owned()))],
        _ => Vec::new(),
    }
}

fn dashboard_calls(path: &[&str]) -> Vec<(Method, DashboardCall)> {
    use DashboardCall::*;
    match *path {
        [] => vec![(Method::GET, List), (Method::POST, Create)],
        [id] if !id.is_empty() => vec![
            (Method::GET, Read(id.to_owned())),
            (Method::PUT, Update(id.to_owned())),
            (Method::DELETE, Delete(id.to_owned())),
        ],
        _ => Vec::new(),
    }
}

impl Operation {
    fn product(&self) -> Product {
        match self {
            Operation::ReadEvent(_) => Product::Events,
            Operation::Monitor(_) => Product::Monitors,
            Operation::Dashboard(_) => Product::Dashboards,
            Operation::Search
            | Operation::ListLogs
            | Operation::Aggregate
            | Operation::SearchSpans => Product::Search,
            Operation::ListIndexes
            | Operation::ReadIndex(_)
            | Operation::ListApplicationKeys
            | Operation::ReadApplicationKey(_) => Product::Api,
        }
    }

    /// What it is counted by.
    pub fn bucket(&self) -> Bucket {
        match self {
            Operation::Search | Operation::ListLogs => Bucket::LogsSearch,
            Operation::Aggregate => Bucket::LogsAggregate,
            Operation::Monitor(call) => call.bucket(),
            _ => Bucket::Global,
        }
    }

    /// The scope it needs (`x-permission` of the OpenAPI documents).
    pub fn scope(&self) -> &'static str {
        match self {
            Operation::ReadEvent(_) => "events_read",
            Operation::Monitor(call) if call.writes() => "monitors_write",
            Operation::Monitor(_) => "monitors_read",
            Operation::Dashboard(DashboardCall::List | DashboardCall::Read(_)) => "dashboards_read",
            Operation::Dashboard(_) => "dashboards_write",
            Operation::Search | Operation::ListLogs | Operation::Aggregate => "logs_read_data",
            Operation::SearchSpans => "apm_read",
            Operation::ListIndexes | Operation::ReadIndex(_) => "logs_read_config",
            Operation::ListApplicationKeys | Operation::ReadApplicationKey(_) => "user_app_keys",
        }
    }
}

impl MonitorCall {
    fn bucket(&self) -> Bucket {
        match self {
            MonitorCall::List => Bucket::ListMonitors,
            MonitorCall::Read(_) => Bucket::ReadMonitor,
            MonitorCall::Create => Bucket::CreateMonitor,
            MonitorCall::Update(_) => Bucket::UpdateMonitor,
            _ => Bucket::Global,
        }
    }

    fn writes(&self) -> bool {
        use MonitorCall::*;
        matches!(self, Create | Update(_) | Delete(_))
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
    Otlp,
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
            // The second is what older pages name.
            Some("otlp." | "trace.agent.") => Door::Otlp,
            _ => Door::Closed,
        };
        Self { site, door }
    }

    pub fn serves(self, endpoint: &Endpoint) -> bool {
        match self.door {
            Door::Api => match endpoint.product() {
                Product::Logs | Product::Otlp => false,
                Product::LlmObs => !self.site.is_government(),
                _ => true,
            },
            Door::LogsIntake => endpoint.product() == Product::Logs,
            Door::Otlp => endpoint.product() == Product::Otlp,
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
            for signal in Signal::ALL {
                assert!(served(&site.otlp_host(), Method::POST, signal.path()));
                assert!(!served(&site.api_host(), Method::POST, signal.path()));
            }
            let llmobs = "/api/intake/llm-obs/v1/trace/spans";
            let is_served = served(&site.api_host(), Method::POST, llmobs);
            assert_eq!(is_served, !site.is_government());
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
