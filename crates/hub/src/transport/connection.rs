//! One TCP connection, watched: its pongs are heard, and if it stops taking bytes it is ended.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use socketioxide::socket::Sid;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::exchange::Notice;
use crate::transport::doorkeeper::Place;
use crate::transport::pong::PongFinder;

/// How long a client may take no byte at all while something is to be written. A stalled reader would
/// otherwise hold its socket, its task and the hub's orderly stop for ever.
const STALL: Duration = Duration::from_secs(15);

/// What the HTTP side knows of the connection a request came by; a clone is in each request's extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connection(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// From now on the client sends WebSocket frames.
    upgraded: AtomicBool,
    /// The Engine.IO session that the frames belong to.
    sid: OnceLock<Sid>,
    /// Bytes that the kernel took.
    written: AtomicU64,
    /// Somebody wants the connection ended.
    ended: CancellationToken,
}

impl Connection {
    /// The client asked for WebSocket, in the session `sid` if it has one already. Called before it is
    /// answered, so no frame has come yet.
    pub(crate) fn upgrade(&self, sid: Option<Sid>) {
        if let Some(sid) = sid {
            self.belongs_to(sid);
        }
        self.0.upgraded.store(true, Ordering::Release);
    }

    /// Bytes that the kernel took so far.
    pub(crate) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Acquire)
    }

    /// The kernel took so many bytes more.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.0.written.fetch_add(bytes as u64, Ordering::Release);
    }

    /// Ends the connection as if the network had. A stock client comes back after that; after a Socket.IO
    /// disconnect it would not.
    pub(crate) fn end(&self) {
        self.0.ended.cancel();
    }

    /// Resolves once somebody wants it ended.
    pub(crate) async fn ended(&self) {
        self.0.ended.cancelled().await;
    }

    /// The session is known.
    pub(crate) fn belongs_to(&self, sid: Sid) {
        // A second answer would be a client that changes sessions in mid-connection: the first one stays.
        let _ = self.0.sid.set(sid);
    }
}

/// The stream under HTTP and WebSocket.
///
/// Under TLS it stands between the two: what it counts as taken may still be in the TLS library's buffer, of no more
/// than 64 KiB.
pub(crate) struct WatchedStream<S> {
    stream: S,
    /// Held for as long as the connection lasts.
    _place: Arc<Place>,
    connection: Connection,
    pongs: PongFinder,
    notices: mpsc::UnboundedSender<Notice>,
    /// Running while a write is waiting.
    stall: Option<Pin<Box<Sleep>>>,
    stalled: bool,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<S> WatchedStream<S> {
    pub(crate) fn new(
        stream: S,
        connection: Connection,
        place: Arc<Place>,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        Self {
            stream,
            _place: place,
            pongs: PongFinder::default(),
            notices,
            stall: None,
            stalled: false,
            ended: Box::pin(connection.0.ended.clone().cancelled_owned()),
            connection,
        }
    }

    /// Counts a write, and ends the connection for good once one has waited too long.
    fn guard(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = &written {
            self.stall = None;
            self.connection.wrote(*result.as_ref().unwrap_or(&0));
            return written;
        }
        let stall =
            self.stall.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + STALL)));
        if stall.as_mut().poll(cx).is_ready() {
            self.stalled = true;
            return Poll::Ready(Err(stalled()));
        }
        Poll::Pending
    }
}

fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client takes no bytes")
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.stalled {
            return Poll::Ready(Err(stalled()));
        }
        if this.ended.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if matches!(read, Poll::Ready(Ok(()))) && this.connection.0.upgraded.load(Ordering::Acquire) {
            let pongs = this.pongs.push(&buf.filled()[before..]);
            if let (1.., Some(sid)) = (pongs, this.connection.0.sid.get()) {
                let _ = this.notices.send(Notice::Pong(*sid));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.stalled {
            return Poll::Ready(Err(stalled()));
        }
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.guard(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.stalled {
            return Poll::Ready(Err(stalled()));
        }
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.guard(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
