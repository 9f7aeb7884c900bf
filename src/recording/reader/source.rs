//! Input that is looked at in a window: readers borrow from it, and it grows for one long line
//! only.

use std::io::{self, Read, Seek, SeekFrom};

/// What is read at once.
const CHUNK: usize = 64 * 1024;

/// A longer line or entry is not held in memory.
pub(in crate::recording) const LONGEST: usize = 16 * 1024 * 1024;

/// A window over an input. Memory is [`CHUNK`], or as much as the longest line up to [`LONGEST`].
pub(in crate::recording) struct Source<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where in the input the window begins.
    offset: u64,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::recording) enum Line<'a> {
    Whole(&'a [u8]),
    /// Longer than [`LONGEST`], and passed over.
    TooLong,
}

impl<R: Read> Source<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            offset: 0,
        }
    }

    /// Where in the input the window begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What of the input has been read and not been consumed.
    pub fn window(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Moves the window on.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Consumes the first bytes of the window and gives them.
    pub fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        self.consume(count);
        &self.buffer[start..self.start]
    }

    /// Makes the window longer; false at the end of the input.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.buffer.truncate(CHUNK);
            self.buffer.shrink_to(CHUNK);
        } else if self.end == self.buffer.len() {
            self.make_room();
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Moves the window to the front of the buffer, and doubles a buffer that it fills by half.
    fn make_room(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    /// A window of at least `count` bytes, as far as the input has them.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.window().len() < count && self.fill()? {}
        Ok(self.window())
    }

    /// The next byte; `None` at the end.
    pub fn first(&mut self) -> io::Result<Option<u8>> {
        Ok(self.peek(1)?.first().copied())
    }

    /// Reads a line and moves on behind its end; `None` at the end of the input.
    pub fn line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        loop {
            let window = self.window();
            if let Some(at) = memchr::memchr(b'\n', &window[searched..]) {
                return Ok(Some(self.take_line(searched + at, 1)));
            }
            searched = window.len();
            if searched > LONGEST {
                self.skip_line()?;
                return Ok(Some(Line::TooLong));
            }
            if !self.fill()? {
                return Ok((searched > 0).then(|| self.take_line(searched, 0)));
            }
        }
    }

    fn take_line(&mut self, length: usize, end: usize) -> Line<'_> {
        let line = self.take(length + end);
        match length > LONGEST {
            true => Line::TooLong,
            false => Line::Whole(&line[..length]),
        }
    }

    /// Moves on behind the next line end.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', self.window()) {
                self.consume(at + 1);
                return Ok(());
            }
            self.consume(usize::MAX);
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Moves on to the first byte that `skips` does not hold for, and counts the line ends passed.
    pub fn skip(&mut self, skips: impl Fn(u8) -> bool) -> io::Result<usize> {
        let mut lines = 0;
        loop {
            let window = self.window();
            let length = window.iter().position(|byte| !skips(*byte));
            let passed = &window[..length.unwrap_or(window.len())];
            lines += memchr::memchr_iter(b'\n', passed).count();
            let passed = passed.len();
            self.consume(passed);
            if length.is_some() || !self.fill()? {
                return Ok(lines);
            }
        }
    }
}

impl<R: Read + Seek> Source<R> {
    /// Goes to a place that [`Source::offset`] told.
    pub fn go_to(&mut self, offset: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(offset))?;
        (self.start, self.end) = (0, 0);
        self.offset = offset;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes a call.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (now, rest) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = rest;
            Ok(count)
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_in_little_memory() {
        let line = io::repeat(b'x').take(3 * LONGEST as u64);
        let mut source = Source::new(line.chain(&b"\nnext"[..]));
        assert_eq!(source.line().expect("memory"), Some(Line::TooLong));
        assert_eq!(source.line().expect("memory"), Some(Line::Whole(b"next")));
        assert!(source.buffer.capacity() <= 4 * LONGEST);
    }

    #[test]
    fn a_long_line_leaves_no_large_buffer_behind() {
        let bytes = [vec![b'x'; 1 << 20], b"\nb\n".to_vec()].concat();
        let mut source = Source::new(Cursor::new(bytes));
        while source.line().expect("memory").is_some() {}
        assert!(source.buffer.capacity() <= CHUNK);
    }

    #[test]
    fn a_place_can_be_gone_back_to() {
        let mut source = Source::new(Cursor::new(b"one\ntwo\nthree".to_vec()));
        source.line().expect("memory");
        let place = source.offset();
        source.line().expect("memory");
        source.go_to(place).expect("memory");
        assert_eq!(source.line().expect("memory"), Some(Line::Whole(b"two")));
        assert_eq!(source.offset(), 8);
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_the_bytes_come(
            bytes in prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 0..60),
            size in 1..7_usize,
        ) {
            let mut source = Source::new(Dribble(&bytes, size));
            let mut read = Vec::new();
            while let Some(line) = source.line().expect("memory") {
                if let Line::Whole(line) = line {
                    read.extend([line, b"\n"].concat());
                }
            }
            let ended = [&bytes[..], b"\n"].concat();
            let whole = if bytes.is_empty() || bytes.ends_with(b"\n") { &bytes } else { &ended };
            prop_assert_eq!(&read, whole);
        }
    }
}
