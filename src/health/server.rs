//! `/healthz`, `/readyz` and `/metrics` over HTTP/1.1: one small answer a connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::board::Board;
use super::metrics;
use crate::listen::{ListenError, listen};

/// The longest head of a request.
const HEAD: usize = 8 << 10;

/// A connection that takes longer is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections at once; more wait.
const CONNECTIONS: usize = 32;

/// A socket that answers.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
}

impl Server {
    /// # Errors
    ///
    /// An address that is taken, or not this machine's.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        Ok(Self {
            listener: listen(address).await?,
        })
    }

    /// Where it listens: with the port that was found where none was named.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until it is dropped.
    pub async fn serve(&self, board: &Board) -> Infallible {
        let mut answering = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if answering.len() < CONNECTIONS => {
                    match accepted {
                        Ok((stream, _)) => answering.push(answer(stream, board)),
                        // Too many open files pass; a busy loop would not help.
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                }
                Some(()) = answering.next(), if !answering.is_empty() => {}
            }
        }
    }
}

async fn answer(mut stream: TcpStream, board: &Board) {
    let talk = async {
        let head = head(&mut stream).await?;
        let reply = reply(&head, board);
        stream.write_all(reply.as_bytes()).await?;
        stream.shutdown().await
    };
    // Whoever goes away or says nothing gets no answer.
    let _ = timeout(PATIENCE, talk).await;
}

/// What came up to the empty line.
async fn head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 1_024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
        match stream.read(&mut piece).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => head.extend_from_slice(&piece[..count]),
        }
    }
    Ok(head)
}

/// The whole answer. `/healthz` says that the process lives, `/readyz` that it delivers.
fn reply(head: &[u8], board: &Board) -> String {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let plain = "text/plain; charset=utf-8";
    let (status, kind, body) = match (method, path) {
        (Some("GET" | "HEAD"), "/healthz") => ("200 OK", plain, "ok\n".to_owned()),
        (Some("GET" | "HEAD"), "/readyz") => ready(board, plain),
        (Some("GET" | "HEAD"), "/metrics") => {
            let text = metrics::text(&board.report());
            ("200 OK", metrics::CONTENT_TYPE, text)
        }
        (Some("GET" | "HEAD"), _) => ("404 Not Found", plain, "not found\n".to_owned()),
        _ => ("405 Method Not Allowed", plain, "only GET\n".to_owned()),
    };
    let length = body.len();
    let shown = if method == Some("HEAD") { "" } else { &body };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{shown}"
    )
}

/// Not ready while a required destination waits for a person: a restart would not help, but nothing
/// should count on it. A relay is ready while it takes webhooks: what it cannot deliver it keeps.
fn ready(board: &Board, plain: &'static str) -> (&'static str, &'static str, String) {
    let report = board.report();
    if let Some(door) = &report.door {
        return match &door.closed {
            None => ("200 OK", plain, "ready\n".to_owned()),
            Some(why) => ("503 Service Unavailable", plain, format!("{why}\n")),
        };
    }
    let waiting = report.destinations.iter().filter(|one| !one.best_effort);
    let waiting: Vec<String> = waiting
        .filter_map(|one| {
            let waiting = one
                .waiting
                .as_ref()
                .filter(|waiting| waiting.for_a_person)?;
            Some(format!("{}: {}\n", one.destination, waiting.why))
        })
        .collect();
    match waiting.is_empty() {
        true => ("200 OK", plain, "ready\n".to_owned()),
        false => ("503 Service Unavailable", plain, waiting.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Progress;
    use jiff::Timestamp;

    fn board() -> Board {
        Board::new("relay", [("logs".to_owned(), false)], Timestamp::now)
    }

    async fn asked(board: &Board, request: &str) -> String {
        let address = "127.0.0.1:0".parse().expect("an address");
        let server = Server::bind(address).await.expect("a free port");
        let address = server.address().expect("bound");
        let ask = async {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            stream.write_all(request.as_bytes()).await.expect("open");
            let mut text = String::new();
            stream.read_to_string(&mut text).await.expect("an answer");
            text
        };
        tokio::select! {
            never = server.serve(board) => match never {},
            text = ask => text,
        }
    }

    #[tokio::test]
    async fn it_lives_and_is_ready_unless_a_person_is_waited_for() {
        let board = board();
        for path in ["/healthz", "/readyz", "/metrics?x=1"] {
            let text = asked(&board, &format!("GET {path} HTTP/1.1\r\n\r\n")).await;
            assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {text}");
        }
        board.told(
            0,
            &Progress::Paused {
                wait: Duration::from_secs(30),
                why: "the key is refused".to_owned(),
                remedy: None,
            },
        );
        let text = asked(&board, "GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
        assert!(
            text.ends_with("\r\n\r\nlogs: the key is refused\n"),
            "{text}"
        );
        let text = asked(&board, "GET /healthz HTTP/1.1\r\n\r\n").await;
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    }

    #[tokio::test]
    async fn a_relay_is_ready_as_long_as_it_takes_webhooks() {
        let closed = std::sync::Arc::new(std::sync::Mutex::new(None));
        let told = std::sync::Arc::clone(&closed);
        let board = board().with_door(move || crate::health::DoorState {
            closed: told.lock().expect("nobody panics").clone(),
            ..Default::default()
        });
        let paused = Progress::Paused {
            wait: Duration::from_secs(30),
            why: "the key is refused".to_owned(),
            remedy: None,
        };
        board.told(0, &paused);
        let text = asked(&board, "GET /readyz HTTP/1.1\r\n\r\n").await;
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        *closed.lock().expect("nobody panics") = Some("the spool is full".to_owned());
        let text = asked(&board, "GET /readyz HTTP/1.1\r\n\r\n").await;
        assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
        assert!(text.ends_with("\r\n\r\nthe spool is full\n"), "{text}");
    }

    #[tokio::test]
    async fn other_paths_methods_and_rubbish_are_refused() {
        let board = board();
        for (request, status) in [
            ("GET / HTTP/1.1\r\n\r\n", "404"),
            ("POST /metrics HTTP/1.1\r\n\r\n", "405"),
            ("\u{1}\u{2}\r\n\r\n", "405"),
        ] {
            let text = asked(&board, request).await;
            assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{text}");
        }
        let text = asked(&board, "HEAD /healthz HTTP/1.1\r\n\r\n").await;
        assert!(text.ends_with("\r\n\r\n"), "{text}");
    }
}
