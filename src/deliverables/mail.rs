//! Mails of a contribution: handed in to the secretariat; approved or sent back to referent and deputy.
//!
//! Each mail states the position of the submission it is about. Those about a missing chapter are in `mail/chapters.rs`.

pub mod chapters;

use super::model::Submission;
use super::policy::Visibility;
use super::store;
use super::view::{Accepted, DeliverableView};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{Item, MailContent};
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::network::model::TerritoryView;
use crate::network::questions::AllTerritories;
use crate::texts::Lang;
use crate::time::words;
use chrono::{Days, NaiveDate};
use entity::ids::{DeliverableId, PersonId};
use entity::kinds::{DeliverableState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};

/// Kind of the subject of these mails.
const DELIVERABLE: &str = "deliverable";

/// Days after which an unsent mail expires.
const LASTS_DAYS: u64 = 14;

/// A text was handed in: to the secretariat, which examines it.
pub struct HandedIn;

impl MailKind for HandedIn {
    const NAME: &'static str = "contribution_handed_in";
    const LABEL: &'static str = "deliverables_mail.handed_in_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether the submission still waits for the review.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some((view, last)) = told_of(db, mail).await? else { return Ok(false) };
        Ok(view.deliverable.state() == DeliverableState::Submitted && last.answered_at.is_none())
    }
}

/// The review approved a contribution: to its referent and deputy.
pub struct Approved;

impl MailKind for Approved {
    const NAME: &'static str = "contribution_approved";
    const LABEL: &'static str = "deliverables_mail.approved_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether the submission is still the accepted one.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some((_, last)) = told_of(db, mail).await? else { return Ok(false) };
        Ok(last.answered_at.is_some() && last.remarks.is_none())
    }
}

/// The review approved several contributions at once: to their referent and deputy. The mail states the submission of the
/// first of them.
pub struct ApprovedTogether;

impl MailKind for ApprovedTogether {
    const NAME: &'static str = "contributions_approved";
    const LABEL: &'static str = "deliverables_mail.approved_together_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether the submission of the first one is still the accepted one.
    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        Approved::still_true(ctx, db, mail).await
    }
}

/// The review sent a contribution back: to its referent and deputy, with the remarks.
pub struct SentBack;

impl MailKind for SentBack {
    const NAME: &'static str = "contribution_sent_back";
    const LABEL: &'static str = "deliverables_mail.sent_back_kind";
    const SUBJECT: &'static str = DELIVERABLE;

    /// Tells whether nothing was handed in since.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some((view, last)) = told_of(db, mail).await? else { return Ok(false) };
        Ok(last.remarks.is_some() && super::model::is_owed(view.deliverable.state()))
    }
}

/// Reads the deliverable of a mail with its last submission; `None` if that is another one than the mail states.
async fn told_of(db: &impl ConnectionTrait, mail: &Facts) -> Result<Option<(DeliverableView, Submission)>> {
    let Some(id) = mail.subject::<DeliverableId>() else { return Ok(None) };
    let Some(view) = store::find(db, &Visibility::Everything, id).await? else { return Ok(None) };
    let last = store::submissions(db, id).await?.pop();
    Ok(last.filter(|last| Some(last.position) == mail.about_version).map(|last| (view, last)))
}

/// News about a submission.
#[derive(Clone, Copy)]
pub(super) enum News<'a> {
    HandedIn,
    Approved,
    /// With the day by which the remarks are to be answered.
    SentBack {
        remarks: &'a str,
        due: NaiveDate,
    },
}

impl News<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::HandedIn => Kind::of::<HandedIn>(),
            Self::Approved => Kind::of::<Approved>(),
            Self::SentBack { .. } => Kind::of::<SentBack>(),
        }
    }

    /// Returns the text keys: subject, preheader, heading, body, button.
    const fn words(self) -> [&'static str; 5] {
        match self {
            Self::HandedIn => [
                "deliverables_mail.handed_in_subject",
                "deliverables_mail.handed_in_preheader",
                "deliverables_mail.handed_in_heading",
                "deliverables_mail.handed_in_body",
                "deliverables_mail.examine",
            ],
            Self::Approved => [
                "deliverables_mail.approved_subject",
                "deliverables_mail.approved_preheader",
                "deliverables_mail.approved_heading",
                "deliverables_mail.approved_body",
                "deliverables_mail.open",
            ],
            Self::SentBack { .. } => [
                "deliverables_mail.sent_back_subject",
                "deliverables_mail.sent_back_preheader",
                "deliverables_mail.sent_back_heading",
                "deliverables_mail.sent_back_body",
                "deliverables_mail.correct",
            ],
        }
    }

    fn is_for(self, reader: &Designation, about: &DeliverableView) -> bool {
        match self {
            Self::HandedIn => reader.seat.kind == SeatKind::Secretariat,
            Self::Approved | Self::SentBack { .. } => {
                matches!(reader.seat.kind, SeatKind::Referent | SeatKind::Deputy)
                    && reader.seat.observatory_id == Some(about.deliverable.observatory_id)
            }
        }
    }
}

