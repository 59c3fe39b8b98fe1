//! Rules for all forms: none loses typed values when a session ends, none executes a repeated press twice, and every
//! error names a field of the page.

use crate::members::GROUP;
use crate::support::app::{Answer, Client, SECRETARIAT};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::{PageField, PageForm, Refusal, form, forms, links};
use crate::support::source::{self, Route};
use crate::support::world::{OWN, World};
use chrono::TimeDelta;
use raccordo::texts::Lang;
use std::collections::BTreeSet;

async fn page(reader: &Client, path: &str) -> String {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.text()
}

/// Returns a form of each slice and of each encoding, filled in.
async fn filled(world: &World, reader: &Client) -> Vec<PageForm> {
    let typed = [
        ("/meetings/new", "/meetings/new", &[("title", "Riunione «di prova»"), ("day", "2027-09-14")][..]),
        ("/releases/new", "/releases/new", &[("period", "2028"), ("day", "2028-03-10")]),
        (
            "/designations/new?seat=deputy:bergamo",
            "/designations/new",
            &[("given_name", "Zoë & C."), ("act_number", "7")],
        ),
        (
            "/designations/{id}/unavailability",
            "/designations/{id}/unavailability",
            &[("note", "Ferie"), ("from", "2027-08-02")],
        ),
        (
            "/meetings/{id}/outcomes/new?kind=information",
            "/meetings/{id}/outcomes",
            &[("text", "Prima riga\nseconda riga")],
        ),
        (
            "/publications/{deliverable_id}",
            "/publications/{deliverable_id}/declare",
            &[("address", "https://portale.example/a?b=1&c=2")],
        ),
        (
            "/deliverables/{id}/submit",
            "/deliverables/{id}/submit",
            &[("link", "https://provincia.example/relazione.pdf"), ("note", "Testo completo")],
        ),
        ("/tasks/{id}/complete", "/tasks/{id}/complete", &[("note", "Dati controllati\nfino a dicembre")]),
        ("/me", "/me/tokens", &[("name", "Foglio di calcolo")]),
        ("/mail", "/mail/pause", &[("reason", "Manutenzione della posta")]),
    ];
    let mut filled = Vec::new();
    for (path, action, typed) in typed {
        let form = form(&page(reader, &world.fill(path)).await, &world.fill(action));
        filled.push(form.with(typed));
    }
    filled
}

/// Returns the typed values, without the hidden fields of the service.
fn typed(form: &PageForm) -> BTreeSet<(String, String)> {
    let is_ours = |name: &str| ["csrf", "resume"].contains(&name);
    // A browser sends line ends as CRLF, and pages may show them differently.
    let same = |(name, value): &(String, String)| (name.clone(), value.replace("\r\n", "\n"));
    form.fields.iter().filter(|(name, _)| !is_ours(name)).map(same).collect()
}

#[actix_web::test]
async fn typed_values_survive_the_end_of_the_sign_in() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let forms = filled(&world, &browser).await;
    world.app.advance(TimeDelta::minutes(31));
    let later = world.app.browser(SECRETARIAT).await;
    for sent in forms {
        let action = sent.action.clone();
        let kept = sent.send(&browser).await;
        assert_eq!(kept.status.as_u16(), 401, "{action}: {}", kept.text());
        assert!(kept.header("www-authenticate").is_some(), "{action}: RFC 9110 §15.5.2");
        assert!(kept.text().contains("/sign-in?next=%2Fsigned-in"), "{action}: no way to sign in");
        let resume = form(&kept.text(), &action);
        assert_eq!(typed(&resume), typed(&sent), "{action}");
        assert_eq!(resume.is_multipart, sent.is_multipart, "{action}");
        assert_eq!(resume.send(&browser).await.status.as_u16(), 401, "{action}: not signed in yet");

        let back = resume.send(&later).await;
        assert_eq!(back.status.as_u16(), 200, "{action}: {}", back.text());
        assert!(back.text().contains("Ecco quello che aveva scritto"), "{action}");
        assert!(!back.text().contains("data-error-summary"), "{action}: nothing is wrong");
        let again = form(&back.text(), &action);
        let shown: BTreeSet<_> = again.fields.iter().cloned().collect();
        let lost: Vec<_> = typed(&sent).into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let lost: Vec<_> = lost.iter().filter(|typed| !shown.contains(*typed)).collect();
        assert!(lost.is_empty(), "{action} lost {lost:?}");
        let accepted = again.send(&later).await.status.as_u16();
        assert!(matches!(accepted, 200 | 303 | 422), "{action}: its token is good, and it answers {accepted}");
    }
}

