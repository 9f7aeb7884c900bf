//! How long a call of the management API waits for Datadog: the decision, not the waiting.
//!
//! A 429 was not carried out, so every call may be repeated after one. What failed on Datadog's
//! side or broke on the way may have been carried out, so only a call that does the same twice is
//! repeated. Official clients wait `X-RateLimit-Reset` on 429 and back off exponentially on 5xx
//! (DataDog/datadog-api-client-go).

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::error::{DatadogError, Meaning};
use crate::domain::time::human_duration;
use crate::http::TransportError;

/// A reset of 0 means that the window is about to turn.
const SHORTEST: Duration = Duration::from_secs(1);
/// What all waits of one call add up to at most, where the caller says nothing.
const LONGEST: Duration = Duration::from_secs(120);
/// Failures other than 429 that one call survives: waits of 1, 2 and 4 seconds.
const FAILURES: u32 = 3;

/// How long a call may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    longest: Duration,
    deadline: Option<Instant>,
    shortest: Duration,
}

/// A wait that begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Method and path.
    pub request: String,
    pub wait: Duration,
    /// Datadog limits how often this is asked; otherwise it failed or the connection broke.
    pub is_rate_limit: bool,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.is_rate_limit {
            true => "Datadog limits how often this is asked",
            false => "Datadog did not answer as it should",
        };
        write!(
            f,
            "{why}; {} goes on in {}",
            self.request,
            human_duration(self.wait)
        )
    }
}

impl Default for Patience {
    /// Two minutes a call.
    fn default() -> Self {
        Self {
            longest: LONGEST,
            deadline: None,
            shortest: SHORTEST,
        }
    }
}

impl Patience {
    /// Every failure is handed back at once.
    pub fn none() -> Self {
        Self::at_most(Duration::ZERO)
    }

    /// One call waits for so long at most.
    pub fn at_most(longest: Duration) -> Self {
        Self {
            longest,
            ..Self::default()
        }
    }

    /// No wait goes beyond `deadline`.
    pub fn until(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// Nothing is waited for longer than asked.
    #[cfg(test)]
    pub fn hurried() -> Self {
        Self {
            shortest: Duration::ZERO,
            ..Self::default()
        }
    }

    /// How long to wait before the call is repeated; `None` where `error` is to be handed back.
    pub(super) fn wait_after(
        &self,
        error: &DatadogError,
        is_repeatable: bool,
        so_far: &Waited,
        now: Instant,
    ) -> Option<Duration> {
        let wait = match (error.status(), error.meaning()) {
            (Some(429), Meaning::Retry { after }) => after.unwrap_or_default().max(self.shortest),
            _ if !is_repeatable || so_far.failures >= FAILURES => return None,
            (Some(_), Meaning::Retry { after }) => {
                self.backoff(so_far).max(after.unwrap_or_default())
            }
            _ if broke(error) => self.backoff(so_far),
            _ => return None,
        };
        let is_within = self.deadline.is_none_or(|deadline| now + wait < deadline)
            && so_far.total + wait <= self.longest;
        is_within.then_some(wait)
    }

    fn backoff(&self, so_far: &Waited) -> Duration {
        self.shortest * 2_u32.pow(so_far.failures)
    }
}

/// The connection came about and broke. Nobody waits for a host that cannot be reached at all.
fn broke(error: &DatadogError) -> bool {
    matches!(
        error,
        DatadogError::Transport(TransportError::Broken { .. } | TransportError::Timeout { .. })
    )
}

/// What one call has waited for.
#[derive(Debug, Default)]
pub(super) struct Waited {
    total: Duration,
    failures: u32,
}

impl Waited {
    pub fn add(&mut self, wait: Duration, is_rate_limit: bool) {
        self.total += wait;
        self.failures += u32::from(!is_rate_limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::error::Refusal;

    fn answered(status: u16, after: Option<u64>) -> DatadogError {
        DatadogError::Refused(Box::new(Refusal {
            host: "api.datadoghq.com".to_owned(),
            request: "GET /api/v1/monitor".to_owned(),
            status,
            meaning: Meaning::of_status(status, after.map(Duration::from_secs)),
            text: String::new(),
            is_datadogs: true,
            need: None,
            redirected_to: None,
            rate_limit: None,
        }))
    }

    fn waited(total: u64, failures: u32) -> Waited {
        Waited {
            total: Duration::from_secs(total),
            failures,
        }
    }

    fn seconds(error: &DatadogError, is_repeatable: bool, so_far: &Waited) -> Option<u64> {
        Patience::default()
            .wait_after(error, is_repeatable, so_far, Instant::now())
            .map(|wait| wait.as_secs())
    }

    #[test]
    fn a_429_waits_for_its_reset_and_a_second_at_least() {
        let nothing = Waited::default();
        assert_eq!(seconds(&answered(429, Some(7)), false, &nothing), Some(7));
        assert_eq!(seconds(&answered(429, Some(0)), false, &nothing), Some(1));
        assert_eq!(seconds(&answered(429, None), true, &nothing), Some(1));
    }

    #[test]
    fn no_call_waits_beyond_its_limit_or_the_deadline() {
        let slow = answered(429, Some(30));
        assert_eq!(seconds(&slow, true, &waited(90, 0)), Some(30));
        assert_eq!(seconds(&slow, true, &waited(91, 0)), None);
        let now = Instant::now();
        let patience = Patience::default().until(Some(now + Duration::from_secs(10)));
        assert_eq!(
            patience.wait_after(&slow, true, &Waited::default(), now),
            None
        );
        let wait = Patience::none().wait_after(&slow, true, &Waited::default(), now);
        assert_eq!(wait, None);
    }

    #[test]
    fn failures_are_waited_out_ever_longer_where_repeating_is_safe() {
        let failing = answered(502, None);
        let waits = [0, 1, 2, 3].map(|failures| seconds(&failing, true, &waited(0, failures)));
        assert_eq!(waits, [Some(1), Some(2), Some(4), None]);
        assert_eq!(seconds(&failing, false, &Waited::default()), None);
        assert_eq!(
            seconds(&answered(503, Some(20)), true, &waited(0, 1)),
            Some(20)
        );
    }

    #[test]
    fn what_will_not_pass_by_itself_is_handed_back_at_once() {
        for status in [301, 400, 401, 403, 404, 409, 413] {
            assert_eq!(
                seconds(&answered(status, None), true, &Waited::default()),
                None
            );
        }
        let url = "https://api.datadoghq.com".to_owned();
        let unknown = DatadogError::from(TransportError::UnknownHost { url: url.clone() });
        assert_eq!(seconds(&unknown, true, &Waited::default()), None);
        let why = "reset".to_owned();
        let broken = DatadogError::from(TransportError::Broken { url, why });
        assert_eq!(seconds(&broken, true, &Waited::default()), Some(1));
        assert_eq!(seconds(&broken, false, &Waited::default()), None);
    }

    #[test]
    fn a_wait_says_what_goes_on_when() {
        let wait = Wait {
            request: "POST /api/v1/monitor".to_owned(),
            wait: Duration::from_millis(2_500),
            is_rate_limit: true,
        };
        assert_eq!(
            wait.to_string(),
            "Datadog limits how often this is asked; POST /api/v1/monitor goes on in 2.5s"
        );
    }
}
