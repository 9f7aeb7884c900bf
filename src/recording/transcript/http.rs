//! HTTP as request and answer lines, each with its body indented below.
//!
//! Of the headers only those are used that say where a body ends and what it holds; none is
//! shown, since they carry tokens. A body that is compressed or no text is told by its size.

use std::time::Duration;

use super::{Line, Tone, error_line, offset, pretty};
use crate::recording::protocol::is_http_request;
use crate::recording::{Code, Event, safe};

/// Longer bodies are cut, and their size said.
const LONGEST_BODY: usize = 16 * 1024;

/// What of a message is kept; of the rest the size is known.
const KEPT: usize = 512 * 1024;

/// Two sides that take turns.
pub(super) struct Exchange {
    client: Direction,
    server: Direction,
}

impl Exchange {
    pub fn new() -> Self {
        Self {
            client: Direction::new("→", Tone::Input),
            server: Direction::new("←", Tone::Plain),
        }
    }

    pub fn push(&mut self, event: &Event, lines: &mut Vec<Line>) {
        match event.code {
            Code::Input => {
                self.server.finish(lines);
                self.client.push(event, lines);
            }
            Code::Output => {
                self.client.finish(lines);
                self.server.push(event, lines);
            }
            Code::Error => {
                self.finish(lines);
                lines.push(error_line(event));
            }
            _ => {}
        }
    }

    pub fn finish(&mut self, lines: &mut Vec<Line>) {
        self.client.finish(lines);
        self.server.finish(lines);
    }
}

/// The bytes of one side since its last complete message.
struct Direction {
    arrow: &'static str,
    tone: Tone,
    since: Duration,
    /// The beginning of the message, at most [`KEPT`].
    bytes: Vec<u8>,
    /// Bytes that came beyond those.
    further: usize,
}

impl Direction {
    fn new(arrow: &'static str, tone: Tone) -> Self {
        Self {
            arrow,
            tone,
            since: Duration::ZERO,
            bytes: Vec::new(),
            further: 0,
        }
    }

    fn push(&mut self, event: &Event, lines: &mut Vec<Line>) {
        if is_head(&event.data) {
            self.finish(lines);
        }
        if self.bytes.is_empty() {
            self.since = event.time;
        }
        let room = event.data.len().min(KEPT - self.bytes.len());
        self.bytes.extend_from_slice(&event.data[..room]);
        self.further += event.data.len() - room;
    }

    /// Tells what has come: one message, or several that were sent at one go. The other side has its
    /// turn.
    fn finish(&mut self, lines: &mut Vec<Line>) {
        let bytes = std::mem::take(&mut self.bytes);
        let further = std::mem::take(&mut self.further);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (mut message, after) = Message::read(rest);
            match is_head(after) {
                true => rest = after,
                false => {
                    message.further = further;
                    message.excess = after.len();
                    rest = &[];
                }
            }
            self.tell(&message, lines);
        }
    }

    fn tell(&self, message: &Message, lines: &mut Vec<Line>) {
        let (time, tone) = (self.since, self.tone);
        let mut add = |text| lines.push(Line { time, text, tone });
        let at = offset(time);
        if let Some(start) = &message.start {
            add(format!("{at}  {} {}", self.arrow, safe::line(start)));
        } else if !message.body.is_empty() {
            add(format!("{at}  {}", self.arrow));
        }
        for row in body_rows(message) {
            add(format!("{:14}{row}", ""));
        }
    }
}

/// True where a message begins.
fn is_head(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.") || is_http_request(bytes)
}

/// A start line, and the bytes after the headers.
struct Message {
    start: Option<String>,
    encoding: Option<String>,
    body: Vec<u8>,
    /// Bytes of the body that were not kept.
    further: usize,
    /// Bytes behind the end of the body that begin no message.
    excess: usize,
}

