//! One pass over a text: a fast look for what may begin a secret, then the rule that knows.
//!
//! The fast look hashes each three bytes into a table of 8 KB that is computed when the program is
//! built. No step depends on the one before, so clean text passes at more than a gigabyte a second,
//! and there is nothing to compile at start-up. A rule reads on from where it is triggered and
//! looks a bounded way back, or takes what it read: the pass is linear in the text.

use super::command::CommandLine;
use super::text::Text;
use super::{Span, assignment, card, http, pem, sql, tokens, url};

type Finder = fn(&Text, usize) -> Option<Span>;

/// The first three bytes, in lower case, of what may begin a secret, and who knows. The prefixes
/// of [`tokens`] are triggers as well.
const TRIGGERS: &[(&[u8; 3], Finder)] = &[
    (b"://", url::at),
    (b"aut", http::header_at),
    (b"bea", http::bearer_at),
    (b"beg", pem::at),
    (b"eyj", tokens::jwt_at),
    (b"ide", sql::identified_at),
    (b"key", assignment::at),
    (b"pas", sql::password_at),
    (b"pas", assignment::at),
    (b"pwd", assignment::at),
    (b"sec", assignment::at),
    (b"tok", assignment::at),
];

/// Triggers that the scan itself answers: a mark, and the options of [`CommandLine`].
const MARK_TRIGGER: &[u8; 3] = b"[re";
const OPTION_TRIGGERS: [&[u8; 3]; 3] = [b" -a", b" -p", b" -u"];

/// The secrets in `text`, in order, none over another. Marks in it are passed over.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut command = CommandLine::default();
    let mut text = Text {
        bytes: text.as_bytes(),
        floor: 0,
    };
    let mut at = 0;
    while let Some(candidate) = next_candidate(text.bytes, at) {
        at = candidate + 1;
        if let Some(end) = text.mark_end(candidate) {
            card::find(text.bytes, text.floor, candidate, &mut found);
            text.floor = end;
            at = end;
        } else if let Some(span) = find_at(&text, candidate, &mut command) {
            card::find(text.bytes, text.floor, span.start, &mut found);
            command.skip(&text, &span);
            text.floor = span.end;
            at = span.end;
            found.push(span);
        }
    }
    card::find(text.bytes, text.floor, text.bytes.len(), &mut found);
    found
}

fn find_at(text: &Text, at: usize, command: &mut CommandLine) -> Option<Span> {
    let head = [text.get(at)?, text.get(at + 1)?, text.get(at + 2)?].map(fold);
    if OPTION_TRIGGERS
        .iter()
        .any(|trigger| trigger.map(fold) == head)
    {
        return command.option_at(text, at);
    }
    TRIGGERS
        .iter()
        .filter(|(trigger, _)| trigger.map(fold) == head)
        .find_map(|(_, find)| find(text, at))
        .or_else(|| tokens::at(text, at))
}

/// The next place at or after `from` whose first three bytes are in the table. What it misses at
/// the last three bytes of a text is no loss: no secret is that short.
fn next_candidate(bytes: &[u8], from: usize) -> Option<usize> {
    let is_trigger = |window: &[u8]| {
        let slot = window.first_chunk().map_or(0, |four| slot(*four));
        TABLE[slot / 64] >> (slot % 64) & 1 == 1
    };
    let place = bytes.get(from..)?.windows(4).position(is_trigger)?;
    Some(from + place)
}

static TABLE: [u64; SLOTS / 64] = table();

const SLOTS: usize = 1 << 16;

const fn table() -> [u64; SLOTS / 64] {
    let mut table = [0; SLOTS / 64];
    let mut index = 0;
    while index < TRIGGERS.len() {
        table = with(table, *TRIGGERS[index].0);
        index += 1;
    }
    index = 0;
    while index < OPTION_TRIGGERS.len() {
        table = with(table, *OPTION_TRIGGERS[index]);
        index += 1;
    }
    index = 0;
    while index < tokens::PREFIXES {
        table = with(table, tokens::head(index));
        index += 1;
    }
    with(table, *MARK_TRIGGER)
}

const fn with(mut table: [u64; SLOTS / 64], [a, b, c]: [u8; 3]) -> [u64; SLOTS / 64] {
    let slot = slot([a, b, c, 0]);
    table[slot / 64] |= 1 << (slot % 64);
    table
}

/// Where the first three of four bytes fall in the table, upper and lower case alike. Four are
/// loaded as one; the multiplier's low byte is zero, so the fourth does not count.
const fn slot(four: [u8; 4]) -> usize {
    let word = u32::from_le_bytes(four) | 0x0020_2020;
    (word.wrapping_mul(0x3779_B100) >> 16) as usize
}

/// One byte of what [`slot`] compares.
fn fold(b: u8) -> u8 {
    b | 0x20
}
