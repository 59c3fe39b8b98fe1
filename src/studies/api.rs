//! Studies over REST.

use super::model::near::Reason as Nearness;
use super::policy::Action;
use super::service::{self, StudyIn};
use super::view::{Near, StudyView};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::releases::api::WhenDto;
use crate::time::Period;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, Utc};
use entity::ids::{ReleaseId, StudyId};
use entity::kinds::{ReleaseState, Theme};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_studies).service(declare_study).service(show_study).service(change_study).service(withdraw_study);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_studies", Right::Ever(Action::View)),
    ("declare_study", Right::Ever(Action::Declare)),
    ("show_study", Right::Ever(Action::View)),
    ("change_study", Right::Ever(Action::Edit)),
    ("withdraw_study", Right::Ever(Action::Withdraw)),
];

/// A study to declare.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareStudyIn {
    /// Code of the observatory that does it.
    #[schema(max_length = 60, example = "bergamo")]
    pub observatory: String,
    #[schema(max_length = 200)]
    pub title: String,
    pub theme: Theme,
    /// Code of the territory that it is about.
    #[schema(max_length = 10, example = "BG")]
    pub territory: String,
    /// Period covered.
    #[schema(max_length = 10, example = "2026")]
    pub period: String,
    /// Month in which it is expected.
    #[schema(max_length = 7, example = "2027-05")]
    pub month: String,
}

/// Changes of a study.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StudyPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Theme>)]
    pub theme: Patch<Theme>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10)]
    pub territory: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10)]
    pub period: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 7)]
    pub month: Patch<String>,
}

/// A study to withdraw.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawStudyIn {
    /// Public reason.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// A study that an observatory does on its own.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StudyOut {
    pub id: StudyId,
    /// Code of the observatory that does it.
    #[schema(max_length = 60)]
    pub observatory: String,
    #[schema(max_length = 200)]
    pub title: String,
    pub theme: Option<Theme>,
    /// Code of the territory that it is about.
    #[schema(max_length = 10)]
    pub territory: String,
    #[schema(max_length = 10)]
    pub period: String,
    /// Code of its product in the catalogue.
    #[schema(max_length = 60)]
    pub product: String,
    pub release_id: ReleaseId,
    /// State of its release.
    pub state: ReleaseState,
    /// Date of its release.
    pub date: WhenDto,
    pub declared_at: DateTime<Utc>,
    pub version: i32,
}

/// A study with the work of others that is near to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StudyDossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub study: StudyOut,
    /// The nearest first.
    #[schema(max_items = 10)]
    pub near: Vec<NearOut>,
}

/// Work of others that is near to a study.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NearOut {
    pub release_id: ReleaseId,
    #[schema(max_length = 200)]
    pub product_name_it: String,
    /// Code of the observatory, if it alone owes the release.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 10)]
    pub period: String,
    #[schema(max_items = 5)]
    pub reasons: Vec<NearnessOut>,
}

/// Reason why two pieces of work are near each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum NearnessOut {
    SameTheme {
        theme: Theme,
    },
    /// Words that both titles have.
    Words {
        #[schema(max_items = 40)]
        words: Vec<String>,
    },
    SameTerritory,
    Neighbour {
        /// Code of the neighbouring territory.
        #[schema(max_length = 10)]
        territory: String,
    },
    /// The periods overlap or lie at most six months apart.
    Period,
}

/// The studies of the observatories
///
/// The latest first, withdrawn ones too. Who may: holders of seats of the network.
#[utoipa::path(tag = "studies", params(Paging), responses((status = 200, body = Page<StudyOut>)))]
#[get("/studies")]
pub async fn list_studies(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let listed = service::studies(&ctx, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, listed, |last: &StudyView| last.study.id)?;
    Ok(HttpResponse::Ok().json(page.map(|view| StudyOut::from(&view))))
}

/// Declare a study of an observatory
///
/// What happens: a product of the catalogue, owed by this observatory alone, and its release in the agenda, provisional and
/// precise to the month. The answer names the work of others that is near in theme, territory or period, and why. Who
/// may: the referent and the deputies of the observatory, and the secretariat on its behalf. Mails: to the secretariat.
/// Errors: `unknown_value`, `not_a_month`, `day_in_past`, `period_not_begun`, `out_of_range`.
#[utoipa::path(tag = "studies", params(IdempotencyKey), request_body = DeclareStudyIn, responses((status = 201, body = StudyDossierOut)))]
#[post("/studies")]
pub async fn declare_study(ctx: Ctx, request: HttpRequest, input: Json<DeclareStudyIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let (observatory, study) = input.value.clone().split()?;
        let declared = service::declare(&ctx, txn, &observatory, &study).await?;
        let near = service::near(&ctx, txn, &declared).await?;
        let location = format!("/api/v1/studies/{}", declared.study.id);
        let version = Some(declared.study.version);
        Ok(Created { location, version, body: StudyDossierOut::of(&declared, near) })
    })
    .await
}

