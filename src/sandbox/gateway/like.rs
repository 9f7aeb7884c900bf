//! SQL's LIKE, as PostgreSQL matches it: `%` any run, `_` one character, `\` takes the next as it is.

/// Whether `text` matches `pattern` whole. `None` where the pattern ends in a lone `\`, which
/// PostgreSQL refuses as an error.
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    let tokens = parse(pattern)?;
    let text: Vec<char> = text.chars().collect();
    Some(matches_tokens(&tokens, &text))
}

#[derive(Clone, Copy)]
enum Token {
    AnyRun,
    AnyOne,
    Exactly(char),
}

fn parse(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '%' => Token::AnyRun,
            '_' => Token::AnyOne,
            '\\' => Token::Exactly(chars.next()?),
            _ => Token::Exactly(c),
        });
    }
    Some(tokens)
}

/// Greedy with one point of return: behind the last `%`, one more character swallowed.
fn matches_tokens(tokens: &[Token], text: &[char]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    while read < text.len() {
        let is_match = match tokens.get(at) {
            Some(Token::AnyRun) => {
                resume = Some((at + 1, read));
                at += 1;
                continue;
            }
            Some(Token::AnyOne) => true,
            Some(Token::Exactly(c)) => *c == text[read],
            None => false,
        };
        if is_match {
            at += 1;
            read += 1;
            continue;
        }
        let Some((behind, swallowed)) = resume else {
            return false;
        };
        resume = Some((behind, swallowed + 1));
        at = behind;
        read = swallowed + 1;
    }
    tokens[at..]
        .iter()
        .all(|token| matches!(token, Token::AnyRun))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percent_and_underscore_are_wildcards_unless_escaped() {
        assert_eq!(matches("prod%", "prod-orders-db"), Some(true));
        assert_eq!(matches("prod_orders", "prod-orders"), Some(true));
        assert_eq!(matches(r"prod\_orders", "prod-orders"), Some(false));
        assert_eq!(matches(r"prod\_orders", "prod_orders"), Some(true));
        assert_eq!(matches("%db", "a-db-b-db"), Some(true));
        assert_eq!(matches("PROD%", "prod-orders-db"), Some(false));
        assert_eq!(matches("", ""), Some(true));
    }

    #[test]
    fn a_pattern_ending_in_an_escape_is_refused() {
        assert_eq!(matches(r"prod\", "prod"), None);
    }

    proptest! {
        #[test]
        fn an_escaped_text_matches_itself_alone(text in ".{0,12}", other in ".{0,12}") {
            let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
            prop_assert_eq!(matches(&escaped, &text), Some(true));
            prop_assert_eq!(matches(&escaped, &other), Some(text == other));
        }
    }
}
