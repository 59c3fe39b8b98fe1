//! Recipients of obligations at present.

use crate::ctx::{Ctx, Question};
use crate::designations::questions::{AbsencesOn, AllSeats, HoldersOn};
use crate::due::Obligation;
use crate::error::Result;
use crate::mail::outbox::withdraw::Promised;
use crate::reminders::addressee::Roll;
use crate::reminders::plan::Key;
use crate::reminders::store::{self, Entry};
use crate::slices;
use chrono::NaiveDate;
use entity::ids::{MailId, PersonId};
use entity::kinds::UnavailabilityMode;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;

/// The roll of a day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::reminders) struct RollOn(pub NaiveDate);

impl Question for RollOn {
    type Answer = Roll;

    async fn answer(&self, ctx: &Ctx, _: &impl ConnectionTrait) -> Result<Roll> {
        let (seats, holders) = (ctx.recall(&AllSeats).await?, ctx.recall(&HoldersOn(self.0)).await?);
        let away = ctx.recall(&AbsencesOn(self.0)).await?;
        let away = away.iter().filter(|absence| absence.mode == UnavailabilityMode::ReassignAll);
        let away = away.map(|absence| absence.designation_id).collect();
        Ok(Roll::new(&seats, holders.to_vec(), away))
    }
}

/// Returns the roll of a day. The use cases of this slice ask too, because they do not change the register.
pub(in crate::reminders) async fn roll(ctx: &Ctx, day: NaiveDate) -> Result<Arc<Roll>> {
    ctx.recall(&RollOn(day)).await
}

/// Recipient of each obligation at present, and the recipients' addresses.
pub(in crate::reminders) struct Meant {
    people: HashMap<Key, PersonId>,
    addresses: HashMap<PersonId, String>,
}

/// Returns whether every line of a mail is still true: each obligation is open, on that day, and the recipient's. The
/// cost depends on the lines of the mail and not on everything due, because on a Monday morning it runs for each mail.
pub(in crate::reminders) async fn still_holds(ctx: &Ctx, db: &impl ConnectionTrait, mail: MailId) -> Result<bool> {
    let told = store::entries_of_mails(db, &[mail]).await?;
    if told.is_empty() {
        return Ok(false);
    }
    let obligations = slices::still_due(ctx, db, told.iter().map(|entry| (entry.key.kind, entry.key.id))).await?;
    let meant = Meant::of(&obligations, &*roll(ctx, ctx.today()).await?);
    Ok(told.iter().all(|entry| meant.holds(entry)))
}

impl Meant {
    pub fn of(obligations: &[Obligation], roll: &Roll) -> Self {
        let mut meant = Self { people: HashMap::new(), addresses: HashMap::new() };
        for obligation in obligations {
            let Some(who) = roll.addressee(obligation.seat_id) else { continue };
            let holder = &who.designation.holder;
            meant.people.insert(Key::of(obligation), holder.id);
            meant.addresses.insert(holder.id, holder.email.clone());
        }
        meant
    }

    /// Returns whether a recorded reminder is still true: open, not moved, and still for that person.
    pub fn holds(&self, told: &Entry) -> bool {
        self.people.get(&told.key).copied() == told.person_id
    }

    /// Returns whether this person is to be reminded of the obligation.
    pub fn is_of(&self, obligation: &Obligation, person: PersonId) -> bool {
        self.people.get(&Key::of(obligation)) == Some(&person)
    }

    /// Returns whether a mail went to a former address of a person who is still to be reminded.
    pub fn is_elsewhere(&self, promise: &Promised) -> bool {
        let address = promise.person_id.and_then(|person| self.addresses.get(&person));
        address.is_some_and(|address| !promise.is_to(address) && promise.is_owed_at(address))
    }
}
