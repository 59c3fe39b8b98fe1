//! The checklist before a release in words, each line with the page on which it is mended.

use crate::reviews::model::release::{Point, ReleaseChecklist};
use crate::texts::{Label, Lang};

/// Errors and warnings before a release.
pub struct ReleaseLines {
    pub blocking: Vec<PointLine>,
    pub warnings: Vec<PointLine>,
}

/// One finding.
pub struct PointLine {
    /// Name of the observatory whose contribution it is about.
    pub observatory: Option<String>,
    pub text: &'static str,
    pub href: String,
}

impl ReleaseLines {
    pub fn of(list: &ReleaseChecklist, lang: Lang) -> Self {
        let lines = |points: &[Point]| points.iter().map(|point| PointLine::of(point, lang)).collect();
        Self { blocking: lines(&list.blocking), warnings: lines(&list.warnings) }
    }

    pub fn is_complete(&self) -> bool {
        self.blocking.is_empty() && self.warnings.is_empty()
    }
}

impl PointLine {
    fn of(point: &Point, lang: Lang) -> Self {
        let observatory = point.part.as_ref().map(|(_, name)| name.clone());
        Self { observatory, text: point.finding.label(lang), href: point.page.clone() }
    }
}
