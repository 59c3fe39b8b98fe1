//! The year 2027 of the Lombardy network, played from the first product to the last withdrawal, and compared with dates
//! worked out by hand.
//!
//! Every act is an HTTP request of the person who does it. The chapters follow one another in one database: `plan` (catalogue,
//! dates, study, adoption), `dates` (confirmed, moved, cancelled), `work` (the contributions to a focus of four provinces with a
//! regional chapter), `out` (publication, correction, withdrawal).

mod dates;
mod out;
mod plan;
mod table;
mod work;

use crate::both_engines;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::portal::Portal;
use crate::support::samples::keep_feeds;
use raccordo::mail::outbox::QUIET;
use serde_json::{Value, json};
use std::cell::RefCell;
use table::Table;

both_engines! {
    the_year_2027_is_played_from_its_first_product_to_its_last_withdrawal,
}

/// Address of the second person of the secretariat.
const LEA: &str = "lea.pari@ente.example";

/// All observatories with a contribution to the focus.
const OF_FOCUS: [&str; 5] = ["bergamo", "brescia", "cremona", "mantova", "regionale"];

/// The network during the year.
struct Year {
    app: TestApp,
    portal: Portal,
    table: Table,
    desk: Client,
    /// Second person of the secretariat, who accepts what the first one handed in.
    lea: Client,
    /// The secretariat's browser.
    browser: RefCell<Client>,
}

async fn the_year_2027_is_played_from_its_first_product_to_its_last_withdrawal(engine: Engine) {
    let year = Year::new(engine).await;
    year.the_calendar_of_each_territory_is_that_of_the_table().await;
    year.the_catalogue_is_edited().await;
    year.dates_are_proposed_and_accepted().await;
    year.an_observatory_declares_a_study().await;
    year.the_table_adopts_the_agenda().await;
    year.dates_are_confirmed().await;
    year.a_date_is_moved_five_times().await;
    year.a_release_is_cancelled().await;
    year.a_note_is_kept_back_until_its_chapters_are_there().await;
    year.the_focus_is_written_reviewed_and_read().await;
    year.the_focus_comes_out_and_is_seen().await;
    year.the_focus_is_corrected().await;
    year.the_note_is_withdrawn().await;
    keep_feeds(&year.app.anonymous(), "year").await;
    year.the_trail_is_unbroken().await;
}

impl Year {
    /// The network at the end of November 2026, with a referent in every observatory.
    async fn new(engine: Engine) -> Self {
        let portal = Portal::start().await;
        let app = TestApp::with_config(engine, portal.config()).await;
        app.at("2026-11-30 10:00");
        let (desk, table) = (app.client(SECRETARIAT).await, Table::read());
        let designate = async |seat: &str, given: &str, family: &str| {
            let who = Designation::of(seat).to(given, family);
            let who = who.from("2026-11-30").by_act_of("2026-11-20").communicated_on("2026-11-25");
            desk.post("/api/v1/designations").json(who.json()).send().await.expect(201);
        };
        designate("secretariat:regione-lombardia", "Lea", "Pari").await;
        let territorial = table.territory.iter().map(|one| one.observatory.as_str());
        for code in territorial.chain(["regionale"]) {
            designate(&format!("referent:{code}"), "Ada", &code.replace('-', "")).await;
        }
        app.mails().await;
        let (lea, browser) = (app.client(LEA).await, RefCell::new(app.browser(SECRETARIAT).await));
        Self { app, portal, table, desk, lea, browser }
    }

    async fn get(&self, path: &str) -> Value {
        self.desk.get(path).send().await.expect(200)
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        self.get(path).await["items"].as_array().expect("a list").clone()
    }

    /// Sends an act on a record at its present version.
    async fn act(&self, client: &Client, path: &str, verb: &str, body: Value) -> Answer {
        let version = self.get(path).await["version"].clone();
        client.post(&format!("{path}/{verb}")).if_match(version).json(body).send().await
    }

    /// Moves the clock and signs the secretariat in again, because a session does not outlast weeks.
    async fn at(&self, wall: &str) {
        self.app.at(wall);
        let browser = self.app.browser(SECRETARIAT).await;
        self.browser.replace(browser);
    }

    fn browser(&self) -> Client {
        self.browser.borrow().clone()
    }

    /// Reads a page as the secretariat.
    async fn page(&self, path: &str) -> String {
        let answer = self.browser().get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// Reads a page as the public.
    async fn public(&self, path: &str) -> String {
        let answer = self.app.anonymous().get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// Returns the address in the API of the release of a product about a period.
    async fn release(&self, product: &str, period: &str) -> String {
        let all = self.items(&format!("/api/v1/releases?product={product}&limit=100")).await;
        let found = all.iter().find(|one| one["period"] == period).unwrap_or_else(|| panic!("no {product} {period}"));
        format!("/api/v1/releases/{}", text(found, "id"))
    }

    /// Returns the address in the API of the contribution of an observatory to a release.
    async fn contribution(&self, release: &str, observatory: &str) -> String {
        let id = id_of(release);
        let all = self.items(&format!("/api/v1/deliverables?release={id}&observatory={observatory}")).await;
        assert_eq!(all.len(), 1, "{observatory} owes one contribution");
        format!("/api/v1/deliverables/{}", text(&all[0], "id"))
    }

    async fn referent(&self, observatory: &str) -> Client {
        self.app.client(&address(observatory)).await
    }

    /// Lets the quiet time pass and returns the recipients of the mails of one kind, sorted.
    async fn told(&self, kind: &str) -> Vec<String> {
        self.app.advance(QUIET);
        let mails = self.app.mails().await;
        let mut told: Vec<String> = mails.into_iter().filter(|mail| mail.kind == kind).map(|mail| mail.to).collect();
        told.sort();
        told
    }

    /// Returns the entry of a release in the public feed, with its lines unfolded.
    async fn entry(&self, release: &str) -> String {
        let feed = self.app.anonymous().get("/calendar.ics").send().await.text().replace("\r\n ", "");
        let entries: Vec<&str> = feed.split("BEGIN:VEVENT").filter(|part| part.contains(id_of(release))).collect();
        assert_eq!(entries.len(), 1, "one entry for each release");
        entries[0].to_owned()
    }

    async fn the_trail_is_unbroken(&self) {
        let key = self.app.services.config.security.audit_key.reveal().as_bytes();
        let head = raccordo::audit::verify::verify(self.app.services.db.reader(), key, None).await;
        assert!(head.expect("it can be read").is_ok());
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn address(observatory: &str) -> String {
    format!("ada.{}@ente.example", observatory.replace('-', ""))
}

/// Returns the addresses of the referents of these observatories, sorted.
fn addresses<'a>(observatories: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = observatories.into_iter().map(address).collect();
    all.sort();
    all
}

/// Returns the value of a property in an entry of a feed.
fn property<'a>(entry: &'a str, name: &str) -> &'a str {
    let found = entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    found.unwrap_or_else(|| panic!("no {name} in {entry}"))
}

fn reason(day: &str, code: &str, text: &str) -> Value {
    json!({ "day": day, "reason_code": code, "reason_text": text })
}
