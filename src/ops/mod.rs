//! What operators do: migrate, back up, restore, probe. Each file is one command; `cli.rs` names them all.

pub mod backup;
pub mod demo;
pub mod files;
pub mod health;
pub mod keys;
pub mod migrate;
pub mod restore;
pub mod same_time;
