//! The oldest session that the gateway returns: how far back can anybody look?

use jiff::{SignedDuration, Timestamp};

use crate::gateway::{Gateway, GatewayError, SessionQuery};

/// How close the answer is.
const CLOSE: SignedDuration = SignedDuration::from_hours(1);
/// The first step back; each next one is twice as long.
const STEP: SignedDuration = SignedDuration::from_hours(24);

/// When the oldest session began, up to an hour too late; `None` where there is none.
///
/// The gateway lists newest first and ten thousand rows deep, so it is asked for the newest session
/// up to a time, and that time goes back: some twenty requests for a year.
pub async fn oldest(gateway: &Gateway, now: Timestamp) -> Result<Option<Timestamp>, GatewayError> {
    let tomorrow = now.checked_add(STEP).unwrap_or(now);
    let Some(mut known) = newest_until(gateway, tomorrow).await? else {
        return Ok(None);
    };
    let mut step = STEP;
    let mut none_until = Timestamp::UNIX_EPOCH;
    while let Some(until) = back(known, step) {
        match newest_until(gateway, until).await? {
            Some(found) => known = found.min(until),
            None => {
                none_until = until;
                break;
            }
        }
        step *= 2;
    }
    while known.duration_since(none_until) > CLOSE {
        let half = known.duration_since(none_until) / 2;
        let Some(until) = back(known, half) else {
            break;
        };
        match newest_until(gateway, until).await? {
            Some(found) => known = found.min(until),
            None => none_until = until,
        }
    }
    Ok(Some(known))
}

/// Not beyond the epoch, before which the gateway has nothing.
fn back(from: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    let until = from.checked_sub(by).ok()?;
    (until > Timestamp::UNIX_EPOCH).then_some(until)
}

async fn newest_until(
    gateway: &Gateway,
    until: Timestamp,
) -> Result<Option<Timestamp>, GatewayError> {
    let query = SessionQuery {
        start: Some(Timestamp::UNIX_EPOCH),
        end: Some(until),
        limit: 1,
        ..SessionQuery::default()
    };
    let page = gateway.sessions(&query).await?;
    Ok(page.rows.first().map(|session| session.start_date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::testing::{at, gateway_of};

    #[tokio::test]
    async fn the_oldest_of_many_is_found_in_a_few_requests() {
        let now = at("2026-11-22T00:00:00Z");
        let start = |days: i64| now - SignedDuration::from_hours(24 * days);
        let sessions = [0, 1, 2, 40, 41, 300].map(start);
        let rows = (1..).zip(sessions).map(|(id, at)| (id, at, 0));
        let server = gateway_of(rows.collect()).await;
        let found = oldest(&server.gateway(), now).await.expect("answers");
        let found = found.expect("there are some");
        assert!(found.duration_since(start(300)) <= CLOSE, "{found}");
        assert!(server.requests().len() < 40, "{}", server.requests().len());
    }

    #[tokio::test]
    async fn without_a_session_there_is_no_oldest() {
        let server = gateway_of(Vec::new()).await;
        let found = oldest(&server.gateway(), at("2026-11-22T00:00:00Z")).await;
        assert_eq!(found, Ok(None));
    }
}
