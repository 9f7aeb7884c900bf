//! A server on a real loopback socket that answers what a test says, in order, and keeps what it
//! was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One answer, written to the socket as it stands here.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Bytes that are promised and never sent.
    missing: usize,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        Self::text(status, "application/json", body)
    }

    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into().into_bytes(),
            missing: 0,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Closes the connection before the whole promised body was sent.
    pub(crate) fn cut_short(mut self) -> Self {
        self.missing = 10;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let length = self.body.len() + self.missing;
        let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {length}\r\n\r\n"));
        [head.as_bytes(), &self.body].concat()
    }
}

/// What the server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query, as on the wire.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    fn read(head: &str, body: String) -> Self {
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        Self {
            method: first.next().unwrap_or_default().to_owned(),
            target: first.next().unwrap_or_default().to_owned(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body,
        }
    }
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers in order, and with a 500 once there is nothing left to say.
    pub(crate) async fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let mut replies = replies.into_iter().collect::<Vec<_>>().into_iter();
        Self::with(move |_| {
            replies
                .next()
                .unwrap_or_else(|| Reply::text(500, "text/plain", "nothing left to say"))
        })
        .await
    }

    /// Answers as `answer` decides.
    pub(crate) async fn with(answer: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new(answer));
        let kept = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    let reply = answer.lock().expect("no test panicked")(&request);
                    kept.lock().expect("no test panicked").push(request);
                    let _ = stream.write_all(&reply.bytes()).await;
                });
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panicked").clone()
    }

    /// A gateway that asks this server with an API key.
    pub(crate) fn gateway(&self) -> super::Gateway {
        super::Gateway::new(
            Arc::new(crate::http::Client::new(crate::http::Options::default())),
            &self.url(),
            super::Credential::of_token(crate::domain::secret::Secret::new("hpk_abc")),
        )
        .expect("an address")
    }
}

async fn read_request(stream: &mut TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4_096];
        let read = stream.read(&mut chunk).await.unwrap_or_default();
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let asked = Asked::read(head, body.to_owned());
            let length = asked.header("content-length").unwrap_or("0");
            if body.len() >= length.parse().unwrap_or(0) {
                return asked;
            }
        }
        if read == 0 {
            return Asked::read("", String::new());
        }
    }
}
