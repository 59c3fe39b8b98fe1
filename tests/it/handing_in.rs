//! Handing in: a contribution is never complete without a text, what was handed in can be taken back until it is
//! examined, and what cannot be undone has a page of its own.

use crate::designations::multipart;
use crate::support::app::{Answer, Client, SECRETARIAT, rome};
use crate::support::db::Engine;
use crate::support::forms::{Refusal, form, links};
use crate::support::world::{FOREIGN, MANAGER, OWN, World};
use crate::{both_engines, on_sqlite};
use raccordo::audit::trail;
use raccordo::links::service::{self as press_links, Link};
use serde_json::{Value, json};

both_engines! {
    a_submission_is_taken_back_until_the_review_answers,
    a_text_is_a_file_that_only_readers_of_the_contribution_read,
}

on_sqlite! {
    no_contribution_is_complete_without_a_text,
    a_step_is_opened_again_until_the_contribution_is_submitted,
    after_requested_changes_a_submission_taken_back_opens_no_step,
    a_file_comes_through_the_link_of_a_reminder,
    the_link_of_a_reminder_has_three_answers,
    the_link_of_a_reminder_shows_the_remarks_and_the_day_of_the_release,
    a_refused_hand_in_keeps_its_file,
    the_list_of_work_shows_what_no_task_says,
    a_task_of_somebody_else_names_the_person_and_says_on_whose_behalf,
    a_step_that_is_no_longer_called_for_offers_nothing,
    what_cannot_be_undone_has_a_page_of_its_own,
}

const TEXT: &str = "https://provincia.example/relazione.pdf";

/// Bergamo's referent, the referent of another body, and the secretariat at work on a contribution.
struct Story {
    world: World,
    ada: Client,
    secretariat: Client,
}

impl Story {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let (ada, secretariat) = (world.app.client(OWN).await, world.app.client(SECRETARIAT).await);
        Self { world, ada, secretariat }
    }

    fn contribution(&self) -> String {
        self.world.fill("/api/v1/deliverables/{id}")
    }

    async fn state(&self) -> String {
        text(&self.ada.get(&self.contribution()).send().await.expect(200), "state")
    }

    /// Sends a change of the contribution at its present version.
    async fn ask(&self, client: &Client, verb: &str, body: Value) -> Answer {
        let version = self.secretariat.get(&self.contribution()).send().await.expect(200)["version"].clone();
        client.post(&format!("{}/{verb}", self.contribution())).if_match(version).json(body).send().await
    }

    async fn steps(&self) -> Vec<Value> {
        let path = "/api/v1/tasks?observatory=bergamo&limit=200";
        let mut steps = self.ada.get(path).send().await.expect(200)["items"].as_array().expect("a list").clone();
        steps.retain(|task| task["origin"] == "step");
        steps
    }

    async fn step(&self, at: usize) -> Value {
        self.steps().await[at].clone()
    }

    /// Completes a step through the API.
    async fn complete(&self, at: usize, body: Value) -> Answer {
        let step = self.step(at).await;
        let path = format!("/api/v1/tasks/{}/complete", text(&step, "id"));
        self.ada.post(&path).if_match(&step["version"]).json(body).send().await
    }

    /// Completes all steps but the last one.
    async fn all_but_the_last(&self) {
        for at in 0..2 {
            self.complete(at, json!({})).await.expect(200);
        }
    }

    async fn submitted(&self) {
        self.all_but_the_last().await;
        self.complete(2, json!({ "link": TEXT })).await.expect(200);
        assert_eq!(self.state().await, "submitted");
    }

    /// Returns the link of a reminder of a step.
    async fn link(&self, at: usize) -> String {
        let step = self.step(at).await;
        let link = Link {
            task_id: text(&step, "id").parse().expect("an id"),
            person_id: self.world.app.person(OWN).await.id,
            designation_id: self.world.id("designation").parse().expect("an id"),
            expires_at: rome("2027-12-31 00:00"),
        };
        let ctx = self.world.app.system();
        let tokens = ctx.write(async |txn| press_links::issue(&ctx, txn, vec![link]).await).await.expect("a link");
        format!("/p/{}", tokens.concat())
    }

    /// Reads a page without signing in.
    async fn shown(&self, path: &str) -> String {
        let answer = self.world.app.anonymous().get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path} is a secret");
        answer.text()
    }

    /// Presses a button behind a link, with the parts of a form.
    async fn press(&self, path: &str, parts: &[(&str, &str)]) -> Answer {
        let parts = parts.iter().chain(&[("sent", "true")]).map(|(name, value)| part(name, value));
        let body: String = parts.chain(["--x--\r\n".to_owned()]).collect();
        self.send(path, "multipart/form-data; boundary=x", body.into_bytes()).await
    }

    async fn send(&self, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        let sent = self.world.app.anonymous().post(path).header("sec-fetch-site", "same-origin");
        sent.header("accept", "text/html").body(media_type, body).send().await
    }
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}")).to_owned()
}

