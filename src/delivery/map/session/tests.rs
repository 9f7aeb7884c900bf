use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::delivery::testing::{at, event as event_of, reviewed, session};
use crate::domain::session::{AiAnalysis, GuardrailHit};
use crate::domain::step::Steps;

fn step(kind: StepKind, index: u64) -> Step {
    Step {
        kind,
        index,
        start: Duration::from_secs(index),
        end: Duration::from_secs(index + 1),
        is_end_inferred: false,
        text: Some("select 1".to_owned()),
        output: None,
        is_cut: false,
        http_status: None,
    }
}

fn closed(session: Session, steps: Steps) -> SessionEvent {
    SessionEvent {
        steps: Some(Arc::new(steps)),
        ..event_of(EventKind::Close, session)
    }
}

fn with(first: Vec<Step>) -> Steps {
    Steps { first, rest: None }
}

fn spans(session: Session, steps: Steps) -> Vec<Span> {
    to_spans(&closed(session, steps), &Redactor::off())
}

fn person(mut session: Session) -> Session {
    session.identity.kind = IdentityKind::User;
    session
}

fn text<'s>(span: &'s Span, name: &str) -> Option<&'s str> {
    match span.attributes.get(name) {
        Some(AttributeValue::Text(text)) => Some(text),
        _ => None,
    }
}

#[test]
fn only_a_session_that_is_over_is_a_trace() {
    for kind in [EventKind::Open, EventKind::Blocked] {
        assert!(to_spans(&event_of(kind, session(1)), &Redactor::off()).is_empty());
    }
    assert_eq!(spans(session(1), Steps::default()).len(), 1);
}

#[test]
fn an_agents_session_is_in_the_words_of_the_genai_conventions() {
    let spans = spans(session(1), with(vec![step(StepKind::Statement, 3)]));
    let [root, child] = &spans[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(root.name, "invoke_agent agent-7@example.com");
    assert_eq!(text(root, "gen_ai.conversation.id"), Some("run-1"));
    assert_eq!(text(root, "connection.name"), Some("prod-orders"));
    assert_eq!(child.name, "execute_tool postgres");
    assert_eq!(text(child, "gen_ai.tool.name"), Some("postgres"));
    assert_eq!(text(child, "db.query.text"), Some("select 1"));
    assert_eq!(text(child, "db.system.name"), Some("postgresql"));
    assert_eq!(child.start, at("2026-08-01T12:00:03Z"));
}

#[test]
fn a_persons_session_has_nothing_of_those() {
    let spans = spans(person(session(1)), with(vec![step(StepKind::Statement, 3)]));
    assert_eq!(spans[0].name, "session prod-orders");
    assert_eq!(spans[1].name, "SELECT prod-orders");
    assert_eq!(spans[1].kind, SpanKind::Client);
    for span in &spans {
        assert!(
            span.attributes
                .iter()
                .all(|(name, _)| !name.starts_with("gen_ai."))
        );
    }
}

#[test]
fn what_was_decided_is_an_event_on_the_root() {
    let mut session = reviewed(session(1));
    session.ai_analysis = Some(AiAnalysis {
        risk_level: "high".to_owned(),
        title: "Drops a table".to_owned(),
        explanation: String::new(),
        action: "allow_execution".to_owned(),
    });
    session.guardrails = vec![GuardrailHit {
        rule_name: "no-drop".to_owned(),
        direction: "input".to_owned(),
        matched_words: Vec::new(),
        message: None,
    }];
    session.metrics.is_truncated = true;
    let root = spans(session, Steps::default()).remove(0);
    let names: Vec<&str> = root.events.iter().map(|event| &*event.name).collect();
    assert_eq!(
        names,
        [
            "approval.asked",
            "approval.approved",
            "risk.finding",
            "guardrail.hit",
            "recording.truncated"
        ]
    );
    assert_eq!(root.events[1].at, at("2026-08-01T12:00:30Z"));
}

#[test]
fn a_failure_is_an_error_by_its_kind_and_success_says_nothing() {
    let mut failed = session(1);
    failed.exit_code = Some(3);
    let failed = spans(failed, with(vec![step(StepKind::Script, 0)]));
    for span in &failed {
        assert_eq!(text(span, "error.type"), Some("exit_3"));
        assert!(matches!(&span.status, SpanStatus::Error { message } if message.contains('3')));
    }
    let mut request = step(StepKind::Request, 1);
    request.http_status = Some(404);
    let spans = spans(session(1), with(vec![request, step(StepKind::Request, 2)]));
    assert_eq!(spans[0].status, SpanStatus::Unset);
    assert_eq!(text(&spans[1], "error.type"), Some("404"));
    assert_eq!(spans[2].status, SpanStatus::Unset);
}

#[test]
fn a_traceparent_links_to_the_agents_own_trace() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut session = session(1);
    session.correlation_id = Some(parent.to_owned());
    let root = spans(session.clone(), Steps::default()).remove(0);
    assert_eq!(root.parent, None);
    assert_eq!(
        root.links[0].trace_id.to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(root.links[0].span_id.to_string(), "b7ad6b7169203331");
    for wrong in [
        "run-1",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-1-2-01",
    ] {
        session.correlation_id = Some(wrong.to_owned());
        assert!(
            spans(session.clone(), Steps::default())[0].links.is_empty(),
            "{wrong}"
        );
    }
}

#[test]
fn what_is_beyond_the_limit_is_one_counted_span() {
    let rest = Rest {
        count: 41,
        index: 7_000,
        start: Duration::from_secs(10),
        end: Duration::from_secs(20),
    };
    let steps = Steps {
        first: vec![step(StepKind::Command, 1)],
        rest: Some(rest),
    };
    let spans = spans(session(1), steps);
    assert_eq!(spans[2].name, "41 more");
    assert_eq!(spans[2].parent, Some(spans[0].span_id));
    assert_eq!(spans[2].dropped.attributes, 41);
}

fn any_kind() -> impl Strategy<Value = StepKind> {
    prop_oneof![
        Just(StepKind::Statement),
        Just(StepKind::Command),
        Just(StepKind::Request),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ids_are_unique_the_same_on_every_export_and_lead_to_the_root(
        number in 0_u32..50,
        kinds in prop::collection::vec(any_kind(), 0..60),
        address in "[a-z]{1,8}",
    ) {
        let first = kinds.iter().zip(0..).map(|(kind, index)| step(*kind, index));
        let event = closed(session(number), with(first.collect()));
        let spans = to_spans(&event, &Redactor::off());
        let again = to_spans(
            &SessionEvent { url: format!("https://{address}/"), ..event },
            &Redactor::built_in(),
        );
        let ids = |spans: &[Span]| -> Vec<(TraceId, SpanId)> {
            spans.iter().map(|span| (span.trace_id, span.span_id)).collect()
        };
        prop_assert_eq!(ids(&spans), ids(&again));
        let distinct: HashSet<_> = ids(&spans).into_iter().collect();
        prop_assert_eq!(distinct.len(), kinds.len() + 1);
        prop_assert_eq!(spans[0].parent, None);
        for span in &spans[1..] {
            prop_assert_eq!(span.parent, Some(spans[0].span_id));
            prop_assert!(span.start <= span.end);
        }
    }
}
