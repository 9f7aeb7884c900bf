//! Words of a command line that a person pastes into a shell.

/// `text` as one word, in which a shell expands nothing.
pub fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,%@+".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_is_quoted() {
        assert_eq!(word("a'b $(x)"), "'a'\\''b $(x)'");
        assert_eq!(word(""), "''");
        assert_eq!(word("a-b.c/d"), "a-b.c/d");
    }
}
