//! The files that prove acts: what is accepted, how it is called, how much of it in a day, how long it stays.

use super::{designate, multipart};
use crate::both_engines;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::{document, document_owner};
use migration::{Migrator, MigratorTrait};
use raccordo::config::Config;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

both_engines! {
    a_signed_act_is_accepted_in_each_form_in_which_it_is_sent,
    a_file_comes_back_under_the_name_it_had,
    a_seat_cannot_fill_the_disk_in_a_day,
    a_file_stays_as_long_as_anything_owns_it,
    files_kept_before_owners_were_known_have_theirs,
}

/// The first bytes of a CMS envelope of signed data, as signature programs write it.
fn envelope() -> Vec<u8> {
    let head: [u8; 15] = [0x30, 0x82, 0x01, 0x00, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    [&head[..], &[0xa0; 245]].concat()
}

async fn keep(client: &Client, name: &str, content: &[u8]) -> Answer {
    let body = multipart(name, content);
    client.post("/api/v1/designations/documents").body("multipart/form-data; boundary=x", body).send().await
}

async fn a_signed_act_is_accepted_in_each_form_in_which_it_is_sent(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let bare = STANDARD.encode(envelope());
    let lines: Vec<&str> = bare.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    let lines = lines.join("\r\n");
    let pem = |label: &str| format!("-----BEGIN {label}-----\r\n{lines}\r\n-----END {label}-----\r\n");
    let late_header = [vec![b'\n'; 1024], b"%PDF-1.7\n1 0 obj".to_vec()].concat();
    let too_late = [vec![b'\n'; 1025], b"%PDF-1.7\n1 0 obj".to_vec()].concat();
    for (name, content, media_type) in [
        ("atto.pdf.p7m", envelope(), "application/pkcs7-mime"),
        ("atto.pdf.p7m", bare.clone().into_bytes(), "application/pkcs7-mime"),
        ("atto.pdf.p7m", format!("\u{feff}{lines}\r\n").into_bytes(), "application/pkcs7-mime"),
        ("ATTO.PDF.P7M", pem("PKCS7").into_bytes(), "application/pkcs7-mime"),
        ("atto.pdf.p7m", pem("CMS").into_bytes(), "application/pkcs7-mime"),
        ("atto.pdf", late_header, "application/pdf"),
    ] {
        let kept = keep(&secretariat, name, &content).await.expect(201);
        assert_eq!(kept["media_type"], media_type, "{name}");
    }
    let html = b"<html><script>alert(1)</script>%PDF-1.7".to_vec();
    let program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0%PDF-1.7".to_vec();
    for (name, content) in [
        ("atto.pdf", too_late),
        ("atto.pdf", html.clone()),
        ("atto.pdf", program),
        ("atto.pdf.p7m", html),
        ("atto.pdf.p7m", format!("{bare}<script>").into_bytes()),
        ("atto.pdf.p7m", format!("<html>{}", pem("PKCS7")).into_bytes()),
        ("atto.pdf.p7m", pem("CERTIFICATE").into_bytes()),
        ("atto.pdf.p7m", STANDARD.encode(b"nothing that was ever signed by anybody").into_bytes()),
    ] {
        keep(&secretariat, name, &content).await.refused(422, "document_type_mismatch");
    }
}

/// Keeps a file, has a designation name it, and downloads it from both faces.
async fn downloads(app: &TestApp, seat: &str, name: &str) -> Vec<Answer> {
    let secretariat = app.client(SECRETARIAT).await;
    let kept = keep(&secretariat, name, b"%PDF-1.7 the act").await.expect(201);
    let mut designation = Designation::of(seat).json();
    designation["provenance"]["document_id"] = kept["id"].clone();
    let made = secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let path = format!("/designations/{}/documents/{}", id(&made), id(&kept));
    let browser = app.browser(SECRETARIAT).await;
    vec![secretariat.get(&format!("/api/v1{path}")).send().await, browser.get(&path).send().await]
}

async fn a_file_comes_back_under_the_name_it_had(engine: Engine) {
    let app = TestApp::new(engine).await;
    let long = format!("{}.pdf.p7m", "determinazione ".repeat(30));
    let cut = format!("{}.pdf", "a".repeat(196));
    for (seat, name, expected) in [
        (
            "referent:lodi",
            "Citta\u{300} \u{2013} n. 12.pdf",
            "attachment; filename=\"Citta _ n. 12.pdf\"; filename*=UTF-8''Citt%C3%A0%20%E2%80%93%20n%2E%2012%2Epdf",
        ),
        ("deputy:lodi", "decreto n. 12.pdf", "attachment; filename=\"decreto n. 12.pdf\""),
        ("referent:como", "atto\u{202e}fdp.exe.pdf", "attachment; filename=\"attofdp.exe.pdf\""),
        ("deputy:como", &format!("{}.pdf", "a".repeat(300)), &format!("attachment; filename=\"{cut}\"")),
    ] {
        for answer in downloads(&app, seat, name).await {
            let shown = answer.header("content-disposition").unwrap_or_default();
            assert_eq!(
                shown.replace("%2E", ".").replace("%2D", "-"),
                expected.replace("%2E", ".").replace("%2D", "-"),
                "{name}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("content-type"), Some("application/pdf"));
        }
    }
    let kept = keep(&app.client(SECRETARIAT).await, &long, &envelope()).await.expect(201);
    let kept = kept["name"].as_str().expect("a name").to_owned();
    assert!(kept.chars().count() == 200 && kept.ends_with(".pdf.p7m"), "{kept}");
}

async fn a_seat_cannot_fill_the_disk_in_a_day(engine: Engine) {
    let mut config = Config::for_tests();
    config.limits.documents_per_day = 3;
    config.limits.documents_bytes_per_day = 1_000;
    let app = TestApp::with_config(engine, config).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&app, Designation::of("body_manager:provincia-como").to("Ida", "Capo")).await;
    app.at("2027-01-12 21:00");
    let bergamo = app.client("elio.capo@ente.example").await;
    let act = b"%PDF-1.7 the act".as_slice();
    for _ in 0..3 {
        keep(&bergamo, "atto.pdf", act).await.expect(201);
    }
    let full = keep(&bergamo, "atto.pdf", act).await;
    assert_eq!(full.header("retry-after"), Some("10800"), "until midnight in Rome");
    full.refused(429, "documents_quota");
    // Another body has its own share; bytes count as well as files.
    let como = app.client("ida.capo@ente.example").await;
    let large = [act, &[b' '; 960]].concat();
    keep(&como, "atto.pdf", &large).await.expect(201);
    keep(&como, "atto.pdf", &large).await.refused(429, "documents_quota");
    keep(&como, "atto.pdf", act).await.expect(201);
    let page = app.browser("elio.capo@ente.example").await;
    let form = page.get("/designations/new?seat=partner:bergamo").header("accept", "text/html").send().await;
    assert!(form.status.is_success());
    app.at("2027-01-13 00:01");
    keep(&bergamo, "atto.pdf", act).await.expect(201);
}

/// One decree designates two people: the file is both designations', and stays whatever becomes of either.
async fn a_file_stays_as_long_as_anything_owns_it(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let kept = keep(&secretariat, "decreto.pdf", b"%PDF-1.7 the act").await.expect(201);
    let alone = keep(&secretariat, "minuta.pdf", b"%PDF-1.7 given up").await.expect(201);
    let mut paths = Vec::new();
    for (seat, given) in [("referent:lodi", "Ada"), ("deputy:lodi", "Eva")] {
        let mut designation = Designation::of(seat).to(given, "Riva").json();
        designation["provenance"]["document_id"] = kept["id"].clone();
        let made = secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
        paths.push(format!("/api/v1/designations/{}", made["id"].as_str().expect("an id")));
    }
    let annul = json!({ "reason": "Inserita per errore" });
    secretariat.post(&format!("{}/annul", paths[1])).if_match(1).json(annul).send().await.expect(200);
    app.at("2027-01-13 10:00");
    app.tick("retention").await;
    let owned = document::Entity::find().all(app.services.db.reader()).await.expect("the documents");
    let names: Vec<&str> = owned.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, ["decreto.pdf"], "{} is nobody's", alone["id"]);
    let mut owners = document_owner::Entity::find().all(app.services.db.reader()).await.expect("the owners");
    owners.sort_by_key(|owner| owner.owner_id.clone());
    assert_eq!(owners.len(), 2);
    assert!(owners.iter().zip(&paths).all(|(owner, path)| path.ends_with(&owner.owner_id)), "{owners:?}");
}

