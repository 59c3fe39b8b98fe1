//! Pages of people without a seat: what comes out when, how to follow it, and what programs find.

use crate::on_sqlite;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::source;
use crate::support::world::World;
use raccordo::config::Config;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_sqlite! {
    every_address_of_the_sitemap_answers,
    robots_are_led_to_the_sitemap_and_away_from_keys,
    the_description_of_the_api_is_the_committed_file_and_every_answer_leads_to_it,
    every_page_of_the_sitemap_says_in_one_sentence_what_it_is,
    the_page_about_data_lists_the_operations_without_a_key_and_the_licence_once_it_is_set,
    the_home_page_announces_the_next_day_and_leaves_out_what_was_cancelled,
    the_home_page_shows_the_month_of_the_next_day_with_what_comes_out,
    the_home_page_leads_each_participant_to_their_own_work_first,
    the_page_on_subscribing_shows_the_address_of_the_feed,
    names_in_italian_are_marked_on_an_english_page,
    the_network_lists_each_observatory_with_its_body,
    the_site_of_an_observatory_comes_from_the_data_file,
}

const HOST: &str = "http://raccordo.test";

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn words(page: &Html, selector: &str) -> String {
    let found = select(page, selector);
    found.iter().flat_map(scraper::ElementRef::text).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

async fn page(reader: &Client, path: &str) -> Html {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    Html::parse_document(&answer.text())
}

/// Returns the paths that the sitemap lists.
async fn listed(reader: &Client) -> BTreeSet<String> {
    let answer = reader.get("/sitemap.xml").send().await;
    assert_eq!(answer.header("content-type"), Some("application/xml; charset=utf-8"));
    let map = Html::parse_document(&answer.text());
    let address = |loc: &scraper::ElementRef<'_>| {
        let address: String = loc.text().collect();
        address.strip_prefix(HOST).unwrap_or_else(|| panic!("{address} is not of this service")).to_owned()
    };
    select(&map, "url > loc").iter().map(address).collect()
}

async fn every_address_of_the_sitemap_answers(engine: Engine) {
    let world = World::new(engine).await;
    let stranger = world.app.anonymous();
    let listed = listed(&stranger).await;
    let release = world.fill("/rilasci/{slug}");
    for expected in ["/", "/calendar", "/network", "/network/observatories/bergamo", release.as_str()] {
        assert!(listed.contains(expected), "{expected} is not in {listed:?}");
    }
    for path in &listed {
        let answer = stranger.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path} is no page");
    }
}

async fn robots_are_led_to_the_sitemap_and_away_from_keys(engine: Engine) {
    let app = TestApp::new(engine).await;
    let robots = app.anonymous().get("/robots.txt").send().await;
    assert_eq!(robots.header("content-type"), Some("text/plain; charset=utf-8"));
    let robots = robots.text();
    let lines: Vec<&str> = robots.lines().collect();
    assert_eq!(lines[0], "User-agent: *");
    assert!(lines.contains(&"Disallow: /p/") && lines.contains(&"Disallow: /sign-in"), "{robots}");
    assert!(lines.contains(&format!("Sitemap: {HOST}/sitemap.xml").as_str()), "{robots}");
    assert!(!lines.contains(&"Disallow: /"), "an installation wants to be found");
}

async fn the_description_of_the_api_is_the_committed_file_and_every_answer_leads_to_it(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ask = |path: &'static str| app.anonymous().get(path).send();
    let served = ask("/api/v1/openapi.json").await;
    assert!(served.text() == source::read("openapi/openapi.json"), "not the committed file");
    let tag = served.header("etag").expect("a tag").to_owned();
    assert!(tag.starts_with('"'), "{tag} is weak");
    assert!(served.header("cache-control").is_some_and(|kept| kept.contains("max-age")));
    let again = app.anonymous().get("/api/v1/openapi.json").header("if-none-match", &tag).send().await;
    assert_eq!(again.status.as_u16(), 304);
    let linked = |answer: &Answer| answer.header("link").unwrap_or_default().to_owned();
    for path in ["/api/v1/releases", "/api/v1/me", "/api/v1/nowhere"] {
        let link = linked(&ask(path).await);
        assert!(link.contains("</api/v1/openapi.json>; rel=\"service-desc\""), "{path}: {link:?}");
    }
    assert_eq!(linked(&ask("/calendar").await), "", "a page is not of the API");
    assert_eq!(ask("/api/openapi.json").await.status.as_u16(), 404, "the former address");
}

