//! The SHA-256 of a recording, found beside the work on it.

use std::cell::{Cell, OnceCell};
use std::io::{self, Read};
use std::thread::{self, JoinHandle};

use crate::domain::digest::{hex, sha256};

/// A digest that a thread of its own is finding.
pub struct LateDigest {
    running: Cell<Option<JoinHandle<io::Result<String>>>>,
    told: OnceCell<String>,
}

impl LateDigest {
    /// Of the bytes from where they stand.
    pub fn begin(bytes: impl Read + Send + 'static) -> Self {
        Self {
            running: Cell::new(Some(thread::spawn(move || {
                sha256(bytes).map(|digest| hex(&digest))
            }))),
            told: OnceCell::new(),
        }
    }

    /// The digest in hexadecimal, waited for.
    ///
    /// # Errors
    ///
    /// Bytes that could not be read.
    pub fn get(&self) -> io::Result<String> {
        if let Some(told) = self.told.get() {
            return Ok(told.clone());
        }
        let running = self.running.take().map(JoinHandle::join);
        let told = match running {
            Some(Ok(told)) => told?,
            _ => return Err(io::Error::other("its digest was not found")),
        };
        Ok(self.told.get_or_init(|| told).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_told_as_often_as_it_is_asked_for() {
        let digest = LateDigest::begin(&b"abc"[..]);
        let told = digest.get().expect("memory");
        assert!(told.starts_with("ba7816bf") && told.len() == 64, "{told}");
        assert_eq!(digest.get().expect("memory"), told);
    }
}
