//! The network over REST. Everything except people is public, because it holds no personal data.

use super::model::frame::{AgreementChange, BodyChange};
use super::model::{
    AgreementAct, AgreementView, BodyView, CalendarDay, ObservatoryView, PatronDay, PersonChange, PersonView,
    TerritoryView,
};
use super::policy::Action;
use super::questions::{AllBodies, AllObservatories, AllTerritories};
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Error;
use crate::http::Answer;
use crate::http::json::MergePatch;
use crate::http::paging::{Links, Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::texts::Lang;
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{AgreementId, BodyId, ObservatoryId, PersonId};
use entity::kinds::{BodyKind, ObservatoryKind};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(show_agreement)
        .service(edit_agreement)
        .service(list_bodies)
        .service(show_body)
        .service(edit_body)
        .service(list_observatories)
        .service(show_observatory)
        .service(list_territories)
        .service(list_working_days)
        .service(list_people)
        .service(show_person)
        .service(update_person);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("show_agreement", Right::Anybody),
    ("edit_agreement", Right::Ever(Action::EditFrame)),
    ("list_bodies", Right::Anybody),
    ("show_body", Right::Anybody),
    ("edit_body", Right::Ever(Action::EditFrame)),
    ("list_observatories", Right::Anybody),
    ("show_observatory", Right::Anybody),
    ("list_territories", Right::Anybody),
    ("list_working_days", Right::Anybody),
    ("list_people", Right::Ever(Action::ListPeople)),
    ("show_person", Right::Ever(Action::ViewPerson)),
    ("update_person", Right::Ever(Action::ChangePerson)),
];

/// The agreement under which the network works.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct AgreementOut {
    pub id: AgreementId,
    #[schema(max_length = 60)]
    pub code: String,
    #[schema(max_length = 300)]
    pub title: String,
    /// Day of the last signature, once the secretariat has entered it.
    pub in_force_from: Option<NaiveDate>,
    /// Last day in force (art. 6 c. 2).
    pub in_force_to: NaiveDate,
    /// Due day of the joint review, three months before the end (art. 6 c. 2).
    pub review_due: NaiveDate,
    /// Acts on which the agreement rests.
    #[schema(max_items = 100)]
    pub acts: Vec<ActOut>,
    pub version: i32,
}

/// An act on which an agreement rests.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ActOut {
    /// `dgr`, `regional_law`, `law`…
    #[schema(max_length = 40)]
    pub kind: String,
    #[schema(max_length = 60)]
    pub number: String,
    pub date: Option<NaiveDate>,
    #[schema(max_length = 500)]
    pub subject: String,
}

/// A signatory administration.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct BodyOut {
    pub id: BodyId,
    #[schema(max_length = 60, example = "provincia-bergamo")]
    pub code: String,
    #[schema(max_length = 200)]
    pub name: String,
    /// Other names under which it is known.
    #[schema(max_items = 50)]
    pub aliases: Vec<String>,
    pub kind: BodyKind,
    /// IPA code in the spelling of the public index of administrations; compare without case.
    #[schema(max_length = 20, example = "p_bg")]
    pub ipa_code: String,
    /// ISTAT code of the unit.
    #[schema(max_length = 10, example = "016")]
    pub istat_code: String,
    /// Prefix of the ISTAT codes of its municipalities.
    #[schema(max_length = 10)]
    pub province_code: Option<String>,
    #[schema(max_length = 2)]
    pub sigla: Option<String>,
    /// NUTS 2 of the region, NUTS 3 of the others.
    #[schema(max_length = 10, example = "ITC46")]
    pub nuts: String,
    #[schema(max_length = 80)]
    pub capital: String,
    #[schema(max_length = 10)]
    pub capital_istat: String,
    #[schema(max_length = 10)]
    pub capital_cadastral: String,
    /// Code of the territory whose working days its offices follow.
    #[schema(max_length = 10)]
    pub territory: String,
    #[schema(max_length = 254)]
    pub pec: Option<String>,
    pub signatory: bool,
    pub version: i32,
}

/// Changes of the agreement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementPatch {
    /// Day of the last signature; `null` removes it.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub in_force_from: Patch<Day>,
}

/// Changes of a body.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyPatch {
    /// Certified mailbox as listed in the public index of administrations; `null` removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, format = Email)]
    pub pec: Patch<String>,
}

