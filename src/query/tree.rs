//! The tree of a search: what it asks of a log, with the place of each part in the source.
//!
//! Equality ignores places, so that a printed and parsed query equals the one it came from. Groups
//! of one operator are flat, and `key:(a OR b)` is spread over its values while parsing.

use super::cidr::Block;
use super::pattern::Pattern;
use super::span::Span;

/// A parsed search.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub root: Node,
}

/// A part of a search and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub span: Span,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// The empty query, `*` and `*:*`.
    Everything,
    /// At least two parts, none of them an `And`.
    And(Vec<Node>),
    /// At least two parts, none of them an `Or`.
    Or(Vec<Node>),
    Not(Box<Node>),
    Match {
        field: Field,
        test: Test,
    },
    /// `CIDR(@path, block, …)`.
    Cidr {
        path: Path,
        blocks: Vec<Block>,
    },
}

/// Where a test looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// No key: the message.
    FreeText,
    /// `*:`, all attributes and the message.
    FullText,
    Reserved(Reserved),
    /// `@a.b.c:`
    Attribute(Path),
    /// Any other key.
    Tag(String),
    /// `#name:`, a field that Datadog calculates.
    Calculated(String),
}

/// The keys that mean an attribute of the log without `@` (vectordotdev/vrl
/// `src/datadog/search/grammar.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    Host,
    Source,
    Status,
    Service,
    TraceId,
    Message,
    Timestamp,
    Tags,
}

impl Reserved {
    const ALL: [Reserved; 8] = [
        Reserved::Host,
        Reserved::Source,
        Reserved::Status,
        Reserved::Service,
        Reserved::TraceId,
        Reserved::Message,
        Reserved::Timestamp,
        Reserved::Tags,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Reserved::Host => "host",
            Reserved::Source => "source",
            Reserved::Status => "status",
            Reserved::Service => "service",
            Reserved::TraceId => "trace_id",
            Reserved::Message => "message",
            Reserved::Timestamp => "timestamp",
            Reserved::Tags => "tags",
        }
    }

    pub fn of(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reserved| reserved.as_str() == key)
    }
}

/// The dotted path of an attribute, without `@`; no part of it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path(String);

impl Path {
    /// `None` where a part between two dots would be empty.
    pub fn new(text: &str) -> Option<Self> {
        text.split('.')
            .all(|part| !part.is_empty())
            .then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `key:*`
    Exists,
    /// Unquoted, with or without wildcards.
    Word(Pattern),
    /// Between quotes, where nothing is a wildcard.
    Phrase(String),
    Compare(Comparison, Bound),
    Range {
        from: Option<Bound>,
        to: Option<Bound>,
        includes_from: bool,
        includes_to: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub fn as_str(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// Always finite.
    Number(f64),
    Text(String),
}

impl Node {
    pub(super) fn new(kind: NodeKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// All of `parts`; one part stands for itself.
    pub(super) fn all_of(parts: Vec<Node>) -> Node {
        Self::joined(parts, NodeKind::And, |kind| match kind {
            NodeKind::And(parts) => Ok(parts),
            other => Err(other),
        })
    }

    /// Any of `parts`; one part stands for itself.
    pub(super) fn any_of(parts: Vec<Node>) -> Node {
        Self::joined(parts, NodeKind::Or, |kind| match kind {
            NodeKind::Or(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn joined(
        parts: Vec<Node>,
        join: fn(Vec<Node>) -> NodeKind,
        split: fn(NodeKind) -> Result<Vec<Node>, NodeKind>,
    ) -> Node {
        let span = parts
            .iter()
            .map(|part| part.span)
            .reduce(Span::to)
            .unwrap_or_default();
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match split(part.kind) {
                Ok(inner) => flat.extend(inner),
                Err(kind) => flat.push(Node::new(kind, part.span)),
            }
        }
        match flat.len() {
            0 => Node::new(NodeKind::Everything, span),
            1 => flat.remove(0),
            _ => Node::new(join(flat), span),
        }
    }
}

/// The key that all of `parts` ask of, as in `key:(a OR b)`, and what each asks; `None` where they
/// differ or have no key.
pub(super) fn with_one_key(parts: &[Node]) -> Option<(&Field, Vec<&Test>)> {
    let asked: Option<Vec<(&Field, &Test)>> = parts
        .iter()
        .map(|part| match &part.kind {
            NodeKind::Match { field, test } if *field != Field::FreeText => Some((field, test)),
            _ => None,
        })
        .collect();
    let asked = asked?;
    let (first, _) = asked.first()?;
    let is_shared = asked.iter().all(|(field, _)| field == first);
    is_shared.then(|| (*first, asked.iter().map(|(_, test)| *test).collect()))
}

impl Query {
    /// The parts that must all hold.
    pub fn conjuncts(&self) -> &[Node] {
        match &self.root.kind {
            NodeKind::And(parts) => parts,
            _ => std::slice::from_ref(&self.root),
        }
    }

    /// What both searches find.
    pub fn and(self, other: Query) -> Query {
        Query {
            root: Node::all_of(vec![self.root, other.root]),
        }
    }

    /// The same search without the parts that equal `clause`, and whether there were any.
    ///
    /// Only parts that must all hold are looked at: nothing is lifted out of an `OR`.
    pub fn without(&self, clause: &Query) -> (Query, bool) {
        let kept: Vec<Node> = self
            .conjuncts()
            .iter()
            .filter(|part| **part != clause.root)
            .cloned()
            .collect();
        let is_lifted = kept.len() < self.conjuncts().len();
        (
            Query {
                root: Node::all_of(kept),
            },
            is_lifted,
        )
    }
}
