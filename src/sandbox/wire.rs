//! The socket under a connection, which can be told to misbehave.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// What ends an answer's head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// How the socket treats what it is given to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Pass,
    /// A byte at a time, so long apart.
    Slow(Duration),
    /// The next head and so many bytes behind it, then the end.
    CutAfterHead(usize),
    /// So many bytes more, then the end.
    CutAfter(usize),
    /// Nothing any more; closing resets the connection.
    Reset,
}

/// Tells a connection's socket how to behave from now on.
#[derive(Clone, Debug)]
pub struct WireControl(Arc<Mutex<Manner>>);

impl WireControl {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Manner::Pass)))
    }

    /// Closing will send a TCP reset, and nothing is written before it.
    pub fn reset(&self) {
        self.set(Manner::Reset);
    }

    /// Everything from now on goes out a byte at a time.
    pub fn slow(&self, pause: Duration) {
        self.set(Manner::Slow(pause));
    }

    /// The next answer ends `body_bytes` behind its head.
    pub fn cut(&self, body_bytes: usize) {
        self.set(Manner::CutAfterHead(body_bytes));
    }

    fn set(&self, manner: Manner) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    fn get(&self) -> Manner {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A TCP stream that does as its [`WireControl`] says.
#[derive(Debug)]
pub struct Wire {
    inner: TcpStream,
    control: WireControl,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub fn new(inner: TcpStream) -> (Self, WireControl) {
        let control = WireControl::new();
        let wire = Self {
            inner,
            control: control.clone(),
            pause: None,
        };
        (wire, control)
    }

    /// Writes one byte, then none before `pause` is over.
    fn poll_write_slowly(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        pause: Duration,
    ) -> Poll<io::Result<usize>> {
        if let Some(sleep) = &mut self.pause {
            ready!(sleep.as_mut().poll(cx));
            self.pause = None;
        }
        let one = &bytes[..bytes.len().min(1)];
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, one))?;
        self.pause = Some(Box::pin(tokio::time::sleep_until(Instant::now() + pause)));
        Poll::Ready(Ok(written))
    }

    /// Writes what is left of `allowed`; behind that, ends the stream.
    fn poll_write_cut(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        allowed: usize,
    ) -> Poll<io::Result<usize>> {
        if allowed == 0 {
            ready!(Pin::new(&mut self.inner).poll_shutdown(cx))?;
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let part = &bytes[..bytes.len().min(allowed)];
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, part))?;
        self.control.set(Manner::CutAfter(allowed - written));
        Poll::Ready(Ok(written))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.control.get() {
            Manner::Pass => Pin::new(&mut self.inner).poll_write(cx, bytes),
            Manner::Slow(pause) => self.poll_write_slowly(cx, bytes, pause),
            Manner::CutAfterHead(behind) => {
                let head = head_length(bytes);
                self.poll_write_cut(cx, bytes, head + behind)
            }
            Manner::CutAfter(allowed) => self.poll_write_cut(cx, bytes, allowed),
            Manner::Reset => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.control.get() {
            // An orderly end would go out before the reset.
            Manner::Reset => Poll::Ready(Ok(())),
            _ => Pin::new(&mut self.inner).poll_shutdown(cx),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.control.get() == Manner::Reset {
            // Without the option the peer sees an orderly end, which is all that can be done then.
            let _ = self.inner.set_zero_linger();
        }
    }
}

/// How far the head reaches in the first bytes of an answer; the server writes it in one piece.
fn head_length(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, HEAD_END).map_or(bytes.len(), |at| at + HEAD_END.len())
}
