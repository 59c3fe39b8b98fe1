//! Peer readings: asked by the secretariat, accepted or refused in one press, delivered with remarks or without.

use super::remarks::{self, Origin, RemarkIn, working_days_from_today};
use super::views;
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::deliverables::model::LIFECYCLE as CONTRIBUTION;
use crate::deliverables::policy::Action as OnDeliverable;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::{Error, Result};
use crate::network::model::ObservatoryView;
use crate::network::questions::AllObservatories;
use crate::open::{Guarded, Scoped, Seen, open};
use crate::reviews::mail;
use crate::reviews::model::{ANSWER_CHARACTERS, MOST_REMARKS, READING_WORKING_DAYS, Reading, ReadingEvent, Refusal};
use crate::reviews::policy::{self, Action, Subject, Visibility};
use crate::reviews::store;
use crate::reviews::verb::Verb;
use crate::reviews::view::ReadingView;
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{BodyId, DeliverableId, PeerReadingId};
use entity::kinds::ReadingState;
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Input of a request to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskIn {
    /// Code of the observatory that is to read.
    pub observatory: String,
    /// Day by which it is to be delivered; `None` for [`READING_WORKING_DAYS`] from today.
    pub due_day: Option<NaiveDate>,
    /// Points to look at.
    pub note: Option<String>,
}

/// Input of a delivered reading: its remarks, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliverIn {
    pub remarks: Vec<RemarkIn>,
}

/// Returns one reading, with the contribution that is read. The caller may see the reading without the contribution
/// until it is accepted.
pub async fn reading(ctx: &Ctx, id: PeerReadingId) -> Result<ReadingView> {
    open_reading(ctx, ctx.reader(), id, Action::View, Seen::AsItStands).await
}

/// Returns the readings that the caller sees and that are still to be answered or delivered, the earliest day first.
pub async fn list_open_readings(ctx: &Ctx) -> Result<Vec<ReadingView>> {
    let Some(visible) = policy::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    let open = store::open_readings(ctx.reader(), &visible).await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let read = deliverables::named(ctx.reader(), open.iter().map(|one| one.deliverable_id).collect()).await?;
    let mut listed = Vec::new();
    for reading in open {
        if let Some(about) = read.iter().find(|view| view.deliverable.id == reading.deliverable_id) {
            listed.extend(views(ctx, vec![reading], about).await?);
        }
    }
    Ok(listed)
}

/// Returns the observatories that may be asked to read a contribution.
pub async fn neighbours(ctx: &Ctx, about: &DeliverableView) -> Result<Vec<ObservatoryView>> {
    let all = ctx.recall(&AllObservatories).await?;
    Ok(all.iter().filter(|one| one.id != about.deliverable.observatory_id).cloned().collect())
}

/// Asks another observatory to read a contribution by a day.
///
/// Who may: the secretariat. Mails: *reading asked* to referent and deputy of the reader. Errors: `wrong_transition` once
/// it is accepted or waived, `unknown_value` for the observatory, `reads_own`, `reading_open`, `day_in_past`,
/// `too_long`.
pub async fn ask_reading(ctx: &Ctx, txn: &Txn, id: DeliverableId, input: AskIn) -> Result<ReadingView> {
    let about = open::<DeliverableView>(ctx, txn, id, OnDeliverable::Remark, Seen::AsItStands).await?;
    if about.deliverable.is_settled() {
        return Err(CONTRIBUTION.wrong(about.deliverable.state()).into());
    }
    let note = typed::optional("note", input.note.as_deref(), ANSWER_CHARACTERS)?;
    let all = ctx.recall(&AllObservatories).await?;
    let reader = all.iter().find(|one| one.code == input.observatory.trim());
    let reader = reader.ok_or_else(|| Error::field("observatory", crate::error::Code::UnknownValue))?;
    if reader.id == about.deliverable.observatory_id {
        return Err(Refusal::ReadsOwn.into());
    }
    if store::readings(txn, &[id]).await?.iter().any(Reading::is_open) {
        return Err(Refusal::ReadingOpen.into());
    }
    let due_day = match input.due_day {
        Some(day) if day < ctx.today() => return Err(Refusal::DayInPast.into()),
        Some(day) => day,
        None => working_days_from_today(ctx, &about, READING_WORKING_DAYS).await?,
    };
    let reading = Reading {
        id: ctx.new_id(),
        deliverable_id: id,
        observatory_id: reader.id,
        state: ReadingState::Asked,
        due_day,
        note,
        asked_at: ctx.now(),
        asked_by: ctx.actor.person_id(),
        answered_at: None,
        answered_by: None,
        ended_at: None,
        ended_by: None,
        version: 1,
    };
    store::insert_reading(txn, &reading).await?;
    let view = view_of(ctx, txn, reading).await?;
    record(ctx, txn, Verb::AskReading, &view, None).await?;
    mail::asked(ctx, txn, &view).await?;
    Ok(view)
}

