//! A slow caller: answered with a timeout, and disconnected.

use super::Desk;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn a_body_that_drips_is_answered_when_its_time_is_over() {
    let desk = Desk::new().set("LIMITS__BODY_SECONDS", "1");
    let service = desk.serve().await;
    let mut caller = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port)).await.expect("a connection");
    let head = "POST /sign-in HTTP/1.1\r\nHost: raccordo\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n";
    caller.write_all(head.as_bytes()).await.expect("sent");
    let (mut reading, mut writing) = caller.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    });
    let mut answer = String::new();
    let read = async {
        while !answer.contains("\r\n\r\n") {
            let mut some = [0; 1024];
            let count = reading.read(&mut some).await.expect("an answer");
            assert!(count > 0, "the connection was closed without a word");
            answer.push_str(&String::from_utf8_lossy(&some[..count]));
        }
    };
    timeout(Duration::from_secs(8), read).await.expect("the deadline of the body holds");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    dripping.abort();
    assert!(service.stop().await);
}
