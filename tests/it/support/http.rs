//! The smallest HTTP client that the sandbox's own paths need: one request a connection, and an
//! answer that ends with it (HTTP/1.0, so nothing comes in chunks). It shares nothing with the
//! client under test.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Longest silence of the other side.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body of an answer that must be a success and JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert!((200..300).contains(&self.status), "{}: {text}", self.status);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}\n{text}"))
    }
}

/// Sends one request to `base` (`http://host:port`).
///
/// # Panics
///
/// When there is nobody, or no whole answer comes.
#[track_caller]
pub fn request(method: &str, base: &str, target: &str, body: &[u8]) -> Answer {
    let authority = base
        .strip_prefix("http://")
        .expect("the sandbox speaks plain HTTP");
    let mut stream = TcpStream::connect(authority)
        .unwrap_or_else(|error| panic!("connect to {authority}: {error}"));
    stream
        .set_read_timeout(Some(TIMEOUT))
        .expect("a timeout above zero");
    let head = format!(
        "{method} {target} HTTP/1.0\r\nHost: {authority}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(body).expect("the body is sent");
    read_answer(BufReader::new(stream))
}

fn read_answer(mut reader: impl BufRead) -> Answer {
    let status_line = read_line(&mut reader);
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no status line: {status_line:?}"));
    while !read_line(&mut reader).is_empty() {}
    let mut body = Vec::new();
    reader.read_to_end(&mut body).expect("the body can be read");
    Answer { status, body }
}

fn read_line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("the head is text");
    line.trim_end().to_owned()
}