/// Accepts a reading; from now on the reader reads the contribution. Who may: the reader, the secretariat on its behalf.
/// Mails: none. Errors: `wrong_transition`, `stale`.
pub async fn accept_reading(ctx: &Ctx, txn: &Txn, id: PeerReadingId, version: i32) -> Result<ReadingView> {
    change(ctx, txn, id, version, Action::Answer, ReadingEvent::Accept).await
}

/// Refuses a reading; no reason is asked. Who may: the reader, the secretariat on its behalf. Mails: none. Errors:
/// `wrong_transition`, `stale`.
pub async fn refuse_reading(ctx: &Ctx, txn: &Txn, id: PeerReadingId, version: i32) -> Result<ReadingView> {
    change(ctx, txn, id, version, Action::Answer, ReadingEvent::Refuse).await
}

/// Does without a reading. Who may: the secretariat. Mails: none; the mail that asked is taken back if it has not left.
/// Errors: `wrong_transition`, `stale`.
pub async fn withdraw_reading(ctx: &Ctx, txn: &Txn, id: PeerReadingId, version: i32) -> Result<ReadingView> {
    change(ctx, txn, id, version, Action::Withdraw, ReadingEvent::Withdraw).await
}

/// Delivers a reading with its remarks, or without any; each becomes a remark on the contribution.
///
/// Who may: the reader, the secretariat on its behalf. Mails: *reading delivered* to the secretariat, and to referent and
/// deputy of the author. Errors: `wrong_transition`, `too_many_remarks`, `required`, `too_long`, `stale`.
pub async fn deliver_reading(
    ctx: &Ctx,
    txn: &Txn,
    id: PeerReadingId,
    version: i32,
    input: DeliverIn,
) -> Result<ReadingView> {
    let delivered = change(ctx, txn, id, version, Action::Deliver, ReadingEvent::Deliver).await?;
    if input.remarks.len() > MOST_REMARKS {
        return Err(Refusal::TooManyRemarks.into());
    }
    let count = input.remarks.len();
    for remark in input.remarks {
        let origin = Origin::Reader(delivered.reading.observatory_id);
        remarks::add(ctx, txn, &delivered.about, origin, remark).await?;
    }
    mail::delivered(ctx, txn, &delivered, count).await?;
    Ok(delivered)
}

/// Ends the reading of a contribution that is still open when its round ends.
pub(super) async fn end_open_reading(ctx: &Ctx, txn: &Txn, about: &DeliverableView) -> Result<()> {
    let mut readings = store::readings(txn, &[about.deliverable.id]).await?;
    readings.retain(Reading::is_open);
    for reading in readings {
        save(ctx, txn, reading, ReadingEvent::Withdraw).await?;
    }
    Ok(())
}

