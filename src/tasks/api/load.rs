//! The load over REST.

use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::year::YearQuery;
use crate::tasks::service::{self, Load, PlaceLoad};
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// Minutes of work due in a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoadOut {
    pub year: i32,
    #[schema(max_items = 100)]
    pub items: Vec<PlaceLoadOut>,
}

/// Minutes of work of one observatory.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaceLoadOut {
    /// Code of the observatory; absent for the seats that belong to none.
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    /// Minutes of January to December.
    #[schema(min_items = 12, max_items = 12)]
    pub minutes: Vec<i64>,
}

/// The load of a year
///
/// The estimated minutes of the tasks due in each month, done or not, without cancelled ones. Who may: secretariat and
/// direction see all observatories, others the tasks of their own seats and observatories. Errors: `bad_request` for a year
/// outside 1900 to 2199.
#[utoipa::path(tag = "tasks", params(("year" = i32, Path, minimum = 1900, maximum = 2199)), responses((status = 200, body = LoadOut)))]
#[get("/tasks/load/years/{year}")]
pub async fn show_load_of_year(ctx: Ctx, year: web::Path<String>) -> Answer {
    let year = YearQuery { year: year.into_inner() }.read(ctx.today())?;
    Ok(HttpResponse::Ok().json(LoadOut::from(service::load(&ctx, year).await?)))
}

impl From<Load> for LoadOut {
    fn from(Load { year, places }: Load) -> Self {
        Self { year: year.year(), items: places.into_iter().map(PlaceLoadOut::from).collect() }
    }
}

impl From<PlaceLoad> for PlaceLoadOut {
    fn from(PlaceLoad { observatory, minutes }: PlaceLoad) -> Self {
        Self { observatory: observatory.map(|one| one.code), minutes: minutes.to_vec() }
    }
}