#[actix_web::test]
async fn a_form_that_is_resumed_does_nothing() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let draft = form(&page(&browser, "/meetings/new").await, "/meetings/new").with(&[
        ("title", "Riunione"),
        ("day", "2027-09-14"),
        ("starts", "09:30"),
        ("ends", "11:00"),
        ("mode", "in_person"),
        ("place", "Sala 5"),
    ]);
    let count = async || browser.get("/api/v1/meetings").send().await.expect(200)["items"].as_array().map(Vec::len);
    let before = count().await;
    // Neither with its token nor without, because a sender who presses «resume» has not read the form again.
    for token in [draft.value("csrf").to_owned(), String::new()] {
        let resumed = draft.with(&[("resume", "true"), ("csrf", &token)]).send(&browser).await;
        assert_eq!(resumed.status.as_u16(), 200);
    }
    assert_eq!(count().await, before);
    // A button has no fields to show again: it ignores this field, and the token is required.
    let press = browser.post("/mail/resume").form("", &[("resume", "true")]).send().await;
    assert_eq!(press.status.as_u16(), 409);
    assert_eq!(draft.send(&browser).await.status.as_u16(), 303);
}

#[actix_web::test]
async fn a_form_of_another_sign_in_comes_back_without_a_word_about_rights() {
    let world = World::new(Engine::Sqlite).await;
    let (before, now) = (world.app.browser(SECRETARIAT).await, world.app.browser(SECRETARIAT).await);
    for sent in filled(&world, &before).await {
        let action = sent.action.clone();
        let kept = sent.send(&now).await;
        assert_eq!(kept.status.as_u16(), 409, "{action}");
        assert!(!kept.text().contains("permessi"), "{action}: no matter of rights");
        let back = form(&kept.text(), &action).send(&now).await;
        assert_eq!(back.status.as_u16(), 200, "{action}: {}", back.text());
    }
    let press = now.post("/mail/resume").form(&before.form_token(), &[]).send().await;
    assert_eq!(press.status.as_u16(), 409);
    assert!(!press.text().contains("permessi") && press.text().contains("Riapri la pagina"));
}

#[actix_web::test]
async fn a_file_that_cannot_be_kept_is_named() {
    let world = World::new(Engine::Sqlite).await;
    let body = "--x\r\nContent-Disposition: form-data; name=\"seat\"\r\n\r\ndeputy:bergamo\r\n--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"atto.pdf\"\r\n\r\n%PDF-1.7 the act\r\n--x--\r\n";
    let kept = world
        .app
        .anonymous()
        .post("/designations/new")
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin")
        .body("multipart/form-data; boundary=x", body)
        .send()
        .await;
    assert_eq!(kept.status.as_u16(), 401);
    assert!(kept.text().contains("scelga di nuovo") && kept.text().contains("atto.pdf"));
    assert!(!kept.text().contains("the act"), "the file itself is not sent back");
}

#[actix_web::test]
async fn a_page_for_those_who_are_signed_in_leads_to_signing_in_and_back() {
    let world = World::new(Engine::Sqlite).await;
    let stranger = world.app.anonymous();
    for path in ["/tasks", "/me", "/designations/list?seat=referent", "/meetings/new"] {
        let led = stranger.get(path).header("accept", "text/html").send().await;
        let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!((led.status.as_u16(), led.header("location")), (303, Some(&*format!("/sign-in?next={next}"))));
        assert!(led.header("www-authenticate").is_none(), "{path}");
    }
    stranger.get("/api/v1/tasks").send().await.refused(401, "unauthenticated");
    stranger.get("/tasks").header("accept", "application/json").send().await.refused(401, "unauthenticated");
    let part = stranger.get("/mail").header("accept", "text/html").header("hx-request", "true").send().await;
    assert_eq!(part.status.as_u16(), 401, "a part of a page is not the place to sign in");
    let press = stranger
        .post("/mail/resume")
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin")
        .header("referer", "http://raccordo.test/mail")
        .header("cookie", "sid=gone")
        .body("application/x-www-form-urlencoded", format!("csrf={}", token_under("gone")))
        .send()
        .await;
    assert_eq!((press.status.as_u16(), press.header("location")), (303, Some("/sign-in?next=%2Fmail")));
}

