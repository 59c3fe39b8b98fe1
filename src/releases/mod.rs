//! The agenda of releases: the catalogue of products, and one release for each product and reference period.
//!
//! *Invariants.* The release owns its date (rule 3 of the domain): deliverables, tasks, feeds and the look at the portal derive from
//! it, in the same transaction. A provisional date may improve freely; a confirmed one is a day and an hour in Europe/Rome
//! and moves only with a reason, which is public and frozen (rule 5). Every date a release ever had is a row of
//! `release_change`, never altered. Cancelled stays visible, with its reason, for ever. *Postponed*, *brought forward*,
//! *due* and *late* are derived, never stored.
//!
//! *A day worked by all concerned.* A date is confirmed on, or moved to, a day on which every territory concerned works; an
//! explicit override says why not, in public. Each territory's steps then fall on its own working days.
//!
//! *Who owes it.* A joint product and one that each observatory publishes by itself oblige every territorial observatory. A release
//! of an autonomous product names its one observatory when it is planned, and obliges that one alone.
//!
//! *Who may.* Everybody reads. The secretariat plans, confirms, moves and cancels, also when the table decided: the decision
//! is then linked. Only the service publishes, and only what was approved (rule 10).
//!
//! *Mails.* None of its own: who has something to do is told by the reminders.

pub mod api;
pub mod feed;
mod labels;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod view;
pub mod web;
pub mod work_plan;
