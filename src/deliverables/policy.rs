//! Rights on deliverables. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::{Actor, HeldSeat};
use entity::ids::{BodyId, ObservatoryId};
use entity::kinds::SeatKind;
use uuid::Uuid;

/// Actions on a deliverable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    Start,
    Submit,
    /// Take a submission back before the review has answered.
    Withdraw,
    /// Declare its address on the portal.
    DeclareAddress,
    Block,
    Unblock,
    RequestChanges,
    Approve,
    Waive,
    /// Let a joint release go out without the chapter, and take that back.
    Omit,
    /// Set a day by hand.
    Reschedule,
    /// Remind those who owe it, now; the reminders carry it out.
    Urge,
    /// Read the rounds of the review.
    ViewReview,
    /// Write a remark, judge the answer to it, and ask for a peer reading.
    Remark,
    /// Answer a remark.
    AnswerRemark,
    /// Record the result of a check on the portal.
    RecordAppearance,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Start,
        Self::Submit,
        Self::Withdraw,
        Self::DeclareAddress,
        Self::Block,
        Self::Unblock,
        Self::RequestChanges,
        Self::Approve,
        Self::Waive,
        Self::Omit,
        Self::Reschedule,
        Self::Urge,
        Self::ViewReview,
        Self::Remark,
        Self::AnswerRemark,
        Self::RecordAppearance,
    ];
}

/// Owner of a deliverable, and others who may read it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub observatory: ObservatoryId,
    pub body: BodyId,
    /// Observatories that accepted to read it.
    pub readers: &'a [ObservatoryId],
    /// Whether it is accepted and the network lets all referents read what is accepted.
    pub is_shared: bool,
}

impl Subject<'_> {
    /// Makes the subject that only its owner and the secretariat read.
    pub const fn of(observatory: ObservatoryId, body: BodyId) -> Self {
        Self { observatory, body, readers: &[], is_shared: false }
    }
}

/// Returns whether the actor may.
///
/// The observatory does the work and reports its state; the secretariat may report for it (rule 7 of the domain),
/// reviews, and alone may waive. Results of checks on the portal are recorded only by the service itself (rule 10).
/// An observatory that accepted a peer reading reads the deliverable and its review.
pub fn may(actor: &Actor, action: Action, subject: Subject<'_>) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    if !matches!(action, Action::View | Action::ViewReview) && !actor.may_write() {
        return false;
    }
    match action {
        Action::View => may_see(actor, subject) || (subject.is_shared && works_for_any(actor)),
        Action::ViewReview => may_see(actor, subject),
        Action::Start
        | Action::Submit
        | Action::Withdraw
        | Action::DeclareAddress
        | Action::Block
        | Action::Unblock
        | Action::AnswerRemark => actor.works_for(subject.observatory) || actor.is_secretariat(),
        Action::RequestChanges
        | Action::Approve
        | Action::Waive
        | Action::Omit
        | Action::Reschedule
        | Action::Urge
        | Action::Remark => actor.is_secretariat(),
        Action::RecordAppearance => false,
    }
}

/// Tells whether the policy permits the actor this action on at least one deliverable, one of an observatory or a body
/// of the actor's seats.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    // A seat without an observatory is compared with an observatory that does not exist.
    let own = |held: &HeldSeat| Subject::of(held.observatory_id.unwrap_or(ObservatoryId(Uuid::nil())), held.body_id);
    actor.is_ourselves() || actor.seats.iter().any(|held| may(actor, action, own(held)))
}

fn may_see(actor: &Actor, subject: Subject<'_>) -> bool {
    actor.sees_the_whole()
        || actor.works_for(subject.observatory)
        || actor.manages(subject.body)
        || subject.readers.iter().any(|reader| actor.works_for(*reader))
}

/// Tells whether the actor works for some observatory.
fn works_for_any(actor: &Actor) -> bool {
    actor.seats.iter().any(|seat| matches!(seat.kind, SeatKind::Referent | SeatKind::Deputy))
}

/// Deliverables that a list may show. The store requires it as an argument, so that a list cannot forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Deliverables of the observatories for which the caller works, and of the bodies that the caller manages; those
    /// that one of the observatories reads as a peer; and accepted ones, for those who work for an observatory of a
    /// network that shares them.
    Own {
        observatories: Vec<ObservatoryId>,
        bodies: Vec<BodyId>,
    },
}

/// Returns the deliverables that the actor sees; `None` for an actor who neither works for an observatory nor manages a body.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Some(Visibility::Everything);
    }
    let works = |kind| matches!(kind, SeatKind::Referent | SeatKind::Deputy);
    let observatories: Vec<ObservatoryId> =
        actor.seats.iter().filter(|seat| works(seat.kind)).filter_map(|seat| seat.observatory_id).collect();
    let bodies: Vec<BodyId> =
        actor.seats.iter().filter(|seat| seat.kind == SeatKind::BodyManager).map(|seat| seat.body_id).collect();
    let is_nobody = observatories.is_empty() && bodies.is_empty();
    (!is_nobody).then_some(Visibility::Own { observatories, bodies })
}
