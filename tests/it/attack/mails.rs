//! Mails that a stranger can cause, and their recipients.

use super::ask;
use crate::on_sqlite;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::mailbox::Mail;
use futures_util::future::join_all;
use mail_parser::MessageParser;

on_sqlite! {
    no_name_adds_a_header_or_a_recipient,
    an_address_is_no_way_to_a_second_mailbox,
    spellings_of_an_address_share_one_limit_of_mails,
}

async fn no_name_adds_a_header_or_a_recipient(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let seats = [
        "referent:bergamo",
        "referent:brescia",
        "referent:como",
        "referent:lodi",
        "referent:lecco",
        "referent:mantova",
        "referent:pavia",
    ];
    let names = [
        "Ada\r\nBcc: all@evil.example",
        "\u{202e}adA",
        "Ada <ada@evil.example>",
        "=?utf-8?b?QmNjOiBhbGxAZXZpbC5leGFtcGxl?=",
        "Ada, Eva",
        "\"Ada\" <x@evil.example>,",
        "Ada\u{2066}\u{200f}",
    ];
    for (seat, name) in seats.into_iter().zip(names) {
        let mut body = Designation::of(seat).to("Ada", seat.rsplit(':').next().expect("a place")).json();
        body["person"]["given_name"] = name.into();
        body["act"]["subject"] = format!("{name} nominata").into();
        let answer = secretariat.post("/api/v1/designations").json(body).send().await;
        assert!(matches!(answer.status.as_u16(), 201 | 422), "{name:?}: {}", answer.text());
    }
    let mails = app.mails().await;
    assert!(mails.len() >= 8, "somebody was designated: {}", mails.len());
    for mail in &mails {
        is_to_one(mail);
    }
}

async fn an_address_is_no_way_to_a_second_mailbox(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for address in [
        "ada@ente.example,eva@evil.example",
        "ada@ente.example\r\nRCPT TO:<eva@evil.example>",
        "\"ada@ente.example \"@evil.example",
        "<ada@ente.example>",
        "ada@ente.example>",
        "ada%evil.example@ente.example\0",
        "ada@[127.0.0.1]",
        "ada@ente.example ",
        "ad\u{0430}@ente.example",
        "@ente.example",
        "ada@",
    ] {
        let mut body = Designation::of("referent:bergamo").json();
        body["person"]["email"] = address.into();
        let answer = secretariat.post("/api/v1/designations").json(body).send().await;
        assert!(matches!(answer.status.as_u16(), 201 | 400 | 409 | 422), "{address:?}: {}", answer.text());
    }
    for mail in app.mails().await {
        is_to_one(&mail);
        assert!(!mail.to.contains("evil") && mail.to.is_ascii(), "{}", mail.to);
    }
}

async fn spellings_of_an_address_share_one_limit_of_mails(engine: Engine) {
    let app = TestApp::new(engine).await;
    let page = app.anonymous().get("/sign-in").send().await;
    let cookie = page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    let html = page.text();
    let token = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let spelled = [
        SECRETARIAT.to_owned(),
        SECRETARIAT.to_uppercase(),
        format!("  {SECRETARIAT} "),
        SECRETARIAT.replace("segre", "SeGrE"),
    ];
    let stranger = app.anonymous();
    let asked = join_all((0..24).map(|number| {
        let address = &spelled[number % spelled.len()];
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("csrf", token), ("email", address)])
            .finish();
        ask(&stranger, "post", "/sign-in")
            .header("cookie", &cookie)
            .body("application/x-www-form-urlencoded", form)
            .send()
    }))
    .await;
    for answer in &asked {
        assert!(matches!(answer.status.as_u16(), 303 | 503), "{}", answer.text());
    }
    let mails = app.mails().await;
    assert!((1..=5).contains(&mails.len()), "{} mails in an hour", mails.len());
    assert!(mails.iter().all(|mail| mail.to == SECRETARIAT), "to the address on record, as it stands there");
    app.advance(chrono::TimeDelta::minutes(61));
    assert!(app.mails().await.is_empty(), "and nothing waits for the next hour");
}

/// One recipient in the header, as in the envelope, and nothing that turns text round or ends a line.
fn is_to_one(mail: &Mail) {
    let message = MessageParser::default().parse(&mail.bytes).expect("a mail");
    let to: Vec<_> = message.to().expect("a recipient").iter().filter_map(|one| one.address()).collect();
    assert_eq!(to, [mail.to.as_str()]);
    assert!(message.bcc().is_none() && message.cc().is_none());
    let head = String::from_utf8_lossy(&mail.bytes);
    let head = head.split("\r\n\r\n").next().expect("headers");
    assert!(head.is_ascii() && !head.replace("\r\n", "").contains(['\r', '\n', '\0']), "{head}");
    let said = [
        message.subject().unwrap_or_default(),
        message.to().and_then(|to| to.first()).and_then(|one| one.name()).unwrap_or_default(),
    ];
    for text in said {
        assert!(
            !text.chars().any(|letter| letter.is_control()
                || ('\u{202a}'..='\u{202e}').contains(&letter)
                || ('\u{2066}'..='\u{2069}').contains(&letter)),
            "{text:?}"
        );
    }
}
