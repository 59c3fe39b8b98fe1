//! Guard of the part of a conversation that nobody has encrypted yet.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A socket that is never read beyond the end of a line.
///
/// lettre keeps what it has read ahead when STARTTLS turns the connection into an encrypted one. Answers that somebody on the way
/// appended in clear would then count as the server's (the STARTTLS injection of CVE-2021-38371 and its kin). Unread, they reach
/// the TLS handshake instead, which fails.
#[derive(Debug)]
pub(super) struct LineByLine(pub(super) TcpStream);

impl AsyncRead for LineByLine {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut storage = [0; 1024];
        let room = buf.remaining().min(storage.len());
        let mut ahead = ReadBuf::new(&mut storage[..room]);
        let seen = ready!(self.0.poll_peek(cx, &mut ahead))?;
        let line = ahead.filled().iter().position(|byte| *byte == b'\n').map_or(seen, |end| end + 1);
        let mut line = ReadBuf::new(&mut storage[..line]);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut line))?;
        buf.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
