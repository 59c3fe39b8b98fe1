//! Views of the agenda for other slices, pages and REST. No personal data.

use super::model::{Flags, Reason, Release, When, is_open};
use crate::catalogue::model::{Contact, Product, Sheet, in_force};
use crate::deliverables::view::Progress;
use crate::texts::Lang;
use crate::time::period::Period;
use crate::time::{ClosedDay, words, zone};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MeetingId, ObservatoryId, OutcomeId, ProductId, ReleaseChangeId};
use entity::kinds::{AmendmentKind, DeliverableState, ProductScope, ReleaseChangeKind, Theme};
use std::cmp::Ordering;
use std::collections::HashMap;

/// The observatory that owes a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    pub code: String,
    pub name: String,
}

/// A release as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseView {
    pub release: Release,
    pub product_code: String,
    pub product_name_it: String,
    pub product_name_en: String,
    pub scope: ProductScope,
    /// Observatory that owes the release, if the product is autonomous.
    pub observatory: Option<Whose>,
    /// Last part of the address of its page.
    pub slug: String,
    /// Instant of the last change.
    pub updated_at: DateTime<Utc>,
}

impl ReleaseView {
    pub fn product_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        }
    }

    /// «Relazione territoriale sul mercato del lavoro, anno 2026», followed by the observatory if the release belongs
    /// to one.
    pub fn title(&self, lang: Lang) -> String {
        let title = format!("{}, {}", self.product_name(lang), words::period(self.release.period, lang));
        match &self.observatory {
            Some(whose) => format!("{title} ({})", whose.name),
            None => title,
        }
    }

    /// Address of its page.
    pub fn href(&self) -> String {
        format!("/rilasci/{}", self.slug)
    }

    pub fn flags(&self, now: DateTime<Utc>) -> Flags {
        self.release.flags(now)
    }
}

/// One date of a release, with the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// 1 for the first.
    pub position: i32,
    pub kind: ReleaseChangeKind,
    pub when: When,
    pub reason: Option<Reason>,
    /// Reason for a day that was not worked in all territories concerned.
    pub despite_non_working: Option<String>,
    /// The decision of a meeting behind it.
    pub outcome: Option<DecidedBy>,
    /// Explanation of a date taken from the rule of the product.
    pub by_rule: Option<ByRule>,
    /// Amendment or withdrawal of what was published, if this is one.
    pub afterwards: Option<Afterwards>,
    pub at: DateTime<Utc>,
    /// Notice in working days of all territories concerned; `None` if the row sets no date.
    pub notice: Option<i32>,
}

/// Amendment or withdrawal of what was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Afterwards {
    /// `None` for a withdrawal.
    pub kind: Option<AmendmentKind>,
    /// Public explanation.
    pub explanation: String,
    /// Observatory whose report it is about; `None` if it is about all that the release published.
    pub observatory: Option<ReportOf>,
    /// Address of the page before.
    pub before: Option<String>,
    /// Address of the page after an amendment.
    pub after: Option<String>,
}

/// The observatory of one of several reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportOf {
    pub id: ObservatoryId,
    pub code: String,
    pub name: String,
}

/// Sentence that explains a date taken from the rule of its product, as it was when the date was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByRule {
    pub it: String,
    pub en: String,
}

impl ByRule {
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.it,
            Lang::En => &self.en,
        }
    }
}

/// Distance of a date from the first confirmed one; negative if it is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    pub days: i64,
    /// Common working days of all territories concerned.
    pub working_days: i32,
}

/// The outcome of a meeting that decided a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedBy {
    pub outcome_id: OutcomeId,
    /// Meeting of the decision; `None` until the row of the outcome exists.
    pub meeting_id: Option<MeetingId>,
}

/// A later change that took the place of a date, as a decision about the date has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overtaken {
    pub how: Overtaking,
    /// Instant of the latest change.
    pub at: DateTime<Utc>,
    /// The present date; for a cancelled release the one it had.
    pub now: When,
    /// Address of the release's page.
    pub href: String,
}

/// Effect of a later change on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaking {
    Postponed,
    BroughtForward,
    Cancelled,
}

/// Finds the latest change that took the place of the date set at a position. `None` if that date holds, or holds again.
pub fn overtaking(changes: &[Change], position: i32) -> Option<(Overtaking, &Change)> {
    let set = changes.iter().find(|change| change.position == position)?;
    let moves = |change: &&Change| matches!(change.kind, ReleaseChangeKind::Moved | ReleaseChangeKind::Cancelled);
    let last = changes.iter().rev().find(moves).filter(|last| last.position > position)?;
    if last.kind == ReleaseChangeKind::Cancelled {
        return Some((Overtaking::Cancelled, last));
    }
    let instant = |change: &Change| (change.when.first_day(), change.when.hour());
    match instant(last).cmp(&instant(set)) {
        Ordering::Less => Some((Overtaking::BroughtForward, last)),
        Ordering::Equal => None,
        Ordering::Greater => Some((Overtaking::Postponed, last)),
    }
}

