//! Use cases of the sources: one function each, inside the transaction of the caller.

mod import;

pub use import::{COLUMNS, Chosen, Preview, import, keep_file, preview, read_file};

use super::model::{
    ADDRESS_CHARACTERS, CODE_CHARACTERS, Change, Details, Entry, LABEL_CHARACTERS, NAME_CHARACTERS, NOTE_CHARACTERS,
    Occurrence, PUBLISHER_CHARACTERS, Refusal, Source,
};
use super::policy::{self, Action};
use super::store;
use super::verb::Verb;
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::open::{Guarded, Seen, admit};
use crate::typed::{self, Reading, is_code};
use chrono::NaiveDate;
use entity::ids::SourceOccurrenceId;
use entity::kinds::OccurrenceState;
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Most changes of a source that are read.
const CHANGES: u64 = 200;

/// A source with its dates by day and their latest changes, the newest first.
pub struct Dossier {
    pub source: Source,
    pub occurrences: Vec<Occurrence>,
    pub changes: Vec<Change>,
}

/// Lists the sources by code. Who may: holders of seats of the network.
pub async fn sources(ctx: &Ctx) -> Result<Vec<Source>> {
    ctx.demand(policy::may(&ctx.actor, Action::View))?;
    Ok(store::sources(ctx.reader()).await?)
}

/// Lists the codes of all sources, for the rules that name one.
pub async fn codes(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    Ok(store::sources(db).await?.into_iter().map(|source| source.code).collect())
}

/// Reads a source with its dates. Who may: holders of seats of the network. Errors: `not_found`.
pub async fn dossier(ctx: &Ctx, db: &impl ConnectionTrait, code: &str) -> Result<Dossier> {
    ctx.demand(policy::may(&ctx.actor, Action::View))?;
    let source = admit(ctx, store::source(db, code).await?, Action::View, Seen::AsItStands)?;
    let occurrences = store::occurrences(db, source.id).await?;
    let changes = store::changes(db, source.id, CHANGES).await?;
    Ok(Dossier { source, occurrences, changes })
}

/// Finds a date of a source.
pub async fn occurrence(ctx: &Ctx, code: &str, id: SourceOccurrenceId) -> Result<(Source, Occurrence)> {
    open_occurrence(ctx, ctx.reader(), code, id, Action::View, Seen::AsItStands).await
}

/// Properties of a source as they are entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceIn {
    pub name: String,
    pub publisher: String,
    pub address: Option<String>,
}

impl From<&Details> for SourceIn {
    fn from(details: &Details) -> Self {
        let Details { name, publisher, address } = details.clone();
        Self { name, publisher, address }
    }
}

/// Checks the properties of a source.
pub fn checked_details(reading: &mut Reading, input: &SourceIn) -> Option<Details> {
    let name = reading.text("name", &input.name, NAME_CHARACTERS);
    let publisher = reading.text("publisher", &input.publisher, PUBLISHER_CHARACTERS);
    let address = reading.take(typed::web_address("address", input.address.as_deref(), ADDRESS_CHARACTERS));
    Some(Details { name: name?, publisher: publisher?, address: address? })
}

/// Checks the code of a new source.
pub fn checked_code(reading: &mut Reading, code: &str) -> Option<String> {
    let code = reading.text("code", code, CODE_CHARACTERS)?;
    reading.take(if is_code(&code) { Ok(code) } else { Err(Refusal::CodeMalformed) })
}

/// Names a source, still without dates.
///
/// Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`, `not_a_url`, and those of the fields.
pub async fn create(ctx: &Ctx, txn: &Txn, code: &str, input: &SourceIn) -> Result<Source> {
    ctx.demand(policy::may(&ctx.actor, Action::Create))?;
    let (code, details) = Reading::of(|reading| {
        let code = checked_code(reading, code);
        let details = checked_details(reading, input);
        Some((code?, details?))
    })?;
    let source = Source { id: ctx.new_id(), code, details, version: 1 };
    store::insert(txn, &source, ctx.now()).await?;
    record(ctx, txn, Verb::Create, &source, json!({ "code": source.code })).await?;
    Ok(source)
}

/// Edits a source; its code stays. A change without effect writes nothing.
///
/// Who may: the secretariat. Mails: none. Errors: those of [`create`] except the code's, `stale`.
pub async fn edit(
    ctx: &Ctx,
    txn: &Txn,
    code: &str,
    version: i32,
    change: impl FnOnce(SourceIn) -> Result<SourceIn>,
) -> Result<Source> {
    let before = admit(ctx, store::source(txn, code).await?, Action::Edit, Seen::Version(version))?;
    let input = change(SourceIn::from(&before.details))?;
    let details = Reading::of(|reading| checked_details(reading, &input))?;
    if details == before.details {
        return Ok(before);
    }
    let after = Source { details, ..before };
    store::save(txn, &after, ctx.now()).await?;
    record(ctx, txn, Verb::Edit, &after, json!({ "code": after.code })).await?;
    source(txn, code).await
}

