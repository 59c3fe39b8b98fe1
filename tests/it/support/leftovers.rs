//! What a test must not leave behind: a mail nobody sends any more, an answer of the relay nobody asked for, a job that never ended.
//!
//! Looked at when the service under test is dropped, so that no test has to think of it. Whoever leaves something on purpose says so.

use super::db::TestDb;
use entity::kinds::NotificationState;
use entity::{job_status, outbox_mail};
use raccordo::db::{Db, Location};
use raccordo::mail::transport::MemoryTransport;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::cell::Cell;

/// Looks at the end of a test; the database must still be there.
pub struct Leftovers {
    location: Location,
    mailbox: MemoryTransport,
    is_meant: Cell<bool>,
}

impl Leftovers {
    pub fn of(db: &TestDb, mailbox: &MemoryTransport) -> Self {
        Self { location: db.location.clone(), mailbox: mailbox.clone(), is_meant: Cell::new(false) }
    }

    /// The test leaves something behind because it is about that.
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
        // The test's own runtime is the one that would have to wait.
        let (leased, running) =
            std::thread::spawn(move || count(&location)).join().expect("the leftovers were counted");
        assert_eq!(leased, 0, "mails still leased: nobody sends them any more");
        assert_eq!(running, 0, "jobs that never ended");
    }
}

/// Mails on the wire, and jobs under way.
fn count(location: &Location) -> (u64, u64) {
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
        db.close().await;
        (leased, running)
    })
}
