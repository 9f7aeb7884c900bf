//! Where the statements of a Transact-SQL batch begin: nothing has to stand between them.
//!
//! The words that begin a statement are reserved, so that none of them is a name unless it is
//! quoted. Which of them begin one here follows from what stands before.

use super::lexer::{Token, TokenKind};

/// Words that begin a statement wherever no clause explains them.
const STARTS: [&str; 39] = [
    "ALTER",
    "BACKUP",
    "BEGIN",
    "BULK",
    "CHECKPOINT",
    "CLOSE",
    "COMMIT",
    "CREATE",
    "DBCC",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DENY",
    "DROP",
    "ELSE",
    "END",
    "EXEC",
    "EXECUTE",
    "FETCH",
    "GRANT",
    "IF",
    "INSERT",
    "KILL",
    "MERGE",
    "OPEN",
    "PRINT",
    "RAISERROR",
    "RECONFIGURE",
    "RESTORE",
    "RETURN",
    "REVERT",
    "REVOKE",
    "ROLLBACK",
    "SAVE",
    "SHUTDOWN",
    "TRUNCATE",
    "UPDATE",
    "WAITFOR",
    "WHILE",
];

/// Words that may be followed by a query of their own.
const QUERYING: [&str; 5] = ["INSERT", "WITH", "SELECT", "MERGE", "DECLARE"];

/// Objects that are dropped and altered: behind `DROP` they begin a statement, where a column
/// would not.
const OBJECTS: [&str; 22] = [
    "TABLE",
    "DATABASE",
    "VIEW",
    "PROC",
    "PROCEDURE",
    "FUNCTION",
    "TRIGGER",
    "INDEX",
    "SCHEMA",
    "USER",
    "LOGIN",
    "ROLE",
    "TYPE",
    "SEQUENCE",
    "SYNONYM",
    "STATISTICS",
    "CERTIFICATE",
    "CREDENTIAL",
    "ASSEMBLY",
    "RULE",
    "DEFAULT",
    "SERVER",
];

/// The statements of a batch, or of the part of it that ends with a semicolon.
pub(super) fn split<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut segments = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    // CASE … ELSE … END, of the statement so far.
    let mut open_cases = 0_isize;
    for (place, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && place > start && begins(tokens, start, place, open_cases > 0) {
            segments.push(&tokens[start..place]);
            start = place;
            open_cases = 0;
        }
        open_cases += match () {
            () if token.is_word("CASE") => 1,
            () if token.is_word("END") => -1,
            () => 0,
        };
        if is_program(&tokens[start..]) {
            break;
        }
    }
    segments.push(&tokens[start..]);
    segments
}

/// The body of a procedure, a function, a trigger or a view is the rest of its batch.
fn is_program(segment: &[Token<'_>]) -> bool {
    let is = |at: usize, words: &[&str]| {
        segment
            .get(at)
            .is_some_and(|token| words.iter().any(|word| token.is_word(word)))
    };
    let programs = ["PROC", "PROCEDURE", "FUNCTION", "TRIGGER", "VIEW"];
    let object = if is(1, &["OR"]) { 3 } else { 1 };
    is(0, &["CREATE", "ALTER"]) && is(object, &programs)
}

fn begins(tokens: &[Token<'_>], start: usize, place: usize, is_in_case: bool) -> bool {
    let token = &tokens[place];
    if token.kind != TokenKind::Word {
        return false;
    }
    let word = token.text.to_ascii_uppercase();
    let verb = tokens[start].text.to_ascii_uppercase();
    let before = tokens[place - 1].text.to_ascii_uppercase();
    let next = tokens
        .get(place + 1)
        .map(|next| next.text.to_ascii_uppercase());
    let begins = match word.as_str() {
        "SELECT" => !QUERYING.contains(&verb.as_str()),
        word => STARTS.contains(&word),
    };
    let is_clause = match before.as_str() {
        // ON DELETE CASCADE, FOR UPDATE, AFTER INSERT, THEN DELETE, WITH EXECUTE AS
        "ON" | "FOR" | "AFTER" | "OF" | "INSTEAD" | "THEN" | "WITH" => true,
        // Lists of rights.
        "GRANT" | "REVOKE" | "DENY" | "," => ["GRANT", "REVOKE", "DENY"].contains(&verb.as_str()),
        _ => false,
    };
    let is_part = match (verb.as_str(), word.as_str()) {
        ("ALTER", "DROP" | "ALTER") => !next.is_some_and(|next| OBJECTS.contains(&next.as_str())),
        // BEGIN TRAN, END TRY: what they hold begins behind them.
        ("CREATE" | "ALTER" | "DROP", "CREATE") => true,
        ("BACKUP" | "RESTORE" | "DROP" | "CREATE", "DATABASE") => true,
        ("OPEN" | "CLOSE" | "FETCH", "DECLARE") => false,
        (_, "ELSE" | "END") => is_in_case,
        _ => false,
    };
    begins && !is_clause && !is_part
}
