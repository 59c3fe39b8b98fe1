//! Reads the configuration: the defaults (`config/defaults.toml`), overridden by a TOML file, overridden by the
//! environment. Unknown keys are refused. No other file reads the environment.
//!
//! `RACCORDO__MAIL__HOST=relay.example` sets `host` under `[mail]`. A value from the environment is parsed as the type
//! of its default, so a password of digits stays a text. Each secret `x` may instead be given as `x_file`, a path.

mod documents;

use crate::db::Location;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

pub use documents::{ContentsKind, Documents};

/// All settings. The defaults make `raccordo serve` work in an empty directory.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `development` (the default: everything under `./var`) or `production`.
    pub environment: Environment,
    pub server: Server,
    pub database: Database,
    pub documents: Documents,
    pub mail: Mail,
    pub security: Security,
    pub limits: Limits,
    pub retention: Retention,
    pub portal: Portal,
    pub pages: Pages,
    pub log: Log,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Development,
    Production,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Secret,
    pub url_file: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
    /// Total size of those files in bytes.
    pub documents_bytes_per_day: i64,
    pub body_seconds: u64,
}

/// Periods after which data are removed (GDPR art. 5(1)(e)), decided by the controller and noted in the register of
/// processing. The audit trail and the rows of mails are kept for as long as the agreement is administered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Hosts from which declared pages may be fetched.
    pub allowed_hosts: Vec<String>,
    /// Non-public addresses to which a host may resolve (a portal inside the administration's network).
    pub allowed_private_addresses: Vec<SocketAddr>,
    /// Whether `http:` is accepted in addition to `https:`.
    pub allow_http: bool,
    /// Days for which a page is checked, from the release or the later acceptance or declaration.
    pub recheck_days: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Accessibility statement made with `AgID`'s form (L. 4/2004, art. 3-quater); linked in the footer when set.
    pub accessibility_url: String,
    pub feedback_address: String,
    /// The data controller, shown on the privacy page.
    pub data_controller: String,
    /// Address of the licence of the public data; named on the pages about them when set.
    pub data_licence_url: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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

/// A text that is never shown: not in logs, not in the printed configuration.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself. The name makes each use visible in review.
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
        defaults().try_into().unwrap_or_else(|error| unreachable!("the defaults are a configuration: {error}"))
    }
}

/// Every setting with its default, as the page of settings shows them.
const DEFAULTS: &str = include_str!("config/defaults.toml");

fn defaults() -> toml::Table {
    DEFAULTS.parse().unwrap_or_else(|error| unreachable!("the defaults are TOML: {error}"))
}

/// One wrong setting, described without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub setting: &'static str,
    /// The broken rule, written to follow the setting's name.
    pub rule: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.setting, self.rule)
    }
}

/// Reason why a configuration is unusable. Never contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Malformed(String),
    #[error("environment variable {name}: {problem}")]
    Variable { name: String, problem: String },
    /// Rules that are broken by settings that could be read.
    #[error("{}", lines(.0))]
    Refused(Vec<Problem>),
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

const PREFIX: &str = "RACCORDO__";

/// Longest life of a sign-in link, in minutes; a longer setting is refused. ASVS 5.0 (6.5.5) asks for ten, which is the default;
/// where the mail servers of the bodies delay unknown senders (greylisting), a mail may take longer.
const LINK_MINUTES_MAX: i64 = 30;
const DAY_MINUTES: i64 = 24 * 60;
const YEAR_HOURS: i64 = 366 * 24;
/// Longest setting of a period, in days: longer than any data are kept, and short enough to be subtracted from any
/// instant.
const CENTURY_DAYS: u32 = 36_525;
/// Upper limit for the largest document in bytes, because an upload is held in memory until its content is stored.
const DOCUMENT_BYTES_MAX: usize = 100 * 1024 * 1024;