/// Returns a field of a form in multipart.
fn part(name: &str, value: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn led_to(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status.as_u16(), answer.header("location"))
}

async fn read(client: &Client, path: &str) -> String {
    let answer = client.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.text()
}

/// Uploads a file as a text. Returns its id.
async fn upload(client: &Client, content: &[u8]) -> String {
    let body = multipart("relazione.pdf", content);
    let sent = client.post("/api/v1/deliverables/documents").body("multipart/form-data; boundary=x", body);
    text(&sent.send().await.expect(201), "id")
}

async fn a_submission_is_taken_back_until_the_review_answers(engine: Engine) {
    let story = Story::new(engine).await;
    let refused = story.ask(&story.ada, "withdraw", Value::Null).await;
    assert!(refused.refused(409, "wrong_transition")["detail"].is_string(), "nothing was submitted");
    story.submitted().await;
    let foreign = story.world.app.client(FOREIGN).await;
    story.ask(&foreign, "withdraw", Value::Null).await.refused(404, "not_found");
    let manager = story.world.app.client(MANAGER).await;
    story.ask(&manager, "withdraw", Value::Null).await.refused(403, "denied");

    let taken_back = story.ask(&story.ada, "withdraw", Value::Null).await.expect(200);
    assert_eq!(taken_back["state"], "in_progress");
    let reopened = story.step(2).await;
    assert_eq!((&reopened["state"], &reopened["is_due"]), (&json!("in_progress"), &json!(true)));
    assert!(reopened.get("done_at").is_none(), "{reopened:#}");
    assert_eq!(story.step(1).await["state"], "done", "only the step that had handed it in");
    let kept = story.ada.get(&story.contribution()).send().await.expect(200);
    assert_eq!(kept["submissions"][0]["link"], TEXT, "the text stays readable");
    assert!(kept["submissions"][0]["withdrawn_at"].is_string());
    let reader = story.world.app.services.db.reader();
    let trail = trail::of(reader, "deliverable", story.world.id("deliverable")).await.expect("readable");
    assert!(trail.iter().any(|event| event.action == "deliverables.withdraw"), "the trail says so");
    story.ask(&story.secretariat, "approve", Value::Null).await.refused(409, "wrong_transition");

    story.complete(2, json!({ "link": format!("{TEXT}?2") })).await.expect(200);
    story.ask(&story.secretariat, "approve", Value::Null).await.expect(200);
    story.ask(&story.ada, "withdraw", Value::Null).await.refused(409, "wrong_transition");
    let kept = story.ada.get(&story.contribution()).send().await.expect(200);
    assert_eq!(kept["submissions"].as_array().map(Vec::len), Some(2));
    assert!(kept["submissions"][1]["answered_at"].is_string(), "the review answered the second one");
}

