//! The bytes of a recording where they are: a file, memory, or an unlinked temporary file. A
//! large one is never held in memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::{SpooledData, SpooledTempFile};

/// More than this goes to a temporary file, which has no name and which nobody else can open.
const IN_MEMORY: usize = 4 << 20;

/// Bytes that can be read from several places at once: each clone has its own.
#[derive(Clone, Debug)]
pub enum Stored {
    File {
        file: Arc<File>,
        /// Where the recording begins in the file.
        base: u64,
        /// Behind the beginning, as `length` is.
        at: u64,
        length: u64,
    },
    Memory(Cursor<Bytes>),
}

impl Stored {
    /// A file that was opened for reading. What is no regular file is copied.
    pub fn of_file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        match metadata.is_file() {
            true => Ok(Self::behind(file, 0, metadata.len())),
            false => Self::copy_of(file),
        }
    }

    /// The bytes of a file from `base` on.
    pub(super) fn behind(file: File, base: u64, length: u64) -> Self {
        Self::File {
            file: Arc::new(file),
            base,
            at: 0,
            length: length.saturating_sub(base),
        }
    }

    /// Where bytes that come in are written, to be stored.
    pub(super) fn spool() -> SpooledTempFile {
        SpooledTempFile::new(IN_MEMORY)
    }

    /// What was written to a spool.
    pub(super) fn of_spool(spool: SpooledTempFile) -> io::Result<Self> {
        Ok(match spool.into_inner() {
            SpooledData::InMemory(bytes) => Self::Memory(Cursor::new(bytes.into_inner().into())),
            SpooledData::OnDisk(file) => {
                let length = file.metadata()?.len();
                Self::behind(file, 0, length)
            }
        })
    }

    /// A copy of what can be read only once, in memory or in a temporary file that has no name
    /// and that nobody else can open.
    pub fn copy_of(mut input: impl Read) -> io::Result<Self> {
        let mut spool = Self::spool();
        io::copy(&mut input, &mut spool)?;
        Self::of_spool(spool)
    }

    pub fn length(&self) -> u64 {
        match self {
            Self::File { length, .. } => *length,
            Self::Memory(cursor) => cursor.get_ref().len() as u64,
        }
    }
}

impl Read for Stored {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File { file, base, at, .. } => {
                let count = file.read_at(buffer, *base + *at)?;
                *at += count as u64;
                Ok(count)
            }
            Self::Memory(cursor) => cursor.read(buffer),
        }
    }
}

impl Seek for Stored {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File { at, length, .. } => {
                let (base, by) = match to {
                    SeekFrom::Start(start) => (start, 0),
                    SeekFrom::End(by) => (*length, by),
                    SeekFrom::Current(by) => (*at, by),
                };
                let before_start = || io::Error::from(io::ErrorKind::InvalidInput);
                *at = base.checked_add_signed(by).ok_or_else(before_start)?;
                Ok(*at)
            }
            Self::Memory(cursor) => cursor.seek(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What a clone reads while the original reads elsewhere.
    fn read_twice(stored: &Stored) -> (Vec<u8>, Vec<u8>) {
        let (mut first, mut second) = (stored.clone(), stored.clone());
        first.seek(SeekFrom::Start(2)).expect("a place");
        let (mut head, mut tail) = (vec![0; 2], Vec::new());
        second.read_exact(&mut head).expect("bytes");
        first.read_to_end(&mut tail).expect("bytes");
        (head, tail)
    }

    #[test]
    fn clones_read_by_themselves_wherever_the_bytes_are() {
        let large = vec![b'x'; IN_MEMORY + 5];
        let memory = Stored::copy_of(&b"abcdef"[..]).expect("memory");
        assert!(matches!(memory, Stored::Memory(_)) && memory.length() == 6);
        assert_eq!(read_twice(&memory), (b"ab".to_vec(), b"cdef".to_vec()));
        let spooled = Stored::copy_of(&large[..]).expect("a temporary file");
        assert!(matches!(spooled, Stored::File { .. }));
        assert_eq!(spooled.length(), large.len() as u64);
        assert_eq!(read_twice(&spooled).1.len(), large.len() - 2);
    }

    #[test]
    fn what_stands_before_the_recording_is_not_read() {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(b"before:abcdef").expect("written");
        let mut stored = Stored::behind(file, 7, 13);
        assert_eq!(stored.length(), 6);
        assert_eq!(read_twice(&stored), (b"ab".to_vec(), b"cdef".to_vec()));
        assert_eq!(stored.seek(SeekFrom::End(-1)).expect("a place"), 5);
    }
}
