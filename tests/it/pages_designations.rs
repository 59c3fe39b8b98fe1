//! Pages of the register in a browser without scripts.

use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::form;
use raccordo::config::Config;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A reader who follows links and sends forms; keeps the cookie to which forms are bound.
struct Reader {
    client: Client,
    cookie: String,
}

impl Reader {
    async fn new(app: &TestApp, email: &str) -> Self {
        let client = app.client(email).await;
        let answer = client.get("/designations/new").send().await;
        let cookie =
            answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
        Self { client, cookie }
    }

    async fn read(&self, path: &str) -> (u16, Html) {
        let answer = self.client.get(path).header("accept", "text/html").header("cookie", &self.cookie).send().await;
        (answer.status.as_u16(), Html::parse_document(&answer.text()))
    }

    /// Sends the form on the page at `path` that posts to `action`, with its values and the typed ones.
    async fn send(&self, path: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let (_, page) = self.read(path).await;
        let mut fields = hidden(&page, action.trim_end_matches("/preview"));
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(action, &fields).await
    }

    async fn post(&self, action: &str, fields: &[(String, String)]) -> Answer {
        let part = |(name, value): &(String, String)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = fields.iter().map(part).collect::<Vec<_>>().concat();
        self.multipart(action, format!("{parts}--b--\r\n")).await
    }

    async fn multipart(&self, action: &str, body: String) -> Answer {
        self.client
            .post(action)
            .header("accept", "text/html")
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .body("multipart/form-data; boundary=b", body)
            .send()
            .await
    }
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector of the test")).collect()
}

fn text(page: &Html, selector: &str) -> String {
    all(page, selector).iter().map(|element| element.text().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn value(page: &Html, id: &str) -> String {
    let field = all(page, &format!("#field-{id}")).pop().unwrap_or_else(|| panic!("no field is called {id}"));
    match field.value().name() {
        "textarea" => field.text().collect::<String>().trim_start_matches('\n').to_owned(),
        "select" => {
            let chosen = Selector::parse("option[selected]").expect("a selector of the test");
            field.select(&chosen).next().and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
        }
        _ => field.attr("value").unwrap_or_default().to_owned(),
    }
}

fn hidden(page: &Html, action: &str) -> Vec<(String, String)> {
    all(page, &format!("form[action=\"{action}\"] input[type=hidden]"))
        .iter()
        .map(|field| {
            (field.attr("name").unwrap_or_default().to_owned(), field.attr("value").unwrap_or_default().to_owned())
        })
        .collect()
}

const NEW: &str = "/designations/new?seat=referent:bergamo";

/// Returns the values typed to designate Ada Riva.
fn typed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("given_name", "Ada"),
        ("family_name", "Riva"),
        ("email", "ada.riva@ente.example"),
        ("valid_from", "2027-01-11"),
        ("act_kind", "decree"),
        ("act_number", "12/2027"),
        ("act_date", "2027-01-04"),
        ("act_organ", "Presidente"),
        ("act_subject", "Designazione"),
        ("channel", "pec"),
        ("communicated_on", "2027-01-11"),
    ]
}

fn with<'t>(mut typed: Vec<(&'t str, &'t str)>, name: &'t str, value: &'t str) -> Vec<(&'t str, &'t str)> {
    typed.retain(|(known, _)| *known != name);
    typed.push((name, value));
    typed
}

async fn registered(app: &TestApp) -> Value {
    let client = app.client(SECRETARIAT).await;
    let designation = Designation::of("referent:bergamo").json();
    client.post("/api/v1/designations").header("idempotency-key", "one").json(designation).send().await.expect(201)
}

#[tokio::test]
async fn a_designation_typed_on_the_page_stands_in_the_register_with_its_trail() {
    let app = TestApp::new(Engine::Sqlite).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let answer = reader.send(NEW, "/designations/new", &typed()).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let (_, page) = reader.read(answer.header("location").expect("a way on")).await;
    assert!(text(&page, "h1").contains("Ada Riva"));
    assert!(text(&page, ".rc-facts").contains("Comunicata il giorno stesso dell’inizio."));
    assert_eq!(all(&page, ".rc-timeline .rc-event").len(), 1);
    assert!(text(&page, ".rc-timeline").contains("Operazione n."), "the history names the operation in the trail");
    let (_, register) = reader.read("/designations/list").await;
    assert!(text(&register, ".rc-table tbody").contains("Ada Riva"));
}

