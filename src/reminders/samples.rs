//! Invented calendars, seats and holders for the tests of the pure parts.

use crate::designations::model::{Act, Provenance, Record, Seat, Statement, Term};
use crate::designations::view::{Designation, Holder};
use crate::texts::Lang;
use crate::time::{CalendarData, Calendars, NonWorkingRule, RuleKind, TerritoryDays};
use chrono::{DateTime, NaiveDate};
use entity::ids::{DesignationId, PersonId, SeatId};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind};
use std::sync::Arc;
use uuid::Uuid;

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
}

/// Returns calendars with Easter Monday everywhere, 31 August closed in Como and 7 December in Milan.
pub(super) fn calendars() -> Calendars {
    let rule = |kind, name: &str| NonWorkingRule::new(kind, None, None, name, name).expect("a rule of the test");
    let territory = |code: &str, month, day| TerritoryDays {
        code: code.to_owned(),
        rules: vec![rule(RuleKind::Fixed { month, day }, "Patrono")],
        one_offs: Vec::new(),
    };
    Calendars::new(CalendarData {
        saturday_works: false,
        national: vec![rule(RuleKind::EasterOffset { days: 1 }, "Lunedì dell'Angelo")],
        one_offs: Vec::new(),
        territories: vec![territory("como", 8, 31), territory("milano", 12, 7)],
    })
    .expect("the calendars of the test")
}

pub(super) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Returns a seat of Como, or of Milan for the secretariat. The number is its id.
pub(super) fn seat(number: u128, kind: SeatKind) -> Arc<Seat> {
    let is_ours = kind != SeatKind::Secretariat;
    Arc::new(Seat {
        id: SeatId(uuid(number)),
        code: format!("{kind}:{number}"),
        kind,
        body_id: uuid(if is_ours { 1 } else { 2 }).into(),
        body_code: String::new(),
        body_name: String::new(),
        observatory_id: is_ours.then(|| uuid(1).into()),
        observatory_code: None,
        observatory_name: None,
        territory: if is_ours { "como" } else { "milano" }.to_owned(),
    })
}

/// Returns a holder since a day; the number is the id of person and designation.
pub(super) fn holder(number: u128, seat: &Arc<Seat>, since: NaiveDate) -> Designation {
    Designation {
        id: DesignationId(uuid(number)),
        version: 1,
        entered_at: chrono::DateTime::UNIX_EPOCH,
        handed_over_at: None,
        seat: Arc::clone(seat),
        holder: Holder {
            id: PersonId(uuid(number)),
            given_name: "Ada".into(),
            family_name: format!("Rossi {number}"),
            email: format!("{number}@example.org"),
            lang: Lang::It,
            bounced_at: None,
        },
        record: Record {
            id: uuid(number).into(),
            position: 1,
            change: RecordChange::Registered,
            statement: Statement {
                term: Term { from: since, to: None },
                act: Act {
                    kind: ActKind::Decree,
                    number: "1".into(),
                    date: since,
                    organ: "Presidente".into(),
                    subject: "Designazione".into(),
                },
                provenance: Provenance {
                    channel: Channel::Pec,
                    communicated_on: since,
                    protocol_number: None,
                    protocol_date: None,
                    receipt: None,
                    document_id: None,
                },
                organisation: None,
            },
            reason: None,
            recorded_at: DateTime::UNIX_EPOCH,
            recorded_by: None,
            superseded_at: None,
        },
    }
}
