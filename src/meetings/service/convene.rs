//! Convening, moving, cancelling; following changes of the members.

use super::members::{members, members_among, parties_of};
use super::prepare::checked_venue;
use super::{REASON_CHARACTERS, facts, holds_entry, open, record, save, sheet, tell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::HoldersOn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::each::Failures;
use crate::error::{Error, Result};
use crate::mail::outbox::withdraw;
use crate::meetings::mail::{self, Sheet, Telling};
use crate::meetings::model::{
    self, Convocation, Event, Meeting, Notice, Number, Party, Slot, Told, Venue, notice, numbering_year,
};
use crate::meetings::policy::{Action, Visibility};
use crate::meetings::store::{self, Filter};
use crate::meetings::verb::Verb;
use crate::meetings::view::{Invited, Line, Member};
use crate::network::service as network;
use crate::open::Seen;
use crate::typed;
use entity::ids::{BodyId, MeetingId, PersonId};
use entity::kinds::{CalendarMethod, MeetingState};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// Convenes a draft: it gets its number, and every member gets one invitation.
///
/// What happens: the number is the next of the table's year; the notice is counted in days worked by every party of the
/// table and compared with its rule. Who may: the secretariat. Mails: *convened*, with a calendar part, to every
/// member. Errors: `wrong_transition`, `agenda_empty`, `place_missing`, `day_in_past`, `non_working_day` (with places,
/// reasons, and the next common working day), `notice_too_short` unless a reason is given, all of these at once as
/// `invalid`, `stale`.
pub async fn convene(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    short_notice_reason: Option<String>,
) -> Result<Meeting> {
    let draft = open(ctx, txn, id, Action::Convene, Seen::Version(version)).await?;
    draft.must_allow(Event::Convene)?;
    let reason = typed::optional("short_notice_reason", short_notice_reason.as_deref(), REASON_CHARACTERS)?;
    let items = store::agenda(txn, id).await?.len();
    let notice = notice_of(ctx, txn, &draft, draft.slot).await?;
    let justified = notice.and_then(|notice| Ok(notice.justify(reason)?));
    let others = [draft.venue.check(), model::must_have_points(items)].map(|check| check.map_err(Error::from));
    let short_notice_reason = typed::all_at_once(justified, others)?;
    let number = store::next_number(txn, draft.table_id, numbering_year(draft.slot)).await?;
    let convened = draft.convene(Convocation { number, at: ctx.now(), short_notice_reason }, items)?;
    let details = facts(&convened);
    let convened = save(ctx, txn, convened, Verb::Convene, details).await?;
    let sheet = sheet(txn, &convened).await?;
    for member in members(ctx, txn, &sheet.meeting).await? {
        tell(ctx, txn, &sheet, &member, None, &Telling::Convened).await?;
    }
    Ok(convened)
}

/// Another day, hour or place for a convened meeting.
#[derive(Clone, Debug)]
pub struct MoveIn {
    pub slot: Slot,
    /// New venue; absent, the present one.
    pub venue: Option<Venue>,
    pub short_notice_reason: Option<String>,
}

/// Moves a convened meeting; its calendar identity stays, its sequence rises by one.
///
/// What happens: another day or hour needs the table's notice again; another place alone does not. Who may: the
/// secretariat. Mails: *moved* (before and after) to every invited member, *joined* to new members, *left* to former
/// ones. Errors: those of [`convene`], `ends_before_starts`, `nothing_changes`.
pub async fn move_to(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, input: MoveIn) -> Result<Meeting> {
    let convened = open(ctx, txn, id, Action::Convene, Seen::Version(version)).await?;
    convened.must_allow(Event::Move)?;
    let venue = input.venue.map_or_else(|| Ok(convened.venue.clone()), |venue| checked_venue(&venue))?;
    let reason = typed::optional("short_notice_reason", input.short_notice_reason.as_deref(), REASON_CHARACTERS)?;
    let reason = if input.slot == convened.slot {
        convened.convocation().and_then(|convocation| convocation.short_notice_reason.clone())
    } else {
        input.slot.check()?;
        notice_of(ctx, txn, &convened, input.slot).await??.justify(reason)?
    };
    let before = (convened.slot, convened.venue.clone());
    let moved = convened.move_to(input.slot, venue, reason)?;
    let details = facts(&moved);
    let moved = save(ctx, txn, moved, Verb::Move, details).await?;
    let sheet = sheet(txn, &moved).await?;
    let told = store::told(txn, id).await?;
    let members = members(ctx, txn, &sheet.meeting).await?;
    for member in &members {
        let last = last_told(&told, member.person_id);
        if last.is_some_and(holds_entry) {
            tell(ctx, txn, &sheet, member, last, &Telling::Moved { before: before.clone() }).await?;
        }
    }
    follow(ctx, txn, &sheet, &members, &told).await?;
    Ok(moved)
}

/// Cancels a meeting or a draft.
///
/// Who may: the secretariat. Mails: *cancelled* to every person whose calendar contains the meeting; none for a draft.
/// Errors: `reason_missing`, `wrong_transition`, `stale`.
pub async fn cancel(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, reason: &str) -> Result<Meeting> {
    let meeting = open(ctx, txn, id, Action::Convene, Seen::Version(version)).await?;
    meeting.must_allow(Event::Cancel)?;
    let reason = typed::reason("reason", reason, REASON_CHARACTERS)?;
    let cancelled = meeting.cancel(reason.clone())?;
    let details = facts(&cancelled);
    let cancelled = save(ctx, txn, cancelled, Verb::Cancel, details).await?;
    let sheet = sheet(txn, &cancelled).await?;
    for one in store::told(txn, id).await?.into_iter().filter(|one| holds_entry(one.told)) {
        let telling = Telling::Cancelled { reason: reason.clone() };
        tell(ctx, txn, &sheet, &as_member(&one), Some(one.told), &telling).await?;
    }
    Ok(cancelled)
}

/// Follows the members of every meeting that has not begun: invites new ones, tells former ones, and repeats an
/// invitation or cancellation that went to an address corrected since. Run by the job `follow_members`; may run at any
/// time and any number of times. Each meeting has a transaction of its own, so a failure does not affect the others.
/// Returns the number of messages and the failures.
pub async fn follow_members(ctx: &Ctx) -> Result<(u64, Failures)> {
    let db = ctx.reader();
    let holders = designations::all_holders(ctx, db, ctx.today()).await?;
    let (mut done, mut failures) = (0, Failures::default());
    for state in [MeetingState::Convened, MeetingState::Cancelled] {
        for line in to_begin(ctx, db, state).await? {
            let id = line.meeting.id;
            match follow_one(ctx, &holders, &line.meeting).await {
                Ok(told) => done += told,
                Err(error) => failures.note(format_args!("meeting {id}"), error)?,
            }
        }
    }
    Ok((done, failures))
}

/// Follows the members of one meeting, if a message is needed.
async fn follow_one(ctx: &Ctx, holders: &[Designation], meeting: &Meeting) -> Result<u64> {
    let members = members_among(ctx, ctx.reader(), holders, meeting).await?;
    let told = told_where(ctx.reader(), meeting.id).await?;
    if meeting.state() == MeetingState::Cancelled {
        if owed_elsewhere(&told, &members).is_empty() {
            return Ok(0);
        }
        return ctx.write(async |txn| tell_elsewhere_that_it_is_off(ctx, txn, meeting, &members).await).await;
    }
    if to_tell(&members, &told).is_empty() {
        return Ok(0);
    }
    ctx.write(async |txn| look_again_and_follow(ctx, txn, meeting.id).await).await
}

/// Returns the members whose latest message went to a former address.
fn owed_elsewhere<'a>(told: &'a [Invited], members: &[Member]) -> Vec<&'a Invited> {
    let is_member = |one: &&Invited| members.iter().any(|member| member.person_id == one.person_id);
    told.iter().filter(|one| one.is_told_elsewhere).filter(is_member).collect()
}

