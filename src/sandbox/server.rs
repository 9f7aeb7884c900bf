//! Listeners and connections: sockets in, exchanges out, an orderly end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::exchange::{Exchanges, Severed, Side};
use super::http::{Body, Reply};
use super::wire::Wire;

/// How long open connections may take to finish once the sandbox stops.
const GRACE: Duration = Duration::from_secs(2);

/// The task that serves a listener.
#[derive(Debug)]
pub struct Listening(JoinHandle<()>);

impl Listening {
    /// Serves `listener` until `stop` turns true.
    pub fn serve(
        listener: TcpListener,
        side: Side,
        exchanges: Arc<Exchanges>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self(tokio::spawn(accept(listener, side, exchanges, stop)))
    }

    /// Waits until the last connection ended.
    pub async fn ended(self) {
        // It ends by itself; a panic in it was already reported where it happened.
        let _ = self.0.await;
    }
}

async fn accept(
    listener: TcpListener,
    side: Side,
    exchanges: Arc<Exchanges>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, side, exchanges.clone(), stop.clone()));
                }
                // The peer was gone again, or file descriptors ran out: the next one may do.
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stopped(&mut stop) => break,
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_ended).await.is_err() {
        connections.shutdown().await;
    }
}

/// Ends when the sandbox is told to stop or is dropped.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    side: Side,
    exchanges: Arc<Exchanges>,
    mut stop: watch::Receiver<bool>,
) {
    // Nagle's algorithm only delays small answers; without the option they are merely slower.
    let _ = stream.set_nodelay(true);
    let (wire, control) = Wire::new(stream);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (exchanges, control) = (exchanges.clone(), control.clone());
        async move {
            let reply = exchanges.answer(side, &control, request).await?;
            Ok::<_, Severed>(into_hyper(reply))
        }
    });
    let serving = http1::Builder::new()
        // A client may keep an idle connection as long as it likes.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(wire), service);
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
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

fn into_hyper(reply: Reply) -> hyper::Response<Either<Full<Bytes>, Pieces>> {
    let body = match reply.body {
        Body::Full(bytes) => Either::Left(Full::new(bytes)),
        Body::Stream(pieces) => Either::Right(Pieces(pieces)),
    };
    let mut response = hyper::Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

/// A body whose pieces come through a channel.
struct Pieces(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(cx)
            .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
