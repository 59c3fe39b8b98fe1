//! Statements of each read: counted at few rows and at many, and reviewed in a golden file.
//!
//! The number must not depend on the number of rows. It is decided above SQL, so reads are counted on one engine; a change
//! also takes the writers' lock, which differs. The file has two numbers for each route: for the first reader after
//! a change of everyday work, and for the next one, who finds what is kept in memory.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::golden::{assert_golden, assert_goldens};
use crate::support::source;
use crate::support::world::World;
use crate::{both_engines, on_sqlite};
use raccordo::audit::{self, Event};
use raccordo::tasks::verb::Verb;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

on_sqlite! {
    a_read_sends_as_many_statements_for_many_rows_as_for_few,
}

both_engines! {
    a_change_sends_as_many_statements_in_a_full_network_as_in_a_small_one,
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
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for (route, counted) in &few {
        let list = listed.entry(file_of(route)).or_insert_with(|| READS.to_owned());
        match counted {
            Some((first, next)) => writeln!(list, "{route}: {first}, {next}"),
            None => writeln!(list, "{route}: refused"),
        }
        .expect("a text");
    }
    assert_goldens("statements", &listed);
}

/// First line of the golden files of reads.
const READS: &str = "# route: statements after a change of everyday work, and without one\n";

/// Returns the golden file of a route, one for pages and operations that begin with the same word.
fn file_of(route: &str) -> String {
    let path = route.strip_prefix("/api/v1").unwrap_or(route).trim_start_matches('/');
    let word = path.split(['/', ' ']).next().filter(|word| !word.is_empty()).unwrap_or("home");
    format!("{word}.txt")
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
    let ask = async || {
        let before = app.services.db.statements().get();
        let status = reader.get(path).while_broken().send().await.status;
        (status.is_success() || status.is_redirection()).then(|| app.services.db.statements().get() - before)
    };
    ask().await?;
    change(app).await;
    Some((ask().await?, ask().await?))
}

/// Records an event of everyday work, so that in memory only the network and the catalogue are still known.
async fn change(app: &TestApp) {
    let ctx = app.system();
    let event = Event::about(Verb::Start, ("task", "test".to_owned()), json!({}));
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

async fn a_change_sends_as_many_statements_in_a_full_network_as_in_a_small_one(engine: Engine) {
    let world = World::new(engine).await;
    // From here on the network and the catalogue are known.
    changes(&world.app, "sondrio", 2039).await;
    let few = changes(&world.app, "lodi", 2040).await;
    multiply(&world.app).await;
    let many = changes(&world.app, "como", 2041).await;
    assert_eq!(few, many, "they grow with the rows");
    let mut listed = String::from("# change: statements\n");
    for (change, statements) in &few {
        writeln!(listed, "{change}: {statements}").expect("a text");
    }
    assert_golden("statements_of_changes.txt", &listed);
}

/// Counts the statements of the life of a designation and of a release, without the one that takes the writers' lock of
/// `PostgreSQL`.
async fn changes(app: &TestApp, place: &str, year: i32) -> Vec<(&'static str, u64)> {
    app.dispatch().await;
    let client = app.client(SECRETARIAT).await;
    let lock = u64::from(!app.services.db.is_sqlite());
    let mut counted = Vec::new();
    let mut post = async |change: &'static str, path: &str, version: Option<Value>, body: Value| {
        let before = app.services.db.statements().get();
        let asking = client.post(path).json(body);
        let asking = if let Some(version) = version { asking.if_match(version) } else { asking };
        let answer = asking.send().await;
        counted.push((change, app.services.db.statements().get() - before - lock));
        let made = answer.status.as_u16();
        assert!(matches!(made, 200 | 201), "{change}: {}", answer.text());
        answer.expect(made)
    };
    let designation = Designation::of(&format!("deputy:{place}")).to("Vice", place);
    let designation = designation.json();
    let corrected = Designation::of("deputy:lodi")
        .communicated_on("2027-01-12")
        .with("reason", "errore di trascrizione")
        .statement();
    let made = post("designate", "/api/v1/designations", None, designation).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    let made =
        post("correct a designation", &format!("{path}/correct"), Some(made["version"].clone()), corrected).await;
    let ended = json!({ "last_day": "2027-12-31", "reason": "Trasferimento" });
    post("end a designation", &format!("{path}/end"), Some(made["version"].clone()), ended).await;

    let (day, later) = (format!("{}-03-11", year + 1), format!("{}-04-11", year + 1));
    let despite = "Giorno scelto dal Tavolo per la prova.";
    let planned = json!({ "product": "relazione-territoriale", "period": year.to_string(), "date": { "precision": "month", "day": day } });
    let made = post("plan a release", "/api/v1/releases", None, planned).await;
    let path = format!("/api/v1/releases/{}", made["id"].as_str().expect("an id"));
    let confirmed = json!({ "day": day, "despite_non_working": despite });
    let made = post("confirm a release", &format!("{path}/confirm"), Some(made["version"].clone()), confirmed).await;
    let moved = json!({ "day": later, "despite_non_working": despite, "reason_code": "source_late", "reason_text": "Dati in ritardo" });
    let made = post("move a release", &format!("{path}/move"), Some(made["version"].clone()), moved).await;
    let cancelled = json!({ "reason_code": "other", "reason_text": "Prodotto non più previsto." });
    post("cancel a release", &format!("{path}/cancel"), Some(made["version"].clone()), cancelled).await;
    counted
}
