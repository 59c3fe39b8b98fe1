//! Use cases of meetings: one function each, inside the transaction it is given.

mod agenda;
mod conclude;
mod convene;
mod invite;
mod members;
mod prepare;
mod session;

pub use agenda::{
    ITEM_CHARACTERS, ITEM_MINUTES, ItemChange, ItemIn, MOST_AT_ONCE, Source, add_item, add_items, copy_items,
    copy_source, edit_item, order_items, remove_item, step_item,
};
pub use conclude::{
    NewTask, OUTCOME_CHARACTERS, OutcomeIn, ReleaseChange, ReleaseDecision, TASK_CHARACTERS, record_outcome,
};
pub use convene::{Checklist, MoveIn, Unreached, cancel, checklist, convene, follow_members, move_to, owes_withdrawal};
pub use invite::invite;
pub use members::{parties_of, partners, set_parties, table_of_parties, tables_of_parties};
pub use prepare::{MeetingChange, MeetingIn, PLACE_CHARACTERS, TITLE_CHARACTERS, URL_CHARACTERS, create, edit};
pub use session::{AttendanceIn, DELEGATE_CHARACTERS, attend, close, hold};

use super::mail;
use super::model::{Meeting, Quorum, Told, next_sequence, stand_ins};
use super::policy::{self, Action, Subject, Visibility};
use super::store;
use super::view::{
    Assigned, Decision, Dossier, Invited, Line, MailOutcome, MeetingWithGuests, Member, Outcome, PartyPresence, Table,
};
use crate::audit;
use crate::auth::actor::{Actor, HeldSeat};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::mail::outbox::withdraw::{self, Promised};
use crate::meetings::verb::Verb;
use crate::network::questions::AllBodies;
use crate::network::service as network;
use crate::open::{self, Guarded, Scoped, Seen, read, scope};
use crate::releases::service as releases;
use crate::tasks::model::Task;
use crate::tasks::service as tasks;
use chrono::NaiveDate;
use entity::ids::{MeetingId, OutcomeId, PersonId, TaskId};
use entity::kinds::{CalendarMethod, OutcomeKind, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

pub use super::store::Filter as MeetingFilter;

/// Longest reason given about a meeting, in characters; a longer one is refused as `too_long`.
pub const REASON_CHARACTERS: usize = 1000;

/// Returns the tables of the network. Who may: any participant.
pub async fn tables(ctx: &Ctx) -> Result<Vec<Table>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::ViewTables))?;
    Ok(store::tables(ctx.reader()).await?)
}

/// Returns a table by its code; an unknown code is an error of the field.
pub async fn table_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Table> {
    store::table_by_code(db, code).await?.ok_or_else(|| Error::field("table", Code::UnknownValue))
}

/// Returns up to `limit` visible meetings, latest day first, after the given day and id.
pub async fn list(
    ctx: &Ctx,
    filter: &MeetingFilter,
    after: Option<(NaiveDate, MeetingId)>,
    limit: u64,
) -> Result<Vec<Line>> {
    Ok(store::list(ctx.reader(), &scope::<MeetingWithGuests>(ctx)?, filter, after, Some(limit)).await?)
}

/// Returns the latest decisions that the caller may see, latest meeting first.
pub async fn decisions(ctx: &Ctx, limit: u64) -> Result<Vec<Decision>> {
    let visible = scope::<MeetingWithGuests>(ctx)?;
    let latest = store::latest_outcomes(ctx.reader(), &visible, OutcomeKind::Decision, limit).await?;
    let (lines, outcomes): (Vec<Line>, Vec<Outcome>) = latest.into_iter().unzip();
    let outcomes = followed(ctx, ctx.reader(), outcomes).await?;
    Ok(lines.into_iter().zip(outcomes).map(|(line, outcome)| Decision { line, outcome }).collect())
}

/// Returns one meeting with agenda, presences and outcomes. Unknown and invisible ones get the same answer.
pub async fn show(ctx: &Ctx, id: MeetingId) -> Result<Dossier> {
    let meeting = read::<MeetingWithGuests>(ctx, ctx.reader(), id).await?.meeting;
    dossier(ctx, ctx.reader(), meeting).await
}

