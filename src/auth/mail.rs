//! The mail with a sign-in link, the only mail of this slice.

use crate::auth::model::Member;
use crate::auth::{rights, store};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, Recipient, Subject};
use crate::time::words;
use crate::time::zone;
use chrono::{DateTime, Utc};
use entity::ids::SignInLinkId;
use sea_orm::ConnectionTrait;

/// The mail with a sign-in link. It is useless after some minutes, so it is sent before mails that can wait.
pub struct SignIn;

impl MailKind for SignIn {
    const NAME: &'static str = "sign_in";
    const LABEL: &'static str = "auth.mail_kind";
    const SUBJECT: &'static str = "sign_in_link";
    const LETS_IN: bool = true;
    const AWAITED: bool = true;

    /// Tells whether the link is open and its reader may still sign in.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<SignInLinkId>() else { return Ok(false) };
        let Some(link) = store::open_link_by_id(db, id, ctx.now()).await? else { return Ok(false) };
        Ok(rights::may_sign_in(&store::seats_held(db, link.person.id, ctx.today()).await?))
    }
}

/// A new link to mail or print, and its end.
pub struct Link {
    pub id: SignInLinkId,
    pub url: String,
    /// The key in the address.
    pub key: String,
    pub expires_at: DateTime<Utc>,
}

/// Promises the mail with the link, in the language of the page that asked for it. It leaves at any hour, because the
/// person is waiting for it, and expires with the link.
pub async fn send_link(ctx: &Ctx, txn: &Txn, member: &Member, link: &Link) -> Result<()> {
    let draft = Draft {
        kind: Kind::of::<SignIn>(),
        dedupe_key: format!("{}:{}", SignIn::NAME, link.id),
        subject: Subject::of(link.id),
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
    outbox::promise(ctx, txn, draft).await?;
    Ok(())
}

fn content(ctx: &Ctx, link: &Link) -> MailContent {
    let lang = ctx.lang;
    let until = words::hour(zone::local(link.expires_at).time(), lang);
    MailContent {
        subject: lang.f("auth.mail_subject", &[("until", &until)]),
        preheader: lang.t("auth.mail_preheader").to_owned(),
        heading: lang.t("auth.mail_heading").to_owned(),
        paragraphs: vec![
            lang.t("auth.mail_asked").to_owned(),
            lang.f("auth.mail_how", &[("until", &until)]),
            lang.t("auth.mail_not_you").to_owned(),
        ],
        action: Some((lang.t("auth.mail_action").to_owned(), link.url.clone())),
        keys: vec![link.key.clone()],
        ..MailContent::default()
    }
}
