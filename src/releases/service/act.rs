//! The acts that set an announced date: confirm, move, cancel. Each can be previewed before it is carried out.

use super::{ConfirmIn, MoveIn, Workload, cancel, confirm, move_to};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::open::Seen;
use crate::releases::mail;
use crate::releases::model::Reason;
use crate::releases::view::ReleaseView;
use entity::ids::{PersonId, ReleaseId};
use sea_orm::ConnectionTrait;

/// An act that sets the date on which others rely, with its input.
#[derive(Clone, Debug)]
pub enum Act {
    Confirm(ConfirmIn),
    Move(MoveIn),
    Cancel(Reason),
}

/// A release after an act, with the work for it before and after.
pub struct Acted {
    pub view: ReleaseView,
    pub before: Workload,
    pub after: Workload,
}

/// Carries out an act of the secretariat. Effects, rights, mails and errors: [`confirm`], [`move_to`], [`cancel`].
pub async fn carry_out(ctx: &Ctx, txn: &Txn, id: ReleaseId, seen: Seen, act: Act) -> Result<Acted> {
    match act {
        Act::Confirm(input) => confirm(ctx, txn, id, seen, input, None).await,
        Act::Move(input) => move_to(ctx, txn, id, seen, input, None).await,
        Act::Cancel(reason) => cancel(ctx, txn, id, seen, reason, None).await,
    }
}

/// Returns the people to whom a mail about the present version of a release is promised; a preview names them.
pub async fn told(db: &impl ConnectionTrait, view: &ReleaseView) -> Result<Vec<PersonId>> {
    mail::told(db, view).await
}
