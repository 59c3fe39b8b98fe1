//! The review in rounds: remarks with their answers, the holder of the ball, the checklist, peer readings, and what the
//! edition before left.

use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, confirmed};
use crate::support::db::Engine;
use crate::support::forms::{form, links};
use crate::{both_engines, on_sqlite};
use raccordo::due::Asked;
use raccordo::reviews::due;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

both_engines! {
    a_contribution_is_accepted_once_every_remark_is_settled,
    a_person_does_not_accept_what_the_same_person_handed_in,
    the_ball_has_one_holder_and_the_days_of_all_holders_add_up,
    a_chapter_begins_with_what_the_edition_before_left,
    a_peer_reader_reads_from_the_acceptance_on_and_nothing_else,
    referents_read_what_is_accepted_only_in_a_network_that_shares_it,
}

on_sqlite! {
    the_review_is_played_on_pages,
    a_reading_is_refused_in_one_press_and_delivered_without_remarks,
    changes_are_requested_with_a_remark,
    remarks_are_due_by_working_days_of_the_province,
    the_secretariat_is_reminded_once_the_last_chapter_is_in,
    a_release_says_what_blocks_it_today,
}

const ADA: &str = "ada.riva@ente.example";
const UGO: &str = "ugo.sala@ente.example";
const LEA: &str = "lea.pari@ente.example";
const TEXT: &str = "https://provincia.example/relazione.pdf";

/// Referents of Bergamo and Como, two people in the secretariat, and the contribution of Bergamo to a release.
struct Story {
    app: TestApp,
    desk: Client,
    lea: Client,
    ada: Client,
    ugo: Client,
    /// Address of Bergamo's contribution in the API.
    contribution: String,
}

impl Story {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        app.at("2027-02-01 09:00");
        let desk = app.client(SECRETARIAT).await;
        for designation in [
            Designation::of("referent:bergamo").to("Ada", "Riva"),
            Designation::of("referent:como").to("Ugo", "Sala"),
            Designation::of("secretariat:regione-lombardia").to("Lea", "Pari"),
        ] {
            desk.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
        }
        confirmed(&desk, "2026", "2027-03-19").await;
        let contribution = contribution(&desk, "bergamo", 0).await;
        let (lea, ada, ugo) = (app.client(LEA).await, app.client(ADA).await, app.client(UGO).await);
        Self { app, desk, lea, ada, ugo, contribution }
    }

    /// Sends a change of a record at its present version.
    async fn act(&self, client: &Client, path: &str, verb: &str, body: Value) -> Answer {
        let version = self.desk.get(path).send().await.expect(200)["version"].clone();
        let asked = client.post(&format!("{path}/{verb}")).if_match(version);
        if body.is_null() { asked.send().await } else { asked.json(body).send().await }
    }

    async fn on(&self, client: &Client, verb: &str, body: Value) -> Answer {
        self.act(client, &self.contribution.clone(), verb, body).await
    }

    async fn submit(&self, client: &Client) {
        self.on(client, "submit", json!({ "link": TEXT })).await.expect(200);
    }

    /// Writes a remark. Returns its address.
    async fn remark(&self, body: Value) -> String {
        let made = self.desk.post(&format!("{}/remarks", self.contribution)).json(body).send().await.expect(201);
        format!("/api/v1/remarks/{}", text(&made, "id"))
    }

    /// Asks Como to read. Returns the address of the reading.
    async fn ask(&self) -> String {
        let body = json!({ "observatory": "como", "due_day": "2027-02-26", "note": "I dati di confine" });
        let made = self.desk.post(&format!("{}/peer-readings", self.contribution)).json(body).send().await.expect(201);
        format!("/api/v1/peer-readings/{}", text(&made, "id"))
    }

    async fn review(&self) -> Value {
        self.desk.get(&format!("{}/review", self.contribution)).send().await.expect(200)
    }

    async fn ball(&self) -> (String, i64) {
        let ball = self.review().await["ball"].clone();
        (text(&ball, "holder"), ball["working_days"].as_i64().expect("a number"))
    }

    fn page(&self) -> String {
        self.contribution.replace("/api/v1", "")
    }
}

