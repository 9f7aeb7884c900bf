//! The screen at one moment as an SVG picture: text, rectangles and nothing that runs or links.

use std::fmt::Write as _;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::about::{About, clock};
use super::document::escaped;
use super::grid::Grid;
use super::look::{BACKGROUND, FOREGROUND, Look, Rgb};
use crate::recording::safe;
use crate::replay::frame::{Cell, Glyph, Style};
use crate::replay::screen::Screen;

/// A column and a row, in units of the picture. Monospaced fonts are near 0.6 wide for 1 high.
const COLUMN: f64 = 8.4;
const ROW: f64 = 18.0;
const FONT: f64 = 14.0;
/// From the top of a row to the line that its letters stand on.
const BASELINE: f64 = 13.5;
const MARGIN: f64 = 16.0;
/// Of the narrowest picture: the checksum stands on one line.
const NARROWEST: f64 = 620.0;
/// From one line below the screen to the next.
const CAPTION_ROW: f64 = 18.0;
/// A letter below the screen, at the widest.
const CAPTION_COLUMN: f64 = 8.0;

/// The picture of a screen at a moment of its recording.
pub fn svg(about: &About, screen: &Screen, at: Duration) -> String {
    let grid = Grid::of(screen);
    let width = f64::from(grid.size.cols) * COLUMN + 2.0 * MARGIN;
    let height = f64::from(grid.size.rows) * ROW + 2.0 * MARGIN;
    let mut svg = String::new();
    head(about, at, width.max(NARROWEST), height, &mut svg);
    for (row, line) in grid.rows.iter().enumerate() {
        grounds(row, &line.cells, &mut svg);
    }
    cursor(screen, &mut svg);
    for (row, line) in grid.rows.iter().enumerate() {
        texts(row, &line.cells, &mut svg);
    }
    svg.push_str("</svg>\n</svg>\n");
    svg
}

fn head(about: &About, at: Duration, width: f64, height: f64, svg: &mut String) {
    let caption = caption(about, at);
    let total = height + caption.len() as f64 * CAPTION_ROW + MARGIN / 2.0;
    let title = escaped(&format!("{}, at {}", about.title, clock(at)));
    let facts = about.facts();
    let facts: Vec<_> = facts
        .iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {total:.1}\" \
         width=\"{width:.1}\" height=\"{total:.1}\" role=\"img\">\n\
         <title>{title}</title>\n<desc>{}</desc>\n\
         <style>text{{font-family:ui-monospace,\"SFMono-Regular\",Menlo,Consolas,\"DejaVu Sans Mono\",\"Liberation Mono\",monospace;font-size:{FONT}px;white-space:pre}}\
         .c{{font-family:system-ui,sans-serif;font-size:12px;fill:#a0abb9}}.c:first-of-type{{fill:#d8dee6;font-weight:600}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>",
        escaped(&facts.join("; ")),
    );
    write_caption(&caption, width, height, svg);
    let _ = writeln!(
        svg,
        "<svg x=\"{MARGIN}\" y=\"{MARGIN}\" fill=\"{FOREGROUND}\" overflow=\"visible\">"
    );
}

/// The lines below the screen: what the picture is of.
fn caption(about: &About, at: Duration) -> Vec<String> {
    let moment = about.started.and_then(|start| {
        start
            .checked_add(jiff::SignedDuration::try_from(at).ok()?)
            .ok()
    });
    let moment = moment.map(|moment| moment.strftime(" · %F %T UTC").to_string());
    let moment = format!("{}{}", clock(at), moment.unwrap_or_default());
    let source = about.session.as_ref().or(about.file.as_ref());
    let gateway = about
        .gateway
        .as_ref()
        .and_then(|gateway| gateway.host_str());
    let source = match (source, gateway) {
        (Some(source), Some(gateway)) => Some(format!("{source} · {gateway}")),
        (source, _) => source.cloned(),
    };
    let checksum = format!("SHA-256 {}", about.checksum());
    let lines = [
        Some(about.title.clone()),
        Some(moment),
        source,
        Some(checksum),
    ];
    lines.into_iter().flatten().collect()
}

fn write_caption(lines: &[String], width: f64, height: f64, svg: &mut String) {
    let fits = ((width - 2.0 * MARGIN) / CAPTION_COLUMN) as usize;
    for (row, line) in lines.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<text class=\"c\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
            height + row as f64 * CAPTION_ROW + MARGIN / 2.0,
            escaped(&shortened(line, fits))
        );
    }
}

/// The beginning of what is too long for the picture; the title that is told has it whole.
fn shortened(line: &str, columns: usize) -> String {
    let line = safe::line(line);
    if line.width() <= columns {
        return line;
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let is_in = width <= left;
        left = left.saturating_sub(width);
        is_in
    };
    line.chars().take_while(fits).chain(['…']).collect()
}

/// Runs of one ground as rectangles.
fn grounds(row: usize, cells: &[Cell], svg: &mut String) {
    let mut start = 0;
    for run in cells.chunk_by(|a, b| ground(a) == ground(b)) {
        if let Some(ground) = ground(&run[0]) {
            rectangle(start, row, run.len(), ground, svg);
        }
        start += run.len();
    }
}

fn ground(cell: &Cell) -> Option<Rgb> {
    Look::of(cell.style).ground
}

fn rectangle(col: usize, row: usize, cols: usize, fill: Rgb, svg: &mut String) {
    let _ = writeln!(
        svg,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{ROW}\" fill=\"{fill}\"/>",
        col as f64 * COLUMN,
        row as f64 * ROW,
        cols as f64 * COLUMN,
    );
}

