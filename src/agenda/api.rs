//! The yearly agenda over REST: request and response types, and short handlers.

mod import;
mod year;

use super::model::{Line, Refusal, Span, Verdict, Warning};
use super::policy::Action;
use super::service::{self, Difference, Edition, Entry, HORIZON_TARGET_MONTHS, Horizon, Key, Measures, Proposal};
use crate::auth::rights::Right;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::deliverables::policy as deliverables;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::paging::{Page, Paging};
use crate::network::questions::AllObservatories;
use crate::releases::api::WhenDto;
use crate::releases::model::NOTICE_TARGET_WORKING_DAYS;
use crate::texts::Lang;
use crate::time::{Day, Frequency, Period};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MeetingId, OutcomeId, ReleaseId};
use entity::kinds::ReleaseState;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(show_proposal)
        .service(show_dates_to_review)
        .service(accept_proposal)
        .service(list_editions)
        .service(adopt_edition)
        .service(show_edition)
        .service(compare_edition)
        .service(measure_agenda)
        .service(year::show_year_of_work)
        .service(import::upload_agenda)
        .service(import::preview_agenda)
        .service(import::import_agenda);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("show_proposal", Right::Ever(Action::Propose)),
    ("show_dates_to_review", Right::Ever(Action::Propose)),
    ("accept_proposal", Right::Ever(Action::Accept)),
    ("list_editions", Right::Anybody),
    ("adopt_edition", Right::Ever(Action::Adopt)),
    ("show_edition", Right::Anybody),
    ("compare_edition", Right::Anybody),
    ("upload_agenda", Right::Ever(Action::Import)),
    ("preview_agenda", Right::Ever(Action::Import)),
    ("import_agenda", Right::Ever(Action::Import)),
    ("measure_agenda", Right::Anybody),
];

/// Rights that the policy of contributions decides.
pub const RIGHTS_BY_DELIVERABLE: &[(&str, Right<deliverables::Action>)] =
    &[("show_year_of_work", Right::Ever(deliverables::Action::View))];

/// A span of months.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// First month.
    #[param(max_length = 7, example = "2027-01")]
    pub from: String,
    /// Last month, included; at most 36 months in all.
    #[param(max_length = 7, example = "2027-12")]
    pub to: String,
}

/// Another state of the agenda.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgainstQuery {
    /// Number of a later edition; absent: the agenda of today.
    pub against: Option<i32>,
}

/// Dates that the rules propose for a span.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposalOut {
    #[schema(max_length = 7)]
    pub from: String,
    #[schema(max_length = 7)]
    pub to: String,
    #[schema(max_items = 100_000)]
    pub lines: Vec<LineOut>,
}

/// Result of comparing a rule with the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineVerdict {
    /// No release yet.
    New,
    /// A provisional date that follows the rule, which now gives another day.
    Changed,
    /// A provisional date set by hand.
    ByHand,
    /// The date is what the rule gives.
    Same,
    /// Announced or published.
    Settled,
    /// Announced for the day of the rule, which gives another day since a source has moved. It moves only with a reason.
    Overtaken,
    /// No rule, and no release for the period.
    Gap,
    /// The rule gives no day.
    NoDay,
}

/// One line of a proposal.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineOut {
    /// Code of the product.
    #[schema(max_length = 60)]
    pub product: String,
    /// Code of the observatory, for an autonomous product.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 10)]
    pub period: String,
    pub verdict: LineVerdict,
    pub release_id: Option<ReleaseId>,
    /// Present date of the release.
    pub date: Option<WhenDto>,
    /// Day that the rule gives, if it is another than the present one.
    pub day: Option<NaiveDate>,
    /// Code of the source on whose dates the release depends.
    #[schema(max_length = 60)]
    pub source: Option<String>,
    /// Sentence that explains the proposed day, in Italian.
    #[schema(max_length = 2000)]
    pub explanation_it: Option<String>,
    /// The same sentence in English.
    #[schema(max_length = 2000)]
    pub explanation_en: Option<String>,
    /// Reason why the rule gives no day.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// Whether the period has not ended on the day.
    pub before_period_end: bool,
    /// Other releases on the same day.
    #[schema(value_type = u32)]
    pub shared_with: usize,
}

/// A line to accept, as the proposal showed it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenLineIn {
    #[schema(max_length = 60)]
    pub product: String,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 10, example = "2026")]
    pub period: String,
    pub day: Day,
}

/// Lines of a proposal to accept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptProposalIn {
    #[schema(max_length = 7, example = "2027-01")]
    pub from: String,
    #[schema(max_length = 7, example = "2027-12")]
    pub to: String,
    #[schema(max_items = 10_000)]
    pub lines: Vec<ChosenLineIn>,
}

