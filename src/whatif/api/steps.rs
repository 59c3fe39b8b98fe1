//! The preview of the present steps of a product for its releases at work.

use super::{ReaderOut, WorkEffectsOut};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use crate::releases::api::{ApplyStepsIn, WhenDto};
use crate::whatif::service::{self, ReleaseEffects, StepsPreview};
use actix_web::{HttpRequest, HttpResponse, post, web};
use entity::ids::ReleaseId;
use serde::Serialize;
use utoipa::ToSchema;

/// Effects of the present steps of a product on chosen releases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepsPreviewOut {
    #[schema(max_items = 1000)]
    pub releases: Vec<ReleaseEffectsOut>,
    /// People to whom a mail would leave.
    #[schema(max_items = 1000)]
    pub told: Vec<ReaderOut>,
}

/// Effects on one release.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseEffectsOut {
    pub id: ReleaseId,
    #[schema(max_length = 10)]
    pub period: String,
    /// The date, which stays.
    pub date: WhenDto,
    /// Present version in subscribers' calendars.
    pub sequence_before: i32,
    /// Version in subscribers' calendars after the act.
    pub sequence_after: i32,
    #[serde(flatten)]
    #[schema(inline)]
    pub work: WorkEffectsOut,
    /// Open tasks whose new day is past, so that they are late at once.
    #[schema(value_type = u32)]
    pub late_at_once: usize,
    /// Begun tasks whose step the product no longer has; they stay.
    #[schema(value_type = u32)]
    pub kept: usize,
}

/// Preview the steps of a product
///
/// What happens: nothing is changed; the answer lists what applying the present steps to the chosen releases would do: new
/// tasks have no state before, cancelled ones that state after. Who may: the secretariat. Mails: none. Errors: those of
/// applying them.
#[utoipa::path(tag = "releases", params(("code" = String, Path, max_length = 60), IfMatch), request_body = ApplyStepsIn, responses((status = 200, body = StepsPreviewOut)))]
#[post("/products/{code}/steps/apply/preview")]
pub async fn preview_steps(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: Json<ApplyStepsIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    let preview = service::preview_steps(&ctx, &code, version, &input.value.releases).await?;
    Ok(HttpResponse::Ok().json(StepsPreviewOut::from(preview)))
}

impl From<StepsPreview> for StepsPreviewOut {
    fn from(StepsPreview { releases, told }: StepsPreview) -> Self {
        Self {
            releases: releases.into_iter().map(ReleaseEffectsOut::from).collect(),
            told: told.into_iter().map(ReaderOut::from).collect(),
        }
    }
}

impl From<ReleaseEffects> for ReleaseEffectsOut {
    fn from(effects: ReleaseEffects) -> Self {
        let ReleaseEffects { before, after, work, late_at_once, kept } = effects;
        Self {
            id: after.release.id,
            period: after.release.period.to_string(),
            date: after.release.when().into(),
            sequence_before: before.release.sequence,
            sequence_after: after.release.sequence,
            work: work.into(),
            late_at_once,
            kept,
        }
    }
}
