//! Parameters as people read them: by type where the value is binary.
//!
//! Type numbers: PostgreSQL `src/include/catalog/pg_type.dat`. Dates and times count from
//! 2000-01-01.

use jiff::civil::date;
use jiff::{Span, Timestamp};

/// A longer value is cut, and its length said.
const LONGEST: usize = 1_024;

/// 2000-01-01 in microseconds of Unix time.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Digits of a number beyond which it is shown as bytes.
const LONGEST_NUMERIC: i32 = 64;

/// Shows one parameter. `format` is 0 for text, 1 for binary; `oid` is 0 where not declared.
/// `hide` takes the secrets out of a text that is going to be cut.
pub(super) fn show(
    value: Option<&[u8]>,
    format: u16,
    oid: u32,
    hide: &mut dyn FnMut(&str) -> String,
) -> String {
    let Some(bytes) = value else {
        return "NULL".to_owned();
    };
    match (format, oid) {
        (0, _) => quoted(bytes, hide),
        (_, 0) => undeclared(bytes, hide),
        _ => binary(bytes, oid, hide).unwrap_or_else(|| hex(bytes)),
    }
}

/// A binary value of a type that only the server's answer told, as with drivers that ask for it
/// (asyncpg, tokio-postgres): text where it can be nothing else, else its bytes and how they may
/// read.
fn undeclared(bytes: &[u8], hide: &mut dyn FnMut(&str) -> String) -> String {
    let json = bytes.strip_prefix(b"\x01").filter(|rest| is_json(rest));
    let text = str::from_utf8(json.unwrap_or(bytes)).ok();
    let text = text.filter(|text| !text.is_empty() && !text.contains(is_no_text));
    match (text, bytes.len()) {
        // As long as numbers are.
        (Some(text), 1 | 2 | 4 | 8) => {
            format!("{} (perhaps {})", hex(bytes), quoted(text.as_bytes(), hide))
        }
        (Some(text), _) => quoted(text.as_bytes(), hide),
        (None, _) => match small_number(bytes) {
            Some(number) => format!("{} (perhaps {number})", hex(bytes)),
            None => hex(bytes),
        },
    }
}

fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'{' | b'[' | b'"'))
}

fn is_no_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// An integer that is too small to be the bits of a common float or time.
fn small_number(bytes: &[u8]) -> Option<i64> {
    const SMALL: u64 = 1 << 23;
    let number = match bytes.len() {
        4 => i64::from(i32::from_be_bytes(bytes.try_into().ok()?)),
        8 => i64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    };
    (number.unsigned_abs() < SMALL).then_some(number)
}

fn binary(bytes: &[u8], oid: u32, hide: &mut dyn FnMut(&str) -> String) -> Option<String> {
    Some(match oid {
        16 => match bytes {
            [0] => "false".to_owned(),
            [1] => "true".to_owned(),
            _ => return None,
        },
        20 => i64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        21 => i16::from_be_bytes(bytes.try_into().ok()?).to_string(),
        23 => i32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        26 => u32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        700 => f32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        701 => f64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        18 | 19 | 25 | 114 | 1042 | 1043 => quoted(bytes, hide),
        1082 => day(i32::from_be_bytes(bytes.try_into().ok()?))?,
        1114 => instant(i64::from_be_bytes(bytes.try_into().ok()?))?
            .trim_end_matches('Z')
            .to_owned(),
        1184 => instant(i64::from_be_bytes(bytes.try_into().ok()?))?,
        1700 => numeric(bytes)?,
        2950 => uuid::Uuid::from_slice(bytes).ok()?.to_string(),
        3802 => quoted(bytes.strip_prefix(b"\x01")?, hide),
        _ => return None,
    })
}

