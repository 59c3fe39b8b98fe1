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
use crate::designations::questions::HoldersOn;
use crate::designations::service::{self as designations, News};
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{Item, MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::{self, Subject};
use crate::network::model::TerritoryView;
use crate::network::questions::AllTerritories;
use crate::texts::Lang;
use crate::time::words;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, PersonId};
use entity::kinds::{DeliverableState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;

/// Kind of the subject of these mails.
const DELIVERABLE: &str = "deliverable";

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

/// Acts about a submission that are told.
#[derive(Clone, Copy)]
pub(super) enum Told<'a> {
    HandedIn,
    Approved,
    /// With the day by which the remarks are to be answered.
    SentBack {
        remarks: &'a str,
        due: NaiveDate,
    },
}

impl Told<'_> {
    /// Returns the texts and the text key of the button.
    const fn words(self) -> (Words, &'static str) {
        match self {
            Self::HandedIn => (Words::of("deliverables_mail.handed_in"), "deliverables_mail.examine"),
            Self::Approved => (Words::of("deliverables_mail.approved"), "deliverables_mail.open"),
            Self::SentBack { .. } => (Words::of("deliverables_mail.sent_back"), "deliverables_mail.correct"),
        }
    }

    fn is_for(self, reader: &Designation, about: &DeliverableView) -> bool {
        match self {
            Self::HandedIn => reader.seat.kind == SeatKind::Secretariat,
            Self::Approved | Self::SentBack { .. } => reader.seat.works_for(about.deliverable.observatory_id),
        }
    }
}

/// Enqueues the news to each of its readers, except to the person who acts.
pub(super) async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    view: &DeliverableView,
    submission: &Submission,
    told: Told<'_>,
) -> Result<()> {
    let territories = ctx.recall(&AllTerritories).await?;
    let about = About { view, place: place(&territories, view), submission, told };
    let is_reader = |one: &Designation| told.is_for(one, view);
    designations::tell(ctx, txn, &about.news(), is_reader, |lang| content(ctx, about, lang)).await
}

/// Enqueues one mail to each reader about what was accepted together: the usual one about a single contribution, or a list.
pub(super) async fn tell_accepted(ctx: &Ctx, txn: &Txn, accepted: &[Accepted]) -> Result<()> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let mut readers: BTreeMap<PersonId, (&Designation, Vec<About<'_>>)> = BTreeMap::new();
    for Accepted { view, submission } in accepted {
        let about = About { view, place: place(&territories, view), submission, told: Told::Approved };
        for reader in designations::others(ctx, &holders, |one| Told::Approved.is_for(one, view)) {
            readers.entry(reader.holder.id).or_insert_with(|| (reader, Vec::new())).1.push(about);
        }
    }
    let drafts = readers.into_values().filter_map(|(reader, told)| match told[..] {
        [] => None,
        [about] => Some(about.news().to(ctx, reader, |lang| content(ctx, about, lang))),
        [first, ..] => Some(first.news_of::<ApprovedTogether>().to(ctx, reader, |lang| together(ctx, &told, lang))),
    });
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

/// Returns the name of the territory of a contribution.
fn place<'a>(territories: &'a [TerritoryView], view: &'a DeliverableView) -> &'a str {
    let named = territories.iter().find(|one| one.code == view.territory);
    named.map_or(view.observatory_name.as_str(), |one| one.name.as_str())
}

/// Writes the mail about several accepted contributions.
fn together(ctx: &Ctx, told: &[About<'_>], lang: Lang) -> MailContent {
    let item = |about: &About<'_>| Item {
        title: about.view.release_name(lang),
        said: lang.f(
            "deliverables_mail.approved_together_item",
            &[("place", about.place), ("out", &words::long_day(about.view.release_day, lang))],
        ),
        action: (lang.t("deliverables_mail.open").to_owned(), address(ctx, about.view)),
    };
    MailContent {
        items: told.iter().map(item).collect(),
        ..Words::of("deliverables_mail.approved_together").write(lang, &[("count", told.len().to_string())])
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
    told: Told<'a>,
}

impl About<'_> {
    fn news(self) -> News {
        match self.told {
            Told::HandedIn => self.news_of::<HandedIn>(),
            Told::Approved => self.news_of::<Approved>(),
            Told::SentBack { .. } => self.news_of::<SentBack>(),
        }
    }

    fn news_of<K: MailKind>(self) -> News {
        News::of::<K>(self.submission.id, Subject::of(self.view.deliverable.id).at_version(self.submission.position))
    }
}

fn content(ctx: &Ctx, about: About<'_>, lang: Lang) -> MailContent {
    let About { view, place, submission, told } = about;
    let due = match told {
        Told::SentBack { due, .. } => due,
        Told::HandedIn | Told::Approved => view.deliverable.day(),
    };
    let values = [
        ("title", view.release_name(lang)),
        ("place", place.to_owned()),
        ("day", words::brief_day(due, lang)),
        ("due", words::long_day(due, lang)),
        ("out", words::long_day(view.release_day, lang)),
    ];
    let (words, button) = told.words();
    let fact = |key: &str, text: &str| (lang.t(key).to_owned(), text.to_owned());
    let facts = match told {
        // Without the address of the text, because a mail of the service leads to the service only.
        Told::HandedIn => submission.note.iter().map(|note| fact("deliverables_mail.note", note)).collect(),
        Told::Approved => Vec::new(),
        Told::SentBack { remarks, .. } => vec![fact("deliverables_mail.remarks", remarks)],
    };
    MailContent { facts, action: Some((lang.t(button).to_owned(), address(ctx, view))), ..words.write(lang, &values) }
}