async fn contribution(desk: &Client, observatory: &str, at: usize) -> String {
    let list = desk.get(&format!("/api/v1/deliverables?observatory={observatory}")).send().await.expect(200);
    format!("/api/v1/deliverables/{}", text(&list["items"][at], "id"))
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}")).to_owned()
}

async fn read(client: &Client, path: &str) -> String {
    let answer = client.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.text()
}

async fn a_contribution_is_accepted_once_every_remark_is_settled(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    let first = story.remark(json!({ "part": "Capitolo 3", "text": "Manca la tavola" })).await;
    let second = story.remark(json!({ "text": "Citare le fonti", "due_day": "2027-02-12" })).await;
    story.ada.post(&format!("{first}/accept")).if_match(1).send().await.refused(403, "denied");
    story.ugo.get(&first).send().await.refused(404, "not_found");
    story.on(&story.desk, "request-changes", json!({})).await.expect(200);
    let sent_back = story.ada.get(&story.contribution).send().await.expect(200);
    let told = "1. Capitolo 3: Manca la tavola\n2. Citare le fonti";
    assert_eq!(sent_back["submissions"][0]["remarks"], told, "the mail tells them all");

    let declined = json!({ "done": false });
    story.act(&story.ada, &second, "answer", declined).await.refused(422, "reason_missing");
    let declined = json!({ "done": false, "text": "Le fonti sono già nella nota 2" });
    story.act(&story.ada, &second, "answer", declined.clone()).await.expect(200);
    story.act(&story.ada, &second, "answer", declined).await.refused(409, "wrong_transition");
    story.act(&story.desk, &first, "answer", json!({ "done": true })).await.expect(200);
    story.submit(&story.ada).await;
    story.on(&story.desk, "approve", Value::Null).await.refused(409, "remarks_open");
    story.act(&story.desk, &second, "reject", json!({ "text": " " })).await.refused(422, "reason_missing");
    story.act(&story.desk, &second, "reject", json!({ "text": "Servono nel testo" })).await.expect(200);
    story.act(&story.desk, &first, "accept", Value::Null).await.expect(200);
    let review = story.review().await;
    assert_eq!(review["before_acceptance"]["blocking"], json!(["remarks_open"]));
    assert_eq!(review["rounds"].as_array().map(Vec::len), Some(2));
    assert_eq!(review["rounds"][0]["remarks"], json!([1, 2]));
    let steps = &review["remarks"][1]["steps"];
    assert_eq!((&steps[0]["kind"], &steps[1]["kind"]), (&json!("declined"), &json!("rejected")));
    assert_eq!(steps[1]["text"], "Servono nel testo");
    story.act(&story.desk, &second, "carry", Value::Null).await.expect(200);
    let accepted = story.on(&story.desk, "approve", Value::Null).await.expect(200);
    assert_eq!(accepted["state"], "approved");
    let late = story.desk.post(&format!("{}/remarks", story.contribution)).json(json!({ "text": "Tardi" }));
    late.send().await.refused(409, "wrong_transition");
    story.act(&story.desk, &first, "carry", Value::Null).await.refused(409, "wrong_transition");
    // The secretariat entered one answer for the province, and the trace says so.
    let page = read(&story.app.browser(SECRETARIAT).await, &story.page()).await;
    assert!(page.contains("per conto di") && page.contains("Provincia di Bergamo"), "{page}");
}

async fn a_person_does_not_accept_what_the_same_person_handed_in(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.desk).await;
    story.on(&story.desk, "approve", Value::Null).await.refused(409, "own_submission");
    assert_eq!(story.review().await["before_acceptance"]["blocking"], json!(["own_submission"]));
    let desk = story.app.browser(SECRETARIAT).await;
    let (page, approve) = (read(&desk, &story.page()).await, format!("{}/approve", story.page()));
    assert!(
        !links(&page).contains(&approve) && page.contains("L’ha consegnato lei")
            || page.contains("l’ha consegnato lei")
    );
    let asked = read(&desk, &approve).await;
    assert!(asked.contains("Lo approva un’altra persona"), "{asked}");
    assert!(!asked.contains("<button class=\"btn btn-primary\">Approva"), "no button that will refuse");
    assert_eq!(story.on(&story.lea, "approve", Value::Null).await.expect(200)["state"], "approved");
}

