//! Previews of whole acts: the present steps of a product for releases at work, and lines of a proposal of the agenda.

use crate::agenda::{REFERENT, designate_referent, items, path};
use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::forms::form;
use entity::{audit_event, outbox_mail};
use raccordo::mail::outbox::QUIET;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;

both_engines! {
    the_present_steps_reach_confirmed_releases_exactly_as_their_preview_says,
    people_are_told_once_of_other_steps_in_several_releases,
    steps_are_applied_from_the_page_of_the_product,
    a_renewed_release_moves_by_its_own_steps,
    accepting_a_proposal_does_exactly_what_its_preview_says,
}

const PRODUCT: &str = "/api/v1/products/nota-mensile";
const APPLY: &str = "/api/v1/products/nota-mensile/steps/apply";
const SEATS: [&str; 3] = ["referent", "body_manager", "secretariat"];

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn step(code: &str, seat: &str, offset: i32, minutes: i32) -> Value {
    json!({
        "code": code, "name_it": format!("Passo {code}"), "name_en": format!("Step {code}"), "seat": seat,
        "offset_working_days": offset, "estimated_minutes": minutes, "after": [],
    })
}

/// A monthly note of Bergamo, Como and the region, with two steps.
struct Desk {
    app: TestApp,
    secretariat: Client,
}

impl Desk {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        app.at("2027-01-11 09:00");
        let secretariat = app.client(SECRETARIAT).await;
        let product = json!({
            "code": "nota-mensile", "name_it": "Nota mensile", "name_en": "Monthly note", "periodicity": "monthly",
            "scope": "joint", "default_hour": "10:00:00", "contributors": "named", "observatories": ["bergamo", "como"],
            "with_regional": true,
        });
        secretariat.post("/api/v1/products").json(product).send().await.expect(201);
        let desk = Self { app, secretariat };
        desk.set_steps(json!([step("a", "referent", -5, 60), step("b", "referent", -2, 30)])).await;
        desk
    }

    async fn version(&self) -> Value {
        self.secretariat.get(PRODUCT).send().await.expect(200)["version"].clone()
    }

    async fn set_steps(&self, steps: Value) {
        let put = self.secretariat.put(&format!("{PRODUCT}/steps")).if_match(self.version().await);
        put.json(json!({ "steps": steps })).send().await.expect(200);
    }

    async fn confirmed(&self, period: &str, day: &str) -> Value {
        let date = json!({ "precision": "day", "day": day });
        let release = json!({ "product": "nota-mensile", "period": period, "date": date });
        let planned = self.secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
        let confirm = self.secretariat.post(&path(&planned, "/confirm")).if_match(&planned["version"]);
        confirm.json(json!({ "day": day })).send().await.expect(200)
    }

    async fn outdated(&self) -> Vec<Value> {
        items(&self.secretariat, &format!("{PRODUCT}/outdated-releases")).await
    }

    /// Sends the chosen releases to an address below the product's steps.
    async fn apply(&self, below: &str, chosen: &[Value]) -> Value {
        let post = self.secretariat.post(&format!("{APPLY}{below}")).if_match(self.version().await);
        post.json(json!({ "releases": chosen })).send().await.expect(200)
    }

    /// Returns the tasks of a release by id.
    async fn tasks(&self, release: &Value) -> BTreeMap<String, Value> {
        let all = items(&self.secretariat, &format!("/api/v1/tasks?limit=200&release={}", text(&release["id"]))).await;
        all.into_iter().map(|task| (text(&task["id"]), task)).collect()
    }

    /// Returns state and day of each contribution to a release, by observatory.
    async fn contributions(&self, release: &Value) -> BTreeMap<String, (Value, Value)> {
        let all =
            items(&self.secretariat, &format!("/api/v1/deliverables?limit=200&release={}", text(&release["id"]))).await;
        all.iter().map(|one| (text(&one["observatory"]), (one["state"].clone(), one["day"].clone()))).collect()
    }

    async fn events(&self) -> usize {
        audit_event::Entity::find().all(self.app.system().reader()).await.expect("the trail").len()
    }

    async fn told(&self) -> Vec<String> {
        let of_its_kind = outbox_mail::Entity::find().filter(outbox_mail::Column::Kind.eq("release_steps_renewed"));
        let mails = of_its_kind.all(self.app.system().reader()).await.expect("the outbox");
        mails.into_iter().map(|mail| mail.recipient).collect()
    }

    async fn act(&self, task: &Value, verb: &str, body: Value) {
        let address = format!("/api/v1/tasks/{}/{verb}", text(&task["id"]));
        self.secretariat.post(&address).if_match(&task["version"]).json(body).send().await.expect(200);
    }

    async fn set_by_hand(&self, task: &Value, day: &str) {
        let address = format!("/api/v1/tasks/{}", text(&task["id"]));
        let patch = self.secretariat.patch(&address).if_match(&task["version"]);
        patch.merge_patch(&json!({ "hand_set_day": day })).send().await.expect(200);
    }
}

