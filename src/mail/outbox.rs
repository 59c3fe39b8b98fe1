//! Promising a mail.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::texts::Lang;
use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, PersonId};

pub struct Notification {
    pub kind: &'static str,
    pub dedupe_key: String,
    pub subject: (&'static str, String),
    pub to: Recipient,
    pub content: MailContent,
    pub due_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub calendar: Option<()>,
}

pub struct Recipient {
    pub person_id: Option<PersonId>,
    pub designation_id: Option<DesignationId>,
    pub name: String,
    pub address: String,
    pub lang: Lang,
}

pub async fn enqueue(_: &Ctx, _: &Txn, _: Notification) -> Result<()> {
    Ok(())
}
