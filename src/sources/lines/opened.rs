//! A file or a stream that lines are read from, and by what a file is known again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, stdin};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use sha2::{Digest, Sha256};

/// So many of the first bytes tell one file from another.
const HEAD: u64 = 1024;

/// What `--file` names.
pub enum Opened {
    /// Can be read again, and from any place.
    File(OpenedFile),
    /// Standard input, a pipe, a device.
    Stream(Box<dyn Read + Send>),
}

#[derive(Debug)]
pub struct OpenedFile {
    file: File,
    pub device: u64,
    pub inode: u64,
    pub size: u64,
}

impl Opened {
    /// Opens `path`; `-` is standard input.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Opened::Stream(Box::new(stdin())));
        }
        let file = File::open(path)?;
        let found = file.metadata()?;
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(match found.is_file() {
            true => Opened::File(OpenedFile {
                device: found.dev(),
                inode: found.ino(),
                size: found.len(),
                file,
            }),
            false => Opened::Stream(Box::new(file)),
        })
    }
}

impl OpenedFile {
    /// How many of its first bytes it is known by, and SHA-256 over them.
    pub fn head(&self) -> io::Result<(u64, [u8; 32])> {
        let length = self.size.min(HEAD);
        Ok((length, self.head_of(length)?))
    }

    /// Whether its first `length` bytes are those.
    pub fn begins_with(&self, length: u64, head: &[u8; 32]) -> bool {
        length <= self.size.min(HEAD) && self.head_of(length).is_ok_and(|found| found == *head)
    }

    fn head_of(&self, length: u64) -> io::Result<[u8; 32]> {
        let mut bytes = vec![0; length.min(HEAD) as usize];
        self.file.read_exact_at(&mut bytes, 0)?;
        Ok(Sha256::digest(&bytes).into())
    }

    /// The bytes from `offset` on.
    pub fn from(mut self, offset: u64) -> io::Result<File> {
        self.file.seek(SeekFrom::Start(offset))?;
        Ok(self.file)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_known_again_when_it_grew_and_not_when_it_is_another() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lines");
        let open = || match Opened::open(&path).expect("a file") {
            Opened::File(file) => file,
            Opened::Stream(_) => panic!("a regular file"),
        };
        fs::write(&path, "one\n").expect("a writable folder");
        let (length, head) = open().head().expect("read");
        fs::write(&path, "one\ntwo\n").expect("a writable folder");
        assert!(open().begins_with(length, &head));
        fs::write(&path, "own\ntwo\n").expect("a writable folder");
        assert!(!open().begins_with(length, &head));
        fs::write(&path, "one").expect("a writable folder");
        assert!(!open().begins_with(length, &head), "it was cut");
    }

    #[test]
    fn a_folder_is_no_file_and_a_device_is_a_stream() {
        assert!(Opened::open(Path::new("/")).is_err());
        let device = Opened::open(Path::new("/dev/null")).expect("a device");
        assert!(matches!(device, Opened::Stream(_)));
    }
}