async fn the_ball_has_one_holder_and_the_days_of_all_holders_add_up(engine: Engine) {
    let story = Story::new(engine).await;
    assert_eq!(story.ball().await, ("observatory".to_owned(), 0));
    story.app.at("2027-02-08 10:00");
    assert_eq!(story.ball().await, ("observatory".to_owned(), 5), "a week of work");
    story.submit(&story.ada).await;
    assert_eq!(story.ball().await, ("secretariat".to_owned(), 0));
    story.app.at("2027-02-10 10:00");
    let reading = story.ask().await;
    let ball = story.review().await["ball"].clone();
    assert_eq!(
        (&ball["holder"], &ball["name"]),
        (&json!("peer_reader"), &json!("Osservatorio del mercato del lavoro di Como"))
    );
    story.app.at("2027-02-15 10:00");
    story.act(&story.ugo, &reading, "accept", Value::Null).await.expect(200);
    assert_eq!(story.ball().await, ("peer_reader".to_owned(), 3), "from Wednesday to Monday");
    story.act(&story.ugo, &reading, "deliver", json!({})).await.expect(200);
    story.app.at("2027-02-16 10:00");
    story.on(&story.desk, "approve", Value::Null).await.expect(200);
    story.app.at("2027-02-26 10:00");
    let review = story.review().await;
    assert_eq!(review["ball"]["holder"], "nobody", "it waits for its release");
    let held: Vec<(String, i64)> = review["held"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(one, "holder"), one["working_days"].as_i64().expect("a number")))
        .collect();
    let expected = [("observatory", 5), ("secretariat", 3), ("peer_reader", 3)];
    assert_eq!(held, expected.map(|(holder, days)| (holder.to_owned(), days)));
    assert_eq!(review["elapsed_working_days"], 11, "they add up");
}

async fn a_chapter_begins_with_what_the_edition_before_left(engine: Engine) {
    let story = Story::new(engine).await;
    assert!(story.review().await.get("last_time").is_none(), "the first edition");
    story.submit(&story.ada).await;
    let left = story.remark(json!({ "part": "Capitolo 2", "text": "Confrontare con il Ticino" })).await;
    story.act(&story.desk, &left, "carry", Value::Null).await.expect(200);
    let settled = story.remark(json!({ "text": "Un refuso a pagina 4" })).await;
    story.act(&story.desk, &settled, "accept", Value::Null).await.expect(200);
    story.app.at("2027-02-10 10:00");
    story.on(&story.desk, "approve", Value::Null).await.expect(200);
    let sheet = json!({ "text_it": "Ora con ATECO 2025.", "lists": [], "from_period": "2027" });
    story.desk.post("/api/v1/products/relazione-territoriale/sheets").json(sheet).send().await.expect(201);
    confirmed(&story.desk, "2027", "2028-03-21").await;
    let next = contribution(&story.desk, "bergamo", 1).await;
    let review = story.ada.get(&format!("{next}/review")).send().await.expect(200);
    let last = &review["last_time"];
    assert_eq!((&last["period"], &last["working_days"]), (&json!("2026"), &json!(7)));
    assert_eq!(last["carried"].as_array().map(Vec::len), Some(1), "what was settled is not carried");
    assert_eq!(last["carried"][0]["text"], "Confrontare con il Ticino");
    assert_eq!((last.get("sheet"), &review["sheet"]), (None, &json!(1)), "the sheet is new");
    let page = read(&story.app.browser(ADA).await, &next.replace("/api/v1", "")).await;
    assert!(page.contains("L’ultima volta") && page.contains("Confrontare con il Ticino"), "{page}");
    assert!(page.contains("La scheda di metodo è nuova: versione 1."), "{page}");
}

