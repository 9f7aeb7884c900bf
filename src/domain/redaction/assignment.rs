//! Secrets that are known by the name they are given under: `DB_PASSWORD=…`, `"token": "…"`,
//! `--api-key …`, `password: …`, `<password>…</password>`.

use super::judge;
use super::text::Text;
use super::value::{Value, is_quote};
use super::{Span, tokens};

/// What kind of secret a name promises. Anything at all may be a password; tokens and keys are
/// made by machines, and their names are common words in prose and code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Secret,
    Token,
    Key,
}

/// A name that promises a secret.
struct Name {
    kind: Kind,
    rule: &'static str,
    start: usize,
    end: usize,
    /// True for `client_secret`, `SECRET`; false for the bare word that prose uses.
    is_specific: bool,
}

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// `=`, nothing around it: a shell, a URL, a connection string.
    Tight,
    /// `=` with space around it, `:=`, `=>`: a settings file or code.
    Spaced,
    /// `:`: YAML, JSON, a header, or prose.
    Colon,
    /// White space after a command option.
    Option,
    /// `>` of an XML element.
    Element,
}

/// Finds the value of the keyword at `at`.
pub(super) fn at(text: &Text, at: usize) -> Option<Span> {
    let name = Name::at(text, at)?;
    let (separator, value_at) = separator(text, &name)?;
    let value = match separator {
        Separator::Element => element_value(text, value_at)?,
        _ => Value::parse(text, value_at, separator == Separator::Colon),
    };
    if !judge::is_literal(text, &value) || !name.accepts(text, separator, &value) {
        return None;
    }
    let span = Span::new(name.rule, value.start, value.end);
    Some(
        tokens::at(text, value.start)
            .filter(|token| token.end == span.end)
            .unwrap_or(span),
    )
}

const PASSWORDS: &[&str] = &[
    "passphrase",
    "password",
    "passwd",
    "passcode",
    "pass",
    "pwd",
];

/// What stands before `key` in the name of a secret, a `_` or `-` between them or not.
const KEYS: &[(&str, &str)] = &[
    ("secret_access", "aws-secret-key"),
    ("secretaccess", "aws-secret-key"),
    ("api", "api-key"),
    ("app", "api-key"),
    ("application", "api-key"),
    ("access", "secret-key"),
    ("account", "secret-key"),
    ("client", "secret-key"),
    ("encryption", "secret-key"),
    ("master", "secret-key"),
    ("private", "secret-key"),
    ("secret", "secret-key"),
    ("signing", "secret-key"),
    ("subscription", "secret-key"),
];

/// Tokens of parsers, of paging and of language models, which open nothing.
const HARMLESS_TOKENS: &[&str] = &[
    "bos",
    "cancellation",
    "cls",
    "completion",
    "continuation",
    "eos",
    "first",
    "input",
    "last",
    "max",
    "min",
    "next",
    "output",
    "pad",
    "page",
    "per",
    "prompt",
    "sep",
    "special",
    "stop",
    "sync",
    "total",
    "unk",
];

/// What `pass` follows without a sign between; `storepass` and `keypass` are Java's keytool's.
const PASS_PREFIXES: &[&str] = &["db", "key", "mysql", "redis", "smtp", "store", "user"];

/// What may follow the keyword within a name.
const SUFFIXES: &[&str] = &[
    "production",
    "prod",
    "staging",
    "stage",
    "development",
    "dev",
    "test",
    "live",
    "old",
    "new",
    "primary",
    "secondary",
    "base64",
    "b64",
    "data",
    "plaintext",
    "plain",
    "value",
    "default",
    "override",
    "confirmation",
    "confirm",
    "admin",
    "root",
];

impl Name {
    fn at(text: &Text, at: usize) -> Option<Self> {
        let start = text.name_start(at);
        let prefix = &text.bytes[start..at];
        let is_compound = prefix.iter().any(u8::is_ascii_alphanumeric);
        let is_upper = text.get(at).is_some_and(|b| b.is_ascii_uppercase());
        let (kind, rule, word) = keyword(text, at)?;
        let end = suffix_end(text, at + word.len());
        let name = Self {
            kind,
            rule,
            start,
            end,
            is_specific: is_compound || is_upper,
        };
        let is_secret = match word {
            "pass" => name.is_pass(text, at),
            "pwd" => is_pwd(text, at),
            "token" => !ends_with_word(text, at, HARMLESS_TOKENS),
            _ => true,
        };
        is_secret.then_some(name)
    }

