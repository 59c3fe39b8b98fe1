//! The lifecycle matrix: every state with every event, printed with the next state or the refusal, so that people
//! review it as a diff. It asks the transition functions themselves.

use crate::support::db::Engine;
use crate::support::golden::assert_goldens;
use crate::workbench::{Workbench, draft};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::ids::{DesignationRecordId, ReleaseId};
use entity::kinds::{
    ActKind, AmendmentKind, Channel, DeliverableState, MeetingMode, MeetingState, NotificationState, PublicationState,
    ReadingState, ReasonCode, RecordChange, ReleaseState, RemarkState, RemarkStepKind, SeatKind, TaskOrigin, TaskState,
};
use raccordo::catalogue::model::{Details, Product};
use raccordo::deliverables::model as deliverables;
use raccordo::designations::model as designations;
use raccordo::error::{Error, Refusal};
use raccordo::lifecycle::{Blocked, Event, Table, Target};
use raccordo::mail::outbox::{self, desk, lease};
use raccordo::meetings::model as meetings;
use raccordo::portal::model as portal;
use raccordo::releases::model as releases;
use raccordo::reviews::model as reviews;
use raccordo::tasks::model as tasks;
use raccordo::time::zone;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// Printed tables, a text for each slice: one block per machine, one line per state and event.
#[derive(Default)]
struct Matrix {
    texts: BTreeMap<String, String>,
    /// File of the slice that is being printed.
    file: String,
}

impl Matrix {
    /// Begins the block of a machine of a slice.
    fn machine(&mut self, slice: &str, name: &str) {
        self.file = format!("{slice}.txt");
        let gap = if self.text().is_empty() { "" } else { "\n" };
        let _ = writeln!(self.text(), "{gap}== {name}");
    }

    fn line(&mut self, state: impl std::fmt::Display, event: impl std::fmt::Display, outcome: &str) {
        let _ = writeln!(self.text(), "{:<18} {:<18} {outcome}", state.to_string(), event.to_string());
    }

    fn text(&mut self) -> &mut String {
        self.texts.entry(self.file.clone()).or_default()
    }
}

fn said(outcome: Result<String, impl Refusal>) -> String {
    match outcome {
        Ok(state) => format!("-> {state}"),
        Err(refusal) => format!("   {}", refusal.said().code.as_str()),
    }
}

/// Prints a lifecycle: every state with every event of its table. `next` executes the transition, whose result must
/// agree with the table; the state to which a transition returns is known only to the transition.
fn of_lifecycle<S, E, R>(
    matrix: &mut Matrix,
    table: &Table<S, E>,
    states: &[S],
    next: impl Fn(S, E) -> Result<S, R>,
    beside: impl Fn(&mut Matrix, S),
) where
    S: Copy + Eq + std::fmt::Debug + std::fmt::Display,
    E: Event,
    R: Refusal,
{
    for &state in states {
        for event in table.events() {
            let reached = next(state, event);
            match table.target(state, event) {
                Some(Target::To(target)) => {
                    assert_eq!(reached.as_ref().ok(), Some(&target), "{state} {}", event.as_str());
                }
                Some(Target::Back) => assert!(reached.is_ok(), "{state} {}", event.as_str()),
                None => assert!(reached.is_err(), "{state} {}", event.as_str()),
            }
            matrix.line(state, event.as_str(), &said(reached.map(|state| state.to_string())));
        }
        beside(matrix, state);
    }
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::from_str(text).expect("a day")
}

fn now() -> DateTime<Utc> {
    zone::instant_of(day("2027-03-01"), NaiveTime::MIN)
}

fn nine() -> NaiveTime {
    NaiveTime::from_hms_opt(9, 0, 0).expect("an hour")
}

fn statement() -> designations::Statement {
    designations::Statement {
        term: designations::Term { from: day("2027-02-01"), to: Some(day("2027-12-31")) },
        act: designations::Act {
            kind: ActKind::Decree,
            number: "12/2027".into(),
            date: day("2027-01-04"),
            organ: "Presidente".into(),
            subject: "Designazione".into(),
        },
        provenance: designations::Provenance {
            channel: Channel::Pec,
            communicated_on: day("2027-01-11"),
            protocol_number: None,
            protocol_date: None,
            receipt: None,
            document_id: None,
        },
        organisation: None,
    }
}