/// A node of the network.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ObservatoryOut {
    pub id: ObservatoryId,
    #[schema(max_length = 60, example = "bergamo")]
    pub code: String,
    #[schema(max_length = 200)]
    pub name: String,
    pub kind: ObservatoryKind,
    /// Address of its own site.
    #[schema(max_length = 500)]
    pub site: Option<String>,
    /// Code of the body to which it belongs.
    #[schema(max_length = 60)]
    pub body: String,
    #[schema(max_length = 200)]
    pub body_name: String,
    /// Code of the territory whose working days it follows.
    #[schema(max_length = 10)]
    pub territory: String,
}

/// A town with a patron day, and therefore with a calendar of its own.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct TerritoryOut {
    #[schema(max_length = 10, example = "BG")]
    pub code: String,
    #[schema(max_length = 80)]
    pub name: String,
    #[schema(max_length = 80)]
    pub city: String,
    pub patron: Option<PatronOut>,
    /// Codes of the territories of the network that border on it.
    #[schema(max_items = 100)]
    pub neighbours: Vec<String>,
}

/// The day of a patron saint, a holiday for those who work in the town.
#[derive(Serialize, ToSchema)]
pub struct PatronOut {
    #[schema(max_length = 120)]
    pub name_it: String,
    #[schema(max_length = 120)]
    pub name_en: String,
    #[schema(minimum = 1, maximum = 12)]
    pub month: u32,
    #[schema(minimum = 1, maximum = 31)]
    pub day: u32,
}

/// One day of a territory.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct DayOut {
    pub day: NaiveDate,
    pub working: bool,
    /// Reason why the day is not a working day, in the requested language.
    #[schema(max_length = 120)]
    pub reason: Option<String>,
}

/// The days of a period.
#[derive(Serialize, ToSchema)]
pub struct WorkingDaysOut {
    #[schema(max_length = 10)]
    pub territory: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Number of working days.
    #[schema(minimum = 0, maximum = 400)]
    pub working_days: u32,
    /// Every day from the first to the last, both included.
    #[schema(max_items = 400)]
    pub days: Vec<DayOut>,
}

/// The requested period.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// The first day.
    pub from: Day,
    /// The last day; the period has at most 400 days.
    pub to: Day,
}

/// Office contact data of a person who holds or held a seat. Personal data.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct PersonOut {
    pub id: PersonId,
    /// Empty for a person with a single name.
    #[schema(max_length = 100)]
    pub given_name: String,
    #[schema(max_length = 100)]
    pub family_name: String,
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    pub language: Lang,
    /// Instant of the last permanent delivery failure; absent after a change of the address.
    pub bounced_at: Option<DateTime<Utc>>,
    #[schema(max_length = 500)]
    pub bounce_note: Option<String>,
    pub version: i32,
}

/// Changes of a person. The phone can be removed, and so can the given name of a person with a single name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub given_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub family_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, format = Email)]
    pub email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Lang>)]
    pub language: Patch<Lang>,
}

/// The agreement
///
/// Its acts, its term and the day of its joint review. Public.
#[utoipa::path(tag = "Network", responses((status = 200, body = AgreementOut)))]
#[get("/agreement")]
pub async fn show_agreement(ctx: Ctx) -> Answer {
    Ok(agreement_answer(service::agreement(&ctx).await?))
}

/// Enter the day of signature
///
/// Who may: the secretariat. Mails: none. Errors: `signed_in_future`; `end_before_start` for a day after the last day
/// in force.
#[utoipa::path(
    tag = "Network",
    params(IfMatch),
    request_body(content = AgreementPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AgreementOut))
)]
#[patch("/agreement")]
pub async fn edit_agreement(ctx: Ctx, request: HttpRequest, MergePatch(patch): MergePatch<AgreementPatch>) -> Answer {
    let change = AgreementChange { in_force_from: patch.in_force_from.map(NaiveDate::from).changing() };
    let work = async |txn: &Txn, version| service::edit_agreement(&ctx, txn, version, change).await;
    Ok(agreement_answer(version::change(&ctx, &request, work).await?))
}

/// The bodies
///
/// All signatories, the region first. Public.
#[utoipa::path(tag = "Network", responses((status = 200, body = Page<BodyOut>)))]
#[get("/bodies")]
pub async fn list_bodies(ctx: Ctx) -> Answer {
    Ok(whole(&ctx.recall(&AllBodies).await?, BodyOut::from))
}

