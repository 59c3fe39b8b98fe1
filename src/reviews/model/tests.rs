//! Tests of the pure rules: exactly one holder at any time, times that add up, remarks that are settled.

use super::checklist::{Before, Checklist, Facts as Found, Finding};
use super::turn::{Course, Facts, Holder, sums};
use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
}

fn submission(position: i32, submitted: i64) -> Submission {
    Submission {
        id: Uuid::from_u128(u128::from(position.unsigned_abs())).into(),
        position,
        link: Some("https://bergamo.example/testo".to_owned()),
        document_id: None,
        note: None,
        submitted_at: at(submitted),
        submitted_by: None,
        remarks: None,
        answered_at: None,
        answered_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
    }
}

fn sent_back(one: Submission, when: i64) -> Submission {
    Submission { remarks: Some("Manca la tavola 3".to_owned()), answered_at: Some(at(when)), ..one }
}

fn accepted(one: Submission, when: i64) -> Submission {
    Submission { answered_at: Some(at(when)), ..one }
}

fn reading(asked: i64) -> Reading {
    Reading {
        id: Uuid::nil().into(),
        deliverable_id: Uuid::nil().into(),
        observatory_id: Uuid::from_u128(7).into(),
        state: ReadingState::Asked,
        due_day: NaiveDate::default(),
        note: None,
        asked_at: at(asked),
        asked_by: None,
        answered_at: None,
        answered_by: None,
        ended_at: None,
        ended_by: None,
        version: 1,
    }
}

fn read(asked: i64, events: &[(ReadingEvent, i64)]) -> Reading {
    let next =
        |one: Reading, (event, when): &(ReadingEvent, i64)| one.after(*event, at(*when), None).expect("possible");
    events.iter().fold(reading(asked), next)
}

fn facts<'a>(submissions: &'a [Submission], readings: &'a [Reading]) -> Facts<'a> {
    Facts { planned_at: at(0), submissions, readings, is_joint: false, out_at: None, declared_at: None, ended_at: None }
}

fn handed(facts: &Facts<'_>) -> Vec<(i64, Holder)> {
    let hours = |at: DateTime<Utc>| (at - DateTime::UNIX_EPOCH).num_hours();
    Course::of(facts).hand_overs().iter().map(|one| (hours(one.at), one.to)).collect()
}

const READER: Holder = Holder::Reader(ObservatoryId(Uuid::from_u128(7)));

#[test]
fn the_ball_goes_to_and_fro_between_observatory_and_review() {
    let submissions = [sent_back(submission(1, 10), 20), accepted(submission(2, 30), 40)];
    assert_eq!(
        handed(&facts(&submissions, &[])),
        [
            (0, Holder::Observatory),
            (10, Holder::Secretariat),
            (20, Holder::Observatory),
            (30, Holder::Secretariat),
            (40, Holder::Nobody),
        ]
    );
}

#[test]
fn a_text_taken_back_gives_the_ball_back() {
    let taken_back = Submission { withdrawn_at: Some(at(12)), ..submission(1, 10) };
    let course = [(0, Holder::Observatory), (10, Holder::Secretariat), (12, Holder::Observatory)];
    assert_eq!(handed(&facts(&[taken_back], &[])), course);
}

#[test]
fn a_peer_reader_holds_the_ball_while_the_text_is_under_review() {
    let delivered = read(5, &[(ReadingEvent::Accept, 6), (ReadingEvent::Deliver, 15)]);
    let refused = read(16, &[(ReadingEvent::Refuse, 17)]);
    let open = reading(25);
    let submissions = [sent_back(submission(1, 10), 20), submission(2, 22)];
    assert_eq!(
        handed(&facts(&submissions, &[delivered, refused, open])),
        [
            (0, Holder::Observatory),
            (10, Holder::Secretariat),
            (10, READER),
            (15, Holder::Secretariat),
            (16, READER),
            (17, Holder::Secretariat),
            (20, Holder::Observatory),
            (22, Holder::Secretariat),
            (25, READER),
        ]
    );
}

#[test]
fn after_the_release_the_ball_is_with_those_who_declare_the_page() {
    let submissions = [accepted(submission(1, 10), 20)];
    let out = Facts { out_at: Some(at(50)), ..facts(&submissions, &[]) };
    let last = |facts: &Facts<'_>| handed(facts).pop();
    assert_eq!(last(&out), Some((50, Holder::Observatory)));
    assert_eq!(last(&Facts { is_joint: true, ..out }), Some((50, Holder::Secretariat)));
    assert_eq!(last(&Facts { declared_at: Some(at(60)), ..out }), Some((60, Holder::Nobody)));
    assert_eq!(last(&Facts { declared_at: Some(at(30)), ..out }), Some((20, Holder::Nobody)), "declared before");
    assert_eq!(last(&Facts { ended_at: Some(at(70)), ..out }), Some((70, Holder::Nobody)));
}