async fn a_peer_reader_reads_from_the_acceptance_on_and_nothing_else(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    let own = json!({ "observatory": "bergamo" });
    let readings = format!("{}/peer-readings", story.contribution);
    story.desk.post(&readings).json(own).send().await.refused(422, "reads_own");
    let past = json!({ "observatory": "como", "due_day": "2027-01-29" });
    story.desk.post(&readings).json(past).send().await.refused(422, "day_in_past");
    story.ada.post(&readings).json(json!({ "observatory": "como" })).send().await.refused(403, "denied");
    let reading = story.ask().await;
    story.desk.post(&readings).json(json!({ "observatory": "lodi" })).send().await.refused(409, "reading_open");
    let seen = async || story.ugo.get(&story.contribution).send().await.status.as_u16();
    assert_eq!(seen().await, 404, "asked, it does not read yet");
    assert_eq!(story.ugo.get(&reading).send().await.expect(200)["state"], "asked");
    assert_eq!(story.ugo.get("/api/v1/peer-readings").send().await.expect(200)["items"][0]["reader"], "como");
    story.act(&story.ada, &reading, "accept", Value::Null).await.refused(403, "denied");
    story.act(&story.ugo, &reading, "accept", Value::Null).await.expect(200);
    assert_eq!(seen().await, 200, "accepted, it reads");
    let listed = story.ugo.get("/api/v1/deliverables?observatory=bergamo").send().await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "and finds it in its list");
    let other = contribution(&story.desk, "lodi", 0).await;
    story.ugo.get(&other).send().await.refused(404, "not_found");
    story.on(&story.ugo, "submit", json!({ "link": TEXT })).await.refused(403, "denied");
    let remarks =
        json!({ "remarks": [{ "part": "Capitolo 2", "text": "Manca il confine" }, { "text": "Ottimo il resto" }] });
    story.act(&story.ugo, &reading, "deliver", remarks).await.expect(200);
    let review = story.ada.get(&format!("{}/review", story.contribution)).send().await.expect(200);
    assert_eq!(
        (&review["remarks"][0]["text"], &review["remarks"][0]["is_of_peer_reader"]),
        (&json!("Manca il confine"), &json!(true))
    );
    assert_eq!(review["peer_readings"][0]["state"], "delivered");
    assert_eq!(seen().await, 200, "what was read stays readable");
    story.act(&story.ugo, &reading, "deliver", json!({})).await.refused(409, "wrong_transition");
}

async fn referents_read_what_is_accepted_only_in_a_network_that_shares_it(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    let seen = async || story.ugo.get(&story.contribution).send().await.status.as_u16();
    let share = async |value: &str| {
        let row = format!("INSERT INTO setting (key, value, updated_at) VALUES ('contributions.shared', '{value}', 0)");
        let db = story.app.services.db.writer();
        db.execute_unprepared("DELETE FROM setting WHERE key = 'contributions.shared'").await.expect("written");
        db.execute_unprepared(&row).await.expect("written");
    };
    share("true").await;
    assert_eq!(seen().await, 404, "not accepted yet");
    story.on(&story.desk, "approve", Value::Null).await.expect(200);
    assert_eq!(seen().await, 200, "accepted and shared");
    story.ugo.get(&format!("{}/review", story.contribution)).send().await.refused(403, "denied");
    let page = read(&story.app.browser(UGO).await, &story.page()).await;
    assert!(!page.contains("Osservazioni"), "the review is not shared");
    share("false").await;
    assert_eq!(seen().await, 404);
}

