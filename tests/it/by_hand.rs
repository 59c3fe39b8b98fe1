//! A reminder that the secretariat sends: one mail now, at most once a day for a person and an obligation, counted by the
//! ladder, and never about what is done.

use crate::on_sqlite;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::forms;
use crate::support::world::{FOREIGN, OWN, World};
use serde_json::{Value, json};

on_sqlite! {
    a_reminder_by_hand_leaves_at_once_and_at_most_once_a_day,
    the_ladder_counts_a_reminder_by_hand_and_other_reminders_still_leave,
    nothing_is_sent_on_what_is_done_nor_to_an_empty_seat,
    what_is_late_is_grouped_by_release_with_the_act_in_place,
    the_home_of_the_secretariat_is_what_it_has_to_follow,
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

async fn steps_of(world: &World, observatory: &str) -> Vec<Value> {
    let secretariat = world.app.client(SECRETARIAT).await;
    let steps = secretariat.get(&format!("/api/v1/tasks?observatory={observatory}")).send().await.expect(200);
    steps["items"].as_array().expect("a list").clone()
}

async fn a_reminder_by_hand_leaves_at_once_and_at_most_once_a_day(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let path = format!("/api/v1/tasks/{}/remind", id(&steps_of(&world, "bergamo").await[0]));
    world.app.mails().await;
    // A Saturday evening: no reminder of the ladder leaves then.
    world.app.at("2027-01-30 21:00");
    let entry = secretariat.post(&path).send().await.expect(200);
    assert_eq!((&entry["outcome"], &entry["obligation_kind"]), (&json!("sent"), &json!("task")));
    let mails = world.app.mails().await;
    let mails: Vec<_> = mails.iter().filter(|mail| mail.kind == "reminder_by_hand").collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].to == OWN && mails[0].text.contains("segreteria tecnica") && mails[0].text.contains("/p/"));

    secretariat.post(&path).send().await.refused(409, "reminded_today");
    assert_eq!(world.app.mails().await.len(), 0);
    world.app.at("2027-01-31 21:00");
    secretariat.post(&path).send().await.expect(200);
    assert_eq!(world.app.mails().await.len(), 1, "the next day is another day, although neither is worked");
    let log = secretariat.get("/api/v1/reminders").send().await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(2), "{log:#}");
    for client in [world.app.client(OWN).await, world.app.client(FOREIGN).await] {
        client.post(&path).send().await.refused(403, "denied");
    }
    secretariat
        .post("/api/v1/tasks/01936f3c-0000-7000-8000-000000000000/remind")
        .send()
        .await
        .refused(404, "not_found");
}

async fn the_ladder_counts_a_reminder_by_hand_and_other_reminders_still_leave(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let steps = steps_of(&world, "bergamo").await;
    let (first, second) = (&steps[0], &steps[1]);
    world.app.mails().await;
    let due: chrono::NaiveDate = first["due_day"].as_str().expect("a day").parse().expect("a day");
    // Past its day, before any reminder of the ladder was sent.
    world.app.at(&format!("{} 07:30", due + chrono::Days::new(7)));
    secretariat.post(&format!("/api/v1/tasks/{}/remind", id(first))).send().await.expect(200);
    world.app.advance(chrono::TimeDelta::hours(1));
    world.app.tick("reminders").await;
    let mails = world.app.mails().await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = words(first["title_it"].as_str().expect("a title"));
    let about = mails.iter().filter(|mail| mail.to == OWN && words(&mail.text).contains(&title)).count();
    assert_eq!(about, 1, "the late reminder of the ladder would repeat it");
    let by_ladder = mails.iter().filter(|mail| mail.kind == "reminder" && mail.to == OWN).count();
    let is_reached = second["due_day"].as_str().expect("a day") <= "2027-03-05";
    assert_eq!(by_ladder, usize::from(is_reached), "{second:#}");
}

async fn nothing_is_sent_on_what_is_done_nor_to_an_empty_seat(engine: Engine) {
    let world = World::new(engine).await;
    let (secretariat, ada) = (world.app.client(SECRETARIAT).await, world.app.client(OWN).await);
    let step = steps_of(&world, "bergamo").await.remove(0);
    let remind = format!("/api/v1/tasks/{}/remind", id(&step));
    secretariat.post(&remind).send().await.expect(200);
    let complete = format!("/api/v1/tasks/{}/complete", id(&step));
    ada.post(&complete).if_match(&step["version"]).json(json!({})).send().await.expect(200);
    assert!(
        world.app.mails().await.iter().all(|mail| mail.kind != "reminder_by_hand"),
        "it waited, and is not true any more"
    );
    secretariat.post(&remind).send().await.refused(409, "nothing_due");
    let vacant = steps_of(&world, "sondrio").await.remove(0);
    let remind = format!("/api/v1/tasks/{}/remind", id(&vacant));
    secretariat.post(&remind).send().await.refused(409, "nobody_in_seat");
    let deputy = Designation::of("deputy:sondrio").to("Lea", "Valli");
    secretariat.post("/api/v1/designations").json(deputy.json()).send().await.expect(201);
    secretariat.post(&remind).send().await.expect(200);
}

async fn what_is_late_is_grouped_by_release_with_the_act_in_place(engine: Engine) {
    let world = World::new(engine).await;
    world.app.at("2027-03-08 10:00");
    let browser = world.app.browser(SECRETARIAT).await;
    let monday = browser.get("/monday").header("accept", "text/html").send().await.text();
    assert_eq!(monday.matches("rc-group-heading").count(), 2, "one release, late and due soon");
    assert!(
        monday.contains("mailto:elio.capo@ente.example?subject=In%20ritardo"),
        "the manager of a late observatory is written to by one press"
    );
    let buttons =
        |html: &str| forms(html).into_iter().filter(|form| form.action.ends_with("/remind")).collect::<Vec<_>>();
    let button = buttons(&monday).remove(0);
    let number = buttons(&monday).len();
    let pressed = button.send(&browser).await;
    assert_eq!((pressed.status.as_u16(), pressed.header("location")), (303, Some("/monday")));
    let again = browser.get("/monday").header("accept", "text/html").send().await.text();
    assert_eq!(buttons(&again).len(), number - 1, "the button leaves with its mail");
    assert!(again.contains("Ultimo promemoria: 08.03.2027"), "{again}");
}

async fn the_home_of_the_secretariat_is_what_it_has_to_follow(engine: Engine) {
    let world = World::new(engine).await;
    let page = async |app: &TestApp, email: &str, path: &str| {
        let client = app.browser(email).await;
        let answer = client.get(path).header("accept", "text/html").send().await;
        (answer.status.as_u16(), answer.header("location").map(str::to_owned))
    };
    assert_eq!(page(&world.app, SECRETARIAT, "/").await, (303, Some("/monday".to_owned())));
    assert_eq!(page(&world.app, SECRETARIAT, "/?public=1").await, (200, None));
    assert_eq!(page(&world.app, OWN, "/").await, (200, None));
}
