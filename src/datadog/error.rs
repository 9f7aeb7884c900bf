//! What an answer of Datadog means, and the errors of this room.

use std::fmt;
use std::time::Duration;

use super::keys::{KeyShape, Token};
use super::operation::Permission;
use super::rate::RateLimit;
use crate::http::TransportError;

/// What a sender has to do about an answer, or about there being none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// 2xx: taken.
    Delivered,
    /// The same request may succeed later; `after` is what the answer asked to wait.
    Retry { after: Option<Duration> },
    /// As [`Meaning::Retry`], and worth a few attempts alone. Of other receivers: no status of
    /// Datadog's own intakes means it.
    RetryAFewTimes { after: Option<Duration> },
    /// Too large: send less at once.
    Split,
    /// Something in the body is refused; the rest of it may be good.
    Poison,
    /// The key is refused. Nothing can be sent until somebody acts.
    Pause,
    /// The address does not behave like this part of Datadog.
    NotAnIntake,
    /// No answer, and the same request will not get one: a refused certificate, a bad proxy.
    Unreachable,
}

impl Meaning {
    /// The one table. Statuses: the OpenAPI document of the logs intake names 202, 400, 401, 403,
    /// 408, 413, 429, 500 and 503. A status that nobody documents is none of an intake, so that it
    /// stops the run instead of being retried for ever.
    pub fn of_status(status: u16, after: Option<Duration>) -> Self {
        match status {
            200..=299 => Meaning::Delivered,
            408 | 425 | 429 | 500..=599 => Meaning::Retry { after },
            413 => Meaning::Split,
            400 | 422 => Meaning::Poison,
            401 | 403 => Meaning::Pause,
            _ => Meaning::NotAnIntake,
        }
    }
}

/// What a key has to be allowed for a request that was refused. Displays as advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    pub permission: Permission,
    /// Log monitors want a key without scopes, whatever the scopes are (OpenAPI document v1,
    /// `CreateMonitor` and `ValidateMonitor`).
    pub is_unscoped: bool,
    /// What was shown is an access token, which always has scopes.
    pub token: Option<Token>,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = self.permission;
        match (self.is_unscoped, self.token) {
            (true, None) => write!(
                f,
                "log monitors need an application key without scopes, of somebody who has `{permission}`"
            ),
            (true, Some(token)) => write!(
                f,
                "log monitors need an application key without scopes; a {token} always has scopes"
            ),
            (false, None) => write!(
                f,
                "it takes the permission `{permission}`, of the application key's scopes and of its owner's role"
            ),
            (false, Some(token)) => write!(
                f,
                "it takes the permission `{permission}` among the scopes of the {token}"
            ),
        }
    }
}

/// An answer other than 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The host the request was meant for.
    pub host: String,
    /// Method and path, such as `POST /api/v2/logs`.
    pub request: String,
    pub status: u16,
    pub meaning: Meaning,
    /// What the body said, in one line; empty where it said nothing.
    pub text: String,
    /// The body had a shape of Datadog's own errors.
    pub is_datadogs: bool,
    /// What a key must be allowed for this request, where it is of the web API.
    pub need: Option<Need>,
    /// Where a redirect pointed: a host alone, for the rest may hold anything.
    pub redirected_to: Option<String>,
    pub rate_limit: Option<RateLimit>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal {
            host,
            request,
            status,
            ..
        } = self;
        match (self.meaning, &self.redirected_to) {
            (Meaning::NotAnIntake, Some(other)) => {
                return write!(
                    f,
                    "{host} answered {request} with a redirect to {other} ({status}), which is not followed since the key would go with it"
                );
            }
            (Meaning::Pause, _) if self.need.is_some() && *status == 403 => {
                write!(
                    f,
                    "{host} does not allow {request} with this key ({status})"
                )?;
            }
            (Meaning::Pause, _) => write!(f, "{host} refused the key ({status} on {request})")?,
            (Meaning::Poison, _) => write!(f, "{host} refused {request} as malformed ({status})")?,
            (Meaning::Split, _) => write!(f, "{host} refused {request} as too large ({status})")?,
            (Meaning::Retry { .. }, _) if *status == 429 => {
                write!(f, "{host} was asked too often ({status} on {request})")?;
            }
            (Meaning::Retry { .. }, _) => {
                write!(f, "{host} could not serve {request} now ({status})")?;
            }
            _ if self.is_datadogs => write!(f, "{host} refused {request} ({status})")?,
            _ => write!(
                f,
                "{host} answered {request} with {status}, as nothing of Datadog's does there"
            )?,
        }
        match self.text.as_str() {
            "" => Ok(()),
            text => write!(f, ": {text}"),
        }
    }
}

