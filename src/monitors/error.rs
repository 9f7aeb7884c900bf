//! What can be wrong with a monitor's file, each error naming the place and what to write instead.

use super::shape::Shape;
use crate::query::monitor::MonitorQueryError;

#[derive(Debug, thiserror::Error)]
pub enum MonitorFileError {
    #[error("no YAML: {0}")]
    Yaml(String),
    #[error("`{at}` holds the unknown key `{key}`{}", did_you_mean(.nearest))]
    UnknownKey {
        /// Where, such as `thresholds`; `the file` at the top.
        at: String,
        key: String,
        nearest: Option<String>,
    },
    #[error("{0}")]
    Shape(String),
    #[error(
        "monitors of type `{0}` are not evaluated; those over logs, events, spans, CI pipelines and LLM Observability are"
    )]
    Type(String),
    #[error("the query is one of type `{of_query}`, and the file says `type: {of_file}`")]
    OtherType {
        of_file: String,
        of_query: &'static str,
    },
    #[error("not for events of the shape `{shape}`: {because}")]
    Refused { shape: Shape, because: String },
    #[error("`{field}` uses the unknown variable `${{{name}}}`{}", did_you_mean(.nearest))]
    UnknownVariable {
        field: &'static str,
        name: String,
        nearest: Option<String>,
    },
    #[error("`{field}` has a `${{` that is never closed")]
    OpenVariable { field: &'static str },
    #[error("the monitor has no variable `{name}`{}", did_you_mean(.nearest))]
    NoSuchVariable {
        name: String,
        nearest: Option<String>,
    },
    #[error(
        "the value of `{name}` holds a quote, a backslash or a control character, which would change the query"
    )]
    UnsafeValue { name: String },
    #[error(
        "the value of `{name}` holds an `OR` that would take in its neighbours; put it in parentheses"
    )]
    LooseValue { name: String },
    #[error("the threshold `{name}` is `{given}`, which is no number")]
    Threshold { name: &'static str, given: String },
    #[error("the query does not parse:\n{}", .error.render(.query))]
    Query {
        query: String,
        error: MonitorQueryError,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
