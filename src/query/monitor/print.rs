//! A monitor's query printed back as text that parses to the same query.

use std::fmt::{self, Write};

use super::{Alert, EventQuery, Form};

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Chain(query) => query.fmt(f)?,
            Form::Formula(formula) => write!(f, "formula({})", Quoted(&formula.to_string()))?,
            Form::Anomaly(anomaly) => anomaly.write(self.window, f)?,
        }
        // An anomaly's window stands among its arguments.
        if !matches!(self.form, Form::Anomaly(_)) {
            write!(f, ".last(\"{}\")", self.window)?;
        }
        write!(f, " {} {}", self.operator.as_str(), self.threshold)
    }
}

impl fmt::Display for EventQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let search = self.search.to_string();
        write!(f, "{}({})", self.record.function(), Quoted(&search))?;
        if !self.indexes.is_empty() {
            let indexes = self.indexes.iter().map(|index| Quoted(index).to_string());
            write!(f, ".index({})", indexes.collect::<Vec<_>>().join(", "))?;
        }
        write!(f, ".rollup(\"{}\"", self.rollup.method.as_str())?;
        if let Some(attribute) = &self.rollup.attribute {
            write!(f, ", \"{attribute}\"")?;
        }
        f.write_str(")")?;
        if self.by.is_empty() {
            return Ok(());
        }
        let by: Vec<String> = self.by.iter().map(ToString::to_string).collect();
        write!(f, ".by({})", Quoted(&by.join(",")))
    }
}

/// Text between quotes. A quote is escaped; a backslash only where it would otherwise be read as
/// escaping what follows, since nothing says that Datadog takes a doubled one elsewhere.
pub(super) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut characters = self.0.chars().peekable();
        while let Some(c) = characters.next() {
            let escapes_next = matches!(characters.peek(), None | Some('"' | '\\'));
            if c == '"' || (c == '\\' && escapes_next) {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}
