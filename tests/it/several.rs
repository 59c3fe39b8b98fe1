//! The list of work: one act on several rows at once, filters, orders, and files with the rows of a list.

use crate::support::app::{Answer, Client, SECRETARIAT};
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::support::world::{FOREIGN, OWN, World};
use crate::{both_engines, on_sqlite};
use raccordo::mail::outbox::QUIET;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::BTreeSet;

both_engines! {
    several_tasks_are_redated_together_and_each_reader_gets_one_mail,
    one_refused_row_changes_nothing_and_every_refused_row_is_named,
    the_list_of_work_is_the_same_in_every_order_and_across_its_pages,
    a_file_has_the_rows_of_all_pages_of_its_list,
}

on_sqlite! {
    several_contributions_are_approved_together_and_told_once,
    several_contributions_are_waived_and_only_once,
    only_the_secretariat_acts_on_several_rows_and_on_what_the_act_is_for,
    an_act_on_several_rows_is_confirmed_on_a_page_of_its_own,
    a_refused_row_is_named_on_the_page_of_confirmation,
    an_empty_list_says_which_filter_empties_it,
    the_matrix_of_a_release_reminds_of_what_is_due_next,
    a_filter_that_a_list_does_not_have_is_refused_by_its_file,
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

fn items<'a>(kind: &str, all: impl IntoIterator<Item = &'a Value>) -> Value {
    all.into_iter().map(|one| json!({ "kind": kind, "id": one["id"], "version": one["version"] })).collect()
}

async fn give(secretariat: &Client, place: &str, title: &str) -> Value {
    let task =
        json!({ "seat": format!("referent:{place}"), "title": title, "day": "2027-09-15", "estimated_minutes": 30 });
    secretariat.post("/api/v1/tasks").json(task).send().await.expect(201)["items"][0].clone()
}

async fn several(who: &Client, body: Value) -> Answer {
    who.post("/api/v1/tasks/several").json(body).send().await
}

/// Lets the mails that wait leave, and returns their kinds and texts by reader.
async fn told(world: &World) -> Vec<(String, String, String)> {
    world.app.advance(QUIET);
    world.app.mails().await.into_iter().map(|mail| (mail.to, mail.kind, mail.text)).collect()
}

fn to<'a>(mails: &'a [(String, String, String)], reader: &str) -> Vec<(&'a str, &'a str)> {
    let own = mails.iter().filter(|(to, ..)| to == reader);
    own.map(|(_, kind, text)| (kind.as_str(), text.as_str())).collect()
}

async fn several_tasks_are_redated_together_and_each_reader_gets_one_mail(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let given = [
        give(&secretariat, "bergamo", "Primo elenco").await,
        give(&secretariat, "bergamo", "Secondo elenco").await,
        give(&secretariat, "como", "Terzo elenco").await,
    ];
    told(&world).await;
    let act = json!({ "act": "reschedule", "items": items("task", &given), "working_days": 2 });
    let done = several(&secretariat, act.clone()).await.expect(200);
    let days: Vec<&str> =
        done["tasks"].as_array().expect("tasks").iter().filter_map(|task| task["day"].as_str()).collect();
    assert_eq!(days, ["2027-09-17"; 3]);
    let mails = told(&world).await;
    let own = to(&mails, OWN);
    assert!(own.len() == 1 && own[0].0 == "tasks_changed", "{own:?}");
    assert!(own[0].1.contains("Primo elenco") && own[0].1.contains("Secondo elenco") && !own[0].1.contains("Terzo"));
    let other = to(&mails, FOREIGN);
    assert!(other.len() == 1 && other[0].0 == "task_changed", "a single task is told like one: {other:?}");
    // Sent again, every row is stale.
    let problem = several(&secretariat, act).await.refused(409, "rows_refused");
    let codes: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|error| error["code"].as_str()).collect();
    assert_eq!(codes, ["stale"; 3]);
    let cancel = json!({ "act": "cancel", "items": items("task", done["tasks"].as_array().expect("tasks")), "reason": "Non serve più" });
    several(&secretariat, cancel).await.expect(200);
    let mails = told(&world).await;
    let own = to(&mails, OWN);
    assert!(own.len() == 1 && own[0].0 == "tasks_changed" && own[0].1.contains("Non serve più"), "{own:?}");
}