/// The tasks of a release, and its contributions with their days.
type Work = (BTreeMap<String, Value>, BTreeMap<String, (Value, Value)>);

/// Compares the effects on one release with its work before and after them.
fn compare(effects: &Value, before: &Work, after: &Work) {
    let shown = |task: &Value| ["state", "day", "estimated_minutes"].map(|member| task[member].clone());
    let mut new: Vec<&Value> =
        after.0.iter().filter(|(id, _)| !before.0.contains_key(*id)).map(|(_, task)| task).collect();
    let mut foretold = 0;
    for effect in effects["tasks"].as_array().expect("tasks") {
        foretold += 1;
        let then = ["state_after", "due_after", "estimated_minutes_after"].map(|member| effect[member].clone());
        let known = ["state_before", "due_before", "estimated_minutes_before"].map(|member| effect[member].clone());
        if let Some(id) = effect["id"].as_str() {
            assert_eq!(known, shown(&before.0[id]));
            assert_eq!(then, shown(&after.0[id]), "{effect:#}");
            assert_eq!((&effect["title_it"], &effect["seat"]), (&after.0[id]["title_it"], &after.0[id]["seat"]));
            continue;
        }
        assert_eq!(known, [Value::Null, Value::Null, Value::Null]);
        let is_it = |task: &&Value| {
            shown(task) == then && task["title_it"] == effect["title_it"] && task["seat"] == effect["seat"]
        };
        let at = new.iter().position(is_it).unwrap_or_else(|| panic!("not made: {effect:#}"));
        new.swap_remove(at);
    }
    assert!(new.is_empty(), "nothing comes unforetold: {new:#?}");
    for effect in effects["contributions"].as_array().expect("contributions") {
        foretold += 1;
        let of = text(&effect["observatory"]);
        assert_eq!((&effect["state_before"], &effect["due_before"]), (&before.1[&of].0, &before.1[&of].1));
        assert_eq!((&effect["state_after"], &effect["due_after"]), (&after.1[&of].0, &after.1[&of].1));
    }
    let changed = after.0.iter().filter(|(id, now)| before.0.get(*id).map(shown) != Some(shown(now))).count()
        + after.1.iter().filter(|(of, now)| before.1.get(*of) != Some(*now)).count();
    assert_eq!(foretold, changed, "nothing changes unforetold");
    assert_eq!(effects["unchanged"], json!(after.0.len() + after.1.len() - changed));
    for (id, was) in &before.0 {
        let now = &after.0[id];
        assert_eq!(was["hand_set_day"], now["hand_set_day"], "a day set by hand stays");
        if was["state"] != "open" {
            assert_eq!(was["state"], now["state"], "a begun or done step stays");
        }
    }
}

/// A sequence of numbers that is the same each time.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(self.0 >> 16).unwrap_or_default() % most
    }

    fn steps(&mut self) -> Value {
        let mut steps = Vec::new();
        for code in ["a", "b", "c", "d"] {
            if self.below(4) > 0 {
                let offset = -i32::try_from(self.below(9)).unwrap_or_default();
                let minutes = 30 * (1 + i32::try_from(self.below(2)).unwrap_or_default());
                steps.push(step(code, SEATS[self.below(SEATS.len())], offset, minutes));
            }
        }
        json!(steps)
    }
}

