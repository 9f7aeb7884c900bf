//! One term of a search: a word or phrase, alone or behind a key, with all forms of value.

use super::cidr::{Block, NotABlock};
use super::error::ParseError;
use super::parser::Parser;
use super::span::Span;
use super::tree::{Bound, Comparison, Field, Node, NodeKind, Path, Reserved, Test};
use super::word::{Word, phrase, refuse_parenthesis, word};

/// Reads a term; a value without a key belongs to `field`, else to the message.
pub(super) fn term(parser: &mut Parser<'_>, field: Option<&Field>) -> Result<Node, ParseError> {
    let start = parser.cursor.at();
    let (field, has_key) = match (keyed_or_value(parser, field)?, field) {
        (Start::Key(key), _) => return behind_key(parser, start, key),
        (Start::Node(node), _) => return Ok(node),
        (Start::Value, Some(field)) => (field.clone(), true),
        (Start::Value, None) => (Field::FreeText, false),
    };
    let node = value(parser, start, field, has_key)?;
    refuse_second_colon(parser, start)?;
    Ok(node)
}

/// What a term turned out to begin with.
enum Start {
    Key(Key),
    /// No key: the cursor stands where it stood.
    Value,
    Node(Node),
}

enum Key {
    Field(Field),
    /// `_exists_:` and `_missing_:`
    Presence {
        is_wanted: bool,
    },
}

fn keyed_or_value(parser: &mut Parser<'_>, field: Option<&Field>) -> Result<Start, ParseError> {
    if !parser.cursor.peek().is_some_and(begins_key) {
        return Ok(Start::Value);
    }
    let before = parser.cursor.clone();
    let start = before.at();
    let word = word(&mut parser.cursor)?;
    if parser.cursor.eat(":") {
        return key(word, parser.cursor.span_from(start)).map(Start::Key);
    }
    if word.raw == "CIDR" && parser.cursor.peek() == Some('(') {
        return cidr(parser, start).map(Start::Node);
    }
    if field.is_none() && word.raw.starts_with('@') {
        let problem = "an attribute is named but nothing is asked of it";
        return Err(ParseError::new(word.span, problem, "`:` and a value")
            .suggest(format!("`{}:*` asks whether it is there", word.raw)));
    }
    parser.cursor = before;
    Ok(Start::Value)
}

fn begins_key(c: char) -> bool {
    !matches!(c, '"' | '>' | '<' | '[' | '{')
}

fn key(word: Word<'_>, span: Span) -> Result<Key, ParseError> {
    match word.raw {
        "*" => Ok(Key::Field(Field::FullText)),
        "_exists_" => Ok(Key::Presence { is_wanted: true }),
        "_missing_" => Ok(Key::Presence { is_wanted: false }),
        _ => field_of(&word, span).map(Key::Field),
    }
}

fn field_of(word: &Word<'_>, span: Span) -> Result<Field, ParseError> {
    let Some(name) = word.pattern.as_literal() else {
        return Err(ParseError::new(
            span,
            "a key cannot hold wildcards",
            "the whole key",
        ));
    };
    if let Some(path) = name.strip_prefix('@').filter(|_| word.raw.starts_with('@')) {
        return attribute(path, span).map(Field::Attribute);
    }
    if let Some(name) = name.strip_prefix('#').filter(|_| word.raw.starts_with('#')) {
        return Ok(Field::Calculated(name.to_owned()));
    }
    Ok(match Reserved::of(name) {
        Some(reserved) => Field::Reserved(reserved),
        None => Field::Tag(name.to_owned()),
    })
}

fn attribute(path: &str, span: Span) -> Result<Path, ParseError> {
    Path::new(path).ok_or_else(|| {
        ParseError::new(
            span,
            "a part of this path is empty",
            "a path such as `@usr.email`",
        )
    })
}

fn behind_key(parser: &mut Parser<'_>, start: usize, key: Key) -> Result<Node, ParseError> {
    refuse_missing_value(parser, start)?;
    let node = match key {
        Key::Presence { is_wanted } => presence(parser, start, is_wanted)?,
        Key::Field(field) if parser.cursor.peek() == Some('(') => {
            let group = parser.group(Some(&field))?;
            let span = parser.cursor.span_from(start);
            return Ok(Node::new(group.kind, span));
        }
        Key::Field(field) => value(parser, start, field, true)?,
    };
    refuse_second_colon(parser, start)?;
    Ok(node)
}

