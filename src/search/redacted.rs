//! Text without its secrets, with the way back to where each piece of it stood.

use crate::domain::redaction::{Redactor, Span};

/// A text whose secrets are replaced by their marks.
pub(super) struct Redacted {
    pub text: String,
    /// In order: where a secret stood, and where its mark stands.
    spans: Vec<(Span, usize, usize)>,
}

impl Redacted {
    pub fn of(original: &str, redactor: &Redactor) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut spans = Vec::new();
        let mut kept = 0;
        for span in redactor.spans(original) {
            text.push_str(&original[kept..span.start]);
            let start = text.len();
            text.push_str(&span.mark());
            kept = span.end;
            spans.push((span, start, text.len()));
        }
        text.push_str(&original[kept..]);
        Self { text, spans }
    }

    /// Where byte `at` of the original stands here; behind the mark where it is in a secret.
    pub fn place_of(&self, at: usize) -> usize {
        let before = self.spans.partition_point(|(span, _, _)| span.start < at);
        match before.checked_sub(1).map(|last| &self.spans[last]) {
            None => at,
            Some((span, _, end)) => end + at.saturating_sub(span.end),
        }
    }

    /// Where byte `at` of this text stood in the original; the secret's start for its mark.
    pub fn original(&self, at: usize) -> usize {
        let before = self.spans.partition_point(|(_, start, _)| *start <= at);
        match before.checked_sub(1).map(|last| &self.spans[last]) {
            None => at,
            Some((span, _, end)) if at < *end => span.start,
            Some((span, _, end)) => span.end + (at - end),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_are_kept_around_a_mark() {
        let original = "a PGPASSWORD=correcthorse psql";
        let redacted = Redacted::of(original, &Redactor::built_in());
        assert_eq!(redacted.text, "a PGPASSWORD=[redacted:password] psql");
        let secret = original.find("correct").expect("it is there");
        let mark = redacted.text.find('[').expect("it is there");
        let after = redacted.text.find(" psql").expect("it is there");
        assert_eq!(redacted.place_of(secret), mark);
        assert_eq!(redacted.place_of(secret + 3), after, "behind the mark");
        assert_eq!(redacted.original(mark + 4), secret);
        assert_eq!(redacted.place_of(secret + 12), after);
        assert_eq!(redacted.original(after), secret + 12);
    }

    proptest! {
        #[test]
        fn outside_of_secrets_there_and_back_is_the_same(
            pieces in prop::collection::vec(prop_oneof![
                Just("password=hunter2secret "), Just("x "), Just("é\n"), Just("token: "),
            ], 0..12)
        ) {
            let original = pieces.concat();
            let redacted = Redacted::of(&original, &Redactor::built_in());
            for at in 0..=original.len() {
                let back = redacted.original(redacted.place_of(at));
                let is_hidden = redacted.spans.iter().any(|(span, _, _)| (span.start..span.end).contains(&at));
                prop_assert!(back == at || is_hidden);
            }
        }
    }
}
