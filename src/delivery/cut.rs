//! Cutting what is too long, visibly.

/// The longest beginning of `text` that has at most `bytes` bytes and ends between two characters.
pub(super) fn text_prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
