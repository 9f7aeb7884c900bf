//! Reading in a thread of its own, ahead of the work on what was read. How far ahead is bounded, in
//! events and in bytes.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::recording::reader::Raw;
use crate::recording::redact::Placed;
use crate::recording::{Event, ReadError, Reader};

/// Events handed over at once, at most.
const EVENTS: usize = 256;

/// Bytes handed over at once; a larger event goes alone.
const BYTES: usize = 32 * 1024;

/// Batches that wait for the work.
const WAITING: usize = 2;

/// What can be read ahead.
pub(super) trait Item: Placed + Send {
    /// One to be filled.
    fn empty() -> Self;

    /// Reads the next one; false behind the last.
    fn fill<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<bool, ReadError>;

    fn bytes(&self) -> usize;
}

impl Item for Event {
    fn empty() -> Self {
        Event::empty()
    }

    fn fill<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<bool, ReadError> {
        reader.read(self)
    }

    fn bytes(&self) -> usize {
        self.data.capacity()
    }
}

impl Item for Raw {
    fn empty() -> Self {
        Raw::default()
    }

    fn fill<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<bool, ReadError> {
        reader.read_raw(self)
    }

    fn bytes(&self) -> usize {
        self.capacity()
    }
}

/// The end of the one who works on what is read.
pub(super) struct Ahead<T> {
    read: Receiver<Result<Vec<T>, ReadError>>,
    spent: Sender<Vec<T>>,
}

impl<T: Item> Ahead<T> {
    /// What was read next; an error comes behind what was read before it.
    pub fn next(&self) -> Result<Option<Vec<T>>, ReadError> {
        self.read.recv().ok().transpose()
    }

    /// Gives memory back to be filled again.
    pub fn give_back(&self, items: Vec<T>) {
        // Where all is read, nobody wants it.
        let _ = self.spent.send(items);
    }
}

/// Reads up to the event at `end`, and works on what is read meanwhile.
pub(super) fn ahead<R: Read + Send, T: Item, A>(
    reader: &mut Reader<R>,
    end: Option<Duration>,
    work: impl FnOnce(Ahead<T>) -> A,
) -> A {
    let (batches, read) = sync_channel(WAITING);
    let (spent, empty) = channel();
    thread::scope(|scope| {
        let pool = Pool {
            empty,
            items: Vec::new(),
        };
        scope.spawn(move || run(reader, end, pool, &batches));
        work(Ahead { read, spent })
    })
}

/// Ends when all is read, and when nobody waits for it any more.
fn run<R: Read, T: Item>(
    reader: &mut Reader<R>,
    end: Option<Duration>,
    mut pool: Pool<T>,
    batches: &SyncSender<Result<Vec<T>, ReadError>>,
) {
    loop {
        let mut batch = Vec::with_capacity(EVENTS);
        let more = fill(reader, end, &mut pool, &mut batch);
        if !batch.is_empty() && batches.send(Ok(batch)).is_err() {
            return;
        }
        match more {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let _ = batches.send(Err(error));
                return;
            }
        }
    }
}

/// False where nothing comes behind the batch.
fn fill<R: Read, T: Item>(
    reader: &mut Reader<R>,
    end: Option<Duration>,
    pool: &mut Pool<T>,
    batch: &mut Vec<T>,
) -> Result<bool, ReadError> {
    let mut bytes = 0;
    while batch.len() < EVENTS && bytes < BYTES {
        let mut item = pool.take();
        if !item.fill(reader)? || end.is_some_and(|end| item.time() >= end) {
            return Ok(false);
        }
        bytes += item.bytes();
        batch.push(item);
    }
    Ok(true)
}

/// Items whose memory is used again.
struct Pool<T> {
    empty: Receiver<Vec<T>>,
    items: Vec<T>,
}

impl<T: Item> Pool<T> {
    fn take(&mut self) -> T {
        if self.items.is_empty() {
            self.items = self.empty.try_iter().flatten().take(EVENTS).collect();
            // What was once large would be held for ever.
            self.items.retain(|item| item.bytes() < BYTES / 8);
        }
        self.items.pop().unwrap_or_else(T::empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Strictness, open};

    fn recording(events: usize, broken: bool) -> String {
        let mut text = r#"{"version": 2, "width": 80, "height": 24}"#.to_owned();
        for number in 0..events {
            let data = "x".repeat(number % 700 * 10);
            text += &format!("\n[{number}.0, \"o\", \"{data}\"]");
        }
        text + if broken {
            "\n[oops\n[9999, \"o\", \"\"]"
        } else {
            "\n"
        }
    }

    fn read(text: &str, end: Option<Duration>) -> (Vec<u64>, bool) {
        let mut reader = open(text.as_bytes(), Strictness::Strict).expect("a recording");
        ahead(&mut reader, end, |events: Ahead<Event>| {
            let mut seconds = Vec::new();
            loop {
                match events.next() {
                    Ok(Some(batch)) => {
                        seconds.extend(batch.iter().map(|event| event.time.as_secs()));
                        events.give_back(batch);
                    }
                    Ok(None) => return (seconds, true),
                    Err(_) => return (seconds, false),
                }
            }
        })
    }

    #[test]
    fn all_is_read_in_order_and_an_error_comes_last() {
        for count in [0, 1, EVENTS, EVENTS + 1, 2_000] {
            let (seconds, is_whole) = read(&recording(count, false), None);
            assert!(is_whole && seconds.into_iter().eq(0..count as u64));
        }
        let (seconds, is_whole) = read(&recording(1_000, true), None);
        assert!(!is_whole && seconds.into_iter().eq(0..1_000));
    }

    #[test]
    fn nothing_behind_the_end_is_read() {
        let end = Some(Duration::from_secs(300));
        let (seconds, is_whole) = read(&recording(1_000, true), end);
        assert!(is_whole && seconds.into_iter().eq(0..300));
    }

    #[test]
    fn whoever_gives_up_ends_the_reading() {
        let text = recording(2_000, false);
        let mut reader = open(text.as_bytes(), Strictness::Strict).expect("a recording");
        ahead(&mut reader, None, |events: Ahead<Event>| drop(events));
        let mut left = 0;
        while reader.read(&mut Event::empty()).expect("sound") {
            left += 1;
        }
        assert!(left > 0, "it read on to the end");
    }
}
