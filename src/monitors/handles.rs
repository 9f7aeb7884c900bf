//! Who is told by a monitor's message.

/// Whether a message names anybody: a handle stands behind a blank or at the start of a line
/// (docs.datadoghq.com/monitors/notify).
pub fn names_a_handle(message: &str) -> bool {
    message.split_whitespace().any(|word| {
        let name = word.trim_start_matches('(').strip_prefix('@');
        name.is_some_and(|name| name.starts_with(|c: char| c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::names_a_handle;

    #[test]
    fn an_address_in_the_middle_of_a_word_is_no_handle() {
        assert!(names_a_handle("look at it @slack-agents"));
        assert!(names_a_handle("(@ada@lab.test)"));
        assert!(!names_a_handle("ada@lab.test or nobody @ all"));
    }
}