fn token_under(key: &str) -> String {
    let cookie = actix_web::cookie::Cookie::new("sid", key.to_owned());
    raccordo::http::csrf::token(&actix_web::test::TestRequest::default().cookie(cookie).to_http_request())
}

/// Returns a default value for a field.
fn sample(field: &PageField) -> String {
    match field.kind.as_str() {
        "date" => "2027-06-16".to_owned(),
        "time" => "10:00".to_owned(),
        "number" => "30".to_owned(),
        "email" => "nuova.persona@ente.example".to_owned(),
        "url" => "https://portale.example/relazione".to_owned(),
        "checkbox" => String::new(),
        "select" | "radio" => field.choices.first().cloned().unwrap_or_default(),
        _ => "Testo".to_owned(),
    }
}

/// Fields with their typed values.
type Typed<'t> = &'t [(&'t str, &'t str)];

fn where_it_led(answer: &Answer) -> (u16, Option<String>, Option<String>) {
    let header = |name: &str| answer.header(name).map(str::to_owned);
    (answer.status.as_u16(), header("location"), header("set-cookie"))
}

#[actix_web::test]
async fn the_second_press_of_a_form_leads_where_the_first_led() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let act = [
        ("valid_from", "2027-02-01"),
        ("act_kind", "decree"),
        ("act_number", "12/2027"),
        ("act_date", "2027-01-04"),
        ("act_organ", "Presidente"),
        ("act_subject", "Designazione"),
        ("channel", "pec"),
        ("communicated_on", "2027-01-11"),
    ];
    let designated = [
        &act[..],
        &[("given_name", "Ivo"), ("family_name", "Neri"), ("email", "ivo.neri@ente.example"), ("person", "")],
    ]
    .concat();
    let slot = [
        ("title", "Riunione"),
        ("day", "2027-09-14"),
        ("starts", "09:30"),
        ("ends", "11:00"),
        ("mode", "in_person"),
        ("place", "Sala 5"),
    ];
    let forms: &[(&str, &str, Typed<'_>, &str)] = &[
        ("/designations/new?seat=deputy:bergamo", "/designations/new", &designated, "designations"),
        (
            "/designations/{id}/unavailability",
            "/designations/{id}/unavailability",
            &[("from", "2027-08-02"), ("to", "2027-08-06"), ("mode", "can_finish")],
            "designations/{id}",
        ),
        ("/designations/{id}/holder", "/designations/{id}/holder", &[("phone", "035 1234")], "people/{id}"),
        ("/meetings/new", "/meetings/new", &slot, "meetings"),
        ("/meetings/{id}/agenda-items/new", "/meetings/{id}/agenda-items", &[("title", "Varie")], "meetings/@draft"),
        (
            "/meetings/{id}/agenda-items/several",
            "/meetings/{id}/agenda-items/several",
            &[("titles", "Metodo\nCalendario")],
            "meetings/@draft",
        ),
        (
            "/meetings/{id}/agenda-items/{item}/edit",
            "/meetings/{id}/agenda-items/{item}/edit",
            &[("title", "Date dei rilasci 2027")],
            "meetings/@draft",
        ),
        ("/meetings/{id}/edit", "/meetings/{id}/edit", &slot, "meetings/@draft"),
        (
            "/meetings/{id}/outcomes/new?kind=information",
            "/meetings/{id}/outcomes",
            &[("kind", "information"), ("text", "Presa d’atto")],
            "meetings/@held",
        ),
        (
            "/releases/new",
            "/releases/new",
            &[("product", "relazione-territoriale"), ("period", "2028"), ("precision", "month"), ("day", "2028-03-10")],
            "releases",
        ),
        ("/tasks/{id}/complete", "/tasks/{id}/complete", &[("note", "Fatto")], "tasks/{id}"),
        ("/mail", "/mail/pause", &[("reason", "Manutenzione")], "mails"),
        (
            "/designations/{id}/end",
            "/designations/{id}/end",
            &[("valid_to", "2027-12-31"), ("reason", "Trasferimento")],
            "designations/{id}",
        ),
    ];
    for (path, action, typed, about) in forms {
        let form = form(&page(&browser, &world.fill(path)).await, &world.fill(action)).with(typed);
        let about = about.replace("@draft", world.id("draft")).replace("@held", world.id("held"));
        let about = world.fill(&format!("/api/v1/{about}"));
        let first = form.send(&browser).await;
        assert_eq!(first.status.as_u16(), 303, "{action}: {}", first.text());
        let after_one = browser.get(&about).send().await.expect(200);
        let second = form.send(&browser).await;
        assert_eq!(where_it_led(&second), where_it_led(&first), "{action}");
        assert_eq!(browser.get(&about).send().await.expect(200), after_one, "{action} was done twice");
    }
}

