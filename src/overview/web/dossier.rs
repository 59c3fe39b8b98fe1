//! The dossier: information for the new holder of each seat.

use super::super::service::{self, OpenRelease, SeatDossier};
use super::{Answer, DueLine, due_line};
use crate::auth::actor::HeldSeat;
use crate::ctx::Ctx;
use crate::designations::web::words as register_words;
use crate::designations::web::{SeatsBlock, seats_of_body, seats_of_observatory};
use crate::error::Result;
use crate::http::page::{Shell, page};
use crate::meetings::service as meetings;
use crate::meetings::view::Decision;
use crate::releases::view::overtaken_text;
use crate::releases::web::Line as ReleaseLine;
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, get};
use askama::Template;

/// Most decisions shown, latest first; the pages of the meetings show all of them.
const DECISIONS: u64 = 10;

#[derive(Template)]
#[template(path = "overview/dossier.html")]
struct DossierPage {
    shell: Shell,
    /// Key of the text below the heading; a partner reads neither of colleagues nor of decisions.
    lead: &'static str,
    seats: Vec<SeatPanel>,
    /// Latest decisions of the tables; `None` for a partner who was present at none, because others may have been taken.
    decisions: Option<Vec<DecisionLine>>,
}

/// A decision of a table.
struct DecisionLine {
    href: String,
    meeting: String,
    text: String,
    /// Words about the later change of the date it decided, with the page of the release.
    overtaken: Option<(String, String)>,
}

/// Releases shown for each seat, beside those to which its observatory contributes. The calendar shows all.
const NEXT_RELEASES: usize = 4;

/// One seat of the reader, with all its information.
struct SeatPanel {
    name: String,
    href: String,
    absence: String,
    term: String,
    act: String,
    body: String,
    open: Vec<DueLine>,
    releases: Vec<ReleaseRow>,
    /// Whether the calendar has more of them.
    more_releases: bool,
    /// Former holders; `None` for a reader who may not know of them.
    former: Option<Vec<String>>,
    /// Other people of the same observatory or body; `None` for a reader who may not know of them.
    colleagues: Option<Vec<Colleague>>,
}

/// A coming release with the state of the own contributions.
struct ReleaseRow {
    line: ReleaseLine,
    /// State of each contribution that the seat's observatory, or those of its body, owe, with its page.
    own: Vec<(String, String)>,
}

struct Colleague {
    seat: &'static str,
    name: String,
    email: String,
}

/// Shows the dossier of the reader, seat by seat.
#[get("/dossier")]
pub(super) async fn show_dossier(ctx: Ctx, request: HttpRequest) -> Answer {
    let dossiers = service::dossiers(&ctx).await?;
    let mut seats = Vec::new();
    for (held, dossier) in ctx.actor.seats.iter().zip(dossiers) {
        let colleagues = colleagues(&ctx, held, &dossier).await?;
        seats.push(seat_panel(&ctx, dossier, colleagues));
    }
    let decisions = meetings::decisions(&ctx, DECISIONS).await?;
    page(&DossierPage {
        shell: Shell::new(&ctx, &request, "overview.dossier_title").here(),
        lead: if ctx.actor.sits_at_the_table() { "overview.dossier_lead" } else { "overview.dossier_lead_partner" },
        seats,
        decisions: (ctx.actor.sits_at_the_table() || !decisions.is_empty())
            .then(|| decisions.iter().map(|one| decision_line(one, ctx.lang)).collect()),
    })
}

fn decision_line(decision: &Decision, lang: Lang) -> DecisionLine {
    let Decision { line, outcome } = decision;
    let day = words::long_day(line.meeting.slot.day, lang);
    DecisionLine {
        href: format!("/meetings/{}", line.meeting.id),
        meeting: format!("{}, {}, {day}", line.table.name(lang), line.name(lang)),
        text: outcome.text.clone(),
        overtaken: outcome.overtaken.as_ref().map(|by| (overtaken_text(by.how, by.at, by.now, lang), by.href.clone())),
    }
}

async fn colleagues(ctx: &Ctx, held: &HeldSeat, dossier: &SeatDossier) -> Result<Option<Vec<Colleague>>> {
    let seat = &dossier.designation.seat;
    let block = match (held.observatory_id, &seat.observatory_code) {
        (Some(id), Some(code)) => seats_of_observatory(ctx, id, code).await?,
        _ => seats_of_body(ctx, held.body_id, &seat.body_code).await?,
    };
    let own = Some(format!("/designations/{}", held.designation_id));
    let others = |block: SeatsBlock| {
        let held = block.lines.into_iter().filter_map(|line| line.holder.map(|holder| (line.seat, holder)));
        let others = held.filter(|(_, holder)| holder.href != own);
        others.map(|(seat, holder)| Colleague { seat, name: holder.name, email: holder.email }).collect()
    };
    Ok(block.map(others))
}

fn seat_panel(ctx: &Ctx, dossier: SeatDossier, colleagues: Option<Vec<Colleague>>) -> SeatPanel {
    let lang = ctx.lang;
    let SeatDossier { designation, open, releases, former } = dossier;
    let statement = &designation.record.statement;
    let rows = releases.iter().map(|one| release_row(ctx, one)).enumerate();
    let shown: Vec<_> = rows.filter(|(place, row)| *place < NEXT_RELEASES || !row.own.is_empty()).collect();
    SeatPanel {
        name: register_words::seat_name(&designation.seat, lang),
        href: format!("/designations/{}", designation.id),
        absence: format!("/designations/{}/unavailability", designation.id),
        term: register_words::term(statement.term, lang),
        act: register_words::act(&statement.act, lang),
        body: designation.seat.body_name.clone(),
        open: open.iter().map(|one| due_line(one, lang)).collect(),
        more_releases: shown.len() < releases.len(),
        releases: shown.into_iter().map(|(_, row)| row).collect(),
        former: (colleagues.is_some() || !former.is_empty()).then(|| {
            former.into_iter().map(|one| format!("{}, {}", one.name, register_words::term(one.term, lang))).collect()
        }),
        colleagues,
    }
}

fn release_row(ctx: &Ctx, release: &OpenRelease) -> ReleaseRow {
    let own = release.own.iter().map(|one| {
        let href = format!("/deliverables/{}", one.deliverable.id);
        let state = one.deliverable.state().label(ctx.lang);
        let values = [("state", state), ("place", one.observatory_name.as_str())];
        (ctx.lang.f("overview.dossier_own", &values), href)
    });
    ReleaseRow { line: ReleaseLine::of(&release.view, ctx), own: own.collect() }
}
