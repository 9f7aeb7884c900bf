//! A session's row into its events. Pure, so that the relay and the export make the same event
//! under the same id: content depends on the row, the gateway's rules and the profile alone.

use std::sync::Arc;

use jiff::Timestamp;

use super::approvals::{Access, ApprovalSources};
use super::as_of::as_of;
use super::contents::Contents;
use super::message::message;
use crate::domain::connection::{ConnectionRule, rule_for};
use crate::domain::event::{Actor, AppliedRules, EventId, EventKind, ReviewState, SessionEvent};
use crate::domain::session::{IdentityKind, Outcome, ReviewStatus, Session, Status, Verb};

/// What events are made with besides the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventContext {
    /// The profile's rules about connections.
    pub rules: Vec<ConnectionRule>,
    pub approval_sources: ApprovalSources,
    /// The gateway's address without `/api`, to which `/sessions/<id>` is added.
    pub page_base: String,
}

impl EventContext {
    /// What the rules say about a connection at an instant, whatever the session on it.
    pub fn rules_for(&self, connection: &str, at: Timestamp) -> AppliedRules {
        let access = Access {
            connection,
            verb: None,
            review: None,
        };
        self.apply(access, at)
    }

    /// What the rules say about a session.
    pub fn rules_of(&self, session: &Session) -> AppliedRules {
        self.apply(Access::from(session), session.start_date)
    }

    /// The session's page on the gateway.
    pub(super) fn page_of(&self, session_id: &str) -> String {
        format!("{}/sessions/{session_id}", self.page_base)
    }

    fn apply(&self, access: Access<'_>, at: Timestamp) -> AppliedRules {
        let rule = rule_for(&self.rules, access.connection);
        let profile = rule.and_then(|rule| rule.approval_expected);
        let (approval_expected, approval_expected_by) =
            self.approval_sources.expected(access, profile);
        let windows = rule.map_or(&[][..], |rule| &rule.windows);
        let is_in_one = || windows.iter().any(|window| window.contains(at));
        AppliedRules {
            environment: rule.and_then(|rule| rule.environment.clone()),
            approval_expected,
            approval_expected_by,
            in_maintenance_window: (!windows.is_empty()).then(is_in_one),
        }
    }
}

/// The events that the session's row proves, in the order of `session.seq`.
pub fn events_of(session: &Arc<Session>, context: &EventContext) -> Vec<SessionEvent> {
    events_with(session, &Contents::default(), false, context)
}

/// As [`events_of`]; `recorded` is what was read of its recording, and `is_incomplete` says that the gateway would not give the single session.
pub(super) fn events_with(
    session: &Arc<Session>,
    recorded: &Contents,
    is_incomplete: bool,
    context: &EventContext,
) -> Vec<SessionEvent> {
    let rules = context.rules_of(session);
    let url = context.page_of(&session.id);
    let event = |(kind, timestamp)| {
        let seen = as_of(session, kind);
        let outcome = outcome_of(&seen, kind);
        SessionEvent {
            id: EventId::of_session(&session.id, kind),
            kind,
            timestamp,
            outcome,
            message: message(&seen, kind, outcome, &url),
            url: url.clone(),
            command: command_of(&seen, kind, recorded.statements.as_deref()),
            steps: match kind {
                EventKind::Close => recorded.steps.clone(),
                _ => None,
            },
            rules: rules.clone(),
            actor: actor_of(&seen, kind),
            // Every event names who it was, or says that something is missing.
            is_incomplete: is_incomplete || session.identity.id.is_empty(),
            test_run: None,
            session: seen,
        }
    };
    kinds_of(session).into_iter().map(event).collect()
}

/// A block is told with the session's end, so while the session runs its event is not what it will
/// be.
pub(super) fn is_settled(event: &SessionEvent) -> bool {
    event.kind != EventKind::Blocked || event.session.is_done()
}

/// Which events there are, and when each happened.
pub(super) fn kinds_of(session: &Session) -> Vec<(EventKind, Timestamp)> {
    let end = session.end_date.unwrap_or(session.start_date);
    let mut kinds = Vec::new();
    if ran(session) {
        kinds.push((EventKind::Open, session.start_date));
    }
    if let Some(review) = &session.review {
        let asked_at = review.created_at.unwrap_or(session.start_date);
        kinds.push((EventKind::Review(ReviewState::Pending), asked_at));
        if let Some(state) = ReviewState::decided(review.status) {
            let decided_at = review.decided_at().unwrap_or(asked_at);
            kinds.push((EventKind::Review(state), decided_at));
        }
    }
    if session.is_blocked() {
        kinds.push((EventKind::Blocked, end));
    }
    if session.is_done() {
        kinds.push((EventKind::Close, end));
    }
    kinds
}

/// False for a session that waits for its review or for its run, that was refused, or that the
/// analysis blocked: it does so before anything runs (`gateway/api/session/ai_decision.go`).
/// Guardrails look at a session that is open already.
fn ran(session: &Session) -> bool {
    let is_held_back = session.review.as_ref().is_some_and(|review| {
        matches!(
            review.status,
            ReviewStatus::Pending | ReviewStatus::Rejected
        )
    });
    let blocked_before = session
        .ai_analysis
        .as_ref()
        .is_some_and(|one| one.is_block());
    session.status != Status::Ready && !is_held_back && !blocked_before
}