/// «superata dal rinvio del 27 ottobre 2026: ora mercoledì 23 dicembre 2026, ore 10.00».
pub fn overtaken_text(how: Overtaking, at: DateTime<Utc>, now: When, lang: Lang) -> String {
    let key = match how {
        Overtaking::Postponed => "releases.overtaken_postponed",
        Overtaking::BroughtForward => "releases.overtaken_forward",
        Overtaking::Cancelled => "releases.overtaken_cancelled",
    };
    let (on, when) = (words::date(zone::day_of(at), lang), when_text(now, lang));
    lang.f(key, &[("on", &on), ("when", &when)])
}

/// The part of one observatory in a release, without what only the network may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub observatory: ObservatoryId,
    pub state: DeliverableState,
    /// Public cause of a missing chapter, and the instant since which it is missing.
    pub missing: Option<(String, DateTime<Utc>)>,
    /// The page on the portal, if the service has recognised it.
    pub seen: Option<Seen>,
}

/// A page that the service has recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub address: String,
    /// Instant at which it was first recognised.
    pub at: DateTime<Utc>,
}

/// A published report that anybody can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The province it is about; `None` if one page is the report of all.
    pub place: Option<String>,
    pub seen: Seen,
}

/// A chapter without which a joint release goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingChapter {
    /// Code of the observatory.
    pub observatory: String,
    /// The province it would be about.
    pub place: String,
    /// Public cause.
    pub cause: String,
    pub since: DateTime<Utc>,
}

/// Parts of a release, as the public may know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Reports that can be read.
    pub reports: Vec<Report>,
    /// Chapters without which it goes out, by name of the province.
    pub missing: Vec<MissingChapter>,
}

/// A release with everything that the public may know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub view: ReleaseView,
    /// Every date, the first one first.
    pub changes: Vec<Change>,
    pub parts: Parts,
    /// The release of the same product that comes after it.
    pub next: Option<ReleaseView>,
    pub about: About,
}

/// Facts about the product of a release: what it is, whom to ask, how it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Address of the product's page.
    pub href: String,
    pub description_it: Option<String>,
    pub description_en: Option<String>,
    pub theme: Option<Theme>,
    /// Office that answers questions.
    pub contact: Contact,
    /// Version of the methodology sheet in force for the release.
    pub sheet: Option<Sheet>,
}

impl About {
    /// Collects the facts from the catalogue. `asked` is the office for a product without a contact of its own.
    pub fn of(view: &ReleaseView, product: Option<&Product>, sheets: &[Sheet], asked: Contact) -> Self {
        let details = product.map(|product| &product.details);
        Self {
            href: format!("/products/{}", view.product_code),
            description_it: details.and_then(|details| details.description_it.clone()),
            description_en: details.and_then(|details| details.description_en.clone()),
            theme: details.and_then(|details| details.theme),
            contact: details.and_then(|details| details.contact.clone()).unwrap_or(asked),
            sheet: in_force(sheets, view.release.period).cloned(),
        }
    }

    /// Returns the description in a language, or in the other one if it has only that, with its language.
    pub fn description(&self, lang: Lang) -> Option<(&str, Lang)> {
        let it = self.description_it.as_deref().map(|text| (text, Lang::It));
        let en = self.description_en.as_deref().map(|text| (text, Lang::En));
        match lang {
            Lang::It => it.or(en),
            Lang::En => en.or(it),
        }
    }

    /// «Ufficio studi, studi@ente.example».
    pub fn contact_text(&self) -> String {
        match &self.contact.email {
            Some(email) => format!("{}, {email}", self.contact.name),
            None => self.contact.name.clone(),
        }
    }
}

/// The releases still to come, the earliest first, by product and, if one alone owes it, by observatory.
#[derive(Debug, Default)]
pub struct Coming<'v>(HashMap<(ProductId, Option<ObservatoryId>), Vec<&'v ReleaseView>>);

