//! Answers kept in memory are never out of date: after any change, by either of two processes or by an operator's command
//! beside them, those of both equal the answers of a process that keeps nothing.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::real_binary::Installation;
use chrono::{SecondsFormat, TimeDelta};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raccordo::audit::{self, Event};
use raccordo::clock::Clock as _;
use raccordo::config::Config;
use raccordo::ctx::Services;
use raccordo::db::{Db, Txn};
use raccordo::network::verb::Verb;
use serde_json::{Value, json};
use std::sync::Arc;

both_engines! {
    answers_from_memory_equal_answers_from_the_database,
    callers_at_the_same_time_see_every_change_acknowledged_before_they_asked,
    a_use_case_looks_once_and_the_first_look_after_it_sees_its_change,
}

const NETWORK: &str = include_str!("../../data/lombardia.toml");
const REFERENT: &str = "ada.riva@ente.example";
const STEPS: usize = 24;

/// One change of the data, or of the day.
#[derive(Clone, Copy, Debug)]
enum Step {
    Designate,
    EndDesignation,
    PlanRelease,
    ConfirmRelease,
    CancelRelease,
    /// An operator loads the network with another name of a body, by the program beside the service.
    Load,
    /// An operator runs the job that carries out the ends of designations, by the program beside the service.
    Tick,
    EditBody,
    EditProduct,
    NextDay,
    Nothing,
}

const ALL: [Step; 11] = [
    Step::Designate,
    Step::EndDesignation,
    Step::PlanRelease,
    Step::ConfirmRelease,
    Step::CancelRelease,
    Step::Load,
    Step::Tick,
    Step::EditBody,
    Step::EditProduct,
    Step::NextDay,
    Step::Nothing,
];

/// Readers with different rights.
struct Readers {
    secretariat: Client,
    referent: Client,
    stranger: Client,
}

/// Two processes of the service over one database under change, with the readers of each.
struct House {
    app: TestApp,
    program: Installation,
    processes: [Readers; 2],
    designation: Option<Value>,
    release: Option<Value>,
    count: usize,
}

impl House {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let beside = Db::open_beside(app.location()).await.expect("connections beside the service");
        let beside = Arc::new(Services::new(beside, app.clock.clone(), Config::for_tests()));
        let program = Installation::over(app.location());
        let (secretariat, stranger) = (app.client(SECRETARIAT).await, app.anonymous());
        let designated = Designation::of("referent:bergamo").json();
        let designation = Some(secretariat.post("/api/v1/designations").json(designated).send().await.expect(201));
        let referent = app.client(REFERENT).await;
        let here = Readers { secretariat, referent, stranger };
        let there = Readers {
            secretariat: here.secretariat.in_front_of(beside.clone()).await,
            referent: here.referent.in_front_of(beside.clone()).await,
            stranger: here.stranger.in_front_of(beside).await,
        };
        Self { app, program, processes: [here, there], designation, release: None, count: 0 }
    }

    /// Returns the secretariat in front of the process whose turn it is to change something.
    fn secretariat(&self) -> &Client {
        &self.processes[self.count % 2].secretariat
    }

    async fn take(&mut self, step: Step) {
        self.count += 1;
        let count = self.count;
        match step {
            Step::Designate if self.designation.is_none() => {
                let today = self.app.system().today().to_string();
                let designated = Designation::of("referent:bergamo").from(&today).communicated_on(&today).json();
                let made = self.secretariat().post("/api/v1/designations").json(designated).send().await;
                self.designation = Some(made.expect(201));
            }
            Step::EndDesignation => {
                let Some(held) = self.designation.take() else { return };
                let last = json!({ "last_day": self.app.system().today(), "reason": "Altro incarico" });
                self.change("designations", &held, "end", last).await;
                self.app.advance(TimeDelta::days(1));
            }
            Step::PlanRelease => {
                let year = 2028 + count;
                let planned = json!({ "product": "relazione-territoriale", "period": year.to_string(), "date": { "precision": "month", "day": format!("{}-03-10", year + 1) } });
                self.release = Some(self.secretariat().post("/api/v1/releases").json(planned).send().await.expect(201));
            }
            Step::ConfirmRelease | Step::CancelRelease => {
                let Some(planned) = self.release.take() else { return };
                let day = planned["date"]["day"].clone();
                if matches!(step, Step::ConfirmRelease) {
                    let confirmed = json!({ "day": day, "despite_non_working": "Giorno scelto dal Tavolo." });
                    self.release = Some(self.change("releases", &planned, "confirm", confirmed).await);
                } else {
                    let cancelled = json!({ "reason_code": "other", "reason_text": "Prodotto non più previsto." });
                    self.change("releases", &planned, "cancel", cancelled).await;
                }
            }
            Step::Load => self.load(&format!("Provincia di Bergamo {count}")),
            Step::Tick => {
                let now = self.app.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
                self.program.run(&["tick", "handover", "--at", &now]);
            }
            Step::EditBody => {
                let pec = json!({ "pec": format!("protocollo.{count}@ente.example") });
                self.edit("/api/v1/bodies/provincia-lodi", pec).await;
            }
            Step::EditProduct => {
                let name = json!({ "name_it": format!("Relazione territoriale, versione {count}") });
                self.edit("/api/v1/products/relazione-territoriale", name).await;
            }
            Step::NextDay => self.app.advance(TimeDelta::days(1)),
            Step::Designate | Step::Nothing => {}
        }
    }

    async fn change(&self, things: &str, thing: &Value, verb: &str, body: Value) -> Value {
        let path = format!("/api/v1/{things}/{}", thing["id"].as_str().expect("an id"));
        let version = self.secretariat().get(&path).send().await.expect(200)["version"].clone();
        self.secretariat().post(&format!("{path}/{verb}")).if_match(version).json(body).send().await.expect(200)
    }

    async fn edit(&self, path: &str, change: Value) {
        let version = self.secretariat().get(path).send().await.expect(200)["version"].clone();
        self.secretariat().patch(path).if_match(version).merge_patch(&change).send().await.expect(200);
    }

    /// Returns the readers in front of a new process, which has nothing in memory.
    async fn readers_afresh(&self) -> Readers {
        let [Readers { secretariat, referent, stranger }, _] = &self.processes;
        Readers {
            secretariat: self.app.afresh(secretariat).await,
            referent: self.app.afresh(referent).await,
            stranger: self.app.afresh(stranger).await,
        }
    }

    fn load(&self, name: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("network.toml");
        std::fs::write(&path, NETWORK.replace("\"Provincia di Bergamo\"", &format!("{name:?}"))).expect("a file");
        self.program.run(&["load", "--yes", path.to_str().expect("a path")]);
    }

    /// Reads everything that is kept in memory, as each reader.
    async fn read(readers: &Readers) -> Vec<(String, String)> {
        let mut answers = Vec::new();
        for path in [
            "/",
            "/calendar",
            "/calendar.ics",
            "/calendar.atom",
            "/calendar.json",
            "/calendar.csv",
            "/network",
            "/network/bodies/provincia-bergamo",
            "/api/v1/releases",
            "/api/v1/bodies",
            "/api/v1/products",
            "/api/v1/territories/BG/working-days?from=2027-04-01&to=2027-04-30",
        ] {
            answers.push((path.to_owned(), readers.stranger.get(path).send().await.text()));
        }
        for path in [
            "/api/v1/me",
            "/api/v1/designations",
            "/api/v1/tasks",
            "/api/v1/seats",
            "/api/v1/contacts",
            "/api/v1/radar",
            "/api/v1/agreement",
            "/api/v1/observatories",
        ] {
            answers.push((format!("{path} (secretariat)"), readers.secretariat.get(path).send().await.text()));
            let own = readers.referent.get(path).send().await;
            // The id of the request stands in a problem.
            let text = if own.status.is_success() { own.text() } else { own.status.to_string() };
            answers.push((format!("{path} (referent)"), text));
        }
        answers
    }
}

