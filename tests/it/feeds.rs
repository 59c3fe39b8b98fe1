//! The filters of the public agenda, the same on pages, in the API and in every feed; and the feeds: news (RFC 4287), data
//! (with their JSON schema) and table, beside the calendar.

use crate::public_agenda::{
    accepted, cancelled, comes_out, confirmed, desk, hrefs, month, moved, path, plan, read, text, with_portal, words,
};
use crate::support::app::{Client, TestApp};
use crate::support::db::Engine;
use crate::support::samples::{keep_feeds, keep_for_other_readers};
use crate::{both_engines, on_sqlite};
use quick_xml::Reader;
use quick_xml::events::Event;
use raccordo::http::openapi;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

both_engines! {
    each_filter_narrows_pages_api_and_feeds_alike,
    the_news_tell_each_change_once_and_keep_their_identifiers,
    the_data_fit_their_schema_and_say_what_the_page_says,
}

on_sqlite! {
    a_filter_that_is_not_understood_is_refused_everywhere,
    chosen_filters_are_shown_and_can_be_taken_away_one_by_one,
    the_page_on_subscribing_offers_the_feed_of_what_was_shown,
    a_cancelled_release_stays_a_moved_one_is_explained_and_a_provisional_one_marked,
    no_cell_of_the_table_is_a_formula,
    a_known_feed_costs_one_look_at_the_clock_of_changes,
    five_moves_keep_one_identifier_in_every_feed,
    a_release_names_its_next_one_and_how_it_is_made,
    no_feed_names_a_person,
}

const FEEDS: [&str; 4] = ["/calendar.ics", "/calendar.atom", "/calendar.json", "/calendar.csv"];

/// A product of another theme, owed by one observatory at a time.
const SKILLS: &str = r#"
[[product]]
code = "competenze"
name_it = "Competenze richieste"
name_en = "Skills in demand"
theme = "skills"
periodicity = "annual"
scope = "autonomous"
default_hour = "10:00"
"#;

/// Plans a joint report, two studies of one observatory each, and cancels one of them.
async fn agenda(engine: Engine) -> (TestApp, Client) {
    let (app, desk) = desk(engine).await;
    app.load_also(&format!("{}{SKILLS}", crate::public_agenda::FOCUS)).await;
    confirmed(&desk).await;
    plan(&desk, "focus", Some("lodi"), "2026", month("2027-04-01")).await;
    plan(&desk, "competenze", Some("bergamo"), "2026", month("2027-05-01")).await;
    let dropped = plan(&desk, "competenze", Some("como"), "2026", month("2027-06-01")).await;
    cancelled(&desk, &dropped).await;
    (app, desk)
}

/// Returns the releases that a feed or a list names, by the last part of the address of their page.
async fn named(reader: &Client, address: &str) -> BTreeSet<String> {
    let answer = reader.get(address).send().await;
    assert_eq!(answer.status.as_u16(), 200, "{address}: {}", answer.text());
    let whole = answer.text().replace("\r\n ", "");
    let ends = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '-');
    whole.split("/rilasci/").skip(1).map(|rest| rest.split(ends).next().unwrap_or_default().to_owned()).collect()
}

