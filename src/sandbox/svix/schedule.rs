//! When a failed delivery is tried again (`worker.rs`, `calculate_retry_delay`; `cfg.rs`).

use std::time::Duration;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Waits between the tries.
const SCHEDULE: [Duration; 7] = [
    Duration::from_secs(5),
    minutes(5),
    minutes(30),
    minutes(120),
    minutes(300),
    minutes(600),
    minutes(600),
];

/// The least wait after a receiver was too slow or said that there is too much.
const OVERLOADED: Duration = minutes(1);

/// The wait varies by so much of itself, either way.
const JITTER: f64 = 0.2;

/// The wait after try `tried`, counted from 0; `None` behind the last. `drawn` is from 0 to 1.
pub fn wait(
    tried: usize,
    is_overloaded: bool,
    retry_after: Option<Duration>,
    drawn: f64,
) -> Option<Duration> {
    let base = *SCHEDULE.get(tried)?;
    let base = match is_overloaded {
        true => base.max(OVERLOADED),
        false => base,
    };
    let wanted = retry_after.map_or(base, |wanted| wanted.clamp(base, base * 2));
    Some(wanted.mul_f64(1.0 - JITTER + 2.0 * JITTER * drawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eight_tries_and_each_waits_longer() {
        let waits: Vec<u64> = (0..)
            .map_while(|tried| wait(tried, false, None, 0.5))
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
    }

    #[test]
    fn an_overloaded_receiver_is_left_alone_and_may_ask_for_twice_the_time() {
        let first = |overloaded, after: Option<u64>, drawn| {
            let after = after.map(Duration::from_secs);
            wait(0, overloaded, after, drawn).map(|wait| wait.as_secs_f64())
        };
        assert_eq!(first(true, None, 0.5), Some(60.0));
        assert_eq!(first(false, Some(7), 0.5), Some(7.0));
        assert_eq!(first(false, Some(600), 0.5), Some(10.0));
        assert_eq!(first(false, Some(1), 0.5), Some(5.0));
        assert_eq!(
            (first(false, None, 0.0), first(false, None, 1.0)),
            (Some(4.0), Some(6.0))
        );
    }
}
