use super::super::samples::{calendars, day, holder, seat, uuid};
use super::*;
use chrono::Days;
use entity::ids::DesignationId;
use entity::kinds::{ObligationKind, ReminderOutcome, SeatKind};
use proptest::prelude::*;
use std::sync::Arc;

const RUNGS: [i32; 3] = [-10, -3, 0];
const REFERENT: u128 = 10;
const DEPUTY: u128 = 20;
const SECRETARIAT: u128 = 30;

fn owed(id: u128, due_day: NaiveDate) -> Obligation {
    Obligation {
        kind: ObligationKind::Task,
        id: uuid(id),
        seat_id: uuid(REFERENT).into(),
        release_id: None,
        title_it: "Bozza".into(),
        title_en: "Draft".into(),
        due_day,
        expected: None,
        estimated_minutes: 20,
        path: format!("/tasks/{id}"),
    }
}

/// Returns the seats of the test with these holders; those in `away` are absent.
fn roll(held: &[u128], away: &[u128]) -> Roll {
    let since = day(2026, 1, 1);
    let seats = vec![
        seat(REFERENT, SeatKind::Referent),
        seat(DEPUTY, SeatKind::Deputy),
        seat(SECRETARIAT, SeatKind::Secretariat),
    ];
    let holders = seats.iter().filter(|seat| held.contains(&seat.id.0.as_u128()));
    // A holder has the number of the seat.
    let holders = holders.map(|seat| holder(seat.id.0.as_u128(), seat, since)).collect();
    Roll::new(&seats, holders, away.iter().map(|number| DesignationId(uuid(*number))).collect())
}

/// A recipient, with ids and rungs of the lines, and the reason why it is not the holder.
type Told = (u128, Vec<(u128, i32)>, Option<Gap>);

/// Returns the recipients of today.
fn told(roll: &Roll, today: NaiveDate, obligations: &[Obligation], written_to: &[u128]) -> Vec<Told> {
    let calendars = calendars();
    let written_to = written_to.iter().map(|number| PersonId(uuid(*number))).collect();
    let day = Day { today, rungs: &RUNGS, calendars: &calendars, roll, written_to: &written_to };
    let plan = plan(day, obligations, &Settled::new());
    plan.mails
        .iter()
        .map(|mail| {
            let lines = mail.lines.iter().map(|line| (line.obligation.id.as_u128(), line.rung)).collect();
            (mail.to.holder.id.0.as_u128(), lines, mail.lines[0].gap)
        })
        .collect()
}

#[test]
fn the_referent_is_told_else_the_deputy_else_the_secretariat() {
    type Case<'a> = (&'a [u128], &'a [u128], u128, Option<Gap>);
    let today = day(2027, 3, 15);
    let obligations = [owed(1, day(2027, 3, 30))];
    let everybody = [REFERENT, DEPUTY, SECRETARIAT];
    let cases: [Case; 6] = [
        (&everybody, &[], REFERENT, None),
        (&everybody, &[REFERENT], DEPUTY, Some(Gap::Away)),
        (&[DEPUTY, SECRETARIAT], &[], DEPUTY, Some(Gap::Vacant)),
        (&[SECRETARIAT], &[], SECRETARIAT, Some(Gap::Vacant)),
        (&everybody, &[REFERENT, DEPUTY], SECRETARIAT, Some(Gap::Away)),
        (&[DEPUTY, SECRETARIAT], &[DEPUTY], SECRETARIAT, Some(Gap::Vacant)),
    ];
    for (held, away, person, gap) in cases {
        let expected = vec![(person, vec![(1, -10)], gap)];
        assert_eq!(told(&roll(held, away), today, &obligations, &[]), expected, "held {held:?}, away {away:?}");
    }
    assert_eq!(told(&roll(&[], &[]), today, &obligations, &[]), []);
}

#[test]
fn several_obligations_of_a_day_are_one_mail_the_first_due_first() {
    let obligations = [owed(1, day(2027, 3, 30)), owed(2, day(2027, 3, 18)), owed(3, day(2027, 6, 30))];
    let expected = vec![(REFERENT, vec![(2, -3), (1, -10)], None)];
    assert_eq!(told(&roll(&[REFERENT], &[]), day(2027, 3, 15), &obligations, &[]), expected);
}

