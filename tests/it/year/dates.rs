//! December 2026 to February 2027: dates announced, moved with reasons, cancelled; who is told, and what calendars show.

use super::table::Table;
use super::{OF_FOCUS, Year, addresses, property, reason, text};
use crate::support::forms::form;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The days to which the focus moves, one after another.
const MOVES: [&str; 5] = ["2027-04-06", "2027-04-08", "2027-04-13", "2027-04-15", "2027-04-20"];

impl Year {
    pub async fn dates_are_confirmed(&self) {
        self.at("2026-12-17 10:00").await;
        let focus = self.release("focus", "2026").await;
        let page = self.confirmed_on_pages(&focus, "2027-03-30").await;
        assert!(page.contains("Ada mantova"), "the effects name those who will be told: {page}");
        assert_eq!(self.told("release_confirmed").await, addresses(OF_FOCUS), "all who owe a chapter, once");
        assert_eq!(self.days_of_work(&focus).await, Table::days_of(&self.table.work, "focus"));

        let quadro = self.release("quadro", "2026").await;
        self.act(&self.desk, &quadro, "confirm", json!({ "day": "2027-12-14" })).await.expect(200);
        assert_eq!(self.days_of_work(&quadro).await, Table::days_of(&self.table.work, "quadro"));
        for period in ["2026-Q4", "2027-Q3"] {
            let note = self.release("nota", period).await;
            let day = self.get(&note).await["date"]["day"].clone();
            self.act(&self.desk, &note, "confirm", json!({ "day": day })).await.expect(200);
        }
        let twelve = self.table.territory.iter().map(|one| one.observatory.as_str());
        assert_eq!(self.told("release_confirmed").await, thrice(&addresses(twelve)), "each release once to each");
    }

    /// Confirms a release on its pages. Returns the page with the effects.
    async fn confirmed_on_pages(&self, release: &str, day: &str) -> String {
        let address = format!("{}/confirm", release.replace("/api/v1", ""));
        let asked = form(&self.page(&address).await, &address).with(&[("day", day)]);
        let shown = asked.send_to(&self.browser(), &format!("{address}/preview")).await;
        assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
        assert_eq!(self.get(release).await["state"], "provisional", "effects are shown before they happen");
        let done = form(&shown.text(), &address).send(&self.browser()).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        assert_eq!(self.get(release).await["state"], "confirmed");
        shown.text()
    }

    /// Returns the due days of the steps for a release, by observatory.
    async fn days_of_work(&self, release: &str) -> BTreeMap<String, Vec<String>> {
        let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for task in self.items(&format!("/api/v1/tasks?release={}&limit=200", super::id_of(release))).await {
            let seat = text(&task, "seat");
            let observatory = seat.strip_prefix("referent:").unwrap_or(seat).to_owned();
            days.entry(observatory).or_default().push(text(&task, "day").to_owned());
        }
        for days in days.values_mut() {
            days.sort();
        }
        days
    }

    pub async fn a_date_is_moved_five_times(&self) {
        self.at("2027-01-12 09:00").await;
        let focus = self.release("focus", "2026").await;
        let before = self.entry(&focus).await;
        let why = "I dati Istat escono con una settimana di ritardo";
        let refused = self.act(&self.desk, &focus, "move", reason("2027-03-18", "source_late", why)).await;
        let said = refused.text();
        assert!(said.contains("Mantova (Sant'Anselmo)") && said.contains("19.03.2027"), "the next day worked: {said}");
        refused.refused(422, "non_working_day");
        self.act(&self.desk, &focus, "move", reason(MOVES[0], "source_late", " ")).await.refused(422, "reason_missing");
        assert_eq!(self.entry(&focus).await, before, "what is refused changes nothing");

        let input = reason(MOVES[0], "source_late", why);
        let preview = self.act(&self.desk, &focus, "move/preview", input.clone()).await.expect(200);
        let moved = self.act(&self.desk, &focus, "move", input).await.expect(200);
        assert_eq!((&preview["after"], &preview["sequence_after"]), (&moved["date"], &moved["sequence"]));
        assert_eq!(self.told("release_moved").await, addresses(OF_FOCUS));
        for day in &MOVES[1..] {
            self.act(&self.desk, &focus, "move", reason(day, "portal", "Il portale non è raggiungibile"))
                .await
                .expect(200);
        }
        assert_eq!(self.told("release_moved").await, addresses(OF_FOCUS), "four moves within minutes are one mail");

        let after = self.entry(&focus).await;
        assert_eq!(property(&after, "UID"), property(&before, "UID"), "five moves, one identity");
        let sequence = |entry: &str| property(entry, "SEQUENCE").parse::<i64>().expect("a number");
        assert_eq!(sequence(&after), sequence(&before) + 5);
        assert!(after.contains("DTSTART;TZID=Europe/Rome:20270420T100000"), "{after}");
        assert_eq!(self.days_of_work(&focus).await, Table::days_of(&self.table.moved, "focus"));
        let story = self.get(&focus).await;
        let reasons = story["changes"].as_array().expect("changes").iter().filter(|one| one["reason"].is_object());
        assert_eq!(reasons.count(), 5, "each move keeps its reason");
        let page = self.public("/rilasci/focus-2026").await;
        assert!(page.contains(why) && page.contains("Il portale non è raggiungibile"), "{page}");
        let differences = self.get("/api/v1/agenda/editions/1/differences").await;
        let of_focus = |one: &&Value| one["after"]["product_name_it"] == "Prodotto focus";
        let all = differences["differences"].as_array().expect("a list");
        let moved = all.iter().find(of_focus).expect("the edition and today differ");
        assert_eq!(
            (&moved["before"]["date"]["day"], &moved["after"]["date"]["day"]),
            (&json!("2027-03-30"), &json!(MOVES[4]))
        );
    }

    pub async fn a_release_is_cancelled(&self) {
        self.at("2027-01-13 09:00").await;
        let note = self.release("nota", "2027-Q3").await;
        let off = |text: &str| json!({ "reason_code": "method", "reason_text": text });
        self.act(&self.desk, &note, "cancel", off("")).await.refused(422, "reason_missing");
        let why = "La nota del terzo trimestre confluisce nel quadro";
        let cancelled = self.act(&self.desk, &note, "cancel", off(why)).await.expect(200);
        assert_eq!(cancelled["state"], "cancelled");
        let twelve = self.table.territory.iter().map(|one| one.observatory.as_str());
        assert_eq!(self.told("release_cancelled").await, addresses(twelve));
        let entry = self.entry(&note).await;
        assert_eq!(property(&entry, "STATUS"), "CANCELLED");
        assert!(self.public("/rilasci/nota-2027-q3").await.contains(why), "it stays visible with its reason");
        let refused = self.act(&self.desk, &note, "move", reason("2027-11-16", "other", "Torna in agenda")).await;
        refused.refused(409, "wrong_transition");
        let proposal = self.get("/api/v1/agenda/proposal?from=2027-01&to=2027-12").await;
        let lines = proposal["lines"].as_array().expect("lines");
        assert!(lines.iter().all(|line| (&line["product"], &line["period"]) != (&json!("nota"), &json!("2027-Q3"))));
    }
}

fn thrice(addresses: &[String]) -> Vec<String> {
    addresses.iter().flat_map(|one| [one.clone(), one.clone(), one.clone()]).collect()
}
