//! The pages of meetings: the list, one meeting, and the secretariat's forms (`web/forms.rs`).

mod checks;
mod forms;
mod show;

use self::checks::Checks;
use self::show::{Head, ItemRow, MeetingPage, QuorumLine, agenda_rows, guest_name};
use super::api;
use super::policy::{self, Action, Subject, Visibility};
use super::service::{self, MeetingFilter};
use super::view::{self, Line, Table};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::page::{Shell, page, see_other};
use crate::http::paging::{Page, Paging};
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::ids::{MeetingId, OutcomeId};
use entity::kinds::MeetingState;

/// Registers every page of the table.
pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(list_meetings);
    forms::pages(cfg);
    cfg.service(invite).service(show_meeting).service(show_sheet).service(show_outcome);
}

#[derive(Template)]
#[template(path = "meetings/index.html")]
pub struct ListPage {
    pub shell: Shell,
    pub rows: Vec<Row>,
    /// Text of an empty list.
    pub none: &'static str,
    pub may_prepare: bool,
    /// Tables whose meetings are listed.
    pub tables: Vec<TableLink>,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// A table with the address of its page.
pub struct TableLink {
    pub href: String,
    pub name: String,
}

/// A meeting as one line of the list.
pub struct Row {
    pub href: String,
    pub name: String,
    pub title: String,
    pub when: String,
    pub place: String,
    pub state: &'static str,
    pub state_kind: &'static str,
}

/// Returns the text of an empty list, which claims no more than the reader can see.
fn none(ctx: &Ctx) -> &'static str {
    ctx.lang.t(match policy::visibility(&ctx.actor) {
        Some(Visibility::Everything) => "meetings.none",
        Some(Visibility::Convened) => "meetings.none_convened",
        Some(Visibility::Guest(..)) | None => "meetings.none_invited",
    })
}

/// The meetings, the latest day first.
#[get("/meetings")]
async fn list_meetings(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.rows()?;
    let after = paging.after_day()?;
    let first = after.is_some().then(|| "/meetings".to_owned());
    let lines = service::list(&ctx, &MeetingFilter::default(), after, limit + 1).await?;
    let found = Page::cut(&ctx, &request, limit, lines, |last| (last.meeting.slot.day, last.meeting.id))?;
    let next = found.next_path();
    let rows = found.items.iter().map(|line| Row::of(line, ctx.lang)).collect();
    let shell = Shell::new(&ctx, &request, "meetings.title").here();
    let link = |table: &Table| TableLink { href: table_path(&table.code), name: table.name(ctx.lang).to_owned() };
    let tables = service::tables(&ctx).await?.iter().map(link).collect();
    page(&ListPage { shell, rows, none: none(&ctx), may_prepare: may(&ctx, Action::Prepare), tables, first, next })
}

/// One meeting.
#[get("/meetings/{id:[0-9A-Fa-f-]+}")]
async fn show_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = service::show(&ctx, *id).await?;
    let mut shown = MeetingPage::of(&ctx, &request, &dossier);
    if shown.actions.convene {
        shown.checks = Some(Checks::of(&ctx, &dossier.meeting, service::checklist(&ctx, *id).await?)?);
    }
    page(&shown)
}

#[derive(Template)]
#[template(path = "meetings/sheet.html")]
struct SheetPage {
    shell: Shell,
    head: Head,
    agenda: Vec<ItemRow>,
    /// Names of the parties, and of the invited partners.
    parties: Vec<String>,
}

/// The sheet of a meeting to print: agenda and signatures. Who may: those who may see the meeting.
#[get("/meetings/{id:[0-9A-Fa-f-]+}/sheet")]
async fn show_sheet(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = service::show(&ctx, *id).await?;
    let lang = ctx.lang;
    let parties = dossier.presences.iter().map(|one| one.party.name.clone());
    page(&SheetPage {
        shell: shell_below(&ctx, &request, &dossier.line(), dossier.line().name(lang)),
        head: Head::of(&dossier, lang),
        agenda: agenda_rows(&dossier, lang),
        parties: parties.chain(dossier.guests.iter().map(guest_name)).collect(),
    })
}

/// The reader's own calendar entry.
#[get("/meetings/{id:[0-9A-Fa-f-]+}/invite.ics")]
async fn invite(ctx: Ctx, id: web::Path<MeetingId>) -> Answer {
    api::invite(&ctx, *id).await
}

/// Redirects to the meeting of an outcome, for pages that know only the outcome.
#[get("/outcomes/{id:[0-9A-Fa-f-]+}")]
async fn show_outcome(ctx: Ctx, id: web::Path<OutcomeId>) -> Answer {
    let outcome = service::outcome(&ctx, *id).await?;
    Ok(see_other(&format!("/meetings/{}#outcome-{}", outcome.meeting_id, outcome.id)))
}

fn may(ctx: &Ctx, action: Action) -> bool {
    policy::may(&ctx.actor, action, Subject { convened: true, invited: false })
}

/// Makes the frame of a page below one meeting.
fn shell_below(ctx: &Ctx, request: &HttpRequest, line: &Line, title: String) -> Shell {
    Shell::titled(ctx, request, title)
        .crumb(ctx.lang.t("meetings.title"), "/meetings")
        .crumb(line.name(ctx.lang), path(line.meeting.id))
        .here()
}

fn path(id: MeetingId) -> String {
    format!("/meetings/{id}")
}

fn table_path(code: &str) -> String {
    format!("/meetings/tables/{code}")
}

const fn state_kind(state: MeetingState) -> &'static str {
    match state {
        MeetingState::Draft | MeetingState::Closed => "neutral",
        MeetingState::Convened => "info",
        MeetingState::Held => "success",
        MeetingState::Cancelled => "danger",
    }
}

fn state_name(state: MeetingState, lang: Lang) -> &'static str {
    state.label(lang)
}

impl Row {
    fn of(line: &Line, lang: Lang) -> Self {
        let meeting = &line.meeting;
        Self {
            href: path(meeting.id),
            name: line.name(lang),
            title: meeting.title.clone(),
            when: format!("{}, {}", words::long_day(meeting.slot.day, lang), view::hours(meeting.slot, lang)),
            place: view::location(&meeting.venue, lang),
            state: state_name(meeting.state(), lang),
            state_kind: state_kind(meeting.state()),
        }
    }
}
