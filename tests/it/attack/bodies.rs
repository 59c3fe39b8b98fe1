//! Bodies: too deep, too long, of the wrong type, in contradiction to their headers.

use super::{Route, ask, in_order, operation, routes};
use crate::openapi::resolved;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    a_hostile_text_is_stored_as_text_or_refused,
}

on_sqlite! {
    no_json_brings_the_service_down,
    a_day_outside_1900_to_2199_is_refused_and_nothing_is_stored,
    a_body_of_another_kind_is_refused_unread,
    a_body_that_is_too_long_is_refused_as_such,
    a_file_that_is_too_large_or_in_too_many_pieces_is_refused,
    an_invalid_idempotency_key_is_refused,
}

/// Every member of a designation that holds typed text, as JSON pointers.
const TEXTS: [&str; 10] = [
    "/seat",
    "/person/given_name",
    "/person/family_name",
    "/person/email",
    "/act/number",
    "/act/organ",
    "/act/subject",
    "/provenance/protocol_number",
    "/valid_from",
    "/act/kind",
];

fn taking_bodies() -> Vec<Route> {
    routes().into_iter().filter(|route| operation(route)["requestBody"].is_object()).collect()
}

fn media_type(route: &Route) -> &'static str {
    let content = resolved(&operation(route)["requestBody"])["content"].as_object();
    match content.and_then(|content| content.keys().next()).expect("a media type").as_str() {
        "multipart/form-data" => "multipart/form-data; boundary=b",
        described => described,
    }
}

async fn no_json_brings_the_service_down(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_objects = format!("{}1{}", "{\"a\":".repeat(40_000), "}".repeat(40_000));
    let bodies = [
        deep,
        deep_objects,
        String::new(),
        "null".into(),
        "[]".into(),
        "\"text\"".into(),
        "1e999".into(),
        "{\"a\":1,\"a\":2}".into(),
        "{\"seat\":\"\\ud800\"}".into(),
        "{\"name\":\"\\u0000\"}".into(),
        "{".into(),
        "nul".into(),
        "\u{feff}{}".into(),
        format!("{{\"seat\":\"{}\"}}", "x".repeat(200_000)),
        format!("[{}]", vec!["1"; 50_000].join(",")),
    ];
    for route in taking_bodies() {
        let path = &route.address;
        for body in &bodies {
            let asking = ask(&secretariat, route.method, path).header("if-match", "\"v1\"");
            let answer = asking.body(media_type(&route), body.clone()).send().await;
            in_order(&answer, &format!("{path} {}", &body[..body.len().min(40)]));
            assert!(answer.status.is_client_error() || answer.status.is_success(), "{path}: {}", answer.status);
        }
    }
}

async fn a_day_outside_1900_to_2199_is_refused_and_nothing_is_stored(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for day in ["+262142-12-31", "-262143-01-01", "-9999-01-01", "0027-03-30", "9999-12-31"] {
        for member in
            ["/valid_from", "/valid_to", "/act/date", "/provenance/communicated_on", "/provenance/protocol_date"]
        {
            let mut body = Designation::of("referent:bergamo").json();
            body["valid_to"] = json!("2027-12-31");
            body["provenance"]["protocol_date"] = json!("2027-01-04");
            *body.pointer_mut(member).expect("a member") = day.into();
            secretariat.post("/api/v1/designations").json(body).send().await.refused(422, "unexpected_shape");
        }
        let release = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": day } });
        secretariat.post("/api/v1/releases").json(release).send().await.refused(422, "unexpected_shape");
        let venue = json!({ "mode": "in_person", "place": "Milano" });
        let meeting = json!({ "table": "tavolo", "title": "Agenda", "day": day, "starts": "09:30:00", "ends": "12:00:00", "venue": venue });
        secretariat.post("/api/v1/meetings").json(meeting).send().await.refused(422, "unexpected_shape");
    }
    assert_eq!(secretariat.get("/api/v1/designations?seat=referent").send().await.expect(200)["items"], json!([]));
}

async fn a_body_of_another_kind_is_refused_unread(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let sent = Designation::of("referent:bergamo").json().to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/jsonp",
        "multipart/form-data; boundary=b",
        "",
        "application/json/x",
        "image/png",
    ] {
        let answer = secretariat.post("/api/v1/designations").body(kind, sent.clone()).send().await;
        answer.refused(415, "unsupported_media_type");
    }
    let patch = secretariat.patch("/api/v1/people/019a0000-0000-7000-8000-000000000000").if_match(1);
    patch.body("application/json", "{}").send().await.refused(415, "unsupported_media_type");
    secretariat
        .post("/api/v1/designations/documents")
        .body("application/json", "{}")
        .send()
        .await
        .refused(415, "unsupported_media_type");
    assert_eq!(secretariat.get("/api/v1/designations?seat=referent").send().await.expect(200)["items"], json!([]));
}

