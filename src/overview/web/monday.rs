//! The secretariat's Monday list.

use super::{RiskRow, risk_rows};
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::view::Holder;
use crate::designations::web::words as register_words;
use crate::due::Obligation;
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page};
use crate::jobs::web::{JobRow, job_row};
use crate::jobs::words::silence;
use crate::letters;
use crate::mail_log::web::{MailRow, mail_row};
use crate::network::model::PersonView;
use crate::overview::service::{self, Leaving, Owed, OwedFor};
use crate::releases::view::ReleaseView;
use crate::releases::web::matrix::Matrix;
use crate::releases::web::{ContributionLine, Line as ReleaseLine};
use crate::reviews::service::{self as reviews, Balls};
use crate::reviews::web::{PointLine, ReleaseLines, TurnLine};
use crate::tasks::model::Task;
use crate::tasks::web::{Line as TaskLine, ProposalLine};
use crate::texts::Lang;
use crate::time::{words, zone};
use actix_web::{HttpRequest, get};
use askama::Template;

/// Most seats at risk on the Monday page, most urgent first; the radar shows all of them.
const RISKS_ON_MONDAY: usize = 8;

/// Most contributions and tasks that wait for the secretariat on the Monday page; the list of work shows all of them.
const WAITING_ON_MONDAY: usize = 20;

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
    /// «Qui sono i primi 20 di 57.», if the list of work shows more.
    more_waiting: Option<String>,
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
pub(super) async fn show_monday(ctx: Ctx, request: HttpRequest) -> Answer {
    let monday = service::monday(&ctx).await?;
    let shown = &monday.risks[..monday.risks.len().min(RISKS_ON_MONDAY)];
    let risks = risk_rows(&ctx, shown, ctx.today()).await?;
    let next = match monday.next {
        Some((view, owed)) => Matrix::of(&ctx, &view, owed).await?.map(|matrix| (ReleaseLine::of(&view, &ctx), matrix)),
        None => None,
    };
    let waits = monday.waiting.len() + monday.held_up.len();
    let (waiting, held_up) = first_of(monday.waiting, &monday.held_up);
    let balls = reviews::balls(&ctx, &waiting).await?;
    let number = |groups: &[OwedFor]| groups.iter().map(|group| group.owed.len()).sum();
    let owed = |groups: Vec<OwedFor>| groups.into_iter().map(|group| owed_group(&ctx, group)).collect();
    let counts = [
        (waits + monday.proposals.len(), "overview.tile_waiting", "#waiting", "warning"),
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
        waiting: waiting
            .into_iter()
            .map(|view| waiting_row(&ctx, view, &balls))
            .chain(held_up.iter().map(|task| held_up_row(&ctx, task)))
            .collect(),
        more_waiting: (waits > WAITING_ON_MONDAY).then(|| more_waiting(waits, ctx.lang)),
        mails: monday.stuck_mails.into_iter().map(|mail| mail_row(mail, ctx.lang)).collect(),
        jobs: monday.failing_jobs.into_iter().map(|job| job_row(job, ctx.lang)).collect(),
        silent: monday.silent.into_iter().map(|sign| silence(sign, ctx.lang)).collect(),
    })
}

/// Returns those that the page lists: the contributions first, then refused and blocked tasks.
fn first_of(mut waiting: Vec<DeliverableView>, held_up: &[Task]) -> (Vec<DeliverableView>, &[Task]) {
    waiting.truncate(WAITING_ON_MONDAY);
    let left = WAITING_ON_MONDAY - waiting.len();
    let tasks = held_up.get(..left).unwrap_or(held_up);
    (waiting, tasks)
}

/// «Qui sono i primi 20 di 57.»
fn more_waiting(all: usize, lang: Lang) -> String {
    let values = [("shown", WAITING_ON_MONDAY.to_string()), ("all", all.to_string())];
    lang.f("overview.waiting_more", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
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
    format!("{}?{}", letters::mailto(&manager.email), query.replace('+', "%20"))
}
