//! The background task that hands due mails to the transport. One per process; replicas share the work by leases.
//!
//! It wakes when a commit rings, when a mail comes back from the wire, and every five seconds in any case: polling is the truth, the
//! bell only makes it sooner. It never holds more mails than it is sending, so that none waits leased in memory. A mail that the relay
//! leaves without an answer gives its place to the next one and waits beside ([`lane`]).
//!
//! It lives on the main runtime, not on a web worker's, and uses its own connections: a busy page does not starve it, and a worker's
//! end does not take a mail along.

mod lane;

use super::bounce;
use super::hooks::{Hooks, Verdict};
use super::outbox::lease::{self, Claimed, Lease, Outcome, Queue};
use super::transport::{FailureClass, Transport};
use crate::ctx::{Ctx, Services};
use crate::db::{Db, StoreError};
use crate::error::Error;
use crate::secret;
use crate::vitals::DISPATCHER;
use chrono::{DateTime, Utc};
use entity::ids::MailId;
use entity::kinds::NotificationState;
use futures_util::FutureExt;
use lane::{Hold, Lane};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, interval_at, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// How often the dispatcher does what nothing else makes it do; a test that proves one of these makes it quick and the others slow.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How often it looks for due mails without being rung.
    pub look_every: Duration,
    /// How often it renews the lease of a mail on the wire.
    pub renew_every: Duration,
    /// How long a stop waits for mails on the wire.
    pub stop_within: Duration,
    /// How long an attempt without an end keeps its place. Relays answer within a fraction of a second; longer than this waits what is
    /// held up.
    pub keep_place: Duration,
    /// How long an attempt waits beside at least before it is let go because too many wait. A relay that is merely slow answers
    /// sooner, and an attempt that is let go may make a twin.
    pub let_go_after: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(5),
            renew_every: Duration::from_secs(15),
            stop_within: Duration::from_secs(20),
            keep_place: Duration::from_secs(1),
            let_go_after: Duration::from_mins(1),
        }
    }
}

/// How often the outcome of a mail is offered to a busy database; what it does not take, the sweep finds as a lapsed lease.
const FINISH_TRIES: u32 = 5;
/// A dispatcher that has not looked for so many of its looks gives no sign of life any more.
const MISSED_LOOKS: u32 = 12;

/// What sending needs. Cheap to clone.
#[derive(Clone)]
struct Sender {
    services: Arc<Services>,
    /// The background's own connections.
    db: Db,
    transport: Arc<Transport>,
    hooks: Hooks,
    owner: Arc<str>,
    pace: Pace,
    /// Cancelled when mails on the wire must be let go.
    abandon: CancellationToken,
}

/// The running dispatcher.
pub struct Dispatcher {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Dispatcher {
    /// Starts the dispatcher on the current runtime. `db` is the background's, `services` ring the bell.
    pub fn start(services: Arc<Services>, db: Db, transport: Arc<Transport>, hooks: Hooks, pace: Pace) -> Self {
        let stop = CancellationToken::new();
        services.vitals.watch(DISPATCHER, pace.look_every * MISSED_LOOKS);
        let sender = Sender::new(services, db, transport, hooks, pace);
        let task = tokio::spawn(run(sender, stop.clone()));
        Self { stop, task }
    }

    /// Takes no new mail, waits for those on the wire, and lets go of what is still there after a while.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(failure) = self.task.await {
            error!(%failure, "the dispatcher did not end by itself");
        }
    }
}

/// Sends everything that is due now, without a background task, until nothing due is left; returns how many attempts that took. For
/// tests and for operators' commands.
pub async fn drain(services: &Arc<Services>, transport: &Arc<Transport>, hooks: Hooks) -> Result<u64, StoreError> {
    let sender = Sender::new(Arc::clone(services), services.db.clone(), Arc::clone(transport), hooks, Pace::default());
    let mut attempts = 0;
    loop {
        let claimed = sender.claim(Queue::All, services.config.mail.concurrency).await?;
        if claimed.is_empty() {
            return Ok(attempts);
        }
        for mail in claimed {
            sender.clone().send(mail, Hold::default()).await;
            attempts += 1;
        }
    }
}