async fn answers_from_memory_equal_answers_from_the_database(engine: Engine) {
    let mut house = House::new(engine).await;
    let mut runner = TestRunner::deterministic();
    let mut taken = Vec::new();
    for _ in 0..STEPS {
        let step = select(ALL.to_vec()).new_tree(&mut runner).expect("a step").current();
        taken.push(step);
        house.take(step).await;
        let from_database = House::read(&house.readers_afresh().await).await;
        for (process, readers) in house.processes.iter().enumerate() {
            let remembered = House::read(readers).await;
            // One process at a time is asked again, with nothing changed, so that memory answers it.
            if process == taken.len() % 2 {
                assert_eq!(House::read(readers).await, remembered, "{taken:?}");
            }
            for ((path, from_memory), (_, from_database)) in remembered.iter().zip(&from_database) {
                assert_eq!(from_memory, from_database, "{path} of process {process} after {taken:?}");
            }
        }
    }
}

async fn callers_at_the_same_time_see_every_change_acknowledged_before_they_asked(engine: Engine) {
    let app = TestApp::new(engine).await;
    let clock = app.services.db.changes().clone();
    let ctx = app.system();
    let mut last = clock.now().await.expect("a look");
    for _ in 0..20 {
        let event = Event::about(Verb::Load, ("agreement", "test".to_owned()), json!({}));
        ctx.write(async |txn| audit::record(&ctx, txn, event).await).await.expect("an event");
        let looks = futures_util::future::join_all((0..16).map(|_| clock.now())).await;
        let seen: Vec<_> = looks.into_iter().map(|look| look.expect("a look")).collect();
        assert!(seen.iter().all(|seen| *seen > last), "{seen:?} after {last:?}");
        last = seen[0];
    }
}

async fn a_use_case_looks_once_and_the_first_look_after_it_sees_its_change(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (clock, ctx) = (app.services.db.changes().clone(), app.system());
    let statements = || app.services.db.statements().get();
    let before = clock.now().await.expect("a look");
    let event = Event::about(Verb::Load, ("agreement", "test".to_owned()), json!({}));
    let work = async |txn: &Txn| {
        let counted = statements();
        for _ in 0..8 {
            assert_eq!(clock.now().await?, before);
        }
        assert_eq!(statements() - counted, 1, "statements of eight looks");
        audit::record(&ctx, txn, event).await?;
        assert_eq!(clock.now().await?, before, "nothing is committed yet");
        Ok(())
    };
    ctx.write(work).await.expect("a use case");
    let counted = statements();
    assert!(clock.now().await.expect("a look") > before);
    clock.now().await.expect("a look");
    assert_eq!(statements() - counted, 2, "statements of two looks while nobody writes");
}
