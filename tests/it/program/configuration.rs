//! A wrong configuration is refused with a message, before any file is created or port bound; a right one is shown
//! without its secrets.

use super::{Desk, Said};
use crate::support::source;
use raccordo::clock::{Clock, SystemClock};
use raccordo::config::Config;
use raccordo::db::{Db, Location};
use raccordo::settings;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::ffi::OsStrExt;

/// Text in place of a secret, also of one put in the wrong setting.
const CANARY: &str = "canary-5e0c7d";
const AUDIT_KEY: &str = "canary-5e0c7d, long enough for an audit key";

fn production() -> Desk {
    Desk::new()
        .set("ENVIRONMENT", "production")
        .set("SERVER__PUBLIC_BASE_URL", "https://raccordo.example")
        .set("MAIL__TRANSPORT", "smtp")
        .set("MAIL__HOST", "relay.example")
        .set("MAIL__USERNAME", "raccordo")
        .set("MAIL__PASSWORD", CANARY)
        .set("SECURITY__AUDIT_KEY", AUDIT_KEY)
}

#[test]
fn a_wrong_configuration_is_refused_before_a_port_is_bound_or_a_file_made() {
    // A configuration that reached the port would report that it is taken.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let taken = taken.local_addr().expect("its address").to_string();
    let long = "x".repeat(40);
    let cases: [(&'static str, &str, &str); 41] = [
        ("MAIL__SECURITY", "plain", "mail.security may be \"plain\" only for a relay on this machine"),
        ("SERVER__PUBLIC_BASE_URL", "", "server.public_base_url must begin with https://"),
        ("SERVER__PUBLIC_BASE_URL", "http://raccordo.example", "server.public_base_url must begin with https://"),
        ("MAIL__TRANSPORT", "file", "mail.transport must be"),
        ("MAIL__TRANSPORT", "memory", "mail.transport must be"),
        ("SECURITY__AUDIT_KEY", "", "security.audit_key or security.audit_key_file must be given"),
        ("SECURITY__AUDIT_KEY", CANARY, "at least 32 characters"),
        ("SECURITY__AUDIT_KEY_FILE", "absent.key", "cannot read absent.key"),
        ("MAIL__PASSWORD_FILE", "absent.password", "cannot read absent.password"),
        ("DATABASE__URL_FILE", "absent.url", "cannot read absent.url"),
        ("DATABASE__URL", "mysql://raccordo:canary-5e0c7d@db/raccordo", "database.url must begin with"),
        ("DATABASE__URL", "postgres://raccordo:canary-5e0c7d@db/raccordo", "documents.folder must be"),
        ("DOCUMENTS__STORE", "memory", "documents.store must be"),
        ("DOCUMENTS__STORE", "s3", "documents.s3_endpoint must be an address"),
        ("DOCUMENTS__S3_SECRET_KEY_FILE", "absent.key", "cannot read absent.key"),
        ("MAIL__PASWORD", CANARY, "RACCORDO__MAIL__PASWORD: no such setting"),
        ("MALE__PASSWORD", CANARY, "RACCORDO__MALE__PASSWORD: no such setting"),
        ("MAIL__PORT", CANARY, "RACCORDO__MAIL__PORT: not a whole number"),
        ("PORTAL__ALLOW_HTTP", CANARY, "RACCORDO__PORTAL__ALLOW_HTTP: neither true nor false"),
        ("MAIL__SECURITY", CANARY, "not what it must be"),
        ("MAIL__PORT", "70000", "not what it must be"),
        ("SERVER__BIND", CANARY, "invalid socket address"),
        ("MAIL__FROM_ADDRESS", CANARY, "mail.from_address is not an e-mail address"),
        ("MAIL__CONCURRENCY", "0", "mail.concurrency must be from 1 to 100"),
        ("MAIL__WAITING", "1001", "mail.waiting must be from 0 to 1000"),
        ("RETENTION__MAIL_WORDS_DAYS", "0", "retention.mail_words_days must be from 1"),
        ("RETENTION__SLOTS_DAYS", "1", "retention.slots_days must be from 2"),
        ("RETENTION__SESSIONS_DAYS", "4294967295", "retention.sessions_days must be from 1"),
        ("RETENTION__ANSWERS_HOURS", "4294967295", "retention.answers_hours must be from 1"),
        ("SERVER__METRICS_BIND", "9090", "server.metrics_bind must be an address"),
        ("SERVER__PUBLIC_BASE_URL", "https://", "server.public_base_url must be an address"),
        ("SECURITY__SIGN_IN_LINK_MINUTES", "60", "security.sign_in_link_minutes must be from 1 to 30"),
        ("SECURITY__SESSION_IDLE_MINUTES", "0", "security.session_idle_minutes must be from 1"),
        ("SECURITY__SESSION_ABSOLUTE_HOURS", "9223372036854775807", "security.session_absolute_hours must be from 1"),
        ("SECURITY__SIGN_IN_MAILS_PER_HOUR", "0", "security.sign_in_mails_per_hour must be from 1"),
        ("LIMITS__BODY_SECONDS", "0", "limits.body_seconds must be from 1"),
        ("LIMITS__REQUESTS_PER_MINUTE", "0", "limits.requests_per_minute must be from 1"),
        ("LIMITS__DOCUMENT_BYTES", "0", "limits.document_bytes must be from 1"),
        ("SERVER__WORKERS", "0", "server.workers must be from 1"),
        ("SERVER__DRAIN_SECONDS", "86400", "server.drain_seconds must be from 0 to 600"),
        ("PORTAL__RECHECK_DAYS", "9223372036854775807", "portal.recheck_days must be from 0"),
    ];
    for (setting, value, because) in cases {
        let desk = production().set("SERVER__BIND", taken.clone()).set(setting, value);
        for command in ["check-config", "serve"] {
            let said = desk.run(&[command]).refused(because);
            assert!(!said.err.contains(CANARY) && !said.out.contains(CANARY), "{setting}={value}: {said:#?}");
        }
        let made = std::fs::read_dir(desk.folder.path()).expect("a folder").count();
        assert_eq!(made, 0, "{setting}={value} made something");
    }
    assert!(production().set("SECURITY__AUDIT_KEY", long).run(&["check-config"]).succeeded, "the rest of it is right");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let desk = production().set("MAIL__PORT", "0").set("SERVER__WORKERS", "0").set("MAIL__TRANSPORT", "file");
    let said = desk.run(&["check-config"]).refused("mail.port must be from 1 to 65535");
    for rule in ["server.workers must be from 1 to 256", "mail.transport must be \"smtp\" in production"] {
        assert!(said.err.contains(rule), "{rule}: {said:#?}");
    }
}

#[test]
fn a_variable_that_is_not_text_is_named_without_its_value() {
    let desk = Desk::new();
    let mut command = desk.command(&["check-config"]);
    command.env("RACCORDO__MAIL__PASSWORD", OsStr::from_bytes(b"canary-5e0c7d\xff"));
    command.env("SOMEBODY_ELSE_S", OsStr::from_bytes(b"\xff"));
    let said =
        Said::from(command.output().expect("the program starts")).refused("RACCORDO__MAIL__PASSWORD: not Unicode");
    assert!(!said.err.contains(CANARY), "{said:#?}");
}

#[test]
fn a_wrong_file_is_refused_with_the_place_and_without_the_value() {
    for (text, because) in [
        ("[mail]\npasword = \"canary-5e0c7d\"\n", "mail.pasword: unknown field `pasword`"),
        ("[mail]\nport = \"canary-5e0c7d\"\n", "mail.port: not what it must be: expected u16"),
        ("[mail]\nsecurity = \"canary-5e0c7d\"\n", "not what it must be"),
        ("[mail]\n\npassword = canary-5e0c7d\n", "line 3"),
        ("mail = \"canary-5e0c7d\"\n", "not what it must be"),
    ] {
        let desk = Desk::new();
        std::fs::write(desk.path("raccordo.toml"), text).expect("written");
        let said = desk.run(&["check-config"]).refused(because);
        assert!(!said.err.contains(CANARY), "{text}: {said:#?}");
    }
    Desk::new().run(&["--config", "nowhere.toml", "check-config"]).refused("cannot read nowhere.toml");
}

#[test]
fn a_right_configuration_is_shown_whole_and_masked() {
    let desk = production()
        .set("DATABASE__URL", "postgres://raccordo:canary-5e0c7d@db.example/raccordo")
        .set("DOCUMENTS__STORE", "s3")
        .set("DOCUMENTS__S3_ENDPOINT", "https://s3.example")
        .set("DOCUMENTS__S3_BUCKET", "atti")
        .set("DOCUMENTS__S3_ACCESS_KEY", "raccordo")
        .set("DOCUMENTS__S3_SECRET_KEY", CANARY);
    let Said { succeeded, out, err } = desk.run(&["check-config"]);
    assert!(succeeded, "{err}");
    assert!(!out.contains(CANARY) && !err.contains(CANARY), "{out}");
    let shown: toml::Table = out.parse().expect("TOML that could be a configuration");
    assert_eq!(shown["mail"]["password"].as_str(), Some("********"));
    assert_eq!(shown["mail"]["host"].as_str(), Some("relay.example"));
    assert_eq!(shown["retention"]["mail_words_days"].as_integer(), Some(365));
    assert_eq!(shown["database"]["url_file"].as_str(), Some(""), "what nobody set is shown as well");
}

#[test]
fn a_secret_of_digits_or_from_a_file_is_taken_as_it_is() {
    let desk = production().set("MAIL__PASSWORD", "0012").set("SECURITY__AUDIT_KEY_FILE", "audit.key");
    std::fs::write(desk.path("audit.key"), "012345678901234567890123456789012345\n").expect("written");
    assert!(desk.run(&["check-config"]).succeeded);
    std::fs::write(desk.path("audit.key"), "short\n").expect("written");
    desk.run(&["check-config"]).refused("at least 32 characters");
}

#[tokio::test]
async fn a_log_in_a_file_holds_words_and_no_colours() {
    let desk = Desk::new();
    let service = desk.serve().await;
    // The warning about an empty register is logged before the first answer.
    assert!(service.said().contains("WARN"), "{}", service.said());
    assert!(!service.said().contains('\u{1b}'), "{:?}", service.said());
}

#[test]
fn a_demonstration_is_refused_where_others_could_reach_it() {
    production().run(&["serve", "--demo"]).refused("does not run in production");
    Desk::new().set("SERVER__BIND", "0.0.0.0:0").run(&["serve", "--demo"]).refused("127.0.0.1 or [::1] only");
}

#[tokio::test]
async fn the_database_of_a_demonstration_is_refused_where_others_could_reach_it() {
    let desk = Desk::new().set("DATABASE__URL", "sqlite:demo.sqlite").with_network();
    let db = Db::open(&Location::Sqlite(desk.path("demo.sqlite"))).await.expect("opens");
    settings::set(db.writer(), settings::DEMO, "filled", SystemClock.now()).await.expect("marked");
    db.close().await;
    desk.set("SERVER__BIND", "0.0.0.0:0").run(&["serve"]).refused("127.0.0.1 or [::1] only");
}

#[test]
fn the_password_of_a_database_that_does_not_answer_is_not_printed() {
    let desk = Desk::new().set("DATABASE__URL", "postgres://raccordo:canary-5e0c7d@127.0.0.1:9/raccordo");
    for command in [&["migrate"][..], &["serve"], &["outbox", "list"], &["audit", "head"]] {
        let said = desk.run(command).refused("database");
        assert!(!said.err.contains(CANARY) && !said.out.contains(CANARY), "{said:#?}");
    }
}

/// `docs/configuration.md` lists every setting with its default.
#[test]
fn the_page_of_settings_holds_every_setting_with_its_default() {
    let page = source::read("docs/configuration.md");
    let written = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of TOML");
    let desk = Desk::new();
    std::fs::write(desk.path("page.toml"), written).expect("written");
    let from_page = Config::from_sources(Some(&desk.path("page.toml")), &BTreeMap::new()).expect("accepted");
    let as_tree = |config: &Config| toml::Table::try_from(config).expect("a table");
    assert_eq!(as_tree(&from_page), as_tree(&Config::default()));
    assert_eq!(written, source::read("src/config/defaults.toml"), "the comments too");
    let named: toml::Table = written.parse().expect("TOML");
    assert_eq!(keys(&named), keys(&as_tree(&Config::default())));
}

fn keys(table: &toml::Table) -> Vec<String> {
    let of = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(inner) => keys(inner).into_iter().map(|below| format!("{key}.{below}")).collect(),
        _ => vec![key.clone()],
    };
    table.iter().flat_map(of).collect()
}
