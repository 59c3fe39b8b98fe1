//! Hashes of the audit chain: pure.

use crate::secret::hmac_hex;
use entity::audit_event::Model;
use std::str::FromStr;

/// Stands in the first event for the hash of the event before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of the chain at some moment: the number of events and the hash of the last one.
///
/// Written as `SEQ:HASH`, the form in which operators keep it outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
}

impl Head {
    /// Returns the head of a chain without events.
    pub fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// Error for a text that is not `SEQ:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is written SEQ:HASH, as `raccordo audit head` prints it")]
pub struct NotAnAnchor;

impl FromStr for Head {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotAnAnchor)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(NotAnAnchor)?;
        let is_hash = hash.len() == GENESIS.len() && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hash { Ok(Self { seq, hash: hash.to_ascii_lowercase() }) } else { Err(NotAnAnchor) }
    }
}

/// Computes the hash of an event; its `hash` column is not part of the input.
pub(super) fn hash(key: &[u8], event: &Model) -> String {
    hmac_hex(key, canonical(event).as_bytes())
}

/// Joins all columns, each preceded by its length, so that two different events never give the same text.
///
/// `Model` is destructured without `..`, so that a new column does not compile until it is part of the hash.
fn canonical(event: &Model) -> String {
    let Model {
        seq,
        at,
        actor_kind,
        actor_id,
        on_behalf_of,
        channel,
        source,
        action,
        subject_kind,
        subject_id,
        details,
        request_id,
        previous_hash,
        hash: _,
    } = event;
    let (seq, at) = (seq.to_string(), at.0.timestamp_millis().to_string());
    let columns: [Option<&str>; 13] = [
        Some(&seq),
        Some(&at),
        Some(actor_kind),
        actor_id.as_deref(),
        on_behalf_of.as_deref(),
        channel.as_deref(),
        source.as_deref(),
        Some(action),
        Some(subject_kind),
        Some(subject_id),
        Some(details),
        request_id.as_deref(),
        Some(previous_hash),
    ];
    let mut text = "raccordo.audit.1".to_owned();
    for column in columns {
        match column {
            Some(value) => text.extend(["\n", &value.len().to_string(), ":", value]),
            None => text.push_str("\n-"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn event(columns: [String; 3], source: Option<String>) -> Model {
        let [action, subject_id, details] = columns;
        Model {
            seq: 7,
            at: entity::Instant::from(DateTime::UNIX_EPOCH),
            actor_kind: "person".into(),
            actor_id: None,
            on_behalf_of: None,
            channel: None,
            source,
            action,
            subject_kind: "designation".into(),
            subject_id,
            details,
            request_id: None,
            previous_hash: GENESIS.into(),
            hash: String::new(),
        }
    }

    #[test]
    fn an_anchor_is_read_as_it_is_printed() {
        let head = Head { seq: 12, hash: "ab".repeat(32) };
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["", "12", "12:", "12:xyz", "-1:00", ":00"] {
            assert_eq!(wrong.parse::<Head>(), Err(NotAnAnchor), "{wrong}");
        }
    }

    #[test]
    fn absent_and_empty_texts_differ() {
        let columns = || ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_ne!(hash(b"key", &event(columns(), None)), hash(b"key", &event(columns(), Some(String::new()))));
    }

    proptest! {
        /// Moving a letter from one column to the next changes the text, also where the texts contain separators.
        #[test]
        fn different_columns_never_share_a_text(one in "[a:\n0-9-]{0,6}", two in "[a:\n0-9-]{0,6}", three in "[a:\n0-9-]{0,6}", cut in 0usize..6) {
            let before = [one.clone(), two.clone(), three.clone()];
            let joined = format!("{one}{two}");
            let cut = cut.min(joined.len());
            let after = [joined[..cut].to_owned(), joined[cut..].to_owned(), three];
            let same = before == after;
            prop_assert_eq!(canonical(&event(before, None)) == canonical(&event(after, None)), same);
        }
    }
}
