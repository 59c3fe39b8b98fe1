//! Values that the service must never log (S12): a story full of secrets, played at `RUST_LOG=trace` with the default
//! filter.

use super::{Desk, Service};
use crate::smtp_tls::Relay;
use crate::support::app::SECRETARIAT;
use crate::support::builders::Designation;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Client, Method, Response};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const PASSWORD: &str = "canary-password-of-the-relay";
const AUDIT_KEY: &str = "canary-key-of-the-audit-chain-and-long-enough";
const AGENT: &str = "canary-agent";
const GUESS: &str = "canary-guess-of-a-token";

#[tokio::test]
async fn no_secret_no_name_and_no_word_of_a_mail_stands_in_the_log() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let relay = Relay::trusted().await;
    let desk = Desk::new()
        .set("MAIL__TRANSPORT", "smtp")
        .set("MAIL__SECURITY", "tls")
        .set("MAIL__HOST", "localhost")
        .set("MAIL__PORT", relay.port.to_string())
        .set("MAIL__USERNAME", "canary-user-of-the-relay")
        .set("MAIL__PASSWORD", PASSWORD)
        .set("SECURITY__AUDIT_KEY", AUDIT_KEY)
        .set("LOG__FILTER", "trace")
        .with_network();
    std::fs::write(desk.path("authority.pem"), &relay.authority).expect("written");
    // `RUST_LOG` as an operator might set it to find a fault, and the authority that signed the relay's certificate.
    let service = desk.serve_with(&[("SSL_CERT_FILE", "authority.pem"), ("RUST_LOG", "trace")]).await;
    let visitor = Visitor { client: Client::builder().no_proxy().build().expect("a client"), service: &service };

    let printed = visitor.printed_link().await;
    let session = visitor.enter(&printed).await;
    let token = visitor.new_token(&session).await;
    visitor.designate(&token).await;
    visitor.ask_for_link().await;
    visitor.guess().await;
    let mails = arrived(&relay, 3).await;
    let mailed = mails.iter().find_map(|mail| token_in(mail)).expect("a mailed link");
    assert!(relay.server.commands().iter().any(|command| command.starts_with("AUTH PLAIN ")), "the password was used");
    assert!(desk.run(&["tick", "housekeeping"]).succeeded);

    let said = service.said();
    assert!(said.contains("mail attempted"), "the log tells the story: {said}");
    let password_on_the_wire =
        relay.server.commands().into_iter().find_map(|command| command.strip_prefix("AUTH PLAIN ").map(str::to_owned));
    let secrets = [
        ("the relay's password", PASSWORD),
        ("the relay's user", "canary-user-of-the-relay"),
        ("the password as it travels", password_on_the_wire.as_deref().expect("it travelled")),
        ("the audit key", AUDIT_KEY),
        ("the printed link", printed.rsplit('/').next().expect("a token")),
        ("the mailed link", &mailed),
        ("the session's key", session.split_once('=').expect("a cookie").1),
        ("the API token", &token),
        ("a guessed token", GUESS),
        ("the reader's browser", AGENT),
        ("a given name", "Canarina"),
        ("a family name", "Canaretti"),
        ("an address", "canarina.canaretti"),
        ("the secretariat's address", SECRETARIAT),
        ("the words of a mail", "canary-subject-of-an-act"),
        ("a statement", "SELECT "),
    ];
    let found: Vec<_> = secrets.iter().filter(|(_, secret)| said.contains(secret)).map(|(what, _)| what).collect();
    let lines: Vec<_> =
        said.lines().filter(|line| secrets.iter().any(|(_, secret)| line.contains(secret))).take(5).collect();
    assert!(found.is_empty(), "{found:?} in the log:\n{}", lines.join("\n"));
    assert!(service.stop().await);
}

/// The texts of the mails that the relay has taken, once there are so many.
async fn arrived(relay: &Relay, at_least: usize) -> Vec<String> {
    let there = async {
        loop {
            let mails = relay.server.journal();
            if mails.len() >= at_least && mails.iter().any(|mail| token_in(&text(&mail.bytes)).is_some()) {
                return mails.iter().map(|mail| text(&mail.bytes)).collect();
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(30), there).await.expect("the mails arrive")
}

fn text(mail: &[u8]) -> String {
    let parsed = mail_parser::MessageParser::default().parse(mail).expect("a mail");
    parsed.body_text(0).expect("words").into_owned()
}

fn token_in(mail: &str) -> Option<String> {
    let link = mail.split("/sign-in/").nth(1)?;
    Some(link.chars().take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).collect())
}

struct Visitor<'a> {
    client: Client,
    service: &'a Service,
}

