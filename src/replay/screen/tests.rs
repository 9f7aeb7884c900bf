//! What bytes do to the screen, and that a snapshot of it is whole.

use super::*;
use proptest::prelude::*;

use crate::replay::frame::Glyph;

fn screen(output: &[u8]) -> Screen {
    let mut screen = Screen::new(Size { cols: 10, rows: 3 }, Clusters::default());
    screen.feed(output);
    screen
}

fn text(screen: &Screen, row: u16) -> String {
    screen
        .row(row)
        .filter(|cell| cell.width > 0)
        .map(|cell| match cell.glyph {
            Glyph::Char(c) => c.to_string(),
            Glyph::Cluster(text) => text.to_string(),
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[test]
fn output_becomes_cells() {
    let screen = screen(b"a\x1b[1;31mb\x1b[0m\r\n\xe6\x97\xa5x");
    assert_eq!(text(&screen, 0), "ab");
    assert_eq!(text(&screen, 1), "日x");
    assert_eq!(screen.cursor(), (3, 1, true));
    let style = screen.row(0).nth(1).expect("a cell").style;
    assert!(style.is_bold && style.foreground == Some(Color::Indexed(1)));
}

#[test]
fn marks_stay_on_their_character_and_take_no_column() {
    let screen = screen("e\u{301}\u{302}x👩\u{200d}💻".as_bytes());
    assert_eq!(text(&screen, 0), "e\u{301}\u{302}x👩💻");
    assert_eq!(screen.cursor().0, 6);
}

#[test]
fn a_mark_behind_a_sequence_joins_nothing() {
    let screen = screen("\x1b[31m\u{301}a".as_bytes());
    assert_eq!(text(&screen, 0), "a");
    assert_eq!(
        screen.row(0).next().expect("a cell").style.foreground,
        Some(Color::Indexed(1))
    );
}

#[test]
fn what_hides_or_turns_text_is_not_on_the_screen() {
    let screen = screen("a\u{202e}b\u{200b}\u{7f}\u{e0041}c\u{10abcd}".as_bytes());
    assert_eq!(text(&screen, 0), "abc\u{fffd}");
}

#[test]
fn a_character_cut_in_two_is_one_character() {
    let mut screen = screen(b"\xe2\x9c");
    screen.feed(b"\x93");
    assert_eq!(text(&screen, 0), "✓");
}

#[test]
fn the_recording_may_resize_the_screen_within_bounds() {
    let mut screen = screen(b"\x1b[8;5;40t");
    assert_eq!(screen.size(), Size { cols: 40, rows: 5 });
    screen.feed(b"\x1b[8;65535;65535t");
    assert_eq!(
        screen.size(),
        Size {
            cols: 1_000,
            rows: 1_000
        }
    );
    screen.feed(b"\x1b[8;0;0t");
    assert_eq!(
        screen.size(),
        Size {
            cols: 1_000,
            rows: 1_000
        }
    );
}

#[test]
fn repeating_is_bounded_by_the_row() {
    assert_eq!(text(&screen(b"x\x1b[65535b"), 1), "x");
}

/// What can be seen: cells and cursor.
fn seen(screen: &Screen) -> (Vec<Vec<crate::replay::frame::Cell>>, (u16, u16, bool)) {
    let rows = 0..screen.size().rows;
    (
        rows.map(|row| screen.row(row).collect()).collect(),
        screen.cursor(),
    )
}

proptest! {
    #[test]
    fn a_screen_that_was_restored_goes_on_like_the_one_it_was(
        before in output(),
        after in output(),
    ) {
        let mut original = screen(&before);
        let mut restored = Screen::restore(&original.snapshot());
        prop_assert_eq!(seen(&original), seen(&restored));
        original.feed(&after);
        restored.feed(&after);
        prop_assert_eq!(seen(&original), seen(&restored));
    }
}

/// Text, wide and joined characters, and pieces of sequences in any order.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "a",
        "Zz",
        "日",
        "e\u{301}",
        "👩",
        "\r\n",
        "\r",
        "\x08",
        "\t",
        "\x1b[",
        "31m",
        "1;4;42m",
        "\x1b[2;3H",
        "\x1b[2J",
        "\x1b[K",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b7",
        "\x1b8",
        "\x1b[2;3r",
        "\x1b[L",
        "\x1b[2M",
        "\x1b[4h",
        "\x1b[?7l",
        "\x1b[?6h",
        "\x1b(0",
        "lqk",
        "\x0e",
        "\x0f",
        "\x1b]0;ti",
        "tle\x07",
        "\x1bP$q",
        "\x1b\\",
        "\u{9b}",
        "5b",
        "\x1b[?25l",
        "\x1bc",
        "x\x1b[3b",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}