/// Why a request to Datadog came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatadogError {
    #[error(transparent)]
    Key(#[from] KeyShape),
    #[error("{request} needs an API key; an access token does not open it")]
    NoApiKey { request: String },
    #[error("{request} needs an application key beside the API key, or an access token")]
    NoApplicationKey { request: String },
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("{0}")]
    Refused(Box<Refusal>),
    #[error("{host} answered {request} with 2xx and a body that is not Datadog's: {why}")]
    Malformed {
        host: String,
        request: String,
        why: String,
    },
    /// The search ran out of time on Datadog's side; what it found is not all there is.
    #[error("{host} answered {request} in part: its search ran out of time")]
    Partial { host: String, request: String },
}

impl DatadogError {
    /// What a sender has to do about it.
    pub fn meaning(&self) -> Meaning {
        match self {
            DatadogError::Key(_)
            | DatadogError::NoApiKey { .. }
            | DatadogError::NoApplicationKey { .. } => Meaning::Pause,
            DatadogError::Transport(error) if error.is_retriable() => {
                Meaning::Retry { after: None }
            }
            DatadogError::Transport(_) => Meaning::Unreachable,
            DatadogError::Refused(refusal) => refusal.meaning,
            DatadogError::Malformed { .. } => Meaning::NotAnIntake,
            DatadogError::Partial { .. } => Meaning::Retry { after: None },
        }
    }

    /// Whether Datadog may have carried out the request all the same: no answer came to the end,
    /// or one of something that failed on the way. After a creation, look before asking again.
    pub fn may_have_happened(&self) -> bool {
        match self {
            DatadogError::Transport(error) => matches!(
                error,
                TransportError::Broken { .. }
                    | TransportError::Timeout { .. }
                    | TransportError::TooLarge { .. }
            ),
            DatadogError::Refused(refusal) => refusal.status >= 500 || refusal.status == 408,
            DatadogError::Malformed { .. } => true,
            _ => false,
        }
    }

    /// Datadog itself said that there is no such thing. A 404 of something in between says nothing.
    pub fn says_gone(&self) -> bool {
        matches!(self, DatadogError::Refused(refusal) if refusal.status == 404 && refusal.is_datadogs)
    }

    /// The answer's status, where there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            DatadogError::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Distrust;

    #[test]
    fn every_status_has_its_meaning() {
        let after = Some(Duration::from_secs(3));
        let retry = Meaning::Retry { after };
        for (statuses, meaning) in [
            (&[200, 202, 204][..], Meaning::Delivered),
            (&[408, 425, 429, 500, 502, 503, 504, 599], retry),
            (&[413], Meaning::Split),
            (&[400, 422], Meaning::Poison),
            (&[401, 403], Meaning::Pause),
            (&[301, 302, 307, 308, 404, 405], Meaning::NotAnIntake),
            (&[101, 402, 407, 410, 415, 600], Meaning::NotAnIntake),
        ] {
            for status in statuses {
                assert_eq!(Meaning::of_status(*status, after), meaning, "{status}");
            }
        }
    }

    #[test]
    fn no_answer_means_a_retry_unless_it_will_never_come() {
        let url = "https://intake.test/".to_owned();
        let timeout = DatadogError::from(TransportError::Timeout { url: url.clone() });
        assert_eq!(timeout.meaning(), Meaning::Retry { after: None });
        let refused = DatadogError::from(TransportError::Certificate {
            url,
            why: "expired".to_owned(),
            distrust: Distrust::Time,
        });
        assert_eq!(refused.meaning(), Meaning::Unreachable);
    }

    #[test]
    fn a_refusal_says_who_refused_what_and_why() {
        let refusal = Refusal {
            host: "http-intake.logs.datadoghq.eu".to_owned(),
            request: "POST /api/v2/logs".to_owned(),
            status: 403,
            meaning: Meaning::Pause,
            text: "API key is missing or invalid".to_owned(),
            is_datadogs: true,
            need: None,
            redirected_to: None,
            rate_limit: None,
        };
        assert_eq!(
            DatadogError::Refused(Box::new(refusal)).to_string(),
            "http-intake.logs.datadoghq.eu refused the key (403 on POST /api/v2/logs): API key is missing or invalid"
        );
    }
}