async fn a_text_is_a_file_that_only_readers_of_the_contribution_read(engine: Engine) {
    let story = Story::new(engine).await;
    story.all_but_the_last().await;
    let foreign = story.world.app.client(FOREIGN).await;
    let theirs = upload(&foreign, b"%PDF-1.7 of Como").await;
    for unknown in [theirs.as_str(), "01890000-0000-7000-8000-000000000001"] {
        let wrong = story.complete(2, json!({ "document_id": unknown })).await.refused(422, "invalid");
        assert_eq!(wrong["errors"][0]["field"], "document_id", "{wrong:#}");
    }
    let document = upload(&story.ada, b"%PDF-1.7 of Bergamo").await;
    story.complete(2, json!({ "document_id": document })).await.expect(200);
    let kept = story.ada.get(&story.contribution()).send().await.expect(200);
    assert_eq!(kept["submissions"][0]["document"]["name"], "relazione.pdf");
    let path = format!("{}/documents/{document}", story.contribution());
    for reader in [&story.ada, &story.secretariat, &story.world.app.client(MANAGER).await] {
        let answer = reader.get(&path).send().await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, &b"%PDF-1.7 of Bergamo"[..]));
    }
    foreign.get(&path).send().await.refused(404, "not_found");
    story.world.app.anonymous().get(&path).send().await.refused(401, "unauthenticated");
    let browser = story.world.app.browser(OWN).await;
    let page = read(&browser, &story.world.fill("/deliverables/{id}")).await;
    let download = path.trim_start_matches("/api/v1");
    assert!(links(&page).contains(download), "the page leads to the file");
    assert_eq!(browser.get(download).send().await.status.as_u16(), 200);
    let other = story.world.app.browser(FOREIGN).await.get(download).header("accept", "text/html").send().await;
    assert_eq!(other.status.as_u16(), 404);
    // A day later retention deletes only what no submission names.
    story.world.app.advance(chrono::TimeDelta::hours(30));
    story.world.app.tick("retention").await;
    let reader = story.world.app.client(OWN).await;
    assert_eq!(reader.get(&path).send().await.status.as_u16(), 200);
}

async fn no_contribution_is_complete_without_a_text(engine: Engine) {
    let story = Story::new(engine).await;
    story.all_but_the_last().await;
    for empty in [json!({}), json!({ "note": "Fatto", "link": "  " })] {
        let refused = story.complete(2, empty).await.refused(422, "text_missing");
        assert_eq!(refused["errors"][0]["field"], "link", "{refused:#}");
    }
    story.ask(&story.ada, "submit", json!({})).await.refused(422, "text_missing");

    let browser = story.world.app.browser(OWN).await;
    let path = format!("/tasks/{}/complete", text(&story.step(2).await, "id"));
    let submit = story.world.fill("/deliverables/{id}/submit");
    for path in [path, submit] {
        let refused = form(&read(&browser, &path).await, &path).with(&[("note", "Fatto")]).send(&browser).await;
        assert_eq!(refused.status.as_u16(), 422, "{path}: {}", refused.text());
        assert!(Refusal::of(&refused.text()).fields.contains("link"), "{path}");
    }
    let link = story.link(2).await;
    let refused = story.press(&format!("{link}/delivered"), &[("note", "Fatto")]).await;
    assert_eq!((refused.status.as_u16(), refused.header("cache-control")), (422, Some("no-store")));
    assert!(Refusal::of(&refused.text()).fields.contains("link") && refused.text().contains("Fatto"));

    assert_eq!((story.state().await.as_str(), &story.step(2).await["state"]), ("in_progress", &json!("open")));
    let handed_in = story.press(&format!("{link}/delivered"), &[("link", TEXT)]).await;
    assert_eq!(led_to(&handed_in), (303, Some(link.as_str())));
    assert_eq!(story.state().await, "submitted");
}

async fn a_step_is_opened_again_until_the_contribution_is_submitted(engine: Engine) {
    let story = Story::new(engine).await;
    let reopen = async |at: usize| {
        let step = story.step(at).await;
        let path = format!("/api/v1/tasks/{}/reopen", text(&step, "id"));
        story.ada.post(&path).if_match(&step["version"]).send().await
    };
    reopen(0).await.refused(409, "wrong_transition");
    story.complete(0, json!({})).await.expect(200);
    assert_eq!(reopen(0).await.expect(200)["state"], "in_progress");
    story.submitted_after(0).await;
    reopen(0).await.refused(409, "wrong_transition");
    assert_eq!(story.state().await, "submitted");
}

impl Story {
    /// Completes the steps from one on, the last one with a text.
    async fn submitted_after(&self, first: usize) {
        for at in first..3 {
            self.complete(at, json!({ "link": TEXT })).await.expect(200);
        }
    }
}