/// Enqueues the news to each of its readers, except to the person who acts. It leaves after [`QUIET`], so that an act
/// that is taken back at once is not told.
pub(super) async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    view: &DeliverableView,
    submission: &Submission,
    news: News<'_>,
) -> Result<()> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let about = About { view, place: place(&territories, view), submission, news };
    let readers = holders.iter().filter(|one| news.is_for(one, view) && told.insert(one.holder.id));
    let drafts = readers.map(|reader| draft(ctx, about, reader)).collect();
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(())
}

/// Enqueues one mail to each reader about what was accepted together: the usual one about a single contribution, or a list.
pub(super) async fn tell_accepted(ctx: &Ctx, txn: &Txn, accepted: &[Accepted]) -> Result<()> {
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let mut readers: BTreeMap<PersonId, (&Designation, Vec<About<'_>>)> = BTreeMap::new();
    for Accepted { view, submission } in accepted {
        let about = About { view, place: place(&territories, view), submission, news: News::Approved };
        let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
        for reader in holders.iter().filter(|one| News::Approved.is_for(one, view) && told.insert(one.holder.id)) {
            readers.entry(reader.holder.id).or_insert_with(|| (reader, Vec::new())).1.push(about);
        }
    }
    let drafts = readers.into_values().filter_map(|(reader, told)| match told[..] {
        [] => None,
        [about] => Some(draft(ctx, about, reader)),
        [first, ..] => Some(draft_together(ctx, first, &told, reader)),
    });
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

/// Returns the name of the territory of a contribution.
fn place<'a>(territories: &'a [TerritoryView], view: &'a DeliverableView) -> &'a str {
    let named = territories.iter().find(|one| one.code == view.territory);
    named.map_or(view.observatory_name.as_str(), |one| one.name.as_str())
}

fn draft_together(ctx: &Ctx, first: About<'_>, told: &[About<'_>], reader: &Designation) -> Draft {
    let lang = designations::to_holder(reader).lang;
    let count = told.len().to_string();
    let values = [("count", count.as_str())];
    let item = |about: &About<'_>| Item {
        title: about.view.release_name(lang),
        said: lang.f(
            "deliverables_mail.approved_together_item",
            &[("place", about.place), ("out", &words::long_day(about.view.release_day, lang))],
        ),
        action: (lang.t("deliverables_mail.open").to_owned(), address(ctx, about.view)),
    };
    let kind = Kind::of::<ApprovedTogether>();
    Draft {
        kind,
        dedupe_key: format!("{}:{}:{}", kind.name(), first.submission.id, reader.holder.id),
        content: MailContent {
            subject: lang.f("deliverables_mail.approved_together_subject", &values),
            preheader: lang.t("deliverables_mail.approved_together_preheader").to_owned(),
            heading: lang.f("deliverables_mail.approved_together_heading", &values),
            paragraphs: vec![lang.t("deliverables_mail.approved_together_body").to_owned()],
            items: told.iter().map(item).collect(),
            ..MailContent::default()
        },
        ..draft(ctx, first, reader)
    }
}

fn address(ctx: &Ctx, view: &DeliverableView) -> String {
    format!("{}/deliverables/{}", ctx.config().base_url(), view.deliverable.id)
}

/// Subject of the mails of one piece of news.
#[derive(Clone, Copy)]
struct About<'a> {
    view: &'a DeliverableView,
    /// Name of the territory.
    place: &'a str,
    submission: &'a Submission,
    news: News<'a>,
}

fn draft(ctx: &Ctx, about: About<'_>, reader: &Designation) -> Draft {
    let About { view, submission, news, .. } = about;
    let kind = news.kind();
    let to = designations::to_holder(reader);
    Draft {
        kind,
        dedupe_key: format!("{}:{}:{}", kind.name(), submission.id, reader.holder.id),
        subject: Subject::of(view.deliverable.id).at_version(submission.position),
        content: content(ctx, about, to.lang),
        to,
        due_at: ctx.now() + QUIET,
        expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
        calendar: None,
    }
}

fn content(ctx: &Ctx, about: About<'_>, lang: Lang) -> MailContent {
    let About { view, place, submission, news } = about;
    let due = match news {
        News::SentBack { due, .. } => due,
        News::HandedIn | News::Approved => view.deliverable.day(),
    };
    let values = [
        ("title", view.release_name(lang)),
        ("place", place.to_owned()),
        ("day", words::brief_day(due, lang)),
        ("due", words::long_day(due, lang)),
        ("out", words::long_day(view.release_day, lang)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let [subject, preheader, heading, body, button] = news.words();
    let fact = |key: &str, text: &str| (lang.t(key).to_owned(), text.to_owned());
    let facts = match news {
        // Without the address of the text, because a mail of the service leads to the service only.
        News::HandedIn => submission.note.iter().map(|note| fact("deliverables_mail.note", note)).collect(),
        News::Approved => Vec::new(),
        News::SentBack { remarks, .. } => vec![fact("deliverables_mail.remarks", remarks)],
    };
    MailContent {
        subject: lang.f(subject, &values),
        preheader: lang.f(preheader, &values),
        heading: lang.f(heading, &values),
        paragraphs: vec![lang.f(body, &values)],
        facts,
        action: Some((lang.t(button).to_owned(), address(ctx, view))),
        ..MailContent::default()
    }
}
