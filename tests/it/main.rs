//! One test binary for the whole service: tests are named as sentences, files mirror the slices.

mod support;
mod workbench;

mod audit;
mod backup;
mod jobs;
mod outbox;
