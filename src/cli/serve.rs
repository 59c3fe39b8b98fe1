//! `raccordo serve`: starts the parts of the service and stops them in an order that loses no work.

use super::{Outcome, operator_on};
use actix_web::web::Data;
use entity::body;
use entity::kinds::SeatKind;
use raccordo::clock::SystemClock;
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location, StoreError};
use raccordo::error::Error;
use raccordo::http::exporter;
use raccordo::http::site::Site;
use raccordo::jobs::schedule::JOBS;
use raccordo::jobs::ticker::Ticker;
use raccordo::load::{Edited, LoadError};
use raccordo::mail::dispatcher::{Dispatcher, Pace};
use raccordo::mail::transport::Transport;
use raccordo::ops::{demo, migrate, same_time};
use raccordo::vitals::pulse::{self, Watcher};
use raccordo::{app, auth, designations, documents, kinds_of_mail, load, mail, settings, telemetry};
use sea_orm::{EntityTrait, PaginatorTrait};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use tracing::{info, warn};

/// File loaded into an empty database, if the program runs from a checkout or its container.
const DATA: &str = "data/lombardia.toml";
/// Longest time that a replica waits for another one to load the network, and the pause between two looks.
const LOADING_PATIENCE: Duration = Duration::from_mins(1);
const LOADING_PAUSE: Duration = Duration::from_millis(200);
const LOOK_AT_SETTINGS_EVERY: Duration = Duration::from_secs(5);
/// Longest time, in seconds, that a stop waits for work that continues after its answer, such as retries of a sign-in
/// link. Work still running after that is abandoned.
const LAST_WORK_WITHIN: Duration = Duration::from_secs(10);
/// Exit status after an interrupt, as a shell reports it.
const INTERRUPTED: i32 = 130;

pub(super) async fn serve(mut config: Config, is_demo: bool) -> Outcome {
    if is_demo {
        demo::check_config(&config)?;
        config.portal.allowed_hosts.push(demo::PORTAL.to_owned());
    }
    telemetry::start(&config.log)?;
    let location = config.location()?;
    let transport = Arc::new(mail::transport_of(&config)?);
    let db = open(&location).await?;
    let services = Arc::new(Services::new(db, Arc::new(SystemClock), config));
    let operator = operator_on(Arc::clone(&services));
    move_contents(&operator).await?;
    fill(&operator, is_demo).await?;
    // Before the first connection is accepted, because a caller who sees the service up may tell it to stop.
    let signals = Signals::listen()?;
    let listener = TcpListener::bind(services.config.server.bind)
        .map_err(|failure| format!("cannot listen on {}: {failure}", services.config.server.bind))?;
    let background = Background::start(&services, &location, transport).await?;
    if let Err(failure) = greet(&operator).await {
        warn!(%failure, "no sign-in link could be made; `raccordo sign-in-link` makes one");
    }
    let served = run_until_told(Arc::clone(&services), listener, background, signals).await;
    services.db.clone().close().await;
    info!("stopped");
    served
}

/// Opens the database. `SQLite` has one process per file, so the service migrates it. On `PostgreSQL` several replicas
/// may start at once, so `raccordo migrate` has to run first.
async fn open(location: &Location) -> Outcome<Db> {
    let db = Db::open(location).await?;
    match location {
        Location::Sqlite(_) => {
            migrate::migrate(&db, location).await?;
        }
        Location::Postgres(_) => {
            migrate::demand_current(&db).await?;
            same_time::demand(&db, &SystemClock).await?;
        }
    }
    Ok(db)
}

/// Moves contents of documents that earlier versions kept in the database. Replicas that start together may all do it.
async fn move_contents(ctx: &Ctx) -> Outcome {
    let moved = documents::service::move_contents(ctx).await?;
    if moved > 0 {
        info!(moved, "the contents of documents left the database");
    }
    Ok(())
}

