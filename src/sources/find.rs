//! A session by what people have at hand: an id, the beginning of one, or a pasted address.

use std::pin::pin;

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use url::Url;
use uuid::Uuid;

use super::error::SourceError;
use super::filter::SessionFilter;
use super::rows::rows;
use crate::domain::time::TimeRange;
use crate::gateway::{Gateway, session_id};

/// How far back a prefix is looked up, in steps: the newest session that fits is meant.
const LOOK_BACK_DAYS: [u32; 3] = [1, 7, 90];
/// A shorter prefix would fit many sessions of any busy gateway.
const SHORTEST_PREFIX: usize = 4;
/// As many candidates as are worth showing.
const CANDIDATES: usize = 8;

/// Which session is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionRef {
    /// A whole id, in the gateway's spelling.
    Id(String),
    /// The beginning of one, in lower case.
    Prefix(String),
}

impl SessionRef {
    /// Reads an id, a prefix of at least four digits, or the address of a page of the gateway or
    /// of Datadog that holds an id.
    ///
    /// # Errors
    ///
    /// `Reference` where the text names none, `Ambiguous` where an address holds several.
    pub fn parse(given: &str) -> Result<Self, SourceError> {
        let text = given.trim();
        if let Ok(id) = session_id(text) {
            return Ok(SessionRef::Id(id));
        }
        if let Ok(url) = Url::parse(text) {
            return id_in(&url, text).map(SessionRef::Id);
        }
        let prefix = text.to_ascii_lowercase();
        let is_one = prefix.len() >= SHORTEST_PREFIX
            && prefix.len() < 36
            && prefix.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        match is_one {
            true => Ok(SessionRef::Prefix(prefix)),
            false => Err(SourceError::Reference {
                given: text.to_owned(),
            }),
        }
    }
}

/// The id of the session that is meant. A prefix is looked up among the sessions of the last day,
/// the last week, the last 90 days before `now`.
pub async fn find(
    gateway: &Gateway,
    reference: &SessionRef,
    now: Timestamp,
) -> Result<String, SourceError> {
    let prefix = match reference {
        SessionRef::Id(id) => return Ok(id.clone()),
        SessionRef::Prefix(prefix) => prefix,
    };
    let mut until = now + SignedDuration::from_secs(1);
    for days in LOOK_BACK_DAYS {
        let since = now - SignedDuration::from_hours(24 * i64::from(days));
        let candidates = starting_with(gateway, prefix, TimeRange { since, until }).await?;
        match candidates.as_slice() {
            [] => until = since,
            [id] => return Ok(id.clone()),
            _ => {
                return Err(SourceError::Ambiguous {
                    given: prefix.clone(),
                    candidates,
                });
            }
        }
    }
    Err(SourceError::NotFound {
        prefix: prefix.clone(),
        days: LOOK_BACK_DAYS[LOOK_BACK_DAYS.len() - 1],
    })
}

async fn starting_with(
    gateway: &Gateway,
    prefix: &str,
    range: TimeRange,
) -> Result<Vec<String>, SourceError> {
    let filter = SessionFilter::default();
    let mut rows = pin!(rows(gateway, range, filter.query()));
    let mut found = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row?;
        if row.id.starts_with(prefix) {
            found.push(row.id);
        }
        if found.len() == CANDIDATES {
            break;
        }
    }
    Ok(found)
}

/// The id in an address: the one that follows `session.id:` in a Datadog search or `sessions/` in
/// a path, else the only one there is.
fn id_in(url: &Url, given: &str) -> Result<String, SourceError> {
    let query: String = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let text = format!(
        "{}\n{query}{}",
        url.path(),
        url.fragment().unwrap_or_default()
    );
    let named = ["session.id:", "sessions/"].into_iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        uuid_at(rest.trim_start_matches(['"', '(']))
    });
    if let Some(id) = named {
        return Ok(id);
    }
    let mut ids: Vec<String> = (0..text.len())
        .filter_map(|at| uuid_at(text.get(at..)?))
        .collect();
    ids.dedup();
    match ids.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(SourceError::Reference {
            given: given.to_owned(),
        }),
        _ => Err(SourceError::Ambiguous {
            given: given.to_owned(),
            candidates: ids,
        }),
    }
}