async fn every_page_of_the_sitemap_says_in_one_sentence_what_it_is(engine: Engine) {
    let world = World::new(engine).await;
    let stranger = world.app.anonymous();
    let mut said = BTreeSet::new();
    for path in listed(&stranger).await {
        let page = page(&stranger, &path).await;
        let meta = |selector: &str| {
            let found = select(&page, selector);
            found.first().and_then(|meta| meta.attr("content")).unwrap_or_default().to_owned()
        };
        let sentence = meta("meta[name=description]");
        assert!(sentence.len() > 20, "{path}: {sentence:?}");
        assert_eq!(meta("meta[property='og:description']"), sentence, "{path}");
        assert!(!meta("meta[property='og:title']").is_empty(), "{path}");
        assert!(said.insert(sentence.clone()), "{path} says the same as another page: {sentence}");
    }
}

async fn the_page_about_data_lists_the_operations_without_a_key_and_the_licence_once_it_is_set(engine: Engine) {
    const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";
    let app = TestApp::new(engine).await;
    let without = page(&app.anonymous(), "/api").await;
    let said = words(&without, "main");
    for path in ["/api/v1/releases", "/api/v1/observatories/{code}", "/api/v1/territories/{code}/working-days"] {
        assert!(said.contains(path), "{path}: {said}");
    }
    assert!(!said.contains("/api/v1/designations"), "it needs a key");
    assert!(!select(&without, "a[href='/api/v1/openapi.json']").is_empty());
    assert!(select(&without, &format!("a[href='{LICENCE}']")).is_empty());
    let mut config = Config::for_tests();
    LICENCE.clone_into(&mut config.pages.data_licence_url);
    let licensed = TestApp::with_config(engine, config).await;
    for path in ["/api", "/about"] {
        let page = page(&licensed.anonymous(), path).await;
        assert_eq!(select(&page, &format!("main a[href='{LICENCE}']")).len(), 1, "{path}");
    }
    for link in ["/about", "/privacy", "/api"] {
        assert_eq!(select(&without, &format!("footer a[href='{link}']")).len(), 1, "{link}");
    }
}

/// Plans a release for a month.
async fn plan(secretariat: &Client, period: &str, day: &str) -> Value {
    let date = json!({ "precision": "month", "day": day });
    let release = json!({ "product": "relazione-territoriale", "period": period, "date": date });
    secretariat.post("/api/v1/releases").json(release).send().await.expect(201)
}

/// Does something to a release and returns its page.
async fn then(secretariat: &Client, release: &Value, verb: &str, with: Value) -> String {
    let id = release["id"].as_str().expect("an id");
    let path = format!("/api/v1/releases/{id}/{verb}");
    secretariat.post(&path).if_match(&release["version"]).json(with).send().await.expect(200);
    address(release)
}

/// Returns the page of a release.
fn address(release: &Value) -> String {
    format!("/rilasci/relazione-territoriale-{}", release["period"].as_str().expect("a period"))
}

