//! What the lint says, search by search: the part it points at and its level.

use proptest::prelude::*;

use super::*;
use crate::query::monitor::parse_short;
use crate::query::parse;

const KNOWN: &[Attribute] = &[
    Attribute {
        path: "outcome",
        kind: Kind::OneOf(&["success", "policy_blocked"]),
    },
    Attribute {
        path: "span_type",
        kind: Kind::OneOf(&["agent", "llm", "tool"]),
    },
    Attribute {
        path: "agent_id",
        kind: Kind::Text,
    },
    Attribute {
        path: "usr.email",
        kind: Kind::Text,
    },
    Attribute {
        path: "cost_usd",
        kind: Kind::Number,
    },
    Attribute {
        path: "evt.test",
        kind: Kind::Flag,
    },
];

fn found(search: &str) -> Vec<Finding> {
    let query = parse(search).unwrap_or_else(|error| panic!("{}", error.render(search)));
    lint(&query, Record::Log, KNOWN)
}

/// The part of the search each finding points at, `!` before what never matches.
fn marked(search: &str) -> Vec<String> {
    let mark = |finding: Finding| {
        let sign = match finding.level {
            Level::NeverMatches => "!",
            Level::Doubtful => "~",
        };
        let part = finding.span.map_or("", |span| &search[span.range()]);
        format!("{sign}{part}")
    };
    found(search).into_iter().map(mark).collect()
}

#[test]
fn what_cannot_match_is_told_from_what_is_doubtful_and_from_what_is_fine() {
    for (search, expected) in [
        ("source:hoop status:error @outcome:success", &[][..]),
        ("status:policy_blocked", &["!status:policy_blocked"]),
        (
            "status:(error OR flagged_for_review)",
            &["!flagged_for_review"],
        ),
        ("-status:policy_blocked", &["~status:policy_blocked"]),
        ("status:Error", &["!status:Error"]),
        ("status:warning", &["~status:warning"]),
        ("status:warn*", &[]),
        ("status:x*", &["!status:x*"]),
        ("status:>3", &["~status:>3"]),
        ("source:Hoop", &["!source:Hoop"]),
        ("span_type:tool", &["!span_type:tool"]),
        ("@span_type:tool env:prod team:x", &[]),
        ("@span_type:tols", &["!@span_type:tols"]),
        ("@span_type:t*", &[]),
        ("@span_type:z*", &["!@span_type:z*"]),
        ("@agent_id:>5", &["!@agent_id:>5"]),
        ("@agent_id:[1 TO 3]", &["!@agent_id:[1 TO 3]"]),
        ("@cost_usd:>0.5 @cost_usd:3", &[]),
        ("@cost_usd:high", &["!@cost_usd:high"]),
        ("@cost_usd:>high", &["!@cost_usd:>high"]),
        ("@cost_usd:[9 TO 1]", &["!@cost_usd:[9 TO 1]"]),
        ("@n:{1 TO 1}", &["!@n:{1 TO 1}"]),
        ("@evt.test:yes", &["!@evt.test:yes"]),
        ("@usr.mail:x", &["~@usr.mail:x"]),
        ("@usr:*", &[]),
        ("@entirely_different:x", &[]),
        ("@env:prod", &["~@env:prod"]),
        ("timeout or refused", &["~or"]),
        ("\"“quoted”\"", &["~\"“quoted”\""]),
        ("env:>3", &["~env:>3"]),
    ] {
        assert_eq!(marked(search), expected, "{search}");
    }
}

/// The three monitor queries of Execlave's own documentation, word for word.
#[test]
fn the_queries_of_execlaves_documentation() {
    let first = "source:execlave status:(policy_blocked OR flagged_for_review OR limit_exceeded)";
    assert_eq!(
        marked(first),
        ["!policy_blocked", "!flagged_for_review", "!limit_exceeded"]
    );
    let said: Vec<String> = found(first).iter().map(|one| one.render(first)).collect();
    assert!(
        said[0].contains("remaps it by its first letters to `info`"),
        "{}",
        said[0]
    );
    assert!(
        said[0].ends_with("try: `@outcome:policy_blocked`"),
        "{}",
        said[0]
    );
    assert!(said[1].contains("to `emerg`"), "{}", said[1]);
    assert!(
        said[2].contains("send the word as `outcome`"),
        "{}",
        said[2]
    );

    let sum = r#"logs("source:execlave").index("*").rollup("sum", "@cost_usd").by("@agent_id").last("1h") > 50"#;
    let alert = parse_short(sum).expect("it parses");
    let findings = lint_alert(&alert, KNOWN);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].1.level, Level::Doubtful);
    assert!(
        findings[0]
            .1
            .suggestion
            .as_ref()
            .is_some_and(|text| text.contains("formula"))
    );

    let third = "source:execlave status:policy_blocked span_type:tool @autonomy_level:autonomous";
    assert_eq!(marked(third), ["!status:policy_blocked", "!span_type:tool"]);
}

#[test]
fn a_finding_stands_under_its_part() {
    let search = "source:execlave span_type:tool";
    assert_eq!(
        found(search)[0].render(search),
        "  source:execlave span_type:tool\n                  ^^^^^^^^^^^^^^\n  `span_type:` without `@` looks for a tag, and `span_type` is an attribute\n  try: `@span_type:…`"
    );
}

#[test]
fn a_group_without_its_sign_is_found() {
    let query = r#"logs("*").index("*").rollup("count").by("agent_id").last("1h") > 5"#;
    let alert = parse_short(query).expect("it parses");
    assert_eq!(lint_alert(&alert, KNOWN)[0].1.level, Level::NeverMatches);
}

proptest! {
    /// What the lint condemns is never found for certain, whatever the log says.
    #[test]
    fn a_condemned_status_is_on_no_log(sent in "[a-zA-Z_]{0,12}", asked in "[a-z_]{1,12}") {
        let search = format!("status:{asked}");
        let Ok(query) = parse(&search) else { return Ok(()) };
        let condemned = lint(&query, Record::Log, &[])
            .iter()
            .any(|finding| finding.level == Level::NeverMatches);
        let log = serde_json::json!({"status": sent});
        let log = log.as_object().expect("an object");
        let verdict = crate::query::evaluate(&query, &Record::Log.indexed(log));
        prop_assert!(!(condemned && verdict.is_yes()), "{} {:?}", sent, verdict);
    }

    #[test]
    fn any_search_is_linted_without_a_panic(search in "\\PC{0,60}") {
        if let Ok(query) = parse(&search) {
            for finding in lint(&query, Record::Log, KNOWN) {
                prop_assert!(!finding.render(&search).is_empty());
            }
        }
    }
}
