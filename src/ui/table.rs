//! Tables that fit: columns go by importance before anything wraps.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Width};
use unicode_width::UnicodeWidthStr;

use super::escape;
use super::style::{Palette, Tone};

const GAP: usize = 2;

/// Words are not broken to less: a card says it better.
const NARROWEST: usize = 12;

/// Takes from the widest until all fit the room; none gets narrower than its floor.
fn narrowed(mut widths: Vec<usize>, floors: &[usize], room: usize) -> Option<Vec<usize>> {
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().zip(floors);
        let widest = widest.filter(|(width, floor)| **width > **floor);
        let (width, _) = widest.max_by_key(|(width, _)| **width)?;
        *width -= 1;
    }
    Some(widths)
}

/// A table under construction. Cells are escaped here.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<(String, Tone)>>,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// Higher goes first when the terminal is narrow; 0 stays.
    expendable: u8,
    aligns_right: bool,
    /// Its cells never wrap.
    is_unbroken: bool,
}

impl Table {
    pub fn new() -> Self {
        Self::default()
    }

    /// A column that stays.
    pub fn column(self, name: impl Into<String>) -> Self {
        self.expendable(name, 0)
    }

    /// A column that goes when the terminal is narrow, the highest rank first.
    pub fn expendable(mut self, name: impl Into<String>, rank: u8) -> Self {
        self.columns.push(Column {
            name: name.into(),
            expendable: rank,
            aligns_right: false,
            is_unbroken: false,
        });
        self
    }

