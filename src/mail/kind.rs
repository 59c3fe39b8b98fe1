//! Kinds of mail: what each kind asks of the outbox, and whether a mail of it still holds.
//!
//! A slice declares a type per kind and implements [`MailKind`] for it; `src/kinds_of_mail.rs` lists all of them. A kind that is not in
//! that list does not compile, because [`MailKind`] demands [`Listed`].

use crate::ctx::Ctx;
use crate::error::Result;
use chrono::NaiveDate;
use entity::ids::{DesignationId, MailId, PersonId};
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult};
use std::str::FromStr;

/// Mark of a kind that is in the list of all kinds. Implemented by `src/kinds_of_mail.rs` only.
pub trait Listed {}

/// One kind of mail.
///
/// The constants are copied to the row at the promise, so a later change of a constant does not concern the mails already promised.
pub trait MailKind: Listed + 'static {
    /// Machine name: the column `kind` and a header of the mail. At most 60 lower-case characters; never changed once released.
    const NAME: &'static str;
    /// Text key of the name that people read in the mail log.
    const LABEL: &'static str;
    /// Kind of the thing that the mail is about: the column `subject_kind`. At most 40 characters.
    const SUBJECT: &'static str;
    /// Whether the words let the reader in, or act in the reader's name with one press. The database keeps hashes of keys, and a copy
    /// of it must not hold a key in clear: such words are blanked in the statement that brings the mail to its end.
    const LETS_IN: bool = false;
    /// Whether the reader waits for the mail in front of a screen. Such mails have places of their own at the dispatcher.
    const AWAITED: bool = false;
    /// Whether the slice writes another mail in the place of one that was taken back, as long as there is something to tell.
    const WRITTEN_ANEW: bool = false;
    /// Whether it is the last mail to its address: it leaves after all other mails to that address.
    const FAREWELL: bool = false;

    /// Checks that what the mail says still holds. Asked each time before the mail leaves; a mail that does not hold is taken back.
    fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> impl Future<Output = Result<bool>> + Send {
        let _ = (ctx, db, mail);
        async { Ok(true) }
    }
}

/// [`MailKind`] as a value. Made by [`Kind::of`] only, so each value is of a listed kind.
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

    /// Checks that a mail of this kind still holds: [`MailKind::still_true`].
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

/// Facts of a promised mail: what it is about, and to whom it goes.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Facts {
    pub id: MailId,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    /// Version of the subject of which the mail speaks, where its kind has one.
    pub about_version: Option<i32>,
    /// Day of which the mail speaks, where its kind has one.
    pub about_day: Option<NaiveDate>,
    pub person_id: Option<PersonId>,
    /// Designation on whose strength the reader is told.
    pub designation_id: Option<DesignationId>,
    /// Address to which the mail was promised.
    pub recipient: String,
    pub is_farewell: bool,
}

impl Facts {
    /// Returns the id of the subject; `None` if it is no id of this type.
    pub fn subject<T: FromStr>(&self) -> Option<T> {
        self.subject_id.parse().ok()
    }

    /// Checks that the mail speaks of a day; a mail that names no day is not judged by it.
    pub fn speaks_of(&self, day: NaiveDate) -> bool {
        self.about_day.is_none_or(|told| told == day)
    }
}
