//! The whole service in process: real routes over a real database, a clock that is moved, a mailbox to read.

use super::contract;
use super::db::{Engine, TestDb};
use super::leftovers::Leftovers;
use super::mailbox::{Mail, read};
use super::smtp_server::FakeSmtpServer;
use actix_http::Request;
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::{Bytes, Data};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use entity::ids::{ApiTokenId, DeliverableId, PersonId, SessionId};
use entity::{Instant, api_token, person, session};
use futures_util::future::LocalBoxFuture;
use memchr::memmem;
use raccordo::auth::actor::{Actor, Identity, Scope};
use raccordo::clock::{Clock, FixedClock};
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::Location;
use raccordo::deliverables::service as deliverables;
use raccordo::http::site::Site;
use raccordo::http::{csrf, route};
use raccordo::jobs::runner::{Ended, Runner};
use raccordo::jobs::schedule::Job;
use raccordo::kinds_of_mail;
use raccordo::mail::dispatcher;
use raccordo::mail::transport::{MemoryTransport, Transport};
use raccordo::reviews::service as reviews;
use raccordo::secret;
use raccordo::texts::Lang;
use raccordo::time::zone;
use scraper::{Html, Selector};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// The address of the secretariat in `data/lombardia.toml`.
pub const SECRETARIAT: &str = "segreteria@raccordo.example";

type Call = Rc<dyn Fn(Request) -> LocalBoxFuture<'static, ServiceResponse>>;

/// Makes the services of a process, over a database of its own and a clock that is moved.
pub fn services(db: &TestDb, clock: &Arc<FixedClock>, config: Config) -> Arc<Services> {
    let clock: Arc<dyn Clock> = clock.clone();
    Arc::new(Services::new(db.db.clone(), clock, config))
}

/// The service under test.
pub struct TestApp {
    pub services: Arc<Services>,
    pub clock: Arc<FixedClock>,
    pub transport: Arc<Transport>,
    pub mailbox: MemoryTransport,
    /// Receives the mails instead of the mailbox, if set.
    relay: Option<FakeSmtpServer>,
    call: Call,
    mails_read: Cell<usize>,
    /// Declared before the database, because its check on drop opens the database once more.
    leftovers: Leftovers,
    db: TestDb,
}

impl TestApp {
    /// Starts with the Lombardy network loaded, on Monday 11 January 2027, 9:00 in Rome.
    pub async fn new(engine: Engine) -> Self {
        Self::over(TestDb::with_network(engine).await, Config::for_tests()).await
    }

    pub async fn with_config(engine: Engine, config: Config) -> Self {
        Self::over(TestDb::with_network(engine).await, config).await
    }

    /// Ends the service and closes its database. Copies of it are checked for what this service leaves behind.
    pub async fn closed(self) -> TestDb {
        self.leftovers.are_meant();
        self.db.close().await;
        self.db
    }

    /// Starts on a database of its own, on Monday 11 January 2027, 9:00 in Rome.
    pub async fn over(db: TestDb, config: Config) -> Self {
        tell_our_own_faults();
        let clock = Arc::new(FixedClock::at(rome("2027-01-11 09:00")));
        let services = services(&db, &clock, config);
        let mailbox = MemoryTransport::new();
        let transport = Arc::new(Transport::Memory(mailbox.clone()));
        let call = served(services.clone()).await;
        let leftovers = Leftovers::of(&db, &mailbox);
        Self { services, clock, transport, mailbox, relay: None, call, mails_read: Cell::new(0), leftovers, db }
    }

    /// Uses a mail server of its own, from which [`Self::mails`] then reads.
    pub fn with_relay(self, relay: FakeSmtpServer) -> Self {
        Self { transport: Arc::new(relay.transport()), relay: Some(relay), ..self }
    }

    /// Loads the Lombardy network again with further tables appended, as an operator does who adds to the file.
    pub async fn load_also(&self, tables: &str) {
        let real = include_str!("../../../data/lombardia.toml");
        self.load(&format!("{real}\n{tables}")).await;
    }

