//! Rows of products, their steps, contributors and methodology sheets: the only file of the slice that queries the
//! database.

use super::model::{Contact, Contributor, Contributors, Details, Product, Refusal, Sheet, Step, UsedList};
use crate::db::{StoreError, save_row};
use crate::error::Error;
use crate::time::DateRule;
use chrono::{DateTime, Utc};
use entity::ids::{ObservatoryId, PersonId, ProductId, ProductSheetId, ProductStepId};
use entity::{
    Instant, observatory, product, product_contributor as contributor, product_sheet as sheet,
    product_sheet_list as list, product_step as step,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;

type Result<T> = std::result::Result<T, StoreError>;

/// Lists the whole catalogue with its steps and contributors, by code.
pub async fn products(db: &impl ConnectionTrait) -> Result<Vec<Product>> {
    let (mut steps, mut former): (HashMap<ProductId, Vec<Step>>, HashMap<ProductId, Vec<Step>>) = Default::default();
    for row in step::Entity::find().order_by(step::Column::Position, Order::Asc).all(db).await? {
        let into = if row.removed_at.is_none() { &mut steps } else { &mut former };
        into.entry(row.product_id).or_default().push(row.into());
    }
    let mut named = contributors(db).await?;
    let rows = product::Entity::find().order_by(product::Column::Code, Order::Asc).all(db).await?;
    let with_parts = |row: product::Model| {
        let (steps, former) = (steps.remove(&row.id), former.remove(&row.id));
        let named = named.remove(&row.id).unwrap_or_default();
        product_of(row, steps.unwrap_or_default(), former.unwrap_or_default(), named)
    };
    rows.into_iter().map(with_parts).collect()
}

/// Builds a product from its row: the only place where one is made.
fn product_of(
    row: product::Model,
    steps: Vec<Step>,
    former_steps: Vec<Step>,
    named: Vec<Contributor>,
) -> Result<Product> {
    let unreadable = || StoreError::inconsistent("product", row.id, "an unreadable rule for its dates");
    let read = |text: &String| DateRule::from_text(text).ok_or_else(unreadable);
    let date_rule = row.date_rule.as_ref().map(read).transpose()?;
    let contact = row.contact_name.map(|name| Contact { name, email: row.contact_email });
    Ok(Product {
        id: row.id,
        code: row.code,
        details: Details {
            name_it: row.name_it,
            name_en: row.name_en,
            theme: row.theme,
            periodicity: row.periodicity,
            scope: row.scope,
            contributors: Contributors { who: row.contributors, named, with_regional: row.with_regional },
            default_hour: row.default_hour,
            description_it: row.description_it,
            description_en: row.description_en,
            contact,
            portal_section: row.portal_section,
            portal_words: row.portal_words,
            date_rule,
        },
        steps,
        former_steps,
        retired_at: row.retired_at.map(|at| at.0),
        version: row.version,
    })
}

impl From<step::Model> for Step {
    fn from(row: step::Model) -> Self {
        Self {
            id: row.id,
            position: row.position,
            code: row.code,
            name_it: row.name_it,
            name_en: row.name_en,
            seat: row.seat,
            offset_working_days: row.offset_working_days,
            estimated_minutes: row.estimated_minutes,
            after: row.after_steps.iter().flat_map(|codes| codes.split(' ')).map(str::to_owned).collect(),
        }
    }
}

/// Returns the codes of steps as their column holds them.
pub fn after_column(codes: &[String]) -> Option<String> {
    (!codes.is_empty()).then(|| codes.join(" "))
}

/// Lists the named contributors of all products, by code.
async fn contributors(db: &impl ConnectionTrait) -> Result<HashMap<ProductId, Vec<Contributor>>> {
    let to_observatory = contributor::Entity::belongs_to(observatory::Entity)
        .from(contributor::Column::ObservatoryId)
        .to(observatory::Column::Id);
    let rows: Vec<(ProductId, ObservatoryId, String)> = contributor::Entity::find()
        .select_only()
        .columns([contributor::Column::ProductId, contributor::Column::ObservatoryId])
        .column(observatory::Column::Code)
        .join(JoinType::InnerJoin, to_observatory.into())
        .order_by(observatory::Column::Code, Order::Asc)
        .into_tuple()
        .all(db)
        .await?;
    let mut named: HashMap<ProductId, Vec<Contributor>> = HashMap::new();
    for (product, id, code) in rows {
        named.entry(product).or_default().push(Contributor { code, id });
    }
    Ok(named)
}

fn row(product: &Product, edited_at: DateTime<Utc>) -> product::ActiveModel {
    let details = product.details.clone();
    let (contact_name, contact_email) = details.contact.map(|contact| (contact.name, contact.email)).unzip();
    product::ActiveModel {
        id: Set(product.id),
        code: Set(product.code.clone()),
        name_it: Set(details.name_it),
        name_en: Set(details.name_en),
        periodicity: Set(details.periodicity),
        scope: Set(details.scope),
        default_hour: Set(details.default_hour),
        theme: Set(details.theme),
        description_it: Set(details.description_it),
        description_en: Set(details.description_en),
        contact_name: Set(contact_name),
        contact_email: Set(contact_email.flatten()),
        portal_section: Set(details.portal_section),
        portal_words: Set(details.portal_words),
        date_rule: Set(details.date_rule.as_ref().map(DateRule::to_text)),
        contributors: Set(details.contributors.who),
        with_regional: Set(details.contributors.with_regional),
        retired_at: Set(product.retired_at.map(Instant::from)),
        edited_at: Set(Some(edited_at.into())),
        version: Set(product.version),
        created_at: Set(edited_at.into()),
        updated_at: Set(edited_at.into()),
    }
}

/// Inserts a product with its contributors; refused if the code is another product's.
pub async fn insert(db: &impl ConnectionTrait, new: &Product, at: DateTime<Utc>) -> std::result::Result<(), Error> {
    let inserted = product::Entity::insert(row(new, at)).exec_without_returning(db).await.map_err(StoreError::from);
    match inserted {
        Ok(_) => Ok(insert_contributors(db, new).await?),
        Err(StoreError::Constraint(name)) if name == "uq_product_code" => Err(Refusal::CodeTaken.into()),
        Err(error) => Err(error.into()),
    }
}

/// Saves a changed product with its contributors, if its version is unchanged. Its steps are written apart.
pub async fn save(db: &impl ConnectionTrait, after: &Product, at: DateTime<Utc>) -> Result<()> {
    let row = product::ActiveModel { id: NotSet, code: NotSet, created_at: NotSet, ..row(after, at) };
    save_row(db, row, (product::Column::Id, after.id), (product::Column::Version, after.version)).await?;
    contributor::Entity::delete_many().filter(contributor::Column::ProductId.eq(after.id)).exec(db).await?;
    insert_contributors(db, after).await
}

async fn insert_contributors(db: &impl ConnectionTrait, product: &Product) -> Result<()> {
    let named = &product.details.contributors.named;
    if named.is_empty() {
        return Ok(());
    }
    let rows =
        named.iter().map(|one| contributor::ActiveModel { product_id: Set(product.id), observatory_id: Set(one.id) });
    contributor::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Writes the steps of a product: all rows of its present template leave it, and then those of the new one enter it.
pub async fn replace_steps(
    db: &impl ConnectionTrait,
    product: ProductId,
    steps: &[Step],
    at: DateTime<Utc>,
) -> Result<()> {
    let known: Vec<ProductStepId> = step::Entity::find()
        .select_only()
        .column(step::Column::Id)
        .filter(step::Column::ProductId.eq(product))
        .into_tuple()
        .all(db)
        .await?;
    let leave = step::ActiveModel { removed_at: Set(Some(at.into())), ..Default::default() };
    step::Entity::update_many()
        .set(leave)
        .filter(step::Column::ProductId.eq(product))
        .filter(step::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    for one in steps {
        let row = step_row(product, one);
        if known.contains(&one.id) {
            step::Entity::update(row).exec(db).await?;
        } else {
            step::Entity::insert(row).exec_without_returning(db).await?;
        }
    }
    Ok(())
}

fn step_row(product: ProductId, step: &Step) -> step::ActiveModel {
    step::ActiveModel {
        id: Set(step.id),
        product_id: Set(product),
        position: Set(step.position),
        code: Set(step.code.clone()),
        name_it: Set(step.name_it.clone()),
        name_en: Set(step.name_en.clone()),
        seat: Set(step.seat),
        offset_working_days: Set(step.offset_working_days),
        estimated_minutes: Set(step.estimated_minutes),
        after_steps: Set(after_column(&step.after)),
        removed_at: Set(None),
    }
}

/// Lists the versions of the methodology sheet of a product, the first one first.
pub async fn sheets(db: &impl ConnectionTrait, product: ProductId) -> Result<Vec<Sheet>> {
    Ok(sheets_by_product(db, Some(product)).await?.remove(&product).unwrap_or_default())
}

/// Lists the versions of the methodology sheets by product, the first one first: of all products, or of one.
pub async fn sheets_by_product(
    db: &impl ConnectionTrait,
    only: Option<ProductId>,
) -> Result<HashMap<ProductId, Vec<Sheet>>> {
    let of = Condition::all().add_option(only.map(|product| sheet::Column::ProductId.eq(product)));
    let to_sheet = list::Entity::belongs_to(sheet::Entity).from(list::Column::SheetId).to(sheet::Column::Id);
    let mut lists: HashMap<ProductSheetId, Vec<UsedList>> = HashMap::new();
    let used = list::Entity::find()
        .join(JoinType::InnerJoin, to_sheet.into())
        .filter(of.clone())
        .order_by(list::Column::Position, Order::Asc)
        .all(db)
        .await?;
    for row in used {
        lists.entry(row.sheet_id).or_default().push(UsedList { name: row.name, edition: row.edition });
    }
    let rows = sheet::Entity::find().filter(of).order_by(sheet::Column::Number, Order::Asc).all(db).await?;
    let mut sheets: HashMap<ProductId, Vec<Sheet>> = HashMap::new();
    for row in rows {
        let from = row.from_period.parse();
        let from = from.map_err(|_| StoreError::inconsistent("product_sheet", row.id, "an unreadable period"))?;
        sheets.entry(row.product_id).or_default().push(Sheet {
            lists: lists.remove(&row.id).unwrap_or_default(),
            id: row.id,
            number: row.number,
            text_it: row.text_it,
            text_en: row.text_en,
            document_id: row.document_id,
            from,
            published_at: row.published_at.0,
        });
    }
    Ok(sheets)
}

/// Inserts a version of the methodology sheet of a product.
pub async fn insert_sheet(
    db: &impl ConnectionTrait,
    product: ProductId,
    new: &Sheet,
    by: Option<PersonId>,
) -> Result<()> {
    let row = sheet::ActiveModel {
        id: Set(new.id),
        product_id: Set(product),
        number: Set(new.number),
        text_it: Set(new.text_it.clone()),
        text_en: Set(new.text_en.clone()),
        document_id: Set(new.document_id),
        from_period: Set(new.from.to_string()),
        from_day: Set(new.from.first_day()),
        published_at: Set(new.published_at.into()),
        published_by: Set(by),
    };
    sheet::Entity::insert(row).exec_without_returning(db).await?;
    if new.lists.is_empty() {
        return Ok(());
    }
    let rows = (1..).zip(&new.lists).map(|(position, used)| list::ActiveModel {
        sheet_id: Set(new.id),
        position: Set(position),
        name: Set(used.name.clone()),
        edition: Set(used.edition.clone()),
    });
    list::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}
