//! The recordings of many sessions, several at once, in the order of the sessions.

use std::future::Future;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};

use super::cache::Cache;
use super::error::SourceError;
use super::filter::SessionFilter;
use super::list::decide;
use super::retry::{Backoff, retrying};
use super::rows::rows;
use super::stored::Stored;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{Gateway, GatewayError};
use crate::http::TransportError;

/// Sessions asked for at once. So many small recordings lie in memory; a large one is [`Stored`]
/// in a temporary file.
const CONCURRENCY: usize = 8;

/// Which sessions.
#[derive(Clone, Debug)]
pub enum Which {
    /// Those of a range, newest first, and not more than so many.
    Range {
        range: TimeRange,
        filter: Box<SessionFilter>,
        limit: Option<usize>,
    },
    /// These, by their whole ids.
    Ids(Vec<String>),
}

/// How recordings are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub cache: Option<Arc<Cache>>,
    /// The single session is asked for even where its recording is in the cache: a list row lacks
    /// the rule of its review.
    pub wants_whole_session: bool,
}

/// One session, and what became of its recording.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub session: Arc<Session>,
    pub recording: Result<Stored, Unread>,
}

/// Why there is no recording to read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unread {
    #[error("nothing was recorded")]
    Nothing,
    #[error("nothing was recorded, or the token's role may not read it")]
    Withheld,
    #[error(transparent)]
    Refused(GatewayError),
    /// The gateway kept failing; run again.
    #[error("the gateway kept failing")]
    Failing(#[source] GatewayError),
}

/// Reads the recording of every wanted session and hands it to `work`. What `work` makes of them
/// comes in the order of the sessions; several are under way at once.
///
/// # Errors
///
/// What concerns every session. What concerns one is in its [`Recorded`].
pub fn recordings<'a, F, T>(
    gateway: &'a Gateway,
    which: Which,
    reading: Reading,
    work: impl Fn(Recorded) -> F + 'a,
) -> impl Stream<Item = Result<T, SourceError>> + 'a
where
    F: Future<Output = T> + 'a,
    T: 'a,
{
    let reader = Arc::new(Reader { gateway, reading });
    let work = Arc::new(work);
    chosen(gateway, which)
        .map(move |chosen| {
            let (reader, work) = (Arc::clone(&reader), Arc::clone(&work));
            async move {
                let recorded = reader.read(chosen?).await?;
                Ok(work(recorded).await)
            }
        })
        .buffered(CONCURRENCY)
}

/// One session with its recording, from the cache where it is there; `None` where there is none.
///
/// # Errors
///
/// As those of the gateway. What may pass is asked for again.
pub async fn recording(
    gateway: &Gateway,
    id: &str,
    cache: Option<Arc<Cache>>,
) -> Result<(Session, Option<Stored>), SourceError> {
    let Some(cache) = cache else {
        return fetch(gateway, id).await;
    };
    let reader = Reader {
        gateway,
        reading: Reading {
            cache: Some(cache),
            wants_whole_session: false,
        },
    };
    let session = reader.session(id).await?;
    if let Some(kept) = reader.cached(&session).await {
        return Ok((session, Some(kept)));
    }
    let (session, recording) = fetch(gateway, id).await?;
    if let Some(recording) = &recording {
        reader.keep(&session, recording).await;
    }
    Ok((session, recording))
}

async fn fetch(gateway: &Gateway, id: &str) -> Result<(Session, Option<Stored>), SourceError> {
    retrying(Backoff::short(), async || {
        let mut spool = Stored::spool();
        let (session, is_recorded) = gateway.session_and_recording(id, &mut spool).await?;
        let stored = is_recorded.then(|| Stored::of_spool(spool)).transpose();
        let stored = stored.map_err(|error| GatewayError::Spool {
            why: error.to_string(),
        })?;
        Ok((session, stored))
    })
    .await
}

/// A session before its recording is read.
enum Chosen {
    Row(Box<Session>),
    Id(String),
}

