//! Checks of the addresses that may be fetched. Pure.

use crate::config::Portal;
use crate::error::{Code, Params, Refusal as DomainRefusal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Longest address, in characters of its ASCII form, where a letter with an accent takes six; a longer one is refused.
/// It is the length of the column.
pub const ADDRESS_CHARACTERS: usize = 2000;

/// Reasons for not fetching an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not the address of a web page")]
    NotAUrl,
    #[error("the host {host} is not one of the portal's")]
    HostNotAllowed { host: String },
    #[error("longer than {ADDRESS_CHARACTERS} characters")]
    TooLong,
    #[error("the address of a file, not of a page")]
    File,
}

impl DomainRefusal for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::NotAUrl => Code::NotAUrl,
            Self::HostNotAllowed { .. } => Code::HostNotAllowed,
            Self::TooLong => Code::TooLong,
            Self::File => Code::AddressOfAFile,
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("address")
    }

    fn params(&self) -> Params {
        match self {
            Self::HostNotAllowed { host } => vec![("host", host.as_str().into())],
            Self::TooLong => vec![("limit", ADDRESS_CHARACTERS.into())],
            Self::NotAUrl | Self::File => Vec::new(),
        }
    }
}

/// File extensions of downloads on portals.
const FILES: &[&str] = &[
    "pdf", "p7m", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp", "zip", "rar", "7z",
    "epub", "jpg", "jpeg", "png",
];

/// Returns the address if it may be declared: it may be fetched and is not that of a file. A file is refused at once,
/// because its content is not read and it would never be recognised as the deliverable's page.
pub fn declarable(text: &str, portal: &Portal) -> Result<Url, Refusal> {
    let url = checked(text, portal)?;
    let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_file = name.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending));
    if is_file { Err(Refusal::File) } else { Ok(url) }
}

/// Returns the address if it may be fetched: https, or http where the installation allows it; no user name; exactly a
/// host of the allow-list; the scheme's own port, or one of `allowed_private_addresses`. The fragment is removed,
/// because it is never sent to the portal.
pub fn checked(text: &str, portal: &Portal) -> Result<Url, Refusal> {
    let mut url = Url::parse(text.trim()).map_err(|_| Refusal::NotAUrl)?;
    let is_web = url.scheme() == "https" || (url.scheme() == "http" && portal.allow_http);
    if !is_web || !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::NotAUrl);
    }
    let host = url.host_str().ok_or(Refusal::NotAUrl)?.to_owned();
    let refused = || Refusal::HostNotAllowed { host: host.clone() };
    if !portal.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&host)) {
        return Err(refused());
    }
    let port = url.port_or_known_default().ok_or(Refusal::NotAUrl)?;
    let is_usual_port = url.port().is_none();
    if !is_usual_port && !portal.allowed_private_addresses.iter().any(|known| known.port() == port) {
        return Err(refused());
    }
    let literal = match url.host() {
        Some(Host::Ipv4(literal)) => Some(IpAddr::V4(literal)),
        Some(Host::Ipv6(literal)) => Some(IpAddr::V6(literal)),
        Some(Host::Domain(_)) | None => None,
    };
    // Checked here, because a literal address is connected to without the resolver.
    if literal.is_some_and(|literal| !may_connect(literal, port, &portal.allowed_private_addresses)) {
        return Err(refused());
    }
    url.set_fragment(None);
    if url.as_str().len() > ADDRESS_CHARACTERS { Err(Refusal::TooLong) } else { Ok(url) }
}

/// Returns whether a connection to the address may be opened: it is public, or the installation allows it with this
/// port.
pub fn may_connect(address: IpAddr, port: u16, allowed: &[SocketAddr]) -> bool {
    is_public(address) || allowed.contains(&SocketAddr::new(address, port))
}

/// Returns whether the address is public according to IANA's registries of special-purpose addresses (RFC 6890). An
/// IPv6 address that embeds an IPv4 address is never public here, because it would be a second spelling of every
/// refused address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, private, loopback, link-local, private, multicast and reserved.
        (0 | 10 | 127 | 224..=255, _, _) | (169, 254, _) | (192, 168, _) | (172, 16..=31, _) => true,
        // Shared by carriers (RFC 6598); protocol assignments, documentation, 6to4 relays; benchmarks (RFC 2544).
        _ => matches!(
            (a, b, c),
            (100, 64..=127, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113)
        ),
    };
    !is_special
}

/// Returns whether the address is global unicast (`2000::/3`), except its reserved parts: `2001::/23` (Teredo, ORCHID
/// and others), documentation, 6to4. Loopback, mapped IPv4, NAT64, unique local, link-local and multicast addresses are
/// outside that range.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_set_aside = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    is_global && !is_set_aside
}

#[cfg(test)]
mod tests;
