//! November and December 2026: catalogue, dates proposed and accepted, a study, the adoption by the table.

use super::table::Release;
use super::{Year, text};
use crate::meetings::seven;
use crate::support::app::SECRETARIAT;
use crate::support::forms::form;
use serde_json::{Value, json};

const SPAN: &str = "from=2027-01&to=2027-12";
const REPORT: &str = "/api/v1/products/relazione-territoriale";

/// Names a line of the agenda: product, observatory, period, day.
type Named = (String, Option<String>, String, String);

fn named(line: &Value) -> Named {
    let owned = |member: &str| text(line, member).to_owned();
    (owned("product"), line["observatory"].as_str().map(str::to_owned), owned("period"), owned("day"))
}

fn of_table(release: &Release) -> Named {
    let Release { product, observatory, period, day, .. } = release.clone();
    (product, observatory, period, day)
}

fn sorted(mut all: Vec<Named>) -> Vec<Named> {
    all.sort();
    all
}

impl Year {
    pub async fn the_calendar_of_each_territory_is_that_of_the_table(&self) {
        for territory in &self.table.territory {
            let path = format!("/api/v1/territories/{}/working-days?from=2027-01-01&to=2027-12-31", territory.code);
            let shown = self.get(&path).await;
            let days = shown["days"].as_array().expect("days").iter();
            let mut off: Vec<&str> = days.filter(|day| day["working"] == false).map(|day| text(day, "day")).collect();
            off.retain(|day| !is_on_a_weekend(day));
            let mut expected: Vec<&str> = self.table.closed.iter().map(String::as_str).collect();
            if !is_on_a_weekend(&territory.patron) {
                expected.push(&territory.patron);
            }
            expected.sort_unstable();
            assert_eq!(off, expected, "{}", territory.code);
            assert_eq!(shown["working_days"], territory.working_days, "{}", territory.code);
        }
    }

    pub async fn the_catalogue_is_edited(&self) {
        let source = json!({ "label": "III trimestre 2027", "day": "2027-12-03", "state": "expected" });
        let dates = "/api/v1/sources/istat-forze-lavoro/occurrences";
        self.desk.post(dates).json(source).send().await.expect(201);
        let rule = json!({
            "day": { "end_of_period": { "plus": 3, "unit": "months" } }, "avoid": ["08-01/08-31"],
        });
        let change = json!({ "date_rule": rule, "description_it": "Il lavoro in ogni provincia, una volta l’anno." });
        let version = self.get(REPORT).await["version"].clone();
        self.desk.patch(REPORT).if_match(&version).merge_patch(&change).send().await.expect(200);
        self.desk.patch(REPORT).if_match(version).merge_patch(&change).send().await.refused(412, "stale");
        let by_page: Vec<&str> =
            self.table.product.iter().filter(|one| one.by_page).map(|one| one.code.as_str()).collect();
        for product in self.table.products() {
            if by_page.contains(&text(&product, "code")) {
                self.a_product_is_entered_on_pages(&product).await;
            } else {
                self.desk.post("/api/v1/products").json(product).send().await.expect(201);
            }
        }
        self.set_steps("focus", &[("dati", -20), ("testo", -10)]).await;
        self.set_steps("nota", &[("testo", -5)]).await;
        self.set_steps("quadro", &[("dati", -20), ("bozza", -10), ("testo", -5)]).await;
        let sheet = json!({ "text_it": "Comunicazioni obbligatorie del 2026.", "lists": [], "from_period": "2026" });
        self.desk.post("/api/v1/products/focus/sheets").json(sheet).send().await.expect(201);
    }

    async fn a_product_is_entered_on_pages(&self, product: &Value) {
        let new = form(&self.page("/catalogue/new").await, "/catalogue/new").with(&[
            ("code", text(product, "code")),
            ("name_it", text(product, "name_it")),
            ("name_en", text(product, "name_en")),
            ("periodicity", text(product, "periodicity")),
            ("scope", text(product, "scope")),
            ("contributors", "all_territorial"),
            ("default_hour", "10:00"),
        ]);
        let made = new.send(&self.browser()).await;
        assert_eq!(made.status.as_u16(), 303, "{}", made.text());
        let address = format!("/products/{}/rule", text(product, "code"));
        let day = &product["date_rule"]["day"]["nth_weekday"];
        let rule = form(&self.page(&address).await, &address).with(&[
            ("kind", "nth_weekday"),
            ("nth", text(day, "nth")),
            ("weekday", "0"),
            ("month", &day["month"].to_string()),
        ]);
        let ruled = rule.send(&self.browser()).await;
        assert_eq!(ruled.status.as_u16(), 303, "{}", ruled.text());
        let kept = self.get(&format!("/api/v1/products/{}", text(product, "code"))).await;
        assert_eq!(kept["date_rule"]["day"], product["date_rule"]["day"], "the page means what the table means");
    }

