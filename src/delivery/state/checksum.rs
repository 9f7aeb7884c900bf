//! A row's CRC-32C: over its values in order, each with its length, so that none runs into the
//! next.

use crc32c::crc32c_append;

#[derive(Clone, Copy, Debug, Default)]
pub(in crate::delivery) struct Checksum(u32);

impl Checksum {
    pub fn bytes(self, value: &[u8]) -> Self {
        let length = (value.len() as u64).to_le_bytes();
        Self(crc32c_append(crc32c_append(self.0, &length), value))
    }

    pub fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    pub fn int(self, value: i64) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    /// As SQLite stores it.
    pub fn value(self) -> i64 {
        i64::from(self.0)
    }
}
