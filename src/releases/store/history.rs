//! Rows of the history of releases: every date, and what happened after the publication.

use super::Result;
use crate::db::StoreError;
use crate::releases::model::{Reason, When};
use crate::releases::view::{Afterwards, ByRule, Change, DecidedBy, ReportOf};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{MeetingId, ObservatoryId, OutcomeId, PersonId, ReleaseChangeId, ReleaseId};
use entity::kinds::{AmendmentKind, Precision, ReasonCode, ReleaseChangeKind};
use entity::{Instant, observatory, outcome, release, release_change as change};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter, QueryOrder, QuerySelect, sea_query::ExprTrait,
};
use std::collections::{BTreeSet, HashMap};

/// A new row of the history.
pub struct NewChange {
    pub id: ReleaseChangeId,
    pub release_id: ReleaseId,
    pub kind: ReleaseChangeKind,
    pub when: When,
    pub reason: Option<Reason>,
    pub despite_non_working: Option<String>,
    pub outcome_id: Option<OutcomeId>,
    pub by_rule: Option<ByRule>,
    pub afterwards: Option<Afterwards>,
    pub at: DateTime<Utc>,
    pub by: Option<PersonId>,
}

/// Appends a date to the history of its release.
pub async fn insert_change(db: &impl ConnectionTrait, new: NewChange) -> Result<()> {
    let last: Option<Option<i32>> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Position.max(), "last")
        .filter(change::Column::ReleaseId.eq(new.release_id))
        .into_tuple()
        .one(db)
        .await?;
    let (rule_it, rule_en) = new.by_rule.map(|said| (said.it, said.en)).unzip();
    let (of, kind, explanation, before, after) = match new.afterwards {
        Some(Afterwards { kind, explanation, observatory, before, after }) => {
            (observatory.map(|of| of.id), kind, Some(explanation), before, after)
        }
        None => (None, None, None, None, None),
    };
    let row = change::ActiveModel {
        id: Set(new.id),
        release_id: Set(new.release_id),
        position: Set(last.flatten().unwrap_or(0) + 1),
        kind: Set(new.kind),
        precision: Set(new.when.precision()),
        day: Set(new.when.first_day()),
        hour: Set(new.when.hour()),
        reason_code: Set(new.reason.as_ref().map(|reason| reason.code)),
        reason_text: Set(new.reason.map(|reason| reason.text)),
        despite_non_working: Set(new.despite_non_working),
        outcome_id: Set(new.outcome_id),
        rule_it: Set(rule_it),
        rule_en: Set(rule_en),
        amendment: Set(kind),
        explanation: Set(explanation),
        observatory_id: Set(of),
        address_before: Set(before),
        address_after: Set(after),
        at: Set(new.at.into()),
        by_person: Set(new.by),
    };
    change::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct ChangeRow {
    release_id: ReleaseId,
    position: i32,
    kind: ReleaseChangeKind,
    precision: Precision,
    day: NaiveDate,
    hour: Option<NaiveTime>,
    reason_code: Option<ReasonCode>,
    reason_text: Option<String>,
    despite_non_working: Option<String>,
    outcome_id: Option<OutcomeId>,
    rule_it: Option<String>,
    rule_en: Option<String>,
    amendment: Option<AmendmentKind>,
    explanation: Option<String>,
    observatory_id: Option<ObservatoryId>,
    address_before: Option<String>,
    address_after: Option<String>,
    observatory_code: Option<String>,
    observatory_name: Option<String>,
    meeting_id: Option<MeetingId>,
    at: Instant,
}

