//! The operations that ddctl asks of Datadog: path, what a key must be allowed, what may be repeated.
//!
//! The one table from operation to permission, by the field `x-permission` of Datadog's OpenAPI
//! documents (v1, v2). Ids stand in the path as `{}`.

use std::fmt;

use super::endpoint::Product;
use crate::http::Method;

/// A permission of Datadog's, which is also the name of a scope of an application key or a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    ApmRead,
    DashboardsRead,
    DashboardsWrite,
    LogsReadConfig,
    LogsReadData,
    MonitorsRead,
    MonitorsWrite,
    UserAppKeys,
}

impl Permission {
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::ApmRead => "apm_read",
            Permission::DashboardsRead => "dashboards_read",
            Permission::DashboardsWrite => "dashboards_write",
            Permission::LogsReadConfig => "logs_read_config",
            Permission::LogsReadData => "logs_read_data",
            Permission::MonitorsRead => "monitors_read",
            Permission::MonitorsWrite => "monitors_write",
            Permission::UserAppKeys => "user_app_keys",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an operation is opened by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// The API key alone: intakes and the check of that key.
    ApiKey,
    /// The web API: an application key beside the API key, or a token alone.
    Web(Option<Permission>),
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub method: Method,
    pub product: Product,
    /// With `{}` where an id goes.
    pub path: &'static str,
    pub door: Door,
    /// Of the web API: asking twice does what asking once does. When an intake is asked again is
    /// for `delivery` to decide.
    pub is_repeatable: bool,
    /// A status other than 2xx that carries an answer.
    pub also_answers: Option<u16>,
}

impl Operation {
    const fn keyed(method: Method, product: Product, path: &'static str) -> Self {
        Self {
            method,
            product,
            path,
            door: Door::ApiKey,
            is_repeatable: false,
            also_answers: None,
        }
    }

    const fn web(method: Method, path: &'static str, permission: Option<Permission>) -> Self {
        Self {
            method,
            product: Product::Api,
            path,
            door: Door::Web(permission),
            is_repeatable: true,
            also_answers: None,
        }
    }

    const fn creating(mut self) -> Self {
        self.is_repeatable = false;
        self
    }

    const fn answering(mut self, status: u16) -> Self {
        self.also_answers = Some(status);
        self
    }

    pub fn permission(&self) -> Option<Permission> {
        match self.door {
            Door::ApiKey => None,
            Door::Web(permission) => permission,
        }
    }
}

const MONITORS_READ: Option<Permission> = Some(Permission::MonitorsRead);
const MONITORS_WRITE: Option<Permission> = Some(Permission::MonitorsWrite);
const DASHBOARDS_READ: Option<Permission> = Some(Permission::DashboardsRead);
const DASHBOARDS_WRITE: Option<Permission> = Some(Permission::DashboardsWrite);
const USER_APP_KEYS: Option<Permission> = Some(Permission::UserAppKeys);

pub(super) static SEND_LOGS: Operation =
    Operation::keyed(Method::POST, Product::LogsIntake, "/api/v2/logs");
pub(super) static POST_EVENT: Operation =
    Operation::keyed(Method::POST, Product::Api, "/api/v1/events");

pub(super) static SEND_LLM_SPANS: Operation = Operation::keyed(
    Method::POST,
    Product::Api,
    "/api/intake/llm-obs/v1/trace/spans",
);

pub(super) static VALIDATE: Operation =
    Operation::keyed(Method::GET, Product::Api, "/api/v1/validate");
/// A preview operation (docs.datadoghq.com/api/latest/key-management, "validate API key").
pub(super) static VALIDATE_V2: Operation =
    Operation::keyed(Method::GET, Product::Api, "/api/v2/validate");
pub(super) static VALIDATE_KEYS: Operation =
    Operation::web(Method::GET, "/api/v2/validate_keys", None);
pub(super) static OWN_APPLICATION_KEYS: Operation = Operation::web(
    Method::GET,
    "/api/v2/current_user/application_keys",
    USER_APP_KEYS,
);
/// docs.datadoghq.com/api/latest/key-management, "get all access tokens".
pub(super) static ACCESS_TOKENS: Operation =
    Operation::web(Method::GET, "/api/v2/personal_access_tokens", USER_APP_KEYS);

pub(super) static LIST_MONITORS: Operation =
    Operation::web(Method::GET, "/api/v1/monitor", MONITORS_READ);
pub(super) static GET_MONITOR: Operation =
    Operation::web(Method::GET, "/api/v1/monitor/{}", MONITORS_READ);
pub(super) static CREATE_MONITOR: Operation =
    Operation::web(Method::POST, "/api/v1/monitor", MONITORS_WRITE).creating();
pub(super) static UPDATE_MONITOR: Operation =
    Operation::web(Method::PUT, "/api/v1/monitor/{}", MONITORS_WRITE);
pub(super) static DELETE_MONITOR: Operation =
    Operation::web(Method::DELETE, "/api/v1/monitor/{}", MONITORS_WRITE);
pub(super) static VALIDATE_MONITOR: Operation =
    Operation::web(Method::POST, "/api/v1/monitor/validate", MONITORS_READ);
pub(super) static VALIDATE_MONITOR_CHANGE: Operation =
    Operation::web(Method::POST, "/api/v1/monitor/{}/validate", MONITORS_READ);
/// 409 names the monitors that cannot be deleted, and why.
pub(super) static CAN_DELETE_MONITORS: Operation =
    Operation::web(Method::GET, "/api/v1/monitor/can_delete", MONITORS_READ).answering(409);

pub(super) static LIST_DASHBOARDS: Operation =
    Operation::web(Method::GET, "/api/v1/dashboard", DASHBOARDS_READ);
pub(super) static GET_DASHBOARD: Operation =
    Operation::web(Method::GET, "/api/v1/dashboard/{}", DASHBOARDS_READ);
pub(super) static CREATE_DASHBOARD: Operation =
    Operation::web(Method::POST, "/api/v1/dashboard", DASHBOARDS_WRITE).creating();
pub(super) static UPDATE_DASHBOARD: Operation =
    Operation::web(Method::PUT, "/api/v1/dashboard/{}", DASHBOARDS_WRITE);
pub(super) static DELETE_DASHBOARD: Operation =
    Operation::web(Method::DELETE, "/api/v1/dashboard/{}", DASHBOARDS_WRITE);

pub(super) static SEARCH_LOGS: Operation = Operation::web(
    Method::POST,
    "/api/v2/logs/events/search",
    Some(Permission::LogsReadData),
);
pub(super) static AGGREGATE_LOGS: Operation = Operation::web(
    Method::POST,
    "/api/v2/logs/analytics/aggregate",
    Some(Permission::LogsReadData),
);
pub(super) static SEARCH_SPANS: Operation = Operation::web(
    Method::POST,
    "/api/v2/spans/events/search",
    Some(Permission::ApmRead),
);
pub(super) static LIST_LOG_INDEXES: Operation = Operation::web(
    Method::GET,
    "/api/v1/logs/config/indexes",
    Some(Permission::LogsReadConfig),
);
