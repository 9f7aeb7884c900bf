//! HTTP/1.1 over one socket: enough to look into the sandbox without the program's own client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::waiting::DEADLINE;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Sends one request to `url` (`http://HOST:PORT/PATH`) and reads the answer.
#[track_caller]
pub fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let rest = url.strip_prefix("http://").expect("a plain address");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let mut stream = TcpStream::connect(authority).expect("somebody listens");
    stream
        .set_read_timeout(Some(DEADLINE))
        .expect("a socket takes a timeout");
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(body).expect("the body is sent");
    read(BufReader::new(stream))
}

#[track_caller]
fn read(mut source: impl BufRead) -> Response {
    let first = line(&mut source);
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut headers = Vec::new();
    loop {
        let line = line(&mut source);
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let is_chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let mut body = Vec::new();
    match is_chunked {
        true => read_chunks(&mut source, &mut body),
        // `connection: close` was asked for, so the end of the stream is the end of the body.
        false => {
            source.read_to_end(&mut body).expect("the body is whole");
        }
    }
    Response {
        status: status.unwrap_or_else(|| panic!("{first:?} is no status line")),
        headers,
        body,
    }
}

fn read_chunks(source: &mut impl BufRead, body: &mut Vec<u8>) {
    loop {
        let size = usize::from_str_radix(&line(source), 16).expect("a chunk has a size");
        let mut chunk = vec![0; size + 2];
        source.read_exact(&mut chunk).expect("a chunk is whole");
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return;
        }
    }
}

fn line(source: &mut impl BufRead) -> String {
    let mut line = String::new();
    source.read_line(&mut line).expect("a line of text");
    line.trim_end().to_owned()
}
