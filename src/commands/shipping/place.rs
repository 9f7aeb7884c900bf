//! `--to`: where something goes.

use std::fmt;
use std::io;
use std::path::{PathBuf, absolute};
use std::str::FromStr;

use super::receivers::ReceiverUrl;
use crate::domain::site::Site;
use crate::error::UsageError;

/// What is written behind a destination that must not hold the others back.
const BEST_EFFORT: &str = ",best-effort";

/// Destinations that are no paths.
const KNOWN: [&str; 4] = ["logs", "events", "otlp", "llmobs"];

fn is_before_comma(known: &str, name: &str) -> bool {
    name.strip_prefix(known)
        .is_some_and(|rest| rest.starts_with(','))
}

/// Where something goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Datadog's logs intake.
    Logs,
    /// Datadog's events.
    Events,
    /// A receiver of OTLP; without an address, Datadog's own intake.
    Otlp(Option<ReceiverUrl>),
    /// Datadog's LLM Observability.
    LlmObs,
    Stdout,
    /// A file, or a folder where several are written.
    Path(PathBuf),
}

impl Destination {
    /// The destination of an [`Intake`](super::Intake)'s name at `site`; `None` for that of
    /// another site, and for what is none.
    pub fn of_name(name: &str, site: Site) -> Option<Self> {
        let (word, rest) = name.split_once(' ')?;
        let is_here = rest == site.domain();
        match word {
            "logs" if is_here => Some(Destination::Logs),
            "events" if is_here => Some(Destination::Events),
            "llmobs" if is_here => Some(Destination::LlmObs),
            "otlp" if is_here => Some(Destination::Otlp(None)),
            "otlp" if rest.contains("://") => rest.parse().ok().map(|url| Self::Otlp(Some(url))),
            _ => None,
        }
    }

    /// Its name wherever it is read later: a path is absolute.
    ///
    /// # Errors
    ///
    /// A relative path, where there is no current folder.
    pub fn lasting_name(&self) -> io::Result<String> {
        Ok(match self {
            Destination::Path(path) => absolute(path)?.display().to_string(),
            other => other.to_string(),
        })
    }

    /// True for Datadog's intakes of events.
    pub fn is_intake(&self) -> bool {
        matches!(self, Destination::Logs | Destination::Events)
    }

    /// True for what takes spans.
    pub fn takes_spans(&self) -> bool {
        matches!(self, Destination::Otlp(_) | Destination::LlmObs)
    }

    /// True for what leaves the machine.
    pub fn is_sent(&self) -> bool {
        self.is_intake() || self.takes_spans()
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Logs => f.pad("logs"),
            Destination::Events => f.pad("events"),
            Destination::Otlp(None) => f.pad("otlp"),
            Destination::Otlp(Some(url)) => write!(f, "otlp={url}"),
            Destination::LlmObs => f.pad("llmobs"),
            Destination::Stdout => f.pad("-"),
            Destination::Path(path) => path.display().fmt(f),
        }
    }
}

/// One `--to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    pub destination: Destination,
    pub is_best_effort: bool,
}

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, is_best_effort) = match text.strip_suffix(BEST_EFFORT) {
            Some(name) => (name, true),
            None => (text, false),
        };
        let destination = match name {
            "" => return Err("a destination is missing".to_owned()),
            "logs" => Destination::Logs,
            "events" => Destination::Events,
            "otlp" => Destination::Otlp(None),
            "llmobs" => Destination::LlmObs,
            "-" => Destination::Stdout,
            name if KNOWN.iter().any(|known| is_before_comma(known, name)) => {
                return Err(format!("all that may stand behind it is `{BEST_EFFORT}`"));
            }
            other => match other.strip_prefix("otlp=") {
                Some(url) => Destination::Otlp(Some(url.parse()?)),
                None => Destination::Path(other.into()),
            },
        };
        Ok(Self {
            destination,
            is_best_effort,
        })
    }
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effort = if self.is_best_effort { BEST_EFFORT } else { "" };
        write!(f, "{}{effort}", self.destination)
    }
}

/// Refuses what has no meaning together.
///
/// # Errors
///
/// A destination named twice, and best effort alone.
pub fn check(all: &[To]) -> Result<(), UsageError> {
    for (at, to) in all.iter().enumerate() {
        let is_same = |other: &To| other.destination == to.destination;
        if all[..at].iter().any(is_same) {
            return Err(UsageError::new(format!(
                "--to {} is given twice",
                to.destination
            )));
        }
    }
    match all.iter().all(|to| to.is_best_effort) {
        true => Err(UsageError::with_hint(
            "every destination is best effort, so nothing would hold the reading back",
            format!("leave `{BEST_EFFORT}` out behind the one that has to get everything"),
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(text: &str) -> To {
        text.parse().expect("a destination")
    }

    #[test]
    fn a_destination_is_an_intake_a_stream_or_a_path() {
        assert_eq!(to("logs").destination, Destination::Logs);
        assert_eq!(to("-").destination, Destination::Stdout);
        let path = |text: &str| Destination::Path(text.into());
        assert_eq!(to("./logs").destination, path("./logs"));
        assert_eq!(to("a,b.ndjson").destination, path("a,b.ndjson"));
        let extra = to("events,best-effort");
        assert!(extra.is_best_effort && extra.destination == Destination::Events);
        assert!(to("x.csv,best-effort").is_best_effort);
        for wrong in [
            "",
            "logs,fast",
            ",best-effort",
            "otlp=",
            "otlp=localhost",
            "llmobs,x",
        ] {
            assert!(wrong.parse::<To>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_receiver_of_spans_is_datadogs_own_or_one_that_is_named() {
        assert_eq!(to("otlp").destination, Destination::Otlp(None));
        assert_eq!(to("llmobs").destination, Destination::LlmObs);
        let named = to("otlp=http://localhost:4318/v1/traces,best-effort");
        assert!(named.is_best_effort);
        assert_eq!(named.destination.to_string(), "otlp=http://localhost:4318");
        let twice = [to("otlp=http://a"), to("otlp=http://a/")];
        assert!(check(&twice).is_err(), "one receiver in two writings");
    }

    #[test]
    fn the_name_of_a_destination_leads_back_to_it() {
        let of_name = |name: &str| Destination::of_name(name, Site::Eu1);
        assert_eq!(of_name("logs datadoghq.eu"), Some(Destination::Logs));
        assert_eq!(of_name("otlp datadoghq.eu"), Some(Destination::Otlp(None)));
        assert_eq!(of_name("llmobs datadoghq.com"), None, "another site's");
        let named = to("otlp=http://localhost:4318").destination;
        assert_eq!(of_name("otlp http://localhost:4318"), Some(named));
    }

    #[test]
    fn one_of_several_is_required_and_none_is_named_twice() {
        let check = |all: &[&str]| check(&all.iter().map(|text| to(text)).collect::<Vec<_>>());
        assert!(check(&["logs", "events,best-effort", "a.csv"]).is_ok());
        assert!(check(&["logs", "logs,best-effort"]).is_err());
        assert!(check(&["logs,best-effort"]).is_err());
    }
}
