//! The page of one release: its reports, its date and the story of the date.

use super::history::History;
use super::matrix::Matrix;
use super::told::told_by_party;
use super::{Answer, Line, Why, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::Progress;
use crate::error::Refusal as _;
use crate::error::Result;
use crate::http::form::{self, Form, OnlyButton, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::wording;
use crate::lifecycle::Event as _;
use crate::mail::policy as mail_policy;
use crate::mail_log::told::PartyTold;
use crate::releases::model::{Event, LIFECYCLE, When};
use crate::releases::policy::{self, Action};
use crate::releases::service;
use crate::releases::view::{
    About, Afterwards, Change, Coming, MissingChapter, ReleaseView, Report, Story, overtaken_text, overtaking,
    when_text,
};
use crate::reviews::service as reviews;
use crate::reviews::web::ReleaseLines;
use crate::texts::{Label, Lang};
use crate::time::{words, zone};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::ReleaseId;
use entity::kinds::{AmendmentKind, ProductScope, ReleaseChangeKind, ReleaseState};

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_release).service(publish).service(lead_to_release);
}

#[derive(Template)]
#[template(path = "releases/one.html")]
struct ReleasePage {
    shell: Shell,
    line: Line,
    /// Address of the release as linked data.
    linked: String,
    /// The reports that can be read; `None` until the release is published.
    reports: Option<Vec<ReportLine>>,
    /// «Non ancora sul portale: Como e Lecco.»
    unseen: Option<String>,
    /// Chapters without which it goes out.
    missing: Vec<MissingLine>,
    /// The change that a reader has to know first.
    band: Option<Band>,
    /// Warning about a day that cannot be confirmed, for those who plan.
    warning: Option<String>,
    period: String,
    territory: String,
    /// «Mancano 15 giorni lavorativi».
    notice_left: Option<String>,
    first_date: Option<String>,
    bar: Option<Bar>,
    product: ProductBox,
    /// The release of the same product that comes after it.
    next: Option<Line>,
    editions: Vec<Line>,
    /// Heading of the changes; a cancelled release has its own, because it has no date to explain.
    story: &'static str,
    changes: Vec<ChangeLine>,
    /// The dates that it has had as a drawing; `None` for one that has had only one.
    history: Option<History>,
    /// Contributions of the observatories with their steps, for readers with permission.
    matrix: Option<Matrix>,
    /// The latest mails by party, for readers of the mail log; empty before the first mail about it.
    told: Vec<PartyTold>,
    actions: Vec<ActionLink>,
    /// Checklist before it comes out, for readers with permission, until it is out.
    before: Option<Before>,
}

/// A chapter without which the release goes out.
struct MissingLine {
    /// «Capitolo mancante: Sondrio.»
    text: String,
    cause: String,
}

impl MissingLine {
    fn of(chapter: &MissingChapter, lang: Lang) -> Self {
        let text = lang.f("releases.missing_chapter", &[("place", &chapter.place)]);
        Self { text, cause: chapter.cause.clone() }
    }
}

/// Checklist before a release.
struct Before {
    list: ReleaseLines,
    /// Version for the button that publishes a release that is due and that nothing keeps back.
    publish: Option<i32>,
    forms: String,
}

impl Before {
    async fn of(ctx: &Ctx, view: &ReleaseView) -> Result<Option<Self>> {
        let release = &view.release;
        if release.state() != ReleaseState::Confirmed || !policy::may(&ctx.actor, Action::ViewChecklist) {
            return Ok(None);
        }
        let list = reviews::before_release(ctx, ctx.reader(), release.id).await?;
        let is_free = view.flags(ctx.now()).due && list.blocking.is_empty();
        let may_publish = is_free && policy::may(&ctx.actor, Action::Publish);
        Ok(Some(Self {
            list: ReleaseLines::of(&list, ctx.lang),
            publish: may_publish.then_some(release.version),
            forms: format!("/releases/{}", release.id),
        }))
    }
}

