//! Use cases of the register: one function each, inside the transaction of the caller. Only the handover opens
//! transactions itself, one for each designation.

mod board;
mod checks;
mod documents;
mod handover;
mod preview;
mod sought;
mod timeline;

pub use super::mail::news::{News, others};
pub use super::mail::to_holder;
pub use board::{BoardSeat, Seated, board, contacts};
pub use documents::keep_document;
pub use handover::{follow_calendar, is_over};
pub use preview::{Preview, preview};
pub use sought::{RegisterSought, understood};
pub use timeline::{Held, SeatTime, Timeline, timeline};

pub use self::checks::{Wanted, check_seat};
use self::checks::{checked_provenance, checked_statement};
use self::documents::attach_proof;
use self::handover::{ask_if_vacant, carry_out_end_if_past, switch_off};
use super::mail;
use super::model::{
    self, Ending, GivenReason, NOTE_CHARACTERS, Occupied, Provenance, REASON_CHARACTERS, Refusal, Seat, Statement,
    Successor, Term, Unavailability,
};
use super::policy::{self, Action, Subject, Visibility};
use super::questions::{AllSeats, HoldersOn};
use super::seats::Seats;
use super::store::{self, Filter, NewDesignation};
use super::view::{Designation, Dossier};
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::designations::verb::Verb;
use crate::error::{Error, Result};
use crate::mail::content::MailContent;
use crate::mail::outbox;
use crate::network::model::PersonIn;
use crate::network::questions::AllBodies;
use crate::network::service as network;
use crate::open::{Guarded, Scoped, Seen, open, read, scope};
use crate::texts::Lang;
use crate::typed;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::ids::{BodyId, DesignationId, DesignationRecordId, PersonId, SeatId, UnavailabilityId};
use entity::kinds::{RecordChange, SeatKind, UnavailabilityMode};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use super::seats::SeatKey;
pub use super::store::Filter as RegisterFilter;

/// The person to designate: a known person, or office contact data of a new one.
#[derive(Clone, Debug)]
pub enum Designee {
    Known(PersonId),
    New(PersonIn),
}

/// Input for a designation.
#[derive(Clone, Debug)]
pub struct DesignateIn {
    /// The seat's code, for example `referent:bergamo`.
    pub seat: String,
    pub person: Designee,
    pub statement: Statement,
    /// Ends the present holder's term on the day before this one begins, in the same transaction.
    pub replaces_holder: bool,
}

/// Designates a person to a seat.
///
/// What happens: the designation is entered with its act and provenance; with `replaces_holder` the present holder's
/// term ends the day before. Who may: the secretariat, for any body; a body's manager, for the body's own seats (not
/// the manager's). Mails: *registered* to the new holder, to the body and to the secretariat. Errors: `not_found` for a
/// person whom the caller may not know of ([`known_to`]), `seat_unknown`, `seat_held`, `already_in_seat`,
/// `replaces_nobody` (the seat may have several holders, so none has to be replaced), `end_before_start`,
/// `act_after_effect`, `act_in_future`, `communicated_in_future`, `address_taken`.
pub async fn designate(ctx: &Ctx, txn: &Txn, input: DesignateIn) -> Result<Designation> {
    Ok(enter(ctx, txn, input).await?.entered)
}

/// A designation that was entered, with those that it ended.
struct Entered {
    entered: Designation,
    leaving: Vec<Designation>,
}