/// Returns the releases that the API lists, by product and observatory.
async fn listed(reader: &Client, query: &str) -> BTreeSet<String> {
    let page = reader.get(&format!("/api/v1/releases?{query}")).send().await.expect(200);
    let name = |release: &Value| match release["observatory"].as_str() {
        Some(place) => format!("{}-{place}-2026", text(release, "product")),
        None => format!("{}-2026", text(release, "product")),
    };
    page["items"].as_array().expect("a list").iter().map(name).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const REPORT: &str = "relazione-territoriale-2026";
const LODI: &str = "focus-lodi-2026";
const BERGAMO: &str = "competenze-bergamo-2026";
const COMO: &str = "competenze-como-2026";

async fn each_filter_narrows_pages_api_and_feeds_alike(engine: Engine) {
    let (app, _) = agenda(engine).await;
    let anyone = app.anonymous();
    for (query, expected) in [
        ("", &[REPORT, LODI, BERGAMO, COMO][..]),
        ("observatory=bergamo", &[REPORT, BERGAMO]),
        ("observatory=regione-lombardia", &[]),
        ("product=competenze", &[BERGAMO, COMO]),
        ("theme=skills", &[BERGAMO, COMO]),
        ("theme=hiring", &[]),
        ("state=cancelled", &[COMO]),
        ("state=confirmed", &[REPORT]),
        ("observatory=como&product=competenze", &[COMO]),
        ("observatory=como&theme=skills&state=provisional", &[]),
        ("observatory=&product=focus&theme=&state=", &[LODI]),
    ] {
        let query = query.replace("regione-lombardia", &regional(&anyone).await);
        let expected = set(expected);
        for feed in FEEDS {
            let mut found = named(&anyone, &format!("{feed}?{query}")).await;
            // The next release of a product stands beside a release too.
            found.retain(|name| {
                expected.contains(name) || !["json", "csv", "atom"].iter().any(|end| feed.ends_with(end))
            });
            assert_eq!(found, expected, "{feed}?{query}");
        }
        assert_eq!(listed(&anyone, &query).await, expected, "{query}");
        let shown: BTreeSet<String> =
            hrefs(&read(&anyone, &format!("/calendar?year=2027&{query}")).await, "main .rc-table a")
                .into_iter()
                .filter_map(|href| href.strip_prefix("/rilasci/").map(str::to_owned))
                .collect();
        assert_eq!(shown, expected, "{query}");
    }
    let coming = hrefs(&read(&anyone, "/calendar?theme=skills").await, "main .rc-table a");
    assert_eq!(coming, [format!("/rilasci/{BERGAMO}")], "coming ones only");
    let april = read(&anyone, "/calendar?month=2027-04&product=competenze").await;
    assert!(
        words(&april, "main").contains("Nessuna uscita corrisponde ai filtri scelti."),
        "{}",
        words(&april, "main")
    );
}

/// Returns the code of the regional observatory.
async fn regional(reader: &Client) -> String {
    let all = reader.get("/api/v1/observatories").send().await.expect(200);
    let all = all["items"].as_array().expect("a list");
    let found = all.iter().find(|one| one["kind"] == "regional").expect("the regional one");
    text(found, "code").to_owned()
}

async fn a_filter_that_is_not_understood_is_refused_everywhere(engine: Engine) {
    let (app, _) = agenda(engine).await;
    let anyone = app.anonymous();
    for query in ["observatory=roma", "product=nulla", "theme=lavoro", "state=late", "stato=confirmed", "lang=de"] {
        for feed in FEEDS {
            anyone.get(&format!("{feed}?{query}")).send().await.refused(400, "bad_request");
        }
        if !query.starts_with("lang") {
            anyone.get(&format!("/api/v1/releases?{query}")).send().await.refused(400, "bad_request");
            let page = anyone.get(&format!("/calendar/subscribe?{query}")).header("accept", "text/html").send().await;
            assert_eq!(page.status.as_u16(), 400, "{query}");
        }
    }
    for (query, said) in [
        ("product=nulla", "Questo prodotto non esiste"),
        ("theme=lavoro", "Questo tema non esiste"),
        ("state=late", "non ci sono uscite con questo stato"),
        ("show=published&state=confirmed", "non ci sono uscite con questo stato"),
        ("state=cancelled", "non ci sono uscite con questo stato"),
    ] {
        let answer = anyone.get(&format!("/calendar?{query}")).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 400, "{query}");
        assert!(answer.text().contains(said), "{query}");
    }
}

