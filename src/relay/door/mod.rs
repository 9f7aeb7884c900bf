//! The door: an HTTP/1.1 server whose every path takes a signed POST.
//!
//! What nobody has proven costs little: heads and bodies have a time and a size, bodies that are
//! under way have a size together, and of connections that say nothing the longest idle one gives
//! way to a new one.

mod answer;
mod body;
mod seats;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::answer::Desk;
use self::seats::{Seat, Seats};
use super::counts::Counts;
use super::keys::Keys;
use super::tls::Certificate;
use crate::delivery::Backlog;

/// For the head of a request, and for a connection that says nothing after an answer.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// Of a head.
const LONGEST_HEAD: usize = 16 << 10;

/// Connections at once.
const CONNECTIONS: u64 = 1_024;

/// Open files that are for others: the spool, the way to Datadog and to the gateway.
const OTHER_FILES: u64 = 128;

/// How long what was begun may take once the relay stops.
const GRACE: Duration = Duration::from_secs(10);

/// What a door needs.
#[derive(Debug)]
pub struct DoorSettings {
    pub listener: TcpListener,
    /// Plain HTTP without one.
    pub certificate: Option<Certificate>,
    /// `None` takes webhooks that nobody signed.
    pub keys: Option<Keys>,
    pub spool: Backlog,
    pub counts: Arc<Counts>,
}

/// An open door. It closes when it is dropped.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    ended: Option<oneshot::Receiver<()>>,
}

impl Door {
    /// Opens it on a thread of its own.
    ///
    /// # Errors
    ///
    /// A socket that cannot be used, and no thread.
    pub fn open(settings: DoorSettings) -> io::Result<Self> {
        let address = settings.listener.local_addr()?;
        settings.listener.set_nonblocking(true)?;
        let (stop, stopped) = watch::channel(false);
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::Builder::new()
            .name("door".to_owned())
            .spawn(move || {
                runtime.block_on(serve(settings, stopped));
                // Nobody may be waiting.
                let _ = end.send(());
            })?;
        Ok(Self {
            address,
            stop,
            ended: Some(ended),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more; what was begun goes on.
    pub fn begin_to_close(&self) {
        // An error says that nobody is there to be told.
        let _ = self.stop.send(true);
    }

    /// Takes no more, and waits until what was begun has its answer.
    pub async fn close(mut self) {
        self.begin_to_close();
        if let Some(ended) = self.ended.take() {
            // An error says that the thread has ended as well.
            let _ = ended.await;
        }
    }
}

async fn serve(settings: DoorSettings, mut stop: watch::Receiver<bool>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(settings.listener) else {
        return;
    };
    let desk = Arc::new(Desk::new(settings.keys, settings.spool, settings.counts));
    let seats = Seats::new(most_connections());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let guest = Guest {
                        seat: seats.take(),
                        desk: Arc::clone(&desk),
                        stop: stop.clone(),
                    };
                    connections.spawn(guest.welcome(stream, settings.certificate.clone()));
                }
                // Whoever knocked was gone again, or there are too many open files: some will close.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(GRACE, all_ended).await.is_err() {
        connections.shutdown().await;
    }
}

/// As many as there may be open files for.
fn most_connections() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let files = files.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES);
    usize::try_from(files.clamp(16, CONNECTIONS)).unwrap_or(16)
}

/// Ends when the door is to close, or nobody holds it any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// One connection.
struct Guest {
    seat: Seat,
    desk: Arc<Desk>,
    stop: watch::Receiver<bool>,
}

impl Guest {
    async fn welcome(self, stream: TcpStream, certificate: Option<Certificate>) {
        // Small answers are not to wait for more; without the option they are merely slower.
        let _ = stream.set_nodelay(true);
        let Some(certificate) = certificate else {
            return self.talk(stream).await;
        };
        let evicted = self.seat.evicted();
        let shaken = tokio::select! {
            shaken = timeout(HEAD_PATIENCE, certificate.accept(stream)) => shaken,
            () = evicted.notified() => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.talk(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS was agreed on"),
            Err(_) => tracing::debug!("no TLS was agreed on in time"),
        }
    }

    async fn talk(mut self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let (seat, desk) = (&self.seat, &self.desk);
        let service = service_fn(|request: hyper::Request<Incoming>| async move {
            let _busy = seat.busy();
            Ok::<_, std::convert::Infallible>(desk.answer(request).await)
        });
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let mut serving = pin!(serving);
        let evicted = seat.evicted();
        let ended = tokio::select! {
            biased;
            ended = serving.as_mut() => ended,
            () = evicted.notified() => return,
            () = stopped(&mut self.stop) => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = ended {
            tracing::trace!(%error, "a connection broke off");
        }
    }
}