/// Returns an outcome to a caller who may see its meeting; the link "decided by the table" on a release leads to it.
pub async fn outcome(ctx: &Ctx, id: OutcomeId) -> Result<Outcome> {
    scope::<MeetingWithGuests>(ctx)?;
    let outcome = store::outcome(ctx.reader(), id).await?.ok_or(Error::NotFound)?;
    read::<MeetingWithGuests>(ctx, ctx.reader(), outcome.meeting_id).await?;
    followed(ctx, ctx.reader(), vec![outcome]).await?.pop().ok_or(Error::NotFound)
}

/// Returns the caller's own copy of the calendar entry, as in the mail or as it would be sent now.
///
/// Who may: a person who may see the meeting. A draft has no entry yet. For a cancelled meeting it is the withdrawal,
/// so that a calendar that still shows it removes it.
pub async fn calendar_entry(ctx: &Ctx, id: MeetingId) -> Result<String> {
    let meeting = read::<MeetingWithGuests>(ctx, ctx.reader(), id).await?.meeting;
    let person = ctx.actor.person_id().ok_or(Error::Denied)?;
    if meeting.convocation().is_none() {
        return Err(Error::NotFound);
    }
    let told = store::told(ctx.reader(), id).await?.into_iter().find(|one| one.person_id == person);
    let sequence = told.map_or(meeting.sequence, |one| one.told.sequence.max(meeting.sequence));
    let member = own_copy(ctx, person).await?;
    let sheet = sheet(ctx.reader(), &meeting).await?;
    mail::own_entry(ctx, &sheet, &member, sequence)
}

/// Adds to outcomes what has followed from them: the later change of a date they decided, and the seat that has their
/// task. The caller has checked that the reader may see their meetings; readers of a meeting may know both.
async fn followed(ctx: &Ctx, db: &impl ConnectionTrait, mut outcomes: Vec<Outcome>) -> Result<Vec<Outcome>> {
    let decided: Vec<_> = outcomes.iter().filter_map(|one| Some((one.id, one.release_id?))).collect();
    let mut overtaken = releases::overtaken(db, &decided).await?;
    let ids: Vec<TaskId> = outcomes.iter().filter_map(|outcome| outcome.task_id).collect();
    let given = if ids.is_empty() {
        Vec::new()
    } else {
        tasks::all(ctx, db, &tasks::TaskFilter { ids: Some(ids), ..tasks::TaskFilter::default() }).await?
    };
    for outcome in &mut outcomes {
        outcome.overtaken = overtaken.remove(&outcome.id);
        outcome.assigned = given.iter().find(|task| Some(task.id) == outcome.task_id).map(|task| Assigned {
            seat: task.seat.clone(),
            day: task.day(),
            may_open: task.may(&ctx.actor, Task::VIEW),
        });
    }
    Ok(outcomes)
}

/// Returns the caller as the attendee of their own copy.
async fn own_copy(ctx: &Ctx, person: PersonId) -> Result<Member> {
    let seat = ctx.actor.seats.first().ok_or(Error::Denied)?;
    let view = network::person(ctx.reader(), person).await?;
    let bodies = ctx.recall(&AllBodies).await?;
    let party = bodies.iter().find(|body| body.id == seat.body_id).ok_or(Error::NotFound)?.name.clone();
    Ok(Member {
        person_id: person,
        designation_id: seat.designation_id,
        name: view.name(),
        party,
        is_guest: seat.kind == SeatKind::Partner,
        address: view.email,
        lang: view.language,
    })
}

/// Returns a meeting with the data for a mail about it.
async fn sheet(db: &impl ConnectionTrait, meeting: &Meeting) -> Result<mail::Sheet> {
    Ok(mail::Sheet {
        meeting: meeting.clone(),
        table: store::table(db, meeting.table_id).await?,
        agenda: store::agenda(db, meeting.id).await?,
    })
}

