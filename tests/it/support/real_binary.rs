//! The program as a separate process on a `SQLite` file: started, killed, stopped, and called over TCP.

use super::db::sqlite_file_with_network;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::ApiTokenId;
use entity::{Instant, api_token, person};
use raccordo::clock::{Clock, SystemClock};
use raccordo::db::{Db, Location};
use raccordo::secret;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant as Tick, sleep, timeout};

/// A folder with a database, settings and a log, on which the program can be started several times.
pub struct Installation {
    folder: TempDir,
    pub port: u16,
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    /// Makes an empty folder; the first start makes the database.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let settings = vec![
            ("DATABASE__URL", format!("sqlite:{}", folder.path().join("raccordo.sqlite").display())),
            ("SERVER__BIND", format!("127.0.0.1:{port}")),
            ("SECURITY__AUDIT_KEY", "a key that is only good for tests, 32+".to_owned()),
            ("LIMITS__REQUESTS_PER_MINUTE", "1000000".to_owned()),
            ("MAIL__FOLDER", folder.path().join("mail").display().to_string()),
            ("LOG__FILTER", "warn".to_owned()),
        ];
        Self { folder, port, settings }
    }

    /// Makes an installation with the Lombardy network loaded.
    pub async fn with_network() -> Self {
        let installation = Self::empty();
        sqlite_file_with_network(&installation.database()).await;
        installation
    }

    /// Makes an installation on a volume of its own, with the Lombardy network loaded; `None` where volumes cannot be
    /// made.
    pub async fn with_network_on_volume(mebibytes: u32) -> Option<(Self, Volume)> {
        let installation = Self::empty();
        let volume = Volume::over(installation.folder.path(), mebibytes, 0)?;
        sqlite_file_with_network(&installation.database()).await;
        Some((installation, volume))
    }

    /// Makes an installation over a database that others use as well.
    pub fn over(location: &Location) -> Self {
        let address = match location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(address) => address.clone(),
        };
        Self::empty().set("DATABASE__URL", address)
    }

    /// Adds a setting for later starts, named as in the environment without its prefix.
    pub fn set(mut self, name: &'static str, value: impl ToString) -> Self {
        self.settings.push((name, value.to_string()));
        self
    }

    /// Sends mails over SMTP to this port of the loopback.
    pub fn sending_to(self, port: u16) -> Self {
        self.set("MAIL__TRANSPORT", "smtp")
            .set("MAIL__HOST", "127.0.0.1")
            .set("MAIL__SECURITY", "plain")
            .set("MAIL__PORT", port)
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("raccordo.sqlite")
    }

    pub fn location(&self) -> Location {
        Location::Sqlite(self.database())
    }

    /// Returns the program with arguments and this installation's settings; its output is appended to the log.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let log =
            || OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).expect("the log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_raccordo"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log())
            .stderr(log());
        for (name, value) in &self.settings {
            command.env(format!("RACCORDO__{name}"), value);
        }
        command
    }

    /// Runs an operator's command to its end; panics with the log if it fails.
    pub fn run(&self, arguments: &[&str]) {
        let status = self.command(arguments).status().expect("the program starts");
        assert!(status.success(), "raccordo {arguments:?}: {status}\n{}", self.log());
    }

    pub fn serve(&self) -> Running {
        let child = self.command(&["serve"]).spawn().expect("the program starts");
        Running { child, port: self.port }
    }

    /// Starts the service and waits until it is ready.
    pub async fn serve_until_ready(&self) -> Running {
        let started = Tick::now();
        let mut running = self.serve();
        while !running.is_ready().await {
            assert!(
                running.child.try_wait().expect("a child").is_none(),
                "the service ended by itself\n{}",
                self.log()
            );
            assert!(started.elapsed() < Duration::from_secs(30), "the service never got ready\n{}", self.log());
            sleep(Duration::from_millis(5)).await;
        }
        running
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Writes an API token of the person into the database while the service is stopped.
    pub async fn token_of(&self, email: &str) -> String {
        let db = Db::open(&self.location()).await.expect("the database opens");
        let token = token_of(&db, email).await;
        db.close().await;
        token
    }

    /// Asserts that the database file is sound. It checks a copy of the file and its log, because opening the original
    /// would repair what the next start has to repair.
    pub async fn assert_sound(&self, when: &str) {
        let (db, _folder) = self.copy().await;
        for (question, answer) in
            [("PRAGMA integrity_check", vec!["ok".to_owned()]), ("PRAGMA foreign_key_check", vec![])]
        {
            assert_eq!(texts(&db, question).await, answer, "{question} {when}");
        }
        db.close().await;
    }

    /// Opens a copy of the database.
    pub async fn copy(&self) -> (Db, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("raccordo.sqlite");
        for suffix in ["", "-wal"] {
            let (from, to) = (with_suffix(&self.database(), suffix), with_suffix(&copy, suffix));
            if from.exists() {
                std::fs::copy(from, to).expect("a copy");
            }
        }
        (Db::open(&Location::Sqlite(copy)).await.expect("the copy opens"), folder)
    }
}

/// A small file system in memory. Mounting it needs root; without that right the test is skipped, but not in continuous
/// integration.
pub struct Volume(PathBuf);

