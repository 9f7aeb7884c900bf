//! Which sessions are wanted: what the gateway can sort out by itself, and the rest.
//!
//! Every condition is checked here even where the gateway was asked for it, since it compares by
//! pattern. List rows lack the analysis, so that an outcome may need the single session.

use uuid::Uuid;

use crate::domain::connection::glob_matches;
use crate::domain::session::{
    IdentityKind, NO_EXIT_CODE, Outcome, Review, ReviewStatus, Session, Status, Verb,
};
use crate::domain::time::TimeRange;
use crate::gateway::SessionQuery;

/// Conditions that must all hold; without any, every session is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// An e-mail, a name, or a subject id.
    pub identity: Option<String>,
    /// A machine identity: its id, subject, e-mail or name, as a glob; `*` is any machine.
    pub agent: Option<String>,
    /// The connection's name, as a glob.
    pub connection: Option<String>,
    /// The connection's parent type or subtype.
    pub kind: Option<String>,
    pub outcome: Option<Outcome>,
    pub approval: Option<Approval>,
    pub correlation_id: Option<String>,
    pub batch_id: Option<String>,
    pub status: Option<Status>,
    pub verb: Option<Verb>,
    /// Ran at some instant of it; one that is not over still runs.
    pub ran_in: Option<TimeRange>,
}

/// What became of a session's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// No rule demanded one.
    NotRequired,
    Pending,
    Approved,
    Rejected,
    /// Approved, and taken back.
    Revoked,
}

impl Approval {
    pub const ALL: [Approval; 5] = [
        Approval::NotRequired,
        Approval::Pending,
        Approval::Approved,
        Approval::Rejected,
        Approval::Revoked,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Approval::NotRequired => "not-required",
            Approval::Pending => "pending",
            Approval::Approved => "approved",
            Approval::Rejected => "rejected",
            Approval::Revoked => "revoked",
        }
    }

    /// `None` where the gateway itself does not know.
    pub fn of(review: Option<&Review>) -> Option<Self> {
        let Some(review) = review else {
            return Some(Approval::NotRequired);
        };
        match review.status {
            ReviewStatus::Pending => Some(Approval::Pending),
            ReviewStatus::Approved | ReviewStatus::Processing | ReviewStatus::Executed => {
                Some(Approval::Approved)
            }
            ReviewStatus::Rejected => Some(Approval::Rejected),
            ReviewStatus::Revoked => Some(Approval::Revoked),
            ReviewStatus::Unknown => None,
        }
    }
}

/// What a list row says about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowVerdict {
    Wanted,
    Unwanted,
    /// The row cannot tell; the single session can.
    AskForSession,
}

impl SessionFilter {
    /// One writing for each meaning: the conditions that are set, by name. Empty without any.
    pub fn canonical(&self) -> String {
        let Self {
            identity,
            agent,
            connection,
            kind,
            outcome,
            approval,
            correlation_id,
            batch_id,
            status,
            verb,
            ran_in,
        } = self;
        let ran_in = ran_in.map(|range| format!("{}..{}", range.since, range.until));
        let conditions = [
            ("agent", agent.as_deref()),
            ("approval", approval.map(Approval::as_str)),
            ("batch", batch_id.as_deref()),
            ("connection", connection.as_deref()),
            ("correlation", correlation_id.as_deref()),
            ("outcome", outcome.map(Outcome::as_str)),
            ("ran-in", ran_in.as_deref()),
            ("status", status.map(Status::as_str)),
            ("type", kind.as_deref()),
            ("user", identity.as_deref()),
            ("verb", verb.map(Verb::as_str)),
        ];
        let set = conditions
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        // Quoted, so that no value can look like a second condition.
        let written: Vec<String> = set
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        written.join(" ")
    }

    /// Whether a complete session is wanted.
    pub fn matches(&self, session: &Session) -> bool {
        self.matches_but_outcome(session)
            && self
                .outcome
                .is_none_or(|outcome| outcome == session.outcome())
    }

    pub(super) fn of_row(&self, row: &Session) -> RowVerdict {
        let may_be_blocked = may_be_blocked(row);
        let asks_for = |outcome| match outcome {
            Outcome::Failure | Outcome::Blocked => may_be_blocked,
            Outcome::Success | Outcome::Rejected | Outcome::Unknown => false,
        };
        match self.outcome {
            _ if !self.matches_but_outcome(row) => RowVerdict::Unwanted,
            Some(outcome) if asks_for(outcome) => RowVerdict::AskForSession,
            Some(outcome) if outcome != row.outcome() => RowVerdict::Unwanted,
            _ => RowVerdict::Wanted,
        }
    }