fn record(change: RecordChange) -> designations::Record {
    designations::Record {
        id: DesignationRecordId(Uuid::nil()),
        position: 1,
        change,
        statement: statement(),
        reason: None,
        recorded_at: now(),
        recorded_by: None,
        superseded_at: None,
    }
}

fn of_designations(matrix: &mut Matrix) {
    matrix.machine("designations", "designation: its latest record, and what can supersede it");
    let ending = || designations::Ending {
        reason: designations::GivenReason::Said("Trasferimento".to_owned()),
        provenance: None,
    };
    let next = |outcome: Result<designations::Successor, designations::Refusal>| {
        said(outcome.map(|next| next.change.to_string()))
    };
    for change in RecordChange::ALL {
        let at = record(*change);
        matrix.line(change, "end", &next(at.ended(day("2027-06-30"), ending(), day("2027-03-01"))));
        matrix.line(change, "end on its last day", &next(at.ended(day("2027-12-31"), ending(), day("2027-03-01"))));
        matrix.line(change, "end before it began", &next(at.ended(day("2027-01-31"), ending(), day("2027-03-01"))));
        let mut corrected = statement();
        corrected.act.number = "13/2027".into();
        matrix.line(change, "correct", &next(at.corrected(corrected, "Refuso".into())));
        matrix.line(change, "correct nothing", &next(at.corrected(statement(), "Refuso".into())));
        matrix.line(change, "annul", &next(at.annulled("Inserita per errore".into())));
    }
    matrix.machine("designations", "designation: its standing on a day");
    for change in RecordChange::ALL {
        for on in ["2027-01-31", "2027-02-01", "2027-12-31", "2028-01-01"] {
            matrix.line(change, on, record(*change).standing_on(day(on)).as_str());
        }
    }
}

fn product() -> Product {
    Product {
        id: Uuid::nil().into(),
        code: "relazione".into(),
        details: Details::default(),
        steps: Vec::new(),
        former_steps: Vec::new(),
        retired_at: None,
        version: 1,
    }
}

fn release(state: ReleaseState) -> releases::Release {
    let period = "2026".parse().expect("a year");
    let when = releases::When::InMonth(day("2027-03-01"));
    let provisional =
        releases::Release::planned(ReleaseId(Uuid::nil()), &product(), None, period, when, day("2027-02-01"))
            .expect("planned");
    let confirmed = provisional.clone().confirmed(slot("2027-03-30"), now()).expect("confirmed");
    match state {
        ReleaseState::Provisional => provisional,
        ReleaseState::Confirmed => confirmed,
        ReleaseState::Published => confirmed.published(slot("2027-03-30").instant()).expect("published"),
        ReleaseState::Cancelled => confirmed.cancelled(reason()).expect("cancelled"),
        ReleaseState::Withdrawn => release(ReleaseState::Published).withdrawn().expect("withdrawn"),
    }
}

fn slot(on: &str) -> releases::Slot {
    releases::Slot { day: day(on), hour: nine() }
}

fn reason() -> releases::Reason {
    releases::Reason { code: ReasonCode::SourceLate, text: "La fonte tarda molto".into() }
}

fn of_releases(matrix: &mut Matrix) {
    matrix.machine("releases", "release");
    let next = |state, event| {
        let at = release(state);
        let next = match event {
            releases::Event::Improve => at.improved(releases::When::On(day("2027-03-30")), day("2027-03-01")),
            releases::Event::Correct => at.corrected(&product(), None, "2025".parse().expect("a year")),
            releases::Event::Confirm => at.confirmed(slot("2027-03-30"), now()),
            releases::Event::Move => at.moved(slot("2027-04-15"), now()),
            releases::Event::Cancel => at.cancelled(reason()),
            releases::Event::Publish => at.published(slot("2027-03-30").instant()),
            releases::Event::Amend => at.amended(AmendmentKind::Error, now()),
            releases::Event::Withdraw => at.withdrawn(),
        };
        next.map(|next| next.state())
    };
    of_lifecycle(matrix, &releases::LIFECYCLE, ReleaseState::ALL, next, |_, _| ());
    let early = release(ReleaseState::Confirmed).published(slot("2027-03-30").instant() - TimeDelta::seconds(1));
    matrix.line("confirmed", "publish a second early", &said(early.map(|next| next.state().to_string())));
    let back = release(ReleaseState::Confirmed).moved(slot("2027-02-26"), now());
    matrix.line("confirmed", "move into the past", &said(back.map(|next| next.state().to_string())));
}

