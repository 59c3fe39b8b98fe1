//! A network as it may be after ten years. Rows are written directly and in bulk, because ten years of use cases would
//! take minutes.

mod agenda;
mod planning;
mod register;
mod work;

use crate::databases::{Databases, Engine};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::ids::{ApiTokenId, BodyId, DesignationId, ObservatoryId, ReleaseId, SeatId, TaskId};
use entity::kinds::{ObservatoryKind, SeatKind};
use entity::{Instant, api_token, observatory, person, seat};
use migration::{Migrator, MigratorTrait};
use raccordo::auth::actor::Actor;
use raccordo::clock::{Clock, SystemClock};
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Txn};
use raccordo::texts::Lang;
use raccordo::{load, secret, settings};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

pub use planning::Planning;
pub use register::{OLD_SEAT, seat_code};

const SECRETARIAT: &str = "segreteria@raccordo.example";
/// Rows of one statement. Beyond it a wide table has more values than `SQLite` takes in a statement (32,766).
const CHUNK: usize = 500;

/// The seeded template with what requests name in it.
pub struct World {
    pub databases: Databases,
    /// API token of the secretariat.
    pub token: String,
    pub tasks: Vec<TaskId>,
    /// Releases with a confirmed date.
    pub releases: Vec<ReleaseId>,
    /// Addresses of their pages.
    pub release_pages: Vec<String>,
    /// Designations in force with a single record.
    pub designations: Vec<DesignationId>,
    /// Designations with a longer history: corrected or ended.
    pub histories: Vec<DesignationId>,
}

impl World {
    pub async fn make(engine: Engine, folder: &Path) -> Self {
        let databases = Databases::new(engine, folder);
        let db = Db::open(&databases.template().await.location).await.expect("a database");
        Migrator::up(db.writer(), None).await.expect("the migrations run");
        load_network(&db).await;
        let token = format!("rac_{}", secret::new_token());
        let txn = db.begin().await.expect("a transaction");
        let seed = Seed::new(&txn);
        seed.insert::<api_token::Entity>(vec![seed.token(&token).await]).await;
        let network = Network::read(&txn).await;
        let register = register::fill(&seed, &network).await;
        let agenda = agenda::fill(&seed, &network).await;
        let tasks = work::fill(&seed, &network, &agenda).await;
        // Mails stay in the queue, because sending is measured separately.
        settings::set(&txn, settings::SENDING_PAUSED, "benchmark", seed.now).await.expect("a setting");
        txn.commit().await.expect("committed");
        settle(&db).await;
        db.close().await;
        let releases = agenda.confirmed().map(|release| release.row.id).collect();
        let release_pages = agenda.confirmed().filter_map(|release| release.row.slug.clone()).collect();
        let (designations, histories) = (register.in_force, register.histories);
        Self { databases, token, tasks, releases, release_pages, designations, histories }
    }
}

async fn load_network(db: &Db) {
    let services = Arc::new(Services::new(db.clone(), Arc::new(SystemClock), Config::for_tests()));
    let ctx = Ctx { services, actor: Actor::operator(), lang: Lang::It, request_id: None, generation: None };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lombardia.toml");
    load::run(&ctx, &data, load::Edited::Keep, |_| true).await.expect("the network loads");
}

/// Leaves the database as it is between two busy hours: `PostgreSQL` with statistics, which autovacuum takes there, and
/// `SQLite` with everything in the file that is copied.
async fn settle(db: &Db) {
    let sql = if db.is_sqlite() { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "VACUUM ANALYZE" };
    db.writer().execute_unprepared(sql).await.expect("the database settles");
}

/// Writer of the rows.
struct Seed<'a> {
    txn: &'a Txn,
    ids: secret::Ids,
    now: DateTime<Utc>,
    today: NaiveDate,
}

impl<'a> Seed<'a> {
    fn new(txn: &'a Txn) -> Self {
        Self { txn, ids: secret::Ids::default(), now: SystemClock.now(), today: SystemClock.today() }
    }

    /// Returns nine o'clock UTC of a day.
    fn at(day: NaiveDate) -> DateTime<Utc> {
        day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(9)
    }

    /// Returns nine o'clock UTC of a day, or the present instant where the day is still to come.
    fn past(&self, day: NaiveDate) -> Instant {
        Self::at(day).min(self.now).into()
    }

    /// Makes the id of a row written on a day.
    fn id<T: From<Uuid>>(&self, day: NaiveDate) -> T {
        self.ids.next(Self::at(day).min(self.now))
    }

    /// Returns the first day of the ten years.
    fn first_day(&self) -> NaiveDate {
        self.today - Days::new(3_650)
    }

    /// Inserts rows in statements of [`CHUNK`] rows.
    async fn insert<E>(&self, rows: Vec<E::Model>)
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        loop {
            let chunk: Vec<E::ActiveModel> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return;
            }
            E::insert_many(chunk).exec_without_returning(self.txn).await.expect("rows");
        }
    }

    async fn token(&self, token: &str) -> api_token::Model {
        let found = person::Entity::find().filter(person::Column::Email.eq(SECRETARIAT)).one(self.txn).await;
        api_token::Model {
            id: self.id::<ApiTokenId>(self.today),
            person_id: found.expect("people").expect("the secretariat").id,
            name: "bench".into(),
            token_hash: secret::hash_token(token),
            scopes: "full".into(),
            created_at: self.now.into(),
            expires_at: (self.now + TimeDelta::days(1)).into(),
            last_used_at: None,
            revoked_at: None,
        }
    }
}

/// A territorial observatory with the seat of its referent.
struct Place {
    observatory: ObservatoryId,
    body: BodyId,
    referent: SeatId,
}

/// The territorial observatories of the loaded network.
struct Network(Vec<Place>);

impl Network {
    async fn read(txn: &Txn) -> Self {
        Self::of_kinds(txn, &[ObservatoryKind::Territorial]).await
    }

    /// Reads the observatories with the regional one.
    async fn with_regional(txn: &Txn) -> Self {
        Self::of_kinds(txn, &[ObservatoryKind::Territorial, ObservatoryKind::Regional]).await
    }

    async fn of_kinds(txn: &Txn, kinds: &[ObservatoryKind]) -> Self {
        let found = observatory::Entity::find()
            .filter(observatory::Column::Kind.is_in(kinds.iter().copied()))
            .all(txn)
            .await
            .expect("observatories");
        let referents =
            seat::Entity::find().filter(seat::Column::Kind.eq(SeatKind::Referent)).all(txn).await.expect("seats");
        let place = |row: observatory::Model| {
            let referent = referents.iter().find(|seat| seat.observatory_id == Some(row.id))?;
            Some(Place { observatory: row.id, body: row.body_id, referent: referent.id })
        };
        Self(found.into_iter().filter_map(place).collect())
    }
}
