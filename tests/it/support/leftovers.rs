//! Check for things a test must not leave behind: a leased mail, a scripted answer of the relay that was not used, a
//! job that never ended, a task whose copy of a day differs from its contribution.
//!
//! It runs when the service under test is dropped, so that tests need not call it. A test that leaves something on
//! purpose says so.

use super::db::TestDb;
use entity::kinds::NotificationState;
use entity::{job_status, outbox_mail};
use raccordo::db::{Db, Location};
use raccordo::mail::transport::MemoryTransport;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use std::cell::Cell;

/// Performs the check when it is dropped; the database must still exist then.
pub struct Leftovers {
    location: Location,
    mailbox: MemoryTransport,
    is_meant: Cell<bool>,
}

impl Leftovers {
    pub fn of(db: &TestDb, mailbox: &MemoryTransport) -> Self {
        Self { location: db.location.clone(), mailbox: mailbox.clone(), is_meant: Cell::new(false) }
    }

    /// Turns the check off, for a test that leaves something behind on purpose.
    pub fn are_meant(&self) {
        self.is_meant.set(true);
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        if std::thread::panicking() || self.is_meant.get() {
            return;
        }
        assert_eq!(self.mailbox.unplayed(), 0, "answers of the relay that no attempt asked for");
        let location = self.location.clone();
        // On another thread, because the test's own runtime cannot block on it.
        let left = std::thread::spawn(move || count(&location)).join().expect("the leftovers were counted");
        assert_eq!(left.leased, 0, "mails still leased: nobody sends them any more");
        assert_eq!(left.running, 0, "jobs that never ended");
        assert_eq!(left.astray, 0, "tasks whose copy of a day is not that of the contribution they hand in");
    }
}

/// Numbers of things left behind.
struct Left {
    leased: u64,
    running: u64,
    astray: i64,
}

/// The rule of `deliverables::store::pass_days_on`, said a second time: tasks that break it.
const ASTRAY: &str = "SELECT count(*) AS astray FROM task JOIN seat ON seat.id = task.seat_id
    LEFT JOIN deliverable ON deliverable.id = task.deliverable_id
    WHERE task.followed_day IS DISTINCT FROM CASE
        WHEN task.origin = 'step' AND seat.kind NOT IN ('secretariat', 'direction')
             AND deliverable.due_day = task.due_day THEN deliverable.hand_set_day END";

fn count(location: &Location) -> Left {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let db = Db::open_beside(location).await.expect("the database opens once more");
        let leased = outbox_mail::Entity::find()
            .filter(outbox_mail::Column::State.eq(NotificationState::Leased))
            .count(db.reader())
            .await
            .expect("mails are counted");
        let running = job_status::Entity::find()
            .filter(job_status::Column::LastOutcome.eq("running"))
            .count(db.reader())
            .await
            .expect("jobs are counted");
        let found = db.reader().query_one_raw(Statement::from_string(db.reader().get_database_backend(), ASTRAY)).await;
        let astray = found.expect("tasks are counted").expect("a row").try_get("", "astray").expect("a number");
        db.close().await;
        Left { leased, running, astray }
    })
}