impl Message {
    /// A message, and what stands behind it.
    fn read(bytes: &[u8]) -> (Self, &[u8]) {
        if !is_head(bytes) {
            let body = bytes.to_vec();
            return (Self::new(None, None, body), &[]);
        }
        let end = memchr::memmem::find(bytes, b"\r\n\r\n");
        let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
        let body = body.strip_prefix(b"\r\n\r\n").unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let mut rows = head.split("\r\n");
        let start = rows.next().map(str::to_owned);
        let header = |name: &str| {
            head.split("\r\n").skip(1).find_map(|row| {
                let (key, value) = row.split_once(':')?;
                key.eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_ascii_lowercase())
            })
        };
        let length = header("content-length").and_then(|text| text.parse().ok());
        let is_chunked = header("transfer-encoding").is_some_and(|how| how.contains("chunked"));
        let encoding = header("content-encoding").filter(|how| how != "identity");
        let (body, rest) = match is_chunked {
            true => unchunked(body),
            false => {
                let (body, rest) = body.split_at(body.len().min(length.unwrap_or(usize::MAX)));
                (body.to_vec(), rest)
            }
        };
        (Self::new(start, encoding, body), rest)
    }

    fn new(start: Option<String>, encoding: Option<String>, body: Vec<u8>) -> Self {
        Self {
            start,
            encoding,
            body,
            further: 0,
            excess: 0,
        }
    }
}

/// The data of a chunked body, as far as it is well formed, and what stands behind its end.
fn unchunked(mut body: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut data = Vec::new();
    while let Some(end) = memchr::memmem::find(body, b"\r\n") {
        let size = str::from_utf8(&body[..end]).ok();
        let size = size.and_then(|text| text.split(';').next());
        let size = size.and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0) else {
            let is_last = size == Some(0);
            if data.is_empty() && !is_last {
                // Whoever recorded it had put the chunks together.
                return (body.to_vec(), &[]);
            }
            // Trailers end as headers do.
            let end = memchr::memmem::find(body, b"\r\n\r\n").filter(|_| is_last);
            return (data, end.map_or(&[], |end| &body[end + 4..]));
        };
        let rest = &body[end + 2..];
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        data.extend_from_slice(chunk);
        body = after.strip_prefix(b"\r\n").unwrap_or(after);
    }
    if data.is_empty() {
        data.extend_from_slice(body);
    }
    (data, &[])
}

fn body_rows(message: &Message) -> Vec<String> {
    let mut rows = rows_within(message);
    if message.excess > 0 {
        rows.push(format!("({} bytes behind its end)", message.excess));
    }
    rows
}

fn rows_within(message: &Message) -> Vec<String> {
    let body = &message.body;
    let size = body.len() + message.further;
    if body.is_empty() {
        return Vec::new();
    }
    if let Some(encoding) = &message.encoding {
        return vec![format!("({size} bytes, {})", safe::line(encoding))];
    }
    let beginning = &body[..body.len().min(LONGEST_BODY)];
    if memchr::memchr(0, beginning).is_some() || !is_mostly_text(beginning) {
        return vec![format!("({size} bytes, no text)")];
    }
    let text = laid_out(body);
    let end = (0..=text.len().min(LONGEST_BODY))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    let shown = &text[..end.unwrap_or(0)];
    let mut rows: Vec<_> = shown.trim_end().lines().map(str::to_owned).collect();
    if shown.len() < text.len() || message.further > 0 {
        rows.push(format!("… ({size} bytes)"));
    }
    rows
}

/// The body as text. JSON is laid out: the whole body, or each line of it that is an object, behind
/// the `data:` of a server-sent event too.
fn laid_out(body: &[u8]) -> String {
    let text = match pretty::json(body) {
        Some(text) => text,
        None => String::from_utf8_lossy(body)
            .lines()
            .map(|line| {
                let data = line.strip_prefix("data:").unwrap_or(line);
                pretty::json(data.as_bytes()).unwrap_or_else(|| line.to_owned()) + "\n"
            })
            .collect(),
    };
    safe::text(&text).replace('\r', "")
}

