//! The vacancy radar: finds seats without a holder, or soon without one. Pure.
//!
//! The tests below check that a planted gap is found and that sound data raise nothing.

use crate::designations::model::{ENDING_SOON_DAYS, Seat, Unavailability};
use crate::designations::view::Designation;
use crate::due::Obligation;
use chrono::{Days, NaiveDate};
use entity::ids::{DesignationId, PersonId};
use entity::kinds::SeatKind;
use std::collections::HashMap;

/// Consecutive mails without an answer after which the radar reports a holder as silent.
pub const UNANSWERED_MAILS: u32 = 3;

/// Days ahead for which obligations of an empty seat are shown.
const LOOK_AHEAD_DAYS: u64 = 60;

/// Kinds of risk of a seat, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskKind {
    /// The seat has no holder today.
    Vacant,
    /// The holder is absent today, and there is no deputy to stand in.
    Uncovered,
    /// Mail to its holder, or to the deputy who stands in, was refused permanently.
    Bounced,
    /// The holder has not answered [`UNANSWERED_MAILS`] mails.
    Silent,
    /// The holder's act expires within [`ENDING_SOON_DAYS`] days, and there is no successor.
    Expiring,
    /// The seat will be vacant from a later known day.
    VacantLater,
}

impl RiskKind {
    pub const ALL: &'static [Self] =
        &[Self::Vacant, Self::Uncovered, Self::Bounced, Self::Silent, Self::Expiring, Self::VacantLater];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vacant => "vacant",
            Self::Uncovered => "uncovered",
            Self::Bounced => "bounced",
            Self::Silent => "silent",
            Self::Expiring => "expiring",
            Self::VacantLater => "vacant_later",
        }
    }
}

/// One seat at risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    pub kind: RiskKind,
    pub seat: Seat,
    /// Name of the holder concerned, if there is one.
    pub holder: Option<String>,
    pub designation_id: Option<DesignationId>,
    /// First day of the risk, past or future; `None` for a seat that was never held.
    pub day: Option<NaiveDate>,
    /// Obligations due while the risk lasts, earliest first.
    pub due_meanwhile: Vec<Obligation>,
}

/// Input of the radar.
pub struct Picture<'a> {
    pub seats: &'a [Seat],
    /// Every designation as known now.
    pub designations: &'a [Designation],
    /// Absences that touch the day, withdrawn ones left out.
    pub absences: &'a [Unavailability],
    /// All open obligations of the network.
    pub obligations: &'a [Obligation],
    /// Consecutive reminders without an answer, by person.
    pub unanswered: &'a HashMap<PersonId, u32>,
}

/// Returns the seats at risk on a day, most urgent kind first, then by seat.
pub fn risks(picture: &Picture<'_>, day: NaiveDate) -> Vec<Risk> {
    let mut risks: Vec<Risk> = picture
        .seats
        .iter()
        .filter(|seat| must_be_held(seat.kind))
        .flat_map(|seat| SeatOnDay::new(picture, seat, day).risks())
        .collect();
    risks.sort_by(|left, right| left.kind.cmp(&right.kind).then_with(|| left.seat.code.cmp(&right.seat.code)));
    risks
}

/// Returns whether a seat needs a holder. Deputies and partners are optional.
const fn must_be_held(kind: SeatKind) -> bool {
    match kind {
        SeatKind::Referent | SeatKind::BodyManager | SeatKind::Secretariat | SeatKind::Direction => true,
        SeatKind::Deputy | SeatKind::Partner => false,
    }
}

/// One seat on one day.
struct SeatOnDay<'a> {
    picture: &'a Picture<'a>,
    seat: &'a Seat,
    day: NaiveDate,
    /// All designations to the seat: present, past and future.
    terms: Vec<&'a Designation>,
}

impl<'a> SeatOnDay<'a> {
    fn new(picture: &'a Picture<'a>, seat: &'a Seat, day: NaiveDate) -> Self {
        let terms = picture.designations.iter().filter(|one| one.seat.id == seat.id).collect();
        Self { picture, seat, day, terms }
    }

