//! Fetching a declared page, so that whoever declared it can reach nothing but the portal with it.
//!
//! The client connects only through [`Guarded`], which resolves a name and judges what came back in the same breath; a
//! second look-up that would answer otherwise never happens. No proxy of the environment, no redirect, no cookie.

use super::address;
use crate::config::Portal;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Far more than a page of text; a report that is a file is recognised by its page, not by itself.
const MOST_BYTES: usize = 1024 * 1024;
const USER_AGENT: &str = concat!("Raccordo/", env!("CARGO_PKG_VERSION"), " (verifica delle pubblicazioni)");

/// What a page answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub media_type: String,
    pub body: Vec<u8>,
}

/// Why there was no answer. The text is kept as evidence and holds no address of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("refused: the address is not one of the portal's any more")]
    AddressRefused,
    #[error("refused: the host's name leads to an address that is not public")]
    NotPublic,
    #[error("no connection")]
    NoConnection,
    #[error("no complete answer within ten seconds")]
    TooSlow,
    #[error("more than a mebibyte")]
    TooLarge,
    #[error("the answer broke off")]
    BrokenOff,
    #[error("the client could not be made")]
    NoClient,
}

/// Where the addresses of a name come from: the system, or a test that lies.
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

/// Fetches a page that [`address::checked`] lets pass; it is checked again, for the allow-list may have changed since it
/// was declared.
pub async fn fetch(text: &str, portal: &Portal, names: Arc<dyn Names>) -> Result<Answer, Problem> {
    let url = address::checked(text, portal).map_err(|_| Problem::AddressRefused)?;
    let client = client(&url, portal, names)?;
    tokio::time::timeout(ANSWER_WITHIN, answer(&client, url)).await.unwrap_or(Err(Problem::TooSlow))
}

async fn answer(client: &reqwest::Client, url: Url) -> Result<Answer, Problem> {
    let mut response = client.get(url).send().await.map_err(|error| problem(&error))?;
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, media_type) = (response.status().as_u16(), media_type.to_owned());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Problem::BrokenOff)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Problem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, media_type, body })
}

/// One client per page: the resolver knows the port of its page, and nothing is shared between two portals.
fn client(url: &Url, portal: &Portal, names: Arc<dyn Names>) -> Result<reqwest::Client, Problem> {
    // Another part of the process may have installed it before; they are the same.
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

/// A resolver that gives the client nothing it may not connect to. One refused address among several refuses them all: an
/// honest portal does not mix.
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