async fn enter(ctx: &Ctx, txn: &Txn, input: DesignateIn) -> Result<Entered> {
    let seat = ctx.recall(&AllSeats).await?.find(SeatKey::Code(&input.seat)).cloned().ok_or(Refusal::SeatUnknown)?;
    ctx.demand(policy::may(&ctx.actor, Action::Designate, of_seat(&seat)))?;
    let wanted = Wanted::by(&input);
    let statement = match checked_statement(ctx, input.statement) {
        Ok(statement) => statement,
        Err(wrong) => return typed::all_at_once(Err(wrong), [check_seat(ctx, txn, &wanted).await]),
    };
    let person = match input.person {
        Designee::Known(id) => known_to(ctx, txn, id).await?,
        Designee::New(person) => network::person_for(ctx, txn, person).await?.id,
    };
    let record_id = ctx.new_id();
    let leaving = if input.replaces_holder {
        end_present_holder(ctx, txn, &seat, person, &statement, record_id).await?
    } else {
        Vec::new()
    };
    let occupied = store::occupied(txn, seat.id, statement.term.from).await?;
    model::check_free(seat.kind, Some(person), statement.term, &occupied)?;
    let new = NewDesignation {
        id: ctx.new_id(),
        record_id,
        seat_id: seat.id,
        person_id: person,
        first: Successor { change: RecordChange::Registered, statement, reason: None },
        at: ctx.now(),
        by: ctx.actor.person_id(),
    };
    let id = new.id;
    attach_proof(ctx, txn, id, &new.first.statement.provenance).await?;
    store::insert(txn, new).await?;
    let entered = known(ctx, txn, id).await?;
    record_statement(ctx, txn, Verb::Designate, &entered).await?;
    mail::registered(ctx, txn, &entered).await?;
    // Carried out only after the new holder is written, so that the seat does not count as vacant.
    for designation in leaving.iter().chain([&entered]) {
        carry_out_end_if_past(ctx, txn, designation).await?;
    }
    Ok(Entered { entered, leaving })
}

/// Checks that the caller may know of the person: the person is in the part of the register that the caller reads,
/// former holders included; the secretariat may know everyone. Otherwise a manager with the id of another body's person
/// would learn the name and address from the answer. To designate such a person, the manager enters address and name as
/// for a new person, and [`network::person_for`] finds the known one.
async fn known_to(ctx: &Ctx, txn: &Txn, id: PersonId) -> Result<PersonId> {
    let visible = scope::<Designation>(ctx)?;
    if visible != Visibility::Everything {
        let filter = Filter { person: Some(id), with_annulled: true, ..Filter::default() };
        let seats = ctx.recall(&AllSeats).await?;
        if store::list(txn, &seats, &visible, &filter, None, Some(1)).await?.is_empty() {
            return Err(Error::NotFound);
        }
    }
    Ok(network::person(txn, id).await?.id)
}

/// Ends the present holder's term on the day before the new one begins. `by` is the id of the new holder's record,
/// written afterwards. Returns the former holders, whose handover follows once the new holder is written.
async fn end_present_holder(
    ctx: &Ctx,
    txn: &Txn,
    seat: &Seat,
    newcomer: PersonId,
    next: &Statement,
    by: DesignationRecordId,
) -> Result<Vec<Designation>> {
    if !model::is_exclusive(seat.kind) {
        return Err(Refusal::ReplacesNobody.into());
    }
    let filter = Filter { seat: Some(seat.id), as_of: Some(next.term.from), ..Filter::default() };
    let last_day = next.term.from - Days::new(1);
    let mut leaving = Vec::new();
    for holder in all(ctx, txn, &filter).await? {
        if holder.holder.id == newcomer {
            return Err(Refusal::AlreadyInSeat.into());
        }
        let ending = Ending { reason: GivenReason::ReplacedBy(by), provenance: Some(next.provenance.clone()) };
        leaving.push(end_at(ctx, txn, holder, last_day, ending).await?);
    }
    Ok(leaving)
}

/// Input for ending a designation.
#[derive(Clone, Debug)]
pub struct EndIn {
    /// The last day in the seat.
    pub last_day: NaiveDate,
    pub reason: String,
    pub provenance: Option<Provenance>,
}

/// Ends a designation after `last_day`.
///
/// What happens: a record with the end supersedes the present one. If the last day has passed, sessions, links, tokens
/// and unsent mails of the former holder end in the same transaction, otherwise at the midnight after it. Who may: the
/// secretariat, the body's manager for the body's own seats. Mails: *farewell* to the former holder and *ended* to the
/// body once the end has come; *designation requested* to the body if the seat becomes vacant. Errors:
/// `end_before_start`, `already_ended`, `ends_already`, `reason_missing`, `communicated_in_future`, `last_secretariat`,
/// `stale`; for the provenance those of [`designate`].
pub async fn end(ctx: &Ctx, txn: &Txn, id: DesignationId, version: i32, input: EndIn) -> Result<Designation> {
    let current = open::<Designation>(ctx, txn, id, Action::Designate, Seen::Version(version)).await?;
    let reason = typed::reason("reason", &input.reason, REASON_CHARACTERS)?;
    let provenance = input.provenance.map(|provenance| checked_provenance(ctx, provenance)).transpose()?;
    let remaining = Term { to: Some(input.last_day), ..current.record.statement.term };
    keep_a_secretariat(ctx, txn, &current, Some(remaining)).await?;
    let ending = Ending { reason: GivenReason::Said(reason), provenance };
    let ended = end_at(ctx, txn, current, input.last_day, ending).await?;
    carry_out_end_if_past(ctx, txn, &ended).await?;
    Ok(ended)
}