    /// Aligns the last column to the right.
    pub fn right(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.aligns_right = true;
        }
        self
    }

    /// Keeps the cells of the last column on one line, whatever the width.
    pub fn unbroken(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.is_unbroken = true;
        }
        self
    }

    /// Adds a row; cells beyond the columns are dropped.
    pub fn row<I, S>(&mut self, cells: I)
    where
        I: IntoIterator<Item = (S, Tone)>,
        S: AsRef<str>,
    {
        self.rows.push(
            cells
                .into_iter()
                .take(self.columns.len())
                .map(|(text, tone)| (escape::line(text.as_ref()).into_owned(), tone))
                .collect(),
        );
    }

    /// The table as text, each line ended. Where not even broken cells fit the width, every row
    /// becomes a card: a line for each of its cells.
    pub fn render(&self, width: Option<usize>, palette: Palette) -> String {
        let kept = self.kept(width);
        let widths = match width {
            None => Some(kept.iter().map(|&index| self.natural(index)).collect()),
            Some(width) => self.widths(&kept, width),
        };
        match (widths, width) {
            (Some(widths), _) => self.paint(&self.laid_out(&kept, &widths), &kept, palette),
            (None, width) => self.cards(width.unwrap_or(usize::MAX), palette),
        }
    }

    /// Cells that are wider than their column wrap. Colour goes in after the layout, so that no
    /// width is counted wrong.
    fn laid_out(&self, kept: &[usize], widths: &[usize]) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        let total: usize = widths.iter().map(|width| width + GAP).sum();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(total).unwrap_or(u16::MAX));
        table.set_header(
            kept.iter()
                .map(|&index| Cell::new(&self.columns[index].name)),
        );
        for row in &self.rows {
            table.add_row(Row::from(kept.iter().map(|&index| {
                Cell::new(row.get(index).map_or("", |(text, _)| text.as_str()))
            })));
        }
        for (place, (&index, width)) in kept.iter().zip(widths).enumerate() {
            let gap = if place + 1 == kept.len() { 0 } else { GAP };
            if let Some(column) = table.column_mut(place) {
                let width = u16::try_from(width + gap).unwrap_or(u16::MAX);
                column.set_padding((0, gap as u16));
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
                if self.columns[index].aligns_right {
                    column.set_cell_alignment(comfy_table::CellAlignment::Right);
                }
            }
        }
        table
    }

    /// How wide each column may be: between words first, and within them only where that is not
    /// enough. `None` where it does not fit either way.
    fn widths(&self, kept: &[usize], width: usize) -> Option<Vec<usize>> {
        let natural: Vec<usize> = kept.iter().map(|&index| self.natural(index)).collect();
        let room = width.checked_sub(GAP * kept.len().saturating_sub(1))?;
        let floor = |index: usize, of: fn(&Self, usize) -> usize| match &self.columns[index] {
            column if column.is_unbroken => self.natural(index),
            _ => of(self, index),
        };
        let by = |of| {
            let floors: Vec<usize> = kept.iter().map(|&index| floor(index, of)).collect();
            narrowed(natural.clone(), &floors, room)
        };
        by(Self::longest_word)
            .or_else(|| by(|table, index| table.longest_word(index).min(NARROWEST)))
    }

    fn cards(&self, width: usize, palette: Palette) -> String {
        let names = self.columns.iter().map(|column| column.name.width());
        let indent = names.max().unwrap_or(0) + GAP;
        let options = textwrap::Options::new(width.saturating_sub(indent).max(NARROWEST))
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut cards = Vec::new();
        for row in &self.rows {
            let mut card = String::new();
            for (column, (text, tone)) in self.columns.iter().zip(row) {
                let mut name = palette.paint(Tone::Dim, &column.name);
                name.push_str(&" ".repeat(indent - column.name.width()));
                for line in textwrap::wrap(text, &options) {
                    card += &format!("{name}{}\n", palette.paint(*tone, line));
                    name = " ".repeat(indent);
                }
            }
            cards.push(card);
        }
        cards.join("\n")
    }

    /// The columns that fit; one that is empty in every row is of no use on a narrow screen.
    fn kept(&self, width: Option<usize>) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let Some(width) = width else { return kept };
        loop {
            let total: usize = kept.iter().map(|&index| self.natural(index) + GAP).sum();
            let worst = kept
                .iter()
                .copied()
                .max_by_key(|&index| self.columns[index].expendable);
            match worst {
                Some(index) if total > width + GAP && self.columns[index].expendable > 0 => {
                    kept.retain(|&other| other != index);
                }
                _ => return kept,
            }
        }
    }

    /// The heading and the cells of a column.
    fn texts(&self, index: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(index));
        let heading = self.columns[index].name.as_str();
        cells.map(|(text, _)| text.as_str()).chain([heading])
    }

    fn natural(&self, index: usize) -> usize {
        self.texts(index)
            .map(UnicodeWidthStr::width)
            .max()
            .unwrap_or(0)
    }

    fn longest_word(&self, index: usize) -> usize {
        let words = self.texts(index).flat_map(|text| text.split(' '));
        words.map(UnicodeWidthStr::width).max().unwrap_or(0)
    }

    fn paint(&self, table: &comfy_table::Table, kept: &[usize], palette: Palette) -> String {
        let mut lines: Vec<String> = table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        if palette.is_coloured() {
            if let Some(head) = lines.first_mut() {
                *head = palette.paint(Tone::Dim, &*head);
            }
            self.paint_cells(&mut lines, kept, palette);
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Paints the toned cells of rows that did not wrap; a wrapped row stays plain.
    fn paint_cells(&self, lines: &mut [String], kept: &[usize], palette: Palette) {
        if lines.len() != self.rows.len() + 1 {
            return;
        }
        for (line, row) in lines.iter_mut().skip(1).zip(&self.rows) {
            let mut painted = String::new();
            let mut rest = line.as_str();
            for &index in kept {
                let Some((text, tone)) = row.get(index) else {
                    continue;
                };
                if text.is_empty() || *tone == Tone::Plain {
                    continue;
                }
                if let Some(at) = rest.find(text.as_str()) {
                    painted.push_str(&rest[..at]);
                    painted.push_str(&palette.paint(*tone, text));
                    rest = &rest[at + text.len()..];
                }
            }
            painted.push_str(rest);
            *line = painted;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table() -> Table {
        let mut table = Table::new()
            .column("ID")
            .expendable("NOTE", 2)
            .expendable("WHO", 1);
        table.row([
            ("a1", Tone::Plain),
            ("a long remark", Tone::Dim),
            ("alice@lab.test", Tone::Good),
        ]);
        table
    }

    #[test]
    fn a_pipe_gets_every_column_whole() {
        assert_eq!(
            table().render(None, Palette::PLAIN),
            "ID  NOTE           WHO\na1  a long remark  alice@lab.test\n"
        );
    }

    #[test]
    fn a_narrow_terminal_loses_the_least_important_column() {
        assert_eq!(
            table().render(Some(20), Palette::PLAIN),
            "ID  WHO\na1  alice@lab.test\n"
        );
        assert_eq!(table().render(Some(10), Palette::PLAIN), "ID\na1\n");
    }

    #[test]
    fn an_unbroken_column_lets_the_others_wrap() {
        let mut table = Table::new().column("STARTED").unbroken().column("WHO");
        table.row([
            ("2026-11-20 03:12", Tone::Plain),
            ("alice of the lab", Tone::Plain),
        ]);
        assert_eq!(
            table.render(Some(28), Palette::PLAIN),
            "STARTED           WHO\n2026-11-20 03:12  alice of\n                  the lab\n"
        );
    }

    /// One that is told by its words, one by its name, and one of free text.
    fn wide() -> Table {
        let mut table = Table::new()
            .column("MONITOR")
            .column("CASE")
            .column("RESULT");
        table.row([
            ("execlave/policy-violation-burst", Tone::Plain),
            (
                "three policy violations of one agent within five minutes",
                Tone::Plain,
            ),
            ("passed", Tone::Plain),
        ]);
        table
    }

    #[test]
    fn free_text_wraps_before_a_word_is_broken() {
        let shown = wide().render(Some(80), Palette::PLAIN);
        assert!(
            shown.contains("execlave/policy-violation-burst  three"),
            "{shown}"
        );
        assert!(shown.lines().all(|line| line.width() <= 80), "{shown}");
    }

    #[test]
    fn a_word_is_broken_where_nothing_else_is_left() {
        let shown = wide().render(Some(46), Palette::PLAIN);
        assert!(shown.starts_with("MONITOR"), "{shown}");
        assert!(shown.lines().all(|line| line.width() <= 46), "{shown}");
        assert!(
            !shown.contains("execlave/policy-violation-burst"),
            "{shown}"
        );
    }

    #[test]
    fn rows_that_do_not_fit_at_all_become_cards() {
        let mut table = Table::new()
            .column("ID")
            .unbroken()
            .expendable("NOTE", 1)
            .column("WHO");
        for id in ["0123456789abcdef", "fedcba9876543210"] {
            let note = ("a remark of several words", Tone::Plain);
            table.row([(id, Tone::Plain), note, ("alice@lab.test", Tone::Plain)]);
        }
        assert_eq!(
            table.render(Some(24), Palette::PLAIN),
            "ID    0123456789abcdef\n\
             NOTE  a remark of\n      several words\n\
             WHO   alice@lab.test\n\n\
             ID    fedcba9876543210\n\
             NOTE  a remark of\n      several words\n\
             WHO   alice@lab.test\n"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            cells in prop::collection::vec("[a-z日]{1,12}( [a-z]{1,30}){0,4}", 1..6),
            width in 40_usize..100,
        ) {
            let table = Table::new();
            let mut table = cells.iter().fold(table, |table, _| table.column("NAME"));
            table.row(cells.iter().map(|cell| (cell, Tone::Plain)));
            let shown = table.render(Some(width), Palette::PLAIN);
            prop_assert!(shown.lines().all(|line| line.width() <= width), "{shown}");
        }
    }

    #[test]
    fn what_was_received_cannot_leave_its_cell() {
        let mut table = Table::new().column("NAME");
        table.row([("a\n\x1b[2Jb", Tone::Plain)]);
        assert_eq!(table.render(None, Palette::PLAIN), "NAME\na␊␛[2Jb\n");
    }
}
