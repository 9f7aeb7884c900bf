//! How endpoints and tries are shown. No key is.

use serde::Serialize;

use crate::domain::endpoint::{Attempt, Counts, Endpoint, Standing};
use crate::http::printable_url;
use crate::ui::Tone;

/// The shape that `-o json` promises. `url` never shows a key.
#[derive(Debug, Serialize)]
pub struct EndpointRow {
    pub id: String,
    pub uid: Option<String>,
    pub url: String,
    pub description: String,
    pub disabled: bool,
    pub filter_types: Vec<String>,
    pub stats: Option<StatsRow>,
    pub last_attempt: Option<AttemptRow>,
}

/// Tries by how they went, over the 28 days that Svix counts.
#[derive(Debug, Serialize)]
pub struct StatsRow {
    pub success: i64,
    pub pending: i64,
    pub sending: i64,
    pub fail: i64,
}

/// One try.
#[derive(Debug, Serialize)]
pub struct AttemptRow {
    pub id: String,
    pub message_id: String,
    /// Absent where the message is not known any more, or was not asked for.
    pub event_type: Option<String>,
    pub timestamp: jiff::Timestamp,
    pub status: &'static str,
    /// 0 where there was no answer.
    pub response_status_code: u16,
    pub response: String,
    /// Not told by the gateway.
    pub response_duration_ms: Option<i64>,
    /// `scheduled` or `manual`.
    pub trigger: &'static str,
}

impl EndpointRow {
    pub fn of(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.clone(),
            uid: endpoint.uid.clone(),
            url: printable(&endpoint.url),
            description: endpoint.description.clone(),
            disabled: endpoint.is_disabled,
            filter_types: endpoint.event_types.clone(),
            stats: endpoint.counts.as_ref().map(StatsRow::of),
            last_attempt: None,
        }
    }

    /// With how deliveries went.
    pub fn with(self, counts: Option<&Counts>, last: Option<&Attempt>) -> Self {
        Self {
            stats: counts.map(StatsRow::of),
            last_attempt: last.map(|attempt| AttemptRow::of(attempt, None)),
            ..self
        }
    }

    pub fn name(&self) -> &str {
        self.uid.as_deref().unwrap_or(&self.id)
    }

    pub fn events(&self) -> String {
        match self.filter_types.as_slice() {
            [] => "all".to_owned(),
            types => types.join(","),
        }
    }

    /// What the last try says about it.
    pub fn state(&self) -> (&'static str, Tone) {
        match &self.last_attempt {
            _ if self.disabled => ("disabled", Tone::Bad),
            Some(last) if last.status == Standing::Success.word() => ("delivering", Tone::Good),
            Some(_) => ("failing", Tone::Warning),
            None => ("nothing sent", Tone::Dim),
        }
    }
}

impl StatsRow {
    fn of(counts: &Counts) -> Self {
        Self {
            success: counts.success,
            pending: counts.pending,
            sending: counts.sending,
            fail: counts.fail,
        }
    }
}

impl AttemptRow {
    pub fn of(attempt: &Attempt, event_type: Option<String>) -> Self {
        Self {
            id: attempt.id.clone(),
            message_id: attempt.message.clone(),
            event_type,
            timestamp: attempt.at,
            status: attempt.standing.word(),
            response_status_code: attempt.status_code,
            response: attempt.response.clone(),
            response_duration_ms: attempt.duration_ms,
            trigger: match attempt.is_manual {
                true => "manual",
                false => "scheduled",
            },
        }
    }
}

/// An address without the keys in it.
pub fn printable(url: &str) -> String {
    match url.parse() {
        Ok(url) => printable_url(&url),
        Err(_) => "(no valid address)".to_owned(),
    }
}

/// What came back, in one line: `202`, or why nothing did.
pub fn answer(attempt: &Attempt) -> String {
    let said = attempt.response.split_whitespace().collect::<Vec<_>>();
    let said: String = said.join(" ").chars().take(80).collect();
    match (attempt.status_code, said.as_str()) {
        (0, "") => "no answer".to_owned(),
        (0, why) => format!("no answer: {why}"),
        (code, "" | "{}") => code.to_string(),
        (code, said) => format!("{code} {said}"),
    }
}

/// What to do about an answer that is known.
pub fn advice(attempt: &Attempt) -> Option<&'static str> {
    match attempt.status_code {
        0 if attempt.response.contains("this IP range are blocked") => Some(
            "Svix sends to private addresses only where SVIX_WHITELIST_SUBNETS names them: set it \
             on the Svix server",
        ),
        0 => Some("Svix did not reach it: is the address right, and reachable from Svix's host?"),
        401 => Some(
            "a relay answers 401 to a signature it does not know: is its secret file the one given at registration?",
        ),
        403 => Some(
            "Datadog answers 403 to a wrong API key: `ddctl webhooks update` with the right one",
        ),
        301..=399 => Some("Svix follows no redirect: register the address it points to"),
        _ => None,
    }
}

/// One endpoint, told to a person.
pub fn card(row: &EndpointRow) -> String {
    let (state, _) = row.state();
    let mut lines = vec![
        ("url", row.url.clone()),
        ("events", row.events()),
        ("state", state.to_owned()),
    ];
    if let Some(stats) = &row.stats {
        let text = format!(
            "{} delivered, {} failed in 28 days",
            stats.success, stats.fail
        );
        lines.push(("tries", text));
    }
    if !row.description.is_empty() {
        lines.push(("about", row.description.clone()));
    }
    lines.push(("id", row.id.clone()));
    let text = lines
        .iter()
        .map(|(name, value)| format!("  {name:<7} {value}\n"));
    format!("{}\n{}", row.name(), text.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_no_key_and_its_state_is_that_of_the_last_try() {
        let endpoint = Endpoint {
            id: "ep_1".to_owned(),
            url: "https://intake.test/logs?dd-api-key=0123".to_owned(),
            ..Endpoint::default()
        };
        let attempt = |standing| Attempt {
            id: "atmpt_1".to_owned(),
            message: "msg_1".to_owned(),
            standing,
            status_code: 500,
            response: "no\n  way".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            is_manual: false,
            duration_ms: None,
        };
        let row = EndpointRow::of(&endpoint);
        assert_eq!(row.url, "https://intake.test/logs?dd-api-key=****");
        assert_eq!(row.state().0, "nothing sent");
        let failed = attempt(Standing::Fail);
        assert_eq!(answer(&failed), "500 no way");
        let row = row.with(None, Some(&failed));
        assert_eq!(row.state().0, "failing");
        let row = EndpointRow::of(&endpoint).with(None, Some(&attempt(Standing::Success)));
        assert_eq!(row.state().0, "delivering");
    }
}
