//! The times a search takes: ISO 8601, Unix milliseconds, date math (`now`, `now-15m`, `now+2h`).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil::DateTime};

/// Reads a time; `None` for a text that is none.
pub fn parse_time(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(offset) = text.strip_prefix("now") {
        return date_math(offset, now);
    }
    if let Ok(milliseconds) = text.parse() {
        return Timestamp::from_millisecond(milliseconds).ok();
    }
    let zoneless = || {
        let at: DateTime = text.parse().ok()?;
        Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    text.parse().ok().or_else(zoneless)
}

fn date_math(offset: &str, now: Timestamp) -> Option<Timestamp> {
    if offset.is_empty() {
        return Some(now);
    }
    let (sign, amount) = match offset.split_at_checked(1)? {
        ("-", amount) => (-1, amount),
        ("+", amount) => (1, amount),
        _ => return None,
    };
    let (number, unit) = amount.split_at_checked(amount.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number = i64::from(number.parse::<u32>().ok()?);
    let offset = SignedDuration::from_secs(sign * number * seconds);
    now.checked_add(offset).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = Timestamp::from_second(1_795_251_600).expect("an instant");
        for (text, second) in [
            ("now", 1_795_251_600),
            ("now-2h", 1_795_244_400),
            ("now+30s", 1_795_251_630),
            ("now-1d", 1_795_165_200),
            ("1795251600000", 1_795_251_600),
            ("2026-11-21T09:00:00Z", 1_795_251_600),
            ("2026-11-21T10:00:00+01:00", 1_795_251_600),
            ("2026-11-21T09:00:00", 1_795_251_600),
        ] {
            let read = parse_time(text, now).map(|at| at.as_second());
            assert_eq!(read, Some(second), "{text}");
        }
        for text in ["", "now-", "now-5", "now-5y", "now*2h", "soon", "now-é"] {
            assert_eq!(parse_time(text, now), None, "{text}");
        }
    }
}
