//! Pages that show work at a glance: the year of work as a matrix, the steps and the dates of a release as drawings, the load
//! of a year. Each drawing has a title, a description and the same numbers as a table.

use crate::both_engines;
use crate::on_sqlite;
use crate::public_agenda::{FOCUS, confirmed, hrefs, month, moved, plan, read, text, words};
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use scraper::{Html, Selector};
use serde_json::Value;

both_engines! {
    the_year_of_work_shows_each_contribution_to_those_who_may_see_it,
    the_load_sums_the_minutes_of_each_month_and_observatory,
}

on_sqlite! {
    a_year_that_cannot_be_read_is_refused,
    the_dates_of_a_release_are_drawn_once_there_are_two,
    the_steps_of_a_release_are_drawn_for_those_who_see_its_work,
}

const REFERENT: &str = "ada.riva@ente.example";

/// Designates the referent of Bergamo and plans two releases.
async fn network(engine: Engine) -> (TestApp, Client, Value) {
    let app = TestApp::new(engine).await;
    app.load_also(FOCUS).await;
    let desk = app.client(SECRETARIAT).await;
    desk.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    let release = confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2026", month("2027-06-01")).await;
    (app, desk, release)
}

fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
}

async fn the_year_of_work_shows_each_contribution_to_those_who_may_see_it(engine: Engine) {
    let (app, desk, release) = network(engine).await;
    let year = desk.get("/api/v1/agenda/years/2027").send().await.expect(200);
    assert_eq!(year["observatories"].as_array().expect("a list").len(), 13);
    let of = |year: &Value, product: &str| -> Value {
        let all = year["releases"].as_array().expect("a list");
        all.iter().find(|one| one["product"] == product).unwrap_or_else(|| panic!("no {product} in {year:#}")).clone()
    };
    let report = of(&year, "relazione-territoriale");
    assert_eq!(report["id"], release["id"]);
    let contributions = report["contributions"].as_array().expect("a list");
    assert_eq!(contributions.len(), 12, "all territorial ones");
    assert!(contributions.iter().all(|one| one["state"] == "planned" && one["overdue"] == false));
    let study = of(&year, "focus");
    assert_eq!(study["contributions"].as_array().expect("a list").len(), 1);
    assert_eq!(
        (text(&study["contributions"][0], "observatory"), &study["contributions"][0]["state"]),
        ("lodi", &Value::Null)
    );
    assert_eq!(desk.get("/api/v1/agenda/years/2029").send().await.expect(200)["releases"], serde_json::json!([]));

    let page = read(&app.browser(SECRETARIAT).await, "/agenda/year?year=2027").await;
    assert_eq!(hrefs(&page, ".rc-matrix td a").len(), 12);
    assert_eq!(attributes(&page, ".rc-matrix thead abbr", "title").len(), 13);
    assert!(
        words(&page, ".rc-matrix tbody tr:first-child td").contains("○ pianificato"),
        "{}",
        words(&page, ".rc-matrix")
    );
    assert!(words(&page, ".rc-matrix tbody tr:nth-child(2)").contains("· previsto"));
    app.at("2027-03-18 12:00");
    let late = read(&app.browser(SECRETARIAT).await, "/agenda/year").await;
    assert_eq!(words(&late, ".rc-matrix td .rc-badge-danger").matches("! scaduto").count(), 12);

    let own = app.client(REFERENT).await;
    let seen = own.get("/api/v1/agenda/years/2027").send().await.expect(200);
    assert_eq!(seen["observatories"], serde_json::json!(["bergamo"]));
    assert_eq!(of(&seen, "relazione-territoriale")["contributions"].as_array().expect("a list").len(), 1);
    assert_eq!(of(&seen, "focus")["contributions"], serde_json::json!([]), "another's");
    app.anonymous().get("/api/v1/agenda/years/2027").send().await.refused(401, "unauthenticated");
}

async fn a_year_that_cannot_be_read_is_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (browser, client) = (app.browser(SECRETARIAT).await, app.client(SECRETARIAT).await);
    for page in ["/agenda/year", "/tasks/load"] {
        for year in ["duemila", "99999", "2027-03"] {
            let answer = browser.get(&format!("{page}?year={year}")).header("accept", "text/html").send().await;
            assert_eq!(answer.status.as_u16(), 400, "{page} {year}");
        }
        assert_eq!(browser.get(page).header("accept", "text/html").send().await.status.as_u16(), 200, "{page}");
    }
    client.get("/api/v1/agenda/years/9999").send().await.refused(400, "bad_request");
    client.get("/api/v1/tasks/load/years/9999").send().await.refused(400, "bad_request");
}

