//! The radar over REST.

use super::policy::Action;
use super::radar::SeatAtRisk;
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::designations::api::SeatOut;
use crate::due::Obligation;
use crate::http::Answer;
use crate::risk::RiskKind;
use crate::time::Day;
use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use entity::ids::{DesignationId, SeatId};
use entity::kinds::ObligationKind;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(show_radar);
}

/// Rights of each operation.
pub const RIGHTS: &[(&str, Right<Action>)] = &[("show_radar", Right::Ever(Action::ViewRadar))];

/// The seats at risk on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct RadarOut {
    pub day: NaiveDate,
    /// Most urgent kind first.
    #[schema(max_items = 1000)]
    pub items: Vec<RiskOut>,
}

/// A seat at risk.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskOut {
    pub kind: RiskKind,
    pub seat: SeatOut,
    #[schema(max_length = 201)]
    pub holder: Option<String>,
    pub designation_id: Option<DesignationId>,
    /// First day of the risk, past or future; absent for a seat that was never held.
    pub day: Option<NaiveDate>,
    /// Obligations due while the risk lasts, earliest first.
    #[schema(max_items = 1000)]
    pub due_meanwhile: Vec<ObligationOut>,
}

/// Open work of a seat, due by a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObligationOut {
    pub kind: ObligationKind,
    pub id: Uuid,
    pub seat_id: SeatId,
    #[schema(max_length = 300)]
    pub title_it: String,
    #[schema(max_length = 300)]
    pub title_en: String,
    pub due_day: NaiveDate,
    /// Day by which it is expected, if those who do it said that it will be late.
    pub expected_day: Option<NaiveDate>,
    /// Minutes of work.
    pub estimated_minutes: i32,
    /// The page where it is answered.
    #[schema(max_length = 300)]
    pub path: String,
}

/// Day of the radar.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RadarQuery {
    /// Absent: today.
    on: Option<Day>,
}

/// The vacancy radar
///
/// Seats that are vacant, uncovered or about to expire, or whose holder cannot be reached by mail, on a day of the past
/// or the future, as known now. Who may: secretariat and direction.
#[utoipa::path(tag = "overview", params(RadarQuery), responses((status = 200, body = RadarOut)))]
#[get("/radar")]
pub async fn show_radar(ctx: Ctx, query: web::Query<RadarQuery>) -> Answer {
    let on = query.on.map(NaiveDate::from);
    let risks = service::radar(&ctx, on).await?;
    let day = on.unwrap_or_else(|| ctx.today());
    Ok(HttpResponse::Ok().json(RadarOut { day, items: risks.into_iter().map(RiskOut::from).collect() }))
}

impl From<SeatAtRisk> for RiskOut {
    fn from(risk: SeatAtRisk) -> Self {
        let SeatAtRisk { kind, seat, holder, designation_id, day, due_meanwhile } = risk;
        Self {
            kind,
            seat: SeatOut::from(&*seat),
            holder,
            designation_id,
            day,
            due_meanwhile: due_meanwhile.into_iter().map(ObligationOut::from).collect(),
        }
    }
}

impl From<Obligation> for ObligationOut {
    fn from(obligation: Obligation) -> Self {
        let Obligation { kind, id, seat_id, title_it, title_en, due_day, expected, estimated_minutes, path, .. } =
            obligation;
        let expected_day = expected.map(|expected| expected.day);
        Self { kind, id, seat_id, title_it, title_en, due_day, expected_day, estimated_minutes, path }
    }
}
