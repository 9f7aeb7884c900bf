//! Properties of the whole room: printing and parsing, logic, and hostile input.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::cidr::Block;
use super::tree::{Bound, Comparison, Field, Node, NodeKind, Path, Query, Reserved, Test};
use super::{IndexedLog, Part, Pattern, Span, Verdict, evaluate, parse};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_][a-z0-9_./-]{0,8}",
        Just("_exists_".to_owned()),
        Just("AND".to_owned()),
        "[@#*?:(){}\"\\\\ a-z=+!~^&|<>\\[\\]“”é-]{1,6}",
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        Just(Field::FreeText),
        Just(Field::FullText),
        Just(Field::Reserved(Reserved::Status)),
        "[a-z@ :-]{1,4}(\\.[a-z]{1,4}){0,2}"
            .prop_filter_map("a path", |text| Path::new(&text))
            .prop_map(Field::Attribute),
        name()
            .prop_filter("a tag", |key| Reserved::of(key).is_none())
            .prop_map(Field::Tag),
        "[a-z]{1,4}".prop_map(Field::Calculated),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![
        3 => name().prop_map(Part::Literal),
        1 => Just(Part::AnyRun),
        1 => Just(Part::AnyOne),
    ];
    prop::collection::vec(part, 1..4).prop_filter_map("asks for presence", |parts| {
        let mut pattern = Pattern::default();
        for part in parts {
            match part {
                Part::Literal(text) => pattern.push_str(&text),
                wildcard => pattern.push_wildcard(wildcard),
            }
        }
        (!pattern.is_any()).then_some(pattern)
    })
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        prop::num::f64::NORMAL.prop_map(Bound::Number),
        any::<i32>().prop_map(|number| Bound::Number(number.into())),
        ".{0,6}".prop_map(Bound::Text),
    ]
}

fn comparison() -> impl Strategy<Value = Test> {
    let sign = prop::sample::select(vec![
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    let range = (
        prop::option::of(bound()),
        prop::option::of(bound()),
        any::<[bool; 2]>(),
    );
    prop_oneof![
        (sign, bound()).prop_map(|(sign, bound)| Test::Compare(sign, bound)),
        range.prop_map(|(from, to, [includes_from, includes_to])| Test::Range {
            from,
            to,
            includes_from,
            includes_to
        }),
    ]
}

fn leaf() -> impl Strategy<Value = Node> {
    let test = prop_oneof![
        pattern().prop_map(Test::Word),
        ".{0,8}".prop_map(Test::Phrase),
        Just(Test::Exists),
        comparison(),
    ];
    let matched = (field(), test).prop_filter_map("means something else", |(field, test)| {
        let needs_key = matches!(test, Test::Compare(..) | Test::Range { .. });
        let is_keyless = field == Field::FreeText;
        let is_everything = test == Test::Exists && (is_keyless || field == Field::FullText);
        let is_other = is_everything || (needs_key && is_keyless);
        (!is_other).then_some(NodeKind::Match { field, test })
    });
    let block = (any::<[u8; 4]>(), 0..=32u8).prop_map(|(address, prefix)| {
        let text = format!("{}/{prefix}", std::net::Ipv4Addr::from(address));
        text.parse::<Block>().expect("a block")
    });
    let cidr = prop::collection::vec(block, 1..3).prop_map(|blocks| NodeKind::Cidr {
        path: Path::new("network.client.ip").expect("a path"),
        blocks,
    });
    prop_oneof![8 => matched, 1 => cidr, 1 => Just(NodeKind::Everything)]
        .prop_map(|kind| Node::new(kind, Span::default()))
}

fn tree() -> impl Strategy<Value = Query> {
    let node = leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Node::all_of),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Node::any_of),
            inner.prop_map(|node| Node::new(NodeKind::Not(Box::new(node)), Span::default())),
        ]
    });
    node.prop_map(|root| Query { root })
}

fn log() -> Map<String, Value> {
    let log = json!({
        "ddsource": "hoop", "service": "agent-access", "hostname": "gw", "status": "info",
        "ddtags": "env:prod,late:true,plain", "message": "ada opened prod-orders at 10.0.0.1",
        "n": 5, "a": {"b": ["x", 1, null]}, "evt": {"name": "session.open"},
    });
    log.as_object().expect("an object").clone()
}

