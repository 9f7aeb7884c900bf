//! How far one destination has each file that is read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::commands::shipping::Memory;
use crate::context::Context;
use crate::delivery::state::{FileKey, FilePosition, StateError};
use crate::delivery::{LineLedger, Number};
use crate::sources::lines::{Mark, OpenedFile};

/// The number of a file in a run, counted from 0.
pub(super) type FileNumber = u32;

/// Of a number in the run the low bits are the line, the high ones the file: room for 2^36 lines in
/// each of 2^28 files.
const LINE_BITS: u32 = 36;

/// Ledgers of files of which nothing is under way are closed beyond so many.
const MOST_IDLE: usize = 64;

/// The number in the run of a line of a file.
pub(super) fn number(file: FileNumber, line: u64) -> Number {
    u64::from(file) << LINE_BITS | line
}

/// The file and the line of a number in the run.
fn place(number: Number) -> (FileNumber, u64) {
    let file = u32::try_from(number >> LINE_BITS).unwrap_or(FileNumber::MAX);
    (file, number & ((1 << LINE_BITS) - 1))
}

/// The ledgers of one destination, by file.
pub(super) struct Shelf<'a> {
    context: &'a Context,
    memory: Memory,
    /// Destination and site; `None` where nothing is remembered.
    whose: Option<(String, String)>,
    ledgers: RefCell<BTreeMap<FileNumber, Shelved>>,
    known: Cell<u64>,
}

struct Shelved {
    ledger: LineLedger,
    /// Lines that were given out and are not settled: the parts of each that are left.
    out: BTreeMap<u64, u64>,
}

impl Shelved {
    /// Whether the part of a line that came to its end was the last.
    fn is_over(&mut self, line: u64) -> bool {
        let left = self.out.get(&line).copied().unwrap_or_default();
        match left > 1 {
            true => drop(self.out.insert(line, left - 1)),
            false => drop(self.out.remove(&line)),
        }
        left <= 1
    }
}

impl<'a> Shelf<'a> {
    pub fn new(context: &'a Context, memory: Memory, destination: String, site: String) -> Self {
        Self {
            whose: Some((destination, site)),
            ..Self::of_nothing(context, memory)
        }
    }

    /// Of a destination that is made anew.
    pub fn of_nothing(context: &'a Context, memory: Memory) -> Self {
        Self {
            context,
            memory,
            whose: None,
            ledgers: RefCell::default(),
            known: Cell::default(),
        }
    }

    /// Where `file` stands: where the destination has it from, if it has it.
    ///
    /// # Errors
    ///
    /// A state that cannot be read, and another process that has the file.
    pub fn begin(
        &self,
        number: FileNumber,
        name: &str,
        file: Option<&OpenedFile>,
    ) -> anyhow::Result<FilePosition> {
        let mut ledgers = self.ledgers.borrow_mut();
        if let Some(shelved) = ledgers.get(&number) {
            return Ok(shelved.ledger.position().clone());
        }
        let ledger = match (file, file.and_then(|file| self.key(file))) {
            (Some(file), Some(key)) => self.memory.ledger(self.context, name, file, key)?,
            _ => LineLedger::of_stream(),
        };
        let position = ledger.position().clone();
        ledgers.insert(
            number,
            Shelved {
                ledger,
                out: BTreeMap::new(),
            },
        );
        Ok(position)
    }

    /// Whether the destination has something of `file`, by whatever name.
    ///
    /// # Errors
    ///
    /// A state that cannot be read.
    pub fn remembers(&self, file: &OpenedFile) -> anyhow::Result<bool> {
        match self.key(file) {
            Some(key) => Memory::has(self.context, file, &key),
            None => Ok(false),
        }
    }

    fn key(&self, file: &OpenedFile) -> Option<FileKey> {
        let (destination, site) = self.whose.clone()?;
        Some(FileKey {
            destination,
            site,
            device: file.device,
            inode: file.inode,
        })
    }

