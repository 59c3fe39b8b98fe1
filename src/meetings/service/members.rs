//! People of a table and its meetings: parties, members, invited partners.

use super::table_by_code;
use crate::audit;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::{Code, Error, Result};
use crate::meetings::model::{Meeting, Party, Refusal};
use crate::meetings::policy::{self, Action};
use crate::meetings::store;
use crate::meetings::verb::Verb;
use crate::meetings::view::{Member, Table, TableOfParties};
use crate::network::model::BodyView;
use crate::network::questions::AllBodies;
use crate::open::{Seen, admit};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, MeetingId, ObservatoryId};
use entity::kinds::{SeatKind, TableKind};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// Returns the parties of a table at an instant, by name: every signatory at the plenary table, those chosen by the
/// secretariat in a working group.
async fn parties(ctx: &Ctx, db: &impl ConnectionTrait, table: &Table, at: DateTime<Utc>) -> Result<Vec<Party>> {
    let chosen = match table.kind {
        TableKind::Plenary => None,
        TableKind::WorkingGroup => Some(store::parties_at(db, table.id, at).await?),
    };
    let bodies = ctx.recall(&AllBodies).await?;
    let sits = |body: &&BodyView| body.signatory && chosen.as_ref().is_none_or(|chosen| chosen.contains(&body.id));
    let party = |body: &BodyView| Party {
        body_id: body.id,
        code: body.code.clone(),
        name: body.name.clone(),
        territory: body.territory.clone(),
    };
    Ok(bodies.iter().filter(sits).map(party).collect())
}

/// Returns the parties of a meeting: those at the time it was held, otherwise the present ones. Presences, notice and
/// quorum all count these.
pub async fn parties_of(ctx: &Ctx, db: &impl ConnectionTrait, meeting: &Meeting) -> Result<Vec<Party>> {
    parties_at(ctx, db, meeting, &store::table(db, meeting.table_id).await?).await
}

/// Like [`parties_of`], for a meeting whose table was read already.
pub(super) async fn parties_at(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    meeting: &Meeting,
    table: &Table,
) -> Result<Vec<Party>> {
    let (held_at, _) = meeting.stage.held_and_cancelled();
    parties(ctx, db, table, held_at.unwrap_or_else(|| ctx.now())).await
}

/// Returns the tables of the network with their parties. Who may: any participant.
pub async fn tables_of_parties(ctx: &Ctx) -> Result<Vec<TableOfParties>> {
    let mut all = Vec::new();
    for table in super::tables(ctx).await? {
        all.push(TableOfParties { parties: parties(ctx, ctx.reader(), &table, ctx.now()).await?, table });
    }
    Ok(all)
}

/// Returns a table with its parties. Who may: any participant. Errors: `not_found`.
pub async fn table_of_parties(ctx: &Ctx, code: &str) -> Result<TableOfParties> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::ViewTables))?;
    let table = store::table_by_code(ctx.reader(), code).await?.ok_or(Error::NotFound)?;
    Ok(TableOfParties { parties: parties(ctx, ctx.reader(), &table, ctx.now()).await?, table })
}

/// Sets the parties of a working group, by the codes of their bodies.
///
/// What happens: from now on its meetings are for these, and count these; held meetings keep their parties. Who may:
/// the secretariat. Mails: none at once; the job `follow_members` invites new members of convened meetings and tells
/// former ones. Errors: `not_found`, `table_of_all_parties` for the plenary table, `required` (an empty list),
/// `unknown_value` (a body that is no signatory), `stale`.
pub async fn set_parties(ctx: &Ctx, txn: &Txn, code: &str, version: i32, bodies: &[String]) -> Result<TableOfParties> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::SetParties))?;
    let table = admit(ctx, store::table_by_code(txn, code).await?, Action::SetParties, Seen::Version(version))?;
    if table.kind == TableKind::Plenary {
        return Err(Refusal::TableOfAllParties.into());
    }
    let wanted = signatories(ctx, bodies).await?;
    let present: HashSet<BodyId> =
        parties(ctx, txn, &table, ctx.now()).await?.iter().map(|party| party.body_id).collect();
    store::touch_table(txn, &table, ctx.now()).await?;
    store::end_parties(txn, table.id, present.difference(&wanted).copied(), ctx.now()).await?;
    let added = wanted.difference(&present).map(|body| (ctx.new_id(), *body));
    store::add_parties(txn, table.id, added, ctx.now()).await?;
    let table = table_by_code(txn, code).await?;
    let parties = parties(ctx, txn, &table, ctx.now()).await?;
    let codes: Vec<&str> = parties.iter().map(|party| party.code.as_str()).collect();
    let details = serde_json::json!({ "parties": codes });
    let event = audit::Event::about(Verb::SetParties, ("technical_table", table.id.to_string()), details);
    audit::record(ctx, txn, event).await?;
    Ok(TableOfParties { table, parties })
}

