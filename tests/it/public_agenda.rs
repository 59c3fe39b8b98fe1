//! The agenda as the public reads it: lists, months and years of the calendar, changed dates, the page of a release with
//! its reports, and its address.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::portal::Portal;
use crate::{both_engines, on_sqlite};
use chrono::{DateTime, TimeDelta, Utc};
use scraper::{Html, Selector};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

both_engines! {
    a_year_lists_its_months_and_only_years_with_releases_are_linked,
    a_month_shows_releases_on_their_days_and_on_those_they_left,
    dates_that_changed_are_listed_newest_first_and_in_pages,
    an_id_leads_to_an_address_that_no_other_release_gets,
    a_published_release_leads_to_the_reports_that_were_seen,
}

on_sqlite! {
    each_list_of_the_calendar_has_its_releases_and_no_others,
    a_wrong_query_is_answered_with_a_sentence_and_the_calendar,
    a_place_sees_its_patron_day_and_not_what_others_owe_alone,
    a_joint_report_is_one_link,
    a_moved_release_says_so_above_everything_and_a_cancelled_one_says_why,
    an_entry_of_the_feed_leads_to_page_and_report,
}

pub(crate) const FOCUS: &str = r#"
[[product]]
code = "focus"
name_it = "Focus territoriale"
name_en = "Territorial focus"
periodicity = "annual"
scope = "autonomous"
default_hour = "10:00"
"#;

pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

pub(crate) fn path(release: &Value, verb: &str) -> String {
    format!("/api/v1/releases/{}{verb}", text(release, "id"))
}

/// Plans a release with a provisional date.
pub(crate) async fn plan(desk: &Client, product: &str, observatory: Option<&str>, period: &str, date: Value) -> Value {
    let mut release = json!({ "product": product, "period": period, "date": date });
    if let Some(code) = observatory {
        release["observatory"] = code.into();
    }
    desk.post("/api/v1/releases").json(release).send().await.expect(201)
}

pub(crate) fn month(day: &str) -> Value {
    json!({ "precision": "month", "day": day })
}

pub(crate) async fn act(desk: &Client, release: &Value, verb: &str, body: Value) -> Value {
    desk.post(&path(release, verb)).if_match(&release["version"]).json(body).send().await.expect(200)
}

/// Confirms the yearly report about 2026 for Friday 19 March 2027 at 10.
pub(crate) async fn confirmed(desk: &Client) -> Value {
    let planned = plan(desk, "relazione-territoriale", None, "2026", month("2027-03-01")).await;
    act(desk, &planned, "/confirm", json!({ "day": "2027-03-19" })).await
}

pub(crate) async fn moved(desk: &Client, release: &Value, day: &str) -> Value {
    let why = json!({ "day": day, "reason_code": "source_late", "reason_text": "I dati arrivano tardi" });
    act(desk, release, "/move", why).await
}

pub(crate) async fn cancelled(desk: &Client, release: &Value) -> Value {
    act(desk, release, "/cancel", json!({ "reason_code": "method", "reason_text": "Cambia la classificazione" })).await
}

pub(crate) async fn desk(engine: Engine) -> (TestApp, Client) {
    let app = TestApp::new(engine).await;
    app.load_also(FOCUS).await;
    let desk = app.client(SECRETARIAT).await;
    (app, desk)
}

pub(crate) async fn read(reader: &Client, path: &str) -> Html {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    Html::parse_document(&answer.text())
}

/// Returns the words of the elements that match.
pub(crate) fn words(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).expect("a selector");
    let texts = page.select(&selector).flat_map(|element| element.text());
    texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

pub(crate) fn hrefs(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
}

/// Returns the words in the cell of a day.
fn cell(page: &Html, day: &str) -> String {
    words(page, &format!("td:has(> time[datetime='{day}'])"))
}

