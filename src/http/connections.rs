//! Connections from outside: how many one network may hold, and how long each may keep us waiting.
//!
//! The framework bounds the wait for the first head of a connection and the pause between two requests. It bounds neither the wait
//! for a later head that comes by halves nor the wait for a reader who does not read, and it counts nobody's connections: whoever
//! held as many as we accept shut everybody out for as long as they liked. So every connection is wrapped: it has a [`Place`], of
//! which a network gets so many and no more, and a [`Turn`], which says since when it is the caller who has to move.
//!
//! Proxies of ours are not counted, because everybody comes from them; they count their own callers.

use crate::config::Config;
use crate::http::limits::Network;
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

/// Connections a worker serves at most.
const OF_A_WORKER: u64 = 2_000;
/// Files that the process opens besides connections: the database, mails, fetched pages, the log.
const OTHER_FILES: u64 = 100;
/// Fewest connections, however few files the process may open.
const FEWEST: u64 = 16;
/// How long a caller may leave us waiting: longer than the framework's pause between two requests, which ends in good order.
const PATIENCE: Duration = Duration::from_secs(35);
/// The same while most places are taken.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_secs(5);
/// How often a connection that waits looks at its patience.
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
    by_network: HashMap<Network, usize>,
}

impl Connections {
    /// As many as the workers serve and the process may open files for, which it is given as many of as it needs and may have.
    pub fn new(config: &Config) -> Self {
        let wanted = OF_A_WORKER * u64::try_from(config.server.workers.max(1)).unwrap_or(1);
        let files = allowed_files(wanted + OTHER_FILES);
        let most = usize::try_from(wanted.min(files.saturating_sub(OTHER_FILES)).max(FEWEST)).unwrap_or(usize::MAX);
        Self {
            open: Mutex::default(),
            most,
            // Even where there are few places, one network never gets more than a quarter of them.
            of_a_network: config.limits.connections_per_network.clamp(1, most / 4),
            proxies: config.server.trusted_proxies.clone(),
        }
    }

    /// The connections that one of so many workers may serve.
    pub fn of_a_worker(&self, workers: usize) -> usize {
        (self.most / workers.max(1)).max(1)
    }

    /// A place for a connection; none if its network has as many as it gets.
    fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = (!self.proxies.contains(&peer.to_canonical())).then(|| Network::from(peer));
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

    /// Whether so many places are taken that those who only wait have to go.
    fn is_crowded(&self) -> bool {
        let all = self.open.lock().unwrap_or_else(PoisonError::into_inner).all;
        all >= self.most - self.most / 4
    }

    /// Takes a connection in. An error if its network has as many as it gets: the caller sees it closed.
    pub fn admit(self: &Arc<Self>, stream: TcpStream) -> Result<(Connection, std::net::SocketAddr)> {
        let peer = stream.peer_addr()?;
        let place = self.place(peer.ip()).ok_or_else(|| Error::other("a network has too many connections"))?;
        let turn = Rc::new(Turn { answering: Cell::new(0), moved: Cell::new(Instant::now()) });
        Ok((Connection { stream, place, turn, beat: Box::pin(tokio::time::sleep(BEAT)) }, peer))
    }
}

/// Files the process may open, after it has asked for as many as it needs.
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
    /// Absent for a proxy of ours.
    network: Option<Network>,
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

/// Whose turn it is on a connection. Its requests find it as data of their connection.
pub struct Turn {
    /// Requests of the connection that are being answered.
    answering: Cell<u32>,
    /// When we last did something: wrote, or ended an answer.
    moved: Cell<Instant>,
}

impl Turn {
    /// Marks that it is our turn, until the guard is dropped.
    pub fn ours(self: &Rc<Self>) -> Ours {
        self.answering.set(self.answering.get() + 1);
        Ours(Rc::clone(self))
    }

    /// How long the caller has left us waiting. What they send does not count, or a byte now and then would hold a place for ever:
    /// a whole head counts, because then it is our turn.
    fn waited(&self) -> Duration {
        if self.answering.get() > 0 { Duration::ZERO } else { self.moved.get().elapsed() }
    }
}

/// Our turn on a connection.
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
    /// Whose turn it is.
    pub fn turn(&self) -> Rc<Turn> {
        Rc::clone(&self.turn)
    }

    /// Ready once the caller has left us waiting for too long.
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
    fn a_network_gets_its_share_of_connections_and_leaves_the_rest() {
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