fn refuse_missing_value(parser: &Parser<'_>, start: usize) -> Result<(), ParseError> {
    let next = parser.cursor.peek();
    if next.is_some_and(|c| !c.is_whitespace() && c != ')') {
        return Ok(());
    }
    let key = parser.cursor.since(start);
    let span = parser.cursor.span_from(start);
    let suggestion = match next {
        Some(c) if c.is_whitespace() => "remove the blank behind the colon".to_owned(),
        _ => format!("`{key}*` asks whether it is there"),
    };
    Err(ParseError::new(span, format!("`{key}` has no value"), "a value").suggest(suggestion))
}

fn refuse_second_colon(parser: &Parser<'_>, start: usize) -> Result<(), ParseError> {
    if parser.cursor.peek() != Some(':') {
        return Ok(());
    }
    let problem = format!("a second colon behind `{}`", parser.cursor.since(start));
    Err(
        ParseError::new(parser.cursor.here(), problem, "one key and one value")
            .suggest("a colon inside a value is escaped, `\\:`, or the value is quoted"),
    )
}

fn presence(parser: &mut Parser<'_>, start: usize, is_wanted: bool) -> Result<Node, ParseError> {
    let word = word(&mut parser.cursor)?;
    refuse_parenthesis(&parser.cursor)?;
    let field = field_of(&word, word.span)?;
    let span = parser.cursor.span_from(start);
    let exists = Node::new(
        NodeKind::Match {
            field,
            test: Test::Exists,
        },
        span,
    );
    Ok(match is_wanted {
        true => exists,
        false => Node::new(NodeKind::Not(Box::new(exists)), span),
    })
}

fn value(
    parser: &mut Parser<'_>,
    start: usize,
    field: Field,
    has_key: bool,
) -> Result<Node, ParseError> {
    let test = match parser.cursor.peek() {
        Some('"') => Test::Phrase(phrase(&mut parser.cursor)?),
        Some('<' | '>' | '[' | '{') if !has_key => return Err(comparison_without_key(parser)),
        Some('<' | '>') => comparison(parser)?,
        Some('[' | '{') => range(parser)?,
        _ => {
            let word = word(&mut parser.cursor)?;
            refuse_parenthesis(&parser.cursor)?;
            word_test(word)?
        }
    };
    let span = parser.cursor.span_from(start);
    let is_everything = test == Test::Exists && matches!(field, Field::FreeText | Field::FullText);
    Ok(match is_everything {
        true => Node::new(NodeKind::Everything, span),
        false => Node::new(NodeKind::Match { field, test }, span),
    })
}

fn word_test(word: Word<'_>) -> Result<Test, ParseError> {
    if let Some(sign @ ('-' | '#')) = word.raw.chars().next() {
        let problem = format!("a value cannot begin with a bare `{sign}`");
        return Err(ParseError::new(word.span, problem, "a value")
            .suggest(format!("escape it: `\\{}`, or quote the value", word.raw)));
    }
    Ok(match word.pattern.is_any() {
        true => Test::Exists,
        false => Test::Word(word.pattern),
    })
}

fn comparison_without_key(parser: &Parser<'_>) -> ParseError {
    let here = parser.cursor.here();
    ParseError::new(
        here,
        "a comparison has to say what it compares",
        "a key in front of it",
    )
    .suggest("write `@name:>5`, or escape the sign to search for it")
}

fn comparison(parser: &mut Parser<'_>) -> Result<Test, ParseError> {
    // The longer signs first: `>=` begins with `>`.
    const SIGNS: [Comparison; 4] = [
        Comparison::GreaterOrEqual,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::Less,
    ];
    let sign = SIGNS
        .into_iter()
        .find(|sign| parser.cursor.eat(sign.as_str()));
    let sign = sign.expect("the caller saw `<` or `>`");
    match bound(parser, |c| c.is_whitespace() || c == ')')? {
        Some(bound) => Ok(Test::Compare(sign, bound)),
        None => Err(ParseError::new(
            parser.cursor.here(),
            format!("`{}` compares with nothing", sign.as_str()),
            "a number right behind it",
        )),
    }
}

