//! Text that people and servers write: secrets, queries, settings.

use std::path::Path;

use ddctl::assert::Policy;
use ddctl::config::ConfigFile;
use ddctl::domain::redaction::Redactor;
use ddctl::monitors::MonitorFile;
use ddctl::query;

/// What came of it: the value or the error, either as it is shown.
fn shown<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>) -> usize {
    match result {
        Ok(_) => 0,
        Err(error) => error.to_string().len(),
    }
}

pub fn redactor(input: &[u8]) -> usize {
    let text = String::from_utf8_lossy(input);
    Redactor::built_in().redact(&text).len()
}

/// A search that was read is printed, and means the same when it is read again.
pub fn query(input: &[u8]) -> usize {
    let text = String::from_utf8_lossy(input);
    match query::parse(&text) {
        Ok(query) => {
            let printed = query.to_string();
            let again = query::parse(&printed).map(|query| query.to_string());
            assert_eq!(again.ok().as_ref(), Some(&printed));
            printed.len()
        }
        Err(error) => error.to_string().len(),
    }
}

pub fn monitor_query(input: &[u8]) -> usize {
    let text = String::from_utf8_lossy(input);
    shown(query::monitor::parse_monitor(&text, &[])).max(shown(query::monitor::parse_short(&text)))
}

pub fn monitor_file(input: &[u8]) -> usize {
    shown(MonitorFile::parse(&String::from_utf8_lossy(input)))
}

pub fn policy(input: &[u8]) -> usize {
    shown(Policy::parse(&String::from_utf8_lossy(input)))
}

pub fn settings(input: &[u8]) -> usize {
    let path = Path::new("config.toml");
    shown(ConfigFile::parse(path, &String::from_utf8_lossy(input)))
}