#[tokio::test]
async fn the_effects_of_a_designation_name_the_mails_that_leave_and_enter_nothing() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    app.mails().await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let next = with(with(typed(), "given_name", "Bruno"), "email", "bruno.riva@ente.example");
    let next = with(with(next, "valid_from", "2027-01-12"), "replaces_holder", "true");
    let shown = reader.send(NEW, "/designations/new/preview", &next).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
    let page = Html::parse_document(&shown.text());
    let effects = text(&page, ".rc-panel");
    assert!(effects.contains("Sta per registrare") && effects.contains("Bruno Riva"), "{effects}");
    assert!(effects.contains("Finisce l’incarico di Ada Riva: ultimo giorno lunedì 11 gennaio 2027"), "{effects}");
    let named: BTreeSet<_> = all(&page, ".rc-panel li").iter().map(|line| line.text().collect::<String>()).collect();
    assert!(app.mails().await.is_empty(), "nothing left");
    let (_, register) = reader.read("/designations/list").await;
    assert!(!text(&register, ".rc-table tbody").contains("Bruno"), "nothing was entered");

    let entered = reader.post("/designations/new", &form(&shown.text(), "/designations/new").fields).await;
    assert_eq!(entered.status.as_u16(), 303, "{}", entered.text());
    let left: Vec<_> = app.mails().await;
    assert_eq!(named.len(), left.len(), "{named:?}");
    for mail in left {
        assert!(named.iter().any(|line| line.contains(&mail.to)), "{} is not in {named:?}", mail.to);
    }
}

#[tokio::test]
async fn a_wrong_day_and_a_held_seat_are_named_together() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let wrong = with(with(typed(), "act_date", "2027-01-20"), "act_organ", "");
    for action in ["/designations/new", "/designations/new/preview"] {
        let answer = reader.send(NEW, action, &with(wrong.clone(), "email", "bruno.riva@ente.example")).await;
        assert_eq!(answer.status.as_u16(), 422, "{action}");
        let page = Html::parse_document(&answer.text());
        let lines: Vec<_> = all(&page, "[data-error-summary] a").iter().filter_map(|link| link.attr("href")).collect();
        assert_eq!(lines, ["#field-act_organ", "#field-replaces_holder"], "{action}");
    }
    let wrong = with(with(typed(), "act_date", "2027-01-20"), "email", "bruno.riva@ente.example");
    let answer = reader.send(NEW, "/designations/new", &wrong).await;
    let page = Html::parse_document(&answer.text());
    let lines: Vec<_> = all(&page, "[data-error-summary] a").iter().filter_map(|link| link.attr("href")).collect();
    assert_eq!(lines, ["#field-act_date", "#field-replaces_holder"]);
}

#[tokio::test]
async fn the_mail_log_has_one_row_for_each_occasion_and_is_narrowed_by_word_and_day() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    app.mails().await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, log) = reader.read("/mail").await;
    let rows = all(&log, ".rc-table tbody tr").len();
    let occasion = text(&log, ".rc-table tbody");
    assert!(occasion.contains("2 destinatari") && occasion.contains("2 · Inviato"), "{occasion}");
    let link =
        all(&log, ".rc-table tbody a[href^='/mail?']").first().and_then(|link| link.attr("href")).expect("a link");
    let (_, one_by_one) = reader.read(link).await;
    assert_eq!(all(&one_by_one, ".rc-table tbody a[href^='/mail/']").len(), 2, "{link}");
    let number = async |query: &str| all(&reader.read(&format!("/mail?{query}")).await.1, ".rc-table tbody tr").len();
    assert_eq!(number("text=DESIGNAZIONE").await, 1, "in either case");
    assert_eq!(number("text=seduta").await, 0);
    assert_eq!(number("from=2027-01-11&to=2027-01-11").await, rows);
    assert_eq!(number("from=2027-01-12").await, 0);
    assert_eq!(number("to=2027-01-10").await, 0);
    let (status, refused) = reader.read("/mail?from=ieri").await;
    assert_eq!((status, all(&refused, "[data-error-summary] a[href='#field-from']").len()), (422, 1));
}

