//! What is said over one connection, as HTTP and WebSocket say it: its pongs are heard, and what left is counted.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use crate::exchange::Notice;
use crate::transport::connection::Connection;
use crate::transport::pong::PongFinder;

/// The stream under HTTP and WebSocket.
pub(crate) struct OverheardStream<S> {
    stream: S,
    connection: Connection,
    pongs: PongFinder,
    notices: mpsc::UnboundedSender<Notice>,
    /// The stream is TLS and keeps what it is given: only what was flushed has left.
    keeps: bool,
    /// Bytes that it may still have.
    kept: usize,
}

impl<S> OverheardStream<S> {
    pub(crate) fn plain(stream: S, connection: Connection, notices: mpsc::UnboundedSender<Notice>) -> Self {
        Self { stream, connection, pongs: PongFinder::default(), notices, keeps: false, kept: 0 }
    }

    pub(crate) fn tls(stream: S, connection: Connection, notices: mpsc::UnboundedSender<Notice>) -> Self {
        Self { keeps: true, ..Self::plain(stream, connection, notices) }
    }

    fn count(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = &written {
            if self.keeps {
                self.kept += bytes;
            } else {
                self.connection.wrote(*bytes);
            }
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for OverheardStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if matches!(read, Poll::Ready(Ok(()))) && this.connection.is_upgraded() {
            let pongs = this.pongs.push(&buf.filled()[before..]);
            if let (1.., Some(sid)) = (pongs, this.connection.session()) {
                let _ = this.notices.send(Notice::Pong(sid));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for OverheardStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.count(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            this.connection.wrote(std::mem::take(&mut this.kept));
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