async fn one_refused_row_changes_nothing_and_every_refused_row_is_named(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let (bergamo, como) = (give(&secretariat, "bergamo", "Elenco").await, give(&secretariat, "como", "Elenco").await);
    let cancelled = give(&secretariat, "lodi", "Elenco").await;
    let path = format!("/api/v1/tasks/{}/cancel", id(&cancelled));
    let why = json!({ "reason": "Non serve più" });
    let cancelled = secretariat.post(&path).if_match(&cancelled["version"]).json(why).send().await.expect(200);
    told(&world).await;
    let unknown = json!({ "id": "01890000-0000-7000-8000-000000000001", "version": 1 });
    let stale = json!({ "id": como["id"], "version": 7 });
    // Sant’Alessandro, patron of Bergamo, is a Thursday in 2027.
    let chosen = items("task", [&como, &bergamo, &cancelled, &unknown, &stale]);
    let act = json!({ "act": "reschedule", "items": chosen, "day": "2027-08-26" });
    let problem = several(&secretariat, act).await.refused(409, "rows_refused");
    let named: Vec<(&str, &str)> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| (error["field"].as_str().expect("a field"), error["code"].as_str().expect("a code")))
        .collect();
    assert_eq!(
        named,
        [
            ("items[1]", "non_working_day"),
            ("items[2]", "wrong_transition"),
            ("items[3]", "not_found"),
            ("items[4]", "stale"),
        ]
    );
    assert!(problem["errors"][0]["detail"].as_str().is_some_and(|text| text.contains("27.08.2027")), "{problem:#}");
    let still = secretariat.get(&format!("/api/v1/tasks/{}", id(&como))).send().await.expect(200);
    assert_eq!((&still["day"], &still["version"]), (&como["day"], &como["version"]));
    assert!(told(&world).await.is_empty(), "no mail tells what did not happen");
}

/// Submits a contribution of each of these observatories; returns them.
async fn handed_in(world: &World) -> Vec<Value> {
    let secretariat = world.app.client(SECRETARIAT).await;
    let next = format!("/api/v1/releases/{}", world.id("provisional release"));
    let version = secretariat.get(&next).send().await.expect(200)["version"].clone();
    let day = json!({ "day": "2028-03-21" });
    secretariat.post(&format!("{next}/confirm")).if_match(version).json(day).send().await.expect(200);
    let mut submitted = Vec::new();
    for (place, email) in [("bergamo", OWN), ("como", FOREIGN)] {
        let referent = world.app.client(email).await;
        let owed = referent.get(&format!("/api/v1/deliverables?observatory={place}")).send().await.expect(200);
        for one in owed["items"].as_array().expect("a list") {
            let text = json!({ "link": "https://ente.example/testo.pdf" });
            let path = format!("/api/v1/deliverables/{}/submit", id(one));
            submitted.push(referent.post(&path).if_match(&one["version"]).json(text).send().await.expect(200));
        }
    }
    told(world).await;
    submitted
}

async fn several_contributions_are_approved_together_and_told_once(engine: Engine) {
    let world = World::new(engine).await;
    let submitted = handed_in(&world).await;
    assert_eq!(submitted.len(), 4);
    let secretariat = world.app.client(SECRETARIAT).await;
    let act = json!({ "act": "approve", "items": items("deliverable", &submitted) });
    let done = several(&secretariat, act).await.expect(200);
    let states: Vec<&Value> =
        done["deliverables"].as_array().expect("a list").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, [&json!("approved"); 4]);
    let mails = told(&world).await;
    for reader in [OWN, FOREIGN] {
        let own = to(&mails, reader);
        assert!(own.len() == 1 && own[0].0 == "contributions_approved", "{own:?}");
    }
}

async fn several_contributions_are_waived_and_only_once(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let owed = secretariat.get("/api/v1/deliverables?state=planned&limit=3").send().await.expect(200);
    let chosen = items("deliverable", owed["items"].as_array().expect("a list"));
    let without = json!({ "act": "waive", "items": chosen });
    several(&secretariat, without).await.refused(422, "reason_missing");
    let act = json!({ "act": "waive", "items": chosen, "reason": "Quest’anno non è dovuto" });
    let done = several(&secretariat, act).await.expect(200);
    let again = items("deliverable", done["deliverables"].as_array().expect("a list"));
    let act = json!({ "act": "waive", "items": again, "reason": "Quest’anno non è dovuto" });
    let problem = several(&secretariat, act).await.refused(409, "rows_refused");
    assert_eq!(problem["errors"][0]["code"], "wrong_transition");
}

