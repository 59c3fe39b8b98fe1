//! A reminder of one obligation, sent or skipped. The unique key makes it happen once. Never deleted; if its mail was
//! withdrawn before it left, the reminder is decided again and its row updated.

use crate::Instant;
use crate::ids::{MailId, PersonId, ReminderId};
use crate::kinds::{ObligationKind, ReminderOutcome};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReminderId,
    pub obligation_kind: ObligationKind,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub obligation_id: String,
    pub rung: i32,
    pub person_id: Option<PersonId>,
    pub due_day: Date,
    pub outcome: ReminderOutcome,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub reason: Option<String>,
    pub mail_id: Option<MailId>,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
