//! People of the network find each other: who sees whom on the pages of bodies and observatories, on the board of seats and
//! among the contacts of the API.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, designate};
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use scraper::{ElementRef, Html, Selector};
use serde_json::json;

both_engines! {
    those_who_hold_a_seat_find_referents_deputies_and_managers_of_other_bodies_and_nobody_else_does,
    the_board_shows_each_state_of_a_seat,
}

on_sqlite! {
    the_board_shows_readers_of_another_body_the_contacts_only,
    people_and_seats_are_one_line_of_the_menu_with_tabs_for_each_reader,
    a_partner_is_not_told_that_there_is_nothing_where_there_is_something,
}

const REFERENT: &str = "ada.riva@ente.example";
const MANAGER: &str = "elio.capo@ente.example";
const PARTNER: &str = "pia.neri@ente.example";
const COLLEAGUE: &str = "ugo.sala@ente.example";

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

async fn page(reader: &Client, path: &str) -> Html {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    Html::parse_document(&answer.text())
}

fn main_of(page: &Html) -> String {
    all(page, "main").into_iter().map(words).collect()
}

/// Fills the seats of Bergamo, and that of the referent of Como.
async fn peopled(engine: Engine) -> TestApp {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (seat, given, family) in [
        ("referent:bergamo", "Ada", "Riva"),
        ("deputy:bergamo", "Bea", "Vice"),
        ("body_manager:provincia-bergamo", "Elio", "Capo"),
        ("referent:como", "Ugo", "Sala"),
    ] {
        designate(&secretariat, Designation::of(seat).to(given, family)).await;
    }
    let partner = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
    designate(&secretariat, partner).await;
    app
}

async fn those_who_hold_a_seat_find_referents_deputies_and_managers_of_other_bodies_and_nobody_else_does(
    engine: Engine,
) {
    const EVERYBODY: [&str; 4] = ["Ada Riva", "Bea Vice", "Elio Capo", "Pia Neri"];
    let app = peopled(engine).await;
    let body = "/network/bodies/provincia-bergamo";
    let own: &[&str] = &EVERYBODY;
    let contacts = &EVERYBODY[..3];
    for (reader, found) in [(SECRETARIAT, own), (REFERENT, own), (MANAGER, own), (COLLEAGUE, contacts), (PARTNER, &[])]
    {
        let client = app.client(reader).await;
        let shown = main_of(&page(&client, body).await);
        for name in EVERYBODY {
            assert_eq!(shown.contains(name), found.contains(&name), "{reader} looks for {name}: {shown}");
        }
        let answered = client.get("/api/v1/contacts?body=provincia-bergamo").send().await.expect(200);
        let listed: Vec<&str> = answered["items"]
            .as_array()
            .expect("contacts")
            .iter()
            .map(|one| one["family_name"].as_str().expect("a name"))
            .collect();
        let expected = if reader == PARTNER { &EVERYBODY[3..] } else { found };
        assert_eq!(listed.len(), expected.len(), "{reader}: {listed:?}");
        assert!(expected.iter().all(|name| listed.iter().any(|family| name.ends_with(family))), "{reader}: {listed:?}");
    }
    let stranger = app.anonymous();
    let shown = main_of(&page(&stranger, body).await);
    assert!(EVERYBODY.iter().all(|name| !shown.contains(name)) && !shown.contains("ente.example"), "{shown}");
    stranger.get("/api/v1/contacts").send().await.refused(401, "unauthenticated");

    let seen = page(&app.client(COLLEAGUE).await, "/network/observatories/bergamo").await;
    assert_eq!(all(&seen, &format!("a[href='mailto:{REFERENT}']")).len(), 1, "the office address");
    assert!(all(&seen, "main a[href^='/designations/']").is_empty(), "the act is for the own body");
    assert!(!main_of(&seen).contains("dall’11 gennaio 2027"), "so is the term");
    let privacy = main_of(&page(&stranger, "/privacy").await);
    assert!(privacy.contains("Nome, incarico e indirizzo d’ufficio di referenti, supplenti e dirigenti"), "{privacy}");
}

/// Returns the row of a body on the board, cell by cell.
fn row(board: &Html, body: &str) -> Vec<String> {
    let rows = all(board, ".rc-table tbody tr");
    let row = rows.into_iter().find(|row| words(*row).starts_with(body)).unwrap_or_else(|| panic!("no row of {body}"));
    row.select(&Selector::parse("td").expect("a selector")).map(words).collect()
}

