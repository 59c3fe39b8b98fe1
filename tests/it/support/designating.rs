//! Clients that designate people under faults, and the assertions that have to hold afterwards.

use super::real_binary::{Request, Unanswered};
use super::smtp_server::Accepted;
use entity::ids::DesignationId;
use entity::{designation, outbox_mail, person};
use raccordo::db::Db;
use raccordo::secret;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Longest wait of a client for an answer; after it the client repeats the request under the same idempotency key.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Seats for two clients. Both may have several holders, so that no designation is refused.
pub const SEATS: [&str; 2] = ["deputy:bergamo", "partner:lodi"];

/// A repeatable random generator: `SplitMix64`.
pub struct Chance(u64);

impl Chance {
    /// Takes the seed of the environment, or a new one, and prints it.
    pub fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a failed run is repeated with its seed")]
        let given = std::env::var("RACCORDO_TEST_SEED").ok().and_then(|text| text.parse().ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any bits will do")]
        let seed = given.unwrap_or_else(|| (secret::fraction() * 1e9) as u64);
        eprintln!("RACCORDO_TEST_SEED={seed}");
        Self(seed)
    }

    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_millis(from + (mixed ^ (mixed >> 31)) % (to - from))
    }
}

/// A designation that the service has acknowledged.
pub struct Acknowledged {
    pub id: DesignationId,
    pub seat: &'static str,
    pub address: String,
}

/// A client that designates one person after the other and repeats each request, with its idempotency key, until it is
/// answered.
pub struct Client {
    /// Ports of the replicas; each request goes to the next.
    pub ports: Vec<u16>,
    pub token: String,
    pub seat: &'static str,
    /// Distinguishes the client's people from those of other clients.
    pub name: &'static str,
}

impl Client {
    pub async fn designate_until(self, stop: CancellationToken, unheard: Arc<AtomicU32>) -> Vec<Acknowledged> {
        let mut acknowledged = Vec::new();
        for number in 1.. {
            if stop.is_cancelled() {
                break;
            }
            let (made, failures) = self.designate(number).await;
            acknowledged.push(made);
            unheard.fetch_add(failures, Ordering::Relaxed);
            sleep(Duration::from_millis(80)).await;
        }
        acknowledged
    }

    /// Returns the designation and the number of requests whose answer was lost.
    pub async fn designate(&self, number: u32) -> (Acknowledged, u32) {
        let address = format!("{}.{number}@kill.example", self.name);
        let request = Request::post("/api/v1/designations", &designation_of(self.seat, &address))
            .with("authorization", &format!("Bearer {}", self.token))
            .with("idempotency-key", &address);
        let mut unheard = 0;
        let mut ports = self.ports.iter().cycle().skip(number as usize);
        loop {
            let port = *ports.next().expect("a replica");
            // A frozen replica accepts the connection but does not answer.
            let answer = timeout(ANSWER_WITHIN, request.send_to(port)).await;
            let lost = || Unanswered::Lost(std::io::ErrorKind::TimedOut.into());
            match answer.unwrap_or_else(|_| Err(lost())) {
                Ok(answer) if answer.status == 201 => {
                    let made: Value = serde_json::from_str(&answer.body).expect("a designation");
                    let id = made["id"].as_str().and_then(|id| id.parse().ok()).expect("its id");
                    return (Acknowledged { id, seat: self.seat, address }, unheard);
                }
                // A replica frozen while it reads a request answers 408 once it runs again, and has done nothing.
                Ok(answer) => assert!(matches!(answer.status, 408 | 503), "{} {}", answer.status, answer.body),
                Err(Unanswered::Refused) => {}
                Err(Unanswered::Lost(_)) => unheard += 1,
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

pub fn designation_of(seat: &str, address: &str) -> Value {
    json!({
        "seat": seat,
        "person": { "given_name": "Prova", "family_name": "Interrotta", "email": address },
        "valid_from": "2026-02-02",
        "act": { "kind": "note", "number": "7/2026", "date": "2026-01-20", "organ": "Direzione", "subject": "Designazione" },
        "provenance": { "channel": "pec", "communicated_on": "2026-01-21" },
    })
}

/// Returns for each seat the addresses of the mails about its designations, without the holder's.
pub async fn told_besides_the_holder(db: &Db, made: &[Acknowledged]) -> HashMap<&'static str, BTreeSet<String>> {
    let mut told = HashMap::new();
    for one in made {
        let mut recipients = recipients(db, one.id).await;
        assert!(recipients.remove(&one.address), "the holder is told");
        told.insert(one.seat, recipients);
    }
    told
}

pub async fn recipients(db: &Db, id: DesignationId) -> BTreeSet<String> {
    let about = outbox_mail::Column::SubjectId.eq(id.to_string());
    let mails = outbox_mail::Entity::find().filter(about).all(db.reader()).await.expect("the outbox can be read");
    mails.into_iter().map(|mail| mail.recipient).collect()
}

pub async fn assert_every_acknowledged_change_is_there_once(db: &Db, acknowledged: &[Acknowledged]) {
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

pub async fn assert_everybody_was_promised_a_mail(
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

/// Asserts that every sent mail is in the outbox with the same bytes and about an existing change, and that every mail
/// of the outbox was sent. Returns the number of mails sent more than once.
pub async fn assert_sent_mails_had_been_enqueued(db: &Db, journal: &[Accepted]) -> usize {
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
