//! In session: held, presences, closed.

use super::members::parties_of;
use super::{MAX_REASON, open, save};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::meetings::model::{Attendance, Event, Meeting, Party, Quorum};
use crate::meetings::policy::Action;
use crate::meetings::store;
use crate::open::Seen;
use crate::typed;
use entity::ids::MeetingId;
use entity::kinds::{OutcomeKind, Presence};

const MAX_DELEGATE: usize = 200;

/// How a party was there.
#[derive(Clone, Debug)]
pub struct AttendanceIn {
    /// The body's code.
    pub body: String,
    pub presence: Presence,
    /// Who came for the party, with [`Presence::ByDelegate`] only.
    pub delegate: Option<String>,
}

/// Holds a convened meeting and records who is there, party by party.
///
/// What happens: presences of parties that are not named stay open and can be recorded later; the quorum counts who is
/// there. Who may: the secretariat. Which mails leave: none. Which errors: `meeting_not_begun` before its hour,
/// `unknown_value` (a body that is no party), `required` (a delegate without a name), `wrong_transition`, `stale`.
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
    save(ctx, txn, held, "meetings.hold", details).await
}

/// Records the presence of one party at a meeting that is being or has been held, over what was recorded before.
///
/// What happens: decisions keep the quorum they were taken with; a correction that takes it from under them is recorded with
/// the reason why they stand. Who may: the secretariat. Which mails leave: none. Which errors: those of [`hold`],
/// `quorum_lost` without that reason, `too_long`.
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
    let reason = typed::optional("short_quorum_reason", short_quorum_reason.as_deref(), MAX_REASON)?;
    let details = serde_json::json!({ "body": attendance.body, "presence": attendance.presence });
    let parties = parties_of(ctx, txn, &held).await?;
    let before = quorum(txn, id, &parties).await?;
    put(ctx, txn, id, &parties, attendance).await?;
    let after = quorum(txn, id, &parties).await?;
    // Where it was missing before, why the decisions stand has been said.
    let reason = if before.is_reached() { after.justify(decisions(txn, id).await?, reason)? } else { reason };
    let held = Meeting { short_quorum_reason: reason.or(held.short_quorum_reason.clone()), ..held };
    save(ctx, txn, held, "meetings.attend", details).await
}

/// Counts the parties that are recorded as there.
pub(super) async fn quorum(txn: &Txn, id: MeetingId, parties: &[Party]) -> Result<Quorum> {
    let recorded = store::attendances(txn, id).await?;
    Ok(Quorum::of(parties.len(), parties.iter().filter_map(|party| recorded.get(&party.body_id))))
}

/// How many decisions a meeting has taken.
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
    /// How the party was there. Errors: `required` (a delegate without a name), `too_long`.
    pub fn understood(&self) -> Result<Attendance> {
        let delegate = typed::optional("delegate", self.delegate.as_deref(), MAX_DELEGATE)?;
        Ok(Attendance::new(self.presence, delegate)?)
    }
}

/// Closes a meeting that has been held: nothing more is recorded of it.
///
/// What happens: where too few parties are recorded as there for the decisions taken, the reason why they stand is kept. Who
/// may: the secretariat. Which mails leave: none. Which errors: `wrong_transition`, `quorum_lost` without that reason,
/// `too_long`, `stale`.
pub async fn close(
    ctx: &Ctx,
    txn: &Txn,
    id: MeetingId,
    version: i32,
    short_quorum_reason: Option<String>,
) -> Result<Meeting> {
    let held = open(ctx, txn, id, Action::Record, Seen::Version(version)).await?;
    held.must_allow(Event::Close)?;
    let reason = typed::optional("short_quorum_reason", short_quorum_reason.as_deref(), MAX_REASON)?;
    let present = quorum(txn, id, &parties_of(ctx, txn, &held).await?).await?;
    let closed = held.close(present.justify(decisions(txn, id).await?, reason)?)?;
    let details = super::facts(&closed);
    save(ctx, txn, closed, "meetings.close", details).await
}