/// Fills an empty database with the network, and for a demonstration also with a year of invented events.
async fn fill(ctx: &Ctx, is_demo: bool) -> Outcome {
    if is_demo {
        demo::claim_database(ctx).await?;
    }
    if settings::is_demo(ctx.reader()).await? {
        // A demonstration lets every visitor sign in as any person, so the check is also needed when an existing demo
        // database is opened.
        demo::check_config(ctx.config())?;
    }
    load_network(ctx).await?;
    if is_demo && body::Entity::find().count(ctx.reader()).await? > 0 {
        // Not logged, because hundreds of past mails would hide today's log lines.
        demo::fill(&ctx.services).with_subscriber(NoSubscriber::default()).await?;
    }
    Ok(())
}

/// Loads the network if the database has none. If several replicas start on an empty database, one loads it and the
/// others find it loaded. A replica waits while another one loads, because a large network on a busy machine takes
/// longer than a use case waits for its turn to write.
async fn load_network(ctx: &Ctx) -> Outcome {
    if body::Entity::find().count(ctx.reader()).await? > 0 {
        return Ok(());
    }
    if !Path::new(DATA).exists() {
        warn!("the register is empty and there is no {DATA} here: run `raccordo load FILE`");
        return Ok(());
    }
    let until = Instant::now() + LOADING_PATIENCE;
    let summary = loop {
        match load::run(ctx, Path::new(DATA), Edited::Keep, |_| true).await {
            Err(error) if is_another_writing(&error) && Instant::now() < until => sleep(LOADING_PAUSE).await,
            loaded => break loaded?,
        }
    };
    match summary.outcome {
        load::Outcome::Loaded => info!(added = summary.diff.added(), "loaded {DATA} into the empty database"),
        load::Outcome::UpToDate | load::Outcome::Declined => {
            info!("another replica loaded {DATA} into the empty database");
        }
    }
    Ok(())
}

/// Returns whether a load failed only because another process writes at the same time.
fn is_another_writing(error: &LoadError) -> bool {
    matches!(error, LoadError::ChangedMeanwhile | LoadError::Failed(Error::Store(StoreError::Busy)))
}

/// Prints the address of the service, and outside production a sign-in link.
async fn greet(ctx: &Ctx) -> Outcome {
    let config = ctx.config();
    println!("Raccordo listens on {}", config.base_url());
    if config.is_production() || settings::is_demo(ctx.reader()).await? {
        return Ok(());
    }
    let secretariat = designations::service::holders_of(ctx, ctx.reader(), SeatKind::Secretariat, ctx.today()).await?;
    if let Some(member) = secretariat.first() {
        let address = &member.holder.email;
        let link = ctx.write(async |txn| auth::service::link_for_operator(ctx, txn, address).await).await?;
        println!("Sign in as the secretariat, once, within {} minutes: {link}", config.security.sign_in_link_minutes);
    }
    Ok(())
}

/// Background work, with its own database connections.
struct Background {
    dispatcher: Dispatcher,
    ticker: Ticker,
    pulse: JoinHandle<()>,
    /// Stopped first, so that parts that stop in order are not reported as silent.
    watcher: Watcher,
    stop_pulse: CancellationToken,
    db: Db,
}

impl Background {
    async fn start(services: &Arc<Services>, location: &Location, transport: Arc<Transport>) -> Outcome<Self> {
        let db = services.db.for_background(location).await?;
        let own = Arc::new(services.over(db.clone()));
        let dispatcher =
            Dispatcher::start(Arc::clone(services), db.clone(), transport, kinds_of_mail::HOOKS, Pace::default());
        let bell = Arc::clone(services);
        let stop_pulse = CancellationToken::new();
        let pulse = tokio::spawn(pulse::keep(Arc::clone(&own), stop_pulse.clone()));
        let ticker = Ticker::start(own, JOBS, move || bell.mail_waiting.notify_one()).await?;
        let watcher = Watcher::start(services)?;
        Ok(Self { dispatcher, ticker, pulse, watcher, stop_pulse, db })
    }

    /// Stops starting new mails and new runs; running ones may end, within limits. Returns the connections, because on
    /// `SQLite` requests use them too: they are closed after the last answer.
    async fn stop(self) -> Db {
        drop(self.watcher);
        self.stop_pulse.cancel();
        let (.., pulse) = tokio::join!(self.dispatcher.stop(), self.ticker.stop(), self.pulse);
        if let Err(failure) = pulse {
            warn!(%failure, "the pulse did not end by itself");
        }
        self.db
    }
}