async fn end_at(
    ctx: &Ctx,
    txn: &Txn,
    current: Designation,
    last_day: NaiveDate,
    ending: Ending,
) -> Result<Designation> {
    let successor = current.record.ended(last_day, ending, ctx.today())?;
    let ended = supersede(ctx, txn, &current, successor).await?;
    record_statement(ctx, txn, Verb::End, &ended).await?;
    Ok(ended)
}

/// Refuses a change that leaves a day without a secretariat, because then no person could run the network.
async fn keep_a_secretariat(ctx: &Ctx, txn: &Txn, current: &Designation, remaining: Option<Term>) -> Result<()> {
    if current.seat.kind != SeatKind::Secretariat {
        return Ok(());
    }
    for day in current.record.statement.term.first_days_lost(remaining, ctx.today()) {
        let staying = holders_of(ctx, txn, SeatKind::Secretariat, day).await?;
        if staying.iter().all(|other| other.id == current.id) {
            return Err(Refusal::LastSecretariat.into());
        }
    }
    Ok(())
}

/// Corrects a mistake: a record with the right content supersedes the wrong one, which stays readable.
///
/// Who may: the secretariat, the body's manager for the body's own seats. Mails: those of an end, if the corrected end
/// has passed; *designation requested* to the body if the seat becomes vacant. Errors: those of [`designate`] about the
/// content, `reason_missing`, `nothing_changes`, `last_secretariat`, `stale`.
pub async fn correct(
    ctx: &Ctx,
    txn: &Txn,
    id: DesignationId,
    version: i32,
    statement: Statement,
    reason: &str,
) -> Result<Designation> {
    let current = open::<Designation>(ctx, txn, id, Action::Correct, Seen::Version(version)).await?;
    let reason = typed::reason("reason", reason, REASON_CHARACTERS)?;
    let statement = checked_statement(ctx, statement)?;
    keep_a_secretariat(ctx, txn, &current, Some(statement.term)).await?;
    let mut others = store::occupied(txn, current.seat.id, statement.term.from).await?;
    others.retain(|other| other.designation_id != id);
    model::check_free(current.seat.kind, Some(current.holder.id), statement.term, &others)?;
    let successor = current.record.corrected(statement, reason)?;
    let corrected = supersede(ctx, txn, &current, successor).await?;
    record_statement(ctx, txn, Verb::Correct, &corrected).await?;
    if corrected.handed_over_at.is_some() && !corrected.has_ended(ctx.today()) {
        store::unmark_handed_over(txn, id).await?;
    }
    let has_left = carry_out_end_if_past(ctx, txn, &corrected).await?;
    if !has_left && has_emptied(ctx, &current, &corrected) {
        ask_if_vacant(ctx, txn, &corrected.seat).await?;
    }
    known(ctx, txn, id).await
}

/// Tells whether a change ended the designation's coverage of today.
fn has_emptied(ctx: &Ctx, before: &Designation, after: &Designation) -> bool {
    before.record.covers(ctx.today()) && !after.record.covers(ctx.today())
}

/// Annuls a designation that should never have been entered: from now on it covers no day.
///
/// Who may: the secretariat. Mails: *designation requested* to the body if the seat becomes vacant; unsent mails to its
/// holder are withdrawn. Errors: `already_ended` (annulled before), `reason_missing`, `last_secretariat`, `stale`.
pub async fn annul(ctx: &Ctx, txn: &Txn, id: DesignationId, version: i32, reason: &str) -> Result<Designation> {
    let current = open::<Designation>(ctx, txn, id, Action::Annul, Seen::Version(version)).await?;
    let reason = typed::reason("reason", reason, REASON_CHARACTERS)?;
    keep_a_secretariat(ctx, txn, &current, None).await?;
    let successor = current.record.annulled(reason)?;
    let annulled = supersede(ctx, txn, &current, successor).await?;
    record_statement(ctx, txn, Verb::Annul, &annulled).await?;
    if annulled.handed_over_at.is_none() {
        switch_off(ctx, txn, &annulled).await?;
    }
    if has_emptied(ctx, &current, &annulled) {
        ask_if_vacant(ctx, txn, &annulled.seat).await?;
    }
    known(ctx, txn, id).await
}

