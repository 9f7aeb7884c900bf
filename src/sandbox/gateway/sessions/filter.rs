//! The query of `GET /sessions` (hoophq/hoop `gateway/api/session/list_options.go`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::sandbox::gateway::like;
use crate::sandbox::http::Request;
use crate::sandbox::world::identities::person_with_email;
use crate::sandbox::world::{Plan, ReviewState};

const MAX_LIMIT: i64 = 100;
const MAX_OFFSET: i64 = 10_000;

/// How the total is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountMode {
    Exact,
    None,
    Capped,
}

/// A list as it was asked for. A text filter of `%` is the same as none.
#[derive(Debug)]
pub struct ListOptions {
    user: Option<String>,
    kind: Option<String>,
    connection: Option<String>,
    review_status: Option<String>,
    approver: Option<String>,
    batch: Option<String>,
    correlation: Option<String>,
    /// In lower case; empty is no filter.
    tickets: Vec<String>,
    /// Both ends inclusive.
    pub window: Option<(Timestamp, Timestamp)>,
    pub limit: u64,
    pub offset: u64,
    pub count: CountMode,
}

/// Why a list was not answered.
#[derive(Debug)]
pub enum ListError {
    /// 422 with this text.
    Invalid(String),
    /// 500: the database refused the pattern.
    Database,
}

impl ListOptions {
    /// Reads the first value of each parameter, in the gateway's order.
    pub fn parse(request: &Request, now: Timestamp) -> Result<Self, ListError> {
        let text = |name: &str| request.parameter(name).map(str::to_owned);
        let pattern = |name: &str| text(name).filter(|pattern| pattern != "%");
        let start = date(request, "start_date")?;
        let end = date(request, "end_date")?;
        Ok(Self {
            user: pattern("user"),
            kind: pattern("type"),
            connection: pattern("connection"),
            review_status: pattern("review.status"),
            approver: text("review.approver"),
            batch: text("batch_id"),
            correlation: text("correlation_id").filter(|id| !id.is_empty()),
            // Without a start the end is ignored as well.
            window: start.map(|start| (start, end.unwrap_or_else(|| whole_second(now)))),
            limit: limit(request)?,
            offset: offset(request)?,
            tickets: tickets(request),
            count: count(request)?,
        })
    }

    /// Whether every session of the window matches.
    pub fn takes_all(&self) -> bool {
        let texts = [
            &self.user,
            &self.kind,
            &self.connection,
            &self.review_status,
        ];
        let exact = [&self.approver, &self.batch, &self.correlation];
        texts.iter().all(|it| it.is_none())
            && exact.iter().all(|it| it.is_none())
            && self.tickets.is_empty()
    }

    pub fn matches(&self, plan: &Plan) -> Result<bool, ListError> {
        let review = ReviewState::of(plan);
        let review_status = review.as_ref().map_or("", |review| review.status);
        Ok(like(&self.user, plan.identity.subject)?
            && like(&self.kind, plan.connection.kind)?
            && like(&self.connection, plan.connection.name)?
            && like(&self.review_status, review_status)?
            && self.has_approver(review)
            && self.has_marks(plan))
    }

    /// Somebody of the group that reviews it, whether he answered or not.
    fn has_approver(&self, review: Option<ReviewState>) -> bool {
        self.approver.as_deref().is_none_or(|email| {
            let groups = person_with_email(email).map_or(&[][..], |person| person.groups);
            review.is_some_and(|review| groups.contains(&review.group))
        })
    }

    fn has_marks(&self, plan: &Plan) -> bool {
        let batch = self.batch.as_deref();
        let correlation = self.correlation.as_ref();
        let is_ticket = |key: &str| self.tickets.contains(&key.to_lowercase());
        batch.is_none_or(|id| plan.batch_id() == Some(id))
            && correlation.is_none_or(|id| plan.correlation_id().as_ref() == Some(id))
            && (self.tickets.is_empty() || plan.ticket().is_some_and(is_ticket))
    }
}

fn like(pattern: &Option<String>, text: &str) -> Result<bool, ListError> {
    match pattern {
        Some(pattern) => like::matches(pattern, text).ok_or(ListError::Database),
        None => Ok(true),
    }
}