async fn the_present_steps_reach_confirmed_releases_exactly_as_their_preview_says(engine: Engine) {
    let desk = Desk::new(engine).await;
    designate_referent(&desk.secretariat).await;
    let releases = [desk.confirmed("2027-01", "2027-03-19").await, desk.confirmed("2027-02", "2027-04-23").await];
    let mut numbers = Numbers(27);
    let mut applied = 0;
    for round in 0..8 {
        // Something happens to one open task of the first release.
        let tasks = desk.tasks(&releases[0]).await;
        let open: Vec<&Value> =
            tasks.values().filter(|task| task["state"] == "open" && task["is_due"] == true).collect();
        if !open.is_empty() {
            let task = open[numbers.below(open.len())];
            match round % 4 {
                0 => desk.act(task, "start", json!({})).await,
                1 => desk.set_by_hand(task, "2027-03-02").await,
                2 => desk.act(task, "block", json!({ "reason": "Mancano i dati" })).await,
                _ => desk.act(task, "cancel", json!({ "reason": "Non serve in questa provincia" })).await,
            }
        }
        desk.set_steps(numbers.steps()).await;
        let chosen: Vec<Value> = desk.outdated().await.iter().map(|one| one["id"].clone()).collect();
        if chosen.is_empty() {
            continue;
        }
        applied += 1;
        let mut before = Vec::new();
        for release in &releases {
            before.push((desk.tasks(release).await, desk.contributions(release).await));
        }
        let (events, told) = (desk.events().await, desk.told().await.len());
        let preview = desk.apply("/preview", &chosen).await;
        assert_eq!((desk.events().await, desk.told().await.len()), (events, told), "a preview changes nothing");
        for (release, was) in releases.iter().zip(&before) {
            assert_eq!((desk.tasks(release).await, desk.contributions(release).await), *was);
        }
        let done = desk.apply("", &chosen).await;
        assert_eq!(done["items"].as_array().map(Vec::len), Some(chosen.len()));
        for (release, was) in releases.iter().zip(&before) {
            let now = (desk.tasks(release).await, desk.contributions(release).await);
            let effects =
                preview["releases"].as_array().expect("releases").iter().find(|one| one["id"] == release["id"]);
            match effects {
                Some(effects) => {
                    compare(effects, was, &now);
                    let present = desk.secretariat.get(&path(release, "")).send().await.expect(200);
                    assert_eq!(effects["sequence_after"], present["sequence"]);
                    assert_eq!(effects["sequence_before"], effects["sequence_after"], "no date changes");
                    assert_eq!(effects["date"], present["date"]);
                }
                None => assert_eq!(now, *was),
            }
        }
        let new = desk.told().await.split_off(told.min(desk.told().await.len()));
        assert_eq!(preview["told"].as_array().map(Vec::len), Some(new.len()));
        assert_eq!(desk.outdated().await, Vec::<Value>::new(), "a second time changes nothing");
    }
    assert!(applied >= 5, "the sequence is worth its name: {applied}");
    let none = json!({ "releases": [] });
    let post = desk.secretariat.post(APPLY).if_match(desk.version().await);
    post.json(none).send().await.refused(422, "nothing_chosen");
    let again = json!({ "releases": [releases[0]["id"]] });
    let post = desk.secretariat.post(APPLY).if_match(desk.version().await);
    post.json(again.clone()).send().await.refused(422, "nothing_changes");
    desk.secretariat.post(APPLY).if_match(1).json(again).send().await.refused(412, "stale");
}

async fn people_are_told_once_of_other_steps_in_several_releases(engine: Engine) {
    let desk = Desk::new(engine).await;
    designate_referent(&desk.secretariat).await;
    let releases = [desk.confirmed("2027-01", "2027-03-19").await, desk.confirmed("2027-02", "2027-04-23").await];
    desk.app.advance(QUIET);
    desk.app.mails().await;
    desk.set_steps(json!([step("a", "referent", -8, 60), step("c", "referent", -1, 30)])).await;
    let chosen: Vec<Value> = releases.iter().map(|release| release["id"].clone()).collect();
    desk.apply("", &chosen).await;
    assert_eq!(desk.told().await, [REFERENT]);
    desk.app.advance(QUIET);
    let mails = desk.app.mails().await;
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("Nota mensile")).collect();
    assert_eq!(told.len(), 1, "one mail about both releases");
    for said in ["gennaio 2027: Passo a", "febbraio 2027: Passo c", "(nuova)", "non serve più", "(era "] {
        assert!(told[0].text.contains(said), "{said}: {}", told[0].text);
    }
}

