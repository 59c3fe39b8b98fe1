//! The import of a spreadsheet with dates: a file is chosen, compared and shown, and then taken over with a press.

use crate::agenda::model::import::{Outcome, Row};
use crate::agenda::policy::{self, Action};
use crate::agenda::service::{self, COLUMNS, Preview};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::view::TABLE_FILES;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Form, FormState, OnlyButton, Sent};
use crate::http::multipart::{SentWithFile, UploadedFile, at_the_file};
use crate::http::page::{FlashKind, Shell, done, page, see_other};
use crate::http::sheet::{self, WrongLine};
use crate::network::questions::AllObservatories;
use crate::releases::view::when_text;
use crate::time::words;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DocumentId;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_import_form)
        .service(compare_file)
        .service(download_template)
        .service(show_comparison)
        .service(take_over);
}

/// Most lines shown; the number of the others is said.
const SHOWN: usize = 200;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ImportForm {
    /// Id and name of a file that was sent before.
    document_id: String,
    document_name: String,
}

impl ImportForm {
    async fn keep(&mut self, ctx: &Ctx, file: Option<UploadedFile>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let content = file.content().map_err(at_the_file)?.clone();
        let kept = service::keep_file(ctx, &file.name, content).await.map_err(at_the_file)?;
        self.document_id = kept.id.to_string();
        self.document_name = kept.name;
        Ok(())
    }

    fn read(&self) -> Result<DocumentId> {
        Reading::of(|reading| reading.chosen::<DocumentId>("document", &self.document_id))
    }
}

#[derive(Template)]
#[template(path = "agenda/import.html")]
struct ImportPage {
    shell: Shell,
    form: FormState<ImportForm>,
    accepted_files: &'static str,
}

#[get("/agenda/import")]
async fn show_import_form(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&import_page(&ctx, &request, FormState::default())?)
}

/// Keeps the file and leads to its comparison. A file that cannot be read is refused here.
#[post("/agenda/import")]
async fn compare_file(ctx: Ctx, request: HttpRequest, sent: SentWithFile<ImportForm>) -> Answer {
    only_who_may(&ctx)?;
    let SentWithFile { form, file } = sent;
    let kept_and_read = async |typed: &mut ImportForm| {
        typed.keep(&ctx, file).await?;
        let draft = service::read_file(&ctx, typed.read()?).await?;
        service::preview_import(&ctx, &draft).await.map(drop)
    };
    let form: Sent<ImportForm> = form.after(kept_and_read).await;
    let compare = async |_: &Txn, form: &ImportForm| form.read();
    let leads_on = |id: DocumentId| see_other(&format!("/agenda/import/{id}"));
    form::answer(&ctx, form, compare, leads_on, async |form| Ok(import_page(&ctx, &request, form)?)).await
}

fn import_page(ctx: &Ctx, request: &HttpRequest, form: FormState<ImportForm>) -> Result<ImportPage> {
    only_who_may(ctx)?;
    Ok(ImportPage { shell: shell(ctx, request, "agenda.import_title"), form, accepted_files: TABLE_FILES })
}

fn only_who_may(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::Import))
}

fn shell(ctx: &Ctx, request: &HttpRequest, title_key: &str) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("agenda.proposal_title"), "/agenda/proposal")
        .here()
}

/// An example of a spreadsheet.
#[get("/agenda/import/template")]
async fn download_template(ctx: Ctx) -> Answer {
    only_who_may(&ctx)?;
    let example = ["relazione-territoriale", "", "2026", "31.03.2027", "10:00", "giorno e ora"];
    Ok(sheet::template(COLUMNS, &example, "date-agenda")?)
}

#[derive(Template)]
#[template(path = "agenda/comparison.html")]
struct ComparisonPage {
    shell: Shell,
    file: String,
    action: String,
    /// Address of the form for another file.
    again: &'static str,
    lines: Vec<Line>,
    more: Option<String>,
    same: String,
    wrong: Vec<WrongLine>,
}

/// A row in the reader's words.
struct Line {
    row: usize,
    title: String,
    when: String,
    /// Present date; none for a new release.
    before: Option<String>,
}

#[get("/agenda/import/{spreadsheet_id:[0-9A-Fa-f-]+}")]
async fn show_comparison(ctx: Ctx, request: HttpRequest, id: web::Path<DocumentId>) -> Answer {
    let preview = service::preview_import(&ctx, &service::read_file(&ctx, *id).await?).await?;
    let left = preview.lines.len().saturating_sub(SHOWN);
    let mut lines = Vec::new();
    for (row, outcome) in preview.lines.iter().take(SHOWN) {
        lines.push(line(&ctx, row, outcome).await?);
    }
    page(&ComparisonPage {
        shell: shell(&ctx, &request, "agenda.comparison_title"),
        file: preview.document.name.clone(),
        action: format!("/agenda/import/{}", preview.document.id),
        again: "/agenda/import",
        lines,
        more: (left > 0).then(|| ctx.lang.f("agenda.more", &[("number", &left.to_string())])),
        same: ctx.lang.f("agenda.rows_same", &[("number", &preview.same.to_string())]),
        wrong: preview.wrong.iter().map(|wrong| WrongLine::of(wrong, ctx.lang)).collect(),
    })
}

async fn line(ctx: &Ctx, row: &Row, outcome: &Outcome) -> Result<Line> {
    let (catalogue, observatories) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllObservatories).await?);
    let product = catalogue.iter().find(|product| product.code == row.product);
    let name = product.map_or(row.product.as_str(), |product| product.name(ctx.lang));
    let title = format!("{name}, {}", words::period(row.period, ctx.lang));
    let whose = observatories.iter().find(|one| Some(&one.code) == row.observatory.as_ref());
    Ok(Line {
        row: row.number,
        title: whose.map_or_else(|| title.clone(), |one| format!("{title} ({})", one.name)),
        when: when_text(row.when, ctx.lang),
        before: match outcome {
            Outcome::Improve { from, .. } => Some(when_text(*from, ctx.lang)),
            Outcome::Plan | Outcome::Same => None,
        },
    })
}

/// Takes over the file that was compared.
#[post("/agenda/import/{spreadsheet_id:[0-9A-Fa-f-]+}")]
async fn take_over(ctx: Ctx, id: web::Path<DocumentId>, form: Form<OnlyButton>) -> Answer {
    let Form(_, press) = form;
    let draft = service::read_file(&ctx, *id).await?;
    let work = async |txn: &Txn| service::import(&ctx, txn, &draft).await;
    let leads_on = |_: Preview| done("/calendar", FlashKind::Success, "agenda.done_imported");
    form::press(&ctx, &press, work, leads_on).await
}
