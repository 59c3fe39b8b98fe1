//! Generated sequences of acts on rules, sources, releases, days set by hand and contributions. After each act the dates of the
//! whole network are compared with those before it: a derived day is what it is derived from, a day set by hand changes only
//! by the press that names it, an announced date only with a reason, a preview tells the effect, and each contribution
//! waits for exactly one party.
//!
//! Working days come from `tests/data/non-working-days-oracle.csv`, which shares no code with the service.

use crate::agenda::{REFERENT, designate_referent, path};
use crate::both_engines;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::oracle::{Oracle, TERRITORIES};
use crate::whatif::carried_out;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

both_engines! {
    any_sequence_of_acts_keeps_derived_days_days_set_by_hand_and_announced_dates_true,
}

/// Generated acts in each sequence.
const ACTS: usize = 24;

/// Returns the number of sequences on an engine. Acts are decided above SQL, so one sequence shows that their statements
/// mean the same on the second engine.
const fn sequences(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 3,
        Engine::Postgres => 1,
    }
}

/// Acts at the beginning of each sequence, so that none lacks announced work, a date set by hand, a press or a cancellation.
const FIRST: [Act; 11] = [
    Act::Confirm(0),
    Act::Task(0, Some(20)),
    Act::Day(0, Some(20)),
    Act::Move(0, 10),
    Act::ByHand(1, 50),
    Act::Press(0),
    Act::ByHand(2, 60),
    Act::Confirm(0),
    Act::Cancel(1),
    Act::Contribution(0, "start"),
    Act::Contribution(0, "submit"),
];

const SPAN: &str = "from=2027-01&to=2027-12";
const PRODUCTS: [&str; 4] = ["relazione-territoriale", "nota", "quadro", "seguito"];
const REASON: &str = "I dati arrivano più tardi del previsto";

/// An act; the indices choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    /// Gives a product a rule with another distance.
    Rule(usize, u16),
    /// Moves the date of the source.
    Source(i64),
    /// Replaces the steps of the report.
    Steps(i32),
    /// Accepts the expected lines of the proposal whose bit is set.
    Accept(u64),
    /// Accepts one line about a date set by hand.
    Press(usize),
    /// Sets a provisional date by hand.
    ByHand(usize, u64),
    Confirm(usize),
    Move(usize, i64),
    /// Moves without a reason, which is refused.
    MoveUnexplained(usize),
    Cancel(usize),
    /// Sets the day of a contribution or a task by hand, or gives it back.
    Day(usize, Option<u64>),
    Task(usize, Option<u64>),
    /// Acts on a contribution of Bergamo.
    Contribution(usize, &'static str),
}

