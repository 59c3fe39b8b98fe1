//! Mails about other days for contributions: proposed to the secretariat, answered to referent and deputy.

use super::once;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, MailKind};
use crate::mail::outbox::Subject;
use crate::tasks::store::proposals;
use crate::tasks::view::Proposed;
use crate::texts::Lang;
use crate::time::words;
use entity::ids::DayProposalId;
use entity::kinds::{DayProposalState, SeatKind};
use sea_orm::ConnectionTrait;

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
    let words = (Words::of("tasks_mail.proposed"), "tasks_mail.decide");
    let news = once::<DayProposed>(ctx, Subject::of(proposed.proposal.id));
    let is_reader = |one: &Designation| one.seat.kind == SeatKind::Secretariat;
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, proposed, words, lang)).await
}

/// Tells referent and deputy of the answer.
pub(in crate::tasks) async fn answered(ctx: &Ctx, txn: &Txn, proposed: &Proposed) -> Result<()> {
    let words = if proposed.proposal.state == DayProposalState::Accepted {
        Words::of("tasks_mail.day_accepted")
    } else {
        Words::of("tasks_mail.day_declined")
    };
    let words = (words, "tasks_mail.open_contribution");
    let news = once::<DayAnswered>(ctx, Subject::of(proposed.proposal.id));
    let owner = proposed.view.deliverable.observatory_id;
    let is_reader = |one: &Designation| one.seat.works_for(owner);
    designations::tell(ctx, txn, &news, is_reader, |lang| content(ctx, proposed, words, lang)).await
}

fn content(
    ctx: &Ctx,
    Proposed { proposal, view }: &Proposed,
    (words, button): (Words, &str),
    lang: Lang,
) -> MailContent {
    let values = [
        ("title", view.release_name(lang)),
        ("place", view.observatory_name.clone()),
        ("day", words::brief_day(proposal.day, lang)),
        ("due", words::long_day(proposal.day, lang)),
        ("former", words::long_day(proposal.former_day, lang)),
    ];
    let path = match proposal.state {
        DayProposalState::Open => format!("/day-proposals/{}", proposal.id),
        _ => format!("/deliverables/{}", view.deliverable.id),
    };
    let reason = if proposal.is_open() { Some(&proposal.reason) } else { proposal.answer.as_ref() };
    MailContent {
        facts: reason.map(|reason| (lang.t("tasks_mail.reason").to_owned(), reason.clone())).into_iter().collect(),
        action: Some((lang.t(button).to_owned(), format!("{}{path}", ctx.config().base_url()))),
        ..words.write(lang, &values)
    }
}