/// Number of releases planned and changed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    #[schema(value_type = u32)]
    pub planned: usize,
    #[schema(value_type = u32)]
    pub changed: usize,
}

/// A span to adopt as an edition.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptEditionIn {
    #[schema(max_length = 200)]
    pub title: String,
    #[schema(max_length = 7, example = "2027-01")]
    pub from: String,
    #[schema(max_length = 7, example = "2027-12")]
    pub to: String,
    /// Outcome of the meeting that decided it; absent, the secretariat adopts it by itself.
    #[serde(default)]
    pub outcome_id: Option<OutcomeId>,
}

/// An adopted edition of the agenda.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EditionOut {
    pub number: i32,
    #[schema(max_length = 200)]
    pub title: String,
    /// First day of its span.
    pub from: NaiveDate,
    /// Last day of its span, included.
    pub to: NaiveDate,
    pub adopted_at: DateTime<Utc>,
    /// Outcome of the meeting that decided it.
    pub outcome_id: Option<OutcomeId>,
    pub meeting_id: Option<MeetingId>,
}

/// Horizon of the agenda, and notice of the announced dates.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasuresOut {
    /// Months ahead that the network aims at.
    pub horizon_target_months: i32,
    /// The shortest first.
    #[schema(max_items = 10_000)]
    pub horizons: Vec<HorizonOut>,
    /// Working days of notice that the network aims at.
    pub notice_target_working_days: i32,
    /// Dates confirmed or moved in the last twelve months.
    #[schema(value_type = u32)]
    pub announced: usize,
    /// Number of those with the notice that the network aims at.
    #[schema(value_type = u32)]
    pub announced_in_time: usize,
}

/// Time ahead for which no release of a product is missing.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HorizonOut {
    /// Code of the product.
    #[schema(max_length = 60)]
    pub product: String,
    /// Code of the observatory, for an autonomous product.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    /// Day from which a release is missing; absent for a product without a release.
    pub missing_from: Option<NaiveDate>,
    pub months: i32,
}

/// A release as an edition holds it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryOut {
    pub release_id: ReleaseId,
    #[schema(max_length = 200)]
    pub product_name_it: String,
    #[schema(max_length = 200)]
    pub product_name_en: String,
    #[schema(max_length = 200)]
    pub observatory_name: Option<String>,
    #[schema(max_length = 10)]
    pub period: String,
    pub state: ReleaseState,
    pub date: WhenDto,
}

/// An edition with its releases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EditionDossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub edition: EditionOut,
    #[schema(max_items = 100_000)]
    pub entries: Vec<EntryOut>,
}

/// Kind of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    Added,
    Removed,
    Moved,
    State,
}

/// A difference between two states of the agenda.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DifferenceOut {
    pub kind: DifferenceKind,
    /// Absent for a release that was added.
    pub before: Option<EntryOut>,
    /// Absent for a release that was removed.
    pub after: Option<EntryOut>,
}

/// Differences between two states of the agenda.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DifferencesOut {
    #[schema(max_items = 100_000)]
    pub differences: Vec<DifferenceOut>,
}

/// Reads a span of months. Errors: `not_a_month`, `span_out_of_range`.
fn span_of(from: &str, to: &str) -> Result<Span, Error> {
    let month = |field, text: &str| text.parse::<Period>().map_err(|_| Error::field(field, Code::NotAMonth));
    Ok(Span::new(month("from", from)?, month("to", to)?)?)
}

/// Reads the chosen lines of a proposal. Errors: `unknown_value`, `span_out_of_range`.
pub fn chosen(input: AcceptProposalIn) -> Result<(Span, Vec<Key>), Error> {
    let AcceptProposalIn { from, to, lines } = input;
    let span = span_of(&from, &to)?;
    Ok((span, lines.into_iter().map(Key::try_from).collect::<Result<Vec<_>, _>>()?))
}

/// Dates that the rules propose for a span of months
///
/// Compared with the releases that exist: new ones, those that follow their rule and would change, those set by hand, and
/// what is missing. Nothing is changed. Who may: the secretariat. Errors: `span_out_of_range`, `not_a_month`.
#[utoipa::path(tag = "agenda", params(SpanQuery), responses((status = 200, body = ProposalOut)))]
#[get("/agenda/proposal")]
pub async fn show_proposal(ctx: Ctx, query: web::Query<SpanQuery>) -> Answer {
    let proposal = service::propose(&ctx, span_of(&query.from, &query.to)?).await?;
    Ok(HttpResponse::Ok().json(ProposalOut::from(&proposal)))
}

