//! A value that must never be printed.

use std::fmt;

use zeroize::Zeroizing;

/// A key or a token. It has no `Display` and no `Serialize`; `Debug` shows a mask.
///
/// [`Secret::expose`] is called where a header is built, and nowhere else. The memory is wiped
/// when the value is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value as it came, without the line end that files and pipes add.
    pub fn new(value: impl Into<String>) -> Self {
        let value = Zeroizing::new(value.into());
        Self(Zeroizing::new(value.trim().to_owned()))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing but white space was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A header can carry printable ASCII; a pasted key with anything else is a pasting error.
    pub fn fits_a_header(&self) -> bool {
        self.0.bytes().all(|byte| (0x21..0x7f).contains(&byte))
    }

    /// What may be shown: `****` and, of a value long enough that they say little, the last four
    /// characters, as Datadog's own pages do.
    pub fn masked(&self) -> String {
        format!("****{}", self.last4().unwrap_or_default())
    }

    /// The last four characters of a value long enough that they say little.
    pub fn last4(&self) -> Option<&str> {
        let tail = self.0.char_indices().rev().nth(3);
        let is_long = self.0.chars().count() >= 20;
        tail.filter(|_| is_long).map(|(start, _)| &self.0[start..])
    }

    /// The part between two underscores, by which an access token is listed: `b` of `a_b_c`.
    pub fn public_portion(&self) -> Option<&str> {
        let mut parts = self.0.split('_').skip(1);
        let public = parts.next()?;
        parts.next().map(|_| public)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_holds_the_value() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef");
        assert_eq!(format!("{secret:?}"), "Secret(****)");
        assert_eq!(secret.masked(), "****cdef");
    }

    #[test]
    fn a_short_value_is_masked_whole() {
        assert_eq!(Secret::new("hunter2").masked(), "****");
    }

    #[test]
    fn the_parts_that_datadog_lists_are_known() {
        let token = Secret::new("ddpat_6dZ2zcpumTdlnHIgx2SlHA_secretchecksum");
        assert_eq!(token.public_portion(), Some("6dZ2zcpumTdlnHIgx2SlHA"));
        assert_eq!(token.last4(), Some("ksum"));
        let key = Secret::new("ddapp_0123456789abcdefghijABCDEFGHIJ4567");
        assert_eq!((key.public_portion(), key.last4()), (None, Some("4567")));
        assert_eq!(Secret::new("pässwörd").last4(), None);
    }

    #[test]
    fn a_header_carries_one_line_of_plain_letters() {
        assert!(Secret::new("hpk_abc-DEF.1|2").fits_a_header());
        for text in ["two words", "two\nlines", "h\u{e4}", "\u{7f}"] {
            assert!(!Secret::new(text).fits_a_header(), "{text:?}");
        }
    }

    #[test]
    fn a_line_end_is_not_part_of_a_secret() {
        assert_eq!(Secret::new("abc\r\n").expose(), "abc");
    }
}