fn invalid(option: &str, reason: &str) -> ListError {
    let text = format!("failed listing sessions, invalid {option:?} option: {reason}");
    ListError::Invalid(text)
}

fn number(request: &Request, name: &str) -> Result<Option<i64>, ListError> {
    let Some(text) = request.parameter(name) else {
        return Ok(None);
    };
    let not_a_number = |_| invalid(name, &format!("{text:?} is not a number"));
    text.parse().map(Some).map_err(not_a_number)
}

/// Too much is cut down, too little is refused.
fn limit(request: &Request) -> Result<u64, ListError> {
    let limit = number(request, "limit")?.unwrap_or(20);
    if limit < 1 {
        return Err(invalid(
            "limit",
            &format!("must be at least 1, got {limit}"),
        ));
    }
    Ok(limit.min(MAX_LIMIT).unsigned_abs())
}

fn offset(request: &Request) -> Result<u64, ListError> {
    let offset = number(request, "offset")?.unwrap_or(0);
    if offset < 0 {
        return Err(invalid(
            "offset",
            &format!("must not be negative, got {offset}"),
        ));
    }
    if offset > MAX_OFFSET {
        let reason = format!(
            "must not be greater than {MAX_OFFSET}, got {offset}; narrow the result set with a \
             filter instead of paginating deeper"
        );
        return Err(invalid("offset", &reason));
    }
    Ok(offset.unsigned_abs())
}

fn count(request: &Request) -> Result<CountMode, ListError> {
    match request.parameter("count").unwrap_or("capped") {
        "exact" => Ok(CountMode::Exact),
        "none" => Ok(CountMode::None),
        "capped" => Ok(CountMode::Capped),
        other => {
            let modes = "[exact none capped]";
            let reason = format!("invalid count value {other:?}, expected one of {modes}");
            Err(invalid("count", &reason))
        }
    }
}

fn tickets(request: &Request) -> Vec<String> {
    request
        .parameter("jira_issue_key")
        .map_or_else(Vec::new, |keys| {
            keys.split(',')
                .map(|key| key.trim().to_lowercase())
                .collect()
        })
}

fn date(request: &Request, name: &str) -> Result<Option<Timestamp>, ListError> {
    let Some(text) = request.parameter(name) else {
        return Ok(None);
    };
    match clock_of(text) {
        Some(at) => Ok(Some(at)),
        None => Err(invalid(name, "start_date or end_date in wrong format")),
    }
}

/// The clock time of an RFC 3339 text as if it were UTC, in whole seconds: the gateway hands it to
/// a column without a zone, so that an offset is ignored.
fn clock_of(text: &str) -> Option<Timestamp> {
    let (clock, rest) = text.split_at_checked("2006-01-02T15:04:05".len())?;
    let civil: DateTime = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S", clock)
        .ok()?
        .to_datetime()
        .ok()?;
    let zone = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    let is_zone = zone == "Z" || is_offset(zone);
    let at = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    is_zone.then_some(at)
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    bytes.len() == 6
        && matches!(bytes[0], b'+' | b'-')
        && bytes[3] == b':'
        && digits(1..3)
        && digits(4..6)
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_ignored_and_a_fraction_is_cut() {
        let seven: Timestamp = "2026-11-20T07:00:00Z".parse().expect("an instant");
        for text in [
            "2026-11-20T07:00:00Z",
            "2026-11-20T07:00:00-03:00",
            "2026-11-20T07:00:00.999Z",
            "2026-11-20T07:00:00.5+09:30",
        ] {
            assert_eq!(clock_of(text), Some(seven), "{text}");
        }
    }

    #[test]
    fn what_go_does_not_read_as_rfc_3339_is_refused() {
        for text in [
            "",
            "2026-11-20",
            "2026-11-20 07:00:00Z",
            "2026-11-20T07:00:00",
            "2026-11-20T07:00:00.Z",
            "2026-13-20T07:00:00Z",
            "2026-11-20T07:00:00+0300",
            "yesterday",
        ] {
            assert_eq!(clock_of(text), None, "{text}");
        }
    }
}
