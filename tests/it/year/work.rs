//! March and April 2027: the chapters of the focus, with remarks, an answer, a new version, a peer reading and approvals.

use super::{OF_FOCUS, Year, text};
use crate::support::forms::form;
use serde_json::{Value, json};

impl Year {
    pub async fn the_focus_is_written_reviewed_and_read(&self) {
        self.at("2027-03-22 09:00").await;
        let release = self.release("focus", "2026").await;
        let chapters = self.items(&format!("{release}/chapters")).await;
        let mut written: Vec<&str> = chapters.iter().map(|one| text(one, "observatory")).collect();
        written.sort_unstable();
        assert_eq!(written, OF_FOCUS, "four provinces and the region");
        for code in ["brescia", "cremona", "mantova", "regionale"] {
            let own = self.contribution(&release, code).await;
            let referent = self.referent(code).await;
            self.hands_in(&referent, &own, "prima-versione").await;
            self.act(&self.lea, &own, "approve", Value::Null).await.expect(200);
        }
        self.bergamo_is_reviewed(&release).await;
        let blocking = self.get(&format!("{release}/chapters")).await;
        assert!(blocking["blocking"].is_null(), "nothing blocks the publication: {blocking:#}");
        self.app.mails().await;
    }

    pub(super) async fn hands_in(&self, referent: &crate::support::app::Client, own: &str, name: &str) {
        let text = json!({ "link": format!("https://provincia.example/{name}.pdf"), "note": "Testo e tavole" });
        self.act(referent, own, "submit", text).await.expect(200);
    }

    /// Asserts that the chapter has this holder of the ball, the same everywhere.
    async fn waits_for(&self, own: &str, holder: &str) {
        let review = self.get(&format!("{own}/review")).await;
        assert_eq!(review["ball"]["holder"], holder, "{review:#}");
        let held = review["held"].as_array().expect("holders").iter();
        let days: i64 = held.map(|one| one["working_days"].as_i64().expect("a number")).sum();
        assert_eq!(review["elapsed_working_days"], days, "the days of all holders are the time that has passed");
    }

    async fn bergamo_is_reviewed(&self, release: &str) {
        let own = self.contribution(release, "bergamo").await;
        let (ada, neighbour) = (self.referent("bergamo").await, self.referent("lecco").await);
        self.referent("lodi").await.get(&own).send().await.refused(404, "not_found");
        self.waits_for(&own, "observatory").await;
        self.hands_in(&ada, &own, "prima-versione").await;
        self.waits_for(&own, "secretariat").await;

        // A remark on the page; the chapter is not accepted over it and goes back to Bergamo.
        self.at("2027-03-24 09:00").await;
        let new = format!("{}/remarks/new", own.replace("/api/v1", ""));
        let remark = form(&self.page(&new).await, &new).with(&[("part", "Capitolo 2"), ("text", "Manca la tavola 4")]);
        assert_eq!(remark.send(&self.browser()).await.status.as_u16(), 303);
        self.act(&self.lea, &own, "approve", Value::Null).await.refused(409, "remarks_open");
        self.act(&self.desk, &own, "request-changes", json!({})).await.expect(200);
        self.waits_for(&own, "observatory").await;
        self.app.advance(raccordo::mail::outbox::QUIET);
        let told = self.app.mails().await;
        let sent_back: Vec<&str> =
            told.iter().filter(|mail| mail.text.contains("Manca la tavola 4")).map(|mail| mail.to.as_str()).collect();
        assert_eq!(sent_back, [super::address("bergamo")], "the author reads the remark once");

        // Bergamo answers and hands in a new version.
        self.at("2027-03-30 09:00").await;
        let remark = self.get(&format!("{own}/review")).await["remarks"][0]["id"].clone();
        let remark = format!("/api/v1/remarks/{}", remark.as_str().expect("an id"));
        self.act(&ada, &remark, "answer", json!({ "done": true, "text": "Aggiunta" })).await.expect(200);
        self.hands_in(&ada, &own, "seconda-versione").await;
        let versions = self.get(&own).await["submissions"].as_array().map(Vec::len);
        assert_eq!(versions, Some(2), "both versions stay");
        self.act(&self.desk, &remark, "accept", Value::Null).await.expect(200);

        // Lecco, a neighbour, reads it, from its acceptance of the reading on.
        let asked = json!({ "observatory": "lecco", "due_day": "2027-04-09" });
        let reading = self.desk.post(&format!("{own}/peer-readings")).json(asked).send().await.expect(201);
        let reading = format!("/api/v1/peer-readings/{}", text(&reading, "id"));
        self.waits_for(&own, "peer_reader").await;
        neighbour.get(&own).send().await.refused(404, "not_found");
        self.act(&neighbour, &reading, "accept", Value::Null).await.expect(200);
        neighbour.get(&own).send().await.expect(200);
        self.at("2027-04-07 09:00").await;
        let found =
            json!({ "remarks": [{ "part": "Capitolo 3", "text": "I flussi verso Lecco sono di un altro anno" }] });
        self.act(&neighbour, &reading, "deliver", found).await.expect(200);
        self.waits_for(&own, "secretariat").await;
        let review = self.get(&format!("{own}/review")).await;
        assert_eq!(review["peer_readings"][0]["state"], "delivered");
        let of_reader = review["remarks"].as_array().expect("remarks").iter();
        let of_reader: Vec<&Value> = of_reader.filter(|one| one["is_of_peer_reader"] == true).collect();
        assert_eq!(of_reader.len(), 1, "{review:#}");

        // Its remark is done, and the second person of the secretariat accepts the text.
        let remark = format!("/api/v1/remarks/{}", text(of_reader[0], "id"));
        self.act(&ada, &remark, "answer", json!({ "done": true })).await.expect(200);
        self.act(&self.desk, &remark, "accept", Value::Null).await.expect(200);
        self.act(&ada, &own, "approve", Value::Null).await.refused(403, "denied");
        let approved = self.act(&self.lea, &own, "approve", Value::Null).await.expect(200);
        assert_eq!(approved["state"], "approved");
        self.waits_for(&own, "nobody").await;
        let page = self.page(&own.replace("/api/v1", "")).await;
        assert!(page.contains("Manca la tavola 4") && page.contains("seconda-versione.pdf"), "{page}");
    }
}
