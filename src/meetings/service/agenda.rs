//! The agenda of a draft: its points are added, edited, put in order, copied from an earlier meeting, and removed.
//!
//! Who may, of all of them: the secretariat. They send no mail. The version is the meeting's. Once the meeting is
//! convened they are refused as `wrong_transition`, because the parties decide by the agenda who attends.

use super::{open, save};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::meetings::model::agenda::{self, Copied, Fate, Step};
use crate::meetings::model::{AgendaItem, Event, Meeting, Refusal};
use crate::meetings::policy::Action;
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::open::Seen;
use crate::typed::{self, Reading};
use entity::ids::{AgendaItemId, MeetingId, ReleaseId};
use entity::kinds::AgendaItemKind;
use sea_orm::ConnectionTrait;
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// Longest title of a point, in characters; a longer one is refused as `too_long`.
pub const ITEM_CHARACTERS: usize = 300;
/// Minutes of a point, at most a working day. A longer one is refused as a typing error.
pub const ITEM_MINUTES: RangeInclusive<i32> = 1..=480;
/// Most points added at once; more are refused as `out_of_range`.
pub const MOST_AT_ONCE: usize = 50;

/// One point of an agenda.
#[derive(Clone, Debug)]
pub struct ItemIn {
    pub kind: AgendaItemKind,
    pub title: String,
    /// Release of the point.
    pub release_id: Option<ReleaseId>,
    /// Planned minutes.
    pub minutes: Option<i32>,
}

/// Changes of a point: an absent member stays, a release or minutes set to `None` are removed.
#[derive(Clone, Debug, Default)]
pub struct ItemChange {
    pub kind: Option<AgendaItemKind>,
    pub title: Option<String>,
    pub release_id: Option<Option<ReleaseId>>,
    pub minutes: Option<Option<i32>>,
}

/// Adds a point at the end of a draft's agenda.
///
/// A form names the version for which it was made, so that a second click adds nothing; a program has its idempotency
/// key. Errors: `required`, `too_long`, `out_of_range` (minutes), `unknown_value` (release), `wrong_transition`,
/// `stale`.
pub async fn add_item(ctx: &Ctx, txn: &Txn, id: MeetingId, seen: Seen, input: ItemIn) -> Result<AgendaItem> {
    let added = add_items(ctx, txn, id, seen, vec![input]).await?;
    added.into_iter().next().ok_or(Error::NotFound)
}

/// Adds several points at the end of a draft's agenda, in their order. Errors: those of [`add_item`], `required`
/// without any, `out_of_range` above [`MOST_AT_ONCE`].
pub async fn add_items(ctx: &Ctx, txn: &Txn, id: MeetingId, seen: Seen, input: Vec<ItemIn>) -> Result<Vec<AgendaItem>> {
    let draft = opened(ctx, txn, id, seen).await?;
    if input.is_empty() {
        return Err(Error::field("title", Code::Required));
    }
    if input.len() > MOST_AT_ONCE {
        return Err(Error::out_of_range("title", 1, MOST_AT_ONCE));
    }
    let mut known = HashSet::new();
    let mut new = Vec::with_capacity(input.len());
    for item in input {
        let item = checked(item)?;
        if let Some(release) = item.release_id.filter(|release| known.insert(*release)) {
            super::conclude::must_know_release(txn, release).await?;
        }
        new.push(item);
    }
    let added = append(ctx, txn, id, new).await?;
    save(ctx, txn, draft, Verb::AddItem, named(&added)).await?;
    Ok(added)
}

/// Changes a point of a draft's agenda; its place stays. Errors: those of [`add_item`], `not_found`,
/// `nothing_changes`.
pub async fn edit_item(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    item: AgendaItemId,
    change: ItemChange,
) -> Result<Meeting> {
    let draft = opened(ctx, txn, id, Seen::Version(version)).await?;
    let before = store::agenda(txn, id).await?.into_iter().find(|one| one.id == item).ok_or(Error::NotFound)?;
    let present = before.clone();
    let content = checked(ItemIn {
        kind: change.kind.unwrap_or(present.kind),
        title: change.title.unwrap_or(present.title),
        release_id: change.release_id.unwrap_or(present.release_id),
        minutes: change.minutes.unwrap_or(present.minutes),
    })?;
    let after = placed(item, before.position, content);
    if after == before {
        return Err(Refusal::NothingChanges.into());
    }
    if let Some(release) = after.release_id.filter(|release| Some(*release) != before.release_id) {
        super::conclude::must_know_release(txn, release).await?;
    }
    store::save_item(txn, &after).await?;
    save(ctx, txn, draft, Verb::EditItem, named(&[after])).await
}

/// Moves a point of a draft's agenda by one place. Errors: `not_found`, `nothing_changes` at the edge,
/// `wrong_transition`, `stale`.
pub async fn step_item(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    item: AgendaItemId,
    step: Step,
) -> Result<Meeting> {
    let draft = opened(ctx, txn, id, Seen::Version(version)).await?;
    let items = store::agenda(txn, id).await?;
    let place = items.iter().position(|one| one.id == item).ok_or(Error::NotFound)?;
    let order = agenda::stepped(ids(&items), place, step)?;
    reorder(ctx, txn, draft, &items, &order).await
}

/// Puts the points of a draft's agenda in order. Errors: `unknown_value` unless each point is named once,
/// `nothing_changes`, `wrong_transition`, `stale`.
pub async fn order_items(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, order: &[AgendaItemId]) -> Result<Meeting> {
    let draft = opened(ctx, txn, id, Seen::Version(version)).await?;
    let items = store::agenda(txn, id).await?;
    agenda::must_order(&ids(&items), order)?;
    reorder(ctx, txn, draft, &items, order).await
}

