//! A unit file: sections of `Key=Value` (systemd.syntax(7)), and the quoting of its command lines.

use std::fmt;

/// In the order in which it was written.
#[derive(Debug, Default)]
pub struct Unit {
    lines: Vec<String>,
}

impl Unit {
    pub fn section(&mut self, name: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(format!("[{name}]"));
    }

    /// `value` as it is: what came from outside goes through [`literal`] or [`word`] first.
    pub fn set(&mut self, key: &str, value: &str) {
        self.lines.push(format!("{key}={value}"));
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Text in which systemd finds no specifier and no second line.
pub fn literal(text: &str) -> String {
    let one_line = text.replace(|c: char| c.is_control(), " ");
    one_line.replace('%', "%%")
}

/// One word of a command line: quoted where it has to be, and nothing in it is expanded.
pub fn word(text: &str) -> String {
    quoted(&text.replace('$', "$$"))
}

/// One assignment of `Environment=`, where a dollar is a dollar.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.:,@+%$*".contains(c);
    let escaped = literal(text);
    match !text.is_empty() && text.chars().all(plain) {
        true => escaped,
        false => format!("\"{}\"", escaped.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_and_says_the_same() {
        assert_eq!(word("--to=logs"), "--to=logs");
        assert_eq!(word("a b"), "\"a b\"");
        assert_eq!(word("50%"), "50%%");
        assert_eq!(word("$HOME"), "$$HOME");
        assert_eq!(quoted("A=$HOME b"), "\"A=$HOME b\"");
        assert_eq!(word(r#"say "\x""#), r#""say \"\\x\"""#);
        assert_eq!(word(""), "\"\"");
        assert_eq!(word(";"), "\";\"");
        assert_eq!(word("a\nExecStart=/bin/sh"), "\"a ExecStart=/bin/sh\"");
    }
}
