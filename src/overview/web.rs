//! The pages of the overview.

mod contribution;
mod dossier;

use super::policy as rights;
use super::radar::SeatAtRisk;
use super::service::{self, Leaving, Owed};
use super::words as overview_words;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service as register;
use crate::designations::web::words as register_words;
use crate::designations::web::{SeatsBlock, seats_of_body, seats_of_observatory};
use crate::due::Obligation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::FormState;
use crate::http::page::{Badge, Shell, page, unprocessable};
use crate::jobs::web::{JobRow, job_row};
use crate::jobs::words::silence;
use crate::mail_log::web::{MailRow, mail_row};
use crate::network::web::{BodyFacts, ObservatoryFacts, body_facts, observatory_facts, shell_below_network};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::web::{ContributionLine, Line as ReleaseLine};
use crate::risk::RiskKind;
use crate::tasks::model::Task;
use crate::tasks::web::Line as TaskLine;
use crate::texts::Lang;
use crate::time::words;
use crate::typed::Reading;
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::BodyId;
use entity::kinds::SeatKind;
use serde::Deserialize;
use std::collections::HashSet;

/// Most seats at risk on the Monday page, most urgent first; the radar shows all of them.
const RISKS_ON_MONDAY: usize = 8;

/// Most coming releases on the home page; the calendar shows all of them.
const RELEASES_ON_HOME: u64 = 5;

/// Registers the pages of the overview. The pages of bodies and observatories are here because they show people, the page of
/// a contribution because it shows its tasks and its publication.
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(home)
        .service(privacy)
        .service(show_radar)
        .service(show_monday)
        .service(dossier::show_dossier)
        .service(contribution::show_contribution)
        .service(show_body)
        .service(show_observatory);
}

#[derive(Template)]
#[template(path = "overview/home.html")]
struct HomePage {
    shell: Shell,
    /// Links for the reader; none for the public.
    errands: Vec<Errand>,
    releases: Vec<ReleaseLine>,
}

/// A task of the reader, as a link.
struct Errand {
    label: String,
    text: String,
    href: String,
}

/// Shows the home page: what the service is, the next releases, and for participants their tasks.
#[get("/")]
async fn home(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&HomePage {
        shell: Shell::new(&ctx, &request, "overview.home_title"),
        errands: errands(&ctx).await?,
        releases: next_releases(&ctx).await?,
    })
}

/// Returns the next releases, cancelled ones included, because a reader may be waiting for one.
async fn next_releases(ctx: &Ctx) -> Result<Vec<ReleaseLine>> {
    let filter = ReleaseFilter { from: Some(ctx.today()), ..ReleaseFilter::default() };
    let next = releases::list(ctx.reader(), &filter, None, RELEASES_ON_HOME).await?;
    Ok(next.iter().map(|view| ReleaseLine::of(view, ctx)).collect())
}

async fn errands(ctx: &Ctx) -> Result<Vec<Errand>> {
    let mut errands = Vec::new();
    let may = |action| rights::may(&ctx.actor, action);
    if may(rights::Action::ViewMonday) {
        errands.push(errand(ctx, "overview.errand_monday", "overview.errand_monday_text", "/monday"));
    }
    if may(rights::Action::ViewRadar) {
        errands.push(errand(ctx, "overview.errand_radar", "overview.errand_radar_text", "/radar"));
    }
    errands.extend(empty_seats(ctx).await?);
    if may(rights::Action::ViewDossiers) {
        let open = service::own_obligations(ctx).await?;
        let text = match open.first() {
            None => ctx.lang.t("overview.errand_dossier_text").to_owned(),
            Some(first) => ctx.lang.f(
                "overview.errand_dossier_open",
                &[
                    ("number", &open.len().to_string()),
                    ("title", first.title(ctx.lang)),
                    ("day", &words::date(first.due_day, ctx.lang)),
                ],
            ),
        };
        let label = ctx.lang.t("overview.errand_dossier").to_owned();
        errands.push(Errand { label, text, href: "/dossier".to_owned() });
    }
    if ctx.actor.holds(SeatKind::BodyManager) {
        errands.push(errand(ctx, "overview.errand_designate", "overview.errand_designate_text", "/designations/new"));
    }
    Ok(errands)
}

fn errand(ctx: &Ctx, label: &str, text: &str, href: &str) -> Errand {
    Errand { label: ctx.lang.t(label).to_owned(), text: ctx.lang.t(text).to_owned(), href: href.to_owned() }
}