async fn after_requested_changes_a_submission_taken_back_opens_no_step(engine: Engine) {
    let story = Story::new(engine).await;
    story.submitted().await;
    let remarks = json!({ "remarks": "Manca la tavola 3" });
    story.ask(&story.secretariat, "request-changes", remarks).await.expect(200);
    story.ask(&story.ada, "submit", json!({ "link": TEXT })).await.expect(200);
    story.ask(&story.ada, "withdraw", Value::Null).await.expect(200);
    assert_eq!(story.step(2).await["state"], "done", "the contribution itself is due, not its step");
    let browser = story.world.app.browser(OWN).await;
    let submit = story.world.fill("/deliverables/{id}/submit");
    assert!(links(&read(&browser, &story.world.fill("/deliverables/{id}")).await).contains(&submit));
    assert!(read(&browser, &submit).await.contains("Manca la tavola 3"), "the remarks are beside the form");
}

async fn a_file_comes_through_the_link_of_a_reminder(engine: Engine) {
    let story = Story::new(engine).await;
    story.all_but_the_last().await;
    let link = story.link(2).await;
    let delivered = format!("{link}/delivered");
    let page = story.shown(&delivered).await;
    assert!(page.contains("Sta per consegnare il testo") && page.contains("field-document"));
    let unknown = "/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/delivered";
    let file = || multipart("relazione.pdf", b"%PDF-1.7 by mail");
    let dead = story.send(unknown, "multipart/form-data; boundary=x", file()).await;
    assert_eq!(dead.status.as_u16(), 410, "a file without a link is not even read");
    let wrong = story.send(&delivered, "multipart/form-data; boundary=x", multipart("a.pdf", b"MZ")).await;
    assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.text());
    assert!(Refusal::of(&wrong.text()).fields.contains("document"));
    let sent = story.send(&delivered, "multipart/form-data; boundary=x", file()).await;
    assert_eq!(led_to(&sent), (303, Some(link.as_str())));
    assert!(sent.header("set-cookie").is_some_and(|said| said.contains("press.done_handed_in")));
    let kept = story.ada.get(&story.contribution()).send().await.expect(200);
    let document = text(&kept["submissions"][0]["document"], "id");
    let answer = story.secretariat.get(&format!("{}/documents/{document}", story.contribution())).send().await;
    assert_eq!(&*answer.body, b"%PDF-1.7 by mail");
}

async fn the_link_of_a_reminder_has_three_answers(engine: Engine) {
    let story = Story::new(engine).await;
    let link = story.link(0).await;
    let page = story.shown(&link).await;
    for answer in ["in-progress", "delivered", "problem"] {
        assert!(page.contains(&format!("{link}/{answer}")), "{answer} is not offered");
    }
    let problem = format!("{link}/problem");
    let urlencoded = "application/x-www-form-urlencoded";
    let refused = story.send(&problem, urlencoded, b"reason=+".to_vec()).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    assert!(Refusal::of(&refused.text()).fields.contains("reason"));
    assert_eq!(story.step(0).await["state"], "open", "a refused answer changes nothing");
    let told = story.send(&problem, urlencoded, b"reason=Mancano+i+dati+INPS".to_vec()).await;
    assert_eq!(led_to(&told), (303, Some(link.as_str())));
    let blocked = story.step(0).await;
    assert_eq!((&blocked["state"], &blocked["reason"]), (&json!("blocked"), &json!("Mancano i dati INPS")));
    let page = story.shown(&link).await;
    assert!(page.contains("Mancano i dati INPS") && !page.contains(&problem), "{page}");
    assert!(page.contains(&format!("{link}/resumed")), "the way on is offered: {page}");
    assert_eq!(story.press(&format!("{link}/resumed"), &[]).await.status.as_u16(), 303);
    assert_eq!(story.press(&format!("{link}/in-progress"), &[]).await.status.as_u16(), 303);
    assert_eq!(story.step(0).await["state"], "in_progress");
    assert!(story.shown(&format!("{link}/delivered")).await.contains("Sta per segnare questo passo"));
    assert_eq!(story.press(&format!("{link}/delivered"), &[]).await.status.as_u16(), 303, "no text for this step");
    assert_eq!(story.step(0).await["state"], "done");
}