async fn change(
    ctx: &Ctx,
    txn: &Txn,
    id: PeerReadingId,
    version: i32,
    action: Action,
    event: ReadingEvent,
) -> Result<ReadingView> {
    let before = open_reading(ctx, txn, id, action, Seen::Version(version)).await?;
    save(ctx, txn, before.reading, event).await
}

async fn save(ctx: &Ctx, txn: &Txn, before: Reading, event: ReadingEvent) -> Result<ReadingView> {
    let mut after = before.after(event, ctx.now(), ctx.actor.person_id())?;
    store::save_reading(txn, &after).await?;
    after.version += 1;
    let verb = match event {
        ReadingEvent::Accept => Verb::AcceptReading,
        ReadingEvent::Refuse => Verb::RefuseReading,
        ReadingEvent::Deliver => Verb::DeliverReading,
        ReadingEvent::Withdraw => Verb::WithdrawReading,
    };
    let view = view_of(ctx, txn, after).await?;
    let reader = body_of_reader(ctx, &view).await?.filter(|_| !matches!(event, ReadingEvent::Withdraw));
    record(ctx, txn, verb, &view, reader.and_then(|body| ctx.actor.on_behalf_of(body))).await?;
    Ok(view)
}

async fn body_of_reader(ctx: &Ctx, view: &ReadingView) -> Result<Option<BodyId>> {
    let all = ctx.recall(&AllObservatories).await?;
    Ok(all.iter().find(|one| one.id == view.reading.observatory_id).map(|one| one.body_id))
}

/// Adds the names to a reading; the caller has checked that the reader may see it.
pub(in crate::reviews) async fn view_of(ctx: &Ctx, db: &impl ConnectionTrait, reading: Reading) -> Result<ReadingView> {
    let about = deliverables::deliverable(db, reading.deliverable_id).await?;
    let id = reading.id;
    let named = views(ctx, vec![reading], &about).await?.pop();
    Ok(named.ok_or_else(|| StoreError::inconsistent("peer_reading", id, "vanished"))?)
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, view: &ReadingView, on_behalf_of: Option<BodyId>) -> Result<()> {
    let event = audit::Event {
        action: verb.into(),
        subject: ("deliverable", view.about.deliverable.id.to_string()),
        on_behalf_of,
        channel: None,
        source: None,
        details: json!({ "reading": view.reading.id, "reader": view.reader_code, "state": view.reading.state }),
    };
    audit::record(ctx, txn, event).await
}

/// Opens a reading as every use case does. A reading does not lead to its contribution, so both are found apart.
async fn open_reading(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    id: PeerReadingId,
    action: Action,
    seen: Seen,
) -> Result<ReadingView> {
    let found = open::<FoundReading>(ctx, db, id, action, seen).await?;
    views(ctx, vec![found.reading], &found.about).await?.pop().ok_or(Error::NotFound)
}

/// A reading as it is found, before its reader is named.
pub struct FoundReading {
    pub reading: Reading,
    pub about: DeliverableView,
}

impl Guarded for FoundReading {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        let subject = Subject {
            reader: self.reading.observatory_id,
            observatory: self.about.deliverable.observatory_id,
            body: self.about.body_id,
        };
        policy::may(actor, action, subject)
    }

    fn version(&self) -> i32 {
        self.reading.version
    }
}

impl Scoped for FoundReading {
    type Id = PeerReadingId;
    type Visibility = Visibility;

    fn visibility(actor: &Actor) -> Option<Visibility> {
        policy::visibility(actor)
    }

    async fn find(
        ctx: &Ctx,
        db: &impl ConnectionTrait,
        visible: &Visibility,
        id: PeerReadingId,
    ) -> Result<Option<Self>> {
        let Some(reading) = store::reading(db, visible, id).await? else { return Ok(None) };
        let everything = crate::deliverables::policy::Visibility::Everything;
        let about = DeliverableView::find(ctx, db, &everything, reading.deliverable_id).await?;
        Ok(about.map(|about| Self { reading, about }))
    }
}
