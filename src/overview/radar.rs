//! The vacancy radar: the risks reported by the slices, by seat, with the obligations due meanwhile. Pure.

use crate::designations::model::Seat;
use crate::designations::risks::Register;
use crate::designations::view::Designation;
use crate::due::Obligation;
use crate::risk::{AtRisk, Risk, RiskKind};
use chrono::{Days, NaiveDate};
use entity::ids::{DesignationId, PersonId, SeatId};
use std::collections::HashMap;
use std::sync::Arc;

/// Days ahead for which obligations of a seat at risk are shown.
const LOOK_AHEAD_DAYS: u64 = 60;

/// One seat at risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatAtRisk {
    pub kind: RiskKind,
    pub seat: Arc<Seat>,
    /// Name of the holder concerned, if there is one.
    pub holder: Option<String>,
    pub designation_id: Option<DesignationId>,
    /// First day of the risk, past or future; `None` for a seat that was never held, and for silence.
    pub day: Option<NaiveDate>,
    /// Obligations due while the risk lasts, earliest first.
    pub due_meanwhile: Vec<Obligation>,
}

/// Returns the seats at risk, the most urgent kind first, then by seat.
pub fn by_seat(register: &Register, risks: &[Risk], obligations: &[Obligation]) -> Vec<SeatAtRisk> {
    let radar = Radar::new(register, risks, obligations);
    let mut lines: Vec<SeatAtRisk> = register.watched().flat_map(|seat| radar.lines(seat)).collect();
    lines.sort_by(|left, right| left.kind.cmp(&right.kind).then_with(|| left.seat.code.cmp(&right.seat.code)));
    lines
}

/// Risks and obligations by seat and person.
struct Radar<'a> {
    register: &'a Register,
    of_seats: HashMap<SeatId, Vec<(&'a Risk, Option<DesignationId>)>>,
    of_people: HashMap<PersonId, Vec<&'a Risk>>,
    obligations: HashMap<SeatId, Vec<&'a Obligation>>,
}

impl<'a> Radar<'a> {
    fn new(register: &'a Register, risks: &'a [Risk], obligations: &'a [Obligation]) -> Self {
        let mut radar =
            Self { register, of_seats: HashMap::new(), of_people: HashMap::new(), obligations: HashMap::new() };
        for risk in risks {
            match risk.at_risk {
                AtRisk::Seat(seat, designation) => radar.of_seats.entry(seat).or_default().push((risk, designation)),
                AtRisk::Person(person) => radar.of_people.entry(person).or_default().push(risk),
            }
        }
        for obligation in obligations {
            radar.obligations.entry(obligation.seat_id).or_default().push(obligation);
        }
        radar
    }

    /// Returns the risks of a seat, and of the people responsible for it.
    fn lines(&self, seat: &Arc<Seat>) -> Vec<SeatAtRisk> {
        let of_seat = self.of_seats.get(&seat.id).into_iter().flatten().map(|(risk, designation)| {
            let designation = designation.and_then(|id| self.register.designation(seat.id, id));
            self.line(seat, risk, designation)
        });
        let of_people = self.register.answering(seat).into_iter().flat_map(|one| {
            let risks = self.of_people.get(&one.holder.id).into_iter().flatten();
            risks.map(move |risk| self.line(seat, risk, Some(one)))
        });
        of_seat.chain(of_people).collect()
    }

    fn line(&self, seat: &Arc<Seat>, risk: &Risk, designation: Option<&Designation>) -> SeatAtRisk {
        SeatAtRisk {
            kind: risk.kind,
            seat: designation.map_or(seat, |one| &one.seat).clone(),
            holder: designation.map(|one| one.holder.name()),
            designation_id: designation.map(|one| one.id),
            day: risk.day,
            due_meanwhile: self.due_meanwhile(seat, risk),
        }
    }

