//! February to April 2027: what comes out, is seen on the portal, is corrected and taken back.

use super::{LEA, OF_FOCUS, Year, addresses, property, text};
use crate::support::app::SECRETARIAT;
use serde_json::{Value, json};

impl Year {
    async fn publish(&self, wall: &str) {
        self.at(wall).await;
        self.app.tick("publish").await;
        self.app.tick("verify").await;
    }

    /// The note of the fourth quarter waits for its chapters, then comes out late and without one of them.
    pub async fn a_note_is_kept_back_until_its_chapters_are_there(&self) {
        let note = self.release("nota", "2026-Q4").await;
        self.publish("2027-02-16 09:59").await;
        self.act(&self.desk, &note, "publish", Value::Null).await.refused(409, "wrong_transition");
        self.publish("2027-02-16 10:00").await;
        assert_eq!(self.get(&note).await["state"], "confirmed", "its chapters are missing");
        let refused = self.act(&self.desk, &note, "publish", Value::Null).await.refused(409, "release_blocked");
        assert!(refused["detail"].as_str().is_some_and(|said| said.contains("Sondrio")), "{refused:#}");

        let cause = "I dati di Sondrio arrivano a marzo, con quelli della montagna.";
        for chapter in self.items(&format!("{note}/chapters")).await {
            let code = text(&chapter, "observatory");
            let own = self.contribution(&note, code).await;
            if code == "sondrio" {
                self.act(&self.desk, &own, "omit", json!({ "cause": cause })).await.expect(200);
            } else {
                self.hands_in(&self.referent(code).await, &own, "nota").await;
                self.act(&self.lea, &own, "approve", Value::Null).await.expect(200);
            }
        }
        let own = self.contribution(&note, "bergamo").await;
        self.portal.show("/nota", "<title>Prodotto nota</title><h1>Prodotto nota, quarto trimestre 2026</h1>");
        let declared = json!({ "address": self.portal.url("/nota") });
        let publication = own.replace("/deliverables/", "/publications/");
        self.desk.post(&format!("{publication}/declare")).if_match(0).json(declared).send().await.expect(200);
        let published = self.act(&self.desk, &note, "publish", Value::Null).await.expect(200);
        assert_eq!(published["state"], "published");
        let page = self.public("/rilasci/nota-2026-q4").await;
        assert!(page.contains(cause), "the public reads why a chapter is missing: {page}");
        self.app.mails().await;
    }

    pub async fn the_focus_comes_out_and_is_seen(&self) {
        let release = self.release("focus", "2026").await;
        let own = self.contribution(&release, "bergamo").await;
        let publication = own.replace("/deliverables/", "/publications/");
        self.portal.show("/focus", "<title>Prodotto focus 2026</title><h1>Prodotto focus 2026</h1>");
        let declared = json!({ "address": self.portal.url("/focus") });
        let declare = self.desk.post(&format!("{publication}/declare")).if_match(0).json(declared);
        declare.send().await.expect(200);
        let visits = self.portal.visits();
        self.publish("2027-04-20 09:59").await;
        assert_eq!(self.portal.visits(), visits, "nothing is looked for before it is out");
        self.publish("2027-04-20 10:00").await;
        assert_eq!(self.get(&release).await["state"], "published");
        assert_eq!(self.get(&publication).await["state"], "verified");
        for code in OF_FOCUS {
            let chapter = self.contribution(&release, code).await;
            assert_eq!(self.get(&chapter).await["state"], "verified", "{code}: one page for all chapters");
        }
        let page = self.public("/rilasci/focus-2026").await;
        assert!(page.contains(&self.portal.url("/focus")), "the public is led to what came out: {page}");
        assert!(!page.contains("ente.example"), "no personal data");
        let entry = self.entry(&release).await;
        assert!(entry.contains(&self.portal.url("/focus")), "{entry}");
        self.app.mails().await;
    }

    pub async fn the_focus_is_corrected(&self) {
        self.at("2027-04-22 09:00").await;
        let release = self.release("focus", "2026").await;
        let before = self.entry(&release).await;
        let why = "La tavola 4 riportava i valori del 2025.";
        let short = json!({ "kind": "error", "explanation": "Errore" });
        self.act(&self.desk, &release, "amend", short).await.refused(422, "reason_too_short");
        let amended = self.act(&self.desk, &release, "amend", json!({ "kind": "error", "explanation": why })).await;
        assert_eq!(amended.expect(200)["flags"]["amended"], true);
        let mut expected = addresses(OF_FOCUS);
        expected.push(LEA.to_owned());
        expected.sort();
        assert_eq!(self.told("release_amended").await, expected, "all but the one who acts, once");
        let page = self.public("/rilasci/focus-2026").await;
        assert!(page.contains(why) && page.contains(&self.portal.url("/focus")), "{page}");
        let after = self.entry(&release).await;
        assert_eq!(property(&after, "UID"), property(&before, "UID"));
        assert_ne!(property(&after, "LAST-MODIFIED"), property(&before, "LAST-MODIFIED"), "calendars show it anew");
    }

    pub async fn the_note_is_withdrawn(&self) {
        self.at("2027-04-23 09:00").await;
        let note = self.release("nota", "2026-Q4").await;
        let why = "I dati di origine erano di un altro trimestre.";
        let withdrawn = self.act(&self.desk, &note, "withdraw", json!({ "explanation": why })).await.expect(200);
        assert_eq!(withdrawn["state"], "withdrawn");
        let told = self.told("release_withdrawn").await;
        assert!(!told.contains(&SECRETARIAT.to_owned()) && told.contains(&LEA.to_owned()), "{told:?}");
        let once: std::collections::BTreeSet<&String> = told.iter().collect();
        assert_eq!(once.len(), told.len(), "each of them once");
        let page = self.public("/rilasci/nota-2026-q4").await;
        assert!(page.contains(why), "it stays visible that it existed: {page}");
        assert!(self.entry(&note).await.contains("SUMMARY:Ritirata: Prodotto nota"));
        self.act(&self.desk, &note, "withdraw", json!({ "explanation": why })).await.refused(409, "wrong_transition");
        let kinds = self.get(&note).await["changes"].clone();
        let kinds: Vec<&Value> = kinds.as_array().expect("changes").iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["planned", "confirmed", "published", "withdrawn"]);
    }
}
