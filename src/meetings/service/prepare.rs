//! Drafts and their agenda, visible to the secretariat only until convened; they send no mail.

use super::{open, record, save, table_by_code};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::meetings::model::{AgendaItem, Event, Meeting, Refusal, Slot, Stage, Venue};
use crate::meetings::policy::{self, Action};
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::open::Seen;
use crate::typed::{self, Reading};
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{AgendaItemId, MeetingId, ReleaseId};
use entity::kinds::{AgendaItemKind, MeetingMode};
use std::ops::RangeInclusive;

/// Longest texts of a meeting and of a point of its agenda, in characters; a longer one is refused as `too_long`.
pub const TITLE_CHARACTERS: usize = 200;
pub const PLACE_CHARACTERS: usize = 300;
pub const URL_CHARACTERS: usize = 500;
pub const ITEM_CHARACTERS: usize = 300;
/// Minutes of an item, at most a working day. A longer one is refused as a typing error.
pub const ITEM_MINUTES: RangeInclusive<i32> = 1..=480;

/// A meeting to prepare.
#[derive(Clone, Debug)]
pub struct MeetingIn {
    /// The table's code.
    pub table: String,
    pub title: String,
    pub slot: Slot,
    /// May be incomplete until the meeting is convened.
    pub venue: Venue,
}

/// Changes of a draft: an absent member stays, a place or address set to `None` is removed.
#[derive(Clone, Debug, Default)]
pub struct MeetingChange {
    pub title: Option<String>,
    pub day: Option<NaiveDate>,
    pub starts: Option<NaiveTime>,
    pub ends: Option<NaiveTime>,
    pub mode: Option<MeetingMode>,
    pub place: Option<Option<String>>,
    pub remote_url: Option<Option<String>>,
}

/// Prepares a meeting: a draft that only the secretariat sees.
///
/// Who may: the secretariat. Which mails leave: none. Which errors: `required`, `too_long`, `unknown_value` (table),
/// `not_a_url`, `ends_before_starts`, `hour_skipped`.
pub async fn create(ctx: &Ctx, txn: &Txn, input: MeetingIn) -> Result<Meeting> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Prepare))?;
    let table = table_by_code(txn, &input.table).await?;
    let id: MeetingId = ctx.new_id();
    let draft = Meeting {
        id,
        table_id: table.id,
        title: input.title,
        slot: input.slot,
        venue: input.venue,
        uid: format!("{id}@{}", ctx.config().mail.id_domain),
        sequence: 0,
        stage: Stage::Draft,
        short_quorum_reason: None,
        version: 1,
    };
    let draft = checked(draft)?;
    store::insert(txn, &draft, ctx.now()).await?;
    record(ctx, txn, Verb::Create, id, super::facts(&draft)).await?;
    Ok(draft)
}

/// Changes a draft.
///
/// Who may: the secretariat. Which mails leave: none. Which errors: those of [`create`], `wrong_transition`,
/// `nothing_changes`, `stale`.
pub async fn edit(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, change: MeetingChange) -> Result<Meeting> {
    let draft = open(ctx, txn, id, Action::Prepare, Seen::Version(version)).await?;
    draft.must_allow(Event::Edit)?;
    let MeetingChange { title, day, starts, ends, mode, place, remote_url } = change;
    let Meeting { slot, venue, .. } = draft.clone();
    let changed = Meeting {
        title: title.unwrap_or_else(|| draft.title.clone()),
        slot: Slot {
            day: day.unwrap_or(slot.day),
            starts: starts.unwrap_or(slot.starts),
            ends: ends.unwrap_or(slot.ends),
        },
        venue: Venue {
            mode: mode.unwrap_or(venue.mode),
            place: place.unwrap_or(venue.place),
            remote_url: remote_url.unwrap_or(venue.remote_url),
        },
        ..draft.clone()
    };
    let changed = checked(changed)?;
    if changed == draft {
        return Err(Refusal::NothingChanges.into());
    }
    let details = super::facts(&changed);
    save(ctx, txn, changed, Verb::Edit, details).await
}

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

/// Adds a point at the end of a draft's agenda.
///
/// A form names the version for which it was made, so that a second click adds nothing; a program has its idempotency
/// key. Who may: the secretariat. Mails: none. Errors: `required`, `too_long`, `out_of_range` (minutes),
/// `unknown_value` (release), `wrong_transition` once convened, `stale`.
pub async fn add_item(ctx: &Ctx, txn: &Txn, id: MeetingId, seen: Seen, input: ItemIn) -> Result<AgendaItem> {
    let draft = open(ctx, txn, id, Action::Prepare, seen).await?;
    draft.must_allow(Event::Edit)?;
    let title = Reading::of(|reading| {
        let title = reading.text("title", &input.title, ITEM_CHARACTERS);
        if let Some(minutes) = input.minutes {
            reading.take(typed::minutes("minutes", Some(minutes), ITEM_MINUTES));
        }
        title
    })?;
    if let Some(release) = input.release_id {
        super::conclude::must_know_release(txn, release).await?;
    }
    let last = store::agenda(txn, id).await?.last().map_or(0, |item| item.position);
    let item = AgendaItem {
        id: ctx.new_id(),
        position: last + 1,
        kind: input.kind,
        title,
        release_id: input.release_id,
        minutes: input.minutes,
    };
    store::insert_item(txn, id, &item, ctx.now()).await?;
    let details = serde_json::json!({ "item": item.id, "release": item.release_id });
    save(ctx, txn, draft, Verb::AddItem, details).await?;
    Ok(item)
}

/// Removes a point from a draft's agenda. Who may: the secretariat. Errors: `wrong_transition` once convened, `stale`.
pub async fn remove_item(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, item: AgendaItemId) -> Result<Meeting> {
    let draft = open(ctx, txn, id, Action::Prepare, Seen::Version(version)).await?;
    draft.must_allow(Event::Edit)?;
    if !store::delete_item(txn, id, item).await? {
        return Err(Error::NotFound);
    }
    save(ctx, txn, draft, Verb::RemoveItem, serde_json::json!({ "item": item })).await
}

/// Returns the normalised draft, or an error for every wrong field.
fn checked(draft: Meeting) -> Result<Meeting> {
    let (title, venue) = Reading::of(|reading| {
        let venue = reading.take(checked_venue(&draft.venue));
        let title = reading.text("title", &draft.title, TITLE_CHARACTERS);
        Some((title?, venue?))
    })?;
    draft.slot.check()?;
    Ok(Meeting { title, venue, ..draft })
}

/// Returns the venue without surrounding blanks, or an error for every wrong field.
pub(super) fn checked_venue(venue: &Venue) -> Result<Venue> {
    Reading::of(|reading| {
        let place = reading.take(typed::optional("place", venue.place.as_deref(), PLACE_CHARACTERS));
        let remote_url = reading.take(typed::web_address("remote_url", venue.remote_url.as_deref(), URL_CHARACTERS));
        Some(Venue { mode: venue.mode, place: place?, remote_url: remote_url? })
    })
}
