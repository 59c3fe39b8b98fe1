//! Kinds of mail about a meeting. Each states a sequence of the meeting's calendar entry (RFC 5546) and is true until
//! its reader gets a later message: an unsent invitation is dropped when the meeting is moved or cancelled.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::mail::kind::{Facts, MailKind};
use crate::meetings::store;
use entity::ids::MeetingId;
use sea_orm::ConnectionTrait;

/// Kind of the subject of these mails.
const MEETING: &str = "meeting";

/// A meeting was convened: to each member.
pub struct Convened;

impl MailKind for Convened {
    const NAME: &'static str = "meeting_convened";
    const LABEL: &'static str = "meetings_mail.convened_kind";
    const SUBJECT: &'static str = MEETING;

    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        is_last_word(db, mail).await
    }
}

/// A convened meeting has another day, hour or place: to each person invited before.
pub struct Moved;

impl MailKind for Moved {
    const NAME: &'static str = "meeting_moved";
    const LABEL: &'static str = "meetings_mail.moved_kind";
    const SUBJECT: &'static str = MEETING;

    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        is_last_word(db, mail).await
    }
}

/// A convened meeting is cancelled: to each person whose calendar contains it.
pub struct Cancelled;

impl MailKind for Cancelled {
    const NAME: &'static str = "meeting_cancelled";
    const LABEL: &'static str = "meetings_mail.cancelled_kind";
    const SUBJECT: &'static str = MEETING;

    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        is_last_word(db, mail).await
    }
}

/// A person became a member, or an invited partner, after the convocation: to that person.
pub struct Joined;

impl MailKind for Joined {
    const NAME: &'static str = "meeting_joined";
    const LABEL: &'static str = "meetings_mail.joined_kind";
    const SUBJECT: &'static str = MEETING;

    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        is_last_word(db, mail).await
    }
}

/// A person is no longer a member or an invited partner, and the meeting takes place for the others: to that person.
pub struct Left;

impl MailKind for Left {
    const NAME: &'static str = "meeting_left";
    const LABEL: &'static str = "meetings_mail.left_kind";
    const SUBJECT: &'static str = MEETING;

    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        is_last_word(db, mail).await
    }
}

/// Tells whether the reader got no later message about the meeting.
async fn is_last_word(db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
    let (Some(meeting), Some(reader)) = (mail.subject::<MeetingId>(), mail.person_id) else { return Ok(true) };
    let told = store::told(db, meeting).await?;
    let last = told.iter().find(|one| one.person_id == reader).map(|one| i64::from(one.told.sequence));
    Ok(last.is_none_or(|last| mail.about_version.is_none_or(|sequence| i64::from(sequence) == last)))
}
