//! `avg(last_6h):anomalies(…) >= 1`: a metric held against what Datadog has learned of it.
//!
//! Read as the page on anomaly monitors writes it (docs.datadoghq.com/monitors/types/anomaly, "API").
//! It is documented over metrics alone, so a monitor over logs names a metric made from logs, and
//! what that metric counts stands in the variable of its name. What was learned in weeks nothing
//! local can know: such a monitor is explained, and never evaluated to an alert.

use std::fmt;

use super::super::ParseError;
use super::super::cursor::Cursor;
use super::window::Window;
use super::{Alert, Form, MonitorQueryError, NamedQuery, Operator, Variable};

/// An anomaly monitor's query, its settings as they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    /// The time that its graphs show, such as `last_6h`. It decides nothing.
    pub shown: String,
    /// The metric's query, such as `sum:agents.cost_usd{*} by {model}`.
    pub metric: String,
    pub algorithm: &'static str,
    /// How many deviations from the expected are an anomaly.
    pub deviations: f64,
    pub direction: &'static str,
    /// Seconds of one point.
    pub interval: u64,
    pub counts_nothing_as_zero: bool,
    pub seasonality: Option<&'static str>,
    /// The logs that the metric counts, where they are told.
    pub made_of: Option<Box<NamedQuery>>,
}

const ALGORITHMS: [&str; 3] = ["basic", "agile", "robust"];
const DIRECTIONS: [&str; 3] = ["above", "below", "both"];
const SEASONALITIES: [&str; 3] = ["hourly", "daily", "weekly"];
const FLAGS: [&str; 2] = ["true", "false"];

/// Whether `query` is one of an anomaly monitor.
pub(super) fn is_anomaly(query: &str) -> bool {
    query
        .split_once("):")
        .is_some_and(|(_, metric)| metric.trim_start().starts_with("anomalies("))
}

/// Reads the query; `variables` hold what its metric is made of, or nothing.
pub(super) fn parse(source: &str, variables: &[Variable]) -> Result<Alert, MonitorQueryError> {
    let mut reader = Reader {
        cursor: Cursor::new(source),
    };
    let mut alert = reader.query()?;
    if let Form::Anomaly(anomaly) = &mut alert.form {
        anomaly.made_of = match variables {
            [] => None,
            [one] => Some(Box::new(anomaly.made_of(one)?)),
            _ => return Err(MonitorQueryError::NeedlessVariables),
        };
    }
    Ok(alert)
}

impl Anomaly {
    fn made_of(&self, variable: &Variable) -> Result<NamedQuery, MonitorQueryError> {
        let is_named = self
            .metric
            .split([':', '{'])
            .any(|part| part == variable.name);
        match is_named {
            true => variable.named_query(),
            false => Err(MonitorQueryError::Variable {
                name: variable.name.clone(),
                problem: format!("the query's metric is `{}`", self.metric),
            }),
        }
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl Reader<'_> {
    fn query(&mut self) -> Result<Alert, ParseError> {
        self.cursor.skip_blanks();
        self.expect(
            "avg(",
            "an anomaly monitor begins with `avg(last_…):anomalies(`",
        )?;
        let shown = self.cursor.take_while(|c| c != ')').to_owned();
        self.expect("):", "the window is never closed")?;
        self.cursor.skip_blanks();
        self.expect("anomalies(", "no `anomalies(…)` stands here")?;
        let metric = self.metric()?;
        let algorithm = self.quoted(&ALGORITHMS)?;
        self.comma()?;
        let deviations = self.number()?;
        let direction = self.named("direction", &DIRECTIONS)?;
        let window = self.alert_window()?;
        let interval = self.interval(window)?;
        let counts_nothing_as_zero = self.named("count_default_zero", &FLAGS)? == "true";
        let seasonality = self.seasonality(algorithm)?;
        self.expect(")", "`anomalies(` is never closed")?;
        let operator = self.operator()?;
        let threshold = self.threshold()?;
        let form = Form::Anomaly(Anomaly {
            shown,
            metric,
            algorithm,
            deviations,
            direction,
            interval,
            counts_nothing_as_zero,
            seasonality,
            made_of: None,
        });
        Ok(Alert {
            form,
            window,
            operator,
            threshold,
        })
    }

    /// Up to the comma that stands outside of all parentheses and braces.
    fn metric(&mut self) -> Result<String, ParseError> {
        let start = self.cursor.at();
        let mut depth = 0_usize;
        loop {
            match self.cursor.peek() {
                Some('(' | '{') => depth += 1,
                Some(')' | '}') if depth > 0 => depth -= 1,
                Some(',') if depth == 0 => break,
                None | Some(')' | '}') => {
                    return Err(
                        self.wrong("the metric is followed by nothing", "`,` and an algorithm")
                    );
                }
                Some(_) => {}
            }
            self.cursor.bump();
        }
        let metric = self.cursor.since(start).trim().to_owned();
        self.comma()?;
        Ok(metric)
    }

    fn alert_window(&mut self) -> Result<Window, ParseError> {
        self.name("alert_window")?;
        let start = self.cursor.at();
        let text = self.text()?;
        let window = text.strip_prefix("last_").and_then(Window::parse);
        window.ok_or_else(|| {
            let span = self.cursor.span_from(start);
            ParseError::new(
                span,
                format!("`{text}` is no window"),
                "`last_15m` or `last_2h`",
            )
        })
    }

    /// At most a fifth of the window, as the page asks.
    fn interval(&mut self, window: Window) -> Result<u64, ParseError> {
        self.name("interval")?;
        let start = self.cursor.at();
        let digits = self.cursor.take_while(|c| c.is_ascii_digit());
        let most = window.duration().as_secs() / 5;
        let interval = digits
            .parse()
            .ok()
            .filter(|seconds| (1..=most).contains(seconds));
        interval.ok_or_else(|| {
            let problem = format!("`{digits}` is no interval for a window of {window}");
            ParseError::new(
                self.cursor.span_from(start),
                problem,
                format!("1 to {most} seconds"),
            )
        })
    }

    fn seasonality(&mut self, algorithm: &str) -> Result<Option<&'static str>, ParseError> {
        self.cursor.skip_blanks();
        if self.cursor.peek() != Some(',') {
            return Ok(None);
        }
        if algorithm == "basic" {
            return Err(self.wrong("`basic` knows no seasons", "`)`"));
        }
        self.named("seasonality", &SEASONALITIES).map(Some)
    }