async fn reorder(
    ctx: &Ctx,
    txn: &Txn,
    draft: Meeting,
    items: &[AgendaItem],
    order: &[AgendaItemId],
) -> Result<Meeting> {
    store::place_items(txn, items, order).await?;
    save(ctx, txn, draft, Verb::OrderItems, serde_json::json!({ "items": order })).await
}

/// Removes a point from a draft's agenda; those after it move up. Errors: `not_found`, `wrong_transition`, `stale`.
pub async fn remove_item(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, item: AgendaItemId) -> Result<Meeting> {
    let draft = opened(ctx, txn, id, Seen::Version(version)).await?;
    let mut items = store::agenda(txn, id).await?;
    let place = items.iter().position(|one| one.id == item).ok_or(Error::NotFound)?;
    items.remove(place);
    store::delete_item(txn, item).await?;
    store::place_items(txn, &items, &ids(&items)).await?;
    save(ctx, txn, draft, Verb::RemoveItem, serde_json::json!({ "item": item })).await
}

/// The meeting of the same table that was held last, with the fate of each of its points.
#[derive(Clone, Debug)]
pub struct Source {
    pub meeting: Meeting,
    pub points: Vec<(AgendaItem, Fate)>,
}

/// Returns the meeting from which a draft's agenda can be copied: the last one of its table that was held before the
/// draft's hour. `None` if there is none, or if it had no points. The caller has opened the draft.
pub async fn copy_source(db: &impl ConnectionTrait, draft: &Meeting) -> Result<Option<Source>> {
    let Some(meeting) = store::held_before(db, draft.table_id, draft.slot).await? else { return Ok(None) };
    let items = store::agenda(db, meeting.id).await?;
    if items.is_empty() {
        return Ok(None);
    }
    let outcomes = store::outcomes(db, meeting.id).await?;
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| (outcome.agenda_item_id, outcome.kind)).collect();
    let points = items.into_iter().map(|item| {
        let fate = agenda::fate(item.id, &outcomes);
        (item, fate)
    });
    Ok(Some(Source { points: points.collect(), meeting }))
}

/// Copies points of the last meeting of the same table to the end of a draft's agenda: those not dealt with, or all.
/// Points that the agenda has already are left out. Errors: `nothing_changes` if nothing is left to copy,
/// `wrong_transition`, `stale`.
pub async fn copy_items(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, which: Copied) -> Result<Meeting> {
    let draft = opened(ctx, txn, id, Seen::Version(version)).await?;
    let source = copy_source(txn, &draft).await?.ok_or(Refusal::NothingChanges)?;
    let chosen = agenda::to_copy(&source.points, &store::agenda(txn, id).await?, which);
    if chosen.is_empty() {
        return Err(Refusal::NothingChanges.into());
    }
    let new = chosen.into_iter().cloned().map(|item| ItemIn {
        kind: item.kind,
        title: item.title,
        release_id: item.release_id,
        minutes: item.minutes,
    });
    let copied = append(ctx, txn, id, new.collect()).await?;
    let mut details = named(&copied);
    details["from"] = serde_json::json!(source.meeting.id);
    save(ctx, txn, draft, Verb::CopyItems, details).await
}

/// Opens a draft whose agenda is to be changed.
async fn opened(ctx: &Ctx, txn: &Txn, id: MeetingId, seen: Seen) -> Result<Meeting> {
    let draft = open(ctx, txn, id, Action::Prepare, seen).await?;
    draft.must_allow(Event::Edit)?;
    Ok(draft)
}

/// Writes points at the end of an agenda, and closes gaps that an older version left before them.
async fn append(ctx: &Ctx, txn: &Txn, id: MeetingId, new: Vec<ItemIn>) -> Result<Vec<AgendaItem>> {
    let present = store::agenda(txn, id).await?;
    store::place_items(txn, &present, &ids(&present)).await?;
    let after = i32::try_from(present.len()).unwrap_or(i32::MAX);
    let added: Vec<AgendaItem> =
        new.into_iter().zip(1..).map(|(item, place)| placed(ctx.new_id(), after + place, item)).collect();
    store::insert_items(txn, id, &added, ctx.now()).await?;
    Ok(added)
}

fn placed(id: AgendaItemId, position: i32, item: ItemIn) -> AgendaItem {
    let ItemIn { kind, title, release_id, minutes } = item;
    AgendaItem { id, position, kind, title, release_id, minutes }
}

/// Returns the point with its title without surrounding blanks, or an error for every wrong field.
fn checked(input: ItemIn) -> Result<ItemIn> {
    let title = Reading::of(|reading| {
        let title = reading.text("title", &input.title, ITEM_CHARACTERS);
        if let Some(minutes) = input.minutes {
            reading.take(typed::minutes("minutes", Some(minutes), ITEM_MINUTES));
        }
        title
    })?;
    Ok(ItemIn { title, ..input })
}

fn ids(items: &[AgendaItem]) -> Vec<AgendaItemId> {
    items.iter().map(|item| item.id).collect()
}

/// Names points for the audit trail.
fn named(items: &[AgendaItem]) -> serde_json::Value {
    let items: Vec<_> =
        items.iter().map(|item| serde_json::json!({ "item": item.id, "release": item.release_id })).collect();
    serde_json::json!({ "items": items })
}
