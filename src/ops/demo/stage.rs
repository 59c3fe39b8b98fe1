//! Stage of the demonstration: the same database with a clock of its own, and a transport in memory for the mails of
//! the past.

use super::cast::DOMAIN;
use crate::auth;
use crate::auth::actor::{Actor, Identity, Scope};
use crate::clock::{Clock, FixedClock};
use crate::ctx::{Ctx, Services};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::questions::HoldersOn;
use crate::designations::view::Designation;
use crate::error::{Error, Result};
use crate::jobs::schedule::Job;
use crate::kinds_of_mail;
use crate::mail::dispatcher;
use crate::mail::outbox::QUIET;
use crate::mail::transport::{Delivery, FailureClass, MemoryTransport, Transport};
use crate::network::service as network;
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::time::{Calendars, zone};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use entity::ids::ReleaseId;
use std::sync::Arc;

/// Host of the deliverables' pages. It is never fetched, because the release is too long ago.
pub const PORTAL: &str = "portale.ente.example";
/// Time of day at which the jobs run.
const MORNING: NaiveTime = hour(9);
/// Jobs that run in the morning.
const JOBS: [&str; 3] = ["handover", "follow_members", "reminders"];

/// A full hour of wall time in Rome.
pub(super) const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// Services, clock and transport of the demonstration.
pub(super) struct Stage {
    services: Arc<Services>,
    clock: Arc<FixedClock>,
    transport: Arc<Transport>,
    postbox: MemoryTransport,
    calendars: Calendars,
    /// The real day; the year of the demonstration ends on it.
    pub today: NaiveDate,
}

impl Stage {
    /// Makes a stage on the database of the real services.
    pub(super) async fn set(real: &Arc<Services>) -> Result<Self> {
        let clock = Arc::new(FixedClock::at(real.clock.now()));
        let mut config = real.config.clone();
        config.portal.allowed_hosts = vec![PORTAL.to_owned()];
        let services = Services::new(real.db.clone(), Arc::clone(&clock) as Arc<dyn Clock>, config);
        let postbox = MemoryTransport::new();
        Ok(Self {
            calendars: network::calendars(real.db.reader()).await?,
            services: Arc::new(services),
            transport: Arc::new(Transport::Memory(postbox.clone())),
            postbox,
            today: clock.today(),
            clock,
        })
    }

    /// Returns the last day, at least this many days ago, that was worked by all territories.
    pub(super) fn ago(&self, days: u64) -> Result<NaiveDate> {
        self.last_worked(self.today - Days::new(days))
    }

    /// Returns the first day, at least this many days from now, that is worked by all territories.
    pub(super) fn ahead(&self, days: u64) -> Result<NaiveDate> {
        self.worked(self.today + Days::new(days))
    }

    /// Returns `day` if it is worked by all territories, otherwise the next day that is.
    pub(super) fn worked(&self, day: NaiveDate) -> Result<NaiveDate> {
        Ok(self.calendars.all().next_worked(day)?)
    }

    /// Returns `day` if it is worked by all territories, otherwise the last day before it that is.
    pub(super) fn last_worked(&self, day: NaiveDate) -> Result<NaiveDate> {
        Ok(self.calendars.all().previous_worked(day)?)
    }

    /// Sets the clock to an hour of a day. Only the first call goes back, from the real day; a later call with a past
    /// time advances the clock by a minute instead.
    pub(super) fn at(&self, day: NaiveDate, hour: NaiveTime) {
        let soonest = self.clock.now() + TimeDelta::minutes(1);
        let wanted = zone::instant_of(day, hour);
        let begins = self.clock.today() >= self.today;
        self.clock.set(if begins { wanted } else { wanted.max(soonest) });
    }

    /// Makes a context of the service itself.
    pub(super) fn system(&self) -> Ctx {
        Ctx::system(&self.services, "demo")
    }

    /// Makes a context without a person, as at the sign-in page.
    pub(super) fn visitor(&self) -> Ctx {
        Ctx { actor: Actor::anonymous(), ..self.system() }
    }

