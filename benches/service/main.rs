//! Benchmarks of the service: speed of answers, of the start and of sending, and memory use, as one table for each
//! engine. Run by `make bench`.
//!
//! The real program runs as a separate process on a copy of a seeded network, as in production: durable commits, access
//! log, limits, checks. This process makes the load over keep-alive connections on the loopback, on the same two cores.
//! For comparison there is an honest twin (`twin/`). The medians and ratios are compared with `benches/record.json`: a
//! ratio that fell by a fifth, to the twin or otherwise to `/health/live`, ends the run with an error.
//!
//! `--quick` makes one short round, to see that it works, and fails for no ratio. `--write` renews the record. Without a
//! `PostgreSQL` (`scripts/with-postgres`) its half is left out.

#![expect(clippy::print_stdout, reason = "the table is the result")]

mod agree;
mod calls;
mod databases;
mod load;
mod measure;
mod process;
mod record;
mod results;
mod seed;
mod sink;
mod twin;

use databases::Engine;
use measure::Effort;
use record::{Figures, Record};
use seed::World;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == twin::FLAG) {
        twin::serve(&arguments[place + 1]);
        return ExitCode::SUCCESS;
    }
    let is_asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let effort = if is_asked("--quick") { Effort::QUICK } else { Effort::FULL };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut record = Record::read();
    let mut fallen = Vec::new();
    for engine in Engine::ALL {
        if !engine.is_here() {
            println!("{}: left out, because there is no server", engine.name());
            continue;
        }
        let figures = runtime.block_on(measure(engine, effort));
        fallen.extend(record.compare(engine.name(), &figures));
        record.set(engine.name(), figures);
    }
    if is_asked("--quick") {
        return ExitCode::SUCCESS;
    }
    if is_asked("--write") {
        record.write();
        return ExitCode::SUCCESS;
    }
    for what in &fallen {
        println!("fell by a fifth or more against the record: {what}");
    }
    if fallen.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(engine: Engine, effort: Effort) -> Figures {
    let folder = tempfile::tempdir().expect("a folder");
    println!("{}: {} rounds, two workers", engine.name(), effort.rounds);
    let world = World::make(engine, folder.path()).await;
    measure::all(&world, effort).await.figures()
}
