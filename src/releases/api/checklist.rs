//! The checklist before a release as a response.

use crate::reviews::model::checklist::Finding;
use crate::reviews::model::release::{Point, ReleaseChecklist};
use entity::ids::DeliverableId;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// Errors and warnings before a release comes out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseChecklistOut {
    /// Errors that keep the release from coming out.
    #[schema(max_items = 1000)]
    pub blocking: Vec<PointOut>,
    #[schema(max_items = 1000)]
    pub warnings: Vec<PointOut>,
}

/// One finding before a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PointOut {
    pub finding: Finding,
    /// The deliverable that it is about; absent for the whole release.
    pub deliverable_id: Option<DeliverableId>,
    /// Name of the observatory of that deliverable.
    #[schema(max_length = 200)]
    pub observatory_name: Option<String>,
    /// Address of the page on which it is mended.
    pub page: String,
}

impl ReleaseChecklistOut {
    /// Makes the response; `base` is the address of the service.
    pub fn of(list: ReleaseChecklist, base: &str) -> Self {
        let out = |points: Vec<Point>| points.into_iter().map(|point| PointOut::of(point, base)).collect();
        Self { blocking: out(list.blocking), warnings: out(list.warnings) }
    }
}

impl PointOut {
    fn of(Point { finding, part, page }: Point, base: &str) -> Self {
        let (deliverable_id, observatory_name) = part.unzip();
        Self { finding, deliverable_id, observatory_name, page: format!("{base}{page}") }
    }
}
