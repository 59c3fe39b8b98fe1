//! The promised mails: rows of `outbox_mail`, from the promise to the end.
//!
//! - [`promise()`] writes one, in the transaction of the change it tells of.
//! - [`withdraw`] tells how promised mails stand, and takes them back.
//! - [`lease`] is for the dispatcher: claim what is due, keep it while it is on the wire, write down the outcome.
//! - [`desk`] is for the secretariat and operators: list, try again, pause, resume.
//! - [`retention`] blanks the words when they have served.
//!
//! States: *pending*, *failed* and *unknown* will be tried (again) when due; *leased* is on the wire; *sent*, *dead*,
//! *expired* and *cancelled* are ends. *Dead* waits for a person, who may send it back to *pending*.

mod promise;

pub mod desk;
pub mod lease;
pub mod retention;
pub mod withdraw;

pub use promise::{Draft, Recipient, Subject, open_key, promise, take_back_for_designation};
pub use withdraw::TakenBack;

use entity::kinds::NotificationState;

/// States from which a mail is claimed when it is due.
const WAITING: [NotificationState; 3] =
    [NotificationState::Pending, NotificationState::Failed, NotificationState::Unknown];
/// Terminal states; only the secretariat or an operator can reopen a mail.
const ENDS: [NotificationState; 4] =
    [NotificationState::Sent, NotificationState::Dead, NotificationState::Expired, NotificationState::Cancelled];
