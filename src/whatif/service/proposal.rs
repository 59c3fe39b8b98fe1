//! Effects of accepting lines of a proposal of the agenda.

use super::meetings;
use crate::agenda::model::Span;
use crate::agenda::service::{self as agenda, Key, TakenOver};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::meetings::service::MeetingFilter;
use crate::meetings::view::Line;
use crate::releases::model::Release;
use crate::releases::service::{self as releases, ReleaseFilter};
use chrono::NaiveDate;
use entity::kinds::MeetingState;
use std::collections::HashMap;

/// Most meetings in the span of a proposal that a preview compares with its days.
const MOST_MEETINGS: u64 = 500;

/// Effects of accepting lines, in the order in which they were chosen.
#[derive(Clone, Debug)]
pub struct ProposalPreview {
    pub releases: Vec<Proposed>,
}

/// A release as accepting its line would leave it.
#[derive(Clone, Debug)]
pub struct Proposed {
    pub taken_over: TakenOver,
    /// Whether the day comes before the period has ended.
    pub before_period_end: bool,
    /// Number of other releases with the same day, once all chosen lines are accepted.
    pub shared_with: usize,
    /// Meetings on the same day that the caller may see.
    pub meetings: Vec<Line>,
}

impl ProposalPreview {
    pub fn planned(&self) -> usize {
        self.releases.iter().filter(|one| one.taken_over.before.is_none()).count()
    }

    pub fn changed(&self) -> usize {
        self.releases.len() - self.planned()
    }
}

/// Returns the effects of accepting lines of a proposal, without accepting them.
///
/// Who may: the secretariat. Mails: none. Errors: those of [`agenda::accept`].
pub async fn preview_proposal(ctx: &Ctx, span: Span, chosen: &[Key]) -> Result<ProposalPreview> {
    let rehearsed = ctx.rehearse(async |txn| {
        let accepted = agenda::accept(ctx, txn, span, chosen).await?;
        let busy = busy_days(txn, &accepted.releases).await?;
        Ok((accepted, busy))
    });
    let (accepted, busy) = rehearsed.await?;
    let meetings = meetings_between(ctx, &accepted.releases).await?;
    let proposed = |taken_over: TakenOver| {
        let release = &taken_over.after.release;
        let day = release.day();
        Proposed {
            before_period_end: day <= release.period.last_day(),
            shared_with: busy.get(&day).copied().unwrap_or_default().saturating_sub(1),
            meetings: meetings.iter().filter(|line| line.meeting.slot.day == day).cloned().collect(),
            taken_over,
        }
    };
    Ok(ProposalPreview { releases: accepted.releases.into_iter().map(proposed).collect() })
}

/// Returns the first and the last day of the accepted dates.
fn days(accepted: &[TakenOver]) -> Option<(NaiveDate, NaiveDate)> {
    let days = || accepted.iter().map(|one| one.after.release.day());
    days().min().zip(days().max())
}

/// Counts the precise standing releases on each day of the accepted dates.
async fn busy_days(txn: &Txn, accepted: &[TakenOver]) -> Result<HashMap<NaiveDate, usize>> {
    let mut busy = HashMap::new();
    let Some((from, to)) = days(accepted) else { return Ok(busy) };
    let filter = ReleaseFilter { from: Some(from), to: Some(to), ..ReleaseFilter::default() };
    let there = releases::all(txn, &filter).await?;
    let precise = there.iter().map(|view| &view.release).filter(|one| one.stands() && one.is_precise());
    for day in precise.map(Release::day) {
        *busy.entry(day).or_default() += 1;
    }
    Ok(busy)
}

async fn meetings_between(ctx: &Ctx, accepted: &[TakenOver]) -> Result<Vec<Line>> {
    let Some((from, to)) = days(accepted) else { return Ok(Vec::new()) };
    let filter = MeetingFilter { from: Some(from), to: Some(to), ..MeetingFilter::default() };
    let mut there = meetings::list(ctx, &filter, None, MOST_MEETINGS).await?;
    there.retain(|line| line.meeting.state() != MeetingState::Cancelled);
    Ok(there)
}
