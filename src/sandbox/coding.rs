//! Bodies as they came over the wire, and their plain bytes behind a bound.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// Above this size a plain body is kept compressed.
const COMPACT_ABOVE: usize = 4 << 10;
/// Largest zstd window taken, 8 MiB, as RFC 8878 §3.1.1.1.2 recommends to decoders.
const ZSTD_WINDOW_LOG: u32 = 23;

/// A `Content-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    /// zlib's format, as HTTP means the word.
    Deflate,
    Zstd,
}

impl Coding {
    /// Reads the header's value; a missing header means a plain body.
    pub fn of_header(value: Option<&str>) -> Option<Self> {
        let value = value.unwrap_or_default().trim().to_ascii_lowercase();
        match value.as_str() {
            "" | "identity" => Some(Coding::Identity),
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "deflate" => Some(Coding::Deflate),
            "zstd" => Some(Coding::Zstd),
            _ => None,
        }
    }
}

/// Why a body has no plain bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    #[error("the body is larger than {limit} bytes once decompressed")]
    TooLarge { limit: usize },
    #[error("the body cannot be decompressed")]
    Damaged,
}

/// A body and how it is compressed.
#[derive(Clone, Debug)]
pub struct Encoded {
    coding: Coding,
    bytes: Bytes,
}

impl Encoded {
    pub fn new(coding: Coding, bytes: Bytes) -> Self {
        Self { coding, bytes }
    }

    /// The same body in less memory, where it came plain and is long enough to matter.
    pub fn compact(self) -> Self {
        if self.coding != Coding::Identity || self.bytes.len() <= COMPACT_ABOVE {
            return self;
        }
        match zstd::bulk::compress(&self.bytes, 1) {
            Ok(bytes) => Self::new(Coding::Zstd, bytes.into()),
            Err(_) => self,
        }
    }

    /// Bytes held.
    pub fn held(&self) -> usize {
        self.bytes.len()
    }

    /// The plain bytes, at most `limit` of them: a small body can unpack to any size.
    pub fn decode(&self, limit: usize) -> Result<Bytes, DecodeError> {
        let wire = self.bytes.as_ref();
        match self.coding {
            Coding::Identity if wire.len() > limit => Err(DecodeError::TooLarge { limit }),
            Coding::Identity => Ok(self.bytes.clone()),
            Coding::Gzip => bounded(MultiGzDecoder::new(wire), limit),
            Coding::Deflate => bounded(ZlibDecoder::new(wire), limit),
            Coding::Zstd => {
                let mut decoder =
                    zstd::stream::read::Decoder::new(wire).map_err(|_| DecodeError::Damaged)?;
                decoder
                    .window_log_max(ZSTD_WINDOW_LOG)
                    .map_err(|_| DecodeError::Damaged)?;
                bounded(decoder, limit)
            }
        }
    }
}

fn bounded(reader: impl Read, limit: usize) -> Result<Bytes, DecodeError> {
    let mut plain = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| DecodeError::Damaged)?;
    match plain.len() > limit {
        true => Err(DecodeError::TooLarge { limit }),
        false => Ok(plain.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(plain: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).expect("memory takes it");
        encoder.finish().expect("memory takes it").into()
    }

    fn zlib(plain: &[u8]) -> Bytes {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).expect("memory takes it");
        encoder.finish().expect("memory takes it").into()
    }

    fn every_coding(plain: &[u8]) -> [Encoded; 4] {
        [
            Encoded::new(Coding::Identity, Bytes::copy_from_slice(plain)),
            Encoded::new(Coding::Gzip, gzip(plain)),
            Encoded::new(Coding::Deflate, zlib(plain)),
            Encoded::new(
                Coding::Zstd,
                zstd::bulk::compress(plain, 1)
                    .expect("memory takes it")
                    .into(),
            ),
        ]
    }

    #[test]
    fn every_coding_gives_the_plain_bytes_back() {
        for encoded in every_coding(b"hello") {
            assert_eq!(encoded.decode(5), Ok(Bytes::from_static(b"hello")));
        }
    }

    #[test]
    fn no_coding_unpacks_past_the_bound() {
        for encoded in every_coding(&vec![b'a'; 1 << 20]) {
            assert_eq!(
                encoded.decode((1 << 20) - 1),
                Err(DecodeError::TooLarge {
                    limit: (1 << 20) - 1
                })
            );
        }
    }

    #[test]
    fn damaged_bytes_are_named_as_such() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
            let encoded = Encoded::new(coding, Bytes::from_static(b"not compressed at all"));
            assert_eq!(encoded.decode(100), Err(DecodeError::Damaged));
        }
    }

    #[test]
    fn a_compacted_body_is_smaller_and_the_same() {
        let plain = Bytes::from(vec![b'a'; 100_000]);
        let kept = Encoded::new(Coding::Identity, plain.clone()).compact();
        assert!(kept.held() < 1_000, "{} bytes are held", kept.held());
        assert_eq!(kept.decode(100_000), Ok(plain));
    }
}
