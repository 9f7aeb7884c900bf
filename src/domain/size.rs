//! Sizes as people write and read them: `512KiB`, `100MB`.

/// Bytes of each unit; a number alone is bytes.
const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Why a text is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no size; write 100MB, 512KiB or 1GB")]
pub struct SizeError(String);

/// Reads a size in bytes, which is at least one.
///
/// # Errors
///
/// No whole number, another unit, nothing at all, and more than 64 bits hold.
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let bytes = || {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit());
        let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
        number.parse::<u64>().ok()?.checked_mul(*factor)
    };
    let bytes = bytes().filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| SizeError(text.to_owned()))
}

/// As people read it: `512 B`, `70.4 kB`, `1.5 GB`.
pub fn human_size(bytes: u64) -> String {
    let in_unit = |unit: f64| bytes as f64 / unit;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", in_unit(1e3)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", in_unit(1e6)),
        _ => format!("{:.1} GB", in_unit(1e9)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_and_a_unit() {
        for (text, bytes) in [
            ("1", 1),
            ("512 B", 512),
            ("64kB", 64_000),
            ("512KiB", 524_288),
            ("100MB", 100_000_000),
            ("2GiB", 2_147_483_648),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_named() {
        for text in ["", "0MB", "MB", "1.5MB", "-1", "1mb", "20000000000GB"] {
            let error = parse_size(text).expect_err(text);
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_size_is_told_in_the_unit_that_fits() {
        let cases = [
            (999, "999 B"),
            (70_400, "70.4 kB"),
            (12_340_000, "12.3 MB"),
            (1_500_000_000, "1.5 GB"),
        ];
        for (bytes, told) in cases {
            assert_eq!(human_size(bytes), told);
        }
    }
}
