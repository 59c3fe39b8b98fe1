//! The preview of accepting lines of a proposal of the agenda.

use crate::agenda::api::{AcceptProposalIn, chosen};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::json::Json;
use crate::releases::api::WhenDto;
use crate::whatif::service::{self, ProposalPreview, Proposed};
use actix_web::{HttpResponse, post};
use entity::ids::{MeetingId, ReleaseId};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// Effects of accepting lines of a proposal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposalPreviewOut {
    /// Releases that would be planned.
    #[schema(value_type = u32)]
    pub planned: usize,
    /// Releases that would get another date.
    #[schema(value_type = u32)]
    pub changed: usize,
    /// In the order of the chosen lines.
    #[schema(max_items = 10_000)]
    pub releases: Vec<ProposedReleaseOut>,
}

/// A release as accepting its line would leave it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposedReleaseOut {
    /// Code of the product.
    #[schema(max_length = 60)]
    pub product: String,
    /// Code of the observatory, for an autonomous product.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 10)]
    pub period: String,
    /// Absent for a release that would be planned.
    pub release_id: Option<ReleaseId>,
    /// The present date; absent for a release that would be planned.
    pub before: Option<WhenDto>,
    /// The date after accepting.
    pub after: WhenDto,
    /// Present version in subscribers' calendars.
    pub sequence_before: Option<i32>,
    /// Version in subscribers' calendars after accepting.
    pub sequence_after: i32,
    /// Sentence that explains the date, in Italian.
    #[schema(max_length = 2000)]
    pub explanation_it: String,
    /// The same sentence in English.
    #[schema(max_length = 2000)]
    pub explanation_en: String,
    /// Whether the period has not ended on the day.
    pub before_period_end: bool,
    /// Other releases on the same day, once all chosen lines are accepted.
    #[schema(value_type = u32)]
    pub shared_with: usize,
    /// Meetings on the same day.
    #[schema(max_items = 20)]
    pub meetings_that_day: Vec<MeetingId>,
}

/// Preview accepting lines of a proposal
///
/// What happens: nothing is changed; the answer lists what accepting the chosen lines would do, release by release, with
/// warnings. Who may: the secretariat. Mails: none. Errors: those of accepting them.
#[utoipa::path(tag = "agenda", request_body = AcceptProposalIn, responses((status = 200, body = ProposalPreviewOut)))]
#[post("/agenda/proposal/preview")]
pub async fn preview_proposal(ctx: Ctx, input: Json<AcceptProposalIn>) -> Answer {
    let (span, chosen) = chosen(input.value)?;
    let preview = service::preview_proposal(&ctx, span, &chosen).await?;
    Ok(HttpResponse::Ok().json(ProposalPreviewOut::from(preview)))
}

impl From<ProposalPreview> for ProposalPreviewOut {
    fn from(preview: ProposalPreview) -> Self {
        let (planned, changed) = (preview.planned(), preview.changed());
        Self { planned, changed, releases: preview.releases.into_iter().map(ProposedReleaseOut::from).collect() }
    }
}

impl From<Proposed> for ProposedReleaseOut {
    fn from(proposed: Proposed) -> Self {
        let Proposed { taken_over, before_period_end, shared_with, meetings } = proposed;
        let before = taken_over.before.as_ref().map(|view| &view.release);
        let after = &taken_over.after.release;
        Self {
            period: after.period.to_string(),
            release_id: before.map(|release| release.id),
            before: before.map(|release| release.when().into()),
            after: after.when().into(),
            sequence_before: before.map(|release| release.sequence),
            sequence_after: after.sequence,
            explanation_it: taken_over.said.it,
            explanation_en: taken_over.said.en,
            before_period_end,
            shared_with,
            meetings_that_day: meetings.into_iter().map(|line| line.meeting.id).collect(),
            product: taken_over.after.product_code,
            observatory: taken_over.after.observatory.map(|whose| whose.code),
        }
    }
}