async fn the_board_shows_each_state_of_a_seat(engine: Engine) {
    let app = peopled(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:lodi").to("Lea", "Fine").until("2027-02-28")).await;
    designate(&secretariat, Designation::of("body_manager:provincia-lodi").to("Nino", "Poi").from("2027-03-01")).await;
    let away = designate(&secretariat, Designation::of("referent:lecco").to("Ezio", "Via")).await;
    let path = format!("/api/v1/designations/{}/unavailabilities", away["id"].as_str().expect("an id"));
    let absence = json!({ "from": "2027-01-11", "to": "2027-01-15", "mode": "can_finish" });
    secretariat.post(&path).if_match(&away["version"]).json(absence).send().await.expect(201);

    let board = page(&secretariat, "/designations").await;
    assert_eq!(all(&board, ".rc-table tbody tr").len(), 13);
    let bergamo = row(&board, "Provincia di Bergamo");
    assert_eq!(bergamo, ["Ada Riva In vigore", "Bea Vice In vigore", "Elio Capo In vigore", "Pia Neri In vigore"]);
    let lodi = row(&board, "Provincia di Lodi");
    let (ending, vacant, announced) = (&lodi[0], &lodi[1], &lodi[2]);
    assert_eq!(ending, "Lea Fine In scadenza fino al 28 febbraio 2027");
    assert_eq!(vacant, "Nessuno Designa", "a deputy is optional");
    assert_eq!(announced, "Nino Poi Annunciata dal 1° marzo 2027 Vacante Designa");
    assert_eq!(row(&board, "Provincia di Lecco")[0], "Ezio Via Indisponibile fino al 15 gennaio 2027");
    let colour = |kind: &str| all(&board, &format!(".rc-table .rc-badge-{kind}")).len();
    assert!(["success", "warning", "danger", "info"].into_iter().all(|kind| colour(kind) > 0), "colours beside words");
    assert!(main_of(&board).contains("Segreteria tecnica In vigore"), "the seats above the bodies");

    app.at("2027-03-01 09:00");
    let board = page(&secretariat, "/designations").await;
    let lodi = row(&board, "Provincia di Lodi");
    assert_eq!((lodi[0].as_str(), lodi[2].as_str()), ("Vacante Designa", "Nino Poi In vigore"));
    assert_eq!(row(&board, "Provincia di Lecco")[0], "Ezio Via In vigore", "back");
}

async fn the_board_shows_readers_of_another_body_the_contacts_only(engine: Engine) {
    let app = peopled(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:lodi").to("Lea", "Fine").until("2027-02-28")).await;
    designate(&secretariat, Designation::of("body_manager:provincia-lodi").to("Nino", "Poi").from("2027-03-01")).await;
    let board = page(&app.client(COLLEAGUE).await, "/designations").await;
    assert_eq!(
        row(&board, "Provincia di Bergamo"),
        ["Ada Riva In vigore", "Bea Vice In vigore", "Elio Capo In vigore", ""]
    );
    assert_eq!(row(&board, "Provincia di Lodi"), ["Lea Fine In vigore", "Nessuno", "Vacante", ""], "no coming change");
    assert_eq!(row(&board, "Provincia di Como")[3], "Nessuno", "of the own body everything");
    assert!(!main_of(&board).contains("Segreteria tecnica In vigore"));
    assert!(main_of(&board).contains("Una casella vuota riguarda"));
    assert!(!main_of(&page(&secretariat, "/designations").await).contains("Una casella vuota riguarda"));
    let partner = page(&app.client(PARTNER).await, "/designations").await;
    assert_eq!(all(&partner, ".rc-table tbody tr").len(), 1);
    assert_eq!(row(&partner, "Provincia di Bergamo"), ["", "", "", "Pia Neri In vigore"]);
}

async fn people_and_seats_are_one_line_of_the_menu_with_tabs_for_each_reader(engine: Engine) {
    let app = peopled(engine).await;
    let hrefs = |page: &Html, selector: &str| -> Vec<String> {
        all(page, selector).iter().filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    };
    for (reader, tabs) in [
        (SECRETARIAT, &["/designations", "/designations/list", "/radar", "/dossier"][..]),
        (REFERENT, &["/designations", "/designations/list", "/dossier"]),
    ] {
        let client = app.client(reader).await;
        for tab in tabs {
            let shown = page(&client, tab).await;
            assert_eq!(hrefs(&shown, ".rc-tabs a"), tabs, "{reader} on {tab}");
            assert_eq!(hrefs(&shown, ".rc-tabs a[aria-current=page]"), [*tab], "{reader}");
            assert_eq!(hrefs(&shown, "#navigation a[aria-current=page]"), ["/designations"], "{reader} on {tab}");
            let menu = hrefs(&shown, "#navigation a");
            assert!(!menu.iter().any(|href| href == "/radar" || href == "/dossier"), "{menu:?}");
        }
        assert!(hrefs(&page(&client, "/network").await, ".rc-tabs a").is_empty());
    }
}

async fn a_partner_is_not_told_that_there_is_nothing_where_there_is_something(engine: Engine) {
    let app = peopled(engine).await;
    let said = main_of(&page(&app.client(PARTNER).await, "/dossier").await);
    for untrue in ["Il Tavolo non ha ancora preso decisioni", "Per ora nessun’altra persona è designata qui"] {
        assert!(!said.contains(untrue), "{said}");
    }
    let own = main_of(&page(&app.client(REFERENT).await, "/dossier").await);
    assert!(own.contains("Il Tavolo non ha ancora preso decisioni") && own.contains("Bea Vice"), "{own}");
}