#[test]
fn a_waived_contribution_is_with_nobody() {
    let submissions = [submission(1, 10)];
    let waived = Facts { ended_at: Some(at(15)), ..facts(&submissions, &[]) };
    let course = [(0, Holder::Observatory), (10, Holder::Secretariat), (15, Holder::Nobody)];
    assert_eq!(handed(&waived), course);
    assert_eq!(Course::of(&waived).stretches(at(99)).iter().map(|one| one.until).max(), Some(at(15)));
}

/// Event in the life of a contribution.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Submit,
    Withdraw,
    SendBack,
    Accept,
    Ask,
    Answer(bool),
    Deliver,
    TakeReadingBack,
    Release,
    Declare,
    End,
}

/// A contribution that changes as the use cases change it.
#[derive(Default)]
struct Played {
    submissions: Vec<Submission>,
    readings: Vec<Reading>,
    out_at: Option<DateTime<Utc>>,
    declared_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl Played {
    fn waiting(&mut self) -> Option<&mut Submission> {
        self.submissions.last_mut().filter(|one| one.answered_at.is_none() && one.withdrawn_at.is_none())
    }

    fn close_reading(&mut self, event: ReadingEvent, now: i64) {
        for one in self.readings.iter_mut().filter(|one| one.is_open()) {
            if let Ok(after) = one.clone().after(event, at(now), None) {
                *one = after;
            }
        }
    }

    fn is_accepted(&self) -> bool {
        self.submissions.last().is_some_and(|one| one.answered_at.is_some() && one.remarks.is_none())
    }

    fn play(&mut self, event: Happens, now: i64) {
        if self.ended_at.is_some() {
            return;
        }
        let position = i32::try_from(self.submissions.len()).unwrap_or(i32::MAX) + 1;
        match event {
            Happens::Submit if self.waiting().is_none() && !self.is_accepted() => {
                self.submissions.push(submission(position, now));
            }
            Happens::Withdraw => {
                if let Some(one) = self.waiting() {
                    one.withdrawn_at = Some(at(now));
                }
            }
            Happens::SendBack | Happens::Accept if self.waiting().is_some() => {
                self.close_reading(ReadingEvent::Withdraw, now);
                if let Some(one) = self.waiting() {
                    one.answered_at = Some(at(now));
                    one.remarks = matches!(event, Happens::SendBack).then(|| "Manca la tavola 3".to_owned());
                }
            }
            Happens::Ask if self.readings.iter().all(|one| !one.is_open()) && !self.is_accepted() => {
                self.readings.push(reading(now));
            }
            Happens::Answer(true) => self.close_reading(ReadingEvent::Accept, now),
            Happens::Answer(false) => self.close_reading(ReadingEvent::Refuse, now),
            Happens::Deliver => self.close_reading(ReadingEvent::Deliver, now),
            Happens::TakeReadingBack => self.close_reading(ReadingEvent::Withdraw, now),
            Happens::Release => self.out_at = self.out_at.or(Some(at(now))),
            Happens::Declare if self.is_accepted() => self.declared_at = self.declared_at.or(Some(at(now))),
            Happens::End => self.ended_at = Some(at(now)),
            _ => {}
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            out_at: self.out_at,
            declared_at: self.declared_at,
            ended_at: self.ended_at,
            ..facts(&self.submissions, &self.readings)
        }
    }

    /// Returns the holder as the present state alone tells it.
    fn holder_now(&mut self) -> Holder {
        if self.ended_at.is_some() {
            return Holder::Nobody;
        }
        if self.is_accepted() {
            let is_asked = self.out_at.is_some() && self.declared_at.is_none();
            return if is_asked { Holder::Observatory } else { Holder::Nobody };
        }
        let is_read = self.readings.iter().any(Reading::is_open);
        match self.waiting() {
            Some(_) if is_read => READER,
            Some(_) => Holder::Secretariat,
            None => Holder::Observatory,
        }
    }
}

fn any_event() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => Just(Happens::Submit),
        2 => Just(Happens::Withdraw),
        3 => Just(Happens::SendBack),
        1 => Just(Happens::Accept),
        3 => Just(Happens::Ask),
        2 => any::<bool>().prop_map(Happens::Answer),
        2 => Just(Happens::Deliver),
        1 => Just(Happens::TakeReadingBack),
        1 => Just(Happens::Release),
        1 => Just(Happens::Declare),
        1 => Just(Happens::End),
    ]
}

