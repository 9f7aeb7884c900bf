//! Passwords behind the short options of a few programs: `mysql -pPASSWORD`, `curl -u user:PASSWORD`.
//!
//! A short option means a password only after the name of its program, within one simple command.

use super::Span;
use super::judge;
use super::text::Text;
use super::value::Value;

const RULE: &str = "command-password";

/// How a program takes its password.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `-pPASSWORD`: with a space between, the word is no password (MySQL reference, connecting).
    Attached,
    /// `-p PASSWORD` or `-pPASSWORD`.
    Either,
    /// `-u user:PASSWORD`.
    UserColon,
}

struct Program {
    name: &'static str,
    option: u8,
    form: Form,
}

const fn program(name: &'static str, option: u8, form: Form) -> Program {
    Program { name, option, form }
}

const PROGRAMS: &[Program] = &[
    program("mysql", b'p', Form::Attached),
    program("mysqladmin", b'p', Form::Attached),
    program("mysqlcheck", b'p', Form::Attached),
    program("mysqldump", b'p', Form::Attached),
    program("mysqlimport", b'p', Form::Attached),
    program("mysqlsh", b'p', Form::Attached),
    program("mariadb", b'p', Form::Attached),
    program("mariadb-admin", b'p', Form::Attached),
    program("mariadb-dump", b'p', Form::Attached),
    program("sshpass", b'p', Form::Either),
    program("redis-cli", b'a', Form::Either),
    program("sqlcmd", b'P', Form::Either),
    program("curl", b'u', Form::UserColon),
];

/// The simple command that the scan is in. Each byte is looked at once, however many options a
/// line has; redacted parts are not looked at.
#[derive(Default)]
pub(super) struct CommandLine {
    program: Option<&'static Program>,
    seen: usize,
}

impl CommandLine {
    /// Finds the password of the option whose space stands at `at` (` -p`, ` -u`, ` -a`).
    pub fn option_at(&mut self, text: &Text, at: usize) -> Option<Span> {
        let (&[b' ', b'-', option], rest) = text.from(at).split_first_chunk()? else {
            return None;
        };
        self.advance(text, at);
        self.program.filter(|program| program.option == option)?;
        let program = self.program.take()?;
        let value_at = match (program.form, rest.first()?) {
            (Form::Attached, b' ') => return None,
            (_, b' ') => text.skip_blanks(at + 3),
            _ => at + 3,
        };
        let mut value = Value::parse(text, value_at, true);
        if program.form == Form::UserColon {
            let colon = memchr::memchr(b':', value.bytes(text))?;
            value.start += colon + 1;
        }
        let found = !text.has_mark(value_at, value.end) && judge::is_literal(text, &value);
        found.then_some(Span::new(RULE, value.start, value.end))
    }

    /// Goes on behind a redacted part.
    pub fn skip(&mut self, text: &Text, span: &Span) {
        self.advance(text, span.start);
        self.seen = self.seen.max(span.end);
    }

    /// Reads up to `end`: a program's name opens a command, `;`, `|`, `&` and a line end close it.
    fn advance(&mut self, text: &Text, end: usize) {
        let mut unread = text.bytes.get(self.seen..end).unwrap_or_default();
        self.seen = self.seen.max(end);
        if let Some(line_end) = memchr::memrchr(b'\n', unread) {
            self.program = None;
            unread = &unread[line_end + 1..];
        }
        for words in unread.split_inclusive(|b| ends_command(*b)) {
            let (words, closed) = match words.split_last() {
                Some((last, words)) if ends_command(*last) => (words, true),
                _ => (words, false),
            };
            self.program = words
                .split(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''))
                .rev()
                .find_map(named)
                .or(self.program)
                .filter(|_| !closed);
        }
    }
}

fn named(word: &[u8]) -> Option<&'static Program> {
    let base = word.rsplit(|b| *b == b'/').next()?;
    PROGRAMS
        .iter()
        .find(|program| program.name.as_bytes() == base)
}

fn ends_command(b: u8) -> bool {
    matches!(b, b';' | b'|' | b'&' | b'\n' | b'\r' | b'`' | b'(' | b')')
}