    fn matches_but_outcome(&self, session: &Session) -> bool {
        let is = |wanted: &Option<String>, matches: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(matches)
        };
        let equals = |given: &Option<String>, wanted: &str| given.as_deref() == Some(wanted);
        is(&self.identity, &|wanted| is_identity(session, wanted))
            && is(&self.agent, &|wanted| is_agent(session, wanted))
            && is(&self.connection, &|wanted| {
                glob_matches(wanted, &session.connection.name)
            })
            && is(&self.kind, &|wanted| {
                [&session.connection.kind, &session.connection.subtype]
                    .contains(&&wanted.to_owned())
            })
            && is(&self.correlation_id, &|wanted| {
                equals(&session.correlation_id, wanted)
            })
            && is(&self.batch_id, &|wanted| {
                equals(&session.session_batch_id, wanted)
            })
            && (self.approval.is_none() || self.approval == Approval::of(session.review.as_ref()))
            && self.status.is_none_or(|status| status == session.status)
            && self.verb.is_none_or(|verb| verb == session.verb)
            && self.ran_in.is_none_or(|range| ran_in(session, range))
    }

    /// As [`SessionFilter::query`], of what does not change in a session's life: a session that does
    /// not match yet has to be seen.
    pub(super) fn lasting_query(&self) -> SessionQuery {
        SessionQuery {
            review_status: None,
            ..self.query()
        }
    }

    /// The part of the filter that the gateway can apply, as a query of the newest page.
    pub(super) fn query(&self) -> SessionQuery {
        SessionQuery {
            user_id: self.identity.clone().filter(|text| is_subject(text)),
            connection: self
                .connection
                .clone()
                .filter(|name| !name.contains(['*', '?'])),
            kind: self
                .kind
                .clone()
                .filter(|kind| PARENT_TYPES.contains(&kind.as_str())),
            review_status: match self.approval {
                Some(Approval::Pending) => Some(ReviewStatus::Pending),
                Some(Approval::Rejected) => Some(ReviewStatus::Rejected),
                Some(Approval::Revoked) => Some(ReviewStatus::Revoked),
                // Approved is three states on the wire, and the list takes one.
                Some(Approval::Approved | Approval::NotRequired) | None => None,
            },
            batch_id: self.batch_id.clone(),
            correlation_id: self.correlation_id.clone(),
            ..SessionQuery::default()
        }
    }
}

/// Parent types that are no subtype of another one (`common/proto/types.go`, `ToConnectionType`):
/// `httpproxy`, say, is both.
const PARENT_TYPES: [&str; 3] = ["database", "application", "custom"];

/// True for a row whose missing analysis may have blocked it.
pub(super) fn may_be_blocked(row: &Session) -> bool {
    row.is_done()
        && row.exit_code == Some(NO_EXIT_CODE)
        && row.ai_analysis.is_none()
        && !row.is_blocked()
}

/// True for a text that can be nothing but a subject: the gateway's own UUIDs, and those of an
/// identity provider such as `auth0|5f7c8ec7`. The gateway compares no e-mail and no name.
fn is_subject(text: &str) -> bool {
    Uuid::try_parse(text).is_ok() || text.contains('|')
}

/// A session that waits to be run has a start and does not run. What is done without an end was
/// over at once, as far as anybody knows.
fn ran_in(session: &Session, range: TimeRange) -> bool {
    let is_over_before = match (session.status, session.end_date) {
        (Status::Ready, _) => true,
        (Status::Open, None) => false,
        (Status::Done, None) => session.start_date < range.since,
        (_, Some(end)) => end < range.since,
    };
    session.start_date < range.until && !is_over_before
}

/// A key of the gateway has its name where a person has the e-mail.
fn is_identity(session: &Session, wanted: &str) -> bool {
    let identity = &session.identity;
    let names = [&identity.email, &identity.name];
    identity.id == wanted || names.iter().any(|name| name.eq_ignore_ascii_case(wanted))
}

