//! What a receiver's answer means, and the errors of this room.

use std::fmt;
use std::time::Duration;

use crate::http::TransportError;

/// What a sender has to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same request may succeed later; `after` is what the answer asked to wait.
    Retry { after: Option<Duration> },
    /// As [`Verdict::Retry`], by statuses that the specification does not retry and stock exporters
    /// give up on: worth a few attempts.
    RetryAFewTimes { after: Option<Duration> },
    /// Too large: send fewer spans at once.
    Split,
    /// Something in the body is refused; the rest of it may be good.
    Poison,
    /// Nothing can be sent until somebody acts.
    Pause,
    /// The address does not behave like a receiver of OTLP.
    NotAReceiver,
}

impl Verdict {
    /// The one table. The specification retries 429, 502, 503 and 504 and no other status.
    pub fn of_status(status: u16, after: Option<Duration>) -> Self {
        match status {
            429 | 502..=504 => Verdict::Retry { after },
            408 | 500 => Verdict::RetryAFewTimes { after },
            413 => Verdict::Split,
            400 | 422 => Verdict::Poison,
            401 | 403 => Verdict::Pause,
            _ => Verdict::NotAReceiver,
        }
    }
}

/// An answer other than 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The address, safe to print.
    pub url: String,
    pub status: u16,
    pub verdict: Verdict,
    /// A key or another credential went with the request.
    pub had_key: bool,
    /// What the body said, in one line; empty where it said nothing.
    pub text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { url, status, .. } = self;
        match self.verdict {
            Verdict::Pause if !self.had_key => {
                write!(f, "{url} refused spans that came without a key ({status})")?;
            }
            Verdict::Pause => write!(
                f,
                "{url} refused the key, or is not open for this account ({status})"
            )?,
            Verdict::Poison => write!(f, "{url} refused spans as malformed ({status})")?,
            Verdict::Split => write!(f, "{url} refused spans as too large ({status})")?,
            Verdict::Retry { .. } if *status == 429 => {
                write!(f, "{url} was sent spans too often ({status})")?;
            }
            Verdict::Retry { .. } | Verdict::RetryAFewTimes { .. } => {
                write!(f, "{url} could not take spans now ({status})")?;
            }
            Verdict::NotAReceiver => {
                write!(
                    f,
                    "{url} answered {status}, as no receiver of OTLP over HTTP does"
                )?;
            }
        }
        match self.text.as_str() {
            "" => Ok(()),
            text => write!(f, ": {text}"),
        }
    }
}

/// Why spans were not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("{0}")]
    Refused(Box<Refusal>),
}

impl OtlpError {
    /// The status that was answered; `None` where there was no answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            OtlpError::Refused(refusal) => Some(refusal.status),
            OtlpError::Transport(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_refused_only_where_one_was_sent() {
        let told = |had_key| {
            let refusal = Refusal {
                url: "http://localhost:4318/v1/traces".to_owned(),
                status: 403,
                verdict: Verdict::Pause,
                had_key,
                text: "an HTML page titled `Forbidden`".to_owned(),
            };
            refusal.to_string()
        };
        assert!(told(true).contains("refused the key"));
        assert_eq!(
            told(false),
            "http://localhost:4318/v1/traces refused spans that came without a key (403): an HTML \
             page titled `Forbidden`"
        );
    }

    #[test]
    fn every_status_has_its_verdict() {
        let after = Some(Duration::from_secs(3));
        let retry = Verdict::Retry { after };
        let few = Verdict::RetryAFewTimes { after };
        for (status, verdict) in [
            (400, Verdict::Poison),
            (401, Verdict::Pause),
            (403, Verdict::Pause),
            (404, Verdict::NotAReceiver),
            (408, few),
            (413, Verdict::Split),
            (415, Verdict::NotAReceiver),
            (429, retry),
            (500, few),
            (501, Verdict::NotAReceiver),
            (502, retry),
            (503, retry),
            (504, retry),
            (307, Verdict::NotAReceiver),
        ] {
            assert_eq!(Verdict::of_status(status, after), verdict, "{status}");
        }
    }
}
