//! A tree as lines: who called whom, with model, tokens, cost and time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::facts::{Facts, Outcome};
use super::forest::Tree;
use crate::domain::span::SpanId;

/// Deeper ones are drawn at this depth, so that there is room for their names.
const DEEPEST: usize = 10;

/// One line a span: the name behind its branches, and what there is to say of it.
pub fn lines(tree: &Tree) -> Vec<(String, String)> {
    let known: HashSet<SpanId> = tree.spans.iter().map(|span| span.span_id).collect();
    let mut children: HashMap<Option<SpanId>, Vec<&Facts>> = HashMap::new();
    for span in &tree.spans {
        // A child of what did not come stands at the root, and says so.
        let parent = span.parent.filter(|parent| known.contains(parent));
        children.entry(parent).or_default().push(span);
    }
    let roots = children.remove(&None).unwrap_or_default();
    let mut drawing = Drawing {
        children,
        drawn: HashSet::new(),
        lines: Vec::new(),
    };
    for root in roots {
        drawing.from(root);
    }
    // Spans that are each other's parents hang on no root.
    for span in &tree.spans {
        drawing.from(span);
    }
    drawing.lines
}

struct Drawing<'a> {
    children: HashMap<Option<SpanId>, Vec<&'a Facts>>,
    drawn: HashSet<SpanId>,
    lines: Vec<(String, String)>,
}

/// A span that is to be drawn.
struct Next<'a> {
    span: &'a Facts,
    /// What stands before its name, and before those of its children.
    branch: String,
    indent: String,
    depth: usize,
}

impl<'a> Drawing<'a> {
    /// Draws `root` and everything below it. The ones that wait are kept in a list: a program
    /// decides how deep its traces are.
    fn from(&mut self, root: &'a Facts) {
        let mut waiting = vec![Next {
            span: root,
            branch: String::new(),
            indent: String::new(),
            depth: 0,
        }];
        while let Some(next) = waiting.pop() {
            // The same span sent twice.
            if !self.drawn.insert(next.span.span_id) {
                continue;
            }
            self.draw(&next);
            self.push_below(&next, &mut waiting);
        }
    }

    fn draw(&mut self, Next { span, branch, .. }: &Next<'a>) {
        let is_orphan = branch.is_empty() && span.parent.is_some();
        let mark = if is_orphan { "… " } else { "" };
        let name = format!("{branch}{mark}{}", span.name);
        self.lines.push((name, said(span)));
    }

    /// The children of `above`, the first of them last, since that is who is taken next.
    fn push_below(&mut self, above: &Next<'a>, waiting: &mut Vec<Next<'a>>) {
        let Next { indent, depth, .. } = above;
        let children = self.children.remove(&Some(above.span.span_id));
        let children = children.unwrap_or_default().into_iter().rev();
        for (from_last, span) in children.enumerate() {
            let (branch, more) = match from_last {
                0 => ("└─ ", "   "),
                _ => ("├─ ", "│  "),
            };
            let more = if *depth < DEEPEST { more } else { "" };
            waiting.push(Next {
                span,
                branch: format!("{indent}{branch}"),
                indent: format!("{indent}{more}"),
                depth: depth + 1,
            });
        }
    }
}

/// `1.20 s · gpt-4o · 1204 in, 31 out · $0.0123`
fn said(span: &Facts) -> String {
    let mut parts = vec![seconds(span.duration)];
    let names_model = |model: &String| !span.name.contains(model.as_str());
    parts.extend(span.model.clone().filter(names_model));
    match (span.input_tokens, span.output_tokens) {
        (None, None) => {}
        (input, output) => parts.push(format!(
            "{} in, {} out",
            input.unwrap_or(0),
            output.unwrap_or(0)
        )),
    }
    parts.extend(span.cost.map(|cost| format!("${cost:.4}")));
    if let Outcome::Error(message) = &span.outcome {
        parts.push(match message.as_str() {
            "" => "error".to_owned(),
            message => format!("error: {message}"),
        });
    }
    parts.join(" · ")
}

/// Three digits are enough to compare.
fn seconds(duration: Duration) -> String {
    match duration.as_secs_f64() {
        tiny if tiny < 0.01 => format!("{:.1} ms", tiny * 1e3),
        short if short < 1.0 => format!("{:.0} ms", short * 1e3),
        long if long < 100.0 => format!("{long:.2} s"),
        longer => format!("{longer:.0} s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::facts::tests::{chat, facts, span};
    use super::*;

    fn drawn(spans: Vec<Facts>) -> Vec<String> {
        let tree = Tree {
            trace_id: spans[0].trace_id,
            spans,
            is_late: false,
        };
        lines(&tree).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn children_hang_below_their_parents() {
        let plain = |id, parent, name: &str| facts(&span(id, parent, name, Vec::new()));
        let spans = vec![
            plain(1, 0, "invoke_agent planner"),
            plain(2, 1, "chat"),
            plain(3, 2, "execute_tool a"),
            plain(4, 1, "chat again"),
            plain(5, 77, "orphan"),
        ];
        let expected = [
            "invoke_agent planner",
            "├─ chat",
            "│  └─ execute_tool a",
            "└─ chat again",
            "… orphan",
        ];
        assert_eq!(drawn(spans), expected);
    }

    #[test]
    fn a_chain_of_any_length_is_drawn() {
        const LENGTH: u64 = 50_000;
        let id = |number: u64| SpanId::try_from(&number.to_be_bytes()[..]).ok();
        let one = facts(&span(1, 0, "step", Vec::new()));
        let chain = (1..=LENGTH).map(|number| Facts {
            span_id: id(number).expect("not zero"),
            parent: id(number - 1),
            ..one.clone()
        });
        let names = drawn(chain.collect());
        assert_eq!(names.len() as u64, LENGTH);
        assert_eq!(&names[..3], ["step", "└─ step", "   └─ step"]);
        assert_eq!(names.last(), names.get(DEEPEST + 2), "no deeper");
    }

    #[test]
    fn model_tokens_cost_and_time_are_said() {
        let costly = Facts {
            cost: Some(0.0123),
            name: "chat".to_owned(),
            outcome: Outcome::Error("too long".to_owned()),
            ..facts(&chat(1, 0))
        };
        let text = "2.00 s · gpt-4o · 1204 in, 31 out · $0.0123 · error: too long";
        assert_eq!(said(&costly), text);
    }

    proptest! {
        #[test]
        fn every_span_is_drawn_once_whoever_its_parent_is(
            parents in proptest::collection::vec(0_u8..40, 1..40)
        ) {
            let spans: Vec<Facts> = parents
                .iter()
                .enumerate()
                .filter(|(at, parent)| *at as u8 + 1 != **parent)
                .map(|(at, parent)| facts(&span(at as u8 + 1, *parent, "x", Vec::new())))
                .collect();
            prop_assume!(!spans.is_empty());
            let count = spans.len();
            prop_assert_eq!(drawn(spans).len(), count);
        }
    }
}
