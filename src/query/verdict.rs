//! The answer of an evaluation: yes, no, or cannot tell and why.

use std::fmt;

use super::record::Record;

/// Whether a log is found by a search.
///
/// `CannotTell` is not a half yes: it says that Datadog's published behaviour leaves this very case
/// open, and names each open question that the answer depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// At least one reason, each once.
    CannotTell(Vec<Reason>),
}

impl Verdict {
    pub(super) fn unclear(reason: Reason) -> Self {
        Verdict::CannotTell(vec![reason])
    }

    pub fn is_yes(&self) -> bool {
        *self == Verdict::Yes
    }

    pub fn is_no(&self) -> bool {
        *self == Verdict::No
    }

    pub fn reasons(&self) -> &[Reason] {
        match self {
            Verdict::CannotTell(reasons) => reasons,
            _ => &[],
        }
    }

    /// No where one is no; else open where one is open.
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
            (Verdict::Yes, verdict) | (verdict, Verdict::Yes) => verdict,
            (Verdict::CannotTell(a), Verdict::CannotTell(b)) => Verdict::CannotTell(merged(a, b)),
        }
    }

    /// Yes where one is yes; else open where one is open.
    pub fn or(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Yes, _) | (_, Verdict::Yes) => Verdict::Yes,
            (Verdict::No, verdict) | (verdict, Verdict::No) => verdict,
            (Verdict::CannotTell(a), Verdict::CannotTell(b)) => Verdict::CannotTell(merged(a, b)),
        }
    }

    /// A yes that depends on `reason` too.
    pub(super) fn if_known(self, reason: Reason) -> Verdict {
        match self {
            Verdict::Yes => Verdict::unclear(reason),
            other => other,
        }
    }
}

impl std::ops::Not for Verdict {
    type Output = Verdict;

    fn not(self) -> Verdict {
        match self {
            Verdict::Yes => Verdict::No,
            Verdict::No => Verdict::Yes,
            open => open,
        }
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Verdict::Yes } else { Verdict::No }
    }
}

/// All verdicts at once, up to the first that decides.
pub(super) fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    fold(verdicts, Verdict::Yes, Verdict::and, Verdict::No)
}

/// Any of the verdicts, up to the first that decides.
pub(super) fn any(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    fold(verdicts, Verdict::No, Verdict::or, Verdict::Yes)
}

fn fold(
    verdicts: impl IntoIterator<Item = Verdict>,
    start: Verdict,
    join: fn(Verdict, Verdict) -> Verdict,
    deciding: Verdict,
) -> Verdict {
    let mut verdict = start;
    for next in verdicts {
        verdict = join(verdict, next);
        if verdict == deciding {
            break;
        }
    }
    verdict
}

