//! Variables as lines: for a shell, and for a file.

use super::{Form, value};
use crate::domain::secret::Secret;
use crate::domain::shell::word;
use crate::otel::plan::{Plan, Value};

pub(super) fn shell(plan: &Plan, key: Option<&Secret>) -> String {
    let lines = plan.variables().into_iter().map(|variable| {
        let name = variable.name;
        let text = match (&variable.value, key) {
            (Value::Key { .. }, None) => {
                let reference = "${DD_API_KEY:?is not set}";
                format!("\"{}\"", value(&variable.value, Form::Shell, reference))
            }
            (other, _) => word(&value(other, Form::Shell, exposed(key))),
        };
        format!("export {name}={text}\n")
    });
    lines.collect()
}

/// Nothing is quoted: some readers take quotes as part of the value.
pub(super) fn dotenv(plan: &Plan, key: Option<&Secret>) -> String {
    let reference = match key {
        Some(_) => exposed(key),
        None => "${DD_API_KEY}",
    };
    let lines = plan.variables().into_iter().map(|variable| {
        let text = value(&variable.value, Form::Dotenv, reference);
        format!("{}={text}\n", variable.name)
    });
    lines.collect()
}

/// The header is built here.
fn exposed(key: Option<&Secret>) -> &str {
    key.map_or("", Secret::expose)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otel::plan::tests::plan;

    #[test]
    fn a_shell_refers_to_the_key_and_stops_without_one() {
        let text = shell(&plan(), None);
        assert!(text.contains(
            "export OTEL_EXPORTER_OTLP_HEADERS=\"dd-api-key=${DD_API_KEY:?is not set}\"\n"
        ));
        assert!(text.contains("export OTEL_EXPORTER_OTLP_ENDPOINT=https://otlp.datadoghq.eu\n"));
    }

    #[test]
    fn the_key_is_written_where_it_was_asked_for() {
        let key = Secret::new("0123456789abcdef0123456789abcdef");
        let line = "OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=0123456789abcdef0123456789abcdef\n";
        assert!(dotenv(&plan(), Some(&key)).contains(line));
        assert!(shell(&plan(), Some(&key)).contains(line));
        assert!(dotenv(&plan(), None).contains("dd-api-key=${DD_API_KEY}\n"));
    }
}
