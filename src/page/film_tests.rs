//! Pictures are read back here as the page reads them.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::replay::screen::Clusters;

const SIZE: Size = Size { cols: 12, rows: 4 };

/// What the page knows of a screen: texts and places in the table of styles, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
struct Replayed {
    rows: Vec<Vec<(String, i64)>>,
    cols: usize,
}

impl Replayed {
    fn apply(&mut self, picture: &Value) {
        for part in &picture.as_array().expect("a list")[2..] {
            match part {
                Value::String(size) => {
                    let size = Size::parse(size).expect("a size");
                    self.cols = size.cols.into();
                    self.rows = vec![self.blank(); size.rows.into()];
                }
                Value::Number(by) => {
                    for _ in 0..by.as_u64().expect("a count") {
                        self.rows.remove(0);
                        self.rows.push(self.blank());
                    }
                }
                patch => self.patch(patch.as_array().expect("a list")),
            }
        }
    }

    fn blank(&self) -> Vec<(String, i64)> {
        vec![(" ".to_owned(), -1); self.cols]
    }

    fn patch(&mut self, patch: &[Value]) {
        let row = patch[0].as_u64().expect("a row") as usize;
        let mut at = patch[1].as_u64().expect("a column") as usize;
        let mut style = -1;
        for part in &patch[2..] {
            let text = |part: &Value| part.as_str().expect("a text").to_owned();
            let (texts, width): (Vec<String>, _) = match part {
                Value::Number(n) if *n == (-1).into() => {
                    self.rows[row][at..].fill((" ".to_owned(), -1));
                    continue;
                }
                Value::Number(n) => {
                    style = n.as_i64().expect("a place");
                    continue;
                }
                Value::String(text) => (text.chars().map(String::from).collect(), 1),
                list if list[0] == 2 => (text(&list[1]).chars().map(String::from).collect(), 2),
                list => (vec![text(&list[1])], 1),
            };
            for text in texts {
                self.rows[row][at..at + width].fill((String::new(), style));
                self.rows[row][at].0 = text;
                at += width;
            }
        }
    }

    fn texts(&self) -> Vec<String> {
        let text = |row: &Vec<(String, i64)>| row.iter().map(|(text, _)| text.as_str()).collect();
        self.rows.iter().map(text).collect()
    }
}

/// Films output at times in milliseconds; answers the pictures and the screen at the end.
fn filmed(output: &[(u64, &[u8])], range: Range<Duration>) -> (Vec<Value>, Vec<usize>, Screen) {
    let mut screen = Screen::new(SIZE, Clusters::default());
    let mut film = Film::new(SIZE, range, FASTEST);
    for (ms, data) in output {
        film.advance(Duration::from_millis(*ms), &screen);
        screen.feed(data);
    }
    let finished = film.finish(&screen);
    let mut block = Vec::new();
    finished.pictures.write("film", &mut block).expect("memory");
    let block = String::from_utf8(block).expect("UTF-8");
    let json = block.split_once('>').expect("a block").1;
    let json = json.trim_end().strip_suffix("</script>").expect("an end");
    let pictures = serde_json::from_str(json).expect("a list");
    (pictures, finished.keys, screen)
}

fn all() -> Range<Duration> {
    Duration::ZERO..Duration::MAX
}

fn texts(screen: &Screen) -> Vec<String> {
    let mut replayed = Replayed::default();
    for row in Grid::of(screen).rows {
        let text = |cell: &Cell| match (&cell.glyph, cell.width) {
            (_, 0) => String::new(),
            (Glyph::Char(c), _) => c.to_string(),
            (Glyph::Cluster(text), _) => text.to_string(),
        };
        replayed
            .rows
            .push(row.cells.iter().map(|cell| (text(cell), 0)).collect());
    }
    replayed.texts()
}

#[test]
fn a_typed_character_is_a_patch_of_one() {
    let (pictures, _, _) = filmed(&[(0, b"$ l"), (500, b"s")], all());
    assert_eq!(pictures[1], serde_json::json!([500, 4, [0, 3, 0, "s"]]));
}

#[test]
fn a_screen_that_scrolls_is_moved_and_not_sent_again() {
    let (pictures, _, _) = filmed(&[(0, b"a\r\nb\r\nc\r\nd"), (500, b"\r\ne")], all());
    assert_eq!(
        pictures[1],
        serde_json::json!([500, 3_001, 1, [3, 0, 0, "e"]])
    );
}

#[test]
fn what_comes_faster_than_the_eye_is_one_picture_and_none_is_early() {
    let (pictures, _, _) = filmed(&[(100, b"a"), (110, b"b"), (120, b"c"), (300, b"d")], all());
    let times: Vec<_> = pictures.iter().map(|picture| picture[0].clone()).collect();
    assert_eq!(times, [0, 120, 180], "the beginning, three at once, one");
}

#[test]
fn a_clip_begins_with_the_screen_as_it_was() {
    let seconds = Duration::from_secs;
    let output: [(u64, &[u8]); 3] = [(100, b"before "), (1_500, b"within"), (3_000, b"after")];
    let (pictures, _, _) = filmed(&output, seconds(1)..seconds(2));
    let mut replayed = Replayed::default();
    replayed.apply(&pictures[0]);
    assert_eq!(pictures[0][0], 1_000);
    assert_eq!(replayed.texts()[0].trim_end(), "before");
    replayed.apply(&pictures[1]);
    assert_eq!(replayed.texts().concat().trim_end(), "before within");
    assert_eq!(pictures.len(), 2);
}

#[test]
fn the_pace_slows_down_only_where_it_is_always_busy() {
    let pace = |times: &mut dyn Iterator<Item = u64>| {
        let mut pace = Pace::default();
        times.for_each(|ms| pace.push(Duration::from_millis(ms)));
        pace.shortest()
    };
    assert_eq!(pace(&mut (0..100).map(|n| n * 3_600_000)), FASTEST);
    let hours = pace(&mut (0..72_000).map(|n| n * 100));
    assert_eq!(
        hours,
        Duration::from_secs(7_200).saturating_sub(Duration::from_millis(100)) / MOST
    );
}

proptest! {
    #[test]
    fn the_pictures_show_what_the_screen_showed(
        output in prop::collection::vec(
            "([a-z ]|日|e\u{301}|\r\n|\x1b\\[[0-9];[0-9]H|\x1b\\[K|\x1b\\[2J|\x1b\\[3[0-7]m|\x1b\\[7m|\x1b\\[L|\x1b\\[M|\x1b\\[8;5;9t){0,12}",
            1..12,
        )
    ) {
        let output: Vec<_> = (1..).map(|n| n * 100).zip(output.iter().map(String::as_bytes)).collect();
        let (pictures, keys, screen) = filmed(&output, all());
        let mut replayed = Replayed::default();
        pictures.iter().for_each(|picture| replayed.apply(picture));
        prop_assert_eq!(replayed.texts(), texts(&screen));
        let mut from_key = Replayed::default();
        let last = *keys.last().expect("the first is one");
        pictures[last..].iter().for_each(|picture| from_key.apply(picture));
        prop_assert_eq!(from_key, replayed);
    }
}
