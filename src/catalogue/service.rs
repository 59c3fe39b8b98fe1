//! Use cases of the catalogue: one function each, inside the transaction of the caller.

mod checks;
mod study;

pub use checks::{checked_code, checked_details, checked_list, checked_step};
pub use study::{change_study, create_study, retire_study};

use super::model::{
    Details, MOST_LISTS, MOST_STEPS, Product, Refusal, SHEET_CHARACTERS, Sheet, Step, StepIn, UsedList, check_rule,
    contradictions,
};
use super::policy::{self, Action};
use super::store;
use super::verb::Verb;
use crate::audit;
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::service::{self as documents, OwnsDocuments};
use crate::documents::view::{Document, Opened};
use crate::error::{Error, FieldError, Refusal as _, Result};
use crate::network::service as network;
use crate::open::{Guarded, Seen, admit};
use crate::sources::service as sources;
use crate::time::{DateRule, Period};
use crate::typed::{self, Reading};
use bytes::Bytes;
use chrono::NaiveTime;
use entity::ids::{DocumentId, ProductId};
use entity::kinds::{Contributing, DocumentOwnerKind, Periodicity, ProductScope, Theme};
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Lists the whole catalogue by code, retired products too. Public.
pub async fn products(db: &impl ConnectionTrait) -> Result<Vec<Product>> {
    Ok(store::products(db).await?)
}

/// Finds a product by its code. Public.
pub async fn product(db: &impl ConnectionTrait, code: &str) -> Result<Product> {
    products(db).await?.into_iter().find(|product| product.code == code).ok_or(Error::NotFound)
}

/// Lists the versions of the methodology sheet of a product, the first one first. Public.
pub async fn sheets(db: &impl ConnectionTrait, product: ProductId) -> Result<Vec<Sheet>> {
    Ok(store::sheets(db, product).await?)
}

/// Properties of a product as the secretariat enters them; observatories by their codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailsIn {
    pub name_it: String,
    pub name_en: String,
    pub theme: Option<Theme>,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    pub contributors: Contributing,
    pub observatories: Vec<String>,
    pub with_regional: bool,
    /// Wall time in Europe/Rome.
    pub default_hour: NaiveTime,
    pub description_it: Option<String>,
    pub description_en: Option<String>,
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    pub portal_section: Option<String>,
    pub portal_words: Option<String>,
    pub date_rule: Option<DateRule>,
}

impl From<&Details> for DetailsIn {
    fn from(details: &Details) -> Self {
        let details = details.clone();
        let (contact_name, contact_email) = details.contact.map(|contact| (contact.name, contact.email)).unzip();
        Self {
            name_it: details.name_it,
            name_en: details.name_en,
            theme: details.theme,
            periodicity: details.periodicity,
            scope: details.scope,
            contributors: details.contributors.who,
            observatories: details.contributors.named.into_iter().map(|named| named.code).collect(),
            with_regional: details.contributors.with_regional,
            default_hour: details.default_hour,
            description_it: details.description_it,
            description_en: details.description_en,
            contact_name,
            contact_email: contact_email.flatten(),
            portal_section: details.portal_section,
            portal_words: details.portal_words,
            date_rule: details.date_rule,
        }
    }
}

/// Creates a product, still without steps.
///
/// Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`, `not_an_observatory`,
/// `contributors_missing`, and those of the fields, all at once.
pub async fn create(ctx: &Ctx, txn: &Txn, code: &str, input: DetailsIn) -> Result<Product> {
    ctx.demand(policy::may(&ctx.actor, Action::Create))?;
    let observatories = network::observatories(txn).await?;
    let (code, details) = Reading::of(|reading| {
        let code = checked_code(reading, code);
        let details = checked_details(reading, &input, &observatories);
        Some((code?, details?))
    })?;
    check_rule_of(txn, &code, &details).await?;
    let id = ctx.new_id();
    let new = Product { id, code, details, steps: Vec::new(), former_steps: Vec::new(), retired_at: None, version: 1 };
    store::insert(txn, &new, ctx.now()).await?;
    record(ctx, txn, Verb::Create, &new, json!({ "code": new.code })).await?;
    product(txn, &new.code).await
}

/// Edits a product; `change` gets its present properties.
///
/// What happens: releases that are not confirmed yet are owed by the contributors of the edited product; confirmed ones
/// keep their contributions. A change without effect writes nothing. Who may: the secretariat. Mails: none. Errors:
/// those of [`create`] except the code's, `stale`.
pub async fn edit(
    ctx: &Ctx,
    txn: &Txn,
    code: &str,
    version: i32,
    change: impl FnOnce(DetailsIn) -> Result<DetailsIn>,
) -> Result<Product> {
    let before = admit(ctx, Some(product(txn, code).await?), Action::Edit, Seen::Version(version))?;
    let observatories = network::observatories(txn).await?;
    let input = change(DetailsIn::from(&before.details))?;
    let details = Reading::of(|reading| checked_details(reading, &input, &observatories))?;
    check_rule_of(txn, code, &details).await?;
    if details == before.details {
        return Ok(before);
    }
    save(ctx, txn, Product { details, ..before }, Verb::Edit).await
}

