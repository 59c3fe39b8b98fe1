//! The use cases of the network. Reads take a connection: the reader of the context, or the transaction of a use case.

mod frame;

pub use frame::{edit_agreement, edit_body};

use super::calendar;
pub use super::model::{
    AgreementView, BodyView, CalendarDay, ObservatoryView, PatronDay, PersonChange, PersonIn, PersonView, TerritoryView,
};
use super::model::{BOUNCE_NOTE_CHARACTERS, NetworkRefusal, changed_members};
use super::policy::{self, Action, Reach};
pub use super::settings::Ladder;
use super::store;
pub use super::store::Connection;
use crate::audit::{self, Event};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};
use crate::links::service as links;
use crate::mail::address;
use crate::open::Seen;
use crate::texts::Lang;
use crate::time::{Calendars, TerritoryCalendar};
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{BodyId, ObservatoryId, PersonId};
use serde_json::json;

/// The agreement in force. Anybody may read it; nothing is found before the network was loaded.
pub async fn agreement(db: &impl Connection) -> Result<AgreementView> {
    store::agreement(db).await?.ok_or(Error::NotFound)
}

/// All bodies, the region first. Anybody may read them.
pub async fn bodies(db: &impl Connection) -> Result<Vec<BodyView>> {
    Ok(store::bodies(db).await?)
}

/// A body by its code, its IPA code or any of its names, whatever their case.
pub async fn body(db: &impl Connection, called: &str) -> Result<BodyView> {
    let called = called.trim().to_lowercase();
    let is_called = |name: &str| name.to_lowercase() == called;
    let is_meant = |body: &BodyView| {
        [&body.code, &body.ipa_code, &body.name].into_iter().chain(&body.aliases).any(|name| is_called(name))
    };
    bodies(db).await?.into_iter().find(is_meant).ok_or(Error::NotFound)
}

pub async fn body_by_id(db: &impl Connection, id: BodyId) -> Result<BodyView> {
    store::body_by_id(db, id).await?.ok_or(Error::NotFound)
}

/// All observatories, the regional one first. Anybody may read them.
pub async fn observatories(db: &impl Connection) -> Result<Vec<ObservatoryView>> {
    Ok(store::observatories(db).await?)
}

/// An observatory by its code.
pub async fn observatory(db: &impl Connection, code: &str) -> Result<ObservatoryView> {
    store::observatory_by_code(db, code).await?.ok_or(Error::NotFound)
}

pub async fn observatory_by_id(db: &impl Connection, id: ObservatoryId) -> Result<ObservatoryView> {
    store::observatory_by_id(db, id).await?.ok_or(Error::NotFound)
}

/// All territories with their patron days. Anybody may read them.
pub async fn territories(db: &impl Connection) -> Result<Vec<TerritoryView>> {
    Ok(store::territories(db).await?)
}

pub async fn territory(db: &impl Connection, code: &str) -> Result<TerritoryView> {
    territories(db).await?.into_iter().find(|territory| territory.code == code).ok_or(Error::NotFound)
}

/// The working days of all territories. Read once per use case and passed on: it holds every rule there is.
pub async fn calendars(db: &impl Connection) -> Result<Calendars> {
    Ok(store::calendars(db).await?)
}

/// When reminders leave, as the network agreed.
pub async fn ladder(db: &impl Connection) -> Result<Ladder> {
    Ok(store::ladder(db).await?)
}

/// The days of a territory from `from` to `to`, both included, each with the reason if it is not worked. Anybody may ask.
/// A span that ends before it starts, or is longer than [`calendar::LONGEST_ANSWER_DAYS`], is refused.
pub async fn working_days(
    db: &impl Connection,
    territory: &str,
    from: NaiveDate,
    to: NaiveDate,
    lang: Lang,
) -> Result<Vec<CalendarDay>> {
    let calendars = calendars(db).await?;
    Ok(calendar::days(calendar_of(&calendars, territory)?, from, to, lang)?)
}

/// The next holidays and closures of a territory from `from` on.
pub async fn next_closed_days(
    db: &impl Connection,
    territory: &str,
    from: NaiveDate,
    count: usize,
    lang: Lang,
) -> Result<Vec<CalendarDay>> {
    let calendars = calendars(db).await?;
    Ok(calendar::next_closed(calendar_of(&calendars, territory)?, from, count, lang))
}

fn calendar_of<'a>(calendars: &'a Calendars, territory: &str) -> Result<&'a TerritoryCalendar> {
    calendars.of(territory).map_err(|_| Error::NotFound)
}

/// A person, for another use case that has already asked whether its caller may know.
pub async fn person(db: &impl Connection, id: PersonId) -> Result<PersonView> {
    store::person(db, id).await?.ok_or(Error::NotFound)
}

/// The person of an address, however it was typed: for signing in and for bounces. Not a page's question.
pub async fn person_by_address(db: &impl Connection, typed: &str) -> Result<Option<PersonView>> {
    Ok(store::person_by_address(db, &address::meant(typed)).await?)
}

/// Reads a person's record. Who may: secretariat and direction; holders of seats in all the bodies where the person holds or will
/// hold one; the person. Anybody else is not told that there is one, and learns name and address only from the designations
/// they may see.
pub async fn person_seen(ctx: &Ctx, id: PersonId) -> Result<PersonView> {
    let person = person(ctx.reader(), id).await?;
    let subject = store::subject(ctx.reader(), id, ctx.today()).await?;
    if policy::may_see(&ctx.actor, &subject) { Ok(person) } else { Err(unseen(ctx)) }
}