async fn only_the_secretariat_acts_on_several_rows_and_on_what_the_act_is_for(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let task = give(&secretariat, "bergamo", "Elenco").await;
    let act = |act: &str| json!({ "act": act, "items": items("task", [&task]), "reason": "Non serve più" });
    several(&world.app.client(OWN).await, act("cancel")).await.refused(403, "denied");
    for wrong in ["approve", "waive"] {
        let problem = several(&secretariat, act(wrong)).await.refused(409, "rows_refused");
        assert_eq!(problem["errors"][0]["code"], "act_unfit");
    }
    let nothing = json!({ "act": "cancel", "items": [], "reason": "Non serve più" });
    let problem = several(&secretariat, nothing).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "nothing_chosen");
    for (days, code) in [
        (json!({}), "required"),
        (json!({ "working_days": 0 }), "nothing_changes"),
        (json!({ "working_days": 900 }), "out_of_range"),
        (json!({ "working_days": 1, "day": "2027-09-20" }), "one_of_two"),
    ] {
        let mut body = json!({ "act": "reschedule", "items": items("task", [&task]) });
        body.as_object_mut().expect("an object").extend(days.as_object().expect("an object").clone());
        let problem = several(&secretariat, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], code);
    }
    let many =
        json!({ "act": "cancel", "items": items("task", std::iter::repeat_n(&task, 101)), "reason": "Non serve più" });
    several(&secretariat, many).await.refused(422, "invalid");
}

async fn page(browser: &Client, path: &str) -> String {
    let answer = browser.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.text()
}

async fn an_act_on_several_rows_is_confirmed_on_a_page_of_its_own(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let given =
        [give(&secretariat, "bergamo", "Primo elenco").await, give(&secretariat, "como", "Secondo elenco").await];
    let browser = world.app.browser(SECRETARIAT).await;
    let list = page(&browser, "/tasks?text=elenco&state=given").await;
    let boxes: Vec<String> = given.iter().map(|task| format!("work-task_{}", id(task))).collect();
    for name in &boxes {
        assert!(list.contains(&format!("form=\"several\" id=\"{name}\"")), "{name} in {list}");
    }
    let blank = form(&list, "/tasks/several");
    let nothing = blank.with(&[("act", "cancel")]).send(&browser).await;
    assert!(nothing.status.as_u16() == 422 && nothing.text().contains("Scelga una riga"));
    let chosen = blank.with(&[("act", "cancel"), (&boxes[0], "1"), (&boxes[1], "1")]);
    let asked = chosen.send(&browser).await;
    assert_eq!(asked.status.as_u16(), 200, "{}", asked.text());
    assert!(asked.text().contains("non si torna indietro") && asked.text().contains("btn-danger"), "{}", asked.text());
    let confirm = form(&asked.text(), "/tasks/several");
    assert_eq!(confirm.send(&browser).await.status.as_u16(), 422, "a reason is missing");
    let done = confirm.with(&[("reason", "Non serve più")]).send(&browser).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, Some("/tasks?text=elenco&state=given")));
    for task in &given {
        let now = secretariat.get(&format!("/api/v1/tasks/{}", id(task))).send().await.expect(200);
        assert_eq!((&now["state"], &now["reason"]), (&json!("cancelled"), &json!("Non serve più")));
    }
    let own = page(&world.app.browser(OWN).await, "/tasks").await;
    assert!(!own.contains("/tasks/several"), "who may not act on several is not asked to choose");
}

async fn a_refused_row_is_named_on_the_page_of_confirmation(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let given =
        [give(&secretariat, "bergamo", "Primo elenco").await, give(&secretariat, "como", "Secondo elenco").await];
    let browser = world.app.browser(SECRETARIAT).await;
    let blank = form(&page(&browser, "/tasks").await, "/tasks/several");
    let boxes: Vec<String> = given.iter().map(|task| format!("work-task_{}", id(task))).collect();
    let asked = blank.with(&[("act", "reschedule"), (&boxes[0], "1"), (&boxes[1], "1")]).send(&browser).await;
    let confirm = form(&asked.text(), "/tasks/several");
    let refused = confirm.with(&[("day", "2027-08-26")]).send(&browser).await;
    assert_eq!(refused.status.as_u16(), 422);
    let text = refused.text();
    assert!(text.contains("href=\"#field-row-0\"") && text.contains("id=\"error-row-0\""), "{text}");
    assert!(text.contains("Primo elenco, ") && !text.contains("id=\"error-row-1\""), "{text}");
    let both = confirm.with(&[("day", "2027-08-25"), ("working_days", "2")]).send(&browser).await;
    assert_eq!(both.status.as_u16(), 422);
    let done = confirm.with(&[("day", "2027-08-25")]).send(&browser).await;
    assert_eq!(done.status.as_u16(), 303);
}

