//! The register on one day, and the seats that it shows at risk: vacant, uncovered, soon or later vacant. Pure.

use super::model::{ENDING_SOON_DAYS, Seat, Standing, Unavailability, needs_a_holder};
use super::view::Designation;
use crate::risk::{AtRisk, Risk, RiskKind};
use chrono::{Days, NaiveDate};
use entity::ids::{DesignationId, ObservatoryId, SeatId};
use entity::kinds::SeatKind;
use std::collections::HashMap;
use std::sync::Arc;

/// State of a person in a seat on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    InForce,
    /// Holds the seat, which falls vacant after this day, within [`ENDING_SOON_DAYS`] days.
    Ending {
        last_day: NaiveDate,
    },
    /// Holds the seat and is absent up to this day.
    Away {
        until: NaiveDate,
    },
    /// Will hold the seat from this day on.
    Announced {
        from: NaiveDate,
    },
}

/// The register as known now, evaluated for one day.
pub struct Register {
    pub day: NaiveDate,
    seats: Vec<Arc<Seat>>,
    /// The designations to each seat: past, present and to come.
    terms: HashMap<SeatId, Vec<Designation>>,
    /// The absences that touch the day.
    absences: Vec<Unavailability>,
    /// The deputies' seats of each observatory.
    deputies: HashMap<ObservatoryId, Vec<SeatId>>,
}

impl Register {
    /// Makes a register. `absences` are those that touch the day, without withdrawn ones.
    pub fn new(
        day: NaiveDate,
        seats: Vec<Arc<Seat>>,
        designations: Vec<Designation>,
        absences: Vec<Unavailability>,
    ) -> Self {
        let mut terms: HashMap<SeatId, Vec<Designation>> = HashMap::new();
        for one in designations {
            terms.entry(one.seat.id).or_default().push(one);
        }
        let mut deputies: HashMap<ObservatoryId, Vec<SeatId>> = HashMap::new();
        for seat in seats.iter().filter(|seat| seat.kind == SeatKind::Deputy) {
            if let Some(observatory) = seat.observatory_id {
                deputies.entry(observatory).or_default().push(seat.id);
            }
        }
        Self { day, seats, terms, absences, deputies }
    }

    /// Returns the seats that must be filled.
    pub fn watched(&self) -> impl Iterator<Item = &Arc<Seat>> {
        self.seats.iter().filter(|seat| needs_a_holder(seat.kind))
    }

    /// Returns the designations of the people responsible for a seat on the day: its holders, then the deputies who
    /// replace them.
    pub fn answering(&self, seat: &Seat) -> Vec<&Designation> {
        let mut answering = self.holders(seat.id, self.day);
        if self.needs_deputy(seat) {
            answering.extend(self.deputies(seat));
        }
        answering
    }

    pub fn seats(&self) -> &[Arc<Seat>] {
        &self.seats
    }

    pub fn is_vacant(&self, seat: &Seat) -> bool {
        self.holders(seat.id, self.day).is_empty()
    }

    /// Returns the holders of a seat on the day and those announced for later, each with their state, earliest first.
    pub fn present(&self, seat: &Seat) -> Vec<(&Designation, Presence)> {
        let ending = self.falls_vacant(seat).filter(|risk| risk.kind == RiskKind::Expiring);
        let mut present: Vec<(&Designation, Presence)> =
            self.terms(seat.id).iter().filter_map(|one| Some((one, self.presence(one, ending.as_ref())?))).collect();
        present.sort_by_key(|(one, _)| one.record.statement.term.from);
        present
    }

    /// Returns the state of a designation on the day; `None` if it is over or was annulled. An absence counts more than a
    /// coming end, because it concerns today.
    fn presence(&self, designation: &Designation, ending: Option<&Risk>) -> Option<Presence> {
        let term = designation.record.statement.term;
        match designation.standing_on(self.day) {
            Standing::Announced => return Some(Presence::Announced { from: term.from }),
            Standing::Ended | Standing::Annulled => return None,
            Standing::InForce => {}
        }
        if let Some(absence) = self.absence_of(designation) {
            return Some(Presence::Away { until: absence.to });
        }
        let is_ending =
            ending.is_some_and(|risk| matches!(risk.at_risk, AtRisk::Seat(_, Some(id)) if id == designation.id));
        let last_day = term.to.filter(|_| is_ending);
        Some(last_day.map_or(Presence::InForce, |last_day| Presence::Ending { last_day }))
    }

