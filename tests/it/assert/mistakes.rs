//! Policies with a mistake: nothing is judged by one that may not say what was meant.

use crate::support::{SandboxOptions, TestEnvironment};

/// What is said about a policy's text.
#[track_caller]
fn said(text: &str) -> String {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("policy.yaml"), text);
    environment.write(
        &environment.path("a.cast"),
        "{\"version\":2,\"width\":80,\"height\":24}\n",
    );
    let output = super::assert(&environment, &["a.cast"]).exits(2);
    assert_eq!(output.stdout, "", "nothing is judged");
    output.stderr
}

#[test]
fn a_mistake_is_named_with_its_place_a_caret_and_what_was_meant() {
    let text = "version: 1\nrules:\n  - name: a\n    must_not_macth: [{ text: x }]\n";
    assert_eq!(
        said(text),
        "error: policy.yaml: line 4, column 5: unknown key `must_not_macth`; did you mean `must_not_match`?
      must_not_macth: [{ text: x }]
      ^^^^^^^^^^^^^^
hint: `ddctl sessions assert --help` shows every key
"
    );
}

#[test]
fn an_expression_that_does_not_parse_shows_where() {
    let text = "version: 1\nrules:\n  - name: a\n    must_match: [{ regex: 'a(b' }]\n";
    let said = said(text);
    assert!(
        said.contains(
            "line 4, column 27: this is no regular expression: unclosed group\n    a(b\n     ^\n"
        ),
        "{said}"
    );
}

#[test]
fn a_policy_that_asks_for_nothing_is_no_policy() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("version: 1\nrules: []\n", "the policy has no rules"),
        (
            "version: 1\nrules: [{ name: a }]\n",
            "the rule `a` checks nothing",
        ),
        (
            "version: 1\nrules: [{ name: a, statements: {} }]\n",
            "forbids and allows nothing",
        ),
        (
            "version: 1\nrules: [{ name: a, must_match: [{ text: '' }] }]\n",
            "would match everything",
        ),
        ("version: 3\nrules: []\n", "version 3 is not known"),
    ] {
        let said = said(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn a_policy_that_is_not_there_fails_before_the_gateway_is_asked() {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = super::assert(&environment, &[])
        .exits(1)
        .says("read policy.yaml");
    assert!(sandbox.requests(false).is_empty());
}
