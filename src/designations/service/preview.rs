//! Effects that a designation would have, before it is entered.

use super::{DesignateIn, Entered, enter};
use crate::ctx::Ctx;
use crate::designations::mail;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::network::model::PersonView;
use crate::network::service as network;
use entity::ids::{MailId, PersonId};

/// Effects of a designation.
#[derive(Clone, Debug)]
pub struct Preview {
    pub entered: Designation,
    /// Designations to the same seat that it ends.
    pub leaving: Vec<Designation>,
    pub mails: Vec<ToLeave>,
}

/// A mail that would leave.
#[derive(Clone, Debug)]
pub struct ToLeave {
    /// Text key of its kind.
    pub kind: &'static str,
    /// Name of its reader; `None` for a certified mailbox.
    pub name: Option<String>,
    pub address: String,
}

/// Returns the effects of a designation, without entering it (ADR 23).
///
/// Who may: who may designate. Mails: none. Errors: those of [`super::designate`].
pub async fn preview(ctx: &Ctx, input: DesignateIn) -> Result<Preview> {
    let since = ctx.now();
    ctx.rehearse(async |txn| {
        // Others wait for this turn to write, so all mails with a later id are those of this designation.
        let before: MailId = ctx.new_id();
        let Entered { entered, leaving } = enter(ctx, txn, input).await?;
        let mut promised = mail::promised_by(txn, since, &entered, &leaving).await?;
        promised.retain(|(_, mail)| mail.id.0 > before.0);
        let people = network::people_by_id(txn, promised.iter().filter_map(|(_, mail)| mail.person_id)).await?;
        let name = |id: Option<PersonId>| people.iter().find(|person| Some(person.id) == id).map(PersonView::name);
        let mails = promised
            .into_iter()
            .map(|(kind, mail)| ToLeave { kind, name: name(mail.person_id), address: mail.recipient })
            .collect();
        Ok(Preview { entered, leaving, mails })
    })
    .await
}
