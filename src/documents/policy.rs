//! Permissions on documents, in addition to the policies of their owners. Pure.

use crate::auth::actor::Actor;
use entity::ids::{BodyId, PersonId};
use entity::kinds::SeatKind;

/// Returns whether the caller may attach a document that this person brought: only an own one, because another body's act must
/// not be borrowed. The secretariat may attach any.
pub fn may_attach(actor: &Actor, uploader: Option<PersonId>) -> bool {
    uploader == actor.person_id() || actor.is_secretariat() || actor.is_ourselves()
}

/// Returns the body to whose share of the day a document counts: the one of the seat by which the caller brings it. The service
/// itself has no limit.
pub fn body_charged(actor: &Actor) -> Option<BodyId> {
    let of = |kind: SeatKind| actor.seats.iter().filter(move |seat| seat.kind == kind).map(|seat| seat.body_id).min();
    of(SeatKind::Secretariat)
        .or_else(|| of(SeatKind::BodyManager))
        .or_else(|| actor.seats.iter().map(|seat| seat.body_id).min())
}
