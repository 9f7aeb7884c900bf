//! What each command asks of the keys and tokens at the least: the one table of it, from which
//! `validate` and `doctor` say what a key is not enough for, and the docs are made.
//!
//! The permissions are those of the operations that a command asks Datadog for
//! ([`crate::datadog`]), the roles those of the gateway's routes (hoophq/hoop
//! `gateway/api/apiroutes/roles.go`). A test runs the commands with no more than what stands here.

use crate::datadog::Permission;

/// What a command asks, or what a flag makes it ask beside that.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// The command, with the flag where it is that which asks: `sessions export --verify`.
    pub command: &'static str,
    /// An API key: to send, or to hand on.
    pub api_key: bool,
    /// What it asks of the web API, which takes both keys or an access token.
    pub permissions: &'static [Permission],
    /// What it asks of the web API as well, and does without where that is refused.
    pub helpful: &'static [Permission],
    /// It makes or checks log monitors, which no key with scopes may.
    pub is_unscoped: bool,
    /// The least role of the gateway's token; `None` where the gateway is not asked.
    pub role: Option<Role>,
    /// What the token of the Svix server behind the gateway does for it.
    pub svix: Option<SvixToken>,
}

/// A role of the gateway, by what it sees. Each may what the one before it may, but for opening a
/// session, which an auditor may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its own sessions alone.
    Standard,
    /// Every session, the audit log, the webhooks.
    Auditor,
    /// It changes webhooks, too.
    Admin,
}

impl Role {
    /// By the gateway's word (`GET /userinfo`); `None` for one of a later gateway.
    pub fn of(word: &str) -> Option<Self> {
        [Role::Standard, Role::Auditor, Role::Admin]
            .into_iter()
            .find(|role| role.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Standard => "standard",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }
}

/// What the token of the Svix server behind the gateway does for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SvixToken {
    /// With it any role of the gateway is enough.
    InPlaceOfTheRole,
    /// There is no other way: the gateway's API cannot do it.
    Needed,
}

/// Works with what it is given, and says what that is not enough for.
pub const AS_GIVEN: &[&str] = &["setup", "validate", "doctor", "auth set", "auth rotate"];

/// Asks no key or token of anybody: it has no remote, or one of its own.
pub const ASK_NOTHING: &[&str] = &[
    "demo",
    "receipts list",
    "receipts show",
    "monitors show",
    "monitors test",
    "monitors eval",
    "deadletters list",
    "deadletters show",
    "deadletters drop",
    "state show",
    "state verify",
    "state repair",
    "state reset",
    "auth list",
    "auth remove",
    "config path",
    "config list",
    "config get",
    "config set",
    "config edit",
    "config use",
    "status",
    "manifest cronjob",
    "manifest deployment",
    "manifest relay",
    "manifest systemd",
    "manifest compose",
    "sandbox",
    "completions",
    "man",
];

const LOGS_READ: &[Permission] = &[Permission::LogsReadData];
/// By their retention what expired is told from what is missing.
const INDEXES_READ: &[Permission] = &[Permission::LogsReadConfig];
const SPANS_READ: &[Permission] = &[Permission::ApmRead];
const MONITORS_READ: &[Permission] = &[Permission::MonitorsRead];
const MONITORS_WRITE: &[Permission] = &[Permission::MonitorsRead, Permission::MonitorsWrite];
/// Beside being unscoped, for a log monitor (OpenAPI document v1, `ValidateMonitor`).
const MONITORS_CHECK: &[Permission] = &[Permission::MonitorsRead, Permission::LogsReadData];
const MONITORS_MAKE: &[Permission] = &[
    Permission::MonitorsRead,
    Permission::MonitorsWrite,
    Permission::LogsReadData,
];
const DASHBOARDS_READ: &[Permission] = &[Permission::DashboardsRead];
const DASHBOARDS_WRITE: &[Permission] = &[Permission::DashboardsRead, Permission::DashboardsWrite];

