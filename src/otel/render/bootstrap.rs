//! Code that sets an SDK up, for one receiver or several.

use serde_json::{Value, json};

use super::Form;
use crate::otel::plan::{Plan, Road};
use crate::otlp::names;

/// Written with opentelemetry-sdk 1.45.
const PYTHON: &str = include_str!("bootstrap.py");
/// Written with @opentelemetry/sdk-node 0.223.
const NODE: &str = include_str!("bootstrap.js");

/// Stands for the key in headers, and is replaced by code that reads it.
const KEY: &str = "DD_API_KEY";

pub(super) fn python(plan: &Plan) -> String {
    let key = ("\"DD_API_KEY\"", "os.environ[\"DD_API_KEY\"]");
    filled(PYTHON, plan, Form::Python, key)
}

pub(super) fn node(plan: &Plan) -> String {
    let key = ("\"DD_API_KEY\"", "process.env.DD_API_KEY");
    filled(NODE, plan, Form::Node, key)
}

/// The template with the plan's resource and receivers: their literals are the same in both
/// languages.
fn filled(template: &str, plan: &Plan, form: Form, (mark, key): (&str, &str)) -> String {
    let receivers = receivers(plan, form);
    let lines = receivers.iter().map(|one| format!("  {}", spaced(one)));
    let receivers = lines.collect::<Vec<_>>().join(",\n").replace(mark, key);
    let service = (names::SERVICE, plan.service.clone());
    let resource = [service].into_iter().chain(plan.resource());
    let lines = resource.map(|(name, value)| format!("  {}: {}", json!(name), json!(value)));
    let resource = lines.collect::<Vec<_>>().join(",\n");
    template
        .replace("  @RESOURCE@", &resource)
        .replace("  @RECEIVERS@", &receivers)
}

fn receivers(plan: &Plan, form: Form) -> Vec<Value> {
    let (base, keyed) = match &plan.road {
        Road::Intake(base) => (base.clone(), true),
        Road::Agent(Some(base)) => (base.clone(), false),
        Road::Agent(None) => (form.agent(), false),
    };
    let mut headers = json!({});
    let mut traces = json!({});
    if keyed {
        headers["dd-api-key"] = KEY.into();
        if plan.is_llmobs {
            traces["dd-otlp-source"] = "llmobs".into();
        }
    }
    let receiver = |base: &str, headers, traces| json!({ "url": base.trim_end_matches('/'), "headers": headers, "traces": traces });
    let first = receiver(&base, headers, traces);
    let others = plan.also.iter();
    let others = others.map(|url| receiver(url.as_str(), json!({}), json!({})));
    [first].into_iter().chain(others).collect()
}

/// On one line, with a blank behind each comma and colon, as people write it.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let pairs = fields.iter();
            let pairs = pairs.map(|(name, value)| format!("{}: {}", json!(name), spaced(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otel::plan::tests::plan;

    #[test]
    fn code_reads_the_key_and_never_holds_it() {
        assert!(python(&plan()).contains(r#""dd-api-key": os.environ["DD_API_KEY"]"#));
        assert!(node(&plan()).contains(r#""dd-api-key": process.env.DD_API_KEY"#));
    }

    #[test]
    fn every_receiver_has_its_line_and_the_others_no_key() {
        let several = Plan {
            also: vec!["http://127.0.0.1:4318/".parse().expect("an address")],
            is_llmobs: true,
            ..plan()
        };
        for code in [python(&several), node(&several)] {
            assert!(code.contains(r#""traces": {"dd-otlp-source": "llmobs"}"#));
            let other = r#"{"url": "http://127.0.0.1:4318", "headers": {}, "traces": {}}"#;
            assert!(code.contains(other), "{code}");
            assert!(!code.contains("@RE"));
        }
    }

    #[test]
    fn a_service_cannot_end_its_literal() {
        let hostile = Plan {
            service: "a\"); import os #".to_owned(),
            ..plan()
        };
        assert!(python(&hostile).contains(r#""service.name": "a\"); import os #""#));
    }
}
