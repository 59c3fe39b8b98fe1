//! Fetching a declared page without reaching any host but the portal's.
//!
//! The client connects only through [`Guarded`], which resolves a name and checks the resulting addresses in one step,
//! so that there is no second lookup with another answer. Proxies of the environment, automatic redirects and cookies
//! are off.

use super::address;
use crate::config::Portal;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use futures_util::future::BoxFuture;
use reqwest::Response;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest time for a page, redirects and body included; beyond it the check fails as too slow.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Longest body in bytes after decompression, so that a small compressed file cannot fill the memory; a longer one
/// fails. Pages of text are far smaller, and downloads are not read.
const MOST_BYTES: usize = 1024 * 1024;
/// Most redirects followed in a row; one more fails.
const MOST_HOPS: usize = 5;
/// Most content codings undone, one inside the other; one more fails.
const MOST_CODINGS: usize = 2;
const USER_AGENT: &str = concat!("Raccordo/", env!("CARGO_PKG_VERSION"), " (verifica delle pubblicazioni)");

/// An answer of the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Value of `Content-Type`; empty if there was none.
    pub media_type: String,
    /// Body after decompression.
    pub body: Vec<u8>,
    /// Address of the answer: the declared one, or the end of the redirects.
    pub address: String,
}

/// Reasons why there was no answer, stored as evidence by their word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("address_refused")]
    AddressRefused,
    #[error("not_public")]
    NotPublic,
    #[error("no_connection")]
    NoConnection,
    #[error("too_slow")]
    TooSlow,
    #[error("too_large")]
    TooLarge,
    #[error("broken_off")]
    BrokenOff,
    /// A redirect to a host outside the allow-list, or without an address.
    #[error("led_elsewhere")]
    LedElsewhere,
    #[error("too_many_redirects")]
    TooManyRedirects,
    /// A content coding that is not supported.
    #[error("unknown_coding")]
    UnknownCoding,
    #[error("no_client")]
    NoClient,
}

impl Problem {
    pub const ALL: [Self; 10] = [
        Self::AddressRefused,
        Self::NotPublic,
        Self::NoConnection,
        Self::TooSlow,
        Self::TooLarge,
        Self::BrokenOff,
        Self::LedElsewhere,
        Self::TooManyRedirects,
        Self::UnknownCoding,
        Self::NoClient,
    ];

    /// Returns whether the whole host did not answer, as opposed to one of its pages.
    pub fn is_silence(self) -> bool {
        matches!(self, Self::NoConnection | Self::TooSlow)
    }
}

/// Source of the addresses of a name: the system's resolver, or a test that gives false answers.
pub trait Names: Send + Sync {
    fn look_up(&self, host: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;
}

/// The resolver of the system.
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, host: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Fetches a page that passes [`address::checked`]; it is checked again, because the allow-list may have changed since
/// the declaration. Each redirect has to pass the same check. The whole fetch takes at most `within`.
pub async fn fetch(text: &str, portal: &Portal, names: Arc<dyn Names>, within: Duration) -> Result<Answer, Problem> {
    let url = address::checked(text, portal).map_err(|_| Problem::AddressRefused)?;
    tokio::time::timeout(within, follow(url, portal, names)).await.unwrap_or(Err(Problem::TooSlow))
}

async fn follow(mut url: Url, portal: &Portal, names: Arc<dyn Names>) -> Result<Answer, Problem> {
    for _ in 0..=MOST_HOPS {
        let client = client(&url, portal, Arc::clone(&names))?;
        let response = client.get(url.clone()).send().await.map_err(|error| problem(&error))?;
        let Some(next) = leads_to(&response) else { return answer(url, response).await };
        let next = url.join(&next).map_err(|_| Problem::LedElsewhere)?;
        url = address::checked(next.as_str(), portal).map_err(|_| Problem::LedElsewhere)?;
    }
    Err(Problem::TooManyRedirects)
}

/// Returns the target of a redirect (RFC 9110, 15.4).
fn leads_to(response: &Response) -> Option<String> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

async fn answer(url: Url, mut response: Response) -> Result<Answer, Problem> {
    let text = |name| {
        let lines = response.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        lines.collect::<Vec<_>>().join(",")
    };
    let (status, media_type, coding) = (response.status().as_u16(), text(CONTENT_TYPE), text(CONTENT_ENCODING));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Problem::BrokenOff)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Problem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, media_type, body: unpacked(body, &coding)?, address: url.into() })
}

/// Undoes the codings of a body, the last one first. The request asks for none, but some servers compress anyway.
fn unpacked(mut body: Vec<u8>, codings: &str) -> Result<Vec<u8>, Problem> {
    let codings: Vec<String> = codings.split(',').map(|coding| coding.trim().to_ascii_lowercase()).collect();
    let codings = codings.iter().filter(|coding| !matches!(coding.as_str(), "" | "identity"));
    for (undone, coding) in codings.rev().enumerate() {
        body = match coding.as_str() {
            _ if undone == MOST_CODINGS => return Err(Problem::UnknownCoding),
            "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(body.as_slice()))?,
            "br" => bounded(brotli_decompressor::Decompressor::new(body.as_slice(), 4096))?,
            // RFC 9110 means zlib; some servers send the bare deflate stream, and browsers accept both.
            "deflate" => match bounded(ZlibDecoder::new(body.as_slice())) {
                Err(Problem::BrokenOff) => bounded(DeflateDecoder::new(body.as_slice()))?,
                read => read?,
            },
            _ => return Err(Problem::UnknownCoding),
        };
    }
    Ok(body)
}

/// Reads to the end; fails beyond [`MOST_BYTES`].
fn bounded(reader: impl Read) -> Result<Vec<u8>, Problem> {
    let mut read = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    reader.take(most + 1).read_to_end(&mut read).map_err(|_| Problem::BrokenOff)?;
    if read.len() > MOST_BYTES { Err(Problem::TooLarge) } else { Ok(read) }
}

/// Makes a client for one step, because the resolver has to know the port of its page, and two portals must share no
/// connection.
fn client(url: &Url, portal: &Portal, names: Arc<dyn Names>) -> Result<reqwest::Client, Problem> {
    // Another part of the process may have installed the same provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let guarded = Guarded {
        names,
        port: url.port_or_known_default().unwrap_or(443),
        allowed: portal.allowed_private_addresses.clone().into(),
    };
    reqwest::Client::builder()
        .dns_resolver(Arc::new(guarded))
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .user_agent(USER_AGENT)
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|_| Problem::NoClient)
}

fn problem(error: &reqwest::Error) -> Problem {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return Problem::NotPublic;
        }
        cause = one.source();
    }
    if error.is_timeout() { Problem::TooSlow } else { Problem::NoConnection }
}

#[derive(Debug, thiserror::Error)]
#[error("an address that is not public")]
struct NotPublic;

/// A resolver that returns only addresses to which a connection is allowed. One refused address refuses them all,
/// because an honest portal does not mix public and private ones.
struct Guarded {
    names: Arc<dyn Names>,
    port: u16,
    allowed: Arc<[SocketAddr]>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let looked_up = self.names.look_up(name.as_str().to_owned());
        let (port, allowed) = (self.port, Arc::clone(&self.allowed));
        Box::pin(async move {
            let addresses = looked_up.await?;
            if addresses.iter().any(|&one| !address::may_connect(one, port, &allowed)) {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|one| SocketAddr::new(one, 0)));
            Ok(addresses)
        })
    }
}
