//! What is odd about what came.

use super::facts::{Facts, Outcome};

/// One oddity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Stable, for programs.
    pub name: &'static str,
    /// The span's name.
    pub span: String,
    pub text: String,
}

/// What is odd about a span by itself.
pub fn of_span(facts: &Facts) -> Vec<Notice> {
    let mut all = Vec::new();
    let mut note = |name, text: String| {
        all.push(Notice {
            name,
            span: facts.name.clone(),
            text,
        });
    };
    if facts.is_chat() && facts.has_tokens() && facts.cost.is_none() {
        note("no-cost", "tokens and no cost".to_owned());
    }
    if let (Some(exception), false) = (&facts.exception, is_error(facts)) {
        let what = if facts.is_tool() { "the tool's" } else { "the" };
        note(
            "exception-without-status",
            format!(
                "{what} exception ({exception}) did not set the status: it counts as a success"
            ),
        );
    }
    if !facts.content.is_empty() {
        note(
            "content",
            format!("content is captured: {}", facts.content.join(", ")),
        );
    }
    if facts.has_old_names {
        note(
            "old-names",
            "gen_ai.system is from before 1.37, which Datadog asks for".to_owned(),
        );
    }
    if facts.outcome == Outcome::Ok {
        note(
            "status-ok",
            "status OK: Datadog may read any status above UNSET as an error".to_owned(),
        );
    }
    if facts
        .service
        .as_deref()
        .is_none_or(|name| name.starts_with("unknown_service"))
    {
        note("service", "no service is named".to_owned());
    }
    if facts.has_env_alone {
        note(
            "environment",
            "`env` is not what Datadog reads: name deployment.environment.name".to_owned(),
        );
    }
    all
}

fn is_error(facts: &Facts) -> bool {
    matches!(facts.outcome, Outcome::Error(_))
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::{chat, facts, span, text};
    use super::*;
    use crate::otlp::names;

    fn named(facts: &Facts) -> Vec<&'static str> {
        of_span(facts).iter().map(|notice| notice.name).collect()
    }

    fn good() -> Facts {
        Facts {
            service: Some("planner".to_owned()),
            cost: Some(0.1),
            ..facts(&chat(1, 0))
        }
    }

    #[test]
    fn a_good_span_is_not_odd() {
        assert_eq!(named(&good()), [""; 0]);
    }

    #[test]
    fn each_oddity_is_named() {
        let free = Facts {
            cost: None,
            ..good()
        };
        let raised = Facts {
            exception: Some("E".to_owned()),
            ..good()
        };
        let marked = Facts {
            outcome: Outcome::Error("m".to_owned()),
            ..raised.clone()
        };
        let nameless = Facts {
            service: Some("unknown_service:python".to_owned()),
            ..good()
        };
        assert_eq!(named(&free), ["no-cost"]);
        assert_eq!(named(&raised), ["exception-without-status"]);
        assert_eq!(named(&marked), [""; 0]);
        assert_eq!(named(&nameless), ["service"]);
    }

    #[test]
    fn a_span_of_no_model_owes_no_cost() {
        let tool = span(
            1,
            0,
            "execute_tool x",
            vec![text(names::OPERATION, "execute_tool")],
        );
        assert!(!named(&facts(&tool)).contains(&"no-cost"));
    }
}