proptest! {
    /// After any sequence of events there is exactly one holder, the one that the state tells, and the times of all
    /// holders add up to the time elapsed.
    #[test]
    fn there_is_always_one_holder_and_the_times_add_up(
        events in prop::collection::vec((any_event(), 0_i64..30), 0..40),
    ) {
        let (mut played, mut now) = (Played::default(), 0);
        for (event, after) in events {
            now += after;
            played.play(event, now);
            let holder = played.holder_now();
            let course = Course::of(&played.facts());
            prop_assert_eq!(course.last().to, holder);
            let stretches = course.stretches(at(now));
            prop_assert!(stretches.windows(2).all(|two| two[0].until == two[1].from), "a gap in {:?}", stretches);
            let total: TimeDelta = sums(&stretches, |one| one.until - one.from).into_iter().map(|(_, sum)| sum).sum();
            prop_assert_eq!(total, course.counted_until(at(now)) - course.begun_at());
        }
    }
}

fn remark() -> Remark {
    Remark {
        id: Uuid::nil().into(),
        deliverable_id: Uuid::nil().into(),
        submission_id: None,
        number: 2,
        observatory_id: None,
        part: Some("Capitolo 3".to_owned()),
        text: "Manca la tavola".to_owned(),
        due_day: NaiveDate::default(),
        state: RemarkState::Open,
        written_at: at(0),
        written_by: None,
        copied_from: None,
        steps: Vec::new(),
        version: 1,
    }
}

#[test]
fn a_remark_is_open_until_the_review_settles_it() {
    let answered = Remark { state: RemarkState::Answered, ..remark() };
    assert_eq!(remark().after(RemarkStepKind::Done, None), Ok(RemarkState::Answered));
    assert_eq!(remark().after(RemarkStepKind::Declined, None), Err(Refusal::ReasonMissing));
    assert_eq!(answered.after(RemarkStepKind::Rejected, Some("Non basta")), Ok(RemarkState::Open));
    assert_eq!(answered.after(RemarkStepKind::Rejected, None), Err(Refusal::ReasonMissing));
    assert_eq!(answered.after(RemarkStepKind::Accepted, None), Ok(RemarkState::Accepted));
    assert_eq!(answered.after(RemarkStepKind::Carried, None), Ok(RemarkState::Carried));
    assert!(matches!(answered.after(RemarkStepKind::Done, None), Err(Refusal::WrongTransition(_))), "answered once");
    assert_eq!(remark().line(), "2. Capitolo 3: Manca la tavola");
}

#[test]
fn a_round_is_the_review_of_a_text_that_was_not_taken_back() {
    let taken_back = Submission { withdrawn_at: Some(at(12)), ..submission(2, 10) };
    let all = [sent_back(submission(1, 5), 8), taken_back, submission(3, 20)];
    let numbered: Vec<(usize, i32)> = rounds(&all).iter().map(|one| (one.number, one.submission.position)).collect();
    assert_eq!(numbered, [(1, 1), (2, 3)]);
}

#[test]
fn a_checklist_keeps_errors_and_warnings_apart() {
    let complete = Found { has_text: true, has_sheet: true, has_address: true, ..Found::default() };
    let check = |facts: Found| Checklist::of(Before::Acceptance, DeliverableState::Submitted, &facts);
    assert_eq!(check(complete), Checklist::of(Before::Release, DeliverableState::Approved, &complete));
    assert_eq!(check(complete).admit(), Ok(()));
    let open = check(Found { open_remarks: 2, is_own: true, has_sheet: false, is_reading_open: true, ..complete });
    assert_eq!(open.blocking, [Finding::RemarksOpen, Finding::OwnSubmission]);
    assert_eq!(open.warnings, [Finding::ReadingOpen, Finding::SheetMissing]);
    assert_eq!(open.admit(), Err(Refusal::RemarksOpen { open: 2 }));
    assert_eq!(check(Found { is_own: true, ..complete }).admit(), Err(Refusal::OwnSubmission));
    let late = Found { has_address: false, is_release_near: true, ..complete };
    let before_release = Checklist::of(Before::Release, DeliverableState::Submitted, &late);
    assert_eq!(
        (before_release.blocking, before_release.warnings),
        (vec![Finding::NotAccepted], vec![Finding::AddressMissing])
    );
}

#[test]
fn the_chapter_furthest_back_blocks_the_publication() {
    use super::blocker::{Chapter, furthest_back};
    let chapter = |number: u128, state, since| Chapter {
        id: Uuid::from_u128(number).into(),
        state,
        holder: Holder::Observatory,
        since: at(since),
    };
    let (accepted, waived) = (chapter(1, DeliverableState::Approved, 1), chapter(2, DeliverableState::Waived, 1));
    let (submitted, begun) = (chapter(3, DeliverableState::Submitted, 2), chapter(4, DeliverableState::InProgress, 30));
    let waits_longer = chapter(5, DeliverableState::InProgress, 20);
    assert_eq!(furthest_back(&[accepted, waived]), None);
    assert_eq!(furthest_back(&[accepted, submitted]), Some(&submitted));
    assert_eq!(furthest_back(&[submitted, begun, waits_longer, accepted]), Some(&waits_longer));
}
