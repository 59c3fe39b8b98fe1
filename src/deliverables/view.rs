//! Deliverables as read by other slices, pages and REST.

use super::model::{Deliverable, LateFrom, Submission};
use crate::documents::view::Document;
use crate::texts::Lang;
use crate::time::words;
use chrono::NaiveDate;
use entity::ids::{BodyId, ObservatoryId, ReleaseId};
use entity::kinds::{DeliverableState, ProductScope, ReleaseState};

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
    pub scope: ProductScope,
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
        format!("{}, {}", self.product_name(lang), self.period_name(lang))
    }

    /// «2026», «1° semestre 2026».
    pub fn period_name(&self, lang: Lang) -> String {
        period_name(&self.period, lang)
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
    /// Name of the observatory that alone answers for it.
    pub observatory: Option<String>,
}

impl ReleaseName {
    /// «Relazione territoriale sul mercato del lavoro, 2026»; with the observatory if only one answers for it.
    pub fn name(&self, lang: Lang) -> String {
        let product = match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        };
        let period = period_name(&self.period, lang);
        match &self.observatory {
            Some(observatory) => format!("{product}, {period} ({observatory})"),
            None => format!("{product}, {period}"),
        }
    }
}

/// Returns a period in words, behind the name of its product. A label that is no period stays as it is.
pub fn period_name(label: &str, lang: Lang) -> String {
    label.parse().map_or_else(|_| label.to_owned(), |period| words::period_of_name(period, lang))
}

/// One deliverable with its submissions, oldest first, and their files.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub view: DeliverableView,
    pub submissions: Vec<Submission>,
    pub documents: Vec<Document>,
    /// Day from which the release may go out without it, for a chapter of a joint release to come.
    pub late_from: Option<LateFrom>,
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
    /// Chapters without which the release goes out.
    pub left_out: usize,
}

impl Progress {
    pub fn count(&mut self, state: DeliverableState) {
        self.total += 1;
        self.accepted += usize::from(super::model::is_accepted(state));
        self.waived += usize::from(state == DeliverableState::Waived);
        self.left_out += usize::from(state == DeliverableState::Missing);
    }

    /// Returns the number of deliverables for which a joint product still waits.
    pub fn awaited(self) -> usize {
        self.total - self.accepted - self.waived - self.left_out
    }
}

/// The progress of several releases.
pub type ProgressOf = std::collections::HashMap<ReleaseId, Progress>;
