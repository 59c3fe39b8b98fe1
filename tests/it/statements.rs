//! Statements of each read: counted at few rows and at many, and reviewed in a golden file.
//!
//! The number must not depend on the number of rows. The file has two numbers for each route: for the first reader after
//! a change, and for the next one, who finds what is kept in memory.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::golden::assert_golden;
use crate::support::source;
use crate::support::world::World;
use raccordo::audit::{self, Event};
use raccordo::network::verb::Verb;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

both_engines! {
    a_read_sends_as_many_statements_for_many_rows_as_for_few,
}

/// Statements of a read after a change, and of the same read again; `None` if the read is refused.
type Counted = Option<(u64, u64)>;

async fn a_read_sends_as_many_statements_for_many_rows_as_for_few(engine: Engine) {
    let world = World::new(engine).await;
    let few = counted(&world).await;
    multiply(&world.app).await;
    let many = counted(&world).await;
    let grown: Vec<_> = few.iter().filter(|(route, counted)| many[*route] != **counted).collect();
    assert!(
        grown.is_empty(),
        "they grow with the rows: {:#?}",
        grown.iter().map(|(route, few)| (route, few, many[*route])).collect::<Vec<_>>()
    );
    let mut listed = String::from("# route: statements after a change, and without one\n");
    for (route, counted) in &few {
        match counted {
            Some((first, next)) => writeln!(listed, "{route}: {first}, {next}"),
            None => writeln!(listed, "{route}: refused"),
        }
        .expect("a text");
    }
    assert_golden("statements.txt", &listed);
}

/// Counts the statements of every read: of pages and operations as the secretariat, of public ones as a stranger.
async fn counted(world: &World) -> BTreeMap<String, Counted> {
    let stranger = world.app.anonymous();
    let (browser, client) = (world.app.browser(SECRETARIAT).await, world.app.client(SECRETARIAT).await);
    let mut counted = BTreeMap::new();
    for route in source::routes().into_iter().filter(|route| route.method == "GET") {
        let is_operation = route.described && route.path != "/status";
        let pattern = if is_operation { format!("/api/v1{}", route.path) } else { route.path.clone() };
        let mut path = world.fill(&pattern);
        if pattern.ends_with("/working-days") {
            path.push_str("?from=2027-01-01&to=2027-01-31");
        }
        let reader = if is_operation { &client } else { &browser };
        counted.insert(pattern.clone(), count(&world.app, reader, &path).await);
        if stranger.get(&path).while_broken().send().await.status.is_success() {
            counted.insert(format!("{pattern} (stranger)"), count(&world.app, &stranger, &path).await);
        }
    }
    counted
}

async fn count(app: &TestApp, reader: &Client, path: &str) -> Counted {
    change(app).await;
    let ask = async || {
        let before = app.services.db.statements().get();
        let status = reader.get(path).while_broken().send().await.status;
        (status.is_success() || status.is_redirection()).then(|| app.services.db.statements().get() - before)
    };
    Some((ask().await?, ask().await?))
}

/// Records an event, as every change does, so that nothing kept in memory holds any longer.
async fn change(app: &TestApp) {
    let ctx = app.system();
    let event = Event::about(Verb::Load, ("agreement", "test".to_owned()), json!({}));
    ctx.write(async |txn| audit::record(&ctx, txn, event).await).await.expect("an event");
}

/// Adds many of each thing that lists show.
async fn multiply(app: &TestApp) {
    let secretariat = app.client(SECRETARIAT).await;
    for place in ["brescia", "cremona", "lecco", "mantova", "monza-brianza", "pavia", "sondrio", "varese"] {
        for kind in ["referent", "deputy"] {
            let designation =
                Designation::of(&format!("{kind}:{place}")).to(&format!("{kind}a"), &format!("di-{place}"));
            secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
        }
    }
    for year in 2030..2036 {
        let day = format!("{}-03-10", year + 1);
        let release = json!({ "product": "relazione-territoriale", "period": year.to_string(), "date": { "precision": "month", "day": day } });
        let planned = secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
        let path = format!("/api/v1/releases/{}/confirm", planned["id"].as_str().expect("an id"));
        let confirmed = json!({ "day": day, "despite_non_working": "Giorno scelto dal Tavolo per la prova." });
        secretariat.post(&path).if_match(&planned["version"]).json(confirmed).send().await.expect(200);
    }
    for month in 7..=12 {
        let meeting = json!({
            "table": "tavolo", "title": format!("Riunione {month}"), "day": format!("2027-{month:02}-15"),
            "starts": "09:30:00", "ends": "12:00:00", "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
        });
        secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    }
    app.dispatch().await;
}
