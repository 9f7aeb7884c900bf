//! Whether GenAI spans that are sent so count as LLM Observability.
//!
//! Datadog's pages disagree about some of it (docs.datadoghq.com/llm_observability/instrument/
//! otel_instrumentation, copies of 2025 and 2026): then the answer is that nobody can tell.

use super::settings::Settings;
use super::target::Target;
use crate::otlp::names;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    Yes,
    No,
    Unclear,
}

impl Counts {
    pub fn word(self) -> &'static str {
        match self {
            Counts::Yes => "yes",
            Counts::No => "no",
            Counts::Unclear => "unclear",
        }
    }
}

/// The answer and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub counts: Counts,
    pub why: String,
}

/// Judges by the settings for traces.
pub fn llmobs(settings: &Settings, target: Target) -> Verdict {
    let verdict = |counts, why: &str| Verdict {
        counts,
        why: why.to_owned(),
    };
    let source = settings.traces.header("dd-otlp-source");
    // Compared where the header was read, shown nowhere.
    let is_meant = source.is_some_and(|header| header.value.expose() == "llmobs");
    let enabled = settings.resource(names::LLMOBS_ENABLED);
    match (target, enabled, is_meant) {
        (Target::Datadog(site), _, _) if site.is_government() => {
            verdict(Counts::No, "government sites have no LLM Observability")
        }
        (_, Some("false"), _) => verdict(
            Counts::No,
            "dd_llmobs_enabled=false among OTEL_RESOURCE_ATTRIBUTES keeps every trace out",
        ),
        (Target::Datadog(_), Some("true"), true) => verdict(
            Counts::Yes,
            "the header dd-otlp-source=llmobs and dd_llmobs_enabled=true ask for it",
        ),
        (Target::Datadog(_), _, true) => verdict(
            Counts::Unclear,
            "the header dd-otlp-source=llmobs asks for it; newer pages want \
             dd_llmobs_enabled=true among OTEL_RESOURCE_ATTRIBUTES as well",
        ),
        (Target::Datadog(_), _, false) => verdict(
            Counts::Unclear,
            "the header dd-otlp-source=llmobs is missing, which Datadog's page asks for: \
             `ddctl otel env --llmobs` writes it",
        ),
        (Target::Elsewhere, _, _) => verdict(
            Counts::Unclear,
            "it depends on where the Agent or collector sends them: Datadog documents it for its \
             own intake alone",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Site;
    use crate::otel::Variables;

    fn counts(lines: &str, target: Target) -> Counts {
        let settings = Settings::read(&Variables::of_text(lines));
        llmobs(&settings, target).counts
    }

    #[test]
    fn it_is_promised_only_where_every_page_agrees() {
        let header = "OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=x,dd-otlp-source=llmobs\n";
        let enabled = |is| format!("{header}OTEL_RESOURCE_ATTRIBUTES=dd_llmobs_enabled={is}\n");
        let datadog = Target::Datadog(Site::Eu1);
        assert_eq!(counts(&enabled("true"), datadog), Counts::Yes);
        assert_eq!(counts(&enabled("false"), datadog), Counts::No);
        assert_eq!(counts(header, datadog), Counts::Unclear);
        assert_eq!(counts("", datadog), Counts::Unclear);
        assert_eq!(counts(&enabled("true"), Target::Elsewhere), Counts::Unclear);
        let government = Target::Datadog(Site::Us1Fed);
        assert_eq!(counts(&enabled("true"), government), Counts::No);
    }
}
