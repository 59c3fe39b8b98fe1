//! Mails about other days for contributions: proposed to the secretariat, answered to referent and deputy.

use super::draft;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Subject};
use crate::tasks::store::proposals;
use crate::tasks::view::Proposed;
use crate::texts::Lang;
use crate::time::words;
use entity::ids::{DayProposalId, PersonId};
use entity::kinds::{DayProposalState, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// An observatory proposed another day: to the secretariat.
pub struct DayProposed;

impl MailKind for DayProposed {
    const NAME: &'static str = "day_proposed";
    const LABEL: &'static str = "tasks_mail.proposed_kind";
    const SUBJECT: &'static str = "day_proposal";

    /// Tells whether the proposal still waits for an answer.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<DayProposalId>() else { return Ok(false) };
        Ok(proposals::find(db, id).await?.is_some_and(|proposal| proposal.is_open()))
    }
}

/// The secretariat answered a proposal: to referent and deputy.
pub struct DayAnswered;

impl MailKind for DayAnswered {
    const NAME: &'static str = "day_answered";
    const LABEL: &'static str = "tasks_mail.answered_kind";
    const SUBJECT: &'static str = "day_proposal";

    /// Tells whether the proposal is answered, which is final.
    async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        let Some(id) = mail.subject::<DayProposalId>() else { return Ok(false) };
        Ok(proposals::find(db, id).await?.is_some_and(|proposal| !proposal.is_open()))
    }
}

/// Tells the secretariat of a proposal.
pub(in crate::tasks) async fn proposed(ctx: &Ctx, txn: &Txn, proposed: &Proposed) -> Result<()> {
    let words = [
        "tasks_mail.proposed_subject",
        "tasks_mail.proposed_preheader",
        "tasks_mail.proposed_heading",
        "tasks_mail.proposed_body",
        "tasks_mail.decide",
    ];
    let is_reader = |one: &Designation| one.seat.kind == SeatKind::Secretariat;
    tell(ctx, txn, proposed, Kind::of::<DayProposed>(), words, is_reader).await
}

/// Tells referent and deputy of the answer.
pub(in crate::tasks) async fn answered(ctx: &Ctx, txn: &Txn, proposed: &Proposed) -> Result<()> {
    let words = if proposed.proposal.state == DayProposalState::Accepted {
        [
            "tasks_mail.day_accepted_subject",
            "tasks_mail.day_accepted_preheader",
            "tasks_mail.day_accepted_heading",
            "tasks_mail.day_accepted_body",
            "tasks_mail.open_contribution",
        ]
    } else {
        [
            "tasks_mail.day_declined_subject",
            "tasks_mail.day_declined_preheader",
            "tasks_mail.day_declined_heading",
            "tasks_mail.day_declined_body",
            "tasks_mail.open_contribution",
        ]
    };
    let owner = proposed.view.deliverable.observatory_id;
    let is_reader = |one: &Designation| {
        matches!(one.seat.kind, SeatKind::Referent | SeatKind::Deputy) && one.seat.observatory_id == Some(owner)
    };
    tell(ctx, txn, proposed, Kind::of::<DayAnswered>(), words, is_reader).await
}

async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    proposed: &Proposed,
    kind: Kind,
    words: [&'static str; 5],
    is_reader: impl Fn(&Designation) -> bool,
) -> Result<()> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    let holders = designations::all_holders(txn, ctx.today()).await?;
    let readers = holders.iter().filter(|one| is_reader(one) && told.insert(one.holder.id));
    let drafts = readers.map(|reader| {
        let content = content(ctx, proposed, words, designations::to_holder(reader).lang);
        draft(ctx, kind, Subject::of(proposed.proposal.id), reader, content)
    });
    outbox::promise_all(ctx, txn, drafts.collect()).await?;
    Ok(())
}

fn content(ctx: &Ctx, Proposed { proposal, view }: &Proposed, words: [&'static str; 5], lang: Lang) -> MailContent {
    let values = [
        ("title", view.release_name(lang)),
        ("place", view.observatory_name.clone()),
        ("day", words::brief_day(proposal.day, lang)),
        ("due", words::long_day(proposal.day, lang)),
        ("former", words::long_day(proposal.former_day, lang)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let [subject, preheader, heading, body, button] = words;
    let path = match proposal.state {
        DayProposalState::Open => format!("/day-proposals/{}", proposal.id),
        _ => format!("/deliverables/{}", view.deliverable.id),
    };
    let reason = if proposal.is_open() { Some(&proposal.reason) } else { proposal.answer.as_ref() };
    MailContent {
        subject: lang.f(subject, &values),
        preheader: lang.f(preheader, &values),
        heading: lang.f(heading, &values),
        paragraphs: vec![lang.f(body, &values)],
        facts: reason.map(|reason| (lang.t("tasks_mail.reason").to_owned(), reason.clone())).into_iter().collect(),
        action: Some((lang.t(button).to_owned(), format!("{}{path}", ctx.config().base_url()))),
        ..MailContent::default()
    }
}
