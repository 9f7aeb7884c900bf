//! Data of a page: JSON in a block that no browser takes for a script or for markup.
//!
//! A small block is plain JSON, so that a person can read it in the file. A large one is packed
//! with gzip and base64; browsers unpack it themselves.

use std::io::{self, Write};
use std::time::Duration;

use base64::engine::{Engine as _, general_purpose::STANDARD};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

/// A block larger than this is packed.
const LARGEST_PLAIN: usize = 256 * 1024;

/// A JSON array in the making, one item a line.
pub struct Array {
    /// What is not packed yet.
    plain: Vec<u8>,
    packed: Option<GzEncoder<Vec<u8>>>,
    size: u64,
}

impl Array {
    pub fn new() -> Self {
        Self {
            plain: Vec::new(),
            packed: None,
            size: 0,
        }
    }

    /// Bytes of JSON so far, unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn push(&mut self, item: &impl Serialize) {
        let separator: &[u8] = if self.size == 0 { b"[" } else { b",\n" };
        let before = self.plain.len();
        self.plain.extend_from_slice(separator);
        write_json(item, &mut self.plain);
        self.size += (self.plain.len() - before) as u64;
        if self.plain.len() > LARGEST_PLAIN {
            self.pack();
        }
    }

    fn pack(&mut self) {
        let packed = self
            .packed
            .get_or_insert_with(|| GzEncoder::new(Vec::new(), Compression::default()));
        packed
            .write_all(&self.plain)
            .expect("a vector takes all that is written");
        self.plain.clear();
    }

    /// Writes the block under an id of the page's own choice.
    pub fn write(mut self, id: &str, out: &mut impl Write) -> io::Result<()> {
        let end: &[u8] = if self.size == 0 { b"[]" } else { b"]" };
        self.plain.extend_from_slice(end);
        if self.packed.is_some() {
            self.pack();
        }
        match self.packed {
            None => {
                write!(out, "<script type=\"application/json\" id=\"{id}\">")?;
                out.write_all(&self.plain)?;
            }
            Some(packed) => {
                write!(out, "<script type=\"application/gzip\" id=\"{id}\">")?;
                out.write_all(STANDARD.encode(packed.finish()?).as_bytes())?;
            }
        }
        out.write_all(b"</script>\n")
    }
}

/// Whole milliseconds, as all times of a page are.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Writes one value as a block.
pub fn write_value(id: &str, value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut json = Vec::new();
    write_json(value, &mut json);
    write!(out, "<script type=\"application/json\" id=\"{id}\">")?;
    out.write_all(&json)?;
    out.write_all(b"</script>\n")
}

/// JSON in which nothing can end the block it stands in, begin a comment there or be a line end to
/// a script. These characters exist in strings only, where an escape means the same.
fn write_json(value: &impl Serialize, out: &mut Vec<u8>) {
    let json = serde_json::to_string(value).expect("numbers, texts and lists are JSON");
    let mut rest = json.as_str();
    while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let mut chars = after.chars();
        let special = chars.next().map_or(0, u32::from);
        out.extend_from_slice(format!("\\u{special:04x}").as_bytes());
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn block(items: &[String]) -> String {
        let mut array = Array::new();
        items.iter().for_each(|item| array.push(item));
        let mut out = Vec::new();
        array.write("lines", &mut out).expect("memory takes all");
        String::from_utf8(out).expect("a block is UTF-8")
    }

    /// As the page reads it.
    fn read(block: &str) -> Vec<String> {
        let (head, body) = block.split_once('>').expect("a block has a beginning");
        let body = body.strip_suffix("</script>\n").expect("and one end");
        if head.contains("application/json") {
            return serde_json::from_str(body).expect("it is JSON");
        }
        let packed = STANDARD.decode(body).expect("it is base64");
        let mut json = String::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut json)
            .expect("it is gzip");
        serde_json::from_str(&json).expect("it is JSON")
    }

    #[test]
    fn nothing_recorded_ends_its_block() {
        let hostile = "</script><script>alert(1)</script><!--\u{2028}]]>&lt;".to_owned();
        let block = block(std::slice::from_ref(&hostile));
        assert_eq!(block.matches('<').count(), 2, "{block}");
        assert!(!block.contains(['&', '\u{2028}']));
        assert_eq!(read(&block), [hostile]);
    }

    #[test]
    fn a_large_block_is_packed_and_reads_the_same() {
        let items: Vec<String> = (0..20_000).map(|n| format!("</script> row {n}")).collect();
        let block = block(&items);
        assert!(block.starts_with("<script type=\"application/gzip\""));
        assert!(block.len() < 200_000, "{}", block.len());
        assert_eq!(read(&block), items);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(items in prop::collection::vec("(\\PC|[<>&\u{2028}\"\\\\\u{0}-\u{1f}]){0,40}", 0..8)) {
            let block = block(&items);
            prop_assert_eq!(block.matches('<').count(), 2);
            prop_assert_eq!(read(&block), items);
        }
    }
}