    /// Returns the designation to a seat.
    pub fn designation(&self, seat: SeatId, id: DesignationId) -> Option<&Designation> {
        self.terms(seat).iter().find(|one| one.id == id)
    }

    fn terms(&self, seat: SeatId) -> &[Designation] {
        self.terms.get(&seat).map(Vec::as_slice).unwrap_or_default()
    }

    fn holders(&self, seat: SeatId, day: NaiveDate) -> Vec<&Designation> {
        self.terms(seat).iter().filter(|one| one.record.covers(day)).collect()
    }

    fn needs_deputy(&self, seat: &Seat) -> bool {
        seat.kind == SeatKind::Referent && self.holders(seat.id, self.day).into_iter().all(|one| self.is_absent(one))
    }

    /// Returns the deputies of the same observatory who are present on the day.
    fn deputies(&self, seat: &Seat) -> impl Iterator<Item = &Designation> {
        let seats = seat.observatory_id.and_then(|observatory| self.deputies.get(&observatory));
        let held = seats.into_iter().flatten().flat_map(|deputy| self.holders(*deputy, self.day));
        held.filter(|one| !self.is_absent(one))
    }

    fn absence_of(&self, designation: &Designation) -> Option<&Unavailability> {
        self.absences.iter().find(|absence| absence.designation_id == designation.id && absence.covers(self.day))
    }

    fn is_absent(&self, designation: &Designation) -> bool {
        self.absence_of(designation).is_some()
    }

    /// Returns the risk of a seat that is vacant or without a present holder or deputy on the day.
    fn unanswered(&self, seat: &Seat) -> Option<Risk> {
        let Some(absent) = self.holders(seat.id, self.day).first().copied() else {
            let at_risk = AtRisk::Seat(seat.id, None);
            return Some(Risk { kind: RiskKind::Vacant, at_risk, day: self.vacant_since(seat.id), last_day: None });
        };
        if !self.needs_deputy(seat) || self.deputies(seat).next().is_some() {
            return None;
        }
        let absence = self.absence_of(absent)?;
        let at_risk = AtRisk::Seat(seat.id, Some(absent.id));
        Some(Risk { kind: RiskKind::Uncovered, at_risk, day: Some(absence.from), last_day: Some(absence.to) })
    }

    fn vacant_since(&self, seat: SeatId) -> Option<NaiveDate> {
        let ends = self.terms(seat).iter().filter_map(|one| one.record.statement.term.to);
        ends.filter(|last| *last < self.day).max().map(|last| last + Days::new(1))
    }

    /// Returns the risk that the seat becomes vacant, with the first day without a holder, found by following each term
    /// into the next.
    fn falls_vacant(&self, seat: &Seat) -> Option<Risk> {
        let mut holder = last_to_end(&self.holders(seat.id, self.day))?;
        loop {
            let first_day = holder.record.statement.term.to? + Days::new(1);
            let next = self.holders(seat.id, first_day);
            if next.is_empty() {
                let is_soon = (first_day - self.day).num_days() - 1 <= ENDING_SOON_DAYS;
                let kind = if is_soon { RiskKind::Expiring } else { RiskKind::VacantLater };
                let at_risk = AtRisk::Seat(seat.id, Some(holder.id));
                return Some(Risk { kind, at_risk, day: Some(first_day), last_day: None });
            }
            holder = last_to_end(&next)?;
        }
    }
}

/// Returns the seats at risk on the day of the register.
pub fn risks(register: &Register) -> Vec<Risk> {
    register.watched().flat_map(|seat| [register.unanswered(seat), register.falls_vacant(seat)]).flatten().collect()
}