/// One body
///
/// Found by its code, its IPA code or any of its names, regardless of case. Public.
#[utoipa::path(tag = "Network", params(("code" = String, Path, max_length = 200)), responses((status = 200, body = BodyOut)))]
#[get("/bodies/{code}")]
pub async fn show_body(ctx: Ctx, code: web::Path<String>) -> Answer {
    Ok(body_answer(service::body(&ctx, &code).await?))
}

/// Enter the certified mailbox of a body
///
/// What happens: mails to a body without a manager are sent to this mailbox. Who may: the secretariat. Mails: none.
/// Errors: `not_an_address`, `mailbox_taken` for the mailbox of another body.
#[utoipa::path(
    tag = "Network",
    params(("code" = String, Path, max_length = 200), IfMatch),
    request_body(content = BodyPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = BodyOut))
)]
#[patch("/bodies/{code}")]
pub async fn edit_body(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    MergePatch(patch): MergePatch<BodyPatch>,
) -> Answer {
    let change = BodyChange { pec: patch.pec.changing() };
    let work = async |txn: &Txn, version| service::edit_body(&ctx, txn, &code, version, change).await;
    Ok(body_answer(version::change(&ctx, &request, work).await?))
}

/// The observatories
///
/// The regional one first. Public.
#[utoipa::path(tag = "Network", responses((status = 200, body = Page<ObservatoryOut>)))]
#[get("/observatories")]
pub async fn list_observatories(ctx: Ctx) -> Answer {
    Ok(whole(&ctx.recall(&AllObservatories).await?, ObservatoryOut::from))
}

/// One observatory
///
/// Public.
#[utoipa::path(tag = "Network", params(("code" = String, Path, max_length = 60)), responses((status = 200, body = ObservatoryOut)))]
#[get("/observatories/{code}")]
pub async fn show_observatory(ctx: Ctx, code: web::Path<String>) -> Answer {
    let observatory = service::observatory(&ctx, &code).await?;
    Ok(HttpResponse::Ok().json(ObservatoryOut::from(observatory)))
}

/// The territories
///
/// Each with its patron day. Public.
#[utoipa::path(tag = "Network", responses((status = 200, body = Page<TerritoryOut>)))]
#[get("/territories")]
pub async fn list_territories(ctx: Ctx) -> Answer {
    Ok(whole(&ctx.recall(&AllTerritories).await?, TerritoryOut::from))
}

/// The working days of a territory
///
/// Every day of a period, with the reason if it is not a working day: a holiday, the patron of the town, a closure, a
/// weekend. Refused: a period that ends before it starts, or of more than 400 days. Public.
#[utoipa::path(tag = "Network", params(("code" = String, Path, max_length = 10), SpanQuery), responses((status = 200, body = WorkingDaysOut)))]
#[get("/territories/{code}/working-days")]
pub async fn list_working_days(ctx: Ctx, code: web::Path<String>, span: web::Query<SpanQuery>) -> Answer {
    let (from, to) = (span.from.into(), span.to.into());
    let days = service::working_days(&ctx, &code, from, to).await?;
    Ok(HttpResponse::Ok().json(WorkingDaysOut::of(code.into_inner(), from, to, days)))
}

/// The people
///
/// All people who hold or held a seat, in the order in which they were entered. Who may: the secretariat.
#[utoipa::path(tag = "Network", params(Paging), responses((status = 200, body = Page<PersonOut>)))]
#[get("/people")]
pub async fn list_people(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let people = service::people(&ctx, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, people, |person| person.id)?;
    Ok(HttpResponse::Ok().json(page.map(PersonOut::from)))
}

/// One person
///
/// Who may: secretariat and direction; holders of seats, other than a partner's, in all the bodies where the person
/// holds or will hold one; the person. Other callers get the answer for an unknown person.
#[utoipa::path(tag = "Network", params(("id" = PersonId, Path)), responses((status = 200, body = PersonOut)))]
#[get("/people/{id:[0-9A-Fa-f-]+}")]
pub async fn show_person(ctx: Ctx, id: web::Path<PersonId>) -> Answer {
    Ok(with_version(service::person_seen(&ctx, id.into_inner()).await?))
}

