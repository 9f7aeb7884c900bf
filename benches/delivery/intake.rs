//! An intake that costs next to nothing.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::records::Numbers;

/// What an intake does, and what it took.
pub struct Intake {
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    percent_503: u64,
}

#[derive(Default)]
struct Shared {
    numbers: Option<Numbers>,
    requests: u64,
    refused: u64,
    ids: HashSet<String>,
    twice: u64,
}

/// What arrived.
pub struct Taken {
    pub requests: u64,
    pub refused: u64,
    /// Different events, where they were counted.
    pub events: usize,
    pub twice: u64,
}

impl Intake {
    /// Answers so many of a hundred requests with 503; then it counts the events it takes, too.
    pub fn start(percent_503: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Shared {
            numbers: Some(Numbers(88_172_645_463_325_252)),
            ..Shared::default()
        }));
        let state = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                // A connection that breaks is the other side's affair.
                thread::spawn(move || drop(serve(stream, &state, percent_503)));
            }
        });
        Ok(Self {
            address,
            shared,
            percent_503,
        })
    }

    pub fn taken(&self) -> Taken {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        Taken {
            requests: shared.requests,
            refused: shared.refused,
            events: shared.ids.len(),
            twice: shared.twice,
        }
    }

    pub fn counts(&self) -> bool {
        self.percent_503 > 0
    }
}

fn serve(stream: TcpStream, state: &Mutex<Shared>, percent_503: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::with_capacity(64 << 10, stream);
    let mut body = Vec::new();
    while let Some((is_log, length)) = head(&mut requests)? {
        body.resize(length, 0);
        requests.read_exact(&mut body)?;
        if !is_log {
            answer(&mut answers, "200 OK", "{\"valid\":true}")?;
            continue;
        }
        let mut shared = state.lock().unwrap_or_else(PoisonError::into_inner);
        shared.requests += 1;
        let roll = shared
            .numbers
            .as_mut()
            .map_or(0, |numbers| numbers.next() % 100);
        if roll < percent_503 {
            shared.refused += 1;
            drop(shared);
            answer(&mut answers, "503 Service Unavailable", "{}")?;
            continue;
        }
        if percent_503 > 0 {
            count(&mut shared, &body)?;
        }
        drop(shared);
        answer(&mut answers, "202 Accepted", "{}")?;
    }
    Ok(())
}

/// Whether it is for the logs intake, and how long its body is; `None` at the end.
fn head(requests: &mut impl BufRead) -> io::Result<Option<(bool, usize)>> {
    let mut line = String::new();
    if requests.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let is_log = line.starts_with("POST");
    let mut length = 0;
    loop {
        line.clear();
        requests.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            return Ok(Some((is_log, length)));
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
}

fn answer(to: &mut TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
    to.write_all(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes())
}

fn count(shared: &mut Shared, body: &[u8]) -> io::Result<()> {
    let plain = zstd::decode_all(body)?;
    let text = String::from_utf8_lossy(&plain);
    for (at, mark) in text.match_indices("\"name\":\"session.close\",\"id\":\"") {
        let id = &text[at + mark.len()..][..32];
        if !shared.ids.insert(id.to_owned()) {
            shared.twice += 1;
        }
    }
    Ok(())
}