    /// Loads the network from a file with this text.
    pub async fn load(&self, text: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("network.toml");
        std::fs::write(&path, text).expect("a file of the test");
        let actor = Actor::operator();
        let operator =
            Ctx { services: self.services.clone(), actor, lang: Lang::It, request_id: None, generation: None };
        Box::pin(raccordo::load::run(&operator, &path, raccordo::load::Edited::Keep, |_| true))
            .await
            .expect("a good file");
    }

    /// Sets the clock to wall time in Rome: `2027-03-30 09:30`.
    pub fn at(&self, wall: &str) {
        self.clock.set(rome(wall));
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.set(self.clock.now() + by);
    }

    /// Returns the location of this test's database.
    pub fn location(&self) -> &Location {
        &self.db.location
    }

    /// Returns the context for a direct call of a use case, with the service itself as actor.
    pub fn system(&self) -> Ctx {
        Ctx::system(&self.services, "test")
    }

    /// Returns the context for a direct call of a use case, as a person with the seats they hold now.
    pub async fn acting_as(&self, email: &str) -> Ctx {
        let person = self.person(email).await;
        let seats = raccordo::auth::service::seats_held(self.services.db.reader(), person.id, self.clock.today())
            .await
            .expect("the seats can be read");
        let name = format!("{} {}", person.given_name, person.family_name);
        let actor = Actor { identity: Identity::Person { id: person.id, name }, seats, scope: Scope::Full };
        Ctx { services: self.services.clone(), actor, lang: Lang::It, request_id: None, generation: None }
    }

    /// Accepts a contribution as the service itself, because the person who handed it in may not accept it.
    pub async fn accept(&self, contribution: &str) {
        let id: DeliverableId = contribution.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let known = deliverables::deliverable(self.services.db.reader(), id).await.expect("a contribution");
        let (ctx, version) = (self.system(), known.deliverable.version);
        ctx.write(async |txn| reviews::approve(&ctx, txn, id, version).await).await.expect("accepted");
    }

    pub async fn person(&self, email: &str) -> person::Model {
        person::Entity::find()
            .filter(person::Column::Email.eq(email))
            .one(self.services.db.reader())
            .await
            .expect("people can be read")
            .unwrap_or_else(|| panic!("nobody has the address {email}"))
    }