/// Returns the signatories with these codes, at least one.
async fn signatories(ctx: &Ctx, codes: &[String]) -> Result<HashSet<BodyId>> {
    if codes.is_empty() {
        return Err(Error::field("parties", Code::Required));
    }
    let known = ctx.recall(&AllBodies).await?;
    let body = |code: &String| known.iter().find(|body| body.signatory && body.code == *code).map(|body| body.id);
    codes.iter().map(|code| body(code).ok_or_else(|| Error::field("parties", Code::UnknownValue))).collect()
}

/// Returns the members of a meeting today, each person once.
pub(super) async fn members(ctx: &Ctx, db: &impl ConnectionTrait, meeting: &Meeting) -> Result<Vec<Member>> {
    members_among(ctx, db, &designations::all_holders(ctx, db, ctx.today()).await?, meeting).await
}

/// Returns the members of a meeting among the holders of seats: for each party the referents, the deputies of an
/// observatory without a referent, and the direction; the secretariat; the invited partners. Each person once.
///
/// Bodies' managers are left out, because they designate, while the observatories attend.
pub(super) async fn members_among(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    holders: &[Designation],
    meeting: &Meeting,
) -> Result<Vec<Member>> {
    let table = store::table(db, meeting.table_id).await?;
    let parties: HashSet<BodyId> =
        parties_at(ctx, db, meeting, &table).await?.into_iter().map(|party| party.body_id).collect();
    let guests = store::guests(db, meeting.id).await?;
    let led = led(holders);
    // The plenary table includes the observatory of a body that has not signed.
    let is_called = |one: &Designation| table.kind == TableKind::Plenary || parties.contains(&one.seat.body_id);
    let sits = |one: &&Designation| match one.seat.kind {
        SeatKind::Secretariat => true,
        SeatKind::Referent | SeatKind::Deputy => is_called(one) && speaks(one, &led),
        SeatKind::Direction => is_called(one),
        SeatKind::Partner => guests.contains(&(one.seat.id, one.holder.id)),
        SeatKind::BodyManager => false,
    };
    let mut sitting: Vec<&Designation> = holders.iter().filter(sits).collect();
    // A person with two seats is a member for the observatory first: the order of the kinds.
    sitting.sort_by_key(|one| (one.seat.kind, one.seat.code.clone()));
    let mut seen = HashSet::new();
    Ok(sitting.into_iter().filter(|one| seen.insert(one.holder.id)).map(member).collect())
}

/// Returns the observatories that have a referent.
fn led(holders: &[Designation]) -> HashSet<ObservatoryId> {
    let referents = holders.iter().filter(|one| one.seat.kind == SeatKind::Referent);
    referents.filter_map(|one| one.seat.observatory_id).collect()
}

/// Returns whether a holder represents an observatory: its referent, or its deputy if there is no referent.
fn speaks(one: &Designation, led: &HashSet<ObservatoryId>) -> bool {
    match one.seat.kind {
        SeatKind::Referent => true,
        SeatKind::Deputy => one.seat.observatory_id.is_some_and(|observatory| !led.contains(&observatory)),
        _ => false,
    }
}

/// Returns the bodies with the names of those who represent their observatories on a day.
pub(super) async fn sitting(ctx: &Ctx, db: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<(BodyId, String)>> {
    let holders = designations::all_holders(ctx, db, day).await?;
    let led = led(&holders);
    let speaking = holders.iter().filter(|one| speaks(one, &led));
    Ok(speaking.map(|one| (one.seat.body_id, one.holder.name())).collect())
}

fn member(one: &Designation) -> Member {
    Member {
        person_id: one.holder.id,
        designation_id: one.id,
        name: one.holder.name(),
        party: one.record.statement.organisation.clone().unwrap_or_else(|| one.seat.body_name.clone()),
        is_guest: one.seat.kind == SeatKind::Partner,
        address: one.holder.email.clone(),
        lang: one.holder.lang,
    }
}

/// Returns the partners in office today, whom the secretariat may invite. Who may: the secretariat.
pub async fn partners(ctx: &Ctx) -> Result<Vec<Designation>> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Invite))?;
    designations::todays_holders_of(ctx, SeatKind::Partner).await
}

/// Returns the invited partners of a meeting who are in office today.
pub(super) async fn guests_of(ctx: &Ctx, db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<Designation>> {
    let invited = store::guests(db, id).await?;
    if invited.is_empty() {
        return Ok(Vec::new());
    }
    let mut partners = designations::holders_of(ctx, db, SeatKind::Partner, ctx.today()).await?;
    partners.retain(|one| invited.contains(&(one.seat.id, one.holder.id)));
    Ok(partners)
}
