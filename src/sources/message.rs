//! The one readable line of an event: who, what, where, how it ended, and where the recording is.
//! Never what was typed: the command is an attribute of its own, redacted on its way out.

use crate::domain::event::{EventKind, ReviewState};
use crate::domain::session::{AiAnalysis, Outcome, Session, Verb};
use crate::domain::time::human_duration;

/// `<who> <what> on <where>[: <how it ended>] — <url>`.
pub(super) fn message(session: &Session, kind: EventKind, outcome: Outcome, url: &str) -> String {
    let (what, end) = match kind {
        EventKind::Open => (opened(session), None),
        EventKind::Review(state) => (asked(session), Some(reviewed(session, state))),
        EventKind::Blocked => (tried(session), Some(blocked(session))),
        EventKind::Close => (did(session), Some(closed(session, outcome))),
    };
    let end = end.map(|end| format!(": {end}")).unwrap_or_default();
    let line = format!("{} {what} on {}{end} — {url}", who(session), place(session));
    one_line(&line)
}

fn who(session: &Session) -> &str {
    let identity = &session.identity;
    // Machines have no e-mail.
    [&identity.email, &identity.name, &identity.id]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or("somebody unknown", String::as_str)
}

fn place(session: &Session) -> String {
    let connection = &session.connection;
    let kind = match connection.subtype.is_empty() {
        true => &connection.kind,
        false => &connection.subtype,
    };
    format!("{} ({kind})", connection.name)
}

fn opened(session: &Session) -> &'static str {
    match session.verb {
        Verb::Connect => "opened a session",
        Verb::Exec => "started a script",
    }
}

fn asked(session: &Session) -> &'static str {
    match session.verb {
        Verb::Connect => "asked for a session",
        Verb::Exec => "asked to run a script",
    }
}

fn tried(session: &Session) -> &'static str {
    match session.verb {
        Verb::Connect => "had a session",
        Verb::Exec => "tried to run a script",
    }
}

fn did(session: &Session) -> &'static str {
    match (session.verb, session.is_rejected() || session.is_blocked()) {
        (Verb::Connect, true) => asked(session),
        (Verb::Exec, true) => tried(session),
        (Verb::Connect, false) => "had a session",
        (Verb::Exec, false) => "ran a script",
    }
}

fn reviewed(session: &Session, state: ReviewState) -> String {
    let groups = session.review.iter().flat_map(|review| &review.groups);
    let by: Vec<&str> = groups
        .filter(|group| ReviewState::decided(group.status) == Some(state))
        .filter_map(|group| group.reviewed_by.as_deref())
        .collect();
    let word = match state {
        ReviewState::Pending => return "waits for an approval".to_owned(),
        ReviewState::Approved => "approved",
        ReviewState::Rejected => "rejected",
    };
    match by.is_empty() {
        true => word.to_owned(),
        false => format!("{word} by {}", by.join(", ")),
    }
}

fn blocked(session: &Session) -> String {
    let rules: Vec<&str> = session
        .guardrails
        .iter()
        .map(|hit| hit.rule_name.as_str())
        .collect();
    let analysis = session.ai_analysis.as_ref().filter(|one| one.is_block());
    match (rules.is_empty(), analysis) {
        (false, _) => format!("blocked by guardrail {}", rules.join(", ")),
        (true, Some(AiAnalysis { title, .. })) if !title.is_empty() => {
            format!("blocked by the risk analysis ({title})")
        }
        (true, _) => "blocked by the risk analysis".to_owned(),
    }
}

fn closed(session: &Session, outcome: Outcome) -> String {
    let how = match (outcome, session.exit_code) {
        (Outcome::Success, _) => "succeeded".to_owned(),
        (Outcome::Blocked, _) => blocked(session),
        (Outcome::Rejected, _) => reviewed(session, ReviewState::Rejected),
        // 254 is the gateway's own: killed, broken off, agent lost.
        (Outcome::Failure, Some(254)) => "broke off without an exit code".to_owned(),
        (Outcome::Failure, Some(code)) => format!("failed with exit code {code}"),
        (Outcome::Failure | Outcome::Unknown, _) => "ended, nobody knows how".to_owned(),
    };
    let lasted = session
        .end_date
        .and_then(|end| end.duration_since(session.start_date).try_into().ok());
    match lasted {
        Some(lasted) => format!("{how} after {}", human_duration(lasted)),
        None => how,
    }
}

/// Names come from outside: a line end or an escape byte in one must not make two lines of it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::{GuardrailHit, ReviewStatus, Status};
    use crate::sources::testing::{review, session};

    const URL: &str = "https://gw.test/sessions/1";

    fn line(kind: EventKind, session: &Session) -> String {
        message(session, kind, session.outcome(), URL)
    }

    #[test]
    fn a_line_says_who_what_where_and_how() {
        let done = session(|_| ());
        assert_eq!(
            line(EventKind::Close, &done),
            "alice@lab.test ran a script on pg-prod (postgres): succeeded after 1.4s — https://gw.test/sessions/1"
        );
        let failed = session(|session| {
            session.verb = Verb::Connect;
            session.exit_code = Some(2);
        });
        assert_eq!(
            line(EventKind::Close, &failed),
            "alice@lab.test had a session on pg-prod (postgres): failed with exit code 2 after 1.4s — https://gw.test/sessions/1"
        );
        assert_eq!(
            line(EventKind::Open, &done),
            "alice@lab.test started a script on pg-prod (postgres) — https://gw.test/sessions/1"
        );
    }

    #[test]
    fn reviews_name_the_person() {
        let with = |status| session(|session| session.review = Some(review(status)));
        let approved = EventKind::Review(ReviewState::Approved);
        assert!(
            line(approved, &with(ReviewStatus::Executed))
                .contains("asked to run a script on pg-prod (postgres): approved by bob@lab.test")
        );
        let pending = EventKind::Review(ReviewState::Pending);
        assert!(line(pending, &with(ReviewStatus::Pending)).contains("waits for an approval"));
        assert!(
            line(EventKind::Close, &with(ReviewStatus::Rejected))
                .contains("tried to run a script on pg-prod (postgres): rejected by bob@lab.test")
        );
    }

    #[test]
    fn a_block_names_its_rule() {
        let hit = session(|session| {
            session.guardrails.push(GuardrailHit {
                rule_name: "no-drop".to_owned(),
                direction: "input".to_owned(),
                matched_words: vec!["DROP".to_owned()],
                message: None,
            });
        });
        assert!(line(EventKind::Blocked, &hit).contains(": blocked by guardrail no-drop — "));
    }

    #[test]
    fn the_command_is_never_in_the_line() {
        let session = session(|session| {
            session.script = Some("select secret_of_mine".to_owned());
            session.status = Status::Done;
        });
        for kind in [EventKind::Open, EventKind::Blocked, EventKind::Close] {
            assert!(!line(kind, &session).contains("secret_of_mine"));
        }
    }

    #[test]
    fn a_name_with_line_ends_stays_on_the_line() {
        let hostile = session(|session| session.identity.email = "a\r\n\u{1b}[2Jb".to_owned());
        assert!(!line(EventKind::Open, &hostile).contains(char::is_control));
    }

    #[test]
    fn a_machine_goes_by_its_name() {
        let machine = session(|session| {
            session.identity.email = String::new();
            session.identity.name = "restock-agent".to_owned();
        });
        assert!(line(EventKind::Open, &machine).starts_with("restock-agent started"));
    }
}