async fn each_list_of_the_calendar_has_its_releases_and_no_others(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let release = confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2026", month("2027-06-01")).await;
    let dropped = plan(&desk, "focus", Some("lecco"), "2026", month("2027-05-01")).await;
    cancelled(&desk, &dropped).await;
    let rows = async |query: &str| hrefs(&read(&anyone, &format!("/calendar{query}")).await, "main .rc-table a");
    let (report, lodi, lecco) =
        ("/rilasci/relazione-territoriale-2026", "/rilasci/focus-lodi-2026", "/rilasci/focus-lecco-2026");
    assert_eq!(rows("").await, [report, lodi], "in the order in which they come");
    assert_eq!(rows("?show=upcoming&since=2027-04-01").await, [lodi]);
    assert_eq!(rows("?show=cancelled").await, [lecco]);
    assert_eq!(rows("?show=published").await, Vec::<String>::new());
    let db = app.services.db.writer();
    let published =
        format!("UPDATE release SET state = 'published', published_at = 1 WHERE id = '{}'", text(&release, "id"));
    db.execute_unprepared(&published).await.expect("written");
    app.advance(TimeDelta::days(200));
    // A change, because answers are kept for the data that the statement above has changed behind the service's back.
    plan(&desk, "focus", Some("pavia"), "2030", month("2031-05-01")).await;
    assert_eq!(rows("?show=published").await, [report], "however long ago");
    assert_eq!(rows("").await, [lodi, "/rilasci/focus-pavia-2030"], "awaited although its month is over");
    let page = read(&anyone, "/calendar?show=published").await;
    assert_eq!(words(&page, ".rc-views a[aria-current]"), "Pubblicate");
}

async fn a_year_lists_its_months_and_only_years_with_releases_are_linked(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2028", json!({ "precision": "two_months", "day": "2029-04-10" })).await;
    let page = read(&anyone, "/calendar?year=2027").await;
    let months: Vec<String> = (1..=12).map(|month| format!("/calendar?month=2027-{month:02}")).collect();
    assert_eq!(hrefs(&page, "main h3 a"), months);
    assert_eq!(words(&page, "main").matches("Nulla in questo mese.").count(), 11);
    assert_eq!(hrefs(&page, "main .rc-table a"), ["/rilasci/relazione-territoriale-2026"]);
    assert_eq!(words(&page, ".rc-views ul:last-child"), "2027 2029", "nothing is planned in 2028");
    let later = words(&read(&anyone, "/calendar?year=2029").await, "main");
    assert!(later.contains("marzo 2029 Le uscite in ordine di data"), "{later}");
    let empty = read(&anyone, "/calendar?year=2028").await;
    assert!(words(&empty, "main").contains("In questo anno non è prevista alcuna uscita."));
}

async fn a_month_shows_releases_on_their_days_and_on_those_they_left(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let release = confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2026", json!({ "precision": "two_months", "day": "2027-04-10" })).await;
    let dropped = plan(&desk, "focus", Some("lecco"), "2026", json!({ "precision": "day", "day": "2027-04-22" })).await;
    cancelled(&desk, &dropped).await;
    let march = read(&anyone, "/calendar?month=2027-03").await;
    assert!(
        cell(&march, "2027-03-19")
            .contains("Relazione territoriale sul mercato del lavoro, anno 2026 , ore 10.00 confermata")
    );
    assert_eq!(cell(&march, "2027-03-29"), "29 Lunedì dell'Angelo");
    assert_eq!(cell(&march, "2027-03-30"), "30");
    moved(&desk, &release, "2027-04-02").await;
    let (march, april) =
        (read(&anyone, "/calendar?month=2027-03").await, read(&anyone, "/calendar?month=2027-04").await);
    assert!(
        cell(&march, "2027-03-19").contains("anno 2026 : spostata al 2 aprile 2027"),
        "{}",
        cell(&march, "2027-03-19")
    );
    assert_eq!(words(&march, "td s"), "Relazione territoriale sul mercato del lavoro, anno 2026");
    assert!(cell(&april, "2027-04-02").contains("ore 10.00 confermata rinviata"), "{}", cell(&april, "2027-04-02"));
    assert!(cell(&april, "2027-04-22").contains("annullata"));
    for page in [&march, &april] {
        assert!(words(page, ".rc-table").contains("marzo–aprile 2027"), "no day of its own, so apart");
        assert_eq!(words(page, "thead th:first-child").split(' ').next(), Some("lunedì"));
    }
    assert_eq!(hrefs(&april, ".rc-month-head a"), ["/calendar?month=2027-03", "/calendar?month=2027-05"]);
    let december = read(&anyone, "/calendar?month=2027-12").await;
    assert_eq!(hrefs(&december, ".rc-month-head a"), ["/calendar?month=2027-11"], "nothing is planned in 2028");
}