/// Dates to review because a source has moved
///
/// Existing releases within a year, whose rules give other days with the present dates of their sources. Provisional ones
/// (`changed`) can be accepted as lines of a proposal; announced ones (`overtaken`) move only with a reason. Who may: the
/// secretariat.
#[utoipa::path(tag = "agenda", responses((status = 200, body = ProposalOut)))]
#[get("/agenda/review")]
pub async fn show_dates_to_review(ctx: Ctx) -> Answer {
    let review = service::review(&ctx).await?;
    let month = || Period::containing(Frequency::Month, ctx.today()).map(|month| month.to_string());
    let none = || ProposalOut { from: month().unwrap_or_default(), to: month().unwrap_or_default(), lines: Vec::new() };
    Ok(HttpResponse::Ok().json(review.as_ref().map_or_else(none, ProposalOut::from)))
}

/// Accept lines of a proposal
///
/// What happens: releases are planned, or get the day of their rule, with the sentence that explains it; all lines or
/// none. Who may: the secretariat. Mails: none. Errors: `nothing_chosen`, `proposal_changed` if a line is not proposed
/// any more with the same day, `span_out_of_range`, `not_a_month`, those of planning a release.
#[utoipa::path(tag = "agenda", request_body = AcceptProposalIn, responses((status = 200, body = AcceptedOut)))]
#[post("/agenda/proposal/accept")]
pub async fn accept_proposal(ctx: Ctx, input: Json<AcceptProposalIn>) -> Answer {
    let (span, chosen) = chosen(input.value)?;
    let accepted = ctx.write(async |txn| service::accept(&ctx, txn, span, &chosen).await).await?;
    let (planned, changed) = (accepted.planned(), accepted.changed());
    Ok(HttpResponse::Ok().json(AcceptedOut { planned, changed }))
}

/// The adopted editions of the agenda
///
/// The latest first. Who may: everybody.
#[utoipa::path(tag = "agenda", params(Paging), responses((status = 200, body = Page<EditionOut>)))]
#[get("/agenda/editions")]
pub async fn list_editions(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let editions = service::editions(&ctx, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, editions, |last: &Edition| last.number)?;
    Ok(HttpResponse::Ok().json(page.map(EditionOut::from)))
}

/// Adopt the agenda of a span as the next edition
///
/// What happens: all releases of the span are copied as they are. Who may: the secretariat. Mails: none. Errors:
/// `nothing_to_adopt`, `required`, `too_long`, `span_out_of_range`, `not_a_month`, `unknown_value`, `not_a_decision` for an outcome of
/// another kind.
#[utoipa::path(tag = "agenda", params(IdempotencyKey), request_body = AdoptEditionIn, responses((status = 201, body = EditionOut)))]
#[post("/agenda/editions")]
pub async fn adopt_edition(ctx: Ctx, request: HttpRequest, input: Json<AdoptEditionIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let AdoptEditionIn { title, from, to, outcome_id } = &input.value;
        let adopted = service::adopt(&ctx, txn, span_of(from, to)?, title, *outcome_id).await?;
        let location = format!("/api/v1/agenda/editions/{}", adopted.number);
        Ok(Created { location, version: None, body: EditionOut::from(adopted) })
    })
    .await
}

/// One edition with its releases
///
/// Who may: everybody.
#[utoipa::path(tag = "agenda", params(("number" = i32, Path)), responses((status = 200, body = EditionDossierOut)))]
#[get("/agenda/editions/{number:[0-9]+}")]
pub async fn show_edition(ctx: Ctx, number: web::Path<String>) -> Answer {
    let (edition, entries) = service::edition(&ctx, numbered(&number)?).await?;
    let entries = entries.into_iter().map(EntryOut::from).collect();
    Ok(HttpResponse::Ok().json(EditionDossierOut { edition: edition.into(), entries }))
}

/// Differences from an edition to a later one, or to the agenda of today
///
/// Who may: everybody. Errors: `unknown_value` for the number of no edition.
#[utoipa::path(tag = "agenda", params(("number" = i32, Path), AgainstQuery), responses((status = 200, body = DifferencesOut)))]
#[get("/agenda/editions/{number:[0-9]+}/differences")]
pub async fn compare_edition(ctx: Ctx, number: web::Path<String>, query: web::Query<AgainstQuery>) -> Answer {
    let differences = service::differences_from(&ctx, numbered(&number)?, query.against).await?;
    let differences = differences.into_iter().map(DifferenceOut::from).collect();
    Ok(HttpResponse::Ok().json(DifferencesOut { differences }))
}

