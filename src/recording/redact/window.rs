//! A window over the texts of a recording: what came lately is held back until it is known that no
//! secret goes on in what comes next.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::report::{Counting, Place, Placed, Report};
use crate::domain::redaction::{Redactor, Span};
use crate::recording::reading::Reading;

/// Secrets are looked for each time that so much has come.
const BLOCK: usize = 512 * 1024;

/// What is held back then. A secret may be as long as this and is found for certain.
pub const HOLD: usize = 64 * 1024;

/// What is kept of text that has been given out: the name before a value, the program before an
/// option.
const CONTEXT: usize = 4 * 1024;

/// What an item costs besides its bytes: a million empty events are held in no less memory.
const ITEM: usize = 64;

/// What the items may cost that are held back. A text typed key by key is held back in 32,000
/// events, which are as many bytes.
const HELD_COST: usize = 32_000 * (ITEM + 1);

/// The texts of a recording. Each is searched by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What a terminal was sent, read as it looks.
    Shown,
    /// What was typed, as it is.
    Typed,
}

/// Bytes of one item to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    /// Empty where a secret goes on that began in an item before.
    pub mark: String,
}

/// Items with the edits that take their secrets out.
#[derive(Clone, Debug)]
pub struct Window<T> {
    redactor: Redactor,
    held: VecDeque<Held<T>>,
    /// Items at the front in which all secrets have been found.
    ready: usize,
    shown: Text,
    typed: Text,
    /// What has come since secrets were looked for.
    fresh: usize,
    block: usize,
    hold: usize,
    counting: Counting,
}

#[derive(Clone, Debug)]
struct Held<T> {
    item: T,
    side: Option<Side>,
    /// The place of its bytes in the text of its side.
    place: Range<u64>,
    edits: Vec<Edit>,
}

impl<T> Held<T> {
    fn text(&self) -> usize {
        (self.place.end - self.place.start) as usize
    }

    fn cost(&self) -> usize {
        ITEM + self.text()
    }
}

impl<T: Placed> Window<T> {
    pub fn new(redactor: Redactor) -> Self {
        Self::bounded(redactor, BLOCK, HOLD)
    }

    /// Looks for secrets each time that `block` has come, and holds `hold` bytes back.
    pub(super) fn bounded(redactor: Redactor, block: usize, hold: usize) -> Self {
        Self {
            redactor,
            held: VecDeque::new(),
            ready: 0,
            shown: Text::default(),
            typed: Text::default(),
            fresh: 0,
            block,
            hold,
            counting: Counting::default(),
        }
    }

    /// Counts only what is found in a range of the recording; all is hidden.
    pub fn counting(self, range: Range<Duration>) -> Self {
        Self {
            counting: Counting::within(range),
            ..self
        }
    }

    /// Takes an item in; `append` puts its bytes behind those of its side.
    pub fn push(&mut self, item: T, side: Option<Side>, append: impl FnOnce(&T, &mut Vec<u8>)) {
        let place = match side.filter(|_| self.redactor.is_on()) {
            None => 0..0,
            Some(side) => self.text(side).push(|text| append(&item, text)),
        };
        let held = Held {
            item,
            side,
            place,
            edits: Vec::new(),
        };
        self.fresh += held.cost();
        self.held.push_back(held);
        if !self.redactor.is_on() {
            self.ready = self.held.len();
        } else if self.fresh >= self.block {
            self.settle(self.hold);
        }
    }

    /// An item in which all secrets have been found, with the edits that take them out, in order.
    pub fn pop(&mut self) -> Option<(T, Vec<Edit>)> {
        self.ready = self.ready.checked_sub(1)?;
        let held = self.held.pop_front()?;
        Some((held.item, held.edits))
    }

    /// Lets all go: at the end, or where nothing more will come for a while. A secret of which the
    /// rest comes later is then given out as far as it does not look like one.
    pub fn flush(&mut self) {
        self.settle(0);
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        &self.counting.report
    }

