//! Lines as they come: in pieces of any size, with any end, broken and whole.

use proptest::prelude::*;
use tokio::sync::mpsc;

use super::*;
use crate::sources::lines::event_of_line;

/// Gives `bytes` out in pieces of these sizes, over and over.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.next().unwrap_or(1).min(self.bytes.len());
        let size = size.min(into.len());
        into[..size].copy_from_slice(&self.bytes[..size]);
        self.bytes = &self.bytes[size..];
        Ok(size)
    }
}

struct Lines {
    chunks: Vec<Chunk>,
    ended: Result<Ended, LinesError>,
}

impl Lines {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.chunks.iter().flat_map(|chunk| &chunk.rows)
    }

    /// Numbers of good and of broken lines.
    fn numbers(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for row in self.rows() {
            match row {
                Row::Event(event) => good.push(event.number),
                Row::Broken(broken) => bad.push(broken.number),
            }
        }
        (good, bad)
    }
}

fn read_in(bytes: &[u8], sizes: Vec<usize>, known: LineSet, is_file: bool) -> Lines {
    let (tx, mut rx) = mpsc::channel(10_000);
    let input = Input {
        name: "lines".to_owned(),
        what: "JSON objects",
        bytes: Pieces {
            bytes,
            sizes: sizes.into_iter().cycle(),
        },
        start: Mark::BEGINNING,
        known,
        is_file,
    };
    let ended = read(input, &tx, event_of_line);
    let mut chunks = Vec::new();
    while let Ok(chunk) = rx.try_recv() {
        chunks.push(chunk);
    }
    Lines { chunks, ended }
}

fn read_file(bytes: &[u8]) -> Lines {
    read_in(bytes, vec![usize::MAX], LineSet::default(), true)
}

#[test]
fn empty_lines_count_and_ends_of_windows_are_no_part_of_a_line() {
    let lines = read_file(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n\n  {\"b\":2}\n");
    assert_eq!(lines.numbers(), (vec![1, 4], vec![]));
    assert_eq!(lines.chunks[0].passed, [2, 3]);
    assert_eq!(lines.ended.expect("read").lines, 4);
    let end = Mark {
        line: 5,
        offset: 25,
    };
    assert_eq!(lines.chunks[0].end, end);
}

#[test]
fn a_last_line_without_an_end_is_a_line_where_it_is_whole() {
    let lines = read_file(b"{\"a\":1}\n{\"b\":2}");
    assert_eq!(lines.numbers(), (vec![1, 2], vec![]));
    let last = lines.chunks.last().expect("a chunk");
    assert_eq!(last.start, last.end, "a file that grows is read from there");
    let ended = lines.ended.expect("read");
    assert_eq!((ended.lines, ended.unfinished), (2, None));
}

#[test]
fn a_last_line_that_is_not_all_there_waits_in_a_file_and_is_broken_in_a_stream() {
    let bytes = b"{\"a\":1}\n{\"b\":";
    let file = read_file(bytes);
    assert_eq!(file.numbers(), (vec![1], vec![]));
    assert_eq!(file.ended.expect("read").unfinished, Some(2));
    let stream = read_in(bytes, vec![3], LineSet::default(), false);
    assert_eq!(stream.numbers(), (vec![1], vec![2]));
    assert_eq!(stream.ended.expect("read").unfinished, None);
}

#[test]
fn a_line_too_long_to_be_held_is_named_and_the_rest_goes() {
    let mut bytes = b"{\"a\":1}\n".to_vec();
    bytes.extend(vec![b'x'; LONGEST + PIECE * 3]);
    bytes.extend(b"\n{\"b\":2}\n");
    let lines = read_file(&bytes);
    assert_eq!(lines.numbers(), (vec![1, 3], vec![2]));
    let broken = lines.rows().find_map(Row::broken).expect("line 2");
    assert_eq!(broken.bytes.len(), BEGINNING);
    let length = (LONGEST + PIECE * 3 + 1).to_string();
    assert!(broken.reason.contains(&length), "{}", broken.reason);
    let end = lines.chunks.last().expect("a chunk").end;
    assert_eq!(end.offset, bytes.len() as u64);
}

#[test]
fn another_kind_of_file_is_refused_and_a_stream_is_taken_as_it_comes() {
    let bytes = b"a,b\n1,2\n3,4\n";
    let error = read_file(bytes).ended.expect_err("no objects");
    assert!(
        error.to_string().contains("line 1 is no JSON object"),
        "{error}"
    );
    let stream = read_in(bytes, vec![100], LineSet::default(), false);
    assert_eq!(stream.numbers(), (vec![], vec![1, 2, 3]));
}

#[test]
fn the_first_line_whose_time_is_set_right_is_named() {
    let lines = read_file(b"{\"timestamp\":1785585600000}\n{\"timestamp\":1785585600}\n");
    assert_eq!(lines.chunks[0].set_right, Some((2, TimeForm::Seconds, 1)));
}

fn any_line() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("{\"a\":1}"),
        Just("{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxx\"}"),
        Just(""),
        Just("{\"a\""),
        Just(" \r"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// However the bytes come in: each line once, in order, with its number, and the marks of the
    /// chunks are where the lines begin.
    #[test]
    fn pieces_of_any_size_give_the_same_lines(
        lines in prop::collection::vec(any_line(), 0..40),
        sizes in prop::collection::vec(1_usize..50, 1..6),
        known in prop::collection::btree_set(1_u64..40, 0..5),
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut set = LineSet::default();
        set.insert_all(&known.iter().copied().collect::<Vec<_>>());
        let read = read_in(text.as_bytes(), sizes, set, false);
        let mut next = Mark::BEGINNING;
        let mut passed: Vec<u64> = Vec::new();
        for chunk in &read.chunks {
            prop_assert_eq!(chunk.start, next);
            next = chunk.end;
            passed.extend(&chunk.passed);
            let begun: usize = lines[..next.line as usize - 1].iter().map(|l| l.len() + 1).sum();
            prop_assert_eq!(next.offset, begun as u64);
        }
        let expected = |is_one: fn(&str) -> bool| -> Vec<u64> {
            let numbered = (1_u64..).zip(&lines);
            let wanted = numbered.filter(|(number, line)| is_one(line) && !known.contains(number));
            wanted.map(|(number, _)| number).collect()
        };
        let (good, bad) = read.numbers();
        prop_assert_eq!(good, expected(|line| line.ends_with('}')));
        prop_assert_eq!(bad, expected(|line| line == "{\"a\""));
        let all = passed.len() + read.rows().count();
        prop_assert_eq!(all, lines.len());
        prop_assert_eq!(read.ended.expect("read").lines, lines.len() as u64);
    }
}
