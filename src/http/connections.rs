//! Limits of incoming connections: their number per network, and the time for which a client may keep us waiting.
//!
//! The framework limits the wait for the first head of a connection and the pause between two requests. It limits
//! neither the wait for a later, incomplete head nor the wait for a client that does not read, and it does not count
//! connections per network: a client with as many connections as we accept could block all others. Therefore every
//! connection is wrapped: it has a [`Place`], of which each network gets a bounded number, and a [`Turn`], which knows
//! since when the client has to act.
//!
//! Trusted proxies are not counted, because all clients come through them; they limit their own clients.

use crate::config::Config;
use crate::http::limits::AddressBlock;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{Error, ErrorKind, Result};
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// Most connections of a worker; further ones wait.
const OF_A_WORKER: u64 = 2_000;
/// Open files besides connections: the database, mails, fetched pages, the log.
const OTHER_FILES: u64 = 100;
/// Fewest connections, even if the process may open fewer files.
const FEWEST: u64 = 16;
/// Longest wait for a client that has to act; after it the connection is closed. Longer than the framework's pause
/// between two requests, after which it closes the connection in order.
const PATIENCE: Duration = Duration::from_secs(35);
/// The same wait while most places are taken.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_secs(5);
/// Interval in which a waiting connection checks its time.
const BEAT: Duration = Duration::from_secs(2);

/// The connections of a process.
pub struct Connections {
    open: Mutex<Open>,
    most: usize,
    of_a_network: usize,
    proxies: Vec<IpAddr>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_network: HashMap<AddressBlock, usize>,
}

impl Connections {
    /// Makes as many places as the workers serve and the process may open files for; raises the limit of open files as
    /// far as allowed.
    pub fn new(config: &Config) -> Self {
        let wanted = OF_A_WORKER * u64::try_from(config.server.workers.max(1)).unwrap_or(1);
        let files = allowed_files(wanted + OTHER_FILES);
        let most = usize::try_from(wanted.min(files.saturating_sub(OTHER_FILES)).max(FEWEST)).unwrap_or(usize::MAX);
        Self {
            open: Mutex::default(),
            most,
            // A network never gets more than a quarter of the places, even if there are few.
            of_a_network: config.limits.connections_per_network.clamp(1, most / 4),
            proxies: config.server.trusted_proxies.clone(),
        }
    }

    /// Returns the number of connections that one of `workers` workers may serve.
    pub fn of_a_worker(&self, workers: usize) -> usize {
        (self.most / workers.max(1)).max(1)
    }

    /// Returns a place for a connection; `None` if its network has its full share.
    fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = (!self.proxies.contains(&peer.to_canonical())).then(|| AddressBlock::from(peer));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = network {
            let held = open.by_network.entry(network).or_default();
            if *held >= self.of_a_network {
                return None;
            }
            *held += 1;
        }
        open.all += 1;
        Some(Place { connections: Arc::clone(self), network })
    }

    /// Returns whether so many places are taken that waiting connections are closed early.
    fn is_crowded(&self) -> bool {
        let all = self.open.lock().unwrap_or_else(PoisonError::into_inner).all;
        all >= self.most - self.most / 4
    }

    /// Admits a connection. Fails if its network has its full share; the connection is then closed.
    pub fn admit(self: &Arc<Self>, stream: TcpStream) -> Result<(Connection, std::net::SocketAddr)> {
        let peer = stream.peer_addr()?;
        let place = self.place(peer.ip()).ok_or_else(|| Error::other("a network has too many connections"))?;
        let turn = Rc::new(Turn { answering: Cell::new(0), moved: Cell::new(Instant::now()) });
        Ok((Connection { stream, place, turn, beat: Box::pin(tokio::time::sleep(BEAT)) }, peer))
    }
}

/// Returns the number of files the process may open, after raising the limit to what it needs.
fn allowed_files(needed: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
    match current {
        Some(current) if current < wanted => {
            let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
            if raised.is_ok() { wanted } else { current }
        }
        current => current.unwrap_or(u64::MAX),
    }
}

