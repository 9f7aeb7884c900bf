//! Server-sent events, cut out of a body that arrives in pieces
//! (html.spec.whatwg.org/multipage/server-sent-events.html).

/// One thing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A line that only keeps the connection alive.
    Comment,
    Message {
        /// Empty where the sender named none.
        name: String,
        data: Vec<u8>,
    },
}

/// A message larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Cuts frames; holds no more than one message.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    /// What came and was not read yet.
    bytes: Vec<u8>,
    read: usize,
    name: String,
    data: Option<Vec<u8>>,
    limit: usize,
}

impl Frames {
    /// `limit` is that of a message's data, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            read: 0,
            name: String::new(),
            data: None,
            limit,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` until more came.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, TooLong> {
        while let Some(line) = self.line()? {
            match line.as_slice() {
                [] => {
                    let name = std::mem::take(&mut self.name);
                    if let Some(data) = self.data.take() {
                        return Ok(Some(Frame::Message { name, data }));
                    }
                }
                [b':', ..] => return Ok(Some(Frame::Comment)),
                line => self.field(line)?,
            }
        }
        Ok(None)
    }

    /// A line without its end, which is LF or CR LF here: no sender of ours writes a lone CR.
    fn line(&mut self) -> Result<Option<Vec<u8>>, TooLong> {
        let rest = &self.bytes[self.read..];
        let Some(end) = memchr::memchr(b'\n', rest) else {
            // The name of a field stands before its value.
            return match rest.len() > self.limit + 64 {
                true => Err(TooLong),
                false => Ok(None),
            };
        };
        let line = &rest[..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
        self.read += end + 1;
        Ok(Some(line))
    }

    fn field(&mut self, line: &[u8]) -> Result<(), TooLong> {
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[line.len()..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                let is_further = self.data.is_some();
                let data = self.data.get_or_insert_default();
                if is_further {
                    data.push(b'\n');
                }
                data.extend_from_slice(value);
                if data.len() > self.limit {
                    return Err(TooLong);
                }
            }
            // `id` and `retry` are never sent, and others are to be ignored.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Frame> {
        let (mut frames, mut found) = (Frames::new(1 << 20), Vec::new());
        for piece in pieces {
            frames.push(piece);
            while let Some(frame) = frames.next().expect("within the limit") {
                found.push(frame);
            }
        }
        found
    }

    fn message(name: &str, data: &str) -> Frame {
        Frame::Message {
            name: name.to_owned(),
            data: data.as_bytes().to_vec(),
        }
    }

    /// As a gateway of release 1.148.0 sent it.
    const RECORDED: &str = ": connected\n\nevent: event\ndata: {\"type\":\"o\"}\n\n\
                            : keepalive\n\nevent: session_end\ndata: {}\n\n";

    #[test]
    fn what_a_gateway_sends_is_read() {
        let expected = [
            Frame::Comment,
            message("event", "{\"type\":\"o\"}"),
            Frame::Comment,
            message("session_end", "{}"),
        ];
        assert_eq!(frames([RECORDED.as_bytes()]), expected);
        assert_eq!(
            frames([RECORDED.replace('\n', "\r\n").as_bytes()]),
            expected
        );
    }

    #[test]
    fn data_in_several_lines_is_one_message_and_a_name_without_data_none() {
        let text = b"data: a\ndata:b\nretry: 5\n\nevent: x\n\ndata\n\n";
        assert_eq!(frames([&text[..]]), [message("", "a\nb"), message("", "")]);
    }

    #[test]
    fn a_message_without_an_end_is_refused_before_it_fills_the_memory() {
        let mut frames = Frames::new(1_000);
        frames.push(b"data: ");
        frames.push(&[b'x'; 2_000]);
        assert_eq!(frames.next(), Err(TooLong));
        let mut frames = Frames::new(1_000);
        frames.push("data: 0123456789\n".repeat(200).as_bytes());
        assert_eq!(frames.next(), Err(TooLong));
    }

    proptest! {
        #[test]
        fn cutting_the_body_anywhere_changes_nothing(size in 1..40_usize) {
            let whole = frames([RECORDED.as_bytes()]);
            prop_assert_eq!(frames(RECORDED.as_bytes().chunks(size)), whole);
        }

        #[test]
        fn no_bytes_make_it_panic(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..6)) {
            frames(pieces.iter().map(Vec::as_slice));
        }
    }
}
