//! Holders of the ball: the facts of contributions, read together, and the holders that follow from them.

use crate::ctx::Ctx;
use crate::deliverables::model::Submission;
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::model::ObservatoryView;
use crate::network::questions::{AllBodies, AllCalendars, AllObservatories};
use crate::open::Guarded;
use crate::reviews::model::Reading;
use crate::reviews::model::turn::{Course, Facts, Holder};
use crate::reviews::store::{self, Marks};
use crate::reviews::view::Ball;
use crate::time::{Calendars, zone};
use chrono::{DateTime, Utc};
use entity::ids::DeliverableId;
use entity::kinds::BodyKind;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::sync::Arc;

/// The holders of the ball of several contributions.
pub type Balls = HashMap<DeliverableId, Ball>;

/// Returns the holder of the ball of each contribution whose review the caller may read.
pub async fn balls(ctx: &Ctx, views: &[DeliverableView]) -> Result<Balls> {
    let views: Vec<&DeliverableView> = views.iter().filter(|view| view.may(&ctx.actor, Action::ViewReview)).collect();
    if views.is_empty() {
        return Ok(Balls::new());
    }
    let ids: Vec<DeliverableId> = views.iter().map(|view| view.deliverable.id).collect();
    let read = Read::of(ctx, &ids).await?;
    views.iter().map(|view| Ok((view.deliverable.id, read.ball(view)?))).collect()
}

/// Facts from which the holders of several contributions follow.
pub(super) struct Read {
    pub turns: Turns,
    submissions: HashMap<DeliverableId, Vec<Submission>>,
    readings: HashMap<DeliverableId, Vec<Reading>>,
}

impl Read {
    pub(super) async fn of(ctx: &Ctx, ids: &[DeliverableId]) -> Result<Self> {
        let db = ctx.reader();
        let submissions = deliverables::submissions_of(db, ids).await?;
        let mut readings: HashMap<DeliverableId, Vec<Reading>> = HashMap::new();
        for reading in store::readings(db, ids).await? {
            readings.entry(reading.deliverable_id).or_default().push(reading);
        }
        Ok(Self { turns: Turns::of(ctx, db, ids).await?, submissions, readings })
    }

    /// Returns the submissions of a contribution, oldest first.
    pub(super) fn submissions(&self, id: DeliverableId) -> &[Submission] {
        self.submissions.get(&id).map_or(&[][..], Vec::as_slice)
    }

    /// Returns the present holder of a contribution.
    pub(super) fn ball(&self, view: &DeliverableView) -> Result<Ball> {
        let id = view.deliverable.id;
        let readings = self.readings.get(&id).map_or(&[][..], Vec::as_slice);
        self.turns.ball(view, &self.turns.course(view, self.submissions(id), readings))
    }
}

/// Facts from which the holders follow, and the calendars in which they are counted.
pub(super) struct Turns {
    now: DateTime<Utc>,
    marks: HashMap<DeliverableId, Marks>,
    calendars: Arc<Calendars>,
    observatories: Arc<Vec<ObservatoryView>>,
    /// Territory in which the secretariat works; `None` in a network without a region.
    secretariat: Option<String>,
}

impl Turns {
    pub(super) async fn of(ctx: &Ctx, db: &impl ConnectionTrait, ids: &[DeliverableId]) -> Result<Self> {
        let bodies = ctx.recall(&AllBodies).await?;
        let region = bodies.iter().find(|body| body.kind == BodyKind::Region);
        Ok(Self {
            now: ctx.now(),
            marks: store::marks(db, ids).await?,
            calendars: ctx.recall(&AllCalendars).await?,
            observatories: ctx.recall(&AllObservatories).await?,
            secretariat: region.map(|body| body.territory.clone()),
        })
    }

    /// Derives the course of a contribution.
    pub(super) fn course(&self, view: &DeliverableView, submissions: &[Submission], readings: &[Reading]) -> Course {
        let marks = self.marks.get(&view.deliverable.id);
        Course::of(&Facts {
            planned_at: marks.map_or(self.now, |marks| marks.planned_at),
            submissions,
            readings,
            is_joint: marks.is_some_and(|marks| marks.is_joint),
            out_at: marks.and_then(|marks| marks.out_at),
            declared_at: marks.and_then(|marks| marks.declared_at),
            ended_at: marks.and_then(|marks| super::ended_at(view, marks)),
        })
    }

    /// Returns the instant at which a contribution was planned.
    pub(super) fn planned_at(&self, id: DeliverableId) -> Option<DateTime<Utc>> {
        self.marks.get(&id).map(|marks| marks.planned_at)
    }

    /// Returns whether the address of a contribution's page is declared.
    pub(super) fn is_declared(&self, view: &DeliverableView) -> bool {
        self.marks.get(&view.deliverable.id).is_some_and(|marks| marks.declared_at.is_some())
    }

    /// Returns the present holder, and since how many working days of the holder's territory.
    pub(super) fn ball(&self, view: &DeliverableView, course: &Course) -> Result<Ball> {
        let last = course.last();
        let calendar = self.calendars.of(self.territory(view, last.to))?;
        Ok(Ball {
            holder: last.to,
            name: self.name(view, last.to),
            since: last.at,
            working_days: calendar.working_days_between(zone::day_of(last.at), zone::day_of(self.now))?,
        })
    }

    fn reader(&self, holder: Holder) -> Option<&ObservatoryView> {
        let Holder::Reader(id) = holder else { return None };
        self.observatories.iter().find(|one| one.id == id)
    }

    fn territory<'a>(&'a self, view: &'a DeliverableView, holder: Holder) -> &'a str {
        match holder {
            Holder::Observatory | Holder::Nobody => &view.territory,
            Holder::Secretariat => self.secretariat.as_deref().unwrap_or(&view.territory),
            Holder::Reader(_) => self.reader(holder).map_or(&view.territory, |reader| &reader.territory),
        }
    }

    /// Returns the name of an observatory that holds the ball.
    pub(super) fn name(&self, view: &DeliverableView, holder: Holder) -> Option<String> {
        match holder {
            Holder::Observatory => Some(view.observatory_name.clone()),
            Holder::Reader(_) => self.reader(holder).map(|reader| reader.name.clone()),
            Holder::Secretariat | Holder::Nobody => None,
        }
    }
}