async fn a_body_that_is_too_long_is_refused_as_such(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let two_mebibytes = format!("{{\"seat\":\"{}\"}}", "x".repeat(2 << 20));
    for route in taking_bodies().into_iter().filter(|route| media_type(route).contains("json")) {
        let path = &route.address;
        let answer = ask(&secretariat, route.method, path)
            .header("if-match", "\"v1\"")
            .body(media_type(&route), two_mebibytes.clone())
            .send()
            .await;
        assert_eq!(answer.status.as_u16(), 413, "{path}: {}", answer.text());
    }
    let form = format!("email={}", "x".repeat(2 << 20));
    let answer = ask(&app.anonymous(), "post", "/sign-in").body("application/x-www-form-urlencoded", form).send().await;
    assert_eq!(answer.status.as_u16(), 413);
}

async fn a_file_that_is_too_large_or_in_too_many_pieces_is_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let send = |body: Vec<u8>| {
        secretariat.post("/api/v1/designations/documents").body("multipart/form-data; boundary=b", body).send()
    };
    let limit = app.services.config.limits.document_bytes;
    let file = |bytes: usize| {
        [
            part("name=\"document\"; filename=\"a.pdf\""),
            b"%PDF-1.7 ".to_vec(),
            vec![b'x'; bytes],
            b"\r\n--b--\r\n".to_vec(),
        ]
        .concat()
    };
    send(file(limit)).await.refused(413, "document_too_large");
    send(file(limit - 9)).await.expect(201);
    let crumbs = (0..1000)
        .flat_map(|number| [part(&format!("name=\"f{number}\"")), b"x\r\n".to_vec()].concat())
        .collect::<Vec<_>>();
    send([crumbs, b"--b--\r\n".to_vec()].concat()).await.refused(413, "body_too_large");
    for odd in [
        b"".to_vec(),
        b"--b".to_vec(),
        b"--b--\r\n".to_vec(),
        b"no parts at all".to_vec(),
        part("name=\"document\"; filename=\"../../etc/cron.d/x\""),
    ] {
        in_order(&send(odd).await, "an odd upload");
    }
    let without_boundary =
        secretariat.post("/api/v1/designations/documents").body("multipart/form-data", b"--b--".to_vec()).send().await;
    in_order(&without_boundary, "no boundary");
    assert!(without_boundary.status.is_client_error());
}

async fn an_invalid_idempotency_key_is_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for key in ["k".repeat(300), String::new(), "k".repeat(256)] {
        let asking = secretariat.post("/api/v1/designations").header("idempotency-key", &key);
        let answer = asking.json(Designation::of("referent:bergamo").json()).send().await;
        assert_eq!(answer.expect(400)["code"], "idempotency_key_invalid");
    }
    let longest = "k".repeat(255);
    secretariat
        .post("/api/v1/designations")
        .header("idempotency-key", &longest)
        .json(Designation::of("referent:bergamo").json())
        .send()
        .await
        .expect(201);
    for version in ["\"v99999999999999999999\"", "*", "W/\"v1\"", "v1", "\"v-1\"", "\"v1\", \"v2\"", ""] {
        let patch =
            secretariat.patch("/api/v1/people/019a0000-0000-7000-8000-000000000000").header("if-match", version);
        in_order(&patch.merge_patch(&json!({ "phone": "1" })).send().await, version);
    }
}

async fn a_hostile_text_is_stored_as_text_or_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let texts: Vec<Value> = [
        "\0",
        "a\0b",
        "\r\nBcc: all@evil.example",
        "\u{202e}gnp.exe",
        "\u{feff}",
        "<script>alert(1)</script>",
        "' OR '1'='1",
        "{{7*7}}",
        "=?utf-8?q?x?=",
        "\u{1F4A9}",
        "\u{0301}\u{0301}\u{0301}",
        "\u{fffe}",
        "\u{e000}",
        "-",
        "%00",
        "\u{85}",
        "\u{2028}",
    ]
    .into_iter()
    .map(Value::from)
    .chain([
        "x".repeat(100_000).into(),
        json!(null),
        json!(1),
        json!([]),
        json!({}),
        json!(true),
        json!(" "),
        json!(""),
    ])
    .collect();
    for member in TEXTS {
        for text in &texts {
            let mut body = Designation::of("referent:bergamo").json();
            *body.pointer_mut(member).expect("a member") = text.clone();
            let answer = secretariat.post("/api/v1/designations").json(body).send().await;
            in_order(&answer, &format!("{member} = {}", text.to_string().chars().take(40).collect::<String>()));
        }
    }
    for query in ["%00", "a%00b"] {
        for name in ["seat", "body", "person", "observatory"] {
            in_order(&secretariat.get(&format!("/api/v1/designations?{name}={query}")).send().await, name);
        }
    }
}

fn part(head: &str) -> Vec<u8> {
    format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes()
}
