//! Kinds of mail of the register, each with the condition under which it is still true.

use crate::ctx::Ctx;
use crate::designations::policy::Visibility;
use crate::designations::store;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::Words;
use crate::mail::kind::{Facts, MailKind};
use crate::open::Scoped as _;
use chrono::NaiveDate;
use entity::ids::{DesignationId, SeatId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// Kind of the subject of mails about a designation.
const DESIGNATION: &str = "designation";

/// A kind of mail about a designation, with its text keys.
pub(super) trait AboutDesignation: MailKind {
    const WORDS: Words;
    /// Whether an unsent mail expires after [`super::LASTS_DAYS`] days.
    const EXPIRES: bool = true;

    /// Returns the day that the mail states.
    fn day(about: &Designation) -> Option<NaiveDate>;

    /// Returns the de-duplication key of a mail: equal for mails about the same day.
    fn key(about: &Designation, reader: Uuid) -> String {
        format!("{}:{}:{}:{reader}", Self::NAME, about.id, shown(Self::day(about)))
    }
}

/// Returns the key of a mail about an end that was carried out. It includes the day and the record of the end, because
/// an end that was corrected away may be entered again.
fn key_of_record(name: &str, about: &Designation, reader: Uuid) -> String {
    format!("{name}:{}:{}:{}:{reader}", about.id, about.record.position, shown(about.record.statement.term.to))
}

fn shown(day: Option<NaiveDate>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

/// A designation was registered: to the newcomer, to the body and to the secretariat.
pub struct Registered;

impl MailKind for Registered {
    const NAME: &'static str = "designation_registered";
    const LABEL: &'static str = "designations_mail.registered_kind";
    const SUBJECT: &'static str = DESIGNATION;

    /// Tells whether the designation was not annulled.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Ok(subject_of(ctx, db, mail).await?.is_none_or(|known| !known.is_annulled()))
    }
}

impl AboutDesignation for Registered {
    const WORDS: Words = Words::of("designations_mail.registered");

    fn day(about: &Designation) -> Option<NaiveDate> {
        Some(about.record.statement.term.from)
    }
}

/// A term begins: to the holder. The mail states the first day.
pub struct Welcome;

impl MailKind for Welcome {
    const NAME: &'static str = "designation_welcome";
    const LABEL: &'static str = "designations_mail.welcome_kind";
    const SUBJECT: &'static str = DESIGNATION;

    /// Tells whether the term begins on the day stated in the mail.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(known) = subject_of(ctx, db, mail).await? else { return Ok(true) };
        Ok(!known.is_annulled() && mail.speaks_of(known.record.statement.term.from))
    }
}

impl AboutDesignation for Welcome {
    const WORDS: Words = Words::of("designations_mail.welcome");

    fn day(about: &Designation) -> Option<NaiveDate> {
        Some(about.record.statement.term.from)
    }
}

/// A term ends within the coming weeks: to the body and to the secretariat. The mail states the last day.
pub struct EndingSoon;

impl MailKind for EndingSoon {
    const NAME: &'static str = "designation_ending_soon";
    const LABEL: &'static str = "designations_mail.ending_soon_kind";
    const SUBJECT: &'static str = DESIGNATION;

    /// Tells whether the term still ends on the day stated in the mail, and no successor is designated for the day
    /// after it.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(known) = subject_of(ctx, db, mail).await? else { return Ok(true) };
        Ok(is_of_this_end(mail, &known) && store::successors(db, &known).await?.is_empty())
    }
}

impl AboutDesignation for EndingSoon {
    const WORDS: Words = Words::of("designations_mail.ending_soon");

    fn day(about: &Designation) -> Option<NaiveDate> {
        about.record.statement.term.to
    }
}

/// A term has ended: to the former holder. The mail states the last day.
pub struct Farewell;

impl MailKind for Farewell {
    const NAME: &'static str = "farewell";
    const LABEL: &'static str = "designations_mail.farewell_kind";
    const SUBJECT: &'static str = DESIGNATION;
    const FAREWELL: bool = true;

    /// Tells whether the term has ended on the day stated in the mail.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        has_ended_as_told(ctx, db, mail).await
    }
}

impl AboutDesignation for Farewell {
    const WORDS: Words = Words::of("designations_mail.farewell");
    const EXPIRES: bool = false;

    fn day(about: &Designation) -> Option<NaiveDate> {
        about.record.statement.term.to
    }

    fn key(about: &Designation, reader: Uuid) -> String {
        key_of_record(Self::NAME, about, reader)
    }
}

/// A term has ended: to the body. The mail states the last day.
pub struct Ended;

impl MailKind for Ended {
    const NAME: &'static str = "designation_ended";
    const LABEL: &'static str = "designations_mail.ended_kind";
    const SUBJECT: &'static str = DESIGNATION;

    /// Tells whether the term has ended on the day stated in the mail.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        has_ended_as_told(ctx, db, mail).await
    }
}

impl AboutDesignation for Ended {
    const WORDS: Words = Words::of("designations_mail.ended");
    const EXPIRES: bool = false;

    fn day(about: &Designation) -> Option<NaiveDate> {
        about.record.statement.term.to
    }

    fn key(about: &Designation, reader: Uuid) -> String {
        key_of_record(Self::NAME, about, reader)
    }
}

/// A seat is vacant: to the body that designates for it.
pub struct Requested;

impl MailKind for Requested {
    const NAME: &'static str = "designation_requested";
    const LABEL: &'static str = "designations_mail.requested_kind";
    const SUBJECT: &'static str = "seat";

    /// Tells whether the seat is still vacant.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(seat) = mail.subject::<SeatId>() else { return Ok(true) };
        Ok(store::holders_on(db, seat, ctx.today()).await?.is_empty())
    }
}

/// Reads the designation of a mail; `None` for an unknown id, in which case the mail counts as true.
async fn subject_of(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<Option<Designation>> {
    let Some(id) = mail.subject::<DesignationId>() else { return Ok(None) };
    Designation::find(ctx, db, &Visibility::Everything, id).await
}

/// Tells whether the designation was not annulled and ends on the day stated in the mail.
fn is_of_this_end(mail: &Facts, known: &Designation) -> bool {
    !known.is_annulled() && known.record.statement.term.to.is_some_and(|last| mail.speaks_of(last))
}

async fn has_ended_as_told(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
    let Some(known) = subject_of(ctx, db, mail).await? else { return Ok(true) };
    Ok(is_of_this_end(mail, &known) && known.has_ended(ctx.today()))
}
