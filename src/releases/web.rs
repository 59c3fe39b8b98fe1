//! Pages of the agenda: the public calendar (`web/calendar.rs`), changed dates (`web/changes.rs`), one release
//! (`web/one.rs`), and the secretariat's forms (`web/forms.rs`, `web/acts.rs`).

pub mod acts;
mod calendar;
mod changes;
mod feeds;
mod filters;
mod forms;
pub mod history;
mod linked;
pub mod matrix;
mod one;
pub mod outdated;
pub mod picture;
mod product;
pub mod steps;
mod subscribe;
mod told;

pub use filters::{FeedLink, feeds};
pub use forms::{led_to, shell_below};
pub use matrix::ContributionLine;

use super::model::{Flags, Reason};
use super::view::{ReleaseView, when_text};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::page::{Badge, Shell};
use crate::texts::{Label as _, Lang};
use actix_web::{HttpRequest, web};
use entity::kinds::{ReasonCode, ReleaseState};

/// Registers every page of the agenda.
pub fn pages(cfg: &mut web::ServiceConfig) {
    feeds::pages(cfg);
    forms::pages(cfg);
    acts::pages(cfg);
    calendar::pages(cfg);
    changes::pages(cfg);
    one::pages(cfg);
    linked::pages(cfg);
    product::pages(cfg);
    outdated::pages(cfg);
    subscribe::pages(cfg);
}

/// One release in the list.
pub struct Line {
    pub href: String,
    /// Address below which its forms are.
    pub forms: String,
    pub title: String,
    pub when: String,
    pub state: Badge,
    pub remark: Option<Badge>,
}

impl Line {
    pub fn of(view: &ReleaseView, ctx: &Ctx) -> Self {
        let release = &view.release;
        Self {
            href: view.href(),
            forms: format!("/releases/{}", release.id),
            title: view.title(ctx.lang),
            when: when_text(release.when(), ctx.lang),
            state: state_badge(release.state(), ctx.lang),
            remark: remark(view.flags(ctx.now()), release.state(), ctx.lang),
        }
    }
}

pub fn state_badge(state: ReleaseState, lang: Lang) -> Badge {
    let kind = match state {
        ReleaseState::Provisional => "neutral",
        ReleaseState::Confirmed => "info",
        ReleaseState::Published => "success",
        ReleaseState::Cancelled | ReleaseState::Withdrawn => "danger",
    };
    Badge { text: state.label(lang), kind }
}

/// The most serious flag to show beside the state.
fn remark(flags: Flags, state: ReleaseState, lang: Lang) -> Option<Badge> {
    let (key, kind) = match flags {
        _ if matches!(state, ReleaseState::Cancelled | ReleaseState::Withdrawn) => return None,
        Flags { amended: true, .. } => ("releases.flag_amended", "warning"),
        Flags { late: true, .. } => ("releases.flag_late", "danger"),
        Flags { due: true, .. } => ("releases.flag_due", "warning"),
        Flags { postponed: true, .. } => ("releases.flag_postponed", "warning"),
        Flags { brought_forward: true, .. } => ("releases.flag_brought_forward", "warning"),
        Flags { before_period_end: true, .. } => ("releases.flag_before_period_end", "warning"),
        Flags { .. } => return None,
    };
    Some(Badge { text: lang.t(key), kind })
}

/// A public reason: its name in the reader's language, and its text in the language in which it was written.
struct Why {
    name: &'static str,
    text: String,
}

impl Why {
    fn of(reason: &Reason, lang: Lang) -> Self {
        Self { name: reason_name(reason.code, lang), text: reason.text.clone() }
    }
}

pub fn reason_name(code: ReasonCode, lang: Lang) -> &'static str {
    lang.t(match code {
        ReasonCode::SourceLate => "releases.reason_source_late",
        ReasonCode::SeatVacant => "releases.reason_seat_vacant",
        ReasonCode::Workload => "releases.reason_workload",
        ReasonCode::Portal => "releases.reason_portal",
        ReasonCode::Method => "releases.reason_method",
        ReasonCode::TableDecision => "releases.reason_table_decision",
        ReasonCode::Other => "releases.reason_other",
    })
}

/// Makes the frame of a page below the calendar.
fn shell(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t("releases.calendar_title"), "/calendar").here()
}