async fn chosen_filters_are_shown_and_can_be_taken_away_one_by_one(engine: Engine) {
    let (app, _) = agenda(engine).await;
    let anyone = app.anonymous();
    assert_eq!(hrefs(&read(&anyone, "/calendar").await, ".rc-chosen a"), Vec::<String>::new());
    let page = read(&anyone, "/calendar?year=2027&observatory=bergamo&theme=skills&state=provisional").await;
    assert_eq!(
        hrefs(&page, ".rc-chosen a"),
        [
            "/calendar?year=2027&theme=skills&state=provisional",
            "/calendar?year=2027&observatory=bergamo&state=provisional",
            "/calendar?year=2027&observatory=bergamo&theme=skills",
            "/calendar?year=2027",
        ]
    );
    let ways = hrefs(&page, ".rc-views a");
    assert_eq!(ways[0], "/calendar?show=upcoming&observatory=bergamo&theme=skills&state=provisional");
    assert_eq!(ways[1], "/calendar?show=published&observatory=bergamo&theme=skills", "no published one is provisional");
    assert_eq!(words(&page, "option[selected]"), "Bergamo Competenze e professioni provvisoria");
    assert_eq!(words(&read(&anyone, "/calendar?show=cancelled").await, "#field-state"), "", "they all have one state");
}

async fn the_page_on_subscribing_offers_the_feed_of_what_was_shown(engine: Engine) {
    let (app, _) = agenda(engine).await;
    let anyone = app.anonymous();
    let shown = read(&anyone, "/calendar?observatory=bergamo&theme=skills").await;
    let way = "/calendar/subscribe?observatory=bergamo&theme=skills";
    assert_eq!(hrefs(&shown, &format!("a.btn[href='{way}']")).len(), 1);
    let alternates = hrefs(&shown, "head link[rel=alternate]");
    let expected: Vec<String> =
        FEEDS.iter().map(|feed| format!("{feed}?lang=it&observatory=bergamo&theme=skills")).collect();
    assert_eq!(alternates, expected);
    let page = read(&anyone, way).await;
    let field = |id: &str| {
        let field = scraper::Selector::parse(&format!("input#{id}[readonly]")).expect("a selector");
        page.select(&field).next().and_then(|field| field.attr("value")).expect("an address").to_owned()
    };
    assert!(field("feed").ends_with(&expected[0]), "{}", field("feed"));
    assert!(field("news").ends_with(&expected[1]), "{}", field("news"));
    assert_eq!(hrefs(&page, "head link[rel=alternate]"), expected);
    let published = read(&anyone, "/calendar?show=cancelled&observatory=como").await;
    assert_eq!(
        hrefs(&published, "head link[rel=alternate]")[0],
        "/calendar.ics?lang=it&observatory=como&state=cancelled",
        "the list becomes a filter"
    );
}

/// An element of an XML document.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn all(&self, name: &str) -> Vec<&Element> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    fn only(&self, name: &str) -> &Element {
        match self.all(name).as_slice() {
            [one] => one,
            found => panic!("{} has {} of {name}", self.name, found.len()),
        }
    }
}

/// Parses a document with another reader than the one that wrote it.
fn parsed(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    let element = |start: &quick_xml::events::BytesStart<'_>| Element {
        name: String::from_utf8(start.name().as_ref().to_vec()).expect("a name"),
        attributes: start
            .attributes()
            .map(|attribute| {
                let attribute = attribute.expect("an attribute");
                let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).expect("a text"))
                    .expect("a value");
                (String::from_utf8(attribute.key.as_ref().to_vec()).expect("a name"), value.into_owned())
            })
            .collect(),
        ..Element::default()
    };
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => {
                let child = element(&start);
                open.last_mut().expect("a parent").children.push(child);
            }
            Event::Text(piece) => open.last_mut().expect("a parent").text += &piece.decode().expect("a text"),
            Event::GeneralRef(name) => {
                let name = name.decode().expect("a name");
                let known = quick_xml::escape::unescape(&format!("&{name};")).expect("a known one").into_owned();
                open.last_mut().expect("a parent").text += &known;
            }
            Event::End(_) => {
                let child = open.pop().expect("it was opened");
                open.last_mut().expect("a parent").children.push(child);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().expect("the document");
    root.children.pop().expect("a root")
}