fn chosen<'a>(
    gateway: &'a Gateway,
    which: Which,
) -> impl Stream<Item = Result<Chosen, SourceError>> + 'a {
    match which {
        Which::Ids(ids) => stream::iter(ids).map(|id| Ok(Chosen::Id(id))).boxed_local(),
        Which::Range {
            range,
            filter,
            limit,
        } => {
            let filter = Arc::new(filter);
            rows(gateway, range, filter.query())
                .map(move |row| {
                    let filter = Arc::clone(&filter);
                    async move { decide(gateway, &filter, row?).await }
                })
                .buffered(CONCURRENCY)
                .filter_map(async |row| row.transpose())
                .map(|row| row.map(|row| Chosen::Row(Box::new(row))))
                .take(limit.unwrap_or(usize::MAX))
                .boxed_local()
        }
    }
}

struct Reader<'a> {
    gateway: &'a Gateway,
    reading: Reading,
}

impl Reader<'_> {
    async fn read(&self, chosen: Chosen) -> Result<Recorded, SourceError> {
        let session = match chosen {
            Chosen::Row(row) => *row,
            Chosen::Id(id) => self.session(&id).await?,
        };
        let (session, recording) = self.recording(session).await?;
        Ok(Recorded {
            session: Arc::new(session),
            recording,
        })
    }

    async fn session(&self, id: &str) -> Result<Session, SourceError> {
        retrying(Backoff::patient(), async || self.gateway.session(id).await).await
    }

    async fn recording(
        &self,
        session: Session,
    ) -> Result<(Session, Result<Stored, Unread>), SourceError> {
        if session.is_done() && session.event_size == 0 {
            return Ok((session, Err(Unread::Nothing)));
        }
        if let Some(kept) = self.cached(&session).await {
            let session = match self.reading.wants_whole_session {
                true => self.session(&session.id).await?,
                false => session,
            };
            return Ok((session, Ok(kept)));
        }
        match fetch(self.gateway, &session.id).await {
            Ok((whole, Some(recording))) => {
                self.keep(&whole, &recording).await;
                Ok((whole, Ok(recording)))
            }
            Ok((whole, None)) => Ok((whole, Err(Unread::Withheld))),
            Err(error) => Ok((session, Err(unread(error)?))),
        }
    }

    async fn cached(&self, session: &Session) -> Option<Stored> {
        let cache = Arc::clone(self.reading.cache.as_ref()?);
        let key = cache.key(self.gateway.page_base(), session)?;
        let read = tokio::task::spawn_blocking(move || cache.read(&key));
        read.await.ok().flatten()
    }

    /// A cache that cannot be written costs time and nothing else.
    async fn keep(&self, session: &Session, recording: &Stored) {
        let Some(cache) = self.reading.cache.clone() else {
            return;
        };
        let Some(key) = cache.key(self.gateway.page_base(), session) else {
            return;
        };
        let (session, recording) = (session.id.clone(), recording.clone());
        let written = tokio::task::spawn_blocking(move || cache.write(&key, &recording)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%session, %error, "the recording is not kept in the cache");
        }
    }
}

