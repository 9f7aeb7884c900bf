//! What the rows hold, and their checksums.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::Row;

use crate::delivery::positions::Number;
use crate::delivery::state::checksum::Checksum;

/// Bodies above this are compressed.
const PLAIN: usize = 4 << 10;

/// A webhook as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Svix's id, by which a webhook that comes again is known.
    pub message: String,
    pub received: Timestamp,
    pub body: Packed,
}

/// A body as it is stored: zstd where that is shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Of the body itself; equal to that of the bytes where they are the body.
    length: usize,
    bytes: Bytes,
}

impl Packed {
    pub fn new(body: &Bytes) -> Self {
        let packed = (body.len() > PLAIN).then(|| zstd::bulk::compress(body, 1));
        let packed = packed.and_then(Result::ok);
        let packed = packed.filter(|packed| packed.len() < body.len());
        Self {
            length: body.len(),
            bytes: packed.map_or_else(|| body.clone(), Bytes::from),
        }
    }

    /// As it came; `None` where the bytes are not those that were packed.
    pub fn open(&self) -> Option<Bytes> {
        if self.bytes.len() == self.length {
            return Some(self.bytes.clone());
        }
        let body = zstd::bulk::decompress(&self.bytes, self.length).ok()?;
        (body.len() == self.length).then(|| body.into())
    }

    pub(in crate::delivery) fn of(length: i64, bytes: Vec<u8>) -> Self {
        Self {
            // A length that never was is told by the checksum.
            length: usize::try_from(length).unwrap_or_default(),
            bytes: bytes.into(),
        }
    }

    pub(in crate::delivery) fn length(&self) -> i64 {
        i64::try_from(self.length).unwrap_or(i64::MAX)
    }

    pub(in crate::delivery) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn added_to(&self, checksum: Checksum) -> i64 {
        checksum.int(self.length()).bytes(&self.bytes).value()
    }
}

/// A webhook that is no event yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub row: i64,
    pub message: String,
    pub received: Timestamp,
    /// An incomplete event of it went out.
    pub is_told: bool,
    /// `None` where the row is not what was written; the bytes are then what is left of it.
    pub body: Result<Bytes, Bytes>,
}

/// An event that waits for its destinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spooled {
    /// Ascending in the order of arrival.
    pub number: Number,
    /// The value of `evt.id`.
    pub id: String,
    pub order_by: String,
    pub timestamp: Timestamp,
    /// The event, a JSON object; where `broken` is set, whatever there is.
    pub json: Bytes,
    /// Why it is none.
    pub broken: Option<String>,
    /// The destinations that are done with it, by number.
    pub passed: Vec<usize>,
}

/// Microseconds.
pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(super) fn webhook_crc(message: &str, received: i64, body: &Packed) -> i64 {
    body.added_to(Checksum::default().text(message).int(received))
}

pub(super) fn event_crc(
    event: &str,
    is_partial: bool,
    order_by: &str,
    at: i64,
    broken: Option<&str>,
    body: &Packed,
) -> i64 {
    let head = Checksum::default()
        .text(event)
        .int(i64::from(is_partial))
        .text(order_by)
        .int(at)
        .int(i64::from(broken.is_some()))
        .text(broken.unwrap_or_default());
    body.added_to(head)
}

pub(super) const WEBHOOK: &str = "id, message, received, is_told, length, body, crc";

/// Reads the columns of [`WEBHOOK`].
pub(super) fn waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    let message = text(row, 1)?;
    let received: i64 = row.get(2)?;
    let packed = Packed::of(row.get(4)?, row.get(5)?);
    let is_sound = row.get::<_, i64>(6)? == webhook_crc(&message, received, &packed);
    let instant = Timestamp::from_microsecond(received).ok();
    let body = packed.open().filter(|_| is_sound && instant.is_some());
    Ok(Waiting {
        row: row.get(0)?,
        message: message.into_owned(),
        received: instant.unwrap_or_default(),
        is_told: row.get(3)?,
        body: body.ok_or(packed.bytes),
    })
}

pub(super) const EVENT: &str = "id, event, is_partial, order_by, at, broken, length, body, crc";

/// Why a row whose checksum is another one goes to the dead letters.
const DAMAGED: &str = "its row in the spool is not what was written";

/// Reads the columns of [`EVENT`].
pub(super) fn spooled(row: &Row<'_>) -> rusqlite::Result<Spooled> {
    let (event, order_by) = (text(row, 1)?, text(row, 3)?);
    let (is_partial, at): (bool, i64) = (row.get(2)?, row.get(4)?);
    let broken: Option<String> = row.get(5)?;
    let packed = Packed::of(row.get(6)?, row.get(7)?);
    let crc = event_crc(
        &event,
        is_partial,
        &order_by,
        at,
        broken.as_deref(),
        &packed,
    );
    let is_sound = row.get::<_, i64>(8)? == crc;
    let instant = Timestamp::from_microsecond(at).ok();
    let json = packed.open().filter(|_| is_sound && instant.is_some());
    let damaged = json.is_none().then(|| DAMAGED.to_owned());
    Ok(Spooled {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        id: event.into_owned(),
        order_by: order_by.into_owned(),
        timestamp: instant.unwrap_or_default(),
        json: json.unwrap_or(packed.bytes),
        broken: damaged.or(broken),
        passed: Vec::new(),
    })
}

/// A text, also where a flipped bit left something that is none.
fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Cow<'a, str>> {
    let value = row.get_ref(column)?;
    Ok(String::from_utf8_lossy(
        value.as_bytes().unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_body_comes_back_as_it_was(
            piece in prop::collection::vec(any::<u8>(), 0..64),
            times in 0_usize..400,
        ) {
            let body = Bytes::from(piece.repeat(times));
            let packed = Packed::new(&body);
            prop_assert!(packed.bytes().len() <= body.len());
            prop_assert_eq!(packed.open(), Some(body));
        }
    }

    #[test]
    fn bytes_that_are_no_packed_body_are_none() {
        let body = Bytes::from("a".repeat(10_000));
        let packed = Packed::new(&body);
        assert!(packed.bytes().len() < 1_000);
        let cut = Packed::of(packed.length(), packed.bytes()[..4].to_vec());
        assert_eq!(cut.open(), None);
        assert_eq!(Packed::of(-1, b"x".to_vec()).open(), None);
    }
}
