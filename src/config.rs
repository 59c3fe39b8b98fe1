//! The configuration: one TOML file, overridden by the environment; unknown keys are refused. The only reader of the
//! environment.
//!
//! `RACCORDO__MAIL__HOST=relay.example` sets `host` under `[mail]`. A value from the environment is read as the type of
//! its setting, so that a password of digits stays a text. Each secret `x` may instead be given as `x_file`, a path.

use crate::db::Location;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// All settings. The defaults make `raccordo serve` work in an empty directory.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `development` (the default: everything under `./var`) or `production`.
    pub environment: Environment,
    pub server: Server,
    pub database: Database,
    pub mail: Mail,
    pub security: Security,
    pub limits: Limits,
    pub retention: Retention,
    pub portal: Portal,
    pub pages: Pages,
    pub log: Log,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    #[default]
    Development,
    Production,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    pub bind: SocketAddr,
    /// Address of the service for people, as in links of mails: `https://raccordo.example`. Required in production.
    pub public_base_url: String,
    /// Proxies whose `X-Forwarded-For` is trusted; from other addresses it is ignored.
    pub trusted_proxies: Vec<IpAddr>,
    pub workers: usize,
    /// Seconds for which a stopping service answers "not ready" before it stops accepting: the proxy's check interval.
    pub drain_seconds: u64,
    /// Address of `/metrics`; empty means no metrics. Never the public one.
    pub metrics_bind: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Secret,
    pub url_file: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    pub transport: TransportKind,
    /// Folder of the `.eml` files of the `file` transport.
    pub folder: PathBuf,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub username: String,
    pub password: Secret,
    pub password_file: PathBuf,
    pub from_name: String,
    pub from_address: String,
    /// An address at which answers are read.
    pub reply_to: String,
    /// Domain of every Message-ID and calendar UID.
    pub id_domain: String,
    /// Conversations with the relay at the same time.
    pub concurrency: usize,
    /// Further conversations that may wait for a slow answer of the relay. With 0 a slow one keeps its place.
    pub waiting: usize,
    /// Recipient of the daily mail with the head of the audit chain, to be kept away from the database; empty sends
    /// none.
    pub operator_address: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportKind {
    File,
    Smtp,
    Memory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// Only for a relay on the same machine.
    Plain,
    Starttls,
    Tls,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Security {
    /// Key of the audit chain, at least 32 characters. If neither is given, development makes one under `./var`.
    pub audit_key: Secret,
    pub audit_key_file: PathBuf,
    pub sign_in_link_minutes: i64,
    pub session_idle_minutes: i64,
    pub session_absolute_hours: i64,
    /// Sign-in mails to one person in an hour.
    pub sign_in_mails_per_hour: u64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a minute from one network address (one /64 of IPv6).
    pub requests_per_minute: u32,
    /// Attempts a minute at sign-in and links from one network address.
    pub attempts_per_minute: u32,
    /// Connections that one network address (one /64 of IPv6) may hold at once; trusted proxies are not counted.
    pub connections_per_network: usize,
    pub document_bytes: usize,
    /// Files that one body may upload in a day of Europe/Rome.
    pub documents_per_day: usize,
    /// Bytes of those files together.
    pub documents_bytes_per_day: i64,
    pub body_seconds: u64,
}

/// Periods after which data are removed (GDPR art. 5(1)(e)), decided by the controller and noted in the register of
/// processing. The audit trail and the rows of mails are kept for as long as the agreement is administered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days for which the text of an ended mail is kept.
    pub mail_words_days: u32,
    /// Days for which ended sessions, sign-in links and one-press links are kept, for questions about who was signed
    /// in.
    pub sessions_days: u32,
    /// Days for which it is kept which replica took which planned run of a job; longer than the longest pause between
    /// two runs.
    pub slots_days: u32,
    /// Hours for which answers are kept for repetitions under an `Idempotency-Key`, and files that nothing owns; longer
    /// than a client retries and a form stays open.
    pub answers_hours: u32,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// Hosts the service may fetch declared pages from.
    pub allowed_hosts: Vec<String>,
    /// Non-public addresses to which a host may resolve (a portal inside the administration's network).
    pub allowed_private_addresses: Vec<SocketAddr>,
    /// Whether `http:` is accepted besides `https:`.
    pub allow_http: bool,
    /// Days for which a page is checked, from the release or the later acceptance or declaration.
    pub recheck_days: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// Accessibility statement made with `AgID`'s form (L. 4/2004, art. 3-quater); linked in the footer when set.
    pub accessibility_url: String,
    pub feedback_address: String,
    /// The data controller, shown on the privacy page.
    pub data_controller: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub format: LogFormat,
    /// Filter as in `RUST_LOG`. Libraries that would log addresses or passwords stay silent in any case.
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// A text that is never printed, neither in logs nor in the printed configuration.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text; the name makes each use visible in review.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { "(secret)" })
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { "********" })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            environment: Environment::Development,
            server: Server::default(),
            database: Database::default(),
            mail: Mail::default(),
            security: Security::default(),
            limits: Limits::default(),
            retention: Retention::default(),
            portal: Portal::default(),
            pages: Pages::default(),
            log: Log::default(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_base_url: String::new(),
            trusted_proxies: Vec::new(),
            workers: 2,
            drain_seconds: 0,
            metrics_bind: String::new(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: Secret::new("sqlite:var/raccordo.sqlite"), url_file: PathBuf::new() }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: TransportKind::File,
            folder: "var/mail".into(),
            host: "localhost".into(),
            port: 25,
            security: MailSecurity::Starttls,
            username: String::new(),
            password: Secret::default(),
            password_file: PathBuf::new(),
            from_name: "Raccordo · Segreteria tecnica".into(),
            from_address: "segreteria@raccordo.example".into(),
            reply_to: "segreteria@raccordo.example".into(),
            id_domain: "raccordo.example".into(),
            concurrency: 4,
            waiting: 32,
            operator_address: String::new(),
        }
    }
}

