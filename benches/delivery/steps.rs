//! The steps of a delivery, each alone.

use std::io::{Cursor, Write};
use std::thread;
use std::time::{Duration, Instant};

use ddctl::datadog::EncodedBatch;
use ddctl::delivery::state::{FileKey, FilePosition, Holder};
use ddctl::delivery::{
    self, Answer, Codec, Entry, Given, Line, LineLedger, Options, Progress, Sink, Taken,
};
use ddctl::domain::json_line::scan;
use ddctl::domain::line_set::LineSet;
use ddctl::sources::lines::{self, Chunk, Input, Mark, Row};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::records;

const COUNT: usize = 200_000;

pub fn run() -> anyhow::Result<()> {
    let mut bytes = Vec::with_capacity(COUNT * records::LENGTH);
    records::write(COUNT, &mut bytes)?;
    println!(
        "{COUNT} records of {} bytes; for 10^6 of them",
        records::LENGTH
    );
    timed("check each line", || check(&bytes));
    timed("the same with a tree", || tree(&bytes));
    timed("read, split and check", || read(&bytes));
    timed("zstd level 1 of the bytes alone", || floor(&bytes));
    for codec in [Codec::Zstd, Codec::Gzip, Codec::Identity] {
        let name = format!("read, batch and encode, {}", codec.as_str());
        timed(&name, || deliver(&bytes, codec));
    }
    timed("positions on the disk, a batch each", positions);
    Ok(())
}

fn timed(name: &str, work: impl FnOnce()) {
    let begin = Instant::now();
    work();
    let for_a_million = begin.elapsed().mul_f64(1e6 / COUNT as f64);
    println!("  {name:<40} {:>6.2} s", for_a_million.as_secs_f64());
}

fn check(bytes: &[u8]) {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let good = lines.filter(|line| scan(line).is_ok()).count();
    assert_eq!(good, COUNT);
}

fn tree(bytes: &[u8]) {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let parsed = lines.map(serde_json::from_slice::<serde_json::Value>);
    assert_eq!(parsed.filter(Result::is_ok).count(), COUNT);
}

fn floor(bytes: &[u8]) {
    let piece = bytes.len().min(records::LENGTH * 1_000);
    for piece in bytes.chunks(piece) {
        let mut encoder =
            zstd::stream::write::Encoder::new(Vec::new(), 1).expect("a level of zstd's");
        encoder.write_all(piece).expect("memory");
        let _ = encoder.finish().expect("memory");
    }
}

/// A thread that reads, as the program has one.
fn reading(bytes: &[u8]) -> mpsc::Receiver<Chunk> {
    let (tx, rx) = mpsc::channel(2);
    let input = Input {
        name: "memory".to_owned(),
        bytes: Cursor::new(bytes.to_vec()),
        start: Mark::BEGINNING,
        known: LineSet::default(),
        is_file: true,
    };
    thread::spawn(move || lines::read(input, &tx).map(drop));
    rx
}

fn read(bytes: &[u8]) {
    let mut chunks = reading(bytes);
    let mut count = 0;
    while let Some(chunk) = chunks.blocking_recv() {
        count += chunk.rows.len();
    }
    assert_eq!(count, COUNT);
}

/// Takes everything at once.
struct Nowhere;

impl Sink for Nowhere {
    fn name(&self) -> String {
        "nowhere".to_owned()
    }

    async fn send(&self, _: &[Entry], _: &EncodedBatch) -> Answer {
        Ok(Taken::default())
    }

    async fn check(&self) -> Answer {
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}

fn deliver(bytes: &[u8], codec: Codec) {
    let options = Options {
        codec,
        ..Options::default()
    };
    let given = |chunk: Chunk| {
        chunk.rows.into_iter().filter_map(|row| match row {
            Row::Event(event) => Some(Given::Line(Line {
                id: event.id,
                kind: event.kind,
                timestamp: event.timestamp,
                json: event.json,
                number: Some(event.number),
            })),
            Row::Broken(_) => None,
        })
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let chunks = reading(bytes);
    let summary = runtime.block_on(delivery::run(
        chunks,
        given,
        &Nowhere,
        options,
        |_: Progress| {},
    ));
    assert_eq!(summary.expect("it takes everything").accepted, COUNT as u64);
}

fn positions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = FileKey {
        destination: "logs".to_owned(),
        site: "datadoghq.eu".to_owned(),
        device: 1,
        inode: 1,
    };
    let beginning = |_| FilePosition {
        line: 1,
        ..FilePosition::default()
    };
    let holder = Holder::this("bench", Timestamp::now());
    let ledger = LineLedger::open(folder.path(), key, &holder, beginning);
    let mut ledger = ledger.expect("a folder to write in");
    for batch in 0..COUNT as u64 / 1_000 {
        let first = batch * 1_000 + 1;
        let numbers: Vec<u64> = (first..first + 1_000).collect();
        ledger.read(
            [(first, first * 491), (first + 1_000, (first + 1_000) * 491)],
            &[],
            0,
        );
        ledger.settled(&numbers).expect("a disk with room");
        // As long as a request takes, at least.
        thread::sleep(Duration::from_millis(1));
    }
    ledger.finish().expect("a disk with room");
}
