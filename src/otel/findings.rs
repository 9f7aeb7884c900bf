//! What is wrong with settings, before anything is sent by them.

use url::Url;

use super::settings::{Protocol, Settings, SignalSettings};
use super::target::Target;
use super::variables::Variables;
use crate::http::printable_url;
use crate::otlp::names;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something is lost or wrong.
    Warning,
    /// No span arrives.
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable, for programs.
    pub name: &'static str,
    pub severity: Severity,
    pub text: String,
    pub fix: String,
}

/// Everything that can be told without sending, the worst first.
pub fn look(settings: &Settings, variables: &Variables, target: Target) -> Vec<Finding> {
    let mut all = Vec::new();
    all.extend(of_switches(variables));
    all.extend(of_address(&settings.traces));
    all.extend(of_protocol(&settings.traces, target));
    all.extend(of_headers(&settings.traces, target));
    all.extend(of_metrics(settings, variables, target));
    all.extend(of_resource(settings));
    all.extend(of_tracer(variables));
    all.extend(of_content(variables));
    if let (Target::Datadog(site), Some(named)) = (target, variables.get("DD_SITE"))
        && named.parse() != Ok(site)
    {
        all.push(warning(
            "site",
            format!("DD_SITE says {named}, and spans go to {site}: sites share nothing"),
            "`ddctl validate --all-sites` says which one the key belongs to",
        ));
    }
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    all
}

fn finding(
    severity: Severity,
    name: &'static str,
    text: impl Into<String>,
    fix: impl Into<String>,
) -> Finding {
    Finding {
        name,
        severity,
        text: text.into(),
        fix: fix.into(),
    }
}

