//! From entries to the bytes of a request.

use std::cell::RefCell;
use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use super::entry::Entry;
use crate::datadog::EncodedBatch;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// Level 1, as the Agent sends it. Not in Datadog's OpenAPI document, so that an intake that
    /// refuses the first request gets gzip from then on.
    #[default]
    Zstd,
    Gzip,
    Identity,
}

impl Codec {
    /// The value of `Content-Encoding`.
    pub fn content_encoding(self) -> Option<&'static str> {
        match self {
            Codec::Zstd => Some("zstd"),
            Codec::Gzip => Some("gzip"),
            Codec::Identity => None,
        }
    }

    /// The word of the flag `--compression`.
    pub fn as_str(self) -> &'static str {
        self.content_encoding().unwrap_or("none")
    }
}

const ZSTD_LEVEL: i32 = 1;

/// The entries as one JSON array, compressed.
///
/// # Panics
///
/// Never: writing into memory does not fail, and the level is one of zstd's.
pub(super) fn encode(entries: &[Entry], codec: Codec) -> EncodedBatch {
    let body = compress(entries, codec).expect("compressing into memory does not fail");
    EncodedBatch {
        body,
        content_encoding: codec.content_encoding(),
        events: entries.len(),
        raw_bytes: raw_len(entries),
        sha256: digest(entries),
    }
}

/// SHA-256 of the entries as one JSON array.
pub(super) fn digest(entries: &[Entry]) -> [u8; 32] {
    let mut hash = Hash(Sha256::new());
    write_array(entries, &mut hash).expect("hashing does not fail");
    hash.0.finalize().into()
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn compress(entries: &[Entry], codec: Codec) -> io::Result<Bytes> {
    match codec {
        Codec::Zstd => BENCH.with_borrow_mut(|bench| bench.compress(entries)),
        Codec::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            write_array(entries, &mut encoder)?;
            encoder.finish().map(Bytes::from)
        }
        Codec::Identity => {
            let mut plain = Vec::with_capacity(raw_len(entries));
            write_array(entries, &mut plain)?;
            Ok(plain.into())
        }
    }
}

/// A body that is no array of entries, compressed.
///
/// # Panics
///
/// Never, as [`encode`].
pub(super) fn compressed(plain: Bytes, codec: Codec) -> Bytes {
    let packed = match codec {
        Codec::Identity => return plain,
        Codec::Zstd => zstd::bulk::compress(&plain, ZSTD_LEVEL),
        Codec::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&plain).and_then(|()| encoder.finish())
        }
    };
    packed
        .expect("compressing into memory does not fail")
        .into()
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

/// What zstd needs, kept from batch to batch by each thread that compresses: to make it anew costs
/// more than a tenth of the work.
#[derive(Default)]
struct Bench {
    compressor: Option<Compressor<'static>>,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

/// So much of each buffer is kept; a batch of large events takes more.
const KEPT: usize = 1 << 20;

impl Bench {
    fn compress(&mut self, entries: &[Entry]) -> io::Result<Bytes> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new(ZSTD_LEVEL)?),
        };
        self.plain.clear();
        self.plain.reserve(raw_len(entries));
        write_array(entries, &mut self.plain)?;
        self.packed.clear();
        let most = zstd::zstd_safe::compress_bound(self.plain.len());
        self.packed.reserve(most);
        compressor.compress_to_buffer(&self.plain, &mut self.packed)?;
        let body = Bytes::copy_from_slice(&self.packed);
        for buffer in [&mut self.plain, &mut self.packed] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
        Ok(body)
    }
}

fn write_array(entries: &[Entry], to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"[")?;
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            to.write_all(b",")?;
        }
        to.write_all(&entry.json)?;
    }
    to.write_all(b"]")
}

/// Brackets, entries and the commas between them.
fn raw_len(entries: &[Entry]) -> usize {
    let commas = entries.len().saturating_sub(1);
    2 + commas + entries.iter().map(|entry| entry.json.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::delivery::testing::{entries, unpack};

    #[test]
    fn every_codec_carries_the_same_array() {
        for codec in [Codec::Zstd, Codec::Gzip, Codec::Identity] {
            let entries = entries(3);
            let batch = encode(&entries, codec);
            let plain = unpack(batch.content_encoding, &batch.body);
            assert_eq!(plain.len(), batch.raw_bytes);
            assert_eq!(batch.sha256[..], Sha256::digest(&plain)[..]);
            let array: Vec<Value> = serde_json::from_slice(&plain).expect("a JSON array");
            let bodies: Vec<Value> = entries
                .iter()
                .map(|entry| Value::Object(entry.body()))
                .collect();
            assert_eq!(array, bodies);
            assert_eq!(batch.events, 3);
        }
    }
}
