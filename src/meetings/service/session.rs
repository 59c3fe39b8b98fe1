//! The session: holding a meeting, recording presences, closing.

use super::members::parties_of;
use super::{REASON_CHARACTERS, open, save};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::meetings::model::{Attendance, Event, Meeting, Party, Quorum};
use crate::meetings::policy::Action;
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::open::Seen;
use crate::typed;
use entity::ids::MeetingId;
use entity::kinds::{OutcomeKind, Presence};

/// Longest name of a delegate, in characters; a longer one is refused as `too_long`.
pub const DELEGATE_CHARACTERS: usize = 200;

/// Presence of a party.
#[derive(Clone, Debug)]
pub struct AttendanceIn {
    /// The body's code.
    pub body: String,
    pub presence: Presence,
    /// Name of the delegate, with [`Presence::ByDelegate`] only.
    pub delegate: Option<String>,
}

/// Holds a convened meeting and records presences, party by party.
///
/// What happens: presences of missing parties can be recorded later; the quorum counts the present ones. Who may: the
/// secretariat. Mails: none. Errors: `meeting_not_begun` before its hour, `unknown_value` (a body that is no party),
/// `required` (a delegate without a name), `wrong_transition`, `stale`.
pub async fn hold(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    attendances: Vec<AttendanceIn>,
) -> Result<Meeting> {
    let convened = open(ctx, txn, id, Action::Record, Seen::Version(version)).await?;
    let held = convened.hold(ctx.now())?;
    let parties = parties_of(ctx, txn, &held).await?;
    for attendance in attendances {
        put(ctx, txn, id, &parties, attendance).await?;
    }
    let details = super::facts(&held);
    save(ctx, txn, held, Verb::Hold, details).await
}

/// Records the presence of one party at a held meeting, replacing an earlier record.
///
/// What happens: decisions keep their quorum; a correction that removes it is recorded with the reason why they stand.
/// Who may: the secretariat. Mails: none. Errors: those of [`hold`], `quorum_lost` without that reason, `too_long`.
pub async fn attend(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    attendance: AttendanceIn,
    short_quorum_reason: Option<String>,
) -> Result<Meeting> {
    let held = open(ctx, txn, id, Action::Record, Seen::Version(version)).await?;
    held.must_allow(Event::Attend)?;
    let reason = typed::optional("short_quorum_reason", short_quorum_reason.as_deref(), REASON_CHARACTERS)?;
    let details = serde_json::json!({ "body": attendance.body, "presence": attendance.presence });
    let parties = parties_of(ctx, txn, &held).await?;
    let before = quorum(txn, id, &parties).await?;
    put(ctx, txn, id, &parties, attendance).await?;
    let after = quorum(txn, id, &parties).await?;
    // If there was no quorum before, the reason has been given already.
    let reason = if before.is_reached() { after.justify(decisions(txn, id).await?, reason)? } else { reason };
    let held = Meeting { short_quorum_reason: reason.or(held.short_quorum_reason.clone()), ..held };
    save(ctx, txn, held, Verb::Attend, details).await
}

/// Counts the parties recorded as present.
pub(super) async fn quorum(txn: &Txn, id: MeetingId, parties: &[Party]) -> Result<Quorum> {
    let recorded = store::attendances(txn, id).await?;
    Ok(Quorum::of(parties.len(), parties.iter().filter_map(|party| recorded.get(&party.body_id))))
}

/// Returns the number of decisions of a meeting.
async fn decisions(txn: &Txn, id: MeetingId) -> Result<usize> {
    let outcomes = store::outcomes(txn, id).await?;
    Ok(outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Decision).count())
}

async fn put(ctx: &Ctx, txn: &Txn, id: MeetingId, parties: &[Party], input: AttendanceIn) -> Result<()> {
    let party = parties.iter().find(|party| party.code == input.body);
    let party = party.ok_or_else(|| Error::field("body", Code::UnknownValue))?;
    let attendance = input.understood()?;
    Ok(store::put_attendance(txn, ctx.new_id(), id, party.body_id, &attendance, ctx.now()).await?)
}

impl AttendanceIn {
    /// Checks the presence of the party. Errors: `required` (a delegate without a name), `too_long`.
    pub fn understood(&self) -> Result<Attendance> {
        let delegate = typed::optional("delegate", self.delegate.as_deref(), DELEGATE_CHARACTERS)?;
        Ok(Attendance::new(self.presence, delegate)?)
    }
}

/// Closes a held meeting, after which nothing more is recorded.
///
/// What happens: if too few parties are recorded as present for the decisions, the reason why they stand is stored. Who
/// may: the secretariat. Mails: none. Errors: `wrong_transition`, `quorum_lost` without that reason, `too_long`,
/// `stale`.
pub async fn close(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    short_quorum_reason: Option<String>,
) -> Result<Meeting> {
    let held = open(ctx, txn, id, Action::Record, Seen::Version(version)).await?;
    held.must_allow(Event::Close)?;
    let reason = typed::optional("short_quorum_reason", short_quorum_reason.as_deref(), REASON_CHARACTERS)?;
    let present = quorum(txn, id, &parties_of(ctx, txn, &held).await?).await?;
    let closed = held.close(present.justify(decisions(txn, id).await?, reason)?)?;
    let details = super::facts(&closed);
    save(ctx, txn, closed, Verb::Close, details).await
}
