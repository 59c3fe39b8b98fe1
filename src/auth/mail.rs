//! The mail with a sign-in link, the only mail of this slice.

use crate::auth::model::Member;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::outbox::{self, Notification, Recipient};
use crate::time::words;
use crate::time::zone;
use chrono::{DateTime, Utc};
use entity::ids::SignInLinkId;

/// Kind of the mail's subject; its id is the link's.
pub const SUBJECT_KIND: &str = "sign_in_link";

/// Content of the mail: the link and its end.
pub struct Link {
    pub id: SignInLinkId,
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// Promises the mail with the link, in the language of the page that asked for it. It leaves at any hour, because the
/// person is waiting for it, and expires with the link.
pub async fn send_link(ctx: &Ctx, txn: &Txn, member: &Member, link: &Link) -> Result<()> {
    let notification = Notification {
        kind: "sign_in",
        dedupe_key: format!("sign_in:{}", link.id),
        subject: (SUBJECT_KIND, link.id.to_string()),
        to: Recipient {
            person_id: Some(member.id),
            designation_id: None,
            name: member.name(),
            address: member.email.clone(),
            lang: ctx.lang,
        },
        content: content(ctx, link),
        due_at: ctx.now(),
        expires_at: Some(link.expires_at),
        calendar: None,
    };
    outbox::enqueue(ctx, txn, notification).await?;
    Ok(())
}

fn content(ctx: &Ctx, link: &Link) -> MailContent {
    let lang = ctx.lang;
    let until = words::hour(zone::local(link.expires_at).time(), lang);
    MailContent {
        subject: lang.t("auth.mail_subject").to_owned(),
        heading: lang.t("auth.mail_heading").to_owned(),
        paragraphs: vec![
            lang.t("auth.mail_asked").to_owned(),
            lang.f("auth.mail_how", &[("until", &until)]),
            lang.t("auth.mail_not_you").to_owned(),
        ],
        facts: Vec::new(),
        action: Some((lang.t("auth.mail_action").to_owned(), link.url.clone())),
        closing: None,
    }
}
