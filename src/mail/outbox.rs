//! Mails enqueued by changes: rows of `outbox_mail`, from enqueuing to the final state.
//!
//! - [`promise()`] adds a mail, in the transaction of the change that it reports.
//! - [`withdraw`] finds the states of mails and withdraws them.
//! - [`lease`] is for the dispatcher: take due mails, keep them while they are being sent, record the outcome.
//! - [`desk`] is for the secretariat and operators: list, try again, pause, resume.
//! - [`retention`] deletes the text of mails after its retention period.
//!
//! States: *pending*, *failed* and *unknown* are sent (again) when due; *leased* is being sent; *sent*, *dead*,
//! *expired* and *cancelled* are final. A person may set a *dead* mail back to *pending*.

mod class;
mod promise;

pub mod desk;
pub mod lease;
pub mod retention;
pub mod verb;
pub mod withdraw;

pub use class::Class;
pub use promise::{
    Draft, Recipient, Subject, promise, promise_all, promise_at_addresses, readers_of, take_back_for_designation,
};
pub use withdraw::TakenBack;

use chrono::TimeDelta;
use entity::kinds::NotificationState;

/// Time between a change and the mail about it, where several changes within some minutes should be one mail, and an act
/// that is taken back at once should not be told.
pub const QUIET: TimeDelta = TimeDelta::minutes(5);

/// States from which a due mail is taken.
const WAITING: [NotificationState; 3] =
    [NotificationState::Pending, NotificationState::Failed, NotificationState::Unknown];
/// Final states; only the secretariat or an operator can reopen a mail.
const ENDS: [NotificationState; 4] =
    [NotificationState::Sent, NotificationState::Dead, NotificationState::Expired, NotificationState::Cancelled];
