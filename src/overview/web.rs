//! The pages of the overview.

mod about;
mod contribution;
mod dossier;
mod home;
mod open_data;
mod places;
mod sitemap;

use super::radar::SeatAtRisk;
use super::service::{self, Leaving, Owed, OwedFor};
use super::words as overview_words;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::model::Seat;
use crate::designations::policy::{self, Action, Subject};
use crate::designations::service::{self as register, Asked};
use crate::designations::view::Holder;
use crate::designations::web::words as register_words;
use crate::due::Obligation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::FormState;
use crate::http::page::{Badge, Shell, page, unprocessable};
use crate::jobs::web::{JobRow, job_row};
use crate::jobs::words::silence;
use crate::mail_log::web::{MailRow, mail_row};
use crate::network::model::PersonView;
use crate::releases::view::ReleaseView;
use crate::releases::web::matrix::Matrix;
use crate::releases::web::{ContributionLine, Line as ReleaseLine};
use crate::reviews::service::{self as reviews, Balls};
use crate::reviews::web::{PointLine, ReleaseLines, TurnLine};
use crate::risk::RiskKind;
use crate::tasks::model::Task;
use crate::tasks::web::{Line as TaskLine, ProposalLine};
use crate::texts::Lang;
use crate::time::{words, zone};
use crate::typed::Reading;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::BodyId;
use entity::kinds::SeatKind;
use serde::Deserialize;
use std::collections::HashSet;

/// Most seats at risk on the Monday page, most urgent first; the radar shows all of them.
const RISKS_ON_MONDAY: usize = 8;

/// Registers the pages of the overview. The pages of bodies and observatories are here because they show people, the page of
/// a contribution because it shows its tasks and its publication.
pub fn pages(cfg: &mut ServiceConfig) {
    home::pages(cfg);
    about::pages(cfg);
    sitemap::pages(cfg);
    places::pages(cfg);
    open_data::pages(cfg);
    cfg.service(show_radar)
        .service(show_monday)
        .service(dossier::show_dossier)
        .service(contribution::show_contribution);
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
    /// «3 scadenze, la prima il 24.11.2026», if there are any.
    due_summary: Option<String>,
    /// «Designazione chiesta il 29.11.2026 a …», if the body was asked.
    asked: Option<String>,
    /// Address of the button that asks the body to designate.
    request: Option<String>,
    /// Label of that button: to ask, or to ask again.
    request_label: &'static str,
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
        caption: ctx.lang.f("overview.radar_caption", &[("day", &words::short_day(day))]),
        risks,
    }
}

async fn risk_rows(ctx: &Ctx, risks: &[SeatAtRisk], day: NaiveDate) -> Result<Vec<RiskRow>> {
    let unreachable = register::unreachable_bodies(ctx).await?;
    let asked = register::asked(ctx).await?;
    Ok(risks.iter().map(|risk| risk_row(ctx, risk, day, &unreachable, asked.get(&risk.seat.id))).collect())
}

