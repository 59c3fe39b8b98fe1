//! A single-threaded load generator: raw HTTP/1.1 over keep-alive connections, so that it uses little of the shared
//! processor.

use crate::service::Service;
use std::cell::Cell;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::Instant;

/// One request with the expected status.
pub struct Call {
    pub bytes: Vec<u8>,
    pub expected: u16,
}

/// Length of a run, as a time or as a number of requests.
#[derive(Clone, Copy)]
pub enum For {
    Span(Duration),
    Count(usize),
}

/// Measurements of one run.
pub struct Run {
    span: Duration,
    /// Processor time used by the process under test.
    processor: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Run {
    /// Returns the answers per second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 answers")]
        let answers = self.latencies.len() as f64;
        answers / self.span.as_secs_f64()
    }

    /// Returns the milliseconds of processor time for one answer. Unlike the rate, it does not depend on the other load
    /// of the machine.
    pub fn cost(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 answers")]
        let answers = self.latencies.len() as f64;
        self.processor.as_secs_f64() * 1000.0 / answers
    }

    /// Returns the milliseconds within which the given percentage of answers came.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        let place = (self.latencies.len() * hundredths / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// A run with the bodies of its answers.
pub struct Kept {
    pub run: Run,
    pub bodies: Vec<Vec<u8>>,
}

/// Sends requests over the given number of connections, each of which waits for its answer before the next request.
/// `calls` makes the request with a given number.
pub async fn run(service: &Service, connections: usize, how_long: For, calls: impl Fn(usize) -> Call) -> Run {
    load(service, connections, how_long, &calls, false).await.run
}

/// Like [`run`], and keeps the bodies of the answers.
pub async fn run_keeping(service: &Service, connections: usize, how_long: For, calls: impl Fn(usize) -> Call) -> Kept {
    load(service, connections, how_long, &calls, true).await
}

async fn load(service: &Service, connections: usize, how_long: For, calls: &dyn Fn(usize) -> Call, keep: bool) -> Kept {
    let next = Cell::new(0);
    let mut sockets = Vec::new();
    for _ in 0..connections {
        sockets.push(Connection::open(service.port).await);
    }
    let processor = service.processor_time();
    let started = Instant::now();
    let take = || {
        let number = next.get();
        next.set(number + 1);
        match how_long {
            For::Span(span) => started.elapsed() < span,
            For::Count(count) => number < count,
        }
        .then_some(number)
    };
    let take = &take;
    let one = |mut connection: Connection| async move {
        let (mut latencies, mut bodies) = (Vec::new(), Vec::new());
        while let Some(number) = take() {
            let call = calls(number);
            let asked = Instant::now();
            connection.ask(&call).await;
            latencies.push(asked.elapsed());
            if keep {
                bodies.push(connection.body().to_vec());
            }
        }
        (latencies, bodies)
    };
    let parts = LocalSet::new().run_until(futures_util::future::join_all(sockets.into_iter().map(one))).await;
    let span = started.elapsed();
    let processor = service.processor_time().saturating_sub(processor);
    let (latencies, bodies): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let mut latencies: Vec<Duration> = latencies.into_iter().flatten().collect();
    latencies.sort();
    Kept { run: Run { span, processor, latencies }, bodies: bodies.into_iter().flatten().collect() }
}

/// One keep-alive connection with the latest answer on it.
pub struct Connection {
    socket: TcpStream,
    buffer: Vec<u8>,
    head: usize,
}

impl Connection {
    pub async fn open(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).await.expect("the service listens");
        socket.set_nodelay(true).expect("a socket");
        Self { socket, buffer: Vec::with_capacity(64 * 1024), head: 0 }
    }

    /// Sends one request and reads the whole answer.
    pub async fn ask(&mut self, call: &Call) {
        self.socket.write_all(&call.bytes).await.expect("the service reads");
        self.buffer.clear();
        let length = loop {
            let read = self.socket.read_buf(&mut self.buffer).await.expect("the service answers");
            assert!(read > 0, "the service closed the connection");
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                self.head = end + 4;
                break content_length(&self.buffer[..end]);
            }
        };
        while self.buffer.len() < self.head + length {
            let read = self.socket.read_buf(&mut self.buffer).await.expect("the service answers");
            assert!(read > 0, "the service closed the connection");
        }
        let status = self
            .buffer
            .get(9..12)
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| code.parse::<u16>().ok());
        assert_eq!(status, Some(call.expected), "{}", String::from_utf8_lossy(&self.buffer));
    }

    pub fn body(&self) -> &[u8] {
        &self.buffer[self.head..]
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Returns the length of the body; zero if the head does not name one.
fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    assert!(!head.contains("chunked"), "this client reads answers of a known length only");
    let said = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    said.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}