impl Config {
    /// Reads the file (`raccordo.toml` in the working directory if none is named), then the environment, then checks all.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "this is the home of the environment")]
        let variables: Result<_, _> = std::env::vars_os().filter_map(ours).collect();
        Self::from_sources(file, &variables?)
    }

    /// Reads the configuration as [`Config::load`] does, from a given environment.
    pub fn from_sources(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let usual = Path::new("raccordo.toml");
        let mut tree = defaults();
        if let Some(path) = file.or_else(|| usual.exists().then_some(usual)) {
            overlay(&mut tree, read_table(path)?);
        }
        for (name, value) in variables {
            set_from_variable(&mut tree, name, value)?;
        }
        let mut config: Self = serde_path_to_error::deserialize(toml::Value::Table(tree)).map_err(malformed)?;
        config.read_secret_files()?;
        let problems = config.problems();
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::Refused(problems)) }
    }

    /// Returns the configuration of tests: a mailbox in memory and rate limits that tests do not reach.
    pub fn for_tests() -> Self {
        let mut config = Self::default();
        config.mail.transport = TransportKind::Memory;
        config.documents.store = ContentsKind::Memory;
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

    /// Returns the public address of the service, without a trailing slash.
    pub fn base_url(&self) -> String {
        if self.server.public_base_url.is_empty() {
            return format!("http://{}", self.server.bind);
        }
        self.server.public_base_url.trim_end_matches('/').to_owned()
    }

    /// Returns the address of the licence of the public data, if the installation names one.
    pub fn licence(&self) -> Option<String> {
        Some(self.pages.data_licence_url.clone()).filter(|url| !url.is_empty())
    }

    /// Tells whether the public address is https; cookies are then `Secure` and have the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.base_url().starts_with("https://")
    }

    pub fn location(&self) -> Result<Location, ConfigError> {
        let unknown = || Problem { setting: "database.url", rule: "must begin with sqlite: or postgres://".into() };
        Location::parse(self.database.url.reveal()).ok_or_else(|| ConfigError::Refused(vec![unknown()]))
    }

    /// Returns the folder of the contents of documents.
    pub fn documents_folder(&self) -> PathBuf {
        self.documents.folder_for(self.location().ok().as_ref())
    }

    fn read_secret_files(&mut self) -> Result<(), ConfigError> {
        for (secret, file) in [
            (&mut self.database.url, &self.database.url_file),
            (&mut self.documents.s3_secret_key, &self.documents.s3_secret_key_file),
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

    /// Lists all errors, so that an operator can correct them at once, before a port is bound.
    fn problems(&self) -> Vec<Problem> {
        let mut rules = Rules::default();
        self.check_addresses(&mut rules);
        self.check_numbers(&mut rules);
        self.documents.check(self.is_production(), self.location().ok().as_ref(), &mut rules);
        if self.is_production() {
            self.check_production(&mut rules);
        }
        rules.broken
    }

    fn check_addresses(&self, rules: &mut Rules) {
        let Self { server, mail, security, .. } = self;
        rules.demand(self.location().is_ok(), "database.url", "must begin with sqlite: or postgres://");
        for (setting, address, may_be_empty) in [
            ("mail.from_address", &mail.from_address, false),
            ("mail.reply_to", &mail.reply_to, false),
            ("mail.operator_address", &mail.operator_address, true),
        ] {
            // A relay on this machine may have a mailbox without a dot in its domain.
            let can_be_written_to = crate::mail::message::parse_address(setting, address).is_ok();
            rules.demand(can_be_written_to || may_be_empty && address.is_empty(), setting, "is not an e-mail address");
        }
        let is_plain = mail.transport == TransportKind::Smtp && mail.security == MailSecurity::Plain;
        rules.demand(
            !is_plain || is_loopback(&mail.host),
            "mail.security",
            "may be \"plain\" only for a relay on this machine: use starttls or tls",
        );
        rules.demand(
            server.metrics_bind.is_empty() || server.metrics_bind.parse::<SocketAddr>().is_ok(),
            "server.metrics_bind",
            "must be an address with its port, such as 127.0.0.1:9090, or empty",
        );
        rules.demand(
            server.public_base_url.is_empty() || is_web_address(&server.public_base_url),
            "server.public_base_url",
            "must be an address with its host, such as https://raccordo.example",
        );
        rules.demand(
            security.audit_key.is_empty() || security.audit_key.reveal().len() >= 32,
            "security.audit_key",
            "must have at least 32 characters",
        );
    }

    fn check_numbers(&self, rules: &mut Rules) {
        let Self { server, mail, security, limits, retention, portal, .. } = self;
        rules.within("server.workers", server.workers, 1..=256);
        rules.within("server.drain_seconds", server.drain_seconds, 0..=600);
        rules.within("mail.port", mail.port, 1..=u16::MAX);
        rules.within("mail.concurrency", mail.concurrency, 1..=100);
        rules.within("mail.waiting", mail.waiting, 0..=1000);
        rules.within("security.sign_in_link_minutes", security.sign_in_link_minutes, 1..=LINK_MINUTES_MAX);
        rules.within("security.session_idle_minutes", security.session_idle_minutes, 1..=DAY_MINUTES);
        rules.within("security.session_absolute_hours", security.session_absolute_hours, 1..=YEAR_HOURS);
        rules.within("security.sign_in_mails_per_hour", security.sign_in_mails_per_hour, 1..=1000);
        rules.within("limits.requests_per_minute", limits.requests_per_minute, 1..=u32::MAX);
        rules.within("limits.attempts_per_minute", limits.attempts_per_minute, 1..=u32::MAX);
        rules.within("limits.document_bytes", limits.document_bytes, 1..=DOCUMENT_BYTES_MAX);
        rules.within("limits.documents_per_day", limits.documents_per_day, 1..=1_000_000);
        rules.within("limits.documents_bytes_per_day", limits.documents_bytes_per_day, 1..=i64::MAX);
        rules.within("limits.body_seconds", limits.body_seconds, 1..=600);
        rules.within("retention.mail_words_days", retention.mail_words_days, 1..=CENTURY_DAYS);
        rules.within("retention.sessions_days", retention.sessions_days, 1..=CENTURY_DAYS);
        // A daily job must still find its last run.
        rules.within("retention.slots_days", retention.slots_days, 2..=CENTURY_DAYS);
        rules.within("retention.answers_hours", retention.answers_hours, 1..=24 * CENTURY_DAYS);
        rules.within("portal.recheck_days", portal.recheck_days, 0..=366);
    }

    fn check_production(&self, rules: &mut Rules) {
        rules.demand(
            self.is_https(),
            "server.public_base_url",
            "must begin with https:// in production: links in mails and cookies depend on it",
        );
        rules.demand(
            self.mail.transport == TransportKind::Smtp,
            "mail.transport",
            "must be \"smtp\" in production: a file transport tells nobody anything",
        );
        rules.demand(
            !self.security.audit_key.is_empty(),
            "security.audit_key",
            "or security.audit_key_file must be given in production",
        );
    }
}

/// The rules of the configuration that are broken.
#[derive(Default)]
struct Rules {
    broken: Vec<Problem>,
}

impl Rules {
    /// Notes a rule about a setting unless it holds.
    fn demand(&mut self, holds: bool, setting: &'static str, rule: &str) {
        if !holds {
            self.broken.push(Problem { setting, rule: rule.to_owned() });
        }
    }

    /// Refuses a number that could only cause a later failure, or overflow an instant.
    fn within<N: PartialOrd + Display>(&mut self, setting: &'static str, number: N, range: RangeInclusive<N>) {
        self.demand(range.contains(&number), setting, &format!("must be from {} to {}", range.start(), range.end()));
    }
}

/// Returns a variable of the service as text. One that is not Unicode is refused by its name, because its value may be a
/// password.
fn ours((name, value): (OsString, OsString)) -> Option<Result<(String, String), ConfigError>> {
    let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
    Some(match value.into_string() {
        Ok(text) => Ok((name, text)),
        Err(_) => Err(ConfigError::Variable { name, problem: "not Unicode".to_owned() }),
    })
}

/// Tells whether a text is an absolute web address with a host, because every link in a mail begins with it.
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

/// Puts the settings of a file over others.
fn overlay(tree: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (tree.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(over)) => overlay(below, over),
            (_, value) => {
                tree.insert(key, value);
            }
        }
    }
}

/// Makes an error with the name of the setting and the expected type, without its value: a password in the wrong
/// setting would otherwise be logged by the program that started the service.
fn malformed(error: serde_path_to_error::Error<toml::de::Error>) -> ConfigError {
    let said = error.inner().message();
    let what = match said.rsplit_once(", expected ") {
        Some((before, expected)) if !before.starts_with("unknown field") => {
            format!("not what it must be: expected {expected}")
        }
        _ => said.to_owned(),
    };
    ConfigError::Malformed(format!("{}: {what}", error.path()))
}

/// Puts one variable into the tree, as the type of its default.
fn set_from_variable(tree: &mut toml::Table, name: &str, text: &str) -> Result<(), ConfigError> {
    let wrong = |problem: &str| ConfigError::Variable { name: name.to_owned(), problem: problem.to_owned() };
    let path: Vec<String> = name.trim_start_matches(PREFIX).split("__").map(str::to_lowercase).collect();
    let defaults = defaults();
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