fn is_agent(session: &Session, wanted: &str) -> bool {
    let identity = &session.identity;
    let names = [
        identity.machine_identity_id.as_deref().unwrap_or_default(),
        &identity.id,
        &identity.email,
        &identity.name,
    ];
    identity.kind == IdentityKind::Machine && names.iter().any(|name| glob_matches(wanted, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::{AiAnalysis, GuardrailHit};
    use crate::sources::testing::{at, review, session};

    fn none() -> SessionFilter {
        SessionFilter::default()
    }

    #[test]
    fn without_conditions_every_session_is_wanted() {
        assert!(none().matches(&session(|_| ())));
    }

    #[test]
    fn an_identity_is_an_email_a_name_or_a_subject() {
        let by = |text: &str| SessionFilter {
            identity: Some(text.to_owned()),
            ..none()
        };
        let session = session(|_| ());
        assert!(by("Alice@Lab.test").matches(&session));
        assert!(by("sub-alice").matches(&session));
        assert!(by("alice").matches(&session));
        assert!(!by("SUB-ALICE").matches(&session));
        assert!(!by("ali").matches(&session));
    }

    #[test]
    fn only_what_can_be_no_name_is_asked_of_the_gateway_as_a_subject() {
        let asked = |text: &str| {
            let filter = SessionFilter {
                identity: Some(text.to_owned()),
                ..none()
            };
            filter.query().user_id
        };
        for subject in ["7452973f-2382-471b-8b20-0424fa694388", "auth0|5f7c8ec7"] {
            assert_eq!(asked(subject).as_deref(), Some(subject));
        }
        for name in ["alice@lab.test", "restock-agent", "sub-alice"] {
            assert_eq!(asked(name), None);
        }
    }

    #[test]
    fn an_agent_is_a_machine_by_any_of_its_names() {
        let by = |text: &str| SessionFilter {
            agent: Some(text.to_owned()),
            ..none()
        };
        let agent = session(|session| {
            session.identity.kind = IdentityKind::Machine;
            session.identity.machine_identity_id = Some("m-1".to_owned());
            session.identity.name = "deploy-bot".to_owned();
        });
        for wanted in ["*", "m-1", "deploy-*", "sub-alice"] {
            assert!(by(wanted).matches(&agent), "{wanted}");
        }
        assert!(!by("review-bot").matches(&agent));
        assert!(!by("*").matches(&session(|_| ())));
    }

    #[test]
    fn a_connection_is_matched_here_even_where_the_gateway_was_asked() {
        let by = |text: &str| SessionFilter {
            connection: Some(text.to_owned()),
            ..none()
        };
        assert_eq!(by("pg_prod").query().connection.as_deref(), Some("pg_prod"));
        assert!(!by("pg_prod").matches(&session(|_| ())));
        assert_eq!(by("pg-*").query().connection, None);
        assert!(by("pg-*").matches(&session(|_| ())));
    }

    #[test]
    fn a_subtype_is_not_asked_of_the_gateway() {
        let by = |text: &str| SessionFilter {
            kind: Some(text.to_owned()),
            ..none()
        };
        assert!(by("postgres").matches(&session(|_| ())));
        assert_eq!(by("postgres").query().kind, None);
        assert_eq!(by("database").query().kind.as_deref(), Some("database"));
        assert_eq!(by("httpproxy").query().kind, None);
    }

    #[test]
    fn a_session_ran_then_where_it_had_begun_and_was_not_over() {
        let during = |since: &str, until: &str| SessionFilter {
            ran_in: Some(TimeRange {
                since: at(since),
                until: at(until),
            }),
            ..none()
        };
        // It runs from 10:00:00.0 to 10:00:01.4.
        let done = session(|_| ());
        let minute = during("2026-08-20T10:00:00Z", "2026-08-20T10:01:00Z");
        let before = during("2026-08-20T09:59:00Z", "2026-08-20T10:00:00Z");
        let after = during("2026-08-20T10:00:02Z", "2026-08-20T10:01:00Z");
        assert!(minute.matches(&done));
        assert!(!before.matches(&done) && !after.matches(&done));
        let with = |status| {
            session(|session| {
                session.status = status;
                session.end_date = None;
            })
        };
        assert!(after.matches(&with(Status::Open)), "it still runs");
        assert!(!minute.matches(&with(Status::Ready)), "it never began");
        assert!(minute.matches(&with(Status::Done)) && !after.matches(&with(Status::Done)));
    }

    #[test]
    fn approvals_are_told_apart() {
        let by = |approval| SessionFilter {
            approval: Some(approval),
            ..none()
        };
        let with = |status| session(|session| session.review = Some(review(status)));
        assert!(by(Approval::NotRequired).matches(&session(|_| ())));
        assert!(by(Approval::Approved).matches(&with(ReviewStatus::Executed)));
        assert!(!by(Approval::Approved).matches(&with(ReviewStatus::Revoked)));
        for approval in Approval::ALL {
            assert!(!by(approval).matches(&with(ReviewStatus::Unknown)));
        }
        assert_eq!(
            by(Approval::Rejected).query().review_status,
            Some(ReviewStatus::Rejected)
        );
    }

    #[test]
    fn a_row_that_hides_its_analysis_is_asked_for_again() {
        let by = |outcome| SessionFilter {
            outcome: Some(outcome),
            ..none()
        };
        let without_code = session(|session| session.exit_code = Some(254));
        for outcome in [Outcome::Failure, Outcome::Blocked] {
            assert_eq!(by(outcome).of_row(&without_code), RowVerdict::AskForSession);
        }
        assert_eq!(
            by(Outcome::Success).of_row(&without_code),
            RowVerdict::Unwanted
        );
        let failed = session(|session| session.exit_code = Some(2));
        assert_eq!(by(Outcome::Failure).of_row(&failed), RowVerdict::Wanted);
        assert_eq!(by(Outcome::Blocked).of_row(&failed), RowVerdict::Unwanted);
        let hit = session(|session| {
            session.exit_code = Some(254);
            session.guardrails.push(GuardrailHit {
                rule_name: "no-drop".to_owned(),
                direction: "input".to_owned(),
                matched_words: Vec::new(),
                message: None,
            });
        });
        assert_eq!(by(Outcome::Blocked).of_row(&hit), RowVerdict::Wanted);
        let complete = session(|session| {
            session.exit_code = Some(254);
            session.ai_analysis = Some(AiAnalysis {
                risk_level: "high".to_owned(),
                title: "Drop".to_owned(),
                explanation: String::new(),
                action: "block_execution".to_owned(),
            });
        });
        assert!(by(Outcome::Blocked).matches(&complete));
        assert!(!by(Outcome::Failure).matches(&complete));
    }
}
