//! A portal on this machine, which serves the pages of a test and counts connections.

use raccordo::config::Config;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Complete answers by path.
type Pages = Arc<Mutex<HashMap<String, Vec<u8>>>>;

pub struct Portal {
    pub address: SocketAddr,
    pages: Pages,
    visits: Arc<AtomicUsize>,
}

impl Portal {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (pages, visits) = (Pages::default(), Arc::new(AtomicUsize::new(0)));
        let (served, counted) = (Arc::clone(&pages), Arc::clone(&visits));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        Self { address, pages, visits }
    }

    /// Starts a portal that accepts every connection and does not answer.
    pub async fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                held.push(stream);
            }
        });
        Self { address, pages: Pages::default(), visits }
    }

    /// Returns the settings of a service with this portal.
    pub fn config(&self) -> Config {
        let mut config = Config::for_tests();
        config.portal.allowed_hosts = vec!["127.0.0.1".into(), "portale.example".into()];
        config.portal.allowed_private_addresses = vec![self.address];
        config.portal.allow_http = true;
        config
    }

    /// Returns the address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts a page on the portal, replacing the one at that path.
    pub fn show(&self, path: &str, html: &str) {
        self.answer(path, "200 OK", "content-type: text/html; charset=utf-8\r\n", html.as_bytes());
    }

    /// Makes a path give this answer.
    pub fn answer(&self, path: &str, status: &str, headers: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        self.pages().insert(path.to_owned(), [head.as_bytes(), body].concat());
    }

    /// Returns the number of connections opened.
    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn serve(mut stream: TcpStream, pages: Pages) {
    let mut request = vec![0; 8192];
    let read = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let known = pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(path).cloned();
    let answer =
        known.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec());
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}