    fn text(&mut self, side: Side) -> &mut Text {
        match side {
            Side::Shown => &mut self.shown,
            Side::Typed => &mut self.typed,
        }
    }

    /// Finds the secrets of all items but the last ones that have `hold` bytes together.
    fn settle(&mut self, hold: usize) {
        self.fresh = 0;
        let mut ready = self.held.len();
        let (mut text, mut cost) = (0, 0);
        while ready > self.ready && text < hold && cost < HELD_COST {
            ready -= 1;
            text += self.held[ready].text();
            cost += self.held[ready].cost();
        }
        for side in [Side::Shown, Side::Typed] {
            let mut unready = self.held.range(ready..);
            let next = unready.find(|held| held.side == Some(side));
            let end = next.map(|held| held.place.start);
            let secrets = {
                let redactor = self.redactor.clone();
                self.text(side).settle(end, side, &redactor)
            };
            self.mark(side, secrets);
        }
        self.ready = ready;
    }

    /// Gives each item its part of each secret.
    fn mark(&mut self, side: Side, secrets: Vec<Secret>) {
        let mut items = self.held.iter_mut().filter(|held| held.side == Some(side));
        let mut item = items.next();
        for secret in secrets {
            let mut mark = secret.span.mark();
            let mut rule = Some(secret.span.rule);
            while let Some(held) = &mut item {
                let from = secret.place.start.max(held.place.start);
                let to = secret.place.end.min(held.place.end);
                if from < to {
                    // It stands where it begins.
                    if let Some(rule) = rule.take() {
                        self.counting.add(Place::of(rule, &held.item));
                    }
                    let start = held.place.start;
                    held.edits.push(Edit {
                        range: (from - start) as usize..(to - start) as usize,
                        mark: std::mem::take(&mut mark),
                    });
                }
                if held.place.end >= secret.place.end {
                    break;
                }
                item = items.next();
            }
        }
    }
}

/// A secret and its place in the text of its side.
#[derive(Debug)]
struct Secret {
    span: Span,
    place: Range<u64>,
}

/// The end of one side's text.
#[derive(Clone, Debug, Default)]
struct Text {
    bytes: Vec<u8>,
    /// The place of the first byte.
    base: u64,
    /// Up to here all secrets have been found.
    settled: u64,
}

impl Text {
    fn push(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> Range<u64> {
        let start = self.end();
        append(&mut self.bytes);
        start..self.end()
    }

    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// The secrets that begin before `end`, or before the end of the text.
    fn settle(&mut self, end: Option<u64>, side: Side, redactor: &Redactor) -> Vec<Secret> {
        let end = end.unwrap_or_else(|| self.end());
        if end <= self.settled {
            return Vec::new();
        }
        let reading = match side {
            Side::Shown => Reading::of_terminal(&self.bytes),
            Side::Typed => Reading::of_keys(&self.bytes),
        };
        let mut secrets = Vec::new();
        for span in redactor.spans(&reading.text()) {
            let place = reading.place_of(span.start..span.end);
            let place = self.base + place.start as u64..self.base + place.end as u64;
            // One that was given out in part, or that goes on, loses what comes now.
            let place = place.start.max(self.settled)..place.end;
            if (self.settled..end).contains(&place.start) && !place.is_empty() {
                self.settled = place.end;
                secrets.push(Secret { span, place });
            }
        }
        self.settled = self.settled.max(end);
        self.forget();
        secrets
    }

    /// Drops what is settled but for the context, which begins with a line where it can.
    fn forget(&mut self) {
        let settled = (self.settled - self.base) as usize;
        let mut from = settled.saturating_sub(CONTEXT);
        if from > 0 {
            let line = memchr::memchr(b'\n', &self.bytes[from..settled]);
            from += line.map_or(0, |end| end + 1);
        }
        self.bytes.drain(..from);
        self.base += from as u64;
    }
}

/// Puts the marks into an item's bytes.
pub fn apply(edits: &[Edit], bytes: &mut Vec<u8>) {
    for edit in edits.iter().rev() {
        bytes.splice(edit.range.clone(), edit.mark.bytes());
    }
}