#[tokio::test]
async fn a_refused_form_keeps_everything_typed_and_leads_to_each_error() {
    let app = TestApp::new(Engine::Sqlite).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let wrong = with(with(typed(), "act_date", "2027-01-20"), "act_organ", "");
    let answer = reader.send(NEW, "/designations/new", &wrong).await;
    assert_eq!(answer.status.as_u16(), 422);
    let page = Html::parse_document(&answer.text());
    assert_eq!(value(&page, "given_name"), "Ada");
    assert_eq!(value(&page, "act_kind"), "decree");
    assert_eq!(value(&page, "act_subject"), "Designazione");
    assert_eq!(value(&page, "act_date"), "2027-01-20");
    for link in all(&page, "[data-error-summary] a") {
        let target = link.attr("href").expect("a place");
        assert_eq!(all(&page, target).len(), 1, "{target}");
    }
    assert_eq!(all(&page, "#field-act_organ[aria-invalid]").len(), 1);
}

#[tokio::test]
async fn a_file_that_was_kept_is_not_asked_for_again() {
    let app = TestApp::new(Engine::Sqlite).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(NEW).await;
    let mut body = String::new();
    for (name, value) in hidden(&page, "/designations/new") {
        body.extend(["--b\r\nContent-Disposition: form-data; name=\"", &name, "\"\r\n\r\n", &value, "\r\n"]);
    }
    body += "--b\r\nContent-Disposition: form-data; name=\"document\"; filename=\"decreto.pdf\"\r\n\r\n%PDF-1.7\n1 0 obj\r\n--b--\r\n";
    let answer = reader.multipart("/designations/new", body).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
    let page = Html::parse_document(&answer.text());
    let mut fields = hidden(&page, "/designations/new");
    assert!(fields.iter().any(|(name, value)| name == "document_name" && value == "decreto.pdf"));
    fields.extend(typed().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    let answer = reader.post("/designations/new", &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let one = answer.header("location").expect("a way on").to_owned();
    let (_, page) = reader.read(&one).await;
    let href = all(&page, "a[download]").pop().and_then(|link| link.attr("href")).expect("the document").to_owned();
    let download = reader.client.get(&href).send().await;
    assert_eq!(&download.body[..], b"%PDF-1.7\n1 0 obj");
    assert!(download.header("content-disposition").expect("a download").starts_with("attachment"));
}

#[tokio::test]
async fn a_file_that_is_too_large_costs_nothing_that_was_typed() {
    let app = TestApp::new(Engine::Sqlite).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(NEW).await;
    let part =
        |head: &str, content: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    let field = |(name, value): (String, String)| part(&format!("name=\"{name}\""), &value);
    let large = "x".repeat(app.services.config.limits.document_bytes + 1);
    let file = part("name=\"document\"; filename=\"decreto.pdf\"", &large);
    let before = hidden(&page, "/designations/new").into_iter().map(field);
    let after = typed().into_iter().map(|(name, value)| field((name.to_owned(), value.to_owned())));
    let body: String = before.chain([file]).chain(after).chain(["--b--\r\n".to_owned()]).collect();
    let answer = reader.multipart("/designations/new", body).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
    let page = Html::parse_document(&answer.text());
    for (name, typed) in typed() {
        assert_eq!(value(&page, name), typed, "{name}");
    }
    assert!(text(&page, "#error-document").contains("Il file è troppo grande"), "{}", answer.text());
}

#[tokio::test]
async fn a_text_that_reads_otherwise_than_typed_is_refused_at_its_field() {
    let app = TestApp::new(Engine::Sqlite).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    for name in ["given_name", "family_name", "act_number", "act_organ", "act_subject"] {
        let wrong = with(typed(), name, "una\u{202e}volta");
        let answer = reader.send(NEW, "/designations/new", &wrong).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}");
        let page = Html::parse_document(&answer.text());
        assert!(text(&page, &format!("#error-{name}")).contains("caratteri invisibili"), "{name}");
        assert_eq!(value(&page, "channel"), "pec", "what was typed is still there");
    }
}

#[tokio::test]
async fn the_daily_limit_of_files_is_reported_at_the_file_field() {
    let mut config = Config::for_tests();
    config.limits.documents_bytes_per_day = 10;
    let app = TestApp::with_config(Engine::Sqlite, config).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(NEW).await;
    let part =
        |head: &str, content: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    let fields = hidden(&page, "/designations/new").into_iter();
    let fields = fields.chain(typed().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    let fields = fields.map(|(name, value)| part(&format!("name=\"{name}\""), &value));
    let file = part("name=\"document\"; filename=\"decreto.pdf\"", "%PDF-1.7\n1 0 obj");
    let answer = reader.multipart("/designations/new", fields.chain([file, "--b--\r\n".to_owned()]).collect()).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
    let page = Html::parse_document(&answer.text());
    assert!(text(&page, "#error-document").contains("mezzanotte"), "{}", answer.text());
    assert_eq!(value(&page, "act_subject"), "Designazione");
}

#[tokio::test]
async fn a_body_that_designates_is_not_asked_how_it_communicates() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.client(SECRETARIAT).await;
    let manager = Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo");
    secretariat.post("/api/v1/designations").json(manager.json()).send().await.expect(201);
    let reader = Reader::new(&app, "elio.capo@ente.example").await;
    let (status, page) = reader.read(NEW).await;
    assert_eq!((status, all(&page, "#field-channel, #field-communicated_on").len()), (200, 0));
    assert_eq!(all(&page, "#field-document").len(), 1, "a copy of the act is welcome");
    let typed: Vec<_> =
        typed().into_iter().filter(|(name, _)| !["channel", "communicated_on"].contains(name)).collect();
    let answer = reader.send(NEW, "/designations/new", &typed).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let made = secretariat.get("/api/v1/designations?seat=referent").send().await.expect(200);
    let provenance = made["items"][0]["provenance"].clone();
    assert_eq!(
        (&provenance["channel"], &provenance["communicated_on"]),
        (&json!("raccordo"), &json!("2027-01-11")),
        "{made:#}"
    );
}

#[tokio::test]
async fn the_present_holder_is_named_and_makes_room_only_if_the_box_says_so() {
    let app = TestApp::new(Engine::Sqlite).await;
    let first = registered(&app).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(NEW).await;
    let seat = text(&page, "form fieldset");
    assert!(seat.contains("Oggi l’incarico è ricoperto da Ada Riva (dal"), "{seat}");
    assert_eq!(all(&page, "#field-replaces_holder[checked]").len(), 0, "nobody's term ends unasked");
    let (_, asked) = reader.read(&format!("{NEW}&replaces_holder=true")).await;
    assert_eq!(all(&asked, "#field-replaces_holder[checked]").len(), 1, "the button that replaces asks for it");
    let next = with(
        with(with(typed(), "given_name", "Bruno"), "email", "bruno.riva@ente.example"),
        "valid_from",
        "2027-02-01",
    );
    let answer = reader.send(NEW, "/designations/new", &next).await;
    assert_eq!(answer.status.as_u16(), 422);
    let page = Html::parse_document(&answer.text());
    assert_eq!(all(&page, "[data-error-summary] a[href=\"#field-replaces_holder\"]").len(), 1);
    let answer = reader.send(NEW, "/designations/new", &with(next, "replaces_holder", "true")).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let (_, page) = reader.read(&format!("/designations/{}", first["id"].as_str().expect("an id"))).await;
    assert!(text(&page, ".rc-facts").contains("31 gennaio 2027"));
}

#[tokio::test]
async fn a_stale_form_shows_the_change_and_may_be_sent_again() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    let reader = Reader::new(&app, SECRETARIAT).await;
    let end = format!("/designations/{id}/end");
    let (_, opened) = reader.read(&end).await;
    let statement = Designation::of("referent:bergamo").until("2027-06-30").with("reason", "Manca la fine").statement();
    app.client(SECRETARIAT)
        .await
        .post(&format!("/api/v1/designations/{id}/correct"))
        .if_match(1)
        .json(statement)
        .send()
        .await
        .expect(200);
    let late = |page: &Html| {
        let mut fields = hidden(page, &end);
        fields.push(("valid_to".into(), "2027-03-31".into()));
        fields.push(("reason".into(), "Trasferimento".into()));
        fields
    };
    let answer = reader.post(&end, &late(&opened)).await;
    assert_eq!(answer.status.as_u16(), 409);
    let page = Html::parse_document(&answer.text());
    assert!(text(&page, "[role=alert]").contains("Manca la fine"), "the page says what was written meanwhile");
    assert_eq!(value(&page, "reason"), "Trasferimento");
    let answer = reader.post(&end, &late(&page)).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
}