fn act() -> impl Strategy<Value = Act> {
    let day = || proptest::option::weighted(0.8, 1_u64..90);
    let verb =
        prop::sample::select(vec!["start", "submit", "withdraw", "request-changes", "approve", "block", "unblock"]);
    prop_oneof![
        2 => (any::<usize>(), 0_u16..80).prop_map(|(which, plus)| Act::Rule(which, plus)),
        2 => (-20_i64..40).prop_map(Act::Source),
        1 => (-15_i32..-1).prop_map(Act::Steps),
        4 => any::<u64>().prop_map(Act::Accept),
        2 => any::<usize>().prop_map(Act::Press),
        2 => (any::<usize>(), 1_u64..120).prop_map(|(which, days)| Act::ByHand(which, days)),
        4 => any::<usize>().prop_map(Act::Confirm),
        5 => (any::<usize>(), -30_i64..60).prop_map(|(which, days)| Act::Move(which, days)),
        1 => any::<usize>().prop_map(Act::MoveUnexplained),
        1 => any::<usize>().prop_map(Act::Cancel),
        2 => (any::<usize>(), day()).prop_map(|(which, day)| Act::Day(which, day)),
        2 => (any::<usize>(), day()).prop_map(|(which, day)| Act::Task(which, day)),
        5 => (any::<usize>(), verb).prop_map(|(which, verb)| Act::Contribution(which, verb)),
    ]
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// Returns status and code of a refusal.
fn code(refusal: Answer) -> (u16, Value) {
    let status = refusal.status.as_u16();
    (status, refusal.expect(status)["code"].clone())
}

/// The rule of a product with a distance.
fn rule(product: &str, plus: u16) -> Value {
    match product {
        "quadro" => {
            json!({ "day": { "source": { "source": "istat-forze-lavoro", "plus": plus, "unit": "working_days" } } })
        }
        "seguito" => json!({ "day": { "release": { "product": PRODUCTS[0], "plus": plus, "unit": "days" } } }),
        _ => json!({ "day": { "end_of_period": { "plus": plus, "unit": "days" } }, "avoid": ["08-01/08-31"] }),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Releases with their story, contributions and tasks, by id.
#[derive(Debug, PartialEq)]
struct Dates {
    releases: BTreeMap<String, Value>,
    contributions: BTreeMap<String, Value>,
    tasks: BTreeMap<String, Value>,
}

struct World {
    app: TestApp,
    desk: Client,
    ada: Client,
    oracle: Oracle,
    /// The date of the source.
    occurrence: Value,
    /// Provisional releases whose date a person has set.
    by_hand: BTreeSet<String>,
    /// Steps of the report, by title, as they are now and as each release has kept them.
    steps: BTreeMap<String, i32>,
    kept: BTreeMap<String, BTreeMap<String, i32>>,
    /// Ids of what the present act names.
    named: BTreeSet<String>,
    /// Number of acts that changed something, by kind.
    done: BTreeMap<String, usize>,
}

impl World {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let desk = app.client(SECRETARIAT).await;
        designate_referent(&desk).await;
        let ada = app.client(REFERENT).await;
        let source = json!({ "label": "2027", "day": "2027-03-11", "state": "expected" });
        let occurrence = desk.post("/api/v1/sources/istat-forze-lavoro/occurrences").json(source);
        let occurrence = occurrence.send().await.expect(201);
        for (code, periodicity) in [("nota", "quarterly"), ("quadro", "annual"), ("seguito", "annual")] {
            let product = json!({
                "code": code, "name_it": code, "name_en": code, "periodicity": periodicity, "scope": "joint",
                "default_hour": "11:00:00", "observatories": [], "date_rule": rule(code, 5),
            });
            desk.post("/api/v1/products").json(product).send().await.expect(201);
        }
        let steps = [
            ("Raccolta e controllo dei dati", -20),
            ("Bozza della relazione", -10),
            ("Consegna del testo definitivo", -5),
        ];
        let steps = steps.map(|(title, offset)| (title.to_owned(), offset)).into();
        let (by_hand, kept, named, done) = Default::default();
        let world = Self { app, desk, ada, oracle: Oracle::read(), occurrence, by_hand, steps, kept, named, done };
        world.set_rule(PRODUCTS[0], 60).await;
        world
    }

    async fn items(&self, address: &str) -> Vec<Value> {
        crate::agenda::items(&self.desk, address).await
    }

    async fn dates(&self) -> Dates {
        let by_id = |all: Vec<Value>| all.into_iter().map(|one| (text(&one, "id").to_owned(), one)).collect();
        let mut releases = BTreeMap::new();
        for line in self.items("/api/v1/releases?limit=200").await {
            let story = self.desk.get(&path(&line, "")).send().await.expect(200);
            releases.insert(text(&line, "id").to_owned(), story);
        }
        Dates {
            releases,
            contributions: by_id(self.items("/api/v1/deliverables?limit=200").await),
            tasks: by_id(self.items("/api/v1/tasks?limit=200").await),
        }
    }

    async fn proposal(&self) -> Vec<Value> {
        let shown = self.desk.get(&format!("/api/v1/agenda/proposal?{SPAN}")).send().await.expect(200);
        shown["lines"].as_array().expect("lines").clone()
    }

    async fn set_rule(&self, product: &str, plus: u16) {
        let address = format!("/api/v1/products/{product}");
        let version = self.desk.get(&address).send().await.expect(200)["version"].clone();
        let change = json!({ "date_rule": rule(product, plus) });
        let done = self.desk.patch(&address).if_match(version).merge_patch(&change).send().await;
        assert!([200, 422].contains(&done.status.as_u16()), "{}", done.text());
    }

    /// Accepts lines of the proposal and asserts that they are in the agenda as they were shown.
    async fn accept(&mut self, lines: Vec<Value>) {
        if lines.is_empty() {
            return;
        }
        let choice = |line: &Value| json!({ "product": line["product"], "period": line["period"], "day": line["day"] });
        let chosen: Vec<Value> = lines.iter().map(choice).collect();
        let input = json!({ "from": "2027-01", "to": "2027-12", "lines": chosen });
        self.desk.post("/api/v1/agenda/proposal/accept").json(input).send().await.expect(200);
        for line in &lines {
            if let Some(id) = line["release_id"].as_str() {
                self.by_hand.remove(id);
                self.named.insert(id.to_owned());
            }
        }
        let agenda = self.items("/api/v1/releases?limit=200").await;
        for line in &chosen {
            let is_of = |one: &&Value| one["product"] == line["product"] && one["period"] == line["period"];
            let release = agenda.iter().find(is_of).expect("the line is in the agenda");
            assert_eq!(release["date"]["day"], line["day"], "{line:#}");
        }
    }

    /// Previews an act on a release and carries it out; what the preview refuses, the act refuses too.
    async fn act_on(&mut self, release: &Value, verb: &str, input: Value) {
        let post = async |below: &str| {
            let asked = self.desk.post(&path(release, &format!("/{verb}{below}"))).if_match(&release["version"]);
            asked.json(input.clone()).send().await
        };
        let preview = post("/preview").await;
        if preview.status.as_u16() != 200 {
            let act = post("").await;
            assert_eq!(code(act), code(preview), "{verb}: what the preview refuses, the act refuses");
            return;
        }
        let id = text(release, "id").to_owned();
        self.named.insert(id.clone());
        carried_out(&self.app, &self.desk, release, verb, input).await;
        if verb == "confirm" {
            self.by_hand.remove(&id);
            self.kept.insert(id, self.steps.clone());
        }
    }

    /// Plays an act. Acts that name nothing that is there do nothing.
    async fn play(&mut self, act: &Act, before: &Dates) {
        let in_state = |state: &str| -> Vec<&Value> {
            before.releases.values().filter(|release| release["state"] == state).collect()
        };
        let (provisional, confirmed) = (in_state("provisional"), in_state("confirmed"));
        let chosen = |all: &[&Value], which: usize| (!all.is_empty()).then(|| all[which % all.len()].clone());
        match act {
            Act::Rule(which, plus) => self.set_rule(PRODUCTS[which % PRODUCTS.len()], *plus).await,
            Act::Source(days) => self.move_source(*days).await,
            Act::Steps(last) => self.set_steps(*last).await,
            Act::Accept(mask) => {
                let lines = self.proposal().await.into_iter().zip(0..64);
                let is_taken = |(line, bit): &(Value, u32)| {
                    (line["verdict"] == "new" || line["verdict"] == "changed") && mask >> bit & 1 == 1
                };
                let lines = lines.filter(is_taken).map(|(line, _)| line).collect();
                self.accept(lines).await;
            }
            Act::Press(which) => {
                let lines = self.proposal().await;
                let by_hand: Vec<&Value> = lines.iter().filter(|line| line["verdict"] == "by_hand").collect();
                let line = chosen(&by_hand, *which);
                self.accept(line.into_iter().collect()).await;
            }
            Act::ByHand(which, days) => {
                let Some(release) = chosen(&provisional, *which) else { return };
                self.set_by_hand(&release, *days).await;
            }
            Act::Confirm(which) => {
                let Some(release) = chosen(&provisional, *which) else { return };
                let input = json!({ "day": release["date"]["day"] });
                self.act_on(&release, "confirm", input).await;
            }
            Act::Move(which, days) => {
                let Some(release) = chosen(&confirmed, *which) else { return };
                let to = self.oracle.from(day(text(&release["date"], "day")) + chrono::TimeDelta::days(*days));
                let input = json!({ "day": to, "reason_code": "source_late", "reason_text": REASON });
                self.act_on(&release, "move", input).await;
            }
            Act::MoveUnexplained(which) => {
                let Some(release) = chosen(&confirmed, *which) else { return };
                let to = self.oracle.from(day(text(&release["date"], "day")) + Days::new(7));
                let input = json!({ "day": to, "reason_code": "source_late", "reason_text": " " });
                let asked = self.desk.post(&path(&release, "/move")).if_match(&release["version"]);
                asked.json(input).send().await.refused(422, "reason_missing");
            }
            Act::Cancel(which) => {
                let Some(release) = chosen(&confirmed, *which) else { return };
                let input = json!({ "reason_code": "source_late", "reason_text": REASON });
                self.act_on(&release, "cancel", input).await;
            }
            Act::Day(which, days) => self.set_day("deliverables", &before.contributions, *which, *days).await,
            Act::Task(which, days) => self.set_day("tasks", &before.tasks, *which, *days).await,
            Act::Contribution(which, verb) => {
                let of_bergamo = before.contributions.values().filter(|one| one["observatory"] == "bergamo");
                let of_bergamo: Vec<&Value> = of_bergamo.collect();
                let Some(own) = chosen(&of_bergamo, *which) else { return };
                self.act_on_contribution(&own, verb).await;
            }
        }
    }

    async fn move_source(&mut self, days: i64) {
        let address = "/api/v1/sources/istat-forze-lavoro/occurrences";
        let to = day("2027-03-11") + chrono::TimeDelta::days(days);
        let asked = self.desk.patch(&format!("{address}/{}", text(&self.occurrence, "id")));
        let asked = asked.if_match(&self.occurrence["version"]).merge_patch(&json!({ "day": to })).send().await;
        if asked.status.as_u16() == 200 {
            self.occurrence = asked.expect(200);
        } else {
            asked.refused(422, "nothing_changes");
        }
    }

    async fn set_steps(&mut self, last: i32) {
        let address = format!("/api/v1/products/{}", PRODUCTS[0]);
        let product = self.desk.get(&address).send().await.expect(200);
        let mut steps = product["steps"].clone();
        let steps_now = steps.as_array_mut().expect("steps");
        for (step, distance) in steps_now.iter_mut().zip([20, 10, 0]) {
            let offset = last - distance;
            step["offset_working_days"] = json!(offset);
            self.steps.insert(text(step, "name_it").to_owned(), offset);
        }
        let put = self.desk.put(&format!("{address}/steps")).if_match(&product["version"]);
        put.json(json!({ "steps": steps })).send().await.expect(200);
    }

    async fn set_by_hand(&mut self, release: &Value, days: u64) {
        let to = self.oracle.from(day("2027-01-12") + Days::new(days));
        let date = json!({ "date": { "precision": "day_time", "day": to, "hour": "11:00:00" } });
        let asked = self.desk.post(&path(release, "/improve")).if_match(&release["version"]).json(date).send().await;
        self.named.insert(text(release, "id").to_owned());
        if asked.status.as_u16() == 200 {
            self.by_hand.insert(text(release, "id").to_owned());
        }
    }

    async fn set_day(&mut self, list: &str, all: &BTreeMap<String, Value>, which: usize, days: Option<u64>) {
        let all: Vec<&Value> = all.values().collect();
        if all.is_empty() {
            return;
        }
        let one = all[which % all.len()];
        let to = days.map(|days| day("2027-01-12") + Days::new(days));
        let asked = self.desk.patch(&format!("/api/v1/{list}/{}", text(one, "id"))).if_match(&one["version"]);
        let answer = asked.merge_patch(&json!({ "hand_set_day": to })).send().await;
        assert!([200, 409, 422].contains(&answer.status.as_u16()), "{}", answer.text());
        self.named.insert(text(one, "id").to_owned());
        // The last step follows the day of its contribution.
        self.named.insert(one["deliverable_id"].as_str().unwrap_or_default().to_owned());
    }

    async fn act_on_contribution(&mut self, own: &Value, verb: &str) {
        let (client, input) = match verb {
            "submit" => (&self.ada, json!({ "link": "https://provincia.example/relazione.pdf" })),
            "start" | "withdraw" => (&self.ada, Value::Null),
            "block" => (&self.desk, json!({ "reason": "Mancano i dati della fonte" })),
            "request-changes" => (&self.desk, json!({ "remarks": "Manca la tavola 3" })),
            _ => (&self.desk, Value::Null),
        };
        let asked = client.post(&format!("/api/v1/deliverables/{}/{verb}", text(own, "id"))).if_match(&own["version"]);
        let answer = if input.is_null() { asked.send().await } else { asked.json(input).send().await };
        assert!([200, 409, 422].contains(&answer.status.as_u16()), "{verb}: {}", answer.text());
    }

    /// Asserts what must be true after every act.
    async fn hold(&mut self, act: &Act, before: &Dates) -> Dates {
        let after = self.dates().await;
        for (id, was) in &before.releases {
            self.release_is_true(act, was, &after.releases[id]);
        }
        for one in after.contributions.values().chain(after.tasks.values()) {
            let expected = by_hand(one).unwrap_or(&one["due_day"]);
            // The last step of a contribution follows the day that was set for the contribution.
            let contribution = after.contributions.get(one["deliverable_id"].as_str().unwrap_or_default());
            let of_contribution = contribution.and_then(by_hand).filter(|_| by_hand(one).is_none());
            assert!([Some(expected), of_contribution].contains(&Some(&one["day"])), "{act:?}: {one:#}");
        }
        let both = [(&before.contributions, &after.contributions), (&before.tasks, &after.tasks)];
        for (id, was, is) in both.into_iter().flat_map(|(was, is)| was.iter().map(move |(id, one)| (id, one, &is[id])))
        {
            let is_named =
                self.named.contains(id) || self.named.contains(was["deliverable_id"].as_str().unwrap_or("-"));
            assert!(is_named || was.get("hand_set_day") == is.get("hand_set_day"), "{act:?}: {was:#} {is:#}");
        }
        for task in after.tasks.values() {
            self.derived_from_its_release(act, task, &after);
        }
        self.each_waits_for_one(&after).await;
        self.proposal_knows_what_is_set_by_hand(&after).await;
        self.named.clear();
        if *before != after {
            let kind = format!("{act:?}").split('(').next().unwrap_or_default().to_owned();
            *self.done.entry(kind).or_default() += 1;
        }
        after
    }

    fn release_is_true(&self, act: &Act, was: &Value, is: &Value) {
        let id = text(was, "id");
        if was["date"] == is["date"] {
            return;
        }
        assert!(self.named.contains(id), "{act:?} changed a date that it does not name: {is:#}");
        if was["state"] == "confirmed" {
            let count = |story: &Value| story["changes"].as_array().map_or(0, Vec::len);
            assert_eq!(count(is), count(was) + 1, "{act:?}");
            let last = &is["changes"][count(is) - 1];
            assert_eq!(last["date"], is["date"], "{act:?}");
            assert_eq!(last["reason"]["text"], REASON, "{act:?}: an announced date changes only with a reason");
        }
    }

    /// Asserts that the derived day of an open step is so many working days of its territory before the release.
    fn derived_from_its_release(&self, act: &Act, task: &Value, dates: &Dates) {
        let Some(release) = task["release_id"].as_str().and_then(|id| dates.releases.get(id)) else { return };
        if release["state"] != "confirmed" || !["open", "in_progress"].contains(&text(task, "state")) {
            return;
        }
        let steps = &self.kept[text(release, "id")];
        let Some(offset) = steps.get(text(task, "title_it")) else { return };
        let observatory = text(task, "seat").trim_start_matches("referent:");
        let (_, territory) = TERRITORIES.iter().find(|(code, _)| *code == observatory).expect("a territory");
        let expected = self.oracle.before(territory, day(text(&release["date"], "day")), *offset);
        assert_eq!(day(text(task, "due_day")), expected, "{act:?}: {task:#}");
    }

    /// Asserts that each contribution of Bergamo waits for one party, and that the times of all parties add up.
    async fn each_waits_for_one(&self, dates: &Dates) {
        for own in dates.contributions.values().filter(|one| one["observatory"] == "bergamo") {
            let address = format!("/api/v1/deliverables/{}/review", text(own, "id"));
            let review = self.desk.get(&address).send().await.expect(200);
            let holder = text(&review["ball"], "holder");
            assert!(["observatory", "secretariat", "peer_reader", "nobody"].contains(&holder), "{review:#}");
            let held = review["held"].as_array().expect("holders").iter();
            let total: i64 = held.map(|one| one["working_days"].as_i64().expect("a number")).sum();
            assert_eq!(review["elapsed_working_days"], total, "{review:#}");
        }
    }

    /// Asserts that the proposal calls exactly those dates set by hand that a person has set.
    async fn proposal_knows_what_is_set_by_hand(&self, dates: &Dates) {
        for line in self.proposal().await {
            let Some(id) = line["release_id"].as_str() else { continue };
            let is_provisional = dates.releases[id]["state"] == "provisional";
            match text(&line, "verdict") {
                "by_hand" => assert!(self.by_hand.contains(id), "{line:#}"),
                "changed" => assert!(is_provisional && !self.by_hand.contains(id), "{line:#}"),
                "same" => assert_eq!(line["date"], dates.releases[id]["date"], "{line:#}"),
                _ => {}
            }
        }
    }
}

async fn any_sequence_of_acts_keeps_derived_days_days_set_by_hand_and_announced_dates_true(engine: Engine) {
    let mut runner = TestRunner::deterministic();
    let mut done: BTreeSet<String> = BTreeSet::new();
    for _ in 0..sequences(engine) {
        let acts = prop::collection::vec(act(), ACTS).new_tree(&mut runner).expect("a sequence").current();
        let mut world = World::new(engine).await;
        // Something is in the agenda before the first act.
        let lines = world.proposal().await.into_iter().filter(|line| line["verdict"] == "new").collect();
        world.accept(lines).await;
        world.named.clear();
        let mut dates = world.dates().await;
        for act in FIRST.iter().chain(&acts) {
            world.play(act, &dates).await;
            dates = world.hold(act, &dates).await;
            world.app.advance(chrono::TimeDelta::minutes(7));
        }
        done.extend(world.done.into_keys());
    }
    for kind in ["Accept", "Press", "ByHand", "Confirm", "Move", "Cancel", "Day", "Task", "Contribution"] {
        assert!(done.contains(kind), "no sequence had a {kind} that changed something: {done:?}");
    }
}

/// Returns the day that was set by hand.
fn by_hand(one: &Value) -> Option<&Value> {
    one.get("hand_set_day").filter(|day| !day.is_null())
}