fn error(name: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Finding {
    finding(Severity::Error, name, text, fix)
}

fn warning(name: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Finding {
    finding(Severity::Warning, name, text, fix)
}

fn note(name: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Finding {
    finding(Severity::Note, name, text, fix)
}

fn of_switches(variables: &Variables) -> Vec<Finding> {
    let mut all = Vec::new();
    if variables.is_on("OTEL_SDK_DISABLED") {
        let text = "OTEL_SDK_DISABLED is set: the SDK does nothing at all";
        all.push(error("disabled", text, "take it out"));
    }
    if let Some(exporters) = variables.get("OTEL_TRACES_EXPORTER")
        && !exporters
            .split(',')
            .any(|one| one.trim().starts_with("otlp"))
    {
        all.push(error(
            "exporter",
            format!("OTEL_TRACES_EXPORTER is `{exporters}`: no span leaves by OTLP"),
            "set it to otlp",
        ));
    }
    match variables.get("OTEL_TRACES_SAMPLER") {
        Some("always_off" | "parentbased_always_off") => all.push(error(
            "sampler",
            "OTEL_TRACES_SAMPLER drops every span",
            "set it to parentbased_always_on",
        )),
        Some(ratio @ ("traceidratio" | "parentbased_traceidratio")) => all.push(note(
            "sampler",
            format!("OTEL_TRACES_SAMPLER is {ratio}: only a part of the traces is sent"),
            "parentbased_always_on sends all of them",
        )),
        _ => {}
    }
    all
}

fn of_address(traces: &SignalSettings) -> Vec<Finding> {
    let from = traces.from.as_deref().unwrap_or_default();
    let url = match &traces.url {
        Ok(url) => url,
        Err(_) => {
            return vec![error(
                "address",
                format!("{from} holds no address"),
                "begin it with http:// or https://",
            )];
        }
    };
    let path = url.path();
    let mut all = Vec::new();
    if path.contains("/api/intake/otlp") {
        all.push(error(
            "unofficial-address",
            format!(
                "{} is in some guides and in no page of Datadog's",
                printable_url(url)
            ),
            "`ddctl otel env` writes the documented one, https://otlp.<site>",
        ));
    } else if path.ends_with("/v1/traces/v1/traces") {
        all.push(error(
            "path-twice",
            format!("{from} ends in /v1/traces, and the SDK adds it once more"),
            "leave it out there, or use OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ));
    } else if !traces.is_completed && !path.ends_with("/v1/traces") {
        all.push(error(
            "path-missing",
            format!("{from} is taken as it is, and does not end in /v1/traces"),
            "add it, or use OTEL_EXPORTER_OTLP_ENDPOINT, which it is added to",
        ));
    }
    if traces.from.is_none() {
        all.push(note(
            "default-address",
            "no address is named, so spans go to a collector on this machine",
            "set OTEL_EXPORTER_OTLP_ENDPOINT; `ddctl otel env` prints it",
        ));
    }
    all
}

fn of_protocol(traces: &SignalSettings, target: Target) -> Vec<Finding> {
    let is_datadog = matches!(target, Target::Datadog(_));
    let port = traces.url.as_ref().ok().and_then(Url::port);
    match traces.protocol {
        None => vec![error(
            "protocol",
            "OTEL_EXPORTER_OTLP_PROTOCOL is none of grpc, http/protobuf and http/json",
            "set it to http/protobuf",
        )],
        Some(Protocol::Grpc) if is_datadog => vec![error(
            "grpc",
            "the intake takes no gRPC",
            "set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf",
        )],
        Some(Protocol::Grpc) => vec![warning(
            "grpc",
            "spans leave by gRPC, which is not spoken here: whether they arrive is not known",
            "set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf, which an Agent and a collector take \
             on 4318; Datadog's intake takes no gRPC",
        )],
        Some(Protocol::Protobuf | Protocol::Json) if port == Some(4317) => vec![warning(
            "grpc-port",
            "4317 is the port of gRPC, and the protocol is HTTP",
            "HTTP is on 4318",
        )],
        Some(Protocol::Protobuf | Protocol::Json) => Vec::new(),
    }
}

fn of_headers(traces: &SignalSettings, target: Target) -> Vec<Finding> {
    let mut all = Vec::new();
    let from = traces
        .headers_from
        .as_deref()
        .unwrap_or("OTEL_EXPORTER_OTLP_HEADERS");
    if traces.broken_headers > 0 {
        all.push(error(
            "headers",
            format!("a part of {from} is no name=value"),
            "write dd-api-key=KEY, with commas between several, without quotes",
        ));
    }
    let key = traces.header("dd-api-key");
    // Looked at where the header was read, shown nowhere.
    let is_reference = key.is_some_and(|key| key.value.expose().contains('$'));
    if is_reference {
        all.push(error(
            "reference",
            format!("{from} holds a reference such as ${{DD_API_KEY}}, which nobody replaced"),
            "not every reader of a file does: `ddctl otel env --for dotenv --with-key`",
        ));
    }
    match (target, key) {
        (Target::Datadog(_), None) => all.push(error(
            "key",
            format!("{from} holds no dd-api-key, and the intake refuses spans without one"),
            match from.contains("TRACES") {
                true => "it takes the place of OTEL_EXPORTER_OTLP_HEADERS: say the key here too",
                false => "`ddctl otel env` writes it",
            },
        )),
        (Target::Elsewhere, Some(_)) => all.push(warning(
            "key-elsewhere",
            "the API key is sent to somebody who is not Datadog; an Agent or a collector has its \
             own",
            format!("leave dd-api-key out of {from}"),
        )),
        _ => {}
    }
    all
}

fn of_metrics(settings: &Settings, variables: &Variables, target: Target) -> Option<Finding> {
    let name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    let is_delta = variables
        .get(name)
        .is_some_and(|it| it.eq_ignore_ascii_case("delta"));
    let is_off = variables.get("OTEL_METRICS_EXPORTER") == Some("none");
    let same =
        settings.metrics.url.as_ref().ok()?.host() == settings.traces.url.as_ref().ok()?.host();
    let matters = matches!(target, Target::Datadog(_)) && same && !is_off && !is_delta;
    matters.then(|| {
        warning(
            "temporality",
            "metrics are cumulative unless told otherwise, and the intake refuses those",
            format!("set {name} to delta"),
        )
    })
}

fn of_resource(settings: &Settings) -> Vec<Finding> {
    let mut all = Vec::new();
    if settings.service.is_none() {
        all.push(warning(
            "service",
            "no service is named: everything is filed under unknown_service",
            "set OTEL_SERVICE_NAME",
        ));
    }
    let has = |name| settings.resource(name).is_some();
    if !has(names::ENVIRONMENT) && !has(names::ENVIRONMENT_OLD) {
        let text = match has("env") {
            true => "`env` in OTEL_RESOURCE_ATTRIBUTES is not what Datadog reads: env:none it is",
            false => "no environment is named: everything is filed under env:none",
        };
        let fix = "add deployment.environment.name=ENV to OTEL_RESOURCE_ATTRIBUTES";
        all.push(warning("environment", text, fix));
    }
    all
}

/// A tracer of Datadog's own in the same program.
fn of_tracer(variables: &Variables) -> Option<Finding> {
    let loads = |name, what| {
        variables
            .get(name)
            .is_some_and(|it: &str| it.contains(what))
    };
    let is_loaded = loads("NODE_OPTIONS", "dd-trace") || loads("PYTHONPATH", "ddtrace");
    let is_set = variables.is_on("DD_TRACE_ENABLED") || variables.is_on("DD_LLMOBS_ENABLED");
    let is_bridge = variables.is_on("DD_TRACE_OTEL_ENABLED");
    (is_loaded || is_set || is_bridge).then(|| {
        warning(
            "ddtrace",
            match is_bridge {
                true => "DD_TRACE_OTEL_ENABLED hands OpenTelemetry's spans to ddtrace, not to OTLP",
                false => "ddtrace runs in the same program, and makes spans of its own",
            },
            "run one of the two",
        )
    })
}

fn of_content(variables: &Variables) -> Option<Finding> {
    let name = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
    let value = variables.get(name)?.to_ascii_lowercase();
    let is_on = !matches!(value.as_str(), "false" | "0" | "no_content");
    is_on.then(|| {
        note(
            "content",
            "prompts and answers are captured: they leave as they are, and are billed by their size",
            format!("take {name} out to keep them here"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Site;

    const EU: Target = Target::Datadog(Site::Eu1);
    /// What `otel env` prints.
    const GOOD: &str = "OTEL_SERVICE_NAME=planner\n\
        OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod\n\
        OTEL_EXPORTER_OTLP_ENDPOINT=https://otlp.datadoghq.eu\n\
        OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=0123\n\
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta\n";

    fn found(lines: &str, target: Target) -> Vec<&'static str> {
        let variables = Variables::of_text(lines);
        let all = look(&Settings::read(&variables), &variables, target);
        all.iter().map(|finding| finding.name).collect()
    }

    #[test]
    fn good_settings_have_no_findings() {
        assert_eq!(found(GOOD, EU), [""; 0]);
    }

    #[test]
    fn what_an_address_holds_of_secrets_is_not_said() {
        for address in [
            "https://me:hunter2@api.datadoghq.eu/api/intake/otlp?api_key=hunter2",
            "me:hunter2@otlp.datadoghq.eu",
        ] {
            let line = format!("OTEL_EXPORTER_OTLP_ENDPOINT={address}");
            let variables = Variables::of_text(&line);
            let all = look(&Settings::read(&variables), &variables, EU);
            assert!(!all.is_empty(), "{address}");
            assert!(!format!("{all:?}").contains("hunter2"), "{all:?}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        for (line, name) in [
            ("OTEL_SDK_DISABLED=true", "disabled"),
            ("OTEL_TRACES_EXPORTER=console", "exporter"),
            ("OTEL_TRACES_SAMPLER=always_off", "sampler"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT=otlp.datadoghq.eu", "address"),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT=https://api.datadoghq.eu/api/intake/otlp",
                "unofficial-address",
            ),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT=https://otlp.datadoghq.eu/v1/traces",
                "path-twice",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://otlp.datadoghq.eu",
                "path-missing",
            ),
            ("OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "grpc"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL=protobuf", "protocol"),
            ("OTEL_EXPORTER_OTLP_HEADERS=DD-API-KEY: 0123", "headers"),
            (
                "OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=${DD_API_KEY}",
                "reference",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS=dd-otlp-source=llmobs",
                "key",
            ),
            (
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative",
                "temporality",
            ),
            ("OTEL_RESOURCE_ATTRIBUTES=env=prod", "environment"),
            ("OTEL_SERVICE_NAME=", "service"),
            ("NODE_OPTIONS=--require dd-trace/init", "ddtrace"),
            (
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY",
                "content",
            ),
            ("DD_SITE=us5", "site"),
        ] {
            let found = found(&format!("{GOOD}{line}\n"), EU);
            assert!(found.contains(&name), "{line}: {found:?}");
        }
    }

    #[test]
    fn what_stops_every_span_comes_first() {
        let found = found("OTEL_SDK_DISABLED=true\n", Target::Elsewhere);
        assert_eq!(found[0], "disabled");
        assert_eq!(found.last(), Some(&"default-address"));
    }

    #[test]
    fn grpc_stops_every_span_at_the_intake_and_elsewhere_nobody_knows() {
        let lines = format!("{GOOD}OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n");
        let variables = Variables::of_text(&lines);
        let severity = |target| {
            let all = look(&Settings::read(&variables), &variables, target);
            let found = all.into_iter().find(|finding| finding.name == "grpc");
            found.map(|finding| finding.severity)
        };
        assert_eq!(severity(EU), Some(Severity::Error));
        assert_eq!(severity(Target::Elsewhere), Some(Severity::Warning));
    }

    #[test]
    fn a_key_is_no_business_of_a_collector() {
        let lines = "OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=0123\n";
        assert!(found(lines, Target::Elsewhere).contains(&"key-elsewhere"));
    }
}
