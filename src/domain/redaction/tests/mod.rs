//! What is found and what is left alone, text by text, and what holds for any text.

mod samples;

use proptest::prelude::*;

use super::{RULES, Redactor};
use samples::{HARMLESS, SECRETS};

/// The text without the signs, and as it must come out.
fn marked(rule: &str, text: &str) -> (String, String) {
    let (before, rest) = text.split_once('«').expect("a secret begins");
    let (secret, after) = rest.split_once('»').expect("a secret ends");
    (
        format!("{before}{secret}{after}"),
        format!("{before}[redacted:{rule}]{after}"),
    )
}

#[test]
fn each_secret_is_replaced_and_the_text_around_it_stays() {
    let mut wrong = Vec::new();
    for (rule, text) in SECRETS {
        let (text, expected) = marked(rule, text);
        let redacted = Redactor::built_in().redact(&text);
        if redacted != expected {
            wrong.push(format!(
                "\n  {text:?}\n  became   {redacted:?}\n  expected {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn a_text_without_secrets_is_left_alone() {
    let changed: Vec<_> = HARMLESS
        .iter()
        .map(|text| (text, Redactor::built_in().redact(text)))
        .filter(|(text, redacted)| *redacted != **text)
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

#[test]
fn each_rule_finds_its_example_and_nothing_else_in_it() {
    for rule in RULES {
        let (redacted, findings) = Redactor::built_in().redact_with_report(rule.example);
        let names: Vec<_> = findings
            .iter()
            .map(|finding| finding.rule.as_ref())
            .collect();
        assert_eq!(names, [rule.name], "{redacted}");
    }
}

#[test]
fn the_list_of_rules_is_sorted_and_complete() {
    assert!(RULES.is_sorted_by(|a, b| a.name < b.name));
    for (rule, _) in SECRETS {
        assert!(RULES.iter().any(|known| known.name == *rule), "{rule}");
    }
}

#[test]
fn a_finding_tells_where_the_mark_stands_in_the_redacted_text() {
    let text = "é DB_PASSWORD=hunter2 and AKIAIOSFODNN7EXAMPLE";
    let (redacted, findings) = Redactor::built_in().redact_with_report(text);
    let marks: Vec<_> = findings
        .iter()
        .map(|finding| (finding.rule.as_ref(), &redacted[finding.mark.clone()]))
        .collect();
    assert_eq!(
        marks,
        [
            ("password", "[redacted:password]"),
            ("aws-access-key-id", "[redacted:aws-access-key-id]"),
        ]
    );
}

#[test]
fn several_secrets_in_one_text_are_all_found() {
    let text =
        "token=0a1b2c3d4e; 4111111111111111 [redacted:jwt] postgres://a:b@c/ 5555555555554444";
    assert_eq!(
        Redactor::built_in().redact(text),
        "token=[redacted:token]; [redacted:payment-card] [redacted:jwt] \
         postgres://a:[redacted:url-password]@c/ [redacted:payment-card]"
    );
}

#[test]
fn a_long_value_is_found_whole_when_it_is_one_encoded_block() {
    let block = "Zk3vQe9L".repeat(600);
    let text = format!("client-key-data: {block}==\nx");
    let redacted = Redactor::built_in().redact(&text).into_owned();
    assert_eq!(redacted, "client-key-data: [redacted:secret-key]\nx");
}

#[test]
fn nothing_is_changed_when_redaction_is_off() {
    let text = "password=hunter2";
    assert_eq!(Redactor::off().redact(text), text);
}

#[test]
fn clean_text_is_not_copied() {
    let redacted = Redactor::built_in().redact("SELECT 1");
    assert!(matches!(redacted, std::borrow::Cow::Borrowed(_)));
}

/// Pieces that rules begin, end and stop at, so that random texts meet each other's edges.
fn fragment() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = SECRETS
        .iter()
        .map(|(rule, text)| marked(rule, text).0)
        .chain(HARMLESS.iter().map(|text| (*text).to_owned()))
        .chain(RULES.iter().map(|rule| rule.example.to_owned()))
        .collect();
    let edges = prop::sample::select(vec![
        "password",
        "PASSWORD",
        "secret",
        "token",
        "api_key",
        "pwd",
        "=",
        ": ",
        " ",
        "\"",
        "'",
        "\\\"",
        "\\",
        "\n",
        ",",
        ";",
        "&",
        "|",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "://",
        "a:b@",
        "@",
        "$",
        "-",
        "--",
        ".",
        "eyJ",
        "sk-",
        "AIza",
        "ghp_",
        "Bearer ",
        "Authorization: ",
        "IDENTIFIED BY ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "mysql",
        " -p",
        "curl",
        " -u",
        "4111",
        "1111",
        "[redacted:",
        "[redacted:token]",
        "é",
        "\x1b[0m",
        "0a1b2c3d",
        "for ",
    ]);
    let cut = prop::sample::select(pieces)
        .prop_flat_map(|piece| (0..=piece.len(), Just(piece)))
        .prop_map(|(cut, piece)| piece.chars().take(cut).collect::<String>());
    prop_oneof![
        4 => edges.prop_map(str::to_owned),
        3 => cut,
        1 => "[A-Za-z0-9_/+=.-]{1,48}",
        1 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn redacting_twice_is_redacting_once(text in text()) {
        let once = Redactor::built_in().redact(&text).into_owned();
        let twice = Redactor::built_in().redact(&once).into_owned();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn marks_stand_in_order_where_the_report_says(text in text()) {
        let (redacted, findings) = Redactor::built_in().redact_with_report(&text);
        let mut last = 0;
        for finding in findings {
            prop_assert!(finding.mark.start >= last);
            last = finding.mark.end;
            prop_assert_eq!(&redacted[finding.mark], format!("[redacted:{}]", finding.rule));
        }
    }

    #[test]
    fn a_password_of_any_kind_in_json_never_comes_through(password in "[ -~é]{4,40}") {
        prop_assume!(Redactor::built_in().redact(&password) == password);
        let text = serde_json::json!({ "password": password, "after": 1 }).to_string();
        let redacted = Redactor::built_in().redact(&text).into_owned();
        let is_placeholder = password.starts_with(['$', '{', '<', ':', '%', '[']);
        let has_substance = password.chars().any(|c| c.is_alphanumeric() && !matches!(c, 'x' | 'X'));
        if !is_placeholder && has_substance {
            prop_assert_eq!(redacted, r#"{"password":"[redacted:password]","after":1}"#);
        }
    }
}