#[tokio::test]
async fn the_register_answers_for_a_day_as_known_on_another_day() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let holders = async |query: &str| {
        let (status, page) = reader.read(&format!("/designations/list?seat=referent&{query}")).await;
        assert_eq!(status, 200, "{query}");
        text(&page, ".rc-table tbody")
    };
    assert!(holders("as_of=2027-01-11").await.contains("Ada Riva"));
    assert!(!holders("as_of=2027-01-10").await.contains("Ada Riva"));
    assert!(!holders("as_of=2027-01-11&known_on=2027-01-10").await.contains("Ada Riva"));
    assert_eq!(reader.read("/designations/list?as_of=ieri").await.0, 422);
    assert_eq!(reader.read("/designations/list?body=atlantide").await.0, 422);
}

#[tokio::test]
async fn a_referent_reads_their_designation_and_is_offered_only_allowed_actions() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let id = made["id"].as_str().expect("an id");
    let client = app.client("ada.riva@ente.example").await;
    let page = Html::parse_document(
        &client.get(&format!("/designations/{id}")).header("accept", "text/html").send().await.text(),
    );
    assert_eq!(all(&page, &format!("a[href=\"/designations/{id}/unavailability\"]")).len(), 1);
    for path in ["end", "correct", "annul"] {
        assert!(all(&page, &format!("a[href=\"/designations/{id}/{path}\"]")).is_empty(), "{path}");
        let answer = client.get(&format!("/designations/{id}/{path}")).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 403, "{path}");
    }
    assert!(all(&page, "form[action$=\"/bounced\"]").is_empty());
    let anonymous = app.anonymous().get("/designations").header("accept", "text/html").send().await;
    assert_eq!(anonymous.status.as_u16(), 303, "led to signing in");
}

