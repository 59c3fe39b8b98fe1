//! Use cases of the network. Reads take a connection: the reader of the context, or the transaction of a use case.

mod frame;

pub use frame::{edit_agreement, edit_body};

use super::calendar;
pub use super::model::{
    AgreementView, BodyView, CalendarDay, ObservatoryView, PatronDay, PersonChange, PersonIn, PersonView, TerritoryView,
};
use super::model::{BOUNCE_NOTE_CHARACTERS, NetworkRefusal, changed_members};
use super::policy::{self, Action, Reach};
use super::questions::{AllBodies, AllCalendars, AllObservatories, AllTerritories, InForce};
pub use super::settings::Ladder;
use super::store;
pub use super::store::Connection;
use crate::audit::{self, Event};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};
use crate::links::service as links;
use crate::mail::address;
use crate::network::verb::Verb;
use crate::open::Seen;
use crate::risk::{AtRisk, Risk, RiskKind};
use crate::time::{Calendars, TerritoryCalendar, zone};
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{BodyId, PersonId};
use serde_json::json;

/// Finds the agreement in force. Public. Not found before the network is loaded.
pub async fn agreement(ctx: &Ctx) -> Result<AgreementView> {
    ctx.recall(&InForce).await?.as_ref().clone().ok_or(Error::NotFound)
}

/// Lists all bodies, the region first, for use cases; reads ask [`AllBodies`].
pub async fn bodies(db: &impl Connection) -> Result<Vec<BodyView>> {
    Ok(store::bodies(db).await?)
}

/// Finds a body by its code, its IPA code or any of its names, regardless of case.
pub async fn body(ctx: &Ctx, called: &str) -> Result<BodyView> {
    meant(&ctx.recall(&AllBodies).await?, called)
}

fn meant(bodies: &[BodyView], called: &str) -> Result<BodyView> {
    let called = called.trim().to_lowercase();
    let is_called = |name: &str| name.to_lowercase() == called;
    let is_meant = |body: &&BodyView| {
        [&body.code, &body.ipa_code, &body.name].into_iter().chain(&body.aliases).any(|name| is_called(name))
    };
    bodies.iter().find(is_meant).cloned().ok_or(Error::NotFound)
}

pub async fn body_by_id(db: &impl Connection, id: BodyId) -> Result<BodyView> {
    store::body_by_id(db, id).await?.ok_or(Error::NotFound)
}

/// Lists all observatories, the regional one first, for use cases; reads ask [`AllObservatories`].
pub async fn observatories(db: &impl Connection) -> Result<Vec<ObservatoryView>> {
    Ok(store::observatories(db).await?)
}

/// Finds an observatory by its code.
pub async fn observatory(ctx: &Ctx, code: &str) -> Result<ObservatoryView> {
    ctx.recall(&AllObservatories).await?.iter().find(|one| one.code == code).cloned().ok_or(Error::NotFound)
}

/// Lists all territories with their patron days, for use cases; reads ask [`AllTerritories`].
pub async fn territories(db: &impl Connection) -> Result<Vec<TerritoryView>> {
    Ok(store::territories(db).await?)
}

pub async fn territory(ctx: &Ctx, code: &str) -> Result<TerritoryView> {
    let all = ctx.recall(&AllTerritories).await?;
    all.iter().find(|territory| territory.code == code).cloned().ok_or(Error::NotFound)
}

/// Reads the working days of all territories. A use case reads them once and passes them on, because they include every
/// rule.
pub async fn calendars(db: &impl Connection) -> Result<Calendars> {
    Ok(store::calendars(db).await?)
}

/// Reads the agreed ladder of reminders.
pub async fn ladder(db: &impl Connection) -> Result<Ladder> {
    Ok(store::ladder(db).await?)
}

/// Lists the days of a territory from `from` to `to`, both included, each with the reason if it is not a working day.
/// Public. Refuses a period that ends before it starts or is longer than [`super::model::LONGEST_ANSWER_DAYS`].
pub async fn working_days(ctx: &Ctx, territory: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<CalendarDay>> {
    let calendars = ctx.recall(&AllCalendars).await?;
    Ok(calendar::days(calendar_of(&calendars, territory)?, from, to, ctx.lang)?)
}

/// Lists the holidays and closures of a territory in the year from today on.
pub async fn closed_days(ctx: &Ctx, territory: &str) -> Result<Vec<CalendarDay>> {
    let calendars = ctx.recall(&AllCalendars).await?;
    Ok(calendar::closed_in_a_year(calendar_of(&calendars, territory)?, ctx.today(), ctx.lang))
}

fn calendar_of<'a>(calendars: &'a Calendars, territory: &str) -> Result<&'a TerritoryCalendar> {
    calendars.of(territory).map_err(|_| Error::NotFound)
}

/// Finds a person. Checks no permission: the calling use case has done so.
pub async fn person(db: &impl Connection, id: PersonId) -> Result<PersonView> {
    store::person(db, id).await?.ok_or(Error::NotFound)
}