async fn steps_are_applied_from_the_page_of_the_product(engine: Engine) {
    let desk = Desk::new(engine).await;
    designate_referent(&desk.secretariat).await;
    let release = desk.confirmed("2027-01", "2027-03-19").await;
    let browser = desk.app.browser(SECRETARIAT).await;
    let page = async |address: &str| browser.get(address).header("accept", "text/html").send().await.text();
    assert!(!page("/products/nota-mensile").await.contains("outdated-releases"));
    desk.set_steps(json!([step("a", "referent", -8, 60), step("b", "referent", -2, 30)])).await;
    let product = page("/products/nota-mensile").await;
    assert!(product.contains("Un rilascio confermato ha ancora i passi di prima."), "{product}");
    let address = "/products/nota-mensile/outdated-releases";
    let mut asked = form(&page(address).await, address);
    assert_eq!(asked.other_actions, [format!("{address}/preview")], "the only button shows the effects");
    asked.action = format!("{address}/preview");
    let shown = asked.send(&browser).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
    for said in ["Passo a", "martedì 9 marzo 2027", "Ada Rossi (Referente", "venerdì 19 marzo 2027"] {
        assert!(shown.text().contains(said), "{said}: {}", shown.text());
    }
    let days = async || {
        let tasks = desk.tasks(&release).await;
        tasks
            .values()
            .filter(|task| text(&task["title_it"]).starts_with("Passo a"))
            .map(|task| text(&task["day"]))
            .collect::<Vec<_>>()
    };
    assert!(days().await.iter().all(|day| day == "2027-03-12"), "{:?}", days().await);
    let done = form(&shown.text(), address).send(&browser).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text());
    assert!(days().await.iter().all(|day| day == "2027-03-09"), "{:?}", days().await);
    assert!(page(address).await.contains("Tutti i rilasci confermati hanno i passi di oggi."));
}

async fn a_renewed_release_moves_by_its_own_steps(engine: Engine) {
    let desk = Desk::new(engine).await;
    let release = desk.confirmed("2027-01", "2027-03-19").await;
    // The last step of Bergamo has begun, and its step leaves the template.
    let tasks = desk.tasks(&release).await;
    let is_begun = |task: &&Value| task["seat"] == "referent:bergamo" && text(&task["title_it"]).starts_with("Passo b");
    desk.act(tasks.values().find(is_begun).expect("a step"), "start", json!({})).await;
    desk.set_steps(json!([step("a", "referent", -5, 60)])).await;
    desk.apply("", &[release["id"].clone()]).await;
    let day = async |of: &str| text(&desk.contributions(&release).await[of].1);
    assert_eq!((day("bergamo").await, day("como").await), ("2027-03-17".into(), "2027-03-12".into()));
    let present = desk.secretariat.get(&path(&release, "")).send().await.expect(200);
    let moving =
        json!({ "day": "2027-04-23", "reason_code": "workload", "reason_text": "Altri lavori nello stesso mese" });
    let moved = desk.secretariat.post(&path(&release, "/move")).if_match(&present["version"]).json(moving);
    moved.send().await.expect(200);
    assert_eq!((day("bergamo").await, day("como").await), ("2027-04-21".into(), "2027-04-16".into()));
}