    /// Returns the obligations due during a risk: not before a seat becomes vacant, not after an absence.
    fn due_meanwhile(&self, seat: &Seat, risk: &Risk) -> Vec<Obligation> {
        let begins = risk.day.filter(|_| matches!(risk.kind, RiskKind::Expiring | RiskKind::VacantLater));
        let ahead = begins.unwrap_or(self.register.day) + Days::new(LOOK_AHEAD_DAYS);
        let until = risk.last_day.map_or(ahead, |last| last.min(ahead));
        let is_meanwhile = |one: &Obligation| begins.is_none_or(|first| first <= one.due_day) && one.due_day <= until;
        let of_seat = self.obligations.get(&seat.id).into_iter().flatten().copied();
        let mut due: Vec<Obligation> = of_seat.filter(|one| is_meanwhile(one)).cloned().collect();
        due.sort_by_key(|one| one.due_day);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designations::model::Unavailability;
    use crate::designations::risks;
    use crate::designations::risks::samples::{absence, day, held, seat};
    use entity::kinds::{ObligationKind, SeatKind};
    use uuid::Uuid;

    fn due(seat: &Seat, on: &str) -> Obligation {
        Obligation {
            kind: ObligationKind::Task,
            id: Uuid::from_u128(7),
            seat_id: seat.id,
            release_id: None,
            title_it: "Bozza".into(),
            title_en: "Draft".into(),
            due_day: day(on),
            expected: None,
            estimated_minutes: 30,
            path: "/tasks/7".into(),
        }
    }

    fn register(seats: &[Arc<Seat>], designations: &[Designation], absences: &[Unavailability]) -> Register {
        Register::new(day("2027-03-01"), seats.to_vec(), designations.to_vec(), absences.to_vec())
    }

    fn of_person(kind: RiskKind, one: &Designation, day: Option<NaiveDate>) -> Risk {
        Risk { kind, at_risk: AtRisk::Person(one.holder.id), day, last_day: None }
    }

    fn found(register: &Register, mut of_people: Vec<Risk>) -> Vec<(RiskKind, Option<NaiveDate>)> {
        of_people.extend(risks::risks(register));
        by_seat(register, &of_people, &[]).into_iter().map(|line| (line.kind, line.day)).collect()
    }

    #[test]
    fn a_bounced_address_and_silence_are_told_apart() {
        let seats = [seat(1, SeatKind::Referent)];
        let referent = held(10, &seats[0], "2026-01-01", "");
        let of_people = vec![
            of_person(RiskKind::Silent, &referent, None),
            of_person(RiskKind::Bounced, &referent, Some(day("2027-02-02"))),
        ];
        assert_eq!(
            found(&register(&seats, &[referent], &[]), of_people),
            vec![(RiskKind::Bounced, Some(day("2027-02-02"))), (RiskKind::Silent, None)]
        );
    }

    #[test]
    fn only_obligations_due_during_a_gap_are_listed() {
        let seats = [seat(1, SeatKind::Referent)];
        let referent = held(10, &seats[0], "2026-01-01", "2027-03-31");
        let away = [absence(&referent, "2027-02-20", "2027-03-10")];
        let obligations = ["2027-03-05", "2027-03-11", "2027-04-01"].map(|on| due(&seats[0], on));
        let register = register(&seats, &[referent], &away);
        let found: Vec<_> = by_seat(&register, &risks::risks(&register), &obligations)
            .into_iter()
            .map(|line| (line.kind, line.due_meanwhile.into_iter().map(|one| one.due_day).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            found,
            vec![(RiskKind::Uncovered, vec![day("2027-03-05")]), (RiskKind::Expiring, vec![day("2027-04-01")])]
        );
    }

    #[test]
    fn a_deputy_who_covers_a_vacant_seat_is_looked_at_like_its_holder() {
        let seats = [seat(1, SeatKind::Referent), seat(2, SeatKind::Deputy)];
        let deputy = held(11, &seats[1], "2026-01-01", "");
        let bounced = vec![of_person(RiskKind::Bounced, &deputy, Some(day("2027-02-02")))];
        assert_eq!(
            found(&register(&seats, std::slice::from_ref(&deputy), &[]), bounced.clone()),
            vec![(RiskKind::Vacant, None), (RiskKind::Bounced, Some(day("2027-02-02")))]
        );
        let referent = held(10, &seats[0], "2026-01-01", "");
        assert_eq!(found(&register(&seats, &[referent, deputy], &[]), bounced), vec![], "the deputy only waits");
    }
}