/// Tells how much of a person the caller may change.
pub async fn reach(ctx: &Ctx, id: PersonId) -> Result<Reach> {
    Ok(policy::reach(&ctx.actor, &store::subject(ctx.reader(), id, ctx.today()).await?))
}

/// Up to `limit` people in the order in which they were entered, after the given one. The secretariat only.
pub async fn people(ctx: &Ctx, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonView>> {
    ctx.demand(policy::may(&ctx.actor, Action::ListPeople))?;
    Ok(store::people_after(ctx.reader(), after, limit).await?)
}

/// Finds the person of an address, or enters them. Whoever may do what the person is needed for may do this; it mails
/// nobody. The same address under another name is refused; a known person's phone and language stay as they are.
pub async fn person_for(ctx: &Ctx, txn: &Txn, person: PersonIn) -> Result<PersonView> {
    let person = person.checked().map_err(Error::Invalid)?;
    if let Some(known) = store::person_by_address(txn, &person.email).await? {
        return if person.has_the_name_of(&known) { Ok(known) } else { Err(NetworkRefusal::AddressTaken.into()) };
    }
    let entered = store::insert_person(txn, ctx.new_id(), person, ctx.now()).await.map_err(address_taken)?;
    audit::record(ctx, txn, event("network.create_person", entered.id, json!({}))).await?;
    Ok(entered)
}

/// Corrects a person's data, if nobody else did since `version` was read.
///
/// Who may: the secretariat everything; whoever manages all the bodies in which the person holds or will hold a seat the names,
/// phone and language; everybody their own phone and language. Mails: none at once; the jobs of the slices tell again what they
/// told at an address that is another now, and the links for one press in mails to the old address end. Errors: `address_taken`,
/// `stale`, and every field that is wrong. A change that changes nothing writes nothing.
pub async fn update_person(
    ctx: &Ctx,
    txn: &Txn,
    id: PersonId,
    version: i32,
    change: PersonChange,
) -> Result<PersonView> {
    let before = person(txn, id).await?;
    let subject = store::subject(txn, id, ctx.today()).await?;
    if !policy::may_see(&ctx.actor, &subject) {
        return Err(unseen(ctx));
    }
    let after = change.applied_to(&before).checked().map_err(Error::Invalid)?;
    let members = changed_members(&before, &after);
    if policy::reach(&ctx.actor, &subject) < needed(&members) {
        return Err(Error::Denied);
    }
    Seen::Version(version).must_be(before.version)?;
    if members.is_empty() {
        return Ok(before);
    }
    let updated = store::update_person(txn, &before, after, ctx.now()).await.map_err(address_taken)?;
    if members.contains(&"email") {
        links::revoke_for_person(ctx, txn, id).await?;
    }
    audit::record(ctx, txn, event("network.update_person", id, json!({ "members": members }))).await?;
    Ok(updated)
}

/// Notes that a mail to the person came back for good; a new address clears it. The service and the secretariat only. Mails
/// nobody: the vacancy radar shows it.
pub async fn mark_bounced(ctx: &Ctx, txn: &Txn, id: PersonId, note: &str) -> Result<PersonView> {
    ctx.demand(policy::may(&ctx.actor, Action::MarkBounced))?;
    let note = typed::required("note", note, BOUNCE_NOTE_CHARACTERS)?;
    let before = person(txn, id).await?;
    let marked = store::mark_bounced(txn, &before, note, ctx.now()).await?;
    audit::record(ctx, txn, event("network.mark_bounced", id, json!({}))).await?;
    Ok(marked)
}

/// A relay has refused this address for good: notes it, unless the person has another address by now or it is noted already.
pub async fn note_refused_address(ctx: &Ctx, txn: &Txn, id: PersonId, address: &str, answer: &str) -> Result<()> {
    let Some(known) = store::person(txn, id).await? else { return Ok(()) };
    if known.bounced_at.is_some() || !known.email.eq_ignore_ascii_case(address) {
        return Ok(());
    }
    let note: String = answer.trim().chars().take(BOUNCE_NOTE_CHARACTERS).collect();
    let note = if note.is_empty() { "refused without a word" } else { &note };
    mark_bounced(ctx, txn, id, note).await?;
    Ok(())
}

/// What the caller's rights must reach for these members to change. Writing nothing takes the right to write as well.
fn needed(members: &[&str]) -> Reach {
    let needs = |member: &str| match member {
        "email" => Reach::Address,
        "given_name" | "family_name" => Reach::Names,
        _ => Reach::Contact,
    };
    members.iter().map(|member| needs(member)).max().unwrap_or(Reach::Contact)
}

/// Two requests may enter one address at the same instant: the table lets one through.
fn address_taken(error: StoreError) -> Error {
    match error {
        StoreError::Constraint(name) if name == "uq_person_email" => NetworkRefusal::AddressTaken.into(),
        other => other.into(),
    }
}

fn unseen(ctx: &Ctx) -> Error {
    if is_anonymous(ctx) { Error::Unauthenticated } else { Error::NotFound }
}

fn is_anonymous(ctx: &Ctx) -> bool {
    ctx.actor.identity == crate::auth::actor::Identity::Anonymous
}

fn event(action: &'static str, person: PersonId, details: serde_json::Value) -> Event {
    Event::about(action, ("person", person.to_string()), details)
}
