//! Mails of a peer reading: asked, to the reader; delivered, to the secretariat and to the author.

use super::policy::Visibility;
use super::store;
use super::view::ReadingView;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service::{self as designations, News};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::Subject;
use crate::texts::Lang;
use crate::time::words;
use entity::ids::PeerReadingId;
use entity::kinds::{ReadingState, SeatKind};
use sea_orm::ConnectionTrait;

/// Kind of the subject of these mails.
const READING: &str = "peer_reading";

/// A peer reading was asked: to referent and deputy of the reader.
pub struct ReadingAsked;

impl MailKind for ReadingAsked {
    const NAME: &'static str = "reading_asked";
    const LABEL: &'static str = "reviews_mail.asked_kind";
    const SUBJECT: &'static str = READING;

    /// Tells whether the reader still has to answer.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Ok(state_of(db, mail).await? == Some(ReadingState::Asked))
    }
}

/// A peer reading was delivered: to the secretariat, and to referent and deputy of the author.
pub struct ReadingDelivered;

impl MailKind for ReadingDelivered {
    const NAME: &'static str = "reading_delivered";
    const LABEL: &'static str = "reviews_mail.delivered_kind";
    const SUBJECT: &'static str = READING;

    /// Tells whether it is delivered; a delivered reading stays so.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Ok(state_of(db, mail).await? == Some(ReadingState::Delivered))
    }
}

async fn state_of(db: &impl ConnectionTrait, mail: &Facts) -> Result<Option<ReadingState>> {
    let Some(id) = mail.subject::<PeerReadingId>() else { return Ok(None) };
    Ok(store::reading(db, &Visibility::Everything, id).await?.map(|reading| reading.state))
}

/// Enqueues *reading asked* to each of its readers, except to the person who acts.
pub(super) async fn asked(ctx: &Ctx, txn: &Txn, view: &ReadingView) -> Result<()> {
    let news = News::of::<ReadingAsked>(view.reading.id, Subject::of(view.reading.id));
    let is_reader = |one: &Designation| one.seat.works_for(view.reading.observatory_id);
    let words = (Words::of("reviews_mail.asked"), "reviews_mail.answer");
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, view, words, None, lang)).await
}

/// Enqueues *reading delivered* to each of its readers, except to the person who acts.
pub(super) async fn delivered(ctx: &Ctx, txn: &Txn, view: &ReadingView, remarks: usize) -> Result<()> {
    let news = News::of::<ReadingDelivered>(view.reading.id, Subject::of(view.reading.id));
    let author = view.about.deliverable.observatory_id;
    let is_reader = |one: &Designation| one.seat.kind == SeatKind::Secretariat || one.seat.works_for(author);
    let words = (Words::of("reviews_mail.delivered"), "reviews_mail.open");
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, view, words, Some(remarks), lang)).await
}

fn content(
    ctx: &Ctx,
    view: &ReadingView,
    (words, button): (Words, &str),
    remarks: Option<usize>,
    lang: Lang,
) -> MailContent {
    let about = &view.about;
    let found = match remarks {
        None | Some(0) => lang.t("reviews.found_none").to_owned(),
        Some(1) => lang.t("reviews.found_one").to_owned(),
        Some(several) => lang.f("reviews.found_several", &[("number", &several.to_string())]),
    };
    let values = [
        ("title", about.release_name(lang)),
        ("author", about.observatory_name.clone()),
        ("reader", view.reader_name.clone()),
        ("day", words::brief_day(view.reading.due_day, lang)),
        ("due", words::long_day(view.reading.due_day, lang)),
        ("out", words::long_day(about.release_day, lang)),
        ("found", found),
    ];
    let is_asked = remarks.is_none();
    let path = if is_asked {
        format!("/readings/{}", view.reading.id)
    } else {
        format!("/deliverables/{}", about.deliverable.id)
    };
    let note = view.reading.note.iter().filter(|_| is_asked);
    MailContent {
        facts: note.map(|note| (lang.t("reviews_mail.note").to_owned(), note.clone())).collect(),
        action: Some((lang.t(button).to_owned(), format!("{}{path}", ctx.config().base_url()))),
        ..words.write(lang, &values)
    }
}