    /// Lines of a file were read: where the first begins, where the one behind the last will, and
    /// those that are nothing to send.
    pub fn read(&self, number: FileNumber, start: Mark, end: Mark, passed: &[u64]) {
        if let Some(shelved) = self.ledgers.borrow_mut().get_mut(&number) {
            let ledger = &mut shelved.ledger;
            let at = ledger.position();
            // Another destination is behind this one: of what lies before it nothing is new.
            if end.line < at.line {
                return;
            }
            let start = (start.line.max(at.line), start.offset.max(at.offset));
            ledger.read([start, (end.line, end.offset)], passed, 0);
        }
    }

    /// Whether the destination lacks a line.
    pub fn lacks(&self, number: FileNumber, line: u64) -> bool {
        let ledgers = self.ledgers.borrow();
        let position = ledgers.get(&number).map(|one| one.ledger.position());
        position.is_none_or(|at| line >= at.line && !at.beyond.contains(line))
    }

    /// Notes that a part of a line goes out, of so many, where the destination lacks it.
    pub fn take(&self, number: FileNumber, line: u64, parts: u64) -> bool {
        let is_lacked = self.lacks(number, line);
        match self.ledgers.borrow_mut().get_mut(&number) {
            Some(shelved) if is_lacked => drop(shelved.out.entry(line).or_insert(parts)),
            _ => {}
        }
        self.known.update(|known| known + u64::from(!is_lacked));
        is_lacked
    }

    /// Lines that the destination had already.
    pub fn known(&self) -> u64 {
        self.known.get()
    }

    /// # Errors
    ///
    /// Where an earlier position could not be kept.
    pub fn settled(&self, numbers: &[Number]) -> Result<(), StateError> {
        let mut ledgers = self.ledgers.borrow_mut();
        let is_same = |one: &Number, next: &Number| place(*one).0 == place(*next).0;
        for run in numbers.chunk_by(is_same) {
            let Some(file) = run.first().map(|first| place(*first).0) else {
                continue;
            };
            // What was cut off meanwhile is another file by now.
            let Some(shelved) = ledgers.get_mut(&file) else {
                continue;
            };
            let lines = run.iter().map(|number| place(*number).1);
            let whole: Vec<u64> = lines.filter(|line| shelved.is_over(*line)).collect();
            shelved.ledger.settled(&whole)?;
        }
        Ok(())
    }

    /// Lets go of a file whose lines are not there any more.
    ///
    /// # Errors
    ///
    /// A position that could not be kept.
    pub fn drop_file(&self, number: FileNumber) -> Result<(), StateError> {
        let gone = self.ledgers.borrow_mut().remove(&number);
        gone.map_or(Ok(()), |mut shelved| shelved.ledger.finish())
    }

    /// Closes what nothing is under way of, where there is much of it.
    ///
    /// # Errors
    ///
    /// A position that could not be kept.
    pub fn tidy(&self) -> Result<(), StateError> {
        if self.whose.is_none() {
            return Ok(());
        }
        let ledgers = self.ledgers.borrow();
        let idle = ledgers.iter().filter(|(_, shelved)| shelved.out.is_empty());
        let idle: Vec<FileNumber> = idle.map(|(number, _)| *number).collect();
        drop(ledgers);
        let surplus = idle.len().saturating_sub(MOST_IDLE);
        idle.into_iter()
            .take(surplus)
            .try_for_each(|number| self.drop_file(number))
    }

    /// Waits until the disk knows everything.
    ///
    /// # Errors
    ///
    /// A position that could not be kept.
    pub fn finish(&self) -> Result<(), StateError> {
        let mut ledgers = self.ledgers.borrow_mut();
        let mut all = ledgers.values_mut();
        all.try_for_each(|shelved| shelved.ledger.finish())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_one_line_of_one_file(file in 0_u32..1 << 28, line in 0_u64..1 << LINE_BITS) {
            prop_assert_eq!(place(number(file, line)), (file, line));
        }
    }
}