/// Returns the ids of the rows of a page of the list, in their order, and the address of the next page.
fn rows(html: &str) -> (Vec<String>, Option<String>) {
    let page = Html::parse_document(html);
    let select = |selector: &str| Selector::parse(selector).expect("a selector");
    let href = |link: scraper::ElementRef<'_>| link.attr("href").expect("an address").to_owned();
    let (lines, next) = (select("main table th[scope=row] a"), select("a[rel=next]"));
    let addresses = page.select(&lines).map(href);
    let ids = addresses.map(|address| address.rsplit('/').next().expect("an id").to_owned()).collect();
    (ids, page.select(&next).map(href).next())
}

/// Returns the ids on all pages of the list of work.
async fn all_rows(browser: &Client, path: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let (ids, following) = rows(&page(browser, &path).await);
        found.extend(ids);
        next = following;
    }
    found
}

/// Returns the ids on all pages of a list of the API.
async fn all_items(client: &Client, path: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let listed = client.get(&path).send().await.expect(200);
        found.extend(listed["items"].as_array().expect("a list").iter().map(|one| id(one).to_owned()));
        next = listed["_links"]["next"].as_str().map(|next| next[next.find("/api/").expect("a path")..].to_owned());
    }
    found
}

/// Returns the ids of a file: its last column.
async fn file_rows(client: &Client, path: &str) -> Vec<String> {
    let file = client.get(path).send().await;
    assert_eq!(file.status.as_u16(), 200, "{path}: {}", file.text());
    let id = |line: &str| line.rsplit(';').next().expect("an id").to_owned();
    file.text().lines().skip(1).map(id).collect()
}

async fn the_list_of_work_is_the_same_in_every_order_and_across_its_pages(engine: Engine) {
    let world = World::new(engine).await;
    handed_in(&world).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    for filter in [
        "",
        "&product=relazione-territoriale",
        "&observatory=bergamo&state=every",
        "&seat=referent:bergamo&state=every",
    ] {
        let whole = all_rows(&browser, &format!("/tasks?limit=200{filter}")).await;
        assert!(whole.len() > 3, "{filter}");
        let set: BTreeSet<&String> = whole.iter().collect();
        for sort in ["day", "observatory", "release"] {
            let path = format!("/tasks?sort={sort}{filter}");
            let paged = all_rows(&browser, &format!("{path}&limit=7")).await;
            assert_eq!(paged, all_rows(&browser, &format!("{path}&limit=200")).await, "{path}");
            assert_eq!(paged.iter().collect::<BTreeSet<_>>(), set, "{path}");
        }
    }
    // Sorted by observatory, the tasks of each stand together, and within it the earliest comes first.
    let sorted = secretariat.get("/api/v1/tasks?sort=observatory&limit=200").send().await.expect(200);
    let tasks = sorted["items"].as_array().expect("a list");
    let mut groups: Vec<&Value> = tasks.iter().map(|task| &task["observatory"]).collect();
    groups.dedup();
    let different: BTreeSet<String> = tasks.iter().map(|task| task["observatory"].to_string()).collect();
    assert_eq!(groups.len(), different.len(), "{groups:?}");
    let is_later = |pair: &[Value]| {
        pair[0]["observatory"] == pair[1]["observatory"] && pair[0]["day"].as_str() > pair[1]["day"].as_str()
    };
    assert!(!tasks.windows(2).any(is_later));
    let released = secretariat.get("/api/v1/tasks?sort=release&limit=200").send().await.expect(200);
    let mut groups: Vec<&Value> =
        released["items"].as_array().expect("a list").iter().map(|task| &task["release_id"]).collect();
    groups.dedup();
    assert_eq!(groups.len(), 3, "two releases, and the tasks without one at the end");
    assert_eq!(groups[0], world.id("release"));
    let first = secretariat.get("/api/v1/tasks?sort=release&limit=1").send().await.expect(200);
    let cursor = first["_links"]["next"].as_str().and_then(|next| next.split("cursor=").nth(1)).expect("a cursor");
    secretariat
        .get(&format!("/api/v1/tasks?sort=observatory&cursor={cursor}"))
        .send()
        .await
        .refused(400, "cursor_unknown");
}

