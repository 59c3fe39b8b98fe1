//! The form that publishes a version of the methodology sheet, with a file.

use super::{href, only_who_may, shell_below};
use crate::catalogue::model::{Product, SHEET_CHARACTERS, Sheet, UsedList};
use crate::catalogue::policy::Action;
use crate::catalogue::service::{self, SheetIn, checked_list};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::model::ACCEPTED_FILES;
use crate::error::Result;
use crate::http::form::{self, Choice, Errors, FormState, Sent};
use crate::http::multipart::{SentWithFile, UploadedFile, at_the_file};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, Failure};
use crate::texts::Lang;
use crate::time::{Period, words};
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DocumentId;
use serde::Deserialize;
use std::collections::HashMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_sheet_form).service(publish);
}

/// Rows for the lists that a sheet uses.
const ROWS: usize = 6;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SheetForm {
    text_it: String,
    text_en: String,
    from_period: String,
    /// Id of a file kept at an earlier attempt.
    document_id: String,
    /// Name of that file, to be shown again.
    document_name: String,
    /// The lists: `list_name-1`, `list_edition-1`…
    #[serde(flatten)]
    lists: HashMap<String, String>,
}

impl SheetForm {
    /// Begins with the lists of the version before, because most of them stay.
    fn after(before: Option<&Sheet>) -> Self {
        let lists = before.map(|sheet| sheet.lists.as_slice()).unwrap_or_default();
        let row = |(number, list): (usize, &UsedList)| {
            [
                (format!("list_name-{number}"), list.name.clone()),
                (format!("list_edition-{number}"), list.edition.clone()),
            ]
        };
        Self { lists: (1..).zip(lists).flat_map(row).collect(), ..Self::default() }
    }

    fn value(&self, field: &str, number: usize) -> String {
        self.lists.get(&format!("{field}-{number}")).cloned().unwrap_or_default()
    }

    /// Returns the number of rows: all that were sent, and at least some empty ones.
    fn count(&self) -> usize {
        let sent = self.lists.keys().filter_map(|field| field.strip_prefix("list_name-")?.parse::<usize>().ok());
        sent.filter(|number| *number <= MOST_ROWS).max().unwrap_or_default().max(ROWS)
    }

    /// Keeps the uploaded file and its id in the form, so that a form refused for another reason does not need the file
    /// again.
    async fn keep(&mut self, ctx: &Ctx, file: Option<UploadedFile>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let content = file.content().map_err(at_the_file)?.clone();
        let kept = service::keep_document(ctx, &file.name, content).await.map_err(at_the_file)?;
        self.document_id = kept.id.to_string();
        self.document_name = kept.name;
        Ok(())
    }

    fn read(&self, reading: &mut Reading) -> Option<SheetIn> {
        let own = self.read_own(reading);
        let lists: Vec<Option<Option<UsedList>>> =
            (1..=self.count()).map(|number| self.read_list(reading, number)).collect();
        let lists = lists.into_iter().collect::<Option<Vec<_>>>();
        Some(SheetIn { lists: lists?.into_iter().flatten().collect(), ..own? })
    }

    /// Reads the fields that are there once.
    fn read_own(&self, reading: &mut Reading) -> Option<SheetIn> {
        let text_it = reading.text("text_it", &self.text_it, SHEET_CHARACTERS);
        let text_en = reading.optional_text("text_en", &self.text_en, SHEET_CHARACTERS);
        let from = reading.chosen::<Period>("from_period", &self.from_period);
        let document_id = reading.optionally_chosen::<DocumentId>("document", &self.document_id);
        Some(SheetIn {
            text_it: text_it?,
            text_en: text_en?,
            lists: Vec::new(),
            document_id: document_id?,
            from: from?,
        })
    }

    /// Reads one list; an empty row has none.
    fn read_list(&self, reading: &mut Reading, number: usize) -> Option<Option<UsedList>> {
        let list = UsedList { name: self.value("list_name", number), edition: self.value("list_edition", number) };
        if list.name.trim().is_empty() && list.edition.trim().is_empty() {
            return Some(None);
        }
        checked_list(reading, &list).map(Some)
    }

