//! What people fall into who set up OpenTelemetry for Datadog.

use super::plan::{Plan, Road};

/// Something to mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Stable, for programs.
    pub name: &'static str,
    pub text: String,
    /// It holds for these very settings; the others lie in wait.
    pub is_now: bool,
}

fn waiting(name: &'static str, text: impl Into<String>) -> Trap {
    Trap {
        name,
        text: text.into(),
        is_now: false,
    }
}

fn now(name: &'static str, text: impl Into<String>) -> Trap {
    Trap {
        is_now: true,
        ..waiting(name, text)
    }
}

/// The traps beside `plan`, those that it is in first.
pub fn traps(plan: &Plan) -> Vec<Trap> {
    let mut all = entered(plan);
    all.push(waiting(
        "paths",
        "an SDK adds /v1/traces to OTEL_EXPORTER_OTLP_ENDPOINT and nothing to \
         OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, nor to an endpoint that is set in code",
    ));
    match plan.road {
        Road::Intake(_) => all.extend(of_the_intake(plan)),
        Road::Agent(_) => all.push(waiting(
            "agent-receiver",
            "the Agent takes OTLP only where it is told to: \
             DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_HTTP_ENDPOINT=0.0.0.0:4318; gRPC is on 4317",
        )),
    }
    all.push(waiting(
        "ddtrace",
        "ddtrace in the same program makes spans of its own: run one of the two, or set \
         DD_TRACE_OTEL_ENABLED=true and leave the exporter out",
    ));
    if !plan.has_content {
        all.push(waiting(
            "content",
            "prompts and answers are not captured unless asked for (--content): then they leave \
             for Datadog as they are, personal data included, and are billed by their size",
        ));
    }
    all.push(waiting(
        "cardinality",
        "an attribute with many values (user, session, prompt) on a metric makes a custom metric \
         of each: keep those on spans",
    ));
    all
}

fn entered(plan: &Plan) -> Vec<Trap> {
    let mut all = Vec::new();
    if plan.environment.is_none() {
        all.push(now(
            "environment",
            "no environment is named (--env): Datadog files everything under env:none. \
             `env=prod` is no substitute: it reads deployment.environment.name",
        ));
    }
    if plan.site.is_government() {
        let product = match plan.is_llmobs {
            true => "has no LLM Observability",
            false => "may have no OTLP intake: nobody wrote it down",
        };
        all.push(now("government", format!("{} {product}", plan.site)));
    }
    if plan.has_content {
        all.push(now(
            "content",
            "prompts and answers leave for Datadog as they are, personal data included; spans \
             grow by their size and are billed by it",
        ));
    }
    all
}

fn of_the_intake(plan: &Plan) -> [Trap; 4] {
    let site = plan.site;
    [
        waiting(
            "grpc",
            "the intake takes no gRPC, which is the default of some SDKs: keep http/protobuf",
        ),
        waiting(
            "unofficial-address",
            format!(
                "api.{site}/api/intake/otlp is in some guides and in no page of Datadog's: \
                 the address is otlp.{site}"
            ),
        ),
        waiting(
            "wrong-site",
            format!(
                "a key of another site is answered 403, and SDKs drop the spans with one line in \
                 their log, or none: `ddctl otel check` tells (this is {site})"
            ),
        ),
        waiting(
            "temporality",
            "the intake refuses cumulative metrics, the default of every SDK: keep delta",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Site;
    use crate::otel::plan::tests::plan;

    fn names_now(plan: &Plan) -> Vec<&'static str> {
        let all = traps(plan).into_iter();
        all.filter(|trap| trap.is_now)
            .map(|trap| trap.name)
            .collect()
    }

    #[test]
    fn what_holds_for_these_settings_comes_first() {
        assert_eq!(names_now(&plan()), [""; 0]);
        let bad = Plan {
            environment: None,
            has_content: true,
            is_llmobs: true,
            site: Site::Us1Fed,
            ..plan()
        };
        assert_eq!(names_now(&bad), ["environment", "government", "content"]);
        assert!(traps(&bad)[0].is_now);
    }

    #[test]
    fn an_agent_has_traps_of_its_own() {
        let agent = Plan {
            road: Road::Agent(None),
            ..plan()
        };
        let has = |plan: &Plan, name| traps(plan).iter().any(|trap| trap.name == name);
        assert!(has(&agent, "agent-receiver") && !has(&agent, "temporality"));
        assert!(has(&plan(), "grpc") && !has(&plan(), "agent-receiver"));
    }
}
