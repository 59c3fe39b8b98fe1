//! Tasks: work of a seat, due by a day.
//!
//! *Invariants.* A task belongs to a seat, never to a person: the holder of the seat is looked up when needed. The day
//! of a step's task is derived from its release in the calendar of the seat's territory; a day set by hand is stored
//! separately and survives every derivation. The observatory's last step, which submits the deliverable, follows a day
//! set by hand on the deliverable. Cancelled is final; what is done can be opened again while it is called for.
//!
//! *A step and its deliverable.* The deliverable's state is authoritative. Starting or completing a step starts the
//! deliverable; completing the observatory's last open step submits it, or does so after the block if it is blocked, and
//! needs the text. Taking the submission back opens that step again.
//! Nothing is stored twice in the other direction: once the deliverable is submitted, waived or settled, its open steps
//! are no longer called for ([`model::is_called_for`]), and if the review sends it back the deliverable itself is due.
//!
//! *Given.* The secretariat gives tasks outside meetings. Such a task is *given* until its seat accepts or refuses it, or
//! begins it. A refused one is back with the secretariat, which insists, hands it on to another seat or cancels it.
//!
//! *Waiting.* A step waits for the steps before it in the template of its product, a given task for those that the secretariat
//! named; neither is reminded of before (`service/waits.rs`).
//!
//! *Several at once.* One act on several rows of the list of work is carried out on all of them or on none, and tells each reader
//! once (`service/several.rs`).
//!
//! *Late.* Those who work on a task or a contribution can say by which day it is expected (`reply.rs`). The due day stays.
//!
//! *Who may.* Those who work for the seat (its holder; referent and deputy of the same observatory alike), and the
//! secretariat on their behalf. Only the secretariat gives, edits, cancels, sets a day by hand, insists or hands on.
//!
//! *Mails.* Tasks given by a meeting or by the secretariat, and their changes, to the holders of the seat; refused ones to
//! the secretariat (`mail.rs`). The reminders query [`due`].

pub mod api;
pub mod due;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod proposal;
pub mod reply;
pub mod service;
pub mod sought;
mod store;
pub mod template;
pub mod verb;
pub mod view;
pub mod web;