/// Supersedes the current record and returns the present designation.
async fn supersede(ctx: &Ctx, txn: &Txn, current: &Designation, successor: Successor) -> Result<Designation> {
    attach_proof(ctx, txn, current.id, &successor.statement.provenance).await?;
    store::supersede(txn, current, ctx.new_id(), successor, ctx.now(), ctx.actor.person_id()).await?;
    known(ctx, txn, current.id).await
}

/// Input for recording an absence.
#[derive(Clone, Debug)]
pub struct UnavailableIn {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub mode: UnavailabilityMode,
    pub note: Option<String>,
}

/// Records days on which a holder cannot work.
///
/// Who may: the holder, the body's manager, the secretariat. Mails: none. If everything is to be reassigned, tasks due
/// on these days go to the deputy. Errors: `end_before_start`, `unavailability_outside`, `unavailability_overlaps` (one
/// of the days is an absence already), `too_long` for the note.
pub async fn declare_unavailable(
    ctx: &Ctx,
    txn: &Txn,
    id: DesignationId,
    input: UnavailableIn,
) -> Result<Unavailability> {
    let designation = open::<Designation>(ctx, txn, id, Action::DeclareUnavailable, Seen::AsItStands).await?;
    if input.to < input.from {
        return Err(Refusal::EndBeforeStart.into());
    }
    let note = typed::optional("note", input.note.as_deref(), NOTE_CHARACTERS)?;
    let absence = Term { from: input.from, to: Some(input.to) };
    if designation.record.change == RecordChange::Annulled || !designation.record.statement.term.overlaps(absence) {
        return Err(Refusal::UnavailabilityOutside.into());
    }
    let known = store::unavailabilities(txn, Some(id), Some((input.from, input.to))).await?;
    Unavailability::must_be_new(input.from, input.to, &known)?;
    let new = Unavailability {
        id: ctx.new_id(),
        designation_id: id,
        from: input.from,
        to: input.to,
        mode: input.mode,
        note,
        withdrawn_at: None,
        version: 1,
    };
    store::insert_unavailability(txn, &new, ctx.now(), ctx.actor.person_id()).await?;
    record_event(ctx, txn, Verb::DeclareUnavailable, &designation).await?;
    Ok(new)
}

/// Withdraws an absence. Same permissions as recording it; errors: `stale`.
pub async fn withdraw_unavailability(
    ctx: &Ctx,
    txn: &Txn,
    id: DesignationId,
    absence: UnavailabilityId,
    version: i32,
) -> Result<()> {
    let designation = open::<Designation>(ctx, txn, id, Action::DeclareUnavailable, Seen::AsItStands).await?;
    let declared = store::unavailability(txn, absence).await?.filter(|declared| declared.designation_id == id);
    if declared.ok_or(Error::NotFound)?.withdrawn_at.is_some() {
        return Err(Error::Stale);
    }
    store::withdraw_unavailability(txn, absence, version, ctx.now()).await?;
    record_event(ctx, txn, Verb::WithdrawUnavailability, &designation).await
}

/// Asks a body by mail to fill a seat that is vacant today.
///
/// Who may: the secretariat. Mails: *designation requested* to the body, at most once a day. Errors: `not_found`,
/// `seat_held`, `nobody_to_ask` (the body has neither a manager nor a certified mailbox).
pub async fn request_designation(ctx: &Ctx, txn: &Txn, seat_code: &str) -> Result<()> {
    let seat = seat(ctx, SeatKey::Code(seat_code)).await?;
    ctx.demand(policy::may(&ctx.actor, Action::RequestDesignation, of_seat(&seat)))?;
    let held = store::holders_on(txn, seat.id, ctx.today()).await?;
    if let Some(Occupied { person_name, term, .. }) = held.into_iter().next() {
        return Err(Refusal::SeatHeld { by: person_name, from: term.from, to: term.to }.into());
    }
    let event = Event::about(Verb::RequestDesignation, ("seat", seat.id.to_string()), json!({ "seat": seat.code }));
    audit::record(ctx, txn, event).await?;
    if mail::requested(ctx, txn, &seat).await? == 0 { Err(Refusal::NobodyToAsk.into()) } else { Ok(()) }
}