async fn the_review_is_played_on_pages(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    let (desk, ada) = (story.app.browser(SECRETARIAT).await, story.app.browser(ADA).await);
    let page = story.page();
    let shown = read(&desk, &page).await;
    assert!(shown.contains("Tocca alla segreteria tecnica") && shown.contains("da oggi"), "{shown}");
    assert!(shown.contains("Prima di approvare") && shown.contains("scheda di metodo"), "the checklist: {shown}");
    let new = format!("{page}/remarks/new");
    let written = form(&read(&desk, &new).await, &new).with(&[("part", "Capitolo 3"), ("text", "Manca la tavola 3")]);
    assert_eq!(led_to(&written.send(&desk).await), (303, Some(&*page)));
    let changes = format!("{page}/request_changes");
    let asked = read(&desk, &changes).await;
    assert!(asked.contains("1. Capitolo 3: Manca la tavola 3"), "{asked}");
    assert_eq!(led_to(&form(&asked, &changes).send(&desk).await), (303, Some(&*page)));

    let remark = story.review().await["remarks"][0]["id"].as_str().expect("an id").to_owned();
    let answer = format!("/remarks/{remark}/answer");
    let shown = read(&ada, &page).await;
    assert!(links(&shown).contains(&answer) && shown.contains("Tocca a:"), "{shown}");
    let empty = form(&read(&ada, &answer).await, &answer).send(&ada).await;
    assert_eq!(empty.status.as_u16(), 422, "a choice is needed");
    let answered = form(&read(&ada, &answer).await, &answer).with(&[("answer", "done"), ("text", "Aggiunta")]);
    assert_eq!(led_to(&answered.send(&ada).await), (303, Some(&*page)));
    story.submit(&story.ada).await;
    let (accept, reject) = (format!("/remarks/{remark}/accept"), format!("/remarks/{remark}/reject"));
    let shown = read(&desk, &page).await;
    assert!(links(&shown).contains(&reject) && shown.contains("Ada Riva"), "{shown}");
    let approve = format!("{page}/approve");
    assert!(read(&desk, &approve).await.contains("Ci sono osservazioni aperte"));
    assert_eq!(led_to(&form(&shown, &accept).send(&desk).await), (303, Some(&*page)));
    let accepted = form(&read(&desk, &approve).await, &approve).send(&desk).await;
    assert_eq!(led_to(&accepted), (303, Some(&*page)));
    let shown = read(&ada, &page).await;
    assert!(shown.contains("Non tocca a nessuno") && shown.contains("Quanto tempo è stato di ciascuno"), "{shown}");
}

fn led_to(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status.as_u16(), answer.header("location"))
}

async fn a_reading_is_refused_in_one_press_and_delivered_without_remarks(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    let (desk, ugo) = (story.app.browser(SECRETARIAT).await, story.app.browser(UGO).await);
    let new = format!("{}/readings/new", story.page());
    let ask = form(&read(&desk, &new).await, &new).with(&[("observatory", "como"), ("note", "I dati di confine")]);
    assert_eq!(led_to(&ask.send(&desk).await), (303, Some(&*story.page())));
    let reading = |review: &Value, at: usize| format!("/readings/{}", text(&review["peer_readings"][at], "id"));
    let first = reading(&story.review().await, 0);
    let asked = read(&ugo, &first).await;
    assert!(asked.contains("I dati di confine") && !links(&asked).contains(&story.page()), "{asked}");
    let refused = form(&asked, &format!("{first}/refuse")).send(&ugo).await;
    assert_eq!(led_to(&refused), (303, Some(&*first)), "no reason is asked");
    assert_eq!(story.ball().await.0, "secretariat");
    assert_eq!(led_to(&ask.with(&[("note", "Ancora")]).send(&desk).await).0, 303);
    let second = reading(&story.review().await, 1);
    let accepted = form(&read(&ugo, &second).await, &format!("{second}/accept")).send(&ugo).await;
    assert_eq!(led_to(&accepted), (303, Some(&*second)));
    let deliver = format!("{second}/deliver");
    let page = read(&ugo, &second).await;
    assert!(links(&page).contains(&story.page()), "{page}");
    assert!(read(&ugo, &story.page()).await.contains(TEXT), "the text can be read");
    assert_eq!(led_to(&form(&page, &deliver).send(&ugo).await), (303, Some(&*second)));
    let review = story.review().await;
    assert_eq!(
        (&review["peer_readings"][1]["state"], review["remarks"].as_array().map(Vec::len)),
        (&json!("delivered"), Some(0))
    );
}

async fn changes_are_requested_with_a_remark(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    story.on(&story.desk, "request-changes", json!({})).await.refused(422, "reason_missing");
    let quick = json!({ "remarks": "Manca la tavola 3" });
    story.on(&story.desk, "request-changes", quick).await.expect(200);
    let review = story.review().await;
    assert_eq!(
        (&review["remarks"][0]["number"], &review["remarks"][0]["text"]),
        (&json!(1), &json!("Manca la tavola 3"))
    );
    let sent_back = story.ada.get(&story.contribution).send().await.expect(200);
    assert_eq!(sent_back["submissions"][0]["remarks"], "Manca la tavola 3", "one remark is told without its number");
}