    /// `pass` alone is a word of tests and of routes; `DB_PASS`, `dbPass` and `"pass"` are names.
    fn is_pass(&self, text: &Text, at: usize) -> bool {
        let humps = text.get(at) == Some(b'P') && text.get(at + 1) == Some(b'a');
        match text.before(at) {
            Some(b'_' | b'-' | b'.' | b'"' | b'\'' | b'&' | b'?' | b';') => true,
            Some(before) if before.is_ascii_lowercase() => {
                humps || ends_with_word(text, at, PASS_PREFIXES)
            }
            _ => self.end < text.bytes.len() && text.get(self.end) == Some(b'='),
        }
    }

    /// `--password` of any program, and what `aws configure set` takes.
    fn is_option(&self, text: &Text) -> bool {
        text.get(self.start) == Some(b'-') || self.rule == "aws-secret-key"
    }

    /// True when a value like this is a secret behind a name like that.
    fn accepts(&self, text: &Text, separator: Separator, value: &Value) -> bool {
        let bytes = value.bytes(text);
        match (self.kind, separator) {
            (Kind::Password, _) if value.quoted => true,
            (Kind::Password, Separator::Tight | Separator::Element) => {
                let is_handed_on = judge::is_code(text, value) && repeats(bytes, text, self);
                !is_handed_on && !is_working_directory(text, self, bytes)
            }
            (Kind::Password, Separator::Option) => !bytes.starts_with(b"-") && !is_usage(bytes),
            (Kind::Password, Separator::Spaced) => !judge::is_code(text, value),
            (Kind::Password, Separator::Colon) => is_answer(text, value),
            (Kind::Secret, _) if value.quoted && self.is_specific => {
                bytes.len() >= 6 && judge::is_opaque(bytes)
            }
            (_, Separator::Tight) if !value.quoted && self.is_specific => {
                bytes.len() >= 6 && judge::is_opaque(bytes) && !is_plain(bytes)
            }
            _ => judge::is_random(bytes) && (value.quoted || !judge::is_code(text, value)),
        }
    }
}

/// The keyword at `at`, with the rule it stands for.
fn keyword(text: &Text, at: usize) -> Option<(Kind, &'static str, &'static str)> {
    if let Some(word) = text.first_of(at, PASSWORDS) {
        return Some((Kind::Password, "password", word));
    }
    let word = text.first_of(at, &["secret", "token", "key"])?;
    match word {
        "secret" => Some((Kind::Secret, "secret", word)),
        "token" => Some((Kind::Token, "token", word)),
        _ => {
            let (_, rule) = KEYS
                .iter()
                .find(|(before, _)| ends_with_word(text, at, &[before]))?;
            Some((Kind::Key, rule, word))
        }
    }
}

/// True when one of `words` ends before `at`, a `_` or `-` between them or not.
fn ends_with_word(text: &Text, at: usize, words: &[&str]) -> bool {
    let joint = usize::from(matches!(text.before(at), Some(b'_' | b'-')));
    words.iter().any(|word| text.ends_with(at - joint, word))
}

/// `PWD` is the shell's working directory; `;Pwd=`, `MYSQL_PWD` and `"pwd"` are passwords.
fn is_pwd(text: &Text, at: usize) -> bool {
    let blanks = text.bytes[text.floor.min(at)..at]
        .iter()
        .rev()
        .take(4)
        .take_while(|b| **b == b' ')
        .count();
    match text.before(at - blanks) {
        Some(b';') => true,
        Some(b'_' | b'"' | b'\'' | b'?' | b'&' | b'\\') => {
            blanks == 0 && !text.ends_with(at, "old_")
        }
        _ => false,
    }
}

fn is_working_directory(text: &Text, name: &Name, bytes: &[u8]) -> bool {
    text.ends_with(name.end, "pwd") && (bytes.starts_with(b"/") || bytes.starts_with(b"~"))
}

