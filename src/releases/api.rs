//! The agenda over REST: request and response types, and short handlers. Reading is open to everybody.

mod checklist;
mod public;
mod renewal;

pub use public::PublicOut;
pub use renewal::ApplyStepsIn;

use self::checklist::ReleaseChecklistOut;
use super::model::{Flags, Reason, When};
use super::policy::Action;
use super::service::{self, Act, ConfirmIn, CorrectIn, MoveIn, PlanIn, ReleaseFilter};
use super::sought::Sought;
use super::view::{Afterwards, Change, Coming, ReleaseView, Story};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::deliverables::view::Progress;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::open::Seen;
use crate::time::{Day, Period};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{MeetingId, OutcomeId, ReleaseId};
use entity::kinds::{AmendmentKind, Precision, ProductScope, ReasonCode, ReleaseChangeKind, ReleaseState};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_releases)
        .service(plan_release)
        .service(show_release)
        .service(change_release)
        .service(improve_release)
        .service(confirm_release)
        .service(move_release)
        .service(publish_release)
        .service(show_checklist)
        .service(cancel_release)
        .service(renewal::list_outdated_releases)
        .service(renewal::apply_steps);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_releases", Right::Anybody),
    ("plan_release", Right::Ever(Action::Plan)),
    ("show_release", Right::Anybody),
    ("change_release", Right::Ever(Action::Correct)),
    ("improve_release", Right::Ever(Action::Improve)),
    ("confirm_release", Right::Ever(Action::Confirm)),
    ("move_release", Right::Ever(Action::Move)),
    ("publish_release", Right::Ever(Action::Publish)),
    ("show_checklist", Right::Ever(Action::ViewChecklist)),
    ("cancel_release", Right::Ever(Action::Cancel)),
    ("list_outdated_releases", Right::Ever(Action::RenewSteps)),
    ("apply_steps", Right::Ever(Action::RenewSteps)),
];

/// A date with its precision.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhenDto {
    pub precision: Precision,
    /// The day. For a longer period: any of its days in a request, its first day in a response.
    pub day: Day,
    /// Wall time in Europe/Rome; only with the precision `day_time`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "10:00:00")]
    pub hour: Option<NaiveTime>,
}

/// Input for planning a release.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanReleaseIn {
    /// The product's code.
    #[schema(max_length = 60, example = "relazione-territoriale")]
    pub product: String,
    /// Code of the observatory that owes the release; required for a product of scope `autonomous`, refused for any
    /// other.
    #[serde(default)]
    #[schema(max_length = 60, example = "bergamo")]
    pub observatory: Option<String>,
    /// The reference period: `2026`, `2026-S1`, `2026-T1`, `2026-Q3` or `2026-09`.
    #[schema(max_length = 10, example = "2026")]
    pub period: String,
    pub date: WhenDto,
}

/// Another provisional date.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImproveReleaseIn {
    pub date: WhenDto,
}

/// Corrections of the product and the period; absent members stay.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleasePatch {
    /// The product's code.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60, example = "relazione-territoriale")]
    pub product: Patch<String>,
    /// Code of the observatory that owes the release; only for an autonomous product.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60, example = "bergamo")]
    pub observatory: Patch<String>,
    /// The reference period: `2026`, `2026-S1`, `2026-T1`, `2026-Q3` or `2026-09`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10, example = "2026")]
    pub period: Patch<String>,
}

/// A binding day and hour.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmReleaseIn {
    pub day: Day,
    /// Wall time in Europe/Rome; absent, the product's hour.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "10:00:00")]
    pub hour: Option<NaiveTime>,
    /// Reason for a day that is not worked in all territories concerned: public. Without it such a day is refused.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub despite_non_working: Option<String>,
}

/// A new day and hour with a reason.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveReleaseIn {
    pub day: Day,
    /// Wall time in Europe/Rome; absent, the present hour.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "10:00:00")]
    pub hour: Option<NaiveTime>,
    pub reason_code: ReasonCode,
    /// Public; cannot be changed later.
    #[schema(max_length = 2000)]
    pub reason_text: String,
    /// Reason for a day that is not worked in all territories concerned: public. Without it such a day is refused.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub despite_non_working: Option<String>,
}