async fn the_home_page_announces_the_next_day_and_leaves_out_what_was_cancelled(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let some_month = plan(&secretariat, "2025", "2027-02-10").await;
    let some_month = address(&some_month);
    let dated = plan(&secretariat, "2026", "2027-03-10").await;
    let dated = then(&secretariat, &dated, "confirm", json!({ "day": "2027-03-19" })).await;
    let given_up = plan(&secretariat, "2024", "2027-01-20").await;
    let why = json!({ "reason_code": "other", "reason_text": "Prodotto non più previsto." });
    let given_up = then(&secretariat, &given_up, "cancel", why).await;

    let home = page(&app.anonymous(), "/").await;
    assert_eq!(words(&home, "h1"), "Quando escono i dati sul lavoro in Lombardia");
    assert_eq!(words(&home, ".rc-next-when"), "venerdì 19 marzo 2027, ore 10.00", "a day goes before a month");
    assert_eq!(words(&home, ".rc-next-away"), "Fra 67 giorni");
    assert_eq!(select(&home, &format!(".rc-next-title a[href='{dated}']")).len(), 1);
    assert_eq!(select(&home, &format!(".rc-next .rc-links a[href='{some_month}']")).len(), 1);
    assert!(select(&home, &format!("a[href='{given_up}']")).is_empty(), "cancelled");
    assert!(words(&home, "main").contains("Non è ancora uscito nulla."));
    app.at("2027-03-18 09:00");
    assert_eq!(words(&page(&app.anonymous(), "/").await, ".rc-next-away"), "Domani");
}

async fn the_home_page_shows_the_month_of_the_next_day_with_what_comes_out(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let set = plan(&secretariat, "2026", "2027-03-10").await;
    let set = then(&secretariat, &set, "confirm", json!({ "day": "2027-03-19" })).await;
    let open = json!({ "product": "relazione-territoriale", "period": "2025", "date": { "precision": "day", "day": "2027-03-30" } });
    let open = address(&secretariat.post("/api/v1/releases").json(open).send().await.expect(201));
    let given_up = json!({ "product": "relazione-territoriale", "period": "2024", "date": { "precision": "day", "day": "2027-03-23" } });
    let given_up = secretariat.post("/api/v1/releases").json(given_up).send().await.expect(201);
    let why = json!({ "reason_code": "other", "reason_text": "Prodotto non più previsto." });
    then(&secretariat, &given_up, "cancel", why).await;
    let shown = async || {
        let home = page(&app.anonymous(), "/").await;
        let mark = |one: &scraper::ElementRef<'_>| {
            let number: String = one.text().take(1).collect();
            let is_set = one.attr("class") == Some("rc-picture-set");
            (number, one.attr("href").expect("an address").to_owned(), is_set)
        };
        let marks: Vec<_> = select(&home, ".rc-picture td a").iter().map(mark).collect();
        (words(&home, ".rc-picture caption"), marks, home)
    };
    let (month, marks, home) = shown().await;
    assert_eq!(month, "marzo 2027");
    assert_eq!(marks, [("19".to_owned(), set, true), ("30".to_owned(), open, false)], "without the cancelled one");
    assert_eq!(words(&home, ".rc-picture .rc-picture-closed"), "29 , Lunedì dell'Angelo");
    assert!(words(&home, ".rc-picture td a").contains("Relazione territoriale sul mercato del lavoro, anno 2026"));
    // Two of one day lead to their month.
    let other = json!({ "product": "relazione-territoriale", "period": "2023", "date": { "precision": "day", "day": "2027-03-19" } });
    secretariat.post("/api/v1/releases").json(other).send().await.expect(201);
    let (_, marks, _) = shown().await;
    assert_eq!(marks[0], ("19".to_owned(), "/calendar?month=2027-03".to_owned(), true));
}

