//! The real program, killed at random instants: what it has acknowledged is there, and what it has sent was true.
//!
//! Only a process of its own can be killed as a power cut or the kernel kills it. Everything else about the outbox and the
//! migrations is proved in process.

use crate::support::app::SECRETARIAT;
use crate::support::db::schema_of;
use crate::support::real_binary::{Installation, Request, Unanswered, in_future};
use crate::support::smtp_server::{Accepted, FakeSmtpServer, Script};
use chrono::TimeDelta;
use entity::ids::DesignationId;
use entity::kinds::NotificationState;
use entity::{designation, outbox_mail, person};
use migration::{Migrator, MigratorTrait};
use raccordo::db::{Db, Location};
use raccordo::secret;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

const KILLS: u32 = 30;
/// For what happens at once, on a busy machine too; well below the 25 seconds that a stop gives to requests under way.
const PATIENCE: Duration = Duration::from_secs(15);
/// Two clients, each with a seat that many may hold at once, so that neither is ever refused.
const SEATS: [&str; 2] = ["deputy:bergamo", "partner:lodi"];
/// Mails on the wire at once, as configured by default: so many may go twice at each kill.
const CONCURRENCY: usize = 4;

/// Random instants that can be had again: `SplitMix64`.
struct Chance(u64);

impl Chance {
    /// Of the environment's seed, or of a new one, which is printed.
    fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a failed run is repeated with its seed")]
        let given = std::env::var("RACCORDO_TEST_SEED").ok().and_then(|text| text.parse().ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any bits will do")]
        let seed = given.unwrap_or_else(|| (secret::fraction() * 1e9) as u64);
        eprintln!("RACCORDO_TEST_SEED={seed}");
        Self(seed)
    }

    fn millis(&mut self, from: u64, to: u64) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_millis(from + (mixed ^ (mixed >> 31)) % (to - from))
    }
}

/// A designation the service has answered for.
struct Acknowledged {
    id: DesignationId,
    seat: &'static str,
    address: String,
}

/// A client that designates one person after the other and repeats each request, under one name, until it is answered.
struct Client {
    port: u16,
    token: String,
    seat: &'static str,
    /// Tells its people from other clients'.
    name: &'static str,
}

impl Client {
    async fn designate_until(self, stop: CancellationToken) -> (Vec<Acknowledged>, u32) {
        let (mut acknowledged, mut unheard) = (Vec::new(), 0);
        for number in 1.. {
            if stop.is_cancelled() {
                break;
            }
            let (made, failures) = self.designate(number).await;
            acknowledged.push(made);
            unheard += failures;
            sleep(Duration::from_millis(80)).await;
        }
        (acknowledged, unheard)
    }

