//! The mail about a study that was declared, to the secretariat.

use super::store;
use super::view::StudyView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service::{self as designations, News};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::Subject;
use crate::releases::service as releases;
use crate::releases::view::when_text;
use crate::texts::{Label as _, Lang};
use crate::time::words;
use entity::ids::StudyId;
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;

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
    let news = News::of::<Declared>(view.study.id, Subject::of(view.study.id));
    let is_reader = |one: &Designation| one.seat.kind == SeatKind::Secretariat;
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, view, lang)).await
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
        ..Words::of("studies.declared").write(lang, &values)
    }
}
