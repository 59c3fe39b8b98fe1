//! The mail to the operator: the head of the audit chain, to be kept away from copies of the database.

use crate::audit::Head;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Kind, MailKind};
use crate::mail::outbox::{self, Draft, Recipient, Subject};
use crate::texts::Lang;
use crate::time::words;

/// The mail with the head of the audit chain.
pub struct AuditAnchor;

impl MailKind for AuditAnchor {
    const NAME: &'static str = "audit_anchor";
    const LABEL: &'static str = "jobs.anchor_kind";
    const SUBJECT: &'static str = "audit";
}

/// Promises the mail of this day if `mail.operator_address` is set; once a day, in Italian.
pub(super) async fn anchor(ctx: &Ctx, txn: &Txn, head: &Head) -> Result<()> {
    let address = &ctx.config().mail.operator_address;
    if address.is_empty() {
        return Ok(());
    }
    let day = ctx.today();
    let draft = Draft {
        kind: Kind::of::<AuditAnchor>(),
        dedupe_key: format!("{}:{day}", AuditAnchor::NAME),
        subject: Subject::of(day).on_day(day),
        to: Recipient {
            person_id: None,
            designation_id: None,
            name: String::new(),
            address: address.clone(),
            lang: Lang::It,
        },
        content: content(ctx, head, Lang::It),
        due_at: ctx.now(),
        expires_at: None,
        calendar: None,
    };
    outbox::promise(ctx, txn, draft).await?;
    Ok(())
}

fn content(ctx: &Ctx, head: &Head, lang: Lang) -> MailContent {
    MailContent {
        subject: lang.f("jobs.anchor_subject", &[("day", &words::short_day(ctx.today()))]),
        preheader: lang.t("jobs.anchor_preheader").to_owned(),
        heading: lang.t("jobs.anchor_heading").to_owned(),
        paragraphs: vec![lang.t("jobs.anchor_keep").to_owned(), lang.t("jobs.anchor_how").to_owned()],
        facts: vec![
            (lang.t("jobs.anchor_head").to_owned(), head.to_string()),
            (lang.t("jobs.anchor_command").to_owned(), format!("raccordo audit verify --anchor {head}")),
        ],
        ..MailContent::default()
    }
}