    /// Returns the designation and how many requests were sent whose answer was not heard.
    async fn designate(&self, number: u32) -> (Acknowledged, u32) {
        let address = format!("{}.{number}@kill.example", self.name);
        let request = Request::post("/api/v1/designations", &designation_of(self.seat, &address))
            .with("authorization", &format!("Bearer {}", self.token))
            .with("idempotency-key", &address);
        let mut unheard = 0;
        loop {
            match request.send_to(self.port).await {
                Ok(answer) if answer.status == 201 => {
                    let made: Value = serde_json::from_str(&answer.body).expect("a designation");
                    let id = made["id"].as_str().and_then(|id| id.parse().ok()).expect("its id");
                    return (Acknowledged { id, seat: self.seat, address }, unheard);
                }
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.body),
                Err(Unanswered::Refused) => {}
                Err(Unanswered::Lost(_)) => unheard += 1,
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

fn designation_of(seat: &str, address: &str) -> Value {
    json!({
        "seat": seat,
        "person": { "given_name": "Prova", "family_name": "Interrotta", "email": address },
        "valid_from": "2026-02-02",
        "act": { "kind": "note", "number": "7/2026", "date": "2026-01-20", "organ": "Direzione", "subject": "Designazione" },
        "provenance": { "channel": "pec", "communicated_on": "2026-01-21" },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_thirty_kills_with_its_mails_and_nothing_else_was_sent() {
    let mut chance = Chance::new();
    let relay = FakeSmtpServer::start(Script::healthy()).await;
    let installation = Installation::with_network().await.sending_to(relay.port());
    let token = installation.token_of(SECRETARIAT).await;
    let client = |name, seat| Client { port: installation.port, token: token.clone(), seat, name };

    // In peace: who is told of a designation to each seat, besides its holder.
    let service = installation.serve_until_ready().await;
    let mut acknowledged = Vec::new();
    for seat in SEATS {
        acknowledged.push(client("pace", seat).designate(if seat == SEATS[0] { 1 } else { 2 }).await.0);
    }
    service.stop().await;
    let told = told_besides_the_holder(&installation, &acknowledged).await;
    assert!(told.values().all(|others| !others.is_empty()), "{told:?}");

    let stop = CancellationToken::new();
    let clients = [("uno", SEATS[0]), ("due", SEATS[1])]
        .map(|(name, seat)| tokio::spawn(client(name, seat).designate_until(stop.clone())));
    for kill in 1..=KILLS {
        let service = installation.serve_until_ready().await;
        sleep(chance.millis(100, 1_000)).await;
        service.kill();
        installation.assert_sound(&format!("after kill {kill}")).await;
    }
    let service = installation.serve_until_ready().await;
    stop.cancel();
    let mut unheard = 0;
    for client in clients {
        let (made, failures) = client.await.expect("no client was refused");
        acknowledged.extend(made);
        unheard += failures;
    }
    send_everything(&installation, service).await;

    installation.assert_sound("at the end").await;
    installation.run(&["audit", "verify"]);
    let db = Db::open(&installation.location()).await.expect("the database opens");
    assert_every_acknowledged_change_is_there_once(&db, &acknowledged).await;
    assert_everybody_was_promised_a_mail(&db, &acknowledged, &told).await;
    let twice = assert_what_was_sent_had_been_promised(&db, &relay.journal()).await;
    println!("{} designations, {unheard} answers not heard, {twice} mails sent twice", acknowledged.len());
    assert!(acknowledged.len() > 30 && unheard > 0, "the kills hit nobody: this run has shown nothing");
    assert!(twice <= CONCURRENCY * KILLS as usize);
    db.close().await;
}

/// For each seat, the addresses told of a designation to it, the holder's left out.
async fn told_besides_the_holder(
    installation: &Installation,
    made: &[Acknowledged],
) -> HashMap<&'static str, BTreeSet<String>> {
    let db = Db::open(&installation.location()).await.expect("the database opens");
    let mut told = HashMap::new();
    for one in made {
        let mut recipients = recipients(&db, one.id).await;
        assert!(recipients.remove(&one.address), "the holder is told");
        told.insert(one.seat, recipients);
    }
    db.close().await;
    told
}

async fn recipients(db: &Db, id: DesignationId) -> BTreeSet<String> {
    let about = outbox_mail::Column::SubjectId.eq(id.to_string());
    let mails = outbox_mail::Entity::find().filter(about).all(db.reader()).await.expect("the outbox can be read");
    mails.into_iter().map(|mail| mail.recipient).collect()
}

/// Lets the last service send what waits. Mails that a killed one held stay its own for a minute: the clock of the sweep is put
/// forward instead of waiting.
async fn send_everything(installation: &Installation, service: crate::support::real_binary::Running) {
    service.stop().await;
    installation.run(&["tick", "outbox_sweep", "--at", &in_future(TimeDelta::minutes(2))]);
    let service = installation.serve_until_ready().await;
    let db = Db::open_beside(&installation.location()).await.expect("the database opens beside the service");
    let all_sent = async {
        while outbox_mail::Entity::find()
            .filter(outbox_mail::Column::State.ne(NotificationState::Sent))
            .count(db.reader())
            .await
            .expect("the outbox can be read")
            > 0
        {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let sent = timeout(Duration::from_secs(30), all_sent).await;
    db.close().await;
    assert!(sent.is_ok(), "some mail was never sent\n{}", installation.log());
    service.stop().await;
}

async fn assert_every_acknowledged_change_is_there_once(db: &Db, acknowledged: &[Acknowledged]) {
    for one in acknowledged {
        let found = designation::Entity::find_by_id(one.id).one(db.reader()).await.expect("designations can be read");
        let found = found.unwrap_or_else(|| panic!("{} was acknowledged and is lost", one.address));
        let holder = person::Entity::find_by_id(found.person_id).one(db.reader()).await.expect("people can be read");
        assert_eq!(holder.map(|holder| holder.email), Some(one.address.clone()));
    }
    let invented = person::Entity::find().filter(person::Column::Email.ends_with("@kill.example"));
    let people: Vec<_> =
        invented.all(db.reader()).await.expect("people can be read").into_iter().map(|one| one.id).collect();
    let made = designation::Entity::find().all(db.reader()).await.expect("designations can be read");
    let made = made.iter().filter(|one| people.contains(&one.person_id)).count();
    assert_eq!(
        (people.len(), made),
        (acknowledged.len(), acknowledged.len()),
        "a repeated request made something twice"
    );
}

async fn assert_everybody_was_promised_a_mail(
    db: &Db,
    acknowledged: &[Acknowledged],
    told: &HashMap<&'static str, BTreeSet<String>>,
) {
    for one in acknowledged {
        let mut expected = told[one.seat].clone();
        expected.insert(one.address.clone());
        assert_eq!(recipients(db, one.id).await, expected, "told of {}", one.address);
    }
}

/// Every mail that was sent is one of the outbox, about a change that is there, with the bytes promised; every mail of the outbox was
/// sent. Returns how many more were sent than promised.
async fn assert_what_was_sent_had_been_promised(db: &Db, journal: &[Accepted]) -> usize {
    let promised = outbox_mail::Entity::find().all(db.reader()).await.expect("the outbox can be read");
    let changes: BTreeSet<String> = designation::Entity::find()
        .all(db.reader())
        .await
        .expect("designations can be read")
        .into_iter()
        .map(|one| one.id.to_string())
        .collect();
    let by_message: BTreeMap<&str, &outbox_mail::Model> =
        promised.iter().map(|mail| (mail.message_id.as_str(), mail)).collect();
    for sent in journal {
        let mail = by_message
            .get(sent.message_id.as_str())
            .unwrap_or_else(|| panic!("{} was never promised", sent.message_id));
        assert!(changes.contains(&mail.subject_id), "{} tells of a change that is not there", sent.message_id);
        assert!(
            sent.bytes == mail.payload && sent.to == mail.recipient,
            "{} was sent with other bytes",
            sent.message_id
        );
    }
    let sent: BTreeSet<&str> = journal.iter().map(|mail| mail.message_id.as_str()).collect();
    assert_eq!(sent, by_message.keys().copied().collect(), "sent and promised");
    journal.len() - sent.len()
}

/// A kill in the midst of the first migration leaves a prefix of the migrations, each whole, and the next run completes them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_migration_leaves_each_step_done_or_undone() {
    let mut chance = Chance::new();
    let schemas = schemas_after_each_migration().await;
    let started = Instant::now();
    Installation::empty().run(&["migrate"]);
    let whole_run = u64::try_from(started.elapsed().as_millis()).expect("a short while");

    let mut unfinished = 0;
    for _ in 0..20 {
        let installation = Installation::empty();
        let child = installation.command(&["migrate"]).spawn().expect("the program starts");
        sleep(chance.millis(0, whole_run)).await;
        kill(child);
        if installation.database().exists() {
            let (db, _folder) = installation.copy().await;
            let done = migrations_recorded(&db).await;
            assert_eq!(schema_of(db.writer()).await, schemas[done], "{done} migrations are recorded");
            unfinished += u32::from(done < schemas.len() - 1);
            db.close().await;
        } else {
            unfinished += 1;
        }
        installation.run(&["migrate"]);
        let (db, _folder) = installation.copy().await;
        assert_eq!(schema_of(db.writer()).await, *schemas.last().expect("a schema"));
        db.close().await;
    }
    assert!(unfinished > 0, "every run was over before its kill: this test has shown nothing");
}

/// The schema with none, one, two… of the migrations applied.
async fn schemas_after_each_migration() -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("steps.sqlite"))).await.expect("a database");
    let mut schemas = vec![schema_of(db.writer()).await];
    for _ in Migrator::migrations() {
        Migrator::up(db.writer(), Some(1)).await.expect("the migration runs");
        schemas.push(schema_of(db.writer()).await);
    }
    db.close().await;
    schemas
}

async fn migrations_recorded(db: &Db) -> usize {
    let question = |sql: &str| Statement::from_string(DbBackend::Sqlite, sql);
    let table = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'seaql_migrations'";
    for sql in [table, "SELECT COUNT(*) FROM seaql_migrations"] {
        let row = db.writer().query_one_raw(question(sql)).await.expect("an answer").expect("a row");
        let count: i64 = row.try_get_by_index(0).expect("a number");
        if count == 0 || sql != table {
            return usize::try_from(count).expect("a count");
        }
    }
    unreachable!("the second question has the last word")
}

fn kill(mut child: std::process::Child) {
    child.kill().expect("the process is ours");
    child.wait().expect("the process has ended");
}

/// The proxy's view of a stop: it sends nobody any more once the service says "not ready", and everybody it had sent is answered,
/// those too whose body was still on its way when the service stopped accepting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_answers_every_request_it_has_begun_to_read() {
    let installation = Installation::with_network().await.set("SERVER__DRAIN_SECONDS", 1);
    let token = installation.token_of(SECRETARIAT).await;
    let mut service = installation.serve_until_ready().await;
    let port = installation.port;
    let not_ready = CancellationToken::new();
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let list = Request::get("/api/v1/designations").with("authorization", &format!("Bearer {token}"));
            tokio::spawn(call_until(list, port, not_ready.clone()))
        })
        .collect();
    let mut slow = Vec::new();
    for number in 0..4 {
        let body = designation_of(SEATS[0], &format!("lento.{number}@kill.example"));
        let post = Request::post("/api/v1/designations", &body).with("authorization", &format!("Bearer {token}"));
        slow.push(post.begin_body(port).await);
    }
    sleep(Duration::from_millis(300)).await;