async fn accepting_a_proposal_does_exactly_what_its_preview_says(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-11-30 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    let rule = |plus: i32| json!({ "day": { "end_of_period": { "plus": plus, "unit": "days" } } });
    let product = |code: &str, scope: &str, plus: i32| {
        json!({
            "code": code, "name_it": format!("Nota {code}"), "name_en": format!("Note {code}"), "periodicity": "quarterly",
            "scope": scope, "default_hour": "11:00:00", "observatories": [], "date_rule": rule(plus),
        })
    };
    for (code, scope, plus) in [("una", "joint", 45), ("altra", "per_observatory", 45), ("propria", "autonomous", 30)] {
        secretariat.post("/api/v1/products").json(product(code, scope, plus)).send().await.expect(201);
    }
    // One date is there by hand, one by an older rule.
    let by_hand =
        json!({ "product": "una", "period": "2027-Q1", "date": { "precision": "month", "day": "2027-05-01" } });
    secretariat.post("/api/v1/releases").json(by_hand).send().await.expect(201);
    let meeting = json!({
        "table": "tavolo", "title": "Agenda", "day": "2027-02-16", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Sala 5" },
    });
    secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    let span = "from=2027-01&to=2027-12";
    let lines = async || {
        let shown = secretariat.get(&format!("/api/v1/agenda/proposal?{span}")).send().await.expect(200);
        shown["lines"].as_array().expect("lines").clone()
    };
    let chosen = |lines: &[Value]| {
        let proposed = lines.iter().filter(|line| !line["day"].is_null());
        let key = |line: &Value| {
            let mut key = json!({ "product": line["product"], "period": line["period"], "day": line["day"] });
            if !line["observatory"].is_null() {
                key["observatory"] = line["observatory"].clone();
            }
            key
        };
        json!({ "from": "2027-01", "to": "2027-12", "lines": proposed.map(key).collect::<Vec<_>>() })
    };
    for round in 0..2 {
        let input = chosen(&lines().await);
        let agenda = async || items(&secretariat, "/api/v1/releases?limit=200").await;
        let before = agenda().await;
        let post = async |verb: &str| {
            let post = secretariat.post(&format!("/api/v1/agenda/proposal/{verb}")).json(input.clone());
            post.send().await.expect(200)
        };
        let preview = post("preview").await;
        assert_eq!(agenda().await, before, "a preview changes nothing");
        let accepted = post("accept").await;
        assert_eq!((&preview["planned"], &preview["changed"]), (&accepted["planned"], &accepted["changed"]));
        let after = agenda().await;
        let foretold = preview["releases"].as_array().expect("releases");
        assert!(foretold.len() > 12, "{}", foretold.len());
        let same_place = |release: &Value, one: &Value| {
            ["product", "period", "observatory"].iter().all(|member| release[*member] == one[*member])
        };
        for one in foretold {
            let now = after.iter().find(|release| same_place(release, one)).expect("accepted");
            assert_eq!((&one["after"], &one["sequence_after"]), (&now["date"], &now["sequence"]), "{one:#}");
            let known = before.iter().find(|release| same_place(release, one));
            assert_eq!(known.map(|was| &was["date"]), Some(&one["before"]).filter(|when| !when.is_null()));
            assert_eq!(known.map(|was| &was["id"]), Some(&one["release_id"]).filter(|id| !id.is_null()));
            assert_eq!(known.map(|was| &was["sequence"]), Some(&one["sequence_before"]).filter(|at| !at.is_null()));
            let story = secretariat.get(&path(now, "")).send().await.expect(200);
            let last = story["changes"].as_array().and_then(|all| all.last()).expect("a change");
            assert_eq!((&last["rule_it"], &last["rule_en"]), (&one["explanation_it"], &one["explanation_en"]));
            let precise = |release: &&Value| {
                release["state"] != "cancelled" && text(&release["date"]["precision"]).starts_with("day")
            };
            let there =
                after.iter().filter(precise).filter(|release| release["date"]["day"] == one["after"]["day"]).count();
            assert_eq!(one["shared_with"], json!(there - 1), "{one:#}");
            assert_eq!(one["before_period_end"], json!(now["period_to"].as_str() >= now["date"]["day"].as_str()));
            let meets = one["after"]["day"] == "2027-02-16";
            assert_eq!(one["meetings_that_day"].as_array().map(Vec::len), Some(usize::from(meets)));
        }
        let untouched = after.iter().filter(|release| !foretold.iter().any(|one| same_place(release, one)));
        for release in untouched {
            assert!(before.contains(release), "nothing changes unforetold: {release:#}");
        }
        if round == 0 {
            // The rules change, so that the second proposal changes dates that follow them.
            for code in ["una", "altra", "propria"] {
                let address = format!("/api/v1/products/{code}");
                let known = secretariat.get(&address).send().await.expect(200);
                let patch = secretariat.patch(&address).if_match(&known["version"]);
                patch.merge_patch(&json!({ "date_rule": rule(50) })).send().await.expect(200);
            }
        }
    }
    let nothing = json!({ "from": "2027-01", "to": "2027-12", "lines": [] });
    secretariat.post("/api/v1/agenda/proposal/preview").json(nothing).send().await.refused(422, "nothing_chosen");

    // On the page the only button shows the effects; the one after it accepts them.
    let rest = json!({
        "code": "ultima", "name_it": "Ultima nota", "name_en": "Last note", "periodicity": "annual", "scope": "joint",
        "default_hour": "11:00:00", "observatories": [], "date_rule": rule(70),
    });
    secretariat.post("/api/v1/products").json(rest).send().await.expect(201);
    let browser = app.browser(SECRETARIAT).await;
    let page = browser.get(&format!("/agenda/proposal?{span}")).header("accept", "text/html").send().await.text();
    let mut asked = form(&page, "/agenda/proposal");
    assert_eq!(asked.other_actions, ["/agenda/proposal/preview"]);
    "/agenda/proposal/preview".clone_into(&mut asked.action);
    let shown = asked.send(&browser).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
    assert!(shown.text().contains("Ultima nota") && shown.text().contains("Uscite nuove: 1."), "{}", shown.text());
    let done = form(&shown.text(), "/agenda/proposal").send(&browser).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text());
    assert_eq!(items(&secretariat, "/api/v1/releases?limit=200&product=ultima").await.len(), 1);
}
