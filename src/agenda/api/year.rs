//! The work of a year over REST.

use crate::agenda::service::{self, Part, YearOfWork};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::year::YearQuery;
use crate::releases::api::WhenDto;
use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::{DeliverableState, ReleaseState};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// The releases of a year with the contributions to them that the caller sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YearOut {
    pub year: i32,
    /// Codes of the observatories whose contributions the caller sees.
    #[schema(max_items = 100)]
    pub observatories: Vec<String>,
    /// The earliest day first.
    #[schema(max_items = 10_000)]
    pub releases: Vec<YearReleaseOut>,
}

/// A release of the year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YearReleaseOut {
    pub id: ReleaseId,
    /// The product's code.
    #[schema(max_length = 60)]
    pub product: String,
    #[schema(max_length = 10)]
    pub period: String,
    pub state: ReleaseState,
    pub date: WhenDto,
    #[schema(max_items = 100)]
    pub contributions: Vec<YearContributionOut>,
}

/// The contribution of an observatory to a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YearContributionOut {
    /// Code of the observatory.
    #[schema(max_length = 60)]
    pub observatory: String,
    /// Absent while the release is not confirmed: the contribution is expected and not planned.
    pub deliverable_id: Option<DeliverableId>,
    pub state: Option<DeliverableState>,
    pub day: Option<NaiveDate>,
    pub overdue: bool,
}

/// The work of a year
///
/// The releases of the year with the state of each contribution to them that the caller sees. Who may: everyone who sees a
/// contribution. Errors: `bad_request` for a year outside 1900 to 2199.
#[utoipa::path(tag = "agenda", params(("year" = i32, Path, minimum = 1900, maximum = 2199)), responses((status = 200, body = YearOut)))]
#[get("/agenda/years/{year}")]
pub async fn show_year_of_work(ctx: Ctx, year: web::Path<String>) -> Answer {
    let year = YearQuery { year: year.into_inner() }.read(ctx.today())?;
    let work = service::year_of_work(&ctx, year).await?;
    Ok(HttpResponse::Ok().json(YearOut::of(&work, ctx.today())))
}

impl YearOut {
    fn of(work: &YearOfWork, today: NaiveDate) -> Self {
        let release = |view: &crate::releases::view::ReleaseView| YearReleaseOut {
            id: view.release.id,
            product: view.product_code.clone(),
            period: view.release.period.to_string(),
            state: view.release.state(),
            date: view.release.when().into(),
            contributions: work
                .places
                .iter()
                .filter_map(|place| contribution(work.part(view, place), &place.observatory.code, today))
                .collect(),
        };
        Self {
            year: work.year.year(),
            observatories: work.places.iter().map(|place| place.observatory.code.clone()).collect(),
            releases: work.releases.iter().map(release).collect(),
        }
    }
}

fn contribution(part: Part<'_>, observatory: &str, today: NaiveDate) -> Option<YearContributionOut> {
    let expected = YearContributionOut {
        observatory: observatory.to_owned(),
        deliverable_id: None,
        state: None,
        day: None,
        overdue: false,
    };
    match part {
        Part::None => None,
        Part::Expected => Some(expected),
        Part::Owed(owed) => Some(YearContributionOut {
            deliverable_id: Some(owed.deliverable.id),
            state: Some(owed.deliverable.state()),
            day: Some(owed.deliverable.day()),
            overdue: owed.deliverable.is_overdue(today),
            ..expected
        }),
    }
}