impl<'v> Coming<'v> {
    /// Collects those of the releases that are still to come. One that is named twice counts once.
    pub fn among(releases: impl IntoIterator<Item = &'v ReleaseView>) -> Self {
        let mut coming: HashMap<_, Vec<&ReleaseView>> = HashMap::new();
        for view in releases.into_iter().filter(|view| is_open(view.release.state())) {
            coming.entry((view.release.product_id, view.release.observatory)).or_default().push(view);
        }
        for editions in coming.values_mut() {
            editions.sort_by_key(|view| position(view));
        }
        Self(coming)
    }

    /// Finds the first release of the same product whose day is after the day of this one.
    pub fn after(&self, view: &ReleaseView) -> Option<&'v ReleaseView> {
        let editions = self.0.get(&(view.release.product_id, view.release.observatory))?;
        let next = editions.partition_point(|other| position(other) <= position(view));
        editions.get(next).copied()
    }
}

fn position(view: &ReleaseView) -> (NaiveDate, Period) {
    (view.release.day(), view.release.period)
}

/// A change of an announced date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateChange {
    pub id: ReleaseChangeId,
    pub view: ReleaseView,
    /// The date before; `None` in an incomplete history.
    pub before: Option<When>,
    pub change: Change,
}

/// A province with an observatory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub observatory: ObservatoryId,
    /// Code of the observatory.
    pub code: String,
    pub name: String,
    /// Code of the territory.
    pub territory: String,
}

/// The releases of some days, and the days on which releases were to come out before they were moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda {
    pub releases: Vec<ReleaseView>,
    pub left: Vec<(NaiveDate, ReleaseView)>,
}

/// A release with all its dates: «perché questa data».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub view: ReleaseView,
    /// Every date, the first one first.
    pub changes: Vec<Change>,
    pub progress: Progress,
    /// The reports of the provinces by name, or the one of a joint product, and its missing chapters.
    pub parts: Parts,
    /// Provinces whose report is accepted and not seen on the portal yet, by name; none before the release is out.
    pub unseen: Vec<String>,
    /// Provinces that do not take part, by name.
    pub absent: Vec<String>,
    /// The provinces concerned, by name.
    pub places: Vec<String>,
    /// Whether they are all territorial observatories and no other.
    pub is_everywhere: bool,
    /// Working days of all territories concerned from today to a confirmed future date; `None` without such a date.
    pub notice_left: Option<i32>,
    /// A provisional day that is not a common working day.
    pub closed: Option<ClosedDay>,
    pub today: NaiveDate,
}

/// Formats a date: «martedì 30 marzo 2027, ore 9.30», «settimana dal 15 marzo 2027», «marzo 2027», «marzo-aprile 2027».
pub fn when_text(when: When, lang: Lang) -> String {
    match when {
        When::At(slot) => words::long_wall(slot.day.and_time(slot.hour), lang),
        When::On(day) => words::long_day(day, lang),
        When::InWeek(monday) => lang.f("releases.week_of", &[("day", &words::date(monday, lang))]),
        When::InMonth(first) => words::month_year(first, lang),
        When::InTwoMonths(first) => {
            format!("{}–{}", words::month(first, lang), words::month_year(when.last_day(), lang))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::releases::model::Slot;
    use chrono::NaiveTime;

    fn change(position: i32, kind: ReleaseChangeKind, day: &str) -> Change {
        let slot = Slot { day: day.parse().expect("a day"), hour: NaiveTime::from_hms_opt(10, 0, 0).expect("an hour") };
        Change {
            position,
            kind,
            when: When::At(slot),
            reason: None,
            despite_non_working: None,
            outcome: None,
            by_rule: None,
            afterwards: None,
            at: slot.instant(),
            notice: None,
        }
    }

    #[test]
    fn a_date_is_overtaken_by_the_last_change_and_not_by_a_return_to_it() {
        use ReleaseChangeKind::{Cancelled, Confirmed, Moved, Published};
        let set = change(2, Confirmed, "2026-12-16");
        let over = |later: &[Change]| {
            let all: Vec<Change> = std::iter::once(set.clone()).chain(later.iter().cloned()).collect();
            overtaking(&all, 2).map(|(how, change)| (how, change.position))
        };
        let later = change(3, Moved, "2026-12-23");
        assert_eq!(over(&[]), None);
        assert_eq!(over(&[change(3, Published, "2026-12-16")]), None);
        assert_eq!(over(std::slice::from_ref(&later)), Some((Overtaking::Postponed, 3)));
        assert_eq!(over(&[change(3, Moved, "2026-12-02")]), Some((Overtaking::BroughtForward, 3)));
        assert_eq!(over(&[later.clone(), change(4, Moved, "2026-12-16")]), None);
        assert_eq!(over(&[later, change(4, Cancelled, "2026-12-23")]), Some((Overtaking::Cancelled, 4)));
    }
}