/// Reads all data of a meeting that the caller has opened, for the answer after a change.
pub async fn dossier(ctx: &Ctx, db: &impl ConnectionTrait, meeting: Meeting) -> Result<Dossier> {
    let mut recorded = store::attendances(db, meeting.id).await?;
    let table = store::table(db, meeting.table_id).await?;
    let parties = members::parties_at(ctx, db, &meeting, &table).await?;
    let quorum = Quorum::of(parties.len(), parties.iter().filter_map(|party| recorded.get(&party.body_id)));
    let there = parties.iter().filter_map(|party| Some((party, recorded.get(&party.body_id)?)));
    // Without recorded presences the names are not needed.
    let sitting = if recorded.is_empty() { Vec::new() } else { members::sitting(ctx, db, meeting.slot.day).await? };
    let stand_ins = stand_ins(there, &sitting);
    let presences =
        parties.into_iter().map(|party| PartyPresence { attendance: recorded.remove(&party.body_id), party }).collect();
    let (told, guests) = if policy::may(&ctx.actor, Action::ViewTold, subject(&meeting)) {
        (store::told(db, meeting.id).await?, members::guests_of(ctx, db, meeting.id).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    Ok(Dossier {
        agenda: store::agenda(db, meeting.id).await?,
        outcomes: followed(ctx, db, store::outcomes(db, meeting.id).await?).await?,
        presences,
        quorum,
        stand_ins,
        mails: outcomes_of(db, meeting.id, &told).await?,
        told,
        guests,
        table,
        meeting,
    })
}

/// Finds the outcomes of the latest mails about a meeting, by person.
async fn outcomes_of(
    db: &impl ConnectionTrait,
    id: MeetingId,
    told: &[Invited],
) -> Result<HashMap<PersonId, MailOutcome>> {
    if told.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<String> = told.iter().map(|one| mail::key(id, one.person_id, one.told.sequence)).collect();
    let mails = withdraw::standing_under_any(db, &keys).await?;
    let outcome = |mail: Promised| Some((mail.person_id?, MailOutcome { mail: mail.id, state: mail.state }));
    Ok(mails.into_iter().filter_map(outcome).collect())
}

/// Sends one message about a meeting to one person and records it.
async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    sheet: &mail::Sheet,
    member: &Member,
    last: Option<Told>,
    telling: &mail::Telling,
) -> Result<()> {
    let sequence = next_sequence(sheet.meeting.sequence, last);
    let told = Told { method: telling.method(), sequence };
    store::remember(txn, ctx.new_id(), sheet.meeting.id, member, told, ctx.now()).await?;
    mail::send(ctx, txn, sheet, member, sequence, telling).await
}

/// Returns whether the person's calendar contains the meeting.
fn holds_entry(told: Told) -> bool {
    told.method == CalendarMethod::Request
}

fn subject(meeting: &Meeting) -> Subject {
    Subject { convened: meeting.convocation().is_some(), invited: false }
}

/// Opens a meeting for a change, like [`open`](crate::open::open), without its guests.
async fn open(ctx: &Ctx, db: &impl ConnectionTrait, id: MeetingId, action: Action, seen: Seen) -> Result<Meeting> {
    Ok(open::open::<MeetingWithGuests>(ctx, db, id, action, seen).await?.meeting)
}

impl Guarded for MeetingWithGuests {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        let is_guest =
            |held: &HeldSeat| actor.person_id().is_some_and(|person| self.guests.contains(&(held.seat_id, person)));
        let invited = actor.seats.iter().any(is_guest);
        policy::may(actor, action, Subject { invited, ..subject(&self.meeting) })
    }

    fn version(&self) -> i32 {
        self.meeting.version
    }
}

impl Scoped for MeetingWithGuests {
    type Id = MeetingId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        policy::visibility(actor)
    }

    async fn find(_: &Ctx, db: &impl ConnectionTrait, visible: &Visibility, id: MeetingId) -> Result<Option<Self>> {
        let Some(meeting) = store::find(db, visible, id).await? else { return Ok(None) };
        Ok(Some(Self { meeting, guests: store::guests(db, id).await? }))
    }
}

impl Guarded for Table {
    type Action = Action;
    const VIEW: Action = Action::ViewTables;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may_ever(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// Saves a changed meeting, records the change, and returns the present meeting.
async fn save(ctx: &Ctx, txn: &Txn, changed: Meeting, verb: Verb, details: serde_json::Value) -> Result<Meeting> {
    store::save(txn, &changed, ctx.now()).await?;
    record(ctx, txn, verb, changed.id, details).await?;
    Ok(Meeting { version: changed.version + 1, ..changed })
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, id: MeetingId, details: serde_json::Value) -> Result<()> {
    let event = audit::Event::about(verb, ("meeting", id.to_string()), details);
    audit::record(ctx, txn, event).await
}

/// Returns slot and venue of a meeting for the audit trail.
fn facts(meeting: &Meeting) -> serde_json::Value {
    serde_json::json!({
        "number": meeting.number().map(|number| number.to_string()),
        "day": meeting.slot.day,
        "starts": meeting.slot.starts,
        "ends": meeting.slot.ends,
        "mode": meeting.venue.mode,
        "sequence": meeting.sequence,
    })
}
