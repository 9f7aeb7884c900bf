//! Faults on request: what may go wrong, how it is written, and which request it strikes.
//!
//! A fault is written `[SCOPE:]KIND[=VALUE][@RATE]`:
//!
//! | kind | what happens |
//! |---|---|
//! | a status 300-599 | answered at once, nothing stored; the value becomes `Retry-After`; a 429 of a rate-limited operation without one announces the next window in a second |
//! | `reset` | the connection is reset before the body is read, nothing stored |
//! | `reset-after-store` | all is done and stored, then the connection is reset without an answer |
//! | `stall` | the request is read and never answered, nothing stored |
//! | `slow[=PAUSE]` | all is done; the answer goes out a byte at a time, one second apart by default |
//! | `cut` | all is done; the answer promises its whole body, sends half of it and ends |
//! | `redirect` | 307 to `/elsewhere` on the other listener, nothing stored |
//! | `limit=BYTES` | bodies above so many bytes, decompressed, are answered 413 |
//! | `poison=TEXT` | bodies in which the text stands, decompressed, are answered 400, nothing stored |
//! | `quota=CALLS/PERIOD` | every rate-limited operation may be called so often in each period: `quota=3/1s` |
//! | `clock=+1h` | the stand-in's clock is off: its `Date`, and every age it judges |
//!
//! The scope is one of `logs`, `events`, `search`, `monitors`, `dashboards`, `otlp`, `llmobs`,
//! `api`, `gateway`, `svix`, `elsewhere`; without one every request is meant. The rate is a share
//! from 0 to 1 and 1 where it is missing.

mod choice;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

pub use choice::{Decision, Plan};

use super::datadog::RateLimit;
use super::product::Product;
use crate::domain::time::parse_duration;

/// What `slow` waits between two bytes unless told.
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);

/// One fault and how often it strikes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub scope: Option<Product>,
    pub kind: Kind,
    /// The share of requests struck, from 0 to 1.
    pub rate: f64,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Status {
        code: u16,
        /// The text of `Retry-After`, taken as it is: seconds, an HTTP date or rubbish.
        retry_after: Option<String>,
    },
    Reset,
    ResetAfterStore,
    Stall,
    Slow {
        pause: Duration,
    },
    Cut,
    Redirect,
    Limit {
        bytes: usize,
    },
    Poison {
        text: String,
    },
    Quota(RateLimit),
    Clock {
        shift: SignedDuration,
    },
}

/// The part of a fault that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaultError {
    #[error(
        "fault scope `{0}` is unknown; it is one of logs, events, search, monitors, dashboards, otlp, llmobs, api, gateway, svix, elsewhere"
    )]
    Scope(String),
    #[error(
        "fault kind `{0}` is unknown; it is a status from 300 to 599 or one of reset, reset-after-store, stall, slow, cut, redirect, limit, poison, quota, clock"
    )]
    Kind(String),
    #[error("fault value `{value}` does not fit `{kind}`, which takes {takes}")]
    Value {
        kind: String,
        value: String,
        takes: &'static str,
    },
    #[error("fault rate `{0}` is not a number from 0 to 1")]
    Rate(String),
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rest, rate) = match text.trim().rsplit_once('@') {
            Some((rest, rate)) => (rest, parse_rate(rate)?),
            None => (text.trim(), 1.0),
        };
        // A colon may also stand in the value: `429=Fri, 20 Nov 2026 10:00:00 GMT`.
        let head = rest.split('=').next().unwrap_or_default();
        let (scope, rest) = match head.split_once(':') {
            Some((scope, _)) => (Some(parse_scope(scope)?), &rest[scope.len() + 1..]),
            None => (None, rest),
        };
        let (kind, value) = match rest.split_once('=') {
            Some((kind, value)) => (kind, Some(value)),
            None => (rest, None),
        };
        Ok(Self {
            scope,
            kind: parse_kind(kind, value)?,
            rate,
        })
    }
}

