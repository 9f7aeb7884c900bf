//! SHA-256 as receipts write it: 64 hexadecimal digits.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// The hash before the first.
pub(super) const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Of everything that is left to read.
pub(super) fn of_all(mut from: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(count) => hash.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
