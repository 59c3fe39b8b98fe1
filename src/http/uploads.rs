//! Memory for files being received, shared by the whole process.
//!
//! A file is in memory until it is in the database, several times over while it is written. Uploads that would exceed
//! the room wait before their first byte is read. A waiting upload holds no room, so uploads cannot block each other.

use crate::error::Code;
use crate::http::Failure;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files of the largest size that are received at once.
const LARGEST_AT_ONCE: usize = 2;
/// The unit in which room is counted, in bytes.
const UNIT: usize = 1024;

/// The room of a process.
pub struct Room {
    units: Arc<Semaphore>,
    /// Total space, in units.
    all: usize,
}

/// The room that one upload takes up, given back when it is dropped.
#[derive(Debug)]
pub struct Taken {
    _units: OwnedSemaphorePermit,
}

impl Room {
    /// Makes room for a few files of this size in bytes, or for many small ones.
    pub fn for_files_of(largest: usize) -> Self {
        let all = (largest.div_ceil(UNIT) * LARGEST_AT_ONCE).max(1);
        Self { units: Arc::new(Semaphore::new(all)), all }
    }

    /// Waits for room for `bytes`; [`Code::Busy`] (503) if there is none within `patience`.
    pub async fn take(&self, bytes: usize, patience: Duration) -> Result<Taken, Failure> {
        let units = bytes.div_ceil(UNIT).clamp(1, self.all);
        let busy = || Failure::of(Code::Busy);
        let wanted = Arc::clone(&self.units).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX));
        let taken = tokio::time::timeout(patience, wanted).await.map_err(|_| busy())?;
        Ok(Taken { _units: taken.map_err(|_| busy())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_upload_without_space_waits_and_is_then_refused() {
        let room = Room::for_files_of(10 * UNIT);
        let patience = Duration::from_millis(20);
        let held: Vec<Taken> =
            [room.take(10 * UNIT, patience).await.expect("room"), room.take(9 * UNIT, patience).await.expect("room")]
                .into();
        room.take(UNIT, patience).await.expect("room for a small one");
        let refused = room.take(2 * UNIT, patience).await.expect_err("full");
        assert_eq!(refused.0.code(), Code::Busy);
        let waiting = room.take(10 * UNIT, Duration::from_mins(1));
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(held);
        waiting.await.expect("room is free again");
    }

    #[tokio::test]
    async fn a_file_larger_than_all_space_is_received_alone() {
        let room = Room::for_files_of(UNIT);
        room.take(usize::MAX, Duration::ZERO).await.expect("all there is");
    }
}