/// A table that another part of the service owns files by needs no word in the job that removes them.
#[actix_web::test]
async fn a_file_with_another_kind_of_owner_is_not_removed() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.client(SECRETARIAT).await;
    let kept = keep(&secretariat, "verbale.pdf", b"%PDF-1.7 the minutes").await.expect(201);
    let owner = document_owner::ActiveModel {
        document_id: Set(kept["id"].as_str().expect("an id").parse().expect("an id")),
        owner_kind: Set("meeting".to_owned()),
        owner_id: Set("019a0000-0000-7000-8000-000000000000".to_owned()),
    };
    document_owner::Entity::insert(owner).exec_without_returning(app.services.db.writer()).await.expect("an owner");
    app.at("2027-01-15 10:00");
    app.tick("retention").await;
    assert_eq!(document::Entity::find().all(app.services.db.reader()).await.expect("the documents").len(), 1);
}

async fn files_kept_before_owners_were_known_have_theirs(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let kept = keep(&secretariat, "decreto.pdf", b"%PDF-1.7 the act").await.expect(201);
    keep(&secretariat, "minuta.pdf", b"%PDF-1.7 given up").await.expect(201);
    let mut designation = Designation::of("referent:lodi").json();
    designation["provenance"]["document_id"] = kept["id"].clone();
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let db = app.services.db.writer();
    let owners = async || document_owner::Entity::find().all(db).await.expect("the owners");
    let before = owners().await;
    assert_eq!(before.len(), 1);
    let later = Migrator::migrations().iter().rev().take_while(|one| one.name() >= "m20261129_140000").count();
    Migrator::down(db, u32::try_from(later).ok()).await.expect("back to where nobody knew");
    Migrator::up(db, None).await.expect("up again");
    assert_eq!(owners().await, before);
}
