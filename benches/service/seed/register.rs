//! Seats, people and designations.

use super::{Network, Place, Seed};
use chrono::{Datelike, Days, NaiveDate};
use entity::ids::{DesignationId, PersonId, SeatId};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind};
use entity::{designation, designation_record as record, person, seat};

/// Seats that may have several holders.
const SEATS: usize = 500;
/// Code of the seat with [`EARLIER_HOLDERS`].
pub const OLD_SEAT: &str = "partner:bench-old";
const EARLIER_HOLDERS: u64 = 1_000;
/// Designations to the other seats, in the shares of [`fate`]: 1,000 are in force as entered, 50 in force as corrected,
/// 150 ended, 50 annulled.
const DESIGNATIONS: u64 = 1_250;

/// Returns the code of one of the [`SEATS`].
pub fn seat_code(number: usize) -> String {
    format!("partner:bench-{}", number % SEATS)
}

/// Ids of the written designations.
pub struct Register {
    pub in_force: Vec<DesignationId>,
    pub histories: Vec<DesignationId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    InForce,
    Corrected,
    /// Ended after four days, by a communication of its own or not.
    Ended {
        told: bool,
    },
    Annulled,
}

const fn fate(number: u64) -> Fate {
    match number % 25 {
        3 => Fate::Corrected,
        7 => Fate::Ended { told: false },
        11 => Fate::Annulled,
        15 | 19 => Fate::Ended { told: true },
        _ => Fate::InForce,
    }
}

/// Rows of designations before they are written.
#[derive(Default)]
struct Rows {
    people: Vec<person::Model>,
    designations: Vec<designation::Model>,
    records: Vec<record::Model>,
}

pub async fn fill(seed: &Seed<'_>, network: &Network) -> Register {
    let place = &network.0[0];
    let seats: Vec<seat::Model> = (0..SEATS).map(|number| partner(seed, seat_code(number), place)).collect();
    let old = partner(seed, OLD_SEAT.to_owned(), place);
    let mut rows = Rows::default();
    for (number, seat) in (0..DESIGNATIONS).zip(seats.iter().cycle()) {
        let day = seed.first_day() + Days::new(number * 3_640 / DESIGNATIONS);
        rows.add(seed, number, seat.id, day, fate(number));
    }
    for number in 0..EARLIER_HOLDERS {
        let day = seed.first_day() + Days::new(number * 3);
        rows.add(seed, DESIGNATIONS + number, old.id, day, Fate::Ended { told: true });
    }
    seed.insert::<seat::Entity>(seats.into_iter().chain([old]).collect()).await;
    let register = rows.register();
    seed.insert::<person::Entity>(rows.people).await;
    seed.insert::<designation::Entity>(rows.designations).await;
    seed.insert::<record::Entity>(rows.records).await;
    register
}

fn partner(seed: &Seed<'_>, code: String, place: &Place) -> seat::Model {
    seat::Model {
        id: seed.id(seed.first_day()),
        code,
        kind: SeatKind::Partner,
        body_id: place.body,
        observatory_id: Some(place.observatory),
        version: 1,
        created_at: seed.past(seed.first_day()),
    }
}

impl Rows {
    fn add(&mut self, seed: &Seed<'_>, number: u64, seat: SeatId, day: NaiveDate, fate: Fate) {
        let person = person(seed, number, day);
        let id = seed.id(day);
        let records = history(seed, record(seed, id, number, day), fate);
        self.designations.push(designation::Model {
            id,
            seat_id: seat,
            person_id: person.id,
            // Otherwise the service would carry out all ends while it is measured.
            handed_over_at: matches!(fate, Fate::Ended { .. }).then(|| seed.past(day + Days::new(6))),
            version: if records.len() == 1 { 1 } else { 2 },
            created_at: seed.past(day),
        });
        self.people.push(person);
        self.records.extend(records);
    }

    fn register(&self) -> Register {
        let ids = |change: &[RecordChange]| {
            let present = self.records.iter().filter(|record| record.superseded_at.is_none());
            present.filter(|record| change.contains(&record.change)).map(|record| record.designation_id).collect()
        };
        Register {
            in_force: ids(&[RecordChange::Registered]),
            histories: ids(&[RecordChange::Corrected, RecordChange::Ended]),
        }
    }
}

fn person(seed: &Seed<'_>, number: u64, day: NaiveDate) -> person::Model {
    person::Model {
        id: seed.id::<PersonId>(day),
        given_name: "Giovanna".into(),
        family_name: format!("Bianchi {number}"),
        email: format!("giovanna.bianchi.{number}@ente.example"),
        phone: None,
        language: "it".into(),
        bounced_at: None,
        bounce_note: None,
        version: 1,
        created_at: seed.past(day),
        updated_at: seed.past(day),
    }
}

fn record(seed: &Seed<'_>, designation: DesignationId, number: u64, day: NaiveDate) -> record::Model {
    record::Model {
        id: seed.id(day),
        designation_id: designation,
        position: 1,
        change: RecordChange::Registered,
        valid_from: day,
        valid_to: None,
        organisation: Some("Università degli Studi di Milano-Bicocca".into()),
        act_kind: ActKind::Decree,
        act_number: format!("{number}/{}", day.year()),
        act_date: day,
        act_organ: "Dirigente del Settore Lavoro e Formazione".into(),
        act_subject: "Designazione del componente dell'osservatorio territoriale del mercato del lavoro".into(),
        protocol_number: Some(format!("{number:07}/{}", day.year())),
        protocol_date: Some(day),
        channel: Channel::Pec,
        communicated_on: day,
        receipt: Some("opec2941.20260112.pec.example".into()),
        document_id: None,
        reason: None,
        replaced_by: None,
        recorded_at: seed.past(day),
        recorded_by: None,
        superseded_at: None,
    }
}

/// Returns the records of a designation, the first one first.
fn history(seed: &Seed<'_>, first: record::Model, fate: Fate) -> Vec<record::Model> {
    let last_day = first.valid_from + Days::new(4);
    let mut next = record::Model {
        id: seed.id(last_day),
        position: 2,
        reason: Some("cambio di incarico o errore di trascrizione".into()),
        recorded_at: seed.past(last_day + Days::new(2)),
        ..first.clone()
    };
    match fate {
        Fate::InForce => return vec![first],
        Fate::Corrected => next.change = RecordChange::Corrected,
        Fate::Annulled => next.change = RecordChange::Annulled,
        Fate::Ended { told } => {
            next.change = RecordChange::Ended;
            next.valid_to = Some(last_day);
            if told {
                next.communicated_on = last_day + Days::new(2);
            }
        }
    }
    vec![record::Model { superseded_at: Some(next.recorded_at), ..first }, next]
}
