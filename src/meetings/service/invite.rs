//! Invites partners to a meeting.

use super::convene::{follow, is_ahead};
use super::members::members;
use super::{open, save, sheet};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::{Code, Error, Result};
use crate::meetings::model::{Event, Meeting};
use crate::meetings::policy::Action;
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::open::Seen;
use entity::ids::{DesignationId, MeetingId};
use entity::kinds::{MeetingState, SeatKind};

/// Invites exactly these partners to a meeting, by their designations.
///
/// What happens: they see the meeting once it is convened, as long as they hold that seat; their presence is not
/// recorded and they do not count for the quorum. Who may: the secretariat. Mails: none for a draft; for a convened
/// meeting *joined* to new partners, *left* to those who are no longer invited. Errors: `wrong_transition` unless a
/// draft or convened, `day_in_past` once it has begun, `unknown_value` (a designation that is not a partner's in force
/// today), `stale`.
pub async fn invite(ctx: &Ctx, txn: &Txn, id: MeetingId, version: i32, guests: &[DesignationId]) -> Result<Meeting> {
    let meeting = open(ctx, txn, id, Action::Invite, Seen::Version(version)).await?;
    meeting.must_allow(Event::Invite)?;
    let is_convened = meeting.state() == MeetingState::Convened;
    if is_convened && !is_ahead(ctx, &meeting) {
        return Err(Error::refused(Code::DayInPast));
    }
    let partners = designations::holders_of(ctx, txn, SeatKind::Partner, ctx.today()).await?;
    let partner = |id: &DesignationId| {
        let found = partners.iter().find(|one| one.id == *id);
        found.ok_or_else(|| Error::field("guests", Code::UnknownValue))
    };
    let invited: Vec<&Designation> = guests.iter().map(partner).collect::<Result<_>>()?;
    store::replace_guests(txn, id, &invited, ctx.now()).await?;
    let details = serde_json::json!({ "guests": guests });
    let saved = save(ctx, txn, meeting, Verb::Invite, details).await?;
    if is_convened {
        let told = store::told(txn, id).await?;
        let members = members(ctx, txn, &saved).await?;
        follow(ctx, txn, &sheet(txn, &saved).await?, &members, &told).await?;
    }
    Ok(saved)
}
