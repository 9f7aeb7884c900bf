//! The queries of monitors over logs, events, spans and pipelines, in their two forms:
//! `logs("…").index("…").rollup("…").by("…").last("…") > 5`, and `formula("a / b").last("…") > 0.1`
//! over the queries of `options.variables`. Of metrics, anomalies are read ([`Anomaly`]).
//!
//! The grammar is that of the monitor API and of the pages on log and event monitors
//! (docs.datadoghq.com). `trace-analytics(…)` follows the same chain; that shape is known from
//! third-party Terraform files alone, some of which name indexes such as `trace-search`. Queries of
//! other types are told apart and refused by name.

mod anomaly;
mod evaluate;
mod explain;
mod formula;
mod kind;
mod number;
mod parse;
mod print;
mod rules;
mod sorted;
mod tally;
mod variable;
mod window;

use super::facet::Facet;
use super::record::Record;
use super::{ParseError, Query};

pub use anomaly::Anomaly;
pub use evaluate::{Evaluation, Group, State, Watch};
pub use formula::{Arithmetic, Expression, Formula};
pub use kind::QueryKind;
pub use number::Seen;
pub use parse::{parse_monitor, parse_short};
pub use rules::{OnMissingData, Past, Rules};
pub use variable::{Compute, GroupBy, Search, Variable};
pub use window::{Operator, Window};

/// Facets a query may group by.
const MAX_FACETS: usize = 4;

/// A parsed query of a monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub form: Form,
    pub window: Window,
    pub operator: Operator,
    /// Has to equal `options.thresholds.critical`.
    pub threshold: f64,
}

/// Where the number comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// `logs(…)`, `events(…)` and their like.
    Chain(EventQuery),
    /// All of its queries look at the same kind of record.
    Formula(Formula),
    /// `avg(…):anomalies(…)`
    Anomaly(Anomaly),
}

/// A search, what is computed over what it finds, and by which groups.
#[derive(Clone, Debug, PartialEq)]
pub struct EventQuery {
    pub record: Record,
    /// Its spans are places in `written`.
    pub search: Query,
    pub written: Written,
    /// The indexes that are looked at, `*` for all; logs have one at least. Only indexed logs of the
    /// standard tier are seen.
    pub indexes: Vec<String>,
    pub rollup: Rollup,
    /// Up to four facets, one alert for each of their values.
    pub by: Vec<Facet>,
}

/// A query of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedQuery {
    pub name: String,
    pub query: EventQuery,
}