async fn a_file_has_the_rows_of_all_pages_of_its_list(engine: Engine) {
    let world = World::new(engine).await;
    handed_in(&world).await;
    let (secretariat, browser) = (world.app.client(SECRETARIAT).await, world.app.browser(SECRETARIAT).await);
    let release = world.id("release");
    for (list, operation, filters) in [
        ("tasks", "tasks", "observatory=bergamo"),
        ("tasks", "tasks", "state=given&sort=observatory"),
        ("tasks", "tasks", "due=true&product=relazione-territoriale&sort=release"),
        ("contributions", "deliverables", "state=submitted"),
        ("contributions", "deliverables", &format!("release={release}")),
        ("agenda", "releases", "state=confirmed"),
        ("agenda", "releases", "from=2027-01-01&to=2027-12-31&observatory=bergamo"),
        ("register", "designations", "as_of=2027-02-01&seat=referent"),
        ("register", "designations", "as_of=2027-02-01&body=provincia-bergamo"),
    ] {
        let listed = all_items(&secretariat, &format!("/api/v1/{operation}?limit=2&{filters}")).await;
        let file = file_rows(&secretariat, &format!("/api/v1/exports/{list}?format=csv&{filters}")).await;
        assert!(!listed.is_empty(), "{list} {filters}");
        assert_eq!(file, listed, "{list} {filters}");
    }
    for reader in [&browser, &world.app.browser(OWN).await] {
        for filters in [
            "",
            "state=every&sort=observatory",
            "observatory=bergamo&overdue=true&state=every",
            "state=to_review&sort=release",
            "text=elenco&state=every",
        ] {
            let listed = all_rows(reader, &format!("/tasks?limit=5&{filters}")).await;
            let file = file_rows(reader, &format!("/exports/work?format=csv&{filters}")).await;
            assert_eq!(file, listed, "{filters}");
        }
    }
    // Each page leads to the file with its own rows.
    for (path, file) in [
        ("/tasks?state=every&sort=release", "/exports/work?format=xlsx&#38;state=every&#38;sort=release"),
        (
            "/calendar?year=2027&product=relazione-territoriale",
            "/exports/agenda?format=csv&#38;year=2027&#38;product=relazione-territoriale",
        ),
        ("/designations/list?seat=referent&as_of=", "/exports/register?format=csv&#38;as_of=&#38;seat=referent"),
    ] {
        let shown = page(&browser, path).await;
        assert!(shown.contains(file), "{path} does not lead to {file}: {shown}");
        assert_eq!(browser.get(&file.replace("&#38;", "&")).send().await.status.as_u16(), 200, "{file}");
    }
    let year = page(&browser, "/calendar?year=2027").await;
    let in_file = file_rows(&browser, "/exports/agenda?format=csv&year=2027").await;
    let page = Html::parse_document(&year);
    let lines = page.select(&Selector::parse("main a[href^='/rilasci/']").expect("a selector")).count();
    assert_eq!(in_file.len(), lines, "{in_file:?}");
}

async fn a_filter_that_a_list_does_not_have_is_refused_by_its_file(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    for wrong in [
        "contributions?text=x",
        "agenda?seat=referent:bergamo",
        "register?overdue=true",
        "work?due=true",
        "tasks?nothing=1",
    ] {
        secretariat.get(&format!("/api/v1/exports/{wrong}")).send().await.refused(400, "bad_request");
    }
    for wrong in ["tasks?state=late", "agenda?year=duemila", "agenda?state=late"] {
        secretariat.get(&format!("/api/v1/exports/{wrong}")).send().await.refused(400, "bad_request");
    }
    for wrong in ["work?product=nessuno", "work?seat=nessuno", "work?sort=colore", "register?seat=nessuno"] {
        secretariat.get(&format!("/api/v1/exports/{wrong}")).send().await.refused(422, "invalid");
    }
}

async fn an_empty_list_says_which_filter_empties_it(engine: Engine) {
    let world = World::new(engine).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let shown = page(&browser, "/tasks?observatory=bergamo&text=nessuna%20cosa&sort=release").await;
    assert!(shown.contains("Con questi filtri non c’è niente"), "{shown}");
    assert!(shown.contains("href=\"/tasks?observatory=bergamo&#38;sort=release\""), "{shown}");
    assert!(!shown.contains("href=\"/tasks?text="), "without the observatory there is still nothing");
    let steps = page(&browser, "/tasks?observatory=bergamo").await;
    assert!(steps.contains("Passi fatti: 0 su 3"), "{steps}");
    assert!(page(&world.app.browser(OWN).await, "/tasks").await.contains("Passi fatti: 0 su 3"), "own steps too");
}

async fn the_matrix_of_a_release_reminds_of_what_is_due_next(engine: Engine) {
    let world = World::new(engine).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let address = world.fill("/rilasci/{slug}");
    let shown = page(&browser, &address).await;
    let tasks = world.app.client(SECRETARIAT).await.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let remind = form(&shown, &format!("/tasks/{}/remind", id(&tasks["items"][0])));
    let sent = remind.send(&browser).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, Some(&*address)));
    let own = page(&world.app.browser(OWN).await, &address).await;
    assert!(!own.contains("/remind"), "only the secretariat reminds");
}