#[test]
fn obligations_due_on_one_day_are_ordered_by_place() {
    let (due, since) = (day(2027, 3, 30), day(2026, 1, 1));
    let named = |number: u128, name: &str| {
        let (id, name) = (Some(uuid(number).into()), Some(name.to_owned()));
        Arc::new(Seat { observatory_id: id, observatory_name: name, ..(*seat(number, SeatKind::Referent)).clone() })
    };
    let desk = seat(SECRETARIAT, SeatKind::Secretariat);
    let holders = vec![holder(SECRETARIAT, &desk, since)];
    let seats = vec![named(40, "Varese"), named(41, "Bergamo"), named(42, "Lecco"), desk];
    let roll = Roll::new(&seats, holders, BTreeSet::new());
    let of = |id: u128, seat: u128, title: &str| Obligation {
        seat_id: uuid(seat).into(),
        title_it: title.into(),
        ..owed(id, due)
    };
    // Ids are random, whatever the order of their creation within a millisecond.
    let obligations = [of(1, 40, "Bozza"), of(2, 42, "Testo"), of(3, 41, "Bozza"), of(4, 42, "Bozza")];
    let told = told(&roll, day(2027, 3, 15), &obligations, &[]);
    let ids: Vec<u128> = told[0].1.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [3, 4, 2, 1]);
}

#[test]
fn no_reminder_is_sent_on_a_day_off_of_its_recipient() {
    // 7 December is a working day in Como and the patron day of Milan, where the secretariat sits.
    let obligations = [owed(1, day(2027, 12, 10))];
    let today = day(2027, 12, 7);
    assert_eq!(told(&roll(&[SECRETARIAT], &[]), today, &obligations, &[]), []);
    assert_eq!(told(&roll(&[REFERENT], &[]), today, &obligations, &[]).len(), 1);
    assert_eq!(told(&roll(&[SECRETARIAT], &[]), day(2027, 12, 9), &obligations, &[]).len(), 1);
    let sunday = day(2027, 12, 5);
    assert_eq!(told(&roll(&[REFERENT], &[]), sunday, &obligations, &[]), []);
}

/// Referents work on the days of Como, the secretariat on those of Milan.
#[test]
fn no_rung_of_a_whole_year_is_lost_on_a_day_off_of_its_recipient() {
    let calendars = calendars();
    let nobody = BTreeSet::new();
    for (held, person) in [(REFERENT, "the referent"), (SECRETARIAT, "the secretariat")] {
        let roll = roll(&[held], &[]);
        for due in day(2027, 1, 1).iter_days().take(365) {
            let obligations = [owed(1, due)];
            let mut settled = Settled::new();
            let mut told = Vec::new();
            for today in (due - Days::new(30)).iter_days().take(40) {
                let on = Day { today, rungs: &RUNGS, calendars: &calendars, roll: &roll, written_to: &nobody };
                let plan = plan(on, &obligations, &settled);
                assert_eq!(plan.skipped.len(), 0, "{person}, due {due}, on {today}: {:?}", plan.skipped);
                for line in plan.mails.iter().flat_map(|mail| &mail.lines) {
                    assert!(today <= due && !line.is_late, "{person}, due {due}: told on {today}");
                    settled.entry(Key::of(line.obligation)).or_default().insert(line.rung, ReminderOutcome::Sent);
                    told.push(line.rung);
                }
            }
            assert_eq!(told, RUNGS, "{person}, due {due}");
        }
    }
}

#[test]
fn an_obligation_added_after_the_last_mail_of_its_day_is_reminded_late() {
    let obligations = [owed(1, day(2027, 3, 15))];
    let calendars = calendars();
    let roll = roll(&[REFERENT], &[]);
    let (nobody, ada) = (BTreeSet::new(), BTreeSet::from([PersonId(uuid(REFERENT))]));
    let mut settled = Settled::new();
    let mut on = |today, written_to| {
        let on = Day { today, rungs: &RUNGS, calendars: &calendars, roll: &roll, written_to };
        let plan = plan(on, &obligations, &settled);
        let noted = settled.entry(Key::of(&obligations[0])).or_default();
        noted.extend(plan.skipped.iter().map(|skip| (skip.rung, ReminderOutcome::Skipped)));
        let lines: Vec<_> = plan.mails.iter().flat_map(|mail| &mail.lines).collect();
        noted.extend(lines.iter().map(|line| (line.rung, ReminderOutcome::Sent)));
        lines.iter().map(|line| line.is_late).collect::<Vec<_>>()
    };
    assert_eq!(on(day(2027, 3, 15), &ada), [false; 0]);
    assert_eq!(on(day(2027, 3, 16), &nobody), [true]);
    assert_eq!(on(day(2027, 3, 17), &nobody), [false; 0], "once is once");
}

