//! Limits of a caller: rate of requests, size of bodies, time for bodies to arrive.
//!
//! The rate is counted per route class and client network with a leaky bucket (GCRA), so that a burst does not block a
//! caller for a whole minute, and a whole IPv6 network counts as one caller. The table of callers is swept every
//! minute, because it would otherwise grow with every address. Each replica counts for itself; limits over all replicas
//! (sign-in mails to one address) are counted in the database.

use crate::config::Limits;
use crate::error::Code;
use crate::http::{Failure, assets};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Future, Stream, StreamExt, stream};
use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// Classes of requests that are counted separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Requests of all kinds.
    General,
    /// Requests that guess or cause mails: sign-in and the buttons behind mailed links.
    Attempt,
}

/// Prefixes of paths whose unsafe requests are attempts.
const ATTEMPTS: &[&str] = &["/sign-in", "/p/"];

impl Class {
    /// Returns the class of a request by its decoded path; `None` for cheap requests that are not counted: static files
    /// and the liveness check.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        if path == "/health/live" || assets::is_file(path) {
            return None;
        }
        let attempt = !method.is_safe() && ATTEMPTS.iter().any(|prefix| path.starts_with(prefix));
        Some(if attempt { Self::Attempt } else { Self::General })
    }
}

/// A caller for counting: an IPv4 address, or the /64 of an IPv6 address, which is what one line gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressBlock(u128);

impl From<IpAddr> for AddressBlock {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().to_bits()),
            IpAddr::V6(v6) => Self(v6.to_bits() & !u128::from(u64::MAX)),
        }
    }
}

/// Remaining allowance of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the whole limit is available again.
    reset: u32,
    /// Seconds to wait, if the limit is used up.
    pub retry_after: Option<u64>,
}

type Bucket = RateLimiter<AddressBlock, DashMapStateStore<AddressBlock>, DefaultClock, StateInformationMiddleware>;

/// Counts requests for all workers.
pub struct Limiter {
    general: (Bucket, u32),
    attempts: (Bucket, u32),
}

impl Limiter {
    pub fn new(limits: &Limits) -> Self {
        Self { general: bucket(limits.requests_per_minute), attempts: bucket(limits.attempts_per_minute) }
    }

    /// Counts one request and returns the remaining allowance.
    pub fn count(&self, class: Class, network: AddressBlock) -> Standing {
        let (bucket, limit) = match class {
            Class::General => &self.general,
            Class::Attempt => &self.attempts,
        };
        match bucket.check_key(&network) {
            Ok(state) => Standing::new(*limit, state.remaining_burst_capacity(), None),
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(governor::clock::Clock::now(&DefaultClock::default()));
                Standing::new(*limit, 0, Some(wait.as_secs() + 1))
            }
        }
    }

    /// Removes callers with their whole limit. Called every minute.
    pub fn sweep(&self) {
        for (bucket, _) in [&self.general, &self.attempts] {
            bucket.retain_recent();
            bucket.shrink_to_fit();
        }
    }

    /// Returns the number of callers in the table.
    pub fn callers(&self) -> usize {
        self.general.0.len() + self.attempts.0.len()
    }
}

fn bucket(per_minute: u32) -> (Bucket, u32) {
    let limit = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
    let bucket = RateLimiter::dashmap(Quota::per_minute(limit)).with_middleware::<StateInformationMiddleware>();
    (bucket, limit.get())
}

impl Standing {
    fn new(limit: u32, remaining: u32, retry_after: Option<u64>) -> Self {
        let used = u64::from(limit.saturating_sub(remaining));
        let reset = u32::try_from((used * 60).div_ceil(u64::from(limit))).unwrap_or(60);
        Self { limit, remaining, reset, retry_after }
    }

    /// Sets the rate headers of an answer (`ModI` `RAC_ROBUSTEZZA_001`).
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("ratelimit-limit"), HeaderValue::from(self.limit));
        headers.insert(HeaderName::from_static("ratelimit-remaining"), HeaderValue::from(self.remaining));
        headers.insert(HeaderName::from_static("ratelimit-reset"), HeaderValue::from(self.reset));
    }
}