/// The hyphenated UUID that `text` begins with.
fn uuid_at(text: &str) -> Option<String> {
    let id = Uuid::try_parse(text.get(..36)?).ok()?;
    Some(id.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Asked, Reply, Server};
    use crate::sources::testing::at;

    const ID: &str = "a0000000-0000-4000-8000-000000000001";

    #[test]
    fn an_id_and_every_pasted_address_name_the_session() {
        for given in [
            ID,
            " A0000000-0000-4000-8000-000000000001\n",
            "https://use.hoop.dev/sessions/a0000000-0000-4000-8000-000000000001",
            "http://gw.test/hoop/sessions/a0000000-0000-4000-8000-000000000001?tab=logs#top",
            "https://app.datadoghq.com/logs?query=%40session.id%3Aa0000000-0000-4000-8000-000000000001&event=AgAAAZ",
            "https://app.datadoghq.eu/logs?saved=ffffffff-0000-4000-8000-000000000002&query=%40session.id%3A%22a0000000-0000-4000-8000-000000000001%22",
            "https://app.datadoghq.com/event/event?id=a0000000-0000-4000-8000-000000000001",
        ] {
            assert_eq!(
                SessionRef::parse(given),
                Ok(SessionRef::Id(ID.to_owned())),
                "{given}"
            );
        }
    }

    #[test]
    fn a_prefix_is_hexadecimal_and_long_enough() {
        assert_eq!(
            SessionRef::parse("A0000000-00"),
            Ok(SessionRef::Prefix("a0000000-00".to_owned()))
        );
        for given in ["", "a00", "session", "https://gw.test/connections"] {
            assert!(
                matches!(SessionRef::parse(given), Err(SourceError::Reference { .. })),
                "{given}"
            );
        }
    }

    #[test]
    fn an_address_with_two_ids_and_no_mark_is_ambiguous() {
        let given = format!("https://x.test/?a={ID}&b=b0000000-0000-4000-8000-000000000002");
        assert!(matches!(
            SessionRef::parse(&given),
            Err(SourceError::Ambiguous { candidates, .. }) if candidates.len() == 2
        ));
    }

    /// Two sessions of today and one of last month.
    fn gateway_answer(asked: &Asked) -> Reply {
        let start = asked.parameter("start_date").unwrap_or_default();
        let end = asked.parameter("end_date").unwrap_or_default();
        let rows = [
            (
                "aaaa1111-0000-4000-8000-000000000001",
                "2026-08-20T09:00:00Z",
            ),
            (
                "aaaa2222-0000-4000-8000-000000000002",
                "2026-08-20T08:00:00Z",
            ),
            (
                "bbbb0000-0000-4000-8000-000000000003",
                "2026-07-20T08:00:00Z",
            ),
        ];
        let data: Vec<String> = rows
            .iter()
            .filter(|(_, at)| (start.as_str()..=end.as_str()).contains(at))
            .map(|(id, at)| format!(r#"{{"id":"{id}","start_date":"{at}"}}"#))
            .collect();
        Reply::json(200, format!(r#"{{"data":[{}]}}"#, data.join(",")))
    }

    #[tokio::test]
    async fn a_prefix_is_looked_up_from_new_to_old() {
        let server = Server::with(gateway_answer).await;
        let gateway = server.gateway();
        let now = at("2026-08-20T10:00:00Z");
        let find = async |prefix: &str| {
            let reference = SessionRef::parse(prefix).expect("a prefix");
            find(&gateway, &reference, now).await
        };
        assert_eq!(
            find("bbbb").await.as_deref(),
            Ok("bbbb0000-0000-4000-8000-000000000003")
        );
        assert_eq!(
            find("aaaa2").await.as_deref(),
            Ok("aaaa2222-0000-4000-8000-000000000002")
        );
        assert!(matches!(
            find("aaaa").await,
            Err(SourceError::Ambiguous { candidates, .. }) if candidates.len() == 2
        ));
        assert!(matches!(
            find("cccc").await,
            Err(SourceError::NotFound { days: 90, .. })
        ));
    }
}
