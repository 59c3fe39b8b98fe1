//! The program on a disk that becomes full: changes are refused with an error, the service is not ready, and nothing
//! acknowledged is lost.

use crate::support::app::SECRETARIAT;
use crate::support::builders::Designation;
use crate::support::real_binary::{Answer, Installation, Request, Running};
use raccordo::clock::{Clock, SystemClock};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::time::Duration;
use tokio::time::{Instant as Tick, sleep};

/// Changes made after space has been freed.
const CHANGES: usize = 100;
/// Longer than two intervals of the write check, which runs every ten seconds.
const SEEN_WITHIN: Duration = Duration::from_secs(25);

struct Caller<'a> {
    service: &'a Running,
    port: u16,
    key: String,
    designated: usize,
}

impl Caller<'_> {
    async fn designate(&mut self, seat: &str) -> Answer {
        self.designated += 1;
        let today = SystemClock.today().to_string();
        let designation = Designation::of(seat)
            .to("Disco", &format!("Pieno{}", self.designated))
            .from(&today)
            .by_act_of(&today)
            .communicated_on(&today)
            .json();
        let asking = Request::post("/api/v1/designations", &designation).with("authorization", &self.key);
        asking.send_to(self.port).await.expect("an answer")
    }

    async fn wait_until_ready_is(&self, expected: bool) {
        let begun = Tick::now();
        while self.service.is_ready().await != expected {
            assert!(begun.elapsed() < SEEN_WITHIN, "ready should be {expected} by now");
            sleep(Duration::from_millis(200)).await;
        }
    }
}

#[actix_web::test]
async fn a_disk_that_was_full_loses_nothing_that_is_acknowledged_afterwards() {
    let Some((installation, volume)) = Installation::with_network_on_volume(12).await else { return };
    let key = format!("Bearer {}", installation.token_of(SECRETARIAT).await);
    let service = installation.serve_until_ready().await;
    let mut caller = Caller { service: &service, port: installation.port, key, designated: 0 };
    assert_eq!(caller.designate("referent:bergamo").await.status, 201);
    let mut kept = 1;

    volume.fill();
    let refused = loop {
        let answer = caller.designate("partner:lodi").await;
        if answer.status != 201 {
            break answer;
        }
        kept += 1;
        assert!(kept < 2_000, "the disk never filled up");
    };
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert!(refused.body.contains("storage_full"), "{}", refused.body);
    caller.wait_until_ready_is(false).await;

    let backup = installation.command(&["backup", "kept.backup"]).status().expect("the program starts");
    assert!(!backup.success(), "there is no room for it");
    assert!(!volume.files().iter().any(|name| name.starts_with("kept.backup")), "{:?}", volume.files());

    volume.free();
    assert_eq!(caller.designate("referent:bergamo").await.status, 409, "a use case that refuses");
    for _ in 0..CHANGES {
        assert_eq!(caller.designate("partner:lodi").await.status, 201);
        kept += 1;
    }
    caller.wait_until_ready_is(true).await;

    service.kill();
    installation.assert_sound("after the kill").await;
    let (db, _folder) = installation.copy().await;
    let question = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT COUNT(*) FROM designation d JOIN person p ON p.id = d.person_id WHERE p.given_name = 'Disco'",
    );
    let row = db.reader().query_one_raw(question).await.expect("an answer").expect("a row");
    assert_eq!(row.try_get_by_index::<i64>(0).expect("a number"), kept, "acknowledged = kept, after a restart too");
    db.close().await;
}