/// The product of the release: its page, its description, and the office that answers questions.
struct ProductBox {
    href: String,
    name: String,
    /// Description with the code of its language.
    description: Option<(String, &'static str)>,
    contact: String,
    address: Option<String>,
    /// «Versione 2, pubblicata il 3 marzo 2027».
    method: Option<String>,
}

/// A report on the portal.
struct ReportLine {
    href: String,
    /// The province it is about; `None` if it is about all.
    place: Option<String>,
    seen: String,
}

/// A change of the date above everything else: moved, or cancelled.
struct Band {
    kind: &'static str,
    text: String,
    why: Option<Why>,
}

/// Progress of the contributions.
struct Bar {
    done: usize,
    of: usize,
    text: String,
}

/// One entry of the history of a date.
struct ChangeLine {
    at: String,
    what: String,
    kind: &'static str,
    why: Option<Why>,
    /// Reason for a day that was not worked in all territories concerned.
    despite: Option<String>,
    /// Explanation of a date taken from a rule.
    rule: Option<String>,
    afterwards: Option<AfterwardsLine>,
    notice: Option<String>,
    /// Whether a meeting decided it; `meeting` is its page, for readers with permission.
    is_decided: bool,
    meeting: Option<String>,
    /// Words about the later change of the decided date.
    overtaken: Option<String>,
}

/// Amendment or withdrawal, as the page shows it.
struct AfterwardsLine {
    /// «Errore», or the report that was withdrawn.
    about: Option<String>,
    explanation: String,
    /// Address of the page before, if it is another one now.
    before: Option<String>,
}

/// An action open to the reader.
struct ActionLink {
    href: String,
    label: &'static str,
    kind: &'static str,
}

/// One release with the history of its date.
#[get("/rilasci/{slug}")]
async fn show_release(ctx: Ctx, request: HttpRequest, slug: web::Path<String>) -> Answer {
    let view = service::release_at(&ctx, &slug).await?;
    let owed = deliverables::seen_of_release(&ctx, view.release.id).await?;
    let editions = service::editions(&ctx, &view).await?;
    let told = told_by_party(&ctx, view.release.id, &owed).await?;
    let matrix = Matrix::of(&ctx, &view, owed).await?;
    let product = ProductBox::of(service::about(&ctx, &view).await?, &view, ctx.lang);
    let before = Before::of(&ctx, &view).await?;
    let story = service::story_of(&ctx, view).await?;
    let shown = ReleasePage::of(&ctx, &request, story, product, &editions, matrix);
    page(&ReleasePage { told, before, ..shown })
}

/// Publishes a release that is due.
#[post("/releases/{id:[0-9A-Fa-f-]+}/publish")]
async fn publish(ctx: Ctx, id: web::Path<ReleaseId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::publish_now(&ctx, txn, *id, sent.seen()?).await;
    let leads_on = |view: ReleaseView| done(&view.href(), FlashKind::Success, "releases.done_published");
    form::press(&ctx, &press, work, leads_on).await
}

/// Redirects from the id of a release to the address of its page, because links with the id are in mails and calendars.
#[get("/releases/{id:[0-9A-Fa-f-]+}")]
async fn lead_to_release(ctx: Ctx, id: web::Path<ReleaseId>) -> Answer {
    let view = service::release_of(&ctx, *id).await?;
    Ok(HttpResponse::PermanentRedirect().insert_header((LOCATION, view.href())).finish())
}

impl ProductBox {
    fn of(about: About, view: &ReleaseView, lang: Lang) -> Self {
        let method = about.sheet.as_ref().map(|sheet| {
            let (number, day) = (sheet.number.to_string(), words::date(zone::day_of(sheet.published_at), lang));
            lang.f("releases.method_version", &[("number", &number), ("day", &day)])
        });
        Self {
            name: view.product_name(lang).to_owned(),
            description: about.description(lang).map(|(text, lang)| (text.to_owned(), lang.code())),
            contact: about.contact.name,
            address: about.contact.email,
            href: about.href,
            method,
        }
    }
}

impl ReleasePage {
    fn of(
        ctx: &Ctx,
        request: &HttpRequest,
        story: Story,
        product: ProductBox,
        editions: &[ReleaseView],
        matrix: Option<Matrix>,
    ) -> Self {
        let (release, lang) = (&story.view.release, ctx.lang);
        let state = release.state();
        Self {
            shell: shell(ctx, request, story.view.title(lang)).described(description(&story.view, ctx)),
            line: Line::of(&story.view, ctx),
            linked: format!("{}/event.jsonld", story.view.href()),
            reports: (state == ReleaseState::Published)
                .then(|| story.parts.reports.iter().map(|report| ReportLine::of(report, lang)).collect()),
            unseen: (!story.unseen.is_empty())
                .then(|| lang.f("releases.report_unseen", &[("places", &words::listed(&story.unseen, lang))])),
            missing: story.parts.missing.iter().map(|one| MissingLine::of(one, lang)).collect(),
            band: Band::of(&story, lang),
            warning: warning(&story, ctx),
            period: period(&story.view, lang),
            territory: territory(&story, lang),
            notice_left: story.notice_left.map(|left| notice_left(left, lang)),
            first_date: first_date(&story.view, ctx),
            bar: Bar::of(state, story.progress, &story.absent, lang),
            product,
            next: Coming::among(editions).after(&story.view).map(|view| Line::of(view, ctx)),
            editions: editions.iter().map(|view| Line::of(view, ctx)).collect(),
            story: lang.t(match state {
                ReleaseState::Cancelled | ReleaseState::Withdrawn => "releases.story_cancelled",
                _ => "releases.story",
            }),
            changes: story.changes.iter().map(|change| ChangeLine::of(change, &story.changes, ctx)).collect(),
            history: History::of(&story, lang),
            matrix,
            told: Vec::new(),
            actions: actions(ctx, release.id, state),
            before: None,
        }
    }
}

/// Returns the warning about a provisional day that not all work, with the nearest days that all do.
fn warning(story: &Story, ctx: &Ctx) -> Option<String> {
    let closed = story.closed.as_ref().filter(|_| policy::may(&ctx.actor, Action::Confirm))?;
    let said = closed.said();
    Some(wording::text(ctx.lang, said.code, &said.params))
}

/// «Relazione territoriale, anno 2026: venerdì 19 marzo 2027, ore 10.00 (confermato).», for a link to the page.
fn description(view: &ReleaseView, ctx: &Ctx) -> String {
    let Line { title, when, state, .. } = Line::of(view, ctx);
    ctx.lang.f("releases.described", &[("title", &title), ("day", &when), ("state", state.text)])
}

/// «anno 2026: dal 1° gennaio 2026 al 31 dicembre 2026».
fn period(view: &ReleaseView, lang: Lang) -> String {
    let period = view.release.period;
    let day = |day| words::date(day, lang);
    let (from, to) = (day(period.first_day()), day(period.last_day()));
    lang.f("releases.period_days", &[("period", &words::period(period, lang)), ("from", &from), ("to", &to)])
}

/// «Lombardia: una relazione per ciascuno dei 12 osservatori territoriali».
fn territory(story: &Story, lang: Lang) -> String {
    let key = match story.view.scope {
        ProductScope::Autonomous => return story.places.join(", "),
        ProductScope::Joint if !story.is_everywhere => "releases.territory_joint_of",
        ProductScope::PerObservatory if !story.is_everywhere => "releases.territory_each_of",
        ProductScope::Joint => "releases.territory_joint",
        ProductScope::PerObservatory => "releases.territory_each",
    };
    let places = words::listed(&story.places, lang);
    lang.f(key, &[("number", &story.places.len().to_string()), ("places", &places)])
}

/// «Mancano 15 giorni lavorativi».
fn notice_left(left: i32, lang: Lang) -> String {
    let key = match left {
        0 => "releases.left_today",
        1 => "releases.left_one",
        _ => "releases.left_several",
    };
    lang.f(key, &[("span", &words::working_days(left, lang))])
}

/// Returns the date first confirmed, if the present one is another.
fn first_date(view: &ReleaseView, ctx: &Ctx) -> Option<String> {
    let flags = view.flags(ctx.now());
    let first = view.release.first_confirmed().filter(|_| flags.postponed || flags.brought_forward)?;
    Some(when_text(When::At(first.slot), ctx.lang))
}

impl ReportLine {
    fn of(report: &Report, lang: Lang) -> Self {
        let day = words::date(zone::day_of(report.seen.at), lang);
        Self {
            href: report.seen.address.clone(),
            place: report.place.clone(),
            seen: lang.f("releases.report_seen", &[("day", &day)]),
        }
    }
}

impl Band {
    /// Returns the band of a release that was cancelled, or moved since it was confirmed.
    fn of(story: &Story, lang: Lang) -> Option<Self> {
        let is_of = |kind| move |change: &&Change| change.kind == kind;
        let amended =
            |change: &&Change| matches!(&change.afterwards, Some(said) if said.kind != Some(AmendmentKind::Address));
        if let Some(last) = story.changes.iter().rev().find(amended) {
            return Self::afterwards(last, story.view.release.state(), lang);
        }
        if let Some(cancelled) = story.changes.iter().rev().find(is_of(ReleaseChangeKind::Cancelled)) {
            let day = words::date(zone::day_of(cancelled.at), lang);
            return Some(Self::with(cancelled, "danger", lang.f("releases.band_cancelled", &[("day", &day)]), lang));
        }
        let moved = story.changes.iter().rev().find(is_of(ReleaseChangeKind::Moved))?;
        let before = story.changes.iter().rev().find(|change| change.position < moved.position)?;
        let key = if before.when.first_day() <= moved.when.first_day() {
            "releases.band_postponed"
        } else {
            "releases.band_brought_forward"
        };
        let (from, to) = (when_text(before.when, lang), when_text(moved.when, lang));
        Some(Self::with(moved, "warning", lang.f(key, &[("before", &from), ("after", &to)]), lang))
    }