/// Every command that asks something of the keys or tokens. One that stands here with a flag alone
/// asks nothing without it.
pub const DEMANDS: &[Demand] = &[
    Demand::of("sessions list").as_role(Role::Auditor),
    Demand::of("sessions show").as_role(Role::Auditor),
    Demand::of("sessions stats").as_role(Role::Auditor),
    Demand::of("sessions replay").as_role(Role::Auditor),
    Demand::of("sessions tail").as_role(Role::Auditor),
    Demand::of("sessions search").as_role(Role::Auditor),
    Demand::of("sessions assert").as_role(Role::Auditor),
    Demand::of("sessions export").keyed().as_role(Role::Auditor),
    Demand::of("sessions export --verify")
        .keyed()
        .asking(LOGS_READ)
        .gladly_asking(INDEXES_READ),
    Demand::of("audit export").keyed().as_role(Role::Auditor),
    Demand::of("audit export --verify")
        .keyed()
        .asking(LOGS_READ)
        .gladly_asking(INDEXES_READ),
    Demand::of("traces export").keyed(),
    Demand::of("receipts verify")
        .asking(LOGS_READ)
        .gladly_asking(INDEXES_READ)
        .as_role(Role::Auditor),
    Demand::of("webhooks register")
        .as_role(Role::Admin)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks register --to logs").keyed(),
    Demand::of("webhooks register --attach").as_role(Role::Admin),
    Demand::of("webhooks list")
        .as_role(Role::Auditor)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks show")
        .as_role(Role::Auditor)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks test")
        .as_role(Role::Admin)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks update")
        .as_role(Role::Admin)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks remove")
        .as_role(Role::Admin)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks deliveries")
        .as_role(Role::Auditor)
        .svix(SvixToken::InPlaceOfTheRole),
    Demand::of("webhooks redeliver")
        .as_role(Role::Standard)
        .svix(SvixToken::Needed),
    Demand::of("webhooks rotate")
        .as_role(Role::Standard)
        .svix(SvixToken::Needed),
    Demand::of("relay").keyed().as_role(Role::Auditor),
    Demand::of("otel env --with-key").keyed(),
    Demand::of("otel check").keyed(),
    Demand::of("otel check --wait").keyed().asking(SPANS_READ),
    Demand::of("otel receive --to").keyed(),
    Demand::of("monitors list --live").asking(MONITORS_READ),
    Demand::of("monitors validate")
        .asking(MONITORS_CHECK)
        .unscoped(),
    Demand::of("monitors plan").asking(MONITORS_READ),
    Demand::of("monitors apply")
        .asking(MONITORS_MAKE)
        .unscoped(),
    Demand::of("monitors remove").asking(MONITORS_WRITE),
    Demand::of("monitors export").asking(MONITORS_READ),
    Demand::of("dashboards list --live").asking(DASHBOARDS_READ),
    Demand::of("dashboards plan").asking(DASHBOARDS_READ),
    Demand::of("dashboards apply").asking(DASHBOARDS_WRITE),
    Demand::of("dashboards remove").asking(DASHBOARDS_WRITE),
    Demand::of("test-event")
        .keyed()
        .asking(MONITORS_MAKE)
        .unscoped(),
    Demand::of("test-event --live")
        .keyed()
        .asking(MONITORS_CHECK),
    Demand::of("test-event --cleanup").asking(MONITORS_WRITE),
    Demand::of("deadletters retry").keyed(),
    Demand::of("config check").as_role(Role::Auditor),
];

impl Demand {
    const fn of(command: &'static str) -> Self {
        Self {
            command,
            api_key: false,
            permissions: &[],
            helpful: &[],
            is_unscoped: false,
            role: None,
            svix: None,
        }
    }

    const fn keyed(self) -> Self {
        Self {
            api_key: true,
            ..self
        }
    }

    const fn asking(self, permissions: &'static [Permission]) -> Self {
        Self {
            permissions,
            ..self
        }
    }

    const fn gladly_asking(self, helpful: &'static [Permission]) -> Self {
        Self { helpful, ..self }
    }

    const fn unscoped(self) -> Self {
        Self {
            is_unscoped: true,
            ..self
        }
    }

    const fn as_role(self, role: Role) -> Self {
        Self {
            role: Some(role),
            ..self
        }
    }

    const fn svix(self, token: SvixToken) -> Self {
        Self {
            svix: Some(token),
            ..self
        }
    }

    /// The command without the flag.
    pub fn leaf(&self) -> &'static str {
        let words = self.command.split_once(" --");
        words.map_or(self.command, |(leaf, _)| leaf)
    }

    /// The flag that asks, without its value; `None` where the command always asks.
    pub fn flag(&self) -> Option<&'static str> {
        let (_, flag) = self.command.split_once(" --")?;
        flag.split(' ').next()
    }

    /// It asks something of Datadog.
    pub fn is_of_datadog(&self) -> bool {
        self.api_key || !self.permissions.is_empty()
    }
}

/// The commands for which a role of the gateway is not enough, with the least that is.
pub fn closed_to(role: Role) -> impl Iterator<Item = (&'static str, Role)> {
    DEMANDS
        .iter()
        .filter_map(|demand| Some((demand.command, demand.role?)))
        .filter(move |(_, least)| *least > role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_closed_out_of_what_takes_a_higher_one() {
        let closed = |role| {
            closed_to(role)
                .map(|(command, _)| command)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            closed(Role::Auditor),
            [
                "webhooks register",
                "webhooks register --attach",
                "webhooks test",
                "webhooks update",
                "webhooks remove"
            ]
        );
        assert!(closed(Role::Standard).contains(&"sessions list"));
        assert!(closed(Role::Admin).is_empty());
        assert_eq!(Role::of("auditor"), Some(Role::Auditor));
        assert_eq!(Role::of("owner"), None);
    }

    #[test]
    fn a_demand_knows_its_command_and_its_flag() {
        let of_logs = Demand::of("webhooks register --to logs");
        assert_eq!(of_logs.leaf(), "webhooks register");
        assert_eq!(of_logs.flag(), Some("to"));
        assert_eq!(Demand::of("test-event").leaf(), "test-event");
        assert_eq!(Demand::of("test-event").flag(), None);
    }
}