fn quoted(bytes: &[u8], hide: &mut dyn FnMut(&str) -> String) -> String {
    let text = String::from_utf8_lossy(bytes);
    if bytes.len() <= LONGEST {
        return format!("'{}'", text.replace('\'', "''"));
    }
    // A cut must not leave half of a secret, which no rule would find.
    let text = hide(&text);
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    let text = text[..end.unwrap_or(0)].replace('\'', "''");
    format!("'{text}'… ({} bytes)", bytes.len())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("\\x");
    for byte in bytes.iter().take(LONGEST / 16) {
        let _ = write!(text, "{byte:02x}");
    }
    if bytes.len() > LONGEST / 16 {
        let _ = write!(text, "… ({} bytes)", bytes.len());
    }
    text
}

fn day(days: i32) -> Option<String> {
    match days {
        i32::MAX => Some("infinity".to_owned()),
        i32::MIN => Some("-infinity".to_owned()),
        days => {
            let span = Span::new().try_days(days).ok()?;
            Some(date(2000, 1, 1).checked_add(span).ok()?.to_string())
        }
    }
}

fn instant(micros: i64) -> Option<String> {
    match micros {
        i64::MAX => Some("infinity".to_owned()),
        i64::MIN => Some("-infinity".to_owned()),
        micros => {
            let unix = micros.checked_add(EPOCH_MICROS)?;
            Some(Timestamp::from_microsecond(unix).ok()?.to_string())
        }
    }
}

/// Base 10,000: count, weight of the first digit, sign, decimals to show, digits.
fn numeric(bytes: &[u8]) -> Option<String> {
    let mut words = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let count = words.next()?;
    let weight = i32::from(words.next()? as i16);
    let sign = match words.next()? {
        0x0000 => "",
        0x4000 => "-",
        0xc000 => return Some("NaN".to_owned()),
        0xd000 => return Some("Infinity".to_owned()),
        0xf000 => return Some("-Infinity".to_owned()),
        _ => return None,
    };
    let scale = i32::from(words.next()?);
    let digits: Vec<u16> = words.collect();
    let is_plausible = digits.len() == usize::from(count)
        && digits.iter().all(|digit| *digit < 10_000)
        && weight.abs() <= LONGEST_NUMERIC
        && scale <= 4 * LONGEST_NUMERIC;
    is_plausible.then(|| decimal(sign, weight, scale as usize, &digits))
}

