//! Changes by the secretariat to the frame: certified mailboxes of bodies, the day of signature of the agreement.

use super::{bodies, meant};
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::network::model::frame::{AgreementChange, BodyChange, FrameRefusal, mailbox, must_be_signed_by};
use crate::network::model::{AgreementView, BodyView};
use crate::network::policy::{self, Action};
use crate::network::store;
use crate::network::verb::Verb;
use crate::open::{Guarded, Seen, admit};
use crate::typed;
use serde_json::json;

/// Changes the certified mailbox of a body.
///
/// What happens: later mails to the body are sent to this mailbox while it has no manager. A change without effect
/// writes nothing. Who may: the secretariat. Mails: none. Errors: `not_found`, `not_an_address`, `mailbox_taken`
/// (another body's), `stale`.
pub async fn edit_body(ctx: &Ctx, txn: &Txn, code: &str, version: i32, change: BodyChange) -> Result<BodyView> {
    let before = admit(ctx, Some(meant(&bodies(txn).await?, code)?), Action::EditFrame, Seen::Version(version))?;
    let pec = match change.pec {
        None => before.pec.clone(),
        Some(typed) => checked_mailbox(typed.as_deref())?,
    };
    if pec == before.pec {
        return Ok(before);
    }
    let is_taken = |other: &BodyView| other.id != before.id && other.pec.as_deref().and_then(mailbox) == pec;
    if pec.is_some() && bodies(txn).await?.iter().any(is_taken) {
        return Err(FrameRefusal::MailboxTaken.into());
    }
    let after = store::update_mailbox(txn, before, pec, ctx.now()).await?;
    let subject = ("body", after.id.to_string());
    audit::record(ctx, txn, Event::about(Verb::EditBody, subject, json!({ "members": ["pec"] }))).await?;
    Ok(after)
}

/// Checks a typed mailbox; blanks alone remove the mailbox.
fn checked_mailbox(text: Option<&str>) -> Result<Option<String>> {
    let text = text.and_then(typed::kept);
    text.map(|text| mailbox(&text).ok_or_else(|| FrameRefusal::NoMailbox.into())).transpose()
}

/// Enters or corrects the day of signature of the agreement.
///
/// A change without effect writes nothing. Who may: the secretariat. Mails: none. Errors: `not_found` before the
/// network is loaded, `signed_in_future`, `end_before_start` (after the last day in force), `stale`.
pub async fn edit_agreement(ctx: &Ctx, txn: &Txn, version: i32, change: AgreementChange) -> Result<AgreementView> {
    let before = admit(ctx, store::agreement(txn).await?, Action::EditFrame, Seen::Version(version))?;
    let day = change.in_force_from.unwrap_or(before.in_force_from);
    if let Some(day) = day {
        must_be_signed_by(ctx.today(), day, &before)?;
    }
    if day == before.in_force_from {
        return Ok(before);
    }
    let after = store::update_signature(txn, before, day, ctx.now()).await?;
    let subject = ("agreement", after.id.to_string());
    let details = json!({ "in_force_from": after.in_force_from });
    audit::record(ctx, txn, Event::about(Verb::EditAgreement, subject, details)).await?;
    Ok(after)
}

impl Guarded for BodyView {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

impl Guarded for AgreementView {
    type Action = Action;
    const VIEW: Action = Action::View;

    fn may(&self, actor: &Actor, action: Action) -> bool {
        policy::may(actor, action)
    }

    fn version(&self) -> i32 {
        self.version
    }
}
