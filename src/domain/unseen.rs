//! Characters that show nothing, or turn how their neighbours read: what hides an attack in a
//! text that looks harmless.

use std::fmt::Write as _;

/// Controls, format characters and letters that show nothing (Unicode categories Cc and Cf, the
/// line separators, and the default-ignorable characters of DerivedCoreProperties). Variation
/// selectors are none of them: emoji need those.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// JSON in which everything that cannot be seen is spelled `\u…`. RFC 8259 asks for that below
/// U+0020 only, and outside of a string there is none of the rest.
pub fn spelled(json: String) -> String {
    let is_odd = |c: char| c != '\n' && is_unseen(c);
    if !json.contains(is_odd) {
        return json;
    }
    let mut spelled = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match is_odd(c) {
            false => spelled.push(c),
            true => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(spelled, "\\u{unit:04x}");
                }
            }
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_seen_is_told_from_what_cannot() {
        for c in [
            '\x1b',
            '\u{9b}',
            '\u{ad}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', '日', '\u{301}', '\u{fe0f}', '✓', '\u{1f469}'] {
            assert!(!is_unseen(c), "{c:?}");
        }
    }

    #[test]
    fn json_spells_what_cannot_be_seen_and_reads_as_before() {
        let text = "a\u{9b}31m\u{202e}b\u{e0041}\u{7f}é";
        let json = serde_json::to_string(text).expect("a text");
        let spelled = spelled(json);
        assert_eq!(spelled, r#""a\u009b31m\u202eb\udb40\udc41\u007fé""#);
        let read: String = serde_json::from_str(&spelled).expect("JSON");
        assert_eq!(read, text);
    }
}