#[actix_web::test]
async fn two_presses_at_once_do_it_once() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let form = form(&page(&browser, "/releases/new").await, "/releases/new").with(&[
        ("product", "relazione-territoriale"),
        ("period", "2028"),
        ("precision", "month"),
        ("day", "2028-03-10"),
    ]);
    let (one, other) = futures_util::join!(form.send(&browser), form.send(&browser));
    assert_eq!(one.status.as_u16(), 303, "{}", one.text());
    assert_eq!(where_it_led(&one), where_it_led(&other));
}

#[actix_web::test]
async fn a_form_that_was_altered_is_another_one() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let slot =
        [("day", "2027-09-14"), ("starts", "09:30"), ("ends", "11:00"), ("mode", "in_person"), ("place", "Sala 5")];
    let form = form(&page(&browser, "/meetings/new").await, "/meetings/new").with(&slot);
    let send = async |title: &str| where_it_led(&form.with(&[("title", title)]).send(&browser).await).1;
    let (first, other) = (send("Prima").await, send("Seconda").await);
    assert!(first.is_some() && other.is_some() && first != other);
    assert_eq!(send("Prima").await, first);
    // Only its sender can see the form.
    let another = world.app.browser(SECRETARIAT).await;
    assert_eq!(form.with(&[("title", "Prima")]).send(&another).await.status.as_u16(), 409);
}

#[actix_web::test]
async fn the_second_press_of_a_button_leads_where_the_first_led() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    for (path, action) in [
        ("/meetings/{id}/agenda-items", "/meetings/{id}/agenda-items/{item}/remove"),
        ("/designations/{id}", "/designations/{id}/unavailability/{absence}/withdraw"),
        ("/meetings/{id}/close", "/meetings/{id}/close"),
    ] {
        let path = world.fill(path).replace("/agenda-items", "");
        let form = form(&page(&browser, &path).await, &world.fill(action));
        let first = form.send(&browser).await;
        assert_eq!(first.status.as_u16(), 303, "{action}: {}", first.text());
        assert_eq!(where_it_led(&form.send(&browser).await), where_it_led(&first), "{action}");
    }
    let own = world.app.browser(OWN).await;
    let key = form(&page(&own, "/me").await, "/me/tokens").with(&[("name", "Foglio")]);
    let secret = |answer: &Answer| {
        assert_eq!(answer.status.as_u16(), 200);
        let text = answer.text();
        let after = text.split("id=\"secret\">").nth(1).expect("a secret").split('<').next();
        after.expect("a secret").to_owned()
    };
    let (first, second) = (secret(&key.send(&own).await), secret(&key.send(&own).await));
    assert_eq!(first, second);
    assert!(first.starts_with("rac_") && first.len() == 47);
    let keys = own.get("/api/v1/me/tokens").send().await.expect(200);
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1));
    world.app.bearer(first).get("/api/v1/me").send().await.expect(200);
    let other = secret(&key.with(&[("name", "Altro foglio")]).send(&own).await);
    assert_ne!(other, second);
}

