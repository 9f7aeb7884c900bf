//! A plan as the text that people paste: variables for a shell, a file, a container, or code.

mod bootstrap;
mod container;
mod lines;

use clap::ValueEnum;

use super::plan::{HTTP_PORT, Plan, Value};
use crate::domain::secret::Secret;

/// What the settings are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// `export` lines
    Shell,
    /// KEY=VALUE lines
    Dotenv,
    /// `docker run -e …`
    Docker,
    /// The `env:` of a container
    Kubernetes,
    /// Code that sets up the SDK
    Python,
    /// Code that sets up the SDK, to be preloaded
    Node,
}

impl Form {
    /// Whether the key itself can stand in it.
    pub fn can_hold_key(self) -> bool {
        matches!(self, Form::Shell | Form::Dotenv)
    }

    /// Whether it can send to several receivers: variables name one alone.
    pub fn has_several(self) -> bool {
        matches!(self, Form::Python | Form::Node)
    }

    /// Where the Agent is, seen from the program.
    fn agent(self) -> String {
        let host = match self {
            Form::Docker => "host.docker.internal",
            Form::Kubernetes => "$(HOST_IP)",
            _ => "localhost",
        };
        format!("http://{host}:{HTTP_PORT}")
    }
}

/// The text, which ends in a line break. Without `key` it refers to `DD_API_KEY`.
pub fn render(plan: &Plan, form: Form, key: Option<&Secret>) -> String {
    match form {
        Form::Shell => lines::shell(plan, key),
        Form::Dotenv => lines::dotenv(plan, key),
        Form::Docker => container::docker(plan),
        Form::Kubernetes => container::kubernetes(plan),
        Form::Python => bootstrap::python(plan),
        Form::Node => bootstrap::node(plan),
    }
}

/// A variable's value, with `reference` in the place of the key.
fn value(value: &Value, form: Form, reference: &str) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Key { after } => format!("dd-api-key={reference}{after}"),
        Value::AgentAddress => form.agent(),
    }
}
