//! Sessions that were asked for shortly before: one webhook of a session is seldom alone.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::sources::complete::Completed;

/// Short, since a row that is not done goes on changing.
const KEPT: Duration = Duration::from_secs(30);
const MOST: usize = 256;
/// Sessions with longer commands are asked for again, so that the memory stays small.
const LONGEST_COMMAND: usize = 16 << 10;

#[derive(Debug, Default)]
pub(super) struct Cache {
    /// By session id.
    sessions: HashMap<String, (Instant, Completed)>,
}

impl Cache {
    pub fn get(&mut self, session_id: &str) -> Option<&Completed> {
        let (at, completed) = self.sessions.get(session_id)?;
        (at.elapsed() < KEPT).then_some(completed)
    }

    pub fn put(&mut self, completed: Completed) {
        let commands = [&completed.session.script, &completed.recorded.statements];
        let length: usize = commands.into_iter().flatten().map(String::len).sum();
        if length > LONGEST_COMMAND {
            self.sessions.remove(&completed.session.id);
            return;
        }
        if self.sessions.len() >= MOST {
            self.make_room();
        }
        let id = completed.session.id.clone();
        self.sessions.insert(id, (Instant::now(), completed));
    }

    fn make_room(&mut self) {
        self.sessions.retain(|_, (at, _)| at.elapsed() < KEPT);
        if self.sessions.len() >= MOST {
            self.sessions.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sources::contents::Contents;
    use crate::sources::testing::{at_millis, row};

    fn completed(number: u32, script: usize) -> Completed {
        let mut session = row(number, at_millis(0));
        session.script = Some("x".repeat(script));
        Completed {
            session: Arc::new(session),
            recorded: Contents::default(),
            is_incomplete: false,
        }
    }

    fn has(cache: &mut Cache, number: u32) -> bool {
        cache.get(&row(number, at_millis(0)).id).is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_known_for_a_short_time() {
        let mut cache = Cache::default();
        cache.put(completed(1, 8));
        assert!(has(&mut cache, 1) && !has(&mut cache, 2));
        tokio::time::advance(KEPT).await;
        assert!(!has(&mut cache, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn neither_many_sessions_nor_a_long_script_fill_the_memory() {
        let mut cache = Cache::default();
        cache.put(completed(1, 8));
        cache.put(completed(1, LONGEST_COMMAND + 1));
        assert!(!has(&mut cache, 1), "what was known before is old");
        for number in 0..3 * MOST as u32 {
            cache.put(completed(number, 8));
            assert!(has(&mut cache, number) && cache.sessions.len() <= MOST);
        }
    }
}
