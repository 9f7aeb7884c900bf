//! A report: what it is about, figures, and tables; no script, and no request.
//!
//! Everything in it is text and is put in as text.

use std::io::{self, Write};

use super::about::MAKER;
use super::document::{escaped, source};

const STYLE: &str = concat!(include_str!("colours.css"), include_str!("report.css"));

/// A report, in the order in which it is read.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub title: String,
    /// The answer, in one sentence.
    pub verdict: String,
    pub is_good: bool,
    pub figures: Vec<Figure>,
    /// Names and values.
    pub facts: Vec<(&'static str, String)>,
    pub sections: Vec<Section>,
}

/// A count with its name.
#[derive(Clone, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub count: u64,
    /// Anything but none of it is bad.
    pub is_lack: bool,
}

/// A table under a heading. Without rows, `note` says why.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub title: &'static str,
    pub note: String,
    pub columns: Vec<(&'static str, Column)>,
    pub rows: Vec<Vec<String>>,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Text,
    Number,
    Time,
    /// Breaks anywhere.
    Hash,
}

impl Column {
    fn class(self) -> &'static str {
        match self {
            Column::Text => "",
            Column::Number => " class=\"n\"",
            Column::Time => " class=\"t\"",
            Column::Hash => " class=\"h\"",
        }
    }
}

impl Report {
    /// Writes the page.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.head(out)?;
        self.summary(out)?;
        for section in &self.sections {
            section.write(out)?;
        }
        writeln!(out, "</main>\n<footer>Made by {}.</footer>", escaped(MAKER))?;
        writeln!(out, "</body>\n</html>")
    }

    fn head(&self, out: &mut impl Write) -> io::Result<()> {
        let policy = format!(
            "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
            source(STYLE)
        );
        let title = escaped(&self.title);
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"robots\" content=\"noindex\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        )
    }

    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        let bad = if self.is_good { "" } else { " bad" };
        writeln!(out, "<header>\n<h1>{}</h1>", escaped(&self.title))?;
        let verdict = escaped(&self.verdict);
        writeln!(
            out,
            "<p class=\"verdict{bad}\">{verdict}</p>\n</header>\n<main>"
        )?;
        writeln!(out, "<dl class=\"figures\">")?;
        for Figure {
            name,
            count,
            is_lack,
        } in &self.figures
        {
            let bad = if *is_lack && *count > 0 {
                " class=\"bad\""
            } else {
                ""
            };
            writeln!(
                out,
                "<div{bad}><dt>{}</dt><dd>{count}</dd></div>",
                escaped(name)
            )?;
        }
        writeln!(out, "</dl>\n<dl class=\"facts\">")?;
        for (name, value) in &self.facts {
            let (name, value) = (escaped(name), escaped(value));
            writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
        }
        writeln!(out, "</dl>")
    }
}

impl Section {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let title = escaped(self.title);
        writeln!(out, "<section aria-label=\"{title}\">\n<h2>{title}</h2>")?;
        if !self.note.is_empty() {
            writeln!(out, "<p class=\"note\">{}</p>", escaped(&self.note))?;
        }
        if !self.rows.is_empty() {
            // Reachable by keyboard, since it may be wider than the window.
            writeln!(
                out,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">"
            )?;
            self.table(out)?;
            writeln!(out, "</div>")?;
        }
        writeln!(out, "</section>")
    }

    fn table(&self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "<table>\n<thead><tr>")?;
        for (name, column) in &self.columns {
            write!(
                out,
                "<th scope=\"col\"{}>{}</th>",
                column.class(),
                escaped(name)
            )?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for row in &self.rows {
            write!(out, "<tr>")?;
            for (cell, (_, column)) in row.iter().zip(&self.columns) {
                write!(out, "<td{}>{}</td>", column.class(), escaped(cell))?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody>\n</table>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_put_in_becomes_markup() {
        let hostile = "</td><script>1</script>\" onload='x' &amp; \u{202e}";
        let report = Report {
            title: hostile.to_owned(),
            verdict: hostile.to_owned(),
            facts: vec![("filter", hostile.to_owned())],
            sections: vec![Section {
                title: "Findings",
                note: hostile.to_owned(),
                columns: vec![("WHAT", Column::Text)],
                rows: vec![vec![hostile.to_owned()]],
            }],
            ..Report::default()
        };
        let mut page = Vec::new();
        report.write(&mut page).expect("memory");
        let page = String::from_utf8(page).expect("text");
        assert_eq!(page.matches("&lt;script&gt;").count(), 6);
        assert!(!page.contains("<script") && !page.contains('\u{202e}'));
        assert!(!page.contains("onload='x'"));
    }
}