#[actix_web::test]
async fn signing_out_twice_is_no_error() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let token = browser.form_token();
    for _ in 0..2 {
        let out = browser.post("/sign-out").form(&token, &[]).send().await;
        assert_eq!((out.status.as_u16(), out.header("location")), (303, Some("/")));
    }
    // The first answer has removed the cookie.
    let out =
        world.app.anonymous().post("/sign-out").header("sec-fetch-site", "same-origin").form(&token, &[]).send().await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, Some("/")));
    let other = world.app.browser(SECRETARIAT).await;
    assert_eq!(other.post("/sign-out").form("forged.token", &[]).send().await.status.as_u16(), 409);
}

/// Returns mostly wrong values that a user may type into a field of this kind.
fn unlikely(field: &PageField) -> Vec<String> {
    let of_kind: &[&str] = match field.kind.as_str() {
        "date" => &["", "domani", "1999-12-31", "2027-12-25", "2031-03-10"],
        "time" => &["", "mezzogiorno", "00:00", "23:59"],
        "number" => &["", "-1", "molti", "99999999999"],
        "select" | "radio" => &["", "nulla", "01890000-0000-7000-8000-000000000001"],
        "checkbox" => &["true"],
        _ => &["", " ", "x"],
    };
    let long = matches!(field.kind.as_str(), "text" | "textarea" | "email" | "url" | "tel").then(|| "x".repeat(5000));
    let chosen = field.choices.iter().take(6).cloned();
    of_kind.iter().map(|value| (*value).to_owned()).chain(long).chain(chosen).collect()
}

/// Returns the forms of a page with the address and the route to which each is sent.
fn forms_with_addresses(html: &str, routes: &[Route]) -> Vec<(PageForm, String, String)> {
    let mut found = Vec::new();
    for form in forms(html) {
        for address in std::iter::once(&form.action).chain(&form.other_actions) {
            let route = routes.iter().find(|route| route.takes(address));
            found.extend(route.map(|route| (form.clone(), address.clone(), route.path.clone())));
        }
    }
    found
}

/// One way to send a form wrongly, and the fields that the refusal must name at least.
struct Attempt {
    sent: PageForm,
    named: BTreeSet<String>,
    version: Version,
}

/// Version named by a sent form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Present,
    Older,
    Unreadable,
}

impl Attempt {
    fn of(sent: PageForm) -> Self {
        Self { sent, named: BTreeSet::new(), version: Version::Present }
    }

