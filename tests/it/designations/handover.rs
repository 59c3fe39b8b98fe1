//! When a designation ends: access, links and pending mails of the former holder die, the farewell is the last word.

use super::designate;
use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::mailbox::list;
use serde_json::json;

both_engines! {
    async fn a_replacement_ends_the_former_holder_the_same_day(engine) {
        let app = TestApp::new(engine).await;
        designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
        let ada = app.client("ada.riva@ente.example").await;
        ada.get("/api/v1/designations").send().await.expect(200);
        app.mails().await;
        app.at("2027-03-15 10:00");
        let next = Designation::of("referent:bergamo").to("Ugo", "Sala").from("2027-03-15").by_act_of("2027-03-10").communicated_on("2027-03-15");
        designate(&app, next.replacing_the_holder()).await;
        ada.get("/api/v1/designations").send().await.expect(401);
        assert_eq!(
            list(&app.mails().await),
            [
                "ada.riva@ente.example  farewell",
                "segreteria@raccordo.example  designation_registered",
                "ugo.sala@ente.example  designation_registered",
            ]
        );
        let secretariat = app.client(SECRETARIAT).await;
        let before = secretariat.get("/api/v1/designations?seat=referent&observatory=bergamo&as_of=2027-03-14").send().await.expect(200);
        assert_eq!(before["items"][0]["person"]["given_name"], "Ada");
        let after = secretariat.get("/api/v1/designations?seat=referent&observatory=bergamo&as_of=2027-03-15").send().await.expect(200);
        assert_eq!(after["items"][0]["person"]["given_name"], "Ugo");
    }

    async fn an_end_announced_ahead_takes_effect_at_its_midnight_and_says_farewell_once(engine) {
        let app = TestApp::new(engine).await;
        let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
        designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
        let secretariat = app.client(SECRETARIAT).await;
        let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
        secretariat.post(&path).if_match(1).json(json!({ "last_day": "2027-01-31", "reason": "Trasferimento" })).send().await.expect(200);
        app.mails().await;
        let ada = app.client("ada.riva@ente.example").await;
        app.at("2027-01-31 23:59");
        app.tick("handover").await;
        ada.get("/api/v1/designations").send().await.expect(200);
        app.mails().await;
        app.at("2027-02-01 00:00");
        // Rights end with the day, whether or not the job has come round; then the key is dead as well.
        ada.get("/api/v1/designations").send().await.refused(403, "denied");
        for _ in 0..3 {
            app.tick("handover").await;
        }
        ada.get("/api/v1/designations").send().await.expect(401);
        assert_eq!(
            list(&app.mails().await),
            [
                "ada.riva@ente.example  farewell",
                "elio.capo@ente.example  designation_ended",
                "elio.capo@ente.example  designation_requested",
            ]
        );
    }

    async fn pending_mails_of_who_left_are_cancelled_and_only_the_farewell_goes_out(engine) {
        let app = TestApp::new(engine).await;
        let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
        // Nothing has been sent yet when it turns out that Ada had left before she began to be written to.
        app.at("2027-01-20 10:00");
        let secretariat = app.client(SECRETARIAT).await;
        let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
        secretariat.post(&path).if_match(1).json(json!({ "last_day": "2027-01-15", "reason": "Dimissioni" })).send().await.expect(200);
        let to_ada: Vec<_> = list(&app.mails().await).into_iter().filter(|line| line.starts_with("ada")).collect();
        assert_eq!(to_ada, ["ada.riva@ente.example  farewell"]);
    }

    async fn who_begins_later_is_welcomed_on_the_day_and_the_body_warned_before_the_end(engine) {
        let app = TestApp::new(engine).await;
        designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01").until("2027-04-30")).await;
        app.mails().await;
        app.at("2027-02-01 06:00");
        for _ in 0..2 {
            app.tick("handover").await;
        }
        assert_eq!(list(&app.mails().await), ["ada.riva@ente.example  designation_welcome"]);
        app.at("2027-02-28 06:00");
        app.tick("handover").await;
        assert_eq!(list(&app.mails().await), [""; 0]);
        app.at("2027-03-01 06:00");
        for _ in 0..2 {
            app.tick("handover").await;
        }
        assert_eq!(list(&app.mails().await), ["segreteria@raccordo.example  designation_ending_soon"]);
    }
}