/// The last request to designate for a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub on: NaiveDate,
    /// Addresses to which the mails of that day went.
    pub addresses: Vec<String>,
}

/// Returns the last requests to designate within the last two weeks, by seat. Withdrawn mails do not count.
pub async fn asked(ctx: &Ctx) -> Result<HashMap<SeatId, Asked>> {
    let mut asked: HashMap<SeatId, Asked> = HashMap::new();
    for request in mail::requests(ctx, ctx.reader()).await? {
        let (Ok(seat), Some(on)) = (request.subject_id.parse(), request.about_day) else { continue };
        if request.was_withdrawn() {
            continue;
        }
        let last = asked.entry(seat).or_insert_with(|| Asked { on, addresses: Vec::new() });
        if last.on != on {
            *last = Asked { on, addresses: Vec::new() };
        }
        last.addresses.push(request.recipient);
    }
    Ok(asked)
}

/// Lists the bodies that no mail can reach today, because they have neither a manager in office nor a certified
/// mailbox.
pub async fn unreachable_bodies(ctx: &Ctx) -> Result<HashSet<BodyId>> {
    let managers = todays_holders_of(ctx, SeatKind::BodyManager).await?;
    let managed: HashSet<BodyId> = managers.iter().map(|one| one.seat.body_id).collect();
    let bodies = ctx.recall(&AllBodies).await?;
    Ok(bodies.iter().filter(|body| body.pec.is_none() && !managed.contains(&body.id)).map(|body| body.id).collect())
}

/// Last line of a page of the register: the first day of its term, and its id.
pub type Cursor = (NaiveDate, DesignationId);

/// Lists up to `limit` designations that pass the filter and are visible to the caller, the latest term first.
pub async fn list(ctx: &Ctx, filter: &Filter, after: Option<Cursor>, limit: u64) -> Result<Vec<Designation>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(ctx.reader(), &seats, &scope::<Designation>(ctx)?, filter, after, Some(limit)).await?)
}

/// Lists all designations that pass the filter, for the service itself.
async fn all(ctx: &Ctx, db: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Designation>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(db, &seats, &Visibility::Everything, filter, None, None).await?)
}

/// Computes for each of these designations the days to its communication, as [`model::promptness`] does. An end is
/// compared with the communication before it, so those of all ended ones are read in one query.
pub async fn promptness(db: &impl ConnectionTrait, lines: &[Designation]) -> Result<HashMap<DesignationId, i64>> {
    let ended = lines.iter().filter(|line| line.record.change == RecordChange::Ended).map(|line| line.id).collect();
    let told = store::told(db, ended).await?;
    let days = |line: &Designation| {
        let all = told.get(&line.id).map_or(&[][..], Vec::as_slice);
        let before = all.iter().rev().find(|(position, _)| *position <= line.record.position);
        let provenance = before.map_or(&line.record.statement.provenance, |(_, provenance)| provenance);
        Some((line.id, model::promptness(&line.record, provenance)?))
    };
    Ok(lines.iter().filter_map(days).collect())
}

/// Finds one designation with its history, documents and absences. Unknown and invisible ones get the same answer.
pub async fn dossier(ctx: &Ctx, id: DesignationId) -> Result<Dossier> {
    let db = ctx.reader();
    let designation = read::<Designation>(ctx, db, id).await?;
    let history = store::history(db, id).await?;
    let documents = history.iter().filter_map(|record| record.statement.provenance.document_id).collect();
    Ok(Dossier {
        documents: crate::documents::service::documents(db, documents).await?,
        unavailabilities: store::unavailabilities(db, Some(id), None).await?,
        designation,
        history,
    })
}

/// Lists the seats of the network, in the order of the codes. Who may: any participant.
pub async fn list_seats(ctx: &Ctx) -> Result<Arc<Seats>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::ViewSeats))?;
    ctx.recall(&AllSeats).await
}

/// Finds one seat.
pub async fn seat(ctx: &Ctx, key: SeatKey<'_>) -> Result<Arc<Seat>> {
    ctx.recall(&AllSeats).await?.find(key).cloned().ok_or(Error::NotFound)
}

