//! The import of dates: a file is chosen, compared and shown, and then taken over with a press.

use super::{href, only_who_may, shell_below};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::view::{CALENDAR_FILES, TABLE_FILES};
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Form, FormState, Sent};
use crate::http::multipart::{SentWithFile, UploadedFile, at_the_file};
use crate::http::page::{FlashKind, Shell, done, page, see_other};
use crate::http::sheet::{self, WrongLine};
use crate::sources::model::{Difference, Source};
use crate::sources::policy::Action;
use crate::sources::service::{self, COLUMNS, Chosen, Preview};
use crate::texts::{Label as _, Lang};
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DocumentId;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_import_form)
        .service(compare_file)
        .service(show_comparison)
        .service(take_over)
        .service(download_template);
}

/// Longest words to look for, in characters.
const CONTAINING_CHARACTERS: usize = 200;

/// Most differences shown; the number of the others is said.
const SHOWN: usize = 200;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ImportForm {
    containing: String,
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

    fn read(&self) -> Result<Chosen> {
        Reading::of(|reading| {
            let containing = reading.optional_text("containing", &self.containing, CONTAINING_CHARACTERS);
            let document = reading.chosen::<DocumentId>("document", &self.document_id);
            Some(Chosen { document: document?, containing: containing?.unwrap_or_default() })
        })
    }
}

#[derive(Template)]
#[template(path = "sources/import.html")]
struct ImportPage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<ImportForm>,
    accepted_files: String,
}

#[get("/sources/{code}/import")]
async fn show_import_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
    page(&import_page(&ctx, &request, &source, FormState::default())?)
}

/// Keeps the file and leads to its comparison. A file that cannot be read is refused here.
#[post("/sources/{code}/import")]
async fn compare_file(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    sent: SentWithFile<ImportForm>,
) -> Answer {
    only_who_may(&ctx, Action::Import)?;
    let SentWithFile { form, file } = sent;
    let kept_and_read = async |typed: &mut ImportForm| {
        typed.keep(&ctx, file).await?;
        let draft = service::read_file(&ctx, typed.read()?).await?;
        service::preview(&ctx, &code, &draft).await.map(drop)
    };
    let form: Sent<ImportForm> = form.after(kept_and_read).await;
    let compare = async |_: &Txn, form: &ImportForm| form.read();
    let leads_on = |chosen: Chosen| see_other(&comparison_href(&code, &chosen));
    form::answer(&ctx, form, compare, leads_on, async |form| {
        let source = service::dossier(&ctx, ctx.reader(), &code).await?.source;
        Ok(import_page(&ctx, &request, &source, form)?)
    })
    .await
}

fn import_page(ctx: &Ctx, request: &HttpRequest, source: &Source, form: FormState<ImportForm>) -> Result<ImportPage> {
    only_who_may(ctx, Action::Import)?;
    Ok(ImportPage {
        shell: shell_below(ctx, request, "sources.import_title", source),
        name: source.details.name.clone(),
        href: href(&source.code),
        accepted_files: format!("{TABLE_FILES},{CALENDAR_FILES}"),
        form,
    })
}

fn comparison_href(code: &str, chosen: &Chosen) -> String {
    let containing = kept(&chosen.containing).map(|words| {
        let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        format!("?containing={words}")
    });
    format!("{}/import/{}{}", href(code), chosen.document, containing.unwrap_or_default())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ContainingForm {
    containing: String,
}

#[derive(Template)]
#[template(path = "sources/comparison.html")]
struct ComparisonPage {
    shell: Shell,
    name: String,
    file: String,
    action: String,
    /// Address of the form for another file.
    again: String,
    containing: String,
    lines: Vec<Line>,
    more: Option<String>,
    /// Numbers of the dates that stay as they are.
    same: String,
    wrong: Vec<WrongLine>,
}

/// A date that would be new or changed.
struct Line {
    label: String,
    before: Option<String>,
    day: String,
    state: &'static str,
    is_new: bool,
}

impl Line {
    fn of(difference: &Difference, lang: Lang) -> Self {
        let entry = difference.entry();
        Self {
            label: entry.label.clone(),
            before: difference.moved_from().map(|day| words::long_day(day, lang)),
            day: words::long_day(entry.day, lang),
            state: entry.state.label(lang),
            is_new: matches!(difference, Difference::New { .. }),
        }
    }
}

#[get("/sources/{code}/import/{draft_id:[0-9A-Fa-f-]+}")]
async fn show_comparison(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(String, DocumentId)>,
    query: web::Query<ContainingForm>,
) -> Answer {
    let (code, document) = path.into_inner();
    let chosen = Chosen { document, containing: query.into_inner().containing };
    let containing = chosen.containing.clone();
    let preview = service::preview(&ctx, &code, &service::read_file(&ctx, chosen).await?).await?;
    page(&comparison_page(&ctx, &request, preview, containing))
}

fn comparison_page(ctx: &Ctx, request: &HttpRequest, preview: Preview, containing: String) -> ComparisonPage {
    let (lang, source) = (ctx.lang, &preview.source);
    let differences = &preview.comparison.differences;
    let left = differences.len().saturating_sub(SHOWN);
    let numbers = [("same", preview.comparison.same.to_string()), ("others", preview.comparison.others.to_string())];
    ComparisonPage {
        shell: shell_below(ctx, request, "sources.comparison_title", source),
        name: source.details.name.clone(),
        file: preview.document.name.clone(),
        action: format!("{}/import/{}", href(&source.code), preview.document.id),
        again: format!("{}/import", href(&source.code)),
        containing,
        lines: differences.iter().take(SHOWN).map(|one| Line::of(one, lang)).collect(),
        more: (left > 0).then(|| lang.f("sources.more", &[("number", &left.to_string())])),
        same: lang.f("sources.stay", &numbers.each_ref().map(|(name, value)| (*name, value.as_str()))),
        wrong: preview.wrong.iter().map(|wrong| WrongLine::of(wrong, lang)).collect(),
    }
}

/// Takes over the file that was compared.
#[post("/sources/{code}/import/{draft_id:[0-9A-Fa-f-]+}")]
async fn take_over(ctx: Ctx, path: web::Path<(String, DocumentId)>, form: Form<ContainingForm>) -> Answer {
    let (code, document) = path.into_inner();
    let Form(ContainingForm { containing }, press) = form;
    let draft = service::read_file(&ctx, Chosen { document, containing }).await?;
    let work = async |txn: &Txn| service::import(&ctx, txn, &code, &draft).await;
    let leads_on = |imported: Preview| done(&href(&imported.source.code), FlashKind::Success, "sources.done_imported");
    form::press(&ctx, &press, work, leads_on).await
}

/// An example of a table with dates.
#[get("/sources/{code}/template")]
async fn download_template(ctx: Ctx, code: web::Path<String>) -> Answer {
    service::dossier(&ctx, ctx.reader(), &code).await?;
    let example = ["IV trimestre 2026", "12.03.2027", "confermata", ""];
    Ok(sheet::template(COLUMNS, &example, "date-di-una-fonte")?)
}