fn deliverable(state: DeliverableState) -> deliverables::Deliverable {
    let reason = match state {
        DeliverableState::Blocked => Some("Portale fermo".to_owned()),
        DeliverableState::Waived => Some("Accorpata".to_owned()),
        DeliverableState::Missing => Some("Il testo non è arrivato".to_owned()),
        _ => None,
    };
    let left = matches!(state, DeliverableState::Blocked | DeliverableState::Missing);
    let resume = left.then_some(DeliverableState::InProgress);
    deliverables::Deliverable {
        id: Uuid::nil().into(),
        release_id: Uuid::nil().into(),
        observatory_id: Uuid::nil().into(),
        stage: deliverables::Stage::of(state, resume, reason).expect("a stage of the table"),
        due_day: day("2027-03-16"),
        hand_set_day: None,
        version: 1,
    }
}

fn of_deliverables(matrix: &mut Matrix) {
    matrix.machine("deliverables", "deliverable (what was blocked or left out was in progress)");
    let next = |state, event| {
        let at = deliverable(state);
        let next = match event {
            deliverables::Event::Block => at.blocked("Portale fermo".into()),
            deliverables::Event::Waive => at.waived("Accorpata".into()),
            deliverables::Event::Omit => at.omitted("Il testo non è arrivato".into()),
            event => at.after(event),
        };
        next.map(|next| next.state())
    };
    of_lifecycle(matrix, &deliverables::LIFECYCLE, DeliverableState::ALL, next, |matrix, state| {
        let moved = deliverable(state).rescheduled(Some(day("2027-03-20")));
        matrix.line(state, "reschedule", &said(moved.map(|next| next.state().to_string())));
    });
}

fn task(state: TaskState) -> tasks::Task {
    let stage = match state {
        TaskState::Given => tasks::Stage::Given,
        TaskState::Refused => tasks::Stage::Refused { reason: "Non ci compete".into() },
        TaskState::Open => tasks::Stage::OnCourse(tasks::Step::Open),
        TaskState::InProgress => tasks::Stage::OnCourse(tasks::Step::InProgress),
        TaskState::Done => tasks::Stage::Done { at: now() },
        TaskState::Blocked => {
            tasks::Stage::Blocked(Blocked { reason: "Manca il dato".into(), back_to: tasks::Step::InProgress })
        }
        TaskState::Cancelled => tasks::Stage::Cancelled { reason: None },
    };
    tasks::Task {
        id: Uuid::nil().into(),
        seat: Arc::new(designations::Seat {
            id: Uuid::nil().into(),
            code: "referent:lodi".into(),
            kind: SeatKind::Referent,
            body_id: Uuid::nil().into(),
            body_code: "provincia-lodi".into(),
            body_name: "Provincia di Lodi".into(),
            observatory_id: None,
            observatory_code: None,
            observatory_name: None,
            territory: "lodi".into(),
        }),
        release_id: None,
        deliverable_id: None,
        deliverable_state: None,
        step_id: None,
        outcome_id: None,
        origin: TaskOrigin::Outcome,
        title_it: "Scrivere".into(),
        title_en: "Write".into(),
        due_day: day("2027-03-16"),
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: 30,
        stage,
        note: None,
        text: None,
        told_with: None,
        version: 1,
        created_at: now(),
    }
}

fn of_tasks(matrix: &mut Matrix) {
    matrix.machine("tasks", "task (what was blocked was in progress)");
    let next = |state, event| {
        let at = task(state);
        let next = match event {
            tasks::Event::Accept => at.accepted(),
            tasks::Event::Refuse => at.refused("Non ci compete".into()),
            tasks::Event::Insist => at.insisted_on(),
            tasks::Event::HandOn => at
                .clone()
                .handed_on(Arc::new(designations::Seat { id: Uuid::from_u128(1).into(), ..(*at.seat).clone() })),
            tasks::Event::Start => at.started(),
            tasks::Event::Complete => at.completed(now()),
            tasks::Event::Reopen => at.reopened(),
            tasks::Event::Block => at.blocked("Manca il dato".into()),
            tasks::Event::Unblock => at.unblocked(),
            tasks::Event::Cancel => at.cancelled(None),
        };
        next.map(|next| next.state())
    };
    of_lifecycle(matrix, &tasks::LIFECYCLE, TaskState::ALL, next, |matrix, state| {
        let moved = task(state).rescheduled(Some(day("2027-03-20")));
        matrix.line(state, "reschedule", &said(moved.map(|next| next.state().to_string())));
    });
}

