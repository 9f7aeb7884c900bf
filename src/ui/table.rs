//! Tables that fit: columns go by importance before anything wraps.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Width};
use unicode_width::UnicodeWidthStr;

use super::escape;
use super::style::{Palette, Tone};

const GAP: usize = 2;

/// A table under construction. Cells are escaped here.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<(String, Tone)>>,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// Higher goes first when the terminal is narrow; 0 always stays.
    expendable: u8,
    aligns_right: bool,
    /// Its cells never wrap.
    is_unbroken: bool,
}

impl Table {
    pub fn new() -> Self {
        Self::default()
    }

    /// A column that always stays.
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

    /// The table as text, each line ended.
    pub fn render(&self, width: Option<usize>, palette: Palette) -> String {
        let kept = self.kept(width);
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        // Colour goes in after the layout, so that no width is counted wrong.
        table.set_header(
            kept.iter()
                .map(|&index| Cell::new(&self.columns[index].name)),
        );
        for row in &self.rows {
            table.add_row(Row::from(kept.iter().map(|&index| {
                Cell::new(row.get(index).map_or("", |(text, _)| text.as_str()))
            })));
        }
        for (place, &index) in kept.iter().enumerate() {
            let last = place + 1 == kept.len();
            if let Some(column) = table.column_mut(place) {
                column.set_padding((0, if last { 0 } else { GAP as u16 }));
                if self.columns[index].aligns_right {
                    column.set_cell_alignment(comfy_table::CellAlignment::Right);
                }
                if width.is_some()
                    && let Some(constraint) = self.constraint(index, last)
                {
                    column.set_constraint(constraint);
                }
            }
        }
        self.paint(&table, &kept, palette)
    }

    /// How narrow the layout may make a column; `None` leaves it free.
    fn constraint(&self, index: usize, last: bool) -> Option<ColumnConstraint> {
        let gap = if last { 0 } else { GAP };
        let fixed = |width: usize| Width::Fixed((width + gap) as u16);
        let column = &self.columns[index];
        match column.expendable {
            _ if column.is_unbroken => Some(ColumnConstraint::Absolute(fixed(self.natural(index)))),
            0 => Some(ColumnConstraint::LowerBoundary(fixed(
                self.natural(index).min(8),
            ))),
            _ => None,
        }
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

    fn natural(&self, index: usize) -> usize {
        let cells = self
            .rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(|(text, _)| text.width());
        cells
            .chain([self.columns[index].name.width()])
            .max()
            .unwrap_or(0)
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

    #[test]
    fn what_was_received_cannot_leave_its_cell() {
        let mut table = Table::new().column("NAME");
        table.row([("a\n\x1b[2Jb", Tone::Plain)]);
        assert_eq!(table.render(None, Palette::PLAIN), "NAME\na␊␛[2Jb\n");
    }
}
