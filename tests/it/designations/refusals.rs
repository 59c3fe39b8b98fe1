//! Every way in which a designation is refused has its own clear error, and changes nothing.

use super::designate;
use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use serde_json::json;

both_engines! {
    async fn each_mistake_has_its_own_code_and_leaves_nothing_behind(engine) {
        let app = TestApp::new(engine).await;
        designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
        app.mails().await;
        let secretariat = app.client(SECRETARIAT).await;
        let before = secretariat.get("/api/v1/designations?with_annulled=true").send().await.body;
        let lodi = || Designation::of("referent:lodi").to("Ugo", "Sala");
        let cases = [
            (Designation::of("referent:bergamo").to("Ugo", "Sala"), 409, "seat_held"),
            (Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-06-01"), 409, "already_in_seat"),
            (Designation::of("referent:atlantide").to("Ugo", "Sala"), 422, "seat_unknown"),
            (lodi().until("2027-01-10"), 422, "end_before_start"),
            (lodi().by_act_of("2027-01-12").from("2027-01-11"), 422, "act_after_effect"),
            (lodi().by_act_of("2027-01-12").from("2027-02-01"), 422, "act_in_future"),
            (lodi().communicated_on("2027-01-12"), 422, "communicated_in_future"),
            (lodi().to("Ada", "Altra").with("person", json!({"given_name": "Ada", "family_name": "Altra", "email": "ada.riva@ente.example"})), 409, "address_taken"),
            (lodi().with("person", json!({"given_name": "", "family_name": "X", "email": "nobody"})), 422, "invalid"),
            (lodi().with("person", json!(null)), 422, "invalid"),
            (lodi().with("unknown", "member"), 422, "unexpected_shape"),
            (lodi().with("act", json!({"kind": "edict"})), 422, "unexpected_shape"),
            (lodi().with("valid_from", "11/01/2027"), 422, "unexpected_shape"),
        ];
        for (designation, status, code) in cases {
            secretariat.post("/api/v1/designations").json(designation.json()).send().await.refused(status, code);
        }
        assert_eq!(secretariat.get("/api/v1/designations?with_annulled=true").send().await.body, before);
        assert!(app.mails().await.is_empty());
    }

    async fn a_version_is_demanded_and_an_old_one_refused(engine) {
        let app = TestApp::new(engine).await;
        let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
        let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
        let secretariat = app.client(SECRETARIAT).await;
        let end = || secretariat.post(&path).json(json!({ "last_day": "2027-03-31", "reason": "Trasferimento" }));
        end().send().await.refused(428, "version_missing");
        end().if_match(1).send().await.expect(200);
        end().if_match(1).send().await.refused(412, "stale");
        end().if_match(2).send().await.refused(409, "already_ended");
    }

    async fn the_last_secretariat_can_only_be_replaced(engine) {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        let register = secretariat.get("/api/v1/designations?seat=secretariat").send().await.expect(200);
        let id = register["items"][0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/designations/{id}");
        let end = json!({ "last_day": "2027-01-31", "reason": "Fine" });
        secretariat.post(&format!("{path}/end")).if_match(1).json(end).send().await.refused(409, "last_secretariat");
        secretariat.post(&format!("{path}/annul")).if_match(1).json(json!({ "reason": "Errore" })).send().await.refused(409, "last_secretariat");
    }

    async fn two_who_designate_to_one_seat_at_once_end_with_one_holder(engine) {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        let race = (0..8).map(|number| {
            let designation = Designation::of("referent:varese").to(&format!("N{number}"), "Rossi");
            secretariat.post("/api/v1/designations").json(designation.json()).send()
        });
        let answers = futures_util::future::join_all(race).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status.as_u16())), "{answers:?}");
        let held = secretariat.get("/api/v1/designations?seat=referent&observatory=varese").send().await.expect(200);
        assert_eq!(held["items"].as_array().map(Vec::len), Some(1));
    }
}