async fn run(sender: Sender, stop: CancellationToken) {
    let settings = &sender.services.config.mail;
    let mut lanes = [Lane::of_awaited(), Lane::of_all(settings.concurrency, settings.waiting)];
    let mut on_the_wire = JoinSet::new();
    while !stop.is_cancelled() {
        for lane in &mut lanes {
            lane.make_room(&sender.pace, Instant::now());
            match sender.claim(lane.queue, lane.free_places()).await {
                Ok(claimed) => {
                    sender.services.vitals.beat(DISPATCHER);
                    begin(&sender, lane, &mut on_the_wire, claimed);
                }
                Err(failure) => warn!(%failure, "the outbox could not be read; trying again shortly"),
            }
        }
        let next_move = lanes.iter().filter_map(|lane| lane.next_move(&sender.pace)).min();
        tokio::select! {
            () = stop.cancelled() => {}
            () = sender.services.mail_waiting.notified() => {}
            () = sleep(sender.pace.look_every.mul_f64(0.8 + 0.4 * secret::fraction())) => {}
            () = sleep_until(next_move.unwrap_or_else(Instant::now)), if next_move.is_some() => {}
            Some(ended) = on_the_wire.join_next_with_id() => note_end(&mut lanes, ended),
        }
        while let Some(ended) = on_the_wire.try_join_next_with_id() {
            note_end(&mut lanes, ended);
        }
    }
    let_go(&sender, on_the_wire).await;
}

fn begin(sender: &Sender, lane: &mut Lane, on_the_wire: &mut JoinSet<()>, claimed: Vec<Claimed>) {
    for mail in claimed {
        let hold = Hold::default();
        let attempt = on_the_wire.spawn(sender.clone().send(mail, hold.clone()));
        lane.begin(attempt.id(), hold, Instant::now());
    }
}

fn note_end(lanes: &mut [Lane], ended: Result<(Id, ()), JoinError>) {
    let id = ended.map_or_else(|failure| failure.id(), |(id, ())| id);
    for lane in lanes {
        lane.end(id);
    }
}

async fn let_go(sender: &Sender, mut on_the_wire: JoinSet<()>) {
    let all_back = async { while on_the_wire.join_next().await.is_some() {} };
    if timeout(sender.pace.stop_within, all_back).await.is_ok() {
        return;
    }
    sender.abandon.cancel();
    while on_the_wire.join_next().await.is_some() {}
}

impl Sender {
    fn new(services: Arc<Services>, db: Db, transport: Arc<Transport>, hooks: Hooks, pace: Pace) -> Self {
        let owner = format!("{}-{}", std::process::id(), &secret::new_token()[..8]);
        Self { services, db, transport, hooks, owner: owner.into(), pace, abandon: CancellationToken::new() }
    }

    async fn claim(&self, queue: Queue, places: usize) -> Result<Vec<Claimed>, StoreError> {
        let places = u64::try_from(places).unwrap_or(u64::MAX);
        lease::claim_of(queue, &self.db, self.services.clock.now(), &self.owner, places).await
    }

    /// Makes one attempt, from the wire to the row.
    async fn send(self, mail: Claimed, hold: Hold) {
        let attempt = AssertUnwindSafe(self.try_to_send(&mail, &hold)).catch_unwind().await;
        let outcome = match attempt {
            Ok(Some(outcome)) => outcome,
            // The lease is somebody else's: their outcome counts.
            Ok(None) => return,
            Err(_) => Outcome::Crashed { text: "the attempt ended in a panic".to_owned() },
        };
        self.finish(&mail.lease, &outcome).await;
    }

    /// Looks at the mail once more, and delivers it if it still holds. A mail whose facts cannot be read is tried again later.
    async fn try_to_send(&self, mail: &Claimed, hold: &Hold) -> Option<Outcome> {
        let ctx = Ctx::system(&self.services, "dispatcher");
        match self.look(&ctx, mail.lease.id).await {
            Ok(Verdict::Holds) => self.attempt(mail, hold).await,
            Ok(Verdict::TakenBack(why)) => Some(Outcome::TakenBack(why)),
            Ok(Verdict::NotYet) => Some(Outcome::NotYet),
            Err(failure) => Some(Outcome::Failed { class: "last_look", text: failure.to_string() }),
        }
    }

