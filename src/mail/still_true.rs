//! The last look before a mail leaves, on one page: each kind that can become untrue while it waits, and the slice that knows.
//!
//! A mail is written at once and may wait: for the dispatcher, for a relay that stands still, because sending is paused.
//! What was done, moved or handed over meanwhile is not said any more (rule 8 of the domain). Asking when the mail is taken is
//! enough, whatever happened; that every transition thinks of the mails it belies would not be.

use super::outbox::lease::{self, About};
use super::outbox::{FAREWELL, TakenBack};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::{auth, designations, meetings, network, reminders};
use entity::ids::MailId;
use sea_orm::ConnectionTrait;

/// What the last look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    TakenBack(TakenBack),
    /// Something else has to leave first.
    NotYet,
}

/// Looks at a mail that was taken to be sent.
pub async fn look(ctx: &Ctx, db: &impl ConnectionTrait, id: MailId) -> Result<Verdict> {
    let Some(mail) = lease::about(db, id).await? else { return Ok(Verdict::Holds) };
    if let Some(designation) = mail.designation_id
        && designations::service::is_over(db, designation, ctx.today()).await?
    {
        // The night's handover takes such mails back as well, some minutes after midnight.
        return Ok(Verdict::TakenBack(TakenBack::DesignationEnded));
    }
    if !is_still_the_address(db, &mail).await? || !designations::service::still_holds(db, &mail, ctx.today()).await? {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if mail.subject_kind == auth::service::LINK_SUBJECT
        && !auth::service::is_link_open(ctx, db, &mail.subject_id).await?
    {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if mail.kind == reminders::service::MAIL_KIND && !reminders::service::still_holds(ctx, db, id).await? {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if let Some(person) = mail.person_id.filter(|_| mail.subject_kind == meetings::service::SUBJECT_KIND)
        && meetings::service::is_overtaken(db, &mail.subject_id, person, &mail.dedupe_key).await?
    {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if let Some(leaver) = mail.person_id.filter(|_| mail.kind == FAREWELL)
        && meetings::service::owes_withdrawal(ctx, db, leaver).await?
    {
        return Ok(Verdict::NotYet);
    }
    Ok(Verdict::Holds)
}

/// Whether the mail goes where its reader is written to now: an address that was corrected meanwhile was wrong, or is not theirs any
/// more.
async fn is_still_the_address(db: &impl ConnectionTrait, mail: &About) -> Result<bool> {
    let Some(person) = mail.person_id else { return Ok(true) };
    Ok(network::service::person(db, person).await?.email.eq_ignore_ascii_case(&mail.recipient))
}