/// The reasons of both, each once, in order.
pub(super) fn merged(mut reasons: Vec<Reason>, more: Vec<Reason>) -> Vec<Reason> {
    for reason in more {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// A question that Datadog's public material leaves open. The text is what people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    FreeTextCase,
    FreeTextPunctuation,
    FreeTextUnderscore,
    FreeTextSpecial,
    FreeTextWildcard,
    FreeTextEmpty,
    FreeTextElsewhere(String),
    MessageOfJson,
    QuestionMark,
    FullTextPart,
    FullTextTag,
    ComparedText,
    NumberSpelling,
    NumberAgainstText(String),
    SearchedTimestamp,
    CalculatedField(String),
    PresenceOfEmpty(String),
    TagWithKey,
    ReservedInTags(&'static str),
    StatusFirstLetters(String),
    StatusSpelling(&'static str),
    InnerAndOuter(&'static str),
    Rollup(String),
    CountOfAttribute,
    MeasureOfText(String),
    Percentile,
    Rounding,
    DivisionByZero,
    OutOfRange,
    AbsentInFormula(String),
    GroupsDiffer,
    Anomaly,
    RecoveryEdge,
    FieldOf(Record, String),
    MissingGroup(String),
    BelowWithoutLogs,
    TooManyGroups,
    NoTimestamp,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Reason::*;
        match self {
            FreeTextCase => f.write_str(
                "the words differ only in upper and lower case, and whether free text ignores case is unconfirmed",
            ),
            FreeTextPunctuation => f.write_str(
                "other blanks or punctuation stand between the words of the message, and whether that matters is unconfirmed",
            ),
            FreeTextUnderscore => f.write_str(
                "it depends on whether `_` splits words, which is stated nowhere",
            ),
            FreeTextSpecial => f.write_str(
                "special characters in the message cannot be searched; parse them into an attribute",
            ),
            FreeTextWildcard => f.write_str(
                "the documentation matches `*` against the whole message, Datadog's open evaluator against words, and here they differ",
            ),
            FreeTextEmpty => f.write_str("what an empty phrase finds is stated nowhere"),
            FreeTextElsewhere(path) => write!(
                f,
                "the words stand in `@{path}` and not in the message, where the documentation looks; Datadog's open evaluator looks there too",
            ),
            MessageOfJson => f.write_str(
                "the message is JSON without a `message` of its own, and what is then searched is stated nowhere",
            ),
            QuestionMark => f.write_str(
                "`?` is documented for one special character or space, and here it would stand for a letter or digit",
            ),
            FullTextPart => f.write_str(
                "the word is a part of an attribute's value, and whether full text finds parts of values is unconfirmed",
            ),
            FullTextTag => f.write_str(
                "the word stands in a tag alone, and whether full text looks at tags is unconfirmed",
            ),
            ComparedText => f.write_str(
                "comparisons are documented for attributes alone, and this is a tag, a reserved attribute or the message",
            ),
            NumberSpelling => f.write_str(
                "values are compared as text, and how Datadog writes this number is unconfirmed",
            ),
            NumberAgainstText(path) => write!(
                f,
                "`{path}` holds text where a number is compared (or the reverse): it depends on the type of its facet",
            ),
            SearchedTimestamp => f.write_str("how `timestamp:` is compared is stated nowhere"),
            CalculatedField(name) => {
                write!(f, "`#{name}` is a calculated field, which only Datadog knows")
            }
            PresenceOfEmpty(path) => write!(
                f,
                "`{path}` is empty, null or an object, and whether that counts as present is unconfirmed",
            ),
            TagWithKey => f.write_str(
                "`tags:` is documented for tags without a key, and this one has a key",
            ),
            ReservedInTags(key) => write!(
                f,
                "a tag `{key}:…` was sent beside the reserved attribute, and which of them is searched is unconfirmed",
            ),
            StatusFirstLetters(word) => write!(
                f,
                "Datadog remaps the status `{word}` by its first letters, and its pages disagree about words with `e`",
            ),
            StatusSpelling(name) => write!(
                f,
                "Datadog also names this severity `{name}`, and which spelling is indexed is unconfirmed",
            ),
            InnerAndOuter(key) => write!(
                f,
                "`{key}` stands both beside the message and inside it as JSON, and which one wins is unconfirmed",
            ),
            Rollup(method) => write!(
                f,
                "`.rollup(\"{method}\", …)` in the short form is unconfirmed for log monitors; use `formula(…)` with `options.variables`",
            ),
            CountOfAttribute => f.write_str(
                "what `count` of an attribute counts is unconfirmed; use `cardinality`, or count without one",
            ),
            MeasureOfText(path) => {
                write!(f, "`{path}` holds text, and whether it is measured depends on its facet")
            }
            Percentile => f.write_str(
                "Datadog estimates percentiles and does not publish how, and the threshold lies within reach",
            ),
            Rounding => f.write_str(
                "the sum of fractions depends on the order of adding, and the threshold lies within its error",
            ),
            DivisionByZero => {
                f.write_str("the formula divides by zero, and what that makes is stated nowhere")
            }
            OutOfRange => f.write_str("the formula's number is too large to be computed"),
            AbsentInFormula(name) => write!(
                f,
                "the query `{name}` found nothing in this group, and what its formula then is is unconfirmed; `default_zero({name})` makes it 0",
            ),
            GroupsDiffer => f.write_str(
                "the formula's queries group by different facets, and how their groups are joined is unconfirmed",
            ),
            Anomaly => f.write_str(
                "what is normal Datadog learns from weeks of the metric, which nothing local knows",
            ),
            RecoveryEdge => f.write_str(
                "the number equals the recovery threshold, and whether that recovers is stated nowhere",
            ),
            FieldOf(record, field) => write!(
                f,
                "what `{field}` finds in {record} is not published well enough to tell",
            ),
            MissingGroup(facet) => write!(
                f,
                "logs were found that lack the group `{facet}`, and whether they form a group is unconfirmed",
            ),
            BelowWithoutLogs => f.write_str(
                "without logs a grouped monitor alerts only if its groups vanish altogether, which depends on its past",
            ),
            TooManyGroups => f.write_str(
                "there are more groups than Datadog evaluates, and which it keeps depends on the rest of the data",
            ),
            NoTimestamp => f.write_str("a log's time cannot be read, so its window is unknown"),
        }
    }
}