impl Default for Security {
    fn default() -> Self {
        Self {
            audit_key: Secret::default(),
            audit_key_file: PathBuf::new(),
            sign_in_link_minutes: 10,
            session_idle_minutes: 30,
            session_absolute_hours: 12,
            sign_in_mails_per_hour: 5,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_minute: 600,
            attempts_per_minute: 20,
            connections_per_network: 400,
            document_bytes: 10 * MEBIBYTE,
            documents_per_day: 100,
            documents_bytes_per_day: 200 * 1024 * 1024,
            body_seconds: 10,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { mail_words_days: 365, sessions_days: 30, slots_days: 7, answers_hours: 24 }
    }
}

impl Default for Portal {
    fn default() -> Self {
        Self { allowed_hosts: Vec::new(), allowed_private_addresses: Vec::new(), allow_http: false, recheck_days: 10 }
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            accessibility_url: String::new(),
            feedback_address: "segreteria@raccordo.example".into(),
            data_controller: "Regione Lombardia".into(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".into() }
    }
}

/// Reasons why a configuration cannot be used. The texts never contain the value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Malformed(String),
    #[error("environment variable {name}: {problem}")]
    Variable { name: String, problem: String },
    #[error("{0}")]
    Refused(String),
}

const PREFIX: &str = "RACCORDO__";

/// Longest life of a sign-in link, in minutes (ASVS 5.0, 6.5.5); a longer setting is refused.
const LINK_MINUTES_MAX: i64 = 10;
const DAY_MINUTES: i64 = 24 * 60;
const YEAR_HOURS: i64 = 366 * 24;
/// Longest setting of a period, in days: longer than any data are kept, and short enough to be subtracted from any
/// instant.
const CENTURY_DAYS: u32 = 36_525;
/// Largest setting of a document's size, in bytes, because a document is read into memory and stored in the database.
const DOCUMENT_BYTES_MAX: usize = 100 * MEBIBYTE;
const MEBIBYTE: usize = 1024 * 1024;

impl Config {
    /// Reads the file (`raccordo.toml` if none is named and it exists), then the environment, then checks.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "this is the home of the environment")]
        let variables: Result<_, _> = std::env::vars_os().filter_map(ours).collect();
        Self::from_sources(file, &variables?)
    }

    /// Like [`Config::load`], with the given environment.
    pub fn from_sources(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut tree = match file {
            Some(path) => read_table(path)?,
            None if Path::new("raccordo.toml").exists() => read_table(Path::new("raccordo.toml"))?,
            None => toml::Table::new(),
        };
        for (name, value) in variables {
            set_from_variable(&mut tree, name, value)?;
        }
        let mut config: Self = tree.try_into().map_err(|error| ConfigError::Malformed(without_value(&error)))?;
        config.read_secret_files()?;
        config.check()?;
        Ok(config)
    }