async fn a_place_sees_its_patron_day_and_not_what_others_owe_alone(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2026", month("2027-03-01")).await;
    plan(&desk, "focus", Some("mantova"), "2026", month("2027-03-01")).await;
    let (all, mantua) = (
        read(&anyone, "/calendar?month=2027-03").await,
        read(&anyone, "/calendar?month=2027-03&observatory=mantova").await,
    );
    assert_eq!((cell(&all, "2027-03-18").as_str(), cell(&mantua, "2027-03-18").as_str()), ("18", "18 Sant'Anselmo"));
    assert_eq!(hrefs(&mantua, "main .rc-table a"), ["/rilasci/focus-mantova-2026"]);
    assert_eq!(hrefs(&all, "main .rc-table a").len(), 2);
    assert_eq!(hrefs(&mantua, ".rc-month-head a")[0], "/calendar?month=2027-02&observatory=mantova");
    let list = read(&anyone, "/calendar?observatory=mantova").await;
    assert_eq!(hrefs(&list, "main .rc-table a").len(), 2, "its own, and what all owe");
}

async fn a_wrong_query_is_answered_with_a_sentence_and_the_calendar(engine: Engine) {
    let (app, desk) = desk(engine).await;
    confirmed(&desk).await;
    for (query, said) in [
        ("month=dicembre", "un mese si scrive 2026-12"),
        ("month=2026-13", "un mese si scrive 2026-12"),
        ("month=2026", "un mese si scrive 2026-12"),
        ("year=2026-12", "un anno si scrive 2026"),
        ("year=99999", "un anno si scrive 2026"),
        ("since=ieri", "un giorno si scrive 2026-12-16"),
        ("since=2026-02-30", "un giorno si scrive 2026-12-16"),
        ("show=tutti", "Questo elenco non esiste"),
        ("observatory=roma", "Questo osservatorio non esiste"),
    ] {
        let answer = app.anonymous().get(&format!("/calendar?{query}")).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 400, "{query}");
        let page = Html::parse_document(&answer.text());
        assert!(words(&page, ".alert").contains(said), "{query}: {}", words(&page, "main"));
        assert_eq!(hrefs(&page, "main .rc-table a"), ["/rilasci/relazione-territoriale-2026"], "{query}");
    }
}

async fn dates_that_changed_are_listed_newest_first_and_in_pages(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let none = read(&anyone, "/calendar/changes").await;
    assert!(words(&none, "main").contains("Nessuna data annunciata è stata cambiata."));
    let release = confirmed(&desk).await;
    let release = moved(&desk, &release, "2027-04-02").await;
    app.at("2027-03-22 09:00");
    let release = moved(&desk, &release, "2027-04-09").await;
    app.at("2027-03-23 09:00");
    cancelled(&desk, &release).await;
    let page = read(&anyone, "/calendar/changes").await;
    let rows: Vec<String> = (1..=3).map(|row| words(&page, &format!("tbody tr:nth-child({row})"))).collect();
    for (row, said) in rows.iter().zip([
        ["23 marzo 2027", "venerdì 9 aprile 2027, ore 10.00", "annullata", "Metodo: Cambia la classificazione"],
        ["venerdì 2 aprile 2027, ore 10.00", "venerdì 9 aprile 2027, ore 10.00", "13 giorni lavorativi", "breve"],
        [
            "venerdì 19 marzo 2027, ore 10.00",
            "venerdì 2 aprile 2027, ore 10.00",
            "Fonte in ritardo: I dati",
            "rispettato",
        ],
    ]) {
        let mut rest = row.as_str();
        for part in said {
            rest = rest.split_once(part).unwrap_or_else(|| panic!("no {part} in {row}")).1;
        }
    }
    let first = read(&anyone, "/calendar/changes?limit=2").await;
    let next = hrefs(&first, ".rc-pages a[rel=next]");
    let second = read(&anyone, &next[0]).await;
    let shown = |page: &Html| hrefs(page, "main .rc-table a").len();
    assert_eq!((shown(&first), shown(&second)), (2, 1));
    assert!(words(&second, "tbody").contains("venerdì 19 marzo 2027"), "{}", words(&second, "tbody"));
}

