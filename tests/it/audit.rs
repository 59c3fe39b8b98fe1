//! The audit chain: unbroken under concurrent writers; every alteration is found and named.

use crate::both_engines;
use crate::support::db::Engine;
use crate::workbench::Workbench;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use raccordo::audit::verify::{Fault, head, verify};
use raccordo::audit::{self, Event, Head};
use raccordo::error::Error;
use sea_orm::DbErr;

both_engines! {
    a_chain_without_events_is_sound,
    events_are_numbered_without_gaps_and_verify,
    an_event_of_a_transaction_that_failed_leaves_no_gap,
    sixteen_writers_make_one_chain,
    another_key_finds_every_event_wrong,
    a_chain_longer_than_a_page_is_read_to_its_end,
    each_kind_of_alteration_is_named,
    a_cut_end_shows_against_an_anchor_only,
    a_chain_rebuilt_with_the_key_shows_against_an_anchor,
    an_event_of_another_chain_with_the_same_key_does_not_link,
    details_that_do_not_fit_are_refused_not_cut,
}

const KEY: &[u8] = b"a key that is only good for tests, 32+";

fn event(number: usize) -> Event {
    Event {
        action: "designations.designate",
        subject: ("designation", format!("d-{number}")),
        on_behalf_of: None,
        channel: Some(entity::kinds::Channel::Pec),
        source: Some(format!("prot. {number}")),
        details: serde_json::json!({ "number": number }),
    }
}

async fn record(bench: &Workbench, number: usize) -> Head {
    let ctx = bench.operator();
    ctx.write(async |txn| audit::record(&ctx, txn, event(number)).await).await.expect("recorded");
    head(bench.db().reader()).await.expect("readable")
}

async fn chain_of(bench: &Workbench, events: usize) -> Head {
    let ctx = bench.operator();
    ctx.write(async |txn| {
        for number in 1..=events {
            audit::record(&ctx, txn, event(number)).await?;
        }
        Ok(())
    })
    .await
    .expect("recorded");
    head(bench.db().reader()).await.expect("readable")
}

async fn verdict(bench: &Workbench, anchor: Option<&Head>) -> Result<Head, Fault> {
    verify(bench.db().reader(), KEY, anchor).await.expect("the chain can be looked at")
}

async fn a_chain_without_events_is_sound(engine: Engine) {
    let bench = Workbench::new(engine).await;
    assert_eq!(verdict(&bench, None).await, Ok(Head::genesis()));
}

async fn events_are_numbered_without_gaps_and_verify(engine: Engine) {
    let bench = Workbench::new(engine).await;
    for number in 1..=5 {
        assert_eq!(record(&bench, number).await.seq, i64::try_from(number).expect("small"));
    }
    let end = verdict(&bench, None).await.expect("sound");
    assert_eq!((end.seq, &end), (5, &head(bench.db().reader()).await.expect("readable")));
}

