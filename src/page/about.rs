//! What a page says about its recording: where it is from, what part of it is here, what was
//! hidden, and the checksum by which it is told from any other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::domain::digest::hex;
use crate::domain::redaction::Redactor;
use crate::domain::time::human_duration;
use crate::recording::redact::Report;
use crate::recording::{Kind, safe};
use crate::ui::counted;

/// Who made the file.
pub const MAKER: &str = concat!("ddctl ", env!("CARGO_PKG_VERSION"));

/// The facts, each where it is known. Text may be as it was recorded: it is made safe here.
#[derive(Clone, Debug)]
pub struct About {
    /// What a reader calls it: connection and identity, or the name of a file.
    pub title: String,
    pub kind: Kind,
    /// The session's id.
    pub session: Option<String>,
    /// The gateway that the recording is from.
    pub gateway: Option<Url>,
    /// The gateway's own page of the session; shown as a link where it is http or https.
    pub page: Option<Url>,
    /// The file that the recording is from, where it is from none.
    pub file: Option<String>,
    pub identity: Option<String>,
    pub connection: Option<String>,
    pub outcome: Option<String>,
    /// When the recording starts.
    pub started: Option<Timestamp>,
    /// The part that is here; without it, all.
    pub clip: Option<Range<Duration>>,
    /// How long the whole recording is.
    pub length: Duration,
    /// How many events the whole recording has.
    pub events: u64,
    pub hidden: Hidden,
    /// Of the recording as it was received.
    pub sha256: [u8; 32],
    /// What a reader must know besides: that the session is still open, that bytes are missing.
    pub remarks: Vec<String>,
}

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing: redaction was switched off.
    Off,
    /// How often each rule found something.
    Found(BTreeMap<String, u64>),
}

impl Hidden {
    pub fn of(redactor: &Redactor, report: &Report) -> Self {
        let counts = report.counts();
        match redactor.is_on() {
            true => Hidden::Found(
                counts
                    .map(|(rule, count)| (rule.to_owned(), count))
                    .collect(),
            ),
            false => Hidden::Off,
        }
    }

    fn text(&self) -> String {
        match self {
            Hidden::Off => "redaction was switched off".to_owned(),
            Hidden::Found(rules) if rules.is_empty() => "nothing was found to hide".to_owned(),
            Hidden::Found(rules) => {
                let rules = rules
                    .iter()
                    .map(|(rule, count)| format!("{rule} × {count}"));
                rules.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

impl About {
    /// What is known of every recording; the rest is added, or found in it.
    pub fn new(title: String, kind: Kind) -> Self {
        Self {
            title,
            kind,
            session: None,
            gateway: None,
            page: None,
            file: None,
            identity: None,
            connection: None,
            outcome: None,
            started: None,
            clip: None,
            length: Duration::ZERO,
            events: 0,
            hidden: Hidden::Off,
            sha256: [0; 32],
            remarks: Vec::new(),
        }
    }

    /// Labels and values in the order in which they are shown, on one line each.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let facts = [
            ("Session", self.session.clone()),
            ("File", self.file.clone()),
            ("Gateway", self.gateway.as_ref().map(Url::to_string)),
            ("Connection", self.connection.clone()),
            ("Identity", self.identity.clone()),
            ("Outcome", self.outcome.clone()),
            ("Kind", Some(self.kind.name().to_owned())),
            ("Started", self.started.map(|at| wall(at, "%F %T%.3f UTC"))),
            ("Range", Some(self.told_range())),
            ("Hidden", Some(self.hidden.text())),
            ("SHA-256", Some(self.checksum())),
            ("Made by", Some(MAKER.to_owned())),
        ];
        facts
            .into_iter()
            .filter_map(|(label, value)| Some((label, safe::line(&value?))))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// The few facts that stand below the title.
    pub fn summary(&self) -> String {
        let part = self.clip.as_ref().map(|_| self.told_range());
        let parts = [
            self.outcome.clone(),
            Some(self.kind.name().to_owned()),
            self.started.map(|at| wall(at, "%F %T UTC")),
            Some(part.unwrap_or_else(|| self.told_length())),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        safe::line(&parts.join(" · "))
    }

    /// Where the gateway shows the session itself.
    pub fn link(&self) -> Option<&Url> {
        let page = self.page.as_ref()?;
        matches!(page.scheme(), "http" | "https").then_some(page)
    }

    /// From when to when the recording is here; half open, its very end included.
    pub fn range(&self) -> Range<Duration> {
        self.clip.clone().unwrap_or(Duration::ZERO..Duration::MAX)
    }

    pub fn checksum(&self) -> String {
        hex(&self.sha256)
    }

    fn told_length(&self) -> String {
        match self.events {
            0 => "empty".to_owned(),
            _ => human_duration(self.length),
        }
    }

    fn told_range(&self) -> String {
        let whole = human_duration(self.length);
        match &self.clip {
            None => format!("all of {whole}, {}", counted(self.events, "event")),
            Some(clip) => format!(
                "{} to {} of {whole}",
                clock(clip.start),
                clock(clip.end.min(self.length))
            ),
        }
    }
}

/// A time of the clock, in UTC.
fn wall(at: Timestamp, format: &str) -> String {
    at.strftime(format).to_string()
}

/// Hours, minutes, seconds and milliseconds: `0:04:12.050`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!(
        "{}:{:02}:{:02}.{:03}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        time.subsec_millis()
    )
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// Of a session whose every text attacks.
    pub fn about(kind: Kind) -> About {
        let hostile = "</title><script>alert(1)</script>\"'&\x1b[31m\u{202e}";
        About {
            title: hostile.to_owned(),
            kind,
            session: Some("7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11".to_owned()),
            gateway: Url::parse("https://use.hoop.dev").ok(),
            page: Url::parse("https://use.hoop.dev/sessions/7c1e").ok(),
            file: None,
            identity: Some(hostile.to_owned()),
            connection: Some(hostile.to_owned()),
            outcome: Some("success".to_owned()),
            started: Some(Timestamp::UNIX_EPOCH),
            clip: None,
            length: Duration::from_secs(70),
            events: 1,
            hidden: Hidden::Found(BTreeMap::from([("password".to_owned(), 2)])),
            sha256: [0xab; 32],
            remarks: vec![hostile.to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_name_session_gateway_range_what_was_hidden_and_the_checksum() {
        let mut about = testing::about(Kind::Terminal);
        about.clip = Some(Duration::from_secs(10)..Duration::MAX);
        let facts = about.facts();
        let value = |label| {
            let (_, value) = facts.iter().find(|(known, _)| *known == label)?;
            Some(value.as_str())
        };
        assert_eq!(
            value("Session"),
            Some("7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11")
        );
        assert_eq!(value("Gateway"), Some("https://use.hoop.dev/"));
        assert_eq!(value("Range"), Some("0:00:10.000 to 0:01:10.000 of 1m 10s"));
        assert_eq!(value("Hidden"), Some("password × 2"));
        assert_eq!(value("SHA-256"), Some("ab".repeat(32).as_str()));
        assert_eq!(value("File"), None);
        assert!(
            !value("Identity")
                .expect("one")
                .contains(['\x1b', '\u{202e}'])
        );
    }

    #[test]
    fn only_http_is_linked() {
        let mut about = testing::about(Kind::Terminal);
        assert!(about.link().is_some());
        about.page = Url::parse("javascript:alert(1)").ok();
        assert_eq!(about.link(), None);
    }
}