impl Visitor<'_> {
    /// The path of the link that the service prints when it has started.
    async fn printed_link(&self) -> String {
        let there = async {
            loop {
                let printed = self.service.printed();
                match printed.find("/sign-in/") {
                    Some(start) if printed.ends_with('\n') => return printed[start..].trim().to_owned(),
                    _ => sleep(Duration::from_millis(20)).await,
                }
            }
        };
        timeout(Duration::from_secs(30), there).await.expect("a printed link")
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Response {
        let mut request = self.client.request(method, self.service.url(path)).header("user-agent", AGENT);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().await.expect("an answer")
    }

    /// A form of ours posted back with its token; its cookie comes with it.
    async fn submit(&self, page: &str, action: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Response {
        let headers: Vec<_> = cookie.map(|cookie| (COOKIE.as_str(), cookie)).into_iter().collect();
        let shown = self.send(Method::GET, page, &headers, String::new()).await;
        let cookie = cookie.map_or_else(|| cookie_of(&shown), str::to_owned);
        let html = shown.text().await.expect("a page");
        let token =
            html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", token)
            .extend_pairs(fields)
            .finish();
        let headers = [
            (COOKIE.as_str(), cookie.as_str()),
            (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, action, &headers, body).await
    }

    /// Presses the button behind the link; the cookie of the session.
    async fn enter(&self, link: &str) -> String {
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let visitor = Visitor { client, service: self.service };
        let entered = visitor.submit(link, link, None, &[]).await;
        assert_eq!(entered.status().as_u16(), 303, "{}", self.service.said());
        cookie_of(&entered)
    }

    async fn new_token(&self, session: &str) -> String {
        let headers = [
            (COOKIE.as_str(), session),
            (CONTENT_TYPE.as_str(), "application/json"),
            ("sec-fetch-site", "same-origin"),
        ];
        let body = serde_json::json!({ "name": "canary", "scope": "full", "days": 30 }).to_string();
        let answer = self.send(Method::POST, "/api/v1/me/tokens", &headers, body).await;
        let status = answer.status();
        let text = answer.text().await.expect("an answer");
        assert_eq!(status.as_u16(), 201, "{text}");
        let start = text.find("rac_").expect("a token");
        text[start..].chars().take_while(|letter| *letter != '"').collect()
    }

    async fn designate(&self, token: &str) {
        let mut designation = Designation::of("referent:bergamo").to("Canarina", "Canaretti").json();
        designation["act"]["subject"] = "canary-subject-of-an-act".into();
        for day in ["/valid_from", "/provenance/communicated_on", "/act/date"] {
            *designation.pointer_mut(day).expect("a day") = "2026-01-12".into();
        }
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
        let answer = self.send(Method::POST, "/api/v1/designations", &headers, designation.to_string()).await;
        let status = answer.status();
        assert_eq!(status.as_u16(), 201, "{}", answer.text().await.expect("an answer"));
    }

    async fn ask_for_link(&self) {
        let answer = self.submit("/sign-in", "/sign-in", None, &[("email", SECRETARIAT)]).await;
        assert!(answer.status().is_success() || answer.status().is_redirection());
    }

    /// Sends requests that are refused, each with a secret in it.
    async fn guess(&self) {
        let bearer = format!("Bearer {GUESS}");
        let json = (CONTENT_TYPE.as_str(), "application/json");
        for (method, path, headers, body) in [
            (Method::GET, format!("/sign-in/{GUESS}"), vec![], String::new()),
            (Method::GET, format!("/press/{GUESS}"), vec![], String::new()),
            (Method::GET, format!("/api/v1/people?cursor={GUESS}&limit={GUESS}"), vec![], String::new()),
            (Method::GET, "/api/v1/me".to_owned(), vec![("authorization", bearer.as_str())], String::new()),
            (Method::GET, "/api/v1/me".to_owned(), vec![("cookie", "sid=canary-guess-of-a-token")], String::new()),
            (Method::POST, "/api/v1/designations".to_owned(), vec![json], format!("{{ \"{GUESS}\": [")),
            (Method::POST, "/sign-in".to_owned(), vec![("sec-fetch-site", "cross-site")], format!("email={GUESS}")),
        ] {
            let answer = self.send(method, &path, &headers, body).await;
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
        }
    }
}

fn cookie_of(answer: &Response) -> String {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<_> =
        cookies.filter(|cookie| !cookie.contains("=;")).filter_map(|cookie| cookie.split(';').next()).collect();
    pairs.into_iter().find(|pair| pair.starts_with("sid=") || pair.starts_with("pre=")).expect("a cookie").to_owned()
}
