//! Passwords in addresses: `scheme://user:PASSWORD@host`.

use super::judge;
use super::text::Text;
use super::value::Value;
use super::{Span, tokens};

/// Finds the password in the address whose `://` stands at `at`. A user name that holds a secret
/// (`https://<token>:x-oauth-basic@host`, `https://<token>@host`) is taken with it.
pub(super) fn at(text: &Text, at: usize) -> Option<Span> {
    if !text.from(at).starts_with(b"://") || !text.before(at)?.is_ascii_alphanumeric() {
        return None;
    }
    let start = at + 3;
    let authority_end = text.run(start, usize::MAX, |b| !ends_authority(b));
    let authority = &text.bytes[start..authority_end];
    let end = start + memchr::memrchr(b'@', authority)?;
    let user_end = text.run(start, end - start, |b| b != b':');
    let user = &text.bytes[start..user_end];
    let user_is_secret = is_secret(text, start, user);
    let value = Value {
        start: if user_is_secret { start } else { user_end + 1 },
        end,
        quoted: false,
    };
    let has_password = user_is_secret || user_end < end;
    let found = has_password
        && value.start < value.end
        && !text.has_mark(start, authority_end)
        && judge::is_literal(text, &value);
    found.then_some(Span::new("url-password", value.start, value.end))
}

/// True when the user name that starts at `at` is, or holds, what other rules would find in it.
fn is_secret(text: &Text, at: usize, user: &[u8]) -> bool {
    let has_token = |at| tokens::at(text, at).is_some() || tokens::jwt_at(text, at).is_some();
    user.contains(&b'=')
        || (user.len() >= 20 && judge::is_random(user))
        || (at..at + user.len()).any(has_token)
}

fn ends_authority(b: u8) -> bool {
    b <= b' '
        || matches!(
            b,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | 0x7f
        )
}
