//! Typed texts: characters that change the direction of text, invisible texts, two spellings of one name, pasted
//! addresses.

use crate::openapi::{operations, resolved};
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::world::World;
use crate::unauthorised::body_of;
use crate::{both_engines, on_sqlite};
use actix_web::http::Method;
use raccordo::auth::local_path::LocalPath;
use raccordo::auth::service as auth;
use raccordo::secret;
use serde_json::{Value, json};
use std::collections::BTreeSet;

both_engines! {
    two_spellings_of_a_name_are_one_person,
}

on_sqlite! {
    an_address_is_taken_as_it_was_meant,
    one_name_is_enough,
}

/// Invisible characters that control Unicode's bidirectional algorithm (UAX #9, table 4).
const TURNING: [char; 12] = [
    '\u{061C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];
/// Texts without a visible character.
const UNSEEN: [&str; 6] = ["\u{200B}", "\u{FEFF}\u{2060}", "\u{AD}", "\u{3164}", "\u{2800}", "\u{E0041} \u{FE0F}"];

/// Members that are no free text: a value outside their vocabulary has an error of its own.
const NOT_FREE: [&str; 26] = [
    "territory",
    "month",
    "containing",
    "default_hour",
    "from",
    "to",
    "worked_by",
    "source",
    "weekday",
    "avoid",
    "unit",
    "nth",
    "adjust",
    "from_period",
    "seat",
    "product",
    "period",
    "code",
    "table",
    "body",
    "observatory",
    "starts",
    "ends",
    "hour",
    "address",
    "email",
];

/// Finds the texts in the body of an operation, as JSON pointers with their values, optional ones included.
fn texts_in(schema: &'static Value, at: &str, found: &mut Vec<String>) {
    let schema = resolved(schema);
    for name in ["oneOf", "anyOf", "allOf"] {
        for part in schema[name].as_array().into_iter().flatten() {
            texts_in(part, at, found);
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        texts_in(member, &format!("{at}/{name}"), found);
    }
    let is_text =
        schema["type"] == "string" || schema["type"].as_array().is_some_and(|all| all.contains(&json!("string")));
    let is_free = schema.get("format").is_none() && schema.get("enum").is_none() && schema.get("pattern").is_none();
    if is_text && is_free && !at.is_empty() {
        found.push(at.to_owned());
    }
}

/// Puts a text at the pointer, and makes the objects around it.
fn put(body: &mut Value, pointer: &str, text: &str) {
    let mut place = body;
    for part in pointer.trim_start_matches('/').split('/') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[part];
    }
    *place = text.into();
}

/// Returns a body that would be accepted, with the optional parts that contain texts.
fn whole(world: &World, name: &str, pointer: &str, schema: &'static Value) -> Value {
    let mut body = body_of(name, schema);
    let (part, value) = match name {
        "POST /api/v1/designations/{id}/end" => {
            ("provenance", json!({ "channel": "pec", "communicated_on": "2027-01-20" }))
        }
        "POST /api/v1/releases/{id}/move" | "POST /api/v1/releases/{id}/move/preview" => {
            ("reason_text", json!("Una frase abbastanza lunga"))
        }
        "POST /api/v1/meetings/{id}/move" => ("venue", json!({ "mode": "in_person" })),
        "POST /api/v1/meetings/{id}/outcomes" if pointer.starts_with("/release/") => {
            body["kind"] = "decision".into();
            let release = world.id("provisional release");
            ("release", json!({ "release_id": release, "change": "confirm", "day": "2027-05-11" }))
        }
        "POST /api/v1/meetings/{id}/outcomes" => {
            body["kind"] = "task".into();
            ("task", json!({ "seat": "referent:bergamo", "title": "Nota", "due_day": "2027-05-11" }))
        }
        _ => return body,
    };
    body[part] = value;
    body
}

/// Returns the address of an operation on a record in a state that allows it.
fn address_of(world: &World, name: &str, path: &str) -> String {
    match name {
        "PATCH /api/v1/meetings/{id}" => path.replace("{id}", world.id("draft")),
        "POST /api/v1/releases/{id}/confirm" => path.replace("{id}", world.id("provisional release")),
        _ => world.fill(path),
    }
}

/// Tries every text of every operation. None of these texts is ever stored; an operation that checks texts names the
/// wrong one.
#[actix_web::test]
async fn a_text_that_reads_otherwise_than_it_was_typed_is_refused_in_every_operation() {
    let world = World::new(Engine::Sqlite).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let (mut wrong, mut told) = (Vec::new(), BTreeSet::new());
    for (path, method, operation) in operations() {
        let name = format!("{} {path}", method.to_uppercase());
        let content = resolved(&operation["requestBody"])["content"].as_object();
        let Some((media_type, described)) = content.and_then(|content| content.iter().next()) else { continue };
        if media_type == "multipart/form-data" {
            continue;
        }
        let address = address_of(&world, &name, path);
        let mut texts = Vec::new();
        texts_in(&described["schema"], "", &mut texts);
        for pointer in texts {
            for text in [format!("una{}volta", TURNING[7]), format!("{}una volta", TURNING[1]), UNSEEN[0].to_owned()] {
                let mut body = whole(&world, &name, &pointer, &described["schema"]);
                put(&mut body, &pointer, &text);
                let shown = secretariat.get(subject_of(path, &address)).send().await;
                let version =
                    serde_json::from_slice::<Value>(&shown.body).map_or(1, |it| it["version"].as_i64().unwrap_or(1));
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let asking = secretariat.request(method, &address).if_match(version);
                let asking = asking.header("idempotency-key", &secret::new_token());
                let answer = asking.body(media_type, body.to_string()).send().await;
                let member = pointer.rsplit('/').next().unwrap_or_default();
                let said = answer.text();
                if answer.status.is_success() {
                    wrong.push(format!("{name} keeps {pointer} = {text:?}"));
                } else if said.contains("\"unseen_characters\"") {
                    told.insert(format!("{name} {pointer}"));
                } else if !NOT_FREE.contains(&member) && !told.contains(&format!("{name} {pointer}")) {
                    wrong.push(format!("{name} {pointer}: {} {said}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told.len() > 30, "only {} texts were reached: {told:#?}", told.len());
}

/// Returns the address of the record that an operation changes: its path up to the first id.
fn subject_of<'a>(path: &str, address: &'a str) -> &'a str {
    let depth = path.split('/').position(|part| part.starts_with('{')).map_or(usize::MAX, |at| at + 1);
    let length = address.split('/').take(depth).map(|part| part.len() + 1).sum::<usize>() - 1;
    &address[..length]
}

async fn two_spellings_of_a_name_are_one_person(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let seats =
        ["referent:lodi", "referent:como", "referent:pavia", "referent:lecco", "referent:varese", "referent:sondrio"];
    for (number, (first, others)) in [
        (
            ("Sara", "D\u{2019}Angelo"),
            vec![("sara", "D'Angelo"), ("SARA", "D\u{2BC}ANGELO"), ("Sara", "D\u{b4}Angelo")],
        ),
        (("Niccol\u{f2}", "Po"), vec![("Niccolo\u{300}", "Po"), ("Niccolo'", "Po"), ("NICCOLO\u{2019}", "P\u{f2}")]),
        (("Anna Maria", "De-Rossi"), vec![("Anna  maria", "De Rossi"), ("Anna\u{a0}Maria", "De\u{2010}Rossi")]),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("qualcuno{number}@ente.example");
        let enter = |seat: &str, (given, family): (&str, &str)| {
            let person = json!({ "given_name": given, "family_name": family, "email": email });
            secretariat.post("/api/v1/designations").json(Designation::of(seat).with("person", person).json()).send()
        };
        let made = enter(&format!("partner:{}", ["lodi", "como", "pavia"][number]), first).await.expect(201);
        for (other, seat) in others.into_iter().zip(seats.iter().skip(number * 2)) {
            let same = enter(&seat.replace("referent", "deputy"), other).await.expect(201);
            assert_eq!(same["person"], made["person"], "{other:?} is {first:?}, as they are written first");
        }
        enter("partner:mantova", ("Ugo", "Altro")).await.refused(409, "address_taken");
    }
}

async fn an_address_is_taken_as_it_was_meant(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let enter = |seat: &str, email: &str| {
        let person = json!({ "given_name": "Ada", "family_name": "Riva", "email": email });
        secretariat.post("/api/v1/designations").json(Designation::of(seat).with("person", person).json()).send()
    };
    let pasted = "\u{202A}\u{feff} Ada.Riva@Citt\u{e0}.Example\u{200b}\u{202C}";
    let made = enter("referent:lodi", pasted).await.expect(201);
    assert_eq!(made["person"]["email"], "ada.riva@xn--citt-3na.example");
    let again = enter("deputy:lodi", "ada.riva@citta\u{300}.example").await.expect(201);
    assert_eq!(again["person"]["id"], made["person"]["id"]);
    for wrong in ["ada@localhost", "ada@ente.", "ada@.ente", "ada", "a\u{200b}da@ente.example", "ad\u{e0}@ente.example"]
    {
        let refused = enter("referent:como", wrong).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["code"], "not_an_address", "{wrong:?}");
    }
    app.mails().await;
    let (ctx, next) = (app.system(), LocalPath::after_sign_in("/me"));
    for typed in [pasted, "ada.riva@xn--citt-3na.example", " ADA.RIVA@CITT\u{c0}.EXAMPLE"] {
        ctx.write(async |txn| auth::request_link(&ctx, txn, typed, &next).await).await.expect("an address");
    }
    let links = app.mails().await.into_iter().filter(|mail| mail.kind == "sign_in");
    let to: Vec<String> = links.map(|mail| mail.to).collect();
    assert_eq!(to, ["ada.riva@xn--citt-3na.example"; 3]);
}

async fn one_name_is_enough(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let enter = |seat: &str, person: Value| {
        secretariat.post("/api/v1/designations").json(Designation::of(seat).with("person", person).json()).send()
    };
    let made =
        enter("referent:lodi", json!({ "family_name": "Madhavan", "email": "m@ente.example" })).await.expect(201);
    assert_eq!((&made["person"]["given_name"], &made["person"]["family_name"]), (&json!(""), &json!("Madhavan")));
    let path = format!("/api/v1/people/{}", made["person"]["id"].as_str().expect("an id"));
    let named =
        secretariat.patch(&path).merge_patch(&json!({ "given_name": "R." })).if_match(1).send().await.expect(200);
    assert_eq!(named["given_name"], "R.");
    let alone =
        secretariat.patch(&path).merge_patch(&json!({ "given_name": null })).if_match(2).send().await.expect(200);
    assert_eq!(alone["given_name"], "");
    let nameless =
        enter("referent:como", json!({ "given_name": "Ada", "family_name": " ", "email": "a@ente.example" })).await;
    assert_eq!(nameless.refused(422, "invalid")["errors"][0]["field"], "family_name");
    let mails = app.mails().await;
    let welcome = mails.iter().find(|mail| mail.to == "m@ente.example").expect("a mail to the newcomer");
    assert!(!welcome.text.contains(" Madhavan ,") && !welcome.text.contains("  Madhavan"), "{}", welcome.text);
}
