//! Permissions on documents, in addition to the policies of their owners. Pure.

use crate::auth::actor::Actor;
use entity::ids::{BodyId, PersonId};
use entity::kinds::SeatKind;

/// Returns whether the caller may attach a document uploaded by this person: only one's own, because the file of
/// another body must not be used. The secretariat may attach any.
pub fn may_attach(actor: &Actor, uploader: Option<PersonId>) -> bool {
    uploader == actor.person_id() || actor.is_secretariat() || actor.is_ourselves()
}

/// Returns the body whose daily limit a document counts towards: the body of the seat with which the caller uploads it.
/// The service itself has no limit.
pub fn body_charged(actor: &Actor) -> Option<BodyId> {
    let of = |kind: SeatKind| actor.seats.iter().filter(move |seat| seat.kind == kind).map(|seat| seat.body_id).min();
    of(SeatKind::Secretariat)
        .or_else(|| of(SeatKind::BodyManager))
        .or_else(|| actor.seats.iter().map(|seat| seat.body_id).min())
}
