//! Private keys in PEM (RFC 7468) and the forms of OpenSSH and OpenPGP: over several lines, on one
//! line, or with the line ends written as `\n`.

use super::Span;
use super::text::Text;

/// Farthest that the end of a block is looked for: an RSA key of 16,384 bits has 12.7 KB.
const MAX_BLOCK: usize = 32 * 1024;

/// Finds the block whose `BEGIN` stands at `at`. A block without an end is taken as far as it
/// looks like one: it was cut.
pub(super) fn at(text: &Text, at: usize) -> Option<Span> {
    let start = at.checked_sub(5).filter(|start| *start >= text.floor)?;
    if !text.from(start).starts_with(b"-----BEGIN ") {
        return None;
    }
    let body = label_end(text, at + "BEGIN ".len())?;
    let end = block_end(text, body).or_else(|| cut_block_end(text, body))?;
    (!text.has_mark(start, end)).then_some(Span::new("private-key", start, end))
}

/// The end of a header line that names a private key.
fn label_end(text: &Text, at: usize) -> Option<usize> {
    let end = text.run(at, 48, |b| {
        b.is_ascii_uppercase() || matches!(b, b' ' | b'0'..=b'9')
    });
    let label = &text.bytes[at..end];
    let is_private = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
    (is_private && text.from(end).starts_with(b"-----")).then_some(end + 5)
}

fn block_end(text: &Text, body: usize) -> Option<usize> {
    let window = text.from(body);
    let window = &window[..window.len().min(MAX_BLOCK)];
    let end = body + memchr::memmem::find(window, b"-----END ")?;
    let label = end + "-----END ".len();
    let label_end = text.run(label, 48, |b| b.is_ascii_uppercase() || b == b' ');
    Some(text.run(label_end, 5, |b| b == b'-'))
}

/// The end of the last long run of base64 that follows with nothing but line ends between.
fn cut_block_end(text: &Text, body: usize) -> Option<usize> {
    let mut end = None;
    let mut at = body;
    loop {
        at = text.run(at, usize::MAX, |b| b.is_ascii_whitespace());
        while text.first_of(at, &["\\n", "\\r"]).is_some() {
            at = text.run(at + 2, usize::MAX, |b| b.is_ascii_whitespace());
        }
        let run = text.run(at, usize::MAX, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
        });
        let is_cut_short = run > at && run == text.bytes.len();
        if run - at < 32 && !is_cut_short {
            return end;
        }
        end = Some(run);
        at = run;
    }
}