/// Returns the designation with the latest end; `None` if a term has no end, because the seat then does not become
/// vacant.
fn last_to_end<'a>(holders: &[&'a Designation]) -> Option<&'a Designation> {
    if holders.iter().any(|one| one.record.statement.term.to.is_none()) {
        return None;
    }
    holders.iter().copied().max_by_key(|one| one.record.statement.term.to)
}

#[cfg(test)]
pub mod samples {
    //! Seats and designations for the tests of the risks, here and on the radar.

    use super::*;
    use crate::designations::model::{Act, Provenance, Record, Statement, Term};
    use crate::designations::view::Holder;
    use crate::texts::Lang;
    use entity::ids::PersonId;
    use entity::kinds::{ActKind, Channel, RecordChange, UnavailabilityMode};
    use uuid::Uuid;

    pub fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day written in a test")
    }

    pub fn seat(number: u128, kind: SeatKind) -> Arc<Seat> {
        Arc::new(Seat {
            id: SeatId(Uuid::from_u128(number)),
            code: format!("{kind}:{number}"),
            kind,
            body_id: Uuid::from_u128(1).into(),
            body_code: "provincia-bergamo".into(),
            body_name: "Provincia di Bergamo".into(),
            observatory_id: Some(Uuid::from_u128(2).into()),
            observatory_code: Some("bergamo".into()),
            observatory_name: Some("Osservatorio di Bergamo".into()),
            territory: "BG".into(),
        })
    }

    pub fn held(number: u128, seat: &Arc<Seat>, from: &str, to: &str) -> Designation {
        Designation {
            id: DesignationId(Uuid::from_u128(number)),
            version: 1,
            entered_at: chrono::DateTime::UNIX_EPOCH,
            handed_over_at: None,
            seat: Arc::clone(seat),
            holder: Holder {
                id: PersonId(Uuid::from_u128(number)),
                given_name: "Ada".into(),
                family_name: format!("N{number}"),
                email: format!("n{number}@ente.example"),
                lang: Lang::It,
                bounced_at: None,
            },
            record: Record {
                id: Uuid::from_u128(number).into(),
                position: 1,
                change: RecordChange::Registered,
                statement: Statement {
                    term: Term { from: day(from), to: (!to.is_empty()).then(|| day(to)) },
                    act: Act {
                        kind: ActKind::Decree,
                        number: "1".into(),
                        date: day(from),
                        organ: "D".into(),
                        subject: "S".into(),
                    },
                    provenance: Provenance {
                        channel: Channel::Pec,
                        communicated_on: day(from),
                        protocol_number: None,
                        protocol_date: None,
                        receipt: None,
                        document_id: None,
                    },
                    organisation: None,
                },
                reason: None,
                recorded_at: chrono::DateTime::UNIX_EPOCH,
                recorded_by: None,
                superseded_at: None,
            },
        }
    }

    pub fn absence(of: &Designation, from: &str, to: &str) -> Unavailability {
        Unavailability {
            id: Uuid::from_u128(99).into(),
            designation_id: of.id,
            from: day(from),
            to: day(to),
            mode: UnavailabilityMode::ReassignAll,
            note: None,
            withdrawn_at: None,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{absence, day, held, seat};
    use super::*;

    fn kinds(
        seats: &[Arc<Seat>],
        designations: &[Designation],
        absences: &[Unavailability],
        today: &str,
    ) -> Vec<(RiskKind, Option<NaiveDate>)> {
        let register = Register::new(day(today), seats.to_vec(), designations.to_vec(), absences.to_vec());
        risks(&register).into_iter().map(|risk| (risk.kind, risk.day)).collect()
    }

    #[test]
    fn consistent_data_show_no_risk() {
        let seats = [seat(1, SeatKind::Referent), seat(2, SeatKind::Deputy)];
        let designations = [held(10, &seats[0], "2026-01-01", "")];
        assert_eq!(kinds(&seats, &designations, &[], "2027-03-01"), vec![]);
    }

    #[test]
    fn a_seat_without_holder_is_vacant_since_the_day_after_the_last_term() {
        let seats = [seat(1, SeatKind::Referent)];
        assert_eq!(kinds(&seats, &[], &[], "2027-03-01"), vec![(RiskKind::Vacant, None)]);
        let designations = [held(10, &seats[0], "2026-01-01", "2027-01-31")];
        assert_eq!(kinds(&seats, &designations, &[], "2027-03-01"), vec![(RiskKind::Vacant, Some(day("2027-02-01")))]);
    }

    #[test]
    fn an_absent_referent_leaves_the_seat_uncovered_only_without_a_deputy() {
        let seats = [seat(1, SeatKind::Referent), seat(2, SeatKind::Deputy)];
        let referent = held(10, &seats[0], "2026-01-01", "");
        let away = [absence(&referent, "2027-02-20", "2027-03-10")];
        let alone = [referent.clone()];
        assert_eq!(kinds(&seats, &alone, &away, "2027-03-01"), vec![(RiskKind::Uncovered, Some(day("2027-02-20")))]);
        let with_deputy = [referent, held(11, &seats[1], "2026-01-01", "")];
        assert_eq!(kinds(&seats, &with_deputy, &away, "2027-03-01"), vec![]);
        assert_eq!(kinds(&seats, &alone, &away, "2027-03-11"), vec![]);
    }

    #[test]
    fn an_end_is_expiring_within_sixty_days_and_vacant_later_beyond_unless_there_is_a_successor() {
        let seats = [seat(1, SeatKind::Referent)];
        let first = held(10, &seats[0], "2026-01-01", "2027-04-29");
        assert_eq!(
            kinds(&seats, std::slice::from_ref(&first), &[], "2027-02-28"),
            vec![(RiskKind::Expiring, Some(day("2027-04-30")))]
        );
        assert_eq!(
            kinds(&seats, std::slice::from_ref(&first), &[], "2027-02-27"),
            vec![(RiskKind::VacantLater, Some(day("2027-04-30")))]
        );
        let follower = held(11, &seats[0], "2027-04-30", "2028-04-29");
        assert_eq!(
            kinds(&seats, &[first.clone(), follower.clone()], &[], "2027-03-01"),
            vec![(RiskKind::VacantLater, Some(day("2028-04-30")))]
        );
        let for_good = held(12, &seats[0], "2028-04-30", "");
        assert_eq!(kinds(&seats, &[first, follower, for_good], &[], "2027-03-01"), vec![]);
    }

    #[test]
    fn a_person_on_the_board_is_in_force_ending_away_or_announced() {
        let seats = [seat(1, SeatKind::Referent), seat(2, SeatKind::Deputy), seat(3, SeatKind::BodyManager)];
        let leaving = held(10, &seats[0], "2026-01-01", "2027-03-31");
        let (over, next) = (held(11, &seats[0], "2025-01-01", "2025-12-31"), held(12, &seats[0], "2027-04-15", ""));
        let away = held(13, &seats[1], "2026-01-01", "2027-03-31");
        let staying = held(14, &seats[2], "2026-01-01", "2027-04-29");
        let successor = held(15, &seats[2], "2027-04-30", "");
        let absences = [absence(&away, "2027-02-20", "2027-03-10")];
        let all = vec![leaving, over, next, away, staying, successor];
        let register = Register::new(day("2027-03-01"), seats.to_vec(), all, absences.to_vec());
        let of = |seat: &Seat| register.present(seat).into_iter().map(|(_, presence)| presence).collect::<Vec<_>>();
        let announced = |from: &str| Presence::Announced { from: day(from) };
        let ending = Presence::Ending { last_day: day("2027-03-31") };
        assert_eq!(of(&seats[0]), [ending, announced("2027-04-15")], "a gap of two weeks");
        assert_eq!(of(&seats[1]), [Presence::Away { until: day("2027-03-10") }]);
        assert_eq!(of(&seats[2]), [Presence::InForce, announced("2027-04-30")], "the successor follows at once");
        assert!(!register.is_vacant(&seats[0]));
    }
}
