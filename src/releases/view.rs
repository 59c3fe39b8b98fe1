//! What other slices, pages and REST see of the agenda. No personal data.

use super::model::{Flags, Reason, Release, When};
use crate::deliverables::view::Progress;
use crate::texts::Lang;
use crate::time::words;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MeetingId, OutcomeId};
use entity::kinds::{ProductScope, ReleaseChangeKind};

/// The observatory whose a release is.
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
    /// Whose it is, where the product is autonomous.
    pub observatory: Option<Whose>,
    /// When anything of it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ReleaseView {
    pub fn product_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        }
    }

    /// «Relazione territoriale sul mercato del lavoro, anno 2026», and whose it is where it is one observatory's.
    pub fn title(&self, lang: Lang) -> String {
        let title = format!("{}, {}", self.product_name(lang), words::period(self.release.period, lang));
        match &self.observatory {
            Some(whose) => format!("{title} ({})", whose.name),
            None => title,
        }
    }

    pub fn flags(&self, now: DateTime<Utc>) -> Flags {
        self.release.flags(now)
    }
}

/// One date a release had, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// 1 for the first.
    pub position: i32,
    pub kind: ReleaseChangeKind,
    pub when: When,
    pub reason: Option<Reason>,
    /// Why this day although not all concerned work on it.
    pub despite_non_working: Option<String>,
    /// The decision of the table behind it.
    pub outcome: Option<DecidedBy>,
    pub at: DateTime<Utc>,
    /// Working days, worked by all concerned, from the announcement to the date announced; none for what was not a date.
    pub notice: Option<i32>,
}

/// The outcome of a meeting that decided a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedBy {
    pub outcome_id: OutcomeId,
    /// Where it was decided, once the outcome's row is there to say.
    pub meeting_id: Option<MeetingId>,
}

/// The whole story of a release's date: «perché questa data».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub view: ReleaseView,
    /// Every date it had, the first one first.
    pub changes: Vec<Change>,
    pub progress: Progress,
    /// Working days left from today, counting those worked by all concerned; none unless a confirmed date is to come.
    pub notice_left: Option<i32>,
    pub today: NaiveDate,
}

/// Says when, in words: «martedì 30 marzo 2027, ore 9.30», «settimana dal 15 marzo 2027», «marzo 2027», «marzo-aprile 2027».
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
