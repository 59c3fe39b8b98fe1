//! The checklist before a release comes out: everything that keeps it back, and warnings apart. Pure.
//!
//! The page, the API, the Monday list and the publication itself read the same list.

use super::checklist::Finding;
use crate::deliverables::model::is_accepted;
use entity::ids::DeliverableId;
use entity::kinds::DeliverableState;

/// A contribution to the release as the checklist sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub id: DeliverableId,
    /// Name of its observatory.
    pub observatory: String,
    pub state: DeliverableState,
    /// Remarks that are not settled.
    pub open_remarks: usize,
    /// Whether the address of its page is declared; for a joint product, of the page of all.
    pub has_address: bool,
}

/// The facts about a release that the checklist asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether one page is published for all contributions.
    pub is_joint: bool,
    pub parts: Vec<Part>,
    /// Code of the product.
    pub product: String,
    /// Whether the product has any methodology sheet.
    pub has_sheets: bool,
    /// Whether a methodology sheet applies to the period.
    pub has_sheet: bool,
    /// Whether people could read the product before its release and no permission stands any more, although none was ended.
    pub has_lapsed_access: bool,
}

/// One finding before a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub finding: Finding,
    /// The contribution that it is about, with the name of its observatory; `None` for the whole release.
    pub part: Option<(DeliverableId, String)>,
    /// Page on which it is mended.
    pub page: String,
}

/// Errors and warnings before a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseChecklist {
    /// Errors that keep the release from coming out.
    pub blocking: Vec<Point>,
    pub warnings: Vec<Point>,
}

impl ReleaseChecklist {
    /// Reads the checklist. A joint release waits for every chapter that is not left out; others come out with what is
    /// accepted, and only warn.
    pub fn of(facts: &Facts) -> Self {
        let mut list = Self::default();
        let first = facts.parts.iter().find(|part| is_accepted(part.state));
        if first.is_none() {
            list.blocking.push(Point::whole(Finding::NothingAccepted, String::from("/tasks")));
        }
        for part in &facts.parts {
            let found = part.findings(facts.is_joint).map(|finding| part.point(finding));
            if facts.is_joint { list.blocking.extend(found) } else { list.warnings.extend(found) }
        }
        if let Some(first) = first.filter(|part| facts.is_joint && !part.has_address) {
            list.blocking.push(Point::whole(Finding::AddressMissing, first.publication()));
        }
        let product = format!("/products/{}", facts.product);
        if !facts.has_sheets {
            list.warnings.push(Point::whole(Finding::SheetMissing, product));
        } else if !facts.has_sheet {
            list.blocking.push(Point::whole(Finding::SheetLapsed, product));
        }
        if facts.has_lapsed_access {
            list.blocking.push(Point::whole(Finding::AccessLapsed, String::from("/early-access")));
        }
        list
    }
}

impl Point {
    const fn whole(finding: Finding, page: String) -> Self {
        Self { finding, part: None, page }
    }
}

impl Part {
    /// Lists what a contribution misses; nothing for one that is left out.
    fn findings(&self, is_joint: bool) -> impl Iterator<Item = Finding> + use<> {
        let is_left_out = matches!(self.state, DeliverableState::Waived | DeliverableState::Missing);
        let is_accepted = is_accepted(self.state);
        let all = [
            (self.open_remarks > 0, Finding::RemarksOpen),
            (!is_accepted && is_joint, Finding::NotAccepted),
            (is_accepted && !is_joint && !self.has_address, Finding::AddressMissing),
        ];
        all.into_iter().filter(move |(is_found, _)| *is_found && !is_left_out).map(|(_, finding)| finding)
    }

    fn point(&self, finding: Finding) -> Point {
        let page = match finding {
            Finding::AddressMissing => self.publication(),
            _ => format!("/deliverables/{}", self.id),
        };
        Point { finding, part: Some((self.id, self.observatory.clone())), page }
    }

    /// Returns the page on which the address is declared.
    fn publication(&self) -> String {
        format!("/publications/{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn part(number: u128, state: DeliverableState) -> Part {
        let id = Uuid::from_u128(number).into();
        Part { id, observatory: format!("Osservatorio {number}"), state, open_remarks: 0, has_address: true }
    }

    fn joint(parts: Vec<Part>) -> Facts {
        let product = "relazione".to_owned();
        Facts { is_joint: true, parts, product, has_sheets: true, has_sheet: true, has_lapsed_access: false }
    }

    fn found(points: &[Point]) -> Vec<Finding> {
        points.iter().map(|point| point.finding).collect()
    }

    #[test]
    fn a_joint_release_waits_for_every_chapter_that_is_not_left_out() {
        let (approved, waived) = (part(1, DeliverableState::Approved), part(2, DeliverableState::Waived));
        let (missing, submitted) = (part(3, DeliverableState::Missing), part(4, DeliverableState::Submitted));
        let complete = joint(vec![approved, waived, missing]);
        assert_eq!(ReleaseChecklist::of(&complete), ReleaseChecklist::default());
        let mut waiting = complete.clone();
        waiting.parts.push(Part { open_remarks: 2, ..submitted });
        let list = ReleaseChecklist::of(&waiting);
        assert_eq!(found(&list.blocking), [Finding::RemarksOpen, Finding::NotAccepted]);
        let each = ReleaseChecklist::of(&Facts { is_joint: false, ..waiting });
        assert_eq!(found(&each.warnings), [Finding::RemarksOpen], "others come out");
        assert!(each.blocking.is_empty());
    }

    #[test]
    fn all_errors_are_listed_together_with_where_they_are_mended() {
        let nameless = Part { has_address: false, ..part(1, DeliverableState::Approved) };
        let facts = Facts { has_sheet: false, has_lapsed_access: true, ..joint(vec![nameless.clone()]) };
        let list = ReleaseChecklist::of(&facts);
        let expected = [Finding::AddressMissing, Finding::SheetLapsed, Finding::AccessLapsed];
        assert_eq!(found(&list.blocking), expected);
        let pages: Vec<&str> = list.blocking.iter().map(|point| point.page.as_str()).collect();
        assert_eq!(pages, [&*nameless.publication(), "/products/relazione", "/early-access"]);
        let without = ReleaseChecklist::of(&Facts { has_sheets: false, ..facts });
        assert_eq!(found(&without.warnings), [Finding::SheetMissing], "a product without sheets is only warned of");
        let none = ReleaseChecklist::of(&joint(vec![part(1, DeliverableState::Missing)]));
        assert_eq!(found(&none.blocking), [Finding::NothingAccepted]);
    }
}