    fn risks(&self) -> Vec<Risk> {
        let holders: Vec<_> = self.terms.iter().copied().filter(|one| one.record.covers(self.day)).collect();
        let needs_deputy = self.seat.kind == SeatKind::Referent && holders.iter().all(|one| self.is_absent(one));
        let deputies = if needs_deputy { self.deputies() } else { Vec::new() };
        let mut found = Vec::new();
        match holders.first() {
            None => found.push(self.risk(RiskKind::Vacant, None, self.vacant_since())),
            Some(absent) if needs_deputy && deputies.is_empty() => {
                let since = self.absence_of(absent).map(|absence| absence.from);
                found.push(self.risk(RiskKind::Uncovered, Some(absent), since));
            }
            Some(_) => {}
        }
        for reader in holders.iter().chain(&deputies) {
            if let Some(at) = reader.holder.bounced_at {
                found.push(self.risk(RiskKind::Bounced, Some(reader), Some(crate::time::zone::day_of(at))));
            }
            if self.picture.unanswered.get(&reader.holder.id).is_some_and(|mails| *mails >= UNANSWERED_MAILS) {
                found.push(self.risk(RiskKind::Silent, Some(reader), None));
            }
        }
        if let Some((last_holder, first_day)) = self.falls_vacant(&holders) {
            let soon = (first_day - self.day).num_days() - 1 <= ENDING_SOON_DAYS;
            let kind = if soon { RiskKind::Expiring } else { RiskKind::VacantLater };
            found.push(self.risk(kind, Some(last_holder), Some(first_day)));
        }
        found
    }

    /// Returns the first day without a holder, following each term into the next one.
    fn falls_vacant(&self, holders: &[&'a Designation]) -> Option<(&'a Designation, NaiveDate)> {
        let mut holder = last_to_end(holders)?;
        loop {
            let first_day = holder.record.statement.term.to? + Days::new(1);
            let next: Vec<_> = self.terms.iter().copied().filter(|one| one.record.covers(first_day)).collect();
            if next.is_empty() {
                return Some((holder, first_day));
            }
            holder = last_to_end(&next)?;
        }
    }

    fn vacant_since(&self) -> Option<NaiveDate> {
        let ends = self.terms.iter().filter_map(|one| one.record.statement.term.to).filter(|last| *last < self.day);
        ends.max().map(|last| last + Days::new(1))
    }

    fn absence_of(&self, designation: &Designation) -> Option<&'a Unavailability> {
        self.picture
            .absences
            .iter()
            .find(|absence| absence.designation_id == designation.id && absence.covers(self.day))
    }

    fn is_absent(&self, designation: &Designation) -> bool {
        self.absence_of(designation).is_some()
    }

    /// Returns the deputies of the same observatory who are present on the day.
    fn deputies(&self) -> Vec<&'a Designation> {
        let stands_in = |one: &&Designation| {
            one.seat.kind == SeatKind::Deputy
                && one.seat.observatory_id == self.seat.observatory_id
                && one.record.covers(self.day)
                && !self.is_absent(one)
        };
        self.picture.designations.iter().filter(stands_in).collect()
    }

    fn risk(&self, kind: RiskKind, designation: Option<&Designation>, day: Option<NaiveDate>) -> Risk {
        Risk {
            kind,
            seat: designation.map_or(self.seat, |one| &one.seat).clone(),
            holder: designation.map(|one| one.holder.name()),
            designation_id: designation.map(|one| one.id),
            day,
            due_meanwhile: self.due_meanwhile(kind, designation, day),
        }
    }

    /// Returns the obligations due while the risk lasts: from its first day for a future vacancy, until its last day
    /// for an absence.
    fn due_meanwhile(&self, kind: RiskKind, of: Option<&Designation>, day: Option<NaiveDate>) -> Vec<Obligation> {
        let begins = day.filter(|_| matches!(kind, RiskKind::Expiring | RiskKind::VacantLater));
        let absence = of.filter(|_| kind == RiskKind::Uncovered).and_then(|one| self.absence_of(one));
        let ahead = begins.unwrap_or(self.day) + Days::new(LOOK_AHEAD_DAYS);
        let until = absence.map_or(ahead, |absence| absence.to.min(ahead));
        let is_meanwhile = |one: &&Obligation| {
            one.seat_id == self.seat.id && begins.is_none_or(|first| first <= one.due_day) && one.due_day <= until
        };
        let mut due: Vec<_> = self.picture.obligations.iter().filter(is_meanwhile).cloned().collect();
        due.sort_by_key(|one| one.due_day);
        due
    }
}

