//! Terminal output: as text, made harmless, and on the emulated screen.

use ddctl::recording::safe::{Filter, Styles};
use ddctl::recording::{Kind, Size};
use ddctl::replay::screen::{Clusters, Screen};

use super::databases::read;

/// As text, without an emulator.
pub fn transcript(input: &[u8]) -> usize {
    read(Kind::Terminal, input).max(read(Kind::Exec, input))
}

/// Through the allow-list, whole and in pieces: the same must come.
pub fn filter(input: &[u8]) -> usize {
    let through = |size: usize, styles| {
        let (mut filter, mut safe) = (Filter::new(styles), String::new());
        for piece in input.chunks(size) {
            filter.push(piece, &mut safe);
        }
        filter.finish(&mut safe);
        safe
    };
    let plain = through(usize::MAX, Styles::Dropped);
    assert_eq!(plain, through(3, Styles::Dropped));
    assert!(!plain.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')));
    let styled = through(usize::MAX, Styles::Kept);
    assert_eq!(styled, through(3, Styles::Kept));
    plain.len().max(styled.len())
}

/// On a screen of 40 by 10, which is put away and taken up again in the middle.
pub fn emulator(input: &[u8]) -> usize {
    let size = Size { cols: 40, rows: 10 };
    let (head, tail) = input.split_at(input.len() / 2);
    let mut screen = Screen::new(size, Clusters::default());
    screen.feed(head);
    let snapshot = screen.snapshot();
    assert!(snapshot.weight() < 4 << 20, "the weight of a snapshot");
    let mut restored = Screen::restore(&snapshot);
    for screen in [&mut screen, &mut restored] {
        screen.feed(tail);
    }
    for row in 0..screen.size().rows {
        assert!(screen.row(row).eq(restored.row(row)), "row {row} differs");
    }
    0
}