async fn the_link_of_a_reminder_shows_the_remarks_and_the_day_of_the_release(engine: Engine) {
    let story = Story::new(engine).await;
    let link = story.link(0).await;
    assert!(story.shown(&link).await.contains("venerdì 19 marzo 2027"), "the day of the release");
    // Submitted as a whole and sent back, the contribution has open steps again once work goes on.
    story.ask(&story.ada, "submit", json!({ "link": TEXT })).await.expect(200);
    let remarks = json!({ "remarks": "Manca la tavola 3" });
    story.ask(&story.secretariat, "request-changes", remarks).await.expect(200);
    story.ask(&story.ada, "start", Value::Null).await.expect(200);
    assert!(story.shown(&link).await.contains("Manca la tavola 3"));
}

async fn a_refused_hand_in_keeps_its_file(engine: Engine) {
    let story = Story::new(engine).await;
    story.all_but_the_last().await;
    let browser = story.world.app.browser(OWN).await;
    let path = format!("/tasks/{}/complete", text(&story.step(2).await, "id"));
    let version = text_of(&story.step(2).await["version"]);
    let parts = [("csrf", browser.form_token()), ("version", version), ("link", "non un indirizzo".to_owned())];
    let fields: String = parts.iter().map(|(name, value)| part(name, value)).collect();
    let body = [fields.into_bytes(), multipart("relazione.pdf", b"%PDF-1.7 of Bergamo")].concat();
    let sent = browser.post(&path).header("accept", "text/html").body("multipart/form-data; boundary=x", body);
    let refused = sent.send().await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    let again = form(&refused.text(), &path);
    assert!(!again.value("document_id").is_empty() && refused.text().contains("relazione.pdf"));
    let accepted = again.with(&[("link", "")]).send(&browser).await;
    assert_eq!(led_to(&accepted), (303, Some(&*story.world.fill("/deliverables/{id}"))));
    let kept = story.ada.get(&story.contribution()).send().await.expect(200);
    assert_eq!(kept["submissions"][0]["document"]["name"], "relazione.pdf");
}

fn text_of(value: &Value) -> String {
    value.to_string()
}

async fn the_list_of_work_shows_what_no_task_says(engine: Engine) {
    let story = Story::new(engine).await;
    let contribution = story.world.fill("/deliverables/{id}");
    let listed = async |email: &str, query: &str| {
        let browser = story.world.app.browser(email).await;
        read(&browser, &format!("/tasks{query}")).await
    };
    let nothing = "Non c’è niente da fare";
    let all = listed(SECRETARIAT, "").await;
    assert!(!all.contains(nothing) && links(&all).contains(&story.world.fill("/tasks/{id}")), "the work of others");
    assert!(!links(&all).contains(&contribution), "its steps stand for it");
    assert!(listed(SECRETARIAT, "?mine=true").await.contains("Con questi filtri non c’è niente"));
    story.submitted().await;
    assert!(links(&listed(SECRETARIAT, "?mine=true").await).contains(&contribution), "a text to review");
    assert!(links(&listed(SECRETARIAT, "?state=to_review&observatory=bergamo").await).contains(&contribution));
    assert!(!links(&listed(SECRETARIAT, "?observatory=como").await).contains(&contribution));
    let ada = listed(OWN, "").await;
    assert!(!links(&ada).contains(&contribution), "it is the secretariat's turn");
    let remarks = json!({ "remarks": "Manca la tavola 3" });
    story.ask(&story.secretariat, "request-changes", remarks).await.expect(200);
    assert!(links(&listed(OWN, "").await).contains(&contribution), "sent back, it is Ada's turn");
    let manager = listed(MANAGER, "").await;
    assert!(links(&manager).contains(&contribution) && manager.contains("Attività e contributi"), "the work of others");
    assert!(
        listed(MANAGER, "?mine=true").await.contains("Con questi filtri non c’è niente"),
        "none of it is the manager's"
    );
    let release = story.world.fill("/tasks?release={id}").replace("{id}", story.world.id("release"));
    assert!(links(&listed(SECRETARIAT, release.trim_start_matches("/tasks")).await).contains(&contribution));
    story.world.app.at("2027-03-30 10:00");
    let late = listed(SECRETARIAT, "?overdue=true").await;
    assert!(links(&late).contains(&contribution) && late.contains("scaduta"));
    // Pages of a few rows show each row once, tasks and contributions alike.
    let browser = story.world.app.browser(SECRETARIAT).await;
    let (mut path, mut seen) = ("/tasks?limit=3&state=every".to_owned(), Vec::new());
    loop {
        let page = read(&browser, &path).await;
        let rows: Vec<String> = links(&page)
            .into_iter()
            .filter(|to| to.starts_with("/tasks/") || to.starts_with("/deliverables/"))
            .collect();
        seen.extend(
            rows.into_iter()
                .filter(|to| !to.ends_with("/complete") && !["/tasks/new", "/tasks/load"].contains(&to.as_str())),
        );
        let Some(next) = links(&page).into_iter().find(|to| to.contains("cursor=")) else { break };
        if next == path || seen.len() > 500 {
            break;
        }
        path = next;
    }
    let unique: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "a row was shown twice");
    assert_eq!(unique.len(), 12 + 36 + 2, "twelve contributions, their steps, and the two given tasks of the world");
}

