//! Following a message at an endpoint until it is known what became of it.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::access::Ways;
use super::view::answer;
use crate::context::Context;
use crate::domain::endpoint::{Attempt, Endpoint, Standing};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(400);
/// Tries that are looked through; a busy endpoint has others between ours.
const LOOKED_AT: usize = 100;

/// Until when something is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Svix tries again by itself what fails.
    Success,
    /// It is tried once.
    FirstTry,
}

/// Looks for new tries of `message`, tells of each, and returns the last one: a success, or what
/// there was when `wait` was over. `known` are the ids of tries made before.
pub async fn follow(
    context: &Context,
    ways: &Ways,
    endpoint: &Endpoint,
    message: &str,
    known: &HashSet<String>,
    (until, wait): (Until, Duration),
) -> anyhow::Result<Option<Attempt>> {
    let deadline = Instant::now() + wait;
    let mut seen = known.clone();
    let mut last = None;
    loop {
        let mut tries = ways.attempts(&endpoint.id, LOOKED_AT).await?;
        tries.retain(|it| it.message == message && !seen.contains(&it.id));
        // They come newest first.
        for attempt in tries.into_iter().rev() {
            let standing = attempt.standing.word();
            let text = format!("{standing}: {}", answer(&attempt));
            context.ui.status(&text);
            seen.insert(attempt.id.clone());
            last = Some(attempt);
        }
        let is_over = last
            .as_ref()
            .is_some_and(|it| until == Until::FirstTry || it.standing == Standing::Success);
        if is_over || Instant::now() >= deadline {
            return Ok(last);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The ids of the tries of `message` so far.
pub async fn tries_so_far(
    ways: &Ways,
    endpoint: &Endpoint,
    message: &str,
) -> anyhow::Result<HashSet<String>> {
    let tries = ways.attempts(&endpoint.id, LOOKED_AT).await?;
    let of_message = tries.into_iter().filter(|it| it.message == message);
    Ok(of_message.map(|it| it.id).collect())
}