/// Reason for cancelling a release: public, and cannot be changed later.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelReleaseIn {
    pub reason_code: ReasonCode,
    #[schema(max_length = 2000)]
    pub reason_text: String,
}

/// A public reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonOut {
    pub code: ReasonCode,
    pub text: String,
}

/// One release of the agenda.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseOut {
    pub id: ReleaseId,
    /// The product's code.
    pub product: String,
    pub product_name_it: String,
    pub product_name_en: String,
    pub scope: ProductScope,
    /// Code of the observatory that alone owes the release, if the product is autonomous.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 200)]
    pub observatory_name: Option<String>,
    pub period: String,
    /// First day of the reference period, included.
    pub period_from: NaiveDate,
    /// Last day of the reference period, included.
    pub period_to: NaiveDate,
    pub state: ReleaseState,
    pub date: WhenDto,
    /// Instant before which nothing is published; present only if the date includes an hour.
    pub embargo_until: Option<DateTime<Utc>>,
    pub first_confirmed: Option<WhenDto>,
    pub published_at: Option<DateTime<Utc>>,
    /// Instant of the latest amendment of what was published.
    pub amended_at: Option<DateTime<Utc>>,
    /// Reason for the cancellation.
    pub reason: Option<ReasonOut>,
    pub flags: Flags,
    /// Rises with each change that a subscriber's calendar has to show.
    pub sequence: i32,
    pub updated_at: DateTime<Utc>,
    pub version: i32,
}

/// One date of a release, with the reason for it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangeOut {
    pub position: i32,
    pub kind: ReleaseChangeKind,
    pub date: WhenDto,
    pub reason: Option<ReasonOut>,
    /// Reason for a day that was not worked in all territories concerned.
    #[schema(max_length = 2000)]
    pub despite_non_working: Option<String>,
    /// Sentence that explains a date taken from the rule of the product, in Italian.
    #[schema(max_length = 2000)]
    pub rule_it: Option<String>,
    /// The same sentence in English.
    #[schema(max_length = 2000)]
    pub rule_en: Option<String>,
    /// Amendment or withdrawal of what was published, if this is one.
    pub afterwards: Option<AfterwardsOut>,
    /// Outcome of the meeting that decided the date.
    pub outcome_id: Option<OutcomeId>,
    pub meeting_id: Option<MeetingId>,
    pub at: DateTime<Utc>,
    /// Notice given, in working days of all territories concerned.
    pub notice_working_days: Option<i32>,
}

/// Amendment or withdrawal of what was published.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AfterwardsOut {
    /// Absent for a withdrawal.
    pub kind: Option<AmendmentKind>,
    /// Public explanation.
    #[schema(max_length = 2000)]
    pub explanation: String,
    /// Code of the observatory whose report it is about; absent if it is about all that the release published.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    /// Address of the page before.
    #[schema(max_length = 2000, format = "uri")]
    pub address_before: Option<String>,
    /// Address of the page after an amendment.
    #[schema(max_length = 2000, format = "uri")]
    pub address_after: Option<String>,
}

/// Progress of the deliverables of a release.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ProgressOut {
    #[schema(value_type = u32)]
    pub total: usize,
    #[schema(value_type = u32)]
    pub accepted: usize,
    #[schema(value_type = u32)]
    pub waived: usize,
    /// Chapters without which the release goes out.
    #[schema(value_type = u32)]
    pub missing: usize,
}

/// One release with all dates it has had.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoryOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub release: ReleaseOut,
    #[serde(flatten)]
    #[schema(inline)]
    pub public: PublicOut,
    /// All dates, the first one first.
    #[schema(max_items = 1000)]
    pub changes: Vec<ChangeOut>,
    pub progress: ProgressOut,
    /// Working days of all territories concerned until a confirmed date.
    pub notice_left_working_days: Option<i32>,
}

/// Days of the agenda.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgendaQuery {
    /// First day, included.
    pub from: Option<Day>,
    /// Last day, included.
    pub to: Option<Day>,
}