/// Checks what RFC 4287 requires of a feed and of its entries (§4.1.1, §4.1.2), and returns the feed.
fn valid_news(xml: &str) -> Element {
    let feed = parsed(xml);
    assert_eq!((feed.name.as_str(), feed.attributes["xmlns"].as_str()), ("feed", "http://www.w3.org/2005/Atom"));
    let is_instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let mut ids = BTreeSet::new();
    let with_author = !feed.all("author").is_empty();
    for one in std::iter::once(&feed).chain(feed.all("entry")) {
        let id = &one.only("id").text;
        assert!(id.starts_with("tag:raccordo.example,2026:"), "{id}");
        assert!(ids.insert(id.clone()), "{id} twice");
        assert!(!one.only("title").text.trim().is_empty());
        assert!(is_instant(&one.only("updated").text), "{}", one.only("updated").text);
        assert!(one.all("author").len() == 1 || with_author);
    }
    assert_eq!(feed.all("author")[0].all("name").len(), 1);
    let rel = |of: &Element, rel: &str| of.all("link").iter().filter(|link| link.attributes["rel"] == rel).count();
    assert_eq!((rel(&feed, "self"), rel(&feed, "alternate")), (1, 1));
    for entry in feed.all("entry") {
        assert_eq!(rel(entry, "alternate"), 1, "an entry is a page");
        assert_eq!(entry.only("content").attributes["type"], "text");
        assert!(is_instant(&entry.only("published").text));
    }
    let newest = feed.all("entry").iter().map(|entry| entry.only("updated").text.clone()).max();
    if let Some(newest) = newest {
        assert_eq!(feed.only("updated").text, newest);
    }
    feed
}

