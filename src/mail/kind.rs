//! Kinds of mail: their requirements on the outbox, and the check whether a mail is still true.
//!
//! A slice declares a type per kind and implements [`MailKind`] for it; `src/kinds_of_mail.rs` lists all of them. A
//! kind that is not in that list does not compile, because [`MailKind`] requires [`Listed`].

use crate::ctx::Ctx;
use crate::error::Result;
use chrono::NaiveDate;
use entity::ids::{DesignationId, MailId, PersonId};
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult};
use std::str::FromStr;

/// Marker of a kind in the list of all kinds. Implemented only by `src/kinds_of_mail.rs`.
pub trait Listed {}

/// One kind of mail.
///
/// The constants are copied to the row when a mail is enqueued, so a later change of a constant does not affect
/// existing mails.
pub trait MailKind: Listed + 'static {
    /// Name in the column `kind` and in a header of the mail. At most 60 lower-case characters; never changed after a
    /// release.
    const NAME: &'static str;
    /// Text key of the name displayed in the mail log.
    const LABEL: &'static str;
    /// Kind of the mail's subject: the column `subject_kind`. At most 40 characters.
    const SUBJECT: &'static str;
    /// Whether the text contains a link that signs its reader in or acts in the reader's name. The database keeps only
    /// hashes of such keys, so that a copy of it holds no usable key; the text is therefore deleted in the statement
    /// that sets the final state.
    const LETS_IN: bool = false;
    /// Whether the reader waits for the mail in front of a screen. The dispatcher reserves places for such mails.
    const AWAITED: bool = false;
    /// Whether the slice enqueues a new mail for one that was withdrawn, while its content is still true.
    const WRITTEN_ANEW: bool = false;
    /// Whether it is the last mail to its address: it is sent after all other mails to that address.
    const FAREWELL: bool = false;

    /// Tells whether the content of the mail is still true. Called each time before the mail is sent; an untrue mail is
    /// withdrawn.
    fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> impl Future<Output = Result<bool>> + Send {
        let _ = (ctx, db, mail);
        async { Ok(true) }
    }
}

/// A [`MailKind`] as a value. Only [`Kind::of`] makes it, so each value is a listed kind.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub(super) name: &'static str,
    pub(super) subject: &'static str,
    pub(super) lets_in: bool,
    pub(super) is_awaited: bool,
    pub(super) is_written_anew: bool,
    pub(super) is_farewell: bool,
    label: &'static str,
    still_true: StillTrue,
}

type StillTrue = for<'a> fn(&'a Ctx, &'a DatabaseConnection, &'a Facts) -> BoxFuture<'a, Result<bool>>;

impl Kind {
    pub const fn of<K: MailKind>() -> Self {
        Self {
            name: K::NAME,
            subject: K::SUBJECT,
            lets_in: K::LETS_IN,
            is_awaited: K::AWAITED,
            is_written_anew: K::WRITTEN_ANEW,
            is_farewell: K::FAREWELL,
            label: K::LABEL,
            still_true: still_true::<K>,
        }
    }

    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the text key of the kind's name.
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// Tells whether a mail of this kind is still true: [`MailKind::still_true`].
    pub async fn still_true(&self, ctx: &Ctx, db: &DatabaseConnection, mail: &Facts) -> Result<bool> {
        (self.still_true)(ctx, db, mail).await
    }
}

fn still_true<'a, K: MailKind>(
    ctx: &'a Ctx,
    db: &'a DatabaseConnection,
    mail: &'a Facts,
) -> BoxFuture<'a, Result<bool>> {
    Box::pin(K::still_true(ctx, db, mail))
}

/// Facts of an enqueued mail: its subject and its recipient.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Facts {
    pub id: MailId,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    /// Version of the subject stated in the mail, if its kind has one.
    pub about_version: Option<i32>,
    /// Day stated in the mail, if its kind has one.
    pub about_day: Option<NaiveDate>,
    pub person_id: Option<PersonId>,
    /// Designation because of which the reader gets the mail.
    pub designation_id: Option<DesignationId>,
    /// Address to which the mail was enqueued.
    pub recipient: String,
    pub is_farewell: bool,
}

impl Facts {
    /// Returns the id of the subject; `None` if it has another type.
    pub fn subject<T: FromStr>(&self) -> Option<T> {
        self.subject_id.parse().ok()
    }

    /// Tells whether the mail states this day; `true` for a mail without a day.
    pub fn speaks_of(&self, day: NaiveDate) -> bool {
        self.about_day.is_none_or(|told| told == day)
    }
}