fn outcome_of(session: &Session, kind: EventKind) -> Outcome {
    match kind {
        EventKind::Blocked => Outcome::Blocked,
        EventKind::Close => session.outcome(),
        EventKind::Review(ReviewState::Rejected) => Outcome::Rejected,
        EventKind::Open | EventKind::Review(_) => Outcome::Unknown,
    }
}

/// The script, known from the start, or the recorded statements, known at the end. Never what was
/// typed into a terminal.
fn command_of(session: &Session, kind: EventKind, statements: Option<&str>) -> Option<String> {
    match (session.verb, kind) {
        (Verb::Exec, _) => session.script.clone(),
        (Verb::Connect, EventKind::Blocked | EventKind::Close) => statements.map(str::to_owned),
        (Verb::Connect, EventKind::Open | EventKind::Review(_)) => None,
    }
}

/// For machines alone: a person stood behind one where a person approved. While a review is
/// pending nobody knows.
fn actor_of(session: &Session, kind: EventKind) -> Option<Actor> {
    let is_pending = kind == EventKind::Review(ReviewState::Pending);
    if session.identity.kind != IdentityKind::Machine || is_pending {
        return None;
    }
    let groups = session.review.iter().flat_map(|review| &review.groups);
    let approver = groups
        .filter(|group| group.status == ReviewStatus::Approved)
        .find_map(|group| group.reviewed_by.clone());
    Some(match approver {
        Some(delegator) => Actor::Interactive { delegator },
        None => Actor::Autonomous,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::connection::{MaintenanceWindow, parse_days};
    use crate::domain::event::Severity;
    use crate::domain::session::{AiAnalysis, GuardrailHit};
    use crate::sources::testing::{at, review, session};

    fn context() -> EventContext {
        EventContext {
            page_base: "https://gw.test".to_owned(),
            ..EventContext::default()
        }
    }

    fn events(session: Session) -> Vec<SessionEvent> {
        events_of(&Arc::new(session), &context())
    }

    fn names(session: Session) -> Vec<String> {
        let name = |event: &SessionEvent| match event.kind {
            EventKind::Review(state) => format!("{} {}", event.kind.name(), state.as_str()),
            kind => kind.name().to_owned(),
        };
        events(session).iter().map(name).collect()
    }

    fn running(session: &mut Session) {
        session.status = Status::Open;
        session.exit_code = None;
        session.end_date = None;
    }

    fn guardrail(session: &mut Session) {
        session.exit_code = Some(254);
        session.guardrails.push(GuardrailHit {
            rule_name: "no-drop".to_owned(),
            direction: "input".to_owned(),
            matched_words: Vec::new(),
            message: None,
        });
    }

    fn analysis(session: &mut Session, action: &str) {
        session.ai_analysis = Some(AiAnalysis {
            risk_level: "high".to_owned(),
            title: "Drop".to_owned(),
            explanation: String::new(),
            action: action.to_owned(),
        });
    }

    #[test]
    fn each_kind_exists_when_the_row_proves_it() {
        let with = |status| move |session: &mut Session| session.review = Some(review(status));
        let table: [(Session, &[&str]); 8] = [
            (session(|_| ()), &["session.open", "session.close"]),
            (session(running), &["session.open"]),
            (
                session(|session| {
                    running(session);
                    with(ReviewStatus::Pending)(session);
                }),
                &["session.review pending"],
            ),
            (
                session(|session| {
                    running(session);
                    session.status = Status::Ready;
                    with(ReviewStatus::Approved)(session);
                }),
                &["session.review pending", "session.review approved"],
            ),
            (
                session(with(ReviewStatus::Executed)),
                &[
                    "session.open",
                    "session.review pending",
                    "session.review approved",
                    "session.close",
                ],
            ),
            (
                session(with(ReviewStatus::Rejected)),
                &[
                    "session.review pending",
                    "session.review rejected",
                    "session.close",
                ],
            ),
            (
                session(guardrail),
                &["session.open", "session.blocked", "session.close"],
            ),
            (
                session(|session| analysis(session, "block_execution")),
                &["session.blocked", "session.close"],
            ),
        ];
        for (session, expected) in table {
            assert_eq!(names(session), expected);
        }
    }

    #[test]
    fn times_come_from_the_row() {
        let events = events(session(|session| {
            guardrail(session);
            session.review = Some(review(ReviewStatus::Executed));
        }));
        let times: Vec<Timestamp> = events.iter().map(|event| event.timestamp).collect();
        let (start, end) = (at("2026-08-20T10:00:00Z"), at("2026-08-20T10:00:01.4Z"));
        let (asked, decided) = (at("2026-08-20T09:50:00Z"), at("2026-08-20T09:55:00Z"));
        assert_eq!(times, [start, asked, decided, end, end]);
    }

    #[test]
    fn ids_are_those_of_session_kind_and_state() {
        let events = events(session(|session| {
            session.review = Some(review(ReviewStatus::Executed));
        }));
        for event in &events {
            assert_eq!(event.id, EventId::of_session(&event.session.id, event.kind));
        }
        let mut seqs: Vec<u32> = events.iter().map(|event| event.kind.seq()).collect();
        seqs.dedup();
        assert_eq!(seqs, [1, 2, 3, 5]);
    }

    #[test]
    fn an_opening_is_the_same_event_before_and_after_the_end() {
        let reviewed = |status| move |session: &mut Session| session.review = Some(review(status));
        let early = events(session(|session| {
            running(session);
            session.event_size = 0;
            reviewed(ReviewStatus::Processing)(session);
        }));
        let late = events(session(|session| {
            guardrail(session);
            reviewed(ReviewStatus::Executed)(session);
        }));
        assert_eq!(early[..3], late[..3]);
    }

    #[test]
    fn a_pending_review_tells_nothing_of_its_decision() {
        let decided = events(session(|session| {
            session.review = Some(review(ReviewStatus::Rejected));
        }));
        let review = decided[0].session.review.as_ref().expect("a review");
        assert_eq!(review.status, ReviewStatus::Pending);
        assert_eq!(review.groups[0].reviewed_by, None);
        assert_eq!(decided[0].outcome, Outcome::Unknown);
        assert_eq!(decided[1].outcome, Outcome::Rejected);
        assert_eq!(decided[1].severity(), Severity::Notice);
    }

    #[test]
    fn the_script_is_the_command_and_a_terminal_has_none() {
        let scripted = session(|session| session.script = Some("select 1".to_owned()));
        assert!(
            events(scripted)
                .iter()
                .all(|event| event.command.as_deref() == Some("select 1"))
        );
        let typed = Arc::new(session(|session| {
            session.verb = Verb::Connect;
            session.script = Some("hunter2".to_owned());
        }));
        let events = events_with(&typed, &Contents::default(), false, &context());
        assert!(events.iter().all(|event| event.command.is_none()));
    }

    #[test]
    fn recorded_statements_are_known_at_the_end() {
        let native = Arc::new(session(|session| session.verb = Verb::Connect));
        let recorded = Contents {
            statements: Some("select 2;".to_owned()),
            steps: None,
        };
        let events = events_with(&native, &recorded, false, &context());
        let commands: Vec<_> = events
            .iter()
            .map(|event| event.command.as_deref())
            .collect();
        assert_eq!(commands, [None, Some("select 2;")]);
    }

    #[test]
    fn only_a_machine_has_an_actor_and_an_approver_makes_it_interactive() {
        let machine = |session: &mut Session| session.identity.kind = IdentityKind::Machine;
        let actors = |session| -> Vec<Option<Actor>> {
            events(session)
                .into_iter()
                .map(|event| event.actor)
                .collect()
        };
        assert_eq!(actors(session(|_| ())), [None, None]);
        let alone = Some(Actor::Autonomous);
        assert_eq!(actors(session(machine)), [alone.clone(), alone]);
        let backed = Some(Actor::Interactive {
            delegator: "bob@lab.test".to_owned(),
        });
        let approved = session(|session| {
            machine(session);
            session.review = Some(review(ReviewStatus::Executed));
        });
        assert_eq!(
            actors(approved),
            [backed.clone(), None, backed.clone(), backed]
        );
    }

    #[test]
    fn an_event_without_a_subject_is_marked() {
        let nameless = events(session(|session| session.identity.id = String::new()));
        assert!(nameless.iter().all(|event| event.is_incomplete));
        assert!(
            events(session(|_| ()))
                .iter()
                .all(|event| !event.is_incomplete)
        );
    }

    #[test]
    fn the_profiles_rule_gives_environment_and_window() {
        let rule = |from: i8, to: i8| ConnectionRule {
            pattern: "pg-*".to_owned(),
            environment: Some("production".to_owned()),
            approval_expected: Some(true),
            windows: vec![MaintenanceWindow {
                days: parse_days("daily").expect("days"),
                from: time(from, 0, 0, 0),
                to: time(to, 0, 0, 0),
                tz: TimeZone::UTC,
            }],
        };
        let applied = |rules| {
            let context = EventContext { rules, ..context() };
            let events = events_of(&Arc::new(session(|_| ())), &context);
            assert!(events.windows(2).all(|pair| pair[0].rules == pair[1].rules));
            let at = at("2026-08-20T10:00:00Z");
            assert_eq!(events[0].rules, context.rules_for("pg-prod", at));
            events[0].rules.clone()
        };
        let inside = applied(vec![rule(9, 11)]);
        assert_eq!(inside.environment.as_deref(), Some("production"));
        assert_eq!(inside.approval_expected, Some(true));
        assert_eq!(inside.in_maintenance_window, Some(true));
        assert_eq!(
            applied(vec![rule(11, 12)]).in_maintenance_window,
            Some(false)
        );
        assert_eq!(applied(Vec::new()), AppliedRules::default());
    }
}
