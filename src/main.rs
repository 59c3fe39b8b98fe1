//! The program: one binary for the service and for all commands of operators.

mod cli;

use clap::Parser;
use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A row of the database is many small allocations on one thread that another one frees (ADR 20).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The main runtime runs the background work; each web worker has a runtime of its own.
#[tokio::main]
async fn main() -> ExitCode {
    // One crypto provider for the relay, the portal and PostgreSQL. The error of a second call only says that one is
    // installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Box::pin(cli::run(cli::Cli::parse())).await
}
