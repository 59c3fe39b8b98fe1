//! Benchmarks of the service: speed of answers, of the start and of sending, and memory use, as one table. Run by `make
//! bench`.
//!
//! The real program runs as a separate process on a `SQLite` file, as in production: durable commits, access log,
//! limits, checks. This process makes the load over keep-alive connections on the loopback, on the same two cores. For
//! comparison there is a bare twin: the same query and the same JSON through `SeaORM` in an actix-web application
//! without anything else. Machines differ and are shared, so rounds of the two alternate, the table shows medians, and
//! the ratio to the twin says more than the rates.
//!
//! `cargo bench -- --quick` makes one short round, to see that it works.

#![expect(clippy::print_stdout, reason = "the table is the result")]

mod load;
mod seed;
mod service;
mod sink;
mod twin;

use load::Run;
use seed::Register;
use service::{Service, Target};
use std::time::Duration;

const LEVELS: [usize; 3] = [1, 8, 32];
/// Number of measured starts.
const STARTS: usize = 9;

/// Length and number of the measurements.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    /// Time of reads, at each level of each round.
    span: Duration,
    /// Number of changes, at each level of each round.
    changes: usize,
    mails: usize,
}

impl Effort {
    const FULL: Self = Self { rounds: 3, span: Duration::from_secs(2), changes: 600, mails: 2_000 };
    const QUICK: Self = Self { rounds: 1, span: Duration::from_millis(300), changes: 60, mails: 200 };
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == twin::FLAG) {
        return twin::serve(&arguments[place + 1], &arguments[place + 2]);
    }
    let effort = if arguments.iter().any(|argument| argument == "--quick") { Effort::QUICK } else { Effort::FULL };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(effort));
}

async fn measure(effort: Effort) {
    let folder = tempfile::tempdir().expect("a folder");
    let register = Register::make(folder.path()).await;
    println!("register of {} designations in force, {} seats, SQLite, two workers", seed::DESIGNATIONS, seed::SEATS);

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let (service, took) = Service::start(&register, Target::Program).await;
        starts.push(took);
        service.stop();
    }
    starts.sort();

    let (twin, _) = Service::start(&register, Target::Twin).await;
    let (service, _) = Service::start(&register, Target::Program).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = service.resident_mib();

    let mut results = Results::default();
    let mut changes = register.changes();
    for round in 1..=effort.rounds {
        println!("round {round} of {}", effort.rounds);
        for level in LEVELS {
            let list = register.list();
            let span = load::For::Span(effort.span);
            results.add("list of 50", level, load::run(&service, level, span, list).await);
            results.add("list of 50, bare twin", level, load::run(&twin, level, span, list).await);
            results.add("read one", level, load::run(&service, level, span, register.read()).await);
            let count = load::For::Count(effort.changes);
            results.add(
                "correct: audit",
                level,
                load::run(&service, level, count, changes.corrections(effort.changes)).await,
            );
            let made = load::run_keeping(&service, level, count, changes.designations(effort.changes)).await;
            results.add("designate: audit, 3 mails", level, made.run);
            let ends = changes.ends(&made.bodies);
            results.add("end: audit, hand-over, 2 mails", level, load::run(&service, level, count, ends).await);
        }
    }
    let loaded = service.resident_mib();
    results.print();

    println!();
    println!(
        "start to first answer, existing database: median {:.0} ms, worst {:.0} ms of {STARTS}",
        millis(starts[STARTS / 2]),
        millis(starts[STARTS - 1])
    );
    println!("resident memory: idle {idle:.1} MiB, after the load {loaded:.1} MiB");
    service.stop();
    twin.stop();
    let rate = sink::dispatch_rate(&register, effort.mails).await;
    println!("outbox dispatch to a relay on this machine: {rate:.0} mails/s");
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

/// Runs of each measurement, in the order of first appearance.
#[derive(Default)]
struct Results(Vec<(&'static str, usize, Vec<Run>)>);

impl Results {
    fn add(&mut self, what: &'static str, level: usize, run: Run) {
        match self.0.iter_mut().find(|(known, at, _)| (*known, *at) == (what, level)) {
            Some((_, _, runs)) => runs.push(run),
            None => self.0.push((what, level, vec![run])),
        }
    }

    /// Prints the medians of the rounds.
    fn print(&self) {
        println!();
        println!(
            "{:<32} {:>5} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "", "conn.", "per s", "p50 ms", "p95 ms", "p99 ms", "cpu ms"
        );
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_by_key(|(what, ..)| self.0.iter().position(|(first, ..)| first == what));
        for (what, level, runs) in rows {
            let figure = |of: fn(&Run) -> f64| median(runs.iter().map(of).collect());
            println!(
                "{what:<32} {level:>5} {:>9.0} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                figure(Run::rate),
                figure(|run| run.percentile(50)),
                figure(|run| run.percentile(95)),
                figure(|run| run.percentile(99)),
                figure(Run::cost),
            );
        }
        println!();
        for level in LEVELS {
            let ratio = |of: fn(&Run) -> f64| {
                self.figure("list of 50", level, of) / self.figure("list of 50, bare twin", level, of)
            };
            println!(
                "list against the bare twin at {level:>2}: rate {:.2}, processor {:.2}",
                ratio(Run::rate),
                ratio(Run::cost)
            );
        }
    }

    fn figure(&self, what: &str, level: usize, of: fn(&Run) -> f64) -> f64 {
        let runs = self.0.iter().find(|(known, at, _)| *known == what && *at == level);
        median(runs.map(|(_, _, runs)| runs.iter().map(of).collect()).unwrap_or_default())
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