fn parse_rate(text: &str) -> Result<f64, FaultError> {
    text.parse()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or_else(|| FaultError::Rate(text.to_owned()))
}

fn parse_scope(text: &str) -> Result<Product, FaultError> {
    text.parse()
        .map_err(|()| FaultError::Scope(text.to_owned()))
}

fn parse_kind(kind: &str, value: Option<&str>) -> Result<Kind, FaultError> {
    let refuse = |takes| FaultError::Value {
        kind: kind.to_owned(),
        value: value.unwrap_or_default().to_owned(),
        takes,
    };
    let plain = |found: Kind| match value {
        None => Ok(found),
        Some(_) => Err(refuse("no value")),
    };
    match kind {
        "reset" => plain(Kind::Reset),
        "reset-after-store" => plain(Kind::ResetAfterStore),
        "stall" => plain(Kind::Stall),
        "cut" => plain(Kind::Cut),
        "redirect" => plain(Kind::Redirect),
        "slow" => value
            .map_or(Ok(DEFAULT_PAUSE), parse_duration)
            .map(|pause| Kind::Slow { pause })
            .map_err(|_| refuse("the pause between two bytes, such as 50ms")),
        "limit" => value
            .and_then(|value| value.parse().ok())
            .map(|bytes| Kind::Limit { bytes })
            .ok_or_else(|| refuse("a number of bytes")),
        "poison" => value
            .filter(|text| !text.is_empty())
            .map(|text| Kind::Poison {
                text: text.to_owned(),
            })
            .ok_or_else(|| refuse("the text that is refused")),
        "quota" => value
            .and_then(parse_quota)
            .map(Kind::Quota)
            .ok_or_else(|| refuse("calls in a period of whole seconds, such as 3/1s")),
        "clock" => value
            .and_then(parse_shift)
            .map(|shift| Kind::Clock { shift })
            .ok_or_else(|| refuse("a signed duration, such as +1h")),
        _ => parse_status(kind)
            .map(|code| Kind::Status {
                code,
                retry_after: value.map(str::to_owned),
            })
            .ok_or_else(|| FaultError::Kind(kind.to_owned())),
    }
}

/// A status that is no success: claiming a 2xx without storing would be no fault but a lie.
fn parse_status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (300..600).contains(code))
}

fn parse_quota(text: &str) -> Option<RateLimit> {
    let (calls, period) = text.split_once('/')?;
    let period = parse_duration(period).ok()?;
    let is_whole = period.subsec_nanos() == 0 && !period.is_zero();
    is_whole.then_some(RateLimit {
        calls: calls.parse().ok()?,
        period: period.as_secs(),
    })
}

