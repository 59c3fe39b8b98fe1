//! Where a page of a list ends: a business key and an id, so that the next page begins right after it whatever was
//! inserted meanwhile. Opaque to clients.

use crate::error::{Code, Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// The last line of a page, in the order of its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Position<K> {
    pub key: K,
    pub id: Uuid,
}

impl<K: Serialize + DeserializeOwned> Position<K> {
    /// The cursor a client gets.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(&self.key, self.id)).unwrap_or_default())
    }

    /// The position in a cursor; refused with `cursor_unknown` if it is none of ours.
    pub fn decode(cursor: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::refused(Code::CursorUnknown))?;
        let (key, id) = serde_json::from_slice(&bytes).map_err(|_| Error::refused(Code::CursorUnknown))?;
        Ok(Self { key, id })
    }
}

/// One page of a list, and where the next one begins if there is one.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of what a store returned when asked for one line more than the page holds.
    pub fn of<K: Serialize + DeserializeOwned>(mut items: Vec<T>, limit: usize, position: impl Fn(&T) -> Position<K>) -> Self {
        let next = (items.len() > limit).then(|| {
            items.truncate(limit);
            items.last().map(|last| position(last).encode())
        });
        Self { items, next: next.flatten() }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
