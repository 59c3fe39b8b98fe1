//! Agenda of the demonstration: the releases of the invented products over 24 months, and the work for those that came
//! out. The events of all releases are played in the order of their days, between the scenes of the timeline.

use super::acts::releases::{cancel, confirm, move_to, plan_all};
use super::acts::tasks::work;
use super::acts::{deliverables, portal};
use super::cast::AT_WORK;
use super::catalogue::{self, ALL, Invented, PRODUCTS};
use super::stage::{Stage, hour};
use crate::error::Result;
use crate::time::Period;
use chrono::{Days, NaiveDate};
use entity::ids::ReleaseId;
use entity::kinds::{AmendmentKind, ProductScope, ReasonCode};
use std::collections::VecDeque;

/// Days from today to the last release. With those before today the agenda spans 24 months.
const COMING_DAYS: u64 = 415;
/// Day, before today, on which the agenda is planned.
const PLANNED_AGO: u64 = 330;
/// Days before a release on which its text is handed in, approved, moved and cancelled.
const HANDED_IN: u64 = 9;
const APPROVED: u64 = 5;
const CHANGED: u64 = 14;
/// Days by which a release is moved.
const LATER: u64 = 7;

/// Days after a release on which what it published is amended or withdrawn.
const AFTERWARDS: u64 = 6;

/// Release that does not take place as confirmed, or whose report does not stay as published.
struct Exception {
    product: &'static str,
    /// Observatory that owes the release.
    observatory: &'static str,
    /// Position among the releases of this observatory, counted from 0.
    number: usize,
    what: What,
    text: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Moved(ReasonCode),
    Cancelled(ReasonCode),
    Amended(AmendmentKind),
    Withdrawn,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        product: "nota-mensile",
        observatory: "regionale",
        number: 4,
        what: What::Moved(ReasonCode::SourceLate),
        text: "Le comunicazioni obbligatorie del mese sono arrivate con una settimana di ritardo.",
    },
    Exception {
        product: "nota-mensile",
        observatory: "regionale",
        number: 7,
        what: What::Cancelled(ReasonCode::Portal),
        text: "La piattaforma regionale è ferma per manutenzione: i dati del mese escono con la nota successiva.",
    },
    Exception {
        product: "bollettino-trimestrale",
        observatory: "brescia",
        number: 1,
        what: What::Moved(ReasonCode::Workload),
        text: "L’osservatorio completa prima la Relazione territoriale, che usa gli stessi dati.",
    },
    Exception {
        product: "bollettino-trimestrale",
        observatory: "milano",
        number: 6,
        what: What::Cancelled(ReasonCode::Method),
        text: "Da quel trimestre il bollettino è sostituito da una nota con un metodo nuovo.",
    },
    Exception {
        product: "nota-mensile",
        observatory: "regionale",
        number: 1,
        what: What::Amended(AmendmentKind::Error),
        text: "La tabella 2 contava due volte le proroghe: i nuovi valori sono più bassi del 3 per cento.",
    },
    Exception {
        product: "bollettino-trimestrale",
        observatory: "milano",
        number: 0,
        what: What::Withdrawn,
        text: "I dati di un comune erano di un altro trimestre: il bollettino non va usato né citato.",
    },
];

