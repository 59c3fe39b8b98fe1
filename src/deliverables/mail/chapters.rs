//! Mails of a missing chapter: the release goes out without it, and it is awaited again. To referent and deputy of its
//! observatory, and to the manager of the body.

use super::{DELIVERABLE, place};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Visibility;
use crate::deliverables::store;
use crate::deliverables::view::DeliverableView;
use crate::designations::service::{self as designations, News};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::Subject;
use crate::network::questions::AllTerritories;
use crate::texts::Lang;
use crate::time::words;
use entity::ids::DeliverableId;
use entity::kinds::{DeliverableState, SeatKind};
use sea_orm::ConnectionTrait;

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
    /// Returns the news; a chapter may be missing and awaited several times.
    fn news(self, view: &DeliverableView) -> News {
        let subject = Subject::of(view.deliverable.id);
        let name = format!("{}:{}", view.deliverable.id, view.deliverable.version);
        match self {
            Self::Missing => News::of::<ChapterMissing>(name, subject),
            Self::AwaitedAgain => News::of::<ChapterAwaited>(name, subject),
        }
    }

    const fn words(self) -> Words {
        match self {
            Self::Missing => Words::of("deliverables_mail.missing"),
            Self::AwaitedAgain => Words::of("deliverables_mail.awaited"),
        }
    }
}

/// Enqueues the news to each of its readers, except to the person who acts.
pub(in crate::deliverables) async fn tell(ctx: &Ctx, txn: &Txn, view: &DeliverableView, told: Told) -> Result<()> {
    let territories = ctx.recall(&AllTerritories).await?;
    let place = place(&territories, view);
    let words = |lang: Lang| content(ctx, view, place, told, lang);
    designations::tell(ctx, txn, &told.news(view), |one| is_for(one, view), words).await
}

/// Tells whether the news is for a holder: referent and deputy of the observatory, and the manager of its body.
fn is_for(reader: &Designation, about: &DeliverableView) -> bool {
    let is_manager = reader.seat.kind == SeatKind::BodyManager && reader.seat.body_id == about.body_id;
    is_manager || reader.seat.works_for(about.deliverable.observatory_id)
}

fn content(ctx: &Ctx, view: &DeliverableView, place: &str, told: Told, lang: Lang) -> MailContent {
    let values = [
        ("title", view.release_name(lang)),
        ("place", place.to_owned()),
        ("day", words::brief_day(view.release_day, lang)),
        ("due", words::long_day(view.deliverable.day(), lang)),
        ("out", words::long_day(view.release_day, lang)),
    ];
    let cause = view.deliverable.stage.reason().filter(|_| matches!(told, Told::Missing));
    MailContent {
        facts: cause.map(|cause| (lang.t("deliverables.cause").to_owned(), cause.to_owned())).into_iter().collect(),
        action: Some((
            lang.t("deliverables_mail.open").to_owned(),
            format!("{}/deliverables/{}", ctx.config().base_url(), view.deliverable.id),
        )),
        ..told.words().write(lang, &values)
    }
}
