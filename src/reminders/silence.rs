//! Reminders as questions, each about its obligations.

use super::store;
use crate::error::Result;
use crate::mail::outbox::withdraw;
use crate::silence::Question;
use chrono::{DateTime, Utc};
use entity::ids::MailId;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Returns the reminders sent since an instant.
pub async fn questions(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Question>> {
    let mut gone = withdraw::gone_since(db, store::MAIL_KIND, since).await?;
    gone.extend(withdraw::gone_since(db, store::BY_HAND_KIND, since).await?);
    let ids: Vec<MailId> = gone.iter().map(|mail| mail.id).collect();
    let mut told: HashMap<MailId, Vec<String>> = HashMap::new();
    for entry in store::entries_of_mails(db, &ids).await? {
        if let Some(mail) = entry.mail_id {
            told.entry(mail).or_default().push(entry.key.id.to_string());
        }
    }
    let question = |mail: withdraw::Gone| Question {
        to: mail.person_id,
        sent_at: mail.sent_at.0,
        about: told.remove(&mail.id).unwrap_or_default(),
    };
    Ok(gone.into_iter().map(question).collect())
}
