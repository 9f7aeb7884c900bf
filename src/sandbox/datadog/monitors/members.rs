//! The members of a monitor's body (OpenAPI v1: `Monitor`, `MonitorUpdateRequest`,
//! `MonitorOptions`, `MonitorThresholds`, `MonitorFormulaAndFunctionEventQueryDefinition`).

use super::grammar::TYPES;
use crate::sandbox::datadog::shape::Shape::{
    Any, Flag, List, Map, Number, Object, Text, Whole, Word,
};
use crate::sandbox::datadog::shape::{AMOUNT, Member, Shape, TEXTS, nullable, optional, required};

/// Types whose query counts events of some kind: they are grouped by facets.
pub const EVENT_LIKE: [&str; 11] = [
    "log alert",
    "event-v2 alert",
    "rum alert",
    "trace-analytics alert",
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "error-tracking alert",
    "network-performance alert",
    "database-monitoring alert",
    "llm-observability alert",
];

/// What a monitor may have; `type` and `query` are needed of a new one. Fields that only the server
/// sets are taken and not looked at, so that what it answered can be sent back.
pub const MONITOR: &[Member] = &[
    optional("type", Word(&TYPES)),
    optional("query", Text),
    optional("name", Text),
    optional("message", Text),
    optional("tags", TEXTS),
    optional("options", Object(OPTIONS)),
    nullable("priority", Whole(1, 5)),
    nullable("restricted_roles", TEXTS),
    optional("draft_status", DRAFT_STATUS),
    nullable("assets", List(&Object(ASSET))),
    optional("id", Any),
    optional("org_id", Any),
    optional("created", Any),
    optional("created_at", Any),
    optional("creator", Any),
    optional("deleted", Any),
    optional("matching_downtimes", Any),
    optional("modified", Any),
    optional("multi", Any),
    optional("overall_state", Any),
    optional("overall_state_modified", Any),
    optional("restriction_policy", Any),
    optional("state", Any),
];

const DRAFT_STATUS: Shape = Word(&["draft", "published"]);

const ASSET: &[Member] = &[
    required("name", Text),
    required("url", Text),
    required("category", Text),
    optional("resource_key", Text),
    optional("resource_type", Text),
];

const OPTIONS: &[Member] = &[
    optional("aggregation", Any),
    optional("device_ids", Any),
    optional("enable_logs_sample", Flag),
    optional("enable_samples", Flag),
    optional("escalation_message", Text),
    nullable("evaluation_delay", AMOUNT),
    optional("group_retention_duration", Text),
    optional("groupby_simple_monitor", Flag),
    optional("include_tags", Flag),
    optional("locked", Flag),
    nullable("min_failure_duration", Whole(0, 7_200)),
    nullable("min_location_failed", AMOUNT),
    nullable("new_group_delay", AMOUNT),
    nullable("new_host_delay", AMOUNT),
    nullable("no_data_timeframe", AMOUNT),
    optional("notification_preset_name", PRESETS),
    optional("notify_audit", Flag),
    optional("notify_by", TEXTS),
    optional("notify_no_data", Flag),
    optional("on_missing_data", ON_MISSING_DATA),
    nullable("renotify_interval", AMOUNT),
    nullable("renotify_occurrences", AMOUNT),
    nullable(
        "renotify_statuses",
        List(&Word(&["alert", "warn", "no data"])),
    ),
    optional("require_full_window", Flag),
    optional("scheduling_options", Any),
    optional("silenced", Map(&AMOUNT)),
    nullable("synthetics_check_id", Text),
    optional("threshold_windows", Any),
    optional("thresholds", Object(THRESHOLDS)),
    nullable("timeout_h", Whole(0, 24)),
    optional("variables", List(&Object(VARIABLE))),
];

const PRESETS: Shape = Word(&[
    "show_all",
    "hide_query",
    "hide_handles",
    "hide_all",
    "hide_query_and_handles",
    "show_only_snapshot",
    "hide_handles_and_footer",
]);

const ON_MISSING_DATA: Shape = Word(&[
    "default",
    "show_no_data",
    "show_and_notify_no_data",
    "resolve",
]);

const THRESHOLDS: &[Member] = &[
    optional("critical", Number),
    optional("critical_query", Text),
    nullable("critical_recovery", Number),
    optional("critical_recovery_query", Text),
    nullable("ok", Number),
    nullable("unknown", Number),
    nullable("warning", Number),
    nullable("warning_recovery", Number),
];

/// Of the kinds of queries the one over events alone; the others take part in no log alert.
const VARIABLE: &[Member] = &[
    required("name", Text),
    required("data_source", Text),
    optional("compute", Object(COMPUTE)),
    optional("search", Object(&[required("query", Text)])),
    optional("indexes", TEXTS),
    optional("group_by", List(&Object(GROUP_BY))),
    optional("query", Text),
    optional("aggregator", Text),
];

const COMPUTE: &[Member] = &[
    required("aggregation", Text),
    optional("metric", Text),
    nullable("interval", AMOUNT),
    optional("name", Text),
    optional("source", Text),
];

const GROUP_BY: &[Member] = &[
    required("facet", Text),
    optional("limit", AMOUNT),
    optional("sort", Any),
    optional("source", Text),
];