    /// Makes an API token with all rights of the person, valid for ten years.
    pub async fn token_of(&self, email: &str) -> String {
        let person: PersonId = self.person(email).await.id;
        let token = format!("rac_{}", secret::new_token());
        let row = api_token::ActiveModel {
            id: Set(self.services.new_id::<ApiTokenId>()),
            person_id: Set(person),
            name: Set("test".into()),
            token_hash: Set(secret::hash_token(&token)),
            scopes: Set("full".into()),
            created_at: Set(Instant::from(self.clock.now())),
            expires_at: Set(Instant::from(self.clock.now() + TimeDelta::days(3650))),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        api_token::Entity::insert(row).exec_without_returning(self.services.db.writer()).await.expect("a token");
        token
    }

    /// Returns the same client in front of a new process on the same database, which has nothing in memory.
    pub async fn afresh(&self, client: &Client) -> Client {
        client.in_front_of(services(&self.db, &self.clock, self.services.config.clone())).await
    }

    /// Makes a client that sends the person's token with every request.
    pub async fn client(&self, email: &str) -> Client {
        self.bearer(self.token_of(email).await)
    }

    /// Makes a client that sends this token, valid or not, with every request.
    pub fn bearer(&self, token: String) -> Client {
        Client { call: self.call.clone(), token: Some(token), session: None }
    }

    pub fn anonymous(&self) -> Client {
        Client { call: self.call.clone(), token: None, session: None }
    }

    /// Makes a browser in which the person is signed in. Like real browsers, it says where its requests come from.
    pub async fn browser(&self, email: &str) -> Client {
        let key = secret::new_token();
        let now = self.clock.now();
        let row = session::ActiveModel {
            id: Set(self.services.new_id::<SessionId>()),
            key_hash: Set(secret::hash_token(&key)),
            person_id: Set(self.person(email).await.id),
            user_agent: Set(None),
            created_at: Set(Instant::from(now)),
            last_seen_at: Set(Instant::from(now)),
            expires_at: Set(Instant::from(now + TimeDelta::days(3650))),
            ended_at: Set(None),
        };
        session::Entity::insert(row).exec_without_returning(self.services.db.writer()).await.expect("a session");
        Client { call: self.call.clone(), token: None, session: Some(key) }
    }

    /// Sends what is due and returns the mails that arrived since the last call.
    pub async fn mails(&self) -> Vec<Mail> {
        self.dispatch().await;
        let taken = self.relay.as_ref().map_or_else(|| self.mailbox.taken(), FakeSmtpServer::taken);
        taken.iter().skip(self.mails_read.replace(taken.len())).map(read).collect()
    }

    /// Sends everything that is due now and returns the number of attempts.
    pub async fn dispatch(&self) -> u64 {
        dispatcher::drain(&self.services, &self.transport, kinds_of_mail::HOOKS).await.expect("the outbox can be read")
    }

    /// Runs one job now, as `raccordo tick` does.
    pub async fn tick(&self, job: &str) {
        let job = Job::named(job).unwrap_or_else(|| panic!("no job is called {job}"));
        let ended = Runner::new(self.services.clone()).run_now(job).await;
        let Ended::Done(report) = &ended else { panic!("{}: {ended:?}", job.name) };
        assert!(!report.note.contains("; failed "), "{}: {ended:?}", job.name);
    }

    /// Runs a job in which an item fails, and returns its note.
    pub async fn tick_with_failures(&self, job: &str) -> String {
        let job = Job::named(job).unwrap_or_else(|| panic!("no job is called {job}"));
        match Runner::new(self.services.clone()).run_now(job).await {
            Ended::Done(report) if report.note.contains("; failed ") => report.note,
            ended => panic!("{}: {ended:?}", job.name),
        }
    }

    /// Makes the database refuse every new row of a table whose column matches `like`.
    pub async fn refuse(&self, table: &str, column: &str, like: &str) {
        let statement = if self.services.db.is_sqlite() {
            format!(
                "CREATE TRIGGER poison BEFORE INSERT ON {table} WHEN new.{column} LIKE '{like}' \
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
        } else {
            format!("ALTER TABLE {table} ADD CONSTRAINT poison CHECK ({column} NOT LIKE '{like}') NOT VALID")
        };
        self.services.db.writer().execute_unprepared(&statement).await.expect("made");
    }
}

/// Serves the application over these services.
async fn served(services: Arc<Services>) -> Call {
    let site = Data::new(Site::new(services));
    let service = Rc::new(init_service(raccordo::app::build(&site)).await);
    Rc::new(move |request| {
        let (service, site) = (service.clone(), site.clone());
        Box::pin(async move {
            let answer = service.call(request).await.expect("the edge answers every error").map_into_boxed_body();
            site.all_done().await;
            answer
        })
    })
}

/// Prints the causes of answers 500 with the failing test, because the answer itself does not tell them.
fn tell_our_own_faults() {
    let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_test_writer().try_init();
}

/// An HTTP client: anonymous, a program with a token, or a browser with a session.
#[derive(Clone)]
pub struct Client {
    call: Call,
    token: Option<String>,
    /// Session key in the browser's cookie.
    session: Option<String>,
}

impl Client {
    /// Returns the same client in front of another process.
    pub async fn in_front_of(&self, services: Arc<Services>) -> Self {
        Self { call: served(services).await, ..self.clone() }
    }

    /// Accepts every open remark on a contribution.
    pub async fn settle(&self, contribution: &str) {
        let review = self.get(&format!("{contribution}/review")).send().await.expect(200);
        for remark in review["remarks"].as_array().expect("a list") {
            if ["open", "answered"].map(Value::from).contains(&remark["state"]) {
                let path = format!("/api/v1/remarks/{}/accept", remark["id"].as_str().expect("an id"));
                self.post(&path).if_match(&remark["version"]).send().await.expect(200);
            }
        }
    }

    pub fn get(&self, path: &str) -> Asking {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Asking {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Asking {
        self.request(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Asking {
        self.request(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Asking {
        self.request(Method::DELETE, path)
    }

    /// Returns the cookie that this browser sends.
    pub fn cookie(&self) -> String {
        format!("sid={}", self.session.as_deref().unwrap_or_default())
    }

    /// Returns the form token that pages contain in this browser.
    pub fn form_token(&self) -> String {
        let key = self.session.clone().unwrap_or_default();
        csrf::token(&TestRequest::default().cookie(Cookie::new("sid", key)).to_http_request())
    }

    pub fn request(&self, method: Method, path: &str) -> Asking {
        let mut request = TestRequest::default().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(key) = &self.session {
            request = request.cookie(Cookie::new("sid", key.clone())).insert_header(("sec-fetch-site", "same-origin"));
        }
        Asking { call: self.call.clone(), request, is_broken: false }
    }
}

/// A request under construction.
pub struct Asking {
    call: Call,
    request: TestRequest,
    /// Set by a test that breaks the service on purpose; its answer is not compared with the API description.
    is_broken: bool,
}

impl Asking {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.request = self.request.insert_header((name, HeaderValue::from_str(value).expect("a header value")));
        self
    }

    pub fn json(mut self, body: Value) -> Self {
        self.request = self.request.set_json(body);
        self
    }

    pub fn merge_patch(self, body: &Value) -> Self {
        self.body("application/merge-patch+json", body.to_string())
    }

    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.request = self.request.insert_header(("content-type", media_type)).set_payload(body);
        self
    }

    /// Sets `If-Match` to the version read before.
    pub fn if_match(self, version: impl std::fmt::Display) -> Self {
        self.header("if-match", &format!("\"v{version}\""))
    }

    /// Sets a form body with its token, as a browser sends it.
    pub fn form(self, token: &str, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", token).extend_pairs(fields);
        self.header("accept", "text/html").body("application/x-www-form-urlencoded", form.finish())
    }

    /// Marks a request to a service that the test has broken on purpose.
    pub fn while_broken(self) -> Self {
        Self { is_broken: true, ..self }
    }

    pub async fn send(self) -> Answer {
        let request = self.request.to_request();
        let method = request.method().clone();
        let response = (self.call)(request).await;
        let pattern = response.request().match_pattern().map(|pattern| route::documented(&pattern));
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer { status, headers, body: read_body(response).await };
        if !self.is_broken {
            contract::hold(&method, pattern.as_deref(), &answer);
        }
        answer.names_only_its_own_fields();
        answer
    }
}

/// An answer with status, headers and body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Asserts the status and returns the body as JSON; prints the body if the status differs.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Asserts that the request was refused with a status and a code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem:#}");
        problem
    }

    /// Asserts that every entry of a page's error summary leads to a field of the page, because an error of an absent
    /// field cannot be corrected.
    fn names_only_its_own_fields(&self) {
        let is_page = self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        // Most refusals of a walk have no summary, and parsing them costs more than the request.
        if !is_page || !self.status.is_client_error() || !self.contains("data-error-summary") {
            return;
        }
        let page = Html::parse_document(&self.text());
        let all = |selector: &str| Selector::parse(selector).expect("a selector");
        let ids: Vec<&str> = page.select(&all("[id]")).filter_map(|element| element.attr("id")).collect();
        for line in page.select(&all("[data-error-summary] a[href^='#']")) {
            let named = line.attr("href").unwrap_or_default().trim_start_matches('#');
            let said = line.text().collect::<String>();
            assert!(ids.contains(&named), "«{said}» is said of {named}, which is not on the page: {}", self.text());
        }
    }

    /// Returns whether the body contains a text. Code that is optimised in tests too searches it, for the walks over all
    /// routes.
    pub fn contains(&self, text: &str) -> bool {
        memmem::find(&self.body, text.as_bytes()).is_some()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Returns the instant of a wall time in Rome.
pub fn rome(wall: &str) -> DateTime<Utc> {
    let wall = NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").expect("wall time as 2027-03-30 09:30");
    zone::instant_of(wall.date(), wall.time())
}
