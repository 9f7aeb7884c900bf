//! Which part of the stand-ins a request is for: what faults are scoped by and requests filed under.

use std::fmt;
use std::str::FromStr;

/// A part of the stand-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// The logs intakes, v2 and the legacy v1.
    Logs,
    /// Events v1: posting and reading.
    Events,
    /// Searching and aggregating logs.
    Search,
    Monitors,
    Dashboards,
    /// The OTLP intake: traces, logs and metrics.
    Otlp,
    /// The intake of LLM Observability.
    LlmObs,
    /// Whatever else Datadog's API hosts serve: keys, index settings, unknown paths.
    Api,
    Gateway,
    /// The Svix behind the gateway, asked directly.
    Svix,
    /// Where the fault `redirect` points to.
    Elsewhere,
}

impl Product {
    pub const ALL: [Product; 11] = [
        Product::Logs,
        Product::Events,
        Product::Search,
        Product::Monitors,
        Product::Dashboards,
        Product::Otlp,
        Product::LlmObs,
        Product::Api,
        Product::Gateway,
        Product::Svix,
        Product::Elsewhere,
    ];

    /// The word for it in a fault's scope and in `/sandbox/requests`.
    pub fn name(self) -> &'static str {
        match self {
            Product::Logs => "logs",
            Product::Events => "events",
            Product::Search => "search",
            Product::Monitors => "monitors",
            Product::Dashboards => "dashboards",
            Product::Otlp => "otlp",
            Product::LlmObs => "llmobs",
            Product::Api => "api",
            Product::Gateway => "gateway",
            Product::Svix => "svix",
            Product::Elsewhere => "elsewhere",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Product {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Product::ALL
            .into_iter()
            .find(|product| product.name() == text)
            .ok_or(())
    }
}
