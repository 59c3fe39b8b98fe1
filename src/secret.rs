//! Randomness and secrets: new ids, tokens, hashes. The only place that asks for randomness.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Where a process gets its ids: `UUIDv7` (RFC 9562 §5.7), in the order of creation.
///
/// Those of one millisecond too, by a counter in their upper random bits (§6.2, method 1): a list by id does not shuffle what
/// one transaction wrote.
#[derive(Debug, Default)]
pub struct Ids {
    /// The millisecond of the last id, and how many that millisecond had before it.
    last: Mutex<(u64, u16)>,
}

impl Ids {
    /// As many as the bits of the counter can tell apart; later ones of the same millisecond have no order.
    const COUNTED: u16 = 0x0fff;

    /// A new id of the given instant.
    pub fn next<T: From<Uuid>>(&self, now: DateTime<Utc>) -> T {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut bits: [u8; 10] = random_bytes();
        bits[..2].copy_from_slice(&self.count(millis).to_be_bytes());
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid())
    }

    fn count(&self, millis: u64) -> u16 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if last.0 == millis { (last.1 + 1).min(Self::COUNTED) } else { 0 };
        *last = (millis, count);
        count
    }
}

/// A token for a link, a session or a program: 256 bits from the operating system, as 43 URL-safe characters.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// A token that only the holder of `key` can make of `message`, and always the same: of the form of [`new_token`].
pub fn derived_token(key: &str, message: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac(key.as_bytes(), message.as_bytes()))
}

/// What the database keeps of a token. Tokens are random, so a plain hash suffices: there is nothing to guess.
pub fn hash_token(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// HMAC-SHA-256 (RFC 2104) as 64 lower-case hexadecimal digits.
pub fn hmac_hex(key: &[u8], message: &[u8]) -> String {
    hex::encode(hmac(key, message))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Compares two secrets in a time that does not depend on where they differ.
pub fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// A number in `0.0..1.0`, for jitter.
pub fn fraction() -> f64 {
    f64::from(u32::from_be_bytes(random_bytes())) / (f64::from(u32::MAX) + 1.0)
}

pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_stand_in_the_order_of_creation_and_are_all_different() {
        let ids = Ids::default();
        let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
        let made: Vec<Uuid> = (0..5_000).map(|_| ids.next(now)).collect();
        let counted = &made[..usize::from(Ids::COUNTED)];
        assert!(counted.is_sorted());
        assert_eq!(made.iter().collect::<std::collections::BTreeSet<_>>().len(), made.len());
        let later: Uuid = ids.next(now + chrono::TimeDelta::milliseconds(1));
        assert!(made.iter().all(|id| *id < later && id.get_version_num() == 7));
    }
}