async fn an_id_leads_to_an_address_that_no_other_release_gets(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let led_to = async |release: &Value| {
        let answer = anyone.get(&format!("/releases/{}", text(release, "id"))).send().await;
        assert_eq!(answer.status.as_u16(), 308);
        answer.header("location").expect("an address").to_owned()
    };
    let first = confirmed(&desk).await;
    assert_eq!(led_to(&first).await, "/rilasci/relazione-territoriale-2026");
    let bergamo = plan(&desk, "focus", Some("bergamo"), "2026", month("2027-03-01")).await;
    let lodi = plan(&desk, "focus", Some("lodi"), "2026", month("2027-03-01")).await;
    assert_eq!(led_to(&bergamo).await, "/rilasci/focus-bergamo-2026");
    assert_eq!(led_to(&lodi).await, "/rilasci/focus-lodi-2026");

    cancelled(&desk, &first).await;
    let again = plan(&desk, "relazione-territoriale", None, "2026", month("2027-05-01")).await;
    assert_eq!(led_to(&first).await, "/rilasci/relazione-territoriale-2026", "the cancelled one keeps its address");
    assert_eq!(led_to(&again).await, "/rilasci/relazione-territoriale-2026-2");

    let correction = json!({ "observatory": "como" });
    let corrected =
        desk.patch(&path(&lodi, "")).if_match(&lodi["version"]).merge_patch(&correction).send().await.expect(200);
    assert_eq!(led_to(&corrected).await, "/rilasci/focus-como-2026");
    let of_nobody = anyone.get("/rilasci/focus-lodi-2026").header("accept", "text/html").send().await;
    assert_eq!(of_nobody.status.as_u16(), 404);
    let page = read(&anyone, "/rilasci/relazione-territoriale-2026").await;
    assert_eq!(hrefs(&page, "main .rc-table a"), ["/rilasci/relazione-territoriale-2026-2"], "it names its successor");

    let older = format!("UPDATE release SET slug = NULL WHERE id = '{}'", text(&again, "id"));
    app.services.db.writer().execute_unprepared(&older).await.expect("written");
    let by_id = format!("/rilasci/{}", text(&again, "id"));
    assert_eq!(led_to(&again).await, by_id, "a row of older code is found by its id");
    read(&anyone, &by_id).await;
}

/// Has the contribution of an observatory accepted, and its page declared if there is one.
pub(crate) async fn accepted(app: &TestApp, desk: &Client, observatory: &str, page: Option<String>) {
    let list = desk.get(&format!("/api/v1/deliverables?observatory={observatory}")).send().await.expect(200);
    let own = list["items"][0].clone();
    let path = format!("/api/v1/deliverables/{}", text(&own, "id"));
    let submit = desk.post(&format!("{path}/submit")).if_match(&own["version"]);
    submit.json(json!({ "link": "https://ente.example/testo.pdf" })).send().await.expect(200);
    app.accept(&path).await;
    if let Some(address) = page {
        let declare = desk.post(&format!("/api/v1/publications/{}/declare", text(&own, "id"))).if_match(0);
        declare.json(json!({ "address": address })).send().await.expect(200);
    }
}

pub(crate) async fn with_portal(engine: Engine) -> (TestApp, Client, Portal) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let desk = app.client(SECRETARIAT).await;
    (app, desk, portal)
}

pub(crate) async fn comes_out(app: &TestApp) {
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.tick("verify").await;
}

async fn a_published_release_leads_to_the_reports_that_were_seen(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    let anyone = app.anonymous();
    confirmed(&desk).await;
    for place in ["Lodi", "Bergamo"] {
        let page = format!("/{}", place.to_lowercase());
        portal.show(
            &page,
            &format!("<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di {place}</h1>"),
        );
        accepted(&app, &desk, &place.to_lowercase(), Some(portal.url(&page))).await;
    }
    accepted(&app, &desk, "como", None).await;
    let list = desk.get("/api/v1/deliverables?observatory=sondrio").send().await.expect(200);
    let waive = desk.post(&format!("/api/v1/deliverables/{}/waive", text(&list["items"][0], "id")));
    waive.if_match(&list["items"][0]["version"]).json(json!({ "reason": "Senza referente" })).send().await.expect(200);
    let address = "/rilasci/relazione-territoriale-2026";
    let before = read(&anyone, address).await;
    assert!(!words(&before, "main").contains("Leggi la relazione"), "not out yet");
    assert!(
        words(&before, ".rc-facts").contains("3 di 12 approvati: Sondrio non partecipa"),
        "{}",
        words(&before, ".rc-facts")
    );
    comes_out(&app).await;
    let page = read(&anyone, address).await;
    assert_eq!(words(&page, "main h2").split(" Perché").next(), Some("Leggi la relazione"), "first of all");
    assert_eq!(hrefs(&page, ".rc-reports a"), [portal.url("/bergamo"), portal.url("/lodi")]);
    assert_eq!(
        words(&page, ".rc-reports li"),
        "Bergamo sul portale dal 19 marzo 2027 Lodi sul portale dal 19 marzo 2027"
    );
    let said = words(&page, "main");
    assert!(said.contains("Non ancora sul portale: Como."), "{said}");
    assert!(said.contains("3 di 12 approvati: Sondrio non ha partecipato"), "{said}");
    assert!(!said.contains("Senza referente"), "the reason of a waiver is the network's own");
    assert!(said.contains("anno 2026: dal 1° gennaio 2026 al 31 dicembre 2026"), "{said}");
    let network = read(&anyone, "/network").await;
    let outside = |href: &String| !href.starts_with('/');
    let last: Vec<String> = hrefs(&network, ".rc-columns a").into_iter().filter(outside).collect();
    assert_eq!(last, [portal.url("/bergamo"), portal.url("/lodi")], "the last report of each observatory");
    assert_eq!(words(&network, ".rc-columns").matches("Ultimo rapporto:").count(), 2, "only of those who published");
}