#[tokio::test]
async fn an_address_that_bounces_is_corrected_on_a_page_by_the_secretariat_alone() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let id = made["id"].as_str().expect("an id");
    let client = app.client(SECRETARIAT).await;
    let person = client.get(&format!("/api/v1/designations/{id}")).send().await.expect(200)["person"]["id"].clone();
    let person = person.as_str().expect("an id");
    let system = app.system();
    let noted = person.parse().expect("an id");
    let work =
        async |txn: &_| raccordo::network::service::mark_bounced(&system, txn, noted, "casella inesistente").await;
    system.write(work).await.expect("noted");
    let path = format!("/designations/{id}/holder");
    let post = async |reader: &Reader, typed: &[(&str, &str)]| {
        let (_, page) = reader.read(&path).await;
        let mut fields = hidden(&page, &path);
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let sending = reader.client.post(&path).header("accept", "text/html").header("cookie", &reader.cookie);
        sending.header("sec-fetch-site", "same-origin").body("application/x-www-form-urlencoded", body).send().await
    };
    let own = Reader::new(&app, "ada.riva@ente.example").await;
    let (_, page) = own.read(&path).await;
    assert!(all(&page, "input[name=email]").is_empty() && all(&page, "input[name=phone]").len() == 1);
    let contact = [("phone", "02 1234"), ("language", "it"), ("email", "ada@altrove.example")];
    assert_eq!(post(&own, &contact).await.status.as_u16(), 303);
    let seen = async || client.get(&format!("/api/v1/people/{person}")).send().await.expect(200);
    assert_eq!((&seen().await["email"], &seen().await["phone"]), (&"ada.riva@ente.example".into(), &"02 1234".into()));
    let secretariat = Reader::new(&app, SECRETARIAT).await;
    let mut typed = vec![("given_name", "Ada"), ("family_name", "Riva"), ("language", "it"), ("phone", "")];
    typed.push(("email", "nessuno"));
    let refused = post(&secretariat, &typed).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains("value=\"nessuno\""), "what was typed stays");
    typed.pop();
    typed.push(("email", "ada.riva@provincia.example"));
    assert_eq!(post(&secretariat, &typed).await.status.as_u16(), 303);
    assert_eq!(seen().await["email"], "ada.riva@provincia.example");
    assert!(seen().await.get("bounced_at").is_none(), "a new address has not come back yet");
}