    async fn set_steps(&self, product: &str, steps: &[(&str, i32)]) {
        let path = format!("/api/v1/products/{product}");
        let version = self.get(&path).await["version"].clone();
        let step = |(code, offset): &(&str, i32)| {
            json!({ "code": code, "name_it": format!("Passo {code}"), "name_en": format!("Step {code}"),
                "seat": "referent", "offset_working_days": offset, "estimated_minutes": 60, "after": [] })
        };
        let steps: Vec<Value> = steps.iter().map(step).collect();
        let put = self.desk.put(&format!("{path}/steps")).if_match(version);
        put.json(json!({ "steps": steps })).send().await.expect(200);
    }

    async fn proposal(&self) -> Vec<Value> {
        self.get(&format!("/api/v1/agenda/proposal?{SPAN}")).await["lines"].as_array().expect("lines").clone()
    }

    pub async fn dates_are_proposed_and_accepted(&self) {
        let lines = self.proposal().await;
        let (open, proposed): (Vec<Value>, Vec<Value>) = lines.into_iter().partition(|line| line["verdict"] != "new");
        let expected = sorted(self.table.releases().iter().map(of_table).collect());
        assert_eq!(sorted(proposed.iter().map(named).collect()), expected, "proposed, and worked out by hand");
        // Only the quadro of 2027 has no date: its source has none yet.
        assert_eq!(open.len(), 1, "{open:#?}");
        assert_eq!((&open[0]["product"], &open[0]["verdict"]), (&json!("quadro"), &json!("no_day")));
        for release in self.table.releases() {
            let line = proposed.iter().find(|line| named(line) == of_table(&release)).expect("its line");
            let (sentence, english) = (text(line, "explanation_it"), text(line, "explanation_en"));
            assert!(!english.is_empty() && sentence != english, "{sentence}");
            assert!(sentence.contains(release.says.as_deref().unwrap_or_default()), "{sentence}");
        }
        self.the_page_accepts_the_first_lines(&proposed).await;

        // The others whole, through the API; lines of another day are refused together with the right ones.
        let rest = self.proposal().await;
        let rest: Vec<&Value> = rest.iter().filter(|line| line["verdict"] == "new").collect();
        let choice = |line: &&Value| {
            let mut chosen = json!({ "product": line["product"], "period": line["period"], "day": line["day"] });
            if !line["observatory"].is_null() {
                chosen["observatory"] = line["observatory"].clone();
            }
            chosen
        };
        let whole: Vec<Value> = rest.iter().map(choice).collect();
        let accept = async |lines: Vec<Value>| {
            let chosen = json!({ "from": "2027-01", "to": "2027-12", "lines": lines });
            self.desk.post("/api/v1/agenda/proposal/accept").json(chosen).send().await
        };
        let mut other = whole.clone();
        other[0]["day"] = json!("2027-02-22");
        accept(other).await.refused(409, "proposal_changed");
        let count = whole.len();
        assert_eq!(accept(whole).await.expect(200), json!({ "planned": count, "changed": 0 }));
        let again = self.proposal().await;
        assert!(again.iter().all(|line| ["same", "no_day"].map(Value::from).contains(&line["verdict"])), "{again:#?}");
        let mut agenda = Vec::new();
        for line in self.items("/api/v1/releases?limit=200").await {
            let mut flat = line.clone();
            flat["day"] = line["date"]["day"].clone();
            agenda.push(named(&flat));
        }
        assert_eq!(sorted(agenda), expected, "in the agenda, and worked out by hand");
    }

