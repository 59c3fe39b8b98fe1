//! Actions on meetings: preparing, convening, holding, recording outcomes, closing.

use super::super::cast;
use super::super::stage::{Stage, hour};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::meetings::model::{Slot, Venue};
use crate::meetings::service::{
    self as meetings, AttendanceIn, ItemIn, MeetingIn, NewTask, OutcomeIn, ReleaseChange, ReleaseDecision,
};
use crate::open::Seen;
use chrono::NaiveDate;
use entity::ids::{MeetingId, ReleaseId};
use entity::kinds::{AgendaItemKind, MeetingMode, OutcomeKind, Presence};

const TABLE: &str = "tavolo";

/// A meeting to be convened.
pub(in crate::ops::demo) struct Convening<'a> {
    pub(in crate::ops::demo) convened: NaiveDate,
    pub(in crate::ops::demo) held: NaiveDate,
    pub(in crate::ops::demo) title: &'a str,
    pub(in crate::ops::demo) points: &'a [(AgendaItemKind, &'a str, Option<ReleaseId>)],
}

pub(in crate::ops::demo) async fn draft(stage: &Stage, title: &str, day: NaiveDate) -> Result<MeetingId> {
    let secretariat = stage.secretariat().await?;
    let input = MeetingIn {
        table: TABLE.to_owned(),
        title: title.to_owned(),
        slot: Slot { day, starts: hour(10), ends: hour(12) },
        venue: Venue {
            mode: MeetingMode::Mixed,
            place: Some("Palazzo Lombardia, Sala 5, Milano".to_owned()),
            remote_url: Some(format!("https://riunioni.{}/tavolo", cast::DOMAIN)),
        },
    };
    let draft = secretariat.write(async |txn| meetings::create(&secretariat, txn, input).await).await?;
    Ok(draft.id)
}

pub(in crate::ops::demo) async fn convene(stage: &Stage, convening: &Convening<'_>) -> Result<MeetingId> {
    stage.at(convening.convened, hour(12));
    let id = draft(stage, convening.title, convening.held).await?;
    let secretariat = stage.secretariat().await?;
    secretariat
        .write(async |txn| {
            for (kind, title, release_id) in convening.points {
                let item =
                    ItemIn { kind: *kind, title: (*title).to_owned(), release_id: *release_id, minutes: Some(40) };
                meetings::add_item(&secretariat, txn, id, Seen::AsItStands, item).await?;
            }
            Ok(())
        })
        .await?;
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::convene(&secretariat, txn, id, version, None).await).await?;
    stage.post().await?;
    Ok(id)
}

async fn version_of(ctx: &Ctx, id: MeetingId) -> Result<i32> {
    Ok(meetings::show(ctx, id).await?.meeting.version)
}

/// Holds the meeting: the named parties are excused, all others present, one of them by delegate.
pub(in crate::ops::demo) async fn hold(stage: &Stage, id: MeetingId, day: NaiveDate, excused: &[&str]) -> Result<()> {
    stage.at(day, hour(13));
    let secretariat = stage.secretariat().await?;
    let presences = meetings::show(&secretariat, id).await?.presences;
    let attendances = presences.into_iter().map(|one| one.party).map(|party| {
        let (presence, delegate) = match party.code.as_str() {
            code if excused.contains(&code) => (Presence::Excused, None),
            "provincia-como" => (Presence::ByDelegate, Some("Olga Baradelli".to_owned())),
            _ => (Presence::Present, None),
        };
        AttendanceIn { body: party.code, presence, delegate }
    });
    let attendances: Vec<AttendanceIn> = attendances.collect();
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::hold(&secretariat, txn, id, version, attendances).await).await?;
    Ok(())
}

pub(in crate::ops::demo) async fn close(stage: &Stage, id: MeetingId) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::close(&secretariat, txn, id, version, None).await).await?;
    stage.post().await
}

/// Records the table's decision on the date of a release.
pub(in crate::ops::demo) async fn decide(
    stage: &Stage,
    meeting: MeetingId,
    release: ReleaseId,
    day: NaiveDate,
) -> Result<()> {
    let decision = ReleaseDecision {
        release_id: release,
        change: ReleaseChange::Confirm,
        day,
        hour: None,
        despite_non_working: None,
    };
    let text = format!("La Relazione territoriale esce il {} alle ore 10.", day.format("%d.%m.%Y"));
    conclude(stage, meeting, OutcomeKind::Decision, text, Some(decision), None).await
}

/// Records a task of the table for a seat, due by a day.
pub(in crate::ops::demo) async fn ask(
    stage: &Stage,
    meeting: MeetingId,
    seat: &str,
    title: &str,
    due_day: NaiveDate,
) -> Result<()> {
    let task = NewTask { seat: seat.to_owned(), title: title.to_owned(), due_day, estimated_minutes: 90 };
    conclude(stage, meeting, OutcomeKind::Task, title.to_owned(), None, Some(task)).await
}

pub(in crate::ops::demo) async fn note(stage: &Stage, meeting: MeetingId, kind: OutcomeKind, text: &str) -> Result<()> {
    conclude(stage, meeting, kind, text.to_owned(), None, None).await
}

async fn conclude(
    stage: &Stage,
    meeting: MeetingId,
    kind: OutcomeKind,
    text: String,
    release: Option<ReleaseDecision>,
    task: Option<NewTask>,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let input = OutcomeIn { kind, text, agenda_item_id: None, release, task };
    secretariat
        .write(async |txn| meetings::record_outcome(&secretariat, txn, meeting, Seen::AsItStands, input).await)
        .await?;
    Ok(())
}
