//! The background task that hands due mails to the transport. There is one per process; replicas share the work by
//! leases.
//!
//! It wakes after a commit, when a mail returns from the transport, and every five seconds in any case, because a
//! wake-up may be lost. It leases only as many mails as it is sending, so that none waits leased in memory. A mail
//! whose answer the relay delays gives its place to the next one and waits beside ([`lane`]).
//!
//! It runs on the main runtime, not on a web worker's, and uses connections of its own, so that neither a busy page nor
//! the end of a worker delays mails.

mod lane;
pub mod outcomes;

use super::bounce;
use super::hooks::{Hooks, Verdict};
use super::outbox::Class;
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
use outcomes::Outcomes;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, interval_at, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// Intervals of the dispatcher. A test of one of them makes it short and the others long.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Time between two polls for due mails.
    pub look_every: Duration,
    /// Time between two renewals of the lease of a mail being sent.
    pub renew_every: Duration,
    /// Longest time that a stop waits for mails being sent; the rest are abandoned.
    pub stop_within: Duration,
    /// Time for which an attempt keeps its place. Relays answer within a fraction of a second, so a longer attempt
    /// counts as delayed.
    pub keep_place: Duration,
    /// Shortest time that an attempt waits beside before it may be abandoned because too many wait. A relay that is
    /// merely slow answers sooner, and an abandoned attempt may cause a duplicate.
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

/// Attempts to write an outcome to a busy database. After them the sweep finds the lapsed lease.
const FINISH_TRIES: u32 = 5;
/// Missed polls after which the dispatcher counts as silent.
const MISSED_LOOKS: u32 = 12;

/// Services and settings needed for sending. Cheap to clone.
#[derive(Clone)]
struct Sender {
    services: Arc<Services>,
    /// Connections of the background work.
    db: Db,
    transport: Arc<Transport>,
    hooks: Hooks,
    outcomes: Arc<Outcomes>,
    owner: Arc<str>,
    pace: Pace,
    /// Cancelled when mails being sent have to be abandoned.
    abandon: CancellationToken,
}

/// The running dispatcher.
pub struct Dispatcher {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Dispatcher {
    /// Starts the dispatcher on the current runtime. `db` is the background's; `services` wakes it.
    pub fn start(services: Arc<Services>, db: Db, transport: Arc<Transport>, hooks: Hooks, pace: Pace) -> Self {
        let stop = CancellationToken::new();
        services.vitals.watch(DISPATCHER, pace.look_every * MISSED_LOOKS);
        let sender = Sender::new(services, db, transport, hooks, pace);
        let task = tokio::spawn(run(sender, stop.clone()));
        Self { stop, task }
    }

    /// Stops leasing mails, waits for those being sent, and abandons the rest after a while.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(failure) = self.task.await {
            error!(%failure, "the dispatcher did not end by itself");
        }
    }
}

/// Sends everything that is due now, without a background task, and returns the number of attempts. For tests and
/// operators' commands.
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
        let owner = format!("{}-{}", std::process::id(), &secret::new_token()[..8]).into();
        let outcomes = Arc::new(Outcomes::new(db.clone()));
        Self { services, db, transport, hooks, outcomes, owner, pace, abandon: CancellationToken::new() }
    }

    async fn claim(&self, queue: Queue, places: usize) -> Result<Vec<Claimed>, StoreError> {
        let places = u64::try_from(places).unwrap_or(u64::MAX);
        lease::claim_of(queue, &self.db, self.services.clock.now(), &self.owner, places).await
    }

    /// Makes one attempt and writes its outcome.
    async fn send(self, mail: Claimed, hold: Hold) {
        let attempt = AssertUnwindSafe(self.try_to_send(&mail, &hold)).catch_unwind().await;
        let outcome = match attempt {
            Ok(Some(outcome)) => outcome,
            // The lease belongs to another process by now, whose outcome counts.
            Ok(None) => return,
            Err(_) => Outcome::Crashed { text: "the attempt ended in a panic".to_owned() },
        };
        self.finish(&mail.lease, &outcome).await;
    }

    /// Checks that the mail still holds, then delivers it. A mail that cannot be checked is tried again later.
    async fn try_to_send(&self, mail: &Claimed, hold: &Hold) -> Option<Outcome> {
        let ctx = Ctx::system(&self.services, "dispatcher");
        match self.look(&ctx, mail.lease.id).await {
            Ok(Verdict::Holds) => self.attempt(mail, hold).await,
            Ok(Verdict::TakenBack(why)) => Some(Outcome::TakenBack(why)),
            Ok(Verdict::NotYet) => Some(Outcome::NotYet),
            Err(failure) => Some(Outcome::Failed { class: Class::LastLook, text: failure.to_string() }),
        }
    }

    async fn look(&self, ctx: &Ctx, id: MailId) -> Result<Verdict, Error> {
        let reader = self.db.reader();
        let Some(facts) = lease::facts(reader, id).await? else { return Ok(Verdict::Holds) };
        (self.hooks.last_look)(ctx, reader, &facts).await
    }

    /// Delivers the mail and renews its lease meanwhile; `None` if the lease was lost.
    async fn attempt(&self, mail: &Claimed, hold: &Hold) -> Option<Outcome> {
        let delivery = self.transport.deliver_noting(&mail.envelope, &hold.departure);
        tokio::pin!(delivery);
        let mut renewal = interval_at(Instant::now() + self.pace.renew_every, self.pace.renew_every);
        loop {
            tokio::select! {
                delivered = &mut delivery => return Some(delivered.into()),
                () = self.abandon.cancelled() => {
                    return Some(abandoned(hold, Class::Stopped, "the service stopped while the mail was on the wire"));
                }
                () = hold.let_go.cancelled() => {
                    return Some(abandoned(hold, FailureClass::Timeout.into(), "too many mails waited for an answer of the relay"));
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
            match self.write_down(lease, outcome, attempt > 1).await {
                Ok(state) => {
                    return info!(mail = %lease.id, %state, class = outcome.class().map(Class::as_str), attempts = lease.attempts, "mail attempted");
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

    /// Writes the outcome, together with those of other attempts if this is the first try: a repeated one writes alone, so
    /// that one outcome that cannot be written keeps no other back.
    async fn write_down(
        &self,
        lease: &Lease,
        outcome: &Outcome,
        is_repeated: bool,
    ) -> Result<NotificationState, Error> {
        let now = self.services.clock.now();
        match outcome {
            Outcome::Refused { .. } => self.write_refusal(lease, outcome, now).await,
            _ if is_repeated => Ok(Outcomes::new(self.db.clone()).write(lease, outcome, now).await?),
            _ => Ok(self.outcomes.write(lease, outcome, now).await?),
        }
    }

    /// Writes the refusal and its consequence for the recipient in one transaction, which waits its turn because it also
    /// changes a person.
    async fn write_refusal(
        &self,
        lease: &Lease,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<NotificationState, Error> {
        let ctx = Ctx::system(&self.services, "dispatcher");
        let txn = self.db.begin().await?;
        let state = lease::finish(&txn, lease, outcome, now, secret::fraction()).await?;
        bounce::note(self.hooks, &ctx, &txn, lease, outcome).await?;
        txn.commit().await?;
        Ok(state)
    }
}

/// Returns the outcome of an attempt that we broke off.
fn abandoned(hold: &Hold, class: Class, text: &str) -> Outcome {
    let text = text.to_owned();
    if hold.departure.has_begun() { Outcome::Unknown { class, text } } else { Outcome::Failed { class, text } }
}
