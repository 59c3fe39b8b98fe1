//! The measurements, in rounds on fresh copies of the template.
//!
//! Machines differ and are shared, so each run of the service is followed by one of the twin, and the ratio of the two
//! says more than the rate.

use crate::agree;
use crate::calls::{self, Changes};
use crate::databases::Database;
use crate::load::{self, Call, For};
use crate::process::{Process, Program};
use crate::results::{Extent, Results};
use crate::seed::{Planning, World};
use crate::sink;
use std::time::Duration;
use tokio::time::sleep;

/// Connections of a read that is measured once, and of those measured at several levels.
const USUAL: [usize; 1] = [8];
const LEVELS: [usize; 3] = [1, 8, 32];
/// Number of measured starts.
const STARTS: usize = 9;
/// Time after the start in which background parts begin their work.
const SETTLING: Duration = Duration::from_secs(2);

/// Length and number of the measurements.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// Time of a read, at each level of each round.
    span: Duration,
    corrections: usize,
    /// Designations at each level of each round, and ends.
    designations: usize,
    /// Corrections of each round before which the feed is read.
    bursts: usize,
    mails: usize,
}

impl Effort {
    pub const FULL: Self =
        Self { rounds: 5, span: Duration::from_secs(1), corrections: 600, designations: 150, bursts: 20, mails: 1_500 };
    pub const QUICK: Self =
        Self { rounds: 1, span: Duration::from_millis(300), corrections: 64, designations: 32, bursts: 4, mails: 200 };
}

/// Measures everything on one engine.
pub async fn all(world: &World, effort: Effort) -> Results {
    let mut results = Results::new(starts(world).await);
    let planning = Planning::make(world).await;
    for number in 1..=effort.rounds {
        let (database, beside) = (world.databases.copy().await, world.databases.copy().await);
        let (service, twin) = start(&database, &beside).await;
        let extent = Extent::begin(&service);
        let mut round = Round { world, effort, service, twin, results: &mut results, changes: Changes::new(world) };
        if number == 1 {
            agree::check(world, &round.changes, &round.service, &round.twin).await;
        }
        round.reads().await;
        round.feeds().await;
        round.changes().await;
        let memory = extent.end(&round.service);
        round.service.stop();
        round.twin.stop();
        results.add_memory(memory);
        plan(world, &planning, effort, &mut results).await;
        results.add_dispatch(sink::dispatch_rate(&database, effort.mails).await);
    }
    results
}

/// Measures what the secretariat does when it plans a year, on a database of its own. Nothing is changed, so that all rounds use the
/// same one. The requests follow one another, because one person makes them.
async fn plan(world: &World, planning: &Planning, effort: Effort, results: &mut Results) {
    let (service, _) = Process::start(&planning.database, Program::Raccordo).await;
    sleep(SETTLING).await;
    let measured = [
        ("proposal, 12 months of 100 products", planning.proposal(world)),
        ("preview of a move, 500 tasks", planning.preview_of_a_move(world)),
        ("year page, 13 x 60", planning.year()),
        ("Monday page, five years of history", planning.monday()),
    ];
    for (name, calls) in measured {
        let live = load::run(&service, USUAL[0], For::Span(effort.span / 2), &calls::health()).await;
        results.add_live(&live);
        let run = load::run(&service, 1, For::Span(effort.span), &calls).await;
        results.add(name, 1, &run, None);
    }
    service.stop();
}

async fn starts(world: &World) -> Vec<Duration> {
    let database = world.databases.copy().await;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let (service, took) = Process::start(&database, Program::Raccordo).await;
        starts.push(took);
        service.stop();
    }
    starts.sort();
    starts
}

async fn start(database: &Database, beside: &Database) -> (Process, Process) {
    let (twin, _) = Process::start(beside, Program::Twin).await;
    let (service, _) = Process::start(database, Program::Raccordo).await;
    sleep(SETTLING).await;
    (service, twin)
}

/// One round: service and twin on a copy of the template each.
struct Round<'a> {
    world: &'a World,
    effort: Effort,
    service: Process,
    twin: Process,
    results: &'a mut Results,
    changes: Changes<'a>,
}

impl Round<'_> {
    async fn reads(&mut self) {
        let world = self.world;
        let how_long = For::Span(self.effort.span);
        self.alone("/api/v1/me", USUAL[0], how_long, &world.me()).await;
        self.against_twin("list of 50 tasks", &LEVELS, how_long, &world.tasks()).await;
        self.against_twin("list of 50 releases, public", &LEVELS, how_long, &calls::agenda()).await;
        self.against_twin("list of 50 designations, some ended", &LEVELS, how_long, &world.register()).await;
        self.against_twin("one task", &USUAL, how_long, &world.each_task()).await;
        self.against_twin("one designation with its history", &USUAL, how_long, &world.each_designation()).await;
        self.alone("one release with its story", USUAL[0], how_long, &world.each_story()).await;
        self.against_twin("calendar page", &USUAL, how_long, &calls::calendar()).await;
        self.alone("release page", USUAL[0], how_long, &world.each_release_page()).await;
    }

    /// Measures the feed: after a change, which makes every cache stale, in both languages at once; and unchanged.
    async fn feeds(&mut self) {
        let (changes, burst) = (self.changes.corrections(self.effort.bursts), calls::feeds());
        let run = load::bursts(&self.service, &changes, &burst).await;
        let twin = load::bursts(&self.twin, &changes, &burst).await;
        self.results.add("feed of 600 events, after a change", burst.len(), &run, Some(&twin));
        let unchanged = calls::unchanged_feed(self.service.port).await;
        self.alone("feed, unchanged (304)", USUAL[0], For::Span(self.effort.span), &unchanged).await;
    }

    async fn changes(&mut self) {
        let Effort { corrections, designations, .. } = self.effort;
        for level in LEVELS {
            let calls = self.changes.designations(designations);
            self.alone("designation with its mails", level, For::Count(designations), &calls).await;
        }
        let calls = self.changes.designations_to_the_old_seat(designations / 2);
        self.alone("designation, 1,000 earlier holders", USUAL[0], For::Count(calls.len()), &calls).await;
        let calls = self.changes.corrections(corrections);
        self.against_twin("correction of a designation", &USUAL, For::Count(corrections), &calls).await;
        let calls = self.changes.ends(designations);
        self.alone("end of a designation", USUAL[0], For::Count(designations), &calls).await;
    }

    /// Measures a row without a twin, right after the rate of `/health/live` to which it is compared.
    async fn alone(&mut self, name: &'static str, level: usize, how_long: For, calls: &[Call]) {
        let live = load::run(&self.service, USUAL[0], For::Span(self.effort.span / 2), &calls::health()).await;
        self.results.add_live(&live);
        let run = load::run(&self.service, level, how_long, calls).await;
        self.results.add(name, level, &run, None);
    }

    async fn against_twin(&mut self, name: &'static str, levels: &[usize], how_long: For, calls: &[Call]) {
        for level in levels.iter().copied() {
            let run = load::run(&self.service, level, how_long, calls).await;
            let twin = load::run(&self.twin, level, how_long, calls).await;
            self.results.add(name, level, &run, Some(&twin));
        }
    }
}