#[tokio::test]
async fn pages_of_the_secretariat_are_refused_to_others() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    let (secretariat, referent) = (app.client(SECRETARIAT).await, app.client("ada.riva@ente.example").await);
    for path in ["/monday", "/mail", "/jobs", "/radar"] {
        let status =
            async |client: &Client| client.get(path).header("accept", "text/html").send().await.status.as_u16();
        assert_eq!(status(&secretariat).await, 200, "{path}");
        assert_eq!(status(&referent).await, 403, "{path}");
        assert_eq!(status(&app.anonymous()).await, 303, "{path}: led to signing in");
    }
    for path in ["/", "/privacy", "/network/observatories/bergamo"] {
        let answer = app.anonymous().get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(!answer.text().contains("ada.riva@ente.example"), "{path}");
    }
    let own = referent.get("/network/observatories/bergamo").header("accept", "text/html").send().await;
    assert!(own.text().contains("ada.riva@ente.example"));
    assert!(referent.get("/dossier").header("accept", "text/html").send().await.text().contains("12/2027"));
}

#[tokio::test]
async fn a_planted_gap_is_on_the_radar_and_one_button_asks_for_a_designation() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    let client = app.client(SECRETARIAT).await;
    let vacant = async |seat: &str| {
        let radar = client.get("/api/v1/radar").send().await.expect(200);
        let risks = radar["items"].as_array().cloned().unwrap_or_default();
        risks.iter().any(|risk| risk["seat"]["code"] == seat && risk["kind"] == "vacant")
    };
    assert!(vacant("referent:brescia").await);
    assert!(!vacant("referent:bergamo").await);
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read("/radar").await;
    let action = "/seats/referent:brescia/request-designation";
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(hidden(&page, action));
    let answer = client
        .post(action)
        .header("cookie", &reader.cookie)
        .header("sec-fetch-site", "same-origin")
        .body("application/x-www-form-urlencoded", body.finish())
        .send()
        .await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
}

#[tokio::test]
async fn an_announced_successor_is_named_and_the_refusal_leads_to_the_checkbox() {
    let app = TestApp::new(Engine::Sqlite).await;
    let client = app.client(SECRETARIAT).await;
    let announced = Designation::of("referent:bergamo").from("2027-03-01").until("2027-12-31").json();
    client.post("/api/v1/designations").json(announced).send().await.expect(201);
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(NEW).await;
    assert!(text(&page, "form fieldset").contains("Ada Riva (dal 1° marzo 2027 al 31 dicembre 2027)"));
    app.at("2028-02-01 09:00");
    let bruno = with(with(typed(), "given_name", "Bruno"), "email", "bruno.riva@ente.example");
    let answer = reader.send(NEW, "/designations/new", &with(bruno, "valid_from", "2027-06-01")).await;
    assert_eq!(answer.status.as_u16(), 422);
    let page = Html::parse_document(&answer.text());
    assert_eq!(all(&page, "[data-error-summary] a[href=\"#field-replaces_holder\"]").len(), 1);
    assert_eq!(all(&page, "#field-replaces_holder").len(), 1);
}