    /// Returns the configuration of a test: an in-memory mailbox and high rate limits.
    pub fn for_tests() -> Self {
        let mut config = Self::default();
        config.mail.transport = TransportKind::Memory;
        config.mail.operator_address = "gestione@raccordo.example".into();
        config.security.audit_key = Secret::new("a key that is only good for tests, 32+");
        config.server.public_base_url = "http://raccordo.test".into();
        config.limits.requests_per_minute = 1_000_000;
        config.limits.attempts_per_minute = 1_000_000;
        config
    }

    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Returns the address of the service for people, without a slash at the end.
    pub fn base_url(&self) -> String {
        if self.server.public_base_url.is_empty() {
            return format!("http://{}", self.server.bind);
        }
        self.server.public_base_url.trim_end_matches('/').to_owned()
    }

    /// Returns whether the service is reached over https; then cookies are `Secure` and carry the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.base_url().starts_with("https://")
    }

    pub fn location(&self) -> Result<Location, ConfigError> {
        Location::parse(self.database.url.reveal())
            .ok_or_else(|| ConfigError::Refused("database.url must begin with sqlite: or postgres://".into()))
    }

    fn read_secret_files(&mut self) -> Result<(), ConfigError> {
        for (secret, file) in [
            (&mut self.database.url, &self.database.url_file),
            (&mut self.mail.password, &self.mail.password_file),
            (&mut self.security.audit_key, &self.security.audit_key_file),
        ] {
            if file.as_os_str().is_empty() {
                continue;
            }
            let text = std::fs::read_to_string(file)
                .map_err(|source| ConfigError::Unreadable { path: file.clone(), source })?;
            *secret = Secret::new(text.trim_end_matches(['\r', '\n']));
        }
        Ok(())
    }

    /// Checks the settings before a port is bound, so that a mistake does not show at the first mail. Production
    /// refuses more than development.
    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |text: &str| Err(ConfigError::Refused(text.to_owned()));
        self.location()?;
        for (name, address, may_be_empty) in [
            ("mail.from_address", &self.mail.from_address, false),
            ("mail.reply_to", &self.mail.reply_to, false),
            ("mail.operator_address", &self.mail.operator_address, true),
        ] {
            // A relay on this machine may have a mailbox without a dot in its domain.
            let can_be_written_to = crate::mail::message::parse_address(name, address).is_ok();
            if !(can_be_written_to || may_be_empty && address.is_empty()) {
                return Err(ConfigError::Refused(format!("{name} is not an e-mail address")));
            }
        }
        if self.mail.transport == TransportKind::Smtp
            && self.mail.security == MailSecurity::Plain
            && !is_loopback(&self.mail.host)
        {
            return refuse(
                "mail.security = \"plain\" is accepted only for a relay on this machine: use starttls or tls",
            );
        }
        self.check_numbers()?;
        if !self.server.metrics_bind.is_empty() && self.server.metrics_bind.parse::<SocketAddr>().is_err() {
            return refuse("server.metrics_bind must be an address with its port, such as 127.0.0.1:9090, or empty");
        }
        if !self.server.public_base_url.is_empty() && !is_web_address(&self.server.public_base_url) {
            return refuse("server.public_base_url must be an address with its host, such as https://raccordo.example");
        }
        if !self.security.audit_key.is_empty() && self.security.audit_key.reveal().len() < 32 {
            return refuse("security.audit_key must have at least 32 characters");
        }
        if !self.is_production() {
            return Ok(());
        }
        if !self.is_https() {
            return refuse(
                "production needs server.public_base_url with https://: links in mails and cookies depend on it",
            );
        }
        if self.mail.transport != TransportKind::Smtp {
            return refuse("production needs mail.transport = \"smtp\": a file transport tells nobody anything");
        }
        if self.security.audit_key.is_empty() {
            return refuse("production needs security.audit_key or security.audit_key_file");
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), ConfigError> {
        let Self { server, mail, security, limits, retention, portal, .. } = self;
        within("server.workers", server.workers, 1..=256)?;
        within("server.drain_seconds", server.drain_seconds, 0..=600)?;
        within("mail.port", mail.port, 1..=u16::MAX)?;
        within("mail.concurrency", mail.concurrency, 1..=100)?;
        within("mail.waiting", mail.waiting, 0..=1000)?;
        within("security.sign_in_link_minutes", security.sign_in_link_minutes, 1..=LINK_MINUTES_MAX)?;
        within("security.session_idle_minutes", security.session_idle_minutes, 1..=DAY_MINUTES)?;
        within("security.session_absolute_hours", security.session_absolute_hours, 1..=YEAR_HOURS)?;
        within("security.sign_in_mails_per_hour", security.sign_in_mails_per_hour, 1..=1000)?;
        within("limits.requests_per_minute", limits.requests_per_minute, 1..=u32::MAX)?;
        within("limits.attempts_per_minute", limits.attempts_per_minute, 1..=u32::MAX)?;
        within("limits.document_bytes", limits.document_bytes, 1..=DOCUMENT_BYTES_MAX)?;
        within("limits.documents_per_day", limits.documents_per_day, 1..=1_000_000)?;
        within("limits.documents_bytes_per_day", limits.documents_bytes_per_day, 1..=i64::MAX)?;
        within("limits.body_seconds", limits.body_seconds, 1..=600)?;
        within("retention.mail_words_days", retention.mail_words_days, 1..=CENTURY_DAYS)?;
        within("retention.sessions_days", retention.sessions_days, 1..=CENTURY_DAYS)?;
        // At least 2, so that a daily job finds its last run.
        within("retention.slots_days", retention.slots_days, 2..=CENTURY_DAYS)?;
        within("retention.answers_hours", retention.answers_hours, 1..=24 * CENTURY_DAYS)?;
        within("portal.recheck_days", portal.recheck_days, 0..=366)
    }
}

