//! The bodies of client messages. A body that is too short or makes no sense is `None`.

use super::frame::Frame;

/// One message, as far as a transcript needs it. Passwords are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The database, empty where absent. The user is not kept: the gateway's credentials put
    /// their secret there (`pg-…`).
    Startup {
        database: String,
    },
    Query(String),
    Parse {
        statement: String,
        sql: String,
        types: Vec<u32>,
    },
    Bind(Bind),
    Execute {
        portal: String,
    },
    /// Close of a statement or of a portal.
    CloseStatement(String),
    ClosePortal(String),
    CopyData {
        bytes: usize,
    },
    CopyDone,
    CopyFail,
    /// Describe, sync, flush, terminate, function call, password: nothing to show.
    Silent,
}

/// Parameters bound to a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bind {
    pub portal: String,
    pub statement: String,
    /// None: all text; one: for all; else one for each parameter.
    pub formats: Vec<u16>,
    /// `None` is NULL.
    pub values: Vec<Option<Vec<u8>>>,
}

const PROTOCOL_3_0: u32 = 196_608;
const PROTOCOL_3_2: u32 = 196_610;

pub(super) fn read(frame: &Frame) -> Option<Message> {
    let mut body = Body(&frame.body);
    let Some(tag) = frame.tag else {
        return startup(body);
    };
    Some(match tag {
        b'Q' => Message::Query(body.text()),
        b'P' => Message::Parse {
            statement: body.text(),
            sql: body.text(),
            types: body.list(Body::u32).unwrap_or_default(),
        },
        b'B' => Message::Bind(bind(body)?),
        b'E' => Message::Execute {
            portal: body.text(),
        },
        b'C' => match body.byte()? {
            b'S' => Message::CloseStatement(body.text()),
            _ => Message::ClosePortal(body.text()),
        },
        b'd' => Message::CopyData {
            bytes: frame.body.len(),
        },
        b'c' => Message::CopyDone,
        b'f' => Message::CopyFail,
        _ => Message::Silent,
    })
}

fn startup(mut body: Body<'_>) -> Option<Message> {
    if !matches!(body.u32()?, PROTOCOL_3_0 | PROTOCOL_3_2) {
        return Some(Message::Silent);
    }
    let mut database = String::new();
    while !body.0.is_empty() {
        if let ("database", value) = (body.text().as_str(), body.text()) {
            database = value;
        }
    }
    Some(Message::Startup { database })
}

fn bind(mut body: Body<'_>) -> Option<Bind> {
    Some(Bind {
        portal: body.text(),
        statement: body.text(),
        formats: body.list(Body::u16)?,
        values: body.list(Body::value)?,
    })
}

/// The rest of a body. Reading past its end gives `None`, or an empty text.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Up to a NUL, or to the end where it was cut.
    fn text(&mut self) -> String {
        let end = memchr::memchr(0, self.0);
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }

    /// A count of 16 bits, then that many items. The count is not believed for memory.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u16()?;
        (0..count).map(|_| item(self)).collect()
    }

    /// A length and that many bytes; -1 is NULL.
    fn value(&mut self) -> Option<Option<Vec<u8>>> {
        match self.u32()? {
            u32::MAX => Some(None),
            length => Some(Some(self.take(length as usize)?.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn message(tag: Option<u8>, body: &[u8]) -> Option<Message> {
        read(&Frame {
            time: Duration::ZERO,
            index: 0,
            tag,
            body: body.to_vec(),
        })
    }

    #[test]
    fn a_bind_has_formats_and_values() {
        let body = b"p\0s\0\0\x01\0\x01\0\x02\0\0\0\x02hi\xff\xff\xff\xff\0\0";
        let expected = Bind {
            portal: "p".to_owned(),
            statement: "s".to_owned(),
            formats: vec![1],
            values: vec![Some(b"hi".to_vec()), None],
        };
        assert_eq!(message(Some(b'B'), body), Some(Message::Bind(expected)));
        assert_eq!(message(Some(b'B'), &body[..12]), None);
    }

    #[test]
    fn a_startup_names_the_database_and_no_user() {
        let body = b"\0\x03\0\0user\0ana\0database\0orders\0\0";
        let expected = Message::Startup {
            database: "orders".to_owned(),
        };
        assert_eq!(message(None, body), Some(expected));
        assert_eq!(message(None, b"\x04\xd2\x16\x2f"), Some(Message::Silent));
    }

    #[test]
    fn a_password_is_not_kept() {
        assert_eq!(message(Some(b'p'), b"hunter2\0"), Some(Message::Silent));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(
            tag in prop::option::of(any::<u8>()),
            body in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let _ = message(tag, &body);
        }
    }
}
