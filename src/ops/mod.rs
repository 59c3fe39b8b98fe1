//! Commands for operators: migrate, back up, restore, check health. One file per command; `cli.rs` lists them.

pub mod backup;
pub mod backup_error;
pub mod contents;
pub mod demo;
pub mod files;
pub mod health;
pub mod keys;
pub mod migrate;
pub mod restore;
pub mod same_time;