    /// Returns the band of a release that was amended or withdrawn after its publication.
    fn afterwards(last: &Change, state: ReleaseState, lang: Lang) -> Option<Self> {
        let said = last.afterwards.as_ref()?;
        let day = words::date(zone::day_of(last.at), lang);
        let report = said.observatory.as_ref().map_or("", |of| &of.name);
        let (key, kind) = match (state, said.kind, report) {
            (ReleaseState::Withdrawn, ..) => ("releases.band_withdrawn", "danger"),
            (_, None, _) => ("releases.band_report_withdrawn", "danger"),
            (_, Some(_), "") => ("releases.band_amended", "warning"),
            (_, Some(_), _) => ("releases.band_report_amended", "warning"),
        };
        let text = lang.f(key, &[("day", &day), ("report", report)]);
        let name = said.kind.map_or(lang.t("releases.withdrawal"), |kind| kind.label(lang));
        Some(Self { kind, text, why: Some(Why { name, text: said.explanation.clone() }) })
    }

    fn with(change: &Change, kind: &'static str, text: String, lang: Lang) -> Self {
        Self { kind, text, why: change.reason.as_ref().map(|reason| Why::of(reason, lang)) }
    }
}

impl Bar {
    /// Returns the bar of a release with several contributions; a cancelled one has none.
    fn of(state: ReleaseState, progress: Progress, absent: &[String], lang: Lang) -> Option<Self> {
        if state == ReleaseState::Cancelled || progress.total < 2 {
            return None;
        }
        let (done, of) = (progress.accepted.to_string(), progress.total.to_string());
        let counted = lang.f("releases.progress_of", &[("done", &done), ("of", &of)]);
        let key = match (state, absent.len()) {
            (_, 0) => None,
            (ReleaseState::Published, 1) => Some("releases.absent_was_one"),
            (ReleaseState::Published, _) => Some("releases.absent_were_several"),
            (_, 1) => Some("releases.absent_is_one"),
            (_, _) => Some("releases.absent_are_several"),
        };
        let text = match key {
            None => counted,
            Some(key) => format!("{counted}: {}", lang.f(key, &[("places", &words::listed(absent, lang))])),
        };
        Some(Self { done: progress.accepted, of: progress.total, text })
    }
}

/// Lists the forms that are possible in a state, and the mails about the release, for readers with permission.
fn actions(ctx: &Ctx, id: ReleaseId, state: ReleaseState) -> Vec<ActionLink> {
    let forms = [
        (Event::Confirm, Action::Confirm, "releases.confirm", "primary"),
        (Event::Improve, Action::Improve, "releases.improve", "outline-primary"),
        (Event::Correct, Action::Correct, "releases.correct", "outline-primary"),
        (Event::Move, Action::Move, "releases.move", "outline-primary"),
        (Event::Cancel, Action::Cancel, "releases.cancel", "outline-danger"),
        (Event::Amend, Action::Withdraw, "portal.amend", "outline-primary"),
        (Event::Withdraw, Action::Withdraw, "portal.withdraw", "outline-danger"),
    ];
    let told =
        ActionLink { href: format!("/mail?subject={id}"), label: ctx.lang.t("releases.told"), kind: "outline-primary" };
    forms
        .into_iter()
        .filter(|(event, action, ..)| LIFECYCLE.allows(state, *event) && policy::may(&ctx.actor, *action))
        .map(|(event, _, label, kind)| ActionLink {
            href: format!("/releases/{id}/{}", event.as_str()),
            label: ctx.lang.t(label),
            kind,
        })
        .chain(mail_policy::may(&ctx.actor, mail_policy::Action::View).then_some(told))
        .collect()
}

impl ChangeLine {
    fn of(change: &Change, all: &[Change], ctx: &Ctx) -> Self {
        let lang = ctx.lang;
        let later = overtaking(all, change.position).filter(|_| change.outcome.is_some());
        let meeting = change.outcome.as_ref().and_then(|decided| decided.meeting_id);
        let day = when_text(change.when, lang);
        Self {
            at: words::long_instant(change.at, lang),
            what: lang.f(change.kind.label_key(), &[("day", &day)]),
            kind: match change.kind {
                ReleaseChangeKind::Moved | ReleaseChangeKind::Amended => "warning",
                ReleaseChangeKind::Cancelled | ReleaseChangeKind::Withdrawn => "danger",
                ReleaseChangeKind::Published => "success",
                ReleaseChangeKind::Planned | ReleaseChangeKind::Improved | ReleaseChangeKind::Confirmed => "neutral",
            },
            why: change.reason.as_ref().map(|reason| Why::of(reason, lang)),
            despite: change.despite_non_working.clone(),
            rule: change.by_rule.as_ref().map(|said| said.text(lang).to_owned()),
            afterwards: change.afterwards.as_ref().map(|said| AfterwardsLine::of(said, lang)),
            notice: change.notice.map(|days| notice_given(days, lang)),
            is_decided: meeting.is_some(),
            overtaken: later.map(|(how, last)| overtaken_text(how, last.at, last.when, lang)),
            // The public sees that a meeting decided; only members of the table may read the meeting.
            meeting: meeting.filter(|_| ctx.actor.sits_at_the_table()).map(|id| format!("/meetings/{id}")),
        }
    }
}

impl AfterwardsLine {
    fn of(said: &Afterwards, lang: Lang) -> Self {
        let kind = said.kind.map(|kind| kind.label(lang).to_owned());
        let report = said.observatory.as_ref().map(|of| of.name.clone());
        let about: Vec<String> = [kind, report].into_iter().flatten().collect();
        Self {
            about: (!about.is_empty()).then(|| about.join(", ")),
            explanation: said.explanation.clone(),
            before: said.before.clone().filter(|_| said.before != said.after),
        }
    }
}

/// «annunciato 62 giorni lavorativi prima»; less notice than the network aims at is said.
fn notice_given(days: i32, lang: Lang) -> String {
    let key = if service::is_notice_kept(days) { "releases.notice_kept" } else { "releases.notice_short" };
    let target = crate::releases::model::NOTICE_TARGET_WORKING_DAYS.to_string();
    lang.f(key, &[("span", &words::working_days(days, lang)), ("target", &target)])
}
