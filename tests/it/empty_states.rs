//! No page says that a thing is not there when its reader may just not see it.
//!
//! Each text of an empty list is either a claim about the whole network, which the database must confirm for each reader, or
//! about the reader, the page or the filter. A new text fails until it is put into one of the two lists.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::source;
use crate::support::world::{FOREIGN, MANAGER, OWN, World};
use raccordo::texts::Lang;
use sea_orm::{ConnectionTrait, Statement};
use std::collections::BTreeSet;

/// Claims about the network, each with what must not be there for it to be true.
const CLAIMS: &[(&str, &str)] = &[
    ("agenda.no_editions", "SELECT count(*) FROM agenda_edition"),
    ("catalogue.none", "SELECT count(*) FROM product WHERE retired_at IS NULL"),
    ("studies.none", "SELECT count(*) FROM study"),
    ("sources.none", "SELECT count(*) FROM source"),
    ("early_access.none", "SELECT count(*) FROM early_access WHERE ended_at IS NULL AND last_day >= '2027-01-25'"),
    ("early_access.none_seen", "SELECT count(*) FROM early_view"),
    ("meetings.none", "SELECT count(*) FROM meeting"),
    ("meetings.none_convened", "SELECT count(*) FROM meeting WHERE state <> 'draft'"),
    ("overview.decisions_none", "SELECT count(*) FROM outcome WHERE kind = 'decision'"),
    (
        "overview.late_none",
        "SELECT count(*) FROM task WHERE state IN ('open', 'in_progress') AND due_day < '2027-01-25'",
    ),
    ("overview.published_none", "SELECT count(*) FROM release WHERE state = 'published'"),
    ("overview.releases_none", "SELECT count(*) FROM release WHERE state IN ('provisional', 'confirmed')"),
    ("overview.stuck_none", "SELECT count(*) FROM outbox_mail WHERE state IN ('dead', 'unknown')"),
    ("overview.waiting_none", "SELECT count(*) FROM deliverable WHERE state IN ('submitted', 'blocked')"),
    ("releases.changes_none", "SELECT count(*) FROM release_change WHERE kind IN ('moved', 'cancelled')"),
    ("releases.none_cancelled", "SELECT count(*) FROM release WHERE state = 'cancelled'"),
    ("releases.none_published", "SELECT count(*) FROM release WHERE state = 'published'"),
    ("releases.none_upcoming", "SELECT count(*) FROM release WHERE state IN ('provisional', 'confirmed')"),
    ("tasks.templates_none", "SELECT count(*) FROM task_template"),
    ("tasks.none", "SELECT count(*) FROM task WHERE state IN ('given', 'open', 'in_progress', 'blocked')"),
];

/// Texts about the reader, the record of the page, or a filter.
const LIMITED: &[&str] = &[
    "agenda.no_differences",
    "auth.capacities_none",
    "catalogue.published_none",
    "catalogue.sheet_none",
    "catalogue.steps_none",
    "catalogue.upcoming_none",
    "designations.no_absence",
    "designations.no_document",
    "designations.none_found",
    "mail_log.none",
    "meetings.copy_none",
    "meetings.guests_none",
    "meetings.no_items",
    "meetings.no_outcomes",
    "meetings.none_invited",
    "network.closed_none",
    "overview.dossier_colleagues_none",
    "overview.dossier_former_none",
    "overview.dossier_open_none",
    "overview.due_none",
    "overview.errand_tasks_none",
    "agenda.year_none",
    "overview.failing_none",
    "overview.leaving_none",
    "overview.moved_none",
    "overview.next_none",
    "overview.no_text",
    "overview.radar_none",
    "overview.reports_none",
    "overview.week_none",
    "portal.no_looks",
    "releases.no_report_yet",
    "releases.none_in_month",
    "releases.outdated_none",
    "releases.none_in_year",
    "releases.none_narrowed",
    "releases.step_none",
    "reviews.found_none",
    "reviews.no_reading",
    "reviews.no_remark",
    "tasks.load_none",
    "sources.dates_none",
    "studies.near_none",
    "tasks.none_found",
    "tasks.none_own",
    "whatif.no_work",
    "whatif.told_none",
];