async fn remarks_are_due_by_working_days_of_the_province(engine: Engine) {
    let story = Story::new(engine).await;
    story.submit(&story.ada).await;
    story.remark(json!({ "text": "Citare le fonti", "due_day": "2027-02-20" })).await;
    story.on(&story.desk, "request-changes", json!({ "remarks": "Manca la tavola 3" })).await.expect(200);
    let review = story.review().await;
    assert_eq!(review["remarks"][1]["due_day"], "2027-02-08", "five working days from Monday 1 February");
    let upto = |day: &str| Asked::UpTo(day.parse().expect("a day"));
    let db = story.app.services.db.reader();
    assert!(due::obligations(&story.app.system(), db, upto("2027-02-07")).await.expect("read").is_empty());
    let owed = due::obligations(&story.app.system(), db, upto("2027-02-08")).await.expect("read");
    assert_eq!(owed.len(), 1, "the earliest remark calls");
    assert_eq!(owed[0].due_day.to_string(), "2027-02-08");
}

/// Makes the product one that appears on one page for all observatories.
async fn make_joint(story: &Story) {
    let joint = "UPDATE product SET scope = 'joint' WHERE code = 'relazione-territoriale'";
    story.app.services.db.writer().execute_unprepared(joint).await.expect("written");
}

async fn the_secretariat_is_reminded_once_the_last_chapter_is_in(engine: Engine) {
    let story = Story::new(engine).await;
    make_joint(&story).await;
    let all = story.desk.get("/api/v1/deliverables?limit=200").send().await.expect(200);
    let all: Vec<String> = all["items"].as_array().expect("a list").iter().map(|one| text(one, "id")).collect();
    let path = |id: &String| format!("/api/v1/deliverables/{id}");
    let (last, others) = all.split_last().expect("twelve chapters");
    let db = story.app.services.db.reader();
    let owed = async || {
        let upto = Asked::UpTo("2027-12-31".parse().expect("a day"));
        due::obligations(&story.app.system(), db, upto)
            .await
            .expect("read")
            .into_iter()
            .map(|one| one.due_day.to_string())
            .collect::<Vec<_>>()
    };
    for id in others {
        story.act(&story.desk, &path(id), "submit", json!({ "link": TEXT })).await.expect(200);
    }
    assert!(owed().await.is_empty(), "one chapter is missing");
    story.act(&story.desk, &path(last), "submit", json!({ "link": TEXT })).await.expect(200);
    assert_eq!(owed().await, vec!["2027-02-08"; 12], "a week of work after the last one");
    story.act(&story.lea, &path(last), "approve", Value::Null).await.expect(200);
    assert_eq!(owed().await.len(), 11, "what is answered is not owed");
}

async fn a_release_says_what_blocks_it_today(engine: Engine) {
    let story = Story::new(engine).await;
    make_joint(&story).await;
    story.submit(&story.ada).await;
    let own = story.desk.get(&story.contribution).send().await.expect(200);
    let release = text(&own, "release_id");
    let chapters = story.desk.get(&format!("/api/v1/releases/{release}/chapters")).send().await.expect(200);
    assert_eq!(chapters["items"].as_array().map(Vec::len), Some(12));
    let blocking =
        chapters["items"].as_array().expect("a list").iter().find(|one| one["deliverable_id"] == chapters["blocking"]);
    let blocking = blocking.expect("a chapter");
    assert_eq!((&blocking["state"], &blocking["ball"]["holder"]), (&json!("planned"), &json!("observatory")));
    assert_eq!(blocking["before_release"]["blocking"], json!(["text_missing", "not_accepted"]));
    let seen = story.ada.get(&format!("/api/v1/releases/{release}/chapters")).send().await.expect(200);
    assert_eq!(seen["items"].as_array().map(Vec::len), Some(1), "the own chapter only");
    let page = read(&story.app.browser(SECRETARIAT).await, "/rilasci/relazione-territoriale-2026").await;
    let line = text(blocking, "observatory_name");
    assert!(page.contains("Che cosa blocca la pubblicazione oggi:") && page.contains(&line), "{page}");
    assert!(
        !read(&story.app.browser(ADA).await, "/rilasci/relazione-territoriale-2026").await.contains("Che cosa blocca")
    );
}
