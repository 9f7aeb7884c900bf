//! Which kinds of statements a text holds, read as the database's own server and command line
//! would split it.
//!
//! A word in a string, a comment, a quoted name or a dollar-quoted body is no statement. What
//! cannot be known from the text alone is said ([`Statement::unclear`]) instead of guessed: code
//! that is built while it runs, procedures whose body is elsewhere, files that are read in.
//! Functions that a query calls are not looked into.

mod kind;
mod lexer;
mod mongodb;
mod reader;
mod statement;
mod transact;

pub use kind::{Kind, KindPattern, UnknownKind};
pub use mongodb::command;
pub use reader::Reader;

use std::ops::Range;

/// Whose rules of quoting and splitting hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    MySql,
    SqlServer,
}

/// Who took the text apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A client sent it as it is.
    Client,
    /// The database's command line ran it: psql, mysql, sqlcmd.
    Script,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What running it does; several for `WITH … DELETE` and the like.
    pub kinds: Vec<Kind>,
    /// Why there may be more to it.
    pub unclear: Option<&'static str>,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

#[cfg(test)]
mod tests;