/// Returns the vacant referents' seats of the bodies that the reader manages.
async fn empty_seats(ctx: &Ctx) -> Result<Vec<Errand>> {
    let managed: Vec<_> =
        ctx.actor.seats.iter().filter(|held| held.kind == SeatKind::BodyManager).map(|held| held.body_id).collect();
    if managed.is_empty() {
        return Ok(Vec::new());
    }
    let held = register::all_holders(ctx.reader(), ctx.today()).await?;
    let seats = register::seats(ctx.reader()).await?;
    let empty = seats.into_iter().filter(|seat| {
        seat.kind == SeatKind::Referent
            && managed.contains(&seat.body_id)
            && held.iter().all(|one| one.seat.id != seat.id)
    });
    Ok(empty
        .map(|seat| Errand {
            label: ctx.lang.f("overview.errand_empty", &[("seat", &register_words::seat_name(&seat, ctx.lang))]),
            text: ctx.lang.t("overview.errand_empty_text").to_owned(),
            href: format!("/designations/new?seat={}", seat.code),
        })
        .collect())
}

#[derive(Template)]
#[template(path = "overview/privacy.html")]
struct PrivacyPage {
    shell: Shell,
    controller: String,
}

/// The notice on personal data (GDPR art. 13).
#[get("/privacy")]
async fn privacy(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&PrivacyPage {
        shell: Shell::new(&ctx, &request, "overview.privacy_title").here(),
        controller: ctx.config().pages.data_controller.clone(),
    })
}

#[derive(Template)]
#[template(path = "overview/radar.html")]
struct RadarPage {
    shell: Shell,
    form: FormState<DayForm>,
    caption: String,
    risks: Vec<RiskRow>,
}

/// One risk with its obligations and possible actions.
struct RiskRow {
    kind: &'static str,
    colour: &'static str,
    seat: String,
    sentence: String,
    /// Page of the designation concerned.
    href: Option<String>,
    due: Vec<DueLine>,
    /// Address of the button that asks the body to designate.
    request: Option<String>,
    /// Data to be entered before the body can be asked, because no mail would reach it.
    missing: Option<Missing>,
    remedy: Option<Remedy>,
}

/// Data missing for asking a body by mail, each with the form to enter it.
struct Missing {
    text: &'static str,
    links: Vec<Remedy>,
}

/// An action the reader can take at once.
struct Remedy {
    label: &'static str,
    href: String,
}