/// Checks the rule for the dates of a product, which names other products, territories and sources.
async fn check_rule_of(txn: &Txn, code: &str, details: &Details) -> Result<()> {
    let Some(rule) = &details.date_rule else { return Ok(()) };
    let (catalogue, territories) = (products(txn).await?, network::territories(txn).await?);
    let is_territory = |code: &str| territories.iter().any(|one| one.code == code);
    let sources = sources::codes(txn).await?;
    let is_source = |code: &str| sources.iter().any(|known| known == code);
    let rule_of = |code: &str| {
        let found = catalogue.iter().find(|product| product.code == code);
        found.map(|product| product.details.date_rule.as_ref())
    };
    Ok(check_rule(rule, code, is_territory, is_source, rule_of)?)
}

/// Retires a product: no release of it can be planned any more, and its releases stay. A retired one stays as it is.
///
/// Who may: the secretariat. Mails: none. Errors: `stale`.
pub async fn retire(ctx: &Ctx, txn: &Txn, code: &str, version: i32) -> Result<Product> {
    let before = admit(ctx, Some(product(txn, code).await?), Action::Retire, Seen::Version(version))?;
    if before.retired_at.is_some() {
        return Ok(before);
    }
    save(ctx, txn, Product { retired_at: Some(ctx.now()), ..before }, Verb::Retire).await
}

/// Takes a retired product into use again. One in use stays as it is.
///
/// Who may: the secretariat. Mails: none. Errors: `stale`.
pub async fn reinstate(ctx: &Ctx, txn: &Txn, code: &str, version: i32) -> Result<Product> {
    let before = admit(ctx, Some(product(txn, code).await?), Action::Retire, Seen::Version(version))?;
    if before.retired_at.is_none() {
        return Ok(before);
    }
    save(ctx, txn, Product { retired_at: None, ..before }, Verb::Reinstate).await
}

/// Replaces the template of steps of a product, in the order given.
///
/// What happens: releases that are confirmed keep their tasks with their days; a release confirmed later gets the new
/// steps. Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`, `step_needed`,
/// `circular_dependency`, `unknown_value` for a step that has to be done before, `out_of_range`, `stale`.
pub async fn replace_steps(ctx: &Ctx, txn: &Txn, code: &str, version: i32, steps: &[StepIn]) -> Result<Product> {
    let before = admit(ctx, Some(product(txn, code).await?), Action::ChangeSteps, Seen::Version(version))?;
    let steps = checked_template(&before, steps)?;
    if steps.iter().eq(before.steps.iter().map(StepIn::from).collect::<Vec<_>>().iter()) {
        return Ok(before);
    }
    let known = |step: &StepIn| before.steps.iter().find(|known| known.code == step.code && step.derives_as(known));
    let rows: Vec<Step> = (1..)
        .zip(steps)
        .map(|(position, step)| Step {
            id: known(&step).map_or_else(|| ctx.new_id(), |known| known.id),
            position,
            code: step.code,
            name_it: step.name_it,
            name_en: step.name_en,
            seat: step.seat,
            offset_working_days: step.offset_working_days,
            estimated_minutes: step.estimated_minutes,
            after: step.after,
        })
        .collect();
    store::replace_steps(txn, before.id, &rows, ctx.now()).await?;
    save(ctx, txn, before, Verb::ChangeSteps).await
}

/// Checks the steps of a template, each for itself and then among each other.
fn checked_template(product: &Product, steps: &[StepIn]) -> Result<Vec<StepIn>> {
    if steps.len() > MOST_STEPS {
        return Err(Error::out_of_range("steps", 0, MOST_STEPS));
    }
    let steps = Reading::of(|reading| {
        let checked: Vec<Option<StepIn>> = steps.iter().map(|step| checked_step(reading, step)).collect();
        checked.into_iter().collect::<Option<Vec<_>>>()
    })?;
    let wrong: Vec<FieldError> = template_errors(product, &steps).into_iter().map(|(_, error)| error).collect();
    if wrong.is_empty() { Ok(steps) } else { Err(Error::Invalid(wrong)) }
}

/// Returns the contradictions between steps of the template of a product, each with the position of its step from 0.
pub fn template_errors(product: &Product, steps: &[StepIn]) -> Vec<(usize, FieldError)> {
    let before: Vec<&str> = product.steps.iter().map(|step| step.code.as_str()).collect();
    let error = |(at, refusal): (usize, Refusal)| {
        let said = refusal.said();
        (at, FieldError { field: said.field.unwrap_or("steps"), code: said.code, params: said.params })
    };
    contradictions(steps, &before).into_iter().map(error).collect()
}

