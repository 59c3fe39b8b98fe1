//! Conditions for a demonstration, and its data. It never runs where other computers can reach it, nor on a database
//! with real people.
//!
//! [`fill`] writes a year that ends today (`timeline.rs`), with invented people (`cast`) and invented products
//! (`catalogue`) whose releases span 24 months (`agenda`), into the same database with a clock of its own (`stage`).

mod acts;
mod agenda;
mod cast;
mod catalogue;
mod stage;
mod timeline;

pub use stage::PORTAL;

use crate::config::Config;
use crate::ctx::{Ctx, Services};
use crate::designations::service as designations;
use crate::error::Error;
use crate::settings;
use entity::person;
use sea_orm::{DbErr, EntityTrait, PaginatorTrait};
use std::net::SocketAddr;
use std::sync::Arc;

/// Values of the setting that marks a demonstration: claimed, and completely filled.
const CLAIMED: &str = "1";
const FILLED: &str = "filled";

/// Reasons for refusing `--demo`.
#[derive(Debug, thiserror::Error)]
pub enum DemoRefused {
    #[error("a demonstration lets anybody in: it starts on 127.0.0.1 or [::1] only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("a demonstration does not run in production")]
    Production,
    #[error("this database holds real people: give the demonstration a database of its own (RACCORDO__DATABASE__URL)")]
    RealData,
    #[error(
        "the demonstration in this database was interrupted while it was being filled: delete the database and start again"
    )]
    Interrupted,
    #[error("the demonstration could not be told: {0}")]
    Untold(#[from] Error),
    #[error("database: {0}")]
    Driver(#[from] DbErr),
}

/// Checks the configuration, before a database is created.
pub fn check_config(config: &Config) -> Result<(), DemoRefused> {
    if config.is_production() {
        return Err(DemoRefused::Production);
    }
    if !config.server.bind.ip().is_loopback() {
        return Err(DemoRefused::NotLoopback(config.server.bind));
    }
    Ok(())
}

/// Refuses a database with people that were not entered by a demonstration; marks an empty one. Returns whether it was
/// empty.
pub async fn claim_database(ctx: &Ctx) -> Result<bool, DemoRefused> {
    if settings::is_demo(ctx.reader()).await? {
        return Ok(false);
    }
    if person::Entity::find().count(ctx.reader()).await? > 0 {
        return Err(DemoRefused::RealData);
    }
    settings::set(ctx.services.db.writer(), settings::DEMO, CLAIMED, ctx.now()).await?;
    Ok(true)
}

/// Fills the network with the year that ends today, once. Returns whether it was filled now.
///
/// Everything in the past is written by the real use cases at its own time. Its mails stay in memory and are marked as
/// sent, so that no person receives them. Takes some seconds, during which no other process may write to the database.
pub async fn fill(services: &Arc<Services>) -> Result<bool, DemoRefused> {
    let ctx = Ctx::system(services, "demo");
    if settings::get(ctx.reader(), settings::DEMO).await?.as_deref() == Some(FILLED) {
        return Ok(false);
    }
    // The network's file designates only the secretariat.
    if designations::whole_register(&ctx, ctx.reader()).await?.len() > 1 {
        return Err(DemoRefused::Interrupted);
    }
    timeline::tell(services).await?;
    Ok(true)
}
