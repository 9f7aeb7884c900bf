//! An event on its way from one asciicast to another: where nothing needs to be changed, its data
//! is never unescaped.

use std::time::Duration;

use super::ReadError;
use super::triple::Data;
use crate::recording::{Code, Event};

/// One event. Its memory is used again from event to event.
#[derive(Debug)]
pub(in crate::recording) struct Raw {
    pub time: Duration,
    pub code: Code,
    pub index: usize,
    data: String,
    bytes: Vec<u8>,
    is_quoted: bool,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            time: Duration::ZERO,
            code: Code::Output,
            index: 0,
            data: String::new(),
            bytes: Vec::new(),
            is_quoted: false,
        }
    }
}

impl Raw {
    /// The data between its quotes, where it may be written as it is.
    pub fn quoted(&self) -> Option<&str> {
        self.is_quoted.then_some(&self.data)
    }

    /// The memory that it holds.
    pub fn capacity(&self) -> usize {
        self.data.capacity() + self.bytes.capacity()
    }

    /// Appends the data itself.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        match self.quoted() {
            Some(quoted) => Data::Quoted(quoted).append_to(bytes),
            None => bytes.extend_from_slice(&self.bytes),
        }
    }

    pub fn to_event(&self) -> Event {
        let mut data = Vec::new();
        self.append_to(&mut data);
        Event {
            time: self.time,
            code: self.code.clone(),
            data,
            index: self.index,
        }
    }

    pub fn set_quoted(&mut self, quoted: &str) {
        self.is_quoted = true;
        self.data.clear();
        self.data.push_str(quoted);
    }

    /// The data, to be filled.
    pub fn set_bytes(&mut self) -> &mut Vec<u8> {
        self.is_quoted = false;
        self.bytes.clear();
        &mut self.bytes
    }

    /// Reads an event of a format that has bytes.
    pub fn read(
        &mut self,
        read: impl FnOnce(&mut Event) -> Result<bool, ReadError>,
    ) -> Result<bool, ReadError> {
        let mut event = Event::empty();
        std::mem::swap(&mut event.data, self.set_bytes());
        let result = read(&mut event);
        self.time = event.time;
        self.code = event.code;
        self.index = event.index;
        self.bytes = event.data;
        result
    }
}