fn range(parser: &mut Parser<'_>) -> Result<Test, ParseError> {
    let opening = parser.cursor.here();
    let includes_from = parser.cursor.bump() == Some('[');
    let from = range_bound(parser, opening)?;
    parser.cursor.skip_blanks();
    if !parser.cursor.eat("TO") {
        let problem = "a range has two ends with `TO` between them";
        return Err(ParseError::new(parser.cursor.here(), problem, "`TO`")
            .suggest("write `[1 TO 9]`, in capitals"));
    }
    let to = range_bound(parser, opening)?;
    parser.cursor.skip_blanks();
    let includes_to = match parser.cursor.bump() {
        Some(']') => true,
        Some('}') => false,
        _ => {
            return Err(ParseError::new(
                opening,
                "this range is never closed",
                "`]` or `}`",
            ));
        }
    };
    Ok(Test::Range {
        from,
        to,
        includes_from,
        includes_to,
    })
}

/// An end of a range; `*` leaves it open.
fn range_bound(parser: &mut Parser<'_>, opening: Span) -> Result<Option<Bound>, ParseError> {
    parser.cursor.skip_blanks();
    let before = parser.cursor.clone();
    if parser.cursor.eat("*") && parser.cursor.peek().is_none_or(ends_range_bound) {
        return Ok(None);
    }
    parser.cursor = before;
    match bound(parser, ends_range_bound)? {
        Some(bound) => Ok(Some(bound)),
        None => Err(ParseError::new(
            opening,
            "an end of this range is missing",
            "a value or `*`",
        )),
    }
}

fn ends_range_bound(c: char) -> bool {
    c.is_whitespace() || matches!(c, ']' | '}')
}

fn bound(
    parser: &mut Parser<'_>,
    ends: impl Fn(char) -> bool,
) -> Result<Option<Bound>, ParseError> {
    if parser.cursor.peek() == Some('"') {
        return phrase(&mut parser.cursor).map(|text| Some(Bound::Text(text)));
    }
    let mut text = String::new();
    while let Some(c) = parser.cursor.peek().filter(|c| !ends(*c)) {
        parser.cursor.bump();
        match c {
            '\\' => text.extend(parser.cursor.bump()),
            c => text.push(c),
        }
    }
    Ok((!text.is_empty()).then(|| number(&text).map_or(Bound::Text(text), Bound::Number)))
}

/// A finite number as people write one; words such as `inf` stay words.
fn number(text: &str) -> Option<f64> {
    let is_numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'));
    text.parse()
        .ok()
        .filter(|number: &f64| is_numeric && number.is_finite())
}

/// `CIDR(@path, block, …)`, the cursor on the parenthesis.
fn cidr(parser: &mut Parser<'_>, start: usize) -> Result<Node, ParseError> {
    let opening = parser.cursor.here();
    parser.cursor.bump();
    let mut arguments = Vec::new();
    loop {
        parser.cursor.skip_blanks();
        let at = parser.cursor.at();
        let text = parser
            .cursor
            .take_while(|c| !matches!(c, ',' | '(' | ')' | '"'));
        let text = text.trim_end();
        arguments.push((text, Span::new(at, at + text.len())));
        match parser.cursor.bump() {
            Some(',') => {}
            Some(')') => break,
            _ => return Err(ParseError::new(opening, "this `(` is never closed", "`)`")),
        }
    }
    let ((path, path_span), blocks) = arguments
        .split_first()
        .expect("the loop pushes before it can end");
    let Some(path) = path.strip_prefix('@') else {
        let problem = "`CIDR` looks at an attribute";
        return Err(ParseError::new(
            *path_span,
            problem,
            "an attribute such as `@network.client.ip`",
        ));
    };
    let path = attribute(path, *path_span)?;
    if blocks.is_empty() {
        let problem = "`CIDR` is given no block";
        return Err(ParseError::new(
            *path_span,
            problem,
            "a block such as `10.0.0.0/8`",
        ));
    }
    let blocks = blocks.iter().map(block).collect::<Result<_, _>>()?;
    let span = parser.cursor.span_from(start);
    Ok(Node::new(NodeKind::Cidr { path, blocks }, span))
}

fn block((text, span): &(&str, Span)) -> Result<Block, ParseError> {
    text.parse().map_err(|not| {
        let expected = "a block such as `10.0.0.0/8`";
        let error = ParseError::new(
            *span,
            format!("`{text}` is no block of addresses"),
            expected,
        );
        match not {
            NotABlock::NoPrefix(address) if address.is_ipv4() => {
                error.suggest(format!("one address is `{address}/32`"))
            }
            NotABlock::NoPrefix(address) => {
                error.suggest(format!("one address is `{address}/128`"))
            }
            NotABlock::Malformed => error,
        }
    })
}