async fn an_event_of_a_transaction_that_failed_leaves_no_gap(engine: Engine) {
    let bench = Workbench::new(engine).await;
    record(&bench, 1).await;
    let ctx = bench.operator();
    let failed = ctx
        .write(async |txn| {
            audit::record(&ctx, txn, event(2)).await?;
            Err::<(), _>(Error::NotFound)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(record(&bench, 3).await.seq, 2);
    assert_eq!(verdict(&bench, None).await.expect("sound").seq, 2);
}

async fn sixteen_writers_make_one_chain(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let writers = (0..16).map(|writer| {
        let bench = &bench;
        async move {
            for number in 0..5 {
                record(bench, writer * 100 + number).await;
            }
        }
    });
    futures_util::future::join_all(writers).await;
    assert_eq!(verdict(&bench, None).await.expect("no fork, no gap").seq, 80);
}

async fn another_key_finds_every_event_wrong(engine: Engine) {
    let bench = Workbench::new(engine).await;
    chain_of(&bench, 3).await;
    let found = verify(bench.db().reader(), b"not the key", None).await.expect("looked at");
    assert_eq!(found, Err(Fault::Altered { seq: 1 }));
}

async fn a_chain_longer_than_a_page_is_read_to_its_end(engine: Engine) {
    let bench = Workbench::new(engine).await;
    chain_of(&bench, 2_001).await;
    assert_eq!(verdict(&bench, None).await.expect("sound").seq, 2_001);
}

async fn each_kind_of_alteration_is_named(engine: Engine) {
    let cases: [(&str, Fault); 8] = [
        ("UPDATE audit_event SET details = '{}' WHERE seq = 3", Fault::Altered { seq: 3 }),
        ("UPDATE audit_event SET actor_id = 'x' WHERE seq = 3", Fault::Altered { seq: 3 }),
        ("UPDATE audit_event SET previous_hash = hash WHERE seq = 4", Fault::Altered { seq: 4 }),
        ("DELETE FROM audit_event WHERE seq = 2", Fault::Missing { seq: 2 }),
        ("DELETE FROM audit_event WHERE seq = 5", Fault::HeadDiffers { last: 4, head: 5 }),
        (
            "INSERT INTO audit_event SELECT 6, at, actor_kind, actor_id, on_behalf_of, channel, source, action, subject_kind, subject_id, details, request_id, previous_hash, hash FROM audit_event WHERE seq = 5",
            Fault::Altered { seq: 6 },
        ),
        ("DELETE FROM audit_head", Fault::HeadMissing),
        ("UPDATE audit_head SET seq = 4", Fault::HeadDiffers { last: 5, head: 4 }),
    ];
    for (statement, fault) in cases {
        let bench = Workbench::new(engine).await;
        chain_of(&bench, 5).await;
        bench.sql(statement).await;
        assert_eq!(verdict(&bench, None).await, Err(fault), "{statement}");
    }
}

async fn a_cut_end_shows_against_an_anchor_only(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let anchor = chain_of(&bench, 5).await;
    bench.sql("DELETE FROM audit_event WHERE seq > 3").await;
    bench.sql("UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)").await;
    assert!(verdict(&bench, None).await.is_ok(), "a chain alone cannot show it");
    assert_eq!(verdict(&bench, Some(&anchor)).await, Err(Fault::AnchorBeyond { seq: 5, last: 3 }));
}

async fn a_chain_rebuilt_with_the_key_shows_against_an_anchor(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let anchor = chain_of(&bench, 5).await;
    bench.sql("DELETE FROM audit_event WHERE seq > 3").await;
    bench.sql("UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)").await;
    for number in 10..15 {
        record(&bench, number).await;
    }
    assert!(verdict(&bench, None).await.is_ok(), "whoever has the key can rebuild");
    assert_eq!(verdict(&bench, Some(&anchor)).await, Err(Fault::AnchorDiffers { seq: 5 }));
}

async fn an_event_of_another_chain_with_the_same_key_does_not_link(engine: Engine) {
    let bench = Workbench::new(engine).await;
    chain_of(&bench, 5).await;
    bench.sql("CREATE TABLE elsewhere AS SELECT * FROM audit_event WHERE seq = 5").await;
    bench.sql("DELETE FROM audit_event WHERE seq > 3").await;
    bench.sql("UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)").await;
    record(&bench, 10).await;
    bench.sql("INSERT INTO audit_event SELECT * FROM elsewhere").await;
    assert_eq!(verdict(&bench, None).await, Err(Fault::Unlinked { seq: 5 }));
}

async fn details_that_do_not_fit_are_refused_not_cut(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let ctx = bench.operator();
    let long = Event { details: serde_json::json!("x".repeat(8_000)), ..event(1) };
    let refused = ctx.write(async |txn| audit::record(&ctx, txn, long).await).await;
    assert!(matches!(refused, Err(Error::Internal(_))), "{refused:?}");
}

#[actix_web::test]
async fn a_row_of_the_wrong_type_is_located() {
    let bench = Workbench::new(Engine::Sqlite).await;
    chain_of(&bench, 5).await;
    bench.sql("UPDATE audit_event SET previous_hash = x'00ff' WHERE seq = 4").await;
    let found = verdict(&bench, None).await;
    assert!(matches!(found, Err(Fault::Altered { seq: 4 } | Fault::Unreadable { after: 3 })), "{found:?}");
}

/// A hundred random edits of single characters anywhere in the log, each on a fresh chain.
#[test]
fn random_edits_are_found_at_their_row() {
    const COLUMNS: [&str; 11] = [
        "at",
        "actor_kind",
        "actor_id",
        "channel",
        "source",
        "action",
        "subject_kind",
        "subject_id",
        "details",
        "previous_hash",
        "hash",
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bench = runtime.block_on(async {
        let bench = Workbench::new(Engine::Sqlite).await;
        chain_of(&bench, 20).await;
        bench
    });
    let mut runner = TestRunner::new(Config::with_cases(100));
    let edits = (1..=20_i64, 0..COLUMNS.len(), "[a-z0-9]{1,12}");
    runner
        .run(&edits, |(seq, column, text)| {
            let column = COLUMNS[column];
            let value = if column == "at" { format!("at + 1 + {}", text.len()) } else { format!("'{text}'") };
            runtime.block_on(async {
                bench.sql("CREATE TEMP TABLE kept AS SELECT * FROM audit_event").await;
                bench.sql(&format!("UPDATE audit_event SET {column} = {value} WHERE seq = {seq}")).await;
            });
            let found: Result<Result<Head, Fault>, DbErr> = runtime.block_on(verify(bench.db().reader(), KEY, None));
            runtime.block_on(async {
                bench.sql("DELETE FROM audit_event").await;
                bench.sql("INSERT INTO audit_event SELECT * FROM kept").await;
                bench.sql("DROP TABLE kept").await;
            });
            prop_assert_eq!(found.expect("looked at"), Err(Fault::Altered { seq }), "{} of {}", column, seq);
            Ok(())
        })
        .expect("every edit is found");
}