/// The agenda of releases
///
/// Provisional, confirmed, published and cancelled ones, the earliest day first. The filters have the same names on the
/// calendar and its feeds. Who may: everybody. Errors: `bad_request` for a filter with an unknown value.
#[utoipa::path(tag = "releases", params(Sought, AgendaQuery, Paging), responses((status = 200, body = Page<ReleaseOut>)))]
#[get("/releases")]
pub async fn list_releases(
    ctx: Ctx,
    request: HttpRequest,
    sought: web::Query<Sought>,
    query: web::Query<AgendaQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let narrowed = service::narrowing(&ctx, &sought).await?;
    let days = |day: Option<Day>| day.map(NaiveDate::from);
    let filter =
        ReleaseFilter { from: days(query.from), to: days(query.to), ..service::filter(&ctx, &narrowed).await? };
    let limit = paging.limit()?;
    let now = ctx.now();
    let lines = service::list(ctx.reader(), &filter, paging.after_day()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.release.when().first_day(), last.release.id))?;
    Ok(HttpResponse::Ok().json(page.map(|line| ReleaseOut::at(line, now))))
}

/// Plan a release
///
/// What happens: the agenda gets an entry with a provisional date, which may still be changed freely. Who may: the
/// secretariat. Mails: none. Errors: `unknown_value`, `observatory_missing` for an autonomous product,
/// `observatory_out_of_place` for any other, `not_a_contributor`, `product_retired`, `period_of_another_kind`, `period_not_begun`, `out_of_range` for a period
/// too long ago, `release_exists`, `day_in_past`, `not_precise`, `hour_out_of_place`, `hour_skipped`.
#[utoipa::path(tag = "releases", params(IdempotencyKey), request_body = PlanReleaseIn, responses((status = 201, body = ReleaseOut)))]
#[post("/releases")]
pub async fn plan_release(ctx: Ctx, request: HttpRequest, input: Json<PlanReleaseIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let planned = service::plan(&ctx, txn, input.value.clone().try_into()?).await?;
        let location = format!("/api/v1/releases/{}", planned.release.id);
        Ok(Created { location, version: Some(planned.release.version), body: ReleaseOut::at(planned, ctx.now()) })
    })
    .await
}

/// One release with all dates it has had
///
/// Each date with its reason, the meeting that decided it and the notice given; the product, the next release and the reports
/// that can be read. Who may: everybody.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path)), responses((status = 200, body = StoryOut)))]
#[get("/releases/{id:[0-9A-Fa-f-]+}")]
pub async fn show_release(ctx: Ctx, id: web::Path<ReleaseId>) -> Answer {
    let story = service::story(&ctx, *id).await?;
    let about = service::about(&ctx, &story.view).await?;
    let editions = service::editions(&ctx, &story.view).await?;
    let next = Coming::among(&editions).after(&story.view);
    let public = PublicOut::of(&story.view, &about, &story.parts, next, &ctx.config().base_url());
    Ok(version::answer(story.view.release.version, &StoryOut::at(story, public, ctx.now())))
}

/// Correct the product or the period of a release
///
/// What happens: corrects a provisional release that was entered by mistake; its date and its identity in calendars
/// stay. A release that should not exist is cancelled instead, because it has been public. Who may: the secretariat.
/// Mails: none. Errors: `wrong_transition` once confirmed, `nothing_changes`, `release_exists`,
/// `period_of_another_kind`, `period_not_begun`, `out_of_range`, `unknown_value`.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body(content = ReleasePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = ReleaseOut)))]
#[patch("/releases/{id:[0-9A-Fa-f-]+}")]
pub async fn change_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: MergePatch<ReleasePatch>,
) -> Answer {
    let input = input.0.try_into()?;
    let corrected =
        version::change(&ctx, &request, async |txn, version| service::correct(&ctx, txn, *id, version, input).await)
            .await?;
    Ok(answer(&ctx, corrected))
}

