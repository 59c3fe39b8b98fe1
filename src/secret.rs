//! Randomness and secrets: new ids, tokens, hashes. The only user of the random generator.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Generator of a process's ids: `UUIDv7` (RFC 9562 §5.7), in the order of creation.
///
/// A counter in the upper random bits (§6.2, method 1) also orders ids of the same millisecond, so that a list by id
/// keeps the order in which one transaction wrote its rows.
#[derive(Debug, Default)]
pub struct Ids {
    /// Millisecond of the last id, and the number of earlier ids in it.
    last: Mutex<(u64, u16)>,
}

impl Ids {
    /// Largest value of the counter; further ids of the same millisecond have no order.
    const COUNTED: u16 = 0x0fff;

    /// Makes a new id at the given instant.
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

/// Makes a token for a link, a session or a program: 256 bits from the operating system, as 43 URL-safe characters.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Derives a token from `key` and `message`, in the form of [`new_token`]. The same input gives the same token, and
/// only a holder of `key` can compute it.
pub fn derived_token(key: &str, message: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac(key.as_bytes(), message.as_bytes()))
}

/// Returns the stored hash of a token. A plain hash suffices, because tokens are random and cannot be guessed.
pub fn hash_token(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// Returns SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Returns HMAC-SHA-256 (RFC 2104) as 64 lower-case hexadecimal digits.
pub fn hmac_hex(key: &[u8], message: &[u8]) -> String {
    hex::encode(hmac(key, message))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Compares two texts in constant time.
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Returns a number in `0.0..1.0`, for jitter.
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
