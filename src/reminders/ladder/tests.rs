use super::super::samples::{calendars, day};
use super::*;

const RUNGS: [i32; 3] = [-10, -3, 0];

/// The step for an obligation due on Tuesday 30 March 2027, the day after Easter Monday, in Como.
fn on(today: NaiveDate, settled: &[i32]) -> Step {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    step(&RUNGS, como, day(2027, 3, 30), &told(settled), today).expect("a step")
}

fn told(rungs: &[i32]) -> Settled {
    rungs.iter().map(|rung| (*rung, ReminderOutcome::Sent)).collect()
}

fn tell(rung: i32) -> Step {
    Step { tell: Some(rung), skip: Vec::new() }
}

fn skip(rungs: &[i32], reason: Overtaken) -> Vec<(i32, Overtaken)> {
    rungs.iter().map(|rung| (*rung, reason)).collect()
}

#[test]
fn rungs_are_counted_in_working_days_of_the_territory() {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    let reached = |due, rung| rung_day(como, due, rung).expect("a day");
    // Easter Monday, 29 March, does not count.
    assert_eq!(reached(day(2027, 3, 30), -3), day(2027, 3, 24));
    assert_eq!(reached(day(2027, 3, 30), -10), day(2027, 3, 15));
    // The patron of Como, 31 August, does not count.
    assert_eq!(reached(day(2027, 9, 1), -3), day(2027, 8, 26));
    assert_eq!(reached(day(2027, 9, 1), 1), day(2027, 9, 2));
}

#[test]
fn the_last_rung_of_a_day_off_comes_before_it() {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    assert_eq!(rung_day(como, day(2027, 3, 29), 0).expect("a day"), day(2027, 3, 26));
}

#[test]
fn no_reminder_is_due_before_the_first_rung() {
    assert_eq!(on(day(2027, 3, 14), &[]), Step::default());
}

#[test]
fn each_rung_is_sent_once_on_its_day() {
    assert_eq!(on(day(2027, 3, 15), &[]), tell(-10));
    assert_eq!(on(day(2027, 3, 15), &[-10]), Step::default());
    assert_eq!(on(day(2027, 3, 23), &[-10]), Step::default());
    assert_eq!(on(day(2027, 3, 24), &[-10]), tell(-3));
    assert_eq!(on(day(2027, 3, 30), &[-10, -3]), tell(0));
    assert_eq!(on(day(2027, 3, 30), &[-10, -3, 0]), Step::default());
}

#[test]
fn after_an_outage_the_last_rung_is_told_late_and_the_overtaken_ones_are_skipped() {
    assert_eq!(on(day(2027, 3, 18), &[]), tell(-10));
    let late = Step { tell: Some(-3), skip: skip(&[-10], Overtaken::ByLaterRung) };
    assert_eq!(on(day(2027, 3, 26), &[]), late);
    let at_last = Step { tell: Some(0), skip: skip(&[-10, -3], Overtaken::ByLaterRung) };
    assert_eq!(on(day(2027, 3, 30), &[]), at_last);
}

#[test]
fn after_the_due_day_earlier_rungs_are_skipped() {
    let over = Step { tell: None, skip: skip(&[0], Overtaken::ByDueDay) };
    assert_eq!(on(day(2027, 3, 31), &[-10, -3]), over);
    assert_eq!(on(day(2027, 4, 30), &[-10, -3, 0]), Step::default());
}

#[test]
fn an_obligation_first_seen_after_its_day_gets_one_late_reminder() {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    let on = |today, settled: &Settled| step(&RUNGS, como, day(2027, 3, 30), settled, today).expect("a step");
    let late = Step { tell: Some(0), skip: skip(&[-10, -3], Overtaken::ByLaterRung) };
    assert_eq!(on(day(2027, 4, 7), &Settled::new()), late);
    // Skipped rungs are noted at once; the last rung waits for a permitted hour.
    let noted = Settled::from([(-10, ReminderOutcome::Skipped), (-3, ReminderOutcome::Skipped)]);
    assert_eq!(on(day(2027, 4, 8), &noted), tell(0));
    let settled = noted.into_iter().chain([(0, ReminderOutcome::Sent)]).collect();
    assert_eq!(on(day(2027, 4, 8), &settled), Step::default());
}

#[test]
fn a_rung_after_the_due_day_is_sent_until_the_next_one() {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    let late =
        |today, settled: &[i32]| step(&[0, 1, 3], como, day(2027, 3, 30), &told(settled), today).expect("a step");
    assert_eq!(late(day(2027, 3, 31), &[0]), tell(1));
    assert_eq!(late(day(2027, 4, 1), &[0]), tell(1));
    assert_eq!(late(day(2027, 4, 2), &[0]), Step { tell: Some(3), skip: skip(&[1], Overtaken::ByLaterRung) });
}

#[test]
fn a_rung_added_before_a_sent_one_is_skipped() {
    assert_eq!(on(day(2027, 3, 25), &[-3]), Step { tell: None, skip: skip(&[-10], Overtaken::ByLaterRung) });
}

#[test]
fn the_horizon_is_the_last_day_whose_first_rung_is_reached() {
    let calendars = calendars();
    let como = calendars.of("como").expect("a calendar of the test");
    let today = day(2027, 3, 15);
    let end = horizon(&RUNGS, como, today).expect("a day");
    assert_eq!(end, day(2027, 3, 30));
    let beyond = end.succ_opt().expect("a day");
    assert!(rung_day(como, beyond, -10).expect("a day") > today);
}