/// Returns the keys whose name says that something is not there.
fn keys_of_nothing() -> BTreeSet<&'static str> {
    const NO_STATES: &[&str] = &[
        "agenda.no_calendar",
        "agenda.no_day",
        "agenda.no_release",
        "agenda.no_source",
        "catalogue.rule_none",
        "auth.no_end",
        "network.signatory_no",
        "overview.data_no_licence",
        "portal.address_hint_no_hosts",
        "releases_mail.no_next",
    ];
    let says_none = |key: &&str| {
        let (area, name) = key.split_once('.').unwrap_or_default();
        let words: Vec<&str> = name.split('_').collect();
        !matches!(area, "errors" | "fields") && (words.contains(&"none") || words.contains(&"no"))
    };
    let is_look = |key: &&str| key.starts_with("portal.look_");
    let keys = Lang::It.all().keys().map(String::as_str);
    keys.filter(says_none).filter(|key| !is_look(key) && !NO_STATES.contains(key)).collect()
}

#[test]
fn every_text_of_an_empty_list_is_a_claim_or_limited() {
    let known: BTreeSet<&str> = CLAIMS.iter().map(|(key, _)| *key).chain(LIMITED.iter().copied()).collect();
    let difference: Vec<_> = keys_of_nothing().symmetric_difference(&known).copied().collect();
    assert!(difference.is_empty(), "{difference:?}");
}

async fn count(app: &TestApp, query: &str) -> i64 {
    let db = app.services.db.reader();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await.expect("a query");
    row.expect("a row").try_get_by_index(0).expect("a number")
}

/// Returns the claims that a reader finds on the pages and that are not true.
async fn lies(app: &TestApp, reader: &Client, who: &str, paths: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in paths {
        let shown = reader.get(path).header("accept", "text/html").send().await;
        if shown.status.as_u16() != 200 {
            continue;
        }
        let page = shown.text();
        for (key, query) in CLAIMS {
            if page.contains(Lang::It.t(key)) && count(app, query).await > 0 {
                found.insert(format!("{path} tells {who} {key}"));
            }
        }
    }
    found
}

const PARTNER: &str = "pia.neri@ente.example";
const DIRECTION: &str = "lia.alti@ente.example";

async fn designate_others(app: &TestApp) {
    let secretariat = app.client(SECRETARIAT).await;
    let partner = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
    secretariat.post("/api/v1/designations").json(partner.json()).send().await.expect(201);
    let direction = Designation::of("direction:regione-lombardia").to("Lia", "Alti");
    secretariat.post("/api/v1/designations").json(direction.json()).send().await.expect(201);
}

#[actix_web::test]
async fn no_empty_list_claims_more_than_its_reader_can_know() {
    let world = World::new(Engine::Sqlite).await;
    designate_others(&world.app).await;
    let is_page = |route: &source::Route| route.method == "GET" && !route.described && !route.path.contains("static");
    let mut paths: Vec<String> =
        source::routes().into_iter().filter(is_page).map(|route| world.fill(&route.path)).collect();
    paths.extend(["published", "cancelled"].map(|list| format!("/calendar?show={list}")));
    let mut found = lies(&world.app, &world.app.anonymous(), "the public", &paths).await;
    for email in [SECRETARIAT, OWN, FOREIGN, MANAGER, PARTNER, DIRECTION] {
        found.extend(lies(&world.app, &world.app.browser(email).await, email, &paths).await);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[actix_web::test]
async fn in_an_empty_network_everybody_is_told_that_there_is_nothing() {
    let app = TestApp::new(Engine::Sqlite).await;
    designate_others(&app).await;
    for (email, path, key) in [
        (SECRETARIAT, "/meetings", "meetings.none"),
        (DIRECTION, "/meetings", "meetings.none_convened"),
        (PARTNER, "/meetings", "meetings.none_invited"),
        (SECRETARIAT, "/tasks", "tasks.none"),
        (PARTNER, "/tasks", "tasks.none_own"),
        (PARTNER, "/calendar", "releases.none_upcoming"),
    ] {
        let page = app.browser(email).await.get(path).header("accept", "text/html").send().await.text();
        assert!(page.contains(Lang::It.t(key)), "{path} does not tell {email} {key}");
    }
}