fn convocation() -> meetings::Convocation {
    let number = meetings::Number { number: 1, year: 2027 };
    meetings::Convocation { number, at: now(), short_notice_reason: None }
}

fn meeting(state: MeetingState) -> meetings::Meeting {
    let convocation = convocation();
    let stage = match state {
        MeetingState::Draft => meetings::Stage::Draft,
        MeetingState::Convened => meetings::Stage::Convened(convocation),
        MeetingState::Held => meetings::Stage::Held { convocation, at: now() },
        MeetingState::Closed => meetings::Stage::Closed { convocation, held_at: now(), short_quorum_reason: None },
        MeetingState::Cancelled => {
            meetings::Stage::Cancelled { convocation: Some(convocation), reason: "Sciopero".into() }
        }
    };
    meetings::Meeting {
        id: Uuid::nil().into(),
        table_id: Uuid::nil().into(),
        title: "Seduta".into(),
        slot: hours("2027-03-30"),
        venue: room(),
        uid: "seduta@raccordo.test".into(),
        sequence: 0,
        stage,
        short_quorum_reason: None,
        version: 1,
    }
}

fn hours(on: &str) -> meetings::Slot {
    meetings::Slot { day: day(on), starts: nine(), ends: NaiveTime::from_hms_opt(12, 0, 0).expect("an hour") }
}

fn room() -> meetings::Venue {
    meetings::Venue { mode: MeetingMode::InPerson, place: Some("Sala 5".into()), remote_url: None }
}

fn of_meetings(matrix: &mut Matrix) {
    matrix.machine("meetings", "meeting");
    let next = |state, event| {
        let at = meeting(state);
        let next = match event {
            meetings::Event::Convene => at.convene(convocation(), 1),
            meetings::Event::Move => at.move_to(hours("2027-04-01"), room(), None),
            meetings::Event::Cancel => at.cancel("Sciopero".into()),
            meetings::Event::Hold => at.hold(hours("2027-03-30").begins_at()),
            meetings::Event::Close => at.close(None),
            // Events that do not change the meeting's state change its agenda, guests, presences or outcomes.
            meetings::Event::Edit | meetings::Event::Invite | meetings::Event::Attend | meetings::Event::Conclude => {
                at.must_allow(event).map(|()| at)
            }
        };
        next.map(|next| next.state())
    };
    of_lifecycle(matrix, &meetings::LIFECYCLE, MeetingState::ALL, next, |_, _| ());
}

fn of_reviews(matrix: &mut Matrix) {
    matrix.machine("reviews", "remark");
    let remark = |state| reviews::Remark {
        id: Uuid::nil().into(),
        deliverable_id: Uuid::nil().into(),
        submission_id: None,
        number: 1,
        observatory_id: None,
        part: None,
        text: "Manca la tavola 3".into(),
        due_day: day("2027-03-08"),
        state,
        written_at: now(),
        written_by: None,
        copied_from: None,
        steps: Vec::new(),
        version: 1,
    };
    let next = |state, event| {
        let kind = match event {
            reviews::Event::Answer => RemarkStepKind::Done,
            reviews::Event::Accept => RemarkStepKind::Accepted,
            reviews::Event::Reject => RemarkStepKind::Rejected,
            reviews::Event::Carry => RemarkStepKind::Carried,
        };
        remark(state).after(kind, Some("Perché"))
    };
    of_lifecycle(matrix, &reviews::LIFECYCLE, RemarkState::ALL, next, |_, _| {});
    matrix.machine("reviews", "peer reading");
    let reading = |state| reviews::Reading {
        id: Uuid::nil().into(),
        deliverable_id: Uuid::nil().into(),
        observatory_id: Uuid::nil().into(),
        state,
        due_day: day("2027-03-08"),
        note: None,
        asked_at: now(),
        asked_by: None,
        answered_at: None,
        answered_by: None,
        ended_at: None,
        ended_by: None,
        version: 1,
    };
    let next = |state, event| reading(state).after(event, now(), None).map(|next| next.state);
    of_lifecycle(matrix, &reviews::READING, ReadingState::ALL, next, |_, _| {});
}

