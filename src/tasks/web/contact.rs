//! The person who has to do a task, for readers who do not.

use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::questions::HoldersOn;
use crate::designations::view::{Designation, Holder};
use crate::designations::web::words as register_words;
use crate::error::Result;
use crate::network::service as network;
use crate::open::Guarded as _;

/// A seat with its holder, as far as the reader may see the holder.
pub struct Contact {
    pub seat: String,
    /// Holder today; `None` for a vacant seat.
    pub holder: Option<Reached>,
}

/// A person with the ways to reach the person.
pub struct Reached {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
}

/// Returns the seat of a task and its holder today.
pub async fn contact(ctx: &Ctx, seat: &Seat) -> Result<Contact> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let holder = holders.iter().find(|one| one.seat.id == seat.id && one.may(&ctx.actor, Designation::VIEW));
    Ok(Contact {
        seat: register_words::seat_name(seat, ctx.lang),
        holder: match holder {
            Some(designation) => Some(reached(ctx, &designation.holder).await),
            None => None,
        },
    })
}

async fn reached(ctx: &Ctx, holder: &Holder) -> Reached {
    // A reader who may not see the record of the person gets no phone.
    let phone = network::person_seen(ctx, holder.id).await.ok().and_then(|person| person.phone);
    Reached { name: holder.name(), email: holder.email.clone(), phone }
}
