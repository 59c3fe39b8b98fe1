//! The mail about a study that was declared, to the secretariat.

use super::store;
use super::view::StudyView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::releases::service as releases;
use crate::releases::view::when_text;
use crate::texts::{Label as _, Lang};
use crate::time::words;
use chrono::Days;
use entity::ids::{PersonId, StudyId};
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Days after which an unsent mail expires; the agenda shows the study.
const LASTS_DAYS: u64 = 14;

/// A study was declared: to the secretariat.
pub struct Declared;

impl MailKind for Declared {
    const NAME: &'static str = "study_declared";
    const LABEL: &'static str = "studies.declared_kind";
    const SUBJECT: &'static str = "study";

    /// Tells whether the study was not withdrawn.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<StudyId>() else { return Ok(false) };
        let Some(study) = store::study(db, id).await? else { return Ok(false) };
        Ok(releases::release(db, study.release).await?.release.stands())
    }
}

/// Enqueues *declared* to each member of the secretariat, except to the person who acts.
pub(super) async fn declared(ctx: &Ctx, txn: &Txn, view: &StudyView) -> Result<()> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::holders_of(txn, SeatKind::Secretariat, ctx.today()).await?;
    let readers = holders.iter().filter(|one| told.insert(one.holder.id));
    let drafts = readers.map(|reader| {
        let to = designations::to_holder(reader);
        Draft {
            kind: Kind::of::<Declared>(),
            dedupe_key: format!("{}:{}:{}", Declared::NAME, view.study.id, reader.holder.id),
            subject: Subject::of(view.study.id),
            content: content(ctx, view, to.lang),
            to,
            due_at: ctx.now() + QUIET,
            expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    });
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

fn content(ctx: &Ctx, view: &StudyView, lang: Lang) -> MailContent {
    let release = &view.release.release;
    let when = when_text(release.when(), lang);
    let period = words::period(release.period, lang);
    let theme = view.product.details.theme.map(|theme| theme.label(lang)).unwrap_or_default();
    let values = [
        ("title", view.title()),
        ("observatory", &view.observatory.name),
        ("territory", &view.territory_name),
        ("when", &when),
    ];
    let fact = |key: &str, value: &str| (lang.t(key).to_owned(), value.to_owned());
    MailContent {
        subject: lang.f("studies.declared_subject", &values),
        preheader: lang.f("studies.declared_preheader", &values),
        heading: lang.f("studies.declared_heading", &values),
        paragraphs: vec![lang.f("studies.declared_body", &values)],
        facts: vec![
            fact("studies.theme", theme),
            fact("studies.territory", &view.territory_name),
            fact("studies.period", &period),
            fact("studies.expected", &when),
        ],
        action: Some((
            lang.t("studies.declared_open").to_owned(),
            format!("{}/studies/{}", ctx.config().base_url(), view.study.id),
        )),
        closing: Some(lang.t("studies.declared_closing").to_owned()),
        ..MailContent::default()
    }
}
