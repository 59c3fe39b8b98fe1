//! A mail promised by a change, until the relay accepts it or the service gives it up. Personal data: recipient and
//! content. Retention blanks the content.

use crate::Instant;
use crate::ids::{DesignationId, MailId, PersonId};
use crate::kinds::NotificationState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    #[sea_orm(column_type = "String(StringLen::N(60))")]
    pub kind: String,
    #[sea_orm(column_type = "String(StringLen::N(200))", unique)]
    pub dedupe_key: String,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub subject_kind: String,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub subject_id: String,
    /// Version of the subject stated in the mail; for an invitation, the sequence of its meeting.
    pub about_version: Option<i32>,
    /// Day stated in the mail: for a welcome, the first day in the seat; for a farewell, the last.
    pub about_day: Option<Date>,
    pub person_id: Option<PersonId>,
    pub designation_id: Option<DesignationId>,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub recipient: String,
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub language: String,
    #[sea_orm(column_type = "String(StringLen::N(250))")]
    pub subject: String,
    #[sea_orm(column_type = "String(StringLen::N(250))", unique)]
    pub message_id: String,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub envelope_from: String,
    #[sea_orm(column_type = "Blob")]
    pub payload: Vec<u8>,
    /// The plain text, with the keys in its links masked.
    #[sea_orm(column_type = "Text")]
    pub words: Option<String>,
    pub due_at: Instant,
    pub expires_at: Option<Instant>,
    pub state: NotificationState,
    pub attempts: i32,
    pub crash_count: i32,
    /// Whether an attempt ended without a known outcome, or a process died while sending. The recipient may have the
    /// mail, whatever its later state.
    pub may_have_left: bool,
    /// The text contains a link that signs its reader in; it is deleted when the mail reaches its final state.
    pub lets_in: bool,
    /// The reader waits for the mail in front of a screen.
    pub is_awaited: bool,
    /// The slice enqueues a new mail if this one is withdrawn.
    pub is_written_anew: bool,
    /// The last mail to its address.
    pub is_farewell: bool,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub lease_owner: Option<String>,
    pub lease_epoch: i64,
    pub lease_until: Option<Instant>,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub last_class: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub last_text: Option<String>,
    pub sent_at: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