/// Serves until a signal, then stops in order: reports "not ready", waits until the proxy has seen it, accepts no more
/// connections, and finishes accepted requests while the background finishes its running work. A second signal ends the
/// process at once.
async fn run_until_told(
    services: Arc<Services>,
    listener: TcpListener,
    background: Background,
    mut signals: Signals,
) -> Outcome {
    let site = Data::new(Site::new(Arc::clone(&services)));
    let stop = CancellationToken::new();
    let mut server = tokio::spawn(app::server(site.clone(), listener, stop.clone())?);
    let measures = exporter::server(&site)?.map(|server| (server.handle(), tokio::spawn(server)));
    let limiter = tokio::spawn(app::sweep_limiter(site.clone(), stop.clone()));
    let uses = tokio::spawn(app::write_down_uses(site.clone(), stop.clone()));
    let notices = tokio::spawn(keep_notices(site.clone(), stop.clone()));

    let told = told_to_stop(signals.first(), &mut server).await;
    info!("stopping: a second signal ends at once");
    tokio::spawn(async move {
        signals.first().await;
        std::process::exit(INTERRUPTED);
    });
    site.drain();
    if told.is_ok() {
        sleep(Duration::from_secs(services.config.server.drain_seconds)).await;
    }
    stop.cancel();
    let last_answers = async {
        told?;
        server.await??;
        Ok(())
    };
    let (served, background_db): (Outcome, Db) = tokio::join!(last_answers, background.stop());
    if let Some((handle, measures)) = measures {
        handle.stop(false).await;
        let _ = measures.await;
    }
    // A sign-in link that the database does not take is retried for minutes, and the stop does not wait that long.
    if timeout(LAST_WORK_WITHIN, site.all_done()).await.is_err() {
        warn!("stopped with work that waited for the database: whoever asked for a sign-in link asks again");
    }
    let _ = tokio::join!(limiter, notices, uses);
    if let Err(error) = site.last_use.write_down(&services.db).await {
        warn!(%error, "the last uses of keys were not written down");
    }
    background_db.close().await;
    served
}

/// Waits for the signal to stop. Returns an error if the server ended by itself, because the supervisor restarts only a
/// process that fails.
async fn told_to_stop(word: impl Future<Output = ()>, server: &mut JoinHandle<std::io::Result<()>>) -> Outcome {
    tokio::select! {
        () = word => Ok(()),
        ended = server => match ended? {
            Ok(()) => Err("the HTTP server ended by itself".into()),
            Err(failure) => Err(format!("the HTTP server failed: {failure}").into()),
        },
    }
}

/// Refreshes the notices at the top of every page from the database, because another replica or an operator may have
/// changed them.
async fn keep_notices(site: Data<Site>, stop: CancellationToken) {
    let mut looks = tokio::time::interval(LOOK_AT_SETTINGS_EVERY);
    while stop.run_until_cancelled(looks.tick()).await.is_some() {
        let reader = site.services.db.reader();
        match settings::is_sending_paused(reader).await {
            Ok(paused) => site.notices.show_paused(paused),
            Err(failure) => warn!(%failure, "the settings could not be read"),
        }
        if settings::is_demo(reader).await.unwrap_or(false) {
            site.notices.show_demo();
        }
    }
}

/// Signals by which an operator, a container engine or a terminal ends the service.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn first(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn a_server_that_ends_by_itself_is_an_error_and_a_requested_stop_is_not() {
        let mut ended = tokio::spawn(ready(Ok(())));
        assert!(told_to_stop(pending(), &mut ended).await.is_err());
        let mut failed = tokio::spawn(ready(Err(std::io::ErrorKind::AddrInUse.into())));
        assert!(
            told_to_stop(pending(), &mut failed).await.is_err_and(|failure| failure.to_string().contains("in use"))
        );
        let mut broken = tokio::spawn(async { panic!("on purpose") });
        assert!(told_to_stop(pending(), &mut broken).await.is_err());
        let mut serving = tokio::spawn(pending());
        assert!(told_to_stop(ready(()), &mut serving).await.is_ok());
    }
}