/// A version of the methodology sheet as the secretariat enters it.
#[derive(Clone, Debug)]
pub struct SheetIn {
    pub text_it: String,
    pub text_en: Option<String>,
    pub lists: Vec<UsedList>,
    /// A file kept before with [`keep_document`].
    pub document_id: Option<DocumentId>,
    /// The first reference period to whose release it applies.
    pub from: Period,
}

/// Publishes a version of the methodology sheet of a product. No version is ever changed; a correction is the next one.
///
/// Who may: the secretariat. Mails: none. Errors: `required` and `too_long` for text and lists, `out_of_range` for too
/// many lists, `period_of_another_kind`, `unknown_value` for `document_id`.
pub async fn publish_sheet(ctx: &Ctx, txn: &Txn, code: &str, input: SheetIn) -> Result<(Product, Sheet)> {
    let product = admit(ctx, Some(product(txn, code).await?), Action::PublishSheet, Seen::AsItStands)?;
    let number = store::sheets(txn, product.id).await?.last().map_or(1, |last| last.number + 1);
    let sheet = Reading::of(|reading| {
        let text_it = reading.text("text_it", &input.text_it, SHEET_CHARACTERS);
        let text_en = reading.take(typed::optional("text_en", input.text_en.as_deref(), SHEET_CHARACTERS));
        let lists: Vec<Option<UsedList>> = input.lists.iter().map(|list| checked_list(reading, list)).collect();
        let is_its = product.speaks_about(input.from);
        let from = reading.take(if is_its { Ok(input.from) } else { Err(Refusal::PeriodOfAnotherKind) });
        if lists.len() > MOST_LISTS {
            reading.take::<(), _>(Err(Error::out_of_range("lists", 0, MOST_LISTS)));
        }
        Some(Sheet {
            id: ctx.new_id(),
            number,
            text_it: text_it?,
            text_en: text_en?,
            lists: lists.into_iter().collect::<Option<_>>()?,
            document_id: input.document_id,
            from: from?,
            published_at: ctx.now(),
        })
    })?;
    if let Some(document) = sheet.document_id {
        documents::attach(ctx, txn, document, &product.id).await?;
    }
    store::insert_sheet(txn, product.id, &sheet, ctx.actor.person_id()).await?;
    let details = json!({ "number": sheet.number, "from": sheet.from, "document": sheet.document_id });
    record(ctx, txn, Verb::PublishSheet, &product, details).await?;
    Ok((product, sheet))
}

/// Keeps a file with a methodology sheet, in a transaction of its own.
///
/// What happens: the file is deleted after a day unless a sheet names it. Who may: the secretariat. Mails: none. Errors:
/// those of [`documents::keep_upload`].
pub async fn keep_document(ctx: &Ctx, name: &str, content: Bytes) -> Result<Document> {
    ctx.demand(policy::may(&ctx.actor, Action::PublishSheet))?;
    documents::keep_upload(ctx, Verb::KeepDocument, name, content).await
}

/// Opens a document of a methodology sheet. Public, like the sheet. Errors: those of [`documents::open`].
pub async fn open_document(ctx: &Ctx, code: &str, id: DocumentId) -> Result<Opened> {
    let product = product(ctx.reader(), code).await?;
    documents::open(ctx, &product.id, id).await
}

/// Returns the documents of these sheets, without their contents. Public.
pub async fn documents_of(db: &impl ConnectionTrait, sheets: &[Sheet]) -> Result<Vec<Document>> {
    let ids: Vec<DocumentId> = sheets.iter().filter_map(|sheet| sheet.document_id).collect();
    if ids.is_empty() { Ok(Vec::new()) } else { documents::documents(db, ids).await }
}

/// Lets everybody read the documents of methodology sheets, which are public.
impl OwnsDocuments for ProductId {
    const KIND: DocumentOwnerKind = DocumentOwnerKind::Product;

    fn id(&self) -> String {
        self.to_string()
    }

    async fn check_reader(&self, ctx: &Ctx) -> Result<()> {
        ctx.demand(policy::may(&ctx.actor, Action::View))
    }
}

async fn save(ctx: &Ctx, txn: &Txn, after: Product, verb: Verb) -> Result<Product> {
    store::save(txn, &after, ctx.now()).await?;
    record(ctx, txn, verb, &after, json!({ "code": after.code })).await?;
    product(txn, &after.code).await
}

async fn record(ctx: &Ctx, txn: &Txn, verb: Verb, product: &Product, details: serde_json::Value) -> Result<()> {
    audit::record(ctx, txn, audit::Event::about(verb, ("product", product.id.to_string()), details)).await
}

impl Guarded for Product {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}
