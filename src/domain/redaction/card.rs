//! Payment card numbers: 16 digits in fours (ISO/IEC 7812), whole or parted by spaces or dashes,
//! of a scheme that issues them and with the right check digit.

use super::Span;
use super::text::is_word;

const DIGITS: usize = 16;

/// All card numbers in `bytes[start..end]`, a part of a text without marks.
///
/// A card number begins with four digits, so one look at every fourth byte meets each of them.
pub(super) fn find(bytes: &[u8], start: usize, end: usize, found: &mut Vec<Span>) {
    let mut low = start;
    let mut at = start + 3;
    while at < end {
        if !bytes[at].is_ascii_digit() {
            at += 4;
            continue;
        }
        let run_start = digits_start(bytes, low, at);
        low = match number_end(bytes, start, run_start, end) {
            Some(number_end) => {
                found.push(Span::new("payment-card", run_start, number_end));
                number_end
            }
            None => digits_end(bytes, at, end),
        };
        at = low + 4;
    }
}

fn digits_start(bytes: &[u8], low: usize, at: usize) -> usize {
    let stop = bytes[low..at].iter().rposition(|b| !b.is_ascii_digit());
    stop.map_or(low, |stop| low + stop + 1)
}

fn digits_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let run = bytes[at..end].iter().position(|b| !b.is_ascii_digit());
    run.map_or(end, |length| at + length)
}

/// The end of the card number that starts with the run of digits at `at`.
fn number_end(bytes: &[u8], start: usize, at: usize, end: usize) -> Option<usize> {
    let separator = bytes
        .get(at + 4)
        .copied()
        .filter(|b| matches!(b, b' ' | b'-'));
    let length = if separator.is_some() {
        DIGITS + 3
    } else {
        DIGITS
    };
    let stop = at + length;
    if stop > end || !stands_alone(bytes, start, at, stop, end) {
        return None;
    }
    let mut digits = [0; DIGITS];
    let mut count = 0;
    for (offset, &b) in bytes[at..stop].iter().enumerate() {
        let is_gap = separator.is_some() && offset % 5 == 4;
        if is_gap {
            (Some(b) == separator).then_some(())?;
        } else {
            digits[count] = b.is_ascii_digit().then(|| b - b'0')?;
            count += 1;
        }
    }
    (is_issued(&digits) && luhn(&digits)).then_some(stop)
}

/// Not a part of a longer number, identifier, version or decimal.
fn stands_alone(bytes: &[u8], start: usize, at: usize, stop: usize, end: usize) -> bool {
    let joins = |b: u8| is_word(b) || matches!(b, b'-' | b'.' | b'+');
    let before = (at > start).then(|| bytes[at - 1]);
    let after = (stop < end).then(|| bytes[stop]);
    let goes_on = after == Some(b'.') && bytes.get(stop + 1).is_some_and(u8::is_ascii_digit);
    !before.is_some_and(joins) && !after.is_some_and(|b| is_word(b) || b == b'-') && !goes_on
}

/// Visa, Mastercard, Discover and JCB issue numbers of 16 digits.
fn is_issued(digits: &[u8; DIGITS]) -> bool {
    let first_four = digits[..4]
        .iter()
        .fold(0, |number, digit| number * 10 + u32::from(*digit));
    matches!(
        first_four,
        4000..=4999 | 5100..=5599 | 2221..=2720 | 6011 | 6440..=6599 | 3528..=3589
    )
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8; DIGITS]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let doubled = u32::from(digit) << (place % 2);
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}