/// Horizon of the agenda, and notice of its dates
///
/// For each product with a period: the day from which a release is missing. For the dates confirmed and moved in the last
/// twelve months: how many had the notice that the network aims at. Who may: everybody.
#[utoipa::path(tag = "agenda", responses((status = 200, body = MeasuresOut)))]
#[get("/agenda/measures")]
pub async fn measure_agenda(ctx: Ctx) -> Answer {
    let Measures { horizons, notices } = service::measures(&ctx).await?;
    let (catalogue, observatories) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllObservatories).await?);
    let horizon = |one: Horizon| {
        let product = catalogue.iter().find(|product| product.id == one.product)?.code.clone();
        let observatory = observatories.iter().find(|known| Some(known.id) == one.observatory);
        let observatory = observatory.map(|known| known.code.clone());
        Some(HorizonOut { product, observatory, missing_from: one.missing_from, months: one.months })
    };
    Ok(HttpResponse::Ok().json(MeasuresOut {
        horizon_target_months: HORIZON_TARGET_MONTHS,
        horizons: horizons.into_iter().filter_map(horizon).collect(),
        notice_target_working_days: NOTICE_TARGET_WORKING_DAYS,
        announced: notices.announced,
        announced_in_time: notices.in_time,
    }))
}

/// Reads the number of an edition; one that no edition can have is not found.
pub(super) fn numbered(text: &str) -> Result<i32, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

impl TryFrom<ChosenLineIn> for Key {
    type Error = Error;

    fn try_from(ChosenLineIn { product, observatory, period, day }: ChosenLineIn) -> Result<Self, Error> {
        let period = period.parse().map_err(|_| Error::from(Refusal::ProposalChanged))?;
        Ok(Self { product, observatory, period, day: day.into() })
    }
}

impl From<&Proposal> for ProposalOut {
    fn from(proposal: &Proposal) -> Self {
        let lines = proposal.lines.iter().filter_map(|line| LineOut::of(proposal, line)).collect();
        Self { from: proposal.span.from().to_string(), to: proposal.span.to().to_string(), lines }
    }
}

impl LineOut {
    fn of(proposal: &Proposal, line: &Line) -> Option<Self> {
        let reason = match &line.verdict {
            Verdict::NoDay(why) => Some(why.to_string()),
            _ => None,
        };
        let shared = line.warnings.iter().find_map(|warning| match warning {
            Warning::SharedDay(others) => Some(*others),
            Warning::BeforePeriodEnd => None,
        });
        Some(Self {
            product: proposal.product(line)?.code.clone(),
            observatory: proposal.observatory(line).map(|one| one.code.clone()),
            period: line.period.to_string(),
            verdict: LineVerdict::from(&line.verdict),
            release_id: line.existing.as_ref().map(|release| release.id),
            date: line.existing.as_ref().map(|release| release.when().into()),
            day: line.verdict.derived().map(|derived| derived.day),
            source: proposal.source(line).map(|source| source.code.clone()),
            explanation_it: proposal.sentence(line, Lang::It),
            explanation_en: proposal.sentence(line, Lang::En),
            reason,
            before_period_end: line.warnings.contains(&Warning::BeforePeriodEnd),
            shared_with: shared.unwrap_or_default(),
        })
    }
}

impl From<&Verdict> for LineVerdict {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::New(_) => Self::New,
            Verdict::Changed(_) => Self::Changed,
            Verdict::ByHand(_) => Self::ByHand,
            Verdict::Same => Self::Same,
            Verdict::Settled => Self::Settled,
            Verdict::Overtaken(_) => Self::Overtaken,
            Verdict::Gap => Self::Gap,
            Verdict::NoDay(_) => Self::NoDay,
        }
    }
}

impl From<Edition> for EditionOut {
    fn from(edition: Edition) -> Self {
        let (from, to) = edition.days;
        Self {
            number: edition.number,
            title: edition.title,
            from,
            to,
            adopted_at: edition.adopted_at,
            outcome_id: edition.decided.map(|decided| decided.outcome),
            meeting_id: edition.decided.map(|decided| decided.meeting),
        }
    }
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        Self {
            release_id: entry.release,
            product_name_it: entry.product_name_it,
            product_name_en: entry.product_name_en,
            observatory_name: entry.observatory_name,
            period: entry.period.to_string(),
            state: entry.state,
            date: entry.when.into(),
        }
    }
}

impl From<Difference> for DifferenceOut {
    fn from(difference: Difference) -> Self {
        let (kind, before, after) = match difference {
            Difference::Added(entry) => (DifferenceKind::Added, None, Some(entry)),
            Difference::Removed(entry) => (DifferenceKind::Removed, Some(entry), None),
            Difference::Moved { before, after } => (DifferenceKind::Moved, Some(before), Some(after)),
            Difference::State { before, after } => (DifferenceKind::State, Some(before), Some(after)),
        };
        Self { kind, before: before.map(EntryOut::from), after: after.map(EntryOut::from) }
    }
}