struct DueLine {
    title: String,
    day: String,
    href: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct DayForm {
    #[serde(default)]
    on: String,
}

impl DayForm {
    fn understood(&self) -> Result<Option<NaiveDate>> {
        Reading::of(|reading| reading.optional_day("on", &self.on))
    }
}

/// The vacancy radar.
#[get("/radar")]
async fn show_radar(ctx: Ctx, request: HttpRequest, query: Query<DayForm>) -> Answer {
    let typed = query.into_inner();
    let on = match typed.understood() {
        Ok(on) => on,
        Err(error) => {
            // The right is checked before the day is called wrong.
            service::radar(&ctx, None).await?;
            let form = FormState::refused(typed, ctx.lang, error)?;
            return unprocessable(&radar_page(&ctx, &request, form, ctx.today(), Vec::new()));
        }
    };
    let risks = service::radar(&ctx, on).await?;
    let day = on.unwrap_or_else(|| ctx.today());
    let rows = risk_rows(&ctx, &risks, day).await?;
    page(&radar_page(&ctx, &request, FormState::fresh(typed), day, rows))
}

fn radar_page(
    ctx: &Ctx,
    request: &HttpRequest,
    form: FormState<DayForm>,
    day: NaiveDate,
    risks: Vec<RiskRow>,
) -> RadarPage {
    RadarPage {
        shell: Shell::new(ctx, request, "overview.radar_title").here(),
        form,
        caption: ctx.lang.f("overview.radar_caption", &[("day", &words::long_day(day, ctx.lang))]),
        risks,
    }
}

async fn risk_rows(ctx: &Ctx, risks: &[SeatAtRisk], day: NaiveDate) -> Result<Vec<RiskRow>> {
    let unreachable = register::unreachable_bodies(ctx).await?;
    Ok(risks.iter().map(|risk| risk_row(ctx, risk, day, &unreachable)).collect())
}

fn risk_row(ctx: &Ctx, risk: &SeatAtRisk, day: NaiveDate, unreachable: &HashSet<BodyId>) -> RiskRow {
    let seat = &risk.seat;
    // The mail says that the seat has no holder, so the button is shown only if that is so today.
    let is_to_ask = risk.kind == RiskKind::Vacant && day == ctx.today();
    let is_unreachable = unreachable.contains(&seat.body_id);
    let may = |action| policy::may(&ctx.actor, action, Subject { seat: seat.kind, body: seat.body_id, holder: None });
    RiskRow {
        kind: overview_words::risk_kind(risk.kind, ctx.lang),
        colour: overview_words::risk_colour(risk.kind),
        seat: register_words::seat_name(seat, ctx.lang),
        sentence: overview_words::risk(risk, ctx.lang),
        href: risk.designation_id.map(|id| format!("/designations/{id}")),
        due: risk.due_meanwhile.iter().map(|one| due_line(one, ctx.lang)).collect(),
        request: (is_to_ask && !is_unreachable && may(Action::RequestDesignation))
            .then(|| format!("/seats/{}/request-designation", seat.code)),
        missing: (is_to_ask && is_unreachable && may(Action::RequestDesignation)).then(|| missing(seat, ctx.lang)),
        remedy: remedy(risk, may(Action::Designate), ctx.lang),
    }
}

/// Returns the missing data of a vacant seat's body: its certified mailbox or, for another seat, its manager.
fn missing(seat: &Seat, lang: Lang) -> Missing {
    let mailbox =
        Remedy { label: lang.t("network.pec_enter"), href: format!("/network/bodies/{}/pec", seat.body_code) };
    let manager = Remedy {
        label: lang.t("overview.designate_manager"),
        href: format!("/designations/new?seat={}:{}", SeatKind::BodyManager, seat.body_code),
    };
    let links = std::iter::once(mailbox).chain((seat.kind != SeatKind::BodyManager).then_some(manager)).collect();
    Missing { text: lang.t("overview.request_missing"), links }
}

/// Returns the remedy of a risk: a new designation, a deputy, or the page of the holder.
fn remedy(risk: &SeatAtRisk, may_designate: bool, lang: Lang) -> Option<Remedy> {
    let seat = &risk.seat.code;
    let designate = |label, seat: &str| {
        may_designate.then(|| Remedy { label: lang.t(label), href: format!("/designations/new?seat={seat}") })
    };
    match risk.kind {
        RiskKind::Vacant | RiskKind::Expiring | RiskKind::VacantLater => designate("overview.designate", seat),
        RiskKind::Uncovered => designate("overview.designate_deputy", &seat.replace("referent:", "deputy:")),
        RiskKind::Bounced | RiskKind::Silent => risk
            .designation_id
            .map(|id| Remedy { label: lang.t("overview.open_designation"), href: format!("/designations/{id}") }),
    }
}

fn due_line(obligation: &Obligation, lang: Lang) -> DueLine {
    DueLine {
        title: obligation.title(lang).to_owned(),
        day: words::long_day(obligation.due_day, lang),
        href: obligation.path.clone(),
    }
}

#[derive(Template)]
#[template(path = "overview/monday.html")]
struct MondayPage {
    shell: Shell,
    lead: String,
    tiles: Vec<Tile>,
    risks: Vec<RiskRow>,
    /// Whether the radar shows more.
    more_risks: bool,
    late: Vec<OwedRow>,
    this_week: Vec<OwedRow>,
    leaving: Vec<LeavingRow>,
    waiting: Vec<WaitingRow>,
    mails: Vec<MailRow>,
    jobs: Vec<JobRow>,
    /// One sentence for each part without signs of life.
    silent: Vec<String>,
}

/// A number that summarises one section of the page.
struct Tile {
    number: usize,
    label: &'static str,
    href: &'static str,
    kind: &'static str,
}

/// Makes a tile: green for zero, otherwise in the given colour.
fn tile(number: usize, label: &'static str, href: &'static str, otherwise: &'static str) -> Tile {
    Tile { number, label, href, kind: if number == 0 { "success" } else { otherwise } }
}

struct OwedRow {
    title: String,
    href: String,
    seat: String,
    holder: Option<String>,
    day: String,
}

/// A contribution that waits for the secretariat, or a blocked task.
struct WaitingRow {
    href: String,
    whose: String,
    title: String,
    state: Badge,
    reason: Option<String>,
    day: String,
}

/// A release due this week or overdue.
struct LeavingRow {
    line: ReleaseLine,
    accepted: usize,
    total: usize,
}

/// The secretariat's Monday list.
#[get("/monday")]
async fn show_monday(ctx: Ctx, request: HttpRequest) -> Answer {
    let monday = service::monday(&ctx).await?;
    let shown = &monday.risks[..monday.risks.len().min(RISKS_ON_MONDAY)];
    let risks = risk_rows(&ctx, shown, ctx.today()).await?;
    let owed = |open: Vec<Owed>| open.into_iter().map(|one| owed_row(one, ctx.lang)).collect();
    let tiles = vec![
        tile(monday.late.len(), ctx.lang.t("overview.tile_late"), "#late", "danger"),
        tile(monday.risks.len(), ctx.lang.t("overview.tile_risks"), "#risks", "warning"),
        tile(monday.this_week.len(), ctx.lang.t("overview.tile_week"), "#week", "info"),
        tile(monday.leaving.len(), ctx.lang.t("overview.tile_leaving"), "#leaving", "info"),
        tile(monday.waiting.len() + monday.blocked.len(), ctx.lang.t("overview.tile_waiting"), "#waiting", "warning"),
        tile(monday.stuck_mails.len(), ctx.lang.t("overview.tile_mails"), "#mails", "danger"),
        tile(monday.failing_jobs.len() + monday.silent.len(), ctx.lang.t("overview.tile_jobs"), "#jobs", "danger"),
    ];
    page(&MondayPage {
        tiles,
        shell: Shell::new(&ctx, &request, "overview.monday_title").here(),
        lead: words::long_day(ctx.today(), ctx.lang),
        risks,
        more_risks: monday.risks.len() > RISKS_ON_MONDAY,
        late: owed(monday.late),
        this_week: owed(monday.this_week),
        leaving: monday.leaving.iter().map(|one| leaving_row(&ctx, one)).collect(),
        waiting: monday
            .waiting
            .into_iter()
            .map(|view| waiting_row(&ctx, view))
            .chain(monday.blocked.iter().map(|task| blocked_row(&ctx, task)))
            .collect(),
        mails: monday.stuck_mails.into_iter().map(|mail| mail_row(mail, ctx.lang)).collect(),
        jobs: monday.failing_jobs.into_iter().map(|job| job_row(job, ctx.lang)).collect(),
        silent: monday.silent.into_iter().map(|sign| silence(sign, ctx.lang)).collect(),
    })
}

fn waiting_row(ctx: &Ctx, view: DeliverableView) -> WaitingRow {
    let title = format!("{}, {}", view.product_name(ctx.lang), view.period);
    let reason = view.deliverable.stage.reason().map(str::to_owned);
    let ContributionLine { href, observatory, state, day, .. } = ContributionLine::of(view, ctx);
    WaitingRow { href, whose: observatory, title, state, reason, day }
}

fn blocked_row(ctx: &Ctx, task: &Task) -> WaitingRow {
    let reason = task.stage.reason().map(str::to_owned);
    let TaskLine { href, title, place, day, state, .. } = TaskLine::of(task, ctx);
    WaitingRow { href, whose: place, title, state, reason, day }
}

fn leaving_row(ctx: &Ctx, leaving: &Leaving) -> LeavingRow {
    let progress = leaving.progress;
    LeavingRow {
        line: ReleaseLine::of(&leaving.view, ctx),
        accepted: progress.accepted,
        total: progress.total - progress.waived,
    }
}

fn owed_row(owed: Owed, lang: Lang) -> OwedRow {
    OwedRow {
        title: owed.obligation.title(lang).to_owned(),
        seat: owed.seat.map(|seat| register_words::seat_name(&seat, lang)).unwrap_or_default(),
        holder: owed.holder,
        day: words::long_day(owed.obligation.due_day, lang),
        href: owed.obligation.path,
    }
}

#[derive(Template)]
#[template(path = "overview/body.html")]
struct BodyPage {
    shell: Shell,
    facts: BodyFacts,
    seats: Option<SeatsBlock>,
}

#[derive(Template)]
#[template(path = "overview/observatory.html")]
struct ObservatoryPage {
    shell: Shell,
    facts: ObservatoryFacts,
    seats: Option<SeatsBlock>,
}

/// Shows one body; for participants with the holders of its seats.
#[get("/network/bodies/{code}")]
async fn show_body(ctx: Ctx, request: HttpRequest, code: Path<String>) -> Answer {
    let facts = body_facts(&ctx, &code).await?;
    let shell = shell_below_network(&ctx, &request, facts.body.name.clone());
    let seats = seats_of_body(&ctx, facts.body.id, &facts.body.code).await?;
    page(&BodyPage { shell, facts, seats })
}

/// Shows one observatory; for participants with the people in it.
#[get("/network/observatories/{code}")]
async fn show_observatory(ctx: Ctx, request: HttpRequest, code: Path<String>) -> Answer {
    let facts = observatory_facts(&ctx, &code).await?;
    let shell = shell_below_network(&ctx, &request, facts.observatory.name.clone());
    let seats = seats_of_observatory(&ctx, facts.observatory.id, &facts.observatory.code).await?;
    page(&ObservatoryPage { shell, facts, seats })
}
