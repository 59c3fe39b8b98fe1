//! Helpers of the tests: a real database each, a clock that is moved, a mailbox to read, builders of test data.

pub mod app;
pub mod builders;
pub mod contract;
pub mod db;
pub mod designating;
pub mod files;
pub mod forms;
pub mod golden;
pub mod leftovers;
pub mod mailbox;
pub mod oracle;
pub mod portal;
pub mod real_binary;
pub mod s3_server;
pub mod samples;
pub mod smtp_server;
pub mod source;
pub mod world;