fn risk_row(
    ctx: &Ctx,
    risk: &SeatAtRisk,
    day: NaiveDate,
    unreachable: &HashSet<BodyId>,
    asked: Option<&Asked>,
) -> RiskRow {
    let seat = &risk.seat;
    let asked = asked.filter(|_| risk.kind == RiskKind::Vacant);
    // The mail says that the seat has no holder, so the button is shown only if that is so today.
    let is_to_ask = risk.kind == RiskKind::Vacant && day == ctx.today();
    let is_unreachable = unreachable.contains(&seat.body_id);
    let is_asked_today = asked.is_some_and(|asked| asked.on == ctx.today());
    let may = |action| policy::may(&ctx.actor, action, Subject { seat: seat.kind, body: seat.body_id, holder: None });
    RiskRow {
        kind: overview_words::risk_kind(risk.kind, ctx.lang),
        colour: overview_words::risk_colour(risk.kind),
        seat: register_words::seat_name(seat, ctx.lang),
        sentence: overview_words::risk(risk, ctx.lang),
        href: risk.designation_id.map(|id| format!("/designations/{id}")),
        due: risk.due_meanwhile.iter().map(|one| due_line(one, ctx.lang)).collect(),
        due_summary: due_summary(&risk.due_meanwhile, ctx.lang),
        asked: asked.map(|asked| {
            let values = [("day", words::short_day(asked.on)), ("whom", asked.addresses.join(", "))];
            ctx.lang.f("overview.asked", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }),
        request_label: ctx.lang.t(if asked.is_some() { "overview.request_again" } else { "overview.request" }),
        request: (is_to_ask && !is_unreachable && !is_asked_today && may(Action::RequestDesignation))
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

/// Returns the number of obligations and the day of the first; `None` without any.
fn due_summary(due: &[Obligation], lang: Lang) -> Option<String> {
    let first = words::short_day(due.iter().map(|one| one.due_day).min()?);
    let key = if due.len() == 1 { "overview.due_one" } else { "overview.due_several" };
    Some(lang.f(key, &[("count", &due.len().to_string()), ("day", &first)]))
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
    late: Vec<OwedGroup>,
    soon: Vec<OwedGroup>,
    /// One sentence for each source that has moved.
    moved: Vec<String>,
    leaving: Vec<LeavingRow>,
    /// The release that comes out next, with the matrix of its work.
    next: Option<(ReleaseLine, Matrix)>,
    waiting: Vec<WaitingRow>,
    /// Other days proposed for contributions, to be decided.
    proposals: Vec<ProposalLine>,
    mails: Vec<MailRow>,
    jobs: Vec<JobRow>,
    /// One sentence for each part without signs of life.
    silent: Vec<String>,
    /// One sentence for each panel that is left out because it is empty.
    in_order: Vec<&'static str>,
}

/// A number that summarises one section of the page.
struct Tile {
    number: usize,
    label: &'static str,
    href: &'static str,
    kind: &'static str,
}

/// Text keys of the sentences about empty panels, in the order of the panels.
const IN_ORDER: [&str; 8] = [
    "overview.waiting_none",
    "overview.late_none",
    "overview.week_none",
    "overview.moved_none",
    "overview.leaving_none",
    "overview.radar_none",
    "overview.stuck_none",
    "overview.failing_none",
];

/// Obligations for one release, or for none.
struct OwedGroup {
    /// Title, address and date of the release.
    release: Option<ReleaseLine>,
    rows: Vec<OwedRow>,
}

struct OwedRow {
    title: String,
    href: String,
    seat: String,
    holder: Option<Contact>,
    day: String,
    /// «5 giorni lavorativi fa», if it is late.
    late_by: Option<String>,
    /// «In ritardo fino a venerdì 12 marzo 2027», with the reason.
    late: Option<(String, String)>,
    /// «Ultimo promemoria: 24.11.2026».
    reminded: Option<String>,
    /// Address of the button that reminds the holder now.
    urge: Option<String>,
    /// Link that opens a mail to the manager of the body, about late work.
    manager: Option<ManagerLink>,
}

/// A mail to a manager that the secretariat's own program opens, with its words.
struct ManagerLink {
    name: String,
    href: String,
}

/// Name, address and phone of a holder.
struct Contact {
    name: String,
    email: String,
    phone: Option<String>,
}

/// A contribution that waits for the secretariat, or a blocked or refused task.
struct WaitingRow {
    href: String,
    whose: String,
    title: String,
    state: Badge,
    reason: Option<String>,
    day: String,
    /// Holder of the ball, for a contribution.
    turn: Option<TurnLine>,
}

/// A release due this week or overdue.
struct LeavingRow {
    line: ReleaseLine,
    accepted: usize,
    total: usize,
    /// Errors that keep it from coming out.
    blocking: Vec<PointLine>,
}

/// The secretariat's Monday list.
#[get("/monday")]
async fn show_monday(ctx: Ctx, request: HttpRequest) -> Answer {
    let monday = service::monday(&ctx).await?;
    let shown = &monday.risks[..monday.risks.len().min(RISKS_ON_MONDAY)];
    let risks = risk_rows(&ctx, shown, ctx.today()).await?;
    let next = match monday.next {
        Some((view, owed)) => Matrix::of(&ctx, &view, owed).await?.map(|matrix| (ReleaseLine::of(&view, &ctx), matrix)),
        None => None,
    };
    let balls = reviews::balls(&ctx, &monday.waiting).await?;
    let number = |groups: &[OwedFor]| groups.iter().map(|group| group.owed.len()).sum();
    let owed = |groups: Vec<OwedFor>| groups.into_iter().map(|group| owed_group(&ctx, group)).collect();
    let counts = [
        (
            monday.waiting.len() + monday.held_up.len() + monday.proposals.len(),
            "overview.tile_waiting",
            "#waiting",
            "warning",
        ),
        (number(&monday.late), "overview.tile_late", "#late", "danger"),
        (number(&monday.soon), "overview.tile_week", "#week", "info"),
        (monday.moved.iter().map(|(_, dates)| dates).sum(), "overview.tile_moved", "#moved", "warning"),
        (monday.leaving.len(), "overview.tile_leaving", "#leaving", "info"),
        (monday.risks.len(), "overview.tile_risks", "#risks", "warning"),
        (monday.stuck_mails.len(), "overview.tile_mails", "#mails", "danger"),
        (monday.failing_jobs.len() + monday.silent.len(), "overview.tile_jobs", "#jobs", "danger"),
    ];
    let tiles = counts.iter().filter(|(number, ..)| *number > 0);
    let tiles = tiles.map(|(number, label, href, kind)| Tile { number: *number, label: ctx.lang.t(label), href, kind });
    let in_order = counts.iter().zip(IN_ORDER).filter(|((number, ..), _)| *number == 0);
    page(&MondayPage {
        tiles: tiles.collect(),
        in_order: in_order.map(|(_, said)| ctx.lang.t(said)).collect(),
        shell: Shell::new(&ctx, &request, "overview.monday_title").here(),
        lead: words::long_day(ctx.today(), ctx.lang),
        risks,
        more_risks: monday.risks.len() > RISKS_ON_MONDAY,
        late: owed(monday.late),
        soon: owed(monday.soon),
        moved: monday.moved.iter().map(|(source, dates)| moved_text(source, *dates, ctx.lang)).collect(),
        leaving: monday.leaving.iter().map(|one| leaving_row(&ctx, one)).collect(),
        next,
        proposals: monday.proposals.iter().map(|one| ProposalLine::of(&ctx, &one.proposal, &one.view)).collect(),
        waiting: monday
            .waiting
            .into_iter()
            .map(|view| waiting_row(&ctx, view, &balls))
            .chain(monday.held_up.iter().map(|task| held_up_row(&ctx, task)))
            .collect(),
        mails: monday.stuck_mails.into_iter().map(|mail| mail_row(mail, ctx.lang)).collect(),
        jobs: monday.failing_jobs.into_iter().map(|job| job_row(job, ctx.lang)).collect(),
        silent: monday.silent.into_iter().map(|sign| silence(sign, ctx.lang)).collect(),
    })
}

/// «La fonte «Istat» si è spostata: 3 date da rivedere.»
fn moved_text(source: &str, dates: usize, lang: Lang) -> String {
    let key = if dates == 1 { "overview.moved_one" } else { "overview.moved_several" };
    lang.f(key, &[("source", source), ("number", &dates.to_string())])
}

fn waiting_row(ctx: &Ctx, view: DeliverableView, balls: &Balls) -> WaitingRow {
    let turn = balls.get(&view.deliverable.id).map(|ball| TurnLine::of(ball, ctx.lang));
    let title = view.release_name(ctx.lang);
    let reason = view.deliverable.stage.reason().map(str::to_owned);
    let ContributionLine { href, observatory, state, day, .. } = ContributionLine::of(view, ctx);
    WaitingRow { href, whose: observatory, title, state, reason, day, turn }
}

fn held_up_row(ctx: &Ctx, task: &Task) -> WaitingRow {
    let reason = task.stage.reason().map(str::to_owned);
    let TaskLine { href, title, place, day, state, .. } = TaskLine::of(task, ctx);
    WaitingRow { href, whose: place, title, state, reason, day, turn: None }
}

fn leaving_row(ctx: &Ctx, leaving: &Leaving) -> LeavingRow {
    let progress = leaving.progress;
    LeavingRow {
        line: ReleaseLine::of(&leaving.view, ctx),
        accepted: progress.accepted,
        total: progress.total - progress.waived - progress.left_out,
        blocking: ReleaseLines::of(&leaving.checklist, ctx.lang).blocking,
    }
}

fn owed_group(ctx: &Ctx, group: OwedFor) -> OwedGroup {
    // Below the title of the release, a step is named alone.
    let name_of = |view: &ReleaseView| {
        format!(": {}, {}", view.product_name(ctx.lang), words::period_of_name(view.release.period, ctx.lang))
    };
    let tail = group.release.as_ref().map(name_of);
    let rows = group.owed.into_iter().map(|one| owed_row(one, tail.as_deref(), ctx.lang)).collect();
    OwedGroup { release: group.release.map(|view| ReleaseLine::of(&view, ctx)), rows }
}

fn owed_row(owed: Owed, tail: Option<&str>, lang: Lang) -> OwedRow {
    let title = owed.obligation.title(lang);
    let title = tail.and_then(|tail| title.strip_suffix(tail)).unwrap_or(title).to_owned();
    let manager = owed.manager.as_ref().filter(|_| owed.days_late > 0).map(|manager| ManagerLink {
        name: manager.name(),
        href: mail_to_manager(manager, &owed.obligation, owed.holder.as_ref(), owed.days_late),
    });
    OwedRow {
        title,
        seat: owed.seat.map(|seat| register_words::seat_name(&seat, lang)).unwrap_or_default(),
        holder: owed.holder.as_ref().map(|one| Contact {
            name: one.name(),
            email: one.email.clone(),
            phone: one.phone.clone(),
        }),
        day: words::long_day(owed.obligation.due_day, lang),
        late_by: (owed.days_late > 0).then(|| words::working_days_away(-owed.days_late, lang)),
        late: owed.obligation.expected.map(|expected| {
            let day = words::long_day(expected.day, lang);
            (lang.f("tasks.late_until", &[("day", &day)]), expected.reason)
        }),
        reminded: owed.reminded_at.map(|at| words::short_day(zone::day_of(at))),
        manager,
        urge: owed.may_urge.then(|| format!("{}/remind", owed.obligation.path)),
        href: owed.obligation.path,
    }
}

/// Makes the address of a mail to a manager about late work, in the manager's language. It is no mail of the service: the
/// secretariat reads it in its own program, changes it and sends it.
fn mail_to_manager(manager: &Holder, late: &Obligation, holder: Option<&PersonView>, days_late: i32) -> String {
    let lang = manager.lang;
    let who = holder.map_or_else(|| lang.t("overview.to_manager_nobody").to_owned(), PersonView::name);
    let values = [
        ("manager", manager.name()),
        ("what", late.title(lang).to_owned()),
        ("day", words::long_day(late.due_day, lang)),
        ("days", words::working_days(days_late, lang)),
        ("who", who),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("subject", &lang.f("overview.to_manager_subject", &values))
        .append_pair("body", &lang.f("overview.to_manager_body", &values))
        .finish();
    // A blank is «%20» in such an address (RFC 6068 §5); a plus sign of the text is already «%2B».
    format!("mailto:{}?{}", manager.email, query.replace('+', "%20"))
}