/// Lists every date of these releases, the first ones first. The service adds the notice, because it has the calendars.
pub async fn changes(db: &impl ConnectionTrait, of: &[ReleaseId]) -> Result<HashMap<ReleaseId, Vec<Change>>> {
    let to_outcome =
        change::Entity::belongs_to(outcome::Entity).from(change::Column::OutcomeId).to(outcome::Column::Id);
    let to_observatory =
        change::Entity::belongs_to(observatory::Entity).from(change::Column::ObservatoryId).to(observatory::Column::Id);
    let rows = change::Entity::find()
        .select_only()
        .columns([
            change::Column::ReleaseId,
            change::Column::Position,
            change::Column::Kind,
            change::Column::Precision,
            change::Column::Day,
            change::Column::Hour,
            change::Column::ReasonCode,
            change::Column::ReasonText,
            change::Column::DespiteNonWorking,
            change::Column::OutcomeId,
            change::Column::RuleIt,
            change::Column::RuleEn,
            change::Column::Amendment,
            change::Column::Explanation,
            change::Column::ObservatoryId,
            change::Column::AddressBefore,
            change::Column::AddressAfter,
            change::Column::At,
        ])
        .column(outcome::Column::MeetingId)
        .column_as(observatory::Column::Code, "observatory_code")
        .column_as(observatory::Column::Name, "observatory_name")
        .join(JoinType::LeftJoin, to_outcome.into())
        .join(JoinType::LeftJoin, to_observatory.into())
        .filter(change::Column::ReleaseId.is_in(of.iter().copied()))
        .order_by(change::Column::Position, Order::Asc)
        .into_model::<ChangeRow>()
        .all(db)
        .await?;
    let mut changes: HashMap<ReleaseId, Vec<Change>> = HashMap::new();
    for row in rows {
        let when = When::of(row.precision, row.day, row.hour).map_err(|what| {
            StoreError::inconsistent("release_change", format!("{} {}", row.release_id, row.position), what)
        })?;
        changes.entry(row.release_id).or_default().push(Change {
            position: row.position,
            kind: row.kind,
            when,
            reason: row.reason_code.zip(row.reason_text).map(|(code, text)| Reason { code, text }),
            despite_non_working: row.despite_non_working,
            outcome: row.outcome_id.map(|outcome_id| DecidedBy { outcome_id, meeting_id: row.meeting_id }),
            by_rule: row.rule_it.zip(row.rule_en).map(|(it, en)| ByRule { it, en }),
            afterwards: row.explanation.map(|explanation| Afterwards {
                kind: row.amendment,
                explanation,
                observatory: row
                    .observatory_id
                    .zip(row.observatory_code.zip(row.observatory_name))
                    .map(|(id, (code, name))| ReportOf { id, code, name }),
                before: row.address_before,
                after: row.address_after,
            }),
            at: row.at.0,
            notice: None,
        });
    }
    Ok(changes)
}

/// A place in the history of the dates.
pub type ChangeAt = (ReleaseChangeId, ReleaseId, i32);

/// Lists the latest moves and cancellations of releases, newest first: up to `limit` before the given one.
pub async fn latest_moves(
    db: &impl ConnectionTrait,
    before: Option<ReleaseChangeId>,
    limit: u64,
) -> Result<Vec<ChangeAt>> {
    let moves = change::Entity::find()
        .select_only()
        .columns([change::Column::Id, change::Column::ReleaseId, change::Column::Position])
        .filter(change::Column::Kind.is_in([ReleaseChangeKind::Moved, ReleaseChangeKind::Cancelled]))
        .filter(Condition::all().add_option(before.map(|id| change::Column::Id.lt(id))))
        .order_by(change::Column::Id, Order::Desc)
        .limit(limit);
    Ok(moves.into_tuple().all(db).await?)
}

/// Lists the days between `from` and `to`, both included, on which releases were to come out before they were moved.
pub async fn left_days(
    db: &impl ConnectionTrait,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeSet<(NaiveDate, ReleaseId)>> {
    let to_release =
        change::Entity::belongs_to(release::Entity).from(change::Column::ReleaseId).to(release::Column::Id);
    let left: Vec<(NaiveDate, ReleaseId)> = change::Entity::find()
        .select_only()
        .columns([change::Column::Day, change::Column::ReleaseId])
        .join(JoinType::InnerJoin, to_release.into())
        .filter(change::Column::Kind.is_in([ReleaseChangeKind::Confirmed, ReleaseChangeKind::Moved]))
        .filter(change::Column::Day.between(from, to))
        .filter(change::Column::Day.into_expr().ne(release::Column::Day.into_expr()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(left.into_iter().collect())
}

/// Lists the dates confirmed and moved since an instant: release, instant and day.
pub async fn announced_since(
    db: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Vec<(ReleaseId, DateTime<Utc>, NaiveDate)>> {
    let rows: Vec<(ReleaseId, Instant, NaiveDate)> = change::Entity::find()
        .select_only()
        .columns([change::Column::ReleaseId, change::Column::At, change::Column::Day])
        .filter(change::Column::Kind.is_in([ReleaseChangeKind::Confirmed, ReleaseChangeKind::Moved]))
        .filter(change::Column::At.gte(Instant::from(since)))
        .order_by(change::Column::Id, Order::Asc)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, at, day)| (id, at.0, day)).collect())
}
