//! Deliverables as read by other slices, pages and REST.

use super::model::{Deliverable, Submission};
use crate::documents::view::Document;
use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::{BodyId, ObservatoryId, ReleaseId};
use entity::kinds::{DeliverableState, ReleaseState};

/// One deliverable with the names of its observatory and of its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliverableView {
    pub deliverable: Deliverable,
    pub observatory_code: String,
    pub observatory_name: String,
    pub body_id: BodyId,
    /// Territory whose working days apply.
    pub territory: String,
    pub product_code: String,
    pub product_name_it: String,
    pub product_name_en: String,
    /// The reference period's label.
    pub period: String,
    pub release_state: ReleaseState,
    pub release_day: NaiveDate,
    /// Observatories that accepted to read it.
    pub readers: Vec<ObservatoryId>,
    /// Whether it is accepted and the network lets all referents read what is accepted.
    pub is_shared: bool,
}

impl DeliverableView {
    /// The product's name in the reader's language.
    pub fn product_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        }
    }

    /// «Relazione territoriale sul mercato del lavoro, 2026».
    pub fn release_name(&self, lang: Lang) -> String {
        format!("{}, {}", self.product_name(lang), self.period)
    }
}

/// An accepted deliverable with the submission that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub view: DeliverableView,
    pub submission: Submission,
}

/// A release as its deliverables name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseName {
    pub id: ReleaseId,
    pub product_name_it: String,
    pub product_name_en: String,
    /// The reference period's label.
    pub period: String,
}

impl ReleaseName {
    /// «Relazione territoriale sul mercato del lavoro, 2026».
    pub fn name(&self, lang: Lang) -> String {
        let product = match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        };
        format!("{product}, {}", self.period)
    }
}

/// One deliverable with its submissions, oldest first, and their files.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub view: DeliverableView,
    pub submissions: Vec<Submission>,
    pub documents: Vec<Document>,
}

impl Dossier {
    /// Returns the file of a submission, if it has one.
    pub fn document_of(&self, submission: &Submission) -> Option<&Document> {
        self.documents.iter().find(|document| Some(document.id) == submission.document_id)
    }
}

/// Progress of the deliverables of one release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: usize,
    /// Accepted, published or not.
    pub accepted: usize,
    pub waived: usize,
}

impl Progress {
    pub fn count(&mut self, state: DeliverableState) {
        self.total += 1;
        self.accepted += usize::from(super::model::is_accepted(state));
        self.waived += usize::from(state == DeliverableState::Waived);
    }

    /// Returns the number of deliverables still missing for a joint product.
    pub fn missing(self) -> usize {
        self.total - self.accepted - self.waived
    }
}

/// The progress of several releases.
pub type ProgressOf = std::collections::HashMap<ReleaseId, Progress>;
