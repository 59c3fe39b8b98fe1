//! When a demonstration may run: never where others can reach it, never over real people.

use crate::config::Config;
use crate::ctx::Ctx;
use crate::settings;
use entity::person;
use sea_orm::{DbErr, EntityTrait, PaginatorTrait};
use std::net::SocketAddr;

/// Why `--demo` is refused.
#[derive(Debug, thiserror::Error)]
pub enum DemoRefused {
    #[error("a demonstration lets anybody in: it starts on 127.0.0.1 or [::1] only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("a demonstration does not run in production")]
    Production,
    #[error("this database holds real people: give the demonstration a database of its own (RACCORDO__DATABASE__URL)")]
    RealData,
    #[error("database: {0}")]
    Driver(#[from] DbErr),
}

/// Refuses what the configuration alone shows, before a database is made.
pub fn check_config(config: &Config) -> Result<(), DemoRefused> {
    if config.is_production() {
        return Err(DemoRefused::Production);
    }
    if !config.server.bind.ip().is_loopback() {
        return Err(DemoRefused::NotLoopback(config.server.bind));
    }
    Ok(())
}

/// Refuses a database with people in it that no demonstration put there; marks an empty one. Returns whether it was empty and is
/// still to be filled.
pub async fn claim_database(ctx: &Ctx) -> Result<bool, DemoRefused> {
    if settings::is_demo(ctx.reader()).await? {
        return Ok(false);
    }
    if person::Entity::find().count(ctx.reader()).await? > 0 {
        return Err(DemoRefused::RealData);
    }
    settings::set(ctx.services.db.writer(), settings::DEMO, "1", ctx.now()).await?;
    Ok(true)
}
