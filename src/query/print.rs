//! A tree printed back as a search that parses to the same tree.

use std::fmt::{self, Display, Formatter, Write};

use super::pattern::{Part, Pattern};
use super::tree::{Bound, Field, Node, NodeKind, Query, Test, with_one_key};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Everything => f.write_str("*"),
            NodeKind::And(parts) => joined(f, parts, " "),
            NodeKind::Or(parts) => match with_one_key(parts) {
                Some((field, tests)) => spread(f, field, &tests),
                None => joined(f, parts, " OR "),
            },
            NodeKind::Not(inner) => {
                f.write_str("-")?;
                operand(f, inner)
            }
            NodeKind::Match { field, test } => write!(f, "{field}{test}"),
            NodeKind::Cidr { path, blocks } => {
                write!(f, "CIDR(@{}", path.as_str())?;
                blocks.iter().try_for_each(|block| write!(f, ", {block}"))?;
                f.write_str(")")
            }
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Node], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        operand(f, part)?;
    }
    Ok(())
}

/// `key:(a OR b)`
fn spread(f: &mut Formatter<'_>, field: &Field, tests: &[&Test]) -> fmt::Result {
    write!(f, "{field}(")?;
    for (index, test) in tests.iter().enumerate() {
        let between = if index > 0 { " OR " } else { "" };
        write!(f, "{between}{test}")?;
    }
    f.write_str(")")
}

/// A part of a larger node, in parentheses where it joins parts of its own.
fn operand(f: &mut Formatter<'_>, node: &Node) -> fmt::Result {
    match &node.kind {
        NodeKind::Or(parts) if with_one_key(parts).is_some() => node.fmt(f),
        NodeKind::And(_) | NodeKind::Or(_) => write!(f, "({node})"),
        _ => node.fmt(f),
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Field::FreeText => Ok(()),
            Field::FullText => f.write_str("*:"),
            Field::Reserved(reserved) => write!(f, "{}:", reserved.as_str()),
            Field::Attribute(path) => {
                f.write_str("@")?;
                escape(f, path.as_str())?;
                f.write_str(":")
            }
            Field::Calculated(name) => {
                f.write_str("#")?;
                escape(f, name)?;
                f.write_str(":")
            }
            Field::Tag(key) => {
                guard(f, key, |key| {
                    key.starts_with('@') || key == "_exists_" || key == "_missing_"
                })?;
                escape(f, key)?;
                f.write_str(":")
            }
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Test::Exists => f.write_str("*"),
            Test::Word(pattern) => pattern.fmt(f),
            Test::Phrase(text) => quoted(f, text),
            Test::Compare(comparison, bound) => write!(f, "{}{bound}", comparison.as_str()),
            Test::Range {
                from,
                to,
                includes_from,
                includes_to,
            } => {
                f.write_str(if *includes_from { "[" } else { "{" })?;
                end(f, from)?;
                f.write_str(" TO ")?;
                end(f, to)?;
                f.write_str(if *includes_to { "]" } else { "}" })
            }
        }
    }
}

fn end(f: &mut Formatter<'_>, bound: &Option<Bound>) -> fmt::Result {
    match bound {
        Some(bound) => bound.fmt(f),
        None => f.write_str("*"),
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Number(number) => number.fmt(f),
            // Quoted, since text that looks like a number would be read as one.
            Bound::Text(text) => quoted(f, text),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts().iter().enumerate() {
            match part {
                Part::AnyRun => f.write_str("*")?,
                Part::AnyOne => f.write_str("?")?,
                Part::Literal(text) => {
                    if index == 0 {
                        guard(f, text, is_read_otherwise)?;
                    }
                    escape(f, text)?;
                }
            }
        }
        Ok(())
    }
}

/// Words that mean something else when they stand alone.
fn is_read_otherwise(text: &str) -> bool {
    text.starts_with('@') || matches!(text, "AND" | "OR" | "NOT" | "CIDR")
}

/// Escapes the first character where the text would be read as something else.
fn guard(f: &mut Formatter<'_>, text: &str, is_read_otherwise: fn(&str) -> bool) -> fmt::Result {
    match is_read_otherwise(text) {
        true => f.write_char('\\'),
        false => Ok(()),
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// Writes text so that each character stands for itself: the union of the lists of special
/// characters that Datadog has published.
fn escape(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        let is_special = c.is_whitespace() || "=-!&|><(){}[]\"*?:\\#+^~“”".contains(c);
        if is_special {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    Ok(())
}
