//! A service without HTTP: a database, a clock that is moved, a mailbox to read.

use crate::support::app::services;
use crate::support::db::{Engine, TestDb};
use crate::support::leftovers::Leftovers;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DesignationId, MailId};
use entity::outbox_mail;
use raccordo::auth::actor::Actor;
use raccordo::clock::{Clock, FixedClock};
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location};
use raccordo::designations::mail::kinds::Registered;
use raccordo::kinds_of_mail;
use raccordo::mail::content::MailContent;
use raccordo::mail::dispatcher;
use raccordo::mail::kind::{Kind, Listed, MailKind};
use raccordo::mail::outbox::{self, Draft, Recipient, Subject};
use raccordo::mail::transport::{MemoryTransport, Transport};
use raccordo::texts::Lang;
use sea_orm::{ConnectionTrait, EntityTrait};
use std::sync::Arc;

pub struct Workbench {
    pub services: Arc<Services>,
    pub clock: Arc<FixedClock>,
    pub mailbox: MemoryTransport,
    pub transport: Arc<Transport>,
    pub location: Location,
    /// Declared before the database, because its check on drop uses the database.
    pub leftovers: Leftovers,
    _db: TestDb,
}

impl Workbench {
    pub async fn new(engine: Engine) -> Self {
        let test = TestDb::new(engine).await;
        let clock = Arc::new(FixedClock::at("2027-03-01T08:00:00Z".parse().expect("an instant")));
        let mailbox = MemoryTransport::new();
        let services = services(&test, &clock, Config::for_tests());
        let transport = Arc::new(Transport::Memory(mailbox.clone()));
        let leftovers = Leftovers::of(&test, &mailbox);
        Self { services, clock, mailbox, transport, location: test.location.clone(), leftovers, _db: test }
    }

    pub fn db(&self) -> &Db {
        &self.services.db
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.set(self.clock.now() + by);
    }

    pub fn operator(&self) -> Ctx {
        Ctx {
            services: Arc::clone(&self.services),
            actor: Actor::operator(),
            lang: Lang::It,
            request_id: None,
            generation: None,
        }
    }

    /// Sends all due mails; returns the number of attempts.
    pub async fn drain(&self) -> u64 {
        dispatcher::drain(&self.services, &self.transport, kinds_of_mail::HOOKS).await.expect("the outbox is readable")
    }

    pub async fn promise(&self, draft: Draft) -> MailId {
        let ctx = self.operator();
        ctx.write(async |txn| outbox::promise(&ctx, txn, draft).await).await.expect("a promise")
    }

    pub async fn mail(&self, id: MailId) -> outbox_mail::Model {
        outbox_mail::Entity::find_by_id(id).one(self.db().reader()).await.expect("readable").expect("a mail")
    }

    pub async fn sql(&self, statement: &str) {
        self.db().writer().execute_unprepared(statement).await.expect(statement);
    }

    /// Inserts a designation with only the rows that its foreign keys require.
    pub async fn designation(&self) -> DesignationId {
        let id = "01890000-0000-7000-8000-000000000001";
        for statement in [
            "INSERT INTO territory (code, name, city) VALUES ('97', 'Lecco', 'Lecco')".to_owned(),
            format!(
                "INSERT INTO body (id, code, name, kind, ipa_code, istat_code, nuts, capital, capital_istat, capital_cadastral, territory, signatory, version, created_at, updated_at) VALUES ('{id}', 'lecco', 'Provincia di Lecco', 'province', 'p_LC', '097', 'ITC43', 'Lecco', '097042', 'E507', '97', TRUE, 1, 0, 0)"
            ),
            format!(
                "INSERT INTO person (id, given_name, family_name, email, language, version, created_at, updated_at) VALUES ('{id}', 'Anna', 'Bianchi', 'anna@lecco.example', 'it', 1, 0, 0)"
            ),
            format!(
                "INSERT INTO seat (id, code, kind, body_id, version, created_at) VALUES ('{id}', 'lecco-referent', 'body_manager', '{id}', 1, 0)"
            ),
            format!(
                "INSERT INTO designation (id, seat_id, person_id, version, created_at) VALUES ('{id}', '{id}', '{id}', 1, 0)"
            ),
        ] {
            self.sql(&statement).await;
        }
        id.parse().expect("an id")
    }
}

/// A kind of mail with a key in its text, for which the reader waits; it is always true.
pub struct Key;

impl Listed for Key {}

impl MailKind for Key {
    const NAME: &'static str = "key";
    const LABEL: &'static str = "auth.mail_kind";
    const SUBJECT: &'static str = "key";
    const LETS_IN: bool = true;
    const AWAITED: bool = true;
}

/// Makes a mail due now, to an address that is no person's.
pub fn draft(key: &str, due_at: DateTime<Utc>) -> Draft {
    Draft {
        kind: Kind::of::<Registered>(),
        dedupe_key: key.to_owned(),
        subject: Subject::of("d-1"),
        to: Recipient {
            person_id: None,
            designation_id: None,
            name: "Anna Bianchi".to_owned(),
            address: "anna@lecco.example".to_owned(),
            lang: Lang::It,
        },
        content: MailContent {
            subject: "Designazione registrata".to_owned(),
            heading: "Gentile Anna Bianchi,".to_owned(),
            paragraphs: vec!["la designazione è registrata.".to_owned()],
            ..MailContent::default()
        },
        due_at,
        expires_at: None,
        calendar: None,
    }
}
