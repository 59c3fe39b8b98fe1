//! One test binary for the whole service: tests are named as sentences, files mirror the slices.

mod support;
mod workbench;

mod agenda;
mod architecture;
mod attack;
mod audit;
mod auth;
mod authz_matrix;
mod backup;
mod demo;
mod designations;
mod http;
mod ical;
mod jobs;
mod kill_loop;
mod lifecycle_matrix;
mod load;
mod mails;
mod meetings;
mod migrations;
mod network;
mod openapi;
mod outbox;
mod pages;
mod pages_designations;
mod program;
mod schema_drift;
mod seen;
mod smtp_faults;
mod smtp_tls;
mod texts;
mod thread;
mod time;
mod told;
mod unauthorised;