/// What concerns one session; anything else ends the reading.
fn unread(error: SourceError) -> Result<Unread, SourceError> {
    match error {
        SourceError::GaveUp { last, .. } => Ok(Unread::Failing(last)),
        SourceError::Gateway(
            error @ (GatewayError::Forbidden { .. }
            | GatewayError::NoSession { .. }
            | GatewayError::NotFound { .. }
            | GatewayError::Refused { .. }
            | GatewayError::Malformed { .. }
            | GatewayError::Transport(TransportError::TooLarge { .. })),
        ) => Ok(Unread::Refused(error)),
        error => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Asked, Reply, Server};
    use crate::sources::testing::{at_millis, row};

    fn id(number: u32) -> String {
        row(number, at_millis(0)).id
    }

    /// Six sessions: the recording of the third is withheld, the fourth's is gone, the fifth has
    /// none, and of the sixth the answer cannot be read.
    fn answer(asked: &Asked) -> Reply {
        if asked.parameter("offset").is_some() {
            let rows: Vec<String> = (1..=6).rev().map(|number| wire(number, "")).collect();
            return Reply::json(200, format!(r#"{{"data":[{}]}}"#, rows.join(",")));
        }
        let number = (1..=6).find(|number| asked.target.contains(&id(*number)));
        match number.expect("a session of the list") {
            3 => Reply::json(403, r#"{"message":"no"}"#),
            4 => Reply::json(404, r#"{"message":"not found"}"#),
            5 => Reply::json(200, wire(5, "")),
            6 => Reply::json(200, "[]"),
            number => {
                let stream = format!(r#","event_stream":[[{number},"o","eA=="]]"#);
                Reply::json(200, wire(number, &stream))
            }
        }
    }

    fn wire(number: u32, more: &str) -> String {
        let (id, start) = (id(number), at_millis(i64::from(number) * 1_000));
        format!(
            r#"{{"id":"{id}","start_date":"{start}","end_date":"{start}","user_id":"s",
            "connection":"pg-prod","type":"database","verb":"exec","status":"done",
            "event_size":17{more}}}"#
        )
    }

    fn whole_day() -> Which {
        Which::Range {
            range: TimeRange {
                since: at_millis(0),
                until: at_millis(86_400_000),
            },
            filter: Box::default(),
            limit: None,
        }
    }

    async fn read(server: &Server, which: Which, cache: Option<Arc<Cache>>) -> Vec<String> {
        let gateway = server.gateway();
        let reading = Reading {
            cache,
            ..Reading::default()
        };
        let told = recordings(&gateway, which, reading, async |recorded: Recorded| {
            let what = match recorded.recording {
                Ok(stored) => std::io::read_to_string(stored).expect("text"),
                Err(unread) => unread.to_string(),
            };
            format!("{} {what}", &recorded.session.id[35..])
        });
        told.map(|told| told.expect("a session")).collect().await
    }

    #[tokio::test]
    async fn one_session_that_cannot_be_read_does_not_hold_back_the_others() {
        let server = Server::with(answer).await;
        let told = read(&server, whole_day(), None).await;
        let order: Vec<&str> = told.iter().map(|one| &one[..1]).collect();
        assert_eq!(order, ["6", "5", "4", "3", "2", "1"], "{told:?}");
        assert!(told[0].contains("cannot be read"), "{told:?}");
        assert!(told[1].contains("nothing was recorded"), "{told:?}");
        assert!(told[2].contains("has no session"), "{told:?}");
        assert!(told[3].contains("403"), "{told:?}");
        assert_eq!(
            told[4..],
            [r#"2 [[2,"o","eA=="]]"#, r#"1 [[1,"o","eA=="]]"#]
        );
    }

    #[tokio::test]
    async fn a_token_that_is_refused_ends_the_reading() {
        let refuse = |asked: &Asked| match asked.parameter("offset") {
            Some(_) => answer(asked),
            None => Reply::json(401, r#"{"message":"access denied"}"#),
        };
        let server = Server::with(refuse).await;
        let gateway = server.gateway();
        let work = async |_: Recorded| ();
        let told = recordings(&gateway, whole_day(), Reading::default(), work);
        let first = std::pin::pin!(told).next().await.expect("an answer");
        assert!(matches!(
            first,
            Err(SourceError::Gateway(GatewayError::Unauthorized { .. }))
        ));
    }

    #[tokio::test]
    async fn a_finished_recording_is_asked_for_once_where_there_is_a_cache() {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::with(answer).await;
        let which = || Which::Ids(vec![id(1), id(2)]);
        let asked_for = |server: &Server| {
            let streams = |asked: &&Asked| asked.target.contains("event_stream");
            server.requests().iter().filter(streams).count()
        };
        let mut told = Vec::new();
        for expected in [2, 2] {
            let cache = Cache::open(folder.path()).expect("a cache");
            told.push(read(&server, which(), Some(Arc::new(cache))).await);
            assert_eq!(asked_for(&server), expected);
        }
        assert_eq!(told[0], told[1]);
    }
}