    /// Collects the errors of all fields, those of the lists at their rows.
    fn wrong_fields(&self, lang: Lang) -> std::result::Result<Errors, Failure> {
        let mut wrong = Errors::default();
        if let Err(error) = Reading::of(|reading| self.read_own(reading)) {
            wrong.extend(Errors::from_error(lang, error)?);
        }
        for number in 1..=self.count() {
            if let Err(error) = Reading::of(|reading| self.read_list(reading, number)) {
                let number = number.to_string();
                let row = lang.f("catalogue.list_number", &[("number", &number)]);
                wrong.extend(Errors::from_error(lang, error)?.of_part(&number, &row));
            }
        }
        Ok(wrong)
    }
}

/// Most rows that a form may send; further ones are not read, and no page of the service has as many.
const MOST_ROWS: usize = 20;

#[derive(Template)]
#[template(path = "catalogue/sheet.html")]
struct SheetPage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<SheetForm>,
    periods: Vec<Choice>,
    rows: Vec<Row>,
    file_hint: String,
    accepted_files: &'static str,
}

/// The fields of a list, by their names, and their values.
struct Row {
    legend: String,
    name: (String, String),
    edition: (String, String),
}

#[get("/products/{code}/sheets/new")]
async fn show_sheet_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let product = service::product(ctx.reader(), &code).await?;
    let sheets = service::sheets(ctx.reader(), product.id).await?;
    page(&sheet_page(&ctx, &request, &product, FormState::fresh(SheetForm::after(sheets.last())))?)
}

#[post("/products/{code}/sheets/new")]
async fn publish(ctx: Ctx, request: HttpRequest, code: web::Path<String>, sent: SentWithFile<SheetForm>) -> Answer {
    only_who_may(&ctx, Action::PublishSheet)?;
    let SentWithFile { form, file } = sent;
    let form: Sent<SheetForm> = form.after(async |typed| typed.keep(&ctx, file).await).await;
    let publish = async |txn: &Txn, form: &SheetForm| {
        let input = Reading::of(|reading| form.read(reading))?;
        service::publish_sheet(&ctx, txn, &code, input).await.map_err(at_the_file)
    };
    let leads_on =
        |(product, _): (Product, Sheet)| done(&href(&product.code), FlashKind::Success, "catalogue.done_sheet");
    form::answer(&ctx, form, publish, leads_on, async |mut form: FormState<SheetForm>| {
        let product = service::product(ctx.reader(), &code).await?;
        let wrong = form.wrong_fields(ctx.lang)?;
        if !wrong.is_empty() && !form.errors.is_resumed() {
            form.errors = wrong;
        }
        Ok(sheet_page(&ctx, &request, &product, form)?)
    })
    .await
}

fn sheet_page(ctx: &Ctx, request: &HttpRequest, product: &Product, form: FormState<SheetForm>) -> Result<SheetPage> {
    only_who_may(ctx, Action::PublishSheet)?;
    let lang = ctx.lang;
    let mut periods = product.periods_around(ctx.today());
    if let Ok(held) = form.from_period.parse::<Period>()
        && !periods.contains(&held)
    {
        periods.push(held);
    }
    let row = |number: usize| {
        let field = |name: &str| (format!("{name}-{number}"), form.value(name, number));
        let legend = lang.f("catalogue.list_number", &[("number", &number.to_string())]);
        Row { legend, name: field("list_name"), edition: field("list_edition") }
    };
    let mebibytes = ctx.config().limits.document_bytes >> 20;
    Ok(SheetPage {
        shell: shell_below(ctx, request, "catalogue.publish_sheet", product),
        name: product.name(lang).to_owned(),
        href: href(&product.code),
        periods: periods.into_iter().map(|period| Choice::new(period, words::period(period, lang))).collect(),
        rows: (1..=form.count()).map(row).collect(),
        file_hint: lang.f("catalogue.file_hint", &[("limit", &mebibytes.to_string())]),
        accepted_files: ACCEPTED_FILES,
        form,
    })
}
