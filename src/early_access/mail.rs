//! The mail about a granted access.

use super::store;
use super::view::AccessView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service::News;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::{self, Subject};
use crate::texts::Lang;
use crate::time::words;
use entity::ids::EarlyAccessId;
use sea_orm::ConnectionTrait;

/// An access was granted: to the holder of the designation.
pub struct Granted;

impl MailKind for Granted {
    const NAME: &'static str = "early_access_granted";
    const LABEL: &'static str = "early_access.granted_kind";
    const SUBJECT: &'static str = "early_access";

    /// Tells whether the access was not ended since.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<EarlyAccessId>() else { return Ok(false) };
        let known = store::find(db, id).await?;
        Ok(known.is_some_and(|access| access.ended_at.is_none() && access.until >= ctx.today()))
    }
}

/// Enqueues *granted*.
pub(super) async fn granted(ctx: &Ctx, txn: &Txn, view: &AccessView, holder: &Designation) -> Result<()> {
    let news = News::of::<Granted>(view.access.id, Subject::of(view.access.id));
    outbox::promise_all(ctx, txn, vec![news.to(ctx, holder, |lang| content(ctx, view, lang))]).await?;
    Ok(())
}

fn content(ctx: &Ctx, view: &AccessView, lang: Lang) -> MailContent {
    let hours = view.access.hours_before.to_string();
    let (from, until) = (words::date(view.access.from, lang), words::date(view.access.until, lang));
    let values = [("product", view.product_name(lang)), ("hours", &hours), ("from", &from), ("until", &until)];
    let mut content = Words::of("early_access.granted").write(lang, &values);
    content.paragraphs.push(lang.t("early_access.granted_rules").to_owned());
    MailContent {
        facts: vec![(lang.t("early_access.reason").to_owned(), view.access.reason.clone())],
        action: Some((
            lang.t("early_access.granted_open").to_owned(),
            format!("{}/early-access", ctx.config().base_url()),
        )),
        closing: Some(lang.t("early_access.granted_closing").to_owned()),
        ..content
    }
}
