//! One test binary for the whole service: tests are named as sentences, files mirror the slices.

mod support;
mod workbench;

mod agenda;
mod audit;
mod auth;
mod backup;
mod designations;
mod http;
mod ical;
mod jobs;
mod load;
mod meetings;
mod migrations;
mod network;
mod outbox;
mod schema_drift;
mod seen;
mod smtp_faults;
mod smtp_tls;
mod time;
mod told;