    service.terminate();
    while service.is_ready().await {
        sleep(Duration::from_millis(20)).await;
    }
    not_ready.cancel();
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.expect("every request was answered");
    }
    assert!(answered > 0);
    // Beyond the drain: the service accepts nobody any more, and still waits for the rest of these four.
    let refused = async {
        while !matches!(Request::get("/status").send_to(port).await, Err(Unanswered::Refused)) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, refused).await.expect("it stops accepting");
    for request in slow {
        let answer = request.finish().await.expect("the answer to a request begun before the stop");
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let status = service.ended_within(PATIENCE).await;
    assert!(status.success(), "{status}\n{}", installation.log());
}

/// Asks again and again until told to stop; every request must be answered. Returns how many were.
async fn call_until(request: Request, port: u16, stop: CancellationToken) -> u32 {
    let mut answered = 0;
    while !stop.is_cancelled() {
        let answer = request.send_to(port).await.expect("no request is reset while the service says that it is ready");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answered += 1;
        sleep(Duration::from_millis(40)).await;
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_service_stops_at_the_first_signal_and_a_busy_one_at_once_at_the_second() {
    let installation = Installation::with_network().await;
    let mut idle = installation.serve_until_ready().await;
    idle.terminate();
    assert!(idle.ended_within(PATIENCE).await.success());

    let mut busy = installation.serve_until_ready().await;
    let stuck = Request::post("/api/v1/designations", &designation_of(SEATS[0], "mai@kill.example"))
        .begin_body(installation.port)
        .await;
    sleep(Duration::from_millis(100)).await;
    busy.terminate();
    while busy.is_ready().await {
        sleep(Duration::from_millis(20)).await;
    }
    busy.terminate();
    let status = busy.ended_within(PATIENCE).await;
    assert_eq!(status.code(), Some(130), "as a program ended by an interrupt");
    drop(stuck);
}
