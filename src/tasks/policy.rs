//! Rights on tasks. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::{Actor, HeldSeat};
use entity::ids::{BodyId, ObservatoryId, SeatId};
use entity::kinds::SeatKind;

/// Actions on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    /// Accept a given task.
    Accept,
    /// Refuse a given task.
    Refuse,
    /// Say that it will be late.
    DeclareLate,
    /// Propose another day for the contribution of its observatory.
    ProposeDay,
    /// Accept or decline another day for a contribution.
    AnswerProposal,
    Start,
    Complete,
    /// Open it again after it was done.
    Reopen,
    Block,
    Unblock,
    /// Cancel it.
    Cancel,
    /// Set a day by hand.
    Reschedule,
    /// Remind those who do it, now; the reminders carry it out.
    Urge,
    /// Change what the secretariat wrote about a task that it gave.
    Edit,
    /// Give a refused task to the same seat for good.
    Insist,
    /// Give a refused task to another seat.
    HandOn,
    /// Keep the templates of tasks.
    KeepTemplates,
    /// Create a task for a seat.
    Create,
    /// Note that a missing page is there.
    Settle,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Accept,
        Self::Refuse,
        Self::DeclareLate,
        Self::ProposeDay,
        Self::AnswerProposal,
        Self::Start,
        Self::Complete,
        Self::Reopen,
        Self::Block,
        Self::Unblock,
        Self::Cancel,
        Self::Reschedule,
        Self::Urge,
        Self::Edit,
        Self::Insist,
        Self::HandOn,
        Self::KeepTemplates,
        Self::Create,
        Self::Settle,
    ];
}

/// Owner of a task.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub seat: SeatId,
    pub observatory: Option<ObservatoryId>,
    pub body: BodyId,
}

/// Returns whether the actor may. Work belongs to the seat (rule 2 of the domain): its holder does it, in an
/// observatory referent and deputy alike; the secretariat may report for them (rule 7).
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    if action != Action::View && !actor.may_write() {
        return false;
    }
    match action {
        Action::View => works_on(actor, subject) || actor.sees_the_whole() || actor.manages(subject.body),
        Action::Accept
        | Action::Refuse
        | Action::DeclareLate
        | Action::Start
        | Action::Complete
        | Action::Reopen
        | Action::Block
        | Action::Unblock => works_on(actor, subject) || actor.is_secretariat(),
        Action::ProposeDay => {
            subject.observatory.is_some_and(|observatory| actor.works_for(observatory)) || actor.is_secretariat()
        }
        Action::AnswerProposal
        | Action::Cancel
        | Action::Reschedule
        | Action::Urge
        | Action::Edit
        | Action::Insist
        | Action::HandOn
        | Action::KeepTemplates
        | Action::Create => actor.is_secretariat(),
        Action::Settle => false,
    }
}

/// Tells whether the policy permits the actor this action on at least one task, a task of one of the actor's seats.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    let own = |held: &HeldSeat| Subject { seat: held.seat_id, observatory: held.observatory_id, body: held.body_id };
    actor.is_ourselves() || actor.seats.iter().any(|held| may(actor, action, own(held)))
}

/// Tells whether the task is the actor's own to do, and not done on behalf of others.
pub fn works_on(actor: &Actor, subject: Subject) -> bool {
    actor.seats.iter().any(|held| held.seat_id == subject.seat)
        || subject.observatory.is_some_and(|observatory| actor.works_for(observatory))
}

/// Tasks that a list may show. The store requires it as an argument, so that a list cannot forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    Own(Own),
}

/// Owners of the tasks that are the caller's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    pub seats: Vec<SeatId>,
    pub observatories: Vec<ObservatoryId>,
    /// Bodies that the caller manages: their tasks are visible, but not the caller's to do.
    pub bodies: Vec<BodyId>,
}

/// Returns the tasks that the actor sees; `None` for an actor without a seat.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Some(Visibility::Everything);
    }
    if !actor.is_participant() {
        return None;
    }
    let managed = actor.seats.iter().filter(|seat| seat.kind == SeatKind::BodyManager).map(|seat| seat.body_id);
    Some(Visibility::Own(Own { bodies: managed.collect(), ..to_do(actor) }))
}

/// Returns the owners of the tasks that the caller has to do in person, for the page "my tasks".
pub fn to_do(actor: &Actor) -> Own {
    let works = |kind| matches!(kind, SeatKind::Referent | SeatKind::Deputy);
    Own {
        seats: actor.seats.iter().map(|seat| seat.seat_id).collect(),
        observatories: actor
            .seats
            .iter()
            .filter(|seat| works(seat.kind))
            .filter_map(|seat| seat.observatory_id)
            .collect(),
        bodies: Vec::new(),
    }
}
