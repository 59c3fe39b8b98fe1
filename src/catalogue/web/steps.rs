//! The form of the template of steps: all steps on one page, some empty rows for new ones, a box to remove a step.

use super::{href, only_who_may, shell_below};
use crate::catalogue::model::{Product, STEP_MINUTES, STEP_OFFSETS_WORKING_DAYS, Step, StepIn};
use crate::catalogue::policy::Action;
use crate::catalogue::service::{self, checked_step, template_errors};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::http::form::{self, Choice, Errors, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, Failure};
use crate::texts::{Label, Lang};
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::kinds::SeatKind;
use serde::Deserialize;
use std::collections::HashMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_steps_form).service(save_steps);
}

/// Empty rows for new steps.
const NEW_ROWS: usize = 3;

/// Fields of a row; its number follows, after a hyphen.
const FIELDS: &[&str] =
    &["code", "name_it", "name_en", "seat", "offset_working_days", "estimated_minutes", "after", "order"];
/// Box of a row that removes its step.
const REMOVE: &str = "remove";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct StepsForm {
    /// The fields of all rows: `code-1`, `name_it-1`…
    #[serde(flatten)]
    rows: HashMap<String, String>,
}

/// Rows that were read: the number of each row, with its step.
type Read = Vec<(usize, StepIn)>;

impl StepsForm {
    fn of(steps: &[Step]) -> Self {
        let row = |(number, step): (usize, &Step)| {
            [
                ("code", step.code.clone()),
                ("name_it", step.name_it.clone()),
                ("name_en", step.name_en.clone()),
                ("seat", step.seat.to_string()),
                ("offset_working_days", step.offset_working_days.to_string()),
                ("estimated_minutes", step.estimated_minutes.to_string()),
                ("after", step.after.join(" ")),
                ("order", number.to_string()),
            ]
            .map(|(field, value)| (format!("{field}-{number}"), value))
        };
        Self { rows: (1..).zip(steps).flat_map(row).collect() }
    }

    fn value(&self, field: &str, number: usize) -> &str {
        self.rows.get(&format!("{field}-{number}")).map_or("", String::as_str)
    }

    /// Returns the number of rows: those of the present template, empty ones, and all that were sent.
    fn count(&self, present: usize) -> usize {
        let sent = self.rows.keys().filter_map(|field| field.strip_prefix("code-")?.parse::<usize>().ok());
        sent.filter(|number| *number <= MOST_ROWS).max().unwrap_or_default().max(present + NEW_ROWS)
    }

    /// Reads the rows in the order that their numbers give; rows with the same number stay as they are shown. `present` is
    /// the number of steps of the present template, which are removed only by their boxes.
    fn read(&self, reading: &mut Reading, present: usize) -> Option<Read> {
        let rows: Vec<Option<Option<(i32, usize, StepIn)>>> =
            (1..=self.count(present)).map(|number| self.read_row(reading, number, present)).collect();
        let mut rows: Vec<(i32, usize, StepIn)> =
            rows.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        rows.sort_by_key(|(order, number, _)| (*order, *number));
        Some(rows.into_iter().map(|(_, number, step)| (number, step)).collect())
    }

    /// Reads one row with its place; a removed one and an empty new one hold no step.
    fn read_row(&self, reading: &mut Reading, number: usize, present: usize) -> Option<Option<(i32, usize, StepIn)>> {
        let is_empty = FIELDS.iter().all(|field| self.value(field, number).trim().is_empty());
        if !self.value(REMOVE, number).is_empty() || (number > present && is_empty) {
            return Some(None);
        }
        let seat = reading.chosen::<SeatKind>("seat", self.value("seat", number));
        let said = |field| self.value(field, number);
        let offset = reading.number("offset_working_days", said("offset_working_days"), STEP_OFFSETS_WORKING_DAYS);
        let minutes = reading.number("estimated_minutes", said("estimated_minutes"), STEP_MINUTES);
        let order = reading.optional_number("order", said("order"), 0..=1000);
        let separators = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';');
        let after = self.value("after", number).split(separators).filter(|code| !code.is_empty());
        let typed = StepIn {
            code: self.value("code", number).to_owned(),
            name_it: self.value("name_it", number).to_owned(),
            name_en: self.value("name_en", number).to_owned(),
            seat: seat.unwrap_or(SeatKind::Referent),
            offset_working_days: offset.unwrap_or(0),
            estimated_minutes: minutes.unwrap_or(1),
            after: after.map(str::to_owned).collect(),
        };
        let step = checked_step(reading, &typed);
        seat?;
        offset?;
        minutes?;
        Some(Some((order?.unwrap_or(i32::MAX), number, step?)))
    }

    /// Collects the errors of all rows, each at the fields of its row.
    fn wrong_rows(&self, product: &Product, lang: Lang) -> std::result::Result<Errors, Failure> {
        let present = product.steps.len();
        let of_row = |number: usize| lang.f("catalogue.step_number", &[("number", &number.to_string())]);
        let mut wrong = Errors::default();
        for number in 1..=self.count(present) {
            if let Err(error) = Reading::of(|reading| self.read_row(reading, number, present)) {
                wrong.extend(Errors::from_error(lang, error)?.of_part(&number.to_string(), &of_row(number)));
            }
        }
        if !wrong.is_empty() {
            return Ok(wrong);
        }
        let Ok(rows) = Reading::of(|reading| self.read(reading, present)) else { return Ok(wrong) };
        let steps: Vec<StepIn> = rows.iter().map(|(_, step)| step.clone()).collect();
        for (at, error) in template_errors(product, &steps) {
            let number = rows.get(at).map_or(at + 1, |(number, _)| *number);
            let error = Errors::from_error(lang, Error::Invalid(vec![error]))?;
            wrong.extend(error.of_part(&number.to_string(), &of_row(number)));
        }
        Ok(wrong)
    }
}

