//! The seats of the network, found by id, by code and by what they are for.

use super::model::Seat;
use crate::db::StoreError;
use entity::ids::{ObservatoryId, SeatId};
use entity::kinds::SeatKind;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

/// All seats of the network, in the order of their codes. Whatever names a seat shares it with them.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    all: Vec<Arc<Seat>>,
    places: HashMap<SeatId, usize>,
}

/// Identification of one seat.
#[derive(Clone, Copy, Debug)]
pub enum SeatKey<'a> {
    /// The code, for example `referent:bergamo`.
    Code(&'a str),
    /// The one seat of its kind in an observatory.
    Of(SeatKind, ObservatoryId),
    /// The one seat of its kind in the network: the secretariat, the direction.
    Only(SeatKind),
}

impl Seats {
    /// Makes the list of seats that are in the order of their codes.
    pub fn new(all: impl IntoIterator<Item = Seat>) -> Self {
        let all: Vec<Arc<Seat>> = all.into_iter().map(Arc::new).collect();
        let places = all.iter().enumerate().map(|(place, seat)| (seat.id, place)).collect();
        Self { all, places }
    }

    pub fn get(&self, id: SeatId) -> Option<&Arc<Seat>> {
        self.all.get(*self.places.get(&id)?)
    }

    /// Returns the seat that a row names. Errors: [`StoreError::Inconsistent`] if there is none, because seats are never
    /// deleted.
    pub fn named(&self, id: SeatId) -> Result<Arc<Seat>, StoreError> {
        self.get(id).cloned().ok_or_else(|| StoreError::inconsistent("seat", id, "is named but unknown"))
    }

    /// Finds one seat.
    pub fn find(&self, key: SeatKey<'_>) -> Option<&Arc<Seat>> {
        let is_meant = |seat: &&Arc<Seat>| match key {
            SeatKey::Code(code) => seat.code == code,
            SeatKey::Of(kind, observatory) => seat.kind == kind && seat.observatory_id == Some(observatory),
            SeatKey::Only(kind) => seat.kind == kind,
        };
        self.iter().find(is_meant)
    }
}

impl Deref for Seats {
    type Target = [Arc<Seat>];

    fn deref(&self) -> &[Arc<Seat>] {
        &self.all
    }
}