#[test]
fn a_recipient_gets_one_reminder_mail_a_day() {
    let obligations = [owed(1, day(2027, 3, 30))];
    assert_eq!(told(&roll(&[REFERENT], &[]), day(2027, 3, 15), &obligations, &[REFERENT]), []);
}

#[test]
fn permitted_hours_include_their_first_minute_and_exclude_their_last() {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour of the test");
    let hours = Hours { from: at(8, 0), until: at(18, 0) };
    let inside = [(7, 59), (8, 0), (17, 59), (18, 0)].map(|(hour, minute)| hours.contain(at(hour, minute)));
    assert_eq!(inside, [false, true, true, false]);
}

/// One day of a simulated spring.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Whether the service is down that day.
    is_out: bool,
    /// Index of the obligation done that day, if any.
    done: Option<usize>,
    /// Index of the obligation moved that day, and the number of days.
    moved: Option<(usize, i64)>,
    is_referent_there: bool,
}

fn turn() -> impl Strategy<Value = Turn> {
    (
        prop::bool::weighted(0.3),
        prop::option::weighted(0.03, 0..4_usize),
        prop::option::weighted(0.05, (0..4_usize, -15..15_i64)),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(is_out, done, moved, is_referent_there)| Turn { is_out, done, moved, is_referent_there })
}

proptest! {
    /// Under any downtime, moves, completions and changes of holders: each rung at most once, nothing outdated, nothing
    /// on a day off, one mail per person and day, and every reached rung is settled in the end.
    #[test]
    fn a_simulated_spring_keeps_every_promise(
        offsets in prop::collection::vec(5..60_u64, 4),
        turns in prop::collection::vec(turn(), 90),
    ) {
        let calendars = calendars();
        let begin = day(2027, 3, 1);
        let mut open: Vec<Option<Obligation>> =
            offsets.iter().enumerate().map(|(index, offset)| Some(owed(index as u128, begin + Days::new(*offset)))).collect();
        let mut settled = Settled::new();
        let nobody = BTreeSet::new();
        for (index, turn) in turns.into_iter().enumerate() {
            let today = begin + Days::new(index as u64);
            if let Some(done) = turn.done {
                open[done] = None;
            }
            if let Some((moved, by)) = turn.moved && let Some(obligation) = &mut open[moved] {
                obligation.due_day += chrono::TimeDelta::days(by);
            }
            if turn.is_out {
                continue;
            }
            let obligations: Vec<Obligation> = open.iter().flatten().cloned().collect();
            let roll = roll(if turn.is_referent_there { &[REFERENT, SECRETARIAT] } else { &[SECRETARIAT] }, &[]);
            let on = Day { today, rungs: &RUNGS, calendars: &calendars, roll: &roll, written_to: &nobody };
            let plan = plan(on, &obligations, &settled);

            let people: BTreeSet<PersonId> = plan.mails.iter().map(|mail| mail.to.holder.id).collect();
            prop_assert_eq!(people.len(), plan.mails.len(), "one mail per person");
            for mail in &plan.mails {
                prop_assert!(calendars.of(&mail.to.seat.territory).expect("a calendar").is_working(today), "a day off");
                let calendar = calendars.of(&mail.to.seat.territory).expect("a calendar");
                for line in &mail.lines {
                    let noted = settled.entry(Key::of(line.obligation)).or_default();
                    let is_news = noted.values().all(|outcome| *outcome == ReminderOutcome::Skipped);
                    prop_assert_eq!(line.is_late, today > line.obligation.due_day);
                    prop_assert!(!line.is_late || is_news, "told after the event, and before it too");
                    prop_assert!(ladder::rung_day(calendar, line.obligation.due_day, line.rung).expect("a day") <= today, "too early");
                    prop_assert!(obligations.contains(line.obligation), "stale");
                    prop_assert!(noted.insert(line.rung, ReminderOutcome::Sent).is_none(), "told twice");
                }
            }
            for skip in &plan.skipped {
                let noted = settled.entry(Key::of(skip.obligation)).or_default();
                prop_assert!(noted.insert(skip.rung, ReminderOutcome::Skipped).is_none(), "settled twice");
            }
            // On such a day every possible recipient works.
            let is_worked = calendars.iter().all(|calendar| calendar.is_working(today));
            for obligation in obligations.iter().filter(|obligation| is_worked && obligation.due_day < today) {
                let known = &settled[&Key::of(obligation)];
                prop_assert_eq!(known.len(), RUNGS.len(), "a rung nobody accounts for");
                prop_assert!(known.values().any(|outcome| *outcome == ReminderOutcome::Sent), "nobody was ever told");
            }
        }
    }
}