/// Repeats the cancellation to members who got it at a former address.
async fn tell_elsewhere_that_it_is_off(ctx: &Ctx, txn: &Txn, meeting: &Meeting, members: &[Member]) -> Result<u64> {
    let (_, Some(reason)) = meeting.stage.held_and_cancelled() else { return Ok(0) };
    let told = told_where(txn, meeting.id).await?;
    let owed = owed_elsewhere(&told, members);
    if owed.is_empty() {
        return Ok(0);
    }
    let sheet = sheet(txn, meeting).await?;
    for one in &owed {
        let telling = Telling::Cancelled { reason: reason.clone() };
        tell(ctx, txn, &sheet, &as_member(one), Some(one.told), &telling).await?;
    }
    record(ctx, txn, Verb::FollowMembers, meeting.id, serde_json::json!({ "told": owed.len() })).await?;
    Ok(owed.len() as u64)
}

/// Returns the latest message to each person about a meeting, and whether it went to a former address.
async fn told_where(db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<Invited>> {
    let mut told = store::told(db, id).await?;
    let key = |one: &Invited| mail::key(id, one.person_id, one.told.sequence);
    let keys: Vec<String> = told.iter().map(key).collect();
    let promises = withdraw::standing_under_any(db, &keys).await?;
    for one in &mut told {
        let key = key(one);
        let promise = promises.iter().find(|promise| promise.dedupe_key == key);
        one.is_told_elsewhere =
            promise.is_some_and(|promise| !promise.is_to(&one.address) && promise.is_owed_at(&one.address));
    }
    Ok(told)
}

/// Reads the meeting and its members again before mails are enqueued, because the meeting may have been moved or
/// cancelled since the job read it outside the transaction.
async fn look_again_and_follow(ctx: &Ctx, txn: &Txn, id: MeetingId) -> Result<u64> {
    let present = store::find(txn, &Visibility::Everything, id).await?.filter(|meeting| is_ahead(ctx, meeting));
    let Some(meeting) = present else { return Ok(0) };
    let members = members(ctx, txn, &meeting).await?;
    let told = told_where(txn, id).await?;
    follow(ctx, txn, &sheet(txn, &meeting).await?, &members, &told).await
}

/// Returns the convened meetings that have not begun.
async fn ahead(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Vec<Line>> {
    to_begin(ctx, db, MeetingState::Convened).await
}

/// Returns the meetings in a state that have not begun.
async fn to_begin(ctx: &Ctx, db: &impl ConnectionTrait, state: MeetingState) -> Result<Vec<Line>> {
    let filter = Filter { state: Some(state), from: Some(ctx.today()), ..Filter::default() };
    let mut lines = store::list(db, &Visibility::Everything, &filter, None, None).await?;
    lines.retain(|line| ctx.now() < line.meeting.slot.begins_at());
    Ok(lines)
}

pub(super) fn is_ahead(ctx: &Ctx, meeting: &Meeting) -> bool {
    meeting.state() == MeetingState::Convened && ctx.now() < meeting.slot.begins_at()
}

/// Returns whether a former member is still to be told that a meeting is no longer theirs. Until then they have not had
/// our last mail; `follow_members` sends it.
pub async fn owes_withdrawal(ctx: &Ctx, db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    for line in ahead(ctx, db).await? {
        let told = store::told(db, line.meeting.id).await?;
        let holds_it = last_told(&told, person).is_some_and(holds_entry);
        if holds_it && members(ctx, db, &line.meeting).await?.iter().all(|member| member.person_id != person) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Invites new members and those told at a former address, and tells former members.
pub(super) async fn follow(ctx: &Ctx, txn: &Txn, sheet: &Sheet, members: &[Member], told: &[Invited]) -> Result<u64> {
    let changes = to_tell(members, told);
    for (person, method) in &changes {
        let last = last_told(told, *person);
        match method {
            CalendarMethod::Request => {
                let joined = members.iter().filter(|member| member.person_id == *person);
                let telling = if last.is_some_and(holds_entry) { Telling::Convened } else { Telling::Joined };
                for member in joined {
                    tell(ctx, txn, sheet, member, last, &telling).await?;
                }
            }
            CalendarMethod::Cancel => {
                let left = told.iter().filter(|one| one.person_id == *person);
                for one in left {
                    tell(ctx, txn, sheet, &as_member(one), last, &Telling::Left).await?;
                }
            }
        }
    }
    if !changes.is_empty() {
        let details = serde_json::json!({ "told": changes.len() });
        record(ctx, txn, Verb::FollowMembers, sheet.meeting.id, details).await?;
    }
    Ok(changes.len() as u64)
}

fn to_tell(members: &[Member], told: &[Invited]) -> Vec<(PersonId, CalendarMethod)> {
    let ids: Vec<PersonId> = members.iter().map(|member| member.person_id).collect();
    // A member told at a former address counts as not told.
    let was_told = |one: &&Invited| !(one.is_told_elsewhere && ids.contains(&one.person_id));
    let last: Vec<(PersonId, Told)> = told.iter().filter(was_told).map(|one| (one.person_id, one.told)).collect();
    model::to_tell(&ids, &last)
}

fn last_told(told: &[Invited], person: PersonId) -> Option<Told> {
    told.iter().find(|one| one.person_id == person).map(|one| one.told)
}

/// Converts an invitation to a member; the party is ignored because the person may have left.
fn as_member(one: &Invited) -> Member {
    Member {
        person_id: one.person_id,
        designation_id: one.designation_id,
        name: one.name.clone(),
        party: String::new(),
        is_guest: false,
        address: one.address.clone(),
        lang: one.lang,
    }
}

/// Counts the notice of a meeting on a slot. The inner result is the refusal of the slot.
async fn notice_of(ctx: &Ctx, db: &impl ConnectionTrait, meeting: &Meeting, slot: Slot) -> Result<Result<Notice>> {
    let asked = store::table(db, meeting.table_id).await?.ordinary_notice_days;
    let parties = parties_of(ctx, db, meeting).await?;
    let calendars = network::calendars(db).await?;
    Ok(notice(ctx.now(), slot, asked, &parties, &calendars).map_err(Error::from))
}

/// Conditions of a convocation, and the people it would reach.
#[derive(Debug)]
pub struct Checklist {
    /// The notice, or the refusal of the day.
    pub notice: Result<Notice>,
    pub place: Result<()>,
    pub agenda: Result<()>,
    /// The number that the meeting gets if it is convened now; `None` if it has one.
    pub number: Option<Number>,
    pub invited: Vec<Member>,
    pub unreached: Vec<Unreached>,
}

/// A party that no invitation reaches.
#[derive(Debug)]
pub struct Unreached {
    pub name: String,
    /// Holder whose mails come back; `None` if none of the seats is held.
    pub returned_to: Option<String>,
}

impl Checklist {
    /// Tells whether the meeting can be convened, with a reason if the notice is short.
    pub const fn is_met(&self) -> bool {
        self.notice.is_ok() && self.place.is_ok() && self.agenda.is_ok()
    }
}

/// Checks a draft as [`convene`] does, without changing it. Who may: the secretariat. Errors: `not_found`, `denied`.
pub async fn checklist(ctx: &Ctx, id: MeetingId) -> Result<Checklist> {
    let db = ctx.reader();
    let draft = open(ctx, db, id, Action::Convene, Seen::AsItStands).await?;
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let invited = members_among(ctx, db, &holders, &draft).await?;
    let reached: HashSet<BodyId> = holders
        .iter()
        .filter(|one| one.holder.bounced_at.is_none())
        .filter(|one| invited.iter().any(|member| member.designation_id == one.id))
        .map(|one| one.seat.body_id)
        .collect();
    let mut parties = parties_of(ctx, db, &draft).await?;
    parties.retain(|party| !reached.contains(&party.body_id));
    let unreached = |party: Party| {
        let of_party = holders.iter().filter(|one| one.seat.body_id == party.body_id);
        let mut returned = of_party.filter(|one| invited.iter().any(|member| member.designation_id == one.id));
        Unreached { returned_to: returned.next().map(|one| one.holder.name()), name: party.name }
    };
    let unreached = parties.into_iter().map(unreached).collect();
    Ok(Checklist {
        notice: notice_of(ctx, db, &draft, draft.slot).await?,
        place: draft.venue.check().map_err(Error::from),
        agenda: model::must_have_points(store::agenda(db, id).await?.len()).map_err(Error::from),
        number: match draft.number() {
            Some(_) => None,
            None => Some(store::next_number(db, draft.table_id, numbering_year(draft.slot)).await?),
        },
        invited,
        unreached,
    })
}