/// Returns the address of the client. `X-Forwarded-For` is read from its end, as long as each address is a trusted
/// proxy; entries before the first other address could be forged by that client.
pub fn client(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.unwrap_or(IpAddr::V6(Ipv6Addr::LOCALHOST)).to_canonical();
    if trusted.is_empty() {
        return client;
    }
    let claims: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .collect();
    for claim in claims.into_iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(address) = claim.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

/// Reads a body of at most `max` bytes.
pub async fn read(mut payload: Payload, max: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(body_failure)?;
        if body.len() + chunk.len() > max {
            return Err(Failure::of(Code::BodyTooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Converts an error while receiving a body.
pub fn body_failure(error: PayloadError) -> Failure {
    match error {
        PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => Failure::of(Code::BodyTooSlow),
        PayloadError::Overflow => Failure::of(Code::BodyTooLarge),
        other => Failure::because(Code::MalformedBody, other),
    }
}

/// Slowest rate of a body, in bytes per second; a slower one exceeds its deadline.
const SLOWEST_BYTES_PER_SECOND: u64 = 64 * 1024;

/// Returns the announced length of the body in bytes; `None` for a chunked one.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Limits the time for the body to arrive. The framework's own timeout covers the head only, so a client with one byte
/// a minute would hold a connection for ever.
pub(super) fn within_deadline(payload: Payload, headers: &HeaderMap, patience: u64) -> Payload {
    let length = length(headers);
    if length.unwrap_or(0) == 0 && !headers.contains_key(TRANSFER_ENCODING) {
        return payload;
    }
    let seconds = patience + (length.unwrap_or(0) / SLOWEST_BYTES_PER_SECOND).min(600);
    Payload::Stream { payload: Box::pin(until(payload, Duration::from_secs(seconds))) }
}

fn until(mut payload: Payload, patience: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>> + 'static {
    let mut deadline = Box::pin(tokio::time::sleep(patience));
    stream::poll_fn(move |cx| {
        // The deadline first, because a client that always has one more byte ready must not outrun it.
        if deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(PayloadError::Io(ErrorKind::TimedOut.into()))));
        }
        Pin::new(&mut payload).poll_next(cx)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn limiter(requests_per_minute: u32) -> Limiter {
        Limiter::new(&Limits { requests_per_minute, attempts_per_minute: 1, ..Config::default().limits })
    }

    #[test]
    fn a_caller_sees_the_remaining_requests_and_when_to_retry() {
        let limiter = limiter(2);
        let one = AddressBlock::from(address("192.0.2.1"));
        let first = limiter.count(Class::General, one);
        assert_eq!((first.limit, first.remaining, first.retry_after), (2, 1, None));
        assert_eq!(first.reset, 30);
        limiter.count(Class::General, one);
        let refused = limiter.count(Class::General, one);
        assert_eq!(refused.remaining, 0);
        assert!(refused.retry_after.is_some_and(|seconds| (1..=31).contains(&seconds)));
        assert_eq!(limiter.count(Class::General, AddressBlock::from(address("192.0.2.2"))).retry_after, None);
    }

    #[test]
    fn attempts_are_counted_apart() {
        let limiter = limiter(100);
        let one = AddressBlock::from(address("192.0.2.1"));
        assert_eq!(limiter.count(Class::Attempt, one).retry_after, None);
        assert!(limiter.count(Class::Attempt, one).retry_after.is_some());
        assert_eq!(limiter.count(Class::General, one).retry_after, None);
        assert_eq!(Class::of(&Method::POST, "/sign-in"), Some(Class::Attempt));
        assert_eq!(Class::of(&Method::GET, "/sign-in"), Some(Class::General));
        assert_eq!(Class::of(&Method::GET, "/health/live"), None);
        for asks_the_database in ["/health/ready", "/static/nothing.css"] {
            assert_eq!(Class::of(&Method::GET, asks_the_database), Some(Class::General), "{asks_the_database}");
        }
    }

    #[test]
    fn all_addresses_of_one_line_are_one_caller() {
        assert_eq!(AddressBlock::from(address("2001:db8:1:2::1")), AddressBlock::from(address("2001:db8:1:2:ffff::9")));
        assert_ne!(AddressBlock::from(address("2001:db8:1:2::1")), AddressBlock::from(address("2001:db8:1:3::1")));
        assert_eq!(AddressBlock::from(address("::ffff:192.0.2.1")), AddressBlock::from(address("192.0.2.1")));
        assert_ne!(AddressBlock::from(address("192.0.2.1")), AddressBlock::from(address("192.0.2.2")));
    }

    #[test]
    fn only_trusted_proxies_may_name_the_client() {
        let mut headers = HeaderMap::new();
        headers.append(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("203.0.113.9, 198.51.100.7, 10.0.0.2"),
        );
        let (proxy, inner) = (address("10.0.0.1"), address("10.0.0.2"));
        assert_eq!(client(Some(proxy), &headers, &[proxy, inner]), address("198.51.100.7"));
        assert_eq!(client(Some(proxy), &headers, &[]), proxy);
        assert_eq!(client(Some(address("198.51.100.1")), &headers, &[proxy]), address("198.51.100.1"));
    }

    #[actix_web::test]
    async fn a_body_that_arrives_too_slowly_is_refused() {
        let trickle = stream::unfold((), |()| async {
            tokio::task::yield_now().await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        });
        let endless: Payload = Payload::Stream { payload: Box::pin(trickle) };
        let payload: Payload = Payload::Stream { payload: Box::pin(until(endless, Duration::ZERO)) };
        let failure = read(payload, usize::MAX).await.expect_err("given up");
        assert_eq!(failure.0.code(), Code::BodyTooSlow);
    }
}
