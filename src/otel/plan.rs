//! What is wanted, and the variables that say it to any SDK.

use url::Url;

use crate::domain::site::Site;
use crate::otlp::names;

/// The port of OTLP over HTTP, the Agent's as well.
pub const HTTP_PORT: u16 = 4318;

/// How a program is to send.
#[derive(Clone, Debug)]
pub struct Plan {
    pub site: Site,
    pub road: Road,
    pub service: String,
    pub environment: Option<String>,
    pub version: Option<String>,
    /// GenAI spans are to be seen in LLM Observability.
    pub is_llmobs: bool,
    /// Prompts and answers go out as well.
    pub has_content: bool,
    /// Further receivers, by their base address, which need no key.
    pub also: Vec<Url>,
}

/// Which way to Datadog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Road {
    /// Its own intake, by the base address.
    Intake(String),
    /// An Agent or a collector: where it is, where the program's form does not say.
    Agent(Option<String>),
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub value: Value,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// `dd-api-key=` and the key, and what follows.
    Key {
        after: &'static str,
    },
    /// Where the Agent is, as each form says it.
    AgentAddress,
}

/// Sends spans to LLM Observability.
const LLMOBS_SOURCE: &str = ",dd-otlp-source=llmobs";

impl Plan {
    /// The variables, in the order they are read.
    pub fn variables(&self) -> Vec<Variable> {
        let mut all = vec![
            text("OTEL_SERVICE_NAME", &self.service),
            text("OTEL_RESOURCE_ATTRIBUTES", &self.resource_text()),
            text("OTEL_TRACES_EXPORTER", "otlp"),
            text("OTEL_METRICS_EXPORTER", "otlp"),
            self.endpoint(),
            text("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            text("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            text("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
        ];
        if let Road::Intake(_) = self.road {
            all.push(key("OTEL_EXPORTER_OTLP_HEADERS", ""));
            if self.is_llmobs {
                // In the place of the headers of all signals, and so with the key as well.
                all.push(key("OTEL_EXPORTER_OTLP_TRACES_HEADERS", LLMOBS_SOURCE));
            }
        }
        if self.is_llmobs {
            all.push(text(
                "OTEL_SEMCONV_STABILITY_OPT_IN",
                "gen_ai_latest_experimental",
            ));
        }
        if self.has_content {
            all.push(text(
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
                "SPAN_ONLY",
            ));
        }
        all
    }

    /// What is said of the program on everything it sends, its name apart.
    pub fn resource(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(environment) = &self.environment {
            pairs.push((names::ENVIRONMENT, environment.clone()));
            pairs.push((names::ENVIRONMENT_OLD, environment.clone()));
        }
        if let Some(version) = &self.version {
            pairs.push((names::SERVICE_VERSION, version.clone()));
        }
        // Said either way, since Datadog's pages disagree about what holds without it.
        pairs.push((names::LLMOBS_ENABLED, self.is_llmobs.to_string()));
        pairs
    }

    fn resource_text(&self) -> String {
        let pairs = self.resource().into_iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={}", escaped(&value)));
        pairs.collect::<Vec<_>>().join(",")
    }

    fn endpoint(&self) -> Variable {
        let value = match &self.road {
            Road::Intake(base) | Road::Agent(Some(base)) => Value::Text(base.clone()),
            Road::Agent(None) => Value::AgentAddress,
        };
        Variable {
            name: "OTEL_EXPORTER_OTLP_ENDPOINT",
            value,
        }
    }
}

fn text(name: &'static str, value: &str) -> Variable {
    Variable {
        name,
        value: Value::Text(value.to_owned()),
    }
}

fn key(name: &'static str, after: &'static str) -> Variable {
    Variable {
        name,
        value: Value::Key { after },
    }
}

/// A value in a list of pairs: as in W3C Baggage, what has a meaning there is percent-encoded.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' | b'/' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn plan() -> Plan {
        Plan {
            site: Site::Eu1,
            road: Road::Intake("https://otlp.datadoghq.eu".to_owned()),
            service: "planner".to_owned(),
            environment: Some("prod".to_owned()),
            version: Some("1.2".to_owned()),
            is_llmobs: false,
            has_content: false,
            also: Vec::new(),
        }
    }

    fn names_of(plan: &Plan) -> Vec<&'static str> {
        plan.variables().iter().map(|one| one.name).collect()
    }

    #[test]
    fn an_agent_gets_no_key() {
        let agent = Plan {
            road: Road::Agent(None),
            is_llmobs: true,
            ..plan()
        };
        let variables = agent.variables();
        assert!(
            variables
                .iter()
                .all(|one| !matches!(one.value, Value::Key { .. }))
        );
        assert!(names_of(&plan()).contains(&"OTEL_EXPORTER_OTLP_HEADERS"));
    }

    #[test]
    fn the_headers_of_traces_hold_the_key_too() {
        let llmobs = Plan {
            is_llmobs: true,
            ..plan()
        };
        let traces = key("OTEL_EXPORTER_OTLP_TRACES_HEADERS", LLMOBS_SOURCE);
        assert!(llmobs.variables().contains(&traces));
        assert!(!plan().variables().contains(&traces));
    }

    #[test]
    fn a_resource_says_either_way_whether_llm_observability_is_meant() {
        let resource = |is_llmobs| {
            Plan {
                is_llmobs,
                ..plan()
            }
            .resource_text()
        };
        assert!(resource(true).ends_with("dd_llmobs_enabled=true"));
        assert!(resource(false).ends_with("dd_llmobs_enabled=false"));
    }

    #[test]
    fn what_would_end_a_pair_is_escaped() {
        assert_eq!(escaped("a b,c=d;ü"), "a%20b%2Cc%3Dd%3B%C3%BC");
        assert_eq!(escaped("v1.2-rc_3"), "v1.2-rc_3");
    }
}
