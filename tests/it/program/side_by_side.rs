//! Commands of operators while a service runs, and a second service, which is refused.

use super::outside::is_answered;
use super::{Desk, NETWORK, free_port};
use crate::support::db::{Engine, TestDb, has_postgres};
use migration::{Migrator, MigratorTrait};
use raccordo::db::{Db, Location};
use sea_orm::ConnectionTrait;

#[tokio::test]
async fn a_second_service_on_one_sqlite_file_says_so_and_ends() {
    let desk = Desk::new().with_network();
    let service = desk.serve().await;
    let second = desk.command(&["serve"]).env("RACCORDO__SERVER__BIND", format!("127.0.0.1:{}", free_port())).output();
    super::Said::from(second.expect("the program starts")).refused("another process is already using");
    desk.run(&["migrate"]).refused("another process is already using");
    let beside = desk.run(&["outbox", "list"]);
    assert!(beside.succeeded, "an operator works beside the service: {beside:?}");
    assert!(service.stop().await, "told to stop, it stops in order");
    assert!(desk.run(&["migrate"]).succeeded, "the lock goes with its holder");
}

#[tokio::test]
async fn a_command_beside_a_service_of_an_earlier_version_says_what_to_do() {
    let desk = Desk::new().with_network();
    let service = Db::open(&Location::Sqlite(desk.path("var/raccordo.sqlite"))).await.expect("the file is free");
    Migrator::down(service.writer(), Some(1)).await.expect("a migration back");
    for command in [&["load", NETWORK, "--yes"][..], &["outbox", "list"]] {
        desk.run(command).refused("lacks 1 migration(s): stop the service").refused("then start this version");
    }
    service.close().await;
    assert!(desk.run(&["load", NETWORK, "--yes"]).succeeded, "a free file is migrated");
}

#[tokio::test]
async fn replicas_that_begin_together_on_an_empty_database_load_the_network_once() {
    if !has_postgres() {
        return;
    }
    let database = TestDb::new(Engine::Postgres).await;
    let Location::Postgres(address) = &database.location else { unreachable!("asked for") };
    let desk = || {
        let desk = Desk::new().set("DATABASE__URL", address).set("SECURITY__AUDIT_KEY", "a".repeat(40));
        std::fs::create_dir(desk.path("data")).expect("a folder");
        std::fs::copy(NETWORK, desk.path("data/lombardia.toml")).expect("a copy");
        desk
    };
    let desks = [desk(), desk(), desk()];
    let [one, two, three] = &desks;
    let (one, two, three) = tokio::join!(one.serve(), two.serve(), three.serve());
    let loaded = [&one, &two, &three].iter().filter(|service| service.said().contains("loaded data/")).count();
    let seen = [&one, &two, &three].iter().filter(|service| service.said().contains("another replica loaded")).count();
    assert_eq!(loaded - seen, 1, "{}{}{}", one.said(), two.said(), three.said());
    for service in [one, two, three] {
        while !is_answered(&service, [127, 0, 0, 1]).await {}
        assert!(service.stop().await);
    }
}

#[tokio::test]
async fn a_backup_is_made_beside_the_service_and_put_back_without_it_with_sending_paused() {
    let desk = Desk::new().with_network();
    let service = desk.serve().await;
    let kept = desk.run(&["backup", "kept.backup"]);
    assert!(kept.succeeded && kept.out.contains("audit head "), "{kept:?}");
    desk.run(&["restore", "kept.backup"]).refused("another process is already using");
    assert!(service.stop().await);
    let restored = desk.run(&["restore", "kept.backup"]);
    assert!(restored.succeeded && restored.out.contains("sending is paused"), "{restored:?}");
    let said = desk.run(&["audit", "verify"]);
    assert!(said.succeeded && said.out.contains("unbroken"), "{said:?}");
    assert!(desk.run(&["outbox", "resume"]).succeeded);
}

#[test]
fn a_job_runs_when_an_operator_says_so_and_as_of_when_they_say() {
    let desk = Desk::new().with_network();
    let ran = desk.run(&["tick", "retention", "--at", "2027-03-30T07:30:00Z"]);
    assert!(ran.succeeded && ran.out.starts_with("retention: 0 done. answers 0"), "{ran:?}");
    let ran = desk.run(&["tick", "housekeeping"]);
    assert!(ran.succeeded && ran.out.contains("audit head at event"), "{ran:?}");
    desk.run(&["tick", "retentoin"]).refused("there is no job retentoin; there are");
    desk.run(&["tick", "retention", "--at", "tomorrow"]).refused("invalid value");
}

#[tokio::test]
async fn a_job_that_fails_says_why() {
    let desk = Desk::new().with_network();
    let db = Db::open_beside(&Location::Sqlite(desk.path("var/raccordo.sqlite"))).await.expect("the database");
    db.writer().execute_unprepared("DROP TABLE publication_check; DROP TABLE publication").await.expect("spoilt");
    db.close().await;
    desk.run(&["tick", "verify"]).refused("verify: failed: ").refused("no such table: publication");
}

#[test]
fn a_command_that_needs_a_database_does_not_make_one() {
    let desk = Desk::new();
    for command in
        [&["outbox", "list"][..], &["audit", "verify"], &["tick", "retention"], &["sign-in-link", "a@b.example"]]
    {
        desk.run(command).refused("raccordo.sqlite");
    }
    assert!(!desk.path("var/raccordo.sqlite").exists());
}