/// A search as it was written, without the quotes around it. All are equal, as all places are.
#[derive(Clone, Debug, Default)]
pub struct Written(String);

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Written {
    fn plain(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is computed over the records of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollup {
    pub method: Method,
    /// The attribute that is counted by value or measured.
    pub attribute: Option<Facet>,
}

/// The methods that the monitor API or the log monitor page name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Count,
    Cardinality,
    Average,
    Sum,
    Min,
    Max,
    /// Of 100; the median is the 50th.
    Percentile(u8),
    /// Offered by the page, but unconfirmed in the short form of the query.
    Unconfirmed(&'static str),
}

impl Method {
    const OF_FORMULA: [(&'static str, Method); 12] = [
        ("count", Method::Count),
        ("cardinality", Method::Cardinality),
        ("avg", Method::Average),
        ("sum", Method::Sum),
        ("min", Method::Min),
        ("max", Method::Max),
        ("median", Method::Percentile(50)),
        ("pc75", Method::Percentile(75)),
        ("pc90", Method::Percentile(90)),
        ("pc95", Method::Percentile(95)),
        ("pc98", Method::Percentile(98)),
        ("pc99", Method::Percentile(99)),
    ];

    fn of_formula(name: &str) -> Option<Self> {
        let found = Self::OF_FORMULA
            .into_iter()
            .find(|(known, _)| *known == name);
        found.map(|(_, method)| method)
    }

    /// In the short form three methods are confirmed.
    fn of_short_form(name: &str) -> Option<Self> {
        let (name, method) = Self::OF_FORMULA
            .into_iter()
            .find(|(known, _)| *known == name)?;
        Some(match method {
            Method::Count | Method::Cardinality | Method::Average => method,
            _ => Method::Unconfirmed(name),
        })
    }

    fn names() -> String {
        let names: Vec<&str> = Self::OF_FORMULA.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Method::Unconfirmed(name) => name,
            method => Self::OF_FORMULA
                .into_iter()
                .find(|(_, known)| *known == method)
                .map_or("percentile", |(name, _)| name),
        }
    }
}

/// Why a query is not one that can be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MonitorQueryError {
    #[error(transparent)]
    Syntax(#[from] ParseError),
    #[error(
        "a query of type {0} is not evaluated; those over logs, events, spans, CI pipelines and LLM Observability are"
    )]
    NotEvaluated(QueryKind),
    #[error("a formula needs its queries in `options.variables`")]
    NoVariables,
    #[error("`options.variables` belong to `formula(…)`, and this query has none")]
    NeedlessVariables,
    #[error("two queries of the formula are called `{0}`")]
    DoubleName(String),
    #[error("the formula's queries look at {0} and at {1}, and no type of monitor does both")]
    Mixed(Record, Record),
    #[error("the query `{name}` of the formula is wrong:\n{problem}")]
    Variable { name: String, problem: String },
    #[error(
        "the query alerts at {in_query} and options.thresholds.critical says {in_options}; both have to be the same number"
    )]
    Threshold { in_query: f64, in_options: f64 },
}

impl MonitorQueryError {
    /// The error as text for people: with the line and a caret where a place is known.
    pub fn render(&self, source: &str) -> String {
        match self {
            MonitorQueryError::Syntax(error) => error.render(source),
            other => other.to_string(),
        }
    }
}

impl Alert {
    /// Its searches: one, those that its formula names, or what its metric is made of.
    pub fn queries(&self) -> Vec<&EventQuery> {
        match &self.form {
            Form::Chain(query) => vec![query],
            Form::Formula(formula) => formula.queries.iter().map(|named| &named.query).collect(),
            Form::Anomaly(anomaly) => anomaly.made_of.iter().map(|named| &named.query).collect(),
        }
    }

    pub fn queries_mut(&mut self) -> Vec<&mut EventQuery> {
        match &mut self.form {
            Form::Chain(query) => vec![query],
            Form::Formula(formula) => formula
                .queries
                .iter_mut()
                .map(|named| &mut named.query)
                .collect(),
            Form::Anomaly(anomaly) => anomaly
                .made_of
                .iter_mut()
                .map(|named| &mut named.query)
                .collect(),
        }
    }

    /// What it looks at.
    pub fn record(&self) -> Record {
        self.queries()
            .first()
            .map_or(Record::Log, |query| query.record)
    }

    /// As the monitor API spells it.
    pub fn monitor_type(&self) -> &'static str {
        match &self.form {
            Form::Chain(_) | Form::Formula(_) => self.record().monitor_type(),
            Form::Anomaly(_) => "query alert",
        }
    }

    /// The facets of its groups; `None` where its queries group by different ones.
    fn facets(&self) -> Option<&[Facet]> {
        let queries = self.queries();
        let first = queries.first().map_or(&[][..], |query| &query.by);
        queries
            .iter()
            .all(|query| query.by == first)
            .then_some(first)
    }

    /// Fails where the threshold of the query is not that of the options.
    pub fn check_threshold(&self, critical: f64) -> Result<(), MonitorQueryError> {
        match self.threshold == critical {
            true => Ok(()),
            false => Err(MonitorQueryError::Threshold {
                in_query: self.threshold,
                in_options: critical,
            }),
        }
    }
}

#[cfg(test)]
mod formula_tests;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod tests;