async fn a_joint_report_is_one_link(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    let sql = async |statement: &str| app.services.db.writer().execute_unprepared(statement).await.expect("written");
    sql("UPDATE product SET scope = 'joint'").await;
    confirmed(&desk).await;
    portal.show("/relazione", "<title>Relazione territoriale sul mercato del lavoro 2026</title>");
    for place in ["bergamo", "lodi"] {
        accepted(&app, &desk, place, Some(portal.url("/relazione"))).await;
    }
    sql("UPDATE deliverable SET state = 'waived', reason = 'x' WHERE state = 'planned'").await;
    comes_out(&app).await;
    let page = read(&app.anonymous(), "/rilasci/relazione-territoriale-2026").await;
    assert_eq!(hrefs(&page, ".rc-reports a"), [portal.url("/relazione")]);
    let feed = app.anonymous().get("/calendar.ics").send().await.text().replace("\r\n ", "");
    assert!(feed.contains(&format!("La relazione: {}", portal.url("/relazione"))), "{feed}");
}

async fn a_moved_release_says_so_above_everything_and_a_cancelled_one_says_why(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let release = confirmed(&desk).await;
    let address = "/rilasci/relazione-territoriale-2026";
    let plain = read(&anyone, address).await;
    assert_eq!(words(&plain, ".alert"), "");
    assert!(words(&plain, ".rc-facts").contains("Mancano 46 giorni lavorativi"), "{}", words(&plain, ".rc-facts"));
    assert!(words(&plain, ".rc-timeline").contains("Annunciata 46 giorni lavorativi prima."));
    let release = moved(&desk, &release, "2027-04-02").await;
    let band = words(&read(&anyone, address).await, ".alert-warning");
    let expected = "Rinviata da venerdì 19 marzo 2027, ore 10.00 a venerdì 2 aprile 2027, ore 10.00. \
                    Motivo: Fonte in ritardo: I dati arrivano tardi";
    assert!(band.ends_with(expected), "{band}");
    let release = moved(&desk, &release, "2027-03-22").await;
    assert!(words(&read(&anyone, address).await, ".alert-warning").contains("Anticipata da venerdì 2 aprile 2027"));
    app.at("2027-03-19 15:00");
    assert!(words(&read(&anyone, address).await, ".rc-facts").contains("Manca un giorno lavorativo"));
    cancelled(&desk, &release).await;
    let page = read(&anyone, address).await;
    let band = words(&page, ".alert-danger");
    assert!(band.ends_with("Annullata il 19 marzo 2027. Motivo: Metodo: Cambia la classificazione"), "{band}");
    assert_eq!(words(&page, "progress, .alert-warning"), "");
    assert!(!words(&page, "main").contains("approvati"), "nothing is counted on a cancelled release");
}

async fn an_entry_of_the_feed_leads_to_page_and_report(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    confirmed(&desk).await;
    portal.show("/lodi", "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di Lodi</h1>");
    accepted(&app, &desk, "lodi", Some(portal.url("/lodi"))).await;
    let read = async || app.anonymous().get("/calendar.ics").send().await;
    let unfolded = |feed: String| feed.replace("\r\n ", "");
    let before = unfolded(read().await.text());
    assert!(before.contains("/rilasci/relazione-territoriale-2026\r\n"), "{before}");
    assert!(!before.contains("La relazione di"), "{before}");
    comes_out(&app).await;
    let after = read().await;
    let modified =
        DateTime::parse_from_rfc2822(after.header("last-modified").expect("an instant")).expect("an instant");
    let after = unfolded(after.text());
    assert!(after.contains(&format!("DESCRIPTION:La relazione di Lodi: {}\\n", portal.url("/lodi"))), "{after}");
    let seen: DateTime<Utc> = "2027-03-19T09:00:00Z".parse().expect("an instant");
    assert_eq!(modified.to_utc(), seen, "it changed when the report was seen");
}