proptest! {
    #[test]
    fn a_printed_query_parses_to_the_same_tree(query in tree()) {
        let printed = query.to_string();
        let parsed = parse(&printed);
        prop_assert_eq!(parsed.as_ref(), Ok(&query), "printed as {}", printed);
    }

    #[test]
    fn a_parsed_query_prints_to_one_that_parses_the_same(text in "\\PC{0,60}") {
        if let Ok(query) = parse(&text) {
            let printed = query.to_string();
            prop_assert_eq!(parse(&printed), Ok(query), "printed as {}", printed);
        }
    }

    #[test]
    fn text_made_of_syntax_never_panics(text in "[-@#*?:(){}\\[\\]\"\\\\ aANDORT<>=&|!,/0-9]{0,80}") {
        match parse(&text) {
            Ok(query) => {
                prop_assert_eq!(parse(&query.to_string()), Ok(query.clone()));
                evaluate(&query, &IndexedLog::from_intake(&log()));
            }
            Err(error) => prop_assert!(error.render(&text).contains('^')),
        }
    }

    #[test]
    fn every_error_lies_in_the_text(text in "\\PC{0,40}") {
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.span.range()).is_some(), "{:?}", error);
        }
    }

    #[test]
    fn a_query_and_its_negation_never_agree(query in tree()) {
        let sent = log();
        let log = IndexedLog::from_intake(&sent);
        let negated = Query {
            root: Node::new(NodeKind::Not(Box::new(query.root.clone())), Span::default()),
        };
        match (evaluate(&query, &log), evaluate(&negated, &log)) {
            (Verdict::Yes, Verdict::No) | (Verdict::No, Verdict::Yes) => {}
            (Verdict::CannotTell(a), Verdict::CannotTell(b)) => prop_assert_eq!(a, b),
            (a, b) => prop_assert!(false, "{:?} and {:?}", a, b),
        }
    }

    #[test]
    fn the_order_of_parts_does_not_change_the_answer(a in tree(), b in tree()) {
        let sent = log();
        let log = IndexedLog::from_intake(&sent);
        let both = |first: &Query, second: &Query| {
            let query = Query { root: Node::all_of(vec![first.root.clone(), second.root.clone()]) };
            std::mem::discriminant(&evaluate(&query, &log))
        };
        prop_assert_eq!(both(&a, &b), both(&b, &a));
    }
}

#[test]
fn hostile_nesting_is_refused_and_not_followed() {
    for text in [
        "(".repeat(10_000),
        "(".repeat(10_000) + "a" + &")".repeat(10_000),
        "-(".repeat(10_000),
        "NOT ".repeat(10_000) + "a",
        "@a:(".repeat(10_000),
        "-".repeat(10_000) + "a",
    ] {
        let error = parse(&text).expect_err("too deep");
        assert!(error.problem.contains("deeper"), "{error}");
    }
}

#[test]
fn a_wide_query_is_no_deep_one() {
    let wide = vec!["(a OR b)"; 5_000].join(" AND ");
    assert!(parse(&wide).is_ok());
    let long_chain = vec!["-x"; 5_000].join(" OR ");
    assert!(parse(&long_chain).is_ok());
}

#[test]
fn cut_and_unbalanced_texts_are_errors() {
    for text in [
        "\"",
        "\"a",
        "a\"",
        "(",
        ")",
        "a)",
        "()",
        "a:(",
        "a:()",
        "@",
        "@:x",
        "@a",
        "@a..b:x",
        "\\",
        "a\\",
        "[1 TO 2]",
        "@a:[1 TO",
        "@a:[1 2]",
        "@a:[TO 2]",
        "@a:[1 TO 2",
        "@a:>",
        "CIDR(",
        "CIDR(@a)",
        "CIDR(@a, x)",
        "CIDR(a, 10.0.0.0/8)",
        "AND",
        "a AND",
        "OR a",
        "a OR OR b",
        "NOT",
        "-",
        "a: b",
        ":a",
        "a:b:c",
        "foo(bar)",
        "!a",
        "a!b",
        "+a",
        "@a:=b",
        "“a”",
        "a~",
        "@a:-5",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}
