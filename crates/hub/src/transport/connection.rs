//! One TCP connection, watched: if it stops taking bytes it is ended.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use socketioxide::socket::Sid;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::transport::doorkeeper::Place;

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

    /// Whether somebody wanted it ended, or it ended by itself.
    #[cfg(test)]
    pub(crate) fn is_ended(&self) -> bool {
        self.0.ended.is_cancelled()
    }

    /// Resolves once somebody wants it ended.
    pub(crate) async fn ended(&self) {
        self.0.ended.cancelled().await;
    }

    /// Whether the client sends WebSocket frames from now on.
    pub(crate) fn is_upgraded(&self) -> bool {
        self.0.upgraded.load(Ordering::Acquire)
    }

    /// The session that the frames belong to, once it is known.
    pub(crate) fn session(&self) -> Option<Sid> {
        self.0.sid.get().copied()
    }

    /// The session is known.
    pub(crate) fn belongs_to(&self, sid: Sid) {
        // A second answer would be a client that changes sessions in mid-connection: the first one stays.
        let _ = self.0.sid.set(sid);
    }
}

/// The stream from and to the network, beneath TLS if there is any: TLS takes what it is given at once, and only here
/// can be seen that it then waits.
pub(crate) struct WatchedStream<S> {
    stream: S,
    /// Held for as long as the connection lasts.
    _place: Arc<Place>,
    connection: Connection,
    /// How long a write may wait.
    patience: Duration,
    /// Running while a write is waiting.
    stall: Option<Pin<Box<Sleep>>>,
    /// One for each side, since they may be two tasks and both have to be woken.
    ended_reading: Pin<Box<WaitForCancellationFutureOwned>>,
    ended_writing: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<S> WatchedStream<S> {
    pub(crate) fn new(stream: S, connection: Connection, place: Arc<Place>) -> Self {
        let ended = || Box::pin(connection.0.ended.clone().cancelled_owned());
        Self {
            stream,
            _place: place,
            patience: STALL,
            stall: None,
            ended_reading: ended(),
            ended_writing: ended(),
            connection,
        }
    }

    /// Writes, unless the connection was ended; also while nothing is read, as from a client that asks for much and
    /// takes it slowly. Ends the connection for good once a write has waited too long.
    fn write(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>>
    where
        S: Unpin,
    {
        if self.ended_writing.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = write(Pin::new(&mut self.stream), cx);
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let until = Instant::now() + self.patience;
        let stall = self.stall.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if stall.as_mut().poll(cx).is_ready() {
            self.connection.end();
            let reason = "the client takes no bytes";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, reason)));
        }
        Poll::Pending
    }
}

impl<S> Drop for WatchedStream<S> {
    /// Whoever waits for its end need not wait any longer.
    fn drop(&mut self) {
        self.connection.end();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ended_reading.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut this.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().write(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().write(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // Nothing waits here: it keeps nothing.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::transport::{Doorkeeper, Room};

    /// A connection that has room for 1,000 bytes on its way, and its other end.
    fn connected() -> (WatchedStream<DuplexStream>, Connection, DuplexStream) {
        let (ours, theirs) = duplex(1_000);
        let connection = Connection::default();
        let keeper = Doorkeeper::new(Room::default(), STALL);
        let place = keeper.enter([10, 0, 0, 1].into(), false, &connection).expect("there is room");
        (WatchedStream::new(ours, connection.clone(), place), connection, theirs)
    }

    #[tokio::test]
    async fn a_connection_that_is_ended_writes_nothing_more_also_to_who_reads_slowly() {
        let (mut stream, connection, mut client) = connected();
        let answers = tokio::spawn(async move { stream.write_all(&[0; 100_000]).await });
        let mut taken = [0; 500];
        client.read_exact(&mut taken).await.expect("they come");
        connection.end();
        let ended = answers.await.expect("no panic").expect_err("it is over");
        assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up_by_its_reader_too() {
        let (mut stream, _, _client) = connected();
        stream.patience = Duration::from_millis(20);
        let (mut reading, mut writing) = tokio::io::split(stream);
        let reader = tokio::spawn(async move { reading.read_u8().await });
        let stalled = writing.write_all(&[0; 100_000]).await.expect_err("nobody takes it");
        assert_eq!(stalled.kind(), io::ErrorKind::TimedOut);
        let ended = reader.await.expect("no panic").expect_err("it is over");
        assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted);
    }
}