/// The end of the name: a number or one of the known endings may follow the keyword.
fn suffix_end(text: &Text, at: usize) -> usize {
    let joint = at + usize::from(matches!(text.get(at), Some(b'_' | b'-')));
    let digits = text.run(joint, 3, |b| b.is_ascii_digit());
    if digits > joint {
        return digits;
    }
    match text.first_of(joint, SUFFIXES) {
        Some(suffix) => joint + suffix.len(),
        None => at,
    }
}

/// What separates the name from its value, and where the value begins.
fn separator(text: &Text, name: &Name) -> Option<(Separator, usize)> {
    let (after_name, is_quoted) = past_closing_quote(text, name.end);
    let at = text.skip_blanks(after_name);
    let (separator, end) = match (text.get(at)?, text.get(at + 1)) {
        (b'=', Some(b'=')) => (Separator::Spaced, at + 2),
        (b'=', Some(b'>')) | (b':', Some(b'=')) => (Separator::Spaced, at + 2),
        (b'=', next) if at > after_name || matches!(next, Some(b' ' | b'\t')) => {
            (Separator::Spaced, at + 1)
        }
        (b'=', _) => (Separator::Tight, at + 1),
        (b':', _) => (Separator::Colon, at + 1),
        (b'>', _) if !is_quoted && text.before(name.start) == Some(b'<') => {
            return Some((Separator::Element, at + 1));
        }
        _ if at > after_name && !is_quoted && name.is_option(text) => (Separator::Option, at),
        _ => return None,
    };
    Some((separator, text.skip_blanks(end)))
}

/// Past the quote that closes a name, itself perhaps escaped, and the `]` of an index.
fn past_closing_quote(text: &Text, at: usize) -> (usize, bool) {
    let quote = text.run(text.skip_blanks(at), 8, |b| b == b'\\');
    if !text.get(quote).is_some_and(is_quote) {
        return (at, false);
    }
    let after = quote + 1;
    (after + usize::from(text.get(after) == Some(b']')), true)
}

/// The text of an XML element, up to the tag that ends it.
fn element_value(text: &Text, start: usize) -> Option<Value> {
    let end = text.run(start, usize::MAX, |b| !matches!(b, b'<' | b'\n' | b'\r'));
    let is_closed = text.from(end).starts_with(b"</");
    is_closed.then_some(Value {
        start,
        end,
        quoted: false,
    })
}

/// A value after `password:` in a sentence is a word of it; alone, or with a digit or a sign in
/// it, it is the password.
fn is_answer(text: &Text, value: &Value) -> bool {
    let bytes = value.bytes(text);
    let ends = judge::ends_phrase(text, value);
    let word = bytes.strip_suffix(b".").unwrap_or(bytes);
    let is_mixed = bytes.iter().any(u8::is_ascii_alphabetic)
        && word.iter().any(|b| !b.is_ascii_alphabetic() && *b != b'-');
    !bytes.starts_with(b"!") && !judge::is_code(text, value) && (ends || is_mixed)
}

/// What help texts write for the value of an option.
fn is_usage(bytes: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "and", "as", "for", "from", "if", "is", "on", "or", "to", "will",
    ];
    let is_meta = PASSWORDS
        .iter()
        .any(|word| bytes == word.to_ascii_uppercase().as_bytes());
    is_meta || WORDS.iter().any(|word| bytes == word.as_bytes())
}

/// A number, or words that code and help texts write: `my-service-token`, `ACCESS_TOKEN`, `token`.
fn is_plain(bytes: &[u8]) -> bool {
    let is_number = bytes.iter().all(u8::is_ascii_digit);
    let lower = bytes.to_ascii_lowercase();
    let names_itself = ["token", "secret", "key"]
        .iter()
        .any(|word| lower.ends_with(word.as_bytes()));
    is_number || names_itself
}

/// True for `password=self.password`: code that hands a value on under its own name.
fn repeats(bytes: &[u8], text: &Text, name: &Name) -> bool {
    let keyword = &text.bytes[name.start..name.end];
    let last = bytes.rsplit(|b| *b == b'.').next().unwrap_or(bytes);
    keyword.eq_ignore_ascii_case(last)
        || PASSWORDS
            .iter()
            .any(|word| last.to_ascii_lowercase().ends_with(word.as_bytes()))
}