async fn the_home_page_leads_each_participant_to_their_own_work_first(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = plan(&secretariat, "2026", "2027-03-10").await;
    then(&secretariat, &release, "confirm", json!({ "day": "2027-03-19" })).await;
    for (seat, family) in [("referent:bergamo", "Rei"), ("body_manager:provincia-bergamo", "Capo")] {
        let designation = Designation::of(seat).to("Ada", family);
        secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
    }
    for (who, first) in
        [(SECRETARIAT, "/monday"), ("ada.rei@ente.example", "/tasks"), ("ada.capo@ente.example", "/designations/new")]
    {
        let home = page(&app.client(who).await, "/?public=1").await;
        let led = select(&home, "main .rc-errands a").first().and_then(|link| link.attr("href")).map(str::to_owned);
        assert_eq!(led.as_deref(), Some(first), "{who}");
    }
    let home = page(&app.client("ada.capo@ente.example").await, "/").await;
    let late = select(&home, "main .rc-errands a[href='/tasks?overdue=true']").len();
    assert_eq!(late, 1, "a manager finds what is late");
    let own = words(&page(&app.client("ada.rei@ente.example").await, "/").await, ".rc-errands");
    assert!(own.contains("Attività aperte: 3."), "{own}");
    assert!(select(&page(&app.anonymous(), "/").await, ".rc-errands").is_empty());
}

async fn the_page_on_subscribing_shows_the_address_of_the_feed(engine: Engine) {
    let app = TestApp::new(engine).await;
    let stranger = app.anonymous();
    assert_eq!(select(&page(&stranger, "/calendar").await, "a.btn[href='/calendar/subscribe']").len(), 1);
    let ways = page(&stranger, "/calendar/subscribe").await;
    let field = select(&ways, "input[readonly]");
    let feed = field[0].attr("value").expect("an address").strip_prefix(HOST).expect("of this service").to_owned();
    assert_eq!(stranger.get(&feed).send().await.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(select(&ways, ".rc-programs .rc-panel").len(), 3);
    assert!(select(&ways, ".rc-programs ol").iter().all(|steps| steps.child_elements().count() == 3));
    assert!(select(&ways, "button[data-copy]").iter().all(|button| button.attr("hidden").is_some()), "needs scripts");
}

async fn names_in_italian_are_marked_on_an_english_page(engine: Engine) {
    let app = TestApp::new(engine).await;
    let answer = app.anonymous().get("/network/observatories/bergamo").header("accept-language", "en").send().await;
    let english = Html::parse_document(&answer.text());
    assert_eq!(select(&english, "html[lang=en]").len(), 1);
    for place in ["h1", ".breadcrumb-item[aria-current]", "main dd a[href='/network/bodies/provincia-bergamo']"] {
        assert_eq!(select(&english, place)[0].attr("lang"), Some("it"), "{place}");
    }
    assert_eq!(select(&english, ".breadcrumb-item")[0].attr("lang"), None, "The network");
}

async fn the_network_lists_each_observatory_with_its_body(engine: Engine) {
    let app = TestApp::new(engine).await;
    let network = page(&app.anonymous(), "/network").await;
    let places = select(&network, ".rc-columns > li");
    assert_eq!(places.len(), 13);
    let links = |of: &scraper::ElementRef<'_>| -> Vec<String> {
        let link = Selector::parse("a").expect("a selector");
        of.select(&link).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    };
    let all: Vec<Vec<String>> = places.iter().map(links).collect();
    let bergamo = ["/network/observatories/bergamo".to_owned(), "/network/bodies/provincia-bergamo".to_owned()];
    assert!(all.iter().any(|links| *links == bergamo), "{all:?}");
}

async fn the_site_of_an_observatory_comes_from_the_data_file(engine: Engine) {
    const SITE: &str = "https://osservatorio.bergamo.example/";
    let app = TestApp::new(engine).await;
    let stranger = app.anonymous();
    let shown =
        async || select(&page(&stranger, "/network/observatories/bergamo").await, &format!("a[href='{SITE}']")).len();
    assert_eq!(shown().await, 0);
    let name = "name = \"Osservatorio del mercato del lavoro di Bergamo\"";
    let file = source::read("data/lombardia.toml");
    app.load(&file.replace(name, &format!("{name}\nsite = \"{SITE}\""))).await;
    assert_eq!(shown().await, 1);
    let answered = stranger.get("/api/v1/observatories/bergamo").send().await.expect(200);
    assert_eq!(answered["site"], SITE);
    app.load(&file).await;
    assert_eq!(shown().await, 0, "taken out of the file, taken off the page");
}
