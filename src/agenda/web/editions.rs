//! Pages of the adopted editions: the list with the form to adopt one, and one edition with its differences.

use crate::agenda::api::numbered;
use crate::agenda::model::Span;
use crate::agenda::policy::{self, Action};
use crate::agenda::service::{self, Difference, Edition, Entry, Horizon, Measures, TITLE_CHARACTERS};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::meetings::service as meetings;
use crate::meetings::view::Decision;
use crate::releases::model::NOTICE_TARGET_WORKING_DAYS;
use crate::releases::view::when_text;
use crate::releases::web::state_badge;
use crate::texts::Lang;
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::{Datelike as _, Months};
use entity::ids::OutcomeId;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_editions).service(adopt_edition).service(show_edition);
}

/// Most editions on the page.
const EDITIONS: u64 = 100;
/// Decisions from which the one that adopts an edition is chosen: those of about a year.
const DECISIONS: u64 = 40;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AdoptForm {
    title: String,
    from: String,
    to: String,
    /// Id of the decision of the table, or nothing.
    outcome_id: String,
}

impl AdoptForm {
    fn read(&self, reading: &mut Reading) -> Option<(String, Span, Option<OutcomeId>)> {
        let title = reading.text("title", &self.title, TITLE_CHARACTERS);
        let from = reading.month("from", &self.from);
        let to = reading.month("to", &self.to);
        let decided = kept(&self.outcome_id).map(|id| reading.chosen::<OutcomeId>("outcome_id", &id));
        let span = Span::new(from?, to?);
        let outcome = match decided {
            Some(id) => Some(id?),
            None => None,
        };
        Some((title?, reading.take(span)?, outcome))
    }
}

#[derive(Template)]
#[template(path = "agenda/editions.html")]
struct EditionsPage {
    shell: Shell,
    editions: Vec<EditionLine>,
    /// The form to adopt the next one, for those who may.
    form: Option<FormState<AdoptForm>>,
    /// The latest decisions of the table, for the form.
    decisions: Vec<Choice>,
    measures: MeasuresLines,
}

/// Measures of the agenda in words.
struct MeasuresLines {
    horizon: &'static str,
    /// The products of which a release is missing soon.
    missing: Vec<String>,
    notice: String,
}

impl MeasuresLines {
    async fn of(ctx: &Ctx) -> Result<Self> {
        let (catalogue, lang) = (ctx.recall(&Catalogue).await?, ctx.lang);
        let Measures { horizons, notices } = service::measures(ctx).await?;
        let line = |one: &Horizon| {
            let product = catalogue.iter().find(|product| product.id == one.product)?.name(lang);
            Some(match one.missing_from {
                Some(day) => lang.f("agenda.horizon_line", &[("product", product), ("day", &words::date(day, lang))]),
                None => lang.f("agenda.horizon_empty_product", &[("product", product)]),
            })
        };
        let mut missing: Vec<String> = horizons.iter().filter(|one| !one.is_kept()).filter_map(line).collect();
        missing.dedup();
        let counted = [notices.in_time, notices.announced].map(|number| number.to_string());
        let target = NOTICE_TARGET_WORKING_DAYS.to_string();
        let said = [("kept", counted[0].as_str()), ("all", &counted[1]), ("target", &target)];
        Ok(Self {
            horizon: lang.t(if missing.is_empty() { "agenda.horizon_kept" } else { "agenda.horizon_short" }),
            missing,
            notice: match notices.announced {
                0 => lang.t("agenda.notice_nothing").to_owned(),
                _ => lang.f("agenda.notice_counted", &said),
            },
        })
    }
}

struct EditionLine {
    number: i32,
    href: String,
    title: String,
    span: String,
    adopted: String,
    /// «Adottata dal Tavolo nella seduta del 12 gennaio 2027».
    how: String,
}

impl EditionLine {
    fn of(edition: &Edition, lang: Lang) -> Self {
        let (from, to) = edition.days;
        let number = edition.number.to_string();
        Self {
            number: edition.number,
            href: format!("/agenda/editions/{number}"),
            title: lang.f("agenda.edition", &[("number", &number), ("title", &edition.title)]),
            span: format!("{} – {}", words::month_year(from, lang), words::month_year(to, lang)),
            adopted: words::long_instant(edition.adopted_at, lang),
            how: match edition.decided {
                Some(decided) => lang.f("agenda.decided", &[("day", &words::date(decided.day, lang))]),
                None => lang.t("agenda.by_secretariat").to_owned(),
            },
        }
    }
}

