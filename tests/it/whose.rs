//! The observatory of a release: an autonomous product obliges only the observatory that its release names.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    two_observatories_may_each_have_a_release_of_one_product_for_one_period,
}

on_sqlite! {
    an_autonomous_product_obliges_its_own_observatory_alone,
    the_day_of_an_autonomous_release_is_one_its_own_observatory_works,
    a_release_names_an_observatory_where_its_product_is_autonomous_and_nowhere_else,
    a_product_whose_scope_has_changed_is_not_confirmed_for_the_wrong_observatories,
}

const FOCUS: &str = r#"
[[product]]
code = "focus"
name_it = "Focus territoriale"
name_en = "Territorial focus"
periodicity = "annual"
scope = "autonomous"
default_hour = "10:00"

[[product.step]]
code = "bozza"
name_it = "Bozza"
name_en = "Draft"
seat = "referent"
offset_working_days = -10
minutes = 60

[[product.step]]
code = "visto"
name_it = "Visto del dirigente"
name_en = "Manager's approval"
seat = "body_manager"
offset_working_days = -2
minutes = 10
"#;

async fn app(engine: Engine) -> (TestApp, Client) {
    let app = TestApp::new(engine).await;
    app.load_also(FOCUS).await;
    let secretariat = app.client(SECRETARIAT).await;
    (app, secretariat)
}

/// Input for a release of a product for 2026, in March 2027.
fn release(product: &str, observatory: Option<&str>) -> Value {
    let mut release =
        json!({ "product": product, "period": "2026", "date": { "precision": "month", "day": "2027-03-01" } });
    if let Some(code) = observatory {
        release["observatory"] = code.into();
    }
    release
}

async fn planned(secretariat: &Client, observatory: &str) -> Value {
    secretariat.post("/api/v1/releases").json(release("focus", Some(observatory))).send().await.expect(201)
}

fn path(release: &Value, verb: &str) -> String {
    format!("/api/v1/releases/{}{verb}", release["id"].as_str().expect("an id"))
}

async fn confirmed(secretariat: &Client, release: &Value, day: &str) -> Value {
    let confirm = secretariat.post(&path(release, "/confirm")).if_match(&release["version"]);
    confirm.json(json!({ "day": day })).send().await.expect(200)
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).send().await.expect(200)["items"].as_array().expect("a list").clone()
}

async fn an_autonomous_product_obliges_its_own_observatory_alone(engine: Engine) {
    let (app, secretariat) = app(engine).await;
    let release = planned(&secretariat, "bergamo").await;
    assert_eq!(release["observatory"], "bergamo");
    let release = confirmed(&secretariat, &release, "2027-03-19").await;
    let of_release = format!("/api/v1/deliverables?release={}", release["id"].as_str().expect("an id"));
    let owed = items(&secretariat, &of_release).await;
    assert_eq!(owed.len(), 1, "{owed:#?}");
    assert_eq!(owed[0]["observatory"], "bergamo");
    let seats: Vec<Value> =
        items(&secretariat, "/api/v1/tasks").await.iter().map(|task| task["seat"].clone()).collect();
    assert_eq!(seats, ["referent:bergamo", "body_manager:provincia-bergamo"]);

    let moving = json!({ "day": "2027-03-26", "reason_code": "workload", "reason_text": "Altri lavori in corso" });
    secretariat.post(&path(&release, "/move")).if_match(&release["version"]).json(moving).send().await.expect(200);
    assert_eq!(items(&secretariat, &of_release).await.len(), 1);
    let days: Vec<Value> = items(&secretariat, "/api/v1/tasks").await.iter().map(|task| task["day"].clone()).collect();
    assert_eq!(days, ["2027-03-12", "2027-03-24"]);

    let name = "Osservatorio del mercato del lavoro di Bergamo";
    let public = app.anonymous().get("/calendar").header("accept", "text/html").send().await.text();
    assert!(public.contains(name), "the public calendar says whose it is");
    let feed = app.anonymous().get("/calendar.ics").send().await.text().replace("\r\n ", "");
    let said = feed.lines().filter(|line| line.contains(name)).count();
    assert!(feed.contains(&format!("Focus territoriale\\, anno 2026 ({name})")) && said >= 2, "{feed}");

    secretariat
        .post("/api/v1/designations")
        .json(Designation::of("referent:lodi").to("Ugo", "Sala").json())
        .send()
        .await
        .expect(201);
    let lodi = app.client("ugo.sala@ente.example").await;
    assert_eq!(items(&lodi, "/api/v1/deliverables").await.len(), 0, "Lodi owes nothing");
    assert_eq!(items(&lodi, "/api/v1/tasks").await.len(), 0);
}

