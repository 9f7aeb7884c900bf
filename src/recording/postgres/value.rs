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
pub(super) fn show(value: Option<&[u8]>, format: u16, oid: u32) -> String {
    let Some(bytes) = value else {
        return "NULL".to_owned();
    };
    match format {
        0 => quoted(bytes),
        _ => binary(bytes, oid).unwrap_or_else(|| hex(bytes)),
    }
}

fn binary(bytes: &[u8], oid: u32) -> Option<String> {
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
        18 | 19 | 25 | 114 | 1042 | 1043 => quoted(bytes),
        1082 => day(i32::from_be_bytes(bytes.try_into().ok()?))?,
        1114 => instant(i64::from_be_bytes(bytes.try_into().ok()?))?
            .trim_end_matches('Z')
            .to_owned(),
        1184 => instant(i64::from_be_bytes(bytes.try_into().ok()?))?,
        1700 => numeric(bytes)?,
        2950 => uuid::Uuid::from_slice(bytes).ok()?.to_string(),
        3802 => quoted(bytes.strip_prefix(b"\x01")?),
        _ => return None,
    })
}

fn quoted(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(LONGEST)];
    let text = String::from_utf8_lossy(shown).replace('\'', "''");
    format!("'{text}'{}", cut_mark(bytes))
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

fn cut_mark(bytes: &[u8]) -> String {
    match bytes.len() > LONGEST {
        true => format!("… ({} bytes)", bytes.len()),
        false => String::new(),
    }
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
        show(Some(bytes), 1, oid)
    }

    #[test]
    fn text_is_quoted_and_null_is_not() {
        assert_eq!(show(Some(b"O'Connor"), 0, 25), "'O''Connor'");
        assert_eq!(show(None, 1, 23), "NULL");
        assert!(show(Some(&[b'a'; 5_000]), 0, 0).ends_with("aaa'… (5000 bytes)"));
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
