//! The beginning of every use case that works on one thing: the thing is found among those the caller may see, the caller's
//! right is asked of the slice's policy, the version is compared. Reading asks the same policy, for the action that means it.
//!
//! The order is the one of the answers: 404 for what is unknown or unseen, 403 for what the caller may not do, 412 or 409 for
//! what has changed since the caller read it. Only then does the use case ask its rules, because they speak about a state
//! that the caller has seen.

use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::error::{Error, Result};
use sea_orm::ConnectionTrait;

/// A thing that a policy guards.
pub trait Guarded: Sized {
    /// The actions that the slice's policy knows.
    type Action: Copy;
    /// The action that reading is.
    const VIEW: Self::Action;

    /// Asks the policy whether the actor may do this to this thing.
    fn may(&self, actor: &Actor, action: Self::Action) -> bool;

    /// Returns the version that a change of it has to name.
    fn version(&self) -> i32;
}

/// A guarded thing that not everybody may see: it is looked for in the part that the caller sees.
pub trait Scoped: Guarded {
    /// The type of its id.
    type Id;
    /// The part of all such things that a caller sees.
    type Visibility;

    /// Returns the part that the actor sees; `None` for an actor who sees no such thing at all.
    fn visibility(actor: &Actor) -> Option<Self::Visibility>;

    /// Reads the thing if it lies in that part.
    fn find(
        db: &impl ConnectionTrait,
        visible: &Self::Visibility,
        id: Self::Id,
    ) -> impl Future<Output = std::result::Result<Option<Self>, StoreError>> + Send;
}

/// The version of a thing that the caller of a use case has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The version that was read before; another one now is [`Error::Stale`].
    Version(i32),
    /// The thing as it stands: for another use case of the same transaction, and for a program that adds something.
    AsItStands,
}

impl Seen {
    /// Checks that the present version is the one that was seen.
    pub fn must_be(self, present: i32) -> Result<()> {
        match self {
            Self::Version(seen) if seen != present => Err(Error::Stale),
            Self::Version(_) | Self::AsItStands => Ok(()),
        }
    }
}

/// Returns the part of the things that the caller sees; refuses a caller who sees none.
pub fn scope<T: Scoped>(ctx: &Ctx) -> Result<T::Visibility> {
    T::visibility(&ctx.actor).ok_or_else(|| ctx.actor.refusal())
}

/// Opens a thing for a change: finds it in the caller's scope, asks the caller's right, compares the version.
pub async fn open<T: Scoped>(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    id: T::Id,
    action: T::Action,
    seen: Seen,
) -> Result<T> {
    let found = T::find(db, &scope::<T>(ctx)?, id).await?;
    admit(ctx, found, action, seen)
}

/// Reads a thing that the caller may view. Unknown and unseen are the same answer.
pub async fn read<T: Scoped>(ctx: &Ctx, db: &impl ConnectionTrait, id: T::Id) -> Result<T> {
    open(ctx, db, id, T::VIEW, Seen::AsItStands).await
}

/// Admits the caller to a thing that was found in another way than by its id.
pub fn admit<T: Guarded>(ctx: &Ctx, found: Option<T>, action: T::Action, seen: Seen) -> Result<T> {
    let thing = found.filter(|thing| thing.may(&ctx.actor, T::VIEW)).ok_or(Error::NotFound)?;
    ctx.demand(thing.may(&ctx.actor, action))?;
    seen.must_be(thing.version())?;
    Ok(thing)
}