/// One study, with the work of others that is near to it
///
/// Who may: holders of seats of the network.
#[utoipa::path(tag = "studies", params(("study_id" = StudyId, Path)), responses((status = 200, body = StudyDossierOut)))]
#[get("/studies/{study_id:[0-9A-Fa-f-]+}")]
pub async fn show_study(ctx: Ctx, id: web::Path<StudyId>) -> Answer {
    let view = service::study(&ctx, *id).await?;
    let near = service::near(&ctx, ctx.reader(), &view).await?;
    Ok(version::answer(view.study.version, &StudyDossierOut::of(&view, near)))
}

/// Change a study
///
/// As long as its release is provisional. Who may: as for declaring. Mails: none. Errors: `study_under_way` once the release is not provisional;
/// `nothing_changes`, those of declaring.
#[utoipa::path(tag = "studies", params(("study_id" = StudyId, Path), IfMatch), request_body(content = StudyPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = StudyOut)))]
#[patch("/studies/{study_id:[0-9A-Fa-f-]+}")]
pub async fn change_study(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<StudyId>,
    input: MergePatch<StudyPatch>,
) -> Answer {
    let edit = async |txn: &_, version| service::edit(&ctx, txn, *id, version, |present| input.0.apply(present)).await;
    Ok(answer(&version::change(&ctx, &request, edit).await?))
}

/// Withdraw a study
///
/// What happens: its release is cancelled with the reason, which is public, and its product is retired. Only as long as the
/// release is provisional. Who may: as for declaring. Mails: none. Errors: `study_under_way`, `reason_missing`,
/// `reason_too_short`.
#[utoipa::path(tag = "studies", params(("study_id" = StudyId, Path), IfMatch), request_body = WithdrawStudyIn, responses((status = 200, body = StudyOut)))]
#[post("/studies/{study_id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_study(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<StudyId>,
    input: Json<WithdrawStudyIn>,
) -> Answer {
    let withdraw = async |txn: &_, version| service::withdraw(&ctx, txn, *id, version, &input.value.reason).await;
    Ok(answer(&version::change(&ctx, &request, withdraw).await?))
}

fn answer(view: &StudyView) -> HttpResponse {
    version::answer(view.study.version, &StudyOut::from(view))
}

fn period(field: &'static str, text: &str) -> Result<Period> {
    let code = if field == "month" { Code::NotAMonth } else { Code::UnknownValue };
    text.parse().map_err(|_| Error::field(field, code))
}

impl DeclareStudyIn {
    /// Separates the observatory from the study.
    fn split(self) -> Result<(String, StudyIn)> {
        let Self { observatory, title, theme, territory, period: covered, month } = self;
        let (covered, month) = (period("period", &covered)?, period("month", &month)?);
        Ok((observatory, StudyIn { title, theme, territory, period: covered, month }))
    }
}

impl StudyPatch {
    /// Returns the study after the patch.
    fn apply(self, present: StudyIn) -> Result<StudyIn> {
        let read = |field, text: Option<String>| text.map(|text| period(field, &text)).transpose();
        Ok(StudyIn {
            title: self.title.replacing("title")?.unwrap_or(present.title),
            theme: self.theme.replacing("theme")?.unwrap_or(present.theme),
            territory: self.territory.replacing("territory")?.unwrap_or(present.territory),
            period: read("period", self.period.replacing("period")?)?.unwrap_or(present.period),
            month: read("month", self.month.replacing("month")?)?.unwrap_or(present.month),
        })
    }
}

impl From<&StudyView> for StudyOut {
    fn from(view: &StudyView) -> Self {
        let (study, release) = (&view.study, &view.release.release);
        Self {
            id: study.id,
            observatory: view.observatory.code.clone(),
            title: view.title().to_owned(),
            theme: view.product.details.theme,
            territory: study.territory.clone(),
            period: release.period.to_string(),
            product: view.product.code.clone(),
            release_id: release.id,
            state: release.state(),
            date: release.when().into(),
            declared_at: study.declared_at,
            version: study.version,
        }
    }
}

impl StudyDossierOut {
    fn of(view: &StudyView, near: Vec<Near>) -> Self {
        Self { study: view.into(), near: near.into_iter().map(NearOut::from).collect() }
    }
}

impl From<Near> for NearOut {
    fn from(Near { view, reasons }: Near) -> Self {
        Self {
            release_id: view.release.id,
            product_name_it: view.product_name_it,
            observatory: view.observatory.map(|whose| whose.code),
            period: view.release.period.to_string(),
            reasons: reasons.into_iter().map(NearnessOut::from).collect(),
        }
    }
}

impl From<Nearness> for NearnessOut {
    fn from(reason: Nearness) -> Self {
        match reason {
            Nearness::SameTheme(theme) => Self::SameTheme { theme },
            Nearness::Words(words) => Self::Words { words },
            Nearness::SameTerritory => Self::SameTerritory,
            Nearness::Neighbour(territory) => Self::Neighbour { territory },
            Nearness::Period => Self::Period,
        }
    }
}
