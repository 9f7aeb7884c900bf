//! What an error of a remote says: nobody answered, somebody else did, or it was a no.

use std::future::Future;
use std::time::Duration;

use super::finding::Finding;
use crate::datadog::{DatadogError, Meaning};
use crate::gateway::GatewayError;
use crate::http::TransportError;

/// One question takes at most this long.
const LONGEST_QUESTION: Duration = Duration::from_secs(12);
/// A search of many short questions, at most this long.
const LONGEST_SEARCH: Duration = Duration::from_secs(24);

const SOMEBODY_ELSE: &str = "something answers in Datadog's place, such as a proxy or a page to sign in \
     to a network: look at that, and at --site";
const LATER: &str = "run it again later; https://status.datadoghq.com says how Datadog is";

/// An error of a remote that may have been one of the network.
pub trait Away: std::fmt::Display {
    /// Nobody answered, or somebody else than was asked, or it cannot at the moment.
    fn is_away(&self) -> bool;

    /// Somebody answered.
    fn was_reached(&self) -> bool;

    /// What helps.
    fn advice(&self) -> Option<String>;
}

impl Away for TransportError {
    fn is_away(&self) -> bool {
        !matches!(
            self,
            TransportError::Settings { .. } | TransportError::Certificate { .. }
        )
    }

    fn was_reached(&self) -> bool {
        false
    }

    fn advice(&self) -> Option<String> {
        self.hint().map(str::to_owned)
    }
}

impl Away for DatadogError {
    fn is_away(&self) -> bool {
        match self {
            DatadogError::Refused(refusal) => !matches!(
                refusal.meaning,
                Meaning::Pause | Meaning::Poison | Meaning::Split
            ),
            DatadogError::Transport(_) | DatadogError::Malformed { .. } => true,
            DatadogError::Partial { .. } => true,
            DatadogError::Key(_)
            | DatadogError::NoApiKey { .. }
            | DatadogError::NoApplicationKey { .. } => false,
        }
    }

    fn was_reached(&self) -> bool {
        !matches!(self, DatadogError::Transport(_))
    }

    fn advice(&self) -> Option<String> {
        match self {
            DatadogError::Transport(error) => error.advice(),
            DatadogError::Malformed { .. } => Some(SOMEBODY_ELSE.to_owned()),
            DatadogError::Refused(refusal) => match (refusal.meaning, &refusal.need) {
                (Meaning::NotAnIntake, _) => Some(SOMEBODY_ELSE.to_owned()),
                (Meaning::Pause, Some(need)) => Some(need.to_string()),
                (Meaning::Retry { .. } | Meaning::RetryAFewTimes { .. }, _) => {
                    Some(LATER.to_owned())
                }
                _ => None,
            },
            DatadogError::Partial { .. } => Some(LATER.to_owned()),
            DatadogError::Key(_)
            | DatadogError::NoApiKey { .. }
            | DatadogError::NoApplicationKey { .. } => None,
        }
    }
}

impl Away for GatewayError {
    fn is_away(&self) -> bool {
        matches!(
            self,
            GatewayError::Transport(_)
                | GatewayError::Failing { .. }
                | GatewayError::NotAGateway { .. }
        )
    }

    fn was_reached(&self) -> bool {
        !matches!(self, GatewayError::Transport(_))
    }

    fn advice(&self) -> Option<String> {
        match self {
            GatewayError::Transport(error) => error.advice(),
            GatewayError::Failing { .. } => {
                Some("the gateway's own log says more; run it again later".to_owned())
            }
            GatewayError::NotAGateway { .. } => Some(
                "--gateway-url names the address that people open, such as https://use.hoop.dev"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// What an error of a remote means for a check that is about something else.
pub fn unanswered(error: &impl Away) -> Finding {
    let finding = match error.is_away() && !error.was_reached() {
        true => Finding::unknown(format!("no answer: {error}")),
        false => Finding::unknown(error.to_string()),
    };
    error.advice().into_iter().fold(finding, Finding::fix)
}

/// What an error of the network means for the check that is about `who`, with what helps.
pub fn away(who: &str, error: &impl Away) -> Finding {
    let finding = match error.was_reached() {
        true => Finding::away(error.to_string()),
        false => Finding::away(format!("{who} is unreachable: {error}")),
    };
    error.advice().into_iter().fold(finding, Finding::fix)
}

/// The answer, or that there was none in time.
pub async fn within<T, E: From<TransportError>>(
    url: impl Into<String>,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    in_time(LONGEST_QUESTION, url.into(), asked).await
}

/// As [`within`], of what takes many questions.
pub async fn searched<T, E: From<TransportError>>(
    url: impl Into<String>,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    in_time(LONGEST_SEARCH, url.into(), asked).await
}

async fn in_time<T, E: From<TransportError>>(
    limit: Duration,
    url: String,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(limit, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(TransportError::Timeout { url }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_question_and_never_answers_is_away() {
        let began = tokio::time::Instant::now();
        let asked = std::future::pending::<Result<(), DatadogError>>();
        let error = within("https://intake.test", asked).await;
        let error = error.expect_err("nobody answers");
        assert_eq!(began.elapsed(), LONGEST_QUESTION);
        let finding = away("the intake", &error);
        assert_eq!((finding.state, finding.is_away), (State::Problem, true));
        assert!(
            finding.evidence[0].starts_with("the intake is unreachable: https://intake.test"),
            "{finding:?}"
        );
        assert_eq!(finding.fixes, ["run the same command again"]);
    }
}
