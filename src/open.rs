//! The first steps of every use case on one record: it is found among those visible to the caller, the slice's policy
//! decides the permission, the version is compared. Reading uses the same policy with its own action.
//!
//! This is the order of the errors: 404 for an unknown or invisible record, 403 for a missing permission, 412 or 409
//! for a record that has changed since the caller read it. The rules of the use case come after that, because they
//! describe a state that the caller has seen.

use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use sea_orm::ConnectionTrait;

/// A record guarded by a policy.
pub trait Guarded: Sized {
    /// Actions of the slice's policy.
    type Action: Copy;
    /// The action for reading.
    const VIEW: Self::Action;

    /// Tells whether the policy permits the actor this action on this record.
    fn may(&self, actor: &Actor, action: Self::Action) -> bool;

    /// Returns the version that a change has to name.
    fn version(&self) -> i32;
}

/// A guarded record that is visible only to some callers; it is searched only among those visible to the caller.
pub trait Scoped: Guarded {
    /// The type of its id.
    type Id;
    /// The records visible to a caller.
    type Visibility;

    /// Returns the records visible to the actor; `None` if there are none.
    fn visibility(actor: &Actor) -> Option<Self::Visibility>;

    /// Finds the record, if it is visible.
    fn find(
        ctx: &Ctx,
        db: &impl ConnectionTrait,
        visible: &Self::Visibility,
        id: Self::Id,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;
}

/// The version of a record that the caller of a use case has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The version that was read; another present version is [`Error::Stale`].
    Version(i32),
    /// The present version: for another use case in the same transaction, and for a program that adds data.
    AsItStands,
}

impl Seen {
    /// Refuses any other present version than the one seen.
    pub fn must_be(self, present: i32) -> Result<()> {
        match self {
            Self::Version(seen) if seen != present => Err(Error::Stale),
            Self::Version(_) | Self::AsItStands => Ok(()),
        }
    }
}

/// Returns the records visible to the caller; refuses a caller who sees none.
pub fn scope<T: Scoped>(ctx: &Ctx) -> Result<T::Visibility> {
    T::visibility(&ctx.actor).ok_or_else(|| ctx.actor.refusal())
}

/// Opens a record for a change: finds it among the visible ones, checks the permission, compares the version.
pub async fn open<T: Scoped>(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    id: T::Id,
    action: T::Action,
    seen: Seen,
) -> Result<T> {
    let found = T::find(ctx, db, &scope::<T>(ctx)?, id).await?;
    admit(ctx, found, action, seen)
}

/// Reads a record that the caller may view. Unknown and invisible ones get the same answer.
pub async fn read<T: Scoped>(ctx: &Ctx, db: &impl ConnectionTrait, id: T::Id) -> Result<T> {
    open(ctx, db, id, T::VIEW, Seen::AsItStands).await
}

/// Checks permission and version for a record that was not found by its id.
pub fn admit<T: Guarded>(ctx: &Ctx, found: Option<T>, action: T::Action, seen: Seen) -> Result<T> {
    let thing = found.filter(|thing| thing.may(&ctx.actor, T::VIEW)).ok_or(Error::NotFound)?;
    ctx.demand(thing.may(&ctx.actor, action))?;
    seen.must_be(thing.version())?;
    Ok(thing)
}