    fn operator(&mut self) -> Result<Operator, ParseError> {
        self.cursor.skip_blanks();
        match self.cursor.eat(">=") {
            true => Ok(Operator::GreaterOrEqual),
            false => Err(self.wrong("an anomaly monitor compares by `>=`", "`>=`")),
        }
    }

    /// The part of the window's points that has to be anomalous.
    fn threshold(&mut self) -> Result<f64, ParseError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        let threshold = self.number()?;
        self.cursor.skip_blanks();
        match threshold > 0.0 && threshold <= 1.0 && self.cursor.is_at_end() {
            true => Ok(threshold),
            false => {
                let span = self.cursor.span_from(start);
                let problem = "the threshold is the anomalous part of the window";
                Err(ParseError::new(
                    span,
                    problem,
                    "a number above 0 and at most 1",
                ))
            }
        }
    }

    /// `, name='…'`, one of `words`.
    fn named(&mut self, name: &str, words: &[&'static str]) -> Result<&'static str, ParseError> {
        self.name(name)?;
        self.quoted(words)
    }

    /// `, name=`
    fn name(&mut self, name: &str) -> Result<(), ParseError> {
        self.comma()?;
        let problem = format!("`{name}=` belongs here");
        self.expect(name, &problem)?;
        self.expect("=", &problem)
    }

    fn comma(&mut self) -> Result<(), ParseError> {
        self.cursor.skip_blanks();
        self.expect(",", "an argument is missing")?;
        self.cursor.skip_blanks();
        Ok(())
    }

    fn quoted(&mut self, words: &[&'static str]) -> Result<&'static str, ParseError> {
        let start = self.cursor.at();
        let text = self.text()?;
        let found = words.iter().find(|word| **word == text);
        found.copied().ok_or_else(|| {
            let span = self.cursor.span_from(start);
            ParseError::new(span, format!("`{text}` is none of them"), words.join(", "))
        })
    }

    fn text(&mut self) -> Result<String, ParseError> {
        self.expect("'", "a text between single quotes belongs here")?;
        let text = self.cursor.take_while(|c| c != '\'').to_owned();
        self.expect("'", "this quote is never closed")?;
        Ok(text)
    }

    fn number(&mut self) -> Result<f64, ParseError> {
        let start = self.cursor.at();
        let text = self.cursor.take_while(|c| c.is_ascii_digit() || c == '.');
        let number = text.parse().ok().filter(|number: &f64| *number > 0.0);
        number.ok_or_else(|| {
            let span = self.cursor.span_from(start);
            ParseError::new(span, "no number stands here", "a number above 0")
        })
    }

    fn expect(&mut self, text: &str, problem: &str) -> Result<(), ParseError> {
        match self.cursor.eat(text) {
            true => Ok(()),
            false => Err(self.wrong(problem, format!("`{text}`"))),
        }
    }

    fn wrong(&self, problem: &str, expected: impl Into<String>) -> ParseError {
        ParseError::new(self.cursor.here(), problem, expected)
    }
}

impl Anomaly {
    /// The query up to the comparison; `window` is what is looked at.
    pub(super) fn write(&self, window: Window, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "avg({}):anomalies({}, '{}', {}, direction='{}', alert_window='last_{window}', interval={}, count_default_zero='{}'",
            self.shown,
            self.metric,
            self.algorithm,
            self.deviations,
            self.direction,
            self.interval,
            self.counts_nothing_as_zero,
        )?;
        if let Some(seasonality) = self.seasonality {
            write!(f, ", seasonality='{seasonality}'")?;
        }
        f.write_str(")")
    }

    pub(super) fn explain(&self, window: Window, threshold: f64) -> String {
        let side = match self.direction {
            "both" => "above or below",
            side => side,
        };
        format!(
            "alerts when at least {} % of the points of `{}` in the last {window} lie {side} what Datadog's algorithm `{}` expects, by more than {} deviations",
            threshold * 100.0,
            self.metric,
            self.algorithm,
            self.deviations,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::monitor::parse_monitor;

    /// The example of the page, word for word.
    const DOCUMENTED: &str = "avg(last_1h):anomalies(avg:system.cpu.system{name:cassandra}, 'basic', 3, direction='above', alert_window='last_5m', interval=20, count_default_zero='true') >= 1";
    const SEASONAL: &str = "avg(last_6h):anomalies(sum:agents.cost_usd{env:prod,team:a} by {model,agent}.as_count(), 'agile', 2.5, direction='both', alert_window='last_1h', interval=300, count_default_zero='false', seasonality='daily') >= 0.5";

    #[test]
    fn documented_queries_parse_and_print_to_themselves() {
        for query in [DOCUMENTED, SEASONAL] {
            let alert =
                parse_monitor(query, &[]).unwrap_or_else(|error| panic!("{}", error.render(query)));
            assert_eq!(alert.to_string(), query);
            assert_eq!(alert.monitor_type(), "query alert");
        }
    }

    #[test]
    fn it_explains_itself() {
        let alert = parse_monitor(DOCUMENTED, &[]).expect("it parses");
        assert_eq!(
            alert.explain(),
            "alerts when at least 100 % of the points of `avg:system.cpu.system{name:cassandra}` in the last 5m lie above what Datadog's algorithm `basic` expects, by more than 3 deviations"
        );
    }

    #[test]
    fn what_the_page_forbids_is_an_error_at_its_place() {
        for (from, to, at) in [
            ("'basic'", "'fast'", "'fast'"),
            ("'above'", "'up'", "'up'"),
            ("interval=20", "interval=61", "61"),
            ("last_5m'", "last_5d'", "'last_5d'"),
            (">= 1", "> 1", ">"),
            (">= 1", ">= 2", "2"),
            ("'true')", "'true', seasonality='daily')", ","),
            (", direction='above'", "", "a"),
            (", 'basic'", "", "3"),
        ] {
            let query = DOCUMENTED.replace(from, to);
            let Err(MonitorQueryError::Syntax(error)) = parse_monitor(&query, &[]) else {
                panic!("{query} parses");
            };
            assert_eq!(&query[error.span.range()], at, "{}", error.render(&query));
        }
    }

    #[test]
    fn what_its_metric_counts_has_to_have_the_metrics_name() {
        let variables = |name: &str| -> Vec<Variable> {
            serde_json::from_value(serde_json::json!([{
                "name": name,
                "data_source": "logs",
                "search": {"query": "source:execlave"},
                "compute": {"aggregation": "sum", "metric": "@cost_usd"},
            }]))
            .expect("they are variables")
        };
        let alert = parse_monitor(SEASONAL, &variables("agents.cost_usd")).expect("it parses");
        assert_eq!(alert.queries().len(), 1);
        let error = parse_monitor(SEASONAL, &variables("cost_usd")).expect_err("another metric");
        assert!(error.to_string().contains("`cost_usd`"), "{error}");
    }
}