async fn the_day_of_an_autonomous_release_is_one_its_own_observatory_works(engine: Engine) {
    let (_app, secretariat) = app(engine).await;
    // 18 March is the patron day of Mantua.
    confirmed(&secretariat, &planned(&secretariat, "bergamo").await, "2027-03-18").await;
    let mantua = planned(&secretariat, "mantova").await;
    let confirm = secretariat.post(&path(&mantua, "/confirm")).if_match(&mantua["version"]);
    confirm.json(json!({ "day": "2027-03-18" })).send().await.refused(422, "non_working_day");
}

async fn two_observatories_may_each_have_a_release_of_one_product_for_one_period(engine: Engine) {
    let (_app, secretariat) = app(engine).await;
    let first = planned(&secretariat, "bergamo").await;
    planned(&secretariat, "como").await;
    planned(&secretariat, "regionale").await;
    let again = secretariat.post("/api/v1/releases").json(release("focus", Some("bergamo"))).send().await;
    again.refused(409, "release_exists");
    let why = json!({ "reason_code": "other", "reason_text": "Ha rinunciato al lavoro" });
    secretariat.post(&path(&first, "/cancel")).if_match(&first["version"]).json(why).send().await.expect(200);
    planned(&secretariat, "bergamo").await;
}

async fn a_release_names_an_observatory_where_its_product_is_autonomous_and_nowhere_else(engine: Engine) {
    let (app, secretariat) = app(engine).await;
    let plan = async |product: &str, observatory: Option<&str>| {
        secretariat.post("/api/v1/releases").json(release(product, observatory)).send().await
    };
    plan("focus", None).await.refused(422, "observatory_missing");
    plan("relazione-territoriale", Some("bergamo")).await.refused(422, "observatory_out_of_place");
    let unknown = plan("focus", Some("atlantide")).await.refused(422, "invalid");
    assert_eq!(
        (&unknown["errors"][0]["field"], &unknown["errors"][0]["code"]),
        (&json!("observatory"), &json!("unknown_value"))
    );
    assert_eq!(items(&secretariat, "/api/v1/releases").await.len(), 0);

    let browser = app.browser(SECRETARIAT).await;
    let typed = |observatory: &'static str| {
        [
            ("product", "focus"),
            ("observatory", observatory),
            ("period", "2026"),
            ("precision", "month"),
            ("day", "2027-03-01"),
        ]
    };
    let refused = browser.post("/releases/new").form(&browser.form_token(), &typed("")).send().await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("id=\"error-observatory\""), "{}", refused.text());
    let accepted = browser.post("/releases/new").form(&browser.form_token(), &typed("como")).send().await;
    assert_eq!(accepted.status, 303, "{}", accepted.text());
    assert_eq!(items(&secretariat, "/api/v1/releases").await[0]["observatory"], "como");
}

async fn a_product_whose_scope_has_changed_is_not_confirmed_for_the_wrong_observatories(engine: Engine) {
    let (app, secretariat) = app(engine).await;
    let release = planned(&secretariat, "bergamo").await;
    app.load_also(&FOCUS.replace("\"autonomous\"", "\"joint\"")).await;
    let confirm = async || {
        let confirm = secretariat.post(&path(&release, "/confirm")).if_match(&release["version"]);
        confirm.json(json!({ "day": "2027-03-19" })).send().await
    };
    confirm().await.refused(422, "observatory_out_of_place");
    assert_eq!(items(&secretariat, "/api/v1/deliverables").await.len(), 0);
    app.load_also(FOCUS).await;
    confirm().await.expect(200);
}
