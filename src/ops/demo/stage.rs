//! Where the year is played: the same database under a clock of its own, and a postbox that takes the mails of the past.

use super::cast::DOMAIN;
use crate::auth;
use crate::auth::actor::{Actor, Identity, Scope};
use crate::clock::{Clock, FixedClock};
use crate::ctx::{Ctx, Services};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::{Error, Result};
use crate::jobs::schedule::Job;
use crate::kinds_of_mail;
use crate::mail::dispatcher;
use crate::mail::transport::{Delivery, FailureClass, MemoryTransport, Transport};
use crate::network::service as network;
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::time::{Calendars, zone};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use entity::ids::ReleaseId;
use std::sync::Arc;

/// Where the demonstration's deliverables are said to appear; nobody ever looks there, the release is too long ago.
pub const PORTAL: &str = "portale.ente.example";
/// When the jobs of a morning run.
const MORNING: NaiveTime = hour(9);
/// What a morning brings.
const JOBS: [&str; 3] = ["handover", "follow_members", "reminders"];

/// A full hour of wall time in Rome.
pub(super) const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// The scene of the demonstration.
pub(super) struct Stage {
    services: Arc<Services>,
    clock: Arc<FixedClock>,
    transport: Arc<Transport>,
    postbox: MemoryTransport,
    calendars: Calendars,
    /// The real day, around which everything is told.
    pub today: NaiveDate,
}

impl Stage {
    /// Over the database of the real services.
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

    /// The last day, at least so many days ago, on which everybody worked.
    pub(super) fn ago(&self, days: u64) -> Result<NaiveDate> {
        Ok(self.calendars.all().previous_worked(self.today - Days::new(days))?)
    }

    /// The first day, at least so many days from now, on which everybody works.
    pub(super) fn ahead(&self, days: u64) -> Result<NaiveDate> {
        Ok(self.calendars.all().next_worked(self.today + Days::new(days))?)
    }

    /// Moves the clock to an hour of a day, or by a minute where that is past already: a story is told forwards.
    pub(super) fn at(&self, day: NaiveDate, hour: NaiveTime) {
        let soonest = self.clock.now() + TimeDelta::minutes(1);
        let wanted = zone::instant_of(day, hour);
        let begins = self.clock.today() >= self.today;
        self.clock.set(if begins { wanted } else { wanted.max(soonest) });
    }

    /// The service itself.
    pub(super) fn system(&self) -> Ctx {
        Ctx::system(&self.services, "demo")
    }

    /// Nobody in particular, at the sign-in page.
    pub(super) fn visitor(&self) -> Ctx {
        Ctx { actor: Actor::anonymous(), ..self.system() }
    }

    /// Whoever holds the seat now, with all the seats they hold.
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

    /// The designation in force now to a seat.
    pub(super) async fn designation(&self, seat: &str) -> Result<Designation> {
        let holders = designations::all_holders(self.services.db.reader(), self.clock.today()).await?;
        holders.into_iter().find(|one| one.seat.code == seat).ok_or_else(|| missing(seat))
    }

    /// The steps that a release asks of an observatory, the first one first.
    pub(super) async fn steps(&self, release: ReleaseId, observatory: &str) -> Result<Vec<Task>> {
        let filter = TaskFilter { release: Some(release), ..TaskFilter::default() };
        let mut steps = tasks::all(self.services.db.reader(), &filter).await?;
        steps.retain(|task| task.step_id.is_some() && task.seat.observatory_code.as_deref() == Some(observatory));
        steps.sort_by_key(Task::day);
        Ok(steps)
    }

    /// What an observatory owes to a release.
    pub(super) async fn deliverable(&self, release: ReleaseId, observatory: &str) -> Result<DeliverableView> {
        let all = deliverables::of_release(self.services.db.reader(), release).await?;
        all.into_iter().find(|one| one.observatory_code == observatory).ok_or_else(|| missing(observatory))
    }

    /// What a morning brings: ends and beginnings, invitations, reminders; and the mails of it leave.
    pub(super) async fn morning(&self, day: NaiveDate) -> Result<()> {
        self.at(day, MORNING);
        for name in JOBS {
            self.run(name).await?;
        }
        self.post().await
    }

    /// Lives through the mornings from one day to another, both included, on which anybody works.
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

    /// Lets every mail that is due leave into the postbox.
    pub(super) async fn post(&self) -> Result<()> {
        dispatcher::drain(&self.services, &self.transport, kinds_of_mail::HOOKS).await?;
        Ok(())
    }

    /// As [`Stage::post`], but the next mail finds no mailbox.
    pub(super) async fn post_in_vain(&self) -> Result<()> {
        let text = "550 5.1.1 mailbox unavailable".to_owned();
        self.postbox.script([Delivery::NotSent { retry: false, class: FailureClass::Recipient, text }]);
        self.post().await
    }
}

/// The demonstration is told over the network of `data/lombardia.toml`: without it, it has no places.
pub(super) fn missing(what: &str) -> Error {
    Error::Internal(format!("the demonstration finds no {what}; it needs the network of data/lombardia.toml"))
}

/// An invented address for a document handed in.
pub(super) fn document(observatory: &str, period: &str) -> String {
    format!("https://documenti.{DOMAIN}/relazione-{period}-{observatory}.pdf")
}
