//! The person who has to do a task, for readers who do not.

use crate::ctx::Ctx;
use crate::designations::model::Seat;
use crate::designations::service::{self as designations, RegisterFilter};
use crate::designations::view::Holder;
use crate::designations::web::words as register_words;
use crate::error::Result;
use crate::network::service as network;

/// Most holders of a seat that are read; the first one is named.
const HOLDERS: u64 = 1;

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
    let filter = RegisterFilter { seat: Some(seat.id), as_of: Some(ctx.today()), ..RegisterFilter::default() };
    let holder = designations::list(ctx, &filter, None, HOLDERS).await?.pop();
    Ok(Contact {
        seat: register_words::seat_name(seat, ctx.lang),
        holder: match holder {
            Some(designation) => Some(reached(ctx, designation.holder).await),
            None => None,
        },
    })
}

async fn reached(ctx: &Ctx, holder: Holder) -> Reached {
    // A reader who may not see the record of the person gets no phone.
    let phone = network::person_seen(ctx, holder.id).await.ok().and_then(|person| person.phone);
    Reached { name: holder.name(), email: holder.email, phone }
}
