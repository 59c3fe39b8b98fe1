//! Studies as readers see them.

use super::model::Study;
use super::model::near::Reason;
use crate::catalogue::model::Product;
use crate::network::model::ObservatoryView;
use crate::releases::view::ReleaseView;
use entity::kinds::ReleaseState;

/// A study with the product and the release that it is.
#[derive(Clone, Debug)]
pub struct StudyView {
    pub study: Study,
    pub observatory: ObservatoryView,
    pub product: Product,
    pub release: ReleaseView,
    /// Name of the territory that it is about.
    pub territory_name: String,
}

impl StudyView {
    pub fn title(&self) -> &str {
        &self.product.details.name_it
    }

    /// Tells whether it can still be changed and withdrawn.
    pub fn is_provisional(&self) -> bool {
        self.release.release.state() == ReleaseState::Provisional
    }
}

/// A release of others that is near to a study, with the reasons.
#[derive(Clone, Debug)]
pub struct Near {
    pub view: ReleaseView,
    pub reasons: Vec<Reason>,
}
