//! What comes, on stdout: trees for people, rows for programs.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::listening::Counts;
use super::view::{SpanView, View};
use crate::receive::{Facts, Notice, Tree, lines, of_span};
use crate::ui::{Format, Table, Tone, Ui, counted, escape};

/// The widest column of names, and the narrowest one of what is said beside.
const NAMES: usize = 48;
const BESIDE: usize = 24;

pub(super) struct Show<'a> {
    ui: &'a Ui,
    /// Of `-o json`, which is one document.
    spans: Vec<SpanView>,
}

impl<'a> Show<'a> {
    pub fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            spans: Vec::new(),
        }
    }

    /// A span as it comes, for programs.
    pub fn span(&mut self, facts: &Facts) -> anyhow::Result<()> {
        match self.ui.format() {
            Format::Table => Ok(()),
            Format::Ndjson => self.ui.list(&[SpanView::of(facts)], "", Table::default),
            _ => {
                self.spans.push(SpanView::of(facts));
                Ok(())
            }
        }
    }

    /// A trace that is whole, for people.
    pub fn tree(&self, tree: Tree) -> anyhow::Result<()> {
        if self.ui.format() == Format::Table {
            self.ui.write(self.text(&tree).as_bytes())?;
        }
        Ok(())
    }

    pub fn refused(&self, why: &str) {
        let why = escape::line(why);
        self.ui.warning(&format!("refused: {why}"));
    }

    pub fn cumulative(&self, names: &[String]) {
        if let Some(first) = names.first() {
            let first = escape::line(first);
            self.ui.warning(&format!(
                "metric {first} is cumulative: Datadog's intake refuses it; set \
                 OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE to delta"
            ));
        }
    }

    /// The one document, where one was asked for.
    pub fn end(self, counts: &Counts) -> anyhow::Result<()> {
        match self.ui.format() {
            Format::Table | Format::Ndjson => Ok(()),
            Format::Csv => self.ui.list(&self.spans, "", Table::default),
            _ => self.ui.one(&View::new(counts, self.spans), String::new),
        }
    }

    fn text(&self, tree: &Tree) -> String {
        let lines = lines(tree);
        let widest = lines
            .iter()
            .map(|(name, _)| escape::line(name).width())
            .max();
        let room = self
            .ui
            .table_width()
            .map(|width| width.saturating_sub(BESIDE));
        let width = widest
            .unwrap_or(0)
            .min(NAMES)
            .min(room.unwrap_or(NAMES))
            .max(8);
        let mut text = self.head(tree);
        for (name, said) in lines {
            let name = escape::cut(&name, width);
            let pad = " ".repeat(width.saturating_sub(name.width()));
            let said = match self.ui.table_width() {
                Some(all) => escape::cut(&said, all.saturating_sub(width + 2).max(8)),
                None => escape::line(&said).into_owned(),
            };
            text.push_str(&format!("{name}{pad}  {said}\n"));
        }
        for line in odd(tree) {
            let mark = self.ui.palette().paint(Tone::Warning, "!");
            let line = self.ui.wrap(&line, "    ");
            text.push_str(&format!("  {mark} {}", line.trim_start()));
        }
        text.push('\n');
        text
    }

    fn head(&self, tree: &Tree) -> String {
        let mut parts = vec![format!("trace {}", tree.trace_id)];
        let service = tree.spans.iter().find_map(|span| span.service.clone());
        parts.extend(service.map(|service| escape::line(&service).into_owned()));
        if tree.is_late {
            parts.push("came late".to_owned());
        }
        let text = self.ui.palette().paint(Tone::Strong, parts.join(" · "));
        format!("{text}\n")
    }
}

/// What is odd, once for all spans that it holds for.
fn odd(tree: &Tree) -> Vec<String> {
    let mut all: BTreeMap<(&'static str, String), Vec<String>> = BTreeMap::new();
    for Notice { name, span, text } in tree.spans.iter().flat_map(of_span) {
        all.entry((name, text)).or_default().push(span);
    }
    let said = all.into_iter().map(|((_, text), spans)| match &spans[..] {
        [one] => format!("{one}: {text}"),
        [first, rest @ ..] => {
            let more = counted(rest.len() as u64, "other");
            format!("{first} and {more}: {text}")
        }
        [] => text,
    });
    said.collect()
}