fn decimal(sign: &str, weight: i32, scale: usize, digits: &[u16]) -> String {
    let digit = |power: i32| {
        usize::try_from(weight - power)
            .ok()
            .and_then(|at| digits.get(at))
            .copied()
            .unwrap_or(0)
    };
    let whole: String = (0..=weight.max(0))
        .rev()
        .map(|power| format!("{:04}", digit(power)))
        .collect();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        some => some,
    };
    if scale == 0 {
        return format!("{sign}{whole}");
    }
    let fraction: String = (1..=scale.div_ceil(4))
        .map(|power| format!("{:04}", digit(-(power as i32))))
        .collect();
    format!("{sign}{whole}.{}", &fraction[..scale])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn binary_of(oid: u32, bytes: &[u8]) -> String {
        show(Some(bytes), 1, oid, &mut str::to_owned)
    }

    fn text_of(value: Option<&[u8]>) -> String {
        show(value, 0, 25, &mut str::to_owned)
    }

    #[test]
    fn a_value_of_no_declared_type_is_text_where_it_can_be_nothing_else() {
        assert_eq!(binary_of(0, "O'Neil é".as_bytes()), "'O''Neil é'");
        assert_eq!(binary_of(0, b"\x01{\"a\": 1}"), "'{\"a\": 1}'");
        assert_eq!(binary_of(0, b"Anna"), "\\x416e6e61 (perhaps 'Anna')");
        assert_eq!(
            binary_of(0, &7_i32.to_be_bytes()),
            "\\x00000007 (perhaps 7)"
        );
        assert_eq!(
            binary_of(0, &(-7_i64).to_be_bytes()),
            "\\xfffffffffffffff9 (perhaps -7)"
        );
        assert_eq!(binary_of(0, &1.5_f64.to_be_bytes()), "\\x3ff8000000000000");
        assert_eq!(binary_of(0, &[0xff, 1, 2]), "\\xff0102");
        assert_eq!(binary_of(0, b""), "\\x");
    }

    #[test]
    fn secrets_are_hidden_before_a_value_is_cut() {
        let key = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", "YWJj".repeat(400));
        let redactor = crate::domain::redaction::Redactor::built_in();
        let mut hide = |text: &str| redactor.redact(text).into_owned();
        let shown = show(Some(key.as_bytes()), 0, 25, &mut hide);
        assert_eq!(shown, "'[redacted:jwt]'… (1626 bytes)");
    }

    #[test]
    fn text_is_quoted_and_null_is_not() {
        assert_eq!(text_of(Some(b"O'Connor")), "'O''Connor'");
        assert_eq!(text_of(None), "NULL");
        assert!(text_of(Some(&[b'a'; 5_000])).ends_with("aaa'… (5000 bytes)"));
    }

    #[test]
    fn binary_values_are_shown_by_type() {
        assert_eq!(binary_of(16, &[1]), "true");
        assert_eq!(binary_of(21, &[3, 0xef]), "1007");
        assert_eq!(binary_of(23, &(-5_i32).to_be_bytes()), "-5");
        assert_eq!(
            binary_of(20, &i64::MIN.to_be_bytes()),
            "-9223372036854775808"
        );
        assert_eq!(binary_of(701, &0.1_f64.to_be_bytes()), "0.1");
        assert_eq!(binary_of(1082, &9_820_i32.to_be_bytes()), "2026-11-20");
        assert_eq!(binary_of(1082, &i32::MAX.to_be_bytes()), "infinity");
        assert_eq!(
            binary_of(1184, &848_448_000_000_000_i64.to_be_bytes()),
            "2026-11-20T00:00:00Z"
        );
        assert_eq!(
            binary_of(1114, &848_448_000_000_001_i64.to_be_bytes()),
            "2026-11-20T00:00:00.000001"
        );
        assert_eq!(binary_of(3802, b"\x01{\"a\":1}"), "'{\"a\":1}'");
        assert_eq!(
            binary_of(2950, &[0x11; 16]),
            "11111111-1111-1111-1111-111111111111"
        );
    }

    #[test]
    fn numbers_of_any_scale_are_exact() {
        let numeric = |words: &[u16]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            binary_of(1700, &bytes)
        };
        assert_eq!(numeric(&[2, 0, 0, 2, 1234, 5600]), "1234.56");
        assert_eq!(numeric(&[2, 0, 0x4000, 4, 1234, 5600]), "-1234.5600");
        assert_eq!(numeric(&[1, 1, 0, 0, 12]), "120000");
        assert_eq!(numeric(&[1, 0xffff, 0, 5, 5]), "0.00050");
        assert_eq!(numeric(&[1, 0xfffe, 0, 8, 5]), "0.00000005");
        assert_eq!(numeric(&[0, 0, 0, 2]), "0.00");
        assert_eq!(numeric(&[0, 0, 0xc000, 0]), "NaN");
        assert!(numeric(&[1, 32_767, 0, 0, 1]).starts_with("\\x"));
    }

    #[test]
    fn what_does_not_fit_its_type_is_shown_as_bytes() {
        assert_eq!(binary_of(23, &[1, 2]), "\\x0102");
        assert_eq!(binary_of(17, &[0, 255, 16]), "\\x00ff10");
        assert_eq!(
            binary_of(1184, &(i64::MAX - 1).to_be_bytes()),
            "\\x7ffffffffffffffe"
        );
        assert!(binary_of(17, &[7; 500]).ends_with("… (500 bytes)"));
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic_or_grow(
            oid in prop::sample::select(vec![16, 20, 21, 23, 700, 701, 1082, 1114, 1184, 1700, 2950, 3802]),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            prop_assert!(binary_of(oid, &bytes).len() < 600);
        }
    }
}
