//! The socket: HTTP/1.1, bodies up to what any receiver must take, gzip or nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::request::{self, Arrival, Refusal};
use crate::listen::{ListenError, listen};
use crate::otlp::decode::{self, Form};
use crate::otlp::signal::ANY_REQUEST;

/// For a head, and for a whole body.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long requests that were begun may take once it ends.
const GRACE: Duration = Duration::from_secs(2);

/// A socket that takes OTLP.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// # Errors
    ///
    /// An address that is taken, or not this machine's.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let listener = listen(address).await?;
        let address = listener.local_addr().unwrap_or(address);
        Ok(Self { listener, address })
    }

    /// The base address, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until `stop` turns true, and then what was begun.
    pub async fn serve(self, arrivals: mpsc::Sender<Arrival>, mut stop: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = stopped(&mut stop) => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(talk(stream, arrivals.clone(), stop.clone()));
                    }
                    // Too many open files pass; a busy loop would not help.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
            }
        }
        let all_ended = async { while connections.join_next().await.is_some() {} };
        if timeout(GRACE, all_ended).await.is_err() {
            connections.shutdown().await;
        }
    }
}

/// Ends when it is to stop, or nobody can say so any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn talk(stream: TcpStream, arrivals: mpsc::Sender<Arrival>, mut stop: watch::Receiver<bool>) {
    let arrivals = &arrivals;
    let service = service_fn(|request: Request<Incoming>| async move {
        Ok::<_, Infallible>(answer(request, arrivals).await)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        biased;
        ended = serving.as_mut() => ended,
        () = stopped(&mut stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection broke off");
    }
}

/// 200 once the arrival was handed on.
async fn answer(
    request: Request<Incoming>,
    arrivals: &mpsc::Sender<Arrival>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let form = Form::of_header(header(&head.headers, &CONTENT_TYPE));
    let arrival = async {
        let signal = request::signal(&head.method, head.uri.path())?;
        let form = form.ok_or_else(|| unknown_form(&head.headers))?;
        let body = plain(&head.headers, read(body).await?)?;
        request::arrival(signal, form, &body)
    };
    let form = form.unwrap_or(Form::Protobuf);
    let (arrival, response) = match arrival.await {
        Ok(arrival) => {
            let response = request::taken(form, &arrival);
            (arrival, response)
        }
        Err(refusal) => {
            let response = request::refused(form, &refusal);
            (Arrival::Refused { why: refusal.why }, response)
        }
    };
    // Nobody listens any more only at the very end.
    let _ = arrivals.send(arrival).await;
    response
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unknown_form(headers: &HeaderMap) -> Refusal {
    let named = header(headers, &CONTENT_TYPE).unwrap_or("no content type");
    let why = match named.starts_with("application/grpc") {
        true => "this is gRPC; set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf".to_owned(),
        false => format!("{named} is no form of OTLP over HTTP"),
    };
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why)
}

async fn read(mut body: Incoming) -> Result<Bytes, Refusal> {
    let too_large = || {
        let why = format!("larger than {ANY_REQUEST} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, why)
    };
    if body.size_hint().lower() > ANY_REQUEST as u64 {
        return Err(too_large());
    }
    let collect = async {
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let broken = |_| Refusal::new(StatusCode::BAD_REQUEST, "the body broke off");
            if let Ok(data) = frame.map_err(broken)?.into_data() {
                if bytes.len() + data.len() > ANY_REQUEST {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes.freeze())
    };
    let slow = Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
    timeout(PATIENCE, collect).await.unwrap_or(Err(slow))
}

fn plain(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Refusal> {
    match header(headers, &CONTENT_ENCODING).unwrap_or("identity") {
        "identity" => Ok(body),
        "gzip" => decode::gunzip(&body, ANY_REQUEST)
            .map(Bytes::from)
            .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.to_string())),
        other => {
            let why = format!("{other} is not understood here: send gzip or nothing");
            Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why))
        }
    }
}