    /// Returns the form with a wrong value in all its fields of a kind, each of which must be named.
    fn with_all(
        form: &PageForm,
        value: impl Fn(&PageField) -> String,
        is_of_kind: impl Fn(&PageField) -> bool,
    ) -> Self {
        let fields = form.typed.iter().filter(|field| is_of_kind(field));
        let typed: Vec<(String, String)> = fields.map(|field| (field.name.clone(), value(field))).collect();
        let sent = form.with(&typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        Self { named: typed.into_iter().map(|(name, _)| name).collect(), ..Self::of(sent) }
    }
}

/// Returns a text that is longer than any field of this kind takes, and short enough for a form of many such fields.
fn too_long(field: &PageField) -> String {
    "x".repeat(match field.kind.as_str() {
        "textarea" => 4100,
        "url" => 2100,
        _ => 600,
    })
}

/// Returns the form with a sample in those of the fields that are empty.
fn filled_in(blank: &PageForm, is_meant: impl Fn(&PageField) -> bool) -> PageForm {
    let empty = blank.typed.iter().filter(|field| is_meant(field) && blank.value(&field.name).is_empty());
    let samples: Vec<(String, String)> = empty.map(|field| (field.name.clone(), sample(field))).collect();
    blank.with(&samples.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
}

/// Returns the attempts that are always refused: an empty form, every text too long, every day unreadable, an older or an
/// unreadable version.
fn wrong_attempts(blank: &PageForm) -> Vec<Attempt> {
    // An empty field may mean the choice that the page has already made.
    let is_made = |field: &PageField| !field.is_text() && field.kind != "date" && !blank.value(&field.name).is_empty();
    let is_required = |field: &PageField| field.is_required;
    let nothing: Vec<(&str, &str)> = blank.typed.iter().map(|field| (field.name.as_str(), "")).collect();
    let minimal = filled_in(blank, is_required);
    let mut all = vec![
        Attempt {
            sent: blank.with(&nothing),
            ..Attempt::with_all(blank, |_| String::new(), |field| field.is_required && !is_made(field))
        },
        Attempt::with_all(&minimal, too_long, PageField::is_text),
        Attempt::with_all(&minimal, |_| "domani".to_owned(), |field| field.kind == "date"),
    ];
    // An attempt without an error would be accepted, and change the record for the others.
    all.retain(|attempt| !attempt.named.is_empty());
    if !blank.value("version").is_empty() {
        for (text, version) in [("", Version::Unreadable), ("x", Version::Unreadable), ("0", Version::Older)] {
            all.push(Attempt { version, ..Attempt::of(minimal.with(&[("version", text)])) });
        }
    }
    all
}

/// Returns a filled-in form for each unlikely value of each of its fields. Some of them are accepted.
fn unlikely_attempts(blank: &PageForm) -> Vec<Attempt> {
    let filled = filled_in(blank, |_| true);
    let values = blank.typed.iter().flat_map(|field| unlikely(field).into_iter().map(move |value| (field, value)));
    values.map(|(field, value)| Attempt::of(filled.with(&[(&field.name, &value)]))).collect()
}

/// Returns the fault of an error text that does not say what to write, or that there is a limit without saying which.
fn says_too_little(text: &str) -> Option<String> {
    let is_generic = text.ends_with(Lang::It.t("errors.required"));
    let speaks_of_limits = ["troppo lungo", "troppo grande", "Sono ammessi", "almeno", "al massimo"]
        .iter()
        .any(|words| text.contains(words));
    let has_number = text.contains(|letter: char| letter.is_ascii_digit());
    (is_generic || text.contains('{') || (speaks_of_limits && !has_number)).then(|| format!("«{text}» says too little"))
}

/// Returns the faults in the answer to a form that was sent to an address.
fn faults_of(answer: &Answer, Attempt { sent, named, version }: &Attempt, address: &str) -> Vec<String> {
    let (status, html) = (answer.status.as_u16(), answer.text());
    let mut faults = Vec::new();
    if *version == Version::Unreadable && status != 409 {
        faults.push(format!("a form without a version is answered {status}"));
    }
    if !matches!(status, 409 | 422) {
        // The link of a reminder ends (410) when an earlier attempt has cancelled its task.
        if !matches!(status, 200 | 303 | 404 | 410) || !named.is_empty() || *version != Version::Present {
            faults.push(format!("answers {status}, wrong are {named:?}"));
        }
        return faults;
    }
    let refusal = Refusal::of(&html);
    faults.extend((status == 422 && !refusal.has_summary).then(|| "has no error summary".to_owned()));
    faults.extend(refusal.silent.iter().map(|field| format!("the field {field} does not say what the summary says")));
    faults.extend(refusal.texts.iter().filter_map(|text| says_too_little(text)));
    let unnamed: Vec<_> = named.difference(&refusal.fields).collect();
    faults.extend((!unnamed.is_empty()).then(|| format!("{unnamed:?} are wrong and not named: {:?}", refusal.fields)));
    let is_same = |form: &PageForm| form.action == address || form.other_actions.iter().any(|other| other == address);
    for shown in forms(&html).into_iter().filter(is_same) {
        let lost = shown.lost_of(sent);
        faults.extend((!lost.is_empty()).then(|| format!("what was typed into {lost:?} is lost")));
        let is_of_none = *version == Version::Unreadable && shown.value("version").parse::<i32>().is_err();
        faults.extend(is_of_none.then(|| "the form shown again is of no version".to_owned()));
    }
    faults
}

/// Adds the records for forms that only some pages have: a working group, a partner to invite, a blocked task, a rule that
/// proposes a date.
async fn show_rarer_forms(world: &World) {
    world.app.load_also(GROUP).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let partner = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
    secretariat.post("/api/v1/designations").json(partner.json()).send().await.expect(201);
    let tasks = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let task = &tasks["items"][1];
    let path = format!("/api/v1/tasks/{}/block", task["id"].as_str().expect("a task"));
    let reason = serde_json::json!({ "reason": "Mancano i dati" });
    secretariat.post(&path).if_match(&task["version"]).json(reason).send().await.expect(200);
    let report = "/api/v1/products/relazione-territoriale";
    let product = secretariat.get(report).send().await.expect(200);
    let rule = serde_json::json!({ "day": { "end_of_period": { "plus": 3, "unit": "months" } } });
    let rule = serde_json::json!({ "date_rule": rule });
    secretariat.patch(report).if_match(&product["version"]).merge_patch(&rule).send().await.expect(200);
}

/// Returns the addresses of all pages of the world, and of the pages to which they link.
async fn pages(world: &World, reader: &Client) -> BTreeSet<String> {
    let is_page = |route: &Route| route.method == "GET" && !route.described && !route.path.contains("static");
    let mut found: BTreeSet<String> =
        source::routes().into_iter().filter(is_page).map(|route| world.fill(&route.path)).collect();
    for path in found.clone() {
        let shown = reader.get(&path).header("accept", "text/html").send().await.text();
        found.extend(links(&shown));
    }
    found
}

/// Sends every form on the pages of the world in every wrong way, as the secretariat and as a referent. Each refusal must be
/// a page that shows the form with the typed values and names every wrong field.
#[actix_web::test]
async fn every_wrong_field_of_a_form_is_named_at_once() {
    let world = World::new(Engine::Sqlite).await;
    show_rarer_forms(&world).await;
    let routes: Vec<Route> =
        source::routes().into_iter().filter(|route| route.method == "POST" && !route.described).collect();
    let (mut walked, mut refused, mut faults) = (BTreeSet::new(), 0, BTreeSet::new());
    for email in [SECRETARIAT, OWN] {
        let reader = world.app.browser(email).await;
        let outcome = |kind: &str| world.fill(&format!("/meetings/{{id}}/outcomes/new?kind={kind}"));
        let extra = ["/designations/new?seat=referent:bergamo", "/designations/new?seat=deputy:bergamo"];
        let extra = extra.map(ToOwned::to_owned).into_iter().chain(["decision", "task", "problem"].map(outcome));
        let mut found = Vec::new();
        for path in pages(&world, &reader).await.into_iter().chain(extra) {
            let shown = reader.get(&path).header("accept", "text/html").send().await;
            for (blank, address, route) in forms_with_addresses(&shown.text(), &routes) {
                let fields: Vec<&str> = blank.typed.iter().map(|field| field.name.as_str()).collect();
                if walked.insert((email, route.clone(), fields.join(" "))) {
                    found.push((blank, address, route));
                }
            }
        }
        // Attempts that may be accepted come last, because they change what the other forms are about.
        for attempts_of in [wrong_attempts, unlikely_attempts] {
            // A second withdrawal of an absence is redirected like the first.
            for (blank, address, route) in found.iter().filter(|(_, _, route)| !route.ends_with("{absence}/withdraw")) {
                for attempt in attempts_of(blank) {
                    let answer = attempt.sent.send_to(&reader, address).await;
                    refused += u32::from(matches!(answer.status.as_u16(), 409 | 422));
                    let wrong = faults_of(&answer, &attempt, address);
                    faults.extend(wrong.into_iter().map(|fault| format!("{route}: {fault}")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(refused > 300, "only {refused} forms were refused");
    let walked: BTreeSet<&str> = walked.iter().map(|(_, route, _)| route.as_str()).collect();
    let missed: Vec<&str> = routes
        .iter()
        .filter(|route| route.is_typed && !walked.contains(route.path.as_str()))
        .map(|route| route.path.as_str())
        .collect();
    assert!(missed.is_empty(), "no page of the world shows a form for {missed:?}");
}