    /// Makes a context of the present holder of the seat, with all seats of this person.
    pub(super) async fn holder(&self, seat: &str) -> Result<Ctx> {
        let designation = self.designation(seat).await?;
        let id = designation.holder.id;
        let seats = auth::service::seats_held(self.services.db.reader(), id, self.clock.today()).await?;
        let identity = Identity::Person { id, name: designation.holder.name() };
        Ok(Ctx { actor: Actor { identity, seats, scope: Scope::Full }, ..self.system() })
    }

    pub(super) async fn secretariat(&self) -> Result<Ctx> {
        self.holder("secretariat:regione-lombardia").await
    }

    /// Finds the designation in force in a seat.
    pub(super) async fn designation(&self, seat: &str) -> Result<Designation> {
        let holders = self.system().recall(&HoldersOn(self.clock.today())).await?;
        holders.iter().find(|one| one.seat.code == seat).cloned().ok_or_else(|| missing(seat))
    }

    /// Lists the steps of a release for an observatory, the first one first.
    pub(super) async fn steps(&self, release: ReleaseId, observatory: &str) -> Result<Vec<Task>> {
        let filter = TaskFilter { release: Some(release), ..TaskFilter::default() };
        let mut steps = tasks::all(&self.system(), self.services.db.reader(), &filter).await?;
        steps.retain(|task| task.step_id.is_some() && task.seat.observatory_code.as_deref() == Some(observatory));
        steps.sort_by_key(Task::day);
        Ok(steps)
    }

    /// Finds the deliverable of an observatory for a release.
    pub(super) async fn deliverable(&self, release: ReleaseId, observatory: &str) -> Result<DeliverableView> {
        let all = deliverables::of_release(self.services.db.reader(), release).await?;
        all.into_iter().find(|one| one.observatory_code == observatory).ok_or_else(|| missing(observatory))
    }

    /// Runs the jobs of a morning and sends the mails.
    pub(super) async fn morning(&self, day: NaiveDate) -> Result<()> {
        self.at(day, MORNING);
        for name in JOBS {
            self.run(name).await?;
        }
        self.post().await
    }

    /// Runs the morning of each day from one day to another, both included, on which any territory works.
    pub(super) async fn live(&self, from: NaiveDate, to: NaiveDate) -> Result<()> {
        for day in from.iter_days().take_while(|day| *day <= to) {
            if self.calendars.iter().any(|territory| territory.is_working(day)) {
                self.morning(day).await?;
            }
        }
        Ok(())
    }

    /// Runs one job now.
    pub(super) async fn run(&self, name: &str) -> Result<()> {
        let job = Job::named(name).ok_or_else(|| missing(name))?;
        (job.run)(&Ctx::system(&self.services, job.name)).await?;
        Ok(())
    }

    /// Sends every due mail into the memory transport, also those that wait for [`QUIET`].
    pub(super) async fn post(&self) -> Result<()> {
        self.clock.set(self.clock.now() + QUIET);
        dispatcher::drain(&self.services, &self.transport, kinds_of_mail::HOOKS).await?;
        Ok(())
    }

    /// Sends mails like [`Stage::post`], but the relay refuses the next mail because the mailbox does not exist.
    pub(super) async fn post_in_vain(&self) -> Result<()> {
        let text = "550 5.1.1 mailbox unavailable".to_owned();
        self.postbox.script([Delivery::NotSent { retry: false, class: FailureClass::Recipient, text }]);
        self.post().await
    }
}

/// Makes the error for a missing record. The demonstration needs the network of `data/lombardia.toml`.
pub(super) fn missing(what: &str) -> Error {
    Error::Internal(format!("the demonstration finds no {what}; it needs the network of data/lombardia.toml"))
}

/// Invents an address for a delivered document.
pub(super) fn document(observatory: &str, period: &str) -> String {
    format!("https://documenti.{DOMAIN}/relazione-{period}-{observatory}.pdf")
}