    async fn look(&self, ctx: &Ctx, id: MailId) -> Result<Verdict, Error> {
        let reader = self.db.reader();
        let Some(facts) = lease::facts(reader, id).await? else { return Ok(Verdict::Holds) };
        (self.hooks.last_look)(ctx, reader, &facts).await
    }

    /// Delivers the mail and keeps its lease alive beside; `None` if the lease was lost.
    async fn attempt(&self, mail: &Claimed, hold: &Hold) -> Option<Outcome> {
        let delivery = self.transport.deliver_noting(&mail.envelope, &hold.departure);
        tokio::pin!(delivery);
        let mut renewal = interval_at(Instant::now() + self.pace.renew_every, self.pace.renew_every);
        loop {
            tokio::select! {
                delivered = &mut delivery => return Some(delivered.into()),
                () = self.abandon.cancelled() => {
                    return Some(abandoned(hold, "stopped", "the service stopped while the mail was on the wire"));
                }
                () = hold.let_go.cancelled() => {
                    return Some(abandoned(hold, FailureClass::Timeout.as_str(), "too many mails waited for an answer of the relay"));
                }
                _ = renewal.tick() => match lease::renew(&self.db, &mail.lease, self.services.clock.now()).await {
                    Err(StoreError::Stale) => {
                        warn!(mail = %mail.lease.id, "lost the lease while sending");
                        return None;
                    }
                    Err(failure) => warn!(mail = %mail.lease.id, %failure, "the lease could not be renewed"),
                    Ok(()) => {}
                }
            }
        }
    }

    async fn finish(&self, lease: &Lease, outcome: &Outcome) {
        for attempt in 1..=FINISH_TRIES {
            let now = self.services.clock.now();
            match self.write_down(lease, outcome, now).await {
                Ok(state) => {
                    return info!(mail = %lease.id, %state, class = class(outcome), attempts = lease.attempts, "mail attempted");
                }
                Err(Error::Store(StoreError::Stale)) => {
                    return warn!(mail = %lease.id, epoch = lease.epoch, "a stale sender's outcome was not written");
                }
                Err(failure) => {
                    warn!(mail = %lease.id, attempt, %failure, "the outcome of a mail could not be written");
                }
            }
            sleep(Duration::from_millis(200) * attempt).await;
        }
        error!(mail = %lease.id, "the outcome of a mail was not written; it will be sent again when its lease lapses");
    }

    /// The outcome, and what it says about the recipient, together or not at all.
    async fn write_down(
        &self,
        lease: &Lease,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<NotificationState, Error> {
        let ctx = Ctx::system(&self.services, "dispatcher");
        // What became of a mail waits for no use case, or one that takes its time would have it sent again; what is noted of a
        // person does.
        let txn = match outcome {
            Outcome::Refused { .. } => self.db.begin().await?,
            _ => self.db.begin_beside().await?,
        };
        let state = lease::finish(&txn, lease, outcome, now, secret::fraction()).await?;
        bounce::note(self.hooks, &ctx, &txn, lease, outcome).await?;
        txn.commit().await?;
        Ok(state)
    }
}

/// The outcome of an attempt that we broke off ourselves.
fn abandoned(hold: &Hold, class: &'static str, text: &str) -> Outcome {
    let text = text.to_owned();
    if hold.departure.has_begun() { Outcome::Unknown { class, text } } else { Outcome::Failed { class, text } }
}

fn class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent => "sent",
        Outcome::Failed { class, .. } | Outcome::Refused { class, .. } | Outcome::Unknown { class, .. } => class,
        Outcome::Crashed { .. } => "crash",
        Outcome::TakenBack(why) => why.as_str(),
        Outcome::NotYet => "not_yet",
    }
}
