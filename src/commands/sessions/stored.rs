//! The bytes of a recording where they are: a file, memory, or an unlinked temporary file.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::{SpooledData, SpooledTempFile};

/// More than this is not held in memory.
const IN_MEMORY: usize = 16 << 20;

/// Bytes that can be read from several places at once: each clone has its own.
#[derive(Clone, Debug)]
pub enum Stored {
    File {
        file: Arc<File>,
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
            true => Ok(Self::File {
                file: Arc::new(file),
                at: 0,
                length: metadata.len(),
            }),
            false => Self::copy_of(file),
        }
    }

    /// Bytes that were fetched; many of them move to a temporary file.
    pub fn of_bytes(bytes: Bytes) -> io::Result<Self> {
        match bytes.len() > IN_MEMORY {
            true => Self::copy_of(&bytes[..]),
            false => Ok(Self::Memory(Cursor::new(bytes))),
        }
    }

    /// What was written to a spool.
    pub fn of_spool(spool: SpooledTempFile) -> io::Result<Self> {
        Ok(match spool.into_inner() {
            SpooledData::InMemory(bytes) => Self::Memory(Cursor::new(bytes.into_inner().into())),
            SpooledData::OnDisk(file) => Self::File {
                length: file.metadata()?.len(),
                file: Arc::new(file),
                at: 0,
            },
        })
    }

    /// A copy of what can be read only once, in memory or in a temporary file that has no name
    /// and that nobody else can open.
    pub fn copy_of(mut input: impl Read) -> io::Result<Self> {
        let mut spool = SpooledTempFile::new(IN_MEMORY);
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
            Self::File { file, at, .. } => {
                let count = file.read_at(buffer, *at)?;
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
        for spooled in [
            Stored::copy_of(&large[..]),
            Stored::of_bytes(large.clone().into()),
        ] {
            let spooled = spooled.expect("a temporary file");
            assert!(matches!(spooled, Stored::File { .. }));
            assert_eq!(spooled.length(), large.len() as u64);
            assert_eq!(read_twice(&spooled).1.len(), large.len() - 2);
        }
    }
}