async fn a_task_of_somebody_else_names_the_person_and_says_on_whose_behalf(engine: Engine) {
    let story = Story::new(engine).await;
    let path = story.world.fill("/tasks/{id}");
    let (desk, ada) = (story.world.app.browser(SECRETARIAT).await, story.world.app.browser(OWN).await);
    let page = read(&desk, &path).await;
    assert!(page.contains("Ada Riva") && page.contains(&format!("mailto:{OWN}")), "{page}");
    assert!(!read(&ada, &path).await.contains("mailto:ada"), "one's own address is no news");
    let complete = format!("{path}/complete");
    assert!(
        read(&desk, &complete).await.contains("vale come fatto da: Osservatorio del mercato del lavoro di Bergamo")
    );
    assert!(!read(&ada, &complete).await.contains("vale come fatto da"));
    let vacant = story.secretariat.get("/api/v1/tasks?observatory=lecco").send().await.expect(200);
    let vacant = format!("/tasks/{}", text(&vacant["items"][0], "id"));
    assert!(read(&desk, &vacant).await.contains("l’incarico è vacante"));
    assert!(read(&desk, &path).await.contains("Attività e contributi"), "the way back is the secretariat's list");
    assert!(read(&ada, &path).await.contains("Le mie attività"));
}

async fn a_step_that_is_no_longer_called_for_offers_nothing(engine: Engine) {
    let story = Story::new(engine).await;
    story.ask(&story.ada, "submit", json!({ "link": TEXT })).await.expect(200);
    let ada = story.world.app.browser(OWN).await;
    let path = story.world.fill("/tasks/{id}");
    let page = read(&ada, &path).await;
    assert!(page.contains("Non serve più"), "{page}");
    for act in ["start", "complete"] {
        assert!(!page.contains(&format!("{path}/{act}")), "{act} is offered: {page}");
    }
}

async fn what_cannot_be_undone_has_a_page_of_its_own(engine: Engine) {
    let story = Story::new(engine).await;
    story.submitted().await;
    let (desk, ada) = (story.world.app.browser(SECRETARIAT).await, story.world.app.browser(OWN).await);
    let contribution = story.world.fill("/deliverables/{id}");
    let (approve, waive) = (format!("{contribution}/approve"), format!("{contribution}/waive"));
    let page = read(&desk, &contribution).await;
    assert!(links(&page).is_superset(&[approve.clone(), waive.clone()].into()), "{:?}", links(&page));
    assert!(!page.contains(&format!("action=\"{approve}\"")), "no press on this page approves");
    for path in [&approve, &waive] {
        let refused = ada.get(path).header("accept", "text/html").send().await;
        assert_eq!(refused.status.as_u16(), 403, "{path}");
    }
    let accepted = form(&read(&desk, &approve).await, &approve).send(&desk).await;
    assert_eq!(led_to(&accepted), (303, Some(contribution.as_str())));
    assert_eq!(story.state().await, "approved");
}