async fn the_load_sums_the_minutes_of_each_month_and_observatory(engine: Engine) {
    let (app, desk, _) = network(engine).await;
    let all = async |client: &Client| {
        let mut tasks = Vec::new();
        let mut next = "/api/v1/tasks?limit=200".to_owned();
        loop {
            let page = client.get(&next).send().await.expect(200);
            tasks.extend(page["items"].as_array().expect("a list").clone());
            let Some(address) = page["_links"]["next"].as_str() else { return tasks };
            address.trim_start_matches("http://raccordo.test").clone_into(&mut next);
        }
    };
    for (client, places) in [(desk, 12), (app.client(REFERENT).await, 1)] {
        let tasks = all(&client).await;
        let load = client.get("/api/v1/tasks/load/years/2027").send().await.expect(200);
        let items = load["items"].as_array().expect("a list");
        let named = items.iter().filter(|item| item["observatory"].is_string()).count();
        assert_eq!(named, places, "{load:#}");
        for item in items {
            let own = |task: &&Value| task["observatory"] == item["observatory"];
            for (number, minutes) in item["minutes"].as_array().expect("twelve").iter().enumerate() {
                let month = format!("2027-{:02}", number + 1);
                let due = tasks.iter().filter(own).filter(|task| text(task, "day").starts_with(&month));
                let sum: i64 = due.filter_map(|task| task["estimated_minutes"].as_i64()).sum();
                assert_eq!(minutes.as_i64(), Some(sum), "{} in {month}", item["observatory"]);
            }
        }
        assert!(items.iter().any(|item| item["minutes"].as_array().expect("twelve").iter().any(|one| one != 0)));
    }
    let page = read(&app.browser(SECRETARIAT).await, "/tasks/load?year=2027").await;
    assert!(words(&page, "svg desc").contains("Ore di lavoro per mese: gen"), "{}", words(&page, "svg desc"));
    assert!(words(&page, ".rc-load tbody tr:last-child").starts_with("Totale"), "{}", words(&page, ".rc-load"));
    let own = read(&app.browser(REFERENT).await, "/tasks/load?year=2027").await;
    assert_eq!(words(&own, ".rc-load tbody th"), "Osservatorio del mercato del lavoro di Bergamo");
    let none = read(&app.browser(SECRETARIAT).await, "/tasks/load?year=2029").await;
    assert!(words(&none, "main").contains("In questo anno non scade alcuna attività."));
    app.anonymous().get("/api/v1/tasks/load/years/2027").send().await.refused(401, "unauthenticated");
}

async fn the_dates_of_a_release_are_drawn_once_there_are_two(engine: Engine) {
    let (app, desk, release) = network(engine).await;
    let anyone = app.anonymous();
    let study = read(&anyone, "/rilasci/focus-lodi-2026").await;
    assert_eq!(words(&study, "svg.rc-plot"), "", "one date is no story");
    moved(&desk, &release, "2027-04-02").await;
    let page = read(&anyone, "/rilasci/relazione-territoriale-2026").await;
    assert_eq!(words(&page, "svg.rc-plot title"), "Come è cambiata la data");
    let said = words(&page, "svg.rc-plot desc");
    assert!(
        said.contains("Confermata: venerdì 19 marzo 2027, ore 10.00.")
            && said.contains("Spostata: venerdì 2 aprile 2027, ore 10.00."),
        "{said}"
    );
    assert_eq!(attributes(&page, "svg.rc-plot circle", "cx").len(), 3, "planned, confirmed, moved");
    assert_eq!(attributes(&page, "svg.rc-plot .rc-plot-bar", "x").len(), 1, "one date holds");
    let row = words(&page, ".rc-details tbody tr:last-child");
    assert_eq!(row, "11 gennaio 2027 Spostata: venerdì 2 aprile 2027, ore 10.00 55 giorni lavorativi +14");
    for axis in ["x", "width"] {
        for value in attributes(&page, "svg.rc-plot rect", axis) {
            assert!((0..=480).contains(&value.parse::<i64>().expect("a number")), "{axis} {value}");
        }
    }
    assert!(words(&page, "main").contains("Come è cambiata la data"));
    assert!(!words(&page, "main").contains("I passi verso l’uscita"), "the work is the network's own");
}

async fn the_steps_of_a_release_are_drawn_for_those_who_see_its_work(engine: Engine) {
    let (app, _, _) = network(engine).await;
    let browser = app.browser(SECRETARIAT).await;
    let page = read(&browser, "/rilasci/relazione-territoriale-2026").await;
    let drawing = "svg[aria-labelledby^='steps-title']";
    let steps = attributes(&page, &format!("{drawing} rect"), "x");
    let rows = attributes(&page, ".rc-details:last-of-type tbody tr", "role").len();
    assert!(steps.len() >= 2, "{steps:?}");
    assert!(rows >= 2);
    assert!(words(&page, &format!("{drawing} desc")).ends_with("Uscita: 19 marzo 2027."), "{}", words(&page, drawing));
    assert!(words(&page, drawing).contains("0 di 12"), "{}", words(&page, drawing));
    app.at("2027-03-18 12:00");
    let late = read(&app.browser(SECRETARIAT).await, "/rilasci/relazione-territoriale-2026").await;
    assert!(!attributes(&late, &format!("{drawing} .rc-plot-gap"), "x").is_empty(), "a late step shows");
    assert!(words(&late, ".rc-details td").contains("in ritardo"));
    let own = read(&app.browser(REFERENT).await, "/rilasci/relazione-territoriale-2026").await;
    assert!(words(&own, drawing).contains("0 di 1"), "{}", words(&own, drawing));
}
