//! What somebody may have meant by a word that names nothing.

/// The name nearest to what was written, where one is near.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = ["site", "service", "gateway.url"];
        assert_eq!(nearest("sit", known), Some("site"));
        assert_eq!(nearest("gatewya.url", known), Some("gateway.url"));
        assert_eq!(nearest("banana", known), None);
    }
}