fn parse_shift(text: &str) -> Option<SignedDuration> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let shift = SignedDuration::try_from(parse_duration(rest).ok()?).ok()?;
    shift.checked_mul(sign)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scope) = self.scope {
            write!(f, "{scope}:")?;
        }
        write!(f, "{}@{}", self.kind, self.rate)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Status {
                code,
                retry_after: None,
            } => write!(f, "{code}"),
            Kind::Status {
                code,
                retry_after: Some(text),
            } => write!(f, "{code}={text}"),
            Kind::Reset => f.write_str("reset"),
            Kind::ResetAfterStore => f.write_str("reset-after-store"),
            Kind::Stall => f.write_str("stall"),
            Kind::Slow { pause } => write!(f, "slow={}ms", pause.as_millis()),
            Kind::Cut => f.write_str("cut"),
            Kind::Redirect => f.write_str("redirect"),
            Kind::Limit { bytes } => write!(f, "limit={bytes}"),
            Kind::Poison { text } => write!(f, "poison={text}"),
            Kind::Quota(RateLimit { calls, period }) => write!(f, "quota={calls}/{period}s"),
            Kind::Clock { shift } => {
                let sign = if shift.is_negative() { '-' } else { '+' };
                write!(f, "clock={sign}{}ms", shift.unsigned_abs().as_millis())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Fault {
        text.parse().expect("a well-formed fault")
    }

    #[test]
    fn every_part_is_read() {
        assert_eq!(
            fault("logs:503@0.3"),
            Fault {
                scope: Some(Product::Logs),
                kind: Kind::Status {
                    code: 503,
                    retry_after: None
                },
                rate: 0.3
            }
        );
        assert_eq!(
            fault("gateway:clock=-1h30m").kind,
            Kind::Clock {
                shift: SignedDuration::from_mins(-90)
            }
        );
        assert_eq!(
            fault("slow@1").kind,
            Kind::Slow {
                pause: Duration::from_secs(1)
            }
        );
        let quota = RateLimit {
            calls: 3,
            period: 60,
        };
        assert_eq!(fault("monitors:quota=3/1m").kind, Kind::Quota(quota));
        assert_eq!(fault("limit=10240@0.5").kind, Kind::Limit { bytes: 10_240 });
        let text = "\"seq\":3".to_owned();
        assert_eq!(fault("logs:poison=\"seq\":3").kind, Kind::Poison { text });
    }

    #[test]
    fn a_retry_after_is_taken_as_it_is() {
        let date = fault("429=Fri, 20 Nov 2026 10:00:00 GMT@1");
        assert_eq!(
            date.kind,
            Kind::Status {
                code: 429,
                retry_after: Some("Fri, 20 Nov 2026 10:00:00 GMT".to_owned())
            }
        );
    }

    #[test]
    fn an_error_names_the_part_that_is_wrong() {
        let error = |text: &str| text.parse::<Fault>().expect_err("it is malformed");
        assert_eq!(error("mail:503"), FaultError::Scope("mail".to_owned()));
        assert_eq!(error("explode@1"), FaultError::Kind("explode".to_owned()));
        assert_eq!(error("202@1"), FaultError::Kind("202".to_owned()));
        assert_eq!(error(""), FaultError::Kind(String::new()));
        assert_eq!(error("503@1.5"), FaultError::Rate("1.5".to_owned()));
        assert_eq!(error("503@"), FaultError::Rate(String::new()));
        assert_eq!(error("503@NaN"), FaultError::Rate("NaN".to_owned()));
        for text in [
            "reset=1",
            "limit",
            "limit=-3",
            "poison",
            "poison=",
            "clock=1h",
            "slow=fast",
            "quota=3",
            "quota=3/0s",
            "quota=-1/1s",
        ] {
            assert!(matches!(error(text), FaultError::Value { .. }), "{text}");
        }
    }

    fn any_kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            (300u16..600, proptest::option::of("[a-z0-9 ,:]{1,12}"))
                .prop_map(|(code, retry_after)| Kind::Status { code, retry_after }),
            Just(Kind::Reset),
            Just(Kind::ResetAfterStore),
            Just(Kind::Stall),
            Just(Kind::Cut),
            Just(Kind::Redirect),
            (0u64..100_000).prop_map(|ms| Kind::Slow {
                pause: Duration::from_millis(ms)
            }),
            any::<u32>().prop_map(|bytes| Kind::Limit {
                bytes: bytes as usize
            }),
            "[a-z0-9=:@\"]{1,12}".prop_map(|text| Kind::Poison { text }),
            (any::<u64>(), 1..1_000_000u64)
                .prop_map(|(calls, period)| Kind::Quota(RateLimit { calls, period })),
            (-1_000_000i64..1_000_000).prop_map(|ms| Kind::Clock {
                shift: SignedDuration::from_millis(ms)
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_the_same_fault(
            scope in proptest::option::of(proptest::sample::select(Product::ALL.to_vec())),
            kind in any_kind(),
            rate in 0.0..=1.0f64,
        ) {
            let original = Fault { scope, kind, rate };
            let printed = original.to_string();
            prop_assert_eq!(printed.parse::<Fault>(), Ok(original));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = text.parse::<Fault>();
        }
    }
}
