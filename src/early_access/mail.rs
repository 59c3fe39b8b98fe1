//! The mail about a granted access.

use super::store;
use super::view::AccessView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::texts::Lang;
use crate::time::words;
use chrono::Days;
use entity::ids::EarlyAccessId;
use sea_orm::ConnectionTrait;

/// Days after which an unsent mail expires.
const LASTS_DAYS: u64 = 14;

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
    let to = designations::to_holder(holder);
    let draft = Draft {
        kind: Kind::of::<Granted>(),
        dedupe_key: format!("{}:{}", Granted::NAME, view.access.id),
        subject: Subject::of(view.access.id),
        content: content(ctx, view, to.lang),
        to,
        due_at: ctx.now() + QUIET,
        expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
        calendar: None,
    };
    outbox::promise_all(ctx, txn, vec![draft]).await?;
    Ok(())
}

fn content(ctx: &Ctx, view: &AccessView, lang: Lang) -> MailContent {
    let hours = view.access.hours_before.to_string();
    let (from, until) = (words::date(view.access.from, lang), words::date(view.access.until, lang));
    let values = [("product", view.product_name(lang)), ("hours", &hours), ("from", &from), ("until", &until)];
    MailContent {
        subject: lang.f("early_access.granted_subject", &values),
        preheader: lang.f("early_access.granted_preheader", &values),
        heading: lang.f("early_access.granted_heading", &values),
        paragraphs: vec![lang.f("early_access.granted_body", &values), lang.t("early_access.granted_rules").to_owned()],
        facts: vec![(lang.t("early_access.reason").to_owned(), view.access.reason.clone())],
        action: Some((
            lang.t("early_access.granted_open").to_owned(),
            format!("{}/early-access", ctx.config().base_url()),
        )),
        closing: Some(lang.t("early_access.granted_closing").to_owned()),
        ..MailContent::default()
    }
}