/// Lists today's holders of seats of this kind, for reads.
pub async fn todays_holders_of(ctx: &Ctx, kind: SeatKind) -> Result<Vec<Designation>> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    Ok(holders.iter().filter(|one| one.seat.kind == kind).cloned().collect())
}

/// Lists the holders of seats of this kind on the day.
pub async fn holders_of(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    kind: SeatKind,
    day: NaiveDate,
) -> Result<Vec<Designation>> {
    let filter = Filter { kind: Some(kind), as_of: Some(day), ..Filter::default() };
    all(ctx, db, &filter).await
}

/// Lists the holders of all seats on the day, for use cases that may have changed the register; others ask [`HoldersOn`].
pub async fn all_holders(ctx: &Ctx, db: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<Designation>> {
    Ok(store::all_holders(db, &*ctx.recall(&AllSeats).await?, day).await?)
}

/// Enqueues news to each holder today who is a reader, in the words of the reader's language; once to each person, and not
/// to the person who acts.
pub async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    news: &News,
    is_reader: impl Fn(&Designation) -> bool,
    content: impl Fn(Lang) -> MailContent,
) -> Result<()> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let drafts = others(ctx, &holders, is_reader).into_iter().map(|reader| news.to(ctx, reader, &content));
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

/// Lists absences that touch a period, without withdrawn ones.
pub async fn absences(db: &impl ConnectionTrait, from: NaiveDate, to: NaiveDate) -> Result<Vec<Unavailability>> {
    Ok(store::absences(db, from, to).await?)
}

/// Returns every designation as known now, whatever its term.
pub async fn whole_register(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Vec<Designation>> {
    all(ctx, db, &Filter::default()).await
}

/// Returns the end of a day in Europe/Rome: "as known on day K" includes everything recorded on that day.
pub fn known_on(day: NaiveDate) -> DateTime<Utc> {
    crate::time::zone::start_of_day(day + Days::new(1)) - TimeDelta::milliseconds(1)
}

impl Guarded for Designation {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        let subject = Subject { holder: Some(self.holder.id), ..of_seat(&self.seat) };
        policy::may(actor, action, subject)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

impl Scoped for Designation {
    type Id = DesignationId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        policy::visibility(actor)
    }

    async fn find(
        ctx: &Ctx,
        db: &impl ConnectionTrait,
        visible: &Visibility,
        id: DesignationId,
    ) -> Result<Option<Self>> {
        Ok(store::find(db, &*ctx.recall(&AllSeats).await?, visible, id).await?)
    }
}

/// Returns the policy's subject for a seat before it has a holder.
fn of_seat(seat: &Seat) -> Subject {
    Subject { seat: seat.kind, body: seat.body_id, holder: None }
}

/// Reads a designation that must exist, such as one written in this transaction.
async fn known(ctx: &Ctx, db: &impl ConnectionTrait, id: DesignationId) -> Result<Designation> {
    let found = Designation::find(ctx, db, &Visibility::Everything, id).await?;
    Ok(found.ok_or_else(|| StoreError::inconsistent("designation", id, "gone within a transaction"))?)
}

/// Records a statement of a body in the audit trail, with the body, the channel and the act.
async fn record_statement(ctx: &Ctx, txn: &Txn, verb: Verb, designation: &Designation) -> Result<()> {
    let Statement { act, provenance, .. } = &designation.record.statement;
    let said = Event {
        on_behalf_of: Some(designation.seat.body_id),
        channel: Some(provenance.channel),
        source: Some(format!("{} {} {}", act.kind, act.number, act.date)),
        ..event(verb, designation)
    };
    audit::record(ctx, txn, said).await
}

/// Records an event without a statement of a body: a declaration of a holder, or an action of the service.
async fn record_event(ctx: &Ctx, txn: &Txn, verb: Verb, designation: &Designation) -> Result<()> {
    audit::record(ctx, txn, event(verb, designation)).await
}

fn event(verb: Verb, designation: &Designation) -> Event {
    let term = designation.record.statement.term;
    Event::about(
        verb,
        ("designation", designation.id.to_string()),
        json!({
            "seat": designation.seat.code,
            "person": designation.holder.id,
            "record": designation.record.id,
            "from": term.from,
            "to": term.to,
        }),
    )
}