fn of_publications(matrix: &mut Matrix) {
    matrix.machine("portal", "publication: what a look makes of it, an hour after it came out");
    let released = now();
    for state in PublicationState::ALL {
        for (what, found, sha256) in [
            ("nothing", portal::Found::Nothing, None),
            ("another page", portal::Found::Another, Some("1")),
            ("the page", portal::Found::It, Some("1")),
            ("its words changed", portal::Found::It, Some("2")),
        ] {
            let mut at = portal::Publication::expected(Uuid::nil().into(), Uuid::nil().into());
            at.state = *state;
            let look = portal::Look {
                found,
                http_status: None,
                title: None,
                sha256: sha256.map(str::to_owned),
                problem: None,
                led_to: None,
            };
            let next = at.after(&look, released + portal::GRACE, released, Some("1"));
            matrix.line(state, what, &format!("-> {}", next.state));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum MailEvent {
    /// The dispatcher looks for due mails.
    Claim,
    /// The sweep runs after the lease has expired.
    Sweep,
    /// The sweep runs after the mail's expiry.
    Expire,
    /// The secretariat sends it again.
    Retry,
    /// The designation because of which it was enqueued ends.
    EndOfDesignation,
    /// The same mail is enqueued again.
    PromiseAgain,
}

impl MailEvent {
    const ALL: [Self; 6] =
        [Self::Claim, Self::Sweep, Self::Expire, Self::Retry, Self::EndOfDesignation, Self::PromiseAgain];
}

async fn of_outbox(matrix: &mut Matrix) {
    matrix.machine("mail", "mail");
    let bench = Workbench::new(Engine::Sqlite).await;
    let designation = bench.designation().await;
    for state in NotificationState::ALL {
        for event in MailEvent::ALL {
            let promise = || {
                let mut promise = draft(&format!("{state} {event:?}"), bench.now());
                promise.to.designation_id = Some(designation);
                promise.expires_at = Some("2027-06-01T08:00:00Z".parse().expect("an instant"));
                promise
            };
            let id = bench.promise(promise()).await;
            let lapses =
                if *state == NotificationState::Leased { "lease_until = 1, lease_owner = 'a replica'," } else { "" };
            bench.sql(&format!("UPDATE outbox_mail SET {lapses} state = '{state}' WHERE id = '{id}'")).await;
            let (ctx, now) = (bench.operator(), bench.now());
            let happened = match event {
                MailEvent::Claim => {
                    lease::claim(bench.db(), now, "a replica", 100).await.map(|_| ()).map_err(Error::from)
                }
                MailEvent::Sweep => ctx.write(async |txn| Ok(lease::sweep(txn, now).await.map(|_| ())?)).await,
                MailEvent::Expire => {
                    bench
                        .sql(&format!("UPDATE outbox_mail SET expires_at = 1, lease_until = NULL WHERE id = '{id}'"))
                        .await;
                    ctx.write(async |txn| Ok(lease::sweep(txn, now).await.map(|_| ())?)).await
                }
                MailEvent::Retry => ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await,
                MailEvent::EndOfDesignation => {
                    ctx.write(async |txn| outbox::take_back_for_designation(&ctx, txn, designation).await.map(|_| ()))
                        .await
                }
                MailEvent::PromiseAgain => {
                    assert_eq!(bench.promise(promise()).await, id);
                    Ok(())
                }
            };
            let after = bench.mail(id).await.state;
            let outcome = match happened {
                Err(error) => format!("   {}", error.code().as_str()),
                Ok(()) if after == *state => "   stays".to_owned(),
                Ok(()) => format!("-> {after}"),
            };
            matrix.line(state, format!("{event:?}"), &outcome);
            bench.sql(&format!("DELETE FROM outbox_mail WHERE id = '{id}'")).await;
        }
    }
}

#[actix_web::test]
async fn the_matrix_of_lifecycles_is_the_reviewed_one() {
    let mut matrix = Matrix::default();
    of_designations(&mut matrix);
    of_releases(&mut matrix);
    of_deliverables(&mut matrix);
    of_reviews(&mut matrix);
    of_tasks(&mut matrix);
    of_meetings(&mut matrix);
    of_publications(&mut matrix);
    of_outbox(&mut matrix).await;
    assert_goldens("lifecycles", &matrix.texts);
}
