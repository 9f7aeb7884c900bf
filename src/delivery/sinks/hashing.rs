//! Bytes on their way into a file or a stream, counted and hashed as they go: what a receipt says of
//! a file is what the file's own bytes say.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::delivery::kinds::count_one;
use crate::delivery::observer::{Observer, Placed};
use crate::delivery::state::StateError;

/// A writer that knows what went through it.
#[derive(Debug)]
pub struct Hashing<W> {
    out: W,
    written: Written,
}

/// What went through a writer.
#[derive(Clone, Debug, Default)]
pub struct Written {
    hash: Sha256,
    bytes: u64,
    rows: u64,
    kinds: BTreeMap<String, u64>,
}

impl<W> Hashing<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            written: Written::default(),
        }
    }

    /// The bytes since the last one were a row of this kind.
    pub fn count_row(&mut self, kind: Option<&str>) {
        self.written.count_row(kind);
    }

    pub fn written(&self) -> &Written {
        &self.written
    }

    pub fn out(&self) -> &W {
        &self.out
    }

    pub fn into_parts(self) -> (W, Written) {
        (self.out, self.written)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(bytes)?;
        self.written.hash.update(&bytes[..taken]);
        self.written.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Written {
    /// As [`Hashing::count_row`].
    pub fn count_row(&mut self, kind: Option<&str>) {
        self.rows += 1;
        count_one(&mut self.kinds, kind);
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Tells `observer` that it is where it belongs: in `file`, or in what took the stream.
    ///
    /// # Errors
    ///
    /// Where that cannot be kept.
    pub fn tell(self, observer: &mut impl Observer, file: Option<&Path>) -> Result<(), StateError> {
        observer.placed(&Placed {
            file,
            sha256: self.hash.finalize().into(),
            rows: self.rows,
            bytes: self.bytes,
            kinds: &self.kinds,
            at: Timestamp::now(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::delivery::testing::Placements;

    /// Takes so many bytes of each write.
    struct Slow(Vec<u8>, usize);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.1);
            self.0.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        /// However a writer takes its bytes, the hash is that of those it took.
        #[test]
        fn the_hash_is_that_of_what_was_taken(
            pieces in vec(vec(any::<u8>(), 0..40), 0..20),
            at_once in 1..17_usize,
        ) {
            let mut out = Hashing::new(Slow(Vec::new(), at_once));
            for piece in &pieces {
                out.write_all(piece).expect("memory takes everything");
                out.count_row(None);
            }
            let (slow, written) = out.into_parts();
            let placements = Placements::default();
            written.tell(&mut &placements, None).expect("it is kept");
            let placed = placements.take();
            prop_assert_eq!(&slow.0, &pieces.concat());
            prop_assert_eq!(placed.len(), 1);
            prop_assert_eq!(placed[0].sha256, <[u8; 32]>::from(Sha256::digest(&slow.0)));
            prop_assert_eq!(placed[0].bytes, slow.0.len() as u64);
            prop_assert_eq!(placed[0].rows, pieces.len() as u64);
        }
    }
}
