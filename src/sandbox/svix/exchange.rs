//! One delivery over a socket (`core/webhook_http_client.rs`).
//!
//! Letters of header names are small here; the server keeps those of an endpoint's own headers.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use crate::domain::site::Site;

const TIMEOUT: Duration = Duration::from_secs(30);
/// A connection that breaks sooner is tried once more at once.
const SOON: Duration = Duration::from_secs(1);
/// So much of an answer is kept.
const MOST_OF_ANSWER: usize = 20_000;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub payload: String,
}

/// What came back.
#[derive(Debug)]
pub struct Outcome {
    /// 0 where there was no answer.
    pub status: u16,
    pub response: String,
    /// The receiver was too slow or said that there is too much.
    pub is_overloaded: bool,
    pub retry_after: Option<Duration>,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the sandbox sends to this machine alone")]
    Elsewhere,
    #[error("the sandbox sends without TLS alone")]
    Tls,
    #[error("error trying to connect: {0}")]
    Connect(std::io::Error),
    #[error("{0}")]
    Broken(#[from] hyper::Error),
    #[error("{0}")]
    Malformed(#[from] hyper::http::Error),
    #[error("operation timed out")]
    Timeout,
}

impl Outcome {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn of(failure: &Failure) -> Self {
        Self {
            status: 0,
            response: failure.to_string(),
            is_overloaded: matches!(failure, Failure::Timeout),
            retry_after: None,
        }
    }
}

/// Sends it, to `datadog` where the address is a host of Datadog's.
pub async fn send(outgoing: &Outgoing, datadog: Option<&str>) -> Outcome {
    let begun = Instant::now();
    let mut outcome = once(outgoing, datadog).await;
    let broke = matches!(&outcome, Err(Failure::Broken(_) | Failure::Connect(_)));
    if broke && begun.elapsed() < SOON {
        outcome = once(outgoing, datadog).await;
    }
    outcome.unwrap_or_else(|failure| Outcome::of(&failure))
}

async fn once(outgoing: &Outgoing, datadog: Option<&str>) -> Result<Outcome, Failure> {
    let answered = timeout(TIMEOUT, exchange(outgoing, datadog)).await;
    answered.unwrap_or(Err(Failure::Timeout))
}

async fn exchange(outgoing: &Outgoing, datadog: Option<&str>) -> Result<Outcome, Failure> {
    let stream = connect(&outgoing.url, datadog).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the sender; what goes wrong on it comes back from the request.
    tokio::spawn(async move { drop(connection.await) });
    let answer = sender.send_request(request(outgoing)?).await?;
    let status = answer.status();
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let body = answer.into_body().collect().await?.to_bytes();
    let kept = &body[..body.len().min(MOST_OF_ANSWER)];
    Ok(Outcome {
        status: status.as_u16(),
        response: String::from_utf8_lossy(kept).into_owned(),
        is_overloaded: status == StatusCode::TOO_MANY_REQUESTS,
        retry_after,
    })
}

async fn connect(url: &Url, datadog: Option<&str>) -> Result<TcpStream, Failure> {
    let host = url.host_str().unwrap_or_default();
    if let (Some(_), Some(datadog)) = (Site::of_host(host), datadog) {
        let address = datadog.trim_start_matches("http://");
        return TcpStream::connect(address).await.map_err(Failure::Connect);
    }
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        Some(Host::Domain("localhost")) => IpAddr::from([127, 0, 0, 1]),
        _ => return Err(Failure::Elsewhere),
    };
    if !address.is_loopback() {
        return Err(Failure::Elsewhere);
    }
    if url.scheme() != "http" {
        return Err(Failure::Tls);
    }
    let address = SocketAddr::new(address, url.port_or_known_default().unwrap_or(80));
    TcpStream::connect(address).await.map_err(Failure::Connect)
}

fn request(outgoing: &Outgoing) -> Result<hyper::Request<Full<Bytes>>, hyper::http::Error> {
    let Outgoing {
        url,
        headers,
        payload,
    } = outgoing;
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().unwrap_or_default();
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let mut request = hyper::Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(ACCEPT, "*/*")
        .header(USER_AGENT, "Svix-Webhooks/1.100.0")
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(payload.clone())))
}