/// Most rows that a form may send; further ones are not read, and no page of the service has as many.
const MOST_ROWS: usize = 60;

#[derive(Template)]
#[template(path = "catalogue/steps.html")]
struct StepsPage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<Versioned<StepsForm>>,
    rows: Vec<Row>,
    seats: Vec<Choice>,
}

/// A row with its fields, by their names, and their values.
struct Row {
    legend: String,
    is_new: bool,
    code: (String, String),
    name_it: (String, String),
    name_en: (String, String),
    seat: (String, String),
    offset: (String, String),
    minutes: (String, String),
    after: (String, String),
    order: (String, String),
    remove: (String, bool),
}

impl Row {
    fn of(form: &StepsForm, number: usize, present: usize, lang: Lang) -> Self {
        let field = |name: &str| (format!("{name}-{number}"), form.value(name, number).to_owned());
        let key = if number > present { "catalogue.step_new" } else { "catalogue.step_number" };
        Self {
            legend: lang.f(key, &[("number", &number.to_string())]),
            is_new: number > present,
            code: field("code"),
            name_it: field("name_it"),
            name_en: field("name_en"),
            seat: field("seat"),
            offset: field("offset_working_days"),
            minutes: field("estimated_minutes"),
            after: field("after"),
            order: field("order"),
            remove: (format!("{REMOVE}-{number}"), !form.value(REMOVE, number).is_empty()),
        }
    }
}

#[get("/products/{code}/steps")]
async fn show_steps_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let product = service::product(ctx.reader(), &code).await?;
    let form = FormState::made_of(product.version, StepsForm::of(&product.steps));
    page(&steps_page(&ctx, &request, &product, form)?)
}

#[post("/products/{code}/steps")]
async fn save_steps(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    form: Sent<Versioned<StepsForm>>,
) -> Answer {
    let save = async |txn: &Txn, version, form: &StepsForm| {
        let present = service::product(txn, &code).await?.steps.len();
        let rows = Reading::of(|reading| form.read(reading, present))?;
        let steps: Vec<StepIn> = rows.into_iter().map(|(_, step)| step).collect();
        service::replace_steps(&ctx, txn, &code, version, &steps).await
    };
    let leads_on = |product: Product| done(&href(&product.code), FlashKind::Success, "catalogue.done_steps");
    form::change(&ctx, form, save, leads_on, async |form| {
        let product = service::product(ctx.reader(), &code).await?;
        let mut form = form.beside(product.version);
        let wrong = form.wrong_rows(&product, ctx.lang)?;
        if !wrong.is_empty() && !form.errors.is_stale() && !form.errors.is_resumed() {
            form.errors = wrong;
        }
        Ok(steps_page(&ctx, &request, &product, form)?)
    })
    .await
}

fn steps_page(
    ctx: &Ctx,
    request: &HttpRequest,
    product: &Product,
    form: FormState<Versioned<StepsForm>>,
) -> Result<StepsPage> {
    only_who_may(ctx, Action::ChangeSteps)?;
    let present = product.steps.len();
    let rows = (1..=form.count(present)).map(|number| Row::of(&form, number, present, ctx.lang));
    Ok(StepsPage {
        shell: shell_below(ctx, request, "catalogue.change_steps", product),
        name: product.name(ctx.lang).to_owned(),
        href: href(&product.code),
        rows: rows.collect(),
        seats: SeatKind::ALL.iter().map(|kind| Choice::new(kind, kind.label(ctx.lang))).collect(),
        form,
    })
}