/// Step in the life of a release.
#[derive(Clone, Copy)]
enum Step {
    Confirm,
    Move(&'static str, ReasonCode),
    Cancel(&'static str, ReasonCode),
    HandIn,
    Approve,
    ComeOut,
    Amend(&'static str, AmendmentKind),
    Withdraw(&'static str),
}

/// Step of one release on a day.
struct Event {
    day: NaiveDate,
    step: Step,
    release: ReleaseId,
    product: &'static Invented,
    observatory: &'static str,
    period: Period,
    /// Day of the release as it is confirmed.
    confirmed: NaiveDate,
}

/// Events that have not been played yet, the earliest first.
pub(super) struct Agenda(VecDeque<Event>);

impl Agenda {
    /// Writes the products and plans all their releases.
    pub(super) async fn plan(stage: &Stage) -> Result<Self> {
        stage.at(stage.ago(PLANNED_AGO)?, hour(9));
        catalogue::load(stage).await?;
        let to = stage.today + Days::new(COMING_DAYS);
        let mut wanted = Vec::new();
        for product in PRODUCTS {
            let from = stage.today - Days::new(product.past_days);
            for (observatory, ago) in product.rhythm {
                let days = product.days(stage.today - Days::new(*ago), from, to);
                wanted.extend(
                    days.enumerate().map(|(number, (day, period))| (product, *observatory, number, day, period)),
                );
            }
        }
        let plans = wanted.iter().map(|(product, observatory, _, day, period)| {
            let whose = Some(*observatory).filter(|code| *code != ALL);
            Ok((product.code, whose, *period, product.provisional(*day)?))
        });
        let releases = plan_all(stage, plans.collect::<Result<_>>()?).await?;
        let mut events = Vec::new();
        for ((product, observatory, number, day, period), release) in wanted.into_iter().zip(releases) {
            let confirmed = stage.worked(day)?;
            let steps = steps(stage, product, observatory, number, confirmed)?;
            let of_release = |(day, step)| Event { day, step, release, product, observatory, period, confirmed };
            events.extend(steps.into_iter().filter(|(day, _)| *day < stage.today).map(of_release));
        }
        events.sort_by_key(|event| event.day);
        Ok(Self(events.into()))
    }

    /// Returns the day of the next event.
    pub(super) fn next_day(&self) -> Option<NaiveDate> {
        self.0.front().map(|event| event.day)
    }

    /// Plays the events up to a day, included.
    pub(super) async fn until(&mut self, stage: &Stage, day: NaiveDate) -> Result<()> {
        while self.next_day().is_some_and(|next| next <= day) {
            let Some(event) = self.0.pop_front() else { break };
            event.play(stage).await?;
        }
        Ok(())
    }
}

/// Lists the steps of a release with their days.
fn steps(
    stage: &Stage,
    product: &Invented,
    observatory: &str,
    number: usize,
    confirmed: NaiveDate,
) -> Result<Vec<(NaiveDate, Step)>> {
    let exception = EXCEPTIONS
        .iter()
        .find(|one| one.product == product.code && one.observatory == observatory && one.number == number);
    let soonest = stage.ago(PLANNED_AGO)? + Days::new(2);
    let announced = (confirmed - Days::new(product.notice_days)).max(soonest);
    let changed = stage.last_worked(confirmed - Days::new(CHANGED))?;
    let mut steps = vec![(stage.worked(announced)?, Step::Confirm)];
    let mut day = confirmed;
    let mut afterwards = None;
    match exception.map(|one| (one.what, one.text)) {
        Some((What::Cancelled(code), text)) => {
            // One that lies ahead is cancelled while it is provisional.
            let cancelled = if confirmed > stage.today { stage.ago(21)? } else { changed };
            steps.retain(|(day, _)| *day < cancelled);
            steps.push((cancelled, Step::Cancel(text, code)));
            return Ok(steps);
        }
        Some((What::Moved(code), text)) => {
            steps.push((changed, Step::Move(text, code)));
            day = stage.worked(confirmed + Days::new(LATER))?;
        }
        Some((What::Amended(kind), text)) => afterwards = Some(Step::Amend(text, kind)),
        Some((What::Withdrawn, text)) => afterwards = Some(Step::Withdraw(text)),
        None => {}
    }
    steps.push((stage.last_worked(day - Days::new(HANDED_IN))?, Step::HandIn));
    steps.push((stage.last_worked(day - Days::new(APPROVED))?, Step::Approve));
    steps.push((day, Step::ComeOut));
    if let Some(step) = afterwards {
        steps.push((stage.worked(day + Days::new(AFTERWARDS))?, step));
    }
    Ok(steps)
}

impl Event {
    async fn play(&self, stage: &Stage) -> Result<()> {
        let release = self.release;
        let is_joint = self.product.scope == ProductScope::Joint;
        let single = [self.observatory];
        let authors: &[&str] = if is_joint { &AT_WORK } else { &single };
        stage.at(self.day, hour(if matches!(self.step, Step::ComeOut) { self.product.hour } else { 10 }));
        match self.step {
            Step::Confirm => confirm(stage, release, self.confirmed).await?,
            Step::Move(text, code) => {
                move_to(stage, release, stage.worked(self.confirmed + Days::new(LATER))?, code, text).await?;
            }
            Step::Cancel(text, code) => cancel(stage, release, code, text).await?,
            Step::HandIn => {
                for observatory in authors {
                    work(stage, release, observatory, 1).await?;
                }
            }
            Step::Approve => {
                for observatory in authors {
                    deliverables::approve(stage, release, observatory).await?;
                }
            }
            Step::ComeOut if is_joint => {
                let why = "Nessun referente è designato a Sondrio: il capitolo non è stato scritto.";
                deliverables::omit(stage, release, "sondrio", why).await?;
                // A joint product has one page for all, which is declared before.
                let [first, ..] = AT_WORK;
                portal::declare(stage, release, self.product.code, self.period, first).await?;
                stage.run("publish").await?;
                portal::is_found(stage, release, self.product.code, self.period, first).await?;
                return Ok(());
            }
            Step::ComeOut => {
                stage.run("publish").await?;
                portal::appear(stage, release, self.product.code, self.period, authors.iter().copied()).await?;
                // No mail is sent about it.
                return Ok(());
            }
            Step::Amend(text, kind) => {
                portal::amend(stage, release, kind, text).await?;
                portal::is_found(stage, release, self.product.code, self.period, self.observatory).await?;
            }
            Step::Withdraw(text) => portal::withdraw(stage, release, text).await?,
        }
        stage.post().await
    }
}
