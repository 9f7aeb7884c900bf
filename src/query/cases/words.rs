//! Free text and full text.

use super::{check, session};

#[test]
fn free_text() {
    check(
        session(),
        &[
            ("script", '+', "a word of the message"),
            ("scrip", '-', "whole words only"),
            (
                "Script",
                '?',
                "whether free text ignores case is unconfirmed",
            ),
            ("rollback", '-', "not in the message"),
            ("-rollback", '+', "negated"),
            ("NOT rollback", '+', "negated by a word"),
            (
                "production",
                '-',
                "free text looks at the message, not at attributes",
            ),
            ("script Dropped", '+', "several words, any order"),
            ("Dropped script", '+', "the other order"),
            ("script rollback", '-', "all have to occur"),
            ("script OR rollback", '+', "one suffices"),
            ("\"a script on\"", '+', "a phrase"),
            ("\"script a\"", '-', "a phrase keeps the order"),
            ("\"ran script\"", '-', "and nothing stands between"),
            ("\"A script\"", '?', "case again"),
            ("\"table users\"", '?', "whether `_` splits words"),
            ("users_old", '+', "an underscore belongs to the word"),
            (
                "prod-orders",
                '+',
                "a recorded search found a hyphenated word unescaped",
            ),
            ("prod\\-orders", '+', "escaped it is the same"),
            ("\"prod orders\"", '?', "whether punctuation matters"),
            ("orders", '+', "punctuation splits words"),
            (
                "\"orders: Dropped\"",
                '?',
                "special characters cannot be searched in the message",
            ),
            ("\"orders: ran\"", '-', "but the words have to be there"),
            (
                "scr*",
                '?',
                "`web*`: the message starts with it, or a word does",
            ),
            ("*users_old", '+', "ends with, by every reading"),
            ("ada*", '+', "starts with, by every reading"),
            ("*example*", '+', "holds, by every reading"),
            ("*rollback*", '-', "holds it by none"),
            ("*DROPPED*", '?', "case again"),
            (
                "\"*script*\"",
                '?',
                "between quotes a star is a special character",
            ),
            ("\"*rollback*\"", '-', "whose word is missing here"),
            ("\"\"", '?', "an empty phrase"),
        ],
    );
}

#[test]
fn full_text() {
    check(
        session(),
        &[
            ("*:production", '+', "an attribute's value"),
            ("*:PRODUCTION", '+', "full text ignores case"),
            ("*:script", '+', "the message too"),
            ("*:SCRIPT", '+', "without case"),
            ("*:rollback", '-', "nowhere"),
            ("*:prod*", '+', "values that start with it"),
            ("*:\"ada lovelace\"", '+', "an exact string"),
            ("*:Lovelace", '?', "a part of a value"),
            ("*:canary", '?', "in a tag alone"),
            ("*:agent-access", '+', "the service"),
            ("*:>5", '?', "comparing everything is documented nowhere"),
            ("*:*", '+', "everything"),
        ],
    );
}
