//! The dates that a release has had, drawn on a time line: each announcement with the date that it announced. The page says
//! the same in a table.

use crate::http::plot::{Bar, Heights, Rows, TimeAxis};
use crate::releases::view::{Change, Story, when_text};
use crate::texts::{Label as _, Lang};
use crate::time::{words, zone};
use chrono::{Days, NaiveDate};
use entity::kinds::ReleaseChangeKind;

/// Days that the axis shows before the first and after the last day.
const MARGIN: u64 = 7;

/// The drawing and the table.
pub struct History {
    pub frame: Rows,
    /// The drawing in words.
    pub description: String,
    pub rows: Vec<DateRow>,
    pub facts: Vec<DateFact>,
}

/// One date: the day of its announcement, a line to the date, and the date.
pub struct DateRow {
    pub label: String,
    pub heights: Heights,
    /// Place of the announcement, and where its line ends.
    pub announced: i64,
    pub reaches: i64,
    pub date: Bar,
    /// Whether it is the date that holds.
    pub holds: bool,
}

/// One line of the table.
pub struct DateFact {
    pub announced: String,
    pub what: String,
    /// Working days from the announcement to the date.
    pub notice: Option<String>,
    /// Days after the date first confirmed, with their sign: «+14».
    pub slip: Option<String>,
}

impl History {
    /// Draws the dates of a release; `None` if it has had only one.
    pub fn of(story: &Story, lang: Lang) -> Option<Self> {
        let dates: Vec<&Change> = story.changes.iter().filter(|change| sets_date(change.kind)).collect();
        let (last, [_, ..]) = dates.split_last()? else { return None };
        let days = |change: &&&Change| [zone::day_of(change.at), change.when.first_day(), change.when.last_day()];
        let all: Vec<NaiveDate> = dates.iter().flat_map(|change| days(&change)).collect();
        let axis = Rows::axis(*all.iter().min()? - Days::new(MARGIN), *all.iter().max()? + Days::new(MARGIN));
        let first = story.view.release.first_confirmed().map(|first| first.slot.day);
        let row = |(number, change): (usize, &&Change)| {
            DateRow::of(change, number, &axis, change.position == last.position && story.view.release.stands(), lang)
        };
        Some(Self {
            frame: Rows::of(&axis, dates.len(), story.today, lang),
            description: described(&dates, lang),
            rows: dates.iter().enumerate().filter_map(row).collect(),
            facts: dates.iter().map(|change| DateFact::of(change, first, lang)).collect(),
        })
    }
}

const fn sets_date(kind: ReleaseChangeKind) -> bool {
    match kind {
        ReleaseChangeKind::Planned
        | ReleaseChangeKind::Improved
        | ReleaseChangeKind::Confirmed
        | ReleaseChangeKind::Moved => true,
        ReleaseChangeKind::Cancelled
        | ReleaseChangeKind::Published
        | ReleaseChangeKind::Amended
        | ReleaseChangeKind::Withdrawn => false,
    }
}

/// «11 gennaio 2027: Confermata: venerdì 19 marzo 2027, ore 10.00.»
fn described(dates: &[&Change], lang: Lang) -> String {
    let one = |change: &&Change| format!("{}: {}.", announced(change, lang), what(change, lang));
    dates.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn announced(change: &Change, lang: Lang) -> String {
    words::date(zone::day_of(change.at), lang)
}

fn what(change: &Change, lang: Lang) -> String {
    lang.f(change.kind.label_key(), &[("day", &when_text(change.when, lang))])
}

impl DateRow {
    fn of(change: &Change, number: usize, axis: &TimeAxis, holds: bool, lang: Lang) -> Option<Self> {
        let day = words::date(change.when.first_day(), lang);
        let date = axis.bar(change.when.first_day(), change.when.last_day())?;
        Some(Self {
            label: lang.f(change.kind.label_key(), &[("day", &day)]),
            heights: Rows::heights(number),
            announced: axis.x(zone::day_of(change.at)),
            reaches: date.x,
            date: Bar { width: date.width.max(4), ..date },
            holds,
        })
    }
}

impl DateFact {
    fn of(change: &Change, first: Option<NaiveDate>, lang: Lang) -> Self {
        let is_binding = matches!(change.kind, ReleaseChangeKind::Confirmed | ReleaseChangeKind::Moved);
        let slip = first.filter(|_| is_binding).map(|first| (change.when.first_day() - first).num_days());
        Self {
            announced: announced(change, lang),
            what: what(change, lang),
            notice: change.notice.map(|days| words::working_days(days, lang)),
            slip: slip.map(|days| if days == 0 { "0".to_owned() } else { format!("{days:+}") }),
        }
    }
}
