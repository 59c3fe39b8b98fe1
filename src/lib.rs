//! Raccordo coordinates a network of labour-market observatories: who is designated, what is released when, who has been
//! told, what was seen. `ARCHITECTURE.md` says where code lives; each slice's `mod.rs` says what it is.

pub mod app;
pub mod audit;
pub mod auth;
pub mod clock;
pub mod config;
pub mod ctx;
pub mod db;
pub mod deliverables;
pub mod designations;
pub mod due;
pub mod error;
pub mod http;
pub mod ical;
pub mod jobs;
pub mod links;
pub mod load;
pub mod mail;
pub mod meetings;
pub mod network;
pub mod ops;
pub mod overview;
pub mod portal;
pub mod press;
pub mod releases;
pub mod reminders;
pub mod secret;
pub mod settings;
pub mod tasks;
pub mod telemetry;
pub mod texts;
pub mod time;
pub mod typed;
pub mod visible;
