//! `AND`, `OR`, negation, groups, and what is open in three-valued logic.

use super::{check, session};

#[test]
fn joining() {
    check(
        session(),
        &[
            ("", '+', "the empty query is everything"),
            ("   ", '+', "blanks are empty"),
            ("*", '+', "everything"),
            ("-*", '-', "nothing"),
            ("source:hoop AND env:prod", '+', "both"),
            ("source:hoop && env:prod", '+', "the sign"),
            ("source:hoop env:prod", '+', "nothing between means and"),
            ("source:x || env:prod", '+', "the other sign"),
            ("source:x OR env:x OR source:hoop", '+', "any of three"),
            (
                "source:x env:prod OR service:agent-access",
                '+',
                "and binds tighter",
            ),
            (
                "service:agent-access OR env:prod source:x",
                '+',
                "on either side",
            ),
            (
                "(service:agent-access OR env:prod) source:x",
                '-',
                "unless grouped",
            ),
            (
                "-source:x env:prod",
                '+',
                "a negation takes the next clause only",
            ),
            ("-source:hoop OR env:prod", '+', "and no more"),
            ("-(source:hoop env:prod)", '-', "a negated group"),
            ("NOT (source:x OR env:x)", '+', "by the word"),
            ("-(-source:hoop)", '+', "twice"),
            (
                "source:hoop and env:prod",
                '-',
                "operators are upper case: `and` is a word",
            ),
            ("or OR source:hoop", '+', "`or` is a word too"),
            (
                "Script AND source:x",
                '-',
                "an open part does not matter beside a no",
            ),
            ("Script OR source:hoop", '+', "nor beside a yes"),
            (
                "Script AND source:hoop",
                '?',
                "but it does beside a yes that has to hold as well",
            ),
            (
                "Script OR source:x",
                '?',
                "and beside a no that does not decide",
            ),
            ("-Script", '?', "the negation of open is open"),
        ],
    );
}