/// Text may be cut in the middle of a character, not broken all over.
fn is_mostly_text(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.matches(char::REPLACEMENT_CHARACTER).count() * 16 <= text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::LONGEST_BODY;
    use crate::recording::Kind;

    #[test]
    fn requests_and_answers_have_their_bodies_below() {
        let lines = texts(
            Kind::Http,
            &[
                (
                    "i",
                    b"POST /v1/refunds HTTP/1.1\r\nAuthorization: Bearer t\r\n\r\n{\"order\": 1}",
                ),
                (
                    "o",
                    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n",
                ),
                ("o", b"5\r\nhello\r\n6;x=y\r\n\nworld\r\n0\r\n\r\n"),
                ("i", b"GET / HTTP/1.1\r\n\r\n"),
                (
                    "o",
                    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
                ),
            ],
        );
        assert_eq!(
            lines,
            [
                "  0:00.000  → POST /v1/refunds HTTP/1.1",
                "              {\"order\": 1}",
                "  0:01.000  ← HTTP/1.1 201 Created",
                "              hello",
                "              world",
                "  0:03.000  → GET / HTTP/1.1",
                "  0:04.000  ← HTTP/1.1 200 OK",
                "              (3 bytes, gzip)",
            ]
        );
    }

    #[test]
    fn json_records_between_the_messages_are_shown() {
        let lines = texts(
            Kind::Http,
            &[("o", b"{\"tool\":\"query\",\"decision\":\"denied\"}\n")],
        );
        assert_eq!(
            lines,
            [
                "  0:00.000  ←",
                "              {\"tool\": \"query\", \"decision\": \"denied\"}"
            ]
        );
    }

    #[test]
    fn json_is_laid_out_in_bodies_and_in_server_sent_events() {
        let long = "x".repeat(60);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: message\r\ndata: \
             {{\"id\":4,\"result\":{{\"text\":\"{long}\"}}}}\r\n\r\n"
        );
        let lines = texts(Kind::Http, &[("o", answer.as_bytes())]);
        let text = format!("                \"result\": {{\"text\": \"{long}\"}}");
        assert_eq!(
            lines[1..],
            [
                "              event: message",
                "              {",
                "                \"id\": 4,",
                text.as_str(),
                "              }",
            ]
        );
    }

    #[test]
    fn a_body_ends_where_its_length_says() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok0\r\n\r\n";
        assert_eq!(
            texts(Kind::Http, &[("o", answer)])[1..],
            ["              ok", "              (5 bytes behind its end)"]
        );
    }

    #[test]
    fn a_body_whose_chunks_were_put_together_is_shown_as_it_is() {
        for body in ["hello", "{\"a\": 1}\r\n"] {
            let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
            let row = format!("              {}", body.trim_end());
            assert_eq!(texts(Kind::Http, &[("o", answer.as_bytes())])[1..], [row]);
        }
    }

    #[test]
    fn requests_that_were_sent_at_one_go_are_told_one_by_one() {
        let requests = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\
            POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: 1\r\n\r\n\
            GET /c HTTP/1.1\r\n\r\n";
        assert_eq!(
            texts(Kind::Http, &[("i", requests)]),
            [
                "  0:00.000  → POST /a HTTP/1.1",
                "              {}",
                "  0:00.000  → POST /b HTTP/1.1",
                "              x",
                "  0:00.000  → GET /c HTTP/1.1",
            ]
        );
    }

    #[test]
    fn a_large_body_is_cut_and_its_size_said() {
        let part = [b'x'; 100_000];
        let mut list: Vec<(&str, &[u8])> = vec![("o", b"HTTP/1.1 200 OK\r\n\r\n")];
        list.extend([("o", &part[..]); 20]);
        let lines = texts(Kind::Http, &list);
        assert_eq!(lines[1].len(), LONGEST_BODY + 14);
        assert_eq!(lines[2], "              … (2000000 bytes)");
    }

    #[test]
    fn a_body_that_is_no_text_is_told_by_its_size() {
        let lines = texts(
            Kind::Http,
            &[("o", b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe\0\x01")],
        );
        assert_eq!(lines[1], "              (4 bytes, no text)");
    }
}