/// Returns a variable with our prefix as text. A value that is not Unicode is refused by its name only, because it may
/// be a password.
fn ours((name, value): (OsString, OsString)) -> Option<Result<(String, String), ConfigError>> {
    let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
    Some(match value.into_string() {
        Ok(text) => Ok((name, text)),
        Err(_) => Err(ConfigError::Variable { name, problem: "not Unicode".to_owned() }),
    })
}

/// Refuses a number outside a range, which would fail later or overflow an instant.
fn within<N: PartialOrd + Display>(key: &str, number: N, range: RangeInclusive<N>) -> Result<(), ConfigError> {
    if range.contains(&number) {
        return Ok(());
    }
    Err(ConfigError::Refused(format!("{key} must be from {} to {}", range.start(), range.end())))
}

/// Returns whether a text is an `http` or `https` address with a host, as the links of mails need.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_table(path: &Path) -> Result<toml::Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    text.parse().map_err(|error: toml::de::Error| {
        // The parser's own text quotes the line, and a line may contain a password.
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        ConfigError::Malformed(format!("{}: line {line}: {}", path.display(), error.message()))
    })
}

/// Describes an error and its place without the value. The parser's text quotes the value, and a misplaced password
/// would appear in the log of the supervisor.
fn without_value(error: &toml::de::Error) -> String {
    let text = error.message();
    let what = match text.split_once(", expected ") {
        Some((before, expected)) if !before.starts_with("unknown field") => format!("not what it must be: {expected}"),
        _ => text.to_owned(),
    };
    let whole = error.to_string();
    let place = whole.lines().rev().find(|line| line.starts_with("in `")).unwrap_or_default();
    format!("{what} {place}").trim_end().to_owned()
}

/// Puts one variable into the tree, as the type its setting has by default.
fn set_from_variable(tree: &mut toml::Table, name: &str, text: &str) -> Result<(), ConfigError> {
    let wrong = |problem: &str| ConfigError::Variable { name: name.to_owned(), problem: problem.to_owned() };
    let path: Vec<String> = name.trim_start_matches(PREFIX).split("__").map(str::to_lowercase).collect();
    let defaults =
        toml::Table::try_from(Config::default()).map_err(|error| ConfigError::Malformed(error.to_string()))?;
    let (last, sections) = path.split_last().ok_or_else(|| wrong("no such setting"))?;
    let mut model = &defaults;
    let mut place = tree;
    for section in sections {
        model = model.get(section).and_then(toml::Value::as_table).ok_or_else(|| wrong("no such setting"))?;
        place = place
            .entry(section.clone())
            .or_insert_with(|| toml::Table::new().into())
            .as_table_mut()
            .ok_or_else(|| wrong("no such setting"))?;
    }
    let value = match model.get(last).ok_or_else(|| wrong("no such setting"))? {
        toml::Value::Integer(_) => text.parse().map(toml::Value::Integer).map_err(|_| wrong("not a whole number"))?,
        toml::Value::Boolean(_) => {
            text.parse().map(toml::Value::Boolean).map_err(|_| wrong("neither true nor false"))?
        }
        toml::Value::Array(_) => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| toml::Value::String(item.to_owned()))
            .collect::<Vec<_>>()
            .into(),
        _ => toml::Value::String(text.to_owned()),
    };
    place.insert(last.clone(), value);
    Ok(())
}
