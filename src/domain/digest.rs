//! SHA-256 over bytes of any length, and digests in words.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// What is read at once.
const CHUNK: usize = 64 * 1024;

/// The SHA-256 of all that `bytes` gives, in constant memory.
///
/// # Errors
///
/// Bytes that could not be read.
pub fn sha256(mut bytes: impl Read) -> io::Result<[u8; 32]> {
    let (mut digest, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => return Ok(digest.finalize().into()),
            Ok(count) => digest.update(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_all_bytes() {
        let digest = sha256(&b"abc"[..]).expect("memory");
        assert_eq!(
            hex(&digest),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let long = io::repeat(b'a').take(1_000_000);
        assert_eq!(
            hex(&sha256(long).expect("memory")),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }
}