#[tokio::test]
async fn correcting_an_ended_designation_shows_its_original_communication() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let path = format!("/designations/{}", made["id"].as_str().expect("an id"));
    app.at("2027-03-25 10:00");
    let end = json!({ "last_day": "2027-03-20", "reason": "Trasferimento", "provenance": { "channel": "phone", "communicated_on": "2027-03-25" } });
    let client = app.client(SECRETARIAT).await;
    client.post(&format!("/api/v1{path}/end")).if_match(1).json(end).send().await.expect(200);
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, form) = reader.read(&format!("{path}/correct")).await;
    assert_eq!(
        ["channel", "communicated_on", "protocol_number", "valid_to"].map(|id| value(&form, id)),
        ["pec", "2027-01-11", "0001234/2027", "2027-03-20"]
    );
    let mut fields = hidden(&form, &format!("{path}/correct"));
    let ids = [
        "valid_from",
        "valid_to",
        "act_kind",
        "act_date",
        "act_organ",
        "act_subject",
        "channel",
        "communicated_on",
        "protocol_number",
    ];
    fields.extend(ids.map(|id| (id.to_owned(), value(&form, id))));
    fields.extend(
        [("act_number", "13/2027"), ("reason", "Numero sbagliato")]
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    let answer = reader.post(&format!("{path}/correct"), &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let (_, page) = reader.read(&path).await;
    let facts = text(&page, ".rc-facts");
    assert!(facts.contains("PEC") && facts.contains("Comunicata il giorno stesso dell’inizio."), "{facts}");
    assert!(facts.contains("Telefono, 25 marzo 2027"), "how the end was told stands as well: {facts}");
}

#[tokio::test]
async fn the_register_shows_annulled_designations_on_request_and_the_history_of_a_place() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let client = app.client(SECRETARIAT).await;
    let reader = Reader::new(&app, SECRETARIAT).await;
    let path = format!("/api/v1/designations/{}/annul", made["id"].as_str().expect("an id"));
    client.post(&path).if_match(1).json(json!({ "reason": "Errore" })).send().await.expect(200);
    let (_, without) = reader.read("/designations/list?as_of=2027-01-12").await;
    assert!(!text(&without, ".rc-table tbody").contains("Ada Riva"));
    let (_, with) = reader.read("/designations/list?as_of=2027-01-12&with_annulled=true").await;
    assert!(text(&with, ".rc-table tbody").contains("Annullata"));
    let (_, place) = reader.read("/network/observatories/bergamo").await;
    assert_eq!(
        all(&place, "a[href=\"/designations/list?observatory=bergamo&as_of=\"]").len(),
        1,
        "with what was before today"
    );
}

#[tokio::test]
async fn the_list_names_what_is_announced_with_its_first_day() {
    let app = TestApp::new(Engine::Sqlite).await;
    registered(&app).await;
    let client = app.client(SECRETARIAT).await;
    let announced = Designation::of("deputy:bergamo").to("Bruno", "Neri").from("2027-03-01").json();
    client.post("/api/v1/designations").json(announced).send().await.expect(201);
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, today) = reader.read("/designations/list").await;
    let panel = text(&today, ".rc-panel");
    assert!(panel.contains("annunciata dal 1° marzo 2027") && panel.contains("Bruno Neri"), "{panel}");
    assert!(!text(&today, ".rc-table tbody").contains("Bruno Neri"));
    let (_, elsewhere) = reader.read("/designations/list?body=provincia-como").await;
    assert!(!text(&elsewhere, ".rc-panel").contains("Bruno Neri"), "the other filters hold for it too");
    let (_, later) = reader.read("/designations/list?as_of=2027-03-01").await;
    assert!(!text(&later, ".rc-panel").contains("annunciata"), "on that day it is in force");
}