#[get("/agenda/editions")]
async fn show_editions(ctx: Ctx, request: HttpRequest) -> Answer {
    let year = (ctx.today() + Months::new(6)).year();
    let title = ctx.lang.f("agenda.title_of_year", &[("year", &year.to_string())]);
    let form = AdoptForm { title, from: format!("{year}-01"), to: format!("{year}-12"), ..AdoptForm::default() };
    page(&editions_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/agenda/editions")]
async fn adopt_edition(ctx: Ctx, request: HttpRequest, form: Sent<AdoptForm>) -> Answer {
    let adopt = async |txn: &Txn, form: &AdoptForm| {
        let (title, span, outcome) = Reading::of(|reading| form.read(reading))?;
        service::adopt(&ctx, txn, span, &title, outcome).await
    };
    let leads_on = |edition: Edition| {
        done(&format!("/agenda/editions/{}", edition.number), FlashKind::Success, "agenda.done_adopted")
    };
    form::answer(&ctx, form, adopt, leads_on, async |form| Ok(editions_page(&ctx, &request, form).await?)).await
}

async fn editions_page(ctx: &Ctx, request: &HttpRequest, form: FormState<AdoptForm>) -> Result<EditionsPage> {
    let editions = service::editions(ctx, None, EDITIONS).await?;
    let may_adopt = policy::may(&ctx.actor, Action::Adopt);
    Ok(EditionsPage {
        measures: MeasuresLines::of(ctx).await?,
        decisions: if may_adopt { decisions(ctx).await? } else { Vec::new() },
        shell: Shell::new(ctx, request, "agenda.editions_title")
            .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
            .here(),
        editions: editions.iter().map(|edition| EditionLine::of(edition, ctx.lang)).collect(),
        form: may_adopt.then_some(form),
    })
}

/// Lists the latest decisions of the table.
async fn decisions(ctx: &Ctx) -> Result<Vec<Choice>> {
    let choice = |one: Decision| {
        let day = words::date(one.line.meeting.slot.day, ctx.lang);
        let text = ctx.lang.f("agenda.of_meeting", &[("day", &day), ("text", &one.outcome.text)]);
        Choice::new(one.outcome.id, text)
    };
    Ok(meetings::decisions(ctx, DECISIONS).await?.into_iter().map(choice).collect())
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AgainstQuery {
    #[serde(default)]
    against: String,
}

#[derive(Template)]
#[template(path = "agenda/edition.html")]
struct EditionPage {
    shell: Shell,
    edition: EditionLine,
    /// Address of the meeting that adopted it, for readers with permission.
    meeting: Option<String>,
    entries: Vec<EntryLine>,
    /// Name of the state that it is compared with.
    compared: String,
    differences: Vec<DifferenceLine>,
    /// Other states to compare with.
    others: Vec<EditionLine>,
}

struct EntryLine {
    href: String,
    title: String,
    when: String,
    state: Badge,
}

impl EntryLine {
    fn of(entry: &Entry, lang: Lang) -> Self {
        Self {
            href: format!("/releases/{}", entry.release),
            title: entry.title(lang),
            when: when_text(entry.when, lang),
            state: state_badge(entry.state, lang),
        }
    }
}

struct DifferenceLine {
    href: String,
    title: String,
    what: String,
}

impl DifferenceLine {
    fn of(difference: &Difference, lang: Lang) -> Self {
        let entry = EntryLine::of(difference.entry(), lang);
        let what = match difference {
            Difference::Added(_) => lang.f("agenda.added", &[("after", &entry.when)]),
            Difference::Removed(_) => lang.f("agenda.removed", &[("before", &entry.when)]),
            Difference::Moved { before, .. } => {
                lang.f("agenda.moved", &[("before", &when_text(before.when, lang)), ("after", &entry.when)])
            }
            Difference::State { before, .. } => {
                let before = state_badge(before.state, lang).text;
                lang.f("agenda.state_changed", &[("before", before), ("after", entry.state.text)])
            }
        };
        Self { href: entry.href, title: entry.title, what }
    }
}

#[get("/agenda/editions/{number:[0-9]+}")]
async fn show_edition(
    ctx: Ctx,
    request: HttpRequest,
    number: web::Path<String>,
    query: web::Query<AgainstQuery>,
) -> Answer {
    let lang = ctx.lang;
    let (edition, entries) = service::edition(&ctx, numbered(&number)?).await?;
    let against = match query.against.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::field("against", Code::UnknownValue))?),
    };
    let differences = service::differences_from(&ctx, edition.number, against).await?;
    let line = EditionLine::of(&edition, lang);
    let mut others = service::editions(&ctx, None, EDITIONS).await?;
    others.retain(|other| other.number > edition.number);
    let compared = others.iter().find(|other| Some(other.number) == against);
    page(&EditionPage {
        shell: Shell::titled(&ctx, &request, line.title.clone())
            .crumb(lang.t("releases.calendar_title"), "/calendar")
            .crumb(lang.t("agenda.editions_title"), "/agenda/editions")
            .here(),
        entries: entries.iter().map(|entry| EntryLine::of(entry, lang)).collect(),
        compared: compared
            .map_or_else(|| lang.t("agenda.today").to_owned(), |other| EditionLine::of(other, lang).title),
        meeting: edition
            .decided
            .filter(|_| ctx.actor.sits_at_the_table())
            .map(|decided| format!("/meetings/{}", decided.meeting)),
        differences: differences.iter().map(|one| DifferenceLine::of(one, lang)).collect(),
        others: others.iter().map(|other| EditionLine::of(other, lang)).collect(),
        edition: line,
    })
}
