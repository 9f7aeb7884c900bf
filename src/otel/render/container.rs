//! Variables of a container.

use super::{Form, value};
use crate::domain::shell::word;
use crate::otel::plan::{Plan, Road, Value};

/// The key is handed over by name, so that it stands in no argument that others can see.
pub(super) fn docker(plan: &Plan) -> String {
    let (mut before, mut words) = (String::new(), vec!["docker run".to_owned()]);
    if plan.road == Road::Agent(None) {
        words.push("--add-host host.docker.internal:host-gateway".to_owned());
    }
    for variable in plan.variables() {
        let (name, text) = (variable.name, &variable.value);
        match text {
            Value::Key { .. } => {
                let text = value(text, Form::Docker, "${DD_API_KEY:?is not set}");
                before.push_str(&format!("export {name}=\"{text}\"\n"));
                words.push(format!("-e {name}"));
            }
            text => {
                let text = word(&value(text, Form::Docker, ""));
                words.push(format!("-e {name}={text}"));
            }
        }
    }
    words.push("IMAGE".to_owned());
    format!("{before}{}\n", words.join(" \\\n  "))
}

/// What refers to another variable stands behind it, or Kubernetes does not replace it.
pub(super) fn kubernetes(plan: &Plan) -> String {
    let mut text = "env:\n".to_owned();
    match plan.road {
        Road::Intake(_) => text.push_str(KEY),
        Road::Agent(None) => text.push_str(NODE),
        Road::Agent(Some(_)) => {}
    }
    for variable in plan.variables() {
        let value = value(&variable.value, Form::Kubernetes, "$(DD_API_KEY)");
        let name = variable.name;
        // A JSON string is one of YAML.
        let value = serde_json::Value::from(value);
        text.push_str(&format!("  - name: {name}\n    value: {value}\n"));
    }
    text
}

const KEY: &str = "  # kubectl create secret generic datadog --from-literal=api-key=…
  - name: DD_API_KEY
    valueFrom:
      secretKeyRef:
        name: datadog
        key: api-key
";

/// Traces must reach the Agent of their own node (docs.datadoghq.com/opentelemetry/setup/otlp_ingest_in_the_agent).
const NODE: &str = "  # The Agent of the same node.
  - name: HOST_IP
    valueFrom:
      fieldRef:
        fieldPath: status.hostIP
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otel::plan::tests::plan;

    fn to_agent() -> Plan {
        Plan {
            road: Road::Agent(None),
            ..plan()
        }
    }

    #[test]
    fn no_argument_of_docker_holds_the_key() {
        let text = docker(&plan());
        let (before, command) = text.split_once("docker run").expect("a command");
        assert!(before.contains("DD_API_KEY") && !command.contains("DD_API_KEY"));
        assert!(command.contains("-e OTEL_EXPORTER_OTLP_HEADERS \\\n"));
        assert!(docker(&to_agent()).contains("http://host.docker.internal:4318"));
    }

    #[test]
    fn kubernetes_knows_a_variable_before_it_is_referred_to() {
        for (plan, name) in [(plan(), "DD_API_KEY"), (to_agent(), "HOST_IP")] {
            let text = kubernetes(&plan);
            let defined = text.find(&format!("name: {name}\n")).expect("defined");
            let used = text.find(&format!("$({name})")).expect("used");
            assert!(defined < used);
            let yaml: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
            assert_eq!(yaml["env"][0]["name"], name);
        }
    }
}
