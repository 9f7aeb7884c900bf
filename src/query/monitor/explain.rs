//! A monitor's query in plain words.

use super::{Alert, EventQuery, Form, Method, Operator};

impl Alert {
    /// What the monitor watches for, in words.
    pub fn explain(&self) -> String {
        let operator = match self.operator {
            Operator::Less => "below",
            Operator::LessOrEqual => "at most",
            Operator::Greater => "above",
            Operator::GreaterOrEqual => "at least",
            Operator::Equal => "equal to",
            Operator::NotEqual => "other than",
        };
        let (window, threshold) = (self.window, self.threshold);
        match &self.form {
            Form::Anomaly(anomaly) => anomaly.explain(window, threshold),
            Form::Chain(query) => format!(
                "alerts when {} of the last {window}{} is {operator} {threshold}, looking at {} {}",
                query.what(),
                query.groups(),
                query.record,
                query.search.explain()
            ),
            Form::Formula(formula) => {
                let queries = formula.queries.iter().map(|named| {
                    let query = &named.query;
                    format!(
                        "`{}` is {} over {} {}",
                        named.name,
                        query.what(),
                        query.record,
                        query.search.explain()
                    )
                });
                let queries: Vec<String> = queries.collect();
                let groups = formula.queries.first().map(|named| named.query.groups());
                format!(
                    "alerts when `{formula}` of the last {window}{} is {operator} {threshold}; {}",
                    groups.unwrap_or_default(),
                    queries.join("; ")
                )
            }
        }
    }
}

impl EventQuery {
    fn what(&self) -> String {
        let of = match (&self.rollup.method, &self.rollup.attribute) {
            (Method::Count, _) => return format!("the number of {}", self.record),
            (_, None) => return format!("the {} of {}", self.rollup.method.as_str(), self.record),
            (_, Some(facet)) => facet,
        };
        match self.rollup.method {
            Method::Cardinality => format!("the number of different `{of}`"),
            Method::Sum => format!("the sum of `{of}`"),
            Method::Min => format!("the smallest `{of}`"),
            Method::Max => format!("the largest `{of}`"),
            Method::Percentile(50) => format!("the median of `{of}`"),
            Method::Percentile(part) => format!("the {part}th percentile of `{of}`"),
            method => format!("the {} of `{of}`", method.as_str()),
        }
    }

    fn groups(&self) -> String {
        let by: Vec<String> = self.by.iter().map(|facet| format!("`{facet}`")).collect();
        match by.is_empty() {
            true => String::new(),
            false => format!(", for each {}", by.join(" and ")),
        }
    }
}
