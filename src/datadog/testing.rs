//! A scripted intake on a real loopback socket, for the tests of this room and of `delivery`.
//!
//! It speaks just enough HTTP/1.1 by hand to do what a real server only does when it breaks:
//! close before the answer, cut a body, or take a request and then drop the connection.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{Datadog, Endpoint, Patience};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::http;

pub const API_KEY: &str = "0123456789abcdef0123456789abcdef";
pub const APP_KEY: &str = "ddapp_abcdefghijklmnopqrstuvwxyzABCDEFGH";

pub const TOKEN: &str = "ddpat_6dZ2zcpumTdlnHIgx2SlHA_abcdefghijklmnopqrstuvwxyz01";

/// What the intake does with one request.
#[derive(Clone, Debug)]
pub enum Script {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// The connection is closed without an answer; the request counts as stored or not.
    Reset { stored: bool },
}

impl Script {
    pub fn json(status: u16, body: &str) -> Self {
        Self::status(status)
            .header("content-type", "application/json")
            .with_body(body)
    }

    pub fn status(status: u16) -> Self {
        Script::Answer {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Sets a header of an answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Script::Answer { headers, .. } = &mut self {
            let name = name.to_ascii_lowercase();
            headers.retain(|(known, _)| *known != name);
            headers.push((name, value.to_owned()));
        }
        self
    }

    fn with_body(mut self, text: &str) -> Self {
        if let Script::Answer { body, .. } = &mut self {
            *body = text.to_owned();
        }
        self
    }

    /// True where the intake keeps what it was sent.
    fn stores(&self) -> bool {
        match self {
            Script::Answer { status, .. } => (200..300).contains(status),
            Script::Raw(bytes) => bytes.starts_with(b"HTTP/1.1 2"),
            Script::Reset { stored } => *stored,
        }
    }
}

/// A request as it came, still compressed.
#[derive(Clone, Debug)]
pub struct Received {
    /// Method and path.
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Whether the intake kept it.
    pub stored: bool,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

type Answering = dyn FnMut(&Received) -> Script + Send;

/// The intake. It serves until the runtime ends.
pub struct Intake {
    url: Url,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Intake {
    /// Answers by the list; after its end with 202.
    pub async fn start(scripts: Vec<Script>) -> Self {
        let mut scripts = VecDeque::from(scripts);
        Self::answering(move |_| {
            scripts
                .pop_front()
                .unwrap_or_else(|| Script::json(202, "{}"))
        })
        .await
    }

    /// Answers by a rule.
    pub async fn answering(rule: impl FnMut(&Received) -> Script + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        let received = Arc::new(Mutex::new(Vec::new()));
        let rule: Arc<Mutex<Answering>> = Arc::new(Mutex::new(rule));
        let log = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&rule), Arc::clone(&log)));
            }
        });
        Self {
            url: format!("http://{address}/")
                .parse()
                .expect("a valid address"),
            received,
        }
    }

    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// What came in so far, in order.
    pub fn requests(&self) -> Vec<Received> {
        self.received.lock().expect("no holder panics").clone()
    }
}

async fn serve(mut stream: TcpStream, rule: Arc<Mutex<Answering>>, log: Arc<Mutex<Vec<Received>>>) {
    while let Some(mut request) = read_request(&mut stream).await {
        let script = (rule.lock().expect("no holder panics"))(&request);
        request.stored = script.stores();
        log.lock().expect("no holder panics").push(request);
        let (bytes, goes_on) = match script {
            Script::Answer {
                status,
                headers,
                body,
            } => (answer(status, &headers, &body), true),
            Script::Raw(bytes) => (bytes, false),
            Script::Reset { .. } => (Vec::new(), false),
        };
        if stream.write_all(&bytes).await.is_err() || !goes_on {
            return;
        }
    }
}

fn answer(status: u16, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Scripted\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}

/// One request with a `Content-Length`; `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received {
        line,
        headers,
        body: body.into(),
        stored: false,
    })
}

/// A client of `site` that connects to `intake`.
pub fn datadog_at(intake: &Intake, site: Site) -> Datadog {
    client(intake, site, None)
}

/// A client with both keys, which waits no longer than it is asked to.
pub fn datadog_with_app_key(intake: &Intake) -> Datadog {
    client(intake, Site::Us1, Some(Secret::new(APP_KEY))).with_patience(Patience::hurried())
}

/// A client with an access token and no key.
pub fn datadog_with_token(intake: &Intake) -> Datadog {
    let http = Arc::new(http::Client::new(http::Options::default()));
    let endpoint = Endpoint {
        site: Site::Us1,
        connect_to: Some(intake.url()),
    };
    Datadog::new(http, endpoint, None, Some(Secret::new(TOKEN)))
        .expect("a token of the right shape")
        .with_patience(Patience::hurried())
}

fn client(intake: &Intake, site: Site, app_key: Option<Secret>) -> Datadog {
    let endpoint = Endpoint {
        site,
        connect_to: Some(intake.url()),
    };
    let http = Arc::new(http::Client::new(http::Options::default()));
    Datadog::new(http, endpoint, Secret::new(API_KEY), app_key).expect("keys of the right shape")
}