async fn news(reader: &Client, query: &str) -> Element {
    let answer = reader.get(&format!("/calendar.atom{query}")).send().await;
    assert_eq!(answer.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    valid_news(&answer.text())
}

fn titles(feed: &Element) -> Vec<&str> {
    feed.all("entry").iter().map(|entry| entry.only("title").text.as_str()).collect()
}

async fn the_news_tell_each_change_once_and_keep_their_identifiers(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    assert!(news(&anyone, "").await.all("entry").is_empty());
    let release = confirmed(&desk).await;
    app.at("2027-01-20 09:00");
    let before = news(&anyone, "").await;
    let release = moved(&desk, &release, "2027-04-02").await;
    app.at("2027-01-21 09:00");
    let release = moved(&desk, &release, "2027-03-30").await;
    app.at("2027-01-22 09:00");
    cancelled(&desk, &release).await;
    let feed = news(&anyone, "").await;
    let name = "Relazione territoriale sul mercato del lavoro, anno 2026";
    assert_eq!(
        titles(&feed),
        [
            format!("Annullata: {name}"),
            format!("Anticipata: {name}"),
            format!("Rinviata: {name}"),
            format!("Data confermata: {name}"),
            format!("Nuova uscita in calendario: {name}"),
        ]
    );
    let content = &feed.all("entry")[2].only("content").text;
    assert!(content.starts_with(
        "Rinviata da venerdì 19 marzo 2027, ore 10.00 a venerdì 2 aprile 2027, ore 10.00.\nMotivo: I dati arrivano tardi"
    ), "{content}");
    let facts = |of: &Element| -> Vec<[String; 4]> {
        let parts = ["id", "updated", "title", "content"];
        of.all("entry").iter().map(|entry| parts.map(|part| entry.only(part).text.clone())).collect()
    };
    assert_eq!(facts(&feed)[3..], facts(&before), "what was told stays as it was told");
    let english = news(&anyone, "?lang=en").await;
    assert!(titles(&english)[0].starts_with("Cancelled: "), "{:?}", titles(&english));
    assert_eq!(english.attributes["xml:lang"], "en");
    app.at("2028-02-01 09:00");
    assert!(news(&anyone, "").await.all("entry").is_empty(), "a year later they are no news");
}

/// Returns the error of data that do not fit the schema which the service serves.
fn misfit(schema: &str, data: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    let schema = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    schema.iter_errors(data).next().map(|error| format!("{}: {error}", error.instance_path))
}

#[test]
fn the_schema_of_the_data_names_every_member_of_a_release() {
    let schema: Value = serde_json::from_str(include_str!("../../src/releases/feed/data.schema.json")).expect("JSON");
    let described = &openapi::document()["components"]["schemas"]["ReleaseOut"]["properties"];
    let unknown: Vec<&String> = described
        .as_object()
        .expect("members")
        .keys()
        .filter(|member| schema["$defs"]["release"]["properties"].get(member.as_str()).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

async fn the_data_fit_their_schema_and_say_what_the_page_says(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    let anyone = app.anonymous();
    let sheet = json!({ "text_it": "Si contano gli avviamenti.", "from_period": "2025" });
    desk.post("/api/v1/products/relazione-territoriale/sheets").json(sheet).send().await.expect(201);
    let release = confirmed(&desk).await;
    plan(&desk, "relazione-territoriale", None, "2027", month("2028-03-01")).await;
    let dropped = plan(&desk, "relazione-territoriale", None, "2025", month("2027-02-01")).await;
    cancelled(&desk, &dropped).await;
    portal.show("/lodi", "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di Lodi</h1>");
    accepted(&app, &desk, "lodi", Some(portal.url("/lodi"))).await;
    comes_out(&app).await;
    let schema = anyone.get("/calendar.schema.json").send().await;
    assert_eq!(schema.header("content-type"), Some("application/schema+json"));
    let data = anyone.get("/calendar.json").send().await.expect(200);
    assert_eq!(misfit(&schema.text(), &data), None);
    assert!(misfit(&schema.text(), &json!({ "releases": [] })).is_some(), "the schema refuses something");
    let all = data["releases"].as_array().expect("a list");
    assert_eq!(all.len(), 3);
    let out = all.iter().find(|one| one["id"] == release["id"]).expect("the release");
    assert_eq!(out["state"], "published");
    assert_eq!(
        out["reports"],
        json!([{ "place": "Lodi", "address": portal.url("/lodi"), "seen_at": "2027-03-19T09:00:00Z" }])
    );
    assert_eq!(out["methodology"]["number"], 1);
    assert_eq!(out["next"]["period"], "2027");
    assert_eq!(out["contact"]["name"], "Segreteria tecnica");
    let kinds: Vec<&str> =
        out["changes"].as_array().expect("a list").iter().map(|change| text(change, "kind")).collect();
    assert_eq!(kinds, ["planned", "confirmed", "published"]);
    let one = anyone.get(&path(&release, "")).send().await.expect(200);
    for member in ["page", "reports", "methodology", "next", "contact"] {
        assert_eq!(one[member], out[member], "{member} of the API");
    }
    let news = news(&anyone, "?state=published").await;
    let entry = news.all("entry")[0];
    let related = entry.all("link").into_iter().find(|link| link.attributes["rel"] == "related").expect("the report");
    assert_eq!(related.attributes["href"], portal.url("/lodi"));
    let content = &entry.only("content").text;
    for said in ["A chi chiedere: Segreteria tecnica", "Come è fatta: ", "Prossima uscita: ", &portal.url("/lodi")] {
        assert!(content.contains(said), "no {said} in {content}");
    }
    let page = read(&anyone, "/rilasci/relazione-territoriale-2026").await;
    let facts = words(&page, ".rc-facts");
    assert!(facts.contains("Come è fatta Scheda di metodo, versione 1 del"), "{facts}");
    assert!(
        facts.contains("Prossima uscita Relazione territoriale sul mercato del lavoro, anno 2027 , marzo 2028"),
        "{facts}"
    );
}

async fn rows(reader: &Client, address: &str) -> Vec<BTreeMap<String, String>> {
    let answer = reader.get(address).send().await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let text = answer.text();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let columns = table.headers().expect("names").clone();
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        columns.iter().map(str::to_owned).zip(row.expect("a row").iter().map(str::to_owned)).collect()
    };
    table.records().map(row).collect()
}

async fn a_cancelled_release_stays_a_moved_one_is_explained_and_a_provisional_one_marked(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let release = confirmed(&desk).await;
    moved(&desk, &release, "2027-04-02").await;
    plan(&desk, "focus", Some("lodi"), "2026", month("2027-04-01")).await;
    let dropped = plan(&desk, "focus", Some("como"), "2026", month("2027-06-01")).await;
    cancelled(&desk, &dropped).await;
    let calendar = anyone.get("/calendar.ics").send().await.text().replace("\r\n ", "");
    for line in ["STATUS:CONFIRMED", "STATUS:TENTATIVE", "STATUS:CANCELLED"] {
        assert_eq!(calendar.matches(line).count(), 1, "{line}");
    }
    assert!(
        calendar.contains("Rinviata da venerdì 19 marzo 2027\\, ore 10.00 a venerdì 2 aprile 2027\\, ore 10.00. Motivo: I dati arrivano tardi"),
        "{calendar}"
    );
    let narrowed = anyone.get("/calendar.ics?observatory=como&lang=en").send().await.text();
    let cancelled_only = anyone.get("/calendar.ics?state=cancelled").send().await.text();
    keep_for_other_readers(&[
        ("feed-moved.ics", &anyone.get("/calendar.ics").send().await.text()),
        ("feed-narrowed.ics", &narrowed),
        ("feed-cancelled.ics", &cancelled_only),
    ]);
    keep_feeds(&anyone, "agenda").await;
    let table = rows(&anyone, "/calendar.csv").await;
    let of = |state: &str| {
        table.iter().find(|row| row["state"] == state).unwrap_or_else(|| panic!("no {state} in {table:?}"))
    };
    let row = of("confirmed");
    assert_eq!((row["day"].as_str(), row["hour"].as_str()), ("2027-04-02", "10:00:00"));
    assert_eq!((row["moved_from_day"].as_str(), row["first_confirmed_day"].as_str()), ("2027-03-19", "2027-03-19"));
    assert_eq!(
        (row["moved_reason_code"].as_str(), row["moved_reason_text"].as_str()),
        ("source_late", "I dati arrivano tardi")
    );
    assert_eq!(of("cancelled")["cancelled_reason_text"], "Cambia la classificazione");
    assert_eq!(
        (of("provisional")["precision"].as_str(), of("provisional")["date_text"].as_str()),
        ("month", "aprile 2027")
    );
    let data = anyone.get("/calendar.json").send().await.expect(200);
    let moved =
        data["releases"].as_array().expect("a list").iter().find(|one| one["state"] == "confirmed").expect("one");
    assert_eq!(moved["flags"]["postponed"], true);
    assert_eq!(moved["changes"][2]["reason"]["text"], "I dati arrivano tardi");
}

async fn no_cell_of_the_table_is_a_formula(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let release = confirmed(&desk).await;
    for (day, reason) in [
        ("2027-04-02", "=HYPERLINK(\"https://male.example\") aprire qui"),
        ("2027-04-09", "+39 02 chiamare la segreteria"),
        ("2027-04-16", "-1 giorno di ritardo accertato"),
        ("2027-04-23", "@SUM(A1:A9) tre parole ancora"),
    ] {
        let now = desk.get(&path(&release, "")).send().await.expect(200);
        let why = json!({ "day": day, "reason_code": "other", "reason_text": reason });
        desk.post(&path(&release, "/move")).if_match(&now["version"]).json(why).send().await.expect(200);
        let table = rows(&app.anonymous(), "/calendar.csv").await;
        assert_eq!(table[0]["moved_reason_text"], format!("'{reason}"));
        for cell in table.iter().flat_map(BTreeMap::values) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}

async fn a_known_feed_costs_one_look_at_the_clock_of_changes(engine: Engine) {
    let (app, desk) = agenda(engine).await;
    let anyone = app.anonymous();
    for feed in FEEDS {
        let address = format!("{feed}?observatory=bergamo&lang=en");
        let first = anyone.get(&address).send().await;
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with('"'), "{tag} is weak");
        assert!(first.header("last-modified").is_some());
        let before = app.services.db.statements().get();
        let again = anyone.get(&address).header("if-none-match", &tag).send().await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (304, Some(tag.as_str())));
        assert_eq!(app.services.db.statements().get(), before + 1, "{feed}");
        let whole = anyone.get(feed).header("if-none-match", &tag).send().await;
        assert_eq!(whole.status.as_u16(), 200, "another address has another content");
    }
    let tag = anyone.get("/calendar.json").send().await.header("etag").expect("a tag").to_owned();
    plan(&desk, "focus", Some("pavia"), "2026", month("2027-04-01")).await;
    assert_eq!(anyone.get("/calendar.json").header("if-none-match", &tag).send().await.status.as_u16(), 200);
}

async fn five_moves_keep_one_identifier_in_every_feed(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let mut release = confirmed(&desk).await;
    for day in ["2027-04-02", "2027-04-09", "2027-04-16", "2027-04-23", "2027-04-30"] {
        release = moved(&desk, &release, day).await;
    }
    let uid = format!("release-{}@raccordo.example", text(&release, "id"));
    let calendar = anyone.get("/calendar.ics").send().await.text().replace("\r\n ", "");
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1);
    assert!(calendar.contains(&format!("UID:{uid}\r\n")), "{calendar}");
    let data = anyone.get("/calendar.json").send().await.expect(200);
    assert_eq!(data["releases"].as_array().expect("a list").len(), 1);
    assert_eq!(data["releases"][0]["uid"], uid);
    assert_eq!(rows(&anyone, "/calendar.csv").await.len(), 1);
    let told = news(&anyone, "").await;
    assert_eq!(titles(&told).iter().filter(|title| title.starts_with("Rinviata")).count(), 5, "each move once");
}

