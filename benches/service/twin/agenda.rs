//! Releases, as a list and for page and feed.

use super::db::{self, Db};
use super::words::instant_in_rome;
use super::{Answer, Page, failed, instant, now};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;

db::row! {
    Row {
        id: String, product: String, product_name_it: String, product_name_en: String, scope: String,
        observatory: Option<String>, observatory_name: Option<String>, period: String, period_from: NaiveDate,
        period_to: NaiveDate, state: String, precision: String, day: NaiveDate, hour: Option<NaiveTime>,
        first_confirmed_day: Option<NaiveDate>, first_confirmed_hour: Option<NaiveTime>, published_at: Option<i64>,
        amended_at: Option<i64>, reason_code: Option<String>, reason_text: Option<String>, sequence: i32,
        updated_at: i64, version: i32, slug: String,
    }
}

db::row! {
    /// A verified page of a published release.
    Report { release_id: String, scope: String, place: String, address: String, first_seen_at: i64 }
}

/// A question about releases with all their columns.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, p.code AS product, p.name_it AS product_name_it, p.name_en AS product_name_en,
        p.scope, o.code AS observatory, o.name AS observatory_name, r.period_label AS period, r.period_from,
        r.period_to, r.state, r.precision, r.day, r.hour, r.first_confirmed_day, r.first_confirmed_hour,
        r.published_at, r.amended_at, r.reason_code, r.reason_text, r.sequence, r.updated_at, r.version, r.slug
    FROM \"release\" r JOIN product p ON p.id = r.product_id LEFT JOIN observatory o ON o.id = r.observatory_id
    WHERE ",
            $condition
        )
    };
}

const RELEASES: &str = select!("r.day >= $1 AND r.day <= $2 ORDER BY r.day, r.id LIMIT $3");
const UPCOMING: &str = select!("r.state IN ('provisional', 'confirmed') ORDER BY r.day, r.id LIMIT $1");
const REPORTS: &str = "SELECT d.release_id, p.scope, t.name AS place, w.address, w.first_seen_at
    FROM deliverable d JOIN publication w ON w.deliverable_id = d.id JOIN \"release\" r ON r.id = d.release_id
        JOIN product p ON p.id = r.product_id JOIN observatory o ON o.id = d.observatory_id
        JOIN body b ON b.id = o.body_id JOIN territory t ON t.code = b.territory
    WHERE r.day >= $1 AND r.day <= $2 AND r.state = 'published' AND w.state IN ('verified', 'altered')
    ORDER BY t.name, d.id";

/// Reads the releases of some days, both ends included, the earliest first.
pub async fn releases(db: &Db, from: NaiveDate, to: NaiveDate, limit: i64) -> Result<Vec<Row>, actix_web::Error> {
    db::read!(db, all, Row, RELEASES, from, to, limit).map_err(failed)
}

/// Reads the releases that are to come, the earliest first.
pub async fn upcoming(db: &Db, limit: i64) -> Result<Vec<Row>, actix_web::Error> {
    db::read!(db, all, Row, UPCOMING, limit).map_err(failed)
}

/// Reads the verified pages of the published releases of some days, by province.
pub async fn reports(db: &Db, from: NaiveDate, to: NaiveDate) -> Result<Vec<Report>, actix_web::Error> {
    db::read!(db, all, Report, REPORTS, from, to).map_err(failed)
}

/// Flags derived from the dates.
#[derive(Serialize)]
pub struct Flags {
    pub postponed: bool,
    pub brought_forward: bool,
    pub due: bool,
    pub before_period_end: bool,
    pub amended: bool,
    pub late: bool,
}

impl Row {
    /// Returns the first confirmed date.
    pub fn first(&self) -> Option<(NaiveDate, NaiveTime)> {
        self.first_confirmed_day.zip(self.first_confirmed_hour)
    }

    /// Returns the last day of the date.
    pub fn last_day(&self) -> NaiveDate {
        let months = |number| self.day + chrono::Months::new(number) - TimeDelta::days(1);
        match self.precision.as_str() {
            "week" => self.day + TimeDelta::days(6),
            "month" => months(1),
            "two_months" => months(2),
            _ => self.day,
        }
    }

    pub fn flags(&self, now: DateTime<Utc>) -> Flags {
        let is_open = matches!(self.state.as_str(), "provisional" | "confirmed");
        let before_period_end = is_open && self.last_day() < self.period_to;
        let amended = self.state == "published" && self.amended_at.is_some();
        let Some((first, slot)) = self.first().zip(Some(self.day).zip(self.hour)) else {
            return Flags {
                before_period_end,
                amended,
                postponed: false,
                brought_forward: false,
                due: false,
                late: false,
            };
        };
        let instant_of_release = instant_in_rome(slot.0, slot.1);
        let deadline = instant_of_release + TimeDelta::hours(1);
        let is_awaited = self.state == "confirmed";
        Flags {
            postponed: slot > first,
            brought_forward: slot < first,
            due: is_awaited && instant_of_release <= now,
            before_period_end,
            amended,
            late: (is_awaited && deadline < now) || self.published_at.map(instant).is_some_and(|at| deadline < at),
        }
    }
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Date {
    precision: String,
    day: NaiveDate,
    hour: Option<NaiveTime>,
}

#[derive(Serialize)]
struct Reason {
    code: String,
    text: String,
}

/// A release, with the members of the service's answer.
#[skip_serializing_none]
#[derive(Serialize)]
struct Release {
    id: String,
    product: String,
    product_name_it: String,
    product_name_en: String,
    scope: String,
    observatory: Option<String>,
    observatory_name: Option<String>,
    period: String,
    period_from: NaiveDate,
    period_to: NaiveDate,
    state: String,
    date: Date,
    embargo_until: Option<DateTime<Utc>>,
    first_confirmed: Option<Date>,
    published_at: Option<DateTime<Utc>>,
    amended_at: Option<DateTime<Utc>>,
    reason: Option<Reason>,
    flags: Flags,
    sequence: i32,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl Release {
    fn at(row: Row, now: DateTime<Utc>) -> Self {
        let first = row.first().map(|(day, hour)| Date { precision: "day_time".into(), day, hour: Some(hour) });
        Self {
            flags: row.flags(now),
            first_confirmed: first,
            embargo_until: row.hour.map(|hour| instant_in_rome(row.day, hour)),
            date: Date { precision: row.precision, day: row.day, hour: row.hour },
            published_at: row.published_at.map(instant),
            amended_at: row.amended_at.map(instant),
            reason: row.reason_code.zip(row.reason_text).map(|(code, text)| Reason { code, text }),
            updated_at: instant(row.updated_at),
            id: row.id,
            product: row.product,
            product_name_it: row.product_name_it,
            product_name_en: row.product_name_en,
            scope: row.scope,
            observatory: row.observatory,
            observatory_name: row.observatory_name,
            period: row.period,
            period_from: row.period_from,
            period_to: row.period_to,
            state: row.state,
            sequence: row.sequence,
            version: row.version,
        }
    }
}

/// Days before and after all others.
pub const EVER: (NaiveDate, NaiveDate) =
    (NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day"), NaiveDate::from_ymd_opt(2199, 12, 31).expect("a day"));

#[get("/api/v1/releases")]
pub async fn list(db: web::Data<Db>) -> Answer {
    let rows = releases(&db, EVER.0, EVER.1, 51).await?;
    let now = now();
    let page = Page::cut("/api/v1/releases", rows, |row| (row.day, &row.id), |row| Release::at(row, now));
    Ok(HttpResponse::Ok().json(page))
}
