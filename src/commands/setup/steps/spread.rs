//! Patience with a key that is refused: "new or revoked keys take some seconds to spread"
//! (docs.datadoghq.com/account_management/api-app-keys).

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::datadog::{DatadogError, Meaning};
use crate::ui::Ui;

/// How long a refused key is tried again.
const WITHIN: Duration = Duration::from_secs(20);
const BETWEEN: Duration = Duration::from_secs(2);

/// Asks until the key is not refused any more, or is no new one; `result` is where an answer says
/// whether it is.
pub async fn until_spread<T>(
    ui: &Ui,
    ask: impl AsyncFnMut() -> anyhow::Result<T>,
    result: impl Fn(&T) -> &Result<(), DatadogError>,
) -> anyhow::Result<T> {
    let progress = ui.progress("Datadog refuses the key");
    let tell = |left: Duration| {
        let left = left.as_secs();
        progress.set(&format!(
            "a new one takes some seconds to spread, {left} s left"
        ));
    };
    let is_refused =
        |answer: &T| matches!(result(answer), Err(error) if error.meaning() == Meaning::Pause);
    patiently(ask, is_refused, tell).await
}

async fn patiently<T>(
    mut ask: impl AsyncFnMut() -> anyhow::Result<T>,
    is_refused: impl Fn(&T) -> bool,
    tell: impl Fn(Duration),
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        let answer = ask().await?;
        let passed = began.elapsed();
        if !is_refused(&answer) || passed >= WITHIN {
            return Ok(answer);
        }
        tell(WITHIN - passed);
        sleep(BETWEEN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a key was shown that is taken from the `good`th time on.
    async fn shown(good: u32) -> (u32, bool) {
        let mut count = 0;
        let ask = async || {
            count += 1;
            Ok(count >= good)
        };
        let is_taken = patiently(ask, |taken| !taken, |_| {}).await;
        (count, is_taken.expect("nothing fails"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_key_is_shown_again_until_it_is_known_and_a_wrong_one_for_20_seconds() {
        assert_eq!(shown(1).await, (1, true));
        assert_eq!(shown(4).await, (4, true));
        assert_eq!(shown(u32::MAX).await, (11, false));
    }
}