/// One connection's place; free again when it is dropped.
struct Place {
    connections: Arc<Connections>,
    /// Absent for a trusted proxy.
    network: Option<AddressBlock>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        let Some(network) = self.network else { return };
        if let Some(held) = open.by_network.get_mut(&network) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                open.by_network.remove(&network);
            }
        }
    }
}

/// State of a connection: whether the service or the client has to act. Requests find it in the data of their
/// connection.
pub struct Turn {
    /// Requests of the connection that are being answered.
    answering: Cell<u32>,
    /// Instant at which the service last wrote or ended an answer.
    moved: Cell<Instant>,
}

impl Turn {
    /// Marks that the service has to act, until the guard is dropped.
    pub fn ours(self: &Rc<Self>) -> Ours {
        self.answering.set(self.answering.get() + 1);
        Ours(Rc::clone(self))
    }

    /// Returns for how long the client has had to act. Partial input does not count, because a byte now and then would
    /// otherwise hold a place for ever; a complete head makes it the service's turn.
    fn waited(&self) -> Duration {
        if self.answering.get() > 0 { Duration::ZERO } else { self.moved.get().elapsed() }
    }
}

/// Guard during which the service has to act.
pub struct Ours(Rc<Turn>);

impl Drop for Ours {
    fn drop(&mut self) {
        self.0.answering.set(self.0.answering.get().saturating_sub(1));
        self.0.moved.set(Instant::now());
    }
}

/// A connection in its place.
pub struct Connection {
    stream: TcpStream,
    place: Place,
    turn: Rc<Turn>,
    beat: Pin<Box<Sleep>>,
}

impl Connection {
    /// Returns the state of the connection.
    pub fn turn(&self) -> Rc<Turn> {
        Rc::clone(&self.turn)
    }

    /// Ready once the client has kept the service waiting for too long.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            ready!(self.beat.as_mut().poll(cx));
            let patience = if self.place.connections.is_crowded() { PATIENCE_IN_A_CROWD } else { PATIENCE };
            if self.turn.waited() >= patience {
                return Poll::Ready(ErrorKind::TimedOut.into());
            }
            self.beat.as_mut().reset(Instant::now() + BEAT);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.poll_patience(cx).map(Err),
            done @ Poll::Ready(_) => done,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Pending => self.poll_patience(cx).map(Err),
            done @ Poll::Ready(_) => {
                self.turn.moved.set(Instant::now());
                done
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(per_network: usize) -> Arc<Connections> {
        let mut config = Config::for_tests();
        config.limits.connections_per_network = per_network;
        config.server.trusted_proxies = vec![address("10.0.0.1")];
        Arc::new(Connections { most: 8, ..Connections::new(&config) })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_cannot_exceed_its_share_of_connections() {
        let all = connections(2);
        let one = [all.place(address("192.0.2.1")), all.place(address("192.0.2.1"))];
        assert!(one.iter().all(Option::is_some));
        assert!(all.place(address("192.0.2.1")).is_none());
        assert!(all.place(address("::ffff:192.0.2.1")).is_none());
        let other = all.place(address("192.0.2.2"));
        assert!(other.is_some());
        drop(one);
        assert!(all.place(address("192.0.2.1")).is_some(), "a place is free again");
    }

    #[test]
    fn a_trusted_proxy_has_no_share_but_counts_towards_the_total() {
        let all = connections(1);
        let held: Vec<_> = (0..6).map(|_| all.place(address("10.0.0.1")).expect("a place")).collect();
        assert!(all.is_crowded());
        drop(held);
        assert!(!all.is_crowded());
    }

    #[test]
    fn only_time_in_which_the_client_has_to_act_counts() {
        let long_ago = Instant::now().checked_sub(PATIENCE).expect("the machine has run for a minute");
        let turn = Rc::new(Turn { answering: Cell::new(0), moved: Cell::new(long_ago) });
        assert!(turn.waited() >= PATIENCE);
        let ours = turn.ours();
        assert_eq!(turn.waited(), Duration::ZERO);
        drop(ours);
        assert!(turn.waited() < BEAT);
    }
}
