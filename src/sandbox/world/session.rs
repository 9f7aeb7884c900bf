//! One session in full, as the gateway's database would hold it.

use std::borrow::Cow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::connections::{Approval, GUARDRAIL, GUARDRAIL_MESSAGE};
use super::draw::{draw, draw_below};
use super::identities::{DANA, INES, Identity, ROSA};
use super::plan::Plan;
use super::recording::Event;
use super::scenario::{Analysis, Ending, Verb};

/// A session with everything that the gateway can be asked about it.
pub struct Session {
    pub plan: Plan,
    pub id: Uuid,
    pub start: Timestamp,
    /// Also absent after a refused review: the gateway sets the status alone.
    pub end: Option<Timestamp>,
    /// The script of an `exec`, empty for `connect`.
    pub script: String,
    pub review: Option<Review>,
    pub guardrail: Option<&'static str>,
}

/// A review of a session.
pub struct Review {
    pub id: Uuid,
    /// `onetime` or `jit`.
    pub kind: &'static str,
    pub access_seconds: i64,
    pub status: &'static str,
    pub created_at: Timestamp,
    pub revoke_at: Option<Timestamp>,
    pub group: ReviewGroup,
    /// The access-request rule, where it was one.
    pub rule: Option<&'static str>,
    pub rejection_reason: Option<&'static str>,
}

/// The one group whose answer a review here waits for.
pub struct ReviewGroup {
    pub id: Uuid,
    pub name: &'static str,
    pub status: &'static str,
    /// Who answered, and when.
    pub answer: Option<(&'static Identity, Timestamp)>,
}

/// Where a session's review stands, as far as its plan alone decides.
pub struct ReviewState {
    /// The group that must approve.
    pub group: &'static str,
    pub status: &'static str,
    pub group_status: &'static str,
    pub rule: Option<&'static str>,
    pub is_jit: bool,
}

impl ReviewState {
    /// `None` where nobody was asked.
    pub fn of(plan: &Plan) -> Option<Self> {
        // The analysis refuses before anybody is asked.
        if plan.ending == Ending::Analysis {
            return None;
        }
        let (group, rule) = match (plan.connection.approval, plan.scenario.verb) {
            (Approval::CommandRule(rule), Verb::Exec) => ("dba", Some(rule)),
            (Approval::Reviewers(group), _) => (group, None),
            (Approval::CommandRule(_), Verb::Connect) | (Approval::None, _) => return None,
        };
        let is_jit = plan.scenario.verb == Verb::Connect;
        let (status, group_status) = match (plan.ending, is_jit) {
            (Ending::Pending, _) => ("PENDING", "PENDING"),
            (Ending::Rejected, _) => ("REJECTED", "REJECTED"),
            (_, true) => ("APPROVED", "APPROVED"),
            (_, false) => ("EXECUTED", "APPROVED"),
        };
        Some(Self {
            group,
            status,
            group_status,
            rule,
            is_jit,
        })
    }
}

impl Session {
    /// Tells the story of `plan` from its start.
    pub fn of(seed: u64, plan: Plan, id: Uuid, start: Timestamp, now: Timestamp) -> Self {
        let script = match plan.scenario.verb {
            Verb::Exec => plan.scenario.recording.script(),
            Verb::Connect => String::new(),
        };
        let decided = after(start, wait_for_review(seed, &plan)).min(now);
        let review = review_of(seed, &plan, start, decided);
        let began = if review.is_some() { decided } else { start };
        let end = match plan.ending {
            Ending::Rejected | Ending::Pending | Ending::Running => None,
            Ending::Analysis => Some(after(start, 900)),
            _ => Some(after(began, duration_ms(&plan))),
        };
        Self {
            id,
            start,
            end: end.map(|end| end.min(now)),
            script,
            review,
            guardrail: (plan.ending == Ending::Guardrail).then_some(GUARDRAIL),
            plan,
        }
    }

    /// The stored events of a session that is over; `None` where it never ran.
    pub fn events(&self) -> Option<Cow<'static, [Event]>> {
        if !self.plan.ending.ran() {
            return None;
        }
        let events = self.plan.scenario.recording.events();
        Some(match self.error() {
            Some(error) => events.iter().cloned().chain([error]).collect(),
            None => Cow::Borrowed(events),
        })
    }

    /// The length of the stored JSON, without making it: every row of a list has it.
    pub fn stored_size(&self) -> u64 {
        if !self.plan.ending.ran() {
            return 0;
        }
        let comma = 1;
        let error = self
            .error()
            .map_or(0, |error| error.to_json().len() + comma);
        self.plan.scenario.recording.stored_size() + error as u64
    }

    /// What the gateway adds to the recording: what went wrong, whoever's fault it was.
    fn error(&self) -> Option<Event> {
        let text = match self.plan.ending {
            Ending::Guardrail => guardrail_refusal(),
            Ending::Exited(code) if code != 0 => format!("exit status {code}"),
            _ => return None,
        };
        let at = self.plan.scenario.recording.duration() + Duration::from_millis(3);
        Some(Event::error(at, &text))
    }

    pub fn analysis(&self) -> Option<&'static Analysis> {
        self.plan.scenario.analysis
    }
}

/// In the gateway's words (hoophq/hoop `gateway/transport/agent_guardrails.go`).
fn guardrail_refusal() -> String {
    format!(
        "Blocked by the following Guardrails rule: {GUARDRAIL_MESSAGE}, match guard rail \
         [InputRules:{GUARDRAIL}] rule, type=deny_words_list, words=[TRUNCATE TABLE DROP TABLE]"
    )
}

fn duration_ms(plan: &Plan) -> u64 {
    plan.scenario.recording.duration().as_millis() as u64 + 40
}

/// Milliseconds until somebody answers a review.
fn wait_for_review(seed: u64, plan: &Plan) -> u64 {
    25_000 + draw_below(seed, plan.index, "review wait", 400_000)
}

fn after(at: Timestamp, ms: u64) -> Timestamp {
    let later = SignedDuration::from_millis(ms.cast_signed());
    at.checked_add(later).unwrap_or(Timestamp::MAX)
}

fn review_of(seed: u64, plan: &Plan, start: Timestamp, decided: Timestamp) -> Option<Review> {
    let state = ReviewState::of(plan)?;
    let access_seconds = if state.is_jit { 1_800 } else { 0 };
    Some(Review {
        id: part_id(seed, plan.index, "review"),
        kind: if state.is_jit { "jit" } else { "onetime" },
        access_seconds,
        status: state.status,
        created_at: start,
        revoke_at: state
            .is_jit
            .then(|| after(decided, access_seconds.unsigned_abs() * 1_000)),
        group: ReviewGroup {
            id: part_id(seed, plan.index, "review group"),
            name: state.group,
            status: state.group_status,
            answer: (state.status != "PENDING")
                .then(|| (reviewer(state.group, plan.identity), decided)),
        },
        rule: state.rule,
        rejection_reason: (state.status == "REJECTED")
            .then_some("Migrations on billing go through the release train."),
    })
}

/// Somebody of the group, or an admin where that would be the owner.
fn reviewer(group: &str, owner: &Identity) -> &'static Identity {
    let member = if group == "sre" { &ROSA } else { &DANA };
    if member.subject == owner.subject {
        return &INES;
    }
    member
}

/// A version 4 id for a part of session `index`.
pub fn part_id(seed: u64, index: u64, part: &str) -> Uuid {
    let high = u128::from(draw(seed, index, part));
    let low = u128::from(draw(!seed, index, part));
    uuid::Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
}
