//! One test binary for the whole service: tests are named as sentences, files mirror the slices.

mod support;

mod http;
mod ical;
mod load;
mod migrations;
mod auth;
mod schema_drift;
mod smtp_faults;
mod smtp_tls;
mod time;
