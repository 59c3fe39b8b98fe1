//! The agenda of releases: one release for each product of the catalogue and reference period.
//!
//! *Invariants.* The release owns its date (rule 3 of the domain): deliverables, tasks, feeds and the check of the
//! portal are derived from it, in the same transaction. A provisional date may be changed freely. A confirmed date is a
//! day and an hour in Europe/Rome and moves only with a reason, which is public and cannot be changed (rule 5). Every
//! date a release has had is a row of `release_change`, never altered. A cancelled release stays visible with its
//! reason. *Postponed*, *brought forward*, *due* and *late* are derived, never stored. The address of a release's page is
//! given to it once and to no other release (ADR 21).
//!
//! *Common working days.* A date is confirmed on, or moved to, a day that is a working day in every territory
//! concerned; an explicit override needs a public reason. Each territory's steps are due on its own working days.
//!
//! *Obligation.* A joint product and one that each observatory publishes by itself oblige the contributors that its
//! catalogue names (`catalogue`). A release of an autonomous product names one of them when it is planned and obliges only
//! that one. A confirmed release keeps the observatories and the steps with which it was confirmed (ADR 25).
//!
//! *Afterwards.* What was published is amended or withdrawn with a public explanation, an entry of the history like a date
//! (ADR 34); `portal` calls it, because the pages change too.
//!
//! *Permissions.* Everybody reads. The secretariat plans, confirms, moves, cancels and withdraws; if a meeting decided it, the
//! decision is linked. Only the service publishes, and only approved deliverables (rule 10).
//!
//! *Mails.* Confirmed, moved, cancelled, amended, withdrawn, to referents and deputies of the observatories concerned (`mail.rs`). The reminders
//! tell each person what to do.

mod address;
pub mod api;
pub mod feed;
mod labels;
pub mod mail;
pub mod model;
mod month;
pub mod policy;
pub mod questions;
pub mod service;
pub mod sought;
mod store;
pub mod verb;
pub mod view;
pub mod web;
pub mod work_plan;