/// Give a release another provisional date
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition`, `nothing_changes`, `day_in_past`, `period_not_begun`,
/// `not_precise`, `hour_out_of_place`, `hour_skipped`.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = ImproveReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/improve")]
pub async fn improve_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<ImproveReleaseIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    let when = input.value.date.try_into()?;
    let improved = ctx.write(async |txn| service::improve(&ctx, txn, *id, version, when).await).await?;
    Ok(answer(&ctx, improved))
}

/// Confirm a release for a day and an hour
///
/// What happens: each contributor to the product, or the one observatory of an autonomous product, gets a deliverable and
/// a task for each step, due on working days of its own territory. Who may: the secretariat. Mails: *release confirmed*
/// to referents and deputies concerned. Errors: `wrong_transition`, `non_working_day` with territories and reasons, `day_in_past`,
/// `period_not_begun`, `hour_skipped`, `observatory_missing` or `observatory_out_of_place` if the product's scope has
/// changed since the release was planned.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = ConfirmReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/confirm")]
pub async fn confirm_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<ConfirmReleaseIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    carry_out(&ctx, *id, version, Act::Confirm(input.value.into())).await
}

/// Move a confirmed release
///
/// What happens: due days of open deliverables and tasks are computed again, except days set by hand; the old date and
/// the reason stay public. Who may: the secretariat. Mails: *release moved* to referents and deputies concerned. Errors:
/// `wrong_transition`, `reason_missing`, `nothing_changes`, `non_working_day`, `day_in_past`, `period_not_begun`,
/// `hour_skipped`.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = MoveReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/move")]
pub async fn move_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<MoveReleaseIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    carry_out(&ctx, *id, version, Act::Move(input.value.into())).await
}

/// Cancel a release
///
/// What happens: the release stays in the agenda with its reason; its open tasks are cancelled, its open deliverables
/// waived. Who may: the secretariat. Mails: *release cancelled*, if it was confirmed, to referents and deputies concerned.
/// Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = CancelReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/cancel")]
pub async fn cancel_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<CancelReleaseIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    carry_out(&ctx, *id, version, Act::Cancel(input.value.into())).await
}

/// Publish a release that is due
///
/// The service publishes every release at its instant, unless something keeps it back; this does not wait for its next
/// look. Who may: the secretariat. Mails: none. Errors: `wrong_transition` before the instant, `release_blocked` with
/// everything that keeps it back (`GET /releases/{id}/checklist`).
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/publish")]
pub async fn publish_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let version = version::if_match(&request)?;
    let published = ctx.write(async |txn| service::publish_now(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, published))
}

/// The checklist before a release
///
/// Errors that block and warnings apart, each with the page on which it is mended. A joint release waits for every chapter
/// that is not left out; others come out with what is accepted. Who may: secretariat and direction.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path)), responses((status = 200, body = ReleaseChecklistOut)))]
#[get("/releases/{id:[0-9A-Fa-f-]+}/checklist")]
pub async fn show_checklist(ctx: Ctx, id: web::Path<ReleaseId>) -> Answer {
    let list = service::before_release(&ctx, *id).await?;
    Ok(HttpResponse::Ok().json(ReleaseChecklistOut::of(list, &ctx.config().base_url())))
}

async fn carry_out(ctx: &Ctx, id: ReleaseId, version: i32, act: Act) -> Answer {
    let acted = ctx.write(async |txn| service::carry_out(ctx, txn, id, Seen::Version(version), act).await).await?;
    Ok(answer(ctx, acted.view))
}

fn answer(ctx: &Ctx, view: ReleaseView) -> HttpResponse {
    version::answer(view.release.version, &ReleaseOut::at(view, ctx.now()))
}

impl From<When> for WhenDto {
    fn from(when: When) -> Self {
        Self { precision: when.precision(), day: Day::of(when.first_day()), hour: when.hour() }
    }
}

impl TryFrom<WhenDto> for When {
    type Error = Error;

    fn try_from(dto: WhenDto) -> Result<Self, Error> {
        Ok(Self::of(dto.precision, dto.day.into(), dto.hour)?)
    }
}

impl TryFrom<PlanReleaseIn> for PlanIn {
    type Error = Error;

    fn try_from(PlanReleaseIn { product, observatory, period, date }: PlanReleaseIn) -> Result<Self, Error> {
        Ok(Self { product, observatory, period: period_of(&period)?, when: date.try_into()? })
    }
}

impl TryFrom<ReleasePatch> for CorrectIn {
    type Error = Error;

    fn try_from(ReleasePatch { product, observatory, period }: ReleasePatch) -> Result<Self, Error> {
        let period = period.replacing("period")?.map(|label| period_of(&label)).transpose()?;
        Ok(Self { product: product.replacing("product")?, observatory: observatory.changing(), period })
    }
}

impl From<ConfirmReleaseIn> for ConfirmIn {
    fn from(ConfirmReleaseIn { day, hour, despite_non_working }: ConfirmReleaseIn) -> Self {
        Self { day: day.into(), hour, despite_non_working }
    }
}

impl From<MoveReleaseIn> for MoveIn {
    fn from(input: MoveReleaseIn) -> Self {
        let MoveReleaseIn { day, hour, reason_code, reason_text, despite_non_working } = input;
        Self { day: day.into(), hour, reason: Reason { code: reason_code, text: reason_text }, despite_non_working }
    }
}

impl From<CancelReleaseIn> for Reason {
    fn from(CancelReleaseIn { reason_code, reason_text }: CancelReleaseIn) -> Self {
        Self { code: reason_code, text: reason_text }
    }
}

fn period_of(label: &str) -> Result<Period, Error> {
    label.trim().parse().map_err(|_| Error::field("period", Code::UnknownValue))
}

impl From<Reason> for ReasonOut {
    fn from(Reason { code, text }: Reason) -> Self {
        Self { code, text }
    }
}

impl ReleaseOut {
    /// Converts a release, with its flags at the instant `now`.
    pub fn at(view: ReleaseView, now: DateTime<Utc>) -> Self {
        let flags = view.flags(now);
        let (release, whose) = (view.release, view.observatory);
        let when = release.when();
        let embargo = match when {
            When::At(slot) => Some(slot.instant()),
            _ => None,
        };
        Self {
            id: release.id,
            product: view.product_code,
            product_name_it: view.product_name_it,
            product_name_en: view.product_name_en,
            scope: view.scope,
            observatory: whose.as_ref().map(|whose| whose.code.clone()),
            observatory_name: whose.map(|whose| whose.name),
            period: release.period.to_string(),
            period_from: release.period.first_day(),
            period_to: release.period.last_day(),
            state: release.state(),
            date: when.into(),
            embargo_until: embargo,
            first_confirmed: release.first_confirmed().map(|first| When::At(first.slot).into()),
            published_at: release.published_at(),
            amended_at: release.amended_at,
            reason: release.cancelled_because().cloned().map(ReasonOut::from),
            flags,
            sequence: release.sequence,
            updated_at: view.updated_at,
            version: release.version,
        }
    }
}

impl From<Change> for ChangeOut {
    fn from(change: Change) -> Self {
        let Change { position, kind, when, reason, despite_non_working, outcome, by_rule, afterwards, at, notice } =
            change;
        let (rule_it, rule_en) = by_rule.map(|said| (said.it, said.en)).unzip();
        Self {
            position,
            kind,
            date: when.into(),
            reason: reason.map(ReasonOut::from),
            despite_non_working,
            rule_it,
            rule_en,
            afterwards: afterwards.map(AfterwardsOut::from),
            outcome_id: outcome.as_ref().map(|decided| decided.outcome_id),
            meeting_id: outcome.and_then(|decided| decided.meeting_id),
            at,
            notice_working_days: notice,
        }
    }
}

impl From<Progress> for ProgressOut {
    fn from(Progress { total, accepted, waived, left_out }: Progress) -> Self {
        Self { total, accepted, waived, missing: left_out }
    }
}

impl From<Afterwards> for AfterwardsOut {
    fn from(said: Afterwards) -> Self {
        Self {
            kind: said.kind,
            explanation: said.explanation,
            observatory: said.observatory.map(|of| of.code),
            address_before: said.before,
            address_after: said.after,
        }
    }
}

impl StoryOut {
    fn at(story: Story, public: PublicOut, now: DateTime<Utc>) -> Self {
        Self {
            public,
            release: ReleaseOut::at(story.view, now),
            changes: story.changes.into_iter().map(ChangeOut::from).collect(),
            progress: story.progress.into(),
            notice_left_working_days: story.notice_left,
        }
    }
}