fn cursor(screen: &Screen, svg: &mut String) {
    if let (col, row, true) = screen.cursor() {
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{COLUMN}\" height=\"{ROW}\" \
             fill=\"{FOREGROUND}\" fill-opacity=\"0.45\"/>",
            f64::from(col) * COLUMN,
            f64::from(row) * ROW,
        );
    }
}

/// Runs of one look as texts, each at its own column and as wide as its columns, so that a font of
/// another width moves nothing. Characters beyond ASCII stand alone.
fn texts(row: usize, cells: &[Cell], svg: &mut String) {
    let mut col = 0;
    let together = |a: &Cell, b: &Cell| a.style == b.style && is_ascii(a) && is_ascii(b);
    for run in cells.chunk_by(together) {
        let Style {
            is_underlined,
            is_struck,
            ..
        } = run[0].style;
        let seen = match is_underlined || is_struck {
            true => 0..run.len(),
            false => without_margins(run),
        };
        if run[0].width > 0 && !seen.is_empty() {
            write_text(col + seen.start, row, &run[seen], svg);
        }
        col += run.len();
    }
}

/// The part of a run between the spaces at its ends.
fn without_margins(run: &[Cell]) -> std::ops::Range<usize> {
    let is_seen = |cell: &Cell| cell.glyph != Glyph::Char(' ');
    match (run.iter().position(is_seen), run.iter().rposition(is_seen)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}

fn write_text(col: usize, row: usize, run: &[Cell], svg: &mut String) {
    let look = Look::of(run[0].style);
    let cols: usize = run.iter().map(|cell| usize::from(cell.width)).sum();
    let text: String = run.iter().map(glyph).collect();
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"",
        col as f64 * COLUMN,
        row as f64 * ROW + BASELINE,
        cols as f64 * COLUMN,
    );
    if let Some(color) = look.text {
        let _ = write!(svg, " fill=\"{color}\"");
    }
    if look.is_bold {
        svg.push_str(" font-weight=\"700\"");
    }
    if look.is_italic {
        svg.push_str(" font-style=\"italic\"");
    }
    svg.push_str(match (look.is_underlined, look.is_struck) {
        (true, true) => " text-decoration=\"underline line-through\"",
        (true, false) => " text-decoration=\"underline\"",
        (false, true) => " text-decoration=\"line-through\"",
        (false, false) => "",
    });
    let _ = writeln!(svg, ">{}</text>", escaped(&text));
}

fn is_ascii(cell: &Cell) -> bool {
    matches!(cell.glyph, Glyph::Char(c) if c.is_ascii()) && cell.width == 1
}

fn glyph(cell: &Cell) -> String {
    match &cell.glyph {
        Glyph::Char(c) => c.to_string(),
        Glyph::Cluster(text) => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::about::testing::about;
    use crate::recording::{Kind, Size};
    use crate::replay::screen::Clusters;

    fn drawn(output: &[u8]) -> String {
        let mut screen = Screen::new(Size { cols: 20, rows: 3 }, Clusters::default());
        screen.feed(output);
        svg(&about(Kind::Terminal), &screen, Duration::from_secs(61))
    }

    #[test]
    fn nothing_recorded_is_markup_and_nothing_runs_or_links() {
        let svg =
            drawn(b"</text><script>x()</script>\x1b]8;;https://evil.example\x07&amp;\x1b]8;;\x07");
        for part in ["<script", "<a ", "href", "evil.example", "onload", "<image"] {
            assert!(!svg.contains(part), "{part}");
        }
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;x") && svg.contains("&amp;amp;"));
        assert!(svg.contains("at 0:01:01.000"), "{svg}");
    }

    #[test]
    fn colours_and_attributes_are_those_of_the_cells() {
        let svg =
            drawn(b"\x1b[1;31mbold\x1b[0m \x1b[38;5;208;44mtext\x1b[0m\x1b[3;4;9;38;2;1;2;3mx");
        assert!(
            svg.contains("fill=\"#ff9c9e\" font-weight=\"700\">bold<"),
            "{svg}"
        );
        assert!(svg.contains("fill=\"#ff8700\">text<"));
        assert!(svg.contains(
            "<rect x=\"42.0\" y=\"0.0\" width=\"33.6\" height=\"18\" fill=\"#3b78e0\"/>"
        ));
        let rest =
            "fill=\"#010203\" font-style=\"italic\" text-decoration=\"underline line-through\">x<";
        assert!(svg.contains(rest), "{svg}");
    }

    #[test]
    fn what_is_below_the_screen_fits_it_and_the_checksum_stands_whole() {
        let mut about = about(Kind::Terminal);
        about.title = "日".repeat(200);
        let screen = Screen::new(Size { cols: 10, rows: 1 }, Clusters::default());
        let svg = svg(&about, &screen, Duration::ZERO);
        let title = svg.lines().find(|line| line.contains("class=\"c\""));
        let title = title.and_then(|line| line.split(['>', '<']).nth(2));
        assert!(title.is_some_and(|title| title.ends_with('…') && title.width() <= 73));
        assert!(svg.contains(&format!(">SHA-256 {}</text>", "ab".repeat(32))));
        assert!(svg.contains(" · use.hoop.dev</text>"));
    }

    #[test]
    fn what_follows_a_wide_character_stands_in_its_own_column() {
        let svg = drawn("日本x e\u{301}y".as_bytes());
        let at = |col: f64, text: &str| {
            let x = format!("x=\"{:.1}\"", col * COLUMN);
            svg.lines()
                .any(|line| line.contains(&x) && line.ends_with(&format!(">{text}</text>")))
        };
        assert!(at(0.0, "日") && at(2.0, "本") && at(4.0, "x"), "{svg}");
        assert!(at(6.0, "e\u{301}") && at(7.0, "y"), "{svg}");
    }
}