    /// Accepts the lines of the report and the notes on the page, as a person does who unticks all others.
    async fn the_page_accepts_the_first_lines(&self, proposed: &[Value]) {
        let address = format!("/agenda/proposal?{SPAN}");
        let mut asked = form(&self.page(&address).await, "/agenda/proposal");
        let boxes = asked.fields.iter().filter(|(name, _)| name.starts_with("line-")).count();
        assert_eq!(boxes, proposed.len(), "everything new is ticked");
        let kept = |name: &str| {
            !name.starts_with("line-")
                || name.starts_with("line-nota_")
                || name.starts_with("line-relazione-territoriale_")
        };
        asked.fields.retain(|(name, _)| kept(name));
        let done = asked.send(&self.browser()).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let planned = self.items("/api/v1/releases?limit=200").await;
        assert_eq!(planned.len(), 5, "the report and four notes");
        assert!(planned.iter().all(|one| one["state"] == "provisional"));
    }

    pub async fn an_observatory_declares_a_study(&self) {
        self.at("2026-12-01 10:00").await;
        let referent = self.referent("lodi").await;
        let study = |observatory: &str, title: &str| {
            json!({ "observatory": observatory, "title": title, "theme": "hiring", "territory": "LO",
                "period": "2026", "month": "2027-06" })
        };
        let declare = async |study: Value| referent.post("/api/v1/studies").json(study).send().await;
        declare(study("cremona", "Logistica e lavoro")).await.refused(403, "denied");
        let declared = declare(study("lodi", "Logistica e lavoro")).await.expect(201);
        assert_eq!((&declared["state"], &declared["product"]), (&json!("provisional"), &json!("logistica-e-lavoro")));
        let near =
            self.referent("cremona").await.post("/api/v1/studies").json(study("cremona", "Chi assume nella logistica"));
        let near = near.send().await.expect(201);
        let found = near["near"].as_array().expect("what is near");
        assert!(found.iter().any(|one| one.to_string().contains("Logistica e lavoro")), "{near:#}");
        let secretariat = [super::LEA, super::LEA, SECRETARIAT, SECRETARIAT];
        assert_eq!(self.told("study_declared").await, secretariat, "each study once to each of them");
        assert!(self.entry_of("logistica-e-lavoro").await.contains("STATUS:TENTATIVE"));
    }

    async fn entry_of(&self, product: &str) -> String {
        let release = self.release(product, "2026").await;
        self.entry(&release).await
    }

    pub async fn the_table_adopts_the_agenda(&self) {
        let meeting = json!({
            "table": "tavolo", "title": "Agenda dei rilasci 2027", "day": "2026-12-16", "starts": "09:30:00",
            "ends": "12:00:00", "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Milano" },
        });
        let meeting = self.desk.post("/api/v1/meetings").json(meeting).send().await.expect(201);
        let path = format!("/api/v1/meetings/{}", text(&meeting, "id"));
        let item = json!({ "kind": "decision", "title": "Agenda dei rilasci 2027" });
        self.desk.post(&format!("{path}/agenda-items")).json(item).send().await.expect(201);
        self.act(&self.desk, &path, "convene", json!({})).await.expect(200);
        self.at("2026-12-16 09:30").await;
        self.act(&self.desk, &path, "hold", json!({ "attendances": seven() })).await.expect(200);
        let decision = json!({ "kind": "decision", "text": "L’agenda 2027 è adottata." });
        let outcome = self.desk.post(&format!("{path}/outcomes")).json(decision).send().await.expect(201);

        let page = form(&self.page("/agenda/editions").await, "/agenda/editions");
        let adopt = page.with(&[
            ("title", "Agenda dei rilasci 2027"),
            ("from", "2027-01"),
            ("to", "2027-12"),
            ("outcome_id", text(&outcome, "id")),
        ]);
        let adopted = adopt.send(&self.browser()).await;
        assert_eq!(adopted.status.as_u16(), 303, "{}", adopted.text());
        let edition = self.app.anonymous().get("/api/v1/agenda/editions/1").send().await.expect(200);
        assert_eq!(edition["outcome_id"], outcome["id"], "a decision of the table");
        // The releases of the table, and the two studies.
        let entries = edition["entries"].as_array().map(Vec::len);
        assert_eq!(entries, Some(self.table.releases().len() + 2), "{edition:#}");
        let differences = self.get("/api/v1/agenda/editions/1/differences").await;
        assert_eq!(differences["differences"], json!([]));
        self.app.mails().await;
    }
}

fn is_on_a_weekend(day: &str) -> bool {
    use chrono::{Datelike, NaiveDate, Weekday};
    let day: NaiveDate = day.parse().expect("a day");
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