async fn source(txn: &Txn, code: &str) -> Result<Source> {
    store::source(txn, code).await?.ok_or(Error::NotFound)
}

/// A date as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryIn {
    pub label: String,
    pub day: NaiveDate,
    pub state: OccurrenceState,
    pub note: Option<String>,
}

impl From<&Entry> for EntryIn {
    fn from(entry: &Entry) -> Self {
        let Entry { label, day, state, note } = entry.clone();
        Self { label, day, state, note }
    }
}

/// Checks the texts of a date.
pub fn checked_entry(reading: &mut Reading, input: &EntryIn) -> Option<Entry> {
    let label = reading.text("label", &input.label, LABEL_CHARACTERS);
    let note = reading.take(typed::optional("note", input.note.as_deref(), NOTE_CHARACTERS));
    Some(Entry { label: label?, day: input.day, state: input.state, note: note? })
}

/// Enters a date of a source.
///
/// What happens: no release changes; the agenda proposes the days that rules give with the date. Who may: the secretariat.
/// Mails: none. Errors: `label_taken`, and those of the fields.
pub async fn enter(ctx: &Ctx, txn: &Txn, code: &str, input: &EntryIn) -> Result<Occurrence> {
    let source = admit(ctx, store::source(txn, code).await?, Action::Enter, Seen::AsItStands)?;
    let entry = Reading::of(|reading| checked_entry(reading, input))?;
    let known = store::occurrences(txn, source.id).await?;
    if known.iter().any(|one| one.entry.label == entry.label) {
        return Err(Refusal::LabelTaken.into());
    }
    let new = Occurrence { id: ctx.new_id(), source_id: source.id, mark: entry.label.clone(), entry, version: 1 };
    store::insert_occurrences(txn, std::slice::from_ref(&new), ctx.now()).await?;
    store::insert_changes(txn, &[change_of(ctx, None, &new)]).await?;
    record(ctx, txn, Verb::Enter, &source, json!({ "occurrence": new.id, "day": new.entry.day })).await?;
    Ok(new)
}

/// Changes a date of a source; its history keeps the day before.
///
/// What happens: no release changes; the agenda proposes the days that rules give with the new date. A withdrawn date
/// counts no more. Who may: the secretariat. Mails: none. Errors: `nothing_changes`, `label_taken`, `stale`, and those of
/// the fields.
pub async fn change(
    ctx: &Ctx,
    txn: &Txn,
    code: &str,
    id: SourceOccurrenceId,
    version: i32,
    change: impl FnOnce(EntryIn) -> Result<EntryIn>,
) -> Result<Occurrence> {
    let (source, before) = open_occurrence(ctx, txn, code, id, Action::Enter, Seen::Version(version)).await?;
    let input = change(EntryIn::from(&before.entry))?;
    let entry = Reading::of(|reading| checked_entry(reading, &input))?;
    if entry == before.entry {
        return Err(Refusal::NothingChanges.into());
    }
    let known = store::occurrences(txn, source.id).await?;
    if known.iter().any(|one| one.id != id && one.entry.label == entry.label) {
        return Err(Refusal::LabelTaken.into());
    }
    let after = Occurrence { entry, ..before.clone() };
    store::save_occurrence(txn, &after, ctx.now()).await?;
    store::insert_changes(txn, &[change_of(ctx, Some(before.entry.day), &after)]).await?;
    let details = json!({ "occurrence": id, "day_before": before.entry.day, "day": after.entry.day });
    record(ctx, txn, Verb::Change, &source, details).await?;
    store::occurrence(txn, id).await?.ok_or(Error::NotFound)
}

async fn open_occurrence(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    code: &str,
    id: SourceOccurrenceId,
    action: Action,
    seen: Seen,
) -> Result<(Source, Occurrence)> {
    ctx.demand(policy::may(&ctx.actor, Action::View))?;
    let source = admit(ctx, store::source(db, code).await?, action, Seen::AsItStands)?;
    let found = store::occurrence(db, id).await?.filter(|one| one.source_id == source.id);
    let found = found.ok_or(Error::NotFound)?;
    seen.must_be(found.version)?;
    Ok((source, found))
}

fn change_of(ctx: &Ctx, before: Option<NaiveDate>, after: &Occurrence) -> Change {
    Change {
        id: ctx.new_id(),
        occurrence: after.id,
        before,
        day: after.entry.day,
        state: after.entry.state,
        at: ctx.now(),
        by: ctx.actor.person_id(),
    }
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, source: &Source, details: serde_json::Value) -> Result<()> {
    audit::record(ctx, txn, audit::Event::about(verb, ("source", source.id.to_string()), details)).await
}

impl Guarded for Source {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}
