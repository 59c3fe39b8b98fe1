//! A single-threaded load generator: raw HTTP/1.1 over keep-alive connections, so that it uses little of the shared
//! processor.

use crate::process::Process;
use futures_util::future::join_all;
use std::cell::Cell;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
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
    /// Processor time used by the process under test, unless other requests ran between the measured ones.
    processor: Option<Duration>,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Run {
    fn of(span: Duration, processor: Option<Duration>, mut latencies: Vec<Duration>) -> Self {
        latencies.sort();
        Self { span, processor, latencies }
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 answers")]
    fn answers(&self) -> f64 {
        self.latencies.len() as f64
    }

    /// Returns the answers per second.
    pub fn rate(&self) -> f64 {
        self.answers() / self.span.as_secs_f64()
    }

    /// Returns the milliseconds of processor time for one answer. Unlike the rate, it does not depend on the other load
    /// of the machine.
    pub fn cost(&self) -> f64 {
        self.processor.map_or(f64::NAN, |used| used.as_secs_f64() * 1000.0 / self.answers())
    }

    /// Returns the milliseconds within which the given percentage of answers came.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        let place = (self.latencies.len() * hundredths / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Sends the calls, one after the other and again from the first, over the given number of connections, each of which
/// waits for its answer before the next request.
pub async fn run(process: &Process, connections: usize, how_long: For, calls: &[Call]) -> Run {
    let mut sockets = Vec::new();
    for _ in 0..connections {
        sockets.push(Connection::open(process.port).await);
    }
    let processor = process.processor_time();
    let (started, next) = (Instant::now(), Cell::new(0));
    let take = || {
        let number = next.replace(next.get() + 1);
        let goes_on = match how_long {
            For::Span(span) => started.elapsed() < span,
            For::Count(count) => number < count,
        };
        goes_on.then(|| &calls[number % calls.len()])
    };
    let take = &take;
    let one = |mut connection: Connection| async move {
        let mut latencies = Vec::new();
        while let Some(call) = take() {
            latencies.push(connection.time(call).await);
        }
        latencies
    };
    let latencies = join_all(sockets.into_iter().map(one)).await.concat();
    let span = started.elapsed();
    Run::of(span, Some(process.processor_time().saturating_sub(processor)), latencies)
}

/// Measures answers that no cache can hold. Before each burst one change is made and not measured; then all calls of
/// the burst are sent at once, each over a connection of its own. The rate is that of the bursts alone.
pub async fn bursts(process: &Process, changes: &[Call], burst: &[Call]) -> Run {
    let mut writer = Connection::open(process.port).await;
    let mut readers = join_all(burst.iter().map(|_| Connection::open(process.port))).await;
    let (mut span, mut latencies) = (Duration::ZERO, Vec::new());
    for change in changes {
        writer.ask(change).await;
        let started = Instant::now();
        latencies.extend(join_all(readers.iter_mut().zip(burst).map(|(reader, call)| reader.time(call))).await);
        span += started.elapsed();
    }
    Run::of(span, None, latencies)
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

    /// Sends one request and returns the time until its whole answer was read.
    async fn time(&mut self, call: &Call) -> Duration {
        let asked = Instant::now();
        self.ask(call).await;
        asked.elapsed()
    }

    /// Sends one request and reads the whole answer.
    pub async fn ask(&mut self, call: &Call) {
        self.socket.write_all(&call.bytes).await.expect("the service reads");
        self.buffer.clear();
        self.head = 0;
        while self.head == 0 {
            self.read_more().await;
            self.head = find(&self.buffer, b"\r\n\r\n").map_or(0, |end| end + 4);
        }
        let status = self.status();
        let length = if matches!(status, Some(204 | 304)) { 0 } else { content_length(self.headers()) };
        while self.buffer.len() < self.head + length {
            self.read_more().await;
        }
        assert_eq!(status, Some(call.expected), "{}", String::from_utf8_lossy(&self.buffer));
    }

    async fn read_more(&mut self) {
        let read = self.socket.read_buf(&mut self.buffer).await.expect("the service answers");
        assert!(read > 0, "the service closed the connection");
    }

    fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.buffer.get(9..12)?).ok()?.parse().ok()
    }

    fn headers(&self) -> &str {
        std::str::from_utf8(&self.buffer[..self.head]).expect("a head of plain characters")
    }

    /// Returns a header of the latest answer, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.headers(), name)
    }

    /// Returns the body of the latest answer.
    pub fn body(&self) -> &[u8] {
        &self.buffer[self.head..]
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name)).map(|(_, value)| value)
}

/// Returns the length of the body; zero if the head does not name one.
fn content_length(head: &str) -> usize {
    assert!(header(head, "transfer-encoding").is_none(), "this client reads answers of a known length only");
    header(head, "content-length").and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}
