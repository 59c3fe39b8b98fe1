//! Load from outside: callers who hold as many connections as they can, and the effect on other callers.

use super::{Desk, Service};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio::time::{sleep, timeout};

const ALIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: raccordo\r\n\r\n";

/// Opens a connection from this local address.
async fn connect_from(source: [u8; 4], service: &Service) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((source, 0)))?;
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, service.port))).await
}

/// Sends a request and returns the immediate answer; empty if the connection was closed.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> String {
    if stream.write_all(request).await.is_err() {
        return String::new();
    }
    let mut answer = [0; 4096];
    let read = timeout(Duration::from_secs(5), stream.read(&mut answer)).await;
    let count = read.ok().and_then(Result::ok).unwrap_or(0);
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// Opens connections that were answered once and then stay open with half of a request head.
async fn hold(service: &Service, source: [u8; 4], count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        let Ok(mut stream) = connect_from(source, service).await else { break };
        if ask(&mut stream, ALIVE).await.starts_with("HTTP/1.1 204") && stream.write_all(b"GET /sta").await.is_ok() {
            held.push(stream);
        }
    }
    held
}

pub(super) async fn is_answered(service: &Service, source: [u8; 4]) -> bool {
    let Ok(Ok(mut stream)) = timeout(Duration::from_secs(2), connect_from(source, service)).await else { return false };
    ask(&mut stream, ALIVE).await.starts_with("HTTP/1.1 204")
}

#[tokio::test]
async fn one_address_with_many_connections_blocks_no_other() {
    let desk = Desk::new().set("SERVER__WORKERS", "1").set("LIMITS__CONNECTIONS_PER_NETWORK", "50");
    let service = desk.serve().await;
    let held = hold(&service, [127, 0, 0, 1], 2_100).await;
    assert!(is_answered(&service, [127, 0, 0, 2]).await, "another address is shut out by {} connections", held.len());
    assert_eq!(held.len(), 50);
    assert!(!is_answered(&service, [127, 0, 0, 1]).await);
    drop(held);
    sleep(Duration::from_millis(200)).await;
    assert!(is_answered(&service, [127, 0, 0, 1]).await, "its places are free again");
}

#[tokio::test]
async fn while_most_places_are_taken_idle_connections_are_closed() {
    let desk = Desk::new().set("SERVER__WORKERS", "1").set("LIMITS__CONNECTIONS_PER_NETWORK", "500");
    let service = desk.serve().await;
    let mut held = Vec::new();
    for last in 1..=4 {
        held.extend(hold(&service, [127, 0, 0, last], 500).await);
    }
    assert!(held.len() >= 1_500, "{}", held.len());
    let began = Instant::now();
    while !is_answered(&service, [127, 0, 0, 9]).await {
        assert!(began.elapsed() < Duration::from_secs(15), "the house stays full");
        sleep(Duration::from_millis(500)).await;
    }
    sleep(Duration::from_secs(8)).await;
    let mut closed = 0;
    for stream in &mut held {
        let mut byte = [0; 1];
        // A connection without data and without end is still open.
        closed += usize::from(timeout(Duration::from_millis(1), stream.read(&mut byte)).await.is_ok());
    }
    assert!(closed >= 500, "{closed} of {} were ended", held.len());
}

#[tokio::test]
async fn a_request_that_is_not_http_is_refused_and_not_logged() {
    let desk = Desk::new();
    let service = desk.serve().await;
    let long = [b"GET / HTTP/1.1\r\nhost: raccordo\r\nx: ".as_slice(), &vec![b'a'; 200_000], b"\r\n\r\n"].concat();
    for (request, status) in [(b"no http at all\r\n\r\n".as_slice(), "400"), (&long, "431")] {
        let mut stream = connect_from([127, 0, 0, 1], &service).await.expect("a connection");
        let answer = ask(&mut stream, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    sleep(Duration::from_millis(200)).await;
    assert!(!service.said().contains("ERROR"), "{}", service.said());
}

#[tokio::test]
async fn a_process_that_may_open_few_files_serves_few_and_does_not_fill_its_log() {
    let desk = Desk::new();
    let service = desk.serve_within(256).await;
    let mut held = Vec::new();
    for count in 0..300 {
        let source = [127, 0, 0, u8::try_from(count % 50 + 1).expect("a byte")];
        if let Ok(Ok(stream)) = timeout(Duration::from_millis(50), connect_from(source, &service)).await {
            held.push(stream);
        }
    }
    sleep(Duration::from_secs(3)).await;
    let said = service.said();
    assert!(said.matches("Too many open files").count() <= 1, "{said}");
    sleep(Duration::from_secs(6)).await;
    assert!(is_answered(&service, [127, 0, 0, 200]).await, "those who said nothing have gone");
}

/// Returns the most memory the process has held so far without the pages of its program file, in MiB.
///
/// The file of a debug build is ten times that of a release build and grows with every slice, and the kernel takes its
/// pages back under pressure.
fn peak_of(service: &Service) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.child.id())).expect("a process");
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
    };
    (kib("VmHWM:") - kib("RssFile:")) / 1024
}

#[tokio::test]
async fn thirty_files_at_once_stay_within_the_memory() {
    const AT_ONCE: usize = 30;
    let desk = Desk::new()
        .set("LIMITS__DOCUMENT_BYTES", (12 * 1024 * 1024).to_string())
        .set("LIMITS__DOCUMENTS_BYTES_PER_DAY", (1024 * 1024 * 1024).to_string())
        .with_network();
    let service = desk.serve().await;
    let said = desk.run(&["api-token", "segreteria@raccordo.example"]);
    let token = said.out.split_whitespace().find(|word| word.starts_with("rac_")).expect("a token").to_owned();
    let send = |number: usize| {
        let (token, port) = (token.clone(), service.port);
        async move {
            let head = "--b\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";
            let mut body = format!("{head}%PDF-1.7\n{number}\n").into_bytes();
            body.resize(12 * 1024 * 1024 - 100, b'x');
            body.extend_from_slice(b"\r\n--b--\r\n");
            let head = format!(
                "POST /api/v1/designations/documents HTTP/1.1\r\nhost: raccordo\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("a connection");
            stream.write_all(head.as_bytes()).await.expect("sent");
            let (mut reading, mut writing) = stream.into_split();
            // The refusal may arrive before everything is sent.
            let sending = tokio::spawn(async move { writing.write_all(&body).await.is_ok() });
            let mut answer = Vec::new();
            let _ = timeout(Duration::from_mins(2), reading.read_to_end(&mut answer)).await;
            sending.abort();
            String::from_utf8_lossy(&answer).into_owned()
        }
    };
    let answers = futures_util::future::join_all((0..AT_ONCE).map(send)).await;
    let with =
        |status: &str| answers.iter().filter(|answer| answer.starts_with(&format!("HTTP/1.1 {status} "))).count();
    assert!(with("201") >= 3 && with("201") + with("503") == AT_ONCE, "{answers:#?}");
    let refused = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 503 "));
    assert!(refused.clone().all(|answer| answer.to_lowercase().contains("\r\nretry-after: ")));
    let peak = peak_of(&service);
    assert!(peak < 224, "{peak} MiB, and 32 are left for the program");
}