/// Finds the people with these ids; unknown ids are left out. Checks no permission: the calling use case has done so.
pub async fn people_by_id(db: &impl Connection, ids: impl IntoIterator<Item = PersonId>) -> Result<Vec<PersonView>> {
    Ok(store::people_by_id(db, ids).await?)
}

/// Finds the person of a typed address, for sign-in and for delivery failures. Checks no permission, so pages must not
/// call it.
pub async fn person_by_address(db: &impl Connection, typed: &str) -> Result<Option<PersonView>> {
    Ok(store::person_by_address(db, &address::meant(typed)).await?)
}

/// Reads a person's record.
///
/// Who may: secretariat and direction; holders of seats in all the bodies where the person holds or will hold one; the
/// person. Other callers get `not_found`, and learn name and address only from the designations they may see.
pub async fn person_seen(ctx: &Ctx, id: PersonId) -> Result<PersonView> {
    let person = person(ctx.reader(), id).await?;
    let subject = store::subject(ctx.reader(), id, ctx.today()).await?;
    if policy::may_see(&ctx.actor, &subject) { Ok(person) } else { Err(unseen(ctx)) }
}

/// Returns the members of a person that the caller may change.
pub async fn reach(ctx: &Ctx, id: PersonId) -> Result<Reach> {
    Ok(policy::reach(&ctx.actor, &store::subject(ctx.reader(), id, ctx.today()).await?))
}

/// Lists up to `limit` people after the given one, in the order in which they were entered. The secretariat only.
pub async fn people(ctx: &Ctx, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonView>> {
    ctx.demand(policy::may(&ctx.actor, Action::ListPeople))?;
    Ok(store::people_after(ctx.reader(), after, limit).await?)
}

/// Finds the person of an address, or enters a new person.
///
/// Who may: every caller of the use case that needs the person. Mails: none. The same address under another name is
/// refused. Phone and language of a known person stay unchanged.
pub async fn person_for(ctx: &Ctx, txn: &Txn, person: PersonIn) -> Result<PersonView> {
    let person = person.checked()?;
    if let Some(known) = store::person_by_address(txn, &person.email).await? {
        return if person.has_the_name_of(&known) { Ok(known) } else { Err(NetworkRefusal::AddressTaken.into()) };
    }
    let entered = store::insert_person(txn, ctx.new_id(), person, ctx.now()).await.map_err(address_taken)?;
    audit::record(ctx, txn, event(Verb::CreatePerson, entered.id, json!({}))).await?;
    Ok(entered)
}

/// Corrects a person's data, if it is unchanged since `version` was read.
///
/// Who may: the secretariat everything; a manager of all the bodies in which the person holds or will hold a seat the
/// names, phone and language; everybody their own phone and language. Mails: none at once. After a change of address
/// the jobs of the slices repeat there the mails that are still relevant, and the one-press links in mails to the old
/// address end. Errors: `address_taken`, `stale`, and every wrong field. A change without effect writes nothing.
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
    let after = change.applied_to(&before).checked()?;
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
    audit::record(ctx, txn, event(Verb::UpdatePerson, id, json!({ "members": members }))).await?;
    Ok(updated)
}

/// Notes a permanent delivery failure for the person; a new address clears it. The service and the secretariat only.
/// Mails: none; the vacancy radar shows the failure.
pub async fn mark_bounced(ctx: &Ctx, txn: &Txn, id: PersonId, note: &str) -> Result<PersonView> {
    ctx.demand(policy::may(&ctx.actor, Action::MarkBounced))?;
    let note = typed::required("note", note, BOUNCE_NOTE_CHARACTERS)?;
    let before = person(txn, id).await?;
    let marked = store::mark_bounced(txn, &before, note, ctx.now()).await?;
    audit::record(ctx, txn, event(Verb::MarkBounced, id, json!({}))).await?;
    Ok(marked)
}

/// Notes that a relay has permanently refused this address, unless the person has another address by now or a failure
/// is noted already.
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

/// Returns the people with a permanent delivery failure, as risks.
pub async fn bounced(db: &impl Connection) -> Result<Vec<Risk>> {
    let risk = |(person, at)| Risk {
        kind: RiskKind::Bounced,
        at_risk: AtRisk::Person(person),
        day: Some(zone::day_of(at)),
        last_day: None,
    };
    Ok(store::bounced(db).await?.into_iter().map(risk).collect())
}

/// Returns the rights needed to change these members. A change without members still needs the right to write.
fn needed(members: &[&str]) -> Reach {
    let needs = |member: &str| match member {
        "email" => Reach::Address,
        "given_name" | "family_name" => Reach::Names,
        _ => Reach::Contact,
    };
    members.iter().map(|member| needs(member)).max().unwrap_or(Reach::Contact)
}

/// Translates the constraint error that occurs when two requests enter one address at the same instant.
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

fn event(verb: Verb, person: PersonId, details: serde_json::Value) -> Event {
    Event::about(verb, ("person", person.to_string()), details)
}
