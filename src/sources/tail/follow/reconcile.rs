//! A follower and the stored recording: what it holds is held against what was shown, while the
//! session runs and at its end.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Follower;
use crate::sources::error::SourceError;
use crate::sources::retry::Backoff;
use crate::sources::tail::desk::{Looking, Stored};
use crate::sources::tail::event::Gap;
use crate::sources::tail::pace;
use crate::sources::tail::stored::{Found, Look, Looked};

/// Found lines that wait for room in the queue.
const FOUND: usize = 64;

impl Follower {
    /// Compares what is stored of a session that runs.
    pub(super) async fn looked(&mut self, stored: Stored) -> Result<(), SourceError> {
        let was_silent = self.first_since_gap.is_none() && self.unanswered.is_none();
        let looked = self.look(stored.recording, None).await?;
        let until = looked.verdict.until;
        let is_beyond_gap = self
            .first_since_gap
            .is_some_and(|first| until >= Some(first));
        if is_beyond_gap {
            self.unanswered = None;
        }
        let found_missing = was_silent && !looked.verdict.runs.is_empty();
        let was_elsewhere = self.pace.is_elsewhere();
        self.pace.looked(
            pace::Look {
                is_beyond_gap,
                found_missing,
            },
            Instant::now(),
        );
        if self.pace.is_elsewhere() && !was_elsewhere {
            self.voice.elsewhere().await?;
        }
        Ok(())
    }

    /// Tells what is stored and was not shown, and settles it.
    pub(super) async fn look(
        &mut self,
        recording: Option<Bytes>,
        last: Option<usize>,
    ) -> Result<Looked, SourceError> {
        let Some(recording) = recording else {
            return Ok(Looked::default());
        };
        let look = Look {
            session: Arc::clone(&self.session),
            recording,
            ledger: self.ledger.clone(),
            settled: self.settled,
            beginning: self.beginning,
            wanted_from: self.wanted_from.unwrap_or(i64::MAX),
            last,
            redactor: self.shared.style.redactor.clone(),
        };
        let (found, mut told) = mpsc::channel(FOUND);
        let work = tokio::task::spawn_blocking(move || look.take(&found));
        let mut is_marked = false;
        while let Some(found) = told.recv().await {
            self.tell_found(found, &mut is_marked).await?;
        }
        let looked = match work.await {
            Ok(Ok(looked)) => looked,
            // The gateway's answer is no recording: the next one may be.
            Ok(Err(error)) => {
                tracing::warn!(%error, session = %self.session.id, "the stored recording cannot be read");
                Looked::default()
            }
            Err(_) => Looked::default(),
        };
        self.settle(&looked);
        Ok(looked)
    }

    fn settle(&mut self, looked: &Looked) {
        self.settled = self.settled.max(looked.verdict.settled);
        self.beginning = looked.beginning.or(self.beginning);
        if let Some(until) = looked.verdict.until {
            self.ledger.settle(until);
        }
    }

    async fn tell_found(&mut self, found: Found, is_marked: &mut bool) -> Result<(), SourceError> {
        match found {
            Found::Gap(gap) => {
                // The beginning of what nothing was shown of is no gap.
                *is_marked = self.has_shown && !self.pace.is_elsewhere();
                match *is_marked || gap.unfilled.is_some() {
                    true => self.voice.gap(gap).await,
                    false => Ok(()),
                }
            }
            Found::Line(mut line) => {
                line.is_late &= *is_marked;
                self.voice.lines(vec![line]).await
            }
        }
    }

    /// The session is over: what was not shown is told, and how it ended.
    pub(super) async fn conclude(&mut self) -> Result<(), SourceError> {
        self.looking = Looking::Not;
        let stored = match self.ask(Backoff::patient()).await {
            Ok(stored) => stored,
            Err(error) => return self.lost(error).await,
        };
        let ended = Arc::new(stored.session);
        if let Some(filter) = self.shared.at_end.clone() {
            if !filter.matches(&ended) {
                return Ok(());
            }
            self.voice.opened(self.begin).await?;
            // Nothing of it was shown before.
            self.wanted_from = self.shared.since.map(|since| since.as_microsecond());
        }
        let mut lines = Vec::new();
        self.text.finish(&mut lines);
        self.voice.lines(lines).await?;
        self.wanted_from.get_or_insert(i64::MIN);
        let has_recording = stored.recording.is_some();
        let looked = self.look(stored.recording, None).await?;
        self.answer_for_gaps(has_recording, looked.is_lost, ended.metrics.is_truncated)
            .await?;
        self.voice.closed(ended).await
    }

    /// A gap that the recording says nothing about stays one.
    async fn answer_for_gaps(
        &mut self,
        has_recording: bool,
        is_lost: bool,
        is_truncated: bool,
    ) -> Result<(), SourceError> {
        let why = match (has_recording, is_lost, is_truncated) {
            (false, _, _) => "nothing was recorded, or the token's role may not read it",
            (true, true, _) => "the gateway lost the recording",
            (true, false, true) => "the gateway stored the first 110 MiB alone",
            (true, false, false) => return Ok(()),
        };
        let Some((from, to)) = self.unanswered.take() else {
            return Ok(());
        };
        let gap = Gap {
            from,
            to,
            events: None,
            bytes: None,
            unfilled: Some(why.to_owned()),
            is_beginning: false,
        };
        self.voice.gap(gap).await
    }
}