impl Volume {
    /// Mounts a volume over a folder, owned by a user of the system.
    pub fn over(folder: &Path, mebibytes: u32, owner: u32) -> Option<Self> {
        let size = format!("size={mebibytes}m,uid={owner},mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder.to_owned()));
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "whether this is continuous integration is told by the environment"
        )]
        let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!is_ci, "no volume could be made");
        eprintln!("left out: making a volume takes the rights of root");
        None
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Fills the volume completely.
    pub fn fill(&self) {
        use std::io::Write;
        let mut ballast = OpenOptions::new().create(true).append(true).open(self.ballast()).expect("the ballast");
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Returns the names of the files on it.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the volume is readable");
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Removes what [`Volume::fill`] wrote.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast goes");
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazy unmount, because a process that was just killed may still hold a file.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Writes an API token of the person into a database.
pub async fn token_of(db: &Db, email: &str) -> String {
    let found = person::Entity::find().filter(person::Column::Email.eq(email)).one(db.reader()).await;
    let holder = found.expect("people can be read").expect("the person is there");
    let token = format!("rac_{}", secret::new_token());
    let now = SystemClock.now();
    let row = api_token::ActiveModel {
        id: Set(secret::Ids::default().next::<ApiTokenId>(now)),
        person_id: Set(holder.id),
        name: Set("test".into()),
        token_hash: Set(secret::hash_token(&token)),
        scopes: Set("full".into()),
        created_at: Set(Instant::from(now)),
        expires_at: Set(Instant::from(now + TimeDelta::days(1))),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    api_token::Entity::insert(row).exec_without_returning(db.writer()).await.expect("a token");
    token
}

/// Returns the first column of every row as text.
async fn texts(db: &Db, question: &str) -> Vec<String> {
    let rows = db.writer().query_all_raw(Statement::from_string(DbBackend::Sqlite, question)).await.expect("an answer");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Returns a free port below the ephemeral range, because a client in that range may be given the same port and connect
/// to itself while the service does not listen.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let mut candidates = std::iter::repeat_with(|| {
        let of_process = u16::try_from(std::process::id() % 500).unwrap_or(0) * 20;
        20_000 + (of_process + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000
    });
    candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("some port is free")
}

/// A process of the program; it is killed with the test.
pub struct Running {
    child: Child,
    port: u16,
}

impl Running {
    /// Sends SIGKILL, which ends the process at once.
    pub fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process has ended");
    }

    /// Sends SIGTERM, as an operator or a container engine does.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends SIGSTOP: every thread stops until [`Running::thaw`], without notice to other processes.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Sends SIGCONT: the process continues, as if no time had passed.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        // The shell's built-in `kill`, because a minimal system has no other.
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success(), "the process took no signal: it had ended");
    }

    /// Waits for the end of the process; panics after the limit.
    pub async fn ended_within(&mut self, limit: Duration) -> ExitStatus {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("a child") {
                    return status;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(limit, ended).await.unwrap_or_else(|_| panic!("the process did not end within {limit:?}"))
    }

    /// Stops the service in order.
    pub async fn stop(mut self) {
        self.terminate();
        let status = self.ended_within(Duration::from_secs(10)).await;
        assert!(status.success(), "{status}");
    }

    pub async fn is_ready(&self) -> bool {
        let answer = Request::get("/health/ready").send_to(self.port).await;
        answer.is_ok_and(|answer| answer.status == 204)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request, sent on a connection of its own.
#[derive(Clone)]
pub struct Request {
    head: String,
    body: String,
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Reasons why there was no complete answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The connection was refused, so nothing was sent.
    Refused,
    /// The request was sent at least in part.
    Lost(#[expect(dead_code, reason = "shown when a test fails")] std::io::Error),
}

impl From<std::io::Error> for Unanswered {
    fn from(error: std::io::Error) -> Self {
        Self::Lost(error)
    }
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self { head: format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"), body: String::new() }
    }

    pub fn post(path: &str, json: &serde_json::Value) -> Self {
        let body = json.to_string();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
        );
        Self { head, body }
    }

    pub fn with(mut self, header: &str, value: &str) -> Self {
        self.head.extend([header, ": ", value, "\r\n"]);
        self
    }

    pub async fn send_to(&self, port: u16) -> Result<Answer, Unanswered> {
        let whole = self.head.len() + 2 + self.body.len();
        self.begin(port, whole).await?.finish().await
    }

    /// Sends the head and the given number of bytes of the whole request; [`Begun::finish`] sends the rest.
    async fn begin(&self, port: u16, bytes: usize) -> Result<Begun, Unanswered> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|_| Unanswered::Refused)?;
        let request = format!("{}\r\n{}", self.head, self.body).into_bytes();
        let (now, later) = request.split_at(bytes.min(request.len()));
        stream.write_all(now).await?;
        Ok(Begun { stream, rest: later.to_vec() })
    }

    /// Sends the head and the first byte of the body.
    pub async fn begin_body(&self, port: u16) -> Begun {
        self.begin(port, self.head.len() + 3).await.expect("the service takes the head")
    }
}

/// A request that is partly sent.
pub struct Begun {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Begun {
    /// Sends the rest and reads the whole answer.
    pub async fn finish(mut self) -> Result<Answer, Unanswered> {
        self.stream.write_all(&self.rest).await?;
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).await?;
        Ok(whole_answer(&bytes)?)
    }
}

/// Parses an answer with a content length.
fn whole_answer(bytes: &[u8]) -> std::io::Result<Answer> {
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(cut)?;
    let header =
        |line: &str| line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|length| length.parse().ok());
    let length: usize = head.lines().find_map(header).unwrap_or(0);
    if body.len() < length {
        return Err(cut());
    }
    Ok(Answer { status, body: body.to_owned() })
}

/// Returns an instant in the future, in the format of `--at`.
pub fn in_future(by: TimeDelta) -> String {
    let at: DateTime<Utc> = SystemClock.now() + by;
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