#[tokio::test]
async fn the_history_says_what_changed_and_says_it_once() {
    let app = TestApp::new(Engine::Sqlite).await;
    let made = registered(&app).await;
    let path = format!("/designations/{}", made["id"].as_str().expect("an id"));
    let client = app.client(SECRETARIAT).await;
    app.advance(chrono::TimeDelta::hours(1));
    let mut correction = Designation::of("referent:bergamo").from("2027-01-12").statement();
    correction["reason"] = json!("Decorrenza errata");
    client.post(&format!("/api/v1{path}/correct")).if_match(1).json(correction).send().await.expect(200);
    let absence = json!({ "from": "2027-02-01", "to": "2027-02-05", "mode": "can_finish" });
    let absences = format!("/api/v1{path}/unavailabilities");
    client.post(&absences).if_match(2).json(absence).send().await.expect(201);
    app.at("2027-02-03 09:00");
    let reader = Reader::new(&app, SECRETARIAT).await;
    let (_, page) = reader.read(&path).await;
    let story = all(&page, ".rc-timeline .rc-event");
    assert_eq!(story.len(), 2);
    let latest: String = story[0].text().collect();
    assert!(latest.contains("primo giorno: 11 gennaio 2027 → 12 gennaio 2027"), "{latest}");
    assert!(latest.contains("Decorrenza errata") && latest.contains("Operazione n."), "{latest}");
    assert!(!latest.contains("Decreto n. 12/2027"), "what did not change is not repeated: {latest}");
    let first: String = story[1].text().collect();
    assert!(first.contains("Decreto n. 12/2027"), "{first}");
    let others: Vec<_> =
        all(&page, ".rc-table tbody").into_iter().map(|body| body.text().collect::<String>()).collect();
    let others = others.join(" ");
    assert!(!others.contains("Correzione") && !others.contains("Decreto"), "{others}");
    assert!(text(&page, ".rc-facts").contains("Indisponibile fino al 5 febbraio 2027"));
}

#[tokio::test]
async fn the_time_line_draws_the_seats_and_says_the_same_in_a_table() {
    let app = TestApp::new(Engine::Sqlite).await;
    let client = app.client(SECRETARIAT).await;
    let ada = Designation::of("referent:bergamo").until("2027-02-28").json();
    let made = client.post("/api/v1/designations").json(ada).send().await.expect(201);
    let absence = json!({ "from": "2027-02-01", "to": "2027-02-05", "mode": "can_finish" });
    let path = format!("/api/v1/designations/{}/unavailabilities", made["id"].as_str().expect("an id"));
    client.post(&path).if_match(1).json(absence).send().await.expect(201);
    let bruno = Designation::of("referent:bergamo").to("Bruno", "Neri").from("2027-04-01").json();
    client.post("/api/v1/designations").json(bruno).send().await.expect(201);
    let reader = Reader::new(&app, SECRETARIAT).await;
    for place in ["/network/observatories/bergamo", "/network/bodies/provincia-bergamo"] {
        let (_, page) = reader.read(place).await;
        assert_eq!(all(&page, "svg.rc-plot > title").len(), 1, "{place}");
        assert_eq!(all(&page, "svg.rc-plot .rc-plot-bar").len(), 2, "{place}");
        assert!(text(&page, "svg.rc-plot desc").contains("Referente: scoperto dal 1° marzo 2027 al 31 marzo 2027."));
        assert!(text(&page, "svg.rc-plot .rc-plot-last").contains("fine dell’Intesa: 30 giugno 2027"));
        let table = text(&page, ".rc-details tbody");
        for said in ["Ada Riva", "Bruno Neri", "dal 1° febbraio 2027 al 5 febbraio 2027", "scoperto"] {
            assert!(table.contains(said), "{said} is missing in {table}");
        }
    }
    let (_, page) = reader.read("/network/observatories/bergamo").await;
    assert!(all(&page, "svg[style], svg [style]").is_empty());
    let como = Designation::of("referent:como").to("Ugo", "Sala").json();
    client.post("/api/v1/designations").json(como).send().await.expect(201);
    let foreign = Reader::new(&app, "ugo.sala@ente.example").await;
    for place in ["/network/observatories/bergamo", "/network/bodies/provincia-bergamo"] {
        let (_, page) = foreign.read(place).await;
        assert!(all(&page, "svg.rc-plot").is_empty(), "{place}: only for readers of the register");
    }
}
