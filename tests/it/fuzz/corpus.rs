//! The corpus on disk, and what is done to it.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

/// The inputs in `fuzz/corpus/NAME`, in the order of their names.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let entries = fs::read_dir(&folder).map(|entries| entries.flatten().collect());
    let mut entries: Vec<fs::DirEntry> = entries.unwrap_or_default();
    entries.sort_by_key(fs::DirEntry::file_name);
    let read = |entry: &fs::DirEntry| fs::read(entry.path()).expect("a file of the corpus");
    entries.iter().map(read).collect()
}

/// A small harm. Places count from the beginning, modulo the length.
#[derive(Clone, Debug)]
pub enum Mutation {
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    /// So many bytes from there on, again and again, up to this many bytes more.
    Repeat(usize, usize, usize),
    Cut(usize),
}

/// What readers look for, in places where they do not.
const TOKENS: [&[u8]; 22] = [
    b"\x1b[",
    b"\x1b]",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"\"",
    b"\\u",
    b"\\",
    b"[",
    b"{",
    b"]",
    b"\n",
    b"1e999",
    b"-1",
    b"99999999999999999999",
    b"r\",\"1000x1000",
    b"\x1b[1000;1000H",
    b"\xe2\x82",
    b"PASSWORD '",
    b"Content-Length: 99999999\r\n",
    b"(((((",
    b"\n<",
];

pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let place = || any::<u16>().prop_map(usize::from);
    let token = prop::sample::select(TOKENS.to_vec()).prop_map(<[u8]>::to_vec);
    let noise = prop::collection::vec(any::<u8>(), 1..16);
    let mutation = prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (place(), prop_oneof![token, noise]).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (place(), 1..40_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        (place(), 1..200_usize, 1..8_192_usize)
            .prop_map(|(at, count, more)| Mutation::Repeat(at, count, more)),
        place().prop_map(Mutation::Cut),
    ];
    prop::collection::vec(mutation, 1..6)
}

impl Mutation {
    pub fn apply(&self, input: &mut Vec<u8>) {
        let place = |at: usize| at % (input.len() + 1);
        match self {
            Mutation::Set(at, byte) => {
                let at = place(*at);
                if let Some(old) = input.get_mut(at) {
                    *old = *byte;
                }
            }
            Mutation::Insert(at, bytes) => {
                let at = place(*at);
                input.splice(at..at, bytes.iter().copied());
            }
            Mutation::Remove(at, count) => {
                let at = place(*at);
                let end = input.len().min(at + count);
                input.drain(at..end);
            }
            Mutation::Repeat(at, count, more) => {
                let at = place(*at);
                let end = input.len().min(at.saturating_add(*count));
                let again: Vec<u8> = input[at..end].iter().copied().cycle().take(*more).collect();
                input.splice(end..end, again);
            }
            Mutation::Cut(at) => {
                let at = place(*at);
                input.truncate(at);
            }
        }
    }
}
