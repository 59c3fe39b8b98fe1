//! The mails promised by changes: rows of `outbox_mail`, from the promise to what became of it.
//!
//! - [`enqueue`] promises one, in the transaction of the change it tells of.
//! - [`lease`] is for the dispatcher: take what is due, keep it while it is on the wire, write down the outcome.
//! - [`desk`] is for people: who was told what, when, and what became of it; try again, pause, resume.
//! - [`retention`] forgets the words when they have served.
//!
//! States: *pending*, *failed* and *unknown* will be tried (again) when due; *leased* is on the wire; *sent*, *dead*,
//! *expired* and *cancelled* are ends. *Dead* waits for a person, who may send it back to *pending*.

mod enqueue;

pub mod desk;
pub mod lease;
pub mod retention;
pub mod verb;
pub mod withdraw;

pub use enqueue::{Notification, Recipient, cancel_for_designation, enqueue, open_key};
pub use withdraw::TakenBack;

use entity::kinds::NotificationState;

/// The states from which a mail is taken when it is due.
const WAITING: [NotificationState; 3] =
    [NotificationState::Pending, NotificationState::Failed, NotificationState::Unknown];
/// The states that nothing leads out of but a person's hand.
const ENDS: [NotificationState; 4] =
    [NotificationState::Sent, NotificationState::Dead, NotificationState::Expired, NotificationState::Cancelled];

/// The last word to somebody who leaves: see [`lease::claim`].
pub const FAREWELL: &str = "farewell";

/// The kind of mail that somebody waits for in front of a screen, and that is worth nothing some minutes later. Such mails have places
/// of their own at the dispatcher. Reminders are not among them although they let their reader in as well: thousands leave at eight.
const AWAITED: &str = "sign_in";

/// The kinds whose words let their reader in, or act in their name with one press. The database keeps hashes of keys, and a copy of it
/// must not hold a key in clear: these words are blanked in the very statement that brings the mail to its end. What a reminder spoke
/// of stays in the ladder's log.
const LETS_IN: [&str; 2] = [AWAITED, "reminder"];
/// The kinds whose slice writes another mail in the place of one that was taken back, as long as what it says is still to be told.
const WRITTEN_ANEW: [&str; 1] = ["reminder"];
