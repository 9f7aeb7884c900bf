//! `sessions assert`: recordings held against a policy, through the front door.

mod facts;
mod mistakes;
mod patterns;
mod reports;
mod selection;
mod statements;

use serde_json::Value;

use crate::support::{CommandOutput, RecordedGateway, RecordedSession, TestEnvironment, id};

/// A policy of one rule, in YAML's flow style.
fn policy(environment: &TestEnvironment, rule: &str) {
    let text = format!("version: 1\nrules:\n  - {{ name: it, {rule} }}\n");
    environment.write(&environment.path("policy.yaml"), text);
}

/// Holds what `more` names against the policy.
fn assert(environment: &TestEnvironment, more: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "assert", "--policy", "policy.yaml"];
    args.extend(more);
    environment.run(args)
}

/// What the rule says of a session: the verdict, and what its evidence or its reasons say.
#[track_caller]
fn verdict(session: RecordedSession, rule: &str) -> (String, Vec<String>) {
    let gateway = RecordedGateway::start([session]);
    policy(&gateway.environment, rule);
    let output = assert(&gateway.environment, &[&id(1), "-o", "json"]);
    let rows = output.json();
    let rule = &rows[0]["rules"][0];
    let word = rule["verdict"].as_str().expect("a verdict").to_owned();
    let code = ["holds", "cannot-tell", "", "broken"].iter();
    let code = code.zip(0..).find(|(known, _)| **known == word);
    assert_eq!(Some(output.code()), code.map(|(_, code)| code), "{output}");
    let said = |of: &str, key: &str| -> Vec<String> {
        let list = rule[of].as_array().into_iter().flatten();
        let text = |one: &Value| one.get(key).unwrap_or(one).as_str().map(str::to_owned);
        list.filter_map(text).collect()
    };
    let mut texts = said("evidence", "what");
    texts.extend(said("reasons", ""));
    (word, texts)
}
