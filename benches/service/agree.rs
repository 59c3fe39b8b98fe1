//! The check that service and twin give the same answers, without which their rates could not be compared.

use crate::calls::{self, Changes};
use crate::load::{Call, Connection};
use crate::process::Process;
use crate::seed::World;
use serde_json::Value;

/// Checks that the twin answers as the service does. Fails with both answers where they differ.
pub async fn check(world: &World, changes: &Changes<'_>, service: &Process, twin: &Process) {
    let mut pair = Pair { service: Connection::open(service.port).await, twin: Connection::open(twin.port).await };
    for call in [world.tasks(), calls::agenda(), world.register()].iter().flatten() {
        pair.same_json(call).await;
    }
    let (tasks, designations) = (world.each_task(), world.each_designation());
    for call in tasks.iter().step_by(50).chain(designations.iter().step_by(10)).chain(&changes.corrections(3)) {
        pair.same_json(call).await;
    }
    pair.same_links(&calls::calendar()[0]).await;
    let lines = ["UID:", "SEQUENCE:", "DTSTART;", "DTEND;", "STATUS:", "DTSTAMP:"];
    for feed in calls::feeds() {
        pair.same_lines(&feed, &lines).await;
    }
}

struct Pair {
    service: Connection,
    twin: Connection,
}

impl Pair {
    async fn ask(&mut self, call: &Call) -> [String; 2] {
        self.service.ask(call).await;
        self.twin.ask(call).await;
        [&self.service, &self.twin].map(|one| String::from_utf8_lossy(one.body()).into_owned())
    }

    async fn same_json(&mut self, call: &Call) {
        let answers = self.ask(call).await;
        let [service, twin] = answers.map(|answer| {
            let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
            forget_what_differs(&mut answer);
            answer
        });
        let request = String::from_utf8_lossy(&call.bytes);
        let request = request.lines().next().unwrap_or_default();
        assert_eq!(difference("", &service, &twin), None, "the twin answers differently to {request}");
    }

    /// Compares the releases that two pages link.
    async fn same_links(&mut self, call: &Call) {
        let [service, twin] = self.ask(call).await.map(|page| {
            let links = page.split("href=\"/rilasci/").skip(1);
            links.filter_map(|rest| rest.split_once('"')).map(|(id, _)| id.to_owned()).collect::<Vec<_>>()
        });
        assert_eq!(service, twin, "the twin's page has other releases");
    }

    /// Compares the lines of two feeds that begin with one of the names.
    async fn same_lines(&mut self, call: &Call, names: &[&str]) {
        let [service, twin] = self.ask(call).await.map(|feed| {
            let told = |line: &&str| names.iter().any(|name| line.starts_with(name));
            feed.lines().filter(told).map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(service.len() > 3_000, "a feed of {} lines", service.len());
        let difference = service.iter().zip(&twin).find(|(one, other)| one != other);
        assert_eq!((difference, service.len()), (None, twin.len()), "the twin's feed has other events");
    }
}

/// Returns the first place in which two answers differ, with both values.
fn difference(place: &str, service: &Value, twin: &Value) -> Option<String> {
    match (service, twin) {
        (Value::Object(of_service), Value::Object(of_twin)) => {
            let names = of_service.keys().chain(of_twin.keys()).rev();
            names.into_iter().find_map(|name| difference(&format!("{place}/{name}"), &service[name], &twin[name]))
        }
        (Value::Array(of_service), Value::Array(of_twin)) if of_service.len() == of_twin.len() => {
            let pairs = of_service.iter().zip(of_twin).enumerate();
            pairs.into_iter().find_map(|(number, (one, other))| difference(&format!("{place}/{number}"), one, other))
        }
        _ => (service != twin).then(|| format!("{place}: {service} and {twin}")),
    }
}

/// Removes the address of the service and the instant of a change.
fn forget_what_differs(answer: &mut Value) {
    if let Some(Value::String(next)) = answer.pointer_mut("/_links/next")
        && let Some(path) = next.find("/api/")
    {
        next.drain(..path);
    }
    if answer["change"] == "corrected" && answer.get("history").is_none() {
        answer["recorded_at"] = Value::Null;
    }
}
