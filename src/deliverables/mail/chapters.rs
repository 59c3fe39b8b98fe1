//! Mails of a missing chapter: the release goes out without it, and it is awaited again. To referent and deputy of its
//! observatory, and to the manager of the body.

use super::{DELIVERABLE, LASTS_DAYS, place};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Visibility;
use crate::deliverables::store;
use crate::deliverables::view::DeliverableView;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::network::questions::AllTerritories;
use crate::texts::Lang;
use crate::time::words;
use chrono::Days;
use entity::ids::{DeliverableId, PersonId};
use entity::kinds::{DeliverableState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// A release goes out without a chapter.
pub struct ChapterMissing;

impl MailKind for ChapterMissing {
    const NAME: &'static str = "chapter_missing";
    const LABEL: &'static str = "deliverables_mail.missing_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether the chapter is still missing.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Ok(state_of(db, mail).await? == Some(DeliverableState::Missing))
    }
}

/// A missing chapter is awaited again.
pub struct ChapterAwaited;

impl MailKind for ChapterAwaited {
    const NAME: &'static str = "chapter_awaited";
    const LABEL: &'static str = "deliverables_mail.awaited_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether the chapter is not missing again.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Ok(state_of(db, mail).await?.is_some_and(|state| state != DeliverableState::Missing))
    }
}

async fn state_of(db: &impl ConnectionTrait, mail: &Facts) -> Result<Option<DeliverableState>> {
    let Some(id) = mail.subject::<DeliverableId>() else { return Ok(None) };
    Ok(store::find(db, &Visibility::Everything, id).await?.map(|view| view.deliverable.state()))
}

/// News about a chapter.
#[derive(Clone, Copy)]
pub(in crate::deliverables) enum Told {
    Missing,
    AwaitedAgain,
}

impl Told {
    fn kind(self) -> Kind {
        match self {
            Self::Missing => Kind::of::<ChapterMissing>(),
            Self::AwaitedAgain => Kind::of::<ChapterAwaited>(),
        }
    }

    /// Returns the text keys: subject, preheader, heading, body.
    const fn words(self) -> [&'static str; 4] {
        match self {
            Self::Missing => [
                "deliverables_mail.missing_subject",
                "deliverables_mail.missing_preheader",
                "deliverables_mail.missing_heading",
                "deliverables_mail.missing_body",
            ],
            Self::AwaitedAgain => [
                "deliverables_mail.awaited_subject",
                "deliverables_mail.awaited_preheader",
                "deliverables_mail.awaited_heading",
                "deliverables_mail.awaited_body",
            ],
        }
    }
}

/// Enqueues the news to each of its readers, except to the person who acts.
pub(in crate::deliverables) async fn tell(ctx: &Ctx, txn: &Txn, view: &DeliverableView, told: Told) -> Result<()> {
    let mut known: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let place = place(&territories, view);
    let kind = told.kind();
    let readers = holders.iter().filter(|one| is_for(one, view) && known.insert(one.holder.id));
    let drafts = readers.map(|reader| {
        let to = designations::to_holder(reader);
        Draft {
            kind,
            dedupe_key: format!(
                "{}:{}:{}:{}",
                kind.name(),
                view.deliverable.id,
                view.deliverable.version,
                reader.holder.id
            ),
            subject: Subject::of(view.deliverable.id),
            content: content(ctx, view, place, told, to.lang),
            to,
            due_at: ctx.now() + QUIET,
            expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    });
    let drafts = drafts.collect();
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(())
}

/// Tells whether the news is for a holder: referent and deputy of the observatory, and the manager of its body.
fn is_for(reader: &Designation, about: &DeliverableView) -> bool {
    match reader.seat.kind {
        SeatKind::Referent | SeatKind::Deputy => reader.seat.observatory_id == Some(about.deliverable.observatory_id),
        SeatKind::BodyManager => reader.seat.body_id == about.body_id,
        _ => false,
    }
}

fn content(ctx: &Ctx, view: &DeliverableView, place: &str, told: Told, lang: Lang) -> MailContent {
    let values = [
        ("title", view.release_name(lang)),
        ("place", place.to_owned()),
        ("day", words::brief_day(view.release_day, lang)),
        ("due", words::long_day(view.deliverable.day(), lang)),
        ("out", words::long_day(view.release_day, lang)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let [subject, preheader, heading, body] = told.words();
    let cause = view.deliverable.stage.reason().filter(|_| matches!(told, Told::Missing));
    MailContent {
        subject: lang.f(subject, &values),
        preheader: lang.f(preheader, &values),
        heading: lang.f(heading, &values),
        paragraphs: vec![lang.f(body, &values)],
        facts: cause.map(|cause| (lang.t("deliverables.cause").to_owned(), cause.to_owned())).into_iter().collect(),
        action: Some((
            lang.t("deliverables_mail.open").to_owned(),
            format!("{}/deliverables/{}", ctx.config().base_url(), view.deliverable.id),
        )),
        ..MailContent::default()
    }
}
