//! One test binary for the whole service: tests are named as sentences, files mirror the slices.

mod support;
mod workbench;

mod agenda;
mod attack;
mod attack;
mod audit;
mod auth;
mod backup;
mod designations;
mod http;
mod ical;
mod jobs;
mod kill_loop;
mod load;
mod migrations;
mod network;
mod outbox;
mod program;
mod program;
mod schema_drift;
mod seen;
mod smtp_faults;
mod smtp_tls;
mod thread;
mod time;
mod told;