/// Returns the holder whose term ends last; `None` if a term has no end, because then the seat does not fall vacant.
fn last_to_end<'a>(holders: &[&'a Designation]) -> Option<&'a Designation> {
    if holders.iter().any(|one| one.record.statement.term.to.is_none()) {
        return None;
    }
    holders.iter().copied().max_by_key(|one| one.record.statement.term.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designations::model::{Act, Provenance, Record, Statement, Term};
    use crate::designations::view::Holder;
    use crate::texts::Lang;
    use entity::ids::SeatId;
    use entity::kinds::{ActKind, Channel, ObligationKind, RecordChange, UnavailabilityMode};
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day written in a test")
    }

    fn seat(number: u128, kind: SeatKind) -> Seat {
        Seat {
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
        }
    }

    fn held(number: u128, seat: &Seat, from: &str, to: &str) -> Designation {
        Designation {
            id: DesignationId(Uuid::from_u128(number)),
            version: 1,
            entered_at: chrono::DateTime::UNIX_EPOCH,
            handed_over_at: None,
            seat: seat.clone(),
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

    fn absence(of: &Designation, from: &str, to: &str) -> Unavailability {
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

    fn due(seat: &Seat, on: &str) -> Obligation {
        Obligation {
            kind: ObligationKind::Task,
            id: Uuid::from_u128(7),
            seat_id: seat.id,
            title_it: "Bozza".into(),
            title_en: "Draft".into(),
            due_day: day(on),
            estimated_minutes: 30,
            path: "/tasks/7".into(),
        }
    }

    fn kinds(
        seats: &[Seat],
        designations: &[Designation],
        absences: &[Unavailability],
        today: &str,
    ) -> Vec<(RiskKind, Option<NaiveDate>)> {
        let unanswered = HashMap::new();
        let picture = Picture { seats, designations, absences, obligations: &[], unanswered: &unanswered };
        risks(&picture, day(today)).into_iter().map(|risk| (risk.kind, risk.day)).collect()
    }

    #[test]
    fn clean_data_raise_nothing() {
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
    fn a_bounced_address_and_three_unanswered_mails_are_told_apart() {
        let seats = [seat(1, SeatKind::Referent)];
        let mut referent = held(10, &seats[0], "2026-01-01", "");
        referent.holder.bounced_at = Some(crate::time::zone::start_of_day(day("2027-02-02")));
        let unanswered = HashMap::from([(referent.holder.id, 3)]);
        let designations = [referent];
        let picture = Picture {
            seats: &seats,
            designations: &designations,
            absences: &[],
            obligations: &[],
            unanswered: &unanswered,
        };
        let found: Vec<_> = risks(&picture, day("2027-03-01")).into_iter().map(|risk| risk.kind).collect();
        assert_eq!(found, vec![RiskKind::Bounced, RiskKind::Silent]);
    }

    #[test]
    fn only_what_falls_due_while_it_lasts_is_listed() {
        let seats = [seat(1, SeatKind::Referent)];
        let referent = held(10, &seats[0], "2026-01-01", "2027-03-31");
        let away = [absence(&referent, "2027-02-20", "2027-03-10")];
        let obligations = ["2027-03-05", "2027-03-11", "2027-04-01"].map(|on| due(&seats[0], on));
        let designations = [referent];
        let (absences, unanswered) = (&away, HashMap::new());
        let picture = Picture {
            seats: &seats,
            designations: &designations,
            absences,
            obligations: &obligations,
            unanswered: &unanswered,
        };
        let found: Vec<_> = risks(&picture, day("2027-03-01"))
            .into_iter()
            .map(|risk| (risk.kind, risk.due_meanwhile.into_iter().map(|one| one.due_day).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            found,
            vec![(RiskKind::Uncovered, vec![day("2027-03-05")]), (RiskKind::Expiring, vec![day("2027-04-01")])]
        );
    }

    #[test]
    fn a_deputy_who_covers_a_vacant_seat_is_looked_at_like_its_holder() {
        let seats = [seat(1, SeatKind::Referent), seat(2, SeatKind::Deputy)];
        let mut deputy = held(11, &seats[1], "2026-01-01", "");
        deputy.holder.bounced_at = Some(crate::time::zone::start_of_day(day("2027-02-02")));
        let found = kinds(&seats, std::slice::from_ref(&deputy), &[], "2027-03-01");
        assert_eq!(found, vec![(RiskKind::Vacant, None), (RiskKind::Bounced, Some(day("2027-02-02")))]);
        let referent = held(10, &seats[0], "2026-01-01", "");
        assert_eq!(kinds(&seats, &[referent, deputy], &[], "2027-03-01"), vec![], "who only waits is not");
    }
}