/// Correct a person's data
///
/// Who may: the secretariat everything; a manager of all the bodies in which the person holds or will hold a seat the
/// names, phone and language; everybody their own phone and language. Mails: none. Errors: `address_taken` for the
/// address of another person.
#[utoipa::path(
    tag = "Network",
    params(("id" = PersonId, Path), IfMatch),
    request_body(content = PersonPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = PersonOut))
)]
#[patch("/people/{id:[0-9A-Fa-f-]+}")]
pub async fn update_person(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<PersonId>,
    MergePatch(patch): MergePatch<PersonPatch>,
) -> Answer {
    let version = version::if_match(&request)?;
    let change = PersonChange::try_from(patch)?;
    let id = id.into_inner();
    let person = ctx.write(async |txn| service::update_person(&ctx, txn, id, version, change).await).await?;
    Ok(with_version(person))
}

/// Answers with a complete list on one page, because lists of the network are short: the bodies of an agreement rarely
/// change.
fn whole<T: Clone, O: Serialize>(items: &[T], say: impl FnMut(T) -> O) -> HttpResponse {
    let page = Page { items: items.iter().cloned().map(say).collect(), links: Links { next: None } };
    HttpResponse::Ok().json(page)
}

fn agreement_answer(agreement: AgreementView) -> HttpResponse {
    version::answer(agreement.version, &AgreementOut::from(agreement))
}

fn body_answer(body: BodyView) -> HttpResponse {
    version::answer(body.version, &BodyOut::from(body))
}

fn with_version(person: PersonView) -> HttpResponse {
    HttpResponse::Ok().insert_header(version::etag(person.version)).json(PersonOut::from(person))
}

impl From<AgreementView> for AgreementOut {
    fn from(view: AgreementView) -> Self {
        let AgreementView { id, code, title, in_force_from, in_force_to, review_due, acts, version } = view;
        let act = |AgreementAct { kind, number, date, subject }| ActOut { kind, number, date, subject };
        let acts = acts.into_iter().map(act).collect();
        Self { id, code, title, in_force_from, in_force_to, review_due, acts, version }
    }
}

impl From<BodyView> for BodyOut {
    fn from(view: BodyView) -> Self {
        let BodyView { id, code, name, aliases, kind, ipa_code, istat_code, province_code, sigla, nuts, .. } = view;
        let BodyView { capital, capital_istat, capital_cadastral, territory, pec, signatory, version, .. } = view;
        Self {
            id,
            code,
            name,
            aliases,
            kind,
            ipa_code,
            istat_code,
            province_code,
            sigla,
            nuts,
            capital,
            capital_istat,
            capital_cadastral,
            territory,
            pec,
            signatory,
            version,
        }
    }
}

impl From<ObservatoryView> for ObservatoryOut {
    fn from(view: ObservatoryView) -> Self {
        let ObservatoryView {
            id,
            code,
            name,
            kind,
            site,
            body_id: _,
            body_code: body,
            body_name,
            territory,
            version: _,
        } = view;
        Self { id, code, name, kind, site, body, body_name, territory }
    }
}

impl From<TerritoryView> for TerritoryOut {
    fn from(TerritoryView { code, name, city, patron, neighbours }: TerritoryView) -> Self {
        let patron =
            patron.map(|PatronDay { name_it, name_en, month, day }| PatronOut { name_it, name_en, month, day });
        Self { code, name, city, patron, neighbours }
    }
}

impl WorkingDaysOut {
    fn of(territory: String, from: NaiveDate, to: NaiveDate, days: Vec<CalendarDay>) -> Self {
        let days: Vec<DayOut> = days
            .into_iter()
            .map(|CalendarDay { day, reason }| DayOut { day, working: reason.is_none(), reason })
            .collect();
        let working_days = days.iter().map(|day| u32::from(day.working)).sum();
        Self { territory, from, to, working_days, days }
    }
}

impl From<PersonView> for PersonOut {
    fn from(view: PersonView) -> Self {
        let PersonView { id, given_name, family_name, email, phone, language, bounced_at, bounce_note, version } = view;
        Self { id, given_name, family_name, email, phone, language, bounced_at, bounce_note, version }
    }
}

impl TryFrom<PersonPatch> for PersonChange {
    type Error = Error;

    fn try_from(patch: PersonPatch) -> Result<Self, Error> {
        let PersonPatch { given_name, family_name, email, phone, language } = patch;
        Ok(Self {
            given_name: given_name.changing().map(Option::unwrap_or_default),
            family_name: family_name.replacing("family_name")?,
            email: email.replacing("email")?,
            phone: phone.changing(),
            language: language.replacing("language")?,
        })
    }
}
