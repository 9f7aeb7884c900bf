//! The result in SARIF 2.1.0 (OASIS), as code scanners exchange it.

use serde_json::{Value, json};

use super::policy::Policy;
use super::verdict::Evidence;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One result: a rule and what came out for one recording.
#[derive(Clone, Debug)]
pub struct Finding<'f> {
    /// The rule's place in the policy.
    pub rule: usize,
    pub level: Level<'f>,
    /// The page of the session; of a file, [`uri_of_path`].
    pub uri: String,
    /// The session, or the file's name.
    pub name: &'f str,
    /// What shows it in the terminal.
    pub replay: Option<String>,
}

/// What came out.
#[derive(Clone, Debug)]
pub enum Level<'f> {
    Broken(&'f Evidence),
    CannotTell(&'f str),
}

/// The whole document. `is_complete` says that every recording was judged. It holds no time, so
/// that the same result is the same file.
pub fn sarif(policy: &Policy, version: &str, is_complete: bool, findings: &[Finding<'_>]) -> Value {
    let rules: Vec<Value> = policy
        .rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": { "text": rule.name },
                "fullDescription": { "text": rule.why.as_deref().unwrap_or(&rule.name) },
                "defaultConfiguration": { "level": "error" },
            })
        })
        .collect();
    let results: Vec<Value> = findings.iter().map(|found| result(policy, found)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "ddctl", "version": version, "rules": rules } },
            "invocations": [{ "executionSuccessful": is_complete }],
            "results": results,
        }],
    })
}

fn result(policy: &Policy, found: &Finding<'_>) -> Value {
    let (kind, level, text) = match &found.level {
        Level::Broken(evidence) => ("fail", "error", told(evidence)),
        // SARIF's word for what could not be decided; a level is for what fails.
        Level::CannotTell(why) => ("open", "none", (*why).to_owned()),
    };
    let rule = policy.rules.get(found.rule);
    let mut result = json!({
        "ruleId": rule.map_or("", |rule| rule.name.as_str()),
        "ruleIndex": found.rule,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": found.uri } },
            "logicalLocations": [{ "name": found.name, "kind": "resource" }],
        }],
    });
    if let Some(replay) = &found.replay {
        result["properties"] = json!({ "replay": replay });
    }
    result
}

/// A path as SARIF wants it: a file's address, relative where the path is.
pub fn uri_of_path(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            // A colon in the first part would name a scheme.
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn told(evidence: &Evidence) -> String {
    match &evidence.place {
        Some(place) => format!("{}: {}", evidence.what, place.text),
        None => evidence.what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_and_no_scheme() {
        assert_eq!(uri_of_path("runs/one.cast"), "runs/one.cast");
        assert_eq!(uri_of_path("a:b/50% é.cast"), "a%3Ab/50%25%20%C3%A9.cast");
        assert_eq!(uri_of_path("/tmp/x y"), "file:///tmp/x%20y");
    }
}
