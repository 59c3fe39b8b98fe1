//! Pages of the review: accepting and sending back (`web/judge.rs`), remarks (`web/remarks.rs`), peer readings
//! (`web/readings.rs`), the checklist before a release (`web/release.rs`), and the parts that the page of a contribution shows (`web/panel.rs`).

mod judge;
mod panel;
mod readings;
mod release;
mod remarks;
mod turn;

pub use panel::Panel;
pub use release::{PointLine, ReleaseLines};
pub use turn::{ChapterLine, TurnLine};

use super::model::Event;
use super::service;
use crate::ctx::Ctx;
use crate::deliverables::policy::Action;
use crate::deliverables::view::{DeliverableView, Dossier};
use crate::error::Result;
use crate::open::{Guarded, Seen, open};
use actix_web::web::ServiceConfig;
use entity::ids::DeliverableId;

/// Registers the pages.
pub fn pages(cfg: &mut ServiceConfig) {
    judge::pages(cfg);
    remarks::pages(cfg);
    readings::pages(cfg);
}

/// Reads the parts of the review that the page of a contribution shows; `None` for a reader who may not read it.
pub async fn panel(ctx: &Ctx, dossier: &Dossier) -> Result<Option<Panel>> {
    if !dossier.view.may(&ctx.actor, Action::ViewReview) {
        return Ok(None);
    }
    let review = service::review_of(ctx, dossier.view.clone(), dossier.submissions.clone()).await?;
    Ok(Some(Panel::of(ctx, &review)))
}

/// Finds a contribution for one of the acts of its review.
async fn contribution(ctx: &Ctx, id: DeliverableId, action: Action) -> Result<DeliverableView> {
    open::<DeliverableView>(ctx, ctx.reader(), id, action, Seen::AsItStands).await
}

/// Returns the action that an event of a remark needs.
const fn action_of(event: Event) -> Action {
    match event {
        Event::Answer => Action::AnswerRemark,
        Event::Accept | Event::Reject | Event::Carry => Action::Remark,
    }
}
