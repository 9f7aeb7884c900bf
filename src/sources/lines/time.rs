//! The time of a line, in whatever form it is written.
//!
//! Datadog reads milliseconds since 1970 and ISO 8601 (docs.datadoghq.com/logs/log_configuration);
//! a number of nanoseconds is out of its range and can be dropped without a word. So the other
//! forms that are in use are recognised by their size and set right.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A form that the intake would not read as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
    Seconds,
    /// Milliseconds with a fraction.
    Fraction,
    Microseconds,
    Nanoseconds,
    /// Digits in quotes, or a date that is not quite ISO 8601; without a zone it is UTC.
    Text,
}

impl fmt::Display for TimeForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeForm::Seconds => "seconds",
            TimeForm::Fraction => "milliseconds with a fraction",
            TimeForm::Microseconds => "microseconds",
            TimeForm::Nanoseconds => "nanoseconds",
            TimeForm::Text => "a text that Datadog may not read",
        })
    }
}

/// When a line happened, and the form where it has to be set right.
pub type LineTime = (Timestamp, Option<TimeForm>);

/// Reads the JSON value `raw`; `None` where it says nothing.
///
/// # Errors
///
/// A value that is no time. The text says which.
pub fn read(raw: &str) -> Result<Option<LineTime>, String> {
    let time = match raw.as_bytes() {
        b"null" | b"\"\"" => return Ok(None),
        [b'"', ..] => of_text(raw),
        _ => of_number(raw),
    };
    match time {
        Some(time) => Ok(Some(time)),
        None => Err(format!("its timestamp is no time: {raw:.40}")),
    }
}

/// Any form is told by its size, for times from 1973 to 5138.
fn of_number(raw: &str) -> Option<LineTime> {
    let Ok(number) = raw.parse::<i64>() else {
        return of_fraction(raw.parse().ok()?);
    };
    let (time, form) = match number {
        100_000_000..100_000_000_000 => (Timestamp::from_second(number), TimeForm::Seconds),
        100_000_000_000..100_000_000_000_000 => {
            return Some((Timestamp::from_millisecond(number).ok()?, None));
        }
        100_000_000_000_000..100_000_000_000_000_000 => {
            (Timestamp::from_microsecond(number), TimeForm::Microseconds)
        }
        100_000_000_000_000_000.. => (
            Timestamp::from_nanosecond(number.into()),
            TimeForm::Nanoseconds,
        ),
        _ => return None,
    };
    Some((time.ok()?, Some(form)))
}

/// A double tells microseconds of seconds apart, and no more of anything else.
fn of_fraction(number: f64) -> Option<LineTime> {
    let (form, micros) = match number {
        1e8..1e11 => (TimeForm::Seconds, number * 1e6),
        1e11..1e14 => (TimeForm::Fraction, number * 1e3),
        1e14..1e17 => (TimeForm::Microseconds, number),
        1e17..1e20 => (TimeForm::Nanoseconds, number / 1e3),
        _ => return None,
    };
    let time = Timestamp::from_microsecond(micros.round() as i64).ok()?;
    Some((time, Some(form)))
}

fn of_text(raw: &str) -> Option<LineTime> {
    let text: String = serde_json::from_str(raw).ok()?;
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        let is_iso = text.as_bytes().get(10) == Some(&b'T');
        return Some((time, (!is_iso).then_some(TimeForm::Text)));
    }
    if let Ok(time) = text.parse::<DateTime>() {
        let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
        return Some((time, Some(TimeForm::Text)));
    }
    let (time, form) = of_number(text)?;
    Some((time, Some(form.unwrap_or(TimeForm::Text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_in_use_is_the_same_instant() {
        let expected: Timestamp = "2026-08-01T12:00:00.25Z".parse().expect("a time");
        for (raw, form) in [
            ("1785585600250", None),
            ("1785585600.25", Some(TimeForm::Seconds)),
            ("1785585600250.0", Some(TimeForm::Fraction)),
            ("1785585600250000", Some(TimeForm::Microseconds)),
            ("1785585600250000000", Some(TimeForm::Nanoseconds)),
            ("1.78558560025e9", Some(TimeForm::Seconds)),
            ("\"1785585600250\"", Some(TimeForm::Text)),
            ("\"1785585600250000\"", Some(TimeForm::Microseconds)),
            ("\"2026-08-01T12:00:00.250Z\"", None),
            ("\"2026-08-01T14:00:00.25+02:00\"", None),
            ("\"2026-08-01 12:00:00.25Z\"", Some(TimeForm::Text)),
            ("\"2026-08-01T12:00:00.25\"", Some(TimeForm::Text)),
        ] {
            assert_eq!(read(raw), Ok(Some((expected, form))), "{raw}");
        }
        let seconds = Ok(Some((
            "2026-08-01T12:00:00Z".parse().expect("a time"),
            Some(TimeForm::Seconds),
        )));
        assert_eq!(read("1785585600"), seconds);
    }

    #[test]
    fn nothing_is_nothing_and_what_is_no_time_is_refused() {
        assert_eq!(read("null"), Ok(None));
        assert_eq!(read("\"\""), Ok(None));
        for raw in [
            "0",
            "17",
            "-1785585600",
            "1e300",
            "true",
            "{}",
            "\"yesterday\"",
            "[1]",
        ] {
            let error = read(raw).expect_err("no time");
            assert!(error.contains(raw), "{error}");
        }
    }
}
