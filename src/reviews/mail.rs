//! Mails of a peer reading: asked, to the reader; delivered, to the secretariat and to the author.

use super::policy::Visibility;
use super::store;
use super::view::ReadingView;
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
use entity::ids::{ObservatoryId, PeerReadingId, PersonId};
use entity::kinds::{ReadingState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Kind of the subject of these mails.
const READING: &str = "peer_reading";

/// Days after which an unsent mail expires.
const LASTS_DAYS: u64 = 14;

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

/// Returns whether a designation is that of referent or deputy of an observatory.
fn works_for(reader: &Designation, observatory: ObservatoryId) -> bool {
    matches!(reader.seat.kind, SeatKind::Referent | SeatKind::Deputy) && reader.seat.observatory_id == Some(observatory)
}

/// Enqueues *reading asked* to each of its readers, except to the person who acts.
pub(super) async fn asked(ctx: &Ctx, txn: &Txn, view: &ReadingView) -> Result<()> {
    let is_for = |one: &Designation| works_for(one, view.reading.observatory_id);
    let words = |lang: Lang| content(ctx, view, ASKED, None, lang);
    tell(ctx, txn, view, Kind::of::<ReadingAsked>(), is_for, words).await
}

/// Enqueues *reading delivered* to each of its readers, except to the person who acts.
pub(super) async fn delivered(ctx: &Ctx, txn: &Txn, view: &ReadingView, remarks: usize) -> Result<()> {
    let is_for = |one: &Designation| {
        one.seat.kind == SeatKind::Secretariat || works_for(one, view.about.deliverable.observatory_id)
    };
    let words = |lang: Lang| content(ctx, view, DELIVERED, Some(remarks), lang);
    tell(ctx, txn, view, Kind::of::<ReadingDelivered>(), is_for, words).await
}

async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    view: &ReadingView,
    kind: Kind,
    is_for: impl Fn(&Designation) -> bool,
    content: impl Fn(Lang) -> MailContent,
) -> Result<()> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let readers = holders.iter().filter(|one| is_for(one) && told.insert(one.holder.id));
    let drafts = readers.map(|reader| {
        let to = designations::to_holder(reader);
        Draft {
            kind,
            dedupe_key: format!("{}:{}:{}", kind.name(), view.reading.id, reader.holder.id),
            subject: Subject::of(view.reading.id),
            content: content(to.lang),
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

/// Text keys: subject, preheader, heading, body, button.
type Keys = [&'static str; 5];

const ASKED: Keys = [
    "reviews_mail.asked_subject",
    "reviews_mail.asked_preheader",
    "reviews_mail.asked_heading",
    "reviews_mail.asked_body",
    "reviews_mail.answer",
];

const DELIVERED: Keys = [
    "reviews_mail.delivered_subject",
    "reviews_mail.delivered_preheader",
    "reviews_mail.delivered_heading",
    "reviews_mail.delivered_body",
    "reviews_mail.open",
];

fn content(ctx: &Ctx, view: &ReadingView, keys: Keys, remarks: Option<usize>, lang: Lang) -> MailContent {
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
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let [subject, preheader, heading, body, button] = keys;
    let is_asked = remarks.is_none();
    let path = if is_asked {
        format!("/readings/{}", view.reading.id)
    } else {
        format!("/deliverables/{}", about.deliverable.id)
    };
    let note = view.reading.note.iter().filter(|_| is_asked);
    MailContent {
        subject: lang.f(subject, &values),
        preheader: lang.f(preheader, &values),
        heading: lang.f(heading, &values),
        paragraphs: vec![lang.f(body, &values)],
        facts: note.map(|note| (lang.t("reviews_mail.note").to_owned(), note.clone())).collect(),
        action: Some((lang.t(button).to_owned(), format!("{}{path}", ctx.config().base_url()))),
        ..MailContent::default()
    }
}