async fn a_release_names_its_next_one_and_how_it_is_made(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let release = confirmed(&desk).await;
    let next = async || {
        let one = app.anonymous().get(&path(&release, "")).send().await.expect(200);
        one["next"]["period"].as_str().map(str::to_owned)
    };
    assert_eq!(next().await, None);
    let far = plan(&desk, "relazione-territoriale", None, "2028", month("2029-03-01")).await;
    assert_eq!(next().await.as_deref(), Some("2028"));
    let near = plan(&desk, "relazione-territoriale", None, "2027", month("2028-03-01")).await;
    assert_eq!(next().await.as_deref(), Some("2027"));
    cancelled(&desk, &near).await;
    assert_eq!(next().await.as_deref(), Some("2028"), "a cancelled one does not come");
    cancelled(&desk, &far).await;
    plan(&desk, "focus", Some("lodi"), "2027", month("2028-03-01")).await;
    assert_eq!(next().await, None, "another product");
}

async fn no_feed_names_a_person(engine: Engine) {
    let world = crate::support::world::World::new(engine).await;
    let anyone = world.app.anonymous();
    for feed in FEEDS {
        let text = anyone.get(feed).send().await.text();
        assert!(text.contains("rilasci"), "{feed} is empty");
        for name in ["Riva", "Capo", "Sala", "ente.example"] {
            assert!(!text.contains(name), "{feed} has {name}");
        }
    }
}
